//! A group on a simulated network, with servers that crash: the world the protocol is made for.
//!
//! Every server keeps what it has applied as a list. On a *durable* server the list survives a
//! crash; on the others it has to be built again from snapshot and log.

use std::collections::{BTreeMap, BTreeSet};

use super::checks::{self, Applied, LogView, Violation, Witness};
use super::{Config, Entry, Message, Output, PeerId, Raft, Timing, written};
use crate::kernel::{Ratio, Rng, Span, Time};

/// What a server has applied: index and value. Also the snapshot.
type State = Vec<(u64, u64)>;
type Packet = Message<u64, State>;

/// How the network treats messages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weather {
    pub delay: (Span, Span),
    pub loss: Ratio,
}

impl Weather {
    /// Every message takes `delay`, and none gets lost.
    pub(super) const fn calm(delay: Span) -> Self {
        Self { delay: (delay, delay), loss: Ratio::ZERO }
    }
}

pub(super) struct Server {
    pub raft: Raft<u64, State>,
    pub is_up: bool,
    is_durable: bool,
    pub state: State,
}

pub(super) struct Cluster {
    pub now: Time,
    pub servers: BTreeMap<PeerId, Server>,
    pub weather: Weather,
    /// Directions in which nothing passes.
    pub cut: BTreeSet<(PeerId, PeerId)>,
    /// What leaders told their clients: index and value.
    pub acknowledged: Vec<(u64, u64)>,
    /// Everything the members said to their servers except messages and entries.
    pub story: Vec<(Time, PeerId, Output<u64, State>)>,
    pub sent: u64,
    witness: Witness,
    in_flight: BTreeMap<(Time, u64), (PeerId, PeerId, Packet)>,
    rng: Rng,
}

impl Cluster {
    /// `members` servers with a brand-new group; server 1 is the preferred leader. Odd servers are
    /// durable.
    pub(super) fn new(members: u32, seed: u64, timing: Timing, weather: Weather) -> Self {
        Self::with_spares(members, 0, seed, timing, weather)
    }

    /// The same with further servers, which are no members yet.
    pub(super) fn with_spares(
        members: u32,
        spares: u32,
        seed: u64,
        timing: Timing,
        weather: Weather,
    ) -> Self {
        let rng = Rng::new(seed);
        let all = 1..=members + spares;
        let servers = all
            .clone()
            .map(|id| {
                let peers = if id <= members { (1..=members).collect() } else { Vec::new() };
                let config = Config { id, peers, preferred: id == 1, timing };
                let mut raft = Raft::new(config, rng.fork(&format!("n{id}")), Time::ZERO);
                raft.set_contacts(Time::ZERO, all.clone().collect(), &mut Vec::new());
                (id, Server { raft, is_up: true, is_durable: id % 2 == 1, state: State::new() })
            })
            .collect();
        Self {
            now: Time::ZERO,
            servers,
            weather,
            cut: BTreeSet::new(),
            acknowledged: Vec::new(),
            story: Vec::new(),
            sent: 0,
            witness: Witness::default(),
            in_flight: BTreeMap::new(),
            rng: rng.fork("network"),
        }
    }

    /// Lets `span` pass.
    pub(super) fn run(&mut self, span: Span) -> Result<(), Violation> {
        let end = self.now + span;
        loop {
            let arrival = self.in_flight.keys().next().map(|(at, _)| *at);
            let up = self.servers.iter().filter(|(_, server)| server.is_up);
            let timer = up.map(|(id, server)| (server.raft.next_deadline(), *id)).min();
            let timer_at = timer.map_or(Time::MAX, |(at, _)| at);
            let next = timer_at.min(arrival.unwrap_or(Time::MAX));
            if next > end {
                self.now = end;
                return Ok(());
            }
            self.now = self.now.max(next);
            match timer {
                Some((at, id)) if at == next => {
                    self.act(id, |raft, now, out| raft.tick(now, out))?
                }
                _ => self.deliver()?,
            }
        }
    }

    fn deliver(&mut self) -> Result<(), Violation> {
        let Some((_, (from, to, packet))) = self.in_flight.pop_first() else { return Ok(()) };
        if !self.servers[&to].is_up {
            return Ok(());
        }
        self.act(to, |raft, now, out| raft.handle(now, from, packet, out))
    }

    /// Lets a member do something, and carries out what it wants.
    fn act<T>(
        &mut self,
        id: PeerId,
        what: impl FnOnce(&mut Raft<u64, State>, Time, &mut Vec<Output<u64, State>>) -> T,
    ) -> Result<(), Violation> {
        let now = self.now;
        let server = self.servers.get_mut(&id).expect("a server");
        let mut out = Vec::new();
        what(&mut server.raft, now, &mut out);
        // The disk is quick.
        if let Some(index) = written(&out) {
            server.raft.written(index, &mut out);
        }
        for output in out {
            match output {
                Output::Send { to, message } => self.transmit(id, to, message),
                Output::Write { .. } => {}
                Output::Apply { index, term, entry } => self.apply(id, index, term, entry)?,
                Output::InstallSnapshot { snapshot, index } => {
                    let server = self.servers.get_mut(&id).expect("a server");
                    assert!(snapshot.iter().all(|(applied, _)| *applied <= index));
                    server.state = snapshot;
                }
                other => self.story.push((now, id, other)),
            }
        }
        let raft = &self.servers[&id].raft;
        if raft.is_leader() { self.witness.led(raft.term(), id) } else { Ok(()) }
    }

    fn transmit(&mut self, from: PeerId, to: PeerId, message: Packet) {
        self.sent += 1;
        if self.cut.contains(&(from, to)) || self.rng.chance(self.weather.loss) {
            return;
        }
        let at = self.now + self.rng.span(self.weather.delay.0, self.weather.delay.1);
        self.in_flight.insert((at, self.sent), (from, to, message));
    }

    fn apply(&mut self, id: PeerId, index: u64, term: u64, value: u64) -> Result<(), Violation> {
        let server = self.servers.get_mut(&id).expect("a server");
        let after = server.state.last().map_or(0, |(index, _)| *index);
        server.state.push((index, value));
        if server.raft.is_leader() && server.raft.term() == term {
            self.acknowledged.push((index, value));
        }
        self.witness.applied(id, after, index, (term, value))
    }

    /// Proposes at every server that takes itself for the leader.
    pub(super) fn propose(&mut self, value: u64) -> Result<(), Violation> {
        self.leaders().into_iter().try_for_each(|id| {
            self.act(id, |raft, now, out| raft.propose(now, value, out).expect("it leads"))
        })
    }

    /// Every server that takes itself for the leader wants one member more, or one less.
    pub(super) fn change_member(&mut self, id: PeerId) -> Result<(), Violation> {
        self.leaders().into_iter().try_for_each(|leader| {
            self.act(leader, |raft, now, out| {
                let mut peers = raft.peers().to_vec();
                match peers.iter().position(|peer| *peer == id) {
                    Some(at) => drop(peers.remove(at)),
                    None => peers.push(id),
                }
                raft.change_peers(now, peers, out)
            })
        })
    }

    pub(super) fn step_down(&mut self, id: PeerId, to: Option<PeerId>) -> Result<(), Violation> {
        if !self.servers[&id].is_up {
            return Ok(());
        }
        self.act(id, |raft, now, out| raft.step_down(now, to, out).is_ok())
    }

    pub(super) fn crash(&mut self, id: PeerId) {
        self.servers.get_mut(&id).expect("a server").is_up = false;
    }

    pub(super) fn restart(&mut self, id: PeerId) -> Result<(), Violation> {
        let server = self.servers.get_mut(&id).expect("a server");
        if std::mem::replace(&mut server.is_up, true) {
            return Ok(());
        }
        if !server.is_durable {
            server.state.clear();
        }
        let applied = if server.is_durable { server.raft.applied() } else { 0 };
        self.act(id, |raft, now, out| raft.restart(now, applied, out))
    }

    pub(super) fn compact(&mut self, id: PeerId) {
        let server = self.servers.get_mut(&id).expect("a server");
        server.raft.compact(server.raft.applied(), server.state.clone());
    }

    /// Cuts a server off in both directions.
    pub(super) fn isolate(&mut self, id: PeerId) {
        for other in self.ids() {
            if other != id {
                self.cut.extend([(id, other), (other, id)]);
            }
        }
    }

    /// Everything runs again and nothing gets lost any more.
    pub(super) fn heal(&mut self) -> Result<(), Violation> {
        self.cut.clear();
        self.weather.loss = Ratio::ZERO;
        self.ids().into_iter().try_for_each(|id| self.restart(id))
    }

    pub(super) fn ids(&self) -> Vec<PeerId> {
        self.servers.keys().copied().collect()
    }

    /// The servers that run and take themselves for the leader.
    pub(super) fn leaders(&self) -> Vec<PeerId> {
        let leads = |server: &Server| server.is_up && server.raft.is_leader();
        self.servers.iter().filter(|(_, server)| leads(server)).map(|(id, _)| *id).collect()
    }

    pub(super) fn states(&self) -> Vec<Applied> {
        self.servers.iter().map(|(id, server)| (*id, server.state.clone())).collect()
    }

    /// When somebody became leader.
    pub(super) fn elections(&self) -> Vec<(Time, PeerId)> {
        let won = |output: &Output<u64, State>| matches!(output, Output::BecameLeader { .. });
        self.story.iter().filter(|(.., output)| won(output)).map(|(at, id, _)| (*at, *id)).collect()
    }

    /// What must hold at any time.
    pub(super) fn check_safety(&self) -> Result<(), Violation> {
        let logs: Vec<LogView> =
            self.servers.iter().map(|(id, server)| (*id, view(&server.raft))).collect();
        checks::logs_match(&logs)
    }

    /// What must hold once the group was healed and left in peace.
    pub(super) fn check_peace(&self) -> Result<(), Violation> {
        let known: Vec<_> = self.servers.values().map(|server| server.raft.leader()).collect();
        checks::has_converged(&self.leaders(), &known, &self.states())
    }

    /// Nothing that any client was told, or any server ever applied, is missing anywhere.
    pub(super) fn check_nothing_lost(&self) -> Result<(), Violation> {
        checks::nothing_is_lost(&self.acknowledged, &self.states())?;
        checks::nothing_is_lost(&self.witness.chosen(), &self.states())
    }
}

fn view(raft: &Raft<u64, State>) -> Vec<(u64, u64, Option<u64>)> {
    (raft.first_index()..=raft.last_index())
        .filter_map(|index| raft.entry(index))
        .map(|entry| {
            let value = match entry.data {
                Entry::Normal(value) => Some(value),
                Entry::PeerState(_) | Entry::LeaderTransfer(_) => None,
            };
            (entry.index, entry.term, value)
        })
        .collect()
}
