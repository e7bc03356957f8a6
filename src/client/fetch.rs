//! Fetching from a pull consumer, and answering what a consumer delivered.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::kernel::{Context, Span};
use crate::nats::protocol::ClientOp;
use crate::nats::{Message, Subject, json};

use super::{API_TIMEOUT, Answer, Call, Client, Host, OpId, Outcome};

/// How much longer than the server a client waits for the end of a fetch (nats.go: 1 s).
const GRACE: Span = Span::secs(1);

/// The body of `$JS.API.CONSUMER.MSG.NEXT`.
pub(super) struct PullRequest<'a> {
    pub(super) batch: u32,
    pub(super) expires: Option<Span>,
    pub(super) no_wait: bool,
    pub(super) heartbeat: Option<Span>,
    pub(super) max_bytes: Option<u64>,
    pub(super) more: &'a Map<String, Value>,
}

impl PullRequest<'_> {
    /// The message that asks for this, without its reply subject.
    pub(super) fn message(&self, stream: &str, consumer: &str) -> Message {
        let mut body = self.more.clone();
        body.insert("batch".to_owned(), Value::from(self.batch));
        let mut set = |name: &str, number: Option<u64>| {
            if let Some(number) = number {
                body.insert(name.to_owned(), Value::from(number));
            }
        };
        set("expires", self.expires.map(Span::as_nanos));
        set("idle_heartbeat", self.heartbeat.map(Span::as_nanos));
        set("max_bytes", self.max_bytes);
        if self.no_wait {
            body.insert("no_wait".to_owned(), Value::from(true));
        }
        let subject = format!("$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}");
        Message::new(subject, json::text(&body))
    }
}

impl Client {
    /// Asks for messages, on an inbox of their own.
    pub(super) fn begin_next<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        call: &Arc<Call>,
    ) {
        let Call::Next {
            stream,
            consumer,
            batch,
            expires,
            no_wait,
            heartbeat,
            max_bytes,
            more,
            ..
        } = &**call
        else {
            return;
        };
        let inbox = self.new_inbox(cx);
        self.subscribe(cx, op, &inbox, None);
        let request = PullRequest {
            batch: *batch,
            expires: *expires,
            no_wait: *no_wait,
            heartbeat: *heartbeat,
            max_bytes: *max_bytes,
            more,
        };
        let request = call.api(request.message(stream, consumer));
        self.say(cx, ClientOp::Pub(request.with_reply(inbox)));
        let limit = match expires {
            Some(expires) => Some(*expires + GRACE),
            None => no_wait.then_some(API_TIMEOUT),
        };
        if let Some(record) = self.ops.get_mut(&op) {
            record.progress.deadline = limit.map(|limit| cx.now() + limit);
        }
        self.wait_for_the_server(cx, op, *heartbeat);
    }

    /// Waits for the next sign of life: two heartbeats, but not beyond the end of the fetch.
    fn wait_for_the_server<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        heartbeat: Option<Span>,
    ) {
        let Some(record) = self.ops.get(&op) else { return };
        let left = record.progress.deadline.map(|deadline| deadline.since(cx.now()));
        let silence = heartbeat.map(|heartbeat| heartbeat * 2);
        if let Some(span) = [left, silence].into_iter().flatten().min() {
            self.wait_for(cx, op, span);
        }
    }

    /// Something came for a fetch: a message, or a status.
    pub(super) fn fetched<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        call: &Arc<Call>,
        message: Message,
    ) {
        let Call::Next { batch, heartbeat, answer, .. } = &**call else { return };
        match message.status() {
            Some((100, _)) => return self.wait_for_the_server(cx, op, *heartbeat),
            Some((503, _)) => return self.end(cx, op, Outcome::NoResponders),
            Some((code, text)) => {
                let status = Some((code, text.into()));
                let messages = self.take_replies(op);
                return self.end(cx, op, Outcome::Fetched { messages, status });
            }
            None => {}
        }
        let Some(record) = self.ops.get_mut(&op) else { return };
        record.progress.replies.push(message.clone());
        let complete = record.progress.replies.len() as u64 >= u64::from(*batch);
        self.wait_for_the_server(cx, op, *heartbeat);
        let reply = message.reply.clone();
        self.keep(cx, op, message, |client, cx| {
            client.answer_with(cx, reply, answer.as_ref());
            if complete {
                let messages = client.take_replies(op);
                client.end(cx, op, Outcome::Fetched { messages, status: None });
            }
        });
    }

    /// A fetch has waited long enough.
    pub(super) fn gave_up<H: Host>(&mut self, cx: &mut Context<'_, H>, op: OpId) {
        let messages = self.take_replies(op);
        self.end(cx, op, Outcome::Fetched { messages, status: None });
    }

    fn take_replies(&mut self, op: OpId) -> Vec<Message> {
        let record = self.ops.get_mut(&op);
        record.map(|record| std::mem::take(&mut record.progress.replies)).unwrap_or_default()
    }

    /// A new inbox, for one thing only.
    pub(super) fn new_inbox<H: Host>(&self, cx: &mut Context<'_, H>) -> Subject {
        format!("_INBOX.{}", cx.rng().base62(22)).into()
    }

    /// Answers a message whose reply subject this is, if there is anything to answer.
    pub(super) fn answer_with<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        reply: Option<Subject>,
        answer: Option<&Answer>,
    ) {
        if let (Some(reply), Some(answer)) = (reply, answer) {
            self.publish(cx, Message::new(reply, answer.payload()));
        }
    }

    /// Publishes at once, or as soon as there is a connection again, as libraries do.
    pub(super) fn publish<H: Host>(&mut self, cx: &mut Context<'_, H>, message: Message) {
        if self.connected_to().is_some() {
            self.say(cx, ClientOp::Pub(message));
        } else {
            self.unsent.push(message);
        }
    }

    /// Answers a message that another operation received.
    pub(super) fn begin_answer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        (target, number): (OpId, Option<u64>),
        answer: &Answer,
        wait: bool,
    ) {
        let reply = match self.reply_of(target, number) {
            Ok(reply) => reply,
            Err(why) => return self.end(cx, op, Outcome::Invalid(why.into())),
        };
        let message = Message::new(reply, answer.payload());
        if wait {
            self.request(cx, op, message, API_TIMEOUT);
        } else {
            self.publish(cx, message);
            self.end(cx, op, Outcome::Sent { messages: 1 });
        }
    }

    /// Where a message that an operation received is answered.
    fn reply_of(&self, op: OpId, number: Option<u64>) -> Result<Subject, String> {
        let record = self
            .ops
            .get(&op)
            .ok_or_else(|| format!("there is no operation {} that received anything", op.0))?;
        let number = number.unwrap_or(record.received_total);
        let kept = record.received.len() as u64;
        let place = (number + kept).checked_sub(record.received_total + 1);
        let (_, message) = place
            .and_then(|place| record.received.get(usize::try_from(place).ok()?))
            .ok_or_else(|| {
                let total = record.received_total;
                format!("operation {} received {total} messages; there is no {number}", op.0)
            })?;
        let consumer = |reply: &&Subject| reply.starts_with("$JS.ACK.");
        message
            .reply
            .as_ref()
            .filter(consumer)
            .cloned()
            .ok_or_else(|| format!("message {number} of operation {} came from no consumer", op.0))
    }
}
