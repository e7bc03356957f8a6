//! Raft groups as a server runs them: what stands in their logs, and the timer of each.

use std::sync::Arc;

use crate::jetstream::consumer::{Consumer, ConsumerCommand};
use crate::jetstream::raft::{Entry, Raft};
use crate::jetstream::stream::{Publication, Stream, StreamCommand};
use crate::kernel::{Time, TimerId};

use super::meta::{MetaCommand, MetaState};

/// The name of the meta group, which knows all streams of a cluster.
pub const META: &str = "_meta_";

/// What stands in the log of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupEntry {
    /// In the meta group: a change to the list of streams.
    Meta(Arc<MetaCommand>),
    /// In a stream's group: a change to the stream.
    Stream(Arc<StreamCommand>),
    /// In a consumer's group: a change to its record.
    Consumer(Arc<ConsumerCommand>),
}

impl GroupEntry {
    /// The bytes of a log entry on the wire, roughly.
    pub(super) fn wire_len(entry: &Entry<Self>) -> usize {
        match entry {
            Entry::Normal(Self::Stream(command)) => match &**command {
                StreamCommand::Publish(publication) | StreamCommand::Copy { publication, .. } => {
                    publication.wire_len()
                }
                StreamCommand::Batch(batch) => {
                    batch.messages.iter().map(Publication::wire_len).sum()
                }
                StreamCommand::Unneeded { seqs } | StreamCommand::Expire { seqs } => 8 * seqs.len(),
                StreamCommand::Delete { .. }
                | StreamCommand::Purge(_)
                | StreamCommand::Skip { .. } => 32,
            },
            Entry::Normal(Self::Consumer(command)) => command.wire_len(),
            Entry::Normal(Self::Meta(command)) => match &**command {
                MetaCommand::Restore { content, .. } => 512 + content.size(),
                _ => 512,
            },
            Entry::PeerState(_) | Entry::LeaderTransfer(_) => 32,
        }
    }
}

/// The state a group has reached, for a member that is too far behind.
#[derive(Debug, Clone)]
pub enum GroupState {
    /// Of the meta group.
    Meta(MetaState),
    /// Of a stream's group.
    Stream(Box<Stream>),
    /// Of a consumer's group.
    Consumer(Box<Consumer>),
}

impl GroupState {
    /// The bytes of the state on the wire, roughly.
    pub(super) fn wire_len(&self) -> usize {
        match self {
            Self::Stream(stream) => usize::try_from(stream.state().bytes).unwrap_or(usize::MAX / 2),
            Self::Consumer(_) => 512,
            Self::Meta(state) => 512 * state.streams().count(),
        }
    }
}

/// A member's Raft.
pub type GroupRaft = Raft<GroupEntry, GroupState>;

/// A server's membership in a group.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its Raft.
    pub raft: GroupRaft,
    /// The timer that wakes it, and when.
    pub(super) timer: Option<(Time, TimerId)>,
}

impl Member {
    pub(super) fn new(raft: GroupRaft) -> Self {
        Self { raft, timer: None }
    }
}
