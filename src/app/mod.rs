//! The Leptos page. Components draw; they do not compute.

use leptos::prelude::*;

/// Mounts the page into the document's body.
pub fn mount() {
    mount_to_body(|| view! { <main><h1>"Windtunnel"</h1></main> });
}
