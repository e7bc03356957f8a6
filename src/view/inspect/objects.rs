//! An object store: its objects with their chunks and which server has which, and chunks of no object.

use crate::view::bucket as told;
use crate::view::cast::Cast;
use crate::view::content::{self, Stream};
use crate::view::entity::Entity;
use crate::view::frame::{CellKind, Fact, Holding, HoldingCell, Section, Stat};
use crate::view::palette::Token;
use crate::view::text::{age, count, size};
use crate::world::bucket::{Object, ObjectStore, Upload};
use crate::world::{Replica, StreamView};

use super::held;
use super::parts::{badge, fact, stat};

/// So many chunks of an object are shown at most.
const CHUNKS: usize = 32;

pub(super) fn stats(stream: &Stream) -> Vec<Stat> {
    let (store, state) = (ObjectStore::of(stream), content::state(stream));
    let chunks: usize = store.objects.iter().map(|object| object.chunks.len()).sum();
    let orphans: usize = store.orphans.iter().map(|upload| upload.chunks.len()).sum();
    vec![
        stat("objects", store.live()),
        stat("chunks", chunks),
        stat("of no object", orphans),
        stat("bytes", size(state.bytes)),
    ]
}

pub(super) fn sections(
    cast: Cast<'_>,
    view: &StreamView<'_>,
    best: &Replica<'_>,
    most: usize,
) -> Vec<Section> {
    let store = ObjectStore::of(best.stream);
    let objects = store.objects.iter().map(|object| holding(cast, view, object));
    let orphans = store.orphans.iter().map(|upload| orphan(cast, view, upload));
    let all = store.objects.len() + store.orphans.len();
    let holdings = Section::Holdings {
        objects: true,
        rows: objects.chain(orphans).take(most).collect(),
        more: all.saturating_sub(most),
        empty: "No objects. Put one: nats object put.",
    };
    held::sections(cast, view, holdings, None, store.left_out)
}

fn holding(cast: Cast<'_>, view: &StreamView<'_>, object: &Object) -> Holding {
    let now = cast.world().now();
    let mut cells = chunk_cells(view, &object.name, &object.chunks, CellKind::Live);
    let (kind, text, what) = match object.info.deleted {
        true => (CellKind::Tombstone, "DEL", "a meta message that says it is deleted"),
        false => (CellKind::Old, "meta", "the message that describes it"),
    };
    let seq = object.meta.seq;
    cells.push(HoldingCell {
        entity: held::message(view, seq),
        text: format!("{text} {seq}"),
        kind,
        a11y: format!("{}: {text} {seq}, {what}", object.name),
    });
    let info = &object.info;
    let mut facts: Vec<Fact> = Vec::new();
    if info.deleted {
        facts.push(fact("upload", &info.nuid));
    } else if let Some(to) = info.link() {
        facts.push(fact("link to", told::link(to)));
    } else {
        let chunks = count(object.chunks.len() as u64, "chunk");
        facts.push(fact("size", format!("{} in {chunks}", size(info.size))));
        facts.push(fact("digest", info.digest.as_deref().unwrap_or_default()));
        facts.push(fact("upload", &info.nuid));
    }
    if let Some(description) = info.description.as_deref().filter(|text| !text.is_empty()) {
        facts.push(fact("description", description));
    }
    for (name, value) in info.header_lines() {
        facts.push(fact(&name, value));
    }
    for (name, value) in info.metadata.iter() {
        facts.push(fact(name, value));
    }
    Holding {
        age: Some(age(now.since(object.meta.at))),
        name: object.name.clone(),
        state: match (info.deleted, info.link()) {
            (true, _) => Some(badge("deleted", Token::Muted)),
            (_, Some(_)) => Some(badge("link", Token::Mirror)),
            _ if object.is_broken() => {
                let text = format!("{} of {} chunks", object.chunks.len(), info.chunks);
                Some(badge(text, Token::Fault))
            }
            _ => None,
        },
        copies: copies(cast, view, &cells),
        left_out: object.chunks.len().saturating_sub(CHUNKS),
        cells,
        facts,
        ..Holding::default()
    }
}

fn orphan(cast: Cast<'_>, view: &StreamView<'_>, upload: &Upload) -> Holding {
    let cells = chunk_cells(view, "no meta message yet", &upload.chunks, CellKind::Orphan);
    let what = "An upload that is under way, or was cut off: nothing lists these chunks, and only the \
                stream's own limits remove them.";
    Holding {
        name: "no meta message yet".to_owned(),
        state: Some(badge("of no object", Token::Fault)),
        value: Some(what.to_owned()),
        copies: copies(cast, view, &cells),
        left_out: upload.chunks.len().saturating_sub(CHUNKS),
        cells,
        facts: vec![fact("size", size(upload.bytes)), fact("upload", &upload.nuid)],
        ..Holding::default()
    }
}

fn chunk_cells(
    view: &StreamView<'_>,
    name: &str,
    chunks: &[u64],
    kind: CellKind,
) -> Vec<HoldingCell> {
    let cell = |(n, seq): (usize, &u64)| HoldingCell {
        entity: held::message(view, *seq),
        text: seq.to_string(),
        kind,
        a11y: format!("{name}: chunk {} of {}, sequence {seq}", n + 1, chunks.len()),
    };
    chunks.iter().take(CHUNKS).enumerate().map(cell).collect()
}

/// Which server has which message; nothing where there is one copy only.
fn copies(
    cast: Cast<'_>,
    view: &StreamView<'_>,
    cells: &[HoldingCell],
) -> Vec<(String, Vec<bool>)> {
    if view.replicas.len() < 2 {
        return Vec::new();
    }
    let has = |replica: &Replica<'_>, cell: &HoldingCell| match &cell.entity {
        Entity::Message { seq, .. } => content::get(replica.stream, *seq).is_some(),
        _ => false,
    };
    let row = |replica: &Replica<'_>| {
        (cast.name(replica.server), cells.iter().map(|cell| has(replica, cell)).collect())
    };
    view.replicas.iter().map(row).collect()
}
