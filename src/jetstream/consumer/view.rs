//! What can be seen of a consumer: its info, and more for the page, retention and tests.

use std::sync::Arc;

use crate::jetstream::store::MessageStore;
use crate::kernel::Time;
use crate::nats::Subject;
use crate::nats::api::{AckPolicy, ConsumerInfo, PriorityGroupState, SequenceInfo, Stamp};

use super::gather::unix;
use super::record::Pair;
use super::{Consumer, Cx};

/// A pull request that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingView {
    /// Where it wants its messages.
    pub reply: Subject,
    /// How many more.
    pub batch: u64,
    /// When it came.
    pub since: Time,
    /// When it ends unserved, if ever.
    pub expires: Option<Time>,
    /// Whether it ends when there is nothing to deliver.
    pub no_wait: bool,
}

/// A message out for acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PendingView {
    /// Its sequence in the stream.
    pub sseq: u64,
    /// The number of its first delivery.
    pub dseq: u64,
    /// How often it was delivered.
    pub deliveries: u64,
    /// When its ack wait began.
    pub since: Time,
    /// When its ack wait ends; none if it never does.
    pub deadline: Option<Time>,
    /// Whether it waits to be delivered again.
    pub queued: bool,
}

impl Consumer {
    /// What the API tells about it. Drops pull requests that expired or that nobody listens to any
    /// more. The host adds `cluster`.
    pub fn info(&mut self, cx: &mut Cx<'_>) -> ConsumerInfo {
        if let Some(lead) = &mut self.lead {
            let left = cx.store.last_seq().saturating_sub(lead.next_sseq.saturating_sub(1));
            let most = i64::try_from(left.min(cx.store.len())).unwrap_or(i64::MAX);
            lead.num_pending = lead.num_pending.min(most);
        }
        if !self.config.is_push() && self.lead.is_some() {
            self.look_through(cx, false);
        }
        self.snapshot(cx.now, cx.store)
    }

    /// The same, without changing anything.
    pub fn snapshot(&self, now: Time, store: &MessageStore) -> ConsumerInfo {
        let config = &self.config;
        let record = &self.record;
        let delivered = match &self.lead {
            Some(lead) if !record.has_state() => lead.delivered(),
            _ => record.delivered,
        };
        let pause = config.pause_until.as_ref().map_or(0, |until| until.unix_ns() - unix(now));
        let redelivered = match &self.lead {
            Some(lead) => lead.redelivered.len(),
            None => record.redelivered.len(),
        };
        let group = |group: &String| {
            let pin = self.lead.as_ref().and_then(|lead| lead.pin.as_ref());
            PriorityGroupState {
                group: group.clone(),
                pinned_client_id: pin.map_or_else(String::new, |pin| pin.id.to_string()),
                pinned_ts: pin.map(|pin| pin.since.into()).unwrap_or_default(),
            }
        };
        ConsumerInfo {
            stream_name: self.stream.to_string(),
            name: self.name.to_string(),
            created: self.created.into(),
            config: Arc::clone(config),
            delivered: sequence(delivered, record.last_delivered),
            ack_floor: sequence(record.floor, record.last_acked),
            num_ack_pending: self.pending_len() as u64,
            num_redelivered: if config.max_deliver == 1 { 0 } else { redelivered as u64 },
            num_waiting: self.lead.as_ref().map_or(0, |lead| lead.waiting.len() as u64),
            num_pending: self.num_pending(store),
            cluster: None,
            push_bound: config.is_push() && self.lead.as_ref().is_some_and(|lead| lead.active),
            paused: pause > 0,
            pause_remaining: i64::try_from(pause.max(0)).unwrap_or(i64::MAX),
            ts: now.into(),
            priority_groups: config.priority_groups.iter().take(1).map(group).collect(),
        }
    }

    /// Messages never delivered yet. 0 where it is not led.
    pub fn num_pending(&self, store: &MessageStore) -> u64 {
        let Some(lead) = &self.lead else { return 0 };
        let left = store.last_seq().saturating_sub(lead.next_sseq.saturating_sub(1));
        lead.num_pending().min(left).min(store.len())
    }

    fn pending_len(&self) -> usize {
        self.lead.as_ref().map_or(self.record.pending.len(), |lead| lead.pending.len())
    }

    /// Whether it still needs a message, for interest retention: it was not delivered yet, is out,
    /// or was given up. On every replica, by what is committed.
    pub fn needs(&self, sseq: u64, subject: &str) -> bool {
        if !self.matches(subject) {
            return false;
        }
        let record = &self.record;
        let above = sseq > record.floor.sseq;
        let needs = match self.config.ack_policy {
            AckPolicy::Explicit => {
                above && (sseq > record.delivered.sseq || record.pending.get(&sseq).is_some())
            }
            _ => above,
        };
        needs || record.redelivered.get(&sseq).is_some()
    }

    /// Whether two copies have the same record.
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.record == other.record
    }

    /// Up to where everything is acknowledged, as told to clients.
    pub fn ack_floor(&self) -> Pair {
        self.record.floor
    }

    /// What was delivered last, as told to clients; where it begins if nothing was.
    pub fn delivered(&self) -> Pair {
        match &self.lead {
            Some(lead) if !self.record.has_state() => lead.delivered(),
            _ => self.record.delivered,
        }
    }

    /// The next sequence of the stream that it looks at.
    pub fn next_sequence(&self) -> u64 {
        self.lead.as_ref().map_or(self.record.delivered.sseq + 1, |lead| lead.next_sseq)
    }

    /// Whether a push consumer has somebody to send to.
    pub fn is_active(&self) -> bool {
        self.lead.as_ref().is_some_and(|lead| lead.active)
    }

    /// The pull requests that wait, next first. Empty where it is not led.
    pub fn waiting(&self) -> impl Iterator<Item = WaitingView> {
        self.lead.iter().flat_map(|lead| lead.waiting.iter()).map(|request| WaitingView {
            reply: request.reply.clone(),
            batch: u64::try_from(request.batch).unwrap_or(0).max(1),
            since: request.since,
            expires: request.expires,
            no_wait: request.no_wait,
        })
    }

    /// The messages out for acknowledgement, in the order of the stream.
    pub fn pending(&self) -> impl Iterator<Item = PendingView> {
        let (pending, redelivered) = match &self.lead {
            Some(lead) => (&lead.pending, &lead.redelivered),
            None => (&self.record.pending, &self.record.redelivered),
        };
        pending.iter().map(|(sseq, pending)| {
            let redeliveries = redelivered.get(sseq).copied().unwrap_or(0);
            PendingView {
                sseq: *sseq,
                dseq: pending.dseq,
                deliveries: redeliveries + 1,
                since: Time(u64::try_from(pending.at).unwrap_or(0)),
                deadline: self.deadline(*pending, redeliveries),
                queued: self.lead.as_ref().is_some_and(|lead| lead.queue.contains(*sseq)),
            }
        })
    }

    /// The messages that wait to be delivered again, next first. Empty where it is not led.
    pub fn queued(&self) -> impl Iterator<Item = u64> {
        self.lead.iter().flat_map(|lead| lead.queue.iter())
    }

    /// How often messages were delivered again, of those that were and are not acknowledged.
    pub fn redelivered(&self) -> impl Iterator<Item = (u64, u64)> {
        let redelivered = match &self.lead {
            Some(lead) => &lead.redelivered,
            None => &self.record.redelivered,
        };
        redelivered.iter().map(|(sseq, times)| (*sseq, *times))
    }

    /// The pin of the client that has it.
    pub fn pinned(&self) -> Option<&str> {
        self.lead.as_ref()?.pin.as_ref().map(|pin| &*pin.id)
    }
}

pub(super) fn sequence(at: Pair, last: Option<Time>) -> SequenceInfo {
    let last_active = last.map(Stamp::from);
    SequenceInfo { consumer_seq: at.dseq, stream_seq: at.sseq, last_active }
}
