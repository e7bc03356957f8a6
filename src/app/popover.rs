//! What opens above its button: the legend, the list of branches. Escape and a press anywhere else
//! close it.

use super::erased::changing;
use leptos::html::Details;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// A button and what it opens.
#[component]
pub(crate) fn Popover(
    /// Its class.
    class: &'static str,
    /// What is on the button.
    button: AnyView,
    /// The name of the button, if it is not what is written on it.
    #[prop(into, default = Signal::stored(None))]
    name: Signal<Option<String>>,
    /// Counts the reasons to close it that are not its own.
    #[prop(default = RwSignal::new(0))]
    done: RwSignal<u32>,
    /// What is opened.
    children: Children,
) -> impl IntoView {
    let details = NodeRef::<Details>::new();
    let close = move || {
        let Some(details) = details.get_untracked().filter(|details| details.open()) else {
            return;
        };
        details.set_open(false);
        let button = details.query_selector("summary").ok().flatten();
        if let Some(button) = button.and_then(|b| b.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = button.focus();
        }
    };
    Effect::new(move |before: Option<()>| {
        done.track();
        if before.is_some() {
            close();
        }
    });
    let outside = window_event_listener(leptos::ev::pointerdown, move |event| {
        let Some(details) = details.get_untracked().filter(|details| details.open()) else {
            return;
        };
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        if !details.contains(target.as_ref()) {
            details.set_open(false);
        }
    });
    on_cleanup(move || outside.remove());
    view! {
        <details
            class=format!("popover {class}")
            node_ref=details
            on:keydown=move |event| {
                if event.key() == "Escape" && details.get_untracked().is_some_and(|details| details.open()) {
                    event.prevent_default();
                    event.stop_propagation();
                    close();
                }
            }
        >
            <summary class="popover__button" aria-label=changing(move || name.get()) title=changing(move || name.get())>
                {button}
            </summary>
            <div class="popover__panel">{children()}</div>
        </details>
    }
    .into_any()
}
