//! What is due next in a move, as the leader of the group sees it.

use crate::jetstream::raft::{PeerId, quorum};
use crate::kernel::{ProcId, Time};

use super::super::group::GroupRaft;
use super::Desired;

/// What the leader of a group that moves has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) enum Next {
    /// Nothing yet: it does not lead, or the change before is not committed.
    Wait,
    /// Choose who stays.
    Select,
    /// Have the new servers get their copies.
    Expand,
    /// Wait until a new server has everything.
    CatchUp,
    /// Make a server a member.
    Add(PeerId),
    /// Make a server no member any more.
    Remove(PeerId),
    /// Leave the lead to a member that stays.
    HandOver(PeerId),
    /// Wait for a member that stays and could lead.
    Heir,
    /// Say that it is done.
    Finish,
}

impl Next {
    /// Whether all servers that are to come are there.
    pub(in crate::server) fn is_complete(self) -> bool {
        matches!(self, Self::Remove(_) | Self::HandOver(_) | Self::Heir | Self::Finish)
    }
}

/// What is due. `home`: the servers that have copies. `is_offline`: whether a server is known to be
/// gone.
pub(in crate::server) fn next(
    home: &[ProcId],
    desired: &Desired,
    raft: &GroupRaft,
    now: Time,
    is_offline: &dyn Fn(ProcId) -> bool,
) -> Next {
    if !raft.is_established() || raft.is_changing_peers() {
        return Next::Wait;
    }
    if desired.peers.is_empty() {
        return Next::Select;
    }
    if desired.peers.iter().any(|peer| !home.contains(peer)) {
        return Next::Expand;
    }
    let to_come = || desired.peers.iter().filter(|peer| !raft.is_member(peer.0));
    if let Some(ready) = to_come().find(|peer| has_everything(raft, peer.0, now)) {
        return Next::Add(ready.0);
    }
    if let Some(first) = to_come().next() {
        // Who is gone cannot catch up. It is counted, if the others are enough without it.
        let members = raft.peers().len() + 1;
        let here = raft.peers().iter().filter(|peer| is_here(raft, **peer, now)).count();
        let all_gone = to_come().all(|peer| is_offline(*peer));
        return if all_gone && here >= quorum(members) {
            Next::Add(first.0)
        } else {
            Next::CatchUp
        };
    }
    let stays = |peer: &PeerId| desired.peers.contains(&ProcId(*peer));
    if !stays(&raft.id()) {
        let heirs = raft.peers().iter().filter(|peer| stays(peer));
        let heir = heirs.copied().find(|peer| has_everything(raft, *peer, now));
        return heir.map_or(Next::Heir, Next::HandOver);
    }
    match raft.peers().iter().rev().find(|peer| !stays(peer)) {
        Some(gone) => Next::Remove(*gone),
        None => Next::Finish,
    }
}

fn is_here(raft: &GroupRaft, peer: PeerId, now: Time) -> bool {
    let window = raft.timing().transfer_health;
    peer == raft.id() || raft.progress(peer).is_some_and(|known| known.is_heard(now, window))
}

fn has_everything(raft: &GroupRaft, peer: PeerId, now: Time) -> bool {
    is_here(raft, peer, now)
        && raft.progress(peer).is_some_and(|known| known.match_index >= raft.commit())
}
