//! What lies between the processes: the clock, what is to come, the network and the trace; and how
//! something is put on its way from one to another.

use super::net::{Net, Parcel};
use super::queue::Queue;
use super::{
    ConnId, DropReason, EventId, EventKind, LinkSpec, ProcId, Process, Rng, Span, Time, TimerId,
    Trace, Trap,
};

/// How many timers are set before it is worth looking for those that were taken back.
const FEW_TIMERS: usize = 32;

/// What the queue holds.
#[derive(Debug, Clone)]
pub(super) enum Due<P: Process> {
    /// A parcel arrives at the end of `conn` that is not `from`.
    Parcel { conn: ConnId, from: ProcId, parcel: Parcel<P> },
    /// A timer of a process is due.
    Timer { process: ProcId, id: TimerId, cause: EventId, timer: P::Timer },
    /// A dead process is started again by whoever watches over it.
    Boot { process: ProcId, id: TimerId, cause: EventId },
    /// A process that was frozen works off the first thing that waited for it.
    Backlog { process: ProcId },
}

/// A process's wish to end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exit {
    pub(super) process: ProcId,
    pub(super) cause: EventId,
    /// After how long it is to be started again.
    pub(super) again: Option<Span>,
}

/// Everything but the processes themselves, so that a process can be borrowed beside it.
#[derive(Debug, Clone)]
pub(super) struct Core<P: Process> {
    pub(super) now: Time,
    pub(super) position: u64,
    pub(super) queue: Queue<Due<P>>,
    pub(super) net: Net<P>,
    pub(super) trace: Trace<P>,
    pub(super) next_timer: u64,
    /// How many timers may be set before the queue is cleared of those that were taken back.
    timers_until_clearing: usize,
    /// Processes that asked to end while they handled something.
    pub(super) exits: Vec<Exit>,
    /// Traps that are set, and the events of that.
    pub(super) traps: Vec<(ProcId, Trap, EventId)>,
}

impl<P: Process> Core<P> {
    /// A network with nothing on it, at the beginning of time.
    pub(super) fn new(seed: u64, rng: Rng, link: LinkSpec, keep_events: Option<usize>) -> Self {
        Self {
            now: Time::ZERO,
            position: 0,
            queue: Queue::new(),
            net: Net::new(rng, link),
            trace: Trace::new(seed, keep_events),
            next_timer: 0,
            timers_until_clearing: FEW_TIMERS,
            exits: Vec::new(),
            traps: Vec::new(),
        }
    }

    /// Removes from the queue what is void, now and then: a timer that was taken back would otherwise stay
    /// until it is due, and be copied with every clone.
    pub(super) fn clear_queue(&mut self, is_void: impl Fn(&Net<P>, &Due<P>) -> bool) {
        if self.timers_until_clearing == 0 {
            let net = &self.net;
            let kept = self.queue.retain(|due| !is_void(net, due));
            self.timers_until_clearing = kept.max(FEW_TIMERS);
        }
    }

    pub(super) fn record(
        &mut self,
        place: ProcId,
        cause: Option<EventId>,
        kind: EventKind<P>,
    ) -> EventId {
        self.trace.push(self.now, place, cause, kind)
    }

    /// Puts a parcel on its way; it arrives, or waits in a black hole. Returns when it arrives and
    /// how often it is lost before.
    pub(super) fn post(
        &mut self,
        id: ConnId,
        from: ProcId,
        len: u64,
        parcel: impl FnOnce(&mut Self, Time, u32) -> Parcel<P>,
    ) -> bool {
        let Some(conn) = self.net.conns.get(&id) else { return false };
        let (side, to) = (conn.side(from), conn.peer(from));
        // Behind what is held already, even if the black hole is gone by now.
        if self.net.is_blocked(from, to) {
            let parcel = parcel(self, Time::MAX, 0);
            if let Some(conn) = self.net.conns.get_mut(&id) {
                conn.held[side].push_back(parcel);
            }
            return true;
        }
        let Some((at, lost)) = self.net.schedule(self.now, id, from, len) else { return false };
        let parcel = parcel(self, at, lost);
        self.queue.push(at, Due::Parcel { conn: id, from, parcel });
        true
    }

    /// One end of a connection wants no more of it: its system tells the other end, behind what
    /// was sent before.
    pub(super) fn close_end(&mut self, id: ConnId, process: ProcId) {
        let Some(conn) = self.net.conns.get_mut(&id) else { return };
        let side = conn.side(process);
        let was_open = std::mem::replace(&mut conn.open[side], false);
        conn.gone[side] = true;
        if !was_open && !conn.open[1 - side] {
            // Still being dialled. If the dialler gave up, nobody will hear of it any more; if the
            // other end died, the dial will be refused when it gets there.
            if side == 0 {
                self.net.conns.remove(&id);
            }
            return;
        }
        self.deliver_later(id, process, Parcel::Closed);
    }

    /// Records every frame under way on a connection as lost.
    pub(super) fn lose_what_is_under_way(&mut self, id: ConnId, cause: EventId, why: DropReason) {
        let mut parcels: Vec<Parcel<P>> = Vec::new();
        let due = self.queue.extract(|due| matches!(due, Due::Parcel { conn, .. } if *conn == id));
        for due in due {
            if let Due::Parcel { parcel, .. } = due {
                parcels.push(parcel);
            }
        }
        if let Some(conn) = self.net.conns.get_mut(&id) {
            parcels.extend(conn.held.iter_mut().flat_map(std::mem::take));
        }
        for parcel in parcels {
            let Parcel::Frame { sent, .. } = parcel else { continue };
            let to = match self.trace.get(sent).map(|event| &event.kind) {
                Some(EventKind::Sent { to, .. }) => *to,
                _ => continue,
            };
            self.record(to, Some(cause), EventKind::Dropped { sent, reason: why });
        }
    }

    /// Whether a frame between these two is what one of their traps waits for; it is set no more then.
    /// Gives the event of its setting.
    pub(super) fn is_trapped(
        &mut self,
        ends: [ProcId; 2],
        trap: Trap,
        frame: &P::Frame,
    ) -> Option<EventId> {
        let fits = |set: &(ProcId, Trap, EventId)| set.1 == trap && ends.contains(&set.0);
        let at = self.traps.iter().position(fits)?;
        P::is_prey(frame, trap).then(|| self.traps.remove(at).2)
    }

    /// The traps of a process wait for nothing more.
    pub(super) fn spring(&mut self, process: ProcId) {
        self.traps.retain(|set| set.0 != process);
    }

    /// Puts a parcel without a frame on its way.
    pub(super) fn deliver_later(&mut self, id: ConnId, from: ProcId, parcel: Parcel<P>) {
        self.post(id, from, 0, |_, _, _| parcel);
    }

    pub(super) fn next_timer(&mut self) -> TimerId {
        let id = TimerId(self.next_timer);
        self.next_timer += 1;
        id
    }

    pub(super) fn set_timer(
        &mut self,
        process: ProcId,
        after: Span,
        timer: P::Timer,
        cause: EventId,
    ) -> TimerId {
        let id = self.next_timer();
        self.timers_until_clearing = self.timers_until_clearing.saturating_sub(1);
        self.queue.push(self.now + after, Due::Timer { process, id, cause, timer });
        id
    }
}
