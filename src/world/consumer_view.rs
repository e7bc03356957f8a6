//! A read-only view of a consumer: its copies, and what they know.

use crate::sorted::Map;
use std::sync::Arc;

use crate::jetstream::api::{ConsumerCall, Endpoint};
use crate::jetstream::consumer::{Consumer, PendingView, WaitingView};
use crate::kernel::{ProcId, ProcState};
use crate::nats::api::{ConsumerConfig, ConsumerInfo, Response, to_json_text};
use crate::server::{GroupRaft, HostedConsumer};

use super::World;

/// A consumer with all its copies.
#[derive(Debug, Clone)]
pub struct ConsumerView<'a> {
    /// The cluster it lives in: its place in the topology.
    pub cluster: usize,
    /// Its stream.
    pub stream: &'a Arc<str>,
    /// Its name.
    pub name: &'a Arc<str>,
    /// Its Raft group, if it is replicated.
    pub group: Option<&'a Arc<str>>,
    /// Its copies, in the order of their servers.
    pub replicas: Vec<ConsumerReplica<'a>>,
}

/// A copy of a consumer on a server.
#[derive(Debug, Clone, Copy)]
pub struct ConsumerReplica<'a> {
    /// The server's process.
    pub server: ProcId,
    /// How the server is.
    pub state: ProcState,
    /// The copy.
    pub consumer: &'a Consumer,
    /// The server's member of the consumer's group.
    pub raft: Option<&'a GroupRaft>,
    /// Whether this server delivers for the consumer, as far as it knows itself.
    pub is_leader: bool,
}

impl<'a> ConsumerView<'a> {
    /// The server that leads it: among those that think so and run, the one of the highest term.
    pub fn leader(&self) -> Option<ProcId> {
        self.leading().map(|replica| replica.server)
    }

    fn leading(&self) -> Option<&ConsumerReplica<'a>> {
        self.replicas
            .iter()
            .filter(|replica| replica.is_leader && replica.state != ProcState::Down)
            .max_by_key(|replica| replica.raft.map_or(0, |raft| raft.term()))
    }

    /// The copy to show: the leader's, else the one that has applied most.
    pub fn best(&self) -> Option<&ConsumerReplica<'a>> {
        self.leading().or_else(|| {
            self.replicas.iter().max_by_key(|replica| {
                (replica.state != ProcState::Down, replica.raft.map_or(0, |raft| raft.applied()))
            })
        })
    }

    /// Whether it serves a mirror or source and the API does not show it.
    pub fn is_hidden(&self) -> bool {
        self.config().is_some_and(|config| config.direct)
    }

    /// The mirror or the stream with sources that it serves, in words: "mirror COPY of eu".
    pub fn serves(&self) -> Option<String> {
        let metadata = &self.config().filter(|config| config.sourcing)?.metadata;
        let of = |kind: &str, what: &str| metadata.get(&format!("_nats.{kind}.{what}"));
        let (kind, word) = match of("mirror", "stream") {
            Some(_) => ("mirror", "mirror "),
            None => ("src", ""),
        };
        let stream = of(kind, "stream")?;
        let domain = of(kind, "domain").map(|domain| format!(" of {domain}"));
        Some(format!("{word}{stream}{}", domain.unwrap_or_default()))
    }

    /// Its configuration, as the best copy has it.
    pub fn config(&self) -> Option<&'a Arc<ConsumerConfig>> {
        self.best().map(|replica| replica.consumer.config())
    }

    /// The pull requests that wait, next first.
    pub fn waiting(&self) -> Vec<WaitingView> {
        self.best().map(|replica| replica.consumer.waiting().collect()).unwrap_or_default()
    }

    /// The messages out for acknowledgement.
    pub fn pending(&self) -> Vec<PendingView> {
        self.best().map(|replica| replica.consumer.pending().collect()).unwrap_or_default()
    }
}

impl World {
    /// All consumers, by cluster, stream and name.
    pub fn consumers(&self) -> Vec<ConsumerView<'_>> {
        let mut views: Map<(usize, &str, &str), ConsumerView<'_>> = Map::new();
        for (server, state, node) in self.servers() {
            let cluster = self.cluster_of(server).unwrap_or(0);
            for (stream, hosted) in node.streams() {
                for (name, about) in &hosted.consumers {
                    let HostedConsumer { consumer, group, leading, .. } = about;
                    let view = views.entry((cluster, &**stream, &**name)).or_insert_with(|| {
                        ConsumerView {
                            cluster,
                            stream,
                            name,
                            group: group.as_ref().map(|(group, _)| group),
                            replicas: Vec::new(),
                        }
                    });
                    view.replicas.push(ConsumerReplica {
                        server,
                        state,
                        consumer,
                        raft: group.as_ref().map(|(_, member)| &member.raft),
                        is_leader: *leading,
                    });
                }
            }
        }
        views.into_values().collect()
    }

    /// The consumers of one stream, by name.
    pub fn consumers_of(&self, cluster: usize, stream: &str) -> Vec<ConsumerView<'_>> {
        let all = self.consumers().into_iter();
        all.filter(|view| view.cluster == cluster && **view.stream == *stream).collect()
    }

    /// One consumer.
    pub fn consumer(&self, cluster: usize, stream: &str, name: &str) -> Option<ConsumerView<'_>> {
        self.consumers_of(cluster, stream).into_iter().find(|view| **view.name == *name)
    }

    /// All that `$JS.API.CONSUMER.INFO` would tell now, as its leader (or best copy) knows it.
    pub fn consumer_info(&self, cluster: usize, stream: &str, name: &str) -> Option<ConsumerInfo> {
        let best = self.consumer(cluster, stream, name)?.best()?.server;
        self.server(best)?.consumer_info(self.now(), stream, name)
    }

    /// The same as JSON, as the API answers it.
    pub fn consumer_info_json(&self, cluster: usize, stream: &str, name: &str) -> Option<String> {
        let info = self.consumer_info(cluster, stream, name)?;
        let endpoint = Endpoint::Consumer { stream, call: ConsumerCall::Info(name) };
        Some(to_json_text(&Response::new(endpoint.kind(), info)))
    }
}
