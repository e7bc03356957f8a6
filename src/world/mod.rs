//! The world: servers, clients and the network between them, as one value.
//!
//! A world is built from a [`Topology`] and moved by [`Input`]s and by time. It is cheap to clone;
//! [`crate::kernel::History`] builds stepping back, seeking and forking on that. What there is to
//! see is in read-only views; nothing outside can reach into a process.

mod apply;
pub mod bucket;
mod build;
pub mod check;
mod cluster_link;
mod consumer_view;
mod inflow_view;
mod input;
mod input_json;
mod node;
pub mod scenes;
mod sense;
mod shape;
mod topology;
mod trouble;
mod view;

use crate::sorted::Map;
use std::sync::Arc;

use crate::client::{Client, Wire};
use crate::kernel::{EventId, Machine, ProcId, ProcState, Sim, Span, Time};
use crate::server::Server;

pub use cluster_link::{ClusterLink, LinkKind};
pub use consumer_view::{ConsumerReplica, ConsumerView};
pub use inflow_view::InflowView;
pub use input::Input;
pub use node::{Node, NodeInput, NodeTimer, Note};
pub use sense::InputError;
pub use shape::Shape;
pub use topology::{ClientSpec, Cluster, Role, Setup, Topology, TopologyError};
pub use trouble::Trouble;
pub use view::{Replica, StreamView};

/// An event of a world's trace.
pub type Event = crate::kernel::Event<Node>;
/// What kind of event.
pub type EventKind = crate::kernel::EventKind<Node>;
/// A world with all its pasts.
pub type History = crate::kernel::History<World>;

/// Positions between keyframes: a seek replays at most so many, which takes about a millisecond.
pub const KEYFRAME_INTERVAL: u64 = 1_000;

/// A whole simulated deployment.
#[derive(Debug, Clone)]
pub struct World {
    sim: Sim<Node>,
    topology: Arc<Topology>,
    names: Arc<Map<Arc<str>, ProcId>>,
    /// For each process, the cluster it belongs or connects to.
    clusters: Arc<Vec<usize>>,
    /// For each process, its name without the cluster.
    short_names: Arc<Vec<Arc<str>>>,
    /// The clients that were removed, as they were described.
    removed: Arc<Vec<(ProcId, ClientSpec)>>,
}

impl World {
    /// What the world was built from, with the clients added since and without those removed.
    pub fn topology(&self) -> &Topology {
        &self.topology
    }
    /// The simulation: time, trace, links, what is in flight.
    pub fn sim(&self) -> &Sim<Node> {
        &self.sim
    }
    /// The virtual time.
    pub fn now(&self) -> Time {
        self.sim.now()
    }
    /// How many steps were taken and inputs given.
    pub fn position(&self) -> u64 {
        self.sim.position()
    }
    /// The digest of everything that happened: equal worlds have equal digests.
    pub fn digest(&self) -> u64 {
        self.sim.trace().digest()
    }

    /// The process of this name: `cluster/server`, or a client's name.
    pub fn process(&self, name: &str) -> Option<ProcId> {
        self.names.get(name).copied()
    }
    /// The name of a process: `cluster/server`, or a client's name.
    pub fn name(&self, process: ProcId) -> &str {
        self.sim.slots().get(process.0 as usize).map_or("", |slot| &slot.name)
    }
    /// The name of a process, without the cluster.
    pub fn short_name(&self, process: ProcId) -> &str {
        self.short_names.get(process.0 as usize).map_or("", |name| name)
    }
    /// The cluster of a server, or the one a client connects to: its place in the topology.
    pub fn cluster_of(&self, process: ProcId) -> Option<usize> {
        self.clusters.get(process.0 as usize).copied()
    }
    /// The name of the cluster of a process.
    pub fn cluster_name(&self, process: ProcId) -> String {
        let clusters = &self.topology.clusters;
        let at = self.cluster_of(process).and_then(|at| clusters.get(at));
        at.map_or_else(String::new, |cluster| cluster.name.clone())
    }
    /// The link that joins the clusters of two servers, if they are of two that are joined.
    pub fn cluster_link(&self, a: ProcId, b: ProcId) -> Option<&ClusterLink> {
        let cluster = |process| Some(&*self.topology.clusters.get(self.cluster_of(process)?)?.name);
        let (a, b) = (cluster(a)?, cluster(b)?);
        let joins = |link: &&ClusterLink| {
            [(&*link.from, &*link.to), (&*link.to, &*link.from)].contains(&(a, b))
        };
        self.topology.links.iter().find(joins)
    }
    /// A server, to look at.
    pub fn server(&self, process: ProcId) -> Option<&Server> {
        match self.sim.process(process)? {
            Node::Server(server) => Some(server),
            Node::Client(_) | Node::Wire(_) => None,
        }
    }
    /// A client, to look at.
    pub fn client(&self, process: ProcId) -> Option<&Client> {
        match self.sim.process(process)? {
            Node::Client(client) => Some(client),
            Node::Server(_) | Node::Wire(_) => None,
        }
    }
    /// A connection from outside, to look at.
    pub fn wire(&self, process: ProcId) -> Option<&Wire> {
        match self.sim.process(process)? {
            Node::Wire(wire) => Some(wire),
            Node::Server(_) | Node::Client(_) => None,
        }
    }
    /// All servers.
    pub fn servers(&self) -> impl Iterator<Item = (ProcId, ProcState, &Server)> {
        self.processes().filter_map(|(id, state)| Some((id, state, self.server(id)?)))
    }
    /// All simulated applications that are there.
    pub fn clients(&self) -> impl Iterator<Item = (ProcId, ProcState, &Client)> {
        let all = self.processes().filter(|(id, _)| !self.is_removed(*id));
        all.filter_map(|(id, state)| Some((id, state, self.client(id)?)))
    }
    /// Whether a process was removed.
    pub fn is_removed(&self, process: ProcId) -> bool {
        self.removed.iter().any(|(removed, _)| *removed == process)
    }
    fn processes(&self) -> impl Iterator<Item = (ProcId, ProcState)> {
        self.sim.slots().iter().enumerate().map(|(n, slot)| (ProcId(n as u32), slot.state))
    }
    /// The client's description in the topology, or what it was before it was removed.
    pub fn client_spec(&self, process: ProcId) -> Option<&ClientSpec> {
        if let Some((_, spec)) = self.removed.iter().find(|(removed, _)| *removed == process) {
            return Some(spec);
        }
        let name = self.name(process);
        self.topology.clients.iter().find(|spec| spec.name == name)
    }
    /// How many operations of clients are waited for; subscriptions that go on do not count.
    pub fn open_ops(&self) -> usize {
        self.clients().map(|(_, _, client)| client.open_ops()).sum()
    }

    /// When the next step happens, if ever.
    pub fn next_at(&mut self) -> Option<Time> {
        self.sim.next_at()
    }
    /// Takes one step; false if there is nothing to do.
    pub fn step(&mut self) -> bool {
        self.sim.step()
    }
    /// Lets everything happen up to and including `at`, and time pass until then.
    pub fn run_until(&mut self, at: Time) {
        while self.next_at().is_some_and(|next| next <= at) && self.step() {}
        self.sim.idle_until(at);
    }
    /// Runs until no operation is open, at most for `limit`. Whether it came to that.
    pub fn run_idle(&mut self, limit: Span) -> bool {
        let end = self.now() + limit;
        while self.open_ops() > 0 {
            if self.next_at().is_none_or(|next| next > end) || !self.step() {
                return false;
            }
        }
        true
    }

    /// Gives the world an input, now.
    ///
    /// # Errors
    /// What about it makes no sense; nothing has happened then.
    pub fn give(&mut self, input: &Input) -> Result<EventId, InputError> {
        apply::apply(self, input)
    }
}

impl Machine for World {
    type Input = Input;

    fn position(&self) -> u64 {
        self.sim.position()
    }
    fn now(&self) -> Time {
        self.sim.now()
    }
    fn next_at(&mut self) -> Option<Time> {
        self.sim.next_at()
    }
    fn step(&mut self) -> bool {
        self.sim.step()
    }
    fn idle_until(&mut self, at: Time) {
        self.sim.idle_until(at);
    }
    fn apply(&mut self, input: &Input) {
        let before = self.position();
        // Inputs are checked before they get into a history; one that is wrong does nothing.
        let _ = self.give(input);
        if self.position() == before {
            // Healing what is whole, for instance. History would give the input again and again.
            self.sim.nothing();
        }
    }
}

#[cfg(test)]
mod tests;
