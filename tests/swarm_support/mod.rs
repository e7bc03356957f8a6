//! Worlds at random: what they are made of, and what is done to them.

mod act;
mod felt;
mod plan;
mod power;
mod storm;

pub(crate) use felt::KINDS;
pub(crate) use plan::Plan;
pub(crate) use storm::Storm;
