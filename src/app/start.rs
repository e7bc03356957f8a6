//! The start page: what one sees first at an address that asks for nothing in particular. A scene that
//! is alive already, the lessons, the scenes, and how to show one on another page.

use leptos::html::Div;
use leptos::prelude::*;

use crate::view::PlayerCommand;
use crate::world::scenes::{self, Scene};

use super::caption::Caption;
use super::engine::Ctx;
use super::erased::{does, live};
use super::faults::Tools;
use super::header::{Brand, ThemeButton};
use super::help::Help;
use super::icon::Icon;
use super::lessons::LessonCards;
use super::menu::Menu;
use super::stage::Stage;
use super::theme::Theme;

/// The start page.
#[component]
pub(crate) fn Start(
    /// The world of the first scene.
    ctx: Ctx,
    /// The theme that is shown.
    theme: RwSignal<Theme>,
) -> impl IntoView {
    provide_context(ctx);
    // What is alive here can be broken here: by the menu of its parts.
    provide_context(Tools::new());
    let help = RwSignal::new(false);
    view! {
        <div class="start">
            <a class="skip" href="#lessons">"Skip to the lessons"</a>
            <header class="header">
                <Brand/>
                <span class="spacer"></span>
                <nav class="start__nav" aria-label="On this page">
                    <a class="btn ghost" href="#lessons">"Lessons"</a>
                    <a class="btn ghost" href="#scenes">"Scenes"</a>
                    <a class="btn ghost" href="#embed">"Embed"</a>
                </nav>
                <button type="button" class="btn ghost" aria-haspopup="dialog" on:click=does(move |_| help.set(true))>
                    "What is simplified"
                </button>
                <ThemeButton theme=theme/>
            </header>
            <main class="start__main">
                <section class="hero" aria-labelledby="hero-title">
                    <div>
                        <h1 id="hero-title">"See JetStream flow."</h1>
                        <p class="hero__what">
                            "A whole NATS JetStream cluster runs in this page. Watch every message hop by hop, step back, \
                             kill a leader, and see what is really lost."
                        </p>
                        <p class="hero__ways">
                            <a class="btn pri" href="?lesson=1-everything-is-a-stream">"Start: everything is a stream"</a>
                            <a class="btn" href=scene_address(&scenes::ALL[0])>"Open the sandbox"</a>
                        </p>
                        <p class="hero__note">
                            "Nothing to install. Nothing leaves your browser. Checked against nats-server 2.15.1."
                        </p>
                    </div>
                    <Hero/>
                </section>
                <section id="lessons" aria-labelledby="lessons-title">
                    <h2 id="lessons-title">"Lessons" <small>"a few minutes each, and something breaks in all of them"</small></h2>
                    <LessonCards/>
                </section>
                <section id="scenes" aria-labelledby="scenes-title">
                    <h2 id="scenes-title">"Scenes" <small>"to try things out: break them live, step back, repeat exactly"</small></h2>
                    <ul class="cards">{scenes::ALL.iter().map(scene_card).collect_view()}</ul>
                </section>
                <section id="embed" aria-labelledby="embed-title">
                    <h2 id="embed-title">"On your own page" <small>"one line, any static host, no cookies"</small></h2>
                    <pre class="start__embed" tabindex="0">{embed_code()}</pre>
                </section>
            </main>
            <Help open=help/>
        </div>
    }
    .into_any()
}

/// The first scene, small, and the one thing to do with it.
#[component]
fn Hero() -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let stage = NodeRef::<Div>::new();
    super::measure::watch(ctx, stage, NodeRef::new());
    let transport = Memo::new(move |_| {
        let frame = ctx.frame.read();
        let transport = &frame.transport;
        let nothing_to_come = transport.hop == 0 || transport.at_rest;
        (transport.playing, transport.at_head && nothing_to_come, transport.hop)
    });
    let publisher = move || {
        ctx.frame
            .read_untracked()
            .stage
            .apps
            .iter()
            .find(|app| app.button.is_some())
            .map(|app| app.process)
    };
    let word = move || match transport.get() {
        (true, ..) => "Pause",
        (_, true, _) => "Publish an order, and watch it",
        _ => "Play",
    };
    let press = move |_| {
        let (playing, over, _) = transport.get_untracked();
        match publisher() {
            Some(process) if over && !playing => ctx.send(PlayerCommand::Press(process)),
            _ => ctx.send(PlayerCommand::Toggle),
        }
    };
    view! {
        <div class="hero__scene" role="group" aria-label="A scene, alive">
            <div class="stage" node_ref=stage>
                <Stage files=false/>
                <Menu/>
            </div>
            <div class="hero__play">
                <button type="button" class="tb play" aria-label=word title=word data-testid="hero-play" on:click=press>
                    {live(move || if transport.get().0 { Icon::Pause.view() } else { Icon::Play.view() })}
                </button>
                <Caption/>
                <span class="hero__hops">{live(move || format!("hop {}", transport.get().2))}</span>
            </div>
        </div>
    }
    .into_any()
}

fn scene_address(scene: &Scene) -> String {
    format!("?scene={}", scene.name)
}

/// A scene as a card: a hexagon for each of its servers.
fn scene_card(scene: &'static Scene) -> impl IntoView {
    let servers =
        (scene.topology)().clusters.iter().map(|cluster| cluster.servers.len()).sum::<usize>();
    // Many servers are smaller.
    let view = format!("0 0 {} 24", (26 * servers).max(132));
    view! {
        <li>
            <a class="card scene" href=scene_address(scene)>
                <svg class="card__art" viewBox=view preserveAspectRatio="xMinYMid" width="132" height="24" aria-hidden="true">
                    {(0..servers)
                        .map(|n| {
                            let x = 12 + 26 * n;
                            view! { <path d=format!("M{x} 2l9 5v10l-9 5-9-5V7z")></path> }
                        })
                        .collect_view()}
                </svg>
                <b>{scene.title}</b>
                <span>{scene.about}</span>
                <small>{if servers == 1 { "1 server".to_owned() } else { format!("{servers} servers") }}</small>
            </a>
        </li>
    }
}

/// What a host page writes to show the first scene.
fn embed_code() -> String {
    let location = window().location();
    let base = [location.origin(), location.pathname()].map(Result::unwrap_or_default).concat();
    format!(
        "<iframe src=\"{base}?embed=1\" title=\"NATS JetStream: one order\"\n        width=\"100%\" height=\"520\" loading=\"lazy\" \
         allow=\"fullscreen; clipboard-write\"></iframe>"
    )
}
