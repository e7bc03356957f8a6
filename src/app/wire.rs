//! The wire view: the exact protocol lines around this moment.

use leptos::prelude::*;

use crate::view::{Entity, PlayerCommand};

use super::engine::Ctx;
use super::entity_id::id_of;

/// The protocol lines.
#[component]
pub(crate) fn Wire() -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let lines = Memo::new(move |_| ctx.frame.read().wire.clone());
    view! {
        <section class="wire" aria-labelledby="wire-title">
            <h2 class="kick" id="wire-title">"On the wire"</h2>
            <div class="wire__lines" data-testid="wire" tabindex="0" role="region" aria-label="Protocol lines">
                // The newest line is the last, and stays in view: see the style sheet.
                <div class="wire__all">
                    {move || {
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
                                        on:click=move |_| ctx.select(Some(Entity::Event(event)))
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
                    }}
                    {move || {
                        let none = lines.with(|lines| lines.is_empty());
                        none.then(|| view! { <p class="quiet">"Nothing was sent yet. Publish something."</p> })
                    }}
                </div>
            </div>
        </section>
    }
    .into_any()
}
