//! How much room there is to draw in.

use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

use crate::view::{LayoutHints, PlayerCommand};

use super::engine::Ctx;

/// Tells the player the size of stage and diagram, now and whenever it changes.
pub(crate) fn watch(ctx: Ctx, stage: NodeRef<Div>, diagram: NodeRef<Div>) {
    let told = StoredValue::new_local(None::<LayoutHints>);
    let tell = move || {
        let Some(stage) = stage.get_untracked() else { return };
        let mut hints = LayoutHints {
            width: f64::from(stage.client_width()),
            height: f64::from(stage.client_height()),
            diagram_width: 0.0,
            diagram_height: 0.0,
        };
        if hints.width < 1.0 || hints.height < 1.0 {
            return;
        }
        if let Some(diagram) = diagram.get_untracked() {
            hints.diagram_width = f64::from(diagram.client_width());
            hints.diagram_height = f64::from(diagram.client_height());
        }
        if told.get_value() != Some(hints) {
            told.set_value(Some(hints));
            ctx.send(PlayerCommand::SetHints(hints));
        }
    };
    let observer = StoredValue::new_local(None::<web_sys::ResizeObserver>);
    Effect::new(move |_| {
        let Some(element) = stage.get() else { return };
        let callback = Closure::<dyn FnMut()>::new(move || {
            // After the layout this was called in, so that it cannot run in circles.
            request_animation_frame(tell);
        });
        if let Ok(watching) = web_sys::ResizeObserver::new(callback.as_ref().unchecked_ref()) {
            watching.observe(&element);
            if let Some(diagram) = diagram.get() {
                watching.observe(&diagram);
            }
            observer.set_value(Some(watching));
        }
        // The page lives as long as the document.
        callback.forget();
        request_animation_frame(tell);
    });
}
