//! What can be read of a server from outside: who it is, what it holds, who is connected. Nothing here
//! changes it.

use std::sync::Arc;

use crate::kernel::{ConnId, ProcId, Time};
use crate::nats::Subject;
use crate::nats::api::ApiStats;

use super::{ClientConn, GroupRaft, HostedStream, META, MetaState, Server, ServerConfig};

impl Server {
    /// Its name.
    pub fn name(&self) -> &Arc<str> {
        &self.config.name
    }
    /// Its id.
    pub fn id(&self) -> &Arc<str> {
        &self.id
    }
    /// What it was told before it started.
    pub fn config(&self) -> &ServerConfig {
        &self.config
    }
    /// Whether it is a member of a cluster.
    pub fn is_clustered(&self) -> bool {
        self.config.members.len() > 1
    }
    /// Its member of the meta group.
    pub fn meta(&self) -> Option<&GroupRaft> {
        self.meta.as_ref().map(|member| &member.raft)
    }
    /// The streams of its cluster as it knows them.
    pub fn assignments(&self) -> &MetaState {
        &self.assignments
    }
    /// The streams it has a copy of.
    pub fn streams(&self) -> impl Iterator<Item = (&Arc<str>, &HostedStream)> {
        self.streams.iter()
    }
    /// A stream it has a copy of.
    pub fn stream(&self, name: &str) -> Option<&HostedStream> {
        self.streams.get(name)
    }
    /// All Raft groups it is a member of, with their names.
    pub fn groups(&self) -> impl Iterator<Item = (&str, &GroupRaft)> {
        let meta = self.meta.iter().map(|member| (META, &member.raft));
        let assets = self.streams.values().flat_map(|hosted| {
            let consumers = hosted.consumers.values().map(|about| about.group.as_ref());
            std::iter::once(hosted.group.as_ref()).chain(consumers)
        });
        meta.chain(assets.flatten().map(|(group, member)| (&**group, &member.raft)))
    }
    /// How much its JetStream API was used.
    pub fn api(&self) -> &ApiStats {
        &self.memory.api
    }
    /// How many messages clients have published here.
    pub fn published(&self) -> u64 {
        self.memory.published
    }
    /// Its client connections.
    pub fn clients(&self) -> impl Iterator<Item = (ConnId, &ClientConn)> {
        self.memory.clients.iter().map(|(conn, client)| (*conn, client))
    }
    /// Client connections that are over, and since when, oldest first; the last ones only.
    pub fn past_clients(&self) -> impl Iterator<Item = (Time, &ClientConn)> {
        self.memory.past.iter().map(|(at, client)| (*at, &**client))
    }
    /// The servers it has a route to.
    pub fn routes(&self) -> impl Iterator<Item = ProcId> {
        self.memory.routes.keys().copied()
    }
    /// What its own clients and streams want, as the other servers know it: pattern, queue group
    /// and how many.
    pub fn local_interest(&self) -> impl Iterator<Item = (&Subject, Option<&Subject>, u32)> {
        self.memory.local.iter().map(|((subject, queue), n)| (subject, queue.as_ref(), *n))
    }
}
