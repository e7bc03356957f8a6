//! Sending a message: to whom, with what, when, and what is noted about it.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;

use crate::jetstream::store::StoredMessage;
use crate::kernel::{Span, Time};
use crate::nats::api::{AckPolicy, PriorityPolicy};
use crate::nats::{Headers, Message, Subject};

use super::ack_subject::AckSubject;
use super::choose::Chosen;
use super::gather::Picked;
use super::leading::{Leading, after, nanos};
use super::record::Pair;
use super::status::unserved;
use super::{Consumer, ConsumerCommand, Cx, Output};

/// Shorter gaps are not replayed.
const SHORTEST_GAP: Span = Span::millis(1);

/// A message that is picked and placed and waits for its moment.
#[derive(Debug, Clone)]
pub(super) struct InHand {
    /// When that is.
    pub(super) due: Time,
    parcel: Parcel,
    /// Whether the rate limit was asked already.
    paced: bool,
}

/// A message with all that is needed to send it.
#[derive(Debug, Clone)]
struct Parcel {
    to: Subject,
    message: Message,
    sseq: u64,
    stored: Time,
    deliveries: u64,
    /// What the pull request lacks that this message completed, if it could have more bytes.
    completed: Option<(i64, i64)>,
}

/// What is sent when a delivery is committed.
#[derive(Debug, Clone)]
pub(super) struct Held {
    /// The number of that delivery.
    dseq: u64,
    /// Where it goes.
    pub(super) to: Subject,
    output: Output,
}

impl Leading {
    /// Sends something to `to` behind all messages that wait to be committed.
    pub(super) fn hold(&mut self, to: &Subject, output: Output) {
        let dseq = self.held.back().map_or(0, |held| held.dseq);
        self.held.push_back(Held { dseq, to: to.clone(), output });
    }

    /// Lets go what waited for this delivery.
    pub(super) fn release_held(&mut self, dseq: u64, out: &mut Vec<Output>) {
        let due = |held: &VecDeque<Held>| held.front().is_some_and(|held| held.dseq <= dseq);
        while due(&self.held) {
            out.extend(self.held.pop_front().map(|held| held.output));
        }
    }

    /// Takes a redelivery back that did not happen.
    pub(super) fn take_back(&mut self, sseq: u64) {
        match self.redelivered.get_mut(&sseq) {
            Some(times) if *times > 1 => *times -= 1,
            _ => {
                self.redelivered.remove(&sseq);
            }
        }
    }
}

impl Consumer {
    /// Finds somebody to get a message, and sends it. False if there is nobody for it now; it comes
    /// next again then.
    pub(super) fn place(&mut self, cx: &mut Cx<'_>, picked: Picked) -> bool {
        let Picked { message: stored, deliveries, listed } = picked;
        let sseq = stored.seq;
        let Some(lead) = &self.lead else { return false };
        let is_new = deliveries == 1;
        let left = lead.num_pending - i64::from(is_new);
        let ack = AckSubject { deliveries, sseq, dseq: lead.next_dseq };
        let ack = self.ack_subject(ack, stored.at, u64::try_from(left).unwrap_or(0));
        let mut message = self.as_sent(&stored, ack);
        let chosen = if self.config.is_push() {
            Some(Chosen { to: self.deliver_to.clone(), completed: None })
        } else {
            self.choose(cx, size(&message), left + 1)
        };
        let Some(Chosen { to, completed }) = chosen else {
            self.put_back(sseq, is_new);
            return false;
        };
        if self.config.priority_policy == PriorityPolicy::PinnedClient {
            let pin = self.lead.as_ref().and_then(|lead| lead.pin.as_ref());
            message = message.with_header("Nats-Pin-Id", pin.map_or("", |pin| &pin.id));
        }
        if is_new {
            self.taken(cx, sseq, left, listed);
        }
        let parcel = Parcel { to, message, sseq, stored: stored.at, deliveries, completed };
        self.replay(cx, parcel);
        true
    }

    /// A message as clients get it.
    fn as_sent(&self, stored: &Arc<StoredMessage>, ack: Subject) -> Message {
        let mut message = Message {
            subject: stored.subject.clone(),
            reply: Some(ack),
            headers: stored.headers.clone(),
            payload: stored.payload.clone(),
        };
        if self.config.headers_only {
            message.payload = Bytes::new();
            message = message.with_header("Nats-Msg-Size", &stored.payload.len().to_string());
        }
        message
    }

    /// Nobody could have the message: a new one stays the next, one that was delivered before goes
    /// to the end of the queue.
    fn put_back(&mut self, sseq: u64, is_new: bool) {
        let Some(lead) = &mut self.lead else { return };
        if !is_new {
            lead.take_back(sseq);
            lead.queue.push(sseq);
        }
    }

    /// A new message found somebody.
    fn taken(&mut self, cx: &mut Cx<'_>, sseq: u64, left: i64, listed: bool) {
        let Some(lead) = &mut self.lead else { return };
        lead.num_pending = left;
        if listed {
            self.pass_in_list(cx, sseq);
        } else {
            lead.next_sseq = sseq + 1;
        }
    }

    /// Waits as long as passed between this message and the one before it, if that is wanted.
    fn replay(&mut self, cx: &mut Cx<'_>, parcel: Parcel) {
        let Some(lead) = &mut self.lead else { return };
        if let Some(replay) = &mut lead.replay {
            let gap = replay.last.map(|last| parcel.stored.since(last));
            replay.last = Some(parcel.stored);
            if let Some(gap) = gap.filter(|gap| *gap > SHORTEST_GAP) {
                lead.in_hand = Some(InHand { due: cx.now + gap, parcel, paced: false });
                return;
            }
        }
        self.pace(cx, parcel);
    }

    /// Waits as long as the rate limit wants.
    fn pace(&mut self, cx: &mut Cx<'_>, parcel: Parcel) {
        let Some(lead) = &mut self.lead else { return };
        if let Some(bucket) = &mut lead.rate {
            let wait = bucket.take(size(&parcel.message), cx.now);
            if wait > Span::ZERO {
                lead.in_hand = Some(InHand { due: cx.now + wait, parcel, paced: true });
                return;
            }
        }
        self.send(cx, parcel);
    }

    /// The moment has come for the message that waited for it.
    pub(super) fn send_in_hand(&mut self, cx: &mut Cx<'_>) {
        let in_hand = self.lead.as_mut().and_then(|lead| lead.in_hand.take());
        match in_hand {
            Some(InHand { parcel, paced: true, .. }) => self.send(cx, parcel),
            Some(InHand { parcel, .. }) => self.pace(cx, parcel),
            None => {}
        }
    }

    fn send(&mut self, cx: &mut Cx<'_>, parcel: Parcel) {
        let Parcel { to, message, sseq, stored, deliveries, completed } = parcel;
        let Some(lead) = &mut self.lead else { return };
        let dseq = lead.next_dseq;
        lead.next_dseq += 1;
        let acks = self.config.ack_policy;
        let bytes = to.len() as u64 + size(&message) - message.subject.len() as u64;
        let waits = lead.replicated && acks != AckPolicy::None && !self.config.flow_control;
        let output = Output::Deliver { to: to.clone(), message, sseq, dseq, deliveries };
        if waits {
            lead.held.push_back(Held { dseq, to: to.clone(), output });
        } else {
            cx.out.push(output);
        }
        if acks == AckPolicy::None {
            lead.floor = Pair { dseq, sseq };
        } else {
            self.track(cx.now, sseq, dseq);
        }
        let stored = nanos(stored);
        let at = cx.now;
        self.commit(cx, ConsumerCommand::Delivered { dseq, sseq, deliveries, stored, at });
        self.count_flow(cx, bytes);
        let Some(lead) = &mut self.lead else { return };
        lead.last_used = Some(cx.now);
        if let Some((batch, bytes)) = completed {
            let output = unserved(&to, 409, "Batch Completed", batch, bytes);
            if waits {
                lead.hold(&to, output);
            } else {
                cx.out.push(output);
            }
        }
        if self.config.idle_heartbeat > 0 {
            lead.heartbeat_at = Some(after(cx.now, self.config.idle_heartbeat));
        }
    }

    fn count_flow(&mut self, cx: &mut Cx<'_>, bytes: u64) {
        let Some(lead) = &mut self.lead else { return };
        let acks_are_due = self.config.ack_policy == AckPolicy::FlowControl
            && lead.is_full(self.config.max_ack_pending);
        if lead.flow.as_mut().is_some_and(|flow| flow.sent(bytes, acks_are_due)) {
            self.ask_flow(cx);
        }
    }
}

/// What a message measures where bytes are limited.
fn size(message: &Message) -> u64 {
    let reply = message.reply.as_ref().map_or(0, |reply| reply.len());
    let headers = message.headers.as_ref().map_or(0, Headers::len);
    (message.subject.len() + reply + headers + message.payload.len()) as u64
}
