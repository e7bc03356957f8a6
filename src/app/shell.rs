//! What is where on the page, and the keys that work everywhere.

use leptos::html::{Div, Input as InputElement};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::lesson::link::Link;
use crate::view::PlayerCommand;

use super::caption::Caption;
use super::console::Console;
use super::diagram::Diagram;
use super::engine::Ctx;
use super::erased::{changing, does, live};
use super::faults::{self, CutNote, Tools};
use super::header::Header;
use super::help::Help;
use super::icon::Icon;
use super::inspector::Inspector;
use super::keys::{KeyAction, action_of};
use super::legend::Legend;
use super::lesson::LessonPanel;
use super::lessons::{self, Lessons};
use super::live::Live;
use super::menu::Menu;
use super::options::{Options, is_framed};
use super::scene::Scene;
use super::share::Share;
use super::stage::Stage;
use super::start::Start;
use super::theme::{Theme, prefers_reduced_motion};
use super::transport::Transport;

/// Which panels are open; matters only where there is no room for all of them.
#[derive(Clone, Copy)]
pub(crate) struct Panels {
    /// The scene.
    pub(crate) left: RwSignal<bool>,
    /// The inspector.
    pub(crate) right: RwSignal<bool>,
    /// The diagram.
    pub(crate) diagram: RwSignal<bool>,
    /// The help.
    pub(crate) help: RwSignal<bool>,
    /// The share dialog.
    pub(crate) share: RwSignal<bool>,
    /// The list of lessons.
    pub(crate) lessons: RwSignal<bool>,
}

/// The whole page.
#[component]
pub(crate) fn Shell() -> impl IntoView {
    let options = Options::read();
    let theme = Theme::initial(options.theme.as_deref());
    theme.show();
    let reduced = options.reduce_motion || prefers_reduced_motion();
    match Ctx::new(&options, reduced) {
        Ok(ctx) => {
            let theme = RwSignal::new(theme);
            // Whoever frames the page wants what moves.
            if options.is_start() && !is_framed() {
                view! { <Start ctx=ctx theme=theme/> }.into_any()
            } else {
                view! { <Page ctx=ctx options=options theme=theme/> }.into_any()
            }
        }
        Err(error) => view! {
            <p class="broken" role="alert">{format!("The scene cannot be shown: {error}.")}</p>
        }
        .into_any(),
    }
}

#[component]
fn Page(ctx: Ctx, options: Options, theme: RwSignal<Theme>) -> impl IntoView {
    provide_context(ctx);
    let tools = Tools::new();
    provide_context(tools);
    let embed = options.embed;
    let closed = || RwSignal::new(false);
    let panels = Panels {
        left: closed(),
        right: closed(),
        diagram: closed(),
        help: closed(),
        share: closed(),
        lessons: closed(),
    };
    let in_lesson = Memo::new(move |_| ctx.frame.read().lesson.is_some());
    let sheet = move |open: RwSignal<bool>| {
        view! {
            <button type="button" class="btn ghost side__close" aria-label="Close" on:click=does(move |_| open.set(false))>
                {Icon::Close.view()}
            </button>
        }
    };
    // A link that was made in a lesson leads back into it, once its file is here.
    let link = options.state.as_deref().and_then(|text| Link::decode(text).ok());
    let link = link.filter(|link| link.lesson.is_some());
    let place = link.as_ref().and_then(|link| link.lesson.clone());
    let lesson = place.map(|place| place.0).or(options.lesson);
    let with_lesson = lesson.is_some();
    let trouble = RwSignal::new(None::<String>);
    // A lesson that begins is to be read, also where its panel is a sheet.
    Effect::new(move |_| {
        if in_lesson.get() {
            panels.left.set(true);
        }
    });
    if let Some(name) = lesson {
        let file = if name.ends_with(".md") { name } else { format!("{name}.md") };
        leptos::task::spawn_local(async move {
            trouble.set(lessons::begin(ctx, &file, link).await.err());
        });
    }
    let characters = RwSignal::new(true);
    let console_open = closed();
    let (stage, diagram) = (NodeRef::<Div>::new(), NodeRef::<Div>::new());
    let console = NodeRef::<InputElement>::new();
    super::measure::watch(ctx, stage, diagram);
    // The inspector has something to show from the first moment: the first stream.
    let first =
        ctx.frame.with_untracked(|frame| frame.stage.tapes.first().map(|tape| tape.entity.clone()));
    if !embed {
        ctx.select(first);
    }
    // Something new was selected: where the inspector is a sheet, it opens. But not because a lesson began,
    // which selects something itself: its panel is what is to be read then.
    let selection = Memo::new(move |_| ctx.frame.read().selection.clone());
    let lesson =
        Memo::new(move |_| ctx.frame.read().lesson.as_ref().map(|lesson| lesson.title.clone()));
    Effect::new(move |before: Option<Option<String>>| {
        let chosen = selection.get().is_some();
        let lesson = lesson.get_untracked();
        if before.as_ref() == Some(&lesson) && chosen {
            panels.right.set(true);
        }
        lesson
    });
    let on_key = move |event: web_sys::KeyboardEvent| {
        if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        // In a frame, keys count only while the focus is inside.
        if is_framed() && !document().has_focus().unwrap_or(true) {
            return;
        }
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let Some(action) = action_of(&event.key(), event.shift_key(), characters.get_untracked())
        else {
            return;
        };
        if let Some(target) = &target
            && is_typing(target, &event.key())
        {
            return;
        }
        match action {
            KeyAction::Command(command) => ctx.send(command),
            KeyAction::Help => panels.help.update(|open| *open = !*open),
            KeyAction::Console => {
                if let Some(input) = console.get_untracked() {
                    let _ = input.focus();
                }
            }
            KeyAction::Actions => focus_first_action(),
            KeyAction::Faults => faults::toggle(),
            KeyAction::Escape if tools.cutting.get_untracked() => tools.cutting.set(false),
            KeyAction::Escape => {
                panels.left.set(false);
                panels.right.set(false);
                ctx.send(PlayerCommand::Select(None));
            }
        }
        event.prevent_default();
    };
    let handle = window_event_listener(leptos::ev::keydown, on_key);
    on_cleanup(move || handle.remove());
    let notice = Memo::new(move |_| ctx.frame.read().notice.clone());
    let busy = Memo::new(move |_| ctx.frame.read().transport.busy.clone());
    view! {
        <div class="page" class:embed=embed class:with-lesson=with_lesson>
            <a class="skip" href="#stage">"Skip to the play area"</a>
            {(!embed).then(|| view! { <Header theme=theme panels=panels/> })}
            <main class="main">
                {embed.then(|| view! { <h1 class="unseen">{live(move || lesson.get().unwrap_or_else(|| scene_title(ctx)))}</h1> })}
                {(!embed || with_lesson)
                    .then(|| {
                        view! {
                            <aside class="side left" class:in-lesson=in_lesson class:open=changing(move || panels.left.get()) aria-label=changing(move || if in_lesson.get() { "Lesson" } else { "Scene" })>
                                {sheet(panels.left)}
                                {live(move || {
                                    if in_lesson.get() {
                                        view! { <LessonPanel/> }.into_any()
                                    } else {
                                        view! { <Scene/> }.into_any()
                                    }
                                })}
                            </aside>
                        }
                    })}
                <div class="center">
                    <Live/>
                    <div class="stage" id="stage" node_ref=stage>
                        <Stage files=!embed/>
                        <CutNote/>
                        <Menu/>
                        <div class="notices" role="alert" data-testid="notice">
                            {live(move || {
                                trouble
                                    .get()
                                    .map(|text| {
                                        view! {
                                            <p class="notice">
                                                <span>{text}</span>
                                                <button type="button" class="btn ghost" on:click=does(move |_| trouble.set(None))>
                                                    "Dismiss"
                                                </button>
                                            </p>
                                        }
                                    })
                            })}
                            {live(move || {
                                notice
                                    .get()
                                    .map(|text| {
                                        view! {
                                            <p class="notice">
                                                <span>{text}</span>
                                                <button type="button" class="btn ghost" on:click=does(move |_| ctx.send(PlayerCommand::DismissNotice))>
                                                    "Dismiss"
                                                </button>
                                            </p>
                                        }
                                    })
                            })}
                        </div>
                        {live(move || {
                            busy.get()
                                .map(|busy| {
                                    view! {
                                        <p class="busy" role="status">
                                            <span>{busy.what}</span>
                                            <progress max="1" value=busy.done></progress>
                                            <button type="button" class="btn" on:click=does(move |_| ctx.send(PlayerCommand::Cancel))>"Stop"</button>
                                        </p>
                                    }
                                })
                        })}
                    </div>
                    <Legend embed=embed/>
                    <Caption/>
                    <Transport/>
                    {(!embed)
                        .then(|| {
                            view! {
                                <div class="diagram" class:open=changing(move || panels.diagram.get()) node_ref=diagram>
                                    <Diagram/>
                                </div>
                            }
                        })}
                </div>
                {(!embed)
                    .then(|| {
                        view! {
                            <aside class="side right" class:open=changing(move || panels.right.get()) aria-label="Inspector">
                                {sheet(panels.right)}
                                <Inspector/>
                            </aside>
                        }
                    })}
            </main>
            {(!embed)
                .then(|| {
                    view! {
                        <footer class="footer"><Console input=console open=console_open/></footer>
                        <Help open=panels.help characters=characters/>
                        <Share open=panels.share/>
                        <Lessons open=panels.lessons/>
                    }
                })}
        </div>
    }
    .into_any()
}

/// What the scene is called.
fn scene_title(ctx: Ctx) -> String {
    ctx.scene().map_or("A shared world", |scene| scene.title).to_owned()
}

/// Whether the key belongs to what has the focus: text fields take all keys, sliders and lists the
/// arrows, buttons the space bar.
fn is_typing(target: &web_sys::Element, key: &str) -> bool {
    let tag = target.tag_name().to_ascii_lowercase();
    let kind = target.get_attribute("type").unwrap_or_default();
    if target.closest("dialog[open]").ok().flatten().is_some() {
        return key != "?";
    }
    match tag.as_str() {
        "textarea" => true,
        "input" if kind == "range" || kind == "checkbox" => key != "Escape" && key != "?",
        "input" => true,
        "select" => key != "Escape",
        "button" | "a" => key == " " || key == "Enter",
        _ => false,
    }
}

fn focus_first_action() {
    let button = document().query_selector(".insp__actions button").ok().flatten();
    if let Some(button) = button.and_then(|b| b.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = button.focus();
    }
}
