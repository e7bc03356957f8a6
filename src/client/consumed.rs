//! What a consumer delivers to an operation that receives from it without end: messages, which an ordered
//! consumer counts, signs of life, and the ends of pull requests, which are made anew.

use std::sync::Arc;

use serde_json::Map;

use crate::kernel::{Context, Span};
use crate::nats::protocol::ClientOp;
use crate::nats::{Message, Subject};

use super::consume::AGAIN;
use super::consumer::ORDERED_HEARTBEAT;
use super::fetch::PullRequest;
use super::{Call, Client, Delivery, Host, OpId, Outcome, Timer};

/// How long one request of an endless pull is good for (nats.go, nats.js, nats.rs: 30 s).
pub(super) const PULL_EXPIRES: Span = Span::secs(30);
/// How often the server says that it still has the request (nats.js, nats.rs: half of that).
pub(super) const PULL_HEARTBEAT: Span = Span::secs(15);
/// How many messages an ordered pull consumer is asked for (nats.js: 100).
const ORDERED_BATCH: u32 = 100;

impl Client {
    /// Something came from the consumer: a message, or a status.
    pub(super) fn consumed<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        call: &Arc<Call>,
        message: Message,
    ) {
        let ordered = matches!(**call, Call::Ordered { .. });
        let Some(consuming) = self.consuming(op) else { return };
        let pulls = consuming.inbox.is_some();
        let mut pending = u64::MAX;
        if let Some((code, text)) = message.status() {
            return match code {
                100 => self.sign_of_life(cx, op, ordered, pulls, &message),
                _ if pulls => self.pull_ended(cx, op, call, (code, text), &message),
                _ => {}
            };
        }
        if ordered {
            let delivery = Delivery::of(&message);
            let next = consuming.consumer_seq + 1;
            match delivery {
                Some(delivery) if delivery.consumer_seq == next => {
                    consuming.consumer_seq = next;
                    consuming.stream_seq = delivery.stream_seq;
                    pending = delivery.pending;
                }
                // A message is missing: this one comes again, in its place.
                _ => return self.order_lost(cx, op, "a message is missing"),
            }
        }
        consuming.asked = consuming.asked.saturating_sub(1);
        self.heard(cx, op, ordered);
        let reply = message.reply.clone();
        self.keep(cx, op, message, |client, cx| {
            if let Call::Consume { answer, .. } = &**call {
                client.answer_with(cx, reply, answer.as_ref());
            }
            if pulls {
                client.pull(cx, op, call);
            }
        });
        if pending == 0 {
            self.caught_up(cx, op);
        }
    }

    /// A heartbeat, or a request to say that everything so far has come.
    fn sign_of_life<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        ordered: bool,
        pulls: bool,
        message: &Message,
    ) {
        let stalled = message.header("Nats-Consumer-Stalled").map(Subject::from);
        if let Some(reply) = message.reply.clone().or(stalled) {
            self.publish(cx, Message::new(reply, ""));
        }
        let last = message.header("Nats-Last-Consumer").and_then(|seq| seq.parse::<u64>().ok());
        let have = self.consuming(op).map_or(0, |consuming| consuming.consumer_seq);
        if ordered && last.is_some_and(|last| last != have) {
            return self.order_lost(cx, op, "a message is missing");
        }
        if pulls {
            self.wait_for(cx, op, PULL_HEARTBEAT * 2);
        } else {
            self.heard(cx, op, ordered);
        }
    }

    /// A request to a pull consumer is over before all messages came.
    fn pull_ended<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        call: &Arc<Call>,
        (code, text): (u16, &str),
        message: &Message,
    ) {
        let goes_on =
            matches!(code, 404 | 408) || matches!(text, "Leadership Change" | "Batch Completed");
        if !goes_on && matches!(**call, Call::Ordered { .. }) {
            return self.order_lost(cx, op, "its consumer is of no use any more");
        }
        let for_ever = code == 400 || matches!(text, "Consumer Deleted" | "Consumer is push based");
        if for_ever {
            let status = Some((code, text.into()));
            return self.end(cx, op, Outcome::Fetched { messages: Vec::new(), status });
        }
        let left = message.header("Nats-Pending-Messages").and_then(|n| n.parse::<u32>().ok());
        let Some(consuming) = self.consuming(op) else { return };
        consuming.asked = left.map_or(0, |left| consuming.asked.saturating_sub(left));
        if goes_on {
            self.pull(cx, op, call);
        } else {
            // No leader, too many requests: not at once again.
            self.unsubscribe(cx, op);
            self.set_op_timer(cx, op, AGAIN, Timer::Retry);
        }
    }

    /// The server gave a sign of life. Who cares for that waits for the next one: after two
    /// heartbeats without any, something is wrong.
    pub(super) fn heard<H: Host>(&mut self, cx: &mut Context<'_, H>, op: OpId, ordered: bool) {
        if ordered {
            self.wait_for(cx, op, ORDERED_HEARTBEAT * 2);
        } else if let Some(record) = self.ops.get_mut(&op)
            && let Some(timer) = record.progress.timer.take()
        {
            cx.cancel_timer(timer);
        }
    }

    /// Asks a pull consumer for more, if less than half of what is wanted is still to come.
    pub(super) fn pull<H: Host>(&mut self, cx: &mut Context<'_, H>, op: OpId, call: &Arc<Call>) {
        let Some(consuming) = self.consuming(op) else { return };
        let (stream, consumer, batch) = match &**call {
            Call::Consume { stream, consumer: Some(consumer), batch, .. } => {
                (stream, consumer.clone(), *batch)
            }
            Call::Ordered { stream, .. } => (stream, consuming.name(), ORDERED_BATCH),
            _ => return,
        };
        let Some(inbox) = consuming.inbox.clone() else { return };
        if consuming.asked <= batch / 2 {
            let request = PullRequest {
                batch: batch - consuming.asked,
                expires: Some(PULL_EXPIRES),
                no_wait: false,
                heartbeat: Some(PULL_HEARTBEAT),
                max_bytes: None,
                more: &Map::new(),
            };
            consuming.asked = batch;
            let request = call.api(request.message(stream, &consumer));
            self.say(cx, ClientOp::Pub(request.with_reply(inbox)));
        }
        self.wait_for(cx, op, PULL_HEARTBEAT * 2);
    }
}
