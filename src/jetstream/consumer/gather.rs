//! The delivery loop: which message comes next, and whether it may go now.
//!
//! It runs whenever there may be something to do, delivers one message a turn, and stops when it
//! must wait for something.

use std::sync::Arc;

use crate::jetstream::store::StoredMessage;
use crate::kernel::Time;
use crate::nats::api::ConsumerAdvisory;

use super::ack::DELETED;
use super::pending::move_floor;
use super::{Consumer, ConsumerCommand, Cx, Happening};

/// A message that is to be delivered.
#[derive(Debug, Clone)]
pub(super) struct Picked {
    pub(super) message: Arc<StoredMessage>,
    /// How often it was delivered, this time included.
    pub(super) deliveries: u64,
    /// Whether it came from the list of last messages.
    pub(super) listed: bool,
}

/// What the loop found.
enum Next {
    Message(Picked),
    EndOfStream,
    TooManyPending,
}

impl Consumer {
    /// Says that there may be something to deliver.
    pub(super) fn kick(&mut self) {
        if let Some(lead) = &mut self.lead {
            lead.kicked = true;
        }
    }

    /// Runs the loop, if there may be something to deliver.
    pub(super) fn run(&mut self, cx: &mut Cx<'_>) {
        while self.lead.as_mut().is_some_and(|lead| std::mem::take(&mut lead.kicked)) {
            self.gather(cx);
        }
    }

    fn gather(&mut self, cx: &mut Cx<'_>) {
        let mut end_of_stream = true;
        loop {
            let Some(lead) = &self.lead else { return };
            match lead.in_hand.as_ref().map(|in_hand| in_hand.due) {
                Some(due) if due > cx.now => return,
                Some(_) => {
                    self.send_in_hand(cx);
                    continue;
                }
                None => {}
            }
            if !self.may_deliver(cx.now) {
                break;
            }
            match self.next_message(cx) {
                Next::Message(picked) => {
                    if !self.place(cx, picked) {
                        break;
                    }
                }
                Next::EndOfStream => break,
                Next::TooManyPending => {
                    end_of_stream = false;
                    break;
                }
            }
        }
        self.idle(cx, end_of_stream);
    }

    /// Whether it pauses.
    pub(super) fn is_paused(&self, now: Time) -> bool {
        self.config.pause_until.as_ref().is_some_and(|until| until.unix_ns() > unix(now))
    }

    /// Whether anybody is there to deliver to.
    fn may_deliver(&self, now: Time) -> bool {
        let Some(lead) = &self.lead else { return false };
        if self.is_paused(now) {
            return false;
        }
        if self.config.is_push() {
            lead.active && !lead.flow.as_ref().is_some_and(|flow| flow.is_closed())
        } else {
            !lead.waiting.is_empty()
        }
    }

    /// The loop has nothing more to do for now.
    fn idle(&mut self, cx: &mut Cx<'_>, end_of_stream: bool) {
        let Some(lead) = &mut self.lead else { return };
        if lead.replay.is_some_and(|replay| lead.next_sseq > replay.until) {
            lead.replay = None;
        }
        let stalled = !end_of_stream;
        if stalled && !std::mem::replace(&mut lead.stalled, stalled) {
            let pending = lead.pending.len() as u64;
            cx.happened(Happening::Stalled { pending });
        }
        lead.stalled = stalled;
        if !self.config.is_push() {
            self.look_through(cx, end_of_stream);
        }
    }

    /// The next message: first what waits to be delivered again, then what is new.
    fn next_message(&mut self, cx: &mut Cx<'_>) -> Next {
        if let Some(picked) = self.next_again(cx) {
            return Next::Message(picked);
        }
        let Some(lead) = &mut self.lead else { return Next::EndOfStream };
        if lead.is_full(self.config.max_ack_pending) {
            return Next::TooManyPending;
        }
        while let Some(sseq) = self.next_in_list() {
            if let Some(message) = cx.store.get(sseq) {
                let message = Arc::clone(message);
                return Next::Message(Picked { message, deliveries: 1, listed: true });
            }
            self.pass_in_list(cx, sseq);
        }
        self.next_new(cx)
    }

    fn next_in_list(&self) -> Option<u64> {
        let skip = self.lead.as_ref()?.skip.as_ref()?;
        skip.seqs.get(skip.done).copied()
    }

    /// The first message that matches and was not delivered yet.
    fn next_new(&mut self, cx: &mut Cx<'_>) -> Next {
        let Some(lead) = &mut self.lead else { return Next::EndOfStream };
        let found = cx.store.next_of_any(&self.filters, lead.next_sseq).map(Arc::clone);
        if let Some(message) = found {
            lead.next_sseq = message.seq;
            return Next::Message(Picked { message, deliveries: 1, listed: false });
        }
        let last = cx.store.last_seq();
        if last < lead.next_sseq {
            lead.num_pending = 0;
            lead.counted_to = last;
            return Next::EndOfStream;
        }
        let jumped = last != lead.next_sseq;
        lead.next_sseq = last + 1;
        lead.num_pending = 0;
        lead.counted_to = last;
        if jumped && lead.replicated {
            self.commit(cx, ConsumerCommand::Skipped { sseq: last + 1 });
        }
        Next::EndOfStream
    }

    /// The next message that waits to be delivered again. Those that were delivered too often are
    /// given up, those that are gone are terminated. Where this server's copy of the stream is behind
    /// the consumer, a message that it does not have yet waits for its ack wait once more.
    fn next_again(&mut self, cx: &mut Cx<'_>) -> Option<Picked> {
        let most = u64::try_from(self.config.max_deliver).unwrap_or(0);
        loop {
            let lead = self.lead.as_mut()?;
            let sseq = lead.queue.pop()?;
            let times = lead.redeliveries(sseq) + 1;
            lead.redelivered.insert(sseq, times);
            if most > 0 && times >= most {
                if times == most {
                    cx.advise(ConsumerAdvisory::MaxDeliver { sseq, deliveries: times });
                }
                self.give_up(cx, sseq, times);
                continue;
            }
            if let Some(message) = cx.store.get(sseq) {
                let message = Arc::clone(message);
                return Some(Picked { message, deliveries: times + 1, listed: false });
            }
            lead.take_back(sseq);
            if sseq > cx.store.last_seq() {
                continue;
            }
            if let Some(dseq) = lead.pending.get(&sseq).map(|pending| pending.dseq) {
                self.terminate(cx, sseq, dseq, times, DELETED, None);
            }
        }
    }

    /// Delivers a message no more that was delivered as often as allowed.
    pub(super) fn give_up(&mut self, cx: &mut Cx<'_>, sseq: u64, deliveries: u64) {
        let Some(lead) = &mut self.lead else { return };
        let Some(pending) = lead.pending.remove(&sseq) else { return };
        cx.happened(Happening::GaveUp { sseq, deliveries });
        self.commit(cx, ConsumerCommand::Exceeded { sseq, deliveries, at: cx.now });
        if let Some(lead) = &mut self.lead {
            move_floor(lead, pending.dseq, sseq);
        }
    }

    /// Goes on in the list of last messages, past this one.
    pub(super) fn pass_in_list(&mut self, cx: &mut Cx<'_>, sseq: u64) {
        let Some(lead) = &mut self.lead else { return };
        let Some(skip) = &mut lead.skip else { return };
        skip.done += 1;
        if skip.done < skip.seqs.len() {
            lead.next_sseq = sseq + 1;
            return;
        }
        lead.next_sseq = skip.resume + 1;
        lead.skip = None;
        if lead.replicated {
            let sseq = lead.next_sseq;
            self.commit(cx, ConsumerCommand::Skipped { sseq });
        }
    }
}

/// A virtual time as nanoseconds since 1970.
pub(super) fn unix(at: Time) -> i128 {
    i128::from(at.unix_ns())
}
