//! Who is a member: whose votes and copies count, and how that changes.
//!
//! The members stand in the log. The last peer-state entry in it names them, committed or not; so
//! every member knows them as its log knows them, and forgets them with the entry if that is
//! replaced. One member comes or goes at a time, and not before the change before is committed: a
//! majority of the old members and one of the new ones then always share a member, so that there
//! are never two leaders in a term (Ongaro 2014, chapter 4).
//!
//! Beside the members there are *contacts*: servers that the owner says belong to the group, too. A
//! leader sends them everything, but they are not counted and do not campaign. So a new server
//! catches up first and becomes a member then.

use std::sync::Arc;

use crate::kernel::Time;

use super::lifecycle::{in_order, others};
use super::member::{Raft, State};
use super::message::LogEntry;
use super::{Entry, Output, PeerId, Progress};

impl<E: Clone, S: Clone> Raft<E, S> {
    /// These servers belong to the group, members or not yet.
    pub fn set_contacts(&mut self, now: Time, contacts: Vec<PeerId>, out: &mut Vec<Output<E, S>>) {
        let contacts = in_order(contacts);
        if self.disk.contacts == contacts {
            return;
        }
        self.disk.contacts = contacts;
        self.meet();
        if let State::Leader(leader) = &mut self.volatile.state {
            // Who is new gets time to come up, and hears at once of what it lacks.
            leader.heartbeat = now + self.timing.heartbeat;
            leader.quorum_check = now + self.timing.lost_quorum;
            self.send_heartbeat(out);
        }
    }

    /// Tells contacts that were never heard of where the log ends: they may have come up by now.
    pub fn greet(&self, out: &mut Vec<Output<E, S>>) {
        if self.is_leader() {
            let unheard = |progress: &&Progress| progress.last_heard.is_none();
            let peers: Vec<PeerId> =
                self.volatile.progress.iter().filter(unheard).map(|other| other.peer).collect();
            peers.into_iter().for_each(|peer| self.beat(peer, out));
        }
    }

    /// The leader's wish to have one member more or less. Returns whether it is on its way: only a
    /// leader that has shown itself can, it cannot remove itself, and one change waits for the one
    /// before.
    pub fn change_peers(
        &mut self,
        now: Time,
        peers: Vec<PeerId>,
        out: &mut Vec<Output<E, S>>,
    ) -> bool {
        let peers = in_order(peers);
        let gone = self.disk.peers.iter().filter(|peer| !peers.contains(peer)).count();
        let come = peers.iter().filter(|peer| !self.is_member(**peer)).count();
        let may = self.is_established()
            && self.disk.peers_at <= self.volatile.commit
            && gone + come == 1
            && peers.contains(&self.id);
        if may {
            self.append(now, Entry::PeerState(peers.to_vec()), out);
        }
        may
    }

    /// Whether a change of the members is on its way.
    pub fn is_changing_peers(&self) -> bool {
        self.disk.peers_at > self.volatile.commit
    }

    /// An entry came into the log: it may name the members.
    pub(super) fn read_peers(&mut self, entry: &LogEntry<E>, out: &mut Vec<Output<E, S>>) {
        if let Entry::PeerState(peers) = &entry.data
            && entry.index > self.disk.peers_floor
        {
            self.disk.peers_at = entry.index;
            self.adopt_peers(peers, out);
        }
    }

    /// The members are these from now on.
    pub(super) fn adopt_peers(&mut self, peers: &[PeerId], out: &mut Vec<Output<E, S>>) {
        if *self.disk.peers != *peers {
            self.disk.peers = peers.into();
            self.meet();
            out.push(Output::MembersChanged { peers: Arc::clone(&self.disk.peers) });
        }
    }

    /// The end of the log is gone from `index` on: the members are those of what is left.
    pub(super) fn recall_peers(&mut self, index: u64, out: &mut Vec<Output<E, S>>) {
        if index <= self.disk.peers_at {
            let (at, peers) = self.peers_up_to(u64::MAX);
            self.disk.peers_at = at;
            self.adopt_peers(&peers, out);
        }
    }

    /// The last peer-state entry up to `index`, and the members then.
    pub(super) fn peers_up_to(&self, index: u64) -> (u64, Arc<[PeerId]>) {
        let log = &self.disk.log;
        let first = log.first_index().max(self.disk.peers_floor + 1);
        for at in (first..=index.min(log.last().index)).rev() {
            if let Some(Entry::PeerState(peers)) = log.get(at).map(|entry| &entry.data) {
                return (at, peers.as_slice().into());
            }
        }
        (0, Arc::clone(&self.disk.peers_before))
    }

    /// Keeps account of exactly the others that belong to the group.
    fn meet(&mut self) {
        let next_index = self.disk.log.last().index + 1;
        let known = std::mem::take(&mut self.volatile.progress);
        self.volatile.progress = others(self.id, &self.disk.peers, &self.disk.contacts)
            .map(|peer| {
                let stranger = || Progress { next_index, ..Progress::unknown(peer) };
                known.iter().find(|known| known.peer == peer).cloned().unwrap_or_else(stranger)
            })
            .collect();
    }
}
