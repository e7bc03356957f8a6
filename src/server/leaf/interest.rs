//! What the servers at both ends of a leaf link tell each other that they want.
//!
//! A leaf's server tells its hub what its own clients, its own streams and its own leaves want; the
//! other servers of its cluster have leaf links of their own. A hub's server tells its leaves all that it
//! knows of. Nothing is told to the cluster it came from, so nothing comes back.

use crate::sorted::Set;
use std::sync::Arc;

use crate::kernel::{ConnId, Context};
use crate::nats::Subject;

use super::super::{Account, Frame, Host, RouteOp, Server, Target};
use super::refuse::DOMAIN_QUEUE;
use super::{Key, Leaf, LeafOp};

impl Server {
    /// How much a leaf's other side is to know of an interest: members of a queue group, or 1; 0 if it
    /// is not to know of it.
    fn to_tell(&self, conn: ConnId, leaf: &Leaf, key: &Key) -> u32 {
        let (subject, queue) = key;
        if leaf.conceals(subject) {
            return 0;
        }
        let mut sum = self.memory.local.get(key).copied().unwrap_or(0);
        let own = match queue {
            Some(queue) => **queue == *DOMAIN_QUEUE,
            None => subject.starts_with(super::refuse::LOOP_PREFIX),
        };
        if own && self.offers().contains(key) {
            sum += 1;
        }
        if leaf.remote.is_none() {
            for route in self.memory.routes.values() {
                sum += route.wants(key, &leaf.cluster);
            }
        }
        for (other, from) in self.memory.leafs.iter() {
            let downwards = leaf.remote.is_none() || from.remote.is_none();
            if *other != conn && from.cluster != leaf.cluster && downwards {
                sum += from.interest.get(key).copied().unwrap_or(0);
            }
        }
        if queue.is_none() { sum.min(1) } else { sum }
    }

    /// Tells all leaf connections what has changed about an interest, if anything has for them.
    pub(in crate::server) fn tell_leafs<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        subject: &Subject,
        queue: Option<&Subject>,
    ) {
        if self.memory.leafs.is_empty() {
            return;
        }
        let key = (Arc::clone(subject), queue.cloned());
        let conns: Vec<ConnId> = self.memory.leafs.keys().copied().collect();
        for conn in conns {
            self.tell_leaf(cx, conn, &key);
        }
    }

    fn tell_leaf<H: Host>(&mut self, cx: &mut Context<'_, H>, conn: ConnId, key: &Key) {
        let Some(leaf) = self.memory.leafs.get(&conn).filter(|leaf| leaf.introduced) else {
            return;
        };
        let weight = self.to_tell(conn, leaf, key);
        if leaf.told.get(key).copied().unwrap_or(0) == weight {
            return;
        }
        let Some(leaf) = self.memory.leafs.get_mut(&conn) else { return };
        let (subject, queue) = key.clone();
        let op = if weight == 0 {
            leaf.told.remove(key);
            LeafOp::Unsub { subject, queue }
        } else {
            leaf.told.insert(key.clone(), weight);
            LeafOp::Sub { subject, queue, weight }
        };
        cx.send(conn, Frame::Leaf(op));
    }

    /// Tells a new leaf connection everything that its other side is to know.
    pub(super) fn tell_leaf_all<H: Host>(&mut self, cx: &mut Context<'_, H>, conn: ConnId) {
        let mut keys: Set<Key> = self.offers().into_iter().collect();
        keys.extend(self.memory.local.keys().cloned());
        for route in self.memory.routes.values() {
            keys.extend(route.wanted().cloned());
        }
        for leaf in self.memory.leafs.values() {
            keys.extend(leaf.interest.keys().cloned());
        }
        for key in &keys {
            self.tell_leaf(cx, conn, key);
        }
    }

    /// What is wanted behind a leaf connection has changed.
    pub(super) fn leaf_wants<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        conn: ConnId,
        key: Key,
        weight: u32,
    ) {
        let Some(leaf) = self.memory.leafs.get_mut(&conn) else { return };
        let before = match weight {
            0 => leaf.interest.remove(&key),
            _ => leaf.interest.insert(key.clone(), weight),
        }
        .unwrap_or(0);
        let (cluster, is_spoke) = (Arc::clone(&leaf.cluster), leaf.remote.is_some());
        let (subject, queue) = &key;
        self.memory.interest.change(subject, queue.as_deref(), &Target::Leaf(conn), before, weight);
        if !is_spoke {
            self.tell_routes_of_leafs(cx, &cluster, &key);
        }
        self.tell_leafs(cx, subject, queue.as_ref());
        self.interest_changed(cx, subject);
        if weight > before && subject.starts_with("$JS.") {
            self.origins_reachable(cx, subject);
        }
    }

    /// Tells the other servers of the cluster what the leaves of another cluster want that are
    /// connected here.
    fn tell_routes_of_leafs<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        cluster: &Arc<str>,
        key: &Key,
    ) {
        let op = self.leafs_op(cluster, key);
        self.tell_routes(cx, &op);
    }

    fn leafs_op(&self, cluster: &Arc<str>, (subject, queue): &Key) -> RouteOp {
        let key = (Arc::clone(subject), queue.clone());
        let leafs = self.memory.leafs.values();
        let of = leafs.filter(|leaf| leaf.remote.is_none() && leaf.cluster == *cluster);
        let sum: u32 = of.filter_map(|leaf| leaf.interest.get(&key)).sum();
        let weight = if queue.is_none() { sum.min(1) } else { sum };
        let (account, origin) = (Account::Global, Some(Arc::clone(cluster)));
        let (subject, queue) = key;
        match weight {
            0 => RouteOp::Unsub { account, subject, queue, origin },
            _ => RouteOp::Sub { account, subject, queue, weight, origin },
        }
    }

    /// All that leaves connected here want, as a new route is to be told.
    pub(in crate::server) fn interest_of_leafs(&self) -> Vec<RouteOp> {
        let mut wanted: Set<(Arc<str>, Key)> = Set::new();
        for leaf in self.memory.leafs.values().filter(|leaf| leaf.remote.is_none()) {
            wanted.extend(leaf.interest.keys().map(|key| (Arc::clone(&leaf.cluster), key.clone())));
        }
        wanted.iter().map(|(cluster, key)| self.leafs_op(cluster, key)).collect()
    }
}
