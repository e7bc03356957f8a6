//! What all dialogs of the page have in common: a title, a button that closes them, and a signal that says
//! whether they are shown.

use leptos::html;
use leptos::prelude::*;

use super::erased::does;
use super::icon::Icon;

/// A dialog that keeps the focus while it is shown.
#[component]
pub(crate) fn Dialog(
    /// Whether it is shown.
    open: RwSignal<bool>,
    /// The id of its title.
    id: &'static str,
    /// Its title.
    title: &'static str,
    /// Its classes.
    class: &'static str,
    /// What it holds.
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if open.get() && !dialog.open() {
            let _ = dialog.show_modal();
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    view! {
        <dialog class=class node_ref=dialog aria-labelledby=id on:close=move |_| open.set(false)>
            <div class="help__head">
                <h2 id=id>{title}</h2>
                <button type="button" class="btn ghost" aria-label="Close" on:click=does(move |_| open.set(false))>
                    {Icon::Close.view()}
                </button>
            </div>
            {children()}
        </dialog>
    }
    .into_any()
}
