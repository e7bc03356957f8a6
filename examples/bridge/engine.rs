//! The world behind the ports: bytes go in as inputs, time passes as the wall clock says, and what the
//! servers say is written to the sockets.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;

use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::Notify;
use tokio::time::Instant;
use windtunnel::kernel::{Machine, ProcId, ProcState, Span, Time};
use windtunnel::nats::codec::write_server_op;
use windtunnel::nats::protocol::ServerOp;
use windtunnel::server::LeafRemote;
use windtunnel::world::{ClientSpec, Input, InputError, Topology, TopologyError, World};

use super::clock::{Clock, today};

/// Events that are remembered: hardly any, since nobody looks at them here.
const KEEP_EVENTS: usize = 256;
/// How long before today a world begins, so that it has settled when the first client comes.
const HEAD_START: Span = Span::secs(10);
/// How long the servers get to find each other.
const SETTLE_LIMIT: Span = Span::secs(60);
/// After so many steps the sockets get their turn.
const STEPS_A_TURN: u32 = 8_192;
/// A client that leaves so many bytes unread is given up, as nats-server does (`max_pending`).
pub(crate) const MAX_PENDING: usize = 64 << 20;

/// A server of the world.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Site {
    pub(crate) cluster: String,
    pub(crate) server: String,
}

impl Site {
    /// The name of its process.
    pub(crate) fn process(&self) -> String {
        format!("{}/{}", self.cluster, self.server)
    }
}

/// A connection that is over, as far as the server inside does not know of it.
#[derive(Debug, Clone)]
pub(crate) struct Past {
    pub(crate) site: Site,
    /// Its number on its server.
    pub(crate) cid: u64,
    pub(crate) socket: Socket,
    /// Why it ended, in nats-server's words.
    pub(crate) reason: &'static str,
}

/// What there is to know of a client's socket.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Socket {
    pub(crate) peer: SocketAddr,
    /// Bytes that wait for it.
    pub(crate) pending: usize,
    /// How long the client took to answer when the server introduced itself.
    pub(crate) rtt: Option<Span>,
}

/// How many connections are remembered that are over.
const PAST: usize = 1_000;

/// What a client's connection is called here.
pub(crate) type Id = usize;

/// A client outside, and its place in the world.
struct Conn {
    site: Site,
    /// Its process in the world.
    name: String,
    process: ProcId,
    peer: SocketAddr,
    /// Its number on its server, once that has introduced itself.
    cid: u64,
    opened: Time,
    rtt: Option<Span>,
    /// Why the server gives it up.
    reason: Option<&'static str>,
    /// What the server has said so far, in operations.
    read: usize,
    /// None once everything is said and the connection is closed from this side.
    writer: Option<Rc<OwnedWriteHalf>>,
    /// What waits to be written, of which `sent` bytes are.
    out: Vec<u8>,
    sent: usize,
    /// Somebody waits for the socket to take more.
    blocked: bool,
    /// The server has closed the connection: what waits is written, then it ends.
    closing: bool,
    closed: Rc<Notify>,
}

/// What has come of a turn.
pub(crate) struct Turn {
    /// There is more to do at once.
    pub(crate) more: bool,
    /// When the next thing is due.
    pub(crate) next: Option<Instant>,
    /// Whose socket is full.
    pub(crate) blocked: Vec<(Id, Rc<OwnedWriteHalf>)>,
    /// What happened to connections, for the log.
    pub(crate) news: Vec<String>,
}

impl Conn {
    fn socket(&self) -> Socket {
        Socket { peer: self.peer, pending: self.out.len() - self.sent, rtt: self.rtt }
    }
}

/// Why a server closes a connection to which it says this, in the words of its monitoring; none if it
/// does not close it.
fn reason(said: &str) -> Option<&'static str> {
    match said {
        "Unknown Protocol Operation" | "Parser Error" => Some("Protocol Violation"),
        "Maximum Payload Violation" => Some("Maximum Message Payload Exceeded"),
        "Maximum Control Line Exceeded" => Some("Maximum Control Line Exceeded"),
        "Stale Connection" => Some("Stale Connection"),
        _ => None,
    }
}

/// The world, its clock and its clients.
pub(crate) struct Engine {
    world: World,
    clock: Clock,
    conns: Vec<Option<Conn>>,
    free: Vec<Id>,
    /// Processes whose connections are over, by server: the next clients take their places.
    idle: BTreeMap<Site, Vec<String>>,
    /// How many processes there are for clients.
    wires: usize,
    past: VecDeque<Past>,
    pub(crate) total_connections: u64,
    pub(crate) slow_consumers: u64,
    pub(crate) out_messages: u64,
    pub(crate) in_bytes: u64,
    pub(crate) out_bytes: u64,
}

impl Engine {
    /// Builds the world and lets it settle.
    ///
    /// # Errors
    /// Why the topology cannot be.
    pub(crate) fn new(mut topology: Topology) -> Result<Self, TopologyError> {
        topology.start = Time(today().0.saturating_sub(HEAD_START.0));
        let world = World::with_memory(topology, Some(KEEP_EVENTS))?;
        let mut engine = Self {
            clock: Clock::showing(world.now()),
            world,
            conns: Vec::new(),
            free: Vec::new(),
            idle: BTreeMap::new(),
            wires: 0,
            past: VecDeque::new(),
            total_connections: 0,
            slow_consumers: 0,
            out_messages: 0,
            in_bytes: 0,
            out_bytes: 0,
        };
        let limit = engine.world.now() + SETTLE_LIMIT;
        while !engine.has_settled() && engine.world.now() < limit {
            engine.world.run_until(engine.world.now() + Span::millis(50));
        }
        engine.world.run_until(today());
        engine.clock = Clock::showing(engine.world.now());
        Ok(engine)
    }

    /// The world, to look at.
    pub(crate) fn world(&self) -> &World {
        &self.world
    }

    /// Gives the world an input, at the present time.
    ///
    /// # Errors
    /// What about it makes no sense.
    pub(crate) fn give(&mut self, input: &Input) -> Result<(), InputError> {
        // Time passes up to now, or to what is due before and has yet to happen.
        self.world.idle_until(self.clock.now());
        self.world.give(input).map(|_| ())
    }

    /// A client connects to a server.
    ///
    /// # Errors
    /// Why it cannot.
    pub(crate) fn open(
        &mut self,
        site: &Site,
        peer: SocketAddr,
        writer: OwnedWriteHalf,
    ) -> Result<(Id, Rc<Notify>), InputError> {
        let name = match self.idle.get_mut(site).and_then(Vec::pop) {
            Some(name) => {
                self.give(&Input::Restart { process: name.clone() })?;
                name
            }
            None => {
                self.wires += 1;
                let name = format!("client-{}", self.wires);
                let spec = ClientSpec::wire(&name, &site.cluster, Some(&site.server));
                self.give(&Input::AddClient(spec))?;
                name
            }
        };
        self.total_connections += 1;
        let closed = Rc::new(Notify::new());
        let conn = Conn {
            site: site.clone(),
            process: self.world.process(&name).unwrap_or(ProcId(u32::MAX)),
            name,
            peer,
            cid: 0,
            opened: self.clock.now(),
            rtt: None,
            reason: None,
            read: 0,
            writer: Some(Rc::new(writer)),
            out: Vec::new(),
            sent: 0,
            blocked: false,
            closing: false,
            closed: Rc::clone(&closed),
        };
        let id = self.free.pop().unwrap_or_else(|| {
            self.conns.push(None);
            self.conns.len() - 1
        });
        self.conns[id] = Some(conn);
        Ok((id, closed))
    }

    /// A client has sent something.
    pub(crate) fn bytes(&mut self, id: Id, bytes: &[u8]) {
        let now = self.clock.now();
        let Some(Some(conn)) = self.conns.get_mut(id) else { return };
        conn.rtt.get_or_insert(now.since(conn.opened));
        let input = Input::Bytes { client: conn.name.clone(), bytes: bytes.to_vec() };
        self.in_bytes += bytes.len() as u64;
        // Only a client that is not there could be refused.
        let _ = self.give(&input);
    }

    /// A client is gone.
    pub(crate) fn hang_up(&mut self, id: Id) {
        let Some(conn) = self.conns.get_mut(id).and_then(Option::take) else { return };
        self.free.push(id);
        self.past.push_back(Past {
            site: conn.site.clone(),
            cid: conn.cid,
            socket: conn.socket(),
            reason: conn.reason.unwrap_or("Client Closed"),
        });
        if self.past.len() > PAST {
            self.past.pop_front();
        }
        let _ = self.give(&Input::Crash { process: conn.name.clone(), lose_disk: false });
        self.idle.entry(conn.site).or_default().push(conn.name);
    }

    /// Lets happen what is due, and writes what the servers say.
    pub(crate) fn turn(&mut self) -> Turn {
        let now = self.clock.now();
        let mut steps = 0;
        while steps < STEPS_A_TURN && self.world.next_at().is_some_and(|at| at <= now) {
            self.world.step();
            steps += 1;
        }
        let mut turn = Turn { more: false, next: None, blocked: Vec::new(), news: Vec::new() };
        for id in 0..self.conns.len() {
            self.take_out(id, &mut turn);
            if let Some(writer) = self.flush(id) {
                turn.blocked.push((id, writer));
            }
        }
        let next = self.world.next_at();
        turn.more = next.is_some_and(|at| at <= now);
        turn.next = next.map(|at| self.clock.instant(at));
        turn
    }

    /// Takes what the server has said to a client out of the world.
    fn take_out(&mut self, id: Id, turn: &mut Turn) {
        let Some(Some(conn)) = self.conns.get_mut(id) else { return };
        let Some(wire) = self.world.wire(conn.process) else { return };
        conn.closing |= wire.is_closed();
        let said = wire.said_since(conn.read);
        if said.is_empty() {
            return;
        }
        conn.read += said.len();
        for op in said {
            match op {
                ServerOp::Info(info) => {
                    let mut info = info.clone();
                    info.client_ip = conn.peer.ip().to_string();
                    if !info.connect_info {
                        let cid = info.client_id;
                        conn.cid = cid;
                        turn.news
                            .push(format!("{} - cid:{cid} - Client connection created", conn.peer));
                    }
                    write_server_op(&ServerOp::Info(info), &mut conn.out);
                }
                op => {
                    if let ServerOp::Err(why) = op {
                        conn.reason = reason(why);
                    }
                    self.out_messages += u64::from(matches!(op, ServerOp::Msg { .. }));
                    write_server_op(op, &mut conn.out);
                }
            }
        }
        if conn.out.len() - conn.sent > MAX_PENDING {
            let peer = conn.peer;
            turn.news.push(format!(
                "{peer} - Slow Consumer Detected: MaxPending of {MAX_PENDING} Exceeded"
            ));
            self.slow_consumers += 1;
            conn.reason = Some("Slow Consumer (Pending Bytes)");
            conn.closing = true;
            conn.out.clear();
            conn.sent = 0;
        }
        let read = Input::Read { client: conn.name.clone(), operations: conn.read as u64 };
        let _ = self.world.give(&read);
    }

    /// Writes as much as a client's socket takes. Returns the socket if it is full and nobody waits
    /// for it yet.
    fn flush(&mut self, id: Id) -> Option<Rc<OwnedWriteHalf>> {
        let conn = self.conns.get_mut(id)?.as_mut()?;
        let writer = conn.writer.as_ref()?;
        let before = conn.sent;
        let mut full = false;
        while conn.sent < conn.out.len() && !conn.blocked {
            match writer.try_write(&conn.out[conn.sent..]) {
                Ok(n) => conn.sent += n,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    full = true;
                    break;
                }
                Err(_) => {
                    // The reader notices, too, and hangs up.
                    conn.closing = true;
                    conn.sent = conn.out.len();
                }
            }
        }
        self.out_bytes += (conn.sent - before) as u64;
        if conn.sent == conn.out.len() {
            conn.out.clear();
            conn.out.shrink_to(1 << 20);
            conn.sent = 0;
            if conn.closing {
                conn.writer = None;
                conn.closed.notify_one();
            }
            return None;
        }
        if conn.sent > conn.out.len() / 2 {
            conn.out.drain(..conn.sent);
            conn.sent = 0;
        }
        conn.blocked |= full;
        full.then(|| Rc::clone(writer))
    }

    /// A client's socket takes more.
    pub(crate) fn unblock(&mut self, id: Id, writer: &Rc<OwnedWriteHalf>) {
        if let Some(Some(conn)) = self.conns.get_mut(id)
            && conn.writer.as_ref().is_some_and(|own| Rc::ptr_eq(own, writer))
        {
            conn.blocked = false;
        }
    }

    /// How many clients are connected.
    pub(crate) fn connections(&self) -> usize {
        self.conns.iter().flatten().count()
    }

    /// The sockets of the clients, by their processes.
    pub(crate) fn sockets(&self) -> impl Iterator<Item = (ProcId, Socket)> {
        self.conns.iter().flatten().map(|conn| (conn.process, conn.socket()))
    }

    /// Connections that are over, oldest first; the last ones only.
    pub(crate) fn past(&self) -> impl Iterator<Item = &Past> {
        self.past.iter()
    }

    /// Whether the routes and leaf links between the servers that run are up and, where most of a
    /// cluster's servers run, its meta group has a leader.
    pub(crate) fn has_settled(&self) -> bool {
        let mut running: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        for (process, state, _) in self.world.servers() {
            let cluster = self.world.cluster_of(process).unwrap_or_default();
            let (up, all) = running.entry(cluster).or_default();
            *all += 1;
            *up += usize::from(state == ProcState::Up);
        }
        self.world.servers().filter(|(_, state, _)| *state == ProcState::Up).all(
            |(process, _, server)| {
                let cluster = self.world.cluster_of(process).unwrap_or_default();
                let (up, all) = running.get(&cluster).copied().unwrap_or_default();
                let led = server.meta().is_none_or(|meta| up * 2 <= all || meta.leader().is_some());
                let joined = server.leafs().filter(|leaf| leaf.is_spoke).count();
                let is_up = |hub: &&LeafRemote| {
                    let mut servers = hub.servers.iter();
                    servers.any(|server| self.world.sim().state(*server) == Some(ProcState::Up))
                };
                let hubs = server.config().leafs.iter().filter(is_up).count();
                led && server.routes().count() + 1 == up && joined == hubs
            },
        )
    }

    /// Whether the leaf links between two clusters are up, of all servers that run.
    pub(crate) fn are_joined(&self, leaf: &str, hub: &str) -> bool {
        let mut of_leaf = self.world.servers().filter(|(_, state, server)| {
            *state == ProcState::Up && *server.config().cluster == *leaf
        });
        of_leaf
            .all(|(_, _, server)| server.leafs().any(|link| link.is_spoke && link.cluster == hub))
    }

    /// How a process is.
    pub(crate) fn state(&self, name: &str) -> Option<ProcState> {
        self.world.sim().state(self.world.process(name)?)
    }
}
