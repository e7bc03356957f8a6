//! Who is who: names and entities of what appears in events.

use std::sync::Arc;

use crate::kernel::{Event as KernelEvent, EventId, EventKind, ProcId, Trace};
use crate::nats::subject::matches;
use crate::server::{ClientConn, Frame, META};
use crate::world::{ClientSpec, Event, Node, World};

use super::entity::Entity;

/// A world, to ask for names.
#[derive(Debug, Clone, Copy)]
pub struct Cast<'a> {
    world: &'a World,
}

/// What a Raft group is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupOf {
    /// The streams of a cluster.
    Meta,
    /// A stream.
    Stream {
        /// The cluster's index.
        cluster: usize,
        /// The stream's name.
        name: Arc<str>,
    },
    /// A consumer.
    Consumer {
        /// The cluster's index.
        cluster: usize,
        /// The stream's name.
        stream: Arc<str>,
        /// The consumer's name.
        name: Arc<str>,
    },
    /// A stream or consumer that is gone.
    Gone,
}

impl<'a> Cast<'a> {
    /// Names as they are in this world.
    pub fn new(world: &'a World) -> Self {
        Self { world }
    }

    /// The world.
    pub fn world(&self) -> &'a World {
        self.world
    }

    /// Its events.
    pub fn trace(&self) -> &'a Trace<Node> {
        self.world.sim().trace()
    }

    /// An event.
    pub fn event(&self, id: EventId) -> Option<&'a Event> {
        self.trace().get(id)
    }

    /// Whether a process is a server.
    pub fn is_server(&self, process: ProcId) -> bool {
        self.world.server(process).is_some()
    }

    /// All applications that are there, in the order of their processes.
    pub fn apps(&self) -> impl Iterator<Item = ProcId> + use<'a> {
        let world = self.world;
        let all = (0..world.sim().slots().len()).filter_map(|n| u32::try_from(n).ok().map(ProcId));
        all.filter(|process| world.server(*process).is_none() && !world.is_removed(*process))
    }

    /// The application that listens on a subject, for instance on the inbox of its consumer.
    pub fn listener(&self, subject: &str) -> Option<ProcId> {
        if subject.is_empty() {
            return None;
        }
        let mut clients = self.world.servers().flat_map(|(_, _, server)| server.clients());
        let listens =
            |client: &ClientConn| client.subs.values().any(|s| matches(&s.subject, subject));
        clients.find(|(_, client)| listens(client)).map(|(_, client)| client.peer)
    }

    /// What a process is on the page.
    pub fn entity(&self, process: ProcId) -> Entity {
        if self.is_server(process) { Entity::Server(process) } else { Entity::App(process) }
    }

    /// What a process is called: a server by its short name, with its cluster where there are several.
    pub fn name(&self, process: ProcId) -> String {
        let short = self.world.short_name(process);
        let clusters = &self.world.topology().clusters;
        match self.world.cluster_of(process).and_then(|n| clusters.get(n)) {
            Some(cluster) if clusters.len() > 1 && self.is_server(process) => {
                format!("{} {short}", cluster.name)
            }
            _ => short.to_owned(),
        }
    }

    /// What an app was said to be when it was made.
    pub fn spec(&self, process: ProcId) -> Option<&'a ClientSpec> {
        self.world.client_spec(process)
    }

    /// The name of a cluster.
    pub fn cluster(&self, cluster: usize) -> &'a str {
        self.world.topology().clusters.get(cluster).map_or("", |cluster| &cluster.name)
    }

    /// The frame that was sent with an event, and to whom.
    pub fn sent(&self, id: EventId) -> Option<(&'a Event, ProcId, &'a Frame)> {
        let event: &KernelEvent<Node> = self.event(id)?;
        match &event.kind {
            EventKind::Sent { to, frame, .. } => Some((event, *to, frame)),
            _ => None,
        }
    }

    /// What a Raft group is of.
    pub fn group(&self, group: &str, member: ProcId) -> GroupOf {
        if group == META {
            return GroupOf::Meta;
        }
        let cluster = self.world.cluster_of(member);
        let is = |of: usize, name: Option<&Arc<str>>| {
            Some(of) == cluster && name.is_some_and(|name| **name == *group)
        };
        if let Some(s) = self.world.streams().into_iter().find(|s| is(s.cluster, s.group)) {
            return GroupOf::Stream { cluster: s.cluster, name: Arc::clone(s.name) };
        }
        let mut consumers = self.world.consumers().into_iter();
        consumers.find(|c| is(c.cluster, c.group)).map_or(GroupOf::Gone, |c| {
            let (stream, name) = (Arc::clone(c.stream), Arc::clone(c.name));
            GroupOf::Consumer { cluster: c.cluster, stream, name }
        })
    }

    /// The stream of a cluster that stores a subject, and its leader.
    pub fn stream_for(&self, member: ProcId, subject: &str) -> Option<(Entity, Option<ProcId>)> {
        let cluster = self.world.cluster_of(member)?;
        let streams = self.world.streams();
        let found = streams.iter().find(|stream| {
            stream.cluster == cluster
                && stream.config().is_some_and(|config| {
                    config.subjects.iter().any(|pattern| matches(pattern, subject))
                })
        })?;
        Some((Entity::Stream { cluster, name: Arc::clone(found.name) }, found.leader()))
    }
}
