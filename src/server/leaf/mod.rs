//! Leaf connections: what joins a server to a server of another cluster.
//!
//! A server of the leaf dials one of its hub and dials another when that one dies; the hub's server
//! takes it. A message crosses only if somebody on the other side wants it, and never back to the
//! cluster it came from.

mod interest;
mod op;
mod refuse;

use crate::sorted::Map;
use std::sync::Arc;

use crate::kernel::{ConnId, Context, ProcId, Span};
use crate::nats::{Message, Subject};

use super::routing::Origin;
use super::{Frame, Host, Note, Server, Timer};

pub use op::{LeafInfo, LeafOp};
pub use refuse::DOMAIN_QUEUE;
pub(super) use refuse::Refusal;

/// After which span a lost leaf connection is dialled again.
const LEAF_RETRY: Span = Span::secs(1);
/// The same where the links go round in a circle.
const LOOP_RETRY: Span = Span::secs(30);
/// How long a server is dialled in vain before the next one is.
const DIAL_TIMEOUT: Span = Span::secs(5);

/// What is wanted: pattern and queue group.
pub(super) type Key = (Subject, Option<Subject>);

/// A hub that a server is a leaf of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafRemote {
    /// The hub's cluster.
    pub cluster: Arc<str>,
    /// Its servers, in the order in which they are dialled.
    pub servers: Vec<ProcId>,
    /// Subjects of which nothing is to come from the hub; nothing goes there either.
    pub deny_imports: Vec<Subject>,
    /// Subjects of which nothing goes to the hub.
    pub deny_exports: Vec<Subject>,
}

/// A leaf connection.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    pub(super) peer: ProcId,
    /// Which hub of the configuration it leads to; none where the other side is the leaf.
    pub(super) remote: Option<usize>,
    /// Whether the other side has said who it is.
    pub(super) introduced: bool,
    /// The other side's cluster.
    pub(super) cluster: Arc<str>,
    other_domain: bool,
    deny_out: Vec<Subject>,
    deny_in: Vec<Subject>,
    pub(super) pings_out: u32,
    /// What is wanted there, as with routes.
    pub(super) interest: Map<Key, u32>,
    /// What was told there.
    told: Map<Key, u32>,
}

/// A leaf connection, to look at.
#[derive(Debug, Clone)]
pub struct LeafView<'a> {
    /// The server at the other end.
    pub peer: ProcId,
    /// Its cluster.
    pub cluster: &'a str,
    /// Whether this end is the leaf.
    pub is_spoke: bool,
    /// What this end does not send because the link was configured so.
    pub deny_out: &'a [Subject],
    /// How many subjects are wanted at the other end.
    pub wanted: usize,
}

/// What is dialled and what comes next, for one hub.
#[derive(Debug, Clone, Default)]
pub(super) struct Dialling {
    conn: Option<ConnId>,
    next: usize,
}

impl Server {
    /// Its leaf connections that are up.
    pub fn leafs(&self) -> impl Iterator<Item = LeafView<'_>> {
        self.memory.leafs.values().filter(|leaf| leaf.introduced).map(|leaf| LeafView {
            peer: leaf.peer,
            cluster: &leaf.cluster,
            is_spoke: leaf.remote.is_some(),
            deny_out: &leaf.deny_out,
            wanted: leaf.interest.len(),
        })
    }

    /// Dials all hubs.
    pub(super) fn dial_hubs<H: Host>(&mut self, cx: &mut Context<'_, H>) {
        for remote in 0..self.config.leafs.len() {
            self.dial_hub(cx, remote);
        }
    }

    pub(super) fn dial_hub<H: Host>(&mut self, cx: &mut Context<'_, H>, remote: usize) {
        let connected = self.memory.leafs.values().any(|leaf| leaf.remote == Some(remote));
        let config = Arc::clone(&self.config);
        let Some(hub) = config.leafs.get(remote).filter(|hub| !hub.servers.is_empty()) else {
            return;
        };
        let dialling = self.memory.dialling.entry(remote).or_default();
        if connected || dialling.conn.is_some() || self.memory.stopping {
            return;
        }
        let Some(server) = hub.servers.get(dialling.next % hub.servers.len()) else { return };
        let conn = cx.dial(*server, super::LEAF_PORT);
        dialling.conn = Some(conn);
        dialling.next += 1;
        cx.set_timer(DIAL_TIMEOUT, Timer::LeafLate(remote, conn).into());
    }

    /// A hub's server was dialled long ago.
    pub(super) fn leaf_late<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        remote: usize,
        conn: ConnId,
    ) {
        let Some(dialling) = self.memory.dialling.get_mut(&remote) else { return };
        if dialling.conn == Some(conn) {
            dialling.conn = None;
            cx.close(conn);
            self.dial_hub(cx, remote);
        }
    }

    pub(super) fn leaf_opened<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        conn: ConnId,
        peer: ProcId,
        dialled: bool,
    ) {
        let mut remote = None;
        if dialled {
            let found = self.memory.dialling.iter_mut().find(|(_, d)| d.conn == Some(conn));
            let Some((n, dialling)) = found else { return cx.close(conn) };
            dialling.conn = None;
            remote = Some(*n);
        }
        let leaf = Leaf {
            peer,
            remote,
            introduced: false,
            cluster: "".into(),
            other_domain: true,
            deny_out: Vec::new(),
            deny_in: Vec::new(),
            pings_out: 0,
            interest: Map::new(),
            told: Map::new(),
        };
        self.memory.leafs.insert(conn, leaf);
        cx.set_timer(self.config.settings.ping_interval, Timer::Ping(conn).into());
        if !dialled {
            cx.send(conn, Frame::Leaf(LeafOp::Info(Arc::new(self.leaf_info(None)))));
        }
    }

    fn leaf_info(&self, remote: Option<&LeafRemote>) -> LeafInfo {
        LeafInfo {
            name: Arc::clone(&self.config.name),
            cluster: Arc::clone(&self.config.cluster),
            domain: self.config.domain.clone(),
            jetstream: self.has_jetstream(),
            deny_imports: remote.map_or_else(Vec::new, |remote| remote.deny_imports.clone()),
            deny_exports: remote.map_or_else(Vec::new, |remote| remote.deny_exports.clone()),
        }
    }

    /// A leaf connection is gone, or could not be made. False if it was none.
    pub(super) fn leaf_closed<H: Host>(&mut self, cx: &mut Context<'_, H>, conn: ConnId) -> bool {
        if let Some((n, dialling)) =
            self.memory.dialling.iter_mut().find(|(_, dialling)| dialling.conn == Some(conn))
        {
            dialling.conn = None;
            cx.set_timer(LEAF_RETRY, Timer::DialLeaf(*n).into());
            return true;
        }
        let known = self.memory.leafs.contains_key(&conn);
        if known {
            self.forget_leaf(cx, conn, LEAF_RETRY);
        }
        known
    }

    /// Forgets a leaf connection; a leaf dials again after this span.
    pub(super) fn forget_leaf<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        conn: ConnId,
        retry: Span,
    ) {
        let Some(leaf) = self.memory.leafs.get(&conn) else { return };
        let remote = leaf.remote;
        let wanted: Vec<Key> = leaf.interest.keys().cloned().collect();
        for key in wanted {
            self.leaf_wants(cx, conn, key, 0);
        }
        self.memory.leafs.remove(&conn);
        if let Some(remote) = remote
            && !self.memory.stopping
        {
            cx.set_timer(retry, Timer::DialLeaf(remote).into());
        }
    }

    fn end_leaf<H: Host>(&mut self, cx: &mut Context<'_, H>, conn: ConnId, retry: Span) {
        cx.close(conn);
        self.forget_leaf(cx, conn, retry);
    }

    pub(super) fn leaf_op<H: Host>(&mut self, cx: &mut Context<'_, H>, conn: ConnId, op: LeafOp) {
        let Some(leaf) = self.memory.leafs.get_mut(&conn) else { return };
        leaf.pings_out = 0;
        match op {
            LeafOp::Info(info) | LeafOp::Connect(info) => self.leaf_introduced(cx, conn, &info),
            LeafOp::Sub { subject, queue, weight } => {
                if subject == self.loop_subject() {
                    return self.loop_found(cx, conn);
                }
                self.leaf_wants(cx, conn, (subject, queue), weight);
            }
            LeafOp::Unsub { subject, queue } => self.leaf_wants(cx, conn, (subject, queue), 0),
            LeafOp::Message { message, to, queues, plain } => {
                let cluster = Arc::clone(&leaf.cluster);
                let from_hub = leaf.remote.is_some();
                let to = to.as_ref().unwrap_or(&message.subject);
                let (queues, cluster) = (&*queues, &cluster);
                let origin = Origin::Leaf { cluster, from_hub, queues, plain };
                self.route_to(cx, to, &message, origin);
            }
            LeafOp::Err(_) => self.end_leaf(cx, conn, LOOP_RETRY),
            LeafOp::Ping => {
                cx.send(conn, Frame::Leaf(LeafOp::Pong));
            }
            LeafOp::Pong => {}
        }
    }

    /// The other side has said who it is. The leaf answers; then both tell what they want.
    fn leaf_introduced<H: Host>(&mut self, cx: &mut Context<'_, H>, conn: ConnId, info: &LeafInfo) {
        let config = Arc::clone(&self.config);
        let jetstream = self.has_jetstream();
        let Some(leaf) = self.memory.leafs.get_mut(&conn) else { return };
        let remote = leaf.remote.and_then(|n| config.leafs.get(n));
        leaf.introduced = true;
        leaf.cluster = Arc::clone(&info.cluster);
        leaf.other_domain = info.domain != config.domain || !info.jetstream || !jetstream;
        match remote {
            Some(remote) => {
                // What does not come in does not go out either, observed on the real server.
                leaf.deny_out = [&remote.deny_exports[..], &remote.deny_imports[..]].concat();
                leaf.deny_in.clone_from(&remote.deny_imports);
            }
            None => leaf.deny_out.clone_from(&info.deny_imports),
        }
        let peer = leaf.peer;
        if remote.is_some() {
            let info = Arc::new(self.leaf_info(remote));
            cx.send(conn, Frame::Leaf(LeafOp::Connect(info)));
        } else {
            // It has lost the connection it had, which this side may not know yet.
            let is_old = |(other, leaf): (&ConnId, &Leaf)| {
                (*other != conn && leaf.peer == peer && leaf.remote.is_none()).then_some(*other)
            };
            if let Some(old) = self.memory.leafs.iter().find_map(is_old) {
                self.end_leaf(cx, old, LEAF_RETRY);
            }
        }
        self.tell_leaf_all(cx, conn);
    }

    /// What this server said of itself has come back over another leaf link.
    fn loop_found<H: Host>(&mut self, cx: &mut Context<'_, H>, conn: ConnId) {
        let Some(leaf) = self.memory.leafs.get(&conn) else { return };
        let note = cx.note(Note::LoopFound { peer: leaf.peer }.into());
        let before = cx.because(note);
        cx.send(conn, Frame::Leaf(LeafOp::Err("Loop detected for leafnode account")));
        self.end_leaf(cx, conn, LOOP_RETRY);
        cx.because(before);
    }

    /// Sends a message over a leaf connection to those of another subject than its own, if that is one.
    pub(super) fn send_leaf<H: Host>(
        cx: &mut Context<'_, H>,
        conn: ConnId,
        to: &Subject,
        message: &Message,
        (plain, queues): (bool, Vec<Subject>),
    ) {
        let to = (*to != message.subject).then(|| Arc::clone(to));
        let message = message.clone();
        cx.send(conn, Frame::Leaf(LeafOp::Message { message, to, queues, plain }));
    }
}
