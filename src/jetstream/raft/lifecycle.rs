//! Birth, crash and compaction of a member: everything its owner does to it as a whole.

use std::sync::Arc;

use crate::kernel::{Rng, Span, Time};
use crate::sorted;

use super::log::{Log, Position};
use super::member::{Persistent, Raft, State, Volatile};
use super::progress::Progress;
use super::{Luck, Output, PeerId, Timing};

/// How a member of a group begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The member.
    pub id: PeerId,
    /// All members of the group. Without `id` among them it does not count until the log says so.
    pub peers: Vec<PeerId>,
    /// Whether the placement named this member as the group's first leader.
    pub preferred: bool,
    /// The times and limits of the group.
    pub timing: Timing,
}

impl<E: Clone, S: Clone> Raft<E, S> {
    /// A member of a brand-new group. The preferred one campaigns soon, the others if it does not.
    pub fn new(config: Config, mut rng: Rng, now: Time) -> Self {
        let Config { id, peers, preferred, timing } = config;
        let delay =
            if preferred { timing.first_campaign } else { election_delay(&timing, &mut rng) };
        let peers = in_order(peers);
        let disk = Persistent {
            peers: Arc::clone(&peers),
            peers_at: 0,
            peers_before: Arc::clone(&peers),
            peers_floor: 0,
            contacts: peers,
            term: 0,
            voted_for: None,
            log: Log::starting_at(Position::default()),
            snapshot: None,
            lost_log: false,
        };
        let volatile = Volatile::after_start(id, &disk, 0, now + delay);
        Self { id, timing, rng, disk, volatile }
    }

    /// The only member of a group for something that was there before: `state` stands before the
    /// beginning of its log. It need not wait for its turn to lead: [`Raft::lead_alone`].
    pub fn take_up(config: Config, rng: Rng, now: Time, state: S) -> Self {
        let mut raft = Self::new(config, rng, now);
        raft.begin_after(state);
        raft
    }

    /// `state` stands before the beginning of the log of this brand-new member. All members of its
    /// group begin so; one that comes later gets the state from the others.
    pub fn begin_after(&mut self, state: S) {
        self.disk.log = Log::starting_at(Position { term: 0, index: 1 });
        self.disk.snapshot = Some(state);
        self.volatile.commit = 1;
        self.volatile.applied = 1;
    }

    /// The only member need not wait: it leads.
    pub fn lead_alone(&mut self, now: Time, out: &mut Vec<Output<E, S>>) {
        if self.is_alone() && !self.is_leader() {
            self.campaign(now, out);
        }
    }

    /// Ends the group of this only member: whatever is in its log is committed.
    pub fn conclude(&mut self, out: &mut Vec<Output<E, S>>) {
        if self.is_alone() {
            self.commit_up_to(self.disk.log.last().index, out);
        }
    }

    /// The process was started again after a crash: term, vote, log and snapshot are still there.
    ///
    /// `applied` is how far the owner's surviving state has applied the log: 0 if that state was in
    /// memory. If the log no longer reaches back so far, the snapshot is handed out first; the
    /// entries after it follow when the leader says that they are committed.
    pub fn restart(&mut self, now: Time, applied: u64, out: &mut Vec<Output<E, S>>) {
        let start = self.disk.log.start().index;
        let applied = applied.min(self.disk.log.last().index);
        let delay = election_delay(&self.timing, &mut self.rng);
        self.volatile = Volatile::after_start(self.id, &self.disk, applied.max(start), now + delay);
        if applied < start
            && let Some(snapshot) = &self.disk.snapshot
        {
            out.push(Output::InstallSnapshot { snapshot: snapshot.clone(), index: start });
        }
    }

    /// The process was started again without its disk. It knows the members of the group and
    /// nothing else; the state it had applied is gone too.
    ///
    /// Raft relies on disks: a member that forgets its vote can vote twice. nats-server accepts
    /// this, and only keeps such a member's vote from counting unless all members answered.
    pub fn wipe(&mut self, now: Time) {
        self.disk.term = 0;
        self.disk.voted_for = None;
        self.lose_log(now);
    }

    /// The process was started again and its log, which was in memory, is gone. Term and vote are
    /// in a file of their own and still there.
    pub fn lose_log(&mut self, now: Time) {
        self.disk.log = Log::starting_at(Position::default());
        self.disk.snapshot = None;
        self.disk.lost_log = true;
        let delay = election_delay(&self.timing, &mut self.rng);
        self.disk.peers_floor = self.disk.peers_floor.max(self.disk.peers_at);
        self.disk.peers_at = 0;
        self.disk.peers_before = Arc::clone(&self.disk.peers);
        self.volatile = Volatile::after_start(self.id, &self.disk, 0, now + delay);
    }

    /// The machine lost power when its disk had this member as it was in `synced`. Term and vote are in a
    /// file of their own, written with every vote. To be followed by [`Raft::restart`]. Can lose what was
    /// acknowledged, as it can in reality.
    pub fn lose_unsynced(&mut self, synced: &Self) {
        let now = &self.disk;
        let (term, voted_for, contacts) = (now.term, now.voted_for, Arc::clone(&now.contacts));
        self.disk = Persistent { term, voted_for, contacts, ..synced.disk.clone() };
        self.volatile = synced.volatile.clone();
    }

    /// Lets the next election go in a way in which it could go anyhow, or leaves it to chance again.
    pub fn set_luck(&mut self, now: Time, luck: Option<Luck>) {
        self.volatile.luck = luck;
        if !self.is_leader() {
            self.reset_election(now);
        }
    }

    /// Replaces the log up to `up_to`, which must be applied, by the applied `snapshot` at that
    /// index. Returns whether it did: there is nothing to do for an index that was compacted before.
    pub fn compact(&mut self, up_to: u64, snapshot: S) -> bool {
        if up_to > self.volatile.applied || up_to <= self.disk.log.start().index {
            return false;
        }
        self.disk.peers_before = self.peers_up_to(up_to).1;
        self.disk.log.compact(up_to);
        self.disk.snapshot = Some(snapshot);
        true
    }

    /// A new moment for this member's next campaign.
    pub(super) fn reset_election(&mut self, now: Time) {
        let Timing { election_min: min, election_max: max, .. } = self.timing;
        self.volatile.election = match self.volatile.luck {
            None => now + election_delay(&self.timing, &mut self.rng),
            Some(Luck::First) => now + min,
            Some(Luck::Last) => now + max,
            // All that think so wake at the same moment: the next one of a row that all of them know.
            Some(Luck::Together) => {
                let step = Span(max.0.saturating_sub(min.0).max(1));
                Time((now + min).0.div_ceil(step.0) * step.0)
            }
        };
    }
}

impl Volatile {
    /// What a member knows when its process starts.
    fn after_start<E, S>(
        id: PeerId,
        disk: &Persistent<E, S>,
        applied: u64,
        election: Time,
    ) -> Self {
        Self {
            state: State::Follower,
            leader: None,
            // What was applied was committed. How much more was, the leader will say.
            commit: applied,
            told_commit: 0,
            applied,
            election,
            transfer_asked: false,
            catching_up: false,
            quorum_lost_said: None,
            luck: None,
            progress: others(id, &disk.peers, &disk.contacts).map(Progress::unknown).collect(),
        }
    }
}

fn election_delay(timing: &Timing, rng: &mut Rng) -> Span {
    rng.span(timing.election_min, timing.election_max)
}

/// All but `id` that are among the members or the contacts, in order.
pub(super) fn others(
    id: PeerId,
    peers: &[PeerId],
    contacts: &[PeerId],
) -> impl Iterator<Item = PeerId> + use<> {
    let all = in_order([peers, contacts].concat());
    (0..all.len()).map(move |at| all[at]).filter(move |peer| *peer != id)
}

pub(super) fn in_order(mut peers: Vec<PeerId>) -> Arc<[PeerId]> {
    sorted::sort(&mut peers);
    peers.dedup();
    peers.into()
}
