//! The list of a cluster's streams and consumers, which the meta group replicates, and where they
//! are placed.

use crate::sorted;
use crate::sorted::Map;
use std::sync::Arc;

use crate::kernel::{ProcId, Time};
use crate::nats::Subject;
use crate::nats::api::{ConsumerConfig, StreamConfig};
use crate::nats::subject::overlaps;

/// A stream and the servers it lives on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Its configuration.
    pub config: Arc<StreamConfig>,
    /// When it was created.
    pub created: Time,
    /// Its servers.
    pub peers: Vec<ProcId>,
    /// Its Raft group, if it has more than one server.
    pub group: Option<Arc<str>>,
    /// Its consumers, by name.
    pub consumers: Arc<Map<Arc<str>, ConsumerAssignment>>,
}

impl Assignment {
    /// Its consumers without those that serve mirrors and sources, which the API does not show.
    pub fn listed_consumers(&self) -> impl Iterator<Item = &Arc<str>> {
        self.consumers.iter().filter(|(_, consumer)| !consumer.config.direct).map(|(name, _)| name)
    }
}

/// A consumer and the servers it lives on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerAssignment {
    /// Its configuration.
    pub config: Arc<ConsumerConfig>,
    /// When it was created.
    pub created: Time,
    /// Its servers: all or some of its stream's.
    pub peers: Vec<ProcId>,
    /// Its Raft group, if it has more than one server.
    pub group: Option<Arc<str>>,
}

/// Who waits for the answer to an API request: the server that the client is connected to, and the
/// subject under which that server knows the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requester {
    /// The server that took the request in.
    pub server: ProcId,
    /// The subject of the answer, in the system account.
    pub reply: Subject,
}

/// A change to the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MetaCommand {
    /// A new stream.
    Create {
        /// Where and what.
        assignment: Assignment,
        /// The server that is to lead it first.
        preferred: ProcId,
        /// Who waits.
        requester: Requester,
    },
    /// A stream with another configuration.
    Update {
        /// The configuration, with the name of the stream.
        config: Arc<StreamConfig>,
        /// Who waits.
        requester: Requester,
    },
    /// A stream goes.
    Delete {
        /// Its name.
        stream: Arc<str>,
        /// Who waits.
        requester: Requester,
    },
    /// A new consumer.
    CreateConsumer {
        /// Its stream.
        stream: Arc<str>,
        /// Its name.
        consumer: Arc<str>,
        /// Where and what.
        assignment: ConsumerAssignment,
        /// The server that is to lead it first.
        preferred: ProcId,
        /// Who waits.
        requester: Requester,
    },
    /// A consumer with another configuration.
    UpdateConsumer {
        /// Its stream.
        stream: Arc<str>,
        /// Its name.
        consumer: Arc<str>,
        /// The configuration.
        config: Arc<ConsumerConfig>,
        /// Whether it was to be paused or to go on, and nothing else.
        pause: bool,
        /// Who waits.
        requester: Requester,
    },
    /// A consumer goes.
    DeleteConsumer {
        /// Its stream.
        stream: Arc<str>,
        /// Its name.
        consumer: Arc<str>,
        /// Who waits; nobody if it was inactive for too long.
        requester: Option<Requester>,
    },
}

/// The streams of a cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MetaState {
    streams: Arc<Map<Arc<str>, Assignment>>,
}

impl MetaState {
    /// All streams, by name.
    pub fn streams(&self) -> impl Iterator<Item = (&Arc<str>, &Assignment)> {
        self.streams.iter()
    }

    /// One stream.
    pub fn get(&self, stream: &str) -> Option<&Assignment> {
        self.streams.get(stream)
    }

    /// Whether another stream stores some of these subjects already.
    pub fn overlaps(&self, config: &StreamConfig) -> bool {
        self.streams.iter().filter(|(name, _)| ***name != *config.name).any(|(_, other)| {
            other.config.subjects.iter().any(|a| config.subjects.iter().any(|b| overlaps(a, b)))
        })
    }

    pub(super) fn insert(&mut self, stream: Arc<str>, assignment: Assignment) {
        Arc::make_mut(&mut self.streams).insert(stream, assignment);
    }

    pub(super) fn remove(&mut self, stream: &str) -> Option<Assignment> {
        Arc::make_mut(&mut self.streams).remove(stream)
    }

    /// One consumer.
    pub fn consumer(&self, stream: &str, consumer: &str) -> Option<&ConsumerAssignment> {
        self.streams.get(stream)?.consumers.get(consumer)
    }

    /// The consumers of a stream, to be changed.
    pub(super) fn consumers_mut(
        &mut self,
        stream: &str,
    ) -> Option<&mut Map<Arc<str>, ConsumerAssignment>> {
        let assignment = Arc::make_mut(&mut self.streams).get_mut(stream)?;
        Some(Arc::make_mut(&mut assignment.consumers))
    }

    pub(super) fn reconfigure(&mut self, config: &Arc<StreamConfig>) {
        if let Some(assignment) = Arc::make_mut(&mut self.streams).get_mut(config.name.as_str()) {
            assignment.config = Arc::clone(config);
        }
    }

    /// The servers for a new stream: those with the fewest streams, lowest first, among the given.
    pub(super) fn place(&self, replicas: usize, servers: &[ProcId]) -> Option<Vec<ProcId>> {
        let load = |server: &ProcId| {
            self.streams.values().filter(|assignment| assignment.peers.contains(server)).count()
        };
        let mut servers = servers.to_vec();
        sorted::sort_by_key(&mut servers, |server| (load(server), *server));
        servers.truncate(replicas);
        sorted::sort(&mut servers);
        (servers.len() == replicas).then_some(servers)
    }
}
