//! The world: servers, clients and the network between them, as one value.
//!
//! A world is built from a [`Topology`] and moved by [`Input`]s and by time. It is cheap to clone;
//! [`crate::kernel::History`] builds stepping back, seeking and forking on that. What there is to
//! see is in read-only views; nothing outside can reach into a process.

mod apply;
pub mod check;
mod consumer_view;
mod inflow_view;
mod input;
mod node;
pub mod scenes;
mod topology;
mod view;

use crate::sorted::Map;
use std::sync::Arc;

use crate::client::{Behaviour, Client, ClientConfig, Wire};
use crate::kernel::{EventId, LinkSpec, Machine, ProcId, ProcState, Sim, Span, Time};
use crate::server::{Server, ServerConfig};

pub use apply::InputError;
pub use consumer_view::{ConsumerReplica, ConsumerView};
pub use inflow_view::InflowView;
pub use input::Input;
pub use node::{Node, NodeInput, NodeTimer, Note};
pub use topology::{ClientSpec, Cluster, Role, Setup, Topology, TopologyError};
pub use view::{Replica, StreamView};

/// An event of a world's trace.
pub type Event = crate::kernel::Event<Node>;
/// What kind of event.
pub type EventKind = crate::kernel::EventKind<Node>;
/// A world with all its pasts.
pub type History = crate::kernel::History<World>;

/// Positions between keyframes: a seek replays at most so many, which takes about a millisecond.
pub const KEYFRAME_INTERVAL: u64 = 1_000;

/// How long the servers get to find each other and elect a leader before a world is shown.
const SETTLE: Span = Span::secs(3);
/// How long one setup call gets.
const SETUP_LIMIT: Span = Span::secs(20);

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
    /// Builds and starts a world, and lets it settle: servers find each other, the setup is done.
    ///
    /// # Errors
    /// Why the topology cannot be.
    pub fn new(topology: Topology) -> Result<Self, TopologyError> {
        Self::with_memory(topology, None)
    }

    /// The same, remembering roughly only the last so many events: for worlds that run for hours.
    ///
    /// # Errors
    /// Why the topology cannot be.
    pub fn with_memory(
        topology: Topology,
        keep_events: Option<usize>,
    ) -> Result<Self, TopologyError> {
        topology.validate()?;
        let default = LinkSpec::latency(Span::micros(200));
        let topology = Arc::new(topology);
        let mut world = Self {
            sim: Sim::new(topology.seed, default, keep_events),
            topology: Arc::clone(&topology),
            names: Arc::default(),
            clusters: Arc::default(),
            short_names: Arc::default(),
            removed: Arc::default(),
        };
        world.sim.idle_until(topology.start);
        for (index, cluster) in topology.clusters.iter().enumerate() {
            world.add_servers(index, cluster);
        }
        let servers = world.sim.slots().len();
        for process in 0..servers {
            world.sim.start(ProcId(process as u32));
        }
        world.run_until(world.now() + SETTLE);
        for client in &topology.clients {
            world.add_client(client);
        }
        world.run_until(world.now() + Span::millis(500));
        for setup in &topology.setup {
            let input = Input::Call { client: setup.client.clone(), call: setup.call.clone() };
            if world.give(&input).is_ok() {
                world.run_idle(SETUP_LIMIT);
            }
        }
        world.run_until(world.now() + Span::millis(500));
        // Who listens and works is ready before the first message is published.
        let publishes =
            |spec: &&ClientSpec| matches!(spec.behaviour, Some(Behaviour::Publisher(_)));
        for client in topology.clients.iter().filter(|spec| !publishes(spec)) {
            world.set_going(client);
        }
        if topology.clients.iter().any(|spec| spec.behaviour.is_some()) {
            world.run_until(world.now() + Span::millis(500));
        }
        for client in topology.clients.iter().filter(publishes) {
            world.set_going(client);
        }
        Ok(world)
    }

    /// Lets a client do what it is to do by itself.
    fn set_going(&mut self, spec: &ClientSpec) {
        if let (Some(behaviour), Some(process)) = (&spec.behaviour, self.process(&spec.name)) {
            self.sim.input(process, NodeInput::Behave(behaviour.clone()));
        }
    }

    fn add_servers(&mut self, index: usize, cluster: &Cluster) {
        let first = self.sim.slots().len() as u32;
        let name_of = |name: &String| Arc::<str>::from(name.as_str());
        let members: Vec<(ProcId, Arc<str>)> = cluster
            .servers
            .iter()
            .enumerate()
            .map(|(n, name)| (ProcId(first + n as u32), name_of(name)))
            .collect();
        for (me, name) in &members {
            let config = ServerConfig {
                name: Arc::clone(name),
                cluster: name_of(&cluster.name),
                domain: cluster.domain.as_ref().map(name_of),
                members: members.clone(),
                me: *me,
                settings: cluster.settings.get(&**name).cloned().unwrap_or_default(),
            };
            let full = format!("{}/{name}", cluster.name);
            self.add(&full, name, index, Node::Server(Box::new(Server::new(config))));
        }
        for (a, _) in &members {
            for (b, _) in members.iter().filter(|(b, _)| b > a) {
                self.sim.prepare_link(*a, *b, cluster.route);
            }
        }
    }

    fn add_client(&mut self, spec: &ClientSpec) {
        let Some(index) = self.topology.clusters.iter().position(|c| c.name == spec.cluster) else {
            return;
        };
        let cluster = &self.topology.clusters[index];
        let access = cluster.access;
        let mut servers: Vec<ProcId> = cluster
            .servers
            .iter()
            .filter_map(|server| self.process(&format!("{}/{server}", cluster.name)))
            .collect();
        let first = match &spec.server {
            Some(server) => cluster.servers.iter().position(|name| name == server).unwrap_or(0),
            // In turn, so that not every client sits on the same server.
            None => self.clusters.iter().filter(|c| **c == index).count() % servers.len().max(1),
        };
        servers.rotate_left(first);
        let node = match spec.role {
            Role::Wire => {
                let name = &cluster.servers[first];
                let settings = cluster.settings.get(name).cloned().unwrap_or_default();
                Node::Wire(Box::new(Wire::new(servers[0], settings.max_payload)))
            }
            Role::Publisher | Role::Subscriber | Role::Worker | Role::Console => {
                let name = spec.name.as_str().into();
                let config = ClientConfig { name, servers: servers.clone() };
                Node::Client(Box::new(Client::new(config)))
            }
        };
        let process = self.add(&spec.name, &spec.name, index, node);
        for server in servers {
            self.sim.prepare_link(process, server, access);
        }
        self.sim.start(process);
    }

    /// A client goes for good; its name is free for another one.
    fn remove_client(&mut self, process: ProcId) -> EventId {
        let name = self.name(process).to_owned();
        let topology = Arc::make_mut(&mut self.topology);
        if let Some(at) = topology.clients.iter().position(|spec| spec.name == name) {
            let spec = topology.clients.remove(at);
            Arc::make_mut(&mut self.removed).push((process, spec));
        }
        Arc::make_mut(&mut self.names).remove(name.as_str());
        self.sim.remove(process)
    }

    fn add(&mut self, name: &str, short: &str, cluster: usize, node: Node) -> ProcId {
        let process = self.sim.add(name, node);
        Arc::make_mut(&mut self.names).insert(name.into(), process);
        Arc::make_mut(&mut self.clusters).push(cluster);
        Arc::make_mut(&mut self.short_names).push(short.into());
        process
    }

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
