//! The space-time diagram, locked to the same moment as the stage.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::view::frame::{Arrow, ArrowState, Diagram as Picture, Lane, Mark, MarkKind};
use crate::view::{Entity, PlayerCommand, Token};

use super::engine::Ctx;
use super::entity_id::{entity_of, id_of};
use super::stage::label;

/// The diagram.
#[component]
pub(crate) fn Diagram() -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let picture = Memo::new(move |_| ctx.frame.read().diagram.clone());
    let hit = |event: &web_sys::Event| {
        let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
        let found = target.closest("[data-entity]").ok().flatten()?;
        entity_of(&found.get_attribute("data-entity")?)
    };
    view! {
        <svg
            class="diagram__svg"
            role="img"
            aria-label=move || picture.with(|picture| picture.a11y.clone())
            viewBox=move || picture.with(|p| format!("0 0 {:.0} {:.0}", p.view.w.max(1.0), p.view.h.max(1.0)))
            on:click=move |event| {
                if let Some(entity) = hit(&event) {
                    if let Entity::Event(id) = entity {
                        ctx.send(PlayerCommand::SeekEvent(id));
                    }
                    ctx.select(Some(entity));
                }
            }
            on:pointerover=move |event| ctx.send(PlayerCommand::Hover(hit(&event)))
            on:pointerleave=move |_| ctx.send(PlayerCommand::Hover(None))
        >
            <g>{move || picture.with(|picture| squeezes(picture))}</g>
            <g>{move || picture.with(|picture| picture.lanes.iter().map(|l| lane(picture, l)).collect_view())}</g>
            <g>{move || picture.with(|picture| picture.arrows.iter().map(arrow).collect_view())}</g>
            <g>{move || picture.with(|picture| picture.marks.iter().map(mark).collect_view())}</g>
            <g>{move || picture.with(|picture| picture.ticks.iter().map(|tick| label(&tick.label)).collect_view())}</g>
            <g>
                {move || {
                    picture
                        .with(|p| {
                            let (x, h) = (p.cursor_x, p.view.h);
                            let veil = (p.view.w - x).max(0.0);
                            view! {
                                <rect class="diagram__future" x=x y="0" width=veil height=h></rect>
                                <line class="diagram__cursor" x1=x y1="0" x2=x y2=h></line>
                                <path class="diagram__handle" d=format!("M{:.1} 0h10l-5 7z", x - 5.0)></path>
                            }
                        })
                }}
            </g>
        </svg>
        {move || {
            picture.with(|p| p.truncated.clone()).map(|text| view! { <p class="diagram__left-out">{text}</p> })
        }}
    }
    .into_any()
}

fn squeezes(picture: &Picture) -> impl IntoView + use<> {
    let h = picture.view.h;
    picture
        .squeezes
        .iter()
        .map(|squeeze| {
            let text = squeeze.label.as_ref().map(label);
            view! {
                <g>
                    <rect class="diagram__squeeze" x=squeeze.x y="0" width=squeeze.w height=h></rect>
                    {text}
                </g>
            }
        })
        .collect_view()
}

fn lane(picture: &Picture, lane: &Lane) -> impl IntoView + use<> {
    let (x, w, y) = (picture.lanes_x, picture.view.w, lane.y);
    let down = lane
        .down
        .iter()
        .map(|(from, to)| {
            let width = (to - from).max(0.0);
            view! { <rect class="diagram__down" x=*from y=y - 3.0 width=width height="6"></rect> }
        })
        .collect_view();
    view! {
        <g class="diagram__lane" class:hot=lane.highlighted data-entity=id_of(&lane.entity)>
            <line x1=x y1=y x2=w y2=y></line>
            {down}
            {label(&lane.name)}
        </g>
    }
}

fn arrow(arrow: &Arrow) -> impl IntoView + use<> {
    let tone = arrow.class.token().var();
    let (a, b) = (arrow.a, arrow.b);
    let end = match arrow.state {
        ArrowState::Arrived => view! {
            <circle class="diagram__end" cx=b.x cy=b.y r="2.6" stroke=tone.clone()></circle>
        }
        .into_any(),
        ArrowState::InFlight => {
            view! { <circle cx=b.x cy=b.y r="3.4" fill=tone.clone()></circle> }.into_any()
        }
        ArrowState::Dropped => {
            let d = format!("M{:.1} {:.1}l6 6m0-6l-6 6", b.x - 3.0, b.y - 3.0);
            view! { <path class="diagram__cross" d=d></path> }.into_any()
        }
        ArrowState::Held => {
            let d = format!("M{:.1} {:.1}v8", b.x, b.y - 4.0);
            view! { <path class="diagram__cross" d=d></path> }.into_any()
        }
    };
    let text = arrow.label.as_ref().map(label);
    view! {
        <g
            class="diagram__arrow"
            class:hot=arrow.highlighted
            class:future=arrow.future
            data-entity=id_of(&Entity::Event(arrow.sent))
        >
            <line class="diagram__hit" x1=a.x y1=a.y x2=b.x y2=b.y></line>
            <line x1=a.x y1=a.y x2=b.x y2=b.y stroke=tone.clone()></line>
            <circle cx=a.x cy=a.y r="2.4" fill=tone></circle>
            {end}
            {text}
        </g>
    }
}

fn mark(mark: &Mark) -> impl IntoView + use<> {
    let (x, y) = (mark.at.x, mark.at.y);
    let tone = mark.tone.var();
    let (d, filled) = match mark.kind {
        MarkKind::Input => (format!("M{x:.1} {y:.1}v-11l7 3-7 3"), true),
        MarkKind::Stored => (format!("M{:.1} {:.1}h6v6h-6z", x - 3.0, y - 3.0), true),
        MarkKind::Committed => (format!("M{:.1} {y:.1}l2.5 3 5-6.5", x - 4.0), false),
        MarkKind::Elected => (format!("M{:.1} {:.1}l2-6 3 3 3-3 2 6z", x - 5.0, y - 2.0), true),
        MarkKind::Election => {
            (format!("M{:.1} {y:.1}a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0", x - 3.5), false)
        }
        MarkKind::Refused | MarkKind::Fault => {
            (format!("M{:.1} {:.1}l7 7m0-7l-7 7", x - 3.5, y - 3.5), false)
        }
        MarkKind::Done | MarkKind::Healed => {
            (format!("M{:.1} {y:.1}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0", x - 3.0), false)
        }
        MarkKind::Stream => (format!("M{x:.1} {:.1}v10", y - 5.0), false),
    };
    let fill = if filled { tone.clone() } else { Token::Panel2.var() };
    let text = mark.label.as_ref().map(label);
    view! {
        <g
            class="diagram__mark"
            class:hot=mark.highlighted
            class:future=mark.future
            data-entity=id_of(&Entity::Event(mark.event))
        >
            <path d=d stroke=tone fill=fill></path>
            {text}
        </g>
    }
}
