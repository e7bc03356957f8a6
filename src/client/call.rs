//! What a client can be asked to do, and what came of it: plain data, so that a call can be kept in
//! the input log and its outcome in the trace.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::kernel::{Digest, Fold, Span};
use crate::nats::{Headers, Message, Subject};

use super::{Answer, ConsumerDraft, Deliver};

/// A call: one operation of a client, from the first byte it sends to its last answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case")]
pub enum Call {
    /// Publish and wait for nothing.
    Publish {
        /// What.
        message: Draft,
        /// How many times. In subject, headers and text `{{Count}}` becomes 1, 2, 3 …
        #[serde(default = "one")]
        count: u32,
    },
    /// Publish to a stream: wait for its acknowledgement, try again where that is safe.
    JsPublish {
        /// What.
        message: Draft,
        /// How many times, each after the acknowledgement of the one before.
        #[serde(default = "one")]
        count: u32,
        /// How often to try again after "no responders" before giving up (Go's client: 2, 250 ms
        /// apart).
        #[serde(default = "two")]
        retries: u32,
    },
    /// Publish and wait for replies.
    Request {
        /// What. Its own reply subject is ignored.
        message: Draft,
        /// How long to wait.
        timeout: Span,
        /// How many replies to wait for.
        #[serde(default = "one")]
        replies: u32,
    },
    /// A call to the JetStream API: a request whose answer is JSON.
    Api {
        /// The subject, `$JS.API.…`.
        subject: String,
        /// The body; may be empty.
        #[serde(default)]
        body: String,
    },
    /// Subscribe and receive until the subscription ends.
    Subscribe {
        /// Which subjects.
        subject: String,
        /// In which queue group.
        #[serde(default)]
        queue: Option<String>,
        /// After how many messages it ends by itself.
        #[serde(default)]
        max: Option<u64>,
    },
    /// Subscribe and answer every request.
    Reply {
        /// Which subjects.
        subject: String,
        /// In which queue group.
        #[serde(default)]
        queue: Option<String>,
        /// With this text; without it, with the request's own payload.
        #[serde(default)]
        body: Option<String>,
        /// After how many requests it ends by itself.
        #[serde(default)]
        max: Option<u64>,
    },
    /// Fetch messages from a pull consumer: one request, which ends when all have come or the server
    /// says that there will be no more.
    Next {
        /// The stream.
        stream: String,
        /// The consumer.
        consumer: String,
        /// How many messages to ask for.
        #[serde(default = "one")]
        batch: u32,
        /// How long to wait for them; none: until they come (but see `no_wait`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires: Option<Span>,
        /// Whether to take only what is there.
        #[serde(default)]
        no_wait: bool,
        /// How often the server is to say that it is still there; at most half of `expires`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heartbeat: Option<Span>,
        /// How many bytes to ask for at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_bytes: Option<u64>,
        /// More fields of the request, as they are: `group`, `min_pending`, `id`, `priority` …
        #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
        more: serde_json::Map<String, serde_json::Value>,
        /// What to answer to each message as soon as it comes; none: nothing yet (see
        /// [`Call::Answer`]).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<Answer>,
    },
    /// Receive from a consumer until the subscription ends: subscribe to what a push consumer
    /// delivers (with a deliver group, as a member of it), or ask a pull consumer again and again.
    Consume {
        /// The stream.
        stream: String,
        /// The consumer; none: make one without a name, which ends with the subscription.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        consumer: Option<String>,
        /// The push consumer to make if there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        create: Option<Box<ConsumerDraft>>,
        /// The queue group to make the consumer for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        queue: Option<String>,
        /// What to answer to each message as soon as it comes; none: nothing yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<Answer>,
        /// Of a pull consumer: how many messages to have asked for at most. More are asked for when
        /// half of them have come.
        #[serde(default = "hundred")]
        batch: u32,
        /// After how many messages it ends by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<u64>,
    },
    /// Read a stream in order, without acknowledgements: the library makes a consumer for it, and
    /// another one whenever a message is missing.
    Ordered {
        /// The stream.
        stream: String,
        /// Only messages on these subjects; all if there are none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        filters: Vec<String>,
        /// Where to begin.
        #[serde(default)]
        deliver: Deliver,
        /// After how many messages it ends by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<u64>,
    },
    /// Answer a message that another operation of this client received from a consumer.
    Answer {
        /// Which operation.
        op: OpId,
        /// Which of its messages, counted from 1; none: the last one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<u64>,
        /// What to answer.
        #[serde(default)]
        answer: Answer,
        /// Whether to wait until the server says that it has the answer ("double ack").
        #[serde(default)]
        wait: bool,
    },
    /// Wait until the server has worked off all that was sent before: a `PING` and its `PONG`.
    Flush,
    /// End another operation of this client, such as a subscription.
    Cancel {
        /// Which.
        op: OpId,
    },
}

/// A message to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Draft {
    /// Its subject.
    pub subject: String,
    /// Its reply subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
    /// Its headers, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// Its payload, as text.
    #[serde(default)]
    pub text: String,
}

/// An operation of a client, numbered from 1 in the order of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OpId(pub u64);

/// What came of an operation.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Everything was sent; that is all that is known.
    Sent {
        /// How many messages.
        messages: u64,
    },
    /// The stream acknowledged: the body of each acknowledgement, in order. It may be an error.
    Acked {
        /// The acknowledgements.
        acks: Vec<Message>,
        /// How often a publish had to be tried again.
        retries: u32,
    },
    /// The replies that came; an answer of the JetStream API is one.
    Replies(Vec<Message>),
    /// What a fetch brought.
    Fetched {
        /// The messages, in order.
        messages: Vec<Message>,
        /// The status that ended it, such as 404 "No Messages" or 408 "Request Timeout"; none if all
        /// messages came, or if the client gave up waiting.
        status: Option<(u16, Arc<str>)>,
    },
    /// The JetStream API refused something that was needed: its answer.
    Refused(Message),
    /// Nobody listens on the subject.
    NoResponders,
    /// No answer came in time. Nobody knows whether the request was carried out.
    TimedOut {
        /// How long the client waited.
        after: Span,
        /// The replies that did come.
        replies: Vec<Message>,
    },
    /// The subscription ended after this many messages.
    Ended {
        /// How many.
        messages: u64,
    },
    /// The call makes no sense; nothing was sent.
    Invalid(Arc<str>),
    /// The client lost its connection, and with it all it knew of the operation.
    ConnectionLost,
}

const fn one() -> u32 {
    1
}
const fn two() -> u32 {
    2
}
const fn hundred() -> u32 {
    100
}

impl Fold for Call {
    fn fold(&self, digest: &mut Digest) {
        // Every call is a small structure; its JSON distinguishes any two.
        digest.bytes(serde_json::to_string(self).unwrap_or_default().as_bytes());
    }
}

impl Draft {
    /// The message, with `{{Count}}` replaced by `n`.
    pub(super) fn fill(&self, n: u32, reply: Option<Subject>) -> Message {
        let fill = |text: &str| {
            if text.contains("{{Count}}") {
                text.replace("{{Count}}", &n.to_string())
            } else {
                text.to_owned()
            }
        };
        let headers = (!self.headers.is_empty())
            .then(|| Headers::new(self.headers.iter().map(|(n, v)| (n, fill(v)))));
        Message {
            subject: fill(&self.subject).into(),
            reply: reply.or_else(|| self.reply.as_deref().map(Into::into)),
            headers,
            payload: fill(&self.text).into(),
        }
    }
}
