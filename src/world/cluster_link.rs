//! A link between two clusters, as a topology describes it: which is the leaf of which, how well it
//! carries, and what it does not carry.

use crate::sorted::Set;

use crate::kernel::{LinkSpec, Span};
use crate::nats::json::{as_json, words};
use crate::nats::subject::is_valid_pattern;

use super::{Cluster, Topology, TopologyError};

/// A link between two clusters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterLink {
    /// What joins them.
    pub kind: LinkKind,
    /// The leaf: each of its servers dials a server of the other cluster.
    pub from: String,
    /// The hub.
    pub to: String,
    /// What the way is like between any server here and any there.
    pub link: LinkSpec,
    /// Subjects of which nothing comes from the hub to the leaf; and nothing goes the other way, which the
    /// name does not say, but the real server does.
    pub deny_imports: Vec<String>,
    /// Subjects of which nothing goes from the leaf to the hub.
    pub deny_exports: Vec<String>,
}

as_json! {
    strict ClusterLink, from Self::leaf("", "");
    kind, from required, to required, link, deny_imports omitempty, deny_exports omitempty,
}

/// What joins two clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LinkKind {
    /// Leaf node connections: each cluster is a JetStream domain of its own.
    #[default]
    Leaf,
    /// Gateways: both clusters are one super-cluster with one JetStream.
    Gateway,
}

words! { LinkKind: "leafnode" Leaf, "gateway" Gateway }

impl ClusterLink {
    /// A leaf link that carries everything, in 20 ms.
    pub fn leaf(from: &str, to: &str) -> Self {
        Self {
            kind: LinkKind::Leaf,
            from: from.to_owned(),
            to: to.to_owned(),
            link: LinkSpec::latency(Span::millis(20)),
            deny_imports: Vec::new(),
            deny_exports: Vec::new(),
        }
    }
}

/// Checks that the links of a topology can be.
pub(super) fn check(topology: &Topology) -> Result<(), TopologyError> {
    let find = |name: &str| topology.clusters.iter().find(|cluster| cluster.name == name);
    let mut domains: Set<&str> = Set::new();
    let mut joined: Set<&str> = Set::new();
    for (n, link) in topology.links.iter().enumerate() {
        let wrong = |why: String| {
            let (from, to) = (link.from.clone(), link.to.clone());
            Err(TopologyError::Link { from, to, why })
        };
        if link.kind == LinkKind::Gateway {
            return wrong("gateways are not simulated yet; leafnode is what there is".to_owned());
        }
        if link.from == link.to {
            return wrong("a link joins two clusters, not one with itself".to_owned());
        }
        let same = |other: &ClusterLink| {
            (&other.from, &other.to) == (&link.from, &link.to)
                || (&other.from, &other.to) == (&link.to, &link.from)
        };
        if topology.links.iter().take(n).any(same) {
            return wrong("the two are joined already".to_owned());
        }
        for name in [&link.from, &link.to] {
            let Some(cluster) = find(name) else {
                let known: Vec<&str> = topology.clusters.iter().map(|c| &*c.name).collect();
                let known = known.join(", ");
                return wrong(format!("there is no cluster {name:?}; there are {known}"));
            };
            if !joined.insert(&cluster.name) || !has_jetstream(cluster) {
                continue;
            }
            match &cluster.domain {
                Some(domain) if domains.insert(domain) => {}
                Some(domain) => {
                    return wrong(format!(
                        "the domain {domain:?} of {name} is that of another cluster as well; each \
                         needs one of its own"
                    ));
                }
                None => {
                    return wrong(format!(
                        "{name} needs a JetStream domain of its own, such as \"domain\": {name:?}"
                    ));
                }
            }
        }
        let denied = link.deny_imports.iter().chain(&link.deny_exports);
        if let Some(pattern) = denied.into_iter().find(|pattern| !is_valid_pattern(pattern)) {
            return wrong(format!("{pattern:?} is no subject that it could deny"));
        }
    }
    Ok(())
}

/// Whether any server of a cluster has JetStream.
fn has_jetstream(cluster: &Cluster) -> bool {
    cluster.servers.iter().any(|server| {
        cluster.settings.get(&**server).is_none_or(|settings| settings.jetstream.is_some())
    })
}
