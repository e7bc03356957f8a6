//! The logs of a Raft group side by side: a row for each entry, a column for each member.

use leptos::prelude::*;

use crate::view::PlayerCommand;
use crate::view::frame::{LogMark, LogRow};

use super::engine::Ctx;

/// What the marks mean, in the order in which an entry comes by them.
const MARKS: [LogMark; 3] = [LogMark::Written, LogMark::Committed, LogMark::Applied];

/// The table.
pub(crate) fn raft_log(
    ctx: Ctx,
    members: Vec<String>,
    rows: Vec<LogRow>,
    more: u64,
    compacted: u64,
) -> AnyView {
    let heads =
        members.iter().map(|name| view! { <th scope="col" class="log__at">{name.clone()}</th> });
    let heads = heads.collect_view();
    let rows = rows.into_iter().map(|row| entry(row, &members)).collect_view();
    view! {
        <section class="table log" data-testid="raft-log">
            <h3 class="kick">"Entry by entry"</h3>
            <p class="log__key" aria-hidden="true">
                {MARKS.map(|mark| view! { <span>{sign(mark)} {mark.text()}</span> }).collect_view()}
            </p>
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Index"</th>
                        <th scope="col">"Term"</th>
                        <th scope="col">"Entry"</th>
                        {heads}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            {(more > 0)
                .then(|| {
                    view! {
                        <button type="button" class="btn log__more" on:click=move |_| ctx.send(PlayerCommand::MoreRows)>
                            {format!("List more: {more} older")}
                        </button>
                    }
                })}
            {(compacted > 0 && more == 0)
                .then(|| view! { <p class="quiet">{format!("Everything up to index {compacted} is in the snapshot.")}</p> })}
        </section>
    }
    .into_any()
}

fn entry(row: LogRow, members: &[String]) -> impl IntoView {
    let marks = row.marks.into_iter().zip(members).map(|(mark, name)| {
        view! {
            <td class="log__at" title=format!("{name}: {}", mark.text())>
                {sign(mark)}
                <span class="unseen">{mark.text()}</span>
            </td>
        }
    });
    view! {
        <tr class:changed=row.changed>
            <td>{row.index}</td>
            <td>{row.term}</td>
            <td class="long">{row.what}</td>
            {marks.collect_view()}
        </tr>
    }
}

fn sign(mark: LogMark) -> impl IntoView {
    let class = match mark {
        LogMark::Absent => "log__sign absent",
        LogMark::Written => "log__sign written",
        LogMark::Committed => "log__sign committed",
        LogMark::Applied => "log__sign applied",
        LogMark::Compacted => "log__sign compacted",
    };
    view! { <i class=class></i> }
}
