//! The code panel: the calls of this step in Python and for the `nats` CLI, with the real names and values.

use leptos::prelude::*;

use crate::view::LessonView;

use super::erased::{changing, does};
use super::icon::Icon;

/// The code of this step, a language at a time.
#[component]
pub(crate) fn CodePanel(
    /// The lesson.
    lesson: Memo<Option<std::sync::Arc<LessonView>>>,
) -> impl IntoView {
    let cli = RwSignal::new(false);
    let code = Memo::new(move |_| {
        let view = lesson.get()?;
        let texts = view.code.iter().map(|code| (code.python.clone(), code.cli.clone()));
        let (python, cli): (Vec<_>, Vec<_>) = texts.unzip();
        (!python.is_empty()).then(|| (python.join("\n"), cli.join("\n")))
    });
    let shown = move || {
        let (python, command) = code.get()?;
        Some(if cli.get() { command } else { python })
    };
    let copy = move |_| {
        if let Some(text) = shown() {
            leptos::task::spawn_local(async move {
                super::clipboard::copy(text).await;
            });
        }
    };
    let tab = move |name: &'static str, is_cli: bool| {
        view! {
            <button
                type="button"
                role="tab"
                class:on=move || cli.get() == is_cli
                aria-selected=changing(move || (cli.get() == is_cli).to_string())
                tabindex=changing(move || if cli.get() == is_cli { "0" } else { "-1" })
                on:click=does(move |_| cli.set(is_cli))
                on:keydown=move |event| {
                    if matches!(event.key().as_str(), "ArrowLeft" | "ArrowRight") {
                        event.prevent_default();
                        event.stop_propagation();
                        cli.update(|cli| *cli = !*cli);
                    }
                }
            >
                {name}
            </button>
        }
    };
    view! {
        <section class="lesson__code" aria-label="The calls as code" hidden=changing(move || code.get().is_none())>
            <div class="tabs" role="tablist" aria-label="Language">
                {tab("Python", false)} {tab("nats CLI", true)} <span class="spacer"></span>
                <button type="button" class="btn ghost" on:click=copy>
                    {Icon::Copy.view()}
                    <span>"Copy"</span>
                </button>
            </div>
            <pre role="tabpanel" tabindex="0" data-testid="code">{shown}</pre>
        </section>
    }
}
