//! What a consumer wants done, and what it wants known.
//!
//! The host carries outputs out in the order in which they come.

use std::sync::Arc;

use crate::kernel::Span;
use crate::nats::api::{ConsumerAdvisory, ConsumerInfo};
use crate::nats::{Headers, Message, Subject};

use super::ConsumerCommand;

/// What a consumer asks its host to do, or tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Send a message. Who subscribes to `to` gets it, and sees `message.subject`, which is that
    /// of the stored message. `message.reply` is the ack subject; without acknowledgements it is
    /// there all the same.
    Deliver {
        /// Where a pull request or the configuration wants it.
        to: Subject,
        /// It.
        message: Message,
        /// Its sequence in the stream.
        sseq: u64,
        /// The number of this delivery.
        dseq: u64,
        /// How often it was delivered, this time included.
        deliveries: u64,
    },
    /// Send a message that is nothing but a status: heartbeat, flow control, the end of a pull
    /// request.
    Status {
        /// Where to; also the subject that the receiver sees.
        to: Subject,
        /// The status.
        headers: Headers,
        /// Where flow control wants its answer.
        reply: Option<Subject>,
    },
    /// Put this into the log of the consumer's group, and call [`super::Consumer::apply`] with it
    /// when it is committed. Only from a consumer that was told it is replicated.
    Propose(ConsumerCommand),
    /// Send an empty message: an acknowledgement was asked to be confirmed.
    Answer {
        /// Where to.
        to: Subject,
    },
    /// The consumer was set back; whoever asked for it is to get its info and this sequence.
    WasReset {
        /// The sequence with which it begins again.
        sseq: u64,
        /// Where to.
        reply: Option<Subject>,
        /// Its info, which the host completes.
        info: Box<ConsumerInfo>,
    },
    /// On every replica: this consumer needs these messages no more. Under interest or work queue
    /// retention they go if no other consumer [needs](super::Consumer::needs) them; under limits
    /// nothing happens.
    Released {
        /// The first sequence.
        first: u64,
        /// The last sequence.
        last: u64,
    },
    /// Publish an advisory or a metric, if anybody subscribes to its subject.
    Advise(ConsumerAdvisory),
    /// Nobody was interested for too long: delete the consumer. Said again until it is.
    Inactive,
    /// For the trace.
    Happened(Happening),
}

/// What happened inside a consumer, as far as no other output tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// A pull request waits.
    PullQueued {
        /// Where it wants its messages.
        reply: Subject,
        /// How many.
        batch: u64,
    },
    /// A pull request is gone because nobody subscribes to its reply subject any more.
    PullForgotten {
        /// The reply subject.
        reply: Subject,
    },
    /// A message was acknowledged.
    Acked {
        /// Its sequence.
        sseq: u64,
        /// Whether everything before it is acknowledged with it.
        all: bool,
    },
    /// A message came back.
    Nacked {
        /// Its sequence.
        sseq: u64,
        /// When it is to be delivered again; zero is at once.
        delay: Span,
    },
    /// A client needs more time.
    InProgress {
        /// The message's sequence.
        sseq: u64,
    },
    /// A message is not to be delivered any more.
    Terminated {
        /// Its sequence.
        sseq: u64,
    },
    /// Messages were not acknowledged in time, and wait to be delivered again.
    AckWaitOver {
        /// Their sequences.
        sseqs: Arc<[u64]>,
    },
    /// A message was delivered as often as allowed, and will not be again.
    GaveUp {
        /// Its sequence.
        sseq: u64,
        /// How often it was delivered.
        deliveries: u64,
    },
    /// No new messages are delivered, because too many are out for acknowledgement.
    Stalled {
        /// How many are out.
        pending: u64,
    },
}
