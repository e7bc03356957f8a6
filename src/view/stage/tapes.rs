//! Streams: tapes of numbered cells.

use std::sync::Arc;

use crate::nats::api::{Retention, Storage, StreamConfig};
use crate::view::a11y;
use crate::view::content::{self, StoredMessage, Stream, is_tombstone};
use crate::view::entity::Entity;
use crate::view::files;
use crate::view::frame::{
    Anchor, Cell, CellKind, Label, Pill, Point, Rect, Tape, TextStyle, ViewSwitch,
};
use crate::view::layout::{Places, TAPE};
use crate::view::palette::Token;
use crate::view::room::{Room, fit, fit_name};
use crate::view::text::{brief, count, grouped};
use crate::world::StreamView;
use crate::world::bucket::Kind;

use super::{View, cards, consumers, flows, summary};

/// Gives streams their places: cluster, name, place.
pub(super) fn places(
    streams: &[StreamView<'_>],
    places: &mut Places,
) -> Vec<(usize, Arc<str>, usize)> {
    // Of those that are seen for the first time, buckets and stores come after the streams.
    let more = |stream: &&StreamView<'_>| Kind::of_name(stream.name).is_some();
    let plain = streams.iter().filter(|stream| !more(stream));
    plain
        .chain(streams.iter().filter(more))
        .filter_map(|stream| {
            let place = places.stream(stream.cluster, stream.name)?;
            Some((stream.cluster, Arc::clone(stream.name), place))
        })
        .collect()
}

/// Draws all streams that have room.
pub(super) fn draw(
    view: View<'_>,
    room: &mut Room,
    placed: &[(usize, Arc<str>, usize)],
    places: &mut Places,
) -> Vec<Tape> {
    let found: Vec<Found<'_>> = placed
        .iter()
        .filter_map(|(cluster, name, place)| {
            let rect = *view.layout.clusters.get(*cluster)?.tapes.get(*place)?;
            let stream = view.streams.iter().find(|s| s.cluster == *cluster && s.name == name)?;
            Some(found(view, places, stream, rect, *place))
        })
        .collect();
    // Every name has its place before the first consumer's looks for one.
    for found in &found {
        room.take(found.rect);
        room.take(name(view, found.stream, found.rect).rect());
        if let Some(switch) = &found.switch {
            room.take(switch.rect);
        }
    }
    let draw = |found: Found<'_>| match found.folded {
        true => {
            let name = name(view, found.stream, found.rect);
            summary::line(view, found.stream, found.rect, name)
        }
        false => tape(view, room, found),
    };
    found.into_iter().map(draw).collect()
}

/// A stream, where it is drawn, and as what.
struct Found<'a> {
    stream: &'a StreamView<'a>,
    rect: Rect,
    /// Whether it is a line of a summary.
    folded: bool,
    card: Option<cards::Drawn>,
    switch: Option<ViewSwitch>,
}

fn found<'a>(
    view: View<'_>,
    places: &mut Places,
    stream: &'a StreamView<'a>,
    rect: Rect,
    place: usize,
) -> Found<'a> {
    if view.layout.clusters.get(stream.cluster).is_some_and(|cluster| cluster.folded) {
        return Found { stream, rect, folded: true, card: None, switch: None };
    }
    let flat = Rect { h: TAPE, ..rect };
    let tape = Found { stream, rect: flat, folded: false, card: None, switch: None };
    let Some(kind) = stream.config().and_then(|config| Kind::of(config)) else { return tape };
    let Some(best) = stream.best().filter(|_| rect.h >= cards::LEAST) else { return tape };
    let plain = view
        .plain
        .contains(&Entity::Stream { cluster: stream.cluster, name: Arc::clone(stream.name) });
    let beside = view.layout.clusters.get(stream.cluster).map_or(0.0, |cluster| cluster.beside);
    let end = match beside > 0.0 {
        true => Point::new(rect.x - 8.0, rect.bottom() - 16.0),
        false => Point::new(rect.right(), rect.y - 19.0),
    };
    let switch = Some(cards::switch(stream.name, kind, plain, end, beside > 0.0));
    if plain {
        return Found { switch, ..tape };
    }
    let drafts = cards::drafts(view, stream, kind, best.stream);
    let names: Vec<&str> = drafts.iter().map(|draft| draft.id.as_str()).collect();
    let order = places.rows(stream.cluster, place, cards::room(rect), &names);
    let card = Some(cards::draw(view, stream, kind, &drafts, rect, order));
    Found { rect, card, switch, ..tape }
}

/// A stream's name, above its tape or beside it.
fn name(view: View<'_>, stream: &StreamView<'_>, rect: Rect) -> Label {
    let cluster = view.layout.clusters.get(stream.cluster);
    let (beside, folded) = cluster.map_or((0.0, false), |c| (c.beside, c.folded));
    let (at, width) = if beside > 0.0 {
        (Point::new(rect.x - beside, rect.centre().y + 4.0), beside - 6.0)
    } else {
        // In a summary nothing else stands there.
        (Point::new(rect.x, rect.y - 6.0), rect.w * if folded { 1.0 } else { 0.7 })
    };
    Label {
        text: fit_name(stream.name, TextStyle::Mono, width),
        at,
        anchor: Anchor::Start,
        style: TextStyle::Mono,
        tone: Token::Text,
    }
}

fn tape(view: View<'_>, room: &mut Room, found: Found<'_>) -> Tape {
    let Found { stream, rect, card, switch, .. } = found;
    let entity = Entity::Stream { cluster: stream.cluster, name: Arc::clone(stream.name) };
    let name = name(view, stream, rect);
    let right = switch.as_ref().map_or(rect.right(), |switch| switch.rect.x - 8.0);
    let badge = flows::badge(view, stream, rect, &name, right);
    let beside = name.at.x < rect.x;
    if let Some(badge) = &badge {
        room.take(badge.rect);
    }
    let (right, cells_end) = match &badge {
        Some(badge) if beside && card.is_none() => (right, badge.rect.x - 3.0),
        Some(badge) => (badge.rect.x - 8.0, rect.right()),
        None => (right, rect.right()),
    };
    let left = if beside { 0.0 } else { right - rect.x - name.rect().w - 14.0 };
    let words = |config: &Arc<StreamConfig>| match (&card, Kind::of(config)) {
        (Some(_), Some(of)) => card_kind(of, config),
        _ => kind(config),
    };
    let kind = Label {
        text: fit(&stream.config().map_or_else(String::new, words), TextStyle::Small, left),
        at: Point::new(right, rect.y - 6.0),
        anchor: Anchor::End,
        style: TextStyle::Small,
        tone: Token::Muted,
    };
    let kind = if kind.text.chars().count() > 3 { room.label(kind) } else { None };
    let shown = stream.best();
    let (card, cells, older, said) = match (card, shown) {
        (Some(drawn), _) => (Some(drawn.card), drawn.cells, None, drawn.said),
        (None, Some(replica)) => {
            let inner = Rect { w: cells_end - rect.x, ..rect };
            let (cells, older) = cells(view, stream, replica.stream, inner);
            (None, cells, older, String::new())
        }
        (None, None) => (None, Vec::new(), None, String::new()),
    };
    let state = shown.map(|replica| content::state(replica.stream));
    let consumers = match card {
        Some(_) => consumers::watchers(view, room, stream, rect),
        None => consumers::draw(view, room, stream, rect, &cells),
    };
    let mut tape = Tape {
        selected: view.selected.is_focus(&entity),
        highlighted: view.pointed.stream(stream.cluster, stream.name),
        entity,
        rect,
        name,
        kind,
        tone: stream.config().map_or(Token::Publish, |config| tone(config)),
        cells,
        older,
        badge,
        card,
        switch,
        line: None,
        first_seq: state.as_ref().map_or(0, |state| state.first_seq),
        last_seq: state.as_ref().map_or(0, |state| state.last_seq),
        messages: state.as_ref().map_or(0, |state| state.messages),
        leader: stream.leader(),
        consumers,
        takes: takes(view, stream, rect),
        a11y: String::new(),
    };
    tape.a11y = a11y::stream(view.cast, stream, &tape);
    tape.a11y.push_str(&said);
    tape
}

/// What a store says while files are dragged over the page, if it takes them.
pub(super) fn takes(view: View<'_>, stream: &StreamView<'_>, rect: Rect) -> Option<Pill> {
    if !files::takes_files(view.cast.world(), stream.cluster, stream.config()?) {
        return None;
    }
    let style = TextStyle::Small;
    let text = fit("Drop a file here", style, rect.w - 20.0);
    let (middle, w, h) = (rect.centre(), style.width(&text) + 20.0, rect.h.min(22.0));
    let at = Point::new(middle.x, middle.y + 4.0);
    Some(Pill {
        rect: Rect::new(middle.x - w / 2.0, middle.y - h / 2.0, w, h),
        label: Label { text, at, anchor: Anchor::Middle, style, tone: Token::Text },
    })
}

/// The newest cells that fit, and how many messages lie before them.
fn cells(
    view: View<'_>,
    owner: &StreamView<'_>,
    stream: &Stream,
    rect: Rect,
) -> (Vec<Cell>, Option<Label>) {
    let state = content::state(stream);
    if state.last_seq == 0 {
        return (Vec::new(), None);
    }
    let digits = state.last_seq.to_string();
    let w = (TextStyle::Mono.width(&digits) + 8.0).max(22.0);
    let fits = |room: f64| ((room - 6.0 + 3.0) / (w + 3.0)).max(1.0) as u64;
    // A stream that was emptied still shows where it is.
    let first = state.first_seq.min(state.last_seq);
    let total = state.last_seq - first + 1;
    let mut x = rect.x + 3.0;
    let mut shown = fits(rect.w);
    let mut older = None;
    if total > shown {
        let text = |left: u64| format!("+{}", grouped(left));
        let reserve = TextStyle::SmallMono.width(&text(total)) + 10.0;
        shown = fits(rect.w - reserve);
        let from = state.last_seq + 1 - shown;
        let newer = (from..=state.last_seq)
            .filter(|seq| content::get(stream, *seq).is_some())
            .count() as u64;
        x += reserve;
        older = Some(Label {
            text: text(state.messages.saturating_sub(newer)),
            at: Point::new(rect.x + reserve / 2.0 + 2.0, rect.y + rect.h / 2.0 + 4.0),
            anchor: Anchor::Middle,
            style: TextStyle::SmallMono,
            tone: Token::Muted,
        });
    }
    let from = (state.last_seq + 1).saturating_sub(shown).max(first);
    let origins = flows::origins(view, owner);
    let cells = (from..=state.last_seq)
        .enumerate()
        .map(|(n, seq)| {
            let place = Rect::new(x + n as f64 * (w + 3.0), rect.y + 3.0, w, rect.h - 6.0);
            let message = content::get(stream, seq);
            let mut cell = cell(view, owner, seq, message, place);
            if cell.kind == CellKind::Live
                && message.is_some_and(|message| flows::is_kept(&origins, message))
            {
                cell.kind = CellKind::Kept;
                cell.a11y.push_str(", which its origin has no more");
            }
            cell
        })
        .collect();
    (cells, older)
}

fn cell(
    view: View<'_>,
    stream: &StreamView<'_>,
    seq: u64,
    message: Option<&Arc<StoredMessage>>,
    rect: Rect,
) -> Cell {
    let kind = match message {
        None => CellKind::Gap,
        Some(message) if is_tombstone(message) => CellKind::Tombstone,
        Some(_) => CellKind::Live,
    };
    let entity = Entity::Message { cluster: stream.cluster, stream: Arc::clone(stream.name), seq };
    let subject = message.map_or_else(String::new, |message| message.subject.to_string());
    let tone = match kind {
        CellKind::Gap => Token::Line,
        _ => Token::of_subject(&subject),
    };
    Cell {
        selected: view.selected.is_focus(&entity),
        entity,
        seq,
        rect,
        kind,
        label: Label {
            text: seq.to_string(),
            at: Point::new(rect.centre().x, rect.centre().y + 4.0),
            anchor: Anchor::Middle,
            style: TextStyle::Mono,
            tone: match kind {
                CellKind::Live | CellKind::Kept => Token::OnMark,
                CellKind::Gap => Token::Faint,
                _ => Token::Text,
            },
        },
        a11y: match message {
            None => format!("sequence {seq}, removed"),
            Some(message) => {
                format!("sequence {seq}, {subject}, {} bytes", message.payload.len())
            }
        },
        subject,
        tone,
        // A server stores a message only once it is committed.
        committed: true,
    }
}

/// The colour of a stream, by its kind.
pub(in crate::view) fn tone(config: &StreamConfig) -> Token {
    if config.name.starts_with("KV_") {
        Token::Ack
    } else if config.name.starts_with("OBJ_") {
        Token::Replicate
    } else if config.mirror.is_some() || !config.sources.is_empty() {
        Token::Mirror
    } else if config.retention == Retention::WorkQueue {
        Token::Deliver
    } else {
        Token::Publish
    }
}

/// What a bucket or store is: "history 5 · TTL 30 s · R3".
fn card_kind(of: Kind<'_>, config: &StreamConfig) -> String {
    let mut words = vec![of.word().to_owned()];
    if let (Kind::Bucket(_), history @ 1..) = (of, config.max_msgs_per_subject) {
        words = vec![format!("history {history}")];
    }
    if let Some(age) = config.max_age() {
        words.push(format!("TTL {}", brief(age)));
    }
    if config.sealed {
        words.push("sealed".to_owned());
    }
    words.push(format!("R{}", config.num_replicas.max(1)));
    words.join(" · ")
}

/// What a stream is: "limits · R3 · orders.>".
pub(in crate::view) fn kind(config: &StreamConfig) -> String {
    let follows = match (&config.mirror, config.sources.len()) {
        (Some(_), _) => Some("mirror".to_owned()),
        (None, 0) => None,
        (None, n) => Some(count(n as u64, "source")),
    };
    let retention = match config.retention {
        Retention::Limits => "limits",
        Retention::Interest => "interest",
        Retention::WorkQueue => "work queue",
    };
    // What it follows says more than that it keeps what it has, which nearly all do.
    let usual = follows.is_some() && config.retention == Retention::Limits;
    let mut words: Vec<String> = follows.into_iter().collect();
    words.extend((!usual).then(|| retention.to_owned()));
    words.push(format!("R{}", config.num_replicas.max(1)));
    if config.storage == Storage::Memory {
        words.push("memory".to_owned());
    }
    if !config.subjects.is_empty() {
        words.push(config.subjects.join(", "));
    }
    words.join(" · ")
}
