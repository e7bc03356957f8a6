//! A topology: everything about a world that is fixed before its first event, as data.

use crate::sorted::{Map, Set};

use crate::client::behaviour::Job;
use crate::client::{Behaviour, Call};
use crate::kernel::{LinkSpec, Span, Time};
use crate::nats::json::{self, as_json, words};
use crate::server::ServerSettings;

use super::ClusterLink;

/// A world before it starts.
#[derive(Debug, Clone, PartialEq)]
pub struct Topology {
    /// Where all randomness comes from.
    pub seed: u64,
    /// The date at which it all begins.
    pub start: Time,
    /// The clusters; each is its own JetStream.
    pub clusters: Vec<Cluster>,
    /// How the clusters are joined; without links they know nothing of each other.
    pub links: Vec<ClusterLink>,
    /// The clients that are there from the beginning.
    pub clients: Vec<ClientSpec>,
    /// What is done, in order, before anybody looks: streams to create, subscriptions to make.
    pub setup: Vec<Setup>,
}

as_json! {
    strict Topology, from Self::of(Vec::new());
    seed, start omitempty, clusters required, links omitempty, clients, setup,
}

/// A cluster of servers.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// Its name.
    pub name: String,
    /// Its JetStream domain, if it has one.
    pub domain: Option<String>,
    /// The names of its servers, 1 to 5. A lone server is no cluster: it has no routes and no meta
    /// group, as a real one has not.
    pub servers: Vec<String>,
    /// How its servers are configured, by name; a server that is not here has the defaults.
    pub settings: Map<String, ServerSettings>,
    /// The links between its servers.
    pub route: LinkSpec,
    /// The links between its servers and their clients.
    pub access: LinkSpec,
}

as_json! {
    strict Cluster, from Self::of(String::new(), Vec::new());
    name required, domain omitempty, servers required, settings omitempty, route, access,
}

/// A client.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClientSpec {
    /// Its name.
    pub name: String,
    /// The cluster it connects to.
    pub cluster: String,
    /// The server it connects to first; without it, the cluster's servers in turn.
    pub server: Option<String>,
    /// What kind of client it is.
    pub role: Role,
    /// What the button on it publishes, if it has one: subject and text, `{{Count}}` counts up.
    pub publishes: Option<(String, String)>,
    /// What it does by itself, beginning when the setup is done.
    pub behaviour: Option<Behaviour>,
}

as_json! {
    strict ClientSpec;
    name required, cluster required, server omitempty, role, publishes omitempty,
    behaviour omitempty,
}

impl ClientSpec {
    /// A client that connects to the servers of a cluster in turn and does nothing by itself.
    pub fn new(name: &str, cluster: &str, role: Role) -> Self {
        Self {
            name: name.to_owned(),
            cluster: cluster.to_owned(),
            server: None,
            role,
            publishes: None,
            behaviour: None,
        }
    }

    /// A client that says and hears bytes only, for who speaks the protocol from outside.
    pub fn wire(name: &str, cluster: &str, server: Option<&str>) -> Self {
        let server = server.map(str::to_owned);
        Self { server, ..Self::new(name, cluster, Role::Wire) }
    }

    /// What kind of client it is to those who look: what it does by itself says more than its role.
    pub const fn acts_as(&self) -> Role {
        match &self.behaviour {
            None => self.role,
            Some(Behaviour::Publisher(_)) => Role::Publisher,
            Some(Behaviour::Worker(_)) => Role::Worker,
            Some(Behaviour::Subscriber(_)) => Role::Subscriber,
            Some(Behaviour::Kv(app)) => match app.job {
                Job::Config => Role::Subscriber,
                Job::Service | Job::Elector | Job::Counter => Role::Publisher,
            },
        }
    }
}

/// What kind of client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// A simulated application that publishes.
    #[default]
    Publisher,
    /// A simulated application that subscribes.
    Subscriber,
    /// A simulated application that works off the messages of a consumer.
    Worker,
    /// The person at the console.
    Console,
    /// A connection from outside the simulation, which speaks for itself byte by byte.
    Wire,
}

words! {
    Role: "publisher" Publisher, "subscriber" Subscriber, "worker" Worker, "console" Console,
        "wire" Wire
}

/// One thing done before anybody looks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Setup {
    /// Which client does it.
    pub client: String,
    /// What.
    pub call: Call,
}

as_json! {
    strict Setup;
    client required, call required,
}

/// Why a topology cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TopologyError {
    /// It is not JSON, or not of this form.
    #[error("the topology is not readable: {0}")]
    Syntax(String),
    /// There is no cluster.
    #[error("a topology needs at least one cluster")]
    NoCluster,
    /// More clusters than fit.
    #[error("a topology has at most 8 clusters, this one has {0}")]
    TooManyClusters(usize),
    /// A cluster without servers, or with too many.
    #[error("cluster {cluster} has {servers} servers; 1 to 5 are possible")]
    ServerCount {
        /// The cluster.
        cluster: String,
        /// How many it has.
        servers: usize,
    },
    /// A name that cannot be used.
    #[error("{what} name {name:?} cannot be used: use letters, digits, '-' and '_', at most 64")]
    BadName {
        /// What is named.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A name that is used twice.
    #[error("{what} name {name:?} is used twice")]
    DuplicateName {
        /// What is named.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A link between clusters that cannot be.
    #[error("the link from {from} to {to} cannot be: {why}")]
    Link {
        /// The leaf.
        from: String,
        /// Its hub.
        to: String,
        /// What is wrong, and what would be right.
        why: String,
    },
    /// A client that can do nothing of the kind.
    #[error("client {client} cannot do that: {why}")]
    Behaviour {
        /// The client.
        client: String,
        /// What is wrong with a knob, and what would be right.
        why: String,
    },
    /// A client of a cluster or server that is not there.
    #[error("client {client} wants {what} {name:?}, which there is not")]
    Unknown {
        /// The client.
        client: String,
        /// What it wants.
        what: &'static str,
        /// Its name.
        name: String,
    },
}

/// Half a millisecond between the servers of a cluster.
const fn route_link() -> LinkSpec {
    LinkSpec::latency(Span::micros(500))
}

/// A fifth of a millisecond between a client and its server.
const fn client_link() -> LinkSpec {
    LinkSpec::latency(Span::micros(200))
}

impl Cluster {
    pub(super) const fn of(name: String, servers: Vec<String>) -> Self {
        let (route, access) = (route_link(), client_link());
        Self { name, domain: None, servers, settings: Map::new(), route, access }
    }
}

as_json! {
    lenient LinkSpec;
    latency required, jitter, loss, bandwidth
}

impl Topology {
    /// Reads a topology from JSON and checks it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_json(text: &str) -> Result<Self, TopologyError> {
        let topology: Self =
            json::read(text.as_bytes()).map_err(|why| TopologyError::Syntax(why.to_string()))?;
        topology.validate()?;
        Ok(topology)
    }

    /// A single cluster without clients, with the usual links.
    pub fn single(cluster: &str, servers: &[&str]) -> Self {
        let servers = servers.iter().map(|&name| name.to_owned()).collect();
        Self::of(vec![Cluster::of(cluster.to_owned(), servers)])
    }

    pub(super) const fn of(clusters: Vec<Cluster>) -> Self {
        let (seed, start) = (42, Time::ZERO);
        Self { seed, start, clusters, links: Vec::new(), clients: Vec::new(), setup: Vec::new() }
    }

    /// Checks that this world can be.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn validate(&self) -> Result<(), TopologyError> {
        match self.clusters.len() {
            0 => return Err(TopologyError::NoCluster),
            1..=8 => {}
            n => return Err(TopologyError::TooManyClusters(n)),
        }
        let mut clusters = Set::new();
        for cluster in &self.clusters {
            unique(&mut clusters, "cluster", &cluster.name)?;
            if !(1..=5).contains(&cluster.servers.len()) {
                let (cluster, servers) = (cluster.name.clone(), cluster.servers.len());
                return Err(TopologyError::ServerCount { cluster, servers });
            }
            let mut servers = Set::new();
            for server in &cluster.servers {
                unique(&mut servers, "server", server)?;
            }
            if let Some(name) = cluster.settings.keys().find(|name| !servers.contains(&***name)) {
                let (client, name) = (format!("the settings of {}", cluster.name), name.clone());
                return Err(TopologyError::Unknown { client, what: "server", name });
            }
        }
        super::cluster_link::check(self)?;
        let mut clients = Set::new();
        for client in &self.clients {
            unique(&mut clients, "client", &client.name)?;
            self.validate_client(client)?;
        }
        for setup in &self.setup {
            if !clients.contains(setup.client.as_str()) {
                let (client, name) = ("the setup".to_owned(), setup.client.clone());
                return Err(TopologyError::Unknown { client, what: "client", name });
            }
        }
        Ok(())
    }

    /// Checks that this client can be added.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn check_new_client(&self, client: &ClientSpec) -> Result<(), TopologyError> {
        let known = self.clients.iter().find(|known| known.name == client.name);
        let mut names = known.iter().map(|known| known.name.as_str()).collect();
        unique(&mut names, "client", &client.name)?;
        self.validate_client(client)
    }

    /// Checks that a client's cluster and server exist and that it can do what it is to do.
    ///
    /// # Errors
    /// What of it is wrong.
    pub fn validate_client(&self, client: &ClientSpec) -> Result<(), TopologyError> {
        let unknown = |what, name: &str| {
            let (client, name) = (client.name.clone(), name.to_owned());
            TopologyError::Unknown { client, what, name }
        };
        let Some(cluster) = self.clusters.iter().find(|c| c.name == client.cluster) else {
            return Err(unknown("cluster", &client.cluster));
        };
        if let Some(server) = &client.server
            && !cluster.servers.contains(server)
        {
            return Err(unknown("server", server));
        }
        client
            .behaviour
            .as_ref()
            .map_or(Ok(()), Behaviour::check)
            .map_err(|why| TopologyError::Behaviour { client: client.name.clone(), why })
    }
}

fn unique<'a>(
    seen: &mut Set<&'a str>,
    what: &'static str,
    name: &'a str,
) -> Result<(), TopologyError> {
    let fine = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || name.len() > 64 || !name.chars().all(fine) {
        return Err(TopologyError::BadName { what, name: name.to_owned() });
    }
    if !seen.insert(name) {
        return Err(TopologyError::DuplicateName { what, name: name.to_owned() });
    }
    Ok(())
}
