//! Birth, crash and compaction of a member: everything its owner does to it as a whole.

use std::sync::Arc;

use crate::kernel::{Rng, Span, Time};

use super::log::{Log, Position};
use super::member::{Persistent, Raft, State, Volatile};
use super::progress::Progress;
use super::{Output, PeerId, Timing};

/// How a member of a group begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The member.
    pub id: PeerId,
    /// All members of the group, `id` included.
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
        let disk = Persistent {
            peers: in_order(peers),
            term: 0,
            voted_for: None,
            log: Log::starting_at(Position::default()),
            snapshot: None,
            lost_log: false,
        };
        let volatile = Volatile::after_start(id, &disk.peers, 0, now + delay);
        Self { id, timing, rng, disk, volatile }
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
        self.volatile =
            Volatile::after_start(self.id, &self.disk.peers, applied.max(start), now + delay);
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
        self.volatile = Volatile::after_start(self.id, &self.disk.peers, 0, now + delay);
    }

    /// The machine lost power before the entries after `synced` were flushed to its disk. To be
    /// followed by [`Raft::restart`]. Can lose what was acknowledged, as it can in reality.
    pub fn lose_unsynced(&mut self, synced: u64) {
        self.disk.log.truncate_after(synced);
    }

    /// Replaces the log up to `up_to`, which must be applied, by the applied `snapshot` at that
    /// index. Returns whether it did: there is nothing to do for an index that was compacted before.
    pub fn compact(&mut self, up_to: u64, snapshot: S) -> bool {
        if up_to > self.volatile.applied || up_to <= self.disk.log.start().index {
            return false;
        }
        self.disk.log.compact(up_to);
        self.disk.snapshot = Some(snapshot);
        true
    }

    /// The group has other members from now on. A change takes effect at each member at the moment
    /// its owner says so; it is for the owner to change one member at a time.
    pub fn set_peers(&mut self, now: Time, peers: Vec<PeerId>, out: &mut Vec<Output<E, S>>) {
        let peers = in_order(peers);
        let next_index = self.disk.log.last().index + 1;
        let known = std::mem::take(&mut self.volatile.progress);
        self.volatile.progress = others(self.id, &peers)
            .map(|peer| {
                let stranger = || Progress { next_index, ..Progress::unknown(peer) };
                known.iter().find(|known| known.peer == peer).cloned().unwrap_or_else(stranger)
            })
            .collect();
        self.disk.peers = peers;
        if let State::Leader(leader) = &mut self.volatile.state {
            // New members get time to come up before they are missed.
            leader.heartbeat = now + self.timing.heartbeat;
            leader.quorum_check = now + self.timing.lost_quorum;
            // With fewer members a quorum may already have more.
            self.advance_commit(out);
            self.send_heartbeat(out);
        }
    }

    /// A new moment for this member's next campaign.
    pub(super) fn reset_election(&mut self, now: Time) {
        self.volatile.election = now + election_delay(&self.timing, &mut self.rng);
    }
}

impl Volatile {
    /// What a member knows when its process starts.
    fn after_start(id: PeerId, peers: &[PeerId], applied: u64, election: Time) -> Self {
        Self {
            state: State::Follower,
            leader: None,
            // What was applied was committed. How much more was, the leader will say.
            commit: applied,
            applied,
            election,
            transfer_asked: false,
            catching_up: false,
            quorum_lost_said: None,
            progress: others(id, peers).map(Progress::unknown).collect(),
        }
    }
}

fn election_delay(timing: &Timing, rng: &mut Rng) -> Span {
    rng.span(timing.election_min, timing.election_max)
}

fn others(id: PeerId, peers: &[PeerId]) -> impl Iterator<Item = PeerId> {
    peers.iter().copied().filter(move |peer| *peer != id)
}

fn in_order(mut peers: Vec<PeerId>) -> Arc<[PeerId]> {
    peers.sort_unstable();
    peers.dedup();
    peers.into()
}
