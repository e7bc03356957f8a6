//! The head of the page.

use leptos::prelude::*;

use super::engine::Ctx;
use super::icon::Icon;
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
    let reduced = ctx.reduced_motion;
    let toggle_motion = move |_| {
        reduced.update(|reduced| *reduced = !*reduced);
        ctx.send(PlayerCommand::SetReducedMotion(reduced.get_untracked()));
    };
    let next_theme = move |_| {
        let next = theme.get_untracked().next();
        theme.set(next);
        next.show();
        next.remember();
    };
    view! {
        <header class="header">
            <div class="brand">
                <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true" class="brand__mark">
                    <path class="brand__a" d="M2 7c5-3 9 3 20-1"></path>
                    <path class="brand__b" d="M2 12c6-3 10 3 20 0"></path>
                    <path class="brand__c" d="M2 17c5-2 9 3 20 1"></path>
                </svg>
                <span>"Windtunnel"</span>
            </div>
            <h1 class="crumb"><span class="crumb__at">"Sandbox"</span><b>"One order, made visible"</b></h1>
            <span class="spacer"></span>
            <button type="button" class="btn only-narrow" aria-pressed=move || panels.left.get().to_string()
                on:click=move |_| panels.left.update(|open| *open = !*open)>"Scene"</button>
            <button type="button" class="btn only-narrow" aria-pressed=move || panels.right.get().to_string()
                on:click=move |_| panels.right.update(|open| *open = !*open)>"Inspector"</button>
            <button type="button" class="btn only-phone" aria-pressed=move || panels.diagram.get().to_string()
                on:click=move |_| panels.diagram.update(|open| *open = !*open)>"Diagram"</button>
            <button
                type="button"
                class="btn ghost"
                aria-pressed=move || reduced.get().to_string()
                on:click=toggle_motion
            >
                "Less motion"
            </button>
            <button
                type="button"
                class="btn ghost"
                aria-label=move || format!("Theme: {}. Change it.", theme.get().name())
                on:click=next_theme
            >
                {Icon::Theme.view()}
                <span>{move || theme.get().name()}</span>
            </button>
            <button type="button" class="btn" aria-haspopup="dialog" on:click=move |_| panels.help.set(true)>
                "Keys ?"
            </button>
            <button type="button" class="btn" aria-haspopup="dialog" on:click=move |_| panels.share.set(true)>
                "Share"
            </button>
        </header>
    }
    .into_any()
}
