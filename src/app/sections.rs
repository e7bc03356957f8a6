//! The sections of the inspector: facts, tables, logs, code, reasons.

use leptos::prelude::*;

use crate::view::frame::{Fact, Reason, Row, Section, StripCell, StripState};
use crate::view::{Entity, Token};

use super::engine::Ctx;
use super::erased::does;
use super::holdings::holdings;
use super::icon::Icon;
use super::raft_log::raft_log;

/// Longer texts in a table may be broken into lines.
const LONG: usize = 14;

/// A section.
pub(crate) fn draw(ctx: Ctx, section: Section) -> AnyView {
    match section {
        Section::Facts { title, facts } => draw_facts(ctx, title, facts),
        Section::Table { title, columns, rows, truncated, empty } => {
            let remark = if rows.is_empty() { Some(empty.to_owned()) } else { truncated };
            draw_table(ctx, title, remark, columns, rows)
        }
        Section::Holdings { objects, rows, more, empty } => {
            holdings(ctx, objects, rows, more, empty)
        }
        Section::Log { members, rows, more, compacted } => {
            raft_log(ctx, members, rows, more, compacted)
        }
        Section::Strip { cells, note } => draw_strip(ctx, cells, note),
        Section::Code { title, text, .. } => draw_code(title, text),
        Section::Why(reasons) => draw_why(ctx, reasons),
        Section::Note(text) => view! { <p class="quiet note">{text}</p> }.into_any(),
    }
}

fn draw_facts(ctx: Ctx, heading: Option<String>, facts: Vec<Fact>) -> AnyView {
    view! {
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
    .into_any()
}

fn draw_table(
    ctx: Ctx,
    heading: Option<String>,
    remark: Option<String>,
    columns: Vec<&'static str>,
    rows: Vec<Row>,
) -> AnyView {
    let none = rows.is_empty();
    view! {
        <section class="table">
            {title(heading)}
            {remark.map(|text| view! { <p class="quiet">{text}</p> })}
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

fn draw_strip(ctx: Ctx, cells: Vec<StripCell>, note: String) -> AnyView {
    view! {
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
    .into_any()
}

fn draw_code(heading: Option<String>, text: String) -> AnyView {
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

/// Why something happened, back to what began it.
fn draw_why(ctx: Ctx, reasons: Vec<Reason>) -> AnyView {
    view! {
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
    .into_any()
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

/// Puts text on the clipboard, where the page may.
fn copy(text: &str) {
    let text = text.to_owned();
    leptos::task::spawn_local(async move {
        super::clipboard::copy(text).await;
    });
}
