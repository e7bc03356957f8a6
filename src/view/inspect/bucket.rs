//! A key-value bucket: its keys with their revisions, who watches it, and whose updates lost.

use crate::client::kv::Operation;
use crate::view::bucket::{self as told, Loss};
use crate::view::cast::Cast;
use crate::view::content::{self, Stream};
use crate::view::entity::Entity;
use crate::view::frame::{CellKind, Holding, HoldingCell, Row, Section, Stat};
use crate::view::palette::Token;
use crate::view::text::{age, brief, escaped, grouped, size};
use crate::world::bucket::{Bucket, Key};
use crate::world::{Replica, StreamView};

use super::held;
use super::parts::{badge, row, stat, table};

/// Characters of a value.
const VALUE: usize = 200;

pub(super) fn stats(stream: &Stream) -> Vec<Stat> {
    let (bucket, state) = (Bucket::of(stream), content::state(stream));
    vec![
        stat("keys", bucket.live()),
        // As the API's own count of values: with history and markers.
        stat("values", grouped(state.messages)),
        stat("revision", grouped(state.last_seq)),
        stat("bytes", size(state.bytes)),
    ]
}

pub(super) fn sections(
    cast: Cast<'_>,
    view: &StreamView<'_>,
    best: &Replica<'_>,
    most: usize,
) -> Vec<Section> {
    let bucket = Bucket::of(best.stream);
    let keys = bucket.keys.iter().take(most).map(|key| holding(cast, view, best.stream, key));
    let holdings = Section::Holdings {
        objects: false,
        rows: keys.collect(),
        more: bucket.keys.len().saturating_sub(most),
        empty: "No keys. Put one: nats kv put.",
    };
    let losses = Loss::all(cast, view.name, &bucket);
    let lost = (!losses.is_empty()).then(|| lost(cast, &losses));
    held::sections(cast, view, holdings, lost, bucket.left_out)
}

fn holding(cast: Cast<'_>, view: &StreamView<'_>, stream: &Stream, key: &Key) -> Holding {
    let now = cast.world().now();
    let count = key.revisions.len();
    let cells = key.revisions.iter().enumerate().map(|(n, revision)| {
        let number = revision.number();
        let (kind, what) = match revision.operation {
            Operation::Put if n + 1 < count => (CellKind::Old, "an earlier value".to_owned()),
            Operation::Put => (CellKind::Live, "the value".to_owned()),
            _ => (CellKind::Tombstone, format!("a marker: {}", told::state(revision))),
        };
        let word = told::word(revision);
        HoldingCell {
            entity: held::message(view, number),
            text: word.map_or_else(|| number.to_string(), |word| format!("{word} {number}")),
            kind,
            a11y: match word {
                Some(word) => format!("{}: {word} {number}, {what}", key.name),
                None => format!("{}: revision {number}, {what}", key.name),
            },
        }
    });
    let last = key.last();
    let marker = last.filter(|last| last.operation != Operation::Put);
    Holding {
        name: key.name.clone(),
        state: marker.map(|last| badge(told::state(last), Token::Muted)),
        value: last
            .filter(|last| last.operation == Operation::Put)
            .map(|last| escaped(&last.message.payload, VALUE)),
        cells: cells.collect(),
        left: last.and_then(|last| {
            let (at, span) = last.expires(stream.config())?;
            let over = at.since(now);
            let share = (over.0 as f64 / span.0.max(1) as f64).clamp(0.0, 1.0);
            Some((share, format!("{} of {} left", age(over), brief(span))))
        }),
        age: last.map(|last| age(now.since(last.message.at))),
        ..Holding::default()
    }
}

/// Whose updates lost, the last one first.
fn lost(cast: Cast<'_>, losses: &[(String, Loss)]) -> Section {
    let now = cast.world().now();
    let revision = |seq: u64| if seq == 0 { "none".to_owned() } else { seq.to_string() };
    let rows = losses.iter().rev().map(|(key, loss)| Row {
        entity: Some(Entity::Event(loss.event)),
        tone: Some(Token::Fault),
        ..row(vec![
            cast.name(loss.by),
            key.clone(),
            revision(loss.expected),
            loss.found.map_or_else(|| "being written".to_owned(), revision),
            age(now.since(loss.at)),
        ])
    });
    table("Updates that lost", vec!["Who", "Key", "Expected", "Found", "Age"], rows.collect(), "")
}
