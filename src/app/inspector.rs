//! The inspector: all about the selected thing.

use std::sync::Arc;

use leptos::prelude::*;

use crate::view::frame::{Action, Badge, Inspection, Stat};

use super::dials::dials;
use super::engine::Ctx;
use super::erased::{does, live};
use super::files::Files;
use super::holdings::switch_of;
use super::icon::Icon;
use super::knobs::Knobs;
use super::sections::draw;
use super::tuner::Tuner;

/// The inspector panel.
#[component]
pub(crate) fn Inspector() -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let inspection = Memo::new(move |_| ctx.frame.read().inspection.clone());
    // The tab by its name, so that it stays when another thing of the same kind is selected.
    let tab = RwSignal::new(String::new());
    let current = move |inspection: &Inspection| {
        let wanted = tab.get();
        inspection.tabs.iter().position(|tab| tab.name == wanted).unwrap_or(0)
    };
    // Each part is drawn anew only when it changes: a button must not vanish under the finger, nor a
    // field under the cursor, because a number somewhere else went up.
    fn part<T: Clone + PartialEq + Send + Sync + 'static>(
        inspection: Memo<Option<Arc<Inspection>>>,
        of: impl Fn(&Inspection) -> T + Send + Sync + 'static,
    ) -> Memo<Option<T>> {
        Memo::new(move |_| inspection.with(|inspection| inspection.as_deref().map(&of)))
    }
    let nothing = Memo::new(move |_| inspection.with(Option::is_none));
    let head = part(inspection, |of| Head {
        title: of.title.clone(),
        place: of.place.clone(),
        kind: of.kind,
        badges: of.badges.clone(),
    });
    let switch = part(inspection, |of| Some((of.entity.clone(), of.shown_as?)));
    let stats = part(inspection, |of| of.stats.clone());
    let actions = part(inspection, |of| of.actions.clone());
    let more = Memo::new(move |_| ctx.frame.read().faults.more.clone());
    let any = Memo::new(move |_| !nothing.get() && !more.with(Vec::is_empty));
    let names =
        part(inspection, |of| of.tabs.iter().map(|tab| tab.name).collect::<Vec<&'static str>>());
    let chosen = Memo::new(move |_| inspection.with(|of| of.as_deref().map_or(0, current)));
    let sections = Memo::new(move |_| {
        inspection.with(|of| Some(of.as_ref()?.tabs.get(chosen.get())?.sections.clone()))
    });
    view! {
        {live(move || nothing.get().then(empty))}
        {live(move || head.get().map(head_of))}
        {live(move || switch.get().flatten().map(|(stream, shown)| switch_of(ctx, stream, shown)))}
        {live(move || stats.get().map(stats_of))}
        {live(move || actions.get().map(|actions| actions_of(ctx, actions)))}
        {live(move || any.get().then(|| more_of(ctx, more)))}
        <Knobs/>
        <Tuner/>
        <Files/>
        {live(move || {
            names
                .get()
                .map(|names| {
                    let chosen = chosen.get();
                    tabs_of(tab, names, chosen)
                })
        })}
        {live(move || {
            sections
                .get()
                .map(|sections| {
                    view! {
                        <div class="insp__body" role="tabpanel" tabindex="0">
                            {sections.into_iter().map(|section| draw(ctx, section)).collect_view()}
                        </div>
                    }
                })
        })}
    }
    .into_any()
}

fn empty() -> impl IntoView {
    view! {
        <div class="sec empty">
            <h2>"Nothing selected"</h2>
            <p class="quiet">"Select a server, a stream, an app, a link or a message: click it, or move to it with Tab and the arrow keys and press Enter."</p>
        </div>
    }
}

/// What the thing is.
#[derive(Clone, PartialEq)]
struct Head {
    title: String,
    place: String,
    kind: &'static str,
    badges: Vec<Badge>,
}

fn head_of(head: Head) -> impl IntoView {
    view! {
        <div class="insp__head" data-testid="inspector">
            <h2>
                {head.title}
                <span class="insp__place">{format!(" {}", head.place)}</span>
            </h2>
            <p class="unseen">{head.kind}</p>
            <div class="badges">
                {head
                    .badges
                    .into_iter()
                    .map(|badge| view! { <span class="badge" style:color=badge.tone.var()>{badge.text}</span> })
                    .collect_view()}
            </div>
        </div>
    }
}

fn stats_of(stats: Vec<Stat>) -> impl IntoView {
    view! {
        <dl class="stats">
            {stats
                .into_iter()
                .map(|stat| {
                    let changed = stat.was.is_some();
                    view! {
                        <div class:changed=changed>
                            <dt>{stat.name}</dt>
                            <dd>{stat.value}</dd>
                            <dd class="stats__was">{stat.was.map(|was| format!("was {was}"))}</dd>
                        </div>
                    }
                })
                .collect_view()}
        </dl>
    }
}

fn actions_of(ctx: Ctx, actions: Vec<Action>) -> impl IntoView {
    view! {
        <div class="insp__actions" role="group" aria-label="What can be done">
            {buttons(ctx, actions)}
        </div>
    }
}

/// What is done less often.
fn more_of(ctx: Ctx, actions: Memo<Vec<Action>>) -> impl IntoView {
    view! {
        <details class="insp__more">
            <summary>"More faults"</summary>
            <div class="insp__faults" role="group" aria-label="More faults">
                {live(move || buttons(ctx, actions.get()))}
            </div>
            {dials(ctx, None)}
        </details>
    }
}

fn buttons(ctx: Ctx, actions: Vec<Action>) -> AnyView {
    actions
        .into_iter()
        .map(|action| {
            let icon = Icon::of_action(action.kind);
            let input = action.input;
            view! {
                <button type="button" class="btn" class:danger=action.fault on:click=does(move |_| ctx.act(input.clone()))>
                    {icon.view()}
                    <span>{action.label}</span>
                </button>
            }
        })
        .collect_view()
        .into_any()
}

fn tabs_of(tab: RwSignal<String>, names: Vec<&'static str>, chosen: usize) -> impl IntoView {
    view! {
        <div class="tabs" role="tablist" aria-label="Inspector">
            {names
                .into_iter()
                .enumerate()
                .map(|(n, name)| {
                    let on = n == chosen;
                    view! {
                        <button
                            type="button"
                            role="tab"
                            class:on=on
                            aria-selected=on.to_string()
                            tabindex=if on { "0" } else { "-1" }
                            on:click=does(move |_| tab.set(name.to_owned()))
                            on:keydown=move |event| move_tab(&event)
                        >
                            {name}
                        </button>
                    }
                })
                .collect_view()}
        </div>
    }
}

/// Arrow keys go from tab to tab.
fn move_tab(event: &web_sys::KeyboardEvent) {
    use wasm_bindgen::JsCast;
    let Some(tab) = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlElement>().ok()) else {
        return;
    };
    let next = match event.key().as_str() {
        "ArrowRight" => tab.next_element_sibling(),
        "ArrowLeft" => tab.previous_element_sibling(),
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    if let Some(next) = next.and_then(|next| next.dyn_into::<web_sys::HtmlElement>().ok()) {
        next.click();
        let _ = next.focus();
    }
}
