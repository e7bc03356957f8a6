//! What a client tells the trace beyond what it sends and receives.

use std::sync::Arc;

use crate::kernel::{Digest, Fold, ProcId, Span};
use crate::nats::Subject;

use super::behaviour::{Task, Turn};
use super::call::{Call, OpId};
use super::{Answer, Behaviour, Outcome, kv, object};

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
    /// An ordered consumer is of no use any more; another one is made.
    OrderLost {
        /// Which operation reads in order.
        op: OpId,
        /// The last message it has, by its sequence in the stream.
        after: u64,
        /// Why, in words.
        why: &'static str,
    },
    /// A reader has all there was when it asked; what comes from now on is new.
    CaughtUp {
        /// Which operation.
        op: OpId,
    },
    /// Something happened that counts for what an application with a bucket is for.
    Turn {
        /// What.
        turn: Turn,
        /// Why, or with what, in words.
        text: Arc<str>,
    },
    /// What the application does by itself changed.
    Behaves {
        /// What it does now.
        behaviour: Arc<Behaviour>,
        /// The names for people of the knobs that were turned, with their new values; none if it is
        /// something else altogether.
        turned: Vec<(&'static str, String)>,
    },
    /// A worker begins to work on a message.
    WorkStarted {
        /// The message.
        task: Arc<Task>,
        /// How long it will take.
        takes: Span,
    },
    /// A worker has done its work on a message and answers.
    WorkEnded {
        /// The message.
        task: Arc<Task>,
        /// What it answers.
        answer: Answer,
    },
    /// A worker says that it is still working on a message.
    StillWorking {
        /// The message.
        task: Arc<Task>,
    },
    /// A worker crashes with messages in hand that it has not acknowledged.
    WorkerCrashes {
        /// The messages; the first is the one it worked on.
        tasks: Vec<Arc<Task>>,
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
            Self::OrderLost { op, after, .. } => {
                digest.word(7 ^ op.0 << 8);
                digest.word(*after);
            }
            Self::CaughtUp { op } => digest.word(13 ^ op.0 << 8),
            Self::Turn { turn, text } => {
                digest.word(14 ^ (*turn as u64) << 8);
                digest.bytes(text.as_bytes());
            }
            // The input has all of it.
            Self::Behaves { behaviour, .. } => {
                digest.word(8 ^ u64::from(behaviour.is_running()) << 8)
            }
            Self::WorkStarted { task, takes } => {
                digest.word(9 ^ task.seq << 8);
                digest.word(takes.0);
            }
            Self::WorkEnded { task, answer } => {
                digest.word(10 ^ task.seq << 8);
                digest.bytes(answer.payload().as_bytes());
            }
            Self::StillWorking { task } => digest.word(11 ^ task.seq << 8),
            Self::WorkerCrashes { tasks } => digest.word(12 ^ (tasks.len() as u64) << 8),
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
                    Outcome::Kv(result) => 11 ^ kv::weight(result) << 8,
                    Outcome::Object(result) => 12 ^ object::weight(result) << 8,
                });
            }
        }
    }
}
