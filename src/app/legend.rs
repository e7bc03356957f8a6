//! The legend: what the shapes mean, and which traffic is shown.

use leptos::prelude::*;

use crate::view::{Class, PlayerCommand};

use super::engine::Ctx;
use super::erased::{changing, does, live};
use super::faults::FaultList;
use super::icon::Icon;
use super::popover::Popover;
use super::stage::shape_path;

/// The classes that are explained without opening anything, the most telling first.
const ALWAYS: [Class; 5] =
    [Class::Publish, Class::Replicate, Class::Ack, Class::Deliver, Class::Mirror];

/// Marks that are no traffic: outline, whether it is filled, tone, and what they mean.
const SIGNS: [(&str, &str, &str); 15] = [
    ("M-5.5 4l1.8-8 3.7 4.5L3.7-4l1.8 8z", "sign crown", "leads the stream"),
    (
        "M0-5.5l1.6 3.4 3.7.5-2.7 2.6.7 3.7L0 3l-3.3 1.7.7-3.7-2.7-2.6 3.7-.5z",
        "sign crown",
        "leads the cluster",
    ),
    ("M-6-1.2h12v2.4h-12z", "sign level", "how much a copy has"),
    ("M-4.5-4.5l9 9M4.5-4.5l-9 9", "sign fault", "dead"),
    ("M-6 4.5l3-9M-1.5 4.5l3-9M3 4.5l3-9", "sign hatch", "paused"),
    ("M0-5l5 9h-10z", "sign crown", "a consumer's next message"),
    ("M-5.5-5.5h11v11h-5", "sign hatch", "out: ack wait runs"),
    ("M-6 2.5h12", "sign acked", "acknowledged up to here"),
    ("M-7 0h4M3 0h4M-3-4v8M3-4v8", "sign fault", "cut link"),
    ("M-7 0h9M1.5-3.5l5 3.5-5 3.5z", "sign flow", "a mirror or source follows its origin"),
    ("M-5-5h6l4 4v6h-10z", "sign flow", "a message that its origin has no more"),
    ("M-5-5h10V5H-5z", "sign old", "an earlier value of a key"),
    ("M-5-5h10V5H-5z", "sign marker", "a marker: deleted, purged, run out"),
    ("M-5-5h10V5H-5zM-3 3l6-6", "sign fault marker", "a chunk of no object"),
    ("M0-5.5a5.5 5.5 0 1 0 .1 0zM-2.5-2.5l5 5M2.5-2.5l-5 5", "sign fault", "an update that lost"),
];

/// A row under the stage; it opens to show everything.
#[component]
pub(crate) fn Legend(
    /// Whether there is a way out of a frame beside it.
    embed: bool,
) -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let classes = Memo::new(move |_| ctx.frame.read().classes.clone());
    let button = view! {
        <span class="legend__word">"Legend"</span>
        {live(move || {
            let classes = classes.get();
            ALWAYS
                .into_iter()
                .filter(|class| classes.contains(&(*class, true)))
                .take(4)
                .map(|class| view! { <span class="legend__item">{sample(class)}{class.label()}</span> })
                .collect_view()
        })}
    }
    .into_any();
    view! {
        <div class="legend-row">
            <Popover class="legend" button=button>
                <fieldset class="legend__part">
                    <legend class="kick">"Traffic that is shown"</legend>
                    {live(move || {
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
                    })}
                </fieldset>
                <div class="legend__part">
                    <p class="kick">"Signs"</p>
                    {SIGNS
                        .into_iter()
                        .map(|(d, class, means)| view! { <p class="check">{sign(d, class)}{means}</p> })
                        .collect_view()}
                </div>
            </Popover>
            {inner(ctx)}
            {if embed {
                view! {
                    <FaultList/>
                    {out(ctx)}
                }
                .into_any()
            } else {
                view! {
                    <p class="legend__key" aria-hidden="true">
                        {SIGNS
                            .into_iter()
                            .take(3)
                            .map(|(d, class, means)| view! { <span class="legend__item">{sign(d, class)}{means}</span> })
                            .collect_view()}
                    </p>
                    <FaultList/>
                }
                    .into_any()
            }}
        </div>
    }
    .into_any()
}

/// The switch for what servers say among themselves; between on and off if a part of it is shown.
fn inner(ctx: Ctx) -> AnyView {
    let shown = Memo::new(move |_| ctx.frame.read().inner);
    let pressed = move || match shown.get() {
        None => "mixed",
        Some(true) => "true",
        Some(false) => "false",
    };
    view! {
        <button
            type="button"
            class="legend__inner"
            aria-pressed=changing(pressed)
            title="Show or hide Raft and heartbeats (H)"
            data-testid="inner"
            on:click=does(move |_| ctx.send(PlayerCommand::ToggleInner))
        >
            <i class="legend__lamp" aria-hidden="true"></i>
            "Raft and heartbeats"
        </button>
    }
    .into_any()
}

/// The way out of a frame: this very moment on a page of its own. It is looked up when somebody turns to it.
fn out(ctx: Ctx) -> AnyView {
    let address = RwSignal::new("./".to_owned());
    let look = move || address.set(super::share::address(&ctx.link()));
    view! {
        <a
            class="legend__out"
            href=address
            target="_blank"
            rel="noopener"
            on:pointerenter=move |_| look()
            on:focus=move |_| look()
            on:click=move |_| look()
        >
            <span class="legend__words">"Open in the playground"</span>
            {Icon::Share.view()}
        </a>
    }
    .into_any()
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

fn sign(d: &'static str, class: &'static str) -> impl IntoView {
    view! {
        <svg class="sample" viewBox="-7 -7 14 14" width="12" height="12" aria-hidden="true">
            <path class=class d=d></path>
        </svg>
    }
}
