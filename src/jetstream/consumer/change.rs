//! What changes a consumer from outside: another configuration, a reset, and changes of its stream.

use std::sync::Arc;

use crate::jetstream::store::StoredMessage;
use crate::nats::Subject;
use crate::nats::api::{
    ApiError, ConsumerAdvisory, ConsumerConfig, ConsumerInfo, DeliverPolicy, ReplayPolicy,
};
use crate::nats::subject::{is_subset, matches};

use super::ack::DELETED;
use super::gather::unix;
use super::leading::{after, nanos};
use super::rate::Bucket;
use super::record::Pair;
use super::start::count;
use super::status::status;
use super::timers::with_threshold;
use super::validate::is_group_name;
use super::view::sequence;
use super::{Consumer, ConsumerCommand, Cx, filters_of};
use crate::kernel::{Span, Time};

/// How soon the ack waits are looked at after they were changed.
const SOON: Span = Span::millis(100);
/// What may be sent at once under a rate limit if the stream does not limit its messages: the
/// largest message a server takes.
const MAX_PAYLOAD: u64 = 1 << 20;

impl Consumer {
    /// Whether it delivers messages on this subject.
    pub fn matches(&self, subject: &str) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|filter| matches(filter, subject))
    }

    /// A message was stored; it is in `cx.store` already.
    pub fn stored(&mut self, cx: &mut Cx<'_>, message: &StoredMessage) {
        let is_match = self.matches(&message.subject);
        let Some(lead) = self.lead.as_mut().filter(|_| is_match) else { return };
        // As in the real server, this counts what lies below a beginning that is yet to come, too.
        if message.seq > lead.counted_to {
            lead.num_pending += 1;
        }
        if message.seq < lead.next_sseq {
            return;
        }
        let push = self.config.is_push();
        lead.kicked |= if push { lead.active } else { !lead.waiting.is_empty() };
        self.run(cx);
    }

    /// A message was removed from the stream, for whatever reason but a purge; it is not in
    /// `cx.store` any more.
    pub fn removed(&mut self, cx: &mut Cx<'_>, sseq: u64, subject: &str) {
        let is_match = self.matches(subject);
        let Some(lead) = &mut self.lead else { return };
        if sseq >= lead.next_sseq && is_match {
            lead.num_pending -= 1;
        }
        if let Some(pending) = lead.pending.get(&sseq) {
            let dseq = pending.dseq;
            let times = lead.redeliveries(sseq).max(1);
            self.terminate(cx, sseq, dseq, times, DELETED, None);
        } else if lead.redelivered.remove(&sseq).is_some() {
            let at = cx.now;
            self.commit(cx, ConsumerCommand::Acked { dseq: 0, sseq, reply: None, at });
        }
        self.run(cx);
    }

    /// The stream was purged: of all messages or, if the filter is not empty, of those on its
    /// subjects; all of them or not.
    pub fn purged(&mut self, cx: &mut Cx<'_>, filter: &str) {
        if self.lead.is_none() {
            return;
        }
        let all = filter.is_empty();
        let within = |mine: &Subject| is_subset(mine, filter);
        if all || (!self.filters.is_empty() && self.filters.iter().any(within)) {
            // The first message that is left of what was purged, or what comes next.
            let left = if all { None } else { cx.store.next_matching(filter, 0) };
            let gone = cx.store.last_seq() + 1;
            let first =
                if all { cx.store.first_seq().max(1) } else { left.map_or(gone, |m| m.seq) };
            self.purged_below(cx, first, false);
        } else if self.filters.is_empty() || self.filters.iter().any(|mine| is_subset(filter, mine))
        {
            self.purged_below(cx, cx.store.first_seq().max(1), true);
        }
        self.recount(cx);
    }

    fn purged_below(&mut self, cx: &mut Cx<'_>, first: u64, wider: bool) {
        let Some(lead) = &mut self.lead else { return };
        lead.next_sseq = lead.next_sseq.max(first);
        if lead.floor.sseq < first {
            lead.floor.sseq = first - 1;
            let gone: Vec<(u64, u64)> = lead
                .pending
                .iter()
                .filter(|(sseq, _)| **sseq < first || (wider && cx.store.get(**sseq).is_none()))
                .map(|(sseq, pending)| (*sseq, pending.dseq))
                .collect();
            for (sseq, dseq) in gone {
                let Some(lead) = &mut self.lead else { return };
                lead.floor.dseq = lead.floor.dseq.max(dseq);
                lead.next_dseq = lead.next_dseq.max(lead.floor.dseq);
                lead.pending.remove(&sseq);
                lead.redelivered.remove(&sseq);
                let at = cx.now;
                self.commit(cx, ConsumerCommand::Acked { dseq, sseq, reply: None, at });
            }
        }
        let Some(lead) = &mut self.lead else { return };
        if lead.pending.is_empty() {
            lead.redelivered = Default::default();
            lead.floor = lead.delivered();
        }
        lead.queue.clear();
        let (delivered, floor) = (lead.delivered(), lead.floor);
        self.commit(cx, ConsumerCommand::Purged { delivered, floor });
    }

    /// Counts anew what was never delivered yet.
    pub(super) fn recount(&mut self, cx: &Cx<'_>) {
        let Some(lead) = &mut self.lead else { return };
        let number = count(&self.config, &self.filters, cx.store, lead.next_sseq);
        lead.num_pending = i64::try_from(number).unwrap_or(i64::MAX);
        lead.counted_to = cx.store.last_seq();
    }

    /// A delivery reached nobody after all: it does not count, and comes again.
    pub fn not_delivered(&mut self, cx: &mut Cx<'_>, to: &Subject, sseq: u64) {
        let push = self.config.is_push();
        let Some(lead) = &mut self.lead else { return };
        lead.take_back(sseq);
        if push {
            lead.active = false;
            return;
        }
        self.look_through(cx, false);
        let Some(lead) = &mut self.lead else { return };
        if let Some(request) = lead.waiting.find(to) {
            request.batch += 1;
            request.delivered = request.delivered.saturating_sub(1);
        }
        if lead.pending.get(&sseq).is_some() && !lead.queue.contains(sseq) {
            lead.queue.push(sseq);
            lead.kicked |= !lead.waiting.is_empty();
        }
        self.run(cx);
    }

    /// Takes a new configuration, already checked; also a new `pause_until`. On every replica. Gives
    /// the info as it is before it goes on delivering, which is what who changed it is told.
    pub fn reconfigure(&mut self, cx: &mut Cx<'_>, config: Arc<ConsumerConfig>) -> ConsumerInfo {
        let old = std::mem::replace(&mut self.config, config);
        if let Some(until) = &self.config.pause_until {
            let pause_until = Some(until.utc());
            self.config =
                ConsumerConfig { pause_until, ..ConsumerConfig::clone(&self.config) }.into();
        }
        let threshold_changed = old.inactive_threshold != self.config.inactive_threshold;
        if threshold_changed {
            // A durable one that loses its name keeps what it had: none.
            let stamped = if old.is_durable() { None } else { with_threshold(&self.config) };
            self.defaulted = stamped.is_some();
            if let Some(stamped) = stamped {
                self.config = stamped.into();
            }
            self.set_threshold(cx);
        }
        let filters_changed = !same_filters(&old, &self.config);
        self.filters = filters_of(&self.config);
        self.deliver_to = self.config.deliver_subject.as_str().into();
        let restarted = self.lead_with(cx, &old, threshold_changed);
        if filters_changed {
            self.recount(cx);
        }
        let mut info = self.info(cx);
        // Its group has not applied that yet; who asked goes on from here.
        if let Some(start) = restarted {
            (info.delivered, info.ack_floor) = (sequence(start, None), sequence(start, None));
            info.num_ack_pending = 0;
        }
        self.run(cx);
        info
    }

    /// What changes for the leader. Where it begins again, if it does.
    fn lead_with(
        &mut self,
        cx: &mut Cx<'_>,
        old: &ConsumerConfig,
        threshold_changed: bool,
    ) -> Option<Pair> {
        let config = Arc::clone(&self.config);
        let threshold = self.threshold;
        let mut restarted = None;
        if config.deliver_subject != old.deliver_subject {
            if config.sourcing {
                restarted = self.restart(cx);
            } else {
                self.expire_all(cx);
            }
        }
        let lead = self.lead.as_mut()?;
        lead.kicked |= config.max_ack_pending != old.max_ack_pending;
        if config.ack_wait != old.ack_wait && lead.check_at.is_some() {
            lead.check_at = Some(cx.now + SOON);
        }
        if config.rate_limit_bps != old.rate_limit_bps {
            lead.rate = bucket(&config, cx);
        }
        if threshold_changed {
            lead.inactive_at = threshold.map(|threshold| cx.now + threshold);
        }
        let until = |config: &ConsumerConfig| config.pause_until.as_ref().map(|m| m.unix_ns());
        if until(old) != until(&config) {
            lead.pause_end = pause_end(&config, cx.now);
            self.advise_pause(cx);
        }
        restarted
    }

    /// A mirror or source begins again, with the first message of which it has not said that it is stored.
    /// Where it asks to begin does not count: what lies before would stay for ever.
    fn restart(&mut self, cx: &mut Cx<'_>) -> Option<Pair> {
        let lead = self.lead.as_mut()?;
        let start = Pair { dseq: 0, sseq: lead.floor.sseq };
        lead.active = false;
        let sseq = start.sseq + 1;
        self.begin_again(cx, sseq);
        self.commit(cx, ConsumerCommand::Restarted { sseq });
        Some(start)
    }

    /// Lets everything that is out be delivered again, as to a new subscriber.
    fn expire_all(&mut self, cx: &mut Cx<'_>) {
        let ack_wait = self.config.ack_wait;
        let Some(lead) = &mut self.lead else { return };
        if lead.pending.is_empty() {
            return;
        }
        let out: Vec<u64> = lead.pending.iter().map(|(sseq, _)| *sseq).collect();
        for sseq in out {
            lead.queue.push(sseq);
            if let Some(pending) = lead.pending.get_mut(&sseq) {
                pending.at = nanos(cx.now);
            }
        }
        lead.check_at = Some(after(cx.now, ack_wait));
        lead.kicked = true;
    }

    /// Takes the pin from whoever has it.
    ///
    /// # Errors
    /// If there is no such group.
    pub fn unpin(&mut self, cx: &mut Cx<'_>, group: &str) -> Result<(), ApiError> {
        if !is_group_name(group) {
            return Err(ApiError::INVALID_GROUP_NAME);
        }
        if !self.config.priority_groups.iter().any(|known| known == group) {
            return Err(ApiError::INVALID_PRIORITY_GROUP);
        }
        if let Some(lead) = &mut self.lead {
            lead.pin = None;
            lead.kicked = true;
        }
        cx.advise(ConsumerAdvisory::Unpinned { group: group.into(), reason: "admin" });
        self.run(cx);
        Ok(())
    }

    /// Sets it back to a sequence, or with 0 to the first that is not acknowledged. The answer goes
    /// out with [`super::Output::WasReset`].
    ///
    /// # Errors
    /// If it must not be set back there.
    pub fn reset(
        &mut self,
        cx: &mut Cx<'_>,
        sseq: u64,
        reply: Option<&Subject>,
    ) -> Result<(), ApiError> {
        let Some(lead) = &self.lead else { return Ok(()) };
        let wrong = |why: &str| Err(ApiError::invalid_reset(why));
        let sseq = match self.config.deliver_policy {
            _ if sseq == 0 => lead.floor.sseq + 1,
            DeliverPolicy::All => sseq,
            DeliverPolicy::ByStartSequence if sseq < self.config.opt_start_seq => {
                return wrong("below start seq");
            }
            DeliverPolicy::ByStartTime if sseq < self.first_since(cx) => {
                return wrong("below start time");
            }
            DeliverPolicy::ByStartSequence | DeliverPolicy::ByStartTime => sseq,
            _ => return wrong("not allowed"),
        };
        self.commit(cx, ConsumerCommand::Reset { sseq, reply: reply.cloned() });
        self.run(cx);
        Ok(())
    }

    fn first_since(&self, cx: &Cx<'_>) -> u64 {
        let at = self.config.opt_start_time.as_ref().map_or(Time::ZERO, |moment| moment.at());
        cx.store.first_since(at).map_or(cx.store.last_seq() + 1, |message| message.seq)
    }

    /// The leader begins again. Who waits for messages goes on waiting.
    pub(super) fn begin_again(&mut self, cx: &mut Cx<'_>, sseq: u64) {
        let Some(lead) = &mut self.lead else { return };
        lead.pending = Default::default();
        lead.redelivered = Default::default();
        lead.queue.clear();
        lead.held.clear();
        lead.in_hand = None;
        lead.next_sseq = sseq;
        lead.next_dseq = 1;
        lead.floor = Pair { dseq: 0, sseq: sseq.saturating_sub(1) };
        self.recount(cx);
        self.kick();
    }

    /// It is being deleted: tells those who wait. Only on the leader.
    pub fn deleted(&mut self, cx: &mut Cx<'_>) {
        let Some(lead) = self.lead.take() else { return };
        cx.advise(ConsumerAdvisory::Deleted);
        for request in lead.waiting.iter() {
            cx.out.push(status(&request.reply, 409, "Consumer Deleted"));
        }
    }
}

/// The end of a pause that is not over.
pub(super) fn pause_end(config: &ConsumerConfig, now: Time) -> Option<Time> {
    let until = config.pause_until.as_ref()?;
    (until.unix_ns() > unix(now)).then(|| until.at())
}

/// The rate limit.
pub(super) fn bucket(config: &ConsumerConfig, cx: &Cx<'_>) -> Option<Bucket> {
    let burst = u64::try_from(cx.stream.max_msg_size).unwrap_or(0);
    let burst = if burst == 0 { MAX_PAYLOAD } else { burst };
    Bucket::new(config.rate_limit_bps, burst, cx.now)
}

/// Whether two configurations deliver the same subjects, in whatever order.
fn same_filters(a: &ConsumerConfig, b: &ConsumerConfig) -> bool {
    a.filters().count() == b.filters().count() && a.filters().all(|x| b.filters().any(|y| x == y))
}

/// Whether replaying has to keep time.
pub(super) fn replays(config: &ConsumerConfig) -> bool {
    config.replay_policy == ReplayPolicy::Original
}
