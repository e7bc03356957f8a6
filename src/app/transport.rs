//! The transport: where in the course of events one is, and where one can go.

use leptos::prelude::*;

use crate::view::{Pace, PlayerCommand, Token};

use super::branches::Branches;
use super::engine::Ctx;
use super::erased::{changing, does, live};
use super::icon::Icon;

/// Steps of the scrubber.
const STEPS: f64 = 1_000.0;

fn button(
    ctx: Ctx,
    icon: Icon,
    name: &'static str,
    enabled: impl Fn() -> bool + Copy + Send + Sync + 'static,
    command: PlayerCommand,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="tb"
            aria-label=name
            title=name
            // Not `disabled`: the focus stays where it is while stepping.
            aria-disabled=changing(move || (!enabled()).to_string())
            on:click=does(move |_| {
                if enabled() {
                    ctx.send(command.clone());
                }
            })
        >
            {icon.view()}
        </button>
    }
}

/// The paces one can choose.
const PACES: [(&str, &str, Pace); 9] = [
    ("flow-0.25", "flow ¼", Pace::Flow { speed: 0.25 }),
    ("flow-0.5", "flow ½", Pace::Flow { speed: 0.5 }),
    ("flow-1", "flow 1×", Pace::Flow { speed: 1.0 }),
    ("flow-2", "flow 2×", Pace::Flow { speed: 2.0 }),
    ("flow-4", "flow 4×", Pace::Flow { speed: 4.0 }),
    ("clock-0.001", "clock 1/1000", Pace::Clock { factor: 0.001 }),
    ("clock-0.01", "clock 1/100", Pace::Clock { factor: 0.01 }),
    ("clock-0.1", "clock 1/10", Pace::Clock { factor: 0.1 }),
    ("clock-1", "clock 1×", Pace::Clock { factor: 1.0 }),
];

/// The transport.
#[component]
pub(crate) fn Transport() -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let transport = Memo::new(move |_| ctx.frame.read().transport.clone());
    let can_back = move || transport.with(|t| t.can_back);
    let at_head = move || transport.with(|t| t.at_head);
    let playing = move || transport.with(|t| t.playing);
    let always = || true;
    view! {
        <div class="transport" role="group" aria-label="Transport">
            <div class="transport__buttons">
                {button(ctx, Icon::First, "To the beginning", can_back, PlayerCommand::First)}
                {button(ctx, Icon::Back, "One hop back", can_back, PlayerCommand::HopBack)}
                <button
                    type="button"
                    class="tb play"
                    data-testid="play"
                    aria-label=changing(move || if playing() { "Pause" } else { "Play" })
                    title=changing(move || if playing() { "Pause" } else { "Play" })
                    on:click=does(move |_| ctx.send(PlayerCommand::Toggle))
                >
                    {live(move || {
                        let icon = if playing() { Icon::Pause } else { Icon::Play };
                        icon.view()
                    })}
                </button>
                {button(ctx, Icon::Forward, "One hop forward", always, PlayerCommand::HopForward)}
                {button(ctx, Icon::Over, "Step over: to the end of the operation", always, PlayerCommand::StepOver)}
                {button(ctx, Icon::Idle, "Run until nothing is open", always, PlayerCommand::RunToIdle)}
                {button(ctx, Icon::Last, "To the end", move || !at_head(), PlayerCommand::Last)}
            </div>
            <div class="clock" data-testid="clock">
                <span>{live(move || transport.with(|t| t.clock.clone()))}</span>
                <small>{live(move || transport.with(|t| t.clock_rest.clone()))}</small>
                {live(move || {
                    transport.with(|t| t.skipped.clone()).map(|skipped| view! { <em class="skipped">{Icon::Skip.view()}{skipped}</em> })
                })}
            </div>
            <div class="scrub">
                <svg class="scrub__picture" viewBox="0 0 120 20" preserveAspectRatio="none" aria-hidden="true">
                    {live(move || {
                        transport
                            .with(|t| {
                                t.buckets
                                    .iter()
                                    .map(|bucket| {
                                        let most = bucket.counts.first();
                                        let tone = match (bucket.fault, most) {
                                            (true, _) => Token::Fault,
                                            (false, Some((class, _))) => class.token(),
                                            (false, None) => Token::Muted,
                                        };
                                        let x = bucket.place * 120.0;
                                        view! {
                                            <line
                                                x1=x
                                                x2=x
                                                y1=20.0
                                                y2=19.0 - 18.0 * bucket.height
                                                stroke=tone.var()
                                                opacity=if bucket.past { "0.95" } else { "0.35" }
                                            ></line>
                                        }
                                    })
                                    .collect_view()
                            })
                    })}
                </svg>
                <input
                    type="range"
                    class="scrub__range"
                    aria-label="Moment"
                    data-testid="scrub"
                    min="0"
                    max=STEPS
                    step="1"
                    prop:value=changing(move || transport.with(|t| (t.fraction * STEPS).round()))
                    style:--at=changing(move || transport.with(|t| format!("{}%", t.fraction * 100.0)))
                    aria-valuetext=changing(move || {
                        transport
                            .with(|t| {
                                format!("hop {} of {}, {}{}", t.hop, t.hops, t.clock, t.clock_rest)
                            })
                    })
                    on:input=move |event| {
                        let range: web_sys::HtmlInputElement = event_target(&event);
                        ctx.send(PlayerCommand::SeekFraction(range.value_as_number() / STEPS));
                    }
                />
            </div>
            <label class="chip">
                <span class="unseen">"Pace"</span>
                <select
                    data-testid="pace"
                    on:change=move |event| {
                        let chosen = event_target_value(&event);
                        if let Some((_, _, pace)) = PACES.iter().find(|(id, _, _)| *id == chosen) {
                            ctx.send(PlayerCommand::SetPace(*pace));
                        }
                    }
                >
                    {PACES
                        .iter()
                        .map(|(id, name, pace)| {
                            let selected = move || transport.with(|t| t.pace == *pace);
                            view! { <option value=*id prop:selected=selected>{*name}</option> }
                        })
                        .collect_view()}
                </select>
            </label>
            <Branches/>
            <button
                type="button"
                class="tb undo"
                aria-label="Undo the last thing done"
                title="Undo the last thing done"
                aria-disabled=changing(move || (!transport.with(|t| t.can_undo)).to_string())
                on:click=does(move |_| ctx.send(PlayerCommand::Undo))
            >
                {Icon::Restart.view()}
            </button>
        </div>
    }
    .into_any()
}
