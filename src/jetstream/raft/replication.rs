//! The leader's side of replication: how its log becomes everybody's, and when an entry is safe.
//!
//! An entry is sent to all followers at once, without waiting for their answers. A follower that
//! missed something refuses what comes after it and says what it has; the leader then sends
//! everything from there, once, however many refusals come.

use std::sync::Arc;

use thiserror::Error;

use crate::kernel::Time;

use super::log::Position;
use super::member::{Raft, Received, State};
use super::message::{Entries, LogEntry};
use super::progress::{CatchUp, quorum_index};
use super::{Entry, Message, Output, PeerId};

/// Only the leader can do this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this member does not lead the group")]
pub struct NotLeader {
    /// The leader as far as this member knows.
    pub leader: Option<PeerId>,
}

impl<E: Clone, S: Clone> Raft<E, S> {
    /// Puts an entry into the leader's log and sends it to the others. Returns its index. It is
    /// committed when [`Output::Apply`] comes with that index and this term; if leadership is lost
    /// first, nobody knows yet whether it will be.
    ///
    /// # Errors
    /// [`NotLeader`], with the leader this member knows of.
    pub fn propose(
        &mut self,
        now: Time,
        entry: E,
        out: &mut Vec<Output<E, S>>,
    ) -> Result<u64, NotLeader> {
        if !self.is_leader() {
            return Err(NotLeader { leader: self.volatile.leader });
        }
        Ok(self.append(now, Entry::Normal(entry), out))
    }

    /// Appends to the leader's own log and sends the entry to the followers that were sent all
    /// before it. The others get it when they have that.
    pub(super) fn append(&mut self, now: Time, data: Entry<E>, out: &mut Vec<Output<E, S>>) -> u64 {
        let prev = self.disk.log.last();
        let index = prev.index + 1;
        let entry = Arc::new(LogEntry { index, term: self.disk.term, data });
        self.disk.log.push(Arc::clone(&entry));
        self.read_peers(&entry, out);
        out.push(Output::Write { index, alone: self.is_alone() });
        if let State::Leader(leader) = &mut self.volatile.state {
            leader.last_append = now;
        }
        let message = self.append_message(prev, Arc::from([entry]));
        for progress in &mut self.volatile.progress {
            if progress.next_index == index {
                progress.next_index = index + 1;
                out.push(Output::Send { to: progress.peer, message: message.clone() });
            }
        }
        self.advance_commit(out);
        index
    }

    /// The disk has the log of this leader up to `index`. Where it is alone, a quorum has it then.
    pub fn written(&mut self, index: u64, out: &mut Vec<Output<E, S>>) {
        if let State::Leader(leader) = &mut self.volatile.state {
            leader.written = leader.written.max(index);
            self.advance_commit(out);
        }
    }

    /// The leader's timers.
    pub(super) fn tick_leader(&mut self, now: Time, out: &mut Vec<Output<E, S>>) {
        let State::Leader(leader) = &mut self.volatile.state else { return };
        let check_is_due = leader.quorum_check <= now;
        // A process that was frozen does not make up for the ticks it missed.
        while leader.quorum_check <= now {
            leader.quorum_check += self.timing.lost_quorum;
        }
        let beat_is_due = leader.heartbeat <= now;
        while leader.heartbeat <= now {
            leader.heartbeat += self.timing.heartbeat;
        }
        let is_idle = now.since(leader.last_append) >= self.timing.heartbeat;
        if check_is_due && self.check_quorum(now, out) {
            return;
        }
        if beat_is_due && is_idle {
            self.send_heartbeat(out);
        }
    }

    /// Tells everybody the commit index and where the log ends, so that whoever missed something
    /// notices.
    pub(super) fn send_heartbeat(&self, out: &mut Vec<Output<E, S>>) {
        let message = self.append_message(self.disk.log.last(), Entries::default());
        for progress in &self.volatile.progress {
            self.send(progress.peer, message.clone(), out);
        }
    }

    /// The same to one of them.
    pub(super) fn beat(&self, to: PeerId, out: &mut Vec<Output<E, S>>) {
        let message = self.append_message(self.disk.log.last(), Entries::default());
        self.send(to, message, out);
    }

    fn append_message(&self, prev: Position, entries: Entries<E>) -> Message<E, S> {
        Message::Append {
            term: self.disk.term,
            commit: self.volatile.commit,
            prev_term: prev.term,
            prev_index: prev.index,
            entries,
        }
    }

    pub(super) fn on_append_response(
        &mut self,
        received: Received,
        index: u64,
        success: bool,
        out: &mut Vec<Output<E, S>>,
    ) {
        if received.term > self.disk.term {
            self.adopt_term(received, None, out);
        }
        if received.term != self.disk.term || !self.is_leader() {
            return;
        }
        if success {
            self.on_accepted(received, index, out);
        } else {
            self.on_missing(received, index, out);
        }
    }

    fn on_accepted(&mut self, received: Received, index: u64, out: &mut Vec<Output<E, S>>) {
        let Received { now, from, .. } = received;
        let last_index = self.disk.log.last().index;
        let index = index.min(last_index);
        let Some(progress) = self.progress_mut(from) else { return };
        progress.match_index = progress.match_index.max(index);
        progress.next_index = progress.next_index.max(index + 1);
        progress.catch_up = progress
            .catch_up
            .filter(|catch_up| index < catch_up.until)
            .map(|catch_up| CatchUp { from: catch_up.from.max(index + 1), asked: now, ..catch_up });
        let has_more = progress.next_index <= last_index;
        if self.advance_commit(out) {
            self.send_heartbeat(out);
        }
        if has_more {
            self.send_from_next(from, out);
        }
    }

    /// A follower lacks what comes after `index`, or what it has there is of another leader.
    fn on_missing(&mut self, received: Received, index: u64, out: &mut Vec<Output<E, S>>) {
        let Received { now, from, .. } = received;
        let last_index = self.disk.log.last().index;
        let index = index.min(last_index);
        let stalled = self.timing.stalled;
        let Some(progress) = self.progress_mut(from) else { return };
        let is_on_its_way = progress.catch_up.is_some_and(|catch_up| {
            index + 1 >= catch_up.from && now.since(catch_up.asked) < stalled
        });
        if is_on_its_way {
            // Everything that was under way when the first message got lost is refused like this.
            return;
        }
        // The match is lowered too: a follower may have lost what it once confirmed.
        progress.match_index = progress.match_index.min(index);
        progress.next_index = index + 1;
        progress.catch_up = Some(CatchUp { from: index + 1, until: last_index, asked: now });
        self.send_from_next(from, out);
    }

    /// Sends a follower the next entries it lacks, or the snapshot if they are compacted.
    fn send_from_next(&mut self, to: PeerId, out: &mut Vec<Output<E, S>>) {
        let Some(next) = self.progress(to).map(|progress| progress.next_index) else { return };
        let start = self.disk.log.start();
        let (message, next) = match (self.disk.log.term_at(next - 1), &self.disk.snapshot) {
            (Some(term), _) => {
                let entries = self.disk.log.range(next, self.timing.append_batch);
                let after = next + entries.len() as u64;
                (self.append_message(Position { term, index: next - 1 }, entries), after)
            }
            (None, Some(snapshot)) => {
                let message = Message::InstallSnapshot {
                    term: self.disk.term,
                    last_index: start.index,
                    last_term: start.term,
                    peers: Arc::clone(&self.disk.peers_before),
                    snapshot: snapshot.clone(),
                };
                (message, start.index + 1)
            }
            (None, None) => return,
        };
        if let Some(progress) = self.progress_mut(to) {
            progress.next_index = next;
        }
        self.send(to, message, out);
    }

    /// Commits what a quorum has. Returns whether that was more than before.
    ///
    /// Only an entry of the own term commits by counting: an older one could still be replaced by
    /// a leader that never saw it.
    pub(super) fn advance_commit(&mut self, out: &mut Vec<Output<E, S>>) -> bool {
        let State::Leader(leader) = &self.volatile.state else { return false };
        // Beside others its own copy is no question: they were sent nothing that it has not written.
        let own = if self.is_alone() { leader.written } else { self.disk.log.last().index };
        let others = self.volatile.progress.iter().map(|other| (other.peer, other.match_index));
        let counted = others.chain([(self.id, own)]).filter(|(peer, _)| self.is_member(*peer));
        let index = quorum_index(counted.map(|(_, index)| index).collect());
        let advances =
            index > self.volatile.commit && self.disk.log.term_at(index) == Some(self.disk.term);
        if advances {
            self.commit_up_to(index, out);
        }
        advances
    }

    /// Everything up to `index` is committed: applies it. Followers do this too.
    pub(super) fn commit_up_to(&mut self, index: u64, out: &mut Vec<Output<E, S>>) {
        if index <= self.volatile.commit {
            return;
        }
        self.volatile.commit = index;
        out.push(Output::Committed { term: self.disk.term, index });
        while self.volatile.applied < index {
            let Some(entry) = self.disk.log.get(self.volatile.applied + 1) else { return };
            self.volatile.applied = entry.index;
            if let Entry::Normal(data) = &entry.data {
                let (index, term, entry) = (entry.index, entry.term, data.clone());
                out.push(Output::Apply { index, term, entry });
            }
            if let State::Leader(leader) = &mut self.volatile.state
                && leader.peer_state == self.volatile.applied
            {
                leader.is_established = true;
                out.push(Output::BecameLeader { term: self.disk.term });
            }
        }
    }
}
