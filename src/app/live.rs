//! What a screen reader is told: the scene in words, and what happens, politely.

use leptos::prelude::*;

use super::engine::Ctx;
use super::erased::live;

/// The summary and the live region; both invisible.
#[component]
pub(crate) fn Live() -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let summary = Memo::new(move |_| ctx.frame.read().stage.summary.clone());
    let said = Memo::new(move |_| ctx.frame.read().announcement.clone());
    view! {
        <section class="unseen" aria-label="Scene summary">
            <p>{live(move || summary.get())}</p>
            <p>
                "The play area shows clusters, servers, streams and applications. Tab moves into it, "
                "arrow keys move between its parts, Enter selects one, M lists what can be done to it. "
                "Space plays and pauses, left and right arrow step; question mark lists all keys."
            </p>
        </section>
        <div class="unseen" role="status" aria-live="polite" data-testid="live">
            {live(move || said.get().text)}
        </div>
    }
}
