//! The knobs of what the selected application does by itself.
//!
//! They are elements of their own beside the inspector's words: those are drawn anew with every moment,
//! these stay, so that a slider can be held and a field keeps its focus while the world goes on.

use leptos::prelude::*;
use leptos::tachys::dom::event_target_value;

use crate::client::behaviour::KnobKind;
use crate::view::frame::{KnobPanel, KnobRow};

use super::engine::Ctx;
use super::erased::live;

/// The knobs of the selected application; nothing if it has none.
#[component]
pub(crate) fn Knobs() -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let panel = Memo::new(move |_| {
        let frame = ctx.frame.read();
        frame.inspection.as_ref().and_then(|inspection| inspection.knobs.clone())
    });
    let shape = Memo::new(move |_| panel.with(|panel| panel.as_ref().map(shape)));
    view! {
        {live(move || {
            shape
                .get()
                .map(|(client, kind, names)| {
                    let rows = names
                        .into_iter()
                        .map(|name| {
                            let row = Memo::new(move |_| {
                                panel.with(|panel| {
                                    let rows = panel.as_ref().map(|panel| panel.knobs.as_slice());
                                    rows.unwrap_or_default().iter().find(|row| row.knob.name == name).cloned()
                                })
                            });
                            view! { <Row client=client.clone() row=row/> }
                        })
                        .collect_view();
                    view! {
                        <section class="knobs" data-testid="knobs" aria-label=format!("Knobs of the {kind} {client}")>
                            <h3 class="kick">"Knobs"</h3>
                            {rows}
                        </section>
                    }
                })
        })}
    }
    .into_any()
}

/// What must be the same for the elements to stay: the application, and which knobs it has.
fn shape(panel: &KnobPanel) -> (String, &'static str, Vec<&'static str>) {
    (panel.client.clone(), panel.kind, panel.knobs.iter().map(|row| row.knob.name).collect())
}

#[component]
fn Row(client: String, row: Memo<Option<KnobRow>>) -> impl IntoView {
    let Some(first) = row.get_untracked() else { return ().into_any() };
    let ctx = expect_context::<Ctx>();
    let knob = first.knob;
    let id = format!("knob-{}", knob.name);
    let value = move || row.get().map(|row| row.value).unwrap_or_default();
    let turn = move |to: String| turn(ctx, &client, row, &to);
    let help = format!("{id}-help");
    let control = match knob.kind {
        KnobKind::Switch => {
            let on = move || value() == "on";
            view! {
                <input
                    type="checkbox"
                    role="switch"
                    id=id.clone()
                    aria-describedby=help.clone()
                    prop:checked=on
                    on:change=move |event| {
                        let to = if event_target_checked(&event) { "on" } else { "off" };
                        turn(to.to_owned());
                    }
                />
            }
            .into_any()
        }
        KnobKind::Choice(words) => view! {
            <select
                id=id.clone()
                aria-describedby=help.clone()
                prop:value=value
                on:change=move |event| {
                    turn(event_target_value(&event));
                }
            >
                {words
                    .iter()
                    .map(|word| view! { <option value=*word selected=*word == first.value>{*word}</option> })
                    .collect_view()}
            </select>
        }
        .into_any(),
        KnobKind::Text | KnobKind::List => field(id.clone(), None, help.clone(), value, turn),
        KnobKind::Duration(steps) | KnobKind::Chance(steps) | KnobKind::Number(steps) => {
            let at = move || row.get().map(|row| row.step().to_string()).unwrap_or_default();
            let slide = {
                let turn = turn.clone();
                move |event: web_sys::Event| {
                    let step = event_target_value(&event).parse::<usize>().ok();
                    if let Some(to) = step.and_then(|step| steps.get(step)) {
                        turn((*to).to_owned());
                    }
                }
            };
            view! {
                <input
                    type="range"
                    id=id.clone()
                    min="0"
                    max=steps.len().saturating_sub(1).to_string()
                    step="1"
                    aria-valuetext=value
                    aria-describedby=help.clone()
                    prop:value=at
                    on:change=slide
                />
                {field(format!("{id}-value"), Some(format!("{}, exactly", knob.label)), String::new(), value, turn)}
            }
            .into_any()
        }
    };
    view! {
        <div class="knob" class:knob--slides=!knob.kind.steps().is_empty() title=knob.help>
            <label for=id>{knob.label}</label>
            {control}
            <span class="unseen" id=help>{knob.help}</span>
        </div>
    }
    .into_any()
}

/// A field for a value as text.
fn field(
    id: String,
    label: Option<String>,
    help: String,
    value: impl Fn() -> String + Send + Sync + 'static,
    turn: impl Fn(String) -> Option<String> + Send + Sync + 'static,
) -> AnyView {
    view! {
        <input
            type="text"
            class="knob__value"
            id=id
            aria-label=label
            aria-describedby=(!help.is_empty()).then_some(help)
            autocomplete="off"
            spellcheck="false"
            prop:value=value
            on:change=move |event| {
                // What was refused is not left standing there.
                if let Some(old) = turn(event_target_value(&event)) {
                    let target: web_sys::HtmlInputElement = event_target(&event);
                    target.set_value(&old);
                }
            }
        />
    }
    .into_any()
}

/// Turns a knob. If that is refused, how it is set is returned; the page says why.
fn turn(ctx: Ctx, client: &str, row: Memo<Option<KnobRow>>, to: &str) -> Option<String> {
    let before = row.get_untracked()?;
    if before.value != to {
        ctx.act(before.turn(client, to));
    }
    let now = row.get_untracked()?.value;
    (now == before.value).then_some(now)
}
