//! Raft as nats-server runs it: one member of one replicated log.
//!
//! A state machine without I/O. Messages and the passing of time go in, [`Output`]s come out; the
//! owner (a server) sends, applies and keeps the timer. One member stands for the meta group, one
//! for each replicated stream. What is stored and what a crash takes away is kept apart:
//! [`Raft::restart`] keeps the first and forgets the second.
//!
//! It is ordinary Raft with nats-server's times and habits:
//!
//! * A new leader first commits a peer-state entry of its own term and shows itself only then
//!   ([`Output::BecameLeader`]).
//! * Entries go to all followers at once, without waiting for answers to earlier ones. After every
//!   advance of the commit index an `Append` without entries goes out at once; it is also the
//!   heartbeat, which is sent only when nothing was appended for a second.
//! * A leader that has not heard from a majority for 10 s, seen at a 10 s tick, steps down.
//! * There is no pre-vote: a member that cannot hear the others raises the term again and again.
//!
//! Reading order: `timing`, `message`, `output`, `log`, `progress`, then `member` (what there is to
//! know), `members` (whose votes count), `lifecycle` (birth, crash, compaction), `election`,
//! `replication`, `following`, `view`.

mod election;
mod following;
mod lifecycle;
mod log;
mod member;
mod members;
mod message;
mod output;
mod progress;
mod replication;
mod timing;
mod view;

#[cfg(test)]
mod tests;

pub use lifecycle::Config;
pub use member::{Raft, Role};
pub use message::{Entries, Entry, LogEntry, Message, PeerId};
pub use output::Output;
pub use progress::{CatchUp, Progress, quorum};
pub use replication::NotLeader;
pub use timing::{Luck, Timing};
