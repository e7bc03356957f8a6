//! What a client can be asked to do: plain data, so that a call can be kept in the input log.

use serde_json::{Map, Value};

use crate::kernel::Span;
use crate::nats::json::{self, FromJson, ToJson, Writer, as_json};
use crate::nats::{Headers, Message, Subject};

use super::{Answer, ConsumerDraft, Deliver, Reading, kv, object, upload::Upload};

/// A call: one operation of a client, from the first byte it sends to its last answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Call {
    /// Publish and wait for nothing.
    Publish {
        /// What.
        message: Draft,
        /// How many times. In subject, headers and text `{{Count}}` becomes 1, 2, 3 …
        count: u32,
    },
    /// Publish to a stream: wait for its acknowledgement, try again where that is safe.
    JsPublish {
        /// What.
        message: Draft,
        /// How many times, each after the acknowledgement of the one before.
        count: u32,
        /// How often to try again after "no responders" before giving up (Go's client: 2, 250 ms
        /// apart).
        retries: u32,
    },
    /// Publish several messages to a stream at once, and wait until all are acknowledged.
    JsPublishAll {
        /// What.
        message: Draft,
        /// How many times.
        count: u32,
        /// What `{{Count}}` is in the first of them.
        from: u32,
        /// Whether they are one batch, which is stored whole or not at all and has one
        /// acknowledgement.
        atomic: bool,
    },
    /// Publish and wait for replies.
    Request {
        /// What. Its own reply subject is ignored.
        message: Draft,
        /// How long to wait.
        timeout: Span,
        /// How many replies to wait for.
        replies: u32,
    },
    /// A call to the JetStream API: a request whose answer is JSON.
    Api {
        /// The subject, `$JS.API.…`.
        subject: String,
        /// The body; may be empty.
        body: String,
    },
    /// Subscribe and receive until the subscription ends.
    Subscribe {
        /// Which subjects.
        subject: String,
        /// In which queue group.
        queue: Option<String>,
        /// After how many messages it ends by itself.
        max: Option<u64>,
    },
    /// Subscribe and answer every request.
    Reply {
        /// Which subjects.
        subject: String,
        /// In which queue group.
        queue: Option<String>,
        /// With this text; without it, with the request's own payload.
        body: Option<String>,
        /// After how many requests it ends by itself.
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
        batch: u32,
        /// How long to wait for them; none: until they come (but see `no_wait`).
        expires: Option<Span>,
        /// Whether to take only what is there.
        no_wait: bool,
        /// How often the server is to say that it is still there; at most half of `expires`.
        heartbeat: Option<Span>,
        /// How many bytes to ask for at most.
        max_bytes: Option<u64>,
        /// The JetStream domain of the stream, if it is not to be found without saying.
        domain: Option<String>,
        /// More fields of the request, as they are: `group`, `min_pending`, `id`, `priority` …
        more: Map<String, Value>,
        /// What to answer to each message as soon as it comes; none: nothing yet (see
        /// [`Call::Answer`]).
        answer: Option<Answer>,
    },
    /// Receive from a consumer until the subscription ends: subscribe to what a push consumer
    /// delivers (with a deliver group, as a member of it), or ask a pull consumer again and again.
    Consume {
        /// The stream.
        stream: String,
        /// The consumer; none: make one without a name, which ends with the subscription.
        consumer: Option<String>,
        /// The push consumer to make if there is none.
        create: Option<Box<ConsumerDraft>>,
        /// The queue group to make the consumer for.
        queue: Option<String>,
        /// What to answer to each message as soon as it comes; none: nothing yet.
        answer: Option<Answer>,
        /// The JetStream domain of the stream, if it is not to be found without saying.
        domain: Option<String>,
        /// Of a pull consumer: how many messages to have asked for at most. More are asked for when
        /// half of them have come.
        batch: u32,
        /// After how many messages it ends by itself.
        max: Option<u64>,
    },
    /// Read a stream in order, without acknowledgements: the library makes a consumer for it, and
    /// another one whenever a message is missing (a push consumer, or a pull consumer).
    Ordered {
        /// The stream.
        stream: String,
        /// Only messages on these subjects; all if there are none.
        filters: Vec<String>,
        /// Where to begin.
        deliver: Deliver,
        /// Whether to ask for messages, as newer libraries do, instead of having them delivered.
        pull: bool,
        /// If it is to be done just as one of the libraries reads a bucket: how.
        how: Option<Box<Reading>>,
        /// The JetStream domain of the stream, if it is not to be found without saying.
        domain: Option<String>,
        /// After how many messages it ends by itself.
        max: Option<u64>,
    },
    /// Back a stream up: the client keeps what is in it, to restore it some day.
    Backup {
        /// The stream.
        stream: String,
        /// Under which name: what would be a directory.
        directory: String,
        /// Whether its consumers come along.
        consumers: bool,
        /// Bytes of a chunk; none: 128 KiB.
        chunk: Option<u64>,
        /// Bytes that the server may send before they are acknowledged; none: as it likes.
        window: Option<u64>,
        /// The JetStream domain of the stream, if it is not to be found without saying.
        domain: Option<String>,
    },
    /// Restore a stream that this client has backed up.
    Restore {
        /// Under which name it is kept.
        directory: String,
        /// The fields of its configuration that are to be others than they were.
        change: Map<String, Value>,
        /// The JetStream domain to restore it in, if it is not to be found without saying.
        domain: Option<String>,
    },
    /// Something about a key-value bucket: several steps, each a call of its own.
    Kv(Box<kv::Op>),
    /// Something about an object store: several steps, each a call of its own.
    Object(Box<object::Op>),
    /// Publish a content to a stream, piece by piece, and wait until all pieces are acknowledged.
    Upload(Box<Upload>),
    /// Answer a message that another operation of this client received from a consumer.
    Answer {
        /// Which operation.
        op: OpId,
        /// Which of its messages, counted from 1; none: the last one.
        message: Option<u64>,
        /// What to answer.
        answer: Answer,
        /// Whether to wait until the server says that it has the answer ("double ack").
        wait: bool,
    },
    /// Wait until the server has worked off all that was sent before: a `PING` and its `PONG`.
    #[default]
    Flush,
    /// End another operation of this client, such as a subscription.
    Cancel {
        /// Which.
        op: OpId,
    },
}

impl Call {
    /// The same in this JetStream domain, if it makes requests for which that matters.
    #[must_use]
    pub fn in_domain(mut self, wanted: Option<&str>) -> Self {
        match &mut self {
            Self::Next { domain, .. }
            | Self::Consume { domain, .. }
            | Self::Ordered { domain, .. }
            | Self::Backup { domain, .. }
            | Self::Restore { domain, .. } => {
                *domain = wanted.map(str::to_owned);
            }
            Self::Kv(op) => op.domain = wanted.map(str::to_owned),
            Self::Object(op) => op.domain = wanted.map(str::to_owned),
            _ => {}
        }
        self
    }

    /// The JetStream domain it names.
    pub fn domain(&self) -> Option<&str> {
        match self {
            Self::Next { domain, .. }
            | Self::Consume { domain, .. }
            | Self::Ordered { domain, .. }
            | Self::Backup { domain, .. }
            | Self::Restore { domain, .. } => domain.as_deref(),
            Self::Kv(op) => op.domain.as_deref(),
            Self::Object(op) => op.domain.as_deref(),
            _ => None,
        }
    }

    /// A request to the JetStream API as this call makes it: in its domain, under `$JS.<domain>.API`.
    pub(super) fn api(&self, request: Message) -> Message {
        match (self.domain(), request.subject.strip_prefix("$JS.API.")) {
            (Some(domain), Some(rest)) => {
                Message { subject: format!("$JS.{domain}.API.{rest}").into(), ..request }
            }
            _ => request,
        }
    }
}

/// A message to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// Its subject.
    pub subject: String,
    /// Its reply subject.
    pub reply: Option<String>,
    /// Its headers, in order.
    pub headers: Vec<(String, String)>,
    /// Its payload, as text.
    pub text: String,
}

as_json! {
    lenient Draft;
    subject required, reply omitempty, headers omitempty, text,
}

/// An operation of a client, numbered from 1 in the order of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct OpId(pub u64);

impl ToJson for OpId {
    fn write(&self, to: &mut Writer) {
        self.0.write(to);
    }
}

impl FromJson for OpId {
    fn from_json(value: &Value) -> json::Result<Self> {
        FromJson::from_json(value).map(Self)
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

impl Call {
    /// Whether it waits for replies in the client's inbox.
    pub(super) fn waits_for_replies(&self) -> bool {
        matches!(
            self,
            Self::JsPublish { .. }
                | Self::JsPublishAll { .. }
                | Self::Upload(_)
                | Self::Request { .. }
                | Self::Api { .. }
                | Self::Answer { .. }
                | Self::Consume { .. }
                | Self::Ordered { .. }
                | Self::Backup { .. }
                | Self::Restore { .. }
        )
    }

    /// After how many messages it ends by itself.
    pub(super) fn max(&self) -> Option<u64> {
        match self {
            Self::Subscribe { max, .. }
            | Self::Reply { max, .. }
            | Self::Consume { max, .. }
            | Self::Ordered { max, .. } => *max,
            _ => None,
        }
    }
}
