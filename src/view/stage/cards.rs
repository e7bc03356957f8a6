//! Buckets and object stores on the stage: cards with a row for each key or object.

use std::sync::Arc;

use crate::client::kv::Operation;
use crate::kernel::{Span, Time};
use crate::view::bucket::{self as told, Loss};
use crate::view::content::Stream;
use crate::view::entity::Entity;
use crate::view::frame::{
    Anchor, Card, CardRow, Cell, CellKind, Expiry, Label, Point, Rect, TextStyle, ViewSwitch,
};
use crate::view::palette::Token;
use crate::view::room::fit;
use crate::view::text::{count, escaped, size};
use crate::world::StreamView;
use crate::world::bucket::{Bucket, Key, Kind, ObjectStore};

use super::View;

/// Height of a row, and what is left free above the first and below the last.
const ROW: f64 = 17.0;
const PAD: f64 = 4.0;
/// A card of this width has its rows in two columns.
const TWO_COLUMNS: f64 = 540.0;
/// The rows of a card that needs one column only are so wide at most.
const ONE_COLUMN: f64 = 460.0;
/// Between two columns.
const GUTTER: f64 = 20.0;
/// The bar of what runs out, and the time beside it.
const BAR: f64 = 26.0;
const TIME: f64 = 44.0;
/// The least room for a value.
const VALUE: f64 = 44.0;
/// A card that is less high is drawn as a tape.
pub(super) const LEAST: f64 = 2.0 * ROW + 2.0 * PAD;

/// What is drawn of a bucket or store.
pub(super) struct Drawn {
    pub(super) card: Card,
    pub(super) cells: Vec<Cell>,
    /// The rows in words.
    pub(super) said: String,
}

/// A row to be placed.
#[derive(Default)]
pub(super) struct Draft {
    /// Tells it from the others.
    pub(super) id: String,
    /// Of an object: its upload, under which it had a row before its meta message came.
    upload: String,
    name: String,
    /// Its cells, in order: sequence, kind, and what is written on it.
    cells: Vec<(u64, CellKind, String)>,
    /// Whether the last cells count more than the first where there is not room for all.
    newest: bool,
    /// The value, or what it is.
    note: String,
    quiet: bool,
    /// Who lost an update of it.
    lost: Option<String>,
    expires: Option<(u64, Time, Span)>,
}

/// The rows that there is room for, in two columns if the card is wide. So few that one column is enough have
/// more room each; where they begin is the same.
fn slots(rect: Rect, wanted: usize) -> Vec<Rect> {
    let down = (((rect.h - 2.0 * PAD) / ROW) as usize).max(1);
    let across = if rect.w >= TWO_COLUMNS { 2_usize } else { 1 };
    let column = (rect.w - 16.0 - GUTTER * (across - 1) as f64) / across as f64;
    let w = if wanted <= down { (rect.w - 16.0).min(ONE_COLUMN.max(column)) } else { column };
    let slot = |n: usize| {
        let (x, y) = ((n / down) as f64 * (column + GUTTER), (n % down) as f64 * ROW);
        Rect::new(rect.x + 8.0 + x, rect.y + PAD + y, w, ROW)
    };
    (0..if wanted <= down { down } else { down * across }).map(slot).collect()
}

/// How many keys or objects a card has room for.
pub(super) fn room(rect: Rect) -> usize {
    slots(rect, usize::MAX).len()
}

/// The keys or objects of a stream, to be placed on its card.
pub(super) fn drafts(
    view: View<'_>,
    owner: &StreamView<'_>,
    kind: Kind<'_>,
    stream: &Stream,
) -> Vec<Draft> {
    match kind {
        Kind::Bucket(_) => bucket(view, owner, stream),
        Kind::Store(_) => store(stream),
    }
}

/// Draws a card, its rows in this order.
pub(super) fn draw(
    view: View<'_>,
    owner: &StreamView<'_>,
    kind: Kind<'_>,
    drafts: &[Draft],
    rect: Rect,
    order: &[String],
) -> Drawn {
    let noun = match kind {
        Kind::Bucket(_) => "key",
        Kind::Store(_) => "object",
    };
    let slots = slots(rect, order.len());
    let known = |id: &String| drafts.iter().find(|draft| draft.id == *id);
    let there = order.iter().filter(|id| known(id).is_some()).count();
    // What has no row is counted on the last one.
    let shown = if there > slots.len() { slots.len().saturating_sub(1) } else { slots.len() };
    let mut drawn = Drawn { card: Card::default(), cells: Vec::new(), said: String::new() };
    for (slot, id) in slots.iter().zip(order).take(shown) {
        // An upload that has got its meta message goes on as the object's row.
        let named = drafts.iter().find(|draft| draft.upload == *id);
        let note = named.map_or_else(|| "gone".to_owned(), |draft| format!("now {}", draft.name));
        let gone = Draft { name: id.clone(), note, quiet: true, ..Draft::default() };
        place(view, owner, *slot, known(id).unwrap_or(&gone), &mut drawn);
    }
    let visible = order.iter().take(shown).filter(|id| known(id).is_some()).count();
    if let (true, Some(slot)) = (visible < drafts.len(), slots.get(shown)) {
        let more = format!("+{}", count((drafts.len() - visible) as u64, &format!("more {noun}")));
        drawn.said.push_str(&format!("; {more}"));
        drawn.card.more = Some(words(&more, *slot, slot.x, Anchor::Start, Token::Muted));
    }
    if drafts.is_empty() && order.is_empty() {
        let (at, empty) = (slots.first().copied().unwrap_or(rect), format!("no {noun}s yet"));
        drawn.card.more = Some(words(&empty, at, at.x, Anchor::Start, Token::Faint));
    }
    drawn
}

fn bucket(view: View<'_>, owner: &StreamView<'_>, stream: &Stream) -> Vec<Draft> {
    let bucket = Bucket::of(stream);
    let losses = Loss::all(view.cast, owner.name, &bucket);
    let row = |key: &Key| {
        let cells = key.revisions.iter().enumerate().map(|(n, revision)| {
            let kind = match revision.operation {
                Operation::Put if n + 1 < key.revisions.len() => CellKind::Old,
                Operation::Put => CellKind::Live,
                _ => CellKind::Tombstone,
            };
            let text = told::word(revision).map(str::to_owned);
            (revision.number(), kind, text.unwrap_or_else(|| revision.number().to_string()))
        });
        let last = key.last();
        let lost: Vec<String> = losses
            .iter()
            .filter(|(of, _)| *of == key.name)
            .map(|(_, loss)| view.cast.name(loss.by))
            .collect();
        Draft {
            id: key.name.clone(),
            upload: String::new(),
            name: key.name.clone(),
            cells: cells.collect(),
            newest: true,
            note: last.map_or_else(String::new, |last| match last.operation {
                Operation::Put => escaped(&last.message.payload, 60),
                _ => told::state(last).to_owned(),
            }),
            quiet: !key.is_live(),
            lost: (!lost.is_empty()).then(|| format!("{} lost", lost.join(", "))),
            expires: last.and_then(|last| {
                let (at, span) = last.expires(stream.config())?;
                Some((last.number(), at, span))
            }),
        }
    };
    bucket.keys.iter().map(row).collect()
}

fn store(stream: &Stream) -> Vec<Draft> {
    let store = ObjectStore::of(stream);
    let objects = store.objects.iter().map(|object| {
        let mut cells: Vec<(u64, CellKind, String)> = Vec::new();
        cells.extend(object.chunks.iter().map(|seq| (*seq, CellKind::Live, seq.to_string())));
        let (kind, word) = match object.info.deleted {
            true => (CellKind::Tombstone, "DEL"),
            false => (CellKind::Old, "meta"),
        };
        cells.push((object.meta.seq, kind, word.to_owned()));
        Draft {
            id: object.name.clone(),
            upload: object.info.nuid.clone(),
            name: object.name.clone(),
            cells,
            note: match (object.info.link(), object.info.deleted) {
                (_, true) => "deleted".to_owned(),
                (Some(to), _) => format!("→ {}", told::link(to)),
                _ if object.is_broken() => {
                    format!("{} of {} chunks", object.chunks.len(), object.info.chunks)
                }
                _ => size(object.info.size),
            },
            quiet: object.info.deleted,
            ..Draft::default()
        }
    });
    let orphans = store.orphans.iter().map(|upload| Draft {
        id: upload.nuid.clone(),
        name: "no meta yet".to_owned(),
        cells: upload.chunks.iter().map(|seq| (*seq, CellKind::Orphan, seq.to_string())).collect(),
        note: format!("{} of no object", size(upload.bytes)),
        quiet: true,
        ..Draft::default()
    });
    objects.chain(orphans).collect()
}

/// Words in a row.
fn words(text: &str, slot: Rect, x: f64, anchor: Anchor, tone: Token) -> Label {
    let style = TextStyle::SmallMono;
    Label { text: text.to_owned(), at: Point::new(x, slot.centre().y + 4.0), anchor, style, tone }
}

/// Draws a row: name, cells, value, and at its right what runs out.
fn place(view: View<'_>, owner: &StreamView<'_>, slot: Rect, draft: &Draft, drawn: &mut Drawn) {
    let mut row = CardRow::default();
    let style = TextStyle::SmallMono;
    let name_w = (slot.w * 0.3).min(100.0);
    let tone = if draft.cells.is_empty() { Token::Faint } else { Token::Text };
    row.words.push(words(&fit(&draft.name, style, name_w), slot, slot.x, Anchor::Start, tone));
    let mut right = slot.right();
    if let Some((seq, at, span)) = draft.expires {
        let bar = Rect::new(right - TIME - BAR, slot.centre().y - 1.5, BAR, 3.0);
        row.expiry = Some(Expiry { message: message(owner, seq), bar, at, span });
        right = bar.x - 6.0;
    }
    let (mut x, first) = (slot.x + name_w + 6.0, drawn.cells.len());
    let width = |text: &str| (TextStyle::Mono.width(text) + 8.0).max(20.0);
    let room = right - x - VALUE;
    let (from, to) = fitting(&draft.cells, room, draft.newest, width);
    let left_out = draft.cells.len() - (to - from);
    let say_left_out = |x: &mut f64, row: &mut CardRow| {
        let text = format!("+{left_out}");
        row.words.push(words(&text, slot, *x, Anchor::Start, Token::Muted));
        *x += style.width(&text) + 5.0;
    };
    if left_out > 0 && draft.newest {
        say_left_out(&mut x, &mut row);
    }
    for (n, (seq, kind, text)) in draft.cells.iter().enumerate() {
        // Where chunks are left out, the meta message at the end is not.
        let is_end = n + 1 == draft.cells.len() && !draft.newest;
        if is_end && left_out > 0 {
            say_left_out(&mut x, &mut row);
        }
        if (from..to).contains(&n) || is_end {
            let rect = Rect::new(x, slot.y + 1.5, width(text), ROW - 3.0);
            drawn.cells.push(cell(view, owner, *seq, *kind, text, rect));
            x = rect.right() + 3.0;
        }
    }
    if let (Some(lost), true) = (&draft.lost, drawn.cells.len() > first) {
        row.lost = Some(Point::new(x + 5.0, slot.centre().y));
        x += 12.0;
        if right - x - VALUE > style.width(lost) {
            row.words.push(words(lost, slot, right, Anchor::End, Token::Fault));
            right -= style.width(lost) + 8.0;
        }
    }
    let tone = if draft.quiet { Token::Muted } else { Token::Text };
    let note = fit(&draft.note, style, right - x - 6.0);
    row.words.push(words(&note, slot, x + 5.0, Anchor::Start, tone));
    drawn.said.push_str(&format!("; {}: {}", draft.name, draft.note));
    if let Some(lost) = &draft.lost {
        drawn.said.push_str(&format!(", {lost}"));
    }
    drawn.card.rows.push(row);
}

/// Which cells there is room for.
fn fitting(
    cells: &[(u64, CellKind, String)],
    room: f64,
    newest: bool,
    width: impl Fn(&str) -> f64,
) -> (usize, usize) {
    let wide = |n: usize| cells.get(n).map_or(0.0, |(_, _, text)| width(text) + 3.0);
    let all: f64 = (0..cells.len()).map(wide).sum();
    if all <= room {
        return (0, cells.len());
    }
    // Room for "+12", and for the meta message of an object.
    let end = if newest { 0.0 } else { wide(cells.len().saturating_sub(1)) };
    let (mut left, mut fit) = (room - 30.0 - end, 0);
    while fit < cells.len() {
        let n = if newest { cells.len() - 1 - fit } else { fit };
        left -= wide(n);
        if left < 0.0 {
            break;
        }
        fit += 1;
    }
    match newest {
        // The newest one is what counts: it is there whatever its width.
        true => (cells.len() - fit.max(1), cells.len()),
        false => (0, fit),
    }
}

fn message(owner: &StreamView<'_>, seq: u64) -> Entity {
    Entity::Message { cluster: owner.cluster, stream: Arc::clone(owner.name), seq }
}

fn cell(
    view: View<'_>,
    owner: &StreamView<'_>,
    seq: u64,
    kind: CellKind,
    text: &str,
    rect: Rect,
) -> Cell {
    let entity = message(owner, seq);
    let tone = owner.config().map_or(Token::Ack, |config| super::stream_tone(config));
    let word = match kind {
        CellKind::Tombstone => format!("{text} marker, "),
        CellKind::Old if text == "meta" => "meta message, ".to_owned(),
        CellKind::Old => "earlier value, ".to_owned(),
        CellKind::Orphan => "chunk of no object, ".to_owned(),
        CellKind::Live | CellKind::Kept | CellKind::Gap => String::new(),
    };
    Cell {
        selected: view.selected.is_focus(&entity),
        entity,
        seq,
        rect,
        kind,
        label: Label {
            text: text.to_owned(),
            at: Point::new(rect.centre().x, rect.centre().y + 4.0),
            anchor: Anchor::Middle,
            style: TextStyle::Mono,
            tone: if kind == CellKind::Live { Token::OnMark } else { Token::Text },
        },
        subject: String::new(),
        tone: if kind == CellKind::Orphan { Token::Fault } else { tone },
        committed: true,
        a11y: format!("{word}sequence {seq}"),
    }
}

/// The switch, its right end at a point; `narrow`: only what it would show instead.
pub(super) fn switch(
    stream: &str,
    kind: Kind<'_>,
    plain: bool,
    end: Point,
    narrow: bool,
) -> ViewSwitch {
    let style = TextStyle::Small;
    let both = [kind.short(), "Stream"];
    let shown = usize::from(plain);
    let mut x = 0.0;
    let mut words = Vec::new();
    let mut on = None;
    for (n, text) in both.into_iter().enumerate() {
        if narrow && n == shown {
            continue;
        }
        let w = style.width(text) + 10.0;
        if n == shown {
            on = Some(Rect::new(x, 0.0, w, 16.0));
        }
        let tone = if n == shown { Token::Text } else { Token::Muted };
        let at = Point::new(x + w / 2.0, 12.0);
        words.push(Label { text: text.to_owned(), at, anchor: Anchor::Middle, style, tone });
        x += w;
    }
    let corner = Point::new(end.x - x, end.y);
    for label in &mut words {
        label.at = Point::new(label.at.x + corner.x, label.at.y + corner.y);
    }
    let on = on.map(|on: Rect| Rect::new(on.x + corner.x, on.y + corner.y, on.w, on.h));
    let other = if plain { kind.word() } else { "plain stream" };
    ViewSwitch {
        rect: Rect::new(corner.x, corner.y, x, 16.0),
        words,
        on,
        a11y: format!("{stream}: show the {other}"),
    }
}
