//! What a consumer does because time passed or because somebody came or went.

use crate::kernel::{Span, Time};
use crate::nats::Subject;
use crate::nats::api::{AckPolicy, ConsumerAdvisory, ConsumerConfig};

use super::leading::after;
use super::{Consumer, Cx, Output};

/// After how long without interest a consumer without a durable name goes, if nothing else is
/// configured, in nanoseconds.
pub(super) const DEFAULT_THRESHOLD: i64 = 5_000_000_000;
/// How soon it is said again that the consumer may go, as long as nobody deletes it.
const AGAIN: Span = Span::secs(5);
/// What a threshold is lengthened by at least, and at most.
const JITTER: (u64, u64) = (100, 999);

impl Consumer {
    /// When [`Consumer::tick`] has something to do. Only a leader has deadlines.
    pub fn next_deadline(&self) -> Option<Time> {
        self.lead.as_ref()?.next_deadline()
    }

    /// Time has passed.
    pub fn tick(&mut self, cx: &mut Cx<'_>) {
        self.tick_pin(cx);
        self.tick_pause(cx);
        if self.is_due(cx, |lead| lead.check_at) {
            self.check_pending(cx);
        }
        if self.is_due(cx, |lead| lead.inactive_at) {
            self.check_inactive(cx);
        }
        let busy = |lead: &super::Leading| lead.in_hand.as_ref().map(|in_hand| in_hand.due);
        if self.is_due(cx, busy) {
            self.kick();
        } else if self.lead.as_ref().is_some_and(|lead| lead.in_hand.is_none()) {
            self.tick_loop(cx);
        }
        self.run(cx);
    }

    fn is_due(&self, cx: &Cx<'_>, deadline: impl FnOnce(&super::Leading) -> Option<Time>) -> bool {
        self.lead.as_ref().and_then(|lead| deadline(lead)).is_some_and(|due| due <= cx.now)
    }

    fn tick_pin(&mut self, cx: &mut Cx<'_>) {
        let Some(lead) = &mut self.lead else { return };
        let Some(pin) = lead.pin.take_if(|pin| pin.until <= cx.now) else { return };
        lead.kicked = true;
        cx.advise(ConsumerAdvisory::Unpinned { group: pin.group, reason: "timeout" });
    }

    fn tick_pause(&mut self, cx: &mut Cx<'_>) {
        let Some(lead) = &mut self.lead else { return };
        if lead.pause_end.take_if(|end| *end <= cx.now).is_some() {
            lead.kicked = true;
            self.advise_pause(cx);
        }
    }

    pub(super) fn advise_pause(&mut self, cx: &mut Cx<'_>) {
        let paused = self.is_paused(cx.now);
        cx.advise(ConsumerAdvisory::Pause { paused, until: self.config.pause_until.clone() });
    }

    /// The timers of the delivery loop: pull requests and the heartbeats of push consumers.
    fn tick_loop(&mut self, cx: &mut Cx<'_>) {
        if self.is_due(cx, |lead| lead.waiting_at) {
            self.look_through(cx, true);
            self.kick();
        }
        if !self.is_due(cx, |lead| lead.heartbeat_at) {
            return;
        }
        let Some(lead) = &mut self.lead else { return };
        lead.heartbeat_at = Some(after(cx.now, self.config.idle_heartbeat));
        let asks = lead.flow.as_ref().is_some_and(|flow| flow.asked().is_none())
            && self.config.ack_policy == AckPolicy::FlowControl
            && !lead.pending.is_empty();
        if lead.active {
            let to: Subject = self.deliver_to.clone();
            self.heartbeat(cx, &to);
            if asks {
                self.ask_flow(cx);
            }
        }
        self.kick();
    }

    /// Whether a push consumer has somebody to send to: a subscription on literally the deliver
    /// subject, in its deliver group if it has one, in no group otherwise.
    pub fn interest_changed(&mut self, cx: &mut Cx<'_>, active: bool) {
        if !self.config.is_push() {
            return;
        }
        let threshold = self.threshold;
        let Some(lead) = &mut self.lead else { return };
        lead.kicked |= active && !lead.active;
        lead.active = active;
        if active {
            lead.inactive_at = None;
        } else if lead.inactive_at.is_none() {
            lead.inactive_at = threshold.map(|threshold| cx.now + threshold);
        }
        self.run(cx);
    }

    /// Clients do something with the consumer: it is not inactive.
    pub(super) fn used(&mut self, now: Time) {
        let threshold = self.threshold;
        let Some(lead) = &mut self.lead else { return };
        lead.last_used = Some(now);
        if let Some(at) = &mut lead.inactive_at {
            *at = threshold.map_or(*at, |threshold| now + threshold);
        }
    }

    /// Nobody was interested for a while. A pull consumer stays as long as somebody waits, and as
    /// long as somebody may still be busy with a message.
    fn check_inactive(&mut self, cx: &mut Cx<'_>) {
        let Some(threshold) = self.threshold else { return };
        let Some(lead) = &mut self.lead else { return };
        lead.inactive_at = None;
        if self.config.is_push() {
            if !lead.active {
                lead.inactive_at = Some(cx.now + AGAIN);
                cx.out.push(Output::Inactive);
            }
            return;
        }
        if let Some(used) = lead.last_used.filter(|used| cx.now.since(*used) < threshold) {
            lead.inactive_at = Some(used + threshold);
            return;
        }
        self.look_through(cx, true);
        let Some(lead) = &self.lead else { return };
        let next = if lead.waiting.is_empty() {
            let ends = lead
                .pending
                .iter()
                .filter_map(|(sseq, pending)| self.deadline(*pending, lead.redeliveries(*sseq)));
            ends.max().map(|end| end + Span::millis(1) + threshold).filter(|at| *at > cx.now)
        } else {
            Some(cx.now + threshold)
        };
        if next.is_none() {
            cx.out.push(Output::Inactive);
        }
        if let Some(lead) = &mut self.lead {
            lead.inactive_at = Some(next.unwrap_or(cx.now + AGAIN));
        }
    }

    /// How long nobody may be interested, with some chance in it. A consumer without a durable name
    /// always has a threshold, and its configuration says so.
    pub(super) fn set_threshold(&mut self, cx: &mut Cx<'_>) {
        let jitter = Span::millis(JITTER.0 + cx.rng.below(JITTER.1 - JITTER.0 + 1));
        let span = |nanos: i64| Span(u64::try_from(nanos).unwrap_or(0));
        let configured = self.config.inactive_threshold;
        self.threshold = if self.config.is_durable() && configured <= 0 {
            None
        } else if self.defaulted || !self.config.is_push() {
            Some(span(configured) + jitter)
        } else {
            Some(span(configured))
        };
    }
}

/// A configuration with the threshold that every consumer without a durable name has.
pub(super) fn with_threshold(config: &ConsumerConfig) -> Option<ConsumerConfig> {
    (!config.is_durable() && config.inactive_threshold <= 0)
        .then(|| ConsumerConfig { inactive_threshold: DEFAULT_THRESHOLD, ..config.clone() })
}
