//! The left panel: what this scene is, what to try, and what to break.

use leptos::prelude::*;

use crate::view::PlayerCommand;
use crate::view::frame::{LinkKind, LinkState, UpState};
use crate::world::Input;

use super::engine::Ctx;
use super::icon::Icon;
use super::wire::Wire;

/// The scene panel.
#[component]
pub(crate) fn Scene() -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    view! {
        <section class="sec">
            <p class="kick">"Sandbox"</p>
            <h2>"One order, made visible"</h2>
            <p class="quiet">
                "Three servers keep the stream ORDERS. Publish an order and watch every message of it: to a server, "
                "to the stream's leader, to the copies, back as an acknowledgement, and on to whoever listens."
            </p>
            <ol class="steps">
                <li>"Press Publish on checkout, or type the command below."</li>
                <li>"Step back with ←, forward with →. Drag the moment anywhere."</li>
                <li>"Kill the leader while an order is under way. What does checkout get?"</li>
                <li>"Select anything to see what it knows, and why it did what it did."</li>
            </ol>
            <PublishButton/>
        </section>
        <section class="sec" aria-labelledby="break-title">
            <h2 class="kick" id="break-title">"Break something"</h2>
            <div class="faults">
                {move || {
                    quick_faults(&ctx.frame.get().stage)
                        .into_iter()
                        .map(|(icon, label, breaks, input)| {
                            view! {
                                <button type="button" class="btn" class:danger=breaks on:click=move |_| ctx.act(input.clone())>
                                    {icon.view()}
                                    <span>{label}</span>
                                </button>
                            }
                        })
                        .collect_view()
                }}
            </div>
        </section>
        <Wire/>
    }
    .into_any()
}

/// The one thing to do next.
#[component]
fn PublishButton() -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let publisher = Memo::new(move |_| {
        let frame = ctx.frame.read();
        let app = frame.stage.apps.iter().find(|app| app.button.is_some())?;
        Some((app.process, app.name.text.clone()))
    });
    view! {
        {move || {
            publisher
                .get()
                .map(|(process, name)| {
                    view! {
                        <button type="button" class="btn pri" data-testid="publish" on:click=move |_| ctx.send(PlayerCommand::Press(process))>
                            {Icon::Send.view()}
                            <span>{format!("Publish as {name}")}</span>
                        </button>
                    }
                })
        }}
    }
}

type Quick = (Icon, String, bool, Input);

/// Faults worth a button of their own; every other one is in the inspector of what it is done to.
fn quick_faults(stage: &crate::view::frame::Stage) -> Vec<Quick> {
    let mut quick: Vec<Quick> = Vec::new();
    if let Some(leader) = stage.servers.iter().find(|s| s.crowned && s.state == UpState::Up) {
        let process = leader.full_name.to_string();
        let name = &leader.name.text;
        let crash = Input::Crash { process: process.clone(), lose_disk: false };
        quick.push((Icon::Power, "Kill leader".to_owned(), true, crash));
        quick.push((Icon::Pause, format!("Pause {name}"), true, Input::Pause { process }));
    }
    for server in &stage.servers {
        let process = server.full_name.to_string();
        let name = &server.name.text;
        match server.state {
            UpState::Up => {}
            UpState::Paused => {
                quick.push((
                    Icon::Play,
                    format!("Resume {name}"),
                    false,
                    Input::Resume { process },
                ));
            }
            UpState::Down => {
                let restart = Input::Restart { process };
                quick.push((Icon::Restart, format!("Restart {name}"), false, restart));
            }
        }
    }
    let routes = stage.links.iter().filter(|link| link.kind != LinkKind::Access);
    for link in routes {
        let [a, b] = link.names.clone().map(|name| name.to_string());
        let short = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
        let pair = format!("{}–{}", short(&a), short(&b));
        if link.state == LinkState::Ok {
            quick.push((Icon::Scissors, format!("Cut {pair}"), true, Input::Cut { a, b }));
        } else {
            quick.push((Icon::Heal, format!("Heal {pair}"), false, Input::Heal { a, b }));
        }
    }
    quick.push((Icon::Heal, "Heal all".to_owned(), false, Input::HealAll));
    quick
}
