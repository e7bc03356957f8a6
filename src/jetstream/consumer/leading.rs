//! What only the leader of a consumer knows: where it is, who waits, what is due.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::jetstream::cow::CowMap;
use crate::kernel::{Span, Time};
use crate::nats::Subject;

use super::flow::Flow;
use super::queue::RedeliveryQueue;
use super::rate::Bucket;
use super::record::{Pair, Pending};
use super::send::{Held, InHand};
use super::waiting::WaitQueue;

/// The leader's own state. It begins as a copy of the record and is ahead of it from then on.
#[derive(Debug, Clone)]
pub(super) struct Leading {
    /// Whether commands have to go through a group's log.
    pub(super) replicated: bool,
    /// The next sequence of the stream to look at.
    pub(super) next_sseq: u64,
    /// The number of the next delivery.
    pub(super) next_dseq: u64,
    /// The ack floor. Unlike that of the record it passes messages that were delivered too often.
    pub(super) floor: Pair,
    pub(super) pending: CowMap<u64, Pending>,
    pub(super) redelivered: CowMap<u64, u64>,
    /// What waits to be delivered again.
    pub(super) queue: RedeliveryQueue,
    /// When the ack waits are looked at.
    pub(super) check_at: Option<Time>,
    /// Messages never delivered yet. It is a running count and may be off by messages that are
    /// removed while they are delivered, below zero too.
    pub(super) num_pending: i64,
    /// Up to where `num_pending` was counted.
    pub(super) counted_to: u64,
    /// With `last_per_subject`: what comes first.
    pub(super) skip: Option<SkipList>,
    /// The pull requests that wait.
    pub(super) waiting: WaitQueue,
    /// When the next of them expires or needs a heartbeat.
    pub(super) waiting_at: Option<Time>,
    /// Whether a push consumer has somebody to send to.
    pub(super) active: bool,
    pub(super) flow: Option<Flow>,
    /// When the next idle heartbeat of a push consumer is due.
    pub(super) heartbeat_at: Option<Time>,
    /// When the consumer may be deleted because nobody is interested.
    pub(super) inactive_at: Option<Time>,
    /// When a pull consumer was last used.
    pub(super) last_used: Option<Time>,
    /// When the pause ends.
    pub(super) pause_end: Option<Time>,
    pub(super) pin: Option<Pin>,
    pub(super) replay: Option<Replay>,
    pub(super) rate: Option<Bucket>,
    /// A message that is picked and waits for its moment.
    pub(super) in_hand: Option<InHand>,
    /// What is sent when deliveries are committed.
    pub(super) held: VecDeque<Held>,
    /// When pull requests were last looked through.
    pub(super) looked_through: Option<Time>,
    /// Whether there may be something to deliver.
    pub(super) kicked: bool,
    /// Whether it was already said that too many messages are out.
    pub(super) stalled: bool,
}

/// The last message of every subject, as it was when the consumer began.
#[derive(Debug, Clone)]
pub(super) struct SkipList {
    pub(super) seqs: Arc<[u64]>,
    /// How many of them were delivered.
    pub(super) done: usize,
    /// The last sequence of the stream at that time.
    pub(super) resume: u64,
}

/// The client that gets all messages.
#[derive(Debug, Clone)]
pub(super) struct Pin {
    pub(super) id: Arc<str>,
    pub(super) group: Arc<str>,
    pub(super) since: Time,
    pub(super) until: Time,
}

/// Replaying in the original rhythm.
#[derive(Debug, Clone, Copy)]
pub(super) struct Replay {
    /// The last sequence to be replayed so.
    pub(super) until: u64,
    /// When the message before was stored.
    pub(super) last: Option<Time>,
}

impl Leading {
    /// A leader that knows nothing yet.
    pub(super) fn new(replicated: bool, max_waiting: i64) -> Self {
        Self {
            replicated,
            next_sseq: 1,
            next_dseq: 1,
            floor: Pair::default(),
            pending: CowMap::default(),
            redelivered: CowMap::default(),
            queue: RedeliveryQueue::default(),
            check_at: None,
            num_pending: 0,
            counted_to: 0,
            skip: None,
            waiting: WaitQueue::new(max_waiting),
            waiting_at: None,
            active: false,
            flow: None,
            heartbeat_at: None,
            inactive_at: None,
            last_used: None,
            pause_end: None,
            pin: None,
            replay: None,
            rate: None,
            in_hand: None,
            held: VecDeque::new(),
            looked_through: None,
            kicked: false,
            stalled: false,
        }
    }

    /// Everything that was delivered.
    pub(super) fn delivered(&self) -> Pair {
        Pair { dseq: self.next_dseq - 1, sseq: self.next_sseq.saturating_sub(1) }
    }

    /// Messages never delivered yet, as told to clients.
    pub(super) fn num_pending(&self) -> u64 {
        u64::try_from(self.num_pending).unwrap_or(0)
    }

    /// How often a message was delivered again.
    pub(super) fn redeliveries(&self, sseq: u64) -> u64 {
        self.redelivered.get(&sseq).copied().unwrap_or(0)
    }

    /// Forgets that a message was delivered again.
    pub(super) fn forget(&mut self, sseq: u64) {
        self.redelivered.remove(&sseq);
        self.queue.remove(sseq);
    }

    /// The reply subject of a pull request that still has messages on their way.
    pub(super) fn has_held(&self, reply: &Subject) -> bool {
        self.held.iter().any(|held| held.to == *reply)
    }

    /// The first of all the moments at which there is something to do.
    pub(super) fn next_deadline(&self) -> Option<Time> {
        let pin = self.pin.as_ref().map(|pin| pin.until);
        let loops = match &self.in_hand {
            // Who holds a message does nothing else.
            Some(in_hand) => [Some(in_hand.due), None, None],
            None => [self.waiting_at, self.heartbeat_at, None],
        };
        let others = [self.check_at, self.inactive_at, self.pause_end, pin];
        loops.into_iter().chain(others).flatten().min()
    }
}

/// The end of a span that begins now, with the span in nanoseconds as configurations have it.
pub(super) fn after(now: Time, nanos: i64) -> Time {
    now + Span(u64::try_from(nanos).unwrap_or(0))
}

/// A virtual time in nanoseconds, with a sign.
pub(super) fn nanos(at: Time) -> i64 {
    i64::try_from(at.0).unwrap_or(i64::MAX)
}
