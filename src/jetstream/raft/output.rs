//! What a member wants done, and what it wants known.
//!
//! The owner carries outputs out in the order they come. That order is part of the protocol: an
//! entry is applied before the message is sent that tells the others of it.

use std::sync::Arc;

use super::{Message, PeerId};

/// What a member asks its owner to do, or tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output<E, S> {
    /// Send this message to that member.
    Send {
        /// The receiver.
        to: PeerId,
        /// The message.
        message: Message<E, S>,
    },
    /// This leader put an entry into its log. What it has to send comes after this, and must not leave
    /// before the entry is on the disk: a real leader writes its log first and sends then, under one lock.
    Write {
        /// The entry's place in the log.
        index: u64,
        /// Whether this member alone is a majority, and has to be told of the write: [`super::Raft::written`].
        alone: bool,
    },
    /// Apply this entry: it is committed. Entries come in log order, each once in the life of the
    /// applied state. Indexes have gaps where entries of the protocol itself stand.
    Apply {
        /// Its place in the log.
        index: u64,
        /// The term of the leader that proposed it.
        term: u64,
        /// The entry.
        entry: E,
    },
    /// Replace the applied state by this one.
    InstallSnapshot {
        /// The state.
        snapshot: S,
        /// The last index whose effect is in it.
        index: u64,
    },
    /// This member leads, and everything committed before its term is applied: it may show itself.
    BecameLeader {
        /// Its term.
        term: u64,
    },
    /// A member that had become leader leads no more.
    LostLeadership {
        /// The term it led.
        term: u64,
        /// Why, in words.
        why: &'static str,
    },
    /// This member now takes another one for the leader, or nobody.
    LeaderChanged {
        /// The leader.
        leader: Option<PeerId>,
        /// The term.
        term: u64,
    },
    /// As far as this member knows, the members of the group are these from now on.
    MembersChanged {
        /// All members, in order.
        peers: Arc<[PeerId]>,
    },
    /// This member asks for votes.
    Campaigned {
        /// The term it wants to lead.
        term: u64,
    },
    /// This member gave its vote to another one.
    VotedFor {
        /// For which term.
        term: u64,
        /// To whom.
        candidate: PeerId,
    },
    /// This follower put entries of its leader into its log.
    Appended {
        /// The leader's term.
        term: u64,
        /// The last index in the log now.
        index: u64,
    },
    /// This member knows that everything up to here is committed.
    Committed {
        /// The member's term.
        term: u64,
        /// Up to where.
        index: u64,
    },
    /// This member has not heard from a majority for too long.
    QuorumLost,
}
