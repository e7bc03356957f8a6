//! Requests for messages: what is refused at once, and what waits.

use crate::jetstream::api::check_api_level;
use crate::kernel::{Span, Time};
use crate::nats::api::{NextRequest, PriorityPolicy, PriorityRequest};
use crate::nats::time::go_duration;
use crate::nats::{Headers, Subject};

use super::leading::after;
use super::status::status;
use super::waiting::Waiting;
use super::{Consumer, ConsumerCommand, Cx, Happening, Output};

/// The least time between two looks through a full queue.
const LOOK_THROUGH: Span = Span::secs(1);

impl Consumer {
    /// A request for messages came. One without reply subject is to be ignored.
    pub fn pull(
        &mut self,
        cx: &mut Cx<'_>,
        reply: &Subject,
        headers: Option<&Headers>,
        body: &[u8],
    ) {
        if self.lead.is_none() {
            return;
        }
        if !self.config.is_push() && check_api_level(headers).is_err() {
            cx.out.push(status(reply, 412, "Required Api Level"));
            return;
        }
        self.next_request(cx, reply, body);
        self.run(cx);
    }

    /// The same, without its headers.
    pub(super) fn next_request(&mut self, cx: &mut Cx<'_>, reply: &Subject, body: &[u8]) {
        match self.admit(cx, reply, body) {
            Ok(request) => self.enqueue(cx, request),
            Err(Some((code, text))) => cx.out.push(status(reply, code, &text)),
            Err(None) => {}
        }
    }

    /// Whether a request may wait. If not, what it is told, if anything.
    fn admit(
        &mut self,
        cx: &mut Cx<'_>,
        reply: &Subject,
        body: &[u8],
    ) -> Result<Waiting, Option<(u16, String)>> {
        let refuse = |code: u16, text: &str| Err(Some((code, text.to_owned())));
        if self.config.is_push() {
            return refuse(409, "Consumer is push based");
        }
        let bad = |text: &str| Err(Some((400, format!("Bad Request - {text}"))));
        let request = match NextRequest::decode(body) {
            Ok(request) => request,
            Err(error) => return bad(&error.0),
        };
        if request.idle_heartbeat > 0 && request.idle_heartbeat.saturating_mul(2) > request.expires
        {
            return bad("heartbeat value too large");
        }
        self.check_limits(&request).map_err(|text| Some((409, text)))?;
        if request.is_json {
            self.check_priority(cx.now, &request.priority).map_err(Some)?;
        }
        let Some(lead) = &self.lead else { return Err(None) };
        let looked = lead.looked_through.is_none_or(|at| cx.now.since(at) > LOOK_THROUGH);
        if lead.waiting.is_full() && looked {
            self.look_through(cx, false);
        }
        let expires = expiry(cx.now, request.expires);
        if request.no_wait {
            self.check_no_wait(cx, expires).map_err(Some)?;
        }
        let Some(lead) = &self.lead else { return Err(None) };
        if lead.waiting.is_full() {
            // Who gets heartbeats notices their absence; an answer would only make it ask again.
            let silent = request.idle_heartbeat != 0;
            return if silent { Err(None) } else { refuse(409, "Exceeded MaxWaiting") };
        }
        let beats = request.idle_heartbeat > 0;
        Ok(Waiting {
            reply: reply.clone(),
            batch: request.batch,
            delivered: 0,
            bytes: request.max_bytes,
            since: cx.now,
            expires,
            no_wait: request.no_wait,
            heartbeat: request.idle_heartbeat,
            heartbeat_at: beats.then(|| after(cx.now, request.idle_heartbeat)),
            priority: request.is_json.then_some(request.priority),
        })
    }

    fn check_limits(&self, request: &NextRequest) -> Result<(), String> {
        let config = &self.config;
        if config.max_batch > 0 && request.batch > config.max_batch {
            return Err(format!("Exceeded MaxRequestBatch of {}", config.max_batch));
        }
        if config.max_expires > 0 && request.expires > config.max_expires {
            let most = go_duration(u64::try_from(config.max_expires).unwrap_or(0));
            return Err(format!("Exceeded MaxRequestExpires of {most}"));
        }
        if config.max_bytes > 0 && request.max_bytes > config.max_bytes {
            return Err(format!("Exceeded MaxRequestMaxBytes of {}", config.max_bytes));
        }
        Ok(())
    }

    fn check_priority(
        &mut self,
        now: Time,
        request: &PriorityRequest,
    ) -> Result<(), (u16, String)> {
        let bad = |text: &str| Err((400, format!("Bad Request - {text}")));
        let policy = self.config.priority_policy;
        let overflow = request.min_pending != 0 || request.min_ack_pending != 0;
        if overflow && policy != PriorityPolicy::Overflow {
            return bad("Not a Overflow Priority consumer");
        }
        if !request.id.is_empty() && policy != PriorityPolicy::PinnedClient {
            return bad("Not a Pinned Client Priority consumer");
        }
        if !(0..=9).contains(&request.priority) {
            return bad("Priority must be between 0 and 9");
        }
        if policy == PriorityPolicy::None {
            return Ok(());
        }
        if request.group.is_empty() {
            return bad("Priority Group missing");
        }
        if !self.config.priority_groups.contains(&request.group) {
            return bad("Invalid Priority Group");
        }
        let until = after(now, self.config.priority_timeout);
        if let Some(pin) = self.lead.as_mut().and_then(|lead| lead.pin.as_mut()) {
            if *pin.id == *request.id {
                pin.until = until;
            } else if !request.id.is_empty() {
                return Err((423, "Nats-Pin-Id mismatch".to_owned()));
            }
        }
        Ok(())
    }

    /// Who does not want to wait is told at once that there is nothing, or not enough.
    fn check_no_wait(
        &mut self,
        cx: &mut Cx<'_>,
        expires: Option<Time>,
    ) -> Result<(), (u16, String)> {
        let Some(lead) = &mut self.lead else { return Ok(()) };
        let pending = lead.num_pending().saturating_add(lead.queue.len() as u64);
        if pending == 0 && expires.is_none() {
            lead.last_used = Some(cx.now);
            return Err((404, "No Messages".to_owned()));
        }
        if pending > 0 {
            let wanted = self.look_through(cx, false);
            if u64::try_from(wanted).is_ok_and(|wanted| pending < wanted) {
                if let Some(lead) = &mut self.lead {
                    lead.last_used = Some(cx.now);
                }
                return Err((408, "Requests Pending".to_owned()));
            }
        }
        Ok(())
    }

    fn enqueue(&mut self, cx: &mut Cx<'_>, request: Waiting) {
        let reply = request.reply.clone();
        let batch = u64::try_from(request.batch).unwrap_or(0).max(1);
        let classes = self.config.priority_policy == PriorityPolicy::Prioritized;
        let Some(lead) = &mut self.lead else { return };
        lead.last_used = Some(cx.now);
        lead.waiting.add(request, classes);
        let replicated = lead.replicated;
        cx.out.push(Output::Happened(Happening::PullQueued { reply: reply.clone(), batch }));
        self.kick();
        if replicated {
            self.commit(cx, ConsumerCommand::PullWaits { reply });
        }
    }
}

/// When a request ends that may wait for so many nanoseconds; none if it may wait for ever.
fn expiry(now: Time, nanos: i64) -> Option<Time> {
    match nanos {
        0 => None,
        1.. => Some(after(now, nanos)),
        // In the past.
        _ => Some(now),
    }
}
