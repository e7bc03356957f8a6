//! The menu of a thing on the stage: what can be done to it, where it is.

use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::view::frame::Action;
use crate::world::Input;

use super::dials::dials;
use super::engine::Ctx;
use super::erased::{does, live};
use super::faults::Tools;
use super::icon::Icon;

/// The menu, if it is open.
#[component]
pub(crate) fn Menu() -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let tools = expect_context::<Tools>();
    let node = NodeRef::<Div>::new();
    // What the thing offers when the menu opens: a menu does not change under the finger.
    let open = Memo::new(move |_| tools.menu.get());
    Effect::new(move |_| {
        if let (Some(menu), Some(_)) = (node.get(), open.get()) {
            focus_item(&menu, 0);
        }
    });
    let outside = window_event_listener(leptos::ev::pointerdown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        if node.get_untracked().is_some_and(|menu| !menu.contains(target.as_ref())) {
            tools.menu.set(None);
        }
    });
    on_cleanup(move || outside.remove());
    live(move || {
        let (x, y) = open.get()?;
        let (title, actions) = ctx.frame.with_untracked(|frame| {
            let inspection = frame.inspection.as_ref();
            let mut actions: Vec<Action> =
                inspection.map_or_else(Vec::new, |of| of.actions.clone());
            actions.extend(frame.faults.more.iter().cloned());
            (inspection.map_or_else(String::new, |of| of.title.clone()), actions)
        });
        let name = format!("What can be done to {title}");
        (!actions.is_empty()).then(|| {
            view! {
                <div
                    class="menu"
                    role="menu"
                    aria-label=name
                    node_ref=node
                    style:left=format!("clamp(8px, {x:.0}px, calc(100vw - 282px))")
                    style:top=format!("clamp(8px, {y:.0}px, calc(100vh - 404px))")
                    on:keydown=move |event| on_key(&event, tools, node)
                >
                    <p class="kick" aria-hidden="true">{title}</p>
                    {actions.into_iter().map(|action| item(ctx, tools, action)).collect_view()}
                    {dials(ctx, Some(tools))}
                </div>
            }
        })
    })
}

fn item(ctx: Ctx, tools: Tools, action: Action) -> impl IntoView {
    let Action { label, fault, kind, input } = action;
    view! {
        <button
            type="button"
            role="menuitem"
            tabindex="-1"
            class="menu__item"
            class:danger=fault
            on:click=does(move |_| choose(ctx, tools, input.clone()))
        >
            {Icon::of_action(kind).view()}
            <span>{label}</span>
        </button>
    }
}

/// Does what was chosen, and closes the menu.
pub(crate) fn choose(ctx: Ctx, tools: Tools, input: Input) {
    tools.menu.set(None);
    ctx.act(input);
    back_to_stage();
}

fn on_key(event: &web_sys::KeyboardEvent, tools: Tools, node: NodeRef<Div>) {
    let Some(menu) = node.get_untracked() else { return };
    match event.key().as_str() {
        "ArrowDown" | "ArrowRight" => step(&menu, 1),
        "ArrowUp" | "ArrowLeft" => step(&menu, -1),
        "Home" => focus_item(&menu, 0),
        "End" => focus_item(&menu, -1),
        "Escape" | "Tab" => {
            tools.menu.set(None);
            back_to_stage();
        }
        "Enter" | " " => return event.stop_propagation(),
        _ => return,
    }
    event.prevent_default();
    event.stop_propagation();
}

/// Puts the focus on the item so many places on.
fn step(menu: &web_sys::Element, by: i32) {
    let Ok(items) = menu.query_selector_all("[role^=menuitem]") else { return };
    let now = document().active_element();
    let at = (0..items.length()).find(|n| {
        let item = items.item(*n).and_then(|item| item.dyn_into::<web_sys::Element>().ok());
        item == now
    });
    let count = i32::try_from(items.length()).unwrap_or(0).max(1);
    let at = at.and_then(|at| i32::try_from(at).ok()).unwrap_or(0);
    focus_item(menu, (at + by).rem_euclid(count));
}

/// Puts the focus on an item; the last for -1.
fn focus_item(menu: &web_sys::Element, at: i32) {
    let Ok(items) = menu.query_selector_all("[role^=menuitem]") else { return };
    let at = u32::try_from(at).unwrap_or(items.length().saturating_sub(1));
    if let Some(item) = items.item(at).and_then(|n| n.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = item.focus();
    }
}

/// Puts the focus where it was on the stage.
fn back_to_stage() {
    let stop = document().query_selector(".stage__svg [data-stop][tabindex=\"0\"]").ok().flatten();
    if let Some(stop) = stop.and_then(|stop| stop.dyn_into::<web_sys::SvgElement>().ok()) {
        let _ = stop.focus();
    }
}
