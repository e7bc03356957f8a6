//! What travels between processes: the client protocol, and what servers say to each other.
//!
//! Frames are typed; `nats::codec` turns the client protocol into the exact bytes where bytes are
//! wanted. Between servers a real cluster speaks `RMSG`, `RS+`, `RS-` and sends Raft's messages as
//! binary payloads on `$NRG.…` subjects of the system account; here those are typed as well.

use std::sync::Arc;

use crate::jetstream::raft;
use crate::kernel::{Digest, Fold, Port};
use crate::nats::protocol::{ClientOp, ServerOp};
use crate::nats::{Message, Subject};

use super::group::{GroupEntry, GroupState};
use super::leaf::LeafOp;
use super::meta::MetaCommand;

/// The port on which servers listen for clients.
pub const CLIENT_PORT: Port = Port(4222);
/// The port on which servers listen for the other servers of their cluster.
pub const ROUTE_PORT: Port = Port(6222);
/// The port on which servers listen for servers of other clusters that are their leaves.
pub const LEAF_PORT: Port = Port(7422);

/// One frame on a connection.
#[derive(Debug, Clone)]
pub enum Frame {
    /// From a client to its server.
    Client(ClientOp),
    /// From a server to its client.
    Server(ServerOp),
    /// From a server to another of its cluster.
    Route(RouteOp),
    /// Between servers of two clusters, over a leaf link.
    Leaf(LeafOp),
}

/// Whose subjects: everything a client sees is in the one global account, what servers say among
/// themselves is in the system account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// `$G`, the account of all clients.
    Global,
    /// `$SYS`, the account of the servers.
    System,
}

impl Account {
    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Global => "$G",
            Self::System => "$SYS",
        }
    }
}

/// What a server says to another server of its cluster.
#[derive(Debug, Clone)]
pub enum RouteOp {
    /// Who is speaking: first on every route.
    Info {
        /// The server's name.
        name: Arc<str>,
    },
    /// `RS+`: somebody here wants messages on these subjects.
    Sub {
        /// The account.
        account: Account,
        /// The subjects.
        subject: Subject,
        /// The queue group, if it is one.
        queue: Option<Subject>,
        /// How many members the group has here; 1 for plain subscriptions.
        weight: u32,
        /// The cluster whose leaf nodes want them, if it is them (`LS+`).
        origin: Option<Arc<str>>,
    },
    /// `RS-`: nobody here wants them any more.
    Unsub {
        /// The account.
        account: Account,
        /// The subjects.
        subject: Subject,
        /// The queue group, if it is one.
        queue: Option<Subject>,
        /// The cluster whose leaf nodes wanted them, if it was them (`LS-`).
        origin: Option<Arc<str>>,
    },
    /// `RMSG`: a message for whoever wants it there.
    Message {
        /// The account.
        account: Account,
        /// The message.
        message: Message,
        /// The subject whose subscribers are to get it, where that is not its own: what a consumer
        /// delivers reaches its subscribers under the subject it was stored with.
        to: Option<Subject>,
        /// The queue groups of which a member there is to get it.
        queues: Vec<Subject>,
        /// Whether plain subscribers there get it as well.
        plain: bool,
        /// The cluster from which it came over a leaf link, if it did (`LMSG`). It does not go back there.
        origin: Option<Arc<str>>,
    },
    /// A message of a Raft group.
    Raft(Arc<RaftFrame>),
    /// `$NRG.P._meta_`: to the meta leader, a change that it is to propose.
    Proposal(Arc<MetaCommand>),
    /// Are you there?
    Ping,
    /// I am.
    Pong,
}

impl RouteOp {
    /// A message of the servers' own account.
    pub(super) fn system(message: Message) -> Self {
        let (account, queues) = (Account::System, Vec::new());
        Self::Message { account, message, to: None, queues, plain: true, origin: None }
    }
}

/// A message of a Raft group.
#[derive(Debug, Clone)]
pub struct RaftFrame {
    /// The group.
    pub group: Arc<str>,
    /// What its member says.
    pub message: raft::Message<GroupEntry, GroupState>,
}

impl Fold for Frame {
    fn fold(&self, digest: &mut Digest) {
        match self {
            Self::Client(op) => {
                digest.bytes(op.verb().as_bytes());
                match op {
                    ClientOp::Pub(message) => fold_message(message, digest),
                    ClientOp::Sub { subject, sid, .. } => {
                        digest.bytes(subject.as_bytes());
                        digest.bytes(sid.as_bytes());
                    }
                    ClientOp::Unsub { sid, max } => {
                        digest.bytes(sid.as_bytes());
                        digest.word(max.unwrap_or(0));
                    }
                    ClientOp::Connect(_) | ClientOp::Ping | ClientOp::Pong => {}
                }
            }
            Self::Server(op) => {
                digest.bytes(op.verb().as_bytes());
                match op {
                    ServerOp::Msg { sid, message } => {
                        digest.bytes(sid.as_bytes());
                        fold_message(message, digest);
                    }
                    ServerOp::Err(text) => digest.bytes(text.as_bytes()),
                    ServerOp::Info(_) | ServerOp::Ok | ServerOp::Ping | ServerOp::Pong => {}
                }
            }
            Self::Route(op) => fold_route(op, digest),
            Self::Leaf(op) => op.fold(digest),
        }
    }
}

pub(super) fn fold_message(message: &Message, digest: &mut Digest) {
    digest.bytes(message.subject.as_bytes());
    if let Some(reply) = &message.reply {
        digest.bytes(reply.as_bytes());
    }
    if let Some(headers) = &message.headers {
        digest.bytes(headers.block());
    }
    digest.bytes(&message.payload);
}

fn fold_origin(origin: Option<&str>, digest: &mut Digest) {
    if let Some(origin) = origin {
        digest.bytes(origin.as_bytes());
    }
}

fn fold_route(op: &RouteOp, digest: &mut Digest) {
    match op {
        RouteOp::Info { name } => digest.bytes(name.as_bytes()),
        RouteOp::Sub { subject, weight, origin, .. } => {
            digest.bytes(subject.as_bytes());
            digest.word(u64::from(*weight));
            fold_origin(origin.as_deref(), digest);
        }
        RouteOp::Unsub { subject, origin, .. } => {
            digest.bytes(subject.as_bytes());
            fold_origin(origin.as_deref(), digest);
        }
        RouteOp::Message { message, to, plain, origin, .. } => {
            fold_origin(origin.as_deref(), digest);
            digest.word(u64::from(*plain));
            if let Some(to) = to {
                digest.bytes(to.as_bytes());
            }
            fold_message(message, digest);
        }
        RouteOp::Raft(frame) => {
            digest.bytes(frame.group.as_bytes());
            digest.word(frame.message.term());
            let (tag, a, b) = match &frame.message {
                raft::Message::VoteRequest { last_term, last_index, .. } => {
                    (1, *last_term, *last_index)
                }
                raft::Message::VoteResponse { granted, empty, .. } => {
                    (2, u64::from(*granted), u64::from(*empty))
                }
                raft::Message::Append { commit, prev_index, entries, .. } => {
                    (3 ^ (entries.len() as u64) << 8, *commit, *prev_index)
                }
                raft::Message::AppendResponse { index, success, .. } => {
                    (4, *index, u64::from(*success))
                }
                raft::Message::InstallSnapshot { last_index, last_term, .. } => {
                    (5, *last_index, *last_term)
                }
            };
            digest.word(tag);
            digest.word(a);
            digest.word(b);
        }
        RouteOp::Proposal(_) => digest.word(8),
        RouteOp::Ping => digest.word(6),
        RouteOp::Pong => digest.word(7),
    }
}

impl Frame {
    /// Its size on the wire in bytes, as far as a link's bandwidth is concerned.
    pub fn wire_len(&self) -> u64 {
        const LINE: usize = 40;
        let len = match self {
            Self::Client(ClientOp::Pub(message)) | Self::Server(ServerOp::Msg { message, .. }) => {
                LINE + message.size()
            }
            Self::Route(RouteOp::Message { message, .. })
            | Self::Leaf(LeafOp::Message { message, .. }) => LINE + message.size(),
            Self::Route(RouteOp::Raft(frame)) => match &frame.message {
                raft::Message::Append { entries, .. } => {
                    LINE + entries
                        .iter()
                        .map(|entry| GroupEntry::wire_len(&entry.data))
                        .sum::<usize>()
                }
                raft::Message::InstallSnapshot { snapshot, .. } => LINE + snapshot.wire_len(),
                _ => LINE,
            },
            _ => LINE,
        };
        len as u64
    }
}
