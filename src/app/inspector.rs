//! The inspector: all about the selected thing.

use std::sync::Arc;

use leptos::prelude::*;

use crate::view::frame::{Action, Badge, Fact, Inspection, Section, Stat, StripState};
use crate::view::{Entity, Token};

use super::dials::dials;
use super::engine::Ctx;
use super::erased::{does, live};
use super::files::Files;
use super::holdings::{holdings, switch_of};
use super::icon::Icon;
use super::knobs::Knobs;
use super::raft_log::raft_log;
use super::tuner::Tuner;

/// Longer texts in a table may be broken into lines.
const LONG: usize = 14;

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

fn title(title: Option<String>) -> impl IntoView {
    title.map(|title| view! { <h3 class="kick">{title}</h3> })
}

/// A value, which leads somewhere if it stands for something.
fn value(ctx: Ctx, text: String, entity: Option<Entity>) -> AnyView {
    match entity {
        None => view! { <span>{text}</span> }.into_any(),
        Some(entity) => view! {
            <button type="button" class="entity" on:click=does(move |_| ctx.select(Some(entity.clone())))>{text}</button>
        }
        .into_any(),
    }
}

fn draw(ctx: Ctx, section: Section) -> AnyView {
    match section {
        Section::Facts { title: heading, facts } => view! {
            <section class="facts">
                {title(heading)}
                <dl>
                    {facts
                        .into_iter()
                        .map(|Fact { name, value: text, was, entity }| {
                            let changed = was.is_some();
                            view! {
                                <div class:changed=changed>
                                    <dt>{name}</dt>
                                    <dd>
                                        {was.map(|was| view! { <s class="was">{was}</s> " → " })}
                                        {value(ctx, text, entity)}
                                    </dd>
                                </div>
                            }
                        })
                        .collect_view()}
                </dl>
            </section>
        }
        .into_any(),
        Section::Table { title: heading, columns, rows, truncated, empty } => {
            let none = rows.is_empty();
            view! {
                <section class="table">
                    {title(heading)}
                    {truncated.map(|text| view! { <p class="quiet">{text}</p> })}
                    {none.then(|| view! { <p class="quiet">{empty}</p> })}
                    <table hidden=none>
                        <thead>
                            <tr>{columns.into_iter().map(|name| view! { <th scope="col">{name}</th> }).collect_view()}</tr>
                        </thead>
                        <tbody>
                            {rows
                                .into_iter()
                                .map(|row| {
                                    let tone = row.tone.unwrap_or(Token::Text).var();
                                    let entity = row.entity.clone();
                                    view! {
                                        <tr class:changed=row.changed>
                                            {row
                                                .cells
                                                .into_iter()
                                                .enumerate()
                                                .map(|(n, cell)| {
                                                    let hint = cell.clone();
                                                    let long = cell.len() > LONG;
                                                    if n == 0 {
                                                        view! { <td class:long=long style:color=tone.clone() title=hint>{value(ctx, cell, entity.clone())}</td> }.into_any()
                                                    } else {
                                                        view! { <td class:long=long title=hint><span class="cell-text">{cell}</span></td> }.into_any()
                                                    }
                                                })
                                                .collect_view()}
                                        </tr>
                                    }
                                })
                                .collect_view()}
                        </tbody>
                    </table>
                </section>
            }
            .into_any()
        }
        Section::Holdings { objects, rows, more, empty } => {
            holdings(ctx, objects, rows, more, empty)
        }
        Section::Log { members, rows, more, compacted } => {
            raft_log(ctx, members, rows, more, compacted)
        }
        Section::Strip { cells, note } => view! {
            <section class="strip">
                <div class="strip__cells">
                    {cells
                        .into_iter()
                        .map(|cell| {
                            let (class, state) = match cell.state {
                                StripState::Done => ("strip__cell done", "done"),
                                StripState::Out => ("strip__cell out", "out for acknowledgement"),
                                StripState::Again => ("strip__cell again", "to be delivered again"),
                                StripState::Next => ("strip__cell", "not delivered yet"),
                                StripState::Other => ("strip__cell other", "not for this consumer"),
                            };
                            let name = format!("sequence {}, {state}", cell.seq);
                            view! {
                                <button
                                    type="button"
                                    class=class
                                    title=name.clone()
                                    aria-label=name
                                    on:click=does(move |_| ctx.select(Some(cell.entity.clone())))
                                >
                                    {cell.seq}
                                </button>
                            }
                        })
                        .collect_view()}
                </div>
                <p class="strip__note">{note}</p>
            </section>
        }
        .into_any(),
        Section::Code { title: heading, text, .. } => {
            let copied = text.clone();
            view! {
                <section class="code">
                    {title(heading)}
                    <button type="button" class="btn ghost code__copy" on:click=does(move |_| copy(&copied))>
                        {Icon::Copy.view()}
                        <span>"Copy"</span>
                    </button>
                    <pre tabindex="0">{text}</pre>
                </section>
            }
            .into_any()
        }
        Section::Why(reasons) => view! {
            <section class="why" data-testid="why">
                <h3 class="kick">"Why?"</h3>
                <ol>
                    {reasons
                        .into_iter()
                        .map(|reason| {
                            let tone = reason.class.map_or(Token::Muted, |class| class.token()).var();
                            let entity = reason.entity.clone();
                            view! {
                                <li>
                                    <span class="why__at">{reason.at}</span>
                                    <button type="button" class="why__what" on:click=does(move |_| ctx.select(Some(entity.clone())))>
                                        <i class="why__dot" style:background=tone></i>
                                        {reason.text}
                                    </button>
                                </li>
                            }
                        })
                        .collect_view()}
                </ol>
            </section>
        }
        .into_any(),
        Section::Note(text) => view! { <p class="quiet note">{text}</p> }.into_any(),
    }
}

/// Puts text on the clipboard, where the page may.
fn copy(text: &str) {
    let text = text.to_owned();
    leptos::task::spawn_local(async move {
        super::clipboard::copy(text).await;
    });
}
