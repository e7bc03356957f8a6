//! Moves: a stream or consumer is to live on other servers than it does.
//!
//! The meta group knows where to (`state`). The leader of the stream or consumer does the work and
//! asks the meta group for each step: choose who stays, give the new servers their copies, and, when
//! exactly those servers are members of its Raft group, be done (`next` says what is due, `work` does
//! it). Every server makes of its own copies what the meta group says (`settle`).

mod begin;
mod next;
mod settle;
mod state;
mod tell;
#[cfg(test)]
mod tests;
mod work;

pub(super) use settle::Fate;
pub use state::{Desired, Move, MoveStep};
pub(super) use work::Asset;
