//! Moving the focus over the stage with the arrow keys: to the nearest part in that direction.

use leptos::prelude::document;
use wasm_bindgen::JsCast;

fn centre(element: &web_sys::Element) -> (f64, f64) {
    let rect = element.get_bounding_client_rect();
    (rect.x() + rect.width() / 2.0, rect.y() + rect.height() / 2.0)
}

/// The nearest part in the direction of an arrow key: its `data-entity`.
pub(crate) fn neighbour(from: &web_sys::Element, key: &str) -> Option<String> {
    let parts = document().query_selector_all(".stage__svg [data-stop]").ok()?;
    let (x0, y0) = centre(from);
    let mut best: Option<(f64, String)> = None;
    for index in 0..parts.length() {
        let Some(part) = parts.item(index).and_then(|n| n.dyn_into::<web_sys::Element>().ok())
        else {
            continue;
        };
        if part == *from {
            continue;
        }
        let (x, y) = centre(&part);
        let (along, across) = match key {
            "ArrowRight" => (x - x0, y - y0),
            "ArrowLeft" => (x0 - x, y - y0),
            "ArrowDown" => (y - y0, x - x0),
            _ => (y0 - y, x - x0),
        };
        if along < 4.0 {
            continue;
        }
        // What lies off the way counts double.
        let distance = along + 2.0 * across.abs();
        let Some(id) = part.get_attribute("data-entity") else { continue };
        if best.as_ref().is_none_or(|(least, _)| distance < *least) {
            best = Some((distance, id));
        }
    }
    best.map(|(_, id)| id)
}

/// Puts the focus on a part.
pub(crate) fn focus(id: &str) {
    let selector = format!(".stage__svg [data-stop][data-entity=\"{id}\"]");
    let found = document().query_selector(&selector).ok().flatten();
    if let Some(element) = found.and_then(|found| found.dyn_into::<web_sys::SvgElement>().ok()) {
        let _ = element.focus();
    }
}
