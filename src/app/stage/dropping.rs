//! Files that are dragged over the page: which streams take them, and what becomes of one that is dropped.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::app::engine::Ctx;
use crate::app::entity_id::entity_of;

/// What is known of a drag.
#[derive(Clone, Copy)]
pub(super) struct Dropping {
    /// Whether files are dragged over the page: then the stage shows where they may be dropped.
    pub(super) files: RwSignal<bool>,
    /// The store they are over.
    pub(super) over: RwSignal<String>,
}

impl Dropping {
    /// Listens to what is dragged over the page, as long as the caller lives.
    pub(super) fn watch(ctx: Ctx) -> Self {
        let dropping = Self { files: RwSignal::new(false), over: RwSignal::new(String::new()) };
        let moved = move |event: web_sys::DragEvent| dropping.moved(&event);
        let left = move |event: web_sys::DragEvent| {
            // From one element of the page to another it does not leave it.
            if event.related_target().is_none() {
                dropping.ended();
            }
        };
        let dropped = move |event: web_sys::DragEvent| dropping.dropped(ctx, &event);
        let listeners = [
            window_event_listener(leptos::ev::dragover, moved),
            window_event_listener(leptos::ev::dragleave, left),
            window_event_listener(leptos::ev::drop, dropped),
        ];
        on_cleanup(move || listeners.into_iter().for_each(WindowListenerHandle::remove));
        dropping
    }

    fn ended(self) {
        if self.files.get_untracked() {
            self.files.set(false);
            self.over.set(String::new());
        }
    }

    fn moved(self, event: &web_sys::DragEvent) {
        let Some(data) = event.data_transfer().filter(has_files) else { return };
        if !self.files.get_untracked() {
            self.files.set(true);
        }
        let store = store_under(event).unwrap_or_default();
        // A browser that is not told otherwise would leave the page and show the file. Whoever takes it
        // elsewhere on the page has said so already.
        if !event.default_prevented() {
            data.set_drop_effect(if store.is_empty() { "none" } else { "copy" });
            event.prevent_default();
        }
        if self.over.with_untracked(|over| *over != store) {
            self.over.set(store);
        }
    }

    fn dropped(self, ctx: Ctx, event: &web_sys::DragEvent) {
        self.ended();
        if event.default_prevented() {
            return;
        }
        let Some(data) = event.data_transfer().filter(has_files) else { return };
        event.prevent_default();
        let store = store_under(event).and_then(|id| entity_of(&id));
        if let (Some(store), Some(files)) = (store, data.files()) {
            ctx.dropped.set(Some((store, files)));
        }
    }
}

fn has_files(data: &web_sys::DataTransfer) -> bool {
    data.types().includes(&"Files".into(), 0)
}

/// The store that takes what is dropped here, by its id.
fn store_under(event: &web_sys::DragEvent) -> Option<String> {
    let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    target.closest("[data-takes]").ok()??.get_attribute("data-entity")
}
