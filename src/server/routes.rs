//! Routes: the connections to the other servers of the cluster, and what they want.
//!
//! Every server tells every other what its own clients and streams want, so that a message crosses
//! a route only if somebody there wants it. What comes over a route is never passed on over another.

use crate::sorted::Map;
use std::sync::Arc;

use crate::kernel::{ConnId, Context, ProcId, Span, Time};
use crate::nats::{Message, Subject};

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
    interest: Map<(Subject, Option<Subject>), u32>,
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
        self.memory.routes.insert(peer, Route { conn, pings_out: 0, interest: Map::new() });
        cx.set_timer(ROUTE_PING, Timer::Ping(conn).into());
        cx.send(conn, Frame::Route(RouteOp::Info { name: Arc::clone(&self.config.name) }));
        for ((subject, queue), weight) in &self.memory.local {
            let op = RouteOp::Sub {
                account: Account::Global,
                subject: Arc::clone(subject),
                queue: queue.clone(),
                weight: *weight,
            };
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
        let (account, queues) = (Account::System, Vec::new());
        self.tell_routes(cx, &RouteOp::Message { account, message, to: None, queues, plain: true });
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
        for ((subject, queue), weight) in route.interest {
            for _ in 0..weight {
                self.memory.interest.remove(&subject, queue.as_deref(), &Target::Route(peer));
            }
            self.interest_changed(cx, &subject);
        }
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
            RouteOp::Sub { subject, queue, weight, .. } => {
                let key = (subject, queue);
                let before = route.interest.insert(key.clone(), weight).unwrap_or(0);
                let (subject, queue) = key;
                for _ in before..weight {
                    self.memory.interest.insert(&subject, queue.as_deref(), Target::Route(peer));
                }
                for _ in weight..before {
                    self.memory.interest.remove(&subject, queue.as_deref(), &Target::Route(peer));
                }
                self.interest_changed(cx, &subject);
            }
            RouteOp::Unsub { subject, queue, .. } => {
                let key = (subject, queue);
                let before = route.interest.remove(&key).unwrap_or(0);
                for _ in 0..before {
                    let (subject, queue) = &key;
                    self.memory.interest.remove(subject, queue.as_deref(), &Target::Route(peer));
                }
                self.interest_changed(cx, &key.0);
            }
            RouteOp::Proposal(command) => {
                if self.leads_meta() {
                    self.propose_meta(cx, (*command).clone());
                }
            }
            RouteOp::Message { account: Account::Global, message, to, queues, plain } => {
                let to = to.as_ref().unwrap_or(&message.subject);
                self.route_to(cx, to, &message, Origin::Route { queues: &queues, plain });
            }
            RouteOp::Message { account: Account::System, message, .. } => {
                self.system_message(cx, peer, &message);
            }
            RouteOp::Raft(frame) => self.group_message(cx, peer, &frame),
        }
    }

    /// Sends to another server of the cluster; what cannot be sent is lost.
    pub(super) fn send_route<H: Host>(&self, cx: &mut Context<'_, H>, peer: ProcId, op: RouteOp) {
        if let Some(route) = self.memory.routes.get(&peer) {
            cx.send(route.conn, Frame::Route(op));
        }
    }

    /// Sends to all other servers of the cluster.
    fn tell_routes<H: Host>(&self, cx: &mut Context<'_, H>, op: &RouteOp) {
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
        self.tell_routes(
            cx,
            &match weight {
                0 => RouteOp::Unsub { account, subject, queue },
                _ => RouteOp::Sub { account, subject, queue, weight },
            },
        );
    }
}
