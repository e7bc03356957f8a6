//! How a world is built from its topology: servers, the links between them, clients, and what is done
//! before anybody looks.

use std::sync::Arc;

use crate::client::{Behaviour, Client, ClientConfig, Wire};
use crate::kernel::{EventId, LinkSpec, ProcId, Sim, Span};
use crate::server::{LeafRemote, Server, ServerConfig};

use super::{ClientSpec, Cluster, Input, Node, NodeInput, Role, Topology, TopologyError, World};

/// How long the servers get to find each other and elect a leader before a world is shown.
const SETTLE: Span = Span::secs(3);
/// How long one setup call gets.
const SETUP_LIMIT: Span = Span::secs(20);

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
        world.prepare_cluster_links();
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
    pub(super) fn set_going(&mut self, spec: &ClientSpec) {
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
        for (n, (me, name)) in members.iter().enumerate() {
            let config = ServerConfig {
                name: Arc::clone(name),
                cluster: name_of(&cluster.name),
                domain: cluster.domain.as_ref().map(name_of),
                members: members.clone(),
                me: *me,
                leafs: self.hubs_of(index, n),
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

    /// The processes of a cluster's servers: they are numbered through in the order of the topology.
    pub(super) fn processes_of(&self, cluster: usize) -> impl Iterator<Item = ProcId> + use<> {
        let count = |c: &Cluster| c.servers.len() as u32;
        let first: u32 = self.topology.clusters.iter().take(cluster).map(count).sum();
        let len = self.topology.clusters.get(cluster).map_or(0, count);
        (first..first + len).map(ProcId)
    }

    fn cluster_index(&self, name: &str) -> Option<usize> {
        self.topology.clusters.iter().position(|cluster| cluster.name == name)
    }

    /// The hubs that a server of a cluster is a leaf of. Not all servers of a leaf dial the same one of
    /// the hub first.
    fn hubs_of(&self, cluster: usize, server: usize) -> Vec<LeafRemote> {
        let Some(name) = self.topology.clusters.get(cluster).map(|cluster| &cluster.name) else {
            return Vec::new();
        };
        let subjects = |list: &Vec<String>| list.iter().map(|s| s.as_str().into()).collect();
        let hubs = self.topology.links.iter().filter(|link| link.from == *name);
        hubs.filter_map(|link| {
            let mut servers: Vec<ProcId> =
                self.processes_of(self.cluster_index(&link.to)?).collect();
            let first = server % servers.len().max(1);
            servers.rotate_left(first);
            Some(LeafRemote {
                cluster: link.to.as_str().into(),
                servers,
                deny_imports: subjects(&link.deny_imports),
                deny_exports: subjects(&link.deny_exports),
            })
        })
        .collect()
    }

    /// The ways between the servers of joined clusters.
    fn prepare_cluster_links(&mut self) {
        let topology = Arc::clone(&self.topology);
        for link in &topology.links {
            let (from, to) = (self.cluster_index(&link.from), self.cluster_index(&link.to));
            let (Some(from), Some(to)) = (from, to) else { continue };
            for a in self.processes_of(from) {
                for b in self.processes_of(to) {
                    self.sim.prepare_link(a, b, link.link);
                }
            }
        }
    }

    pub(super) fn add_client(&mut self, spec: &ClientSpec) {
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
    pub(super) fn remove_client(&mut self, process: ProcId) -> EventId {
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
}
