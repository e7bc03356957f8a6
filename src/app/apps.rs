//! Adding applications to the scene with a click.

use leptos::prelude::*;

use crate::client::Behaviour;
use crate::view::PlayerCommand;

use super::engine::Ctx;
use super::erased::does;
use super::icon::Icon;

/// Buttons that add an application each: near what is selected, with knobs that make sense there.
#[component]
pub(crate) fn AddApp() -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    // In the order of the kinds.
    let icons =
        [Icon::Cart, Icon::Cog, Icon::Chart, Icon::Sliders, Icon::Beat, Icon::Crown, Icon::PlusOne];
    view! {
        <section class="sec" aria-labelledby="add-app-title">
            <h2 class="kick" id="add-app-title">"Add an app"</h2>
            <div class="add-app" data-testid="add-app">
                {Behaviour::KINDS
                    .into_iter()
                    .zip(icons)
                    .map(|(kind, icon)| {
                        view! {
                            <button
                                type="button"
                                class="btn"
                                aria-label=format!("Add {} {kind}", if kind == "elector" { "an" } else { "a" })
                                on:click=does(move |_| ctx.send(PlayerCommand::AddApp(kind)))
                            >
                                {icon.view()}
                                <span>{name(kind)}</span>
                            </button>
                        }
                    })
                    .collect_view()}
            </div>
        </section>
    }
    .into_any()
}

fn name(kind: &str) -> String {
    let mut letters = kind.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
