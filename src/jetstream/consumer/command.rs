//! What changes a consumer's record: the entries in the log of a replicated consumer.

use crate::kernel::Time;
use crate::nats::Subject;

use super::Pair;

/// A change to a consumer's record. Every replica applies the same ones in the same order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsumerCommand {
    /// A consumer that is not replicated found where to begin.
    Started {
        /// The first sequence it looks at.
        sseq: u64,
    },
    /// A message was delivered.
    Delivered {
        /// The number of the delivery.
        dseq: u64,
        /// The message's sequence.
        sseq: u64,
        /// How often it was delivered, this time included.
        deliveries: u64,
        /// When the message was stored, in nanoseconds of virtual time. This is what the real
        /// server notes as the beginning of the ack wait, and a new leader goes by it.
        stored: i64,
        /// When it was delivered.
        at: Time,
    },
    /// A message has more time, or less: as if it had been delivered at another moment.
    Touched {
        /// Its sequence.
        sseq: u64,
        /// That moment, in nanoseconds of virtual time; may lie before the world began.
        from: i64,
        /// When.
        at: Time,
    },
    /// A message was delivered as often as allowed.
    Exceeded {
        /// Its sequence.
        sseq: u64,
        /// How often it was delivered.
        deliveries: u64,
        /// When.
        at: Time,
    },
    /// A message is done with, or, where one acknowledgement stands for all before it, all of them.
    Acked {
        /// The number of the delivery.
        dseq: u64,
        /// The message's sequence.
        sseq: u64,
        /// Who wants to know.
        reply: Option<Subject>,
        /// When.
        at: Time,
    },
    /// Nothing before this sequence will be delivered for the first time.
    Skipped {
        /// The next sequence it looks at.
        sseq: u64,
    },
    /// The stream was purged.
    Purged {
        /// What counts as delivered now.
        delivered: Pair,
        /// The ack floor now.
        floor: Pair,
    },
    /// A pull request waits with the leader; a new leader will have to tell it so.
    PullWaits {
        /// Its reply subject.
        reply: Subject,
    },
    /// A pull request waits no more.
    PullEnded {
        /// Its reply subject.
        reply: Subject,
    },
    /// Begin again.
    Reset {
        /// With this sequence.
        sseq: u64,
        /// Who asked for it.
        reply: Option<Subject>,
    },
    /// The leader has begun again.
    Restarted {
        /// With this sequence.
        sseq: u64,
    },
}

impl ConsumerCommand {
    /// The bytes of the entry on the wire, roughly.
    pub fn wire_len(&self) -> usize {
        let reply = match self {
            Self::PullWaits { reply } | Self::PullEnded { reply } => reply.len(),
            Self::Acked { reply, .. } | Self::Reset { reply, .. } => {
                reply.as_ref().map_or(0, |reply| reply.len())
            }
            _ => 0,
        };
        34 + reply
    }
}
