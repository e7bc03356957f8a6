//! The file that `--topology` names: clusters of servers, each with the address it is to serve at.

use std::path::Path;
use windtunnel::sorted::Map;

use serde::Deserialize;
use windtunnel::kernel::{LinkSpec, Span};
use windtunnel::server::{JetStreamSettings, ServerSettings};
use windtunnel::world::{Cluster, ClusterLink, LinkKind, Topology};

use super::engine::Site;

#[derive(Debug, Deserialize)]
struct Document {
    clusters: Vec<ClusterEntry>,
    #[serde(default)]
    links: Vec<LinkEntry>,
}

#[derive(Debug, Deserialize)]
struct ClusterEntry {
    name: String,
    #[serde(default)]
    domain: Option<String>,
    servers: Vec<ServerEntry>,
}

#[derive(Debug, Deserialize)]
struct LinkEntry {
    kind: String,
    from: String,
    to: String,
}

#[derive(Debug, Deserialize)]
struct ServerEntry {
    name: String,
    host: String,
    port: u16,
}

/// A server and where its clients find it.
pub(crate) struct Port {
    pub(crate) site: Site,
    pub(crate) host: String,
    pub(crate) port: u16,
}

/// Nothing on the way takes time: between a real client and the bridge, and between its servers, the
/// real network and the real processor take enough.
const AT_ONCE: LinkSpec = LinkSpec::latency(Span::ZERO);

/// A cluster behind real ports.
pub(crate) fn cluster(
    name: &str,
    domain: Option<String>,
    settings: Map<String, ServerSettings>,
) -> Cluster {
    Cluster {
        name: name.to_owned(),
        domain,
        servers: settings.keys().cloned().collect(),
        settings,
        route: AT_ONCE,
        access: AT_ONCE,
    }
}

/// Reads a topology file.
///
/// # Errors
/// What is wrong with it, with the file's name.
pub(crate) fn read(path: &Path, seed: u64) -> Result<(Topology, Vec<Port>), String> {
    let told = |why: String| format!("{}: {why}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| told(error.to_string()))?;
    let document: Document =
        serde_json::from_str(&text).map_err(|error| told(error.to_string()))?;
    let mut topology = Topology { seed, clusters: Vec::new(), ..Topology::single("none", &[]) };
    let mut ports = Vec::new();
    for ClusterEntry { name, domain, servers } in document.clusters {
        let mut settings = Map::new();
        for ServerEntry { name: server, host, port } in servers {
            let own = ServerSettings {
                host: host.clone(),
                port,
                jetstream: Some(JetStreamSettings {
                    max_memory: 256 << 20,
                    max_storage: 1 << 30,
                    strict: true,
                    ..JetStreamSettings::default()
                }),
                ..ServerSettings::default()
            };
            settings.insert(server.clone(), own);
            ports.push(Port { site: Site { cluster: name.clone(), server }, host, port });
        }
        topology.clusters.push(cluster(&name, domain, settings));
    }
    for LinkEntry { kind, from, to } in document.links {
        let kind = match kind.as_str() {
            "leafnode" => LinkKind::Leaf,
            "gateway" => LinkKind::Gateway,
            other => {
                return Err(told(format!("there is no kind of link {other:?}; leafnode is one")));
            }
        };
        topology.links.push(ClusterLink { kind, link: AT_ONCE, ..ClusterLink::leaf(&from, &to) });
    }
    topology.validate().map_err(|why| told(why.to_string()))?;
    Ok((topology, ports))
}
