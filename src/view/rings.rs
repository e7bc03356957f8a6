//! Messages out for acknowledgement at a moment, and how much of their ack wait is left.

use std::sync::Arc;

use crate::jetstream::consumer::PendingView;
use crate::kernel::{Span, Time};
use crate::world::{ConsumerView, World};

use super::entity::Entity;
use super::frame::{Anchor, Label, Point, Ring, Running, Stage, Tape, TextStyle};
use super::palette::Token;
use super::related::Related;
use super::text::brief;

/// The rings around cells of the stage: of the selected consumer where one is selected, else of all;
/// where several wait for the same message, of the one that waits least.
pub(crate) fn rings(world: &World, stage: &Stage, selected: &Related) -> Vec<Ring> {
    if stage.tapes.iter().all(|tape| tape.consumers.is_empty()) {
        return Vec::new();
    }
    let consumers = world.consumers();
    stage.tapes.iter().flat_map(|tape| of_tape(world.now(), tape, &consumers, selected)).collect()
}

fn of_tape(
    now: Time,
    tape: &Tape,
    consumers: &[ConsumerView<'_>],
    selected: &Related,
) -> Vec<Ring> {
    let Entity::Stream { cluster, name } = &tape.entity else { return Vec::new() };
    let own = consumers.iter().filter(|c| c.cluster == *cluster && *c.stream == *name);
    let entity = |consumer: &ConsumerView<'_>| Entity::Consumer {
        cluster: *cluster,
        stream: Arc::clone(name),
        name: Arc::clone(consumer.name),
    };
    let one = own.clone().find(|consumer| selected.is_focus(&entity(consumer)));
    let mut rings: Vec<(u64, Ring)> = Vec::new();
    for consumer in own.filter(|c| one.is_none_or(|one| one.name == c.name)) {
        for pending in consumer.pending() {
            let Some(cell) = tape.cells.iter().find(|cell| cell.seq == pending.sseq) else {
                continue;
            };
            let ring = Ring {
                message: cell.entity.clone(),
                rect: cell.rect,
                left: left(now, &pending),
                deliveries: pending.deliveries,
                queued: pending.queued,
            };
            match rings.iter_mut().find(|(seq, _)| *seq == pending.sseq) {
                Some((_, other)) if other.left > ring.left => *other = ring,
                Some(_) => {}
                None => rings.push((pending.sseq, ring)),
            }
        }
    }
    rings.into_iter().map(|(_, ring)| ring).collect()
}

/// What of buckets and stores goes by itself: a bar for each row, and the time left. `still`: no motion is
/// wanted, so a bar gets shorter in a few steps.
pub(crate) fn expiries(now: Time, stage: &Stage, still: bool) -> Vec<Running> {
    let rows = stage.tapes.iter().flat_map(|tape| tape.card.iter().flat_map(|card| &card.rows));
    rows.filter_map(|row| row.expiry.as_ref())
        .map(|expiry| {
            let over = expiry.at.since(now);
            let left = (over.0 as f64 / expiry.span.0.max(1) as f64).clamp(0.0, 1.0);
            let seconds = Span::secs(over.0.div_ceil(1_000_000_000));
            Running {
                message: expiry.message.clone(),
                bar: expiry.bar,
                left: if still { (left * 8.0).ceil() / 8.0 } else { left },
                label: Label {
                    text: brief(seconds),
                    at: Point::new(expiry.bar.right() + 5.0, expiry.bar.y + 5.5),
                    anchor: Anchor::Start,
                    style: TextStyle::SmallMono,
                    tone: Token::Muted,
                },
            }
        })
        .collect()
}

/// How much of its ack wait is left.
fn left(now: Time, pending: &PendingView) -> f64 {
    if pending.queued {
        return 0.0;
    }
    let Some(deadline) = pending.deadline else { return 1.0 };
    let whole = deadline.since(pending.since).0.max(1) as f64;
    (deadline.since(now).0 as f64 / whole).clamp(0.0, 1.0)
}
