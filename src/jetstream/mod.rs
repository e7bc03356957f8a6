//! JetStream without a network: state machines of streams and of what keeps their copies equal.

pub mod api;
pub mod backup;
pub mod consumer;
pub(crate) mod cow;
pub mod inflow;
pub mod raft;
pub mod store;
pub mod stream;
