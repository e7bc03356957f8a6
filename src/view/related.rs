//! What belongs together: everything that has to do with the thing that is pointed at or selected.

use crate::sorted::Set;
use std::sync::Arc;

use crate::kernel::{EventId, EventKind, ProcId};
use crate::world::World;

use super::cast::Cast;
use super::entity::Entity;
use super::flow::Flow;
use super::why::root;

/// Everything that has to do with one or two things.
#[derive(Debug, Clone, Default)]
pub struct Related {
    focus: Vec<Entity>,
    processes: Set<ProcId>,
    links: Set<(ProcId, ProcId)>,
    streams: Set<(usize, Arc<str>)>,
    roots: Set<EventId>,
}

impl Related {
    /// What has to do with these.
    pub fn new<'a>(world: &World, things: impl IntoIterator<Item = &'a Entity>) -> Self {
        let mut related = Self::default();
        let cast = Cast::new(world);
        for thing in things {
            related.add(cast, thing);
            related.focus.push(thing.clone());
        }
        related
    }

    fn add(&mut self, cast: Cast<'_>, thing: &Entity) {
        match thing {
            Entity::Cluster(_) => {}
            Entity::Server(process) | Entity::App(process) => {
                self.processes.insert(*process);
            }
            Entity::Link(a, b) => {
                self.links.insert((*a, *b));
                self.processes.extend([*a, *b]);
            }
            Entity::Stream { cluster, name } | Entity::Message { cluster, stream: name, .. } => {
                self.streams.insert((*cluster, Arc::clone(name)));
                for stream in cast.world().streams() {
                    if stream.cluster == *cluster && stream.name == name {
                        self.processes.extend(stream.replicas.iter().map(|r| r.server));
                    }
                }
            }
            Entity::Consumer { cluster, stream, name } => {
                self.streams.insert((*cluster, Arc::clone(stream)));
                if let Some(consumer) = cast.world().consumer(*cluster, stream, name) {
                    self.processes.extend(consumer.replicas.iter().map(|r| r.server));
                }
            }
            Entity::Flow { .. } => {
                let Some(flow) = Flow::find(cast.world(), thing) else { return };
                self.streams.insert((flow.cluster, Arc::clone(flow.stream)));
                if let Some(cluster) = flow.origin_cluster {
                    self.streams.insert((cluster, flow.source.name.as_str().into()));
                }
                let view = flow.view.as_ref();
                self.processes.extend(view.map(|view| view.server));
                self.processes.extend(view.and_then(|view| view.origin_server));
            }
            Entity::Event(event) => self.add_event(cast, *event),
        }
    }

    fn add_event(&mut self, cast: Cast<'_>, id: EventId) {
        let Some(event) = cast.event(id) else { return };
        self.roots.insert(root(cast, id));
        self.processes.insert(event.place);
        let other = match &event.kind {
            EventKind::Sent { to, .. } => Some(*to),
            EventKind::Arrived { from, .. } => Some(*from),
            EventKind::LinkCut { peer }
            | EventKind::LinkBlocked { peer }
            | EventKind::LinkHealed { peer }
            | EventKind::LinkChanged { peer, .. } => Some(*peer),
            _ => None,
        };
        if let Some(other) = other {
            self.processes.insert(other);
            self.links.insert((event.place.min(other), event.place.max(other)));
        }
    }

    /// Whether a thing is itself one of those.
    pub fn is_focus(&self, thing: &Entity) -> bool {
        self.focus.contains(thing)
    }

    /// Whether a process has to do with them.
    pub fn process(&self, process: ProcId) -> bool {
        self.processes.contains(&process)
    }

    /// Whether a link has.
    pub fn link(&self, a: ProcId, b: ProcId) -> bool {
        self.links.contains(&(a.min(b), a.max(b)))
    }

    /// Whether a stream has.
    pub fn stream(&self, cluster: usize, name: &Arc<str>) -> bool {
        self.streams.iter().any(|(c, n)| *c == cluster && n == name)
    }

    /// Whether an event has: it is one of them, or began with the same input.
    pub fn event(&self, cast: Cast<'_>, event: EventId) -> bool {
        !self.roots.is_empty() && self.roots.contains(&root(cast, event))
    }
}
