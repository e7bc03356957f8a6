//! The simulation kernel: virtual time, processes, links, crashes, the trace and history.
//!
//! It knows nothing of NATS. A [`Process`] is a plain struct that reacts to a [`Stimulus`]; its
//! [`Context`] is the only way out of it. [`Sim`] owns all processes, the network between them and
//! the queue of what happens next, and records everything as [`Event`]s with causes. The same seed
//! and the same inputs give the same events, bit for bit: nothing here reads a clock, draws from
//! anything but [`Rng`], or depends on the order of a hash map.
//!
//! Reading order: `time`, `rng`, `id`, `process`, `trace`, `digest`, `queue`, `net`, `core`, `sim`,
//! `faults`, `context`, `history`.

mod context;
mod core;
mod digest;
mod faults;
mod history;
mod id;
mod net;
mod process;
mod queue;
mod rng;
mod sim;
mod time;
mod trace;

pub use context::Context;
pub use digest::{Digest, Fold};
pub use history::{Branch, BranchId, History, LoggedInput, Machine};
pub use id::{ConnId, EventId, Port, ProcId, TimerId};
pub use net::{Conn, Link, LinkSpec};
pub use process::{CloseReason, Loss, Process, Stimulus, Trap};
pub use rng::{Ratio, Rng};
pub use sim::{ProcState, Sim, Slot};
pub use time::{Span, Time};
pub use trace::{DropReason, Event, EventKind, Trace};

#[cfg(test)]
mod tests;
