//! Calls as JSON: how they are kept in the input log, in lessons and in links.

use serde_json::{Map, Value};

use crate::kernel::{Digest, Fold};
use crate::nats::json::{self, FromJson, Object, ToJson, WriteFields, Writer, one_of};

use super::{Answer, Call, Deliver};

/// Their names.
const CALLS: &[&str] = &[
    "publish",
    "js_publish",
    "js_publish_all",
    "request",
    "api",
    "subscribe",
    "reply",
    "next",
    "consume",
    "ordered",
    "kv",
    "backup",
    "restore",
    "object",
    "upload",
    "answer",
    "flush",
    "cancel",
];

impl FromJson for Call {
    fn from_json(value: &Value) -> json::Result<Self> {
        let mut object = Object::of(value)?;
        let o = &mut object;
        let call = match o.tag("call")? {
            "publish" => Self::Publish { message: o.take("message"), count: o.take_or("count", 1) },
            "js_publish" => Self::JsPublish {
                message: o.take("message"),
                count: o.take_or("count", 1),
                retries: o.take_or("retries", 2),
            },
            "js_publish_all" => Self::JsPublishAll {
                message: o.take("message"),
                count: o.take_or("count", 1),
                from: o.take_or("from", 1),
                atomic: o.take_or("atomic", false),
            },
            "request" => Self::Request {
                message: o.take("message"),
                timeout: o.take("timeout"),
                replies: o.take_or("replies", 1),
            },
            "api" => {
                Self::Api { subject: o.take("subject"), body: o.take_or("body", String::new()) }
            }
            "subscribe" => Self::Subscribe {
                subject: o.take("subject"),
                queue: o.take_or("queue", None),
                max: o.take_or("max", None),
            },
            "reply" => Self::Reply {
                subject: o.take("subject"),
                queue: o.take_or("queue", None),
                body: o.take_or("body", None),
                max: o.take_or("max", None),
            },
            "next" => Self::Next {
                stream: o.take("stream"),
                consumer: o.take("consumer"),
                batch: o.take_or("batch", 1),
                expires: o.take_or("expires", None),
                no_wait: o.take_or("no_wait", false),
                heartbeat: o.take_or("heartbeat", None),
                max_bytes: o.take_or("max_bytes", None),
                domain: o.take_or("domain", None),
                more: o.take_or("more", Map::new()),
                answer: o.take_or("answer", None),
            },
            "consume" => Self::Consume {
                stream: o.take("stream"),
                consumer: o.take_or("consumer", None),
                create: o.take_or("create", None),
                queue: o.take_or("queue", None),
                answer: o.take_or("answer", None),
                domain: o.take_or("domain", None),
                batch: o.take_or("batch", 100),
                max: o.take_or("max", None),
            },
            "ordered" => Self::Ordered {
                stream: o.take("stream"),
                filters: o.take_or("filters", Vec::new()),
                deliver: o.take_or("deliver", Deliver::All),
                pull: o.take_or("pull", false),
                how: o.take_or("how", None),
                domain: o.take_or("domain", None),
                max: o.take_or("max", None),
            },
            "kv" => Self::Kv(o.rest()),
            "backup" => Self::Backup {
                stream: o.take("stream"),
                directory: o.take("directory"),
                consumers: o.take_or("consumers", true),
                chunk: o.take_or("chunk", None),
                window: o.take_or("window", None),
                domain: o.take_or("domain", None),
            },
            "restore" => Self::Restore {
                directory: o.take("directory"),
                change: o.take_or("change", Map::new()),
                domain: o.take_or("domain", None),
            },
            "object" => Self::Object(o.rest()),
            "upload" => Self::Upload(o.rest()),
            "answer" => Self::Answer {
                op: o.take("op"),
                message: o.take_or("message", None),
                answer: o.take_or("answer", Answer::Ack),
                wait: o.take_or("wait", false),
            },
            "flush" => Self::Flush,
            "cancel" => Self::Cancel { op: o.take("op") },
            other => return Err(one_of("variant", other, CALLS)),
        };
        object.finish(false)?;
        Ok(call)
    }
}

impl ToJson for Call {
    fn write(&self, to: &mut Writer) {
        to.open();
        match self {
            Self::Publish { message, count } => {
                to.field("call", &"publish").field("message", message).field("count", count)
            }
            Self::JsPublish { message, count, retries } => {
                to.field("call", &"js_publish").field("message", message);
                to.field("count", count).field("retries", retries)
            }
            Self::JsPublishAll { message, count, from, atomic } => {
                to.field("call", &"js_publish_all").field("message", message);
                to.field("count", count).field("from", from).field("atomic", atomic)
            }
            Self::Request { message, timeout, replies } => {
                to.field("call", &"request").field("message", message);
                to.field("timeout", timeout).field("replies", replies)
            }
            Self::Api { subject, body } => {
                to.field("call", &"api").field("subject", subject).field("body", body)
            }
            Self::Subscribe { subject, queue, max } => {
                to.field("call", &"subscribe").field("subject", subject);
                to.field("queue", queue).field("max", max)
            }
            Self::Reply { subject, queue, body, max } => {
                to.field("call", &"reply").field("subject", subject);
                to.field("queue", queue).field("body", body).field("max", max)
            }
            Self::Next {
                stream,
                consumer,
                batch,
                expires,
                no_wait,
                heartbeat,
                max_bytes,
                domain,
                more,
                answer,
            } => {
                to.field("call", &"next").field("stream", stream).field("consumer", consumer);
                to.field("batch", batch).some("expires", expires).field("no_wait", no_wait);
                to.some("heartbeat", heartbeat).some("max_bytes", max_bytes);
                to.some("domain", domain).some("more", more).some("answer", answer)
            }
            Self::Consume { stream, consumer, create, queue, answer, domain, batch, max } => {
                to.field("call", &"consume").field("stream", stream).some("consumer", consumer);
                to.some("create", create).some("queue", queue).some("answer", answer);
                to.some("domain", domain).field("batch", batch).some("max", max)
            }
            Self::Ordered { stream, filters, deliver, pull, how, domain, max } => {
                to.field("call", &"ordered").field("stream", stream).some("filters", filters);
                to.field("deliver", deliver).some("pull", pull).some("how", how);
                to.some("domain", domain).some("max", max)
            }
            Self::Kv(op) => {
                to.field("call", &"kv");
                op.write_fields(to);
                &mut *to
            }
            Self::Backup { stream, directory, consumers, chunk, window, domain } => {
                to.field("call", &"backup").field("stream", stream);
                to.field("directory", directory).field("consumers", consumers);
                to.some("chunk", chunk).some("window", window).some("domain", domain)
            }
            Self::Restore { directory, change, domain } => {
                to.field("call", &"restore").field("directory", directory);
                to.some("change", change).some("domain", domain)
            }
            Self::Object(op) => {
                to.field("call", &"object");
                op.write_fields(to);
                &mut *to
            }
            Self::Upload(upload) => {
                to.field("call", &"upload");
                upload.write_fields(to);
                &mut *to
            }
            Self::Answer { op, message, answer, wait } => {
                to.field("call", &"answer").field("op", op).some("message", message);
                to.field("answer", answer).field("wait", wait)
            }
            Self::Flush => to.field("call", &"flush"),
            Self::Cancel { op } => to.field("call", &"cancel").field("op", op),
        };
        to.close();
    }
}

impl Fold for Call {
    fn fold(&self, digest: &mut Digest) {
        // Every call is a small structure; its JSON distinguishes any two.
        digest.bytes(json::text(self).as_bytes());
    }
}
