//! The trace: everything that happens, in order, each event with its time, place and cause.
//!
//! It is append-only. Cloning it is cheap whatever its length: full chunks are shared, only the
//! last, unfinished one is copied.

use std::sync::Arc;

use super::{
    CloseReason, ConnId, Digest, EventId, Fold, LinkSpec, Loss, Port, ProcId, Process, Time, Trap,
};

/// Events in a chunk. Small, because the unfinished chunk is what a clone copies.
const CHUNK: usize = 128;

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Event<P: Process> {
    /// Its number.
    pub id: EventId,
    /// When.
    pub at: Time,
    /// To which process. For what happens to a link, the process at its first end.
    pub place: ProcId,
    /// The event without which this one would not have happened; none for what comes from outside.
    pub cause: Option<EventId>,
    /// What.
    pub kind: EventKind<P>,
}

/// What kind of thing happened.
#[derive(Debug, Clone)]
pub enum EventKind<P: Process> {
    /// The process started, or started again.
    Started,
    /// The process asked for a connection.
    Dialled {
        /// The connection to be.
        conn: ConnId,
        /// To whom.
        to: ProcId,
        /// For what.
        port: Port,
    },
    /// A connection is up, as seen by this process.
    Opened {
        /// The connection.
        conn: ConnId,
        /// The other end.
        peer: ProcId,
    },
    /// A connection is gone, as seen by this process.
    Closed {
        /// The connection.
        conn: ConnId,
        /// The other end.
        peer: ProcId,
        /// Why.
        reason: CloseReason,
    },
    /// A frame was sent.
    Sent {
        /// On which connection.
        conn: ConnId,
        /// To whom.
        to: ProcId,
        /// What.
        frame: P::Frame,
        /// When it will arrive if nothing comes between. [`Time::MAX`]: it waits for its link.
        arrives: Time,
    },
    /// A frame arrived.
    Arrived {
        /// The event of its sending; the frame is there.
        sent: EventId,
        /// On which connection.
        conn: ConnId,
        /// From whom.
        from: ProcId,
    },
    /// A frame will never arrive.
    Dropped {
        /// The event of its sending.
        sent: EventId,
        /// Why.
        reason: DropReason,
    },
    /// A packet of a frame got lost and is sent again: the frame, and all behind it, come later.
    Retransmitted {
        /// The event of its sending.
        sent: EventId,
        /// How often it was lost.
        times: u32,
    },
    /// A timer fired.
    Timer(P::Timer),
    /// Somebody outside wanted something of the process.
    Input(P::Input),
    /// The process died.
    Crashed {
        /// What is lost with it.
        loss: Loss,
    },
    /// The process was taken away, and will not come back.
    Removed,
    /// The process was frozen: it keeps its connections but does nothing.
    Paused,
    /// The process goes on.
    Resumed,
    /// A link was cut, so that both ends noticed.
    LinkCut {
        /// The process at the other end.
        peer: ProcId,
    },
    /// A link became a black hole in the direction from `place` to `peer`: nothing passes, and
    /// nobody is told.
    LinkBlocked {
        /// The process at the other end.
        peer: ProcId,
    },
    /// A link works again in both directions.
    LinkHealed {
        /// The process at the other end.
        peer: ProcId,
    },
    /// A link has other properties now.
    LinkChanged {
        /// The process at the other end.
        peer: ProcId,
        /// The new properties.
        spec: LinkSpec,
    },
    /// The next frame of a kind that the process sends or is sent will not fare like others.
    TrapSet {
        /// How.
        trap: Trap,
    },
    /// The process's traps were taken away.
    TrapsCleared,
    /// What the process itself has to tell.
    Note(P::Note),
}

/// Why a frame never arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DropReason {
    /// Its link was cut while it was under way.
    LinkCut,
    /// The process it was for is gone, or has closed the connection.
    PeerGone,
    /// Somebody wanted just this one to be lost.
    Trap,
}

/// The events so far.
#[derive(Debug, Clone)]
pub struct Trace<P: Process> {
    full: Arc<Vec<Arc<Vec<Event<P>>>>>,
    tail: Vec<Event<P>>,
    /// How many events were forgotten at the front; always a multiple of [`CHUNK`].
    forgotten: u64,
    keep: Option<usize>,
    digest: Digest,
}

impl<P: Process> Trace<P> {
    /// An empty trace. With `keep`, roughly only the last so many events are remembered.
    pub(super) fn new(seed: u64, keep: Option<usize>) -> Self {
        Self {
            full: Arc::default(),
            tail: Vec::with_capacity(CHUNK),
            forgotten: 0,
            keep,
            digest: Digest::new(seed),
        }
    }

    /// The number of events that happened.
    pub fn len(&self) -> u64 {
        self.forgotten + (self.full.len() * CHUNK + self.tail.len()) as u64
    }

    /// Whether nothing happened yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of the first event that is still remembered.
    pub fn first(&self) -> EventId {
        EventId(self.forgotten)
    }

    /// The event of this number, if it happened and is remembered.
    pub fn get(&self, id: EventId) -> Option<&Event<P>> {
        let index = usize::try_from(id.0.checked_sub(self.forgotten)?).ok()?;
        match self.full.get(index / CHUNK) {
            Some(chunk) => chunk.get(index % CHUNK),
            None => self.tail.get(index.checked_sub(self.full.len() * CHUNK)?),
        }
    }

    /// The events from this number on, in order.
    pub fn since(&self, id: EventId) -> impl DoubleEndedIterator<Item = &Event<P>> + use<'_, P> {
        (id.0.max(self.forgotten)..self.len()).filter_map(|n| self.get(EventId(n)))
    }

    /// All remembered events, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Event<P>> + use<'_, P> {
        self.since(EventId(0))
    }

    /// The chain of causes from this event back to an input, a start or a fault, this one first.
    pub fn causes(&self, id: EventId) -> impl Iterator<Item = &Event<P>> {
        let mut next = self.get(id);
        std::iter::from_fn(move || {
            let event = next?;
            next = event.cause.and_then(|cause| self.get(cause));
            Some(event)
        })
    }

    /// The digest of all events so far.
    pub fn digest(&self) -> u64 {
        self.digest.value()
    }

    pub(super) fn push(
        &mut self,
        at: Time,
        place: ProcId,
        cause: Option<EventId>,
        kind: EventKind<P>,
    ) -> EventId {
        let id = EventId(self.len());
        self.digest.word(at.0);
        self.digest.word(u64::from(place.0) << 32 ^ cause.map_or(u64::MAX, |cause| cause.0));
        kind.fold(&mut self.digest);
        self.tail.push(Event { id, at, place, cause, kind });
        if self.tail.len() == CHUNK {
            let chunk = std::mem::replace(&mut self.tail, Vec::with_capacity(CHUNK));
            let full = Arc::make_mut(&mut self.full);
            full.push(Arc::new(chunk));
            if self.keep.is_some_and(|keep| full.len() * CHUNK > keep.saturating_mul(2)) {
                let drop = full.len() / 2;
                full.drain(..drop);
                self.forgotten += (drop * CHUNK) as u64;
            }
        }
        id
    }
}

impl<P: Process> Fold for EventKind<P> {
    fn fold(&self, digest: &mut Digest) {
        match self {
            Self::Started => digest.word(1),
            Self::Dialled { conn, to, port } => {
                digest.word(2);
                digest.word(conn.0);
                digest.word(u64::from(to.0) << 16 ^ u64::from(port.0));
            }
            Self::Opened { conn, .. } => {
                digest.word(3);
                digest.word(conn.0);
            }
            Self::Closed { conn, reason, .. } => {
                digest.word(4 ^ (*reason as u64) << 8);
                digest.word(conn.0);
            }
            Self::Sent { conn, frame, arrives, .. } => {
                digest.word(5 ^ conn.0 << 8);
                digest.word(arrives.0);
                frame.fold(digest);
            }
            Self::Arrived { sent, .. } => digest.word(6 ^ sent.0 << 8),
            Self::Dropped { sent, reason } => {
                digest.word(7 ^ sent.0 << 8);
                digest.word(*reason as u64);
            }
            Self::Retransmitted { sent, times } => {
                digest.word(8 ^ sent.0 << 8);
                digest.word(u64::from(*times));
            }
            Self::Timer(timer) => {
                digest.word(9);
                timer.fold(digest);
            }
            Self::Input(input) => {
                digest.word(10);
                input.fold(digest);
            }
            Self::Crashed { loss } => digest.word(11 ^ (*loss as u64) << 8),
            Self::Removed => digest.word(18),
            Self::Paused => digest.word(12),
            Self::Resumed => digest.word(13),
            Self::LinkCut { peer } => digest.word(14 ^ u64::from(peer.0) << 8),
            Self::LinkBlocked { peer } => digest.word(15 ^ u64::from(peer.0) << 8),
            Self::LinkHealed { peer } => digest.word(16 ^ u64::from(peer.0) << 8),
            Self::LinkChanged { peer, spec } => {
                digest.word(17 ^ u64::from(peer.0) << 8);
                spec.fold(digest);
            }
            Self::TrapSet { trap } => digest.word(19 ^ (*trap as u64) << 8),
            Self::TrapsCleared => digest.word(20),
            Self::Note(note) => {
                digest.word(18);
                note.fold(digest);
            }
        }
    }
}
