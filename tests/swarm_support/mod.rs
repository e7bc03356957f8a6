//! Worlds at random: what they are made of, and what is done to them.

mod plan;
mod storm;

pub(crate) use plan::Plan;
pub(crate) use storm::Storm;
