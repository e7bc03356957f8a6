//! The stage: the topology and what moves over it.
//!
//! The topology is rebuilt from the frame when something about it changes; elements are patched in
//! place, so the focus stays where it is. What moves is a layer of its own without focus; it is
//! reached through the diagram, the wire view and the inspector.

mod focus;
mod motion;
mod topology;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::view::frame::{Anchor, Label, Stage as Picture};
use crate::view::{Class, Entity, PlayerCommand, Shape};

use super::engine::Ctx;
use super::entity_id::entity_of;

/// A piece of text of a drawing.
pub(crate) fn label(label: &Label) -> impl IntoView + use<> {
    let anchor = match label.anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    view! {
        <text
            aria-hidden="true"
            x=label.at.x
            y=label.at.y
            text-anchor=anchor
            class=if label.style.is_mono() { "mono" } else { "sans" }
            font-size=label.style.size()
            font-weight=label.style.weight()
            fill=label.tone.var()
        >
            {label.text.clone()}
        </text>
    }
}

/// The stage.
#[component]
pub(crate) fn Stage() -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let picture = Memo::new(move |_| ctx.frame.read().stage.clone());
    // The one part of the stage that Tab reaches; arrow keys go to the others.
    let here = RwSignal::new(String::new());
    let hit = |event: &web_sys::Event| {
        let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
        let found = target.closest("[data-entity]").ok().flatten()?;
        Some((entity_of(&found.get_attribute("data-entity")?)?, found))
    };
    let press = move |event: &web_sys::Event| {
        let button = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .and_then(|target| target.closest("[data-press]").ok().flatten());
        let process = button?.get_attribute("data-press")?.parse().ok()?;
        Some(PlayerCommand::Press(crate::kernel::ProcId(process)))
    };
    let on_click = move |event: web_sys::MouseEvent| {
        if let Some(command) = press(&event) {
            return ctx.send(command);
        }
        let found = hit(&event).map(|(entity, _)| entity);
        ctx.select(found.filter(|entity| !matches!(entity, Entity::Cluster(_))));
    };
    let on_key = move |event: web_sys::KeyboardEvent| match event.key().as_str() {
        "Enter" | " " => {
            if let Some(command) = press(&event) {
                ctx.send(command);
            } else if let Some((entity, _)) = hit(&event) {
                ctx.select(Some(entity));
            } else {
                return;
            }
            event.prevent_default();
            event.stop_propagation();
        }
        key @ ("ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown") => {
            let Some((_, element)) = hit(&event) else { return };
            if let Some(id) = focus::neighbour(&element, key) {
                here.set(id.clone());
                focus::focus(&id);
                event.prevent_default();
                event.stop_propagation();
            }
        }
        _ => {}
    };
    view! {
        <svg
            class="stage__svg"
            role="group"
            aria-label="Play area"
            viewBox=move || picture.with(|p| format!("0 0 {:.0} {:.0}", p.view.w.max(1.0), p.view.h.max(1.0)))
            on:click=on_click
            on:keydown=on_key
            on:pointerover=move |event| ctx.send(PlayerCommand::Hover(hit(&event).map(|(entity, _)| entity)))
            on:pointerleave=move |_| ctx.send(PlayerCommand::Hover(None))
            on:focusin=move |event| {
                if let Some((entity, element)) = hit(&event) {
                    here.set(element.get_attribute("data-entity").unwrap_or_default());
                    ctx.send(PlayerCommand::Hover(Some(entity)));
                }
            }
            on:focusout=move |_| ctx.send(PlayerCommand::Hover(None))
        >
            <defs>
                <pattern id="grid" width="28" height="28" patternUnits="userSpaceOnUse">
                    <circle cx="14" cy="14" r="0.9" class="grid-dot"></circle>
                </pattern>
                <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                    <line x1="0" y1="0" x2="0" y2="6" class="hatch-line"></line>
                </pattern>
            </defs>
            <rect class="stage__grid" x="0" y="0" width="100%" height="100%" fill="url(#grid)"></rect>
            <g>{move || picture.with(|p| p.clusters.iter().map(topology::cluster).collect_view())}</g>
            <g>{move || picture.with(|p| p.links.iter().map(|l| topology::link(l, tab_stop(p, here, &l.entity))).collect_view())}</g>
            <g>{move || picture.with(|p| p.servers.iter().map(|s| topology::server(s, tab_stop(p, here, &s.entity))).collect_view())}</g>
            <g>{move || picture.with(|p| p.tapes.iter().map(|t| topology::tape(t, tab_stop(p, here, &t.entity))).collect_view())}</g>
            <g>{move || picture.with(|p| p.apps.iter().map(|a| topology::app(a, tab_stop(p, here, &a.entity))).collect_view())}</g>
            <g class="motion" aria-hidden="true">{move || ctx.frame.with(|frame| motion::motion(&frame.motion))}</g>
        </svg>
    }
    .into_any()
}

/// Whether Tab stops at this part: the one where the focus was last, else the first server.
fn tab_stop(picture: &Picture, here: RwSignal<String>, entity: &Entity) -> &'static str {
    let id = super::entity_id::id_of(entity);
    let current = here.get();
    let is_there = current.is_empty() || entity_of(&current).is_none();
    let first = picture.servers.first().is_some_and(|server| server.entity == *entity);
    if (is_there && first) || current == id { "0" } else { "-1" }
}

/// What the shapes mean, and which of them are shown.
#[component]
pub(crate) fn Legend() -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let classes = Memo::new(move |_| ctx.frame.read().classes.clone());
    view! {
        <details class="legend">
            <summary class="legend__summary">
                <span class="legend__word">"Legend"</span>
                {move || {
                    classes
                        .get()
                        .into_iter()
                        .filter(|(_, shown)| *shown)
                        .take(5)
                        .map(|(class, _)| view! { <span class="legend__item">{sample(class)}{class.label()}</span> })
                        .collect_view()
                }}
            </summary>
            <fieldset class="legend__all">
                <legend>"Traffic that is shown"</legend>
                {move || {
                    classes
                        .get()
                        .into_iter()
                        .map(|(class, shown)| {
                            view! {
                                <label class="check">
                                    <input
                                        type="checkbox"
                                        prop:checked=shown
                                        on:change=move |event| {
                                            let show = event_target_checked(&event);
                                            ctx.send(PlayerCommand::ShowClass(class, show));
                                        }
                                    />
                                    {sample(class)}
                                    {class.label()}
                                </label>
                            }
                        })
                        .collect_view()
                }}
            </fieldset>
        </details>
    }
}

/// A small picture of a class's shape.
fn sample(class: Class) -> impl IntoView {
    let tone = class.token().var();
    let (d, fill) = shape_path(class.shape(), 4.5);
    let fill = if fill { tone.clone() } else { "none".to_owned() };
    view! {
        <svg class="sample" viewBox="-7 -7 14 14" width="12" height="12" aria-hidden="true">
            <path d=d fill=fill stroke=tone></path>
        </svg>
    }
}

/// The outline of a shape around the origin, and whether it is filled.
pub(crate) fn shape_path(shape: Shape, r: f64) -> (String, bool) {
    let round = |r: f64| {
        format!(
            "M{0:.1} 0a{1:.1} {1:.1} 0 1 0 {2:.1} 0a{1:.1} {1:.1} 0 1 0 {3:.1} 0z",
            -r,
            r,
            2.0 * r,
            -2.0 * r
        )
    };
    match shape {
        Shape::Disc => (round(r), true),
        Shape::Ring => (round(r), false),
        Shape::Dot => (round(r * 0.55), true),
        Shape::Diamond => (
            format!("M0 {:.1}L{:.1} 0L0 {:.1}L{:.1} 0z", -r * 1.15, r * 1.15, r * 1.15, -r * 1.15),
            true,
        ),
        Shape::Square => {
            (format!("M{0:.1} {0:.1}h{1:.1}v{1:.1}h-{1:.1}z", -r * 0.9, r * 1.8), true)
        }
        Shape::Triangle | Shape::HollowTriangle => (
            format!("M{:.1} 0L{:.1} {:.1}L{:.1} {:.1}z", r * 1.2, -r * 0.9, -r, -r * 0.9, r),
            shape == Shape::Triangle,
        ),
    }
}
