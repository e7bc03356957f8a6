//! The head of the page.

use leptos::prelude::*;

use super::engine::Ctx;
use super::erased::{changing, does, live};
use super::icon::Icon;
use super::scenes::SceneMenu;
use super::shell::Panels;
use super::theme::Theme;
use crate::view::PlayerCommand;

/// Brand, scene, and what concerns the whole page.
#[component]
pub(crate) fn Header(
    /// The theme that is shown.
    theme: RwSignal<Theme>,
    /// Which panels are open.
    panels: Panels,
) -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let title = ctx.scene().map_or("A shared world", |scene| scene.title);
    let lesson =
        Memo::new(move |_| ctx.frame.read().lesson.as_ref().map(|lesson| lesson.title.clone()));
    let reduced = ctx.reduced_motion;
    let toggle_motion = move |_| {
        reduced.update(|reduced| *reduced = !*reduced);
        ctx.send(PlayerCommand::SetReducedMotion(reduced.get_untracked()));
    };
    view! {
        <header class="header">
            <Brand/>
            <h1 class="crumb">
                {live(move || match lesson.get() {
                    None => view! { <span class="crumb__at">"Sandbox"</span><b class="unseen">{title}</b> }.into_any(),
                    Some(title) => view! { <span class="crumb__at">"Lessons"</span><b>{title}</b> }.into_any(),
                })}
            </h1>
            {live(move || match lesson.get() {
                None => view! { <SceneMenu/> }.into_any(),
                // Another page: what was done here stays in the browser's history.
                Some(_) => view! { <a class="btn ghost" href="?scene=one-order">"Sandbox"</a> }.into_any(),
            })}
            <span class="spacer"></span>
            {dialog_button(Icon::Book, "Lessons", "Lessons", panels.lessons)}
            {live(move || {
                let name = if lesson.get().is_some() { "Lesson" } else { "Scene" };
                panel_button(Icon::Left, name, "only-narrow", panels.left)
            })}
            {panel_button(Icon::Below, "Diagram", "only-phone", panels.diagram)}
            {panel_button(Icon::Right, "Inspector", "only-narrow", panels.right)}
            <button
                type="button"
                class="btn ghost less-motion"
                aria-pressed=changing(move || reduced.get().to_string())
                on:click=toggle_motion
            >
                "Less motion"
            </button>
            <ThemeButton theme=theme/>
            <button
                type="button"
                class="btn"
                aria-haspopup="dialog"
                aria-label="Keys ?"
                title="Keys, and what is simplified"
                on:click=does(move |_| panels.help.set(true))
            >
                <span class="wide-word">"Keys"</span>
                " ?"
            </button>
            {dialog_button(Icon::Share, "Share", "Share this moment", panels.share)}
        </header>
    }
    .into_any()
}

/// A button that opens a dialog.
fn dialog_button(
    icon: Icon,
    name: &'static str,
    hint: &'static str,
    open: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="btn"
            aria-haspopup="dialog"
            aria-label=name
            title=hint
            on:click=does(move |_| open.set(true))
        >
            {icon.view()}
            <span class="wide-word">{name}</span>
        </button>
    }
}

/// The name, which leads to the start page.
#[component]
pub(crate) fn Brand() -> impl IntoView {
    view! {
        <a class="brand" href="./" title="All lessons and scenes">
            <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true" class="brand__mark">
                <path class="brand__a" d="M2 7c5-3 9 3 20-1"></path>
                <path class="brand__b" d="M2 12c6-3 10 3 20 0"></path>
                <path class="brand__c" d="M2 17c5-2 9 3 20 1"></path>
            </svg>
            <span>"Windtunnel"</span>
        </a>
    }
}

/// Light, dark or the system's choice.
#[component]
pub(crate) fn ThemeButton(
    /// The theme that is shown.
    theme: RwSignal<Theme>,
) -> impl IntoView {
    let next_theme = move |_| {
        let next = theme.get_untracked().next();
        theme.set(next);
        next.show();
        next.remember();
    };
    view! {
        <button
            type="button"
            class="btn ghost theme"
            aria-label=changing(move || format!("Theme: {}. Change it.", theme.get().name()))
            on:click=next_theme
        >
            {Icon::Theme.view()}
            <span class="wide-word">{live(move || theme.get().name())}</span>
        </button>
    }
}

/// A button for a panel that is a sheet where there is little room.
fn panel_button(
    icon: Icon,
    name: &'static str,
    class: &'static str,
    open: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=format!("btn {class}")
            aria-label=name
            title=name
            aria-pressed=changing(move || open.get().to_string())
            on:click=does(move |_| open.update(|open| *open = !*open))
        >
            {icon.view()}
            <span class="wide-word">{name}</span>
        </button>
    }
}
