//! What a client tells the trace beyond what it sends and receives.

use std::sync::Arc;

use crate::kernel::{Digest, Fold, ProcId};
use crate::nats::Subject;

use super::call::{Call, OpId, Outcome};

/// Something that happened inside a client.
#[derive(Debug, Clone, PartialEq)]
pub enum Note {
    /// The client is connected.
    Connected {
        /// The server's process.
        server: ProcId,
    },
    /// The client lost its connection, or could not make one.
    Disconnected {
        /// The server's process.
        server: ProcId,
        /// Why, in words.
        why: &'static str,
    },
    /// An operation begins.
    OpStarted {
        /// Which.
        op: OpId,
        /// What was asked.
        call: Arc<Call>,
    },
    /// A message came for an operation that goes on, such as a subscription.
    Received {
        /// Which.
        op: OpId,
        /// On which subject.
        subject: Subject,
    },
    /// A publish is tried again.
    Retried {
        /// Which operation.
        op: OpId,
        /// The how-manieth try this is, from 2.
        attempt: u32,
    },
    /// An operation is over.
    OpEnded {
        /// Which.
        op: OpId,
        /// What came of it.
        outcome: Arc<Outcome>,
    },
}

impl Fold for Note {
    fn fold(&self, digest: &mut Digest) {
        match self {
            Self::Connected { server } => digest.word(1 ^ u64::from(server.0) << 8),
            Self::Disconnected { server, .. } => digest.word(2 ^ u64::from(server.0) << 8),
            Self::OpStarted { op, .. } => digest.word(3 ^ op.0 << 8),
            Self::Received { op, .. } => digest.word(4 ^ op.0 << 8),
            Self::Retried { op, attempt } => {
                digest.word(5 ^ op.0 << 8);
                digest.word(u64::from(*attempt));
            }
            Self::OpEnded { op, outcome } => {
                digest.word(6 ^ op.0 << 8);
                digest.word(match &**outcome {
                    Outcome::Sent { messages } => 1 ^ messages << 8,
                    Outcome::Acked { acks, .. } => 2 ^ (acks.len() as u64) << 8,
                    Outcome::Replies(replies) => 3 ^ (replies.len() as u64) << 8,
                    Outcome::NoResponders => 4,
                    Outcome::TimedOut { after, .. } => 5 ^ after.0 << 8,
                    Outcome::Ended { messages } => 6 ^ messages << 8,
                    Outcome::Invalid(_) => 7,
                    Outcome::ConnectionLost => 8,
                    Outcome::Fetched { messages, status } => {
                        let status = status.as_ref().map_or(0, |(code, _)| u64::from(*code));
                        9 ^ (messages.len() as u64) << 8 ^ status << 32
                    }
                    Outcome::Refused(_) => 10,
                });
            }
        }
    }
}
