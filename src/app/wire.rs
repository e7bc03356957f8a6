//! The wire view: the exact protocol lines around this moment.

use leptos::prelude::*;

use crate::view::frame::Direction;
use crate::view::{Entity, PlayerCommand};

use super::engine::Ctx;

/// The protocol lines.
#[component]
pub(crate) fn Wire() -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let lines = Memo::new(move |_| ctx.frame.read().wire.clone());
    view! {
        <section class="wire" aria-labelledby="wire-title">
            <h2 class="kick" id="wire-title">"On the wire"</h2>
            <div class="wire__lines" data-testid="wire" tabindex="0" role="region" aria-label="Protocol lines">
                {move || {
                    lines
                        .get()
                        .iter()
                        .map(|line| {
                            let event = line.event;
                            let (arrow, way) = match line.direction {
                                Direction::ToServer => ("▸", "to"),
                                Direction::ToApp => ("◂", "from"),
                                Direction::Between => ("⇄", "between servers, to"),
                            };
                            let title = format!("{} {way} {}, {} bytes", line.from, line.to, line.bytes);
                            view! {
                                <button
                                    type="button"
                                    class="wire__line"
                                    class:hot=line.highlighted
                                    title=title
                                    on:click=move |_| ctx.select(Some(Entity::Event(event)))
                                    on:pointerenter=move |_| {
                                        ctx.send(PlayerCommand::Hover(Some(Entity::Event(event))));
                                    }
                                    on:pointerleave=move |_| ctx.send(PlayerCommand::Hover(None))
                                >
                                    <span class="wire__verb" style:color=line.class.token().var()>
                                        {format!("{arrow} {}", line.verb)}
                                    </span>
                                    <span class="wire__rest">{format!(" {}", line.rest)}</span>
                                    <span class="wire__body">{line.body.join("\n")}</span>
                                </button>
                            }
                        })
                        .collect_view()
                }}
                {move || {
                    lines.with(|lines| lines.is_empty()).then(|| view! { <p class="quiet">"Nothing was sent yet. Publish something."</p> })
                }}
            </div>
        </section>
    }
    .into_any()
}
