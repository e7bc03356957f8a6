//! The help: all keys, from the table that binds them, and what is simplified.

use leptos::prelude::*;

use super::dialog::Dialog;
use super::erased::changing;
use super::keys::bindings;

/// The help dialog.
#[component]
pub(crate) fn Help(
    /// Whether it is shown.
    open: RwSignal<bool>,
    /// Whether single characters are shortcuts; without it there are no keys to tell of.
    #[prop(optional)]
    characters: Option<RwSignal<bool>>,
) -> impl IntoView {
    let title = if characters.is_some() { "Keys" } else { "What is simplified" };
    view! {
        <Dialog open id="help-title" title class="help">
            {characters.map(keys)}
            <ul class="help__list">
                <li>"Raft messages and routes travel as typed frames; the wire view writes them as the lines a real cluster would send."</li>
                <li>"Link loss behaves as TCP makes it look: a lost packet is sent again and everything behind it waits."</li>
                <li>"A file store survives the death of its process; a power cut takes what was written since the last flush, every two minutes, but never the list of streams, terms and votes."</li>
                <li>"No accounts, permissions or TLS: every client is in the one global account."</li>
                <li>"Clusters are joined by leaf links, not by gateways yet. A full mirror that refuses new messages loses none; the real server goes on under wrong sequences."</li>
                <li>"Schedules know the time zones of some sixty larger places."</li>
                <li>"A stream or consumer that moves to other servers takes the real server's steps, but each in less time."</li>
            </ul>
        </Dialog>
    }
    .into_any()
}

/// All keys, and a way to do without those that are single characters.
fn keys(characters: RwSignal<bool>) -> impl IntoView {
    view! {
        <table class="help__keys">
            <tbody>
                {bindings()
                    .into_iter()
                    .map(|binding| {
                        view! {
                            <tr>
                                <th scope="row"><kbd>{binding.written}</kbd></th>
                                <td>{binding.does}</td>
                            </tr>
                        }
                    })
                    .collect_view()}
            </tbody>
        </table>
        <label class="check">
            <input
                type="checkbox"
                prop:checked=changing(move || characters.get())
                on:change=move |event| characters.set(event_target_checked(&event))
            />
            "Single letters and signs are shortcuts"
        </label>
        <h2>"What is simplified"</h2>
    }
}
