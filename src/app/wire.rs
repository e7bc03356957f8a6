//! The wire view: the exact protocol lines around this moment.

use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::view::{Entity, PlayerCommand};

use super::engine::Ctx;
use super::entity_id::id_of;
use super::erased::{does, live};

/// Pixels at the upper edge in which lines fade: see the style sheet.
const FADE: i32 = 14;

/// The protocol lines.
#[component]
pub(crate) fn Wire() -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let lines = Memo::new(move |_| ctx.frame.read().wire.clone());
    let list = NodeRef::<Div>::new();
    // Not whenever a line changes: one that is pointed at must stay under the pointer.
    let newest = Memo::new(move |_| {
        lines.with(|lines| {
            let now = lines.iter().find(|line| line.now);
            (lines.last().map(|line| line.event), now.map(|line| line.event))
        })
    });
    Effect::new(move |_| {
        // Read, not only tracked: nobody else does, and a memo that is not read follows nothing.
        newest.get();
        if let Some(list) = list.get() {
            request_animation_frame(move || show_newest(&list));
        }
    });
    view! {
        <section class="wire" aria-labelledby="wire-title">
            <h2 class="kick" id="wire-title">"On the wire"</h2>
            <div
                class="wire__lines"
                node_ref=list
                data-testid="wire"
                tabindex="0"
                role="region"
                aria-label="Protocol lines"
            >
                <div class="wire__all">
                    {live(move || {
                        lines
                            .get()
                            .iter()
                            .map(|line| {
                                let event = line.event;
                                view! {
                                    <button
                                        type="button"
                                        class="wire__line"
                                        class:hot=line.highlighted
                                        class:now=line.now
                                        data-entity=id_of(&Entity::Event(event))
                                        title=format!("{} to {}, {} bytes", line.from, line.to, line.bytes)
                                        on:click=does(move |_| ctx.select(Some(Entity::Event(event))))
                                        on:pointerenter=move |_| {
                                            ctx.send(PlayerCommand::Hover(Some(Entity::Event(event))));
                                        }
                                        on:pointerleave=move |_| ctx.send(PlayerCommand::Hover(None))
                                    >
                                        <span class="wire__way">{format!("{} → {}", line.from, line.to)}</span>
                                        <span class="wire__verb" style:color=line.class.token().var()>
                                            {line.verb.clone()}
                                        </span>
                                        <span class="wire__rest">{format!(" {}", line.rest)}</span>
                                        <span class="wire__body">{line.body.join("\n")}</span>
                                    </button>
                                }
                            })
                            .collect_view()
                    })}
                    {live(move || {
                        let none = lines.with(|lines| lines.is_empty());
                        none.then(|| view! { <p class="quiet">"Nothing was sent yet. Publish something."</p> })
                    })}
                </div>
            </div>
        </section>
    }
    .into_any()
}

/// The newest lines stay in view, or the beginning of those of this moment if there is no room for all
/// of them.
fn show_newest(list: &web_sys::HtmlElement) {
    let now = list.query_selector(".wire__line.now").ok().flatten();
    let now = now.and_then(|line| line.dyn_into::<web_sys::HtmlElement>().ok());
    let end = list.scroll_height() - list.client_height();
    list.set_scroll_top(now.map_or(end, |line| end.min(line.offset_top() - FADE)));
}
