//! The sliders of the selected link: in the inspector all four, on the stage beside the link the latency,
//! and the others when they are asked for.
//!
//! They are elements that stay while the world goes on, so that a slider can be held.

use leptos::prelude::*;
use leptos::tachys::dom::event_target_value;

use crate::view::tune::{Property, SLIDERS, Tuner as Picture};

use super::engine::Ctx;
use super::erased::{changing, does, live};

/// Height of the sliders on the stage when all are asked for.
const HEIGHT: f64 = 152.0;

/// The sliders in the inspector; nothing unless a link is selected.
#[component]
pub(crate) fn Tuner() -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let tuner = current(ctx);
    let title = title(tuner);
    view! {
        {live(move || {
            title
                .get()
                .map(|title| {
                    let name = format!("Sliders: {title}");
                    view! {
                        <section class="knobs tuner" data-testid="tuner" aria-label=name>
                            <h3 class="kick">{title}</h3>
                            {Property::ALL.map(|property| slider(ctx, tuner, property, "link")).collect_view()}
                            {reset(ctx, tuner)}
                        </section>
                    }
                })
        })}
    }
    .into_any()
}

/// The sliders on the stage, at the link.
#[component]
pub(crate) fn StageTuner() -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let tuner = current(ctx);
    let title = title(tuner);
    let drawn = Memo::new(move |_| tuner.with(|t| t.as_ref().is_some_and(|t| t.place.is_some())));
    let corner =
        Memo::new(move |_| tuner.with(|t| t.as_ref().and_then(|t| t.place)).unwrap_or_default());
    view! {
        {live(move || {
            title
                .get()
                .filter(|_| drawn.get())
                .map(|title| {
                    let [first, rest @ ..] = Property::ALL;
                    let name = title.clone();
                    view! {
                        <foreignObject
                            class="stage__tuner"
                            x=move || corner.get().x.to_string()
                            y=move || corner.get().y.to_string()
                            width=SLIDERS.0.to_string()
                            height=HEIGHT.to_string()
                            on:click=move |event| event.stop_propagation()
                            on:keydown=move |event| {
                                if event.key() != "Escape" {
                                    event.stop_propagation();
                                }
                            }
                        >
                            <div class="tuner tuner--stage" role="group" aria-label=name data-testid="stage-tuner">
                                {slider(ctx, tuner, first, "stage")}
                                <details>
                                    <summary>
                                        <span class="tuner__title">{title}</span>
                                        <span class="tuner__more">"More"</span>
                                    </summary>
                                    {rest.map(|property| slider(ctx, tuner, property, "stage")).collect_view()}
                                </details>
                            </div>
                        </foreignObject>
                    }
                })
        })}
    }
    .into_any()
}

type Current = Memo<Option<std::sync::Arc<Picture>>>;

fn current(ctx: Ctx) -> Current {
    Memo::new(move |_| ctx.frame.read().tuner.clone())
}

/// What must be the same for the elements to stay.
fn title(tuner: Current) -> Memo<Option<String>> {
    Memo::new(move |_| tuner.with(|tuner| tuner.as_ref().map(|tuner| tuner.title.clone())))
}

/// A slider: each step is one input.
fn slider(ctx: Ctx, tuner: Current, property: Property, where_: &'static str) -> AnyView {
    let steps =
        move || tuner.with(|tuner| tuner.as_ref().map(|t| t.steps(property))).unwrap_or_default();
    let at = Memo::new(move |_| tuner.with(|tuner| tuner.as_ref().map_or(0, |t| t.at(property))));
    let last = Memo::new(move |_| steps().len().saturating_sub(1));
    // Where it is held, before it is let go.
    let held = RwSignal::new(None::<usize>);
    let text = Memo::new(move |_| {
        let step = held.get().unwrap_or(at.get());
        steps().get(step).map(|spec| property.text(spec)).unwrap_or_default()
    });
    let step_of = |event: &web_sys::Event| event_target_value(event).parse::<usize>().ok();
    let id = format!("{where_}-{}", property.label().to_lowercase());
    let help = format!("{id}-help");
    view! {
        <div class="knob knob--slides" title=property.help()>
            <label for=id.clone()>{property.label()}</label>
            <input
                type="range"
                id=id
                min="0"
                max=changing(move || last.get().to_string())
                step="1"
                aria-valuetext=changing(move || text.get())
                aria-describedby=help.clone()
                prop:value=changing(move || at.get().to_string())
                on:input=move |event| held.set(step_of(&event))
                on:change=move |event| {
                    held.set(None);
                    let turn = step_of(&event)
                        .and_then(|step| tuner.with_untracked(|t| t.as_ref()?.turn(property, step)));
                    if let Some(input) = turn {
                        ctx.act(input);
                    }
                }
            />
            <output class="knob__value" aria-hidden="true">{live(move || text.get())}</output>
            <span class="unseen" id=help>{property.help()}</span>
        </div>
    }
    .into_any()
}

/// Back to what the topology says.
fn reset(ctx: Ctx, tuner: Current) -> AnyView {
    let back = move || tuner.with(|tuner| tuner.as_ref().and_then(|tuner| tuner.reset()));
    let none = Memo::new(move |_| back().is_none());
    view! {
        <button
            type="button"
            class="btn tuner__reset"
            aria-disabled=changing(move || none.get().to_string())
            on:click=does(move |_| {
                if let Some(input) = untrack(back) {
                    ctx.act(input);
                }
            })
        >
            "Reset to the scene's"
        </button>
    }
    .into_any()
}
