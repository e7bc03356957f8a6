//! The part of a consumer that its group replicates: what was delivered, acknowledged, is out.
//!
//! It changes by [`ConsumerCommand`]s only, on every replica in the same order. The leader works
//! with a copy of its own (see [`super::leading`]), which is ahead of the record as long as commands
//! are on their way, and takes the record over when its leadership begins.

use crate::jetstream::cow::CowMap;
use crate::kernel::Time;
use crate::nats::Subject;
use crate::nats::api::AckPolicy;

use super::{ConsumerCommand, Output};

/// A place: the number of a delivery, and a sequence of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pair {
    /// The number of the delivery.
    pub dseq: u64,
    /// The sequence in the stream.
    pub sseq: u64,
}

/// A message out for acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pending {
    /// The number of its first delivery.
    pub(super) dseq: u64,
    /// From when its ack wait counts, in nanoseconds of virtual time. A negative acknowledgement
    /// with a delay may put it before the beginning of the world.
    pub(super) at: i64,
}

/// What every replica of a consumer knows.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Record {
    /// Whether it was written down where the consumer begins, so that it need never be found again.
    /// Only one that is not replicated does so, and only where it has a file.
    pub(super) started: bool,
    pub(super) delivered: Pair,
    pub(super) floor: Pair,
    pub(super) pending: CowMap<u64, Pending>,
    /// How often messages were delivered again.
    pub(super) redelivered: CowMap<u64, u64>,
    /// The reply subjects of pull requests that wait with the leader.
    pub(super) pulls: CowMap<Subject, ()>,
    pub(super) last_delivered: Option<Time>,
    pub(super) last_acked: Option<Time>,
}

impl Record {
    /// Whether anything is in it. A consumer without a record looks for its beginning when it is
    /// led.
    pub(super) fn has_state(&self) -> bool {
        self.started || self.delivered != Pair::default()
    }

    /// Applies a command.
    pub(super) fn apply(
        &mut self,
        command: &ConsumerCommand,
        policy: AckPolicy,
        out: &mut Vec<Output>,
    ) {
        match command {
            ConsumerCommand::Started { sseq } => {
                self.delivered.sseq = sseq.saturating_sub(1);
                self.floor.sseq = self.delivered.sseq;
            }
            ConsumerCommand::Skipped { sseq } => {
                let last = sseq.saturating_sub(1);
                if last > self.delivered.sseq {
                    self.delivered.sseq = last;
                    if policy == AckPolicy::None {
                        self.floor.sseq = last;
                    }
                }
            }
            ConsumerCommand::Delivered { dseq, sseq, deliveries, stored, at } => {
                self.last_delivered = Some(*at);
                let place = Pair { dseq: *dseq, sseq: *sseq };
                self.delivered.dseq = self.delivered.dseq.max(place.dseq);
                self.delivered.sseq = self.delivered.sseq.max(place.sseq);
                if policy == AckPolicy::None {
                    self.floor = self.delivered;
                    out.push(Output::Released { first: *sseq, last: *sseq });
                    return;
                }
                match self.pending.get_mut(sseq) {
                    Some(pending) => pending.at = *stored,
                    None => {
                        self.pending.insert(*sseq, Pending { dseq: *dseq, at: *stored });
                    }
                }
                self.count_redelivery(*sseq, deliveries.saturating_sub(1));
            }
            ConsumerCommand::Touched { sseq, from, at } => {
                self.last_delivered = Some(*at);
                if let Some(pending) = self.pending.get_mut(sseq) {
                    pending.at = *from;
                }
            }
            ConsumerCommand::Exceeded { sseq, deliveries, at } => {
                self.last_delivered = Some(*at);
                self.pending.remove(sseq);
                self.count_redelivery(*sseq, *deliveries);
            }
            ConsumerCommand::Acked { dseq, sseq, at, .. } => {
                self.last_acked = Some(*at);
                self.acked(Pair { dseq: *dseq, sseq: *sseq }, policy, out);
            }
            ConsumerCommand::Purged { delivered, floor } => {
                self.delivered = *delivered;
                self.floor = *floor;
                while let Some((sseq, _)) = self.pending.first().filter(|(s, _)| **s <= floor.sseq)
                {
                    let sseq = *sseq;
                    self.pending.remove(&sseq);
                    self.redelivered.remove(&sseq);
                }
                if self.pending.is_empty() {
                    self.redelivered = CowMap::default();
                }
            }
            ConsumerCommand::PullWaits { reply } => {
                self.pulls.insert(reply.clone(), ());
            }
            ConsumerCommand::PullEnded { reply } => {
                self.pulls.remove(&**reply);
            }
            ConsumerCommand::Reset { sseq, .. } | ConsumerCommand::Restarted { sseq } => {
                let last = sseq.saturating_sub(1);
                let pulls = std::mem::take(&mut self.pulls);
                let start = Pair { dseq: 0, sseq: last };
                let started = self.started;
                *self = Self { started, delivered: start, floor: start, pulls, ..Self::default() };
            }
        }
    }

    fn count_redelivery(&mut self, sseq: u64, times: u64) {
        if times > self.redelivered.get(&sseq).copied().unwrap_or(0) {
            self.redelivered.insert(sseq, times);
        }
    }

    fn acked(&mut self, at: Pair, policy: AckPolicy, out: &mut Vec<Output>) {
        if policy == AckPolicy::None {
            return;
        }
        if policy == AckPolicy::Explicit {
            let pending = self.pending.remove(&at.sseq);
            self.redelivered.remove(&at.sseq);
            out.push(Output::Released { first: at.sseq, last: at.sseq });
            // A purge may have put the floor above messages that are still out: it stays then.
            if let Some(pending) = pending.filter(|pending| pending.dseq > self.floor.dseq) {
                let first = Pair { dseq: pending.dseq, sseq: at.sseq };
                self.floor = floor_after(self.floor, first, self.delivered, &self.pending);
            }
            return;
        }
        if at.dseq <= self.floor.dseq || at.sseq <= self.floor.sseq {
            self.redelivered.remove(&at.sseq);
            return;
        }
        self.floor = at;
        while let Some((sseq, _)) = self.pending.first().filter(|(sseq, _)| **sseq <= at.sseq) {
            let sseq = *sseq;
            self.pending.remove(&sseq);
            self.redelivered.remove(&sseq);
            release(out, sseq);
        }
        release(out, at.sseq);
    }
}

/// The ack floor after a message is done with that was first delivered at `done`.
///
/// It is at the last delivery when nothing is out any more; it goes on from `done` if that is the
/// next after the floor, up to the first message that is still out; and it stays otherwise.
pub(super) fn floor_after(
    floor: Pair,
    done: Pair,
    delivered: Pair,
    pending: &CowMap<u64, Pending>,
) -> Pair {
    if pending.is_empty() {
        return delivered;
    }
    if done.dseq != floor.dseq + 1 {
        return floor;
    }
    match pending.iter_from(&(done.sseq + 1)).next() {
        Some((sseq, next)) if next.dseq > 0 => Pair { dseq: next.dseq - 1, sseq: sseq - 1 },
        _ => done,
    }
}

/// Releases one more of sequences that come in order.
fn release(out: &mut Vec<Output>, sseq: u64) {
    match out.last_mut() {
        Some(Output::Released { last, .. }) if *last == sseq => {}
        Some(Output::Released { last, .. }) if *last + 1 == sseq => *last = sseq,
        _ => out.push(Output::Released { first: sseq, last: sseq }),
    }
}
