//! What the kernel simulates: processes, and what happens to them.

use std::fmt::Debug;

use super::{ConnId, Context, Fold, Port, ProcId, ProcState, Time};

/// A simulated process: a plain struct that reacts to what happens to it. Everything it wants done
/// goes through its [`Context`]; it has no other way to time, chance or the network.
pub trait Process: Clone + Debug {
    /// What connections carry.
    type Frame: Clone + Debug + Fold;
    /// What its timers say when they fire.
    type Timer: Clone + Debug + Fold;
    /// What it tells the trace beyond sending and receiving: stored, committed, elected …
    type Note: Clone + Debug + Fold;
    /// What may be asked of it from outside the simulation.
    type Input: Clone + Debug + Fold;

    /// The process starts, for the first time or again after a crash.
    fn start(&mut self, cx: &mut Context<'_, Self>);

    /// The process dies, at `now`. It must forget what is lost with it.
    fn crash(&mut self, now: Time, loss: Loss);

    /// Something happens to the process.
    fn handle(&mut self, cx: &mut Context<'_, Self>, stimulus: Stimulus<Self>);

    /// Something is asked of the process, whatever state it is in. What is asked of a program waits while
    /// it is frozen and is lost while it is dead; what changes its machine or its configuration on disk
    /// is taken here.
    fn input_at_once(&mut self, input: &Self::Input, state: ProcState) {
        let _ = (input, state);
    }

    /// Whether a trap that waits for the next frame of its kind takes this one.
    fn is_prey(frame: &Self::Frame, trap: Trap) -> bool {
        let _ = (frame, trap);
        false
    }

    /// The size of a frame on the wire, in bytes. Asked only where a link has a bandwidth.
    fn wire_len(frame: &Self::Frame) -> u64;
}

/// What is lost when a process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Loss {
    /// What was only in its memory: the process was killed, its machine goes on.
    #[default]
    Memory,
    /// The whole disk as well.
    Disk,
    /// What its machine had not flushed to the disk yet, too: the power failed.
    Unsynced,
}

/// What will happen to the next frame of a kind that a process sends or is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trap {
    /// It gets lost. A real network would break the connection with it; this one does not.
    Lose,
    /// It is sent twice, as by an application that tries again. No network does that by itself.
    Twice,
}

/// What happens to a process.
#[derive(Debug, Clone)]
pub enum Stimulus<P: Process> {
    /// A connection is up. `dialled` tells whether this process asked for it.
    Opened {
        /// The connection.
        conn: ConnId,
        /// Who is at its other end.
        peer: ProcId,
        /// What it was dialled for.
        port: Port,
        /// Whether this process dialled it.
        dialled: bool,
    },
    /// A connection is gone, or could not be made.
    Closed {
        /// The connection.
        conn: ConnId,
        /// Who was at its other end.
        peer: ProcId,
        /// Why.
        reason: CloseReason,
    },
    /// A frame arrived on a connection.
    Frame {
        /// The connection.
        conn: ConnId,
        /// What arrived.
        frame: P::Frame,
    },
    /// A timer fires.
    Timer(P::Timer),
    /// Somebody outside the simulation wants something.
    Input(P::Input),
}

/// Why a connection closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseReason {
    /// The other process closed it, or died: its system answers for it.
    Peer,
    /// The link was cut so that both ends noticed.
    Cut,
    /// Nobody listens there.
    Refused,
}

impl CloseReason {
    /// In words, for people.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Peer => "closed by the other side",
            Self::Cut => "the link was cut",
            Self::Refused => "connection refused",
        }
    }
}
