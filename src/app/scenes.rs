//! Which scene is shown, and the way to another.

use leptos::prelude::*;
use leptos::tachys::dom::event_target_value;

use crate::world::scenes;

use super::engine::Ctx;

/// The list of scenes. Another one is another page: what was done here stays in the browser's history.
#[component]
pub(crate) fn SceneMenu() -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let here = ctx.scene().map_or("", |scene| scene.name);
    view! {
        <select
            class="scenes"
            aria-label="Scene"
            data-testid="scenes"
            on:change=move |event| {
                let name = event_target_value(&event);
                if scenes::find(&name).is_some() {
                    let _ = window().location().set_href(&format!("?scene={name}"));
                }
            }
        >
            {here.is_empty().then(|| view! { <option value="" selected=true>"A shared world"</option> })}
            {scenes::ALL
                .iter()
                .map(|scene| {
                    view! { <option value=scene.name selected=scene.name == here>{scene.title}</option> }
                })
                .collect_view()}
        </select>
    }
    .into_any()
}
