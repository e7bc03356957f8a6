//! What a server tells the trace about a consumer: the life of a delivery, from the request that
//! waits for it to its acknowledgement.

use std::sync::Arc;

use crate::kernel::{Digest, Fold, Span};
use crate::nats::Subject;

/// Something that happened to a consumer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsumerNote {
    /// It exists on this server from now on.
    Created,
    /// It has another configuration on this server now.
    Updated,
    /// It is gone from this server.
    Deleted,
    /// It lives on, but not on this server.
    CopyRemoved,
    /// A message is sent to a client for the first time.
    Delivered(Delivery),
    /// A message is sent again.
    Redelivered {
        /// What is sent.
        delivery: Delivery,
        /// Why again.
        why: Redelivery,
    },
    /// A message was acknowledged.
    Acked {
        /// Its sequence in the stream.
        seq: u64,
        /// Whether everything before it is acknowledged with it.
        all: bool,
    },
    /// A client gave a message back.
    Naked {
        /// Its sequence in the stream.
        seq: u64,
        /// When it is to be delivered again; zero is at once.
        delay: Span,
    },
    /// A client needs more time: the ack wait begins anew.
    InProgress {
        /// The message's sequence in the stream.
        seq: u64,
    },
    /// A client wants a message never to be delivered again.
    Terminated {
        /// Its sequence in the stream.
        seq: u64,
    },
    /// A message was not acknowledged in time. Its cause is what gave the client that time.
    AckWaitOver {
        /// Its sequence in the stream.
        seq: u64,
    },
    /// A message was delivered as often as allowed, and will not be again.
    GaveUp {
        /// Its sequence in the stream.
        seq: u64,
        /// How often it was delivered.
        deliveries: u64,
    },
    /// A pull request waits for messages.
    PullWaits {
        /// Where it wants them.
        reply: Subject,
        /// How many.
        batch: u64,
    },
    /// A pull request ends before it got all it asked for.
    PullEnded {
        /// Where it wanted its messages.
        reply: Subject,
        /// The status it is told, such as 408.
        code: u16,
        /// In words, such as `Request Timeout`.
        text: Arc<str>,
    },
    /// A pull request is forgotten: nobody subscribes to its reply subject any more.
    PullForgotten {
        /// Where it wanted its messages.
        reply: Subject,
    },
    /// Too many messages are out for acknowledgement: new ones have to wait.
    Stalled {
        /// How many are out.
        pending: u64,
    },
}

/// A message on its way from a consumer to a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its sequence in the stream.
    pub seq: u64,
    /// The number of this delivery at its consumer.
    pub dseq: u64,
    /// How often the message was delivered, this time included.
    pub deliveries: u64,
    /// The message's own subject.
    pub subject: Subject,
    /// Where it is sent: the reply subject of a pull request, or a deliver subject.
    pub to: Subject,
}

/// Why a message is delivered again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redelivery {
    /// It was not acknowledged in time.
    AckWait,
    /// A client gave it back.
    Nak,
    /// It was not acknowledged when the consumer changed hands or began anew.
    Unknown,
}

impl ConsumerNote {
    /// The sequence of the message it is about, if it is about one.
    pub fn seq(&self) -> Option<u64> {
        match self {
            Self::Delivered(delivery) | Self::Redelivered { delivery, .. } => Some(delivery.seq),
            Self::Acked { seq, .. }
            | Self::Naked { seq, .. }
            | Self::InProgress { seq }
            | Self::Terminated { seq }
            | Self::AckWaitOver { seq }
            | Self::GaveUp { seq, .. } => Some(*seq),
            _ => None,
        }
    }
}

impl Fold for ConsumerNote {
    fn fold(&self, digest: &mut Digest) {
        let (tag, a, b) = match self {
            Self::Created => (1, 0, 0),
            Self::Updated => (2, 0, 0),
            Self::Deleted => (3, 0, 0),
            Self::Delivered(delivery) => (4, delivery.seq, delivery.dseq),
            Self::Redelivered { delivery, why } => {
                (5 ^ (*why as u64) << 8, delivery.seq, delivery.dseq)
            }
            Self::Acked { seq, all } => (6, *seq, u64::from(*all)),
            Self::Naked { seq, delay } => (7, *seq, delay.as_nanos()),
            Self::InProgress { seq } => (8, *seq, 0),
            Self::Terminated { seq } => (9, *seq, 0),
            Self::AckWaitOver { seq } => (10, *seq, 0),
            Self::GaveUp { seq, deliveries } => (11, *seq, *deliveries),
            Self::PullWaits { reply, batch } => {
                digest.bytes(reply.as_bytes());
                (12, *batch, 0)
            }
            Self::PullEnded { reply, code, .. } => {
                digest.bytes(reply.as_bytes());
                (13, u64::from(*code), 0)
            }
            Self::PullForgotten { reply } => {
                digest.bytes(reply.as_bytes());
                (14, 0, 0)
            }
            Self::Stalled { pending } => (15, *pending, 0),
            Self::CopyRemoved => (16, 0, 0),
        };
        digest.word(tag);
        digest.word(a);
        digest.word(b);
    }
}
