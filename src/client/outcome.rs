//! What came of an operation of a client: plain data, so that it can be kept in the trace.

use std::sync::Arc;

use crate::kernel::Span;
use crate::nats::Message;

use super::{kv, object};

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
    /// What a call about a key-value bucket gives, or why it gives nothing.
    Kv(Result<kv::Got, kv::KvError>),
    /// What a call about an object store gives, or why it gives nothing.
    Object(Result<object::Done, object::ObjectError>),
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
