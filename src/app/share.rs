//! The share dialog: the link of this very moment, how long it is, and a button that copies it.

use gloo_timers::callback::Timeout;
use leptos::html::Input;
use leptos::prelude::*;

use super::dialog::Dialog;
use super::engine::Ctx;
use super::erased::{changing, live};

/// Characters up to which a link survives every mail program and chat.
const COMFORTABLE: usize = 2_000;
/// For how long it is told whether the link was copied.
const TOLD_MS: u32 = 6_000;

/// The share dialog.
#[component]
pub(crate) fn Share(
    /// Whether it is shown.
    open: RwSignal<bool>,
) -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let field = NodeRef::<Input>::new();
    let link = RwSignal::new(String::new());
    let copied = RwSignal::new(None::<bool>);
    Effect::new(move |_| {
        if open.get() {
            link.set(address(&ctx.link()));
            copied.set(None);
        }
    });
    let copy = move |_| {
        if let Some(field) = field.get() {
            field.select();
        }
        let text = link.get_untracked();
        leptos::task::spawn_local(async move {
            copied.set(Some(super::clipboard::copy(text).await));
            Timeout::new(TOLD_MS, move || {
                let _ = copied.try_set(None);
            })
            .forget();
        });
    };
    let length = move || link.get().chars().count();
    view! {
        <Dialog open id="share-title" title="Share this moment" class="help share">
            <p>
                "Whoever opens this link sees the same world at the same moment: the scene, everything that was done "
                "in this branch up to now, and nothing else. Nothing is stored anywhere."
            </p>
            <div class="share__row">
                <input
                    type="text"
                    readonly=true
                    node_ref=field
                    aria-label="The link"
                    data-testid="share-link"
                    prop:value=changing(move || link.get())
                />
                <button type="button" class="btn pri" on:click=copy>"Copy"</button>
            </div>
            <p class="quiet" role="status">
                {live(move || match copied.get() {
                    Some(true) => "Copied. ",
                    Some(false) => "The browser does not let this page copy; the link is selected: copy it yourself. ",
                    None => "",
                })}
                {live(move || {
                    let length = length();
                    if length > COMFORTABLE {
                        format!("{length} characters: more than {COMFORTABLE}, which some programs cut off.")
                    } else {
                        format!("{length} of {COMFORTABLE} characters.")
                    }
                })}
            </p>
        </Dialog>
    }
    .into_any()
}

/// The address of this page with a session in its fragment.
pub(crate) fn address(link: &str) -> String {
    let location = window().location();
    let base = [location.origin(), location.pathname()].map(Result::unwrap_or_default).concat();
    format!("{base}#s={link}")
}
