//! What the members of a group say to each other, and what stands in their logs.
//!
//! A real server sends these as small binary payloads on `$NRG.…` subjects of the system account
//! (`$NRG.V.<group>`, `$NRG.AE.<group>`, `$NRG.R.<inbox>`). The sender's identity travels there in
//! the payload; here whoever delivers a message knows it.

use std::sync::Arc;

/// A member of a group: the number of its server. Small and dense.
pub type PeerId = u32;

/// Entries on their way to another member; all receivers share them.
pub type Entries<E> = Arc<[Arc<LogEntry<E>>]>;

/// One place in a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry<E> {
    /// Its place, counted from 1.
    pub index: u64,
    /// The term of the leader that put it there.
    pub term: u64,
    /// What stands there.
    pub data: Entry<E>,
}

impl<E> LogEntry<E> {
    /// Whether it asks `peer` to take over the leadership.
    pub(super) fn is_transfer_to(&self, peer: PeerId) -> bool {
        matches!(self.data, Entry::LeaderTransfer(target) if target == peer)
    }
}

/// What can stand in a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry<E> {
    /// Something the owner of the group proposed.
    Normal(E),
    /// The members from here on. Every leader begins its term with one, as it knows them; once that
    /// is committed, so is everything before it, and the leader shows itself. Another one makes a
    /// server a member, or no member any more.
    PeerState(Vec<PeerId>),
    /// The leader asks this member to take over.
    LeaderTransfer(PeerId),
}

/// What one member says to another. `E` is the owner's entry, `S` the owner's snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message<E, S> {
    /// Vote for me.
    VoteRequest {
        /// The term the sender wants to lead.
        term: u64,
        /// The term of the last entry in its log.
        last_term: u64,
        /// The index of the last entry in its log.
        last_index: u64,
    },
    /// The answer to a vote request.
    VoteResponse {
        /// The term of the answering member.
        term: u64,
        /// Whether it gave its vote.
        granted: bool,
        /// Whether it has lost its log; such votes count only if every member has answered.
        empty: bool,
    },
    /// The leader's entries. Without entries it is a heartbeat.
    Append {
        /// The leader's term.
        term: u64,
        /// Everything up to this index is committed.
        commit: u64,
        /// The term of the entry before the first of `entries`.
        prev_term: u64,
        /// The index of the entry before the first of `entries`.
        prev_index: u64,
        /// The entries, in order and without gaps.
        entries: Entries<E>,
    },
    /// The answer to `Append` and to `InstallSnapshot`.
    AppendResponse {
        /// The term of the answering member.
        term: u64,
        /// On success, the last index which the member is known to share with the leader. On
        /// failure, the index after which the member wants to be sent everything.
        index: u64,
        /// Whether what was sent fitted the member's log.
        success: bool,
    },
    /// The leader's state up to an index, for a member that needs entries the leader no longer has.
    InstallSnapshot {
        /// The leader's term.
        term: u64,
        /// The index of the last entry whose effect is in the snapshot.
        last_index: u64,
        /// The term of that entry.
        last_term: u64,
        /// The members there.
        peers: Arc<[PeerId]>,
        /// The state.
        snapshot: S,
    },
}

impl<E, S> Message<E, S> {
    /// The term of its sender.
    pub const fn term(&self) -> u64 {
        match self {
            Self::VoteRequest { term, .. }
            | Self::VoteResponse { term, .. }
            | Self::Append { term, .. }
            | Self::AppendResponse { term, .. }
            | Self::InstallSnapshot { term, .. } => *term,
        }
    }

    /// Whether it is an `Append` that carries no entries.
    pub fn is_heartbeat(&self) -> bool {
        matches!(self, Self::Append { entries, .. } if entries.is_empty())
    }
}
