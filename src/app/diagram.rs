//! The space-time diagram, locked to the same moment as the stage.

use std::sync::Arc;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::view::frame::{
    Arrow, ArrowState, Diagram as Picture, FoldHead, Lane, Mark, MarkKind, Point, Rect,
};
use crate::view::{Entity, PlayerCommand, Token};

use super::drawing::{Drawing, Shape, classes};
use super::engine::Ctx;
use super::entity_id::entity_of;
use super::erased::{changing, does, live};
use super::stage::lasting;

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
            aria-label=changing(move || {
                picture.with(|picture| match picture.a11y.as_str() {
                    // It is not drawn where it is not shown.
                    "" => "Space-time diagram".to_owned(),
                    said => said.to_owned(),
                })
            })
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
            <Drawing shapes=move || picture.with(|picture| diagram(picture))/>
        </svg>
        {heads(ctx, picture)}
        {live(move || {
            picture.with(|p| p.truncated.clone()).map(|text| view! { <p class="diagram__left-out">{text}</p> })
        })}
    }
    .into_any()
}

/// What folds the lanes of clusters. The drawing is one picture to a screen reader; these are beside it.
fn heads(ctx: Ctx, picture: Memo<Arc<Picture>>) -> AnyView {
    let heads = Memo::new(move |_| picture.with(|picture| picture.folds.clone()));
    let clusters = Memo::new(move |_| heads.with(Vec::len));
    let one = move |n: usize| {
        let head = Memo::new(move |_| heads.with(|heads| heads.get(n).cloned()));
        let folded = Memo::new(move |_| head.get().is_some_and(|head| head.folded));
        let pixels = move |of: fn(&FoldHead) -> f64| {
            head.get().map(|head| format!("{:.0}px", of(&head))).unwrap_or_default()
        };
        view! {
            <button
                type="button"
                class="lanes-fold"
                aria-expanded=changing(move || (!folded.get()).to_string())
                aria-label=changing(move || head.get().map(|head| head.a11y).unwrap_or_default())
                title=changing(move || if folded.get() { "Unfold its lanes" } else { "Fold its lanes into one" })
                style:top=changing(move || pixels(|head| head.y))
                style:height=changing(move || pixels(|head| head.h))
                on:click=does(move |_| {
                    if let Some(head) = head.get_untracked() {
                        ctx.send(PlayerCommand::FoldLanes(head.cluster, !head.folded));
                    }
                })
            ></button>
        }
        .into_any()
    };
    view! {
        <div class="lanes-folds" role="group" aria-label="Lanes by cluster" data-testid="folds">
            {live(move || (0..clusters.get()).map(one).collect_view())}
        </div>
    }
    .into_any()
}

/// The whole diagram, lowest first.
fn diagram(picture: &Picture) -> Vec<Shape> {
    let (x, h) = (picture.cursor_x, picture.view.h);
    let squeezes = picture.squeezes.iter().map(|squeeze| {
        let room = Rect::new(squeeze.x, 0.0, squeeze.w, h);
        Shape::group("diagram__idle")
            .holds(Shape::rect("diagram__squeeze", room, 0.0))
            .holds_all(squeeze.label.as_ref().map(Shape::label))
    });
    let future = Rect::new(x, 0.0, picture.view.w - x, h);
    let now = [
        Shape::rect("diagram__future", future, 0.0),
        Shape::line("diagram__cursor", Point::new(x, 0.0), Point::new(x, h)),
        Shape::path("diagram__handle", format!("M{:.1} 0h10l-5 7z", x - 5.0)),
    ];
    let words = picture
        .arrows
        .iter()
        .map(|arrow| (&arrow.label, arrow.future))
        .chain(picture.marks.iter().map(|mark| (&mark.label, mark.future)))
        .filter_map(|(label, future)| Some((label.as_ref()?, future)))
        .map(|(label, future)| {
            let word = Shape::label(label);
            if future { word.with("opacity", "0.5") } else { word }
        });
    let parts = [
        ("squeezes", squeezes.collect::<Vec<_>>()),
        ("lanes", picture.lanes.iter().map(|l| lane(picture, l)).collect()),
        ("arrows", picture.arrows.iter().map(arrow).collect()),
        ("marks", picture.marks.iter().map(mark).collect()),
        ("ticks", picture.ticks.iter().map(|tick| Shape::label(&tick.label)).collect()),
        ("now", now.into()),
        ("words", words.collect()),
    ];
    parts.into_iter().map(|(key, shapes)| Shape::new("g").keyed(key).holds_all(shapes)).collect()
}

fn lane(picture: &Picture, lane: &Lane) -> Shape {
    let y = lane.y;
    let (a, b) = (Point::new(picture.lanes_x, y), Point::new(picture.view.w, y));
    let down = lane.down.iter().map(|(from, to)| {
        Shape::rect("diagram__down", Rect::new(*from, y - 3.0, to - from, 6.0), 0.0)
    });
    lasting(&lane.entity, classes("diagram__lane", &[("hot", lane.highlighted)]))
        .holds(Shape::line("diagram__axis", a, b))
        .holds_all(down)
        .holds(Shape::label(&lane.name))
}

/// What goes on within a folded cluster: a tick on its lane.
fn tick(arrow: &Arrow) -> Shape {
    let Point { x, y } = arrow.a;
    let (a, b) = (Point::new(x, y - 5.0), Point::new(x, y + 5.0));
    let marks = [("hot", arrow.highlighted), ("future", arrow.future)];
    let lost = (arrow.state == ArrowState::Dropped).then(|| {
        Shape::path("diagram__cross", format!("M{:.1} {:.1}l6 6m0-6l-6 6", x - 3.0, y - 3.0))
    });
    lasting(&Entity::Event(arrow.sent), classes("diagram__arrow", &marks))
        .holds(Shape::line("diagram__hit", a, b))
        .holds(Shape::line("diagram__way", a, b).with("stroke", arrow.class.token().var()))
        .holds_all(lost)
}

fn arrow(arrow: &Arrow) -> Shape {
    if arrow.is_tick() {
        return tick(arrow);
    }
    let tone = arrow.class.token().var();
    let (a, b) = (arrow.a, arrow.b);
    let end = match arrow.state {
        ArrowState::Arrived => {
            Shape::circle(b, 2.6).with("class", "diagram__end").with("stroke", tone.clone())
        }
        ArrowState::InFlight => Shape::circle(b, 3.4).with("fill", tone.clone()),
        ArrowState::Dropped => {
            let d = format!("M{:.1} {:.1}l6 6m0-6l-6 6", b.x - 3.0, b.y - 3.0);
            Shape::path("diagram__cross", d)
        }
        ArrowState::Held => {
            Shape::path("diagram__cross", format!("M{:.1} {:.1}v8", b.x, b.y - 4.0))
        }
    };
    let marks = [("hot", arrow.highlighted), ("future", arrow.future)];
    lasting(&Entity::Event(arrow.sent), classes("diagram__arrow", &marks))
        .holds(Shape::line("diagram__hit", a, b))
        .holds(Shape::line("diagram__way", a, b).with("stroke", tone.clone()))
        .holds(Shape::circle(a, 2.4).with("fill", tone))
        .holds(end)
}

fn mark(mark: &Mark) -> Shape {
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
    let marks = [("hot", mark.highlighted), ("future", mark.future)];
    let sign = Shape::path("diagram__sign", d).with("stroke", tone).with("fill", fill);
    lasting(&Entity::Event(mark.event), classes("diagram__mark", &marks))
        .holds(Shape::new("title").says(mark.a11y.clone()))
        .holds(Shape::circle(mark.at, 9.0).with("class", "diagram__touch"))
        .holds(sign)
}
