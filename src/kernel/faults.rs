//! What can be done to a simulation from outside: start, crash, freeze, cut, heal, change.
//!
//! Every one of these counts as a position in history and is recorded, whether or not it had an
//! effect: a fault that changes nothing (killing what is dead) still happened.

use std::sync::Arc;

use super::core::Due;
use super::{
    CloseReason, ConnId, DropReason, EventId, EventKind, LinkSpec, Loss, ProcId, ProcState,
    Process, Sim, Trap,
};

impl<P: Process> Sim<P> {
    /// Does nothing, but counts as a position in history: something was asked that changes nothing.
    pub fn nothing(&mut self) {
        self.core.position += 1;
    }

    /// Starts a process, for the first time or after a crash.
    pub fn start(&mut self, process: ProcId) -> Option<EventId> {
        self.core.position += 1;
        self.boot(process, None)
    }

    /// Kills a process without warning. What it sent still arrives, then its connections close.
    pub fn crash(&mut self, process: ProcId, loss: Loss) -> EventId {
        self.core.position += 1;
        self.end(process, loss, None)
    }

    /// Takes a process away. What it sent still arrives, then its connections close. Nobody starts
    /// it again.
    pub fn remove(&mut self, process: ProcId) -> EventId {
        self.core.position += 1;
        let event = self.core.record(process, None, EventKind::Removed);
        self.end_at(process, Loss::Memory);
        event
    }

    /// A process is no more.
    pub(super) fn end(&mut self, process: ProcId, loss: Loss, cause: Option<EventId>) -> EventId {
        let event = self.core.record(process, cause, EventKind::Crashed { loss });
        self.end_at(process, loss);
        event
    }

    fn end_at(&mut self, process: ProcId, loss: Loss) {
        self.core.spring(process);
        if let Some(slot) = self.slots.get_mut(process.0 as usize) {
            slot.state = ProcState::Down;
            slot.timers.clear();
            slot.backlog.clear();
            slot.boot = None;
            Arc::make_mut(&mut slot.process).crash(self.core.now, loss);
        }
        let conns = self.conns_where(|ends| ends.contains(&process));
        for id in conns {
            self.core.close_end(id, process);
        }
    }

    /// Freezes a process: it keeps its connections and does nothing.
    pub fn pause(&mut self, process: ProcId) -> EventId {
        self.core.position += 1;
        if let Some(slot) = self.slots.get_mut(process.0 as usize)
            && slot.state == ProcState::Up
        {
            slot.state = ProcState::Paused;
        }
        self.core.record(process, None, EventKind::Paused)
    }

    /// Lets a frozen process go on: it works off, one by one, what has piled up.
    pub fn resume(&mut self, process: ProcId) -> EventId {
        self.core.position += 1;
        if let Some(slot) = self.slots.get_mut(process.0 as usize)
            && slot.state == ProcState::Paused
        {
            slot.state = ProcState::Up;
            if !slot.backlog.is_empty() {
                self.core.queue.push(self.core.now, Due::Backlog { process });
            }
        }
        self.core.record(process, None, EventKind::Resumed)
    }

    /// Cuts the link between two processes so that both notice: connections close, what is under
    /// way is lost, new connections are refused until [`Sim::heal`].
    pub fn cut(&mut self, a: ProcId, b: ProcId) -> EventId {
        self.core.position += 1;
        self.core.net.link_mut(a, b).cut = true;
        let event = self.core.record(a, None, EventKind::LinkCut { peer: b });
        let conns = self.conns_where(|ends| ends == [a, b] || ends == [b, a]);
        for id in conns {
            self.core.lose_what_is_under_way(id, event, DropReason::LinkCut);
            let Some(conn) = self.core.net.conns.remove(&id) else { continue };
            for side in 0..2 {
                // A process that was still dialling is told as well: its dial has failed.
                let waits = conn.open[side] || (side == 0 && !conn.gone[0]);
                let alive = self.state(conn.ends[side]).is_some_and(|s| s != ProcState::Down);
                if waits && alive {
                    let reason = CloseReason::Cut;
                    self.closed(id, conn.ends[side], conn.ends[1 - side], reason, event);
                }
            }
        }
        event
    }

    /// Makes the link a black hole in one direction: nothing passes and nobody is told. What is
    /// sent waits, as TCP would send it again and again.
    pub fn block(&mut self, from: ProcId, to: ProcId) -> EventId {
        self.core.position += 1;
        self.core.net.link_mut(from, to).blocked[usize::from(from > to)] = true;
        let conns = self.conns_where(|ends| ends == [from, to] || ends == [to, from]);
        for id in conns {
            let due = self.core.queue.extract(|due| {
                matches!(due, Due::Parcel { conn, from: sender, .. } if *conn == id && *sender == from)
            });
            let Some(conn) = self.core.net.conns.get_mut(&id) else { continue };
            let side = conn.side(from);
            for due in due {
                if let Due::Parcel { parcel, .. } = due {
                    conn.held[side].push_back(parcel);
                }
            }
        }
        self.core.record(from, None, EventKind::LinkBlocked { peer: to })
    }

    /// Makes the link between two processes work again in both directions.
    pub fn heal(&mut self, a: ProcId, b: ProcId) -> EventId {
        self.core.position += 1;
        let link = self.core.net.link_mut(a, b);
        link.cut = false;
        link.blocked = [false; 2];
        let event = self.core.record(a, None, EventKind::LinkHealed { peer: b });
        let conns = self.conns_where(|ends| ends == [a, b] || ends == [b, a]);
        for id in conns {
            for side in 0..2 {
                let Some(conn) = self.core.net.conns.get_mut(&id) else { continue };
                let from = conn.ends[side];
                for parcel in std::mem::take(&mut conn.held[side]) {
                    self.core.deliver_later(id, from, parcel);
                }
            }
        }
        event
    }

    /// The next frame of a kind that this process sends or is sent gets lost, or is sent twice.
    pub fn set_trap(&mut self, process: ProcId, trap: Trap) -> EventId {
        self.core.position += 1;
        self.core.traps.retain(|set| (set.0, set.1) != (process, trap));
        let event = self.core.record(process, None, EventKind::TrapSet { trap });
        self.core.traps.push((process, trap, event));
        event
    }

    /// Takes all traps of a process away.
    pub fn clear_traps(&mut self, process: ProcId) -> EventId {
        self.core.position += 1;
        self.core.spring(process);
        self.core.record(process, None, EventKind::TrapsCleared)
    }

    /// The traps that are set.
    pub fn traps(&self) -> impl Iterator<Item = (ProcId, Trap)> {
        self.core.traps.iter().map(|(process, trap, _)| (*process, *trap))
    }

    /// Gives the link between two processes other properties, for what is sent from now on.
    pub fn set_link(&mut self, a: ProcId, b: ProcId, spec: LinkSpec) -> EventId {
        self.core.position += 1;
        self.core.net.link_mut(a, b).spec = spec;
        self.core.record(a, None, EventKind::LinkChanged { peer: b, spec })
    }

    /// Gives a link its properties before anything happens; leaves no event.
    pub fn prepare_link(&mut self, a: ProcId, b: ProcId, spec: LinkSpec) {
        self.core.net.link_mut(a, b).spec = spec;
    }

    fn conns_where(&self, wanted: impl Fn([ProcId; 2]) -> bool) -> Vec<ConnId> {
        let conns = self.core.net.conns.iter();
        conns.filter(|(_, conn)| wanted(conn.ends)).map(|(id, _)| *id).collect()
    }
}
