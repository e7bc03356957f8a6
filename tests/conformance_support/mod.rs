//! Replays recorded cases against the engine in virtual time.

pub(crate) mod case;
pub(crate) mod matching;
pub(crate) mod runner;
mod talk;
pub(crate) mod values;
