//! Consumers on their streams' tapes: a caret at the next message, a line under what is
//! acknowledged.

use std::sync::Arc;

use crate::nats::api::ConsumerInfo;
use crate::view::a11y;
use crate::view::bucket::Watcher;
use crate::view::entity::Entity;
use crate::view::frame::{Anchor, Cell, ConsumerMark, Label, Point, Rect, TextStyle};
use crate::view::palette::Token;
use crate::view::room::Room;
use crate::world::{ConsumerView, StreamView};

use super::View;

/// Two carets keep so far apart.
const APART: f64 = 13.0;

/// The consumers of a stream whose cells are drawn.
pub(super) fn draw(
    view: View<'_>,
    room: &mut Room,
    stream: &StreamView<'_>,
    rect: Rect,
    cells: &[Cell],
) -> Vec<ConsumerMark> {
    let world = view.cast.world();
    let consumers = world.consumers_of(stream.cluster, stream.name);
    let entity = |consumer: &ConsumerView<'_>| Entity::Consumer {
        cluster: stream.cluster,
        stream: Arc::clone(stream.name),
        name: Arc::clone(consumer.name),
    };
    let selected = consumers.iter().position(|c| view.selected.is_focus(&entity(c)));
    let counts = selected.unwrap_or(0);
    let mut marks: Vec<ConsumerMark> = Vec::new();
    for (n, consumer) in consumers.iter().enumerate() {
        let Some(best) = consumer.best() else { continue };
        let info = world.consumer_info(stream.cluster, stream.name, consumer.name);
        let mut x = place(rect, cells, best.consumer.next_sequence());
        while marks.iter().any(|mark| (mark.at.x - x).abs() < APART) {
            x += APART;
        }
        let at = Point::new(x, rect.bottom() + 2.0);
        let entity = entity(consumer);
        let floor = best.consumer.ack_floor().sseq;
        marks.push(ConsumerMark {
            at,
            label: None,
            floor: (n == counts).then(|| under(rect, cells, floor)).flatten(),
            paused: info.as_ref().is_some_and(|info| info.paused),
            led: consumer.leader().is_some(),
            selected: selected == Some(n),
            highlighted: view.pointed.is_focus(&entity),
            a11y: a11y::consumer(view.cast, consumer, info.as_ref()),
            entity,
        });
        room.take(Rect::new(x - 5.0, at.y, 10.0, 10.0));
    }
    // Every caret has its place before the first label looks for one.
    for (consumer, mark) in consumers.iter().zip(&mut marks) {
        let info = world.consumer_info(stream.cluster, stream.name, consumer.name);
        let served = consumer.serves();
        let name = served.as_deref().unwrap_or(consumer.name);
        mark.label = label(room, rect, mark, name, info.as_ref());
    }
    marks
}

/// The consumers of a bucket or store, below its card: what each watches.
pub(super) fn watchers(
    view: View<'_>,
    room: &mut Room,
    stream: &StreamView<'_>,
    rect: Rect,
) -> Vec<ConsumerMark> {
    let world = view.cast.world();
    let consumers = world.consumers_of(stream.cluster, stream.name);
    let mut x = rect.x + 14.0;
    let mut marks = Vec::new();
    for consumer in &consumers {
        let entity = Entity::Consumer {
            cluster: stream.cluster,
            stream: Arc::clone(stream.name),
            name: Arc::clone(consumer.name),
        };
        let info = world.consumer_info(stream.cluster, stream.name, consumer.name);
        let at = Point::new(x, rect.bottom() + 2.0);
        let led = consumer.leader().is_some();
        let label = room.label(Label {
            text: match Watcher::of(view.cast, consumer) {
                Some(watcher) => watcher.text(view.cast),
                None => consumer.serves().unwrap_or_else(|| consumer.name.to_string()),
            },
            at: Point::new(at.x + 8.0, at.y + 10.0),
            anchor: Anchor::Start,
            style: TextStyle::SmallMono,
            tone: if led { Token::Deliver } else { Token::Fault },
        });
        let label = label.filter(|label| label.rect().right() <= rect.right() + 2.0);
        room.take(Rect::new(at.x - 5.0, at.y, 10.0, 10.0));
        x += 24.0 + label.as_ref().map_or(0.0, |label| label.rect().w);
        marks.push(ConsumerMark {
            at,
            label,
            floor: None,
            paused: info.as_ref().is_some_and(|info| info.paused),
            led,
            selected: view.selected.is_focus(&entity),
            highlighted: view.pointed.is_focus(&entity),
            a11y: a11y::consumer(view.cast, consumer, info.as_ref()),
            entity,
        });
        if x > rect.right() {
            break;
        }
    }
    marks
}

/// Where on the tape a consumer is that goes on with this sequence.
fn place(rect: Rect, cells: &[Cell], next: u64) -> f64 {
    let Some(last) = cells.last() else { return rect.x + 4.0 };
    match cells.iter().find(|cell| cell.seq >= next) {
        Some(cell) => cell.rect.x - 1.5,
        None => (last.rect.right() + 1.5).min(rect.right() - 2.0),
    }
}

/// The line below the cells up to a sequence.
fn under(rect: Rect, cells: &[Cell], floor: u64) -> Option<Rect> {
    let first = cells.first().filter(|first| first.seq <= floor)?;
    let last = cells.iter().rfind(|cell| cell.seq <= floor)?;
    let (x, y) = (first.rect.x, rect.bottom() - 1.5);
    Some(Rect::new(x, y, last.rect.right() - x, 3.0))
}

/// Name and what is out: beside the caret, at its right or its left, or only the name.
fn label(
    room: &mut Room,
    tape: Rect,
    mark: &ConsumerMark,
    name: &str,
    info: Option<&ConsumerInfo>,
) -> Option<Label> {
    let mut words = vec![name.to_owned()];
    if let Some(info) = info {
        if info.num_ack_pending > 0 {
            words.push(format!("{} out", info.num_ack_pending));
        }
        if info.num_waiting > 0 {
            words.push(format!("{} waiting", info.num_waiting));
        }
        if info.paused {
            words.push("paused".to_owned());
        }
    }
    if !mark.led {
        words.push("no leader".to_owned());
    }
    let (right, left) = ((8.0, Anchor::Start), (-8.0, Anchor::End));
    [words.join(" · "), name.to_owned()]
        .iter()
        .flat_map(|text| [right, left].map(|(dx, anchor)| (text.clone(), dx, anchor)))
        .find_map(|(text, dx, anchor)| {
            let label = Label {
                text,
                at: Point::new(mark.at.x + dx, mark.at.y + 10.0),
                anchor,
                style: TextStyle::SmallMono,
                tone: if mark.led { Token::Deliver } else { Token::Fault },
            };
            let place = label.rect();
            let below = place.x >= tape.x - 2.0 && place.right() <= tape.right() + 2.0;
            if below { room.label(label) } else { None }
        })
}
