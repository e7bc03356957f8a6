//! Messages out for acknowledgement: how long each may take, and what happens when it took longer.
//!
//! As in the real server there is one timer. When it fires, all messages that are out are looked
//! at, and it is set to the first of the ack waits that are left. An acknowledgement does not touch
//! it.

use crate::kernel::{Span, Time};
use crate::nats::api::ConsumerAdvisory;

use super::leading::{Leading, after, nanos};
use super::record::{Pair, Pending, floor_after};
use super::{Consumer, Cx, Happening};

/// What the timer is late, so that messages that were delivered together are looked at together.
const SLACK: Span = Span::millis(1);

impl Consumer {
    /// How long a message may be out that was delivered again `redeliveries` times, in nanoseconds.
    pub(super) fn ack_wait(&self, redeliveries: u64) -> i64 {
        let backoff = &self.config.backoff;
        let step = usize::try_from(redeliveries).unwrap_or(usize::MAX);
        match backoff.get(step.min(backoff.len().saturating_sub(1))) {
            Some(wait) => *wait,
            None => self.config.ack_wait,
        }
    }

    /// Notes that a message is out from now on.
    pub(super) fn track(&mut self, now: Time, sseq: u64, dseq: u64) {
        let Some(lead) = &mut self.lead else { return };
        match lead.pending.get_mut(&sseq) {
            // The number stays that of the first delivery.
            Some(pending) => pending.at = nanos(now),
            None => {
                lead.pending.insert(sseq, Pending { dseq, at: nanos(now) });
            }
        }
        let redeliveries = lead.redeliveries(sseq);
        let wait = self.ack_wait(redeliveries);
        if wait <= 0 {
            return;
        }
        let due = after(now, wait) + SLACK;
        if let Some(lead) = &mut self.lead
            && lead.check_at.is_none_or(|at| due < at)
        {
            lead.check_at = Some(due);
        }
    }

    /// Looks at all messages that are out: those that took too long wait to be delivered again.
    pub(super) fn check_pending(&mut self, cx: &mut Cx<'_>) {
        if self.config.ack_wait <= 0 {
            if let Some(lead) = &mut self.lead {
                lead.check_at = None;
            }
            return;
        }
        let now = nanos(cx.now);
        let (late, wait) = self.late(now);
        let mut expired = Vec::new();
        for sseq in late {
            if !self.gave_up_at_once(cx, sseq) {
                expired.push(sseq);
            }
        }
        let Some(lead) = &mut self.lead else { return };
        if let Some(first) = expired.first().and_then(|sseq| lead.pending.get(sseq)) {
            // As if they had all been delivered again by now, each as much later than the first as
            // it was.
            let shift = now - first.at;
            for sseq in &expired {
                lead.queue.push(*sseq);
                if let Some(pending) = lead.pending.get_mut(sseq) {
                    pending.at += shift;
                }
            }
            cx.happened(Happening::AckWaitOver { sseqs: expired.into() });
            lead.kicked = true;
        }
        if lead.pending.is_empty() {
            lead.check_at = None;
            lead.queue.clear();
            lead.floor = lead.delivered();
        } else {
            lead.check_at = Some(after(cx.now, wait.max(1)));
        }
    }

    /// The messages whose time is over and that do not wait to be delivered again yet, in order;
    /// and in how many nanoseconds to look again.
    fn late(&self, now: i64) -> (Vec<u64>, i64) {
        let mut late = Vec::new();
        let backoff = &self.config.backoff;
        let slack = nanos(Time::ZERO + SLACK);
        let mut next = backoff.last().copied().unwrap_or(self.config.ack_wait + slack);
        let Some(lead) = &self.lead else { return (late, next) };
        for (sseq, pending) in lead.pending.iter() {
            let redeliveries = lead.redeliveries(*sseq);
            let wait = self.ack_wait(redeliveries);
            if !backoff.is_empty() {
                next = next.min(self.ack_wait(redeliveries.saturating_add(1)));
            }
            let elapsed = now.saturating_sub(pending.at);
            if elapsed < wait {
                next = next.min(wait - elapsed);
            } else if !lead.queue.contains(*sseq) {
                late.push(*sseq);
            }
        }
        (late, next)
    }

    /// Gives a message up whose time is over, if it was delivered as often as allowed already. Only
    /// a message that may be delivered once is given up here; the others are when their next
    /// delivery comes up.
    fn gave_up_at_once(&mut self, cx: &mut Cx<'_>, sseq: u64) -> bool {
        let most = u64::try_from(self.config.max_deliver).unwrap_or(0);
        let Some(lead) = &mut self.lead else { return false };
        let times = lead.redeliveries(sseq).max(1);
        if most == 0 || times < most {
            return false;
        }
        if times == most {
            cx.advise(ConsumerAdvisory::MaxDeliver { sseq, deliveries: times });
        }
        if lead.is_full(self.config.max_ack_pending) {
            lead.kicked = true;
        }
        lead.redelivered.insert(sseq, times);
        self.give_up(cx, sseq, times);
        true
    }

    /// When the ack wait of a message ends; none if it never does.
    pub(super) fn deadline(&self, pending: Pending, redeliveries: u64) -> Option<Time> {
        let wait = self.ack_wait(redeliveries);
        let end = u64::try_from(pending.at.saturating_add(wait)).unwrap_or(0);
        (wait > 0).then_some(Time(end))
    }
}

impl Leading {
    /// Whether as many messages are out as may be.
    pub(super) fn is_full(&self, max_ack_pending: i64) -> bool {
        let most = usize::try_from(max_ack_pending).unwrap_or(0);
        most > 0 && self.pending.len() >= most
    }
}

/// Moves the leader's ack floor after a message is out no more that was first delivered as `dseq`.
pub(super) fn move_floor(lead: &mut Leading, dseq: u64, sseq: u64) {
    lead.floor = floor_after(lead.floor, Pair { dseq, sseq }, lead.delivered(), &lead.pending);
}
