//! The Leptos page. Components draw; they do not compute.

/// Mounts the page into the document's body.
pub fn mount() {}
