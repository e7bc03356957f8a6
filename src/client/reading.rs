//! How libraries read a bucket or an object in order: ADR-17's ordered consumer, each library's way.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::consume::Consuming;
use super::consumer::ORDERED_HEARTBEAT;
use super::{API_TIMEOUT, Call, Client, ConsumerDraft, Deliver, Host, OpId};
use crate::kernel::{Context, Span};
use crate::nats::Message;
use crate::nats::json::{self, as_json, words};
use crate::nats::protocol::ClientOp;

/// Whose messages a client sends where the official libraries differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// nats-py 2.16: what applications are written with here.
    #[default]
    Python,
    /// nats.go 1.53: what the `nats` CLI is made of.
    Go,
}

words! { Dialect: "python" Python, "go" Go }

/// How a stream is read in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// Whose way. nats-py makes the consumer without a name and only then listens; Go's client listens
    /// first, gives a name, and deletes the consumer in the end.
    pub dialect: Dialect,
    /// Whether messages come without their payloads.
    pub headers_only: bool,
    /// Whether it ends when all has come that there was: the messages are the outcome.
    pub to_end: bool,
    /// How often the consumer is asked for once it is there: nats-py's `watch` does so once, its `keys`
    /// twice, to learn whether there is anything. (Go's client reads that from the answer to its making.)
    /// Without it nats-py waits for a first message for ever.
    pub infos: u32,
    /// After how long without anybody interested the consumer goes away, if the request says so.
    pub inactive_threshold: Option<Span>,
}

as_json! {
    strict Reading;
    dialect omitempty, headers_only omitempty, to_end omitempty, infos omitempty,
    inactive_threshold omitempty
}

/// The ack wait of an ordered consumer, which is never acknowledged (both libraries: 22 h).
const ACK_WAIT: Span = Span::secs(22 * 3600);

impl Reading {
    /// Subject and body that make the consumer; with a name if Go's client makes it.
    pub(super) fn request(
        &self,
        draft: &ConsumerDraft,
        stream: &str,
        deliver_subject: &str,
        name: &str,
    ) -> (String, String) {
        let mut config = draft.config("none");
        let mut set = |name: &str, value: Value| {
            config.insert(name.to_owned(), value);
        };
        set("ack_wait", Value::from(ACK_WAIT.as_nanos()));
        set("max_deliver", Value::from(1));
        set("replay_policy", Value::from("instant"));
        set("flow_control", Value::from(true));
        set("idle_heartbeat", Value::from(ORDERED_HEARTBEAT.as_nanos()));
        if self.headers_only || self.infos > 0 {
            set("headers_only", Value::from(self.headers_only));
        }
        set("deliver_subject", Value::from(deliver_subject));
        if let Some(threshold) = self.inactive_threshold {
            set("inactive_threshold", Value::from(threshold.as_nanos()));
        }
        set("num_replicas", Value::from(1));
        set("mem_storage", Value::from(true));
        let subject = match self.dialect {
            Dialect::Python => format!("$JS.API.CONSUMER.CREATE.{stream}"),
            Dialect::Go => {
                set("name", Value::from(name));
                draft.create_subject(stream, name)
            }
        };
        let mut body = Map::new();
        body.insert("stream_name".to_owned(), Value::from(stream));
        body.insert("config".to_owned(), Value::Object(config));
        (subject, json::text(&body))
    }
}

impl Client {
    /// Makes an ordered consumer as a library does.
    pub(super) fn make_reader<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        stream: &str,
        draft: &ConsumerDraft,
        how: &Reading,
    ) {
        let inbox = self.new_inbox(cx);
        let name = cx.rng().base62(8);
        let request = how.request(draft, stream, &inbox, &name);
        let Some(consuming) = self.consuming(op) else { return };
        if consuming.begin_making() && how.dialect == Dialect::Python {
            return self.request(cx, op, Message::new(request.0, request.1), API_TIMEOUT);
        }
        self.make(cx, op, request, (inbox, None));
    }

    /// Whether a reader waits for its first consumer: without an answer it gives up.
    pub(super) fn is_first_reading(&self, op: OpId) -> bool {
        self.ops.get(&op).is_some_and(|record| {
            let first = record.progress.consuming.as_deref().is_none_or(Consuming::is_first);
            record.reading().is_some() && first
        })
    }

    /// The consumer is made and listened to, and there were so many messages for it.
    pub(super) fn reader_made<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        call: &Call,
        pending: u64,
    ) {
        let Some(record) = self.ops.get(&op) else { return };
        let (Some(how), Call::Ordered { stream, deliver, .. }) = (record.reading(), call) else {
            return;
        };
        let (dialect, infos) = (how.dialect, how.infos);
        let Some(consuming) = self.consuming(op) else { return };
        match dialect {
            Dialect::Python if infos > 0 && consuming.is_first() => {
                consuming.informing = infos;
                self.ask_info(cx, op, stream);
            }
            // Go's client leaves the end of the beginning out where nothing of it is wanted.
            Dialect::Go if pending == 0 && *deliver != Deliver::New => self.caught_up(cx, op),
            Dialect::Go | Dialect::Python => {}
        }
        if let Some(consuming) = self.consuming(op) {
            consuming.serial += 1;
        }
    }

    /// Asks for the consumer.
    fn ask_info<H: Host>(&mut self, cx: &mut Context<'_, H>, op: OpId, stream: &str) {
        let Some(consuming) = self.consuming(op) else { return };
        let subject = format!("$JS.API.CONSUMER.INFO.{stream}.{}", consuming.called);
        self.request(cx, op, Message::new(subject, ""), ORDERED_HEARTBEAT * 2);
    }

    /// nats-py has asked for the consumer: nothing waits for it, and nothing came.
    pub(super) fn reader_known<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        pending: u64,
    ) {
        self.wait_for(cx, op, ORDERED_HEARTBEAT * 2);
        let Some(record) = self.ops.get(&op) else { return };
        let (received, call) = (record.received_total > 0, Arc::clone(&record.call));
        let Some(consuming) = self.consuming(op) else { return };
        if consuming.informing > 0 {
            if let Call::Ordered { stream, .. } = &*call {
                self.ask_info(cx, op, stream);
            }
        } else if consuming.at_end || (pending == 0 && !received) {
            self.caught_up(cx, op);
        }
    }

    /// A reader ends. Go's client deletes its consumer; nobody waits for the answer.
    pub(super) fn delete_reader<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        call: &Call,
        consuming: Option<&Consuming>,
    ) {
        let (Call::Ordered { stream, how: Some(how), .. }, Some(consuming)) = (call, consuming)
        else {
            return;
        };
        if how.dialect == Dialect::Go {
            let subject = format!("$JS.API.CONSUMER.DELETE.{stream}.{}", consuming.called);
            let reply = self.new_inbox(cx);
            let delete = call.api(Message::new(subject, "")).with_reply(reply);
            self.say(cx, ClientOp::Pub(delete));
        }
    }
}
