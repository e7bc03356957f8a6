//! The follower's side of replication: whom it follows, and how its log becomes the leader's.
//!
//! A follower takes entries only if the one before them fits. So two logs that have an entry of the
//! same index and term are equal up to there.

use std::sync::Arc;

use super::log::{Log, Position};
use super::member::{Raft, Received, State};
use super::message::LogEntry;
use super::{Message, Output, PeerId};

impl<E: Clone, S: Clone> Raft<E, S> {
    /// Follows the sender. Returns false if its term is over.
    fn follow(&mut self, received: Received, out: &mut Vec<Output<E, S>>) -> bool {
        let Received { now, from, term } = received;
        if !self.volatile.transfer_asked {
            self.reset_election(now);
        }
        if term < self.disk.term {
            let index = self.disk.log.last().index;
            self.respond(from, index, false, out);
            return false;
        }
        if term > self.disk.term {
            self.adopt_term(received, Some(from), out);
        } else if !matches!(self.volatile.state, State::Follower) {
            self.become_follower(now, Some(from), "saw another leader", out);
        } else {
            self.set_leader(Some(from), out);
        }
        true
    }

    pub(super) fn on_append(
        &mut self,
        received: Received,
        commit: u64,
        prev: Position,
        entries: &[Arc<LogEntry<E>>],
        out: &mut Vec<Output<E, S>>,
    ) {
        if !self.follow(received, out) {
            return;
        }
        self.volatile.told_commit = self.volatile.told_commit.max(commit);
        let last = self.disk.log.last();
        if prev.index > last.index {
            self.volatile.catching_up = true;
            return self.respond(received.from, last.index, false, out);
        }
        // What is compacted is committed, so the leader has it too.
        let fits = prev.index < self.disk.log.start().index
            || self.disk.log.term_at(prev.index) == Some(prev.term);
        if !fits {
            self.drop_from(prev.index, out);
            self.volatile.catching_up = true;
            return self.respond(received.from, self.volatile.commit, false, out);
        }
        self.volatile.catching_up = false;
        self.store(received, entries, out);
        let shared = prev.index + entries.len() as u64;
        self.commit_up_to(commit.min(shared), out);
        self.respond(received.from, shared, true, out);
    }

    /// Takes the entries it does not have yet.
    fn store(
        &mut self,
        received: Received,
        entries: &[Arc<LogEntry<E>>],
        out: &mut Vec<Output<E, S>>,
    ) {
        let mut is_changed = false;
        for entry in entries {
            if entry.index <= self.disk.log.start().index
                || self.disk.log.term_at(entry.index) == Some(entry.term)
            {
                continue;
            }
            self.drop_from(entry.index, out);
            self.disk.log.push(Arc::clone(entry));
            self.read_peers(entry, out);
            is_changed = true;
            // Only from the leader that wishes it: not when a later one sends the same log.
            if entry.is_transfer_to(self.id) && entry.term == received.term {
                self.on_transfer(received.now);
            }
        }
        if is_changed {
            out.push(Output::Appended { term: received.term, index: self.disk.log.last().index });
        }
    }

    pub(super) fn on_install_snapshot(
        &mut self,
        received: Received,
        last: Position,
        peers: &Arc<[PeerId]>,
        snapshot: S,
        out: &mut Vec<Output<E, S>>,
    ) {
        if !self.follow(received, out) {
            return;
        }
        self.volatile.catching_up = false;
        if last.index <= self.volatile.commit {
            return self.respond(received.from, self.volatile.commit, true, out);
        }
        if self.disk.log.term_at(last.index) == Some(last.term) {
            // What comes after may be committed with this member's help: it stays.
            self.disk.peers_before = Arc::clone(peers);
            self.disk.log.compact(last.index);
        } else {
            self.disk.log = Log::starting_at(last);
            if last.index > self.disk.peers_floor {
                self.disk.peers_before = Arc::clone(peers);
                self.disk.peers_at = 0;
                self.adopt_peers(peers, out);
            }
        }
        self.disk.snapshot = Some(snapshot.clone());
        self.volatile.commit = last.index;
        self.volatile.applied = last.index;
        out.push(Output::InstallSnapshot { snapshot, index: last.index });
        self.respond(received.from, last.index, true, out);
    }

    fn respond(&self, to: PeerId, index: u64, success: bool, out: &mut Vec<Output<E, S>>) {
        self.send(to, Message::AppendResponse { term: self.disk.term, index, success }, out);
    }

    /// Drops the entries from `index` on: they are of a leader that is no more. Committed ones are
    /// never among them, unless disks were lost. What was applied in their place then stays applied,
    /// and this member's state differs from the others' for good, as it does in reality.
    fn drop_from(&mut self, index: u64, out: &mut Vec<Output<E, S>>) {
        if index > self.disk.log.start().index {
            self.disk.log.truncate_after(index - 1);
        } else {
            // Even the snapshot is of another history.
            self.disk.log = Log::starting_at(Position::default());
            self.disk.snapshot = None;
        }
        self.recall_peers(index, out);
        let last_index = self.disk.log.last().index;
        self.volatile.commit = self.volatile.commit.min(last_index);
        self.volatile.applied = self.volatile.applied.min(last_index);
    }
}
