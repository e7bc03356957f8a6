//! Drawing a cut over the stage: from where the pointer goes down to where it comes up.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::view::cutting;
use crate::view::frame::{Point, Stage as Picture};
use crate::world::Input;

use super::super::engine::Ctx;
use super::super::faults::Tools;

/// The line that is drawn, if one is.
pub(super) type Line = RwSignal<Option<(Point, Point)>>;

/// Where on the stage the pointer is.
fn place(event: &web_sys::PointerEvent, picture: &Picture) -> Option<Point> {
    let stage = event.current_target()?.dyn_into::<web_sys::Element>().ok()?;
    let shown = stage.get_bounding_client_rect();
    let scale = |whole: f64, shown: f64| if shown > 0.0 { whole / shown } else { 1.0 };
    let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
    Some(Point::new(
        (x - shown.x()) * scale(picture.view.w, shown.width()),
        (y - shown.y()) * scale(picture.view.h, shown.height()),
    ))
}

/// The pointer goes down: a line begins there, if one is to be drawn.
pub(super) fn begin(event: &web_sys::PointerEvent, tools: Tools, line: Line, picture: &Picture) {
    if !tools.cutting.get_untracked() {
        return;
    }
    if let Some(at) = place(event, picture) {
        line.set(Some((at, at)));
        event.prevent_default();
        let stage = event.current_target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        // Without it the line ends at the edge of the stage.
        let _ = stage.map(|stage| stage.set_pointer_capture(event.pointer_id()));
    }
}

/// The pointer moves.
pub(super) fn go_on(event: &web_sys::PointerEvent, line: Line, picture: &Picture) {
    if let (Some((from, _)), Some(at)) = (line.get_untracked(), place(event, picture)) {
        line.set(Some((from, at)));
    }
}

/// The pointer comes up: what the line crosses is cut. A line that crosses nothing can be drawn again.
pub(super) fn end(ctx: Ctx, tools: Tools, line: Line, picture: &Picture) {
    let Some((from, to)) = line.get_untracked() else { return };
    line.set(None);
    if let Some(sides) = cutting::sides(picture, from, to) {
        tools.cutting.set(false);
        ctx.act(Input::Partition { sides, silent: tools.silent.get_untracked() });
    }
}
