//! One sentence: what just happened. Names in it light up what they stand for.

use leptos::prelude::*;

use crate::view::frame::CaptionSpan;
use crate::view::{PlayerCommand, Token};

use super::engine::Ctx;
use super::entity_id::{entity_of, id_of};
use super::erased::{does, live};

/// The caption line.
#[component]
pub(crate) fn Caption() -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let caption = Memo::new(move |_| ctx.frame.read().caption.clone());
    let tone = move || {
        caption.with(|caption| match (caption.fault, caption.class) {
            (true, _) => Token::Fault.var(),
            (false, Some(class)) => class.token().var(),
            (false, None) => Token::Muted.var(),
        })
    };
    let hover = move |id: Option<String>| {
        ctx.send(PlayerCommand::Hover(id.as_deref().and_then(entity_of)));
    };
    view! {
        <div class="caption" data-testid="caption">
            <span class="caption__dot" style:background=tone></span>
            <p class="caption__text">
                {live(move || {
                    caption.with(|caption| {
                        caption
                            .spans
                            .iter()
                            .map(|span| match span {
                                CaptionSpan::Text(text) => view! { <span>{text.clone()}</span> }.into_any(),
                                CaptionSpan::Code(text) => view! { <code>{text.clone()}</code> }.into_any(),
                                CaptionSpan::Entity { entity, text } => {
                                    let id = id_of(entity);
                                    let (enter, focus, click) = (id.clone(), id.clone(), id);
                                    view! {
                                        <button
                                            type="button"
                                            class="entity"
                                            on:pointerenter=move |_| hover(Some(enter.clone()))
                                            on:pointerleave=move |_| hover(None)
                                            on:focus=move |_| hover(Some(focus.clone()))
                                            on:blur=move |_| hover(None)
                                            on:click=does(move |_| ctx.select(entity_of(&click)))
                                        >
                                            {text.clone()}
                                        </button>
                                    }
                                        .into_any()
                                }
                            })
                            .collect_view()
                    })
                })}
            </p>
        </div>
    }
    .into_any()
}
