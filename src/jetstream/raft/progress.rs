//! What a member knows of the others, and what a quorum is.

use crate::kernel::{Span, Time};
use crate::sorted;

use super::PeerId;

/// What a member knows of another one. Indexes mean something only while it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The other member.
    pub peer: PeerId,
    /// Up to here its log is known to equal the leader's.
    pub match_index: u64,
    /// The next index to send; what lies between is on its way.
    pub next_index: u64,
    /// When it was last heard from, if ever in this life.
    pub last_heard: Option<Time>,
    /// The catch-up under way, if it is behind.
    pub catch_up: Option<CatchUp>,
}

/// A catch-up: a follower said from where it needs entries, and they are on their way to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatchUp {
    /// The first index which it has not confirmed yet.
    pub from: u64,
    /// With this index the catch-up is over: the end of the leader's log when it began.
    pub until: u64,
    /// When it began, or was last seen to go on.
    pub asked: Time,
}

impl Progress {
    /// Nothing known yet of `peer`.
    pub(super) const fn unknown(peer: PeerId) -> Self {
        Self { peer, match_index: 0, next_index: 1, last_heard: None, catch_up: None }
    }

    /// Whether it was heard from less than `window` ago.
    pub fn is_heard(&self, now: Time, window: Span) -> bool {
        self.last_heard.is_some_and(|heard| now.since(heard) < window)
    }

    /// Whether everything up to `last_index` was sent to it, and nothing was missed on the way as
    /// far as is known.
    pub(super) const fn was_sent_all(&self, last_index: u64) -> bool {
        self.catch_up.is_none() && self.next_index == last_index + 1
    }
}

/// How many of `members` are a quorum. Dead members count as members.
pub const fn quorum(members: usize) -> usize {
    members / 2 + 1
}

/// The highest index which a quorum has, given the last index of every member.
pub(super) fn quorum_index(mut last_indexes: Vec<u64>) -> u64 {
    sorted::sort(&mut last_indexes);
    let short = last_indexes.len().saturating_sub(quorum(last_indexes.len()));
    last_indexes.get(short).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quorum_table() {
        let table: Vec<_> = (1..=6).map(|members| (members, quorum(members))).collect();
        assert_eq!(table, [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (6, 4)]);
    }

    #[test]
    fn an_index_is_committed_when_a_quorum_has_it() {
        for (indexes, committed) in [
            (vec![], 0),
            (vec![7], 7),
            (vec![7, 3], 3),
            (vec![7, 0, 0], 0),
            (vec![7, 5, 0], 5),
            (vec![5, 0, 7], 5),
            (vec![7, 7, 7], 7),
            (vec![9, 8, 7, 6], 7),
            (vec![9, 8, 7, 6, 5], 7),
            (vec![9, 9, 1, 1, 1], 1),
        ] {
            assert_eq!(quorum_index(indexes.clone()), committed, "{indexes:?}");
        }
    }

    #[test]
    fn every_two_quorums_share_a_member() {
        for members in 1..=9 {
            assert!(2 * quorum(members) > members, "{members}");
        }
    }
}
