//! What can be seen of a member from outside: for its server, for stream info, for the inspector.

use std::sync::Arc;

use crate::kernel::Time;

use super::member::{Raft, Role, State};
use super::progress::{Progress, quorum};
use super::{LogEntry, Luck, PeerId, Timing};

impl<E, S> Raft<E, S> {
    /// The member.
    pub const fn id(&self) -> PeerId {
        self.id
    }

    /// All members, in order, as its log names them. This one need not be among them.
    pub fn peers(&self) -> &[PeerId] {
        &self.disk.peers
    }

    /// Whether the vote and the copy of `peer` count, as its log has it.
    pub fn is_member(&self, peer: PeerId) -> bool {
        self.disk.peers.contains(&peer)
    }

    /// Whether it is the only member.
    pub fn is_alone(&self) -> bool {
        *self.disk.peers == [self.id]
    }

    /// The times and limits of the group.
    pub const fn timing(&self) -> &Timing {
        &self.timing
    }

    /// Its role.
    pub const fn role(&self) -> Role {
        match self.volatile.state {
            State::Follower => Role::Follower,
            State::Candidate { .. } => Role::Candidate,
            State::Leader(_) => Role::Leader,
        }
    }

    /// Whether it leads, shown or not.
    pub const fn is_leader(&self) -> bool {
        matches!(self.volatile.state, State::Leader(_))
    }

    /// Whether it leads and has applied everything that was committed before its term.
    pub const fn is_established(&self) -> bool {
        matches!(&self.volatile.state, State::Leader(leader) if leader.is_established)
    }

    /// Since when it leads.
    pub const fn leader_since(&self) -> Option<Time> {
        match &self.volatile.state {
            State::Leader(leader) => Some(leader.since),
            State::Follower | State::Candidate { .. } => None,
        }
    }

    /// Its term.
    pub const fn term(&self) -> u64 {
        self.disk.term
    }

    /// For whom it voted in its term.
    pub const fn voted_for(&self) -> Option<PeerId> {
        self.disk.voted_for
    }

    /// The leader as far as it knows.
    pub const fn leader(&self) -> Option<PeerId> {
        self.volatile.leader
    }

    /// How its next election goes, if that is not left to chance.
    pub const fn luck(&self) -> Option<Luck> {
        self.volatile.luck
    }

    /// Everything up to this index is committed as far as it knows.
    pub const fn commit(&self) -> u64 {
        self.volatile.commit
    }

    /// Everything up to this index was handed out to be applied.
    pub const fn applied(&self) -> u64 {
        self.volatile.applied
    }

    /// The index of the last entry of its log, compacted or not; 0 if there never was one.
    pub fn last_index(&self) -> u64 {
        self.disk.log.last().index
    }

    /// The term of that entry.
    pub fn last_term(&self) -> u64 {
        self.disk.log.last().term
    }

    /// The index of the first entry that is not compacted; one more than the last if all are.
    pub const fn first_index(&self) -> u64 {
        self.disk.log.first_index()
    }

    /// The entry at `index`, unless it is compacted or not there yet.
    pub fn entry(&self, index: u64) -> Option<&Arc<LogEntry<E>>> {
        self.disk.log.get(index)
    }

    /// The snapshot in place of the compacted entries.
    pub const fn snapshot(&self) -> Option<&S> {
        self.disk.snapshot.as_ref()
    }

    /// What it knows of another member. Its indexes mean something only while this one leads.
    pub fn progress(&self, peer: PeerId) -> Option<&Progress> {
        self.volatile.progress.iter().find(|progress| progress.peer == peer)
    }

    /// Whether `peer` has everything this member has applied, and was heard from of late: the
    /// `current` of stream info. Stays true for up to 10 s after a crash.
    pub fn is_current(&self, peer: PeerId, now: Time) -> bool {
        if peer == self.id {
            return self.is_leader()
                || self.is_alone()
                || (self.volatile.commit > 0
                    && self.volatile.leader.is_some()
                    && !self.volatile.catching_up);
        }
        self.progress(peer).is_some_and(|progress| {
            let has_all =
                self.volatile.leader == Some(peer) || progress.match_index >= self.volatile.applied;
            has_all && progress.is_heard(now, self.timing.lost_quorum)
        })
    }

    /// Whether it has applied everything that a leader of this life knew to be committed.
    pub const fn is_up_to_date(&self) -> bool {
        let told = self.volatile.told_commit;
        self.is_established() || (told > 0 && self.volatile.applied >= told)
    }

    /// How many committed entries `peer` is not known to have: the `lag` of stream info. Counts
    /// entries of the log, not messages. Means something only while this member leads.
    pub fn lag(&self, peer: PeerId) -> u64 {
        self.progress(peer)
            .map_or(0, |progress| self.volatile.commit.saturating_sub(progress.match_index))
    }

    /// Whether this member has heard of late from enough others to be part of a majority.
    pub fn has_quorum(&self, now: Time) -> bool {
        let window = self.timing.lost_quorum;
        let members = self.volatile.progress.iter().filter(|other| self.is_member(other.peer));
        let heard = members.filter(|peer| peer.is_heard(now, window));
        heard.count() + 1 >= quorum(self.disk.peers.len())
    }
}
