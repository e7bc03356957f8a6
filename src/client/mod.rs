//! A simulated application: a NATS client library and what a program does with it.
//!
//! A client knows of servers only what a real one knows: it speaks the client protocol to one of
//! them and connects to another when that one is gone. Everything it does for people is a [`Call`],
//! followed from its first byte to its last answer as an operation.

mod ack;
pub mod behaviour;
mod call;
mod call_json;
mod check;
mod composite;
mod connection;
mod consume;
mod consumed;
mod consumer;
mod fetch;
mod incoming;
pub mod kv;
mod note;
pub mod object;
mod operation;
mod outcome;
mod reading;
pub mod template;
mod transfer;
mod upload;
mod window;
mod wire;

use crate::sorted::Map;
use std::collections::VecDeque;
use std::sync::Arc;

use crate::kernel::{ConnId, Context, Digest, EventId, Fold, ProcId, Process, Span, Time};
use crate::nats::Message;
use crate::nats::protocol::Sid;
use crate::server::Frame;

use behaviour::{Alarm, Happening, Program};

pub use ack::{Answer, Delivery};
pub use behaviour::{Behaviour, Doing, Tally, Task, Turn};
pub use call::{Call, Draft, OpId};
pub use consumer::{ConsumerDraft, Deliver};
pub use note::Note;
pub use outcome::Outcome;
pub use reading::{Dialect, Reading};
pub use transfer::BackupFiles;
pub use upload::Upload;
pub use wire::Wire;

/// How many messages of an operation are remembered; older ones are only counted.
const RECEIVED_KEPT: usize = 200;
/// How many operations that are over are remembered …
const OPS_KEPT: usize = 500;
/// … and how many of those that an application began by itself, or that are steps of others.
const OWN_OPS_KEPT: usize = 40;
/// How long a client waits before it tries the next server (nats.go: 2 s after a whole round;
/// between servers none).
const RECONNECT_WAIT: Span = Span::millis(250);
/// How long a client waits for a connection to come up (nats.go: 2 s).
const CONNECT_TIMEOUT: Span = Span::secs(2);
/// How many bytes a message may have until a server says otherwise (nats-server: 1 MiB).
const MAX_PAYLOAD: u64 = 1 << 20;
/// How long a JetStream call waits for its answer (nats.go and nats-py: 5 s).
const API_TIMEOUT: Span = Span::secs(5);
/// How long it waits before a publish that found no responders is tried again (nats.go: 250 ms).
const RETRY_WAIT: Span = Span::millis(250);

/// A process in which a client can run.
pub trait Host: Process<Frame = Frame, Timer: From<Timer>, Note: From<Note>> {}
impl<P: Process<Frame = Frame, Timer: From<Timer>, Note: From<Note>>> Host for P {}

/// What a client's timers are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    /// The connection that was dialled is not up yet.
    ConnectLate(ConnId),
    /// It is time to try the next server.
    Reconnect,
    /// An answer is late. The number is that of the try, so that old timers do nothing.
    Late(OpId, u64),
    /// Something is to be tried again.
    Retry(OpId, u64),
    /// Something of what the application does by itself. The number tells old timers from new ones.
    Program(Alarm, u64),
}

impl Fold for Timer {
    fn fold(&self, digest: &mut Digest) {
        match self {
            Self::ConnectLate(conn) => digest.word(conn.0 << 8 ^ 1),
            Self::Reconnect => digest.word(2),
            Self::Late(op, n) => digest.word(op.0 << 32 ^ n << 8 ^ 3),
            Self::Retry(op, n) => digest.word(op.0 << 32 ^ n << 8 ^ 4),
            Self::Program(alarm, n) => digest.word((*alarm as u64) << 32 ^ n << 8 ^ 5),
        }
    }
}

/// What a client is told before it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientConfig {
    /// Its name.
    pub name: Arc<str>,
    /// The servers it may connect to, in the order in which it tries them.
    pub servers: Vec<ProcId>,
}

/// A simulated application.
#[derive(Debug, Clone)]
pub struct Client {
    config: Arc<ClientConfig>,
    ops: Map<OpId, OpRecord>,
    next_op: u64,
    /// The next server to try.
    next_server: usize,
    connection: connection::Connection,
    /// Which operation a subscription belongs to.
    sids: Map<Sid, OpId>,
    next_sid: u64,
    inbox: Arc<str>,
    next_reply: u64,
    /// What was published while there was no connection.
    unsent: Vec<Message>,
    /// What it does by itself.
    program: Option<Box<Program>>,
    /// What happened that its program has not seen yet, with its event.
    happened: VecDeque<(EventId, Happening)>,
    /// What happened to calls of several steps that their scripts have not seen yet.
    parts: VecDeque<(EventId, composite::Part)>,
    /// The buckets and stores it knows, by their streams, and whether it reads them directly.
    buckets: Map<String, bool>,
    /// The backups it keeps, by the names of their directories.
    backups: Map<Arc<str>, Arc<BackupFiles>>,
    /// How many bytes a message may have, as its server says.
    max_payload: u64,
}

/// An operation and what came of it.
#[derive(Debug, Clone)]
pub struct OpRecord {
    /// What was asked.
    pub call: Arc<Call>,
    /// Whether the application asked for it by itself, because of its behaviour.
    pub own: bool,
    /// The call of several steps of which it is one.
    pub part_of: Option<OpId>,
    /// When.
    pub started: Time,
    /// What came of it; none while it goes on.
    pub outcome: Option<Arc<Outcome>>,
    /// The last messages it received, with their times.
    pub received: VecDeque<(Time, Message)>,
    /// How many it received.
    pub received_total: u64,
    /// How many bytes their payloads had.
    pub received_bytes: u64,
    /// When the first came; the last one's time is in `received`.
    pub first_at: Option<Time>,
    /// Whether a reader has all there was when it asked.
    pub caught_up: bool,
    progress: operation::Progress,
}

impl OpRecord {
    /// Whether it goes on until somebody ends it: such an operation is not waited for.
    pub fn is_lasting(&self) -> bool {
        match &*self.call {
            Call::Subscribe { .. } | Call::Reply { .. } | Call::Consume { .. } => true,
            Call::Ordered { how, .. } => !how.as_ref().is_some_and(|how| how.to_end),
            Call::Kv(op) => op.is_lasting(),
            Call::Object(op) => op.is_lasting(),
            Call::Next { expires, no_wait, .. } => self.own || (expires.is_none() && !no_wait),
            _ => false,
        }
    }
}

impl Client {
    /// A client that never ran.
    pub fn new(config: ClientConfig) -> Self {
        Self {
            config: Arc::new(config),
            ops: Map::new(),
            next_op: 1,
            next_server: 0,
            connection: connection::Connection::None,
            sids: Map::new(),
            next_sid: 1,
            inbox: "".into(),
            next_reply: 1,
            unsent: Vec::new(),
            program: None,
            happened: VecDeque::new(),
            parts: VecDeque::new(),
            buckets: Map::new(),
            backups: Map::new(),
            max_payload: MAX_PAYLOAD,
        }
    }

    /// Its name.
    pub fn name(&self) -> &Arc<str> {
        &self.config.name
    }
    /// The servers it may connect to.
    pub fn servers(&self) -> &[ProcId] {
        &self.config.servers
    }
    /// Its operations, oldest first.
    pub fn ops(&self) -> impl DoubleEndedIterator<Item = (OpId, &OpRecord)> {
        self.ops.iter().map(|(id, op)| (*id, op))
    }
    /// One operation.
    pub fn op(&self, id: OpId) -> Option<&OpRecord> {
        self.ops.get(&id)
    }
    /// The id that the next operation will have.
    pub fn next_op(&self) -> OpId {
        OpId(self.next_op)
    }
    /// How many operations are waited for.
    pub fn open_ops(&self) -> usize {
        self.ops.values().filter(|op| op.outcome.is_none() && !op.is_lasting()).count()
    }
    /// Its subscriptions that go on: operation and pattern.
    pub fn subscriptions(&self) -> impl Iterator<Item = (OpId, &str)> {
        self.ops.iter().filter(|(_, op)| op.outcome.is_none()).filter_map(|(id, op)| {
            match &*op.call {
                Call::Subscribe { subject, .. } | Call::Reply { subject, .. } => {
                    Some((*id, subject.as_str()))
                }
                _ => None,
            }
        })
    }

    /// The process starts.
    pub fn start<H: Host>(&mut self, cx: &mut Context<'_, H>) {
        self.inbox = format!("_INBOX.{}", cx.rng().base62(22)).into();
        self.connect(cx);
        self.begin_program(cx);
    }

    /// The process dies, and with it all it was doing.
    pub fn crash(&mut self) {
        self.unsent.clear();
        self.happened.clear();
        self.parts.clear();
        self.buckets.clear();
        if let Some(program) = &mut self.program {
            program.crash();
        }
        for op in self.ops.values_mut().filter(|op| op.outcome.is_none()) {
            op.outcome = Some(Arc::new(Outcome::ConnectionLost));
        }
        self.connection = connection::Connection::None;
        self.sids.clear();
    }

    /// Something happens.
    pub fn handle<H: Host>(&mut self, cx: &mut Context<'_, H>, stimulus: ClientStimulus) {
        match stimulus {
            ClientStimulus::Opened { conn, peer } => self.opened(cx, conn, peer),
            ClientStimulus::Closed { conn, peer, why } => self.closed(cx, conn, peer, why),
            ClientStimulus::Frame { conn, frame: Frame::Server(op) } => {
                self.server_op(cx, conn, op)
            }
            ClientStimulus::Frame { .. } => {}
            ClientStimulus::Timer(Timer::ConnectLate(conn)) => self.connect_late(cx, conn),
            ClientStimulus::Timer(Timer::Reconnect) => self.connect(cx),
            ClientStimulus::Timer(Timer::Late(op, attempt)) => self.late(cx, op, attempt),
            ClientStimulus::Timer(Timer::Retry(op, attempt)) => self.retry(cx, op, attempt),
            ClientStimulus::Timer(Timer::Program(alarm, n)) => {
                self.happened.push_back((cx.cause(), Happening::Alarm(alarm, n)));
            }
            ClientStimulus::Call(call) => {
                self.call(cx, call, false);
            }
            ClientStimulus::Behave(behaviour) => self.behave(cx, behaviour),
        }
        self.settle(cx);
    }

    fn forget_old_ops(&mut self) {
        let over = |(_, op): &(&OpId, &OpRecord)| op.outcome.is_some();
        let by_itself = |(_, op): &(&OpId, &OpRecord)| op.own || op.part_of.is_some();
        if self.ops.iter().filter(by_itself).count() > OWN_OPS_KEPT
            && let Some((&old, _)) = self.ops.iter().filter(by_itself).find(over)
        {
            self.ops.remove(&old);
        }
        if self.ops.len() > OPS_KEPT
            && let Some((&old, _)) = self.ops.iter().find(over)
        {
            self.ops.remove(&old);
        }
    }
}

/// What can happen to a client.
#[derive(Debug, Clone)]
pub enum ClientStimulus {
    /// A connection is up.
    Opened {
        /// The connection.
        conn: ConnId,
        /// The server's process.
        peer: ProcId,
    },
    /// A connection is gone.
    Closed {
        /// The connection.
        conn: ConnId,
        /// The server's process.
        peer: ProcId,
        /// Why, in words.
        why: &'static str,
    },
    /// A frame came.
    Frame {
        /// The connection.
        conn: ConnId,
        /// The frame.
        frame: Frame,
    },
    /// A timer fired.
    Timer(Timer),
    /// Somebody wants something done.
    Call(Call),
    /// What it does by itself changes.
    Behave(Behaviour),
}

#[cfg(test)]
mod tests;
