//! Messages out for acknowledgement at a moment, and how much of their ack wait is left.

use std::sync::Arc;

use crate::jetstream::consumer::PendingView;
use crate::kernel::Time;
use crate::world::{ConsumerView, World};

use super::entity::Entity;
use super::frame::{Ring, Stage, Tape};
use super::related::Related;

/// The rings around cells of the stage: of the selected consumer where one is selected, else of all;
/// where several wait for the same message, of the one that waits least.
pub fn rings(world: &World, stage: &Stage, selected: &Related) -> Vec<Ring> {
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

/// How much of its ack wait is left.
fn left(now: Time, pending: &PendingView) -> f64 {
    if pending.queued {
        return 0.0;
    }
    let Some(deadline) = pending.deadline else { return 1.0 };
    let whole = deadline.since(pending.since).0.max(1) as f64;
    (deadline.since(now).0 as f64 / whole).clamp(0.0, 1.0)
}
