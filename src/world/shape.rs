//! Worlds of a shape: so many clusters of so many servers, with leaf links between them and nothing in them
//! yet.

use crate::kernel::{LinkSpec, Span};

use super::{ClientSpec, Cluster, ClusterLink, Role, Topology};

/// How long a packet takes from one cluster to the next.
const AWAY: Span = Span::millis(40);
/// What the clusters are called, in order; their domains have the same names.
const NAMES: [&str; 8] =
    ["us-east", "eu-west", "ap-south", "us-west", "eu-north", "ap-east", "sa-east", "af-south"];

/// How clusters are joined by leaf links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// All others are leaves of the first.
    Hub,
    /// Each is a leaf of the one before.
    Chain,
}

impl Topology {
    /// Clusters of these many servers, each a JetStream domain of its own, and somebody at a console of the
    /// first. It may be none that can be: [`super::World::new`] says so.
    pub fn shaped(shape: Shape, sizes: &[usize]) -> Self {
        let name = |n: usize| NAMES[n % NAMES.len()];
        let cluster = |(n, size): (usize, &usize)| {
            let servers = (1..=*size).map(|server| format!("n{server}")).collect();
            let domain = Some(name(n).to_owned());
            Cluster { domain, ..Cluster::of(name(n).to_owned(), servers) }
        };
        let link = |n: usize| {
            let hub = if shape == Shape::Hub { 0 } else { n - 1 };
            ClusterLink { link: LinkSpec::latency(AWAY), ..ClusterLink::leaf(name(n), name(hub)) }
        };
        let cli = ClientSpec {
            name: "cli".to_owned(),
            cluster: name(0).to_owned(),
            role: Role::Console,
            ..ClientSpec::default()
        };
        Self {
            links: (1..sizes.len()).map(link).collect(),
            clients: vec![cli],
            ..Self::of(sizes.iter().enumerate().map(cluster).collect())
        }
    }
}
