//! What can be pointed at, selected and inspected.

use std::sync::Arc;

use crate::kernel::{EventId, ProcId};

/// A thing on the page that stands for a thing in the world.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entity {
    /// A cluster: its index in the topology.
    Cluster(usize),
    /// A server.
    Server(ProcId),
    /// An application.
    App(ProcId),
    /// A stream of a cluster.
    Stream {
        /// The cluster's index in the topology.
        cluster: usize,
        /// The stream's name.
        name: Arc<str>,
    },
    /// A message in a stream.
    Message {
        /// The cluster's index in the topology.
        cluster: usize,
        /// The stream's name.
        stream: Arc<str>,
        /// The message's sequence.
        seq: u64,
    },
    /// A consumer of a stream.
    Consumer {
        /// The cluster's index in the topology.
        cluster: usize,
        /// The stream's name.
        stream: Arc<str>,
        /// The consumer's name.
        name: Arc<str>,
    },
    /// What flows into a stream from one of its origins.
    Flow {
        /// The cluster of the stream that takes: its index in the topology.
        cluster: usize,
        /// That stream's name.
        stream: Arc<str>,
        /// Which of its sources; 0 for a mirror.
        source: usize,
    },
    /// The link between two processes, the lower one first.
    Link(ProcId, ProcId),
    /// An event of the trace. A packet in flight is the event of its sending.
    Event(EventId),
}

impl Entity {
    /// The link between two processes, whichever is named first.
    pub fn link(a: ProcId, b: ProcId) -> Self {
        Self::Link(a.min(b), a.max(b))
    }
}
