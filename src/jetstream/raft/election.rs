//! How a group finds its leader, and how a leader stops being one.
//!
//! Two members cannot lead in the same term: each votes once in a term, and two majorities share a
//! member. A leader has every committed entry: a majority has the entry, and a member gives its vote
//! only to a log that reaches at least as far as its own.

use crate::kernel::Time;

use super::log::Position;
use super::member::{Leader, Raft, Received, State, Vote};
use super::progress::quorum;
use super::replication::NotLeader;
use super::{Entry, Luck, Message, Output, PeerId, Progress, Timing};

impl<E: Clone, S: Clone> Raft<E, S> {
    /// The election timer of a follower or candidate.
    pub(super) fn tick_election(&mut self, now: Time, out: &mut Vec<Output<E, S>>) {
        if now < self.volatile.election {
            return;
        }
        if !self.is_member(self.id) {
            self.reset_election(now);
        } else if self.volatile.catching_up && !self.volatile.transfer_asked {
            // Somebody else has more. But only for one round: if all wait, nobody has.
            self.volatile.catching_up = false;
            self.reset_election(now);
        } else {
            self.campaign(now, out);
        }
    }

    pub(super) fn campaign(&mut self, now: Time, out: &mut Vec<Output<E, S>>) {
        if matches!(self.volatile.state, State::Candidate { .. }) {
            self.say_quorum_lost(now, out);
        }
        self.set_leader(None, out);
        self.disk.term += 1;
        self.disk.voted_for = Some(self.id);
        self.volatile.transfer_asked = false;
        self.volatile.luck = self.volatile.luck.filter(|luck| *luck != Luck::Together);
        self.reset_election(now);
        let own = Vote { from: self.id, empty: false };
        self.volatile.state = State::Candidate { votes: vec![own] };

        let (term, last) = (self.disk.term, self.disk.log.last());
        // Alone there is nobody to ask.
        if !self.is_alone() {
            out.push(Output::Campaigned { term });
        }
        for progress in &self.volatile.progress {
            let request =
                Message::VoteRequest { term, last_term: last.term, last_index: last.index };
            self.send(progress.peer, request, out);
        }
        self.lead_if_elected(now, out);
    }

    pub(super) fn on_vote_request(
        &mut self,
        received: Received,
        last: Position,
        out: &mut Vec<Output<E, S>>,
    ) {
        let Received { now, from, term } = received;
        if term > self.disk.term {
            self.adopt_term(received, None, out);
        }
        let granted = term == self.disk.term
            && self.disk.voted_for.is_none_or(|vote| vote == from)
            && last >= self.disk.log.last();
        if granted {
            self.disk.voted_for = Some(from);
            self.reset_election(now);
            out.push(Output::VotedFor { term, candidate: from });
        } else if term == self.disk.term && self.disk.voted_for.is_none() {
            // It refused only because its own log is newer, so it would do better itself.
            let Timing { campaign_min, campaign_max, .. } = self.timing;
            self.volatile.election = now + self.rng.span(campaign_min, campaign_max);
        }
        let empty = self.disk.lost_log && self.disk.log.is_empty();
        self.send(from, Message::VoteResponse { term: self.disk.term, granted, empty }, out);
    }

    pub(super) fn on_vote_response(
        &mut self,
        received: Received,
        granted: bool,
        empty: bool,
        out: &mut Vec<Output<E, S>>,
    ) {
        let Received { now, from, term } = received;
        if term > self.disk.term {
            self.adopt_term(received, None, out);
        } else if term == self.disk.term
            && granted
            && let State::Candidate { votes } = &mut self.volatile.state
        {
            if votes.iter().all(|vote| vote.from != from) {
                votes.push(Vote { from, empty });
            }
            self.lead_if_elected(now, out);
        }
    }

    fn lead_if_elected(&mut self, now: Time, out: &mut Vec<Output<E, S>>) {
        let State::Candidate { votes } = &self.volatile.state else { return };
        let members = self.disk.peers.len();
        let counted = || votes.iter().filter(|vote| self.is_member(vote.from));
        let full = counted().filter(|vote| !vote.empty).count();
        // A member that lost its log may have had what this candidate lacks. Only when everybody
        // has answered is it sure that nobody has.
        if full < quorum(members) && counted().count() < members {
            return;
        }
        let next_index = self.disk.log.last().index + 1;
        for progress in &mut self.volatile.progress {
            progress.match_index = 0;
            progress.next_index = next_index;
            progress.catch_up = None;
        }
        self.volatile.catching_up = false;
        self.volatile.state = State::Leader(Leader {
            since: now,
            peer_state: next_index,
            is_established: false,
            written: 0,
            last_append: now,
            heartbeat: now + self.timing.heartbeat,
            quorum_check: now + self.timing.lost_quorum,
        });
        self.set_leader(Some(self.id), out);
        self.append(now, Entry::PeerState(self.disk.peers.to_vec()), out);
    }

    /// Leaves the leadership, if possible to another member: to `preferred` if that one is well,
    /// else to the one that is furthest. Returns to whom.
    ///
    /// # Errors
    /// [`NotLeader`] if there is nothing to leave.
    pub fn step_down(
        &mut self,
        now: Time,
        preferred: Option<PeerId>,
        out: &mut Vec<Output<E, S>>,
    ) -> Result<Option<PeerId>, NotLeader> {
        if !self.is_leader() {
            return Err(NotLeader { leader: self.volatile.leader });
        }
        let last_index = self.disk.log.last().index;
        let able = |progress: &&Progress| {
            self.is_member(progress.peer)
                && progress.is_heard(now, self.timing.transfer_health)
                && progress.was_sent_all(last_index)
        };
        let candidates = || self.volatile.progress.iter().filter(able);
        let target = candidates()
            .find(|progress| Some(progress.peer) == preferred)
            .or_else(|| candidates().rev().max_by_key(|progress| progress.match_index))
            .map(|progress| progress.peer);
        if let Some(peer) = target {
            self.append(now, Entry::LeaderTransfer(peer), out);
        }
        self.become_follower(now, None, "stepped down", out);
        Ok(target)
    }

    /// The leader asked this member to take over.
    pub(super) fn on_transfer(&mut self, now: Time) {
        self.volatile.transfer_asked = true;
        self.volatile.election = now + self.timing.transfer_campaign;
    }

    /// A higher term exists: whoever this member was, it is a follower in that term.
    pub(super) fn adopt_term(
        &mut self,
        received: Received,
        leader: Option<PeerId>,
        out: &mut Vec<Output<E, S>>,
    ) {
        let Received { now, term, .. } = received;
        // Before the term is gone of which it has to speak.
        self.resign("saw a higher term", out);
        self.disk.term = term;
        self.disk.voted_for = None;
        if matches!(self.volatile.state, State::Follower) {
            // Its timer keeps running: it must not wait longer because of somebody for whom it will
            // perhaps not vote.
            self.set_leader(leader, out);
        } else {
            self.become_follower(now, leader, "saw a higher term", out);
        }
    }

    /// Follows `leader`, or waits for one, in the present term.
    pub(super) fn become_follower(
        &mut self,
        now: Time,
        leader: Option<PeerId>,
        why: &'static str,
        out: &mut Vec<Output<E, S>>,
    ) {
        self.resign(why, out);
        self.volatile.state = State::Follower;
        self.volatile.transfer_asked = false;
        self.reset_election(now);
        self.set_leader(leader, out);
    }

    /// Tells the owner that this leader, if it had shown itself, leads no more.
    fn resign(&mut self, why: &'static str, out: &mut Vec<Output<E, S>>) {
        if let State::Leader(leader) = &mut self.volatile.state
            && std::mem::take(&mut leader.is_established)
        {
            out.push(Output::LostLeadership { term: self.disk.term, why });
        }
    }

    pub(super) fn set_leader(&mut self, leader: Option<PeerId>, out: &mut Vec<Output<E, S>>) {
        if self.volatile.leader != leader {
            self.volatile.leader = leader;
            if leader.is_some() {
                self.volatile.luck = None;
            }
            out.push(Output::LeaderChanged { leader, term: self.disk.term });
        }
    }

    /// The leader's look whether a majority is still there. Returns whether it stepped down.
    pub(super) fn check_quorum(&mut self, now: Time, out: &mut Vec<Output<E, S>>) -> bool {
        if self.has_quorum(now) {
            return false;
        }
        self.become_follower(now, None, "lost its quorum", out);
        out.push(Output::QuorumLost);
        true
    }

    /// A candidate that nobody answers says so, but not at every attempt.
    fn say_quorum_lost(&mut self, now: Time, out: &mut Vec<Output<E, S>>) {
        let again = self.timing.lost_quorum_again;
        if !self.has_quorum(now)
            && self.volatile.quorum_lost_said.is_none_or(|said| now.since(said) > again)
        {
            self.volatile.quorum_lost_said = Some(now);
            out.push(Output::QuorumLost);
        }
    }
}
