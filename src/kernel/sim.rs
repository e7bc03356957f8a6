//! The simulation: all processes, the network between them, and the loop that moves them.

use crate::sorted::Set;
use std::collections::VecDeque;
use std::sync::Arc;

use super::core::{Core, Due, Exit};
use super::net::{Net, Parcel};
use super::{
    CloseReason, Conn, ConnId, Context, DropReason, EventId, EventKind, Link, LinkSpec, Loss,
    ProcId, Process, Rng, Stimulus, Time, TimerId, Trace, Trap,
};

/// How a process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProcState {
    /// It runs.
    Up,
    /// It is frozen: connections stay open, nothing is done.
    Paused,
    /// It is dead.
    Down,
}

/// A process and what the kernel keeps for it.
#[derive(Debug, Clone)]
pub struct Slot<P: Process> {
    /// Its name.
    pub name: Arc<str>,
    /// How it is.
    pub state: ProcState,
    pub(super) process: Arc<P>,
    pub(super) rng: Rng,
    pub(super) timers: Set<TimerId>,
    /// What happened while it was frozen, with causes.
    pub(super) backlog: VecDeque<(EventId, Stimulus<P>)>,
    /// The queue's entry that will start it again.
    pub(super) boot: Option<TimerId>,
}

/// A running simulation. Cloning it is cheap; the clone lives its own life.
#[derive(Debug, Clone)]
pub struct Sim<P: Process> {
    pub(super) slots: Vec<Slot<P>>,
    pub(super) core: Core<P>,
    seed: Rng,
}

impl<P: Process> Sim<P> {
    /// An empty simulation. All randomness comes from `seed`; `link` is what links are like unless
    /// said otherwise. With `keep_events`, roughly only the last so many events are remembered.
    pub fn new(seed: u64, link: LinkSpec, keep_events: Option<usize>) -> Self {
        let rng = Rng::new(seed);
        Self {
            slots: Vec::new(),
            core: Core::new(seed, rng.fork("net"), link, keep_events),
            seed: rng,
        }
    }

    /// Adds a process without starting it; [`Sim::start`] does. Names must differ: a process's
    /// randomness follows from its name.
    pub fn add(&mut self, name: &str, process: P) -> ProcId {
        let id = ProcId(u32::try_from(self.slots.len()).unwrap_or(u32::MAX));
        self.slots.push(Slot {
            name: name.into(),
            state: ProcState::Down,
            process: Arc::new(process),
            rng: self.seed.fork(name),
            timers: Set::new(),
            backlog: VecDeque::new(),
            boot: None,
        });
        id
    }

    /// The virtual time.
    pub fn now(&self) -> Time {
        self.core.now
    }

    /// How many steps were taken and inputs given. Together with the inputs it says exactly where
    /// in its history a simulation is.
    pub fn position(&self) -> u64 {
        self.core.position
    }

    /// Everything that happened.
    pub fn trace(&self) -> &Trace<P> {
        &self.core.trace
    }

    /// All processes, in the order of their numbers.
    pub fn slots(&self) -> &[Slot<P>] {
        &self.slots
    }

    /// A process, to look at.
    pub fn process(&self, id: ProcId) -> Option<&P> {
        self.slots.get(id.0 as usize).map(|slot| &*slot.process)
    }

    /// How a process is.
    pub fn state(&self, id: ProcId) -> Option<ProcState> {
        self.slots.get(id.0 as usize).map(|slot| slot.state)
    }

    /// Whether a dead process will be started again by whoever watches over it.
    pub fn will_start(&self, id: ProcId) -> bool {
        self.slots.get(id.0 as usize).is_some_and(|slot| slot.boot.is_some())
    }

    /// The link between two processes, if it was ever used or changed.
    pub fn link(&self, a: ProcId, b: ProcId) -> Option<&Link> {
        self.core.net.link(a, b)
    }

    /// All links that were ever used or changed.
    pub fn links(&self) -> impl Iterator<Item = ((ProcId, ProcId), &Link)> {
        self.core.net.links.iter().map(|(pair, link)| (*pair, link))
    }

    /// A connection.
    pub fn conn(&self, id: ConnId) -> Option<&Conn<P>> {
        self.core.net.conns.get(&id)
    }

    /// The events of sending whose frames are under way, with their times of arrival; frames that
    /// wait in a black hole come last, with [`Time::MAX`].
    pub fn in_flight(&self) -> Vec<(EventId, Time)> {
        let mut flights: Vec<_> = self
            .core
            .queue
            .sorted()
            .into_iter()
            .filter_map(|(at, due)| match due {
                Due::Parcel { conn, from, parcel: Parcel::Frame { sent, .. } } => {
                    let conn = self.core.net.conns.get(conn)?;
                    conn.open[1 - conn.side(*from)].then_some((*sent, at))
                }
                _ => None,
            })
            .collect();
        for conn in self.core.net.conns.values() {
            for parcel in conn.held.iter().flatten() {
                if let Parcel::Frame { sent, .. } = parcel {
                    flights.push((*sent, Time::MAX));
                }
            }
        }
        flights
    }

    /// When the next step happens, if ever.
    pub fn next_at(&mut self) -> Option<Time> {
        self.discard_stale();
        self.core.queue.peek().map(|(at, _)| at)
    }

    /// Does the next thing. Returns false if there is none.
    pub fn step(&mut self) -> bool {
        let slots = &self.slots;
        self.core.clear_queue(|net, due| is_void(slots, net, due));
        loop {
            let Some((at, due)) = self.core.queue.pop() else { return false };
            self.core.now = self.core.now.max(at);
            if self.take(due) {
                self.core.position += 1;
                return true;
            }
        }
    }

    /// Lets time pass up to `at` without doing anything. Has no effect beyond the next step's time.
    pub fn idle_until(&mut self, at: Time) {
        let limit = self.next_at().unwrap_or(Time::MAX);
        self.core.now = self.core.now.max(at.min(limit));
    }

    /// Gives a process an input, now. Does nothing but be recorded if it is dead.
    pub fn input(&mut self, process: ProcId, input: P::Input) -> EventId {
        self.core.position += 1;
        let id = self.core.record(process, None, EventKind::Input(input.clone()));
        if let Some(slot) = self.slots.get_mut(process.0 as usize) {
            Arc::make_mut(&mut slot.process).input_at_once(&input, slot.state);
        }
        self.stimulate(process, id, Stimulus::Input(input));
        id
    }

    /// Removes what is first in the queue but will never happen.
    fn discard_stale(&mut self) {
        while let Some((_, due)) = self.core.queue.peek() {
            if !is_void(&self.slots, &self.core.net, due) {
                return;
            }
            self.core.queue.pop();
        }
    }

    /// Does one thing of the queue. Returns false if it was void.
    fn take(&mut self, due: Due<P>) -> bool {
        match due {
            Due::Timer { process, id, cause, timer } => {
                let Some(slot) = self.slots.get_mut(process.0 as usize) else { return false };
                if !slot.timers.remove(&id) {
                    return false;
                }
                let event = self.core.record(process, Some(cause), EventKind::Timer(timer.clone()));
                self.stimulate(process, event, Stimulus::Timer(timer));
                true
            }
            Due::Parcel { conn, from, parcel } => self.arrive(conn, from, parcel),
            Due::Boot { process, id, cause } => {
                let Some(slot) = self.slots.get(process.0 as usize) else { return false };
                slot.boot == Some(id) && self.boot(process, Some(cause)).is_some()
            }
            Due::Backlog { process } => {
                let Some(slot) = self.slots.get_mut(process.0 as usize) else { return false };
                if slot.state != ProcState::Up {
                    return false;
                }
                let Some((cause, stimulus)) = slot.backlog.pop_front() else { return false };
                if !slot.backlog.is_empty() {
                    self.core.queue.push(self.core.now, Due::Backlog { process });
                }
                self.handle(process, cause, stimulus);
                true
            }
        }
    }

    /// A parcel arrives.
    fn arrive(&mut self, id: ConnId, from: ProcId, parcel: Parcel<P>) -> bool {
        let Some(conn) = self.core.net.conns.get_mut(&id) else { return false };
        let (side, to) = (conn.side(from), conn.peer(from));
        let dead = conn.gone[1 - side]
            || self.slots.get(to.0 as usize).is_none_or(|slot| slot.state == ProcState::Down);
        let port = conn.port;
        let dialled = conn.dialled;
        match parcel {
            Parcel::Open if dead => {
                self.core.deliver_later(id, to, Parcel::Refused);
                true
            }
            Parcel::Open => {
                conn.open[1] = true;
                self.core.deliver_later(id, to, Parcel::Accepted);
                let kind = EventKind::Opened { conn: id, peer: from };
                let event = self.core.record(to, Some(dialled), kind);
                let opened = Stimulus::Opened { conn: id, peer: from, port, dialled: false };
                self.stimulate(to, event, opened);
                true
            }
            Parcel::Accepted => {
                if dead {
                    return false;
                }
                conn.open[0] = true;
                let kind = EventKind::Opened { conn: id, peer: from };
                let event = self.core.record(to, Some(dialled), kind);
                let opened = Stimulus::Opened { conn: id, peer: from, port, dialled: true };
                self.stimulate(to, event, opened);
                true
            }
            Parcel::Refused => {
                self.core.net.conns.remove(&id);
                if !dead {
                    self.closed(id, to, from, CloseReason::Refused, dialled);
                }
                true
            }
            Parcel::Closed => {
                let was_open = conn.open[1 - side];
                self.core.lose_what_is_under_way(id, dialled, DropReason::PeerGone);
                self.core.net.conns.remove(&id);
                if was_open && !dead {
                    self.closed(id, to, from, CloseReason::Peer, dialled);
                }
                was_open
            }
            Parcel::Frame { sent, frame } => {
                if !conn.open[1 - side] || dead {
                    let reason = DropReason::PeerGone;
                    self.core.record(to, Some(sent), EventKind::Dropped { sent, reason });
                    return true;
                }
                if self.core.is_trapped([from, to], Trap::Lose, &frame).is_some() {
                    let reason = DropReason::Trap;
                    self.core.record(to, Some(sent), EventKind::Dropped { sent, reason });
                    return true;
                }
                let kind = EventKind::Arrived { sent, conn: id, from };
                let event = self.core.record(to, Some(sent), kind);
                self.stimulate(to, event, Stimulus::Frame { conn: id, frame });
                true
            }
        }
    }

    /// Tells a process that a connection is gone.
    pub(super) fn closed(
        &mut self,
        conn: ConnId,
        process: ProcId,
        peer: ProcId,
        reason: CloseReason,
        cause: EventId,
    ) {
        let kind = EventKind::Closed { conn, peer, reason };
        let event = self.core.record(process, Some(cause), kind);
        self.stimulate(process, event, Stimulus::Closed { conn, peer, reason });
    }

    /// Something happens to a process: now if it runs, later if it is frozen, never if it is dead.
    fn stimulate(&mut self, process: ProcId, cause: EventId, stimulus: Stimulus<P>) {
        let Some(slot) = self.slots.get_mut(process.0 as usize) else { return };
        match slot.state {
            ProcState::Down => {}
            ProcState::Paused => slot.backlog.push_back((cause, stimulus)),
            // What waited comes first, so that nothing overtakes it.
            ProcState::Up if !slot.backlog.is_empty() => slot.backlog.push_back((cause, stimulus)),
            ProcState::Up => self.handle(process, cause, stimulus),
        }
    }

    /// A running process handles something.
    fn handle(&mut self, process: ProcId, cause: EventId, stimulus: Stimulus<P>) {
        let Some(slot) = self.slots.get_mut(process.0 as usize) else { return };
        let mut cx = Context::new(&mut self.core, process, &mut slot.rng, &mut slot.timers, cause);
        Arc::make_mut(&mut slot.process).handle(&mut cx, stimulus);
        while let Some(Exit { process, cause, again }) = self.core.exits.pop() {
            let cause = self.end(process, Loss::Memory, Some(cause));
            if let (Some(after), Some(slot)) = (again, self.slots.get_mut(process.0 as usize)) {
                let id = self.core.next_timer();
                slot.boot = Some(id);
                let at = self.core.now + after;
                self.core.queue.push(at, Due::Boot { process, id, cause });
            }
        }
    }

    /// Starts a process that is not running.
    pub(super) fn boot(&mut self, process: ProcId, cause: Option<EventId>) -> Option<EventId> {
        let slot = self.slots.get_mut(process.0 as usize)?;
        if slot.state != ProcState::Down {
            return None;
        }
        slot.state = ProcState::Up;
        slot.boot = None;
        let event = self.core.record(process, cause, EventKind::Started);
        let mut cx = Context::new(&mut self.core, process, &mut slot.rng, &mut slot.timers, event);
        Arc::make_mut(&mut slot.process).start(&mut cx);
        Some(event)
    }
}

/// Whether something in the queue will never happen.
fn is_void<P: Process>(slots: &[Slot<P>], net: &Net<P>, due: &Due<P>) -> bool {
    let slot = |process: ProcId| slots.get(process.0 as usize);
    match due {
        Due::Timer { process, id, .. } => slot(*process).is_none_or(|s| !s.timers.contains(id)),
        Due::Parcel { conn, .. } => !net.conns.contains_key(conn),
        Due::Boot { process, id, .. } => slot(*process).is_none_or(|s| s.boot != Some(*id)),
        Due::Backlog { process } => {
            slot(*process).is_none_or(|s| s.state != ProcState::Up || s.backlog.is_empty())
        }
    }
}
