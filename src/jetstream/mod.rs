//! JetStream without a network: state machines of streams and of what keeps their copies equal.

mod cow;
pub mod raft;
pub mod store;
