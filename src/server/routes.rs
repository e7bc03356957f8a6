//! Routes: the connections to the other servers of the cluster, and what they want.
//!
//! Every server tells every other what its own clients and streams want, so that a message crosses
//! a route only if somebody there wants it. What comes over a route is never passed on over another.

use crate::sorted::Map;
use std::sync::Arc;

use crate::kernel::{ConnId, Context, ProcId, Span, Time};
use crate::nats::{Message, Subject};

use super::disk::Write;
use super::leaf::Key;
use super::routing::Origin;
use super::{Account, Frame, Host, ROUTE_PING, ROUTE_RETRY, RouteOp, Server, Target, Timer};

/// After which span a server that did not say goodbye counts as offline. A real server misses five
/// heartbeats of 30 s, and looks every 90 s.
const GIVEN_UP: Span = Span::secs(195);

/// A route to another server.
#[derive(Debug, Clone)]
pub(super) struct Route {
    pub(super) conn: ConnId,
    pub(super) pings_out: u32,
    /// What is wanted there: how many members each queue group has, 1 for plain interest.
    interest: Map<Key, u32>,
    /// The same of leaf nodes that are connected there, by their clusters.
    leafs: Map<Arc<str>, Map<Key, u32>>,
}

impl Route {
    /// How much of an interest there is, without that of leaf nodes of this cluster.
    pub(super) fn wants(&self, key: &Key, but: &str) -> u32 {
        let leafs = self.leafs.iter().filter(|(cluster, _)| ***cluster != *but);
        let of_leafs: u32 = leafs.filter_map(|(_, interest)| interest.get(key)).sum();
        self.interest.get(key).copied().unwrap_or(0) + of_leafs
    }

    /// Where the interest stands of a server's own, or of a cluster's leaf nodes that it has, and who
    /// that is.
    fn of(&mut self, peer: ProcId, origin: Option<Arc<str>>) -> (&mut Map<Key, u32>, Target) {
        match origin {
            None => (&mut self.interest, Target::Route(peer)),
            Some(cluster) => {
                let interest = self.leafs.entry(Arc::clone(&cluster)).or_default();
                (interest, Target::RouteLeaf(peer, cluster))
            }
        }
    }

    /// All that is wanted there.
    pub(super) fn wanted(&self) -> impl Iterator<Item = &Key> {
        self.interest.keys().chain(self.leafs.values().flat_map(Map::keys))
    }
}

/// Since when a server is away, and whether it said so.
#[derive(Debug, Clone, Copy)]
pub(super) struct Away {
    since: Time,
    said_goodbye: bool,
}

impl Server {
    pub(super) fn route_opened<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        conn: ConnId,
        peer: ProcId,
    ) {
        if let Some(existing) = self.memory.routes.get(&peer) {
            // Both sides dialled. Both keep the older connection, so they keep the same one.
            if existing.conn < conn {
                return cx.close(conn);
            }
            let old = existing.conn;
            cx.close(old);
            self.forget_route(cx, peer);
        }
        self.memory.away.remove(&peer);
        self.memory
            .routes
            .insert(peer, Route { conn, pings_out: 0, interest: Map::new(), leafs: Map::new() });
        cx.set_timer(ROUTE_PING, Timer::Ping(conn).into());
        cx.send(conn, Frame::Route(RouteOp::Info { name: Arc::clone(&self.config.name) }));
        for ((subject, queue), weight) in &self.memory.local {
            let op = RouteOp::Sub {
                account: Account::Global,
                subject: Arc::clone(subject),
                queue: queue.clone(),
                weight: *weight,
                origin: None,
            };
            cx.send(conn, Frame::Route(op));
        }
        for op in self.interest_of_leafs() {
            cx.send(conn, Frame::Route(op));
        }
    }

    pub(super) fn route_closed<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        conn: ConnId,
        peer: ProcId,
    ) {
        let known = self.memory.routes.get(&peer).map(|route| route.conn);
        if known.is_some_and(|known| known != conn) {
            return;
        }
        self.forget_route(cx, peer);
        self.memory.away.entry(peer).or_insert(Away { since: cx.now(), said_goodbye: false });
        // One of the two dials again, so that they do not meet half-way.
        if self.config.me < peer && !self.memory.stopping {
            cx.set_timer(ROUTE_RETRY, Timer::Dial(peer).into());
        }
    }

    /// Tells the other servers that this one stops.
    pub(super) fn say_goodbye<H: Host>(&self, cx: &mut Context<'_, H>) {
        let message = Message::new(format!("$SYS.SERVER.{}.SHUTDOWN", self.id), "");
        self.tell_routes(cx, &RouteOp::system(message));
    }

    /// Another server said that it stops.
    pub(super) fn goodbye(&mut self, now: Time, peer: ProcId) {
        self.memory.away.insert(peer, Away { since: now, said_goodbye: true });
    }

    /// Whether a server of the cluster counts as offline: one that stopped does at once, one that
    /// was just not heard of any more only after some minutes.
    pub(super) fn is_offline(&self, peer: ProcId, now: Time) -> bool {
        let away = self.memory.away.get(&peer);
        away.is_some_and(|away| away.said_goodbye || now.since(away.since) >= GIVEN_UP)
    }

    fn forget_route<H: Host>(&mut self, cx: &mut Context<'_, H>, peer: ProcId) {
        let Some(route) = self.memory.routes.remove(&peer) else { return };
        for (key, weight) in route.interest {
            self.route_wants(cx, &key, &Target::Route(peer), weight, 0);
        }
        for (cluster, interest) in route.leafs {
            let target = Target::RouteLeaf(peer, cluster);
            for (key, weight) in interest {
                self.route_wants(cx, &key, &target, weight, 0);
            }
        }
    }

    /// What is wanted behind a route has changed.
    fn route_wants<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        key: &Key,
        target: &Target,
        before: u32,
        weight: u32,
    ) {
        let (subject, queue) = key;
        self.memory.interest.change(subject, queue.as_deref(), target, before, weight);
        self.tell_leafs(cx, subject, queue.as_ref());
        self.interest_changed(cx, subject);
    }

    pub(super) fn route_op<H: Host>(&mut self, cx: &mut Context<'_, H>, conn: ConnId, op: RouteOp) {
        let Some((peer, route)) =
            self.memory.routes.iter_mut().find(|(_, route)| route.conn == conn)
        else {
            return;
        };
        let peer = *peer;
        route.pings_out = 0;
        match op {
            RouteOp::Info { .. } | RouteOp::Pong => {}
            RouteOp::Ping => {
                cx.send(conn, Frame::Route(RouteOp::Pong));
            }
            RouteOp::Sub { subject, queue, weight, origin, .. } => {
                let key = (subject, queue);
                let (interest, target) = route.of(peer, origin);
                let before = interest.insert(key.clone(), weight).unwrap_or(0);
                self.route_wants(cx, &key, &target, before, weight);
            }
            RouteOp::Unsub { subject, queue, origin, .. } => {
                let key = (subject, queue);
                let (interest, target) = route.of(peer, origin);
                let before = interest.remove(&key).unwrap_or(0);
                self.route_wants(cx, &key, &target, before, 0);
            }
            RouteOp::Proposal(command) => {
                if self.leads_meta() {
                    self.propose_meta(cx, (*command).clone());
                }
            }
            RouteOp::Message { account: Account::Global, message, to, queues, plain, origin } => {
                let to = to.as_ref().unwrap_or(&message.subject);
                let (queues, leaf) = (&*queues, origin.as_ref());
                self.route_to(cx, to, &message, Origin::Route { queues, plain, leaf });
            }
            RouteOp::Message { account: Account::System, message, .. } => {
                self.system_message(cx, peer, &message);
            }
            RouteOp::Raft(frame) => {
                let heard = self.put_on_disk(cx, Write::Heard(peer, frame));
                if let Some(Write::Heard(_, frame)) = heard {
                    self.group_message(cx, peer, &frame);
                }
            }
        }
    }

    /// Sends to another server of the cluster; what cannot be sent is lost.
    pub(super) fn send_route<H: Host>(&self, cx: &mut Context<'_, H>, peer: ProcId, op: RouteOp) {
        if let Some(route) = self.memory.routes.get(&peer) {
            cx.send(route.conn, Frame::Route(op));
        }
    }

    /// Sends to all other servers of the cluster.
    pub(super) fn tell_routes<H: Host>(&self, cx: &mut Context<'_, H>, op: &RouteOp) {
        for route in self.memory.routes.values() {
            cx.send(route.conn, Frame::Route(op.clone()));
        }
    }

    /// Somebody here wants messages from now on.
    pub(super) fn want<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        subject: &Subject,
        queue: Option<&Subject>,
        target: Target,
    ) {
        self.memory.interest.insert(subject, queue.map(|queue| &**queue), target);
        let key = (Arc::clone(subject), queue.cloned());
        let count = self.memory.local.entry(key).or_default();
        *count += 1;
        // Of plain interest only the first counts, of a queue group every member.
        if *count == 1 || queue.is_some() {
            let weight = *count;
            self.tell_interest(cx, subject, queue, weight);
            self.tell_leafs(cx, subject, queue);
        }
        self.interest_changed(cx, subject);
    }

    /// Somebody here wants no more messages.
    pub(super) fn forget<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        subject: &Subject,
        queue: Option<&Subject>,
        target: &Target,
    ) {
        if !self.memory.interest.remove(subject, queue.map(|queue| &**queue), target) {
            return;
        }
        let key = (Arc::clone(subject), queue.cloned());
        let Some(count) = self.memory.local.get_mut(&key) else { return };
        *count -= 1;
        let weight = *count;
        if weight == 0 {
            self.memory.local.remove(&key);
        }
        if weight == 0 || queue.is_some() {
            self.tell_interest(cx, subject, queue, weight);
            self.tell_leafs(cx, subject, queue);
        }
        self.interest_changed(cx, subject);
    }

    fn tell_interest<H: Host>(
        &self,
        cx: &mut Context<'_, H>,
        subject: &Subject,
        queue: Option<&Subject>,
        weight: u32,
    ) {
        let (account, subject, queue) = (Account::Global, Arc::clone(subject), queue.cloned());
        let origin = None;
        self.tell_routes(
            cx,
            &match weight {
                0 => RouteOp::Unsub { account, subject, queue, origin },
                _ => RouteOp::Sub { account, subject, queue, weight, origin },
            },
        );
    }
}
