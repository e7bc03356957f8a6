//! JetStream without a network: state machines of streams and of what keeps their copies equal.

pub mod raft;
