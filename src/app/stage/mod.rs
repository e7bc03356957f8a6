//! The stage: the topology and what moves over it.
//!
//! The topology is drawn anew when something about it changes; its elements stay, so the focus stays
//! where it is. What moves is a layer of its own without focus; it is reached through the diagram,
//! the wire view and the inspector.

mod cut;
mod dropping;
mod focus;
mod motion;
mod topology;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::view::frame::Stage as Picture;
use crate::view::{Entity, PlayerCommand, Shape as Form};

use super::drawing::{Drawing, Shape};
use super::engine::Ctx;
use super::entity_id::{entity_of, id_of};
use super::erased::{changing, live};
use super::faults::Tools;
use super::tuner::StageTuner;
use dropping::Dropping;

/// A group that stands for something: it stays the same element, and a click on it finds the thing.
pub(crate) fn lasting(entity: &Entity, class: String) -> Shape {
    let id = id_of(entity);
    Shape::new("g").keyed(id.clone()).with("class", class).with("data-entity", id)
}

/// The stage.
#[component]
pub(crate) fn Stage(
    /// Whether files can be dropped here: there is an inspector that takes them.
    files: bool,
) -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let dropping = files.then(|| Dropping::watch(ctx));
    let over = move || dropping.map_or_else(String::new, |dropping| dropping.over.get());
    let picture = Memo::new(move |_| ctx.frame.read().stage.clone());
    // The one part of the stage that Tab reaches; arrow keys go to the others.
    let here = RwSignal::new(String::new());
    let tools = expect_context::<Tools>();
    let line: cut::Line = RwSignal::new(None);
    // What a click would select that ends a cut, it does not select.
    let cut = StoredValue::new(false);
    let hit = |event: &web_sys::Event| {
        let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
        let found = target.closest("[data-entity]").ok().flatten()?;
        Some((entity_of(&found.get_attribute("data-entity")?)?, found))
    };
    let press = move |event: &web_sys::Event| {
        let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
        let button = target.closest("[data-press],[data-switch],[data-fold]").ok().flatten()?;
        if let Some(cluster) = button.get_attribute("data-fold") {
            return Some(PlayerCommand::Fold(cluster.parse().ok()?));
        }
        if let Some(stream) = button.get_attribute("data-switch") {
            return Some(PlayerCommand::SwitchView(entity_of(&stream)?));
        }
        let process = button.get_attribute("data-press")?.parse().ok()?;
        Some(PlayerCommand::Press(crate::kernel::ProcId(process)))
    };
    let on_click = move |event: web_sys::MouseEvent| {
        if cut.get_value() || tools.cutting.get_untracked() {
            return cut.set_value(false);
        }
        if let Some(command) = press(&event) {
            return ctx.send(command);
        }
        if is_vacant(&event) {
            return ctx.prompt.set(Some("stream add ".to_owned()));
        }
        // Of a cluster only the name selects it: its ground is the way to select nothing.
        let found = hit(&event).filter(|(entity, element)| {
            !matches!(entity, Entity::Cluster(_)) || element.has_attribute("data-stop")
        });
        ctx.select(found.map(|(entity, _)| entity));
    };
    let on_menu = move |event: web_sys::MouseEvent| {
        let Some((entity, element)) = hit(&event) else { return };
        event.prevent_default();
        here.set(element.get_attribute("data-entity").unwrap_or_default());
        ctx.select(Some(entity));
        tools.menu.set(Some((f64::from(event.client_x()), f64::from(event.client_y()))));
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
        key @ ("+" | "-") => {
            // The selected link is tuned where the focus is.
            let on_it = hit(&event).map(|(entity, _)| entity) == ctx.selection();
            if let Some(input) = ctx.nearer(key == "-").filter(|_| on_it) {
                ctx.act(input);
                event.prevent_default();
                event.stop_propagation();
            }
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
            class:dropping=changing(move || dropping.is_some_and(|dropping| dropping.files.get()))
            role="group"
            aria-label="Play area"
            viewBox=move || picture.with(|p| format!("0 0 {:.0} {:.0}", p.view.w.max(1.0), p.view.h.max(1.0)))
            class:cutting=changing(move || tools.cutting.get())
            on:click=on_click
            on:contextmenu=on_menu
            on:pointerdown=move |event| {
                cut.set_value(false);
                picture.with_untracked(|picture| cut::begin(&event, tools, line, picture));
            }
            on:pointermove=move |event| picture.with_untracked(|picture| cut::go_on(&event, line, picture))
            on:pointerup=move |_| {
                if line.get_untracked().is_some() {
                    cut.set_value(true);
                    let picture = picture.get_untracked();
                    cut::end(ctx, tools, line, &picture);
                }
            }
            on:pointercancel=move |_| line.set(None)
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
            <Drawing shapes=move || picture.with(|p| topology::topology(p, &tab_stop(p, &here.get()), &over()))/>
            {live(move || {
                let (a, b) = line.get()?;
                let d = format!("M{:.1} {:.1}L{:.1} {:.1}", a.x, a.y, b.x, b.y);
                Some(view! { <path class="stage__cut" d=d></path> })
            })}
            <g aria-hidden="true">
                <Drawing class="motion" shapes=move || ctx.frame.with(|frame| motion::motion(&frame.motion))/>
            </g>
            <StageTuner/>
        </svg>
    }
    .into_any()
}

/// Whether the place of a stream to be was hit.
fn is_vacant(event: &web_sys::Event) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| target.closest("[data-vacant]").ok().flatten().is_some())
}

/// Where Tab stops: where the focus was last, as long as that is there, else the first server.
fn tab_stop(picture: &Picture, here: &str) -> String {
    let links = picture.links.iter().map(|part| &part.entity);
    let flows = picture.flows.iter().map(|part| &part.entity);
    let servers = picture.servers.iter().map(|part| &part.entity);
    let tapes = picture.tapes.iter().map(|part| &part.entity);
    let apps = picture.apps.iter().map(|part| &part.entity);
    let consumers = picture.tapes.iter().flat_map(|tape| &tape.consumers).map(|part| &part.entity);
    let clusters = picture.clusters.iter().map(|part| &part.entity);
    let all = || {
        let first = servers.clone().chain(tapes.clone()).chain(consumers.clone());
        let rest = apps.clone().chain(flows.clone()).chain(links.clone());
        first.chain(rest).chain(clusters.clone())
    };
    all().map(id_of).find(|id| id == here).or_else(|| all().next().map(id_of)).unwrap_or_default()
}

/// The outline of a shape around the origin, and whether it is filled.
pub(crate) fn shape_path(shape: Form, r: f64) -> (String, bool) {
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
        Form::Disc => (round(r), true),
        Form::Ring => (round(r), false),
        Form::Dot => (round(r * 0.55), true),
        Form::Diamond => (
            format!("M0 {:.1}L{:.1} 0L0 {:.1}L{:.1} 0z", -r * 1.15, r * 1.15, r * 1.15, -r * 1.15),
            true,
        ),
        Form::Square => (format!("M{0:.1} {0:.1}h{1:.1}v{1:.1}h-{1:.1}z", -r * 0.9, r * 1.8), true),
        Form::Triangle | Form::HollowTriangle => (
            format!("M{:.1} 0L{:.1} {:.1}L{:.1} {:.1}z", r * 1.2, -r * 0.9, -r, -r * 0.9, r),
            shape == Form::Triangle,
        ),
    }
}
