//! Read-only views that gather what is spread over several processes.

use crate::sorted::Map;
use std::sync::Arc;

use crate::jetstream::api::Endpoint;
use crate::jetstream::stream::Stream;
use crate::kernel::{ProcId, ProcState};
use crate::nats::api::{StreamConfig, StreamInfoRequest};
use crate::server::{GroupRaft, HostedStream};

use super::World;

/// A stream with all its copies.
#[derive(Debug, Clone)]
pub struct StreamView<'a> {
    /// The cluster it lives in: its place in the topology.
    pub cluster: usize,
    /// Its name.
    pub name: &'a Arc<str>,
    /// Its Raft group, if it is replicated.
    pub group: Option<&'a Arc<str>>,
    /// Its copies, in the order of their servers.
    pub replicas: Vec<Replica<'a>>,
}

/// A copy of a stream on a server.
#[derive(Debug, Clone, Copy)]
pub struct Replica<'a> {
    /// The server's process.
    pub server: ProcId,
    /// How the server is.
    pub state: ProcState,
    /// The copy.
    pub stream: &'a Stream,
    /// The server's member of the stream's group.
    pub raft: Option<&'a GroupRaft>,
    /// Whether this server takes messages for the stream, as far as it knows itself.
    pub is_leader: bool,
}

impl<'a> StreamView<'a> {
    /// The server that leads it: among those that think so and run, the one of the highest term.
    pub fn leader(&self) -> Option<ProcId> {
        self.leading().map(|replica| replica.server)
    }

    fn leading(&self) -> Option<&Replica<'a>> {
        self.replicas
            .iter()
            .filter(|replica| replica.is_leader && replica.state != ProcState::Down)
            .max_by_key(|replica| replica.raft.map_or(0, |raft| raft.term()))
    }

    /// The copy to show: the leader's, else the one that has applied most.
    pub fn best(&self) -> Option<&Replica<'a>> {
        self.leading().or_else(|| {
            self.replicas.iter().max_by_key(|replica| {
                (replica.state != ProcState::Down, replica.stream.store().last_seq())
            })
        })
    }

    /// Its configuration, as the best copy has it.
    pub fn config(&self) -> Option<&'a Arc<StreamConfig>> {
        self.best().map(|replica| replica.stream.config())
    }
}

impl World {
    /// All streams, by cluster and name.
    pub fn streams(&self) -> Vec<StreamView<'_>> {
        let mut views: Map<(usize, &str), StreamView<'_>> = Map::new();
        for (server, state, node) in self.servers() {
            let cluster = self.cluster_of(server).unwrap_or(0);
            for (name, hosted) in node.streams() {
                let HostedStream { stream, group, leading, .. } = hosted;
                let view = views.entry((cluster, &**name)).or_insert_with(|| StreamView {
                    cluster,
                    name,
                    group: group.as_ref().map(|(group, _)| group),
                    replicas: Vec::new(),
                });
                view.replicas.push(Replica {
                    server,
                    state,
                    stream,
                    raft: group.as_ref().map(|(_, member)| &member.raft),
                    is_leader: *leading,
                });
            }
        }
        views.into_values().collect()
    }

    /// One stream.
    pub fn stream(&self, cluster: usize, name: &str) -> Option<StreamView<'_>> {
        self.streams().into_iter().find(|view| view.cluster == cluster && **view.name == *name)
    }

    /// What `$JS.API.STREAM.INFO` would answer now, as its leader (or best copy) knows it.
    pub fn stream_info_json(&self, cluster: usize, name: &str) -> Option<String> {
        let view = self.stream(cluster, name)?;
        let best = view.best()?;
        let server = self.server(best.server)?;
        let hosted = server.stream(name)?;
        let request = StreamInfoRequest::default();
        let answer = server.answer_info(self.now(), Endpoint::StreamInfo(name), hosted, &request);
        Some(String::from_utf8_lossy(&answer.json).into_owned())
    }
}
