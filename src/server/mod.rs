//! A simulated nats-server: client connections, interest, routes, streams and the `$JS.API`.
//!
//! A server is a state machine ([`Server::handle`]). What a crash takes away is in [`Memory`]; the
//! rest is on its disk.

mod advisory;
mod answer;
mod api;
mod api_stream;
mod clients;
mod consumer;
mod direct;
mod disk;
mod frame;
mod gather;
mod group;
mod group_output;
mod groups;
mod hosted;
mod inflow;
mod ingest;
mod leaf;
mod machine;
mod meta;
mod moving;
mod note;
mod routes;
mod routing;
mod settings;
mod stimulus;
mod stream_info;
mod timer;
mod transfer;
mod upkeep;
mod view;

use crate::sorted::{Map, Set};
use std::collections::VecDeque;
use std::sync::Arc;

use crate::kernel::{ConnId, Context, Loss, ProcId, Process, Span, Time};
use crate::nats::api::{API_LEVEL, ApiStats, SERVER_VERSION};
use crate::nats::interest::Interest;
use crate::nats::protocol::ServerInfo;
use crate::nats::{Message, Subject, hash8};

pub use clients::{ClientConn, Traffic};
pub use consumer::{ConsumerNote, Delivery, HostedConsumer, Redelivery};
pub use frame::{Account, CLIENT_PORT, Frame, LEAF_PORT, ROUTE_PORT, RaftFrame, RouteOp};
pub use group::{GroupEntry, GroupRaft, GroupState, META, Member};
pub use hosted::HostedStream;
pub use inflow::{HostedInflow, InflowNote};
pub use leaf::{DOMAIN_QUEUE, LeafInfo, LeafOp, LeafRemote, LeafView};
pub use machine::Condition;
pub use meta::{Assignment, ConsumerAssignment, MetaCommand, MetaState, Requester};
pub use moving::{Desired, Move, MoveStep};
pub use note::{Note, Removal};
pub use settings::{JetStreamSettings, ServerSettings};
pub use stimulus::ServerStimulus;
pub use timer::Timer;

/// The largest message, in bytes, headers included (nats-server's default).
pub const MAX_PAYLOAD: usize = 1 << 20;
/// How often a route is asked whether it is still there.
const ROUTE_PING: Span = Span::secs(30);
/// How many questions another server may leave unanswered.
const MAX_PINGS_OUT: u32 = 2;
/// After which span a lost route is dialled again.
const ROUTE_RETRY: Span = Span::secs(1);
/// How long a server that stops gives its successors before it ends.
const STOP_GRACE: Span = Span::millis(100);

/// A process in which a server can run.
pub trait Host: Process<Frame = Frame, Timer: From<Timer>, Note: From<Note>> {}
impl<P: Process<Frame = Frame, Timer: From<Timer>, Note: From<Note>>> Host for P {}

/// What a server is told before it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerConfig {
    /// Its name, unique in its cluster.
    pub name: Arc<str>,
    /// The cluster's name.
    pub cluster: Arc<str>,
    /// Its JetStream domain.
    pub domain: Option<Arc<str>>,
    /// All servers of the cluster, this one included, with their names. One alone is no cluster.
    pub members: Vec<(ProcId, Arc<str>)>,
    /// Its own process.
    pub me: ProcId,
    /// The hubs that it is a leaf of.
    pub leafs: Vec<LeafRemote>,
    /// What it is configured with.
    pub settings: ServerSettings,
}

/// A simulated nats-server.
#[derive(Debug, Clone)]
pub struct Server {
    config: Arc<ServerConfig>,
    id: Arc<str>,
    /// The meta group's member, in a cluster.
    meta: Option<Member>,
    /// The streams of the cluster as the meta group has told this server; those of a lone server.
    assignments: MetaState,
    /// The streams this server has a copy of.
    streams: Map<Arc<str>, HostedStream>,
    memory: Memory,
    /// Whether it has lost its disk and does not know the list of streams again yet.
    relearns: bool,
    /// Whether the server ran before.
    booted: bool,
    next_client: u64,
    machine: machine::Machine,
}

/// What is lost when the process dies.
#[derive(Debug, Clone, Default)]
struct Memory {
    clients: Map<ConnId, ClientConn>,
    routes: Map<ProcId, routes::Route>,
    /// Servers of the cluster that were here and are away.
    away: Map<ProcId, routes::Away>,
    /// Connections to servers of other clusters.
    leafs: Map<ConnId, leaf::Leaf>,
    /// The hubs that are dialled.
    dialling: Map<usize, leaf::Dialling>,
    interest: Interest<Target>,
    /// Interest of this server's own clients and streams, as told to the other servers.
    local: Map<(Subject, Option<Subject>), u32>,
    api: ApiStats,
    /// API requests taken in here whose answers are outstanding.
    requests: Map<Subject, api::Request>,
    gathers: Map<u64, gather::Gather>,
    consumer_gathers: Map<u64, consumer::ConsumerGather>,
    /// Streams that are being sent, by where their chunks are acknowledged.
    sendings: Map<Subject, transfer::Sending>,
    /// Streams that are being taken in, by where their chunks come.
    receivings: Map<Subject, transfer::Receiving>,
    /// Streams that were taken in and have no leader yet, by the request that waits for it: when it
    /// began, and how many bytes came.
    restores: Map<Subject, (Time, u64)>,
    /// Push consumers led here, by the subject to which they deliver.
    watchers: Map<Subject, Set<ConsumerId>>,
    /// What has come here for streams led here, which have not taken it in yet.
    later: VecDeque<(Target, Message)>,
    /// What waits for a slow disk, and until when.
    writes: VecDeque<(Time, disk::Write)>,
    next_reply: u64,
    /// Connections that are over, and since when; the last ones only.
    past: VecDeque<(Time, Arc<ClientConn>)>,
    /// Messages that clients have published here.
    published: u64,
    stopping: bool,
    /// Whether the timer for moves is set.
    moving: bool,
}

/// A consumer: its stream and its name.
type ConsumerId = (Arc<str>, Arc<str>);

/// Who wants messages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    /// A subscription of a client.
    Client(ConnId, crate::nats::protocol::Sid),
    /// A stream that stores them, led here.
    Stream(Arc<str>),
    /// A stream whose copy here answers direct gets.
    Direct(Arc<str>),
    /// A consumer of a stream, led here.
    Consumer(Arc<str>, Arc<str>),
    /// A stream that is sent or taken in here.
    Transfer(Subject),
    /// An inflow of a stream led here, by its id.
    Inflow(Arc<str>, Arc<str>),
    /// Somebody at another server.
    Route(ProcId),
    /// A leaf node of this cluster, connected to another server.
    RouteLeaf(ProcId, Arc<str>),
    /// Somebody behind a leaf connection.
    Leaf(ConnId),
}

impl Target {
    /// Whether it is at the other end of a leaf link.
    const fn is_leaf(&self) -> bool {
        matches!(self, Self::Leaf(_) | Self::RouteLeaf(..))
    }
}

impl Server {
    /// A server that never ran.
    pub fn new(config: ServerConfig) -> Self {
        // Server ids are 56 characters that begin with N; only that they differ matters here.
        let id = format!("N{}{}", hash8(&config.name), hash8(&config.cluster)).to_uppercase();
        Self {
            config: Arc::new(config),
            id: id.into(),
            meta: None,
            assignments: MetaState::default(),
            streams: Map::new(),
            memory: Memory::default(),
            relearns: false,
            booted: false,
            next_client: 0,
            machine: machine::Machine::default(),
        }
    }

    /// The process starts.
    pub fn start<H: Host>(&mut self, cx: &mut Context<'_, H>) {
        let again = std::mem::replace(&mut self.booted, true);
        self.start_syncing(cx);
        for (peer, _) in self.config.members.clone() {
            // On the first start the lower number dials, so that there is one route a pair.
            if peer != self.config.me && (again || peer > self.config.me) {
                cx.dial(peer, ROUTE_PORT);
            }
        }
        self.dial_hubs(cx);
        self.start_groups(cx);
    }

    /// The process dies.
    pub fn crash(&mut self, now: Time, loss: Loss) {
        self.memory = Memory::default();
        self.stop_syncing(now);
        let lose_disk = loss == Loss::Disk;
        if loss == Loss::Unsynced {
            self.lose_unsynced(now);
        }
        if lose_disk {
            self.streams.clear();
            self.assignments = MetaState::default();
        }
        self.crash_groups(lose_disk);
    }

    /// Something happens.
    pub fn handle<H: Host>(&mut self, cx: &mut Context<'_, H>, stimulus: ServerStimulus) {
        self.sync_if_due(cx.now());
        match stimulus {
            ServerStimulus::Opened { conn, peer, port, dialled } => match port {
                ROUTE_PORT => self.route_opened(cx, conn, peer),
                LEAF_PORT => self.leaf_opened(cx, conn, peer, dialled),
                _ => self.client_opened(cx, conn, peer),
            },
            ServerStimulus::Closed { conn, peer } => {
                if self.memory.clients.contains_key(&conn) {
                    self.client_closed(cx, conn);
                } else if !self.leaf_closed(cx, conn) && !self.member_name(peer).is_empty() {
                    self.route_closed(cx, conn, peer);
                }
            }
            ServerStimulus::Frame { conn, frame: Frame::Client(op) } => {
                self.client_op(cx, conn, op)
            }
            ServerStimulus::Frame { conn, frame: Frame::Route(op) } => self.route_op(cx, conn, op),
            ServerStimulus::Frame { conn, frame: Frame::Leaf(op) } => self.leaf_op(cx, conn, op),
            ServerStimulus::Frame { frame: Frame::Server(_), .. } => {}
            ServerStimulus::Timer(timer) => self.timer(cx, timer),
            ServerStimulus::Stop => self.stop(cx),
            ServerStimulus::Condition(what) => self.set_condition(cx, &what),
        }
    }

    fn timer<H: Host>(&mut self, cx: &mut Context<'_, H>, timer: Timer) {
        match timer {
            Timer::Raft(group) => self.group_timer(cx, &group),
            Timer::Expire(stream) => self.expire(cx, &stream),
            Timer::Abandon(stream) => self.abandon_batches(cx, &stream),
            Timer::Ping(conn) => self.ping(cx, conn),
            Timer::Dial(peer) => {
                if !self.memory.routes.contains_key(&peer) {
                    cx.dial(peer, ROUTE_PORT);
                }
            }
            Timer::DialLeaf(remote) => self.dial_hub(cx, remote),
            Timer::LeafLate(remote, conn) => self.leaf_late(cx, remote, conn),
            Timer::Refuse(reply) => self.refuse_late(cx, &reply),
            Timer::Gather(id) => self.gather_late(cx, id),
            Timer::GatherConsumers(id) => self.finish_consumer_gather(cx, id),
            Timer::Later => self.take_in_later(cx),
            Timer::Inflow(stream) => self.inflow_timer(cx, &stream),
            Timer::Move => self.work_on_moves(cx),
            Timer::Transfer(key) => self.transfer_late(cx, &key),
            Timer::Sweep(stream) => self.sweep(cx, &stream),
            Timer::Consumer(stream, consumer) => self.consumer_timer(cx, &stream, &consumer),
            Timer::Written => self.written(cx),
            Timer::Exit => {
                self.sync();
                self.say_goodbye(cx);
                cx.exit();
            }
        }
    }

    /// Whether it is on its way to an orderly end.
    pub fn is_stopping(&self) -> bool {
        self.memory.stopping
    }

    /// An orderly end: everything led here is handed over first.
    fn stop<H: Host>(&mut self, cx: &mut Context<'_, H>) {
        if std::mem::replace(&mut self.memory.stopping, true) {
            return;
        }
        self.hand_over_everything(cx);
        cx.set_timer(STOP_GRACE, Timer::Exit.into());
    }

    /// Asks a silent peer whether it is still there, or gives it up.
    fn ping<H: Host>(&mut self, cx: &mut Context<'_, H>, conn: ConnId) {
        use crate::nats::protocol::ServerOp;
        if let Some(client) = self.memory.clients.get_mut(&conn) {
            client.pings_out += 1;
            if client.pings_out > self.config.settings.ping_max {
                cx.send(conn, Frame::Server(ServerOp::Err("Stale Connection".into())));
                self.drop_client(cx, conn);
                return;
            }
            cx.send(conn, Frame::Server(ServerOp::Ping));
            cx.set_timer(self.config.settings.ping_interval, Timer::Ping(conn).into());
        } else if let Some(leaf) = self.memory.leafs.get_mut(&conn) {
            leaf.pings_out += 1;
            if leaf.pings_out > self.config.settings.ping_max {
                cx.close(conn);
                self.leaf_closed(cx, conn);
                return;
            }
            cx.send(conn, Frame::Leaf(LeafOp::Ping));
            cx.set_timer(self.config.settings.ping_interval, Timer::Ping(conn).into());
        } else if let Some((peer, route)) =
            self.memory.routes.iter_mut().find(|(_, route)| route.conn == conn)
        {
            route.pings_out += 1;
            if route.pings_out > MAX_PINGS_OUT {
                let peer = *peer;
                cx.close(conn);
                self.route_closed(cx, conn, peer);
                return;
            }
            cx.send(conn, Frame::Route(RouteOp::Ping));
            cx.set_timer(ROUTE_PING, Timer::Ping(conn).into());
        }
    }

    /// What the server says of itself.
    fn info(&self, client_id: u64) -> ServerInfo {
        let settings = &self.config.settings;
        ServerInfo {
            server_id: self.id.to_string(),
            server_name: self.config.name.to_string(),
            version: SERVER_VERSION.to_owned(),
            proto: 1,
            go: "go1.26".to_owned(),
            host: settings.host.clone(),
            port: settings.port,
            headers: true,
            max_payload: settings.max_payload,
            jetstream: settings.jetstream.is_some(),
            client_id,
            client_ip: "127.0.0.1".to_owned(),
            cluster: self.is_clustered().then(|| self.config.cluster.to_string()),
            domain: self.config.domain.as_ref().map(ToString::to_string),
            api_lvl: API_LEVEL.into(),
            ..ServerInfo::default()
        }
    }

    /// The name of a server of the cluster.
    fn member_name(&self, process: ProcId) -> &str {
        let found = self.config.members.iter().find(|(id, _)| *id == process);
        found.map_or("", |(_, name)| name)
    }
}

/// How long ago something was, for people and JSON: nanoseconds.
fn nanos_since(now: Time, then: Option<Time>) -> u64 {
    then.map_or(0, |then| now.since(then).as_nanos())
}
