//! Which lessons were taken to their end: remembered in this browser where that is possible, and nowhere
//! else.

use super::theme::storage;

const KEY: &str = "windtunnel.done";

/// The lessons by their place among the lessons, each between two commas.
fn all() -> String {
    storage().and_then(|storage| storage.get_item(KEY).ok()?).unwrap_or_else(|| ",".to_owned())
}

/// Whether a lesson was.
pub(crate) fn is_done(order: u32) -> bool {
    all().contains(&format!(",{order},"))
}

/// Remembers that a lesson was.
pub(crate) fn remember(order: u32) {
    if is_done(order) {
        return;
    }
    if let Some(storage) = storage() {
        let _ = storage.set_item(KEY, &format!("{}{order},", all()));
    }
}
