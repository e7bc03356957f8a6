//! Messages that are nothing but a status line: how pull requests end, and signs of life.

use crate::nats::{Headers, Subject};

use super::{Consumer, ConsumerCommand, Cx, Output};

const NONE: [(&str, &str); 0] = [];

/// A status without more headers.
pub(super) fn status(to: &Subject, code: u16, text: &str) -> Output {
    let headers = Headers::status_block(code, text, NONE);
    Output::Status { to: to.clone(), headers, reply: None }
}

/// A status that also says what the request did not get.
pub(super) fn unserved(to: &Subject, code: u16, text: &str, batch: i64, bytes: i64) -> Output {
    let pairs =
        [("Nats-Pending-Messages", batch.to_string()), ("Nats-Pending-Bytes", bytes.to_string())];
    let headers = Headers::status_block(code, text, pairs);
    Output::Status { to: to.clone(), headers, reply: None }
}

impl Consumer {
    /// A sign of life, and where the consumer is.
    pub(super) fn heartbeat(&mut self, cx: &mut Cx<'_>, to: &Subject) {
        let Some(lead) = &self.lead else { return };
        let at = lead.delivered();
        let mut pairs = vec![
            ("Nats-Last-Consumer", at.dseq.to_string()),
            ("Nats-Last-Stream", at.sseq.to_string()),
        ];
        if let Some(asked) = lead.flow.as_ref().and_then(|flow| flow.asked()) {
            pairs.push(("Nats-Consumer-Stalled", asked.to_string()));
        }
        let headers = Headers::status_block(100, "Idle Heartbeat", pairs);
        cx.out.push(Output::Status { to: to.clone(), headers, reply: None });
    }

    /// A request ended for want of time, or of messages. If some of its messages still wait to be
    /// committed, it is told after them.
    pub(super) fn timed_out(
        &mut self,
        cx: &mut Cx<'_>,
        reply: &Subject,
        (batch, bytes): (i64, i64),
        output: Output,
    ) {
        let Some(lead) = &mut self.lead else { return };
        if !lead.has_held(reply) {
            cx.out.push(output);
        } else if batch > 0 || bytes > 0 {
            lead.hold(reply, unserved(reply, 408, "Request Timeout", batch, bytes));
        }
    }

    /// Tells the other replicas that a request waits no more.
    pub(super) fn pull_ended(&mut self, cx: &mut Cx<'_>, reply: &Subject) {
        if self.lead.as_ref().is_some_and(|lead| lead.replicated) {
            self.commit(cx, ConsumerCommand::PullEnded { reply: reply.clone() });
        }
    }

    /// Looks through the pull requests: ends those that expired and, at the end of the stream,
    /// those that would not wait; forgets those that nobody listens to; sends heartbeats. Gives the
    /// number of messages that the others wait for.
    pub(super) fn look_through(&mut self, cx: &mut Cx<'_>, end_of_stream: bool) -> i64 {
        let now = cx.now;
        let Some(lead) = &mut self.lead else { return 0 };
        lead.waiting_at = None;
        if lead.waiting.is_empty() {
            return 0;
        }
        lead.looked_through = Some(now);
        let mut waiting = std::mem::take(&mut lead.waiting);
        let (mut batches, mut next) = (0, None);
        waiting.retain(|request| {
            let expired = request.expires.is_some_and(|expires| expires <= now);
            let reply = request.reply.clone();
            let (batch, bytes) = (request.batch, request.bytes);
            if expired {
                let output = unserved(&reply, 408, "Request Timeout", batch, bytes);
                self.timed_out(cx, &reply, (batch, bytes), output);
                self.pull_ended(cx, &reply);
                return false;
            }
            let held = self.lead.as_ref().is_some_and(|lead| lead.has_held(&reply));
            let served = request.expires.is_none() || request.delivered > 0 || held;
            if end_of_stream && request.no_wait && served {
                let output = status(&reply, 404, "No Messages");
                self.timed_out(cx, &reply, (batch, bytes), output);
                self.pull_ended(cx, &reply);
                return false;
            }
            if !cx.is_interested(&reply, request.since) {
                cx.forget_pull(&reply);
                self.pull_ended(cx, &reply);
                return false;
            }
            batches += batch;
            if let Some(due) = request.heartbeat_at {
                if due <= now {
                    self.heartbeat(cx, &reply);
                    request.heartbeat_at = Some(super::leading::after(now, request.heartbeat));
                }
                next = earlier(next, request.heartbeat_at);
            }
            next = earlier(next, request.expires);
            true
        });
        if let Some(lead) = &mut self.lead {
            lead.waiting = waiting;
            lead.waiting_at = next;
        }
        batches
    }
}

fn earlier<T: Ord>(a: Option<T>, b: Option<T>) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
