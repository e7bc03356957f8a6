//! What the links of a cluster deny stays at home: where all of them deny a subject, a stream there has only
//! what was published there.

use std::sync::Arc;

use super::Violation;
use crate::kernel::EventId;
use crate::nats::protocol::ClientOp;
use crate::nats::subject::matches;
use crate::server::Frame;
use crate::sorted::Set;
use crate::world::{EventKind, Topology, World};

/// What clients published: cluster, subject and text.
type Published = (usize, Arc<str>, Vec<u8>);

/// Watches the trace of one world and remembers who published what that is to stay at home.
#[derive(Debug, Clone, Default)]
pub struct AtHome {
    published: Set<Published>,
    next: u64,
}

impl AtHome {
    /// Looks at what happened since the last time.
    pub fn watch(&mut self, world: &World) {
        let trace = world.sim().trace();
        let from = std::mem::replace(&mut self.next, trace.len());
        for event in trace.since(EventId(from)) {
            let EventKind::Sent { frame: Frame::Client(ClientOp::Pub(message)), .. } = &event.kind
            else {
                continue;
            };
            let cluster = world.cluster_of(event.place).unwrap_or(0);
            if is_denied(world.topology(), cluster, &message.subject) {
                let subject = Arc::clone(&message.subject);
                self.published.insert((cluster, subject, message.payload.to_vec()));
            }
        }
    }

    /// Whether no stream has such a message of another cluster. Mirrors and sources get theirs over the API,
    /// which is not denied.
    ///
    /// # Errors
    /// [`Violation::FromAfar`].
    pub fn nothing_came_from_afar(&self, world: &World) -> Result<(), Violation> {
        for view in world.streams() {
            let config = view.config();
            if config.is_none_or(|config| config.mirror.is_some() || !config.sources.is_empty()) {
                continue;
            }
            for replica in &view.replicas {
                for message in replica.stream.store().iter_from(0) {
                    if is_denied(world.topology(), view.cluster, &message.subject)
                        && !self.is_of(view.cluster, &message.subject, &message.payload)
                    {
                        let (stream, server) = (Arc::clone(view.name), replica.server);
                        return Err(Violation::FromAfar { stream, server, seq: message.seq });
                    }
                }
            }
        }
        Ok(())
    }

    fn is_of(&self, cluster: usize, subject: &Arc<str>, text: &[u8]) -> bool {
        self.published.contains(&(cluster, Arc::clone(subject), text.to_vec()))
    }
}

/// Whether a cluster has links, and none of them carries a subject in or out.
fn is_denied(topology: &Topology, cluster: usize, subject: &str) -> bool {
    let Some(cluster) = topology.clusters.get(cluster) else { return false };
    let own = |end: &str| *end == *cluster.name;
    let denies = |list: &[String]| list.iter().any(|pattern| matches(pattern, subject));
    let mut links = topology.links.iter().filter(|link| own(&link.from) || own(&link.to));
    let mut any = false;
    links.all(|link| {
        any = true;
        denies(&link.deny_imports) && denies(&link.deny_exports)
    }) && any
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::ClusterLink;

    #[test]
    fn knows_what_is_to_stay_at_home() {
        let cluster = |name: &str| Topology::single(name, &["n"]).clusters[0].clone();
        let mut topology = Topology::single("a", &["n"]);
        topology.clusters.extend([cluster("b"), cluster("c")]);
        assert!(!is_denied(&topology, 0, "home.x"), "without links nothing is denied");
        let home = vec!["home.>".to_owned()];
        let (deny_imports, deny_exports) = (home.clone(), home);
        topology.links =
            vec![ClusterLink { deny_imports, deny_exports, ..ClusterLink::leaf("b", "a") }];
        assert!(is_denied(&topology, 0, "home.x") && is_denied(&topology, 1, "home.x"));
        assert!(!is_denied(&topology, 0, "away.x") && !is_denied(&topology, 2, "home.x"));
        topology.links.push(ClusterLink::leaf("c", "a"));
        assert!(!is_denied(&topology, 0, "home.x"), "the other link carries it");
    }

    #[test]
    fn remembers_where_it_was_published() {
        let mut home = AtHome::default();
        home.published.insert((1, "home.x".into(), b"one".to_vec()));
        assert!(home.is_of(1, &"home.x".into(), b"one"));
        assert!(!home.is_of(0, &"home.x".into(), b"one"));
        assert!(!home.is_of(1, &"home.x".into(), b"two"));
    }
}
