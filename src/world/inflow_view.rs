//! A read-only view of what flows between streams: mirrors and sources, how far they are, and the
//! consumers of their origins that nobody else sees.

use std::sync::Arc;

use crate::jetstream::inflow::{Inflow, Kind, Phase};
use crate::kernel::{ProcId, Span};
use crate::nats::api::StreamSource;

use super::World;

/// A stream that follows an origin, as its leader knows it.
#[derive(Debug, Clone, Copy)]
pub struct InflowView<'a> {
    /// The cluster of the stream: its place in the topology.
    pub cluster: usize,
    /// The stream.
    pub stream: &'a Arc<str>,
    /// The server that leads it, as far as that knows itself.
    pub server: ProcId,
    /// The cluster of the origin; none if no cluster has the domain.
    pub origin_cluster: Option<usize>,
    /// The server on which the origin's consumer lives, if it does.
    pub origin_server: Option<ProcId>,
    /// What it follows and how far it is.
    pub inflow: &'a Inflow,
    /// The origin's last sequence in the stream; 0 if there is none.
    pub seq: u64,
    /// How many of the origin's messages that it wants are still to come. Unlike the lag that the
    /// API tells, this is the truth, whoever can be reached or not.
    pub behind: u64,
}

impl InflowView<'_> {
    /// Whether it is the stream's mirror; otherwise it is one of its sources.
    pub fn is_mirror(&self) -> bool {
        self.inflow.kind() == Kind::Mirror
    }

    /// The consumer of the origin that delivers to it, if there is one.
    pub fn consumer(&self) -> Option<&Arc<str>> {
        match self.inflow.phase() {
            Phase::Following { consumer, .. } => Some(consumer),
            _ => None,
        }
    }

    /// For how long nothing was heard of the origin.
    pub fn silent_for(&self, world: &World) -> Option<Span> {
        self.inflow.heard_at().map(|at| world.now().since(at))
    }
}

impl World {
    /// Everything that flows between streams, by the place of the stream's server and its name.
    pub fn inflows(&self) -> Vec<InflowView<'_>> {
        let mut views = Vec::new();
        for (server, _, node) in self.servers() {
            let cluster = self.cluster_of(server).unwrap_or(0);
            for (stream, hosted) in node.streams().filter(|(_, hosted)| hosted.leading) {
                for about in &hosted.inflows {
                    let inflow = &about.inflow;
                    let seq = match inflow.kind() {
                        Kind::Mirror => hosted.stream.store().last_seq(),
                        Kind::Source => {
                            hosted.stream.position(inflow.id()).map_or(0, |position| position.seq)
                        }
                    };
                    let origin_cluster = self.origin_cluster(cluster, inflow.source());
                    let mut view = InflowView {
                        cluster,
                        stream,
                        server,
                        origin_cluster,
                        origin_server: None,
                        inflow,
                        seq,
                        behind: 0,
                    };
                    self.look_at_origin(&mut view);
                    views.push(view);
                }
            }
        }
        views
    }

    /// The cluster of an origin of a stream in a cluster; none if no cluster has its domain.
    pub fn origin_cluster(&self, cluster: usize, source: &StreamSource) -> Option<usize> {
        let external = source.external.as_ref();
        match external.and_then(|external| external.domain()) {
            None => Some(cluster),
            Some(domain) => {
                let clusters = &self.topology().clusters;
                clusters.iter().position(|cluster| cluster.domain.as_deref() == Some(domain))
            }
        }
    }

    fn look_at_origin(&self, view: &mut InflowView<'_>) {
        let (name, consumer) = (&view.inflow.source().name, view.consumer().cloned());
        let mut last = 0;
        for (server, _, node) in self.servers() {
            if self.cluster_of(server) != view.origin_cluster {
                continue;
            }
            let Some(hosted) = node.stream(name) else { continue };
            let known = consumer.as_ref().and_then(|consumer| hosted.consumers.get(consumer));
            if known.is_some_and(|about| about.leading) {
                view.origin_server = Some(server);
            }
            let store = hosted.stream.store();
            if store.last_seq() > last {
                last = store.last_seq();
                view.behind = store.pending_of_any(&view.inflow.filters(), view.seq + 1);
            }
        }
    }
}
