//! The inspector: everything the engine knows of the selected thing, as tabs of facts and tables.
//!
//! One file for each kind of thing; a test makes sure that every kind has one.

mod app;
mod bucket;
mod cluster;
mod consumer;
mod event;
mod flow;
mod held;
mod link;
mod message;
mod objects;
mod origins;
mod parts;
mod raft_log;
mod server;
mod stream;

use crate::kernel::ProcId;
use crate::world::World;

use super::cast::Cast;
use super::entity::Entity;
use super::faults::words;
use super::frame::{Inspection, Section};
use super::palette::Token;

/// How many rows of a long list there are at first.
pub const FEW_ROWS: usize = 12;

/// All about a thing, with so many `rows` of lists that may be long; none if it is not there at this moment.
/// Buckets and stores are shown as such, but for those in `plain`.
pub fn inspect(
    world: &World,
    entity: &Entity,
    rows: usize,
    plain: &[Entity],
) -> Option<Inspection> {
    let cast = Cast::new(world);
    match entity {
        Entity::Cluster(cluster) => cluster::inspect(cast, *cluster),
        Entity::Server(process) => ailing(world, *process, server::inspect(cast, *process)),
        Entity::App(process) => ailing(world, *process, app::inspect(cast, *process)),
        Entity::Stream { cluster, name } => {
            stream::inspect(cast, *cluster, name, rows, plain.contains(entity))
        }
        Entity::Message { cluster, stream, seq } => message::inspect(cast, *cluster, stream, *seq),
        Entity::Consumer { cluster, stream, name } => {
            consumer::inspect(cast, *cluster, stream, name, rows)
        }
        Entity::Flow { .. } => flow::inspect(cast, entity),
        Entity::Link(a, b) => link::inspect(cast, *a, *b),
        Entity::Event(event) => event::inspect(cast, *event),
    }
}

/// With what is wrong with a process on plates.
fn ailing(world: &World, process: ProcId, inspection: Option<Inspection>) -> Option<Inspection> {
    let mut inspection = inspection?;
    for text in words(&world.troubles(), process) {
        // Whether it runs is there already.
        if !inspection.badges.iter().any(|badge| badge.text == text) {
            inspection.badges.push(parts::badge(text, Token::Fault));
        }
    }
    Some(inspection)
}

/// Marks in an inspection what was otherwise before.
pub fn mark_changes(now: &mut Inspection, before: &Inspection) {
    if now.entity != before.entity {
        return;
    }
    for stat in &mut now.stats {
        let old = before.stats.iter().find(|old| old.name == stat.name);
        stat.was = old.filter(|old| old.value != stat.value).map(|old| old.value.clone());
    }
    for (tab, old) in now.tabs.iter_mut().zip(&before.tabs) {
        if tab.name != old.name {
            continue;
        }
        for (section, old) in tab.sections.iter_mut().zip(&old.sections) {
            mark_section(section, old);
        }
    }
}

fn mark_section(section: &mut Section, old: &Section) {
    match (section, old) {
        (Section::Facts { facts, .. }, Section::Facts { facts: old, .. }) => {
            for fact in facts {
                let old = old.iter().find(|old| old.name == fact.name);
                fact.was = old.filter(|old| old.value != fact.value).map(|old| old.value.clone());
            }
        }
        (Section::Table { rows, .. }, Section::Table { rows: old, .. }) => {
            for row in rows {
                // Ages change by themselves; they are in a table's last column, named so.
                let same = |other: &&super::frame::Row| other.cells.first() == row.cells.first();
                row.changed = old.iter().find(same).is_none_or(|old| {
                    let inner = row.cells.len().saturating_sub(1);
                    old.cells.get(..inner) != row.cells.get(..inner)
                });
            }
        }
        (Section::Holdings { rows, .. }, Section::Holdings { rows: old, .. }) => {
            for row in rows {
                let same = old.iter().find(|old| old.name == row.name);
                row.changed = same.is_none_or(|old| old.cells != row.cells);
            }
        }
        (Section::Log { rows, .. }, Section::Log { rows: old, .. }) => {
            for row in rows {
                let same = old.iter().find(|old| (old.index, old.term) == (row.index, row.term));
                row.changed = same.is_none_or(|old| old.marks != row.marks);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
