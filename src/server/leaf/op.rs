//! What a server says over a leaf link to a server of another cluster.

use std::sync::Arc;

use crate::kernel::Digest;
use crate::nats::{Message, Subject};

use super::super::frame::fold_message;

/// One word over a leaf link.
#[derive(Debug, Clone)]
pub enum LeafOp {
    /// `INFO`: the hub's server says who it is; first on every leaf connection.
    Info(Arc<LeafInfo>),
    /// `CONNECT`: the leaf's server answers who it is.
    Connect(Arc<LeafInfo>),
    /// `LS+`: somebody there wants messages on these subjects.
    Sub {
        /// The subjects.
        subject: Subject,
        /// The queue group, if it is one.
        queue: Option<Subject>,
        /// How many members the group has there; 1 for plain subscriptions.
        weight: u32,
    },
    /// `LS-`: nobody there wants them any more.
    Unsub {
        /// The subjects.
        subject: Subject,
        /// The queue group, if it is one.
        queue: Option<Subject>,
    },
    /// `LMSG`: a message for whoever wants it there.
    Message {
        /// The message.
        message: Message,
        /// The subject whose subscribers are to get it, where that is not its own.
        to: Option<Subject>,
        /// The queue groups of which a member there is to get it.
        queues: Vec<Subject>,
        /// Whether plain subscribers there get it as well.
        plain: bool,
    },
    /// `-ERR`: why the connection ends.
    Err(&'static str),
    /// Are you there?
    Ping,
    /// I am.
    Pong,
}

/// What a server says of itself when a leaf connection begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafInfo {
    /// Its name.
    pub name: Arc<str>,
    /// Its cluster.
    pub cluster: Arc<str>,
    /// Its JetStream domain.
    pub domain: Option<Arc<str>>,
    /// Whether it has JetStream.
    pub jetstream: bool,
    /// What the leaf does not want to get over the link.
    pub deny_imports: Vec<Subject>,
    /// What the leaf does not send over it.
    pub deny_exports: Vec<Subject>,
}

impl LeafOp {
    /// Its word on the wire.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Info(_) => "INFO",
            Self::Connect(_) => "CONNECT",
            Self::Sub { .. } => "LS+",
            Self::Unsub { .. } => "LS-",
            Self::Message { message, .. } if message.headers.is_some() => "HMSG",
            Self::Message { .. } => "LMSG",
            Self::Err(_) => "-ERR",
            Self::Ping => "PING",
            Self::Pong => "PONG",
        }
    }

    pub(in crate::server) fn fold(&self, digest: &mut Digest) {
        digest.bytes(self.verb().as_bytes());
        match self {
            Self::Info(info) | Self::Connect(info) => digest.bytes(info.name.as_bytes()),
            Self::Sub { subject, queue, weight } => {
                digest.bytes(subject.as_bytes());
                digest.bytes(queue.as_deref().unwrap_or_default().as_bytes());
                digest.word(u64::from(*weight));
            }
            Self::Unsub { subject, queue } => {
                digest.bytes(subject.as_bytes());
                digest.bytes(queue.as_deref().unwrap_or_default().as_bytes());
            }
            Self::Message { message, to, queues, plain } => {
                digest.word(u64::from(*plain) ^ (queues.len() as u64) << 1);
                digest.bytes(to.as_deref().unwrap_or_default().as_bytes());
                fold_message(message, digest);
            }
            Self::Err(text) => digest.bytes(text.as_bytes()),
            Self::Ping | Self::Pong => {}
        }
    }
}
