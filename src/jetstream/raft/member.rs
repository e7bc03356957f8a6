//! The state of a member, and how messages and time reach the parts that act on them.

use std::sync::Arc;

use crate::kernel::{Rng, Time};

use super::log::{Log, Position};
use super::progress::Progress;
use super::{Luck, Message, Output, PeerId, Timing};

/// One member of a Raft group. `E` is the owner's entry, `S` the owner's snapshot of what it has
/// applied.
///
/// Time must not go backwards. Cloning costs a few reference counts, whatever the log's length.
#[derive(Debug, Clone)]
pub struct Raft<E, S> {
    pub(super) id: PeerId,
    pub(super) timing: Timing,
    pub(super) rng: Rng,
    pub(super) disk: Persistent<E, S>,
    pub(super) volatile: Volatile,
}

/// What is on disk: it survives a crash of the process.
#[derive(Debug, Clone)]
pub(super) struct Persistent<E, S> {
    /// All members, in order, as the end of the log names them. This one is among them unless it is
    /// yet to come or was removed.
    pub peers: Arc<[PeerId]>,
    /// Where in the log they are named; 0 if before its starting point.
    pub peers_at: u64,
    /// The members as they were at the starting point of the log.
    pub peers_before: Arc<[PeerId]>,
    /// What the log says of the members up to this index is older than what is known of them.
    pub peers_floor: u64,
    /// Everybody whom the owner knows to belong to the group, member or not.
    pub contacts: Arc<[PeerId]>,
    pub term: u64,
    pub voted_for: Option<PeerId>,
    pub log: Log<E>,
    /// The applied state at the starting point of the log, if that is not the beginning.
    pub snapshot: Option<S>,
    /// Whether this member once had a log and lost it with its disk.
    pub lost_log: bool,
}

/// What is in memory: a crash takes it away.
#[derive(Debug, Clone)]
pub(super) struct Volatile {
    pub state: State,
    pub leader: Option<PeerId>,
    pub commit: u64,
    /// Up to where everything is committed, as leaders of this life have told.
    pub told_commit: u64,
    pub applied: u64,
    /// When a follower or candidate campaigns.
    pub election: Time,
    /// Whether the leader asked this member to take over, so that nothing may delay its campaign.
    pub transfer_asked: bool,
    /// Whether this follower waits for entries it missed. Such a member does not campaign.
    pub catching_up: bool,
    /// When it last said that it has no quorum.
    pub quorum_lost_said: Option<Time>,
    /// How its next election goes, if that is not left to chance.
    pub luck: Option<Luck>,
    /// The other members and contacts, in the order of their ids.
    pub progress: Vec<Progress>,
}

/// The role of a member, and what only that role needs.
#[derive(Debug, Clone)]
pub(super) enum State {
    Follower,
    Candidate { votes: Vec<Vote> },
    Leader(Leader),
}

/// A vote that a candidate got.
#[derive(Debug, Clone, Copy)]
pub(super) struct Vote {
    pub from: PeerId,
    pub empty: bool,
}

/// What only a leader needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leader {
    pub since: Time,
    /// The index of the peer-state entry of its term.
    pub peer_state: u64,
    /// Whether that entry is applied.
    pub is_established: bool,
    /// Up to where its own disk is known to have its log. Asked only where it is alone: others have nothing
    /// that it has not written.
    pub written: u64,
    pub last_append: Time,
    pub heartbeat: Time,
    pub quorum_check: Time,
}

/// What every message brings: when it came, from whom, and the sender's term.
#[derive(Debug, Clone, Copy)]
pub(super) struct Received {
    pub now: Time,
    pub from: PeerId,
    pub term: u64,
}

/// The role of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It follows a leader, or waits for one.
    Follower,
    /// It asks for votes.
    Candidate,
    /// It leads. Whether it shows itself yet: [`Raft::is_established`].
    Leader,
}

impl<E: Clone, S: Clone> Raft<E, S> {
    /// Takes in a message. Strangers are ignored, unless they lead: they may be members of whom this
    /// one has not heard yet.
    pub fn handle(
        &mut self,
        now: Time,
        from: PeerId,
        message: Message<E, S>,
        out: &mut Vec<Output<E, S>>,
    ) {
        let leads = matches!(message, Message::Append { .. } | Message::InstallSnapshot { .. });
        match self.progress_mut(from) {
            Some(progress) => progress.last_heard = Some(now),
            None if leads => {}
            None => return,
        }
        let received = Received { now, from, term: message.term() };
        match message {
            Message::VoteRequest { last_term, last_index, .. } => {
                let last = Position { term: last_term, index: last_index };
                self.on_vote_request(received, last, out);
            }
            Message::VoteResponse { granted, empty, .. } => {
                self.on_vote_response(received, granted, empty, out);
            }
            Message::Append { commit, prev_term, prev_index, entries, .. } => {
                let prev = Position { term: prev_term, index: prev_index };
                self.on_append(received, commit, prev, &entries, out);
            }
            Message::AppendResponse { index, success, .. } => {
                self.on_append_response(received, index, success, out);
            }
            Message::InstallSnapshot { last_index, last_term, peers, snapshot, .. } => {
                let last = Position { term: last_term, index: last_index };
                self.on_install_snapshot(received, last, &peers, snapshot, out);
            }
        }
    }

    /// Does what is due at `now`. To be called at [`Raft::next_deadline`] or later; earlier does
    /// nothing.
    pub fn tick(&mut self, now: Time, out: &mut Vec<Output<E, S>>) {
        match &self.volatile.state {
            State::Leader(_) => self.tick_leader(now, out),
            State::Follower | State::Candidate { .. } => self.tick_election(now, out),
        }
    }

    /// When [`Raft::tick`] has something to do next. Changes with every call of a method that takes
    /// `&mut self`.
    pub fn next_deadline(&self) -> Time {
        match &self.volatile.state {
            // Nobody to send heartbeats to, nobody to lose.
            State::Leader(_) if self.volatile.progress.is_empty() => Time::MAX,
            State::Leader(leader) => leader.heartbeat.min(leader.quorum_check),
            State::Follower | State::Candidate { .. } => self.volatile.election,
        }
    }

    pub(super) fn send(&self, to: PeerId, message: Message<E, S>, out: &mut Vec<Output<E, S>>) {
        out.push(Output::Send { to, message });
    }
}

impl<E, S> Raft<E, S> {
    pub(super) fn progress_mut(&mut self, peer: PeerId) -> Option<&mut Progress> {
        self.volatile.progress.iter_mut().find(|progress| progress.peer == peer)
    }
}
