//! What clients say about the messages they got.

use crate::kernel::Span;
use crate::nats::api::{AckPolicy, ConsumerAdvisory};
use crate::nats::time::parse_go_duration;
use crate::nats::{Subject, json};

use super::ack_subject::AckSubject;
use super::leading::{Leading, nanos};
use super::pending::move_floor;
use super::record::Pair;
use super::{Consumer, ConsumerCommand, Cx, Happening, Output};

/// Why a message was terminated that is not in the stream any more.
pub(super) const DELETED: &str = "Unacknowledged message was deleted";
/// How soon the ack waits are looked at after a delay was asked for.
const SOON: Span = Span::millis(10);

impl Consumer {
    /// A message came on an ack subject.
    pub fn ack(&mut self, cx: &mut Cx<'_>, subject: &str, reply: Option<&Subject>, body: &[u8]) {
        let policy = self.config.ack_policy;
        if matches!(policy, AckPolicy::None | AckPolicy::FlowControl) || self.lead.is_none() {
            return;
        }
        if self.config.inactive_threshold > 0 {
            self.used(cx.now);
        }
        let Some(ack) = AckSubject::parse(subject) else { return };
        let AckSubject { deliveries, sseq, dseq } = ack;
        let mut confirm = true;
        match body {
            b"" | b"+ACK" | b"+OK" => {
                confirm = self.acked(cx, sseq, dseq, deliveries, reply, true);
            }
            body if body.starts_with(b"+NXT") => {
                self.acked(cx, sseq, dseq, deliveries, None, true);
                if let Some(reply) = reply {
                    self.next_request(cx, reply, &body[4..]);
                }
                confirm = false;
            }
            body if body.starts_with(b"-NAK") => self.nak(cx, ack, &body[4..]),
            b"+WPI" => self.in_progress(cx, sseq),
            body if body.starts_with(b"+TERM") => {
                let reason = String::from_utf8_lossy(body[5..].trim_ascii()).into_owned();
                confirm = self.terminate(cx, sseq, dseq, deliveries, &reason, reply);
            }
            _ => {}
        }
        if let Some(to) = reply.filter(|_| confirm) {
            cx.out.push(Output::Answer { to: to.clone() });
        }
        self.run(cx);
    }

    /// A message is done with. True if the sender may be told at once; otherwise it is told when
    /// the command is applied, or not at all.
    pub(super) fn acked(
        &mut self,
        cx: &mut Cx<'_>,
        sseq: u64,
        mut dseq: u64,
        deliveries: u64,
        reply: Option<&Subject>,
        sample: bool,
    ) -> bool {
        let Some(lead) = &mut self.lead else { return false };
        if sseq >= lead.next_sseq && !self.config.flow_control {
            return false;
        }
        let was_full = lead.is_full(self.config.max_ack_pending);
        let mut made_room = false;
        let all = self.config.ack_policy != AckPolicy::Explicit;
        if all {
            if dseq <= lead.floor.dseq || sseq <= lead.floor.sseq {
                return true;
            }
            made_room = was_full;
            lead.acked_up_to(Pair { dseq, sseq });
            cx.happened(Happening::Acked { sseq, all });
        } else if let Some(pending) = lead.pending.remove(&sseq) {
            if sample {
                let delay = nanos(cx.now).saturating_sub(pending.at);
                self.sample(cx, sseq, dseq, deliveries, delay);
            }
            made_room = was_full;
            dseq = pending.dseq;
            if let Some(lead) = &mut self.lead {
                move_floor(lead, dseq, sseq);
            }
            if sample {
                cx.happened(Happening::Acked { sseq, all });
            }
        }
        if let Some(lead) = &mut self.lead {
            lead.forget(sseq);
            lead.kicked |= made_room;
        }
        let reply = reply.cloned();
        self.commit(cx, ConsumerCommand::Acked { dseq, sseq, reply, at: cx.now });
        false
    }

    /// Publishes a metric for some acknowledgements.
    fn sample(&mut self, cx: &mut Cx<'_>, sseq: u64, dseq: u64, deliveries: u64, delay: i64) {
        let percent: u64 = self.config.sample_freq.trim_end_matches('%').parse().unwrap_or(0);
        // The real server compares with "at most" a number from 0 to 99.
        if percent > 0 && (percent >= 100 || cx.rng.below(100) <= percent) {
            cx.advise(ConsumerAdvisory::Acked { dseq, sseq, delay, deliveries });
        }
    }

    /// A message comes back, to be delivered again at once or after a delay.
    fn nak(&mut self, cx: &mut Cx<'_>, ack: AckSubject, argument: &[u8]) {
        let AckSubject { deliveries, sseq, dseq } = ack;
        let ack_wait = self.config.ack_wait;
        let Some(lead) = &mut self.lead else { return };
        if dseq <= lead.floor.dseq || dseq > lead.next_dseq || lead.pending.get(&sseq).is_none() {
            return;
        }
        cx.advise(ConsumerAdvisory::Nak { dseq, sseq, deliveries });
        let Some(delay) = delay(argument) else {
            cx.happened(Happening::Nacked { sseq, delay: Span::ZERO });
            lead.queue.push(sseq);
            lead.kicked = true;
            return;
        };
        let span = Span(u64::try_from(delay).unwrap_or(0));
        cx.happened(Happening::Nacked { sseq, delay: span });
        lead.queue.remove(sseq);
        // Its ack wait is over when the delay is.
        let from = nanos(cx.now).saturating_sub(ack_wait).saturating_add(delay);
        if let Some(pending) = lead.pending.get_mut(&sseq) {
            pending.at = from;
        }
        if lead.check_at.is_some() {
            lead.check_at = Some(cx.now + SOON);
        }
        self.commit(cx, ConsumerCommand::Touched { sseq, from, at: cx.now });
    }

    /// A client needs more time.
    fn in_progress(&mut self, cx: &mut Cx<'_>, sseq: u64) {
        let from = nanos(cx.now);
        let Some(pending) = self.lead.as_mut().and_then(|lead| lead.pending.get_mut(&sseq)) else {
            return;
        };
        pending.at = from;
        cx.happened(Happening::InProgress { sseq });
        self.commit(cx, ConsumerCommand::Touched { sseq, from, at: cx.now });
    }

    /// A message is not to be delivered any more. True if the sender may be told at once.
    pub(super) fn terminate(
        &mut self,
        cx: &mut Cx<'_>,
        sseq: u64,
        dseq: u64,
        deliveries: u64,
        reason: &str,
        reply: Option<&Subject>,
    ) -> bool {
        let at_once = self.acked(cx, sseq, dseq, deliveries, reply, false);
        cx.happened(Happening::Terminated { sseq });
        let reason = reason.into();
        cx.advise(ConsumerAdvisory::Terminated { dseq, sseq, deliveries, reason });
        at_once
    }
}

impl Leading {
    /// Everything up to here is done with.
    fn acked_up_to(&mut self, floor: Pair) {
        self.floor = floor;
        while let Some((sseq, _)) = self.pending.first().filter(|(sseq, _)| **sseq <= floor.sseq) {
            let sseq = *sseq;
            self.pending.remove(&sseq);
            self.forget(sseq);
        }
    }
}

/// The delay that comes with a negative acknowledgement, in nanoseconds. None if there is none, or
/// if it cannot be read, which is as good as none.
fn delay(argument: &[u8]) -> Option<i64> {
    let argument = argument.trim_ascii();
    match argument.first()? {
        b'{' => {
            let value = json::parse(argument).ok()?;
            match value.get("delay") {
                None | Some(serde_json::Value::Null) => Some(0),
                Some(delay) => delay.as_i64(),
            }
        }
        _ => parse_go_duration(std::str::from_utf8(argument).ok()?).ok(),
    }
}
