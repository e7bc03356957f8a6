//! The left panel: what this scene is, what to try, and what to break.

use leptos::prelude::*;

use crate::view::PlayerCommand;
use crate::view::frame::{LinkKind, LinkState, Stage, UpState};
use crate::world::Input;

use super::apps::AddApp;
use super::engine::Ctx;
use super::erased::{does, live};
use super::icon::Icon;
use super::wire::Wire;

/// The scene panel.
#[component]
pub(crate) fn Scene() -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let stage = Memo::new(move |_| ctx.frame.read().stage.clone());
    let broken = Memo::new(move |_| !ctx.frame.read().faults.broken.is_empty());
    let scene = ctx.scene();
    view! {
        <section class="sec">
            <p class="kick">"Sandbox"</p>
            <h2>{scene.map_or("A shared world", |scene| scene.title)}</h2>
            <p class="quiet">{scene.map(|scene| scene.about)}</p>
            <ol class="steps">
                {scene
                    .map_or(&[][..], |scene| scene.tries)
                    .iter()
                    .map(|try_this| view! { <li>{*try_this}</li> })
                    .collect_view()}
            </ol>
            <PublishButton/>
        </section>
        <AddApp/>
        <section class="sec" aria-labelledby="break-title">
            <h2 class="kick" id="break-title">"Break something"</h2>
            <div class="faults">
                {live(move || {
                    let broken = broken.get();
                    stage.with(|stage| quick_faults(stage, broken))
                        .into_iter()
                        .map(|(icon, label, breaks, input)| {
                            view! {
                                <button
                                    type="button"
                                    class="btn"
                                    class:danger=breaks
                                    aria-disabled=input.is_none().to_string()
                                    on:click=does(move |_| {
                                        if let Some(input) = input.clone() {
                                            ctx.act(input);
                                        }
                                    })
                                >
                                    {icon.view()}
                                    <span>{label}</span>
                                </button>
                            }
                        })
                        .collect_view()
                })}
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
        {live(move || {
            publisher
                .get()
                .map(|(process, name)| {
                    view! {
                        <button type="button" class="btn pri" data-testid="publish" on:click=does(move |_| ctx.send(PlayerCommand::Press(process)))>
                            {Icon::Send.view()}
                            <span>{format!("Publish as {name}")}</span>
                        </button>
                    }
                })
        })}
    }
}

/// A button: icon, words, whether it breaks something, and what it does, if there is something to do.
type Quick = (Icon, String, bool, Option<Input>);

/// Faults worth a button of their own; every other one is in the inspector of what it is done to. A
/// button keeps its place whatever happens; those that come and go are at the end.
fn quick_faults(stage: &Stage, broken: bool) -> Vec<Quick> {
    let leader = stage.servers.iter().find(|s| s.crowned && s.state == UpState::Up);
    let several = stage.clusters.len() > 1;
    let name = match leader {
        Some(leader) if several => leader.full_name.replace('/', " "),
        leader => leader.map_or_else(String::new, |leader| leader.name.text.to_string()),
    };
    let process = leader.map(|leader| leader.full_name.to_string());
    let crash = process.clone().map(|process| Input::Crash { process, lose_disk: false });
    let pause = process.map(|process| Input::Pause { process });
    let mut quick: Vec<Quick> = vec![
        (Icon::Power, "Kill leader".to_owned(), true, crash),
        (Icon::Pause, format!("Pause {name}").trim_end().to_owned(), true, pause),
    ];
    for link in stage.links.iter().filter(|link| link.kind != LinkKind::Access) {
        let [mut a, mut b] = link.names.clone().map(|name| name.to_string());
        let short = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
        if link.kind == LinkKind::Leaf {
            // All ways between two clusters at once: by another one they would find each other again.
            [&mut a, &mut b].into_iter().for_each(|end| {
                end.truncate(end.find('/').unwrap_or(end.len()));
            });
        }
        let pair = format!("{}–{}", short(&a), short(&b));
        let known = quick.iter().any(|(_, label, ..)| label.ends_with(&format!(" {pair}")));
        // Of several clusters, what joins them is enough.
        if known || several && link.kind == LinkKind::Route {
            continue;
        }
        quick.push(if link.state == LinkState::Ok {
            (Icon::Scissors, format!("Cut {pair}"), true, Some(Input::Cut { a, b }))
        } else {
            (Icon::Heal, format!("Heal {pair}"), false, Some(Input::Heal { a, b }))
        });
    }
    quick.push((Icon::Heal, "Heal all".to_owned(), false, broken.then_some(Input::HealAll)));
    for server in &stage.servers {
        let process = server.full_name.to_string();
        let name = &server.name.text;
        quick.push(match server.state {
            UpState::Up => continue,
            UpState::Paused => {
                let resume = Input::Resume { process };
                (Icon::Play, format!("Resume {name}"), false, Some(resume))
            }
            UpState::Down => {
                let restart = Input::Restart { process };
                (Icon::Restart, format!("Restart {name}"), false, Some(restart))
            }
        });
    }
    quick
}
