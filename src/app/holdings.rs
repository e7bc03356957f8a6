//! Keys with their revisions and objects with their chunks, as the inspector lists them, and the switch
//! to the plain stream.

use leptos::prelude::*;

use crate::view::frame::{CellKind, Holding, HoldingCell, ShownAs};
use crate::view::{Entity, PlayerCommand};

use super::engine::Ctx;
use super::erased::does;

/// The switch between a bucket or store and the stream it is.
pub(crate) fn switch_of(ctx: Ctx, stream: Entity, shown: ShownAs) -> impl IntoView {
    let words = shown.words.into_iter().enumerate();
    view! {
        <div class="shown-as" role="group" aria-label="Shown as" data-testid="shown-as">
            {words
                .map(|(n, word)| {
                    let on = (n == 1) == shown.plain;
                    let stream = stream.clone();
                    let press = move |_| {
                        if !on {
                            ctx.send(PlayerCommand::SwitchView(stream.clone()));
                        }
                    };
                    view! {
                        <button type="button" class:on=on aria-pressed=on.to_string() on:click=does(press)>
                            {word}
                        </button>
                    }
                })
                .collect_view()}
        </div>
    }
}

/// The list.
pub(crate) fn holdings(
    ctx: Ctx,
    objects: bool,
    rows: Vec<Holding>,
    more: usize,
    empty: &'static str,
) -> AnyView {
    let none = rows.is_empty();
    view! {
        <section class="holdings" class:objects=objects data-testid="holdings">
            {none.then(|| view! { <p class="quiet">{empty}</p> })}
            <ul hidden=none>{rows.into_iter().map(|row| holding(ctx, row)).collect_view()}</ul>
            {(more > 0)
                .then(|| {
                    view! {
                        <button type="button" class="btn log__more" on:click=does(move |_| ctx.send(PlayerCommand::MoreRows))>
                            {format!("List more: {more} are left")}
                        </button>
                    }
                })}
        </section>
    }
    .into_any()
}

fn holding(ctx: Ctx, row: Holding) -> AnyView {
    let left_out = row.left_out;
    let state = row.state.map(|state| {
        view! { <span class="badge" style:color=state.tone.var()>{state.text}</span> }
    });
    let left = row.left.map(|(share, words)| {
        view! {
            <p class="holding__left">
                <span class="holding__bar" aria-hidden="true">
                    <i style:width=format!("{:.1}%", share * 100.0)></i>
                </span>
                {words}
            </p>
        }
    });
    view! {
        <li class:changed=row.changed>
            <h3>{row.name} {state}</h3>
            {row.age.map(|age| view! { <span class="holding__age">{age}</span> })}
            <div class="strip__cells">
                {row.cells.into_iter().map(|one| cell(ctx, one)).collect_view()}
                {(left_out > 0).then(|| view! { <span class="quiet">{format!("+{left_out} more")}</span> })}
            </div>
            {row.value.map(|value| view! { <p class="holding__value">{value}</p> })}
            {left}
            {row.copies.into_iter().map(|(name, has)| copy(name, has)).collect_view()}
            <dl>
                {row
                    .facts
                    .into_iter()
                    .map(|fact| view! { <div><dt>{fact.name}</dt><dd>{fact.value}</dd></div> })
                    .collect_view()}
            </dl>
        </li>
    }
    .into_any()
}

fn cell(ctx: Ctx, cell: HoldingCell) -> AnyView {
    let class = match cell.kind {
        CellKind::Live | CellKind::Kept => "strip__cell hold live",
        CellKind::Old => "strip__cell hold",
        CellKind::Tombstone => "strip__cell hold tombstone",
        CellKind::Orphan => "strip__cell hold orphan",
        CellKind::Gap => "strip__cell other",
    };
    let HoldingCell { entity, text, a11y, .. } = cell;
    view! {
        <button
            type="button"
            class=class
            title=a11y.clone()
            aria-label=a11y
            on:click=does(move |_| ctx.select(Some(entity.clone())))
        >
            {text}
        </button>
    }
    .into_any()
}

/// What a server has of the messages above.
fn copy(name: String, has: Vec<bool>) -> AnyView {
    let (all, there) = (has.len(), has.iter().filter(|has| **has).count());
    view! {
        <p class="holding__copy">
            <span>{name}</span>
            <span class="holding__marks" aria-hidden="true">
                {has.into_iter().map(|has| view! { <i class:has=has></i> }).collect_view()}
            </span>
            <span>{format!("{there} of {all}")}</span>
        </p>
    }
    .into_any()
}
