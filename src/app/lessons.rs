//! The list of lessons, and fetching them: static files beside the page, asked for when somebody
//! wants them.

use std::sync::Arc;

use leptos::html::Dialog;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use crate::lesson::Lesson;
use crate::lesson::index::{self, Entry};

use super::engine::Ctx;
use super::icon::Icon;
use super::options::is_framed;

/// The folder of the lessons, beside the page.
const FOLDER: &str = "lessons/";

/// The text of a file of the lessons' folder, or why it cannot be had.
async fn fetch(file: &str) -> Result<String, String> {
    let missing = |why: &str| format!("The file {FOLDER}{file} cannot be loaded: {why}.");
    let answer = JsFuture::from(window().fetch_with_str(&format!("{FOLDER}{file}"))).await;
    let answer = answer.map_err(|_| missing("the connection failed"))?;
    let answer: web_sys::Response = answer.dyn_into().map_err(|_| missing("no answer"))?;
    if !answer.ok() {
        return Err(missing(&format!("the host answers {}", answer.status())));
    }
    let text = answer.text().map_err(|_| missing("it has no text"))?;
    let text = JsFuture::from(text).await.map_err(|_| missing("the connection failed"))?;
    text.as_string().ok_or_else(|| missing("it is no text"))
}

/// Fetches a lesson and begins it.
pub(crate) async fn begin(ctx: Ctx, file: &str) -> Result<(), String> {
    if !index::is_file_name(file) {
        return Err(format!(
            "{file:?} is no lesson: a name such as 1-everything-is-a-stream.md is."
        ));
    }
    let text = fetch(file).await?;
    let lesson = Lesson::parse(file, &text).map_err(|why| format!("{why}."))?;
    ctx.begin_lesson(Arc::new(lesson)).map_err(|why| format!("{file}: {why}."))?;
    remember(file);
    Ok(())
}

/// The lesson can be reloaded and linked to. The address of a framed page is its host's business.
fn remember(file: &str) {
    if is_framed() {
        return;
    }
    let stem = file.trim_end_matches(".md");
    if let Ok(history) = window().history() {
        let address = format!("?lesson={stem}");
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&address));
    }
}

/// The dialog with all lessons.
#[component]
pub(crate) fn Lessons(
    /// Whether it is shown.
    open: RwSignal<bool>,
) -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let dialog = NodeRef::<Dialog>::new();
    let list = RwSignal::new(None::<Result<Vec<Entry>, String>>);
    let trouble = RwSignal::new(None::<String>);
    let load = move || {
        leptos::task::spawn_local(async move {
            let text = fetch("index.json").await;
            list.set(Some(text.and_then(|text| index::read(&text))));
        });
    };
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if open.get() && !dialog.open() {
            trouble.set(None);
            if !matches!(list.get_untracked(), Some(Ok(_))) {
                load();
            }
            let _ = dialog.show_modal();
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    let choose = move |file: String| {
        leptos::task::spawn_local(async move {
            match begin(ctx, &file).await {
                Ok(()) => open.set(false),
                Err(why) => trouble.set(Some(why)),
            }
        });
    };
    view! {
        <dialog class="help lessons" node_ref=dialog aria-labelledby="lessons-title" on:close=move |_| open.set(false)>
            <div class="help__head">
                <h2 id="lessons-title">"Lessons"</h2>
                <button type="button" class="btn ghost" aria-label="Close" on:click=move |_| open.set(false)>
                    {Icon::Close.view()}
                </button>
            </div>
            {move || trouble.get().map(|why| view! { <p class="lessons__trouble" role="alert">{why}</p> })}
            {move || match list.get() {
                None => view! { <p class="quiet" role="status">"Loading…"</p> }.into_any(),
                Some(Err(why)) => view! {
                    <p class="lessons__trouble" role="alert">{why}</p>
                    <button type="button" class="btn" on:click=move |_| load()>"Try again"</button>
                }
                    .into_any(),
                Some(Ok(entries)) => view! {
                    <ol class="lessons__list">
                        {entries
                            .into_iter()
                            .map(|entry| {
                                let file = entry.file.clone();
                                view! {
                                    <li>
                                        <button type="button" class="card" on:click=move |_| choose(file.clone())>
                                            <b>{format!("{}. {}", entry.order, entry.title)}</b>
                                            <span>{entry.summary}</span>
                                            <small>{format!("{} min", entry.minutes)}</small>
                                        </button>
                                    </li>
                                }
                            })
                            .collect_view()}
                    </ol>
                }
                    .into_any(),
            }}
        </dialog>
    }
    .into_any()
}
