//! A process of a world: a server, a client, or a connection from outside.

use crate::client::{self, Behaviour, Call, Client, ClientStimulus, Wire};
use crate::kernel::{Context, Digest, Fold, Loss, ProcState, Process, Stimulus, Time, Trap};
use crate::nats::json;
use crate::nats::protocol::{ClientOp, ServerOp};
use crate::server::{self, Condition, Frame, Server, ServerStimulus};

/// A process. Boxed, because clients are much smaller than servers.
#[derive(Debug, Clone)]
pub enum Node {
    /// A nats-server.
    Server(Box<Server>),
    /// An application.
    Client(Box<Client>),
    /// A connection from outside.
    Wire(Box<Wire>),
}

/// What a process tells the trace.
#[derive(Debug, Clone, PartialEq)]
pub enum Note {
    /// A server.
    Server(server::Note),
    /// A client.
    Client(client::Note),
}

/// What a timer is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeTimer {
    /// A server's.
    Server(server::Timer),
    /// A client's.
    Client(client::Timer),
}

/// What may be asked of a process from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeInput {
    /// Of a client: do this.
    Call(Call),
    /// Of a client: do this by yourself from now on.
    Behave(Behaviour),
    /// Of a connection from outside: send these bytes.
    Bytes(Vec<u8>),
    /// Of a connection from outside: so much was read.
    Read(u64),
    /// Of a server: stop in an orderly way.
    Stop,
    /// Of a server: so is its machine, or its luck, from now on.
    Condition(Condition),
}

impl From<server::Note> for Note {
    fn from(note: server::Note) -> Self {
        Self::Server(note)
    }
}
impl From<client::Note> for Note {
    fn from(note: client::Note) -> Self {
        Self::Client(note)
    }
}
impl From<server::Timer> for NodeTimer {
    fn from(timer: server::Timer) -> Self {
        Self::Server(timer)
    }
}
impl From<client::Timer> for NodeTimer {
    fn from(timer: client::Timer) -> Self {
        Self::Client(timer)
    }
}

impl Fold for Note {
    fn fold(&self, digest: &mut Digest) {
        match self {
            Self::Server(note) => note.fold(digest),
            Self::Client(note) => note.fold(digest),
        }
    }
}
impl Fold for NodeTimer {
    fn fold(&self, digest: &mut Digest) {
        match self {
            Self::Server(timer) => timer.fold(digest),
            Self::Client(timer) => timer.fold(digest),
        }
    }
}
impl Fold for NodeInput {
    fn fold(&self, digest: &mut Digest) {
        match self {
            Self::Call(call) => call.fold(digest),
            Self::Behave(behaviour) => {
                // Its JSON distinguishes any two.
                digest.bytes(json::text(behaviour).as_bytes());
            }
            Self::Bytes(bytes) => digest.bytes(bytes),
            Self::Read(n) => digest.word(*n),
            Self::Stop => digest.word(1),
            Self::Condition(what) => what.fold(digest),
        }
    }
}

impl Process for Node {
    type Frame = Frame;
    type Timer = NodeTimer;
    type Note = Note;
    type Input = NodeInput;

    fn start(&mut self, cx: &mut Context<'_, Self>) {
        match self {
            Self::Server(server) => server.start(cx),
            Self::Client(client) => client.start(cx),
            Self::Wire(wire) => wire.start(cx),
        }
    }

    fn crash(&mut self, now: Time, loss: Loss) {
        match self {
            Self::Server(server) => server.crash(now, loss),
            Self::Client(client) => client.crash(),
            Self::Wire(wire) => wire.crash(),
        }
    }

    fn handle(&mut self, cx: &mut Context<'_, Self>, stimulus: Stimulus<Self>) {
        match (self, stimulus) {
            (Self::Server(server), Stimulus::Input(NodeInput::Stop)) => {
                server.handle(cx, ServerStimulus::Stop);
            }
            (Self::Server(server), Stimulus::Input(NodeInput::Condition(what))) => {
                server.handle(cx, ServerStimulus::Condition(what));
            }
            (Self::Server(server), stimulus) => {
                let timer = |timer| match timer {
                    NodeTimer::Server(timer) => Some(timer),
                    NodeTimer::Client(_) => None,
                };
                if let Some(stimulus) = ServerStimulus::from_kernel(stimulus, timer) {
                    server.handle(cx, stimulus);
                }
            }
            (Self::Client(client), stimulus) => {
                if let Some(stimulus) = for_client(stimulus) {
                    client.handle(cx, stimulus);
                }
            }
            (Self::Wire(wire), stimulus) => match stimulus {
                Stimulus::Opened { .. } => wire.opened(cx),
                Stimulus::Closed { .. } => wire.connection_closed(),
                Stimulus::Frame { frame, .. } => wire.frame(frame),
                Stimulus::Input(NodeInput::Bytes(bytes)) => wire.bytes(cx, &bytes),
                Stimulus::Input(NodeInput::Read(n)) => {
                    wire.forget(usize::try_from(n).unwrap_or(usize::MAX));
                }
                Stimulus::Timer(_) | Stimulus::Input(_) => {}
            },
        }
    }

    fn input_at_once(&mut self, input: &NodeInput, state: ProcState) {
        match (self, input) {
            // What an application is to do is on its disk: it will do that when it starts again.
            (Self::Client(client), NodeInput::Behave(behaviour)) if state == ProcState::Down => {
                client.set_behaviour(behaviour.clone());
            }
            (Self::Server(server), NodeInput::Condition(what)) => server.set_machine(what),
            _ => {}
        }
    }

    /// Traps are for acknowledgements that get lost, in either direction, and for messages that an
    /// application publishes twice.
    fn is_prey(frame: &Frame, trap: Trap) -> bool {
        let to_inbox = |subject: &str| subject.starts_with("_INBOX.");
        match (trap, frame) {
            (Trap::Lose, Frame::Client(ClientOp::Pub(message))) => {
                message.subject.starts_with("$JS.ACK.")
            }
            (Trap::Lose, Frame::Server(ServerOp::Msg { message, .. })) => {
                to_inbox(&message.subject) && message.payload.starts_with(br#"{"stream":"#)
            }
            (Trap::Twice, Frame::Client(ClientOp::Pub(message))) => {
                !message.subject.starts_with("$JS.") && !to_inbox(&message.subject)
            }
            _ => false,
        }
    }

    fn wire_len(frame: &Frame) -> u64 {
        frame.wire_len()
    }
}

fn for_client(stimulus: Stimulus<Node>) -> Option<ClientStimulus> {
    Some(match stimulus {
        Stimulus::Opened { conn, peer, .. } => ClientStimulus::Opened { conn, peer },
        Stimulus::Closed { conn, peer, reason } => {
            ClientStimulus::Closed { conn, peer, why: reason.describe() }
        }
        Stimulus::Frame { conn, frame } => ClientStimulus::Frame { conn, frame },
        Stimulus::Timer(NodeTimer::Client(timer)) => ClientStimulus::Timer(timer),
        Stimulus::Input(NodeInput::Call(call)) => ClientStimulus::Call(call),
        Stimulus::Input(NodeInput::Behave(behaviour)) => ClientStimulus::Behave(behaviour),
        Stimulus::Timer(NodeTimer::Server(_)) | Stimulus::Input(_) => return None,
    })
}
