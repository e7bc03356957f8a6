//! What a server waits for, and how that enters the digest of a world.

use std::sync::Arc;

use crate::kernel::{ConnId, Digest, Fold, ProcId};
use crate::nats::Subject;

/// What a server's timers are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timer {
    /// A Raft group has something to do.
    Raft(Arc<str>),
    /// Messages of a stream are too old.
    Expire(Arc<str>),
    /// A batch of a stream has waited for too long.
    Abandon(Arc<str>),
    /// A connection is to be asked whether it is still there.
    Ping(ConnId),
    /// A route is to be dialled again.
    Dial(ProcId),
    /// A hub is to be dialled again: its place in the configuration.
    DialLeaf(usize),
    /// A hub's server has not answered: the hub's place in the configuration, and what was dialled.
    LeafLate(usize, ConnId),
    /// An API request that nobody could answer is to be refused.
    Refuse(Subject),
    /// What others were asked for is late.
    Gather(u64),
    /// What others were asked for about consumers is late.
    GatherConsumers(u64),
    /// A stream takes in what a consumer delivered to it.
    Later,
    /// A stream is to be looked through for what nobody needs any more.
    Sweep(Arc<str>),
    /// A consumer of a stream has something to do.
    Consumer(Arc<str>, Arc<str>),
    /// A stream that follows origins has something to do for it.
    Inflow(Arc<str>),
    /// Streams and consumers move to other servers.
    Move,
    /// The other side of a transfer is silent.
    Transfer(Subject),
    /// The disk has written something.
    Written,
    /// The server ends.
    Exit,
}

impl Fold for Timer {
    fn fold(&self, digest: &mut Digest) {
        match self {
            Self::Raft(group) => digest.bytes(group.as_bytes()),
            Self::Expire(stream) => digest.bytes(stream.as_bytes()),
            Self::Abandon(stream) => {
                digest.bytes(stream.as_bytes());
                digest.word(6);
            }
            Self::Inflow(stream) => {
                digest.bytes(stream.as_bytes());
                digest.word(8);
            }
            Self::Ping(conn) => digest.word(conn.0 << 8 ^ 1),
            Self::Dial(peer) => digest.word(u64::from(peer.0) << 8 ^ 2),
            Self::DialLeaf(remote) => digest.word((*remote as u64) << 8 ^ 8),
            Self::LeafLate(_, conn) => digest.word(conn.0 << 8 ^ 9),
            Self::Refuse(reply) => digest.bytes(reply.as_bytes()),
            Self::Gather(id) => digest.word(id << 8 ^ 3),
            Self::Exit => digest.word(4),
            Self::GatherConsumers(id) => digest.word(id << 8 ^ 5),
            Self::Later => digest.word(6),
            Self::Move => digest.word(7),
            Self::Written => digest.word(10),
            Self::Transfer(key) => digest.bytes(key.as_bytes()),
            Self::Sweep(stream) => digest.bytes(stream.as_bytes()),
            Self::Consumer(stream, consumer) => {
                digest.bytes(stream.as_bytes());
                digest.bytes(consumer.as_bytes());
            }
        }
    }
}
