//! The list of a cluster's streams and consumers, which the meta group replicates, and where they
//! are placed.

use crate::sorted;
use crate::sorted::Map;
use std::sync::Arc;

use crate::jetstream::backup::Backup;
use crate::kernel::{ProcId, Time};
use crate::nats::Subject;
use crate::nats::api::{ConsumerConfig, StreamConfig};
use crate::nats::subject::overlaps;

use super::consumer::home_of_consumer;
use super::moving::{Desired, Move, MoveStep};

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
    /// The servers it is to live on instead, until it does.
    pub desired: Option<Desired>,
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
    /// The servers it is to live on instead, until it does.
    pub desired: Option<Desired>,
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
    /// A stream out of a backup, with its consumers.
    Restore {
        /// Where and what.
        assignment: Assignment,
        /// The server that is to lead it first.
        preferred: ProcId,
        /// What it begins with.
        content: Arc<Backup>,
        /// Who waits.
        requester: Requester,
    },
    /// A stream with another configuration.
    Update {
        /// The configuration, with the name of the stream.
        config: Arc<StreamConfig>,
        /// The servers it is to live on from now on, if that changes.
        moved: Option<Move>,
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
    /// A stream or consumer is to live on other servers.
    Move {
        /// The stream.
        stream: Arc<str>,
        /// The consumer, if it is one.
        consumer: Option<Arc<str>>,
        /// Where to.
        to: Move,
    },
    /// A move goes on.
    Step {
        /// The stream.
        stream: Arc<str>,
        /// The consumer, if it is one.
        consumer: Option<Arc<str>>,
        /// The number of the move; without effect on another one.
        number: u64,
        /// What is next.
        step: MoveStep,
    },
    /// What loses the only server it lives on, begins anew on another one.
    Replace {
        /// The stream. Its consumers go with it.
        stream: Arc<str>,
        /// The consumer, if it is one.
        consumer: Option<Arc<str>>,
        /// The server it lives on.
        from: ProcId,
        /// The other one.
        to: ProcId,
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
        /// The servers it is to live on from now on, if that changes.
        moved: Option<Move>,
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
    pub(super) streams: Arc<Map<Arc<str>, Assignment>>,
    /// How many moves have begun.
    pub(super) moves: u64,
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

    /// Carries out a change. Returns whether it found what it changes, or a new name free.
    pub(super) fn apply(&mut self, command: &MetaCommand) -> bool {
        match command {
            MetaCommand::Create { assignment, .. } | MetaCommand::Restore { assignment, .. } => {
                let name = assignment.config.name.as_str();
                let is_new = !self.streams.contains_key(name);
                if is_new {
                    Arc::make_mut(&mut self.streams).insert(name.into(), assignment.clone());
                }
                is_new
            }
            MetaCommand::Update { config, moved, .. } => {
                let name = config.name.as_str();
                let Some(known) = Arc::make_mut(&mut self.streams).get_mut(name) else {
                    return false;
                };
                known.config = Arc::clone(config);
                if let Some(to) = moved {
                    self.begin_move(name, None, to);
                    self.limit_replicas_of_consumers(name);
                }
                true
            }
            MetaCommand::Delete { stream, .. } => {
                Arc::make_mut(&mut self.streams).remove(stream).is_some()
            }
            MetaCommand::Move { stream, consumer, to } => {
                self.begin_move(stream, consumer.as_ref(), to)
            }
            MetaCommand::Step { stream, consumer, number, step } => {
                self.move_on(stream, consumer.as_ref(), *number, step)
            }
            MetaCommand::Replace { stream, consumer, from, to } => {
                self.replace_only(stream, consumer.as_ref(), *from, *to)
            }
            MetaCommand::CreateConsumer { stream, consumer, assignment, .. } => {
                let Some(known) = self.streams.get(stream) else { return false };
                let mut assignment = assignment.clone();
                // The stream may have left some of its servers meanwhile.
                if assignment.peers.iter().any(|peer| !known.peers.contains(peer)) {
                    let (config, home) = (&assignment.config, &assignment.peers);
                    assignment.peers = home_of_consumer(config, known, home, &known.peers);
                    assignment.group = assignment.group.filter(|_| assignment.peers.len() > 1);
                }
                let Some(consumers) = self.consumers_mut(stream) else { return false };
                let is_new = !consumers.contains_key(consumer);
                if is_new {
                    consumers.insert(Arc::clone(consumer), assignment);
                }
                is_new
            }
            MetaCommand::UpdateConsumer { stream, consumer, config, moved, .. } => {
                let consumers = self.consumers_mut(stream);
                let Some(known) = consumers.and_then(|all| all.get_mut(consumer)) else {
                    return false;
                };
                known.config = Arc::clone(config);
                if let Some(to) = moved {
                    self.begin_move(stream, Some(consumer), to);
                }
                true
            }
            MetaCommand::DeleteConsumer { stream, consumer, .. } => {
                self.consumers_mut(stream).and_then(|all| all.remove(consumer)).is_some()
            }
        }
    }

    /// Forgets a stream that a lone server has lost.
    pub(super) fn forget(&mut self, stream: &str) {
        Arc::make_mut(&mut self.streams).remove(stream);
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
