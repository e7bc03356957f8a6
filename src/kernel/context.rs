//! What a process may do while it handles something.

use crate::sorted::Set;

use super::core::{Core, Exit};
use super::net::Parcel;
use super::{ConnId, EventId, EventKind, Port, ProcId, Process, Rng, Span, Time, TimerId, Trap};

/// The way out of a process: time, chance, the network and the trace.
pub struct Context<'a, P: Process> {
    core: &'a mut Core<P>,
    me: ProcId,
    rng: &'a mut Rng,
    timers: &'a mut Set<TimerId>,
    cause: EventId,
}

impl<'a, P: Process> Context<'a, P> {
    pub(super) fn new(
        core: &'a mut Core<P>,
        me: ProcId,
        rng: &'a mut Rng,
        timers: &'a mut Set<TimerId>,
        cause: EventId,
    ) -> Self {
        Self { core, me, rng, timers, cause }
    }

    /// The process this is the context of.
    pub fn me(&self) -> ProcId {
        self.me
    }

    /// The virtual time.
    pub fn now(&self) -> Time {
        self.core.now
    }

    /// The process's own source of chance.
    pub fn rng(&mut self) -> &mut Rng {
        self.rng
    }

    /// The event because of which things happen now.
    pub fn cause(&self) -> EventId {
        self.cause
    }

    /// From here on, things happen because of another event. Returns the one so far.
    pub fn because(&mut self, cause: EventId) -> EventId {
        std::mem::replace(&mut self.cause, cause)
    }

    /// Tells the trace that something happened.
    pub fn note(&mut self, note: P::Note) -> EventId {
        self.core.record(self.me, Some(self.cause), EventKind::Note(note))
    }

    /// Sends a frame. Returns the event of sending, or none if this process has no such open
    /// connection any more (what is then lost would be lost on a real socket, too).
    pub fn send(&mut self, conn: ConnId, frame: P::Frame) -> Option<EventId> {
        if !self.core.traps.is_empty() && self.is_open(conn) {
            return self.send_past_traps(conn, frame);
        }
        self.send_once(conn, frame)
    }

    fn is_open(&self, conn: ConnId) -> bool {
        self.core.net.conns.get(&conn).is_some_and(|open| open.open[open.side(self.me)])
    }

    /// Sends a frame while traps are set: perhaps twice.
    fn send_past_traps(&mut self, conn: ConnId, frame: P::Frame) -> Option<EventId> {
        let trap = self.core.is_trapped([self.me, self.me], Trap::Twice, &frame);
        let again = trap.map(|trap| (trap, frame.clone()));
        let first = self.send_once(conn, frame);
        if let Some((trap, frame)) = again {
            let before = self.because(trap);
            self.send_once(conn, frame);
            self.because(before);
        }
        first
    }

    fn send_once(&mut self, conn: ConnId, frame: P::Frame) -> Option<EventId> {
        let open = self.core.net.conns.get(&conn)?;
        let side = open.side(self.me);
        if !open.open[side] {
            return None;
        }
        let to = open.ends[1 - side];
        let len = match self.core.net.link(self.me, to) {
            Some(link) if link.spec.bandwidth > 0 => P::wire_len(&frame),
            _ => 0,
        };
        let (me, cause) = (self.me, self.cause);
        let mut event = None;
        self.core.post(conn, me, len, |core, arrives, times| {
            let kind = EventKind::Sent { conn, to, frame: frame.clone(), arrives };
            let sent = core.record(me, Some(cause), kind);
            if times > 0 {
                core.record(me, Some(sent), EventKind::Retransmitted { sent, times });
            }
            event = Some(sent);
            Parcel::Frame { sent, frame }
        });
        event
    }

    /// Asks for a connection. [`super::Stimulus::Opened`] or [`super::Stimulus::Closed`] will tell
    /// what came of it; into a black hole, nothing will.
    pub fn dial(&mut self, to: ProcId, port: Port) -> ConnId {
        let (me, cause, now) = (self.me, self.cause, self.core.now);
        let Core { net, trace, .. } = &mut *self.core;
        let id = net.dial(me, to, port, |conn| {
            trace.push(now, me, Some(cause), EventKind::Dialled { conn, to, port })
        });
        // The links a process uses exist from its first use on, so that people can see them.
        self.core.net.link_mut(me, to);
        if self.core.net.is_cut(me, to) {
            self.core.deliver_later(id, to, Parcel::Refused);
        } else {
            self.core.deliver_later(id, me, Parcel::Open);
        }
        id
    }

    /// Closes a connection. The other side is told, behind what was sent before.
    pub fn close(&mut self, conn: ConnId) {
        self.core.close_end(conn, self.me);
    }

    /// Sets a timer that fires after this span.
    pub fn set_timer(&mut self, after: Span, timer: P::Timer) -> TimerId {
        let id = self.core.set_timer(self.me, after, timer, self.cause);
        self.timers.insert(id);
        id
    }

    /// Ends the process in an orderly way, as soon as it has handled what it handles now. What it
    /// has sent still arrives.
    pub fn exit(&mut self) {
        self.core.exits.push(Exit { process: self.me, cause: self.cause, again: None });
    }

    /// Ends the process as [`Context::exit`] does. Whoever watches over it starts it again after this
    /// span, unless somebody else does before.
    pub fn exit_and_start_again(&mut self, after: Span) {
        self.core.exits.push(Exit { process: self.me, cause: self.cause, again: Some(after) });
    }

    /// Takes a timer back; does nothing if it fired already.
    pub fn cancel_timer(&mut self, id: TimerId) {
        self.timers.remove(&id);
    }
}
