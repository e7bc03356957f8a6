//! The list of lessons, and fetching them: static files beside the page, asked for when somebody
//! wants them.

use std::sync::Arc;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use crate::lesson::Lesson;
use crate::lesson::index::{self, Entry};
use crate::lesson::link::Link;

use super::dialog::Dialog;
use super::done;
use super::engine::Ctx;
use super::erased::{does, live};

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

/// Fetches a lesson and begins it, or goes on in it where a shared session was.
pub(crate) async fn begin(ctx: Ctx, file: &str, link: Option<Link>) -> Result<(), String> {
    if !index::is_file_name(file) {
        return Err(format!(
            "{file:?} is no lesson: a name such as 1-everything-is-a-stream.md is."
        ));
    }
    let text = fetch(file).await?;
    let lesson = Lesson::parse(file, &text).map_err(|why| format!("{why}."))?;
    let lesson = Arc::new(lesson);
    let begun = match link {
        Some(link) => ctx.resume_lesson(lesson, &link),
        None => ctx.begin_lesson(lesson),
    };
    begun.map_err(|why| format!("{file}: {why}."))
}

/// The lessons as cards, each a link to it; with what there is of each: its tapes at their fullest.
#[component]
pub(crate) fn LessonCards() -> impl IntoView {
    let list = RwSignal::new(None::<Result<Vec<Entry>, String>>);
    let load = move || {
        list.set(None);
        leptos::task::spawn_local(async move {
            let text = fetch("index.json").await;
            let _ = list.try_set(Some(text.and_then(|text| index::read(&text))));
        });
    };
    load();
    view! {
        {live(move || match list.get() {
            None => view! { <p class="quiet" role="status">"Loading…"</p> }.into_any(),
            Some(Err(why)) => view! {
                <p class="lessons__trouble" role="alert">{why}</p>
                <button type="button" class="btn" on:click=does(move |_| load())>"Try again"</button>
            }
                .into_any(),
            Some(Ok(entries)) => groups(entries),
        })}
    }
    .into_any()
}

/// What the lessons are about, in their order, and the kind of tape by which one is told to be.
const GROUPS: [(&str, &str); 4] = [
    ("", "Streams and work queues"),
    ("kv", "Key-value buckets"),
    ("object", "Object stores"),
    ("mirror", "Mirrors and sources"),
];

/// The cards, by what they are about.
fn groups(entries: Vec<Entry>) -> AnyView {
    let about = |entry: &Entry| {
        let has = |kind: &str| entry.tapes.iter().any(|tape| tape.starts_with(kind));
        GROUPS.iter().rposition(|(kind, _)| has(kind)).unwrap_or(0)
    };
    let mut groups: [Vec<AnyView>; 4] = Default::default();
    let mut reached = 0;
    for entry in entries {
        // The course goes on: what comes after a lesson on mirrors is about them too.
        reached = reached.max(about(&entry));
        if let Some(group) = groups.get_mut(reached) {
            group.push(card(entry).into_any());
        }
    }
    let group = |(cards, (_, name)): (Vec<AnyView>, (&str, &'static str))| {
        (!cards.is_empty()).then(|| {
            view! {
                <h3 class="cards__about">{name}</h3>
                <ol class="cards">{cards}</ol>
            }
        })
    };
    groups.into_iter().zip(GROUPS).map(group).collect_view().into_any()
}

fn card(entry: Entry) -> impl IntoView {
    let done = done::is_done(entry.order);
    let stem = entry.file.trim_end_matches(".md");
    view! {
        <li>
            <a class="card" class:done=done href=format!("?lesson={stem}")>
                <span class="card__tapes" aria-hidden="true">
                    {entry.tapes.iter().map(|tape| tape_art(tape)).collect_view()}
                </span>
                <b>{format!("{}. {}", entry.order, entry.title)}</b>
                <span>{entry.summary}</span>
                <small>{format!("{}{} min", if done { "✓ done · " } else { "" }, entry.minutes)}</small>
            </a>
        </li>
    }
}

/// A tape: its kind, a space, and a sign for each cell.
fn tape_art(tape: &str) -> impl IntoView {
    let (kind, cells) = tape.split_once(' ').unwrap_or(("", tape));
    let cells = cells.chars().map(|cell| view! { <i class:gap=cell != '#'></i> }).collect_view();
    view! { <span class=format!("card__tape {kind}")>{cells}</span> }
}

/// The dialog with all lessons.
#[component]
pub(crate) fn Lessons(
    /// Whether it is shown.
    open: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <Dialog open id="lessons-title" title="Lessons" class="help lessons">
            {live(move || open.get().then(|| view! { <LessonCards/> }))}
        </Dialog>
    }
    .into_any()
}
