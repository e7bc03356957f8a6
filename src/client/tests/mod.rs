//! The client library and what applications do with it, before a server that says what the test wants.

use crate::kernel::{
    ConnId, Context, Digest, EventKind, Fold, LinkSpec, Loss, ProcId, ProcState, Process, Ratio,
    Sim, Span, Stimulus, Time,
};
use crate::nats::protocol::{ClientOp, ServerOp};
use crate::nats::{Headers, Message};
use crate::server::Frame;

use super::behaviour::{Publisher, Source, Subscriber, Worker, WorkerMode};
use super::*;

mod calls;
mod programs;

/// A client, or the server it talks to.
#[derive(Debug, Clone)]
enum Node {
    Client(Box<Client>),
    Server(Script),
}

/// A server that only says what it is told to.
#[derive(Debug, Clone, Default)]
struct Script {
    conn: Option<ConnId>,
    said: Vec<ClientOp>,
}

#[derive(Debug, Clone)]
enum Order {
    Call(Call),
    Behave(Behaviour),
    Say(ServerOp),
}

impl Fold for Order {
    fn fold(&self, digest: &mut Digest) {
        digest.word(match self {
            Self::Call(_) => 1,
            Self::Behave(_) => 2,
            Self::Say(_) => 3,
        });
    }
}

impl Process for Node {
    type Frame = Frame;
    type Timer = Timer;
    type Note = Note;
    type Input = Order;

    fn start(&mut self, cx: &mut Context<'_, Self>) {
        if let Self::Client(client) = self {
            client.start(cx);
        }
    }

    fn crash(&mut self, _now: Time, _loss: Loss) {
        match self {
            Self::Client(client) => client.crash(),
            Self::Server(script) => *script = Script::default(),
        }
    }

    fn handle(&mut self, cx: &mut Context<'_, Self>, stimulus: Stimulus<Self>) {
        match self {
            Self::Client(client) => client.handle(
                cx,
                match stimulus {
                    Stimulus::Opened { conn, peer, .. } => ClientStimulus::Opened { conn, peer },
                    Stimulus::Closed { conn, peer, reason } => {
                        ClientStimulus::Closed { conn, peer, why: reason.describe() }
                    }
                    Stimulus::Frame { conn, frame } => ClientStimulus::Frame { conn, frame },
                    Stimulus::Timer(timer) => ClientStimulus::Timer(timer),
                    Stimulus::Input(Order::Call(call)) => ClientStimulus::Call(call),
                    Stimulus::Input(Order::Behave(behaviour)) => ClientStimulus::Behave(behaviour),
                    Stimulus::Input(Order::Say(_)) => return,
                },
            ),
            Self::Server(script) => match stimulus {
                Stimulus::Opened { conn, .. } => {
                    script.conn = Some(conn);
                    let info = ServerOp::Info(Box::default());
                    cx.send(conn, Frame::Server(info));
                }
                Stimulus::Frame { frame: Frame::Client(op), .. } => script.said.push(op),
                Stimulus::Input(Order::Say(op)) => {
                    if let Some(conn) = script.conn {
                        cx.send(conn, Frame::Server(op));
                    }
                }
                _ => {}
            },
        }
    }

    fn input_at_once(&mut self, input: &Order, state: ProcState) {
        if let (Self::Client(client), Order::Behave(behaviour), ProcState::Down) =
            (self, input, state)
        {
            client.set_behaviour(behaviour.clone());
        }
    }

    fn wire_len(frame: &Frame) -> u64 {
        frame.wire_len()
    }
}

const SERVER: ProcId = ProcId(0);
const CLIENT: ProcId = ProcId(1);

/// A client that is connected to a script.
struct Bench {
    sim: Sim<Node>,
    /// How much of what the client said was looked at.
    seen: usize,
}

impl Bench {
    fn new() -> Self {
        let mut sim = Sim::new(1, LinkSpec::latency(Span::micros(200)), None);
        sim.add("server", Node::Server(Script::default()));
        let config = ClientConfig { name: "app".into(), servers: vec![SERVER] };
        sim.add("app", Node::Client(Box::new(Client::new(config))));
        sim.start(SERVER);
        sim.start(CLIENT);
        let mut bench = Self { sim, seen: 0 };
        bench.settle();
        assert!(matches!(bench.said().as_slice(), [ClientOp::Connect(_)]));
        bench
    }

    fn client(&self) -> &Client {
        match self.sim.process(CLIENT) {
            Some(Node::Client(client)) => client,
            _ => panic!("there is no client"),
        }
    }

    /// Lets pass so much time, and everything happen that happens in it.
    fn run(&mut self, span: Span) {
        let end = self.sim.now() + span;
        while self.sim.next_at().is_some_and(|at| at <= end) && self.sim.step() {}
        self.sim.idle_until(end);
    }

    /// Lets everything arrive that is under way.
    fn settle(&mut self) {
        self.run(Span::millis(1));
    }

    fn call(&mut self, call: Call) -> OpId {
        let op = self.client().next_op();
        self.sim.input(CLIENT, Order::Call(call));
        self.settle();
        op
    }

    fn behave(&mut self, behaviour: Behaviour) {
        self.sim.input(CLIENT, Order::Behave(behaviour));
        self.settle();
    }

    /// What the client said since the last time.
    fn said(&mut self) -> Vec<ClientOp> {
        let Some(Node::Server(script)) = self.sim.process(SERVER) else { panic!("no server") };
        let said = script.said[self.seen..].to_vec();
        self.seen = script.said.len();
        said
    }

    /// What the client said since the last time, in a few words each.
    fn heard(&mut self) -> Vec<String> {
        self.said().iter().map(words).collect()
    }

    /// The one message among what the client said since the last time.
    fn asked(&mut self) -> Message {
        let messages: Vec<Message> = self.said().into_iter().filter_map(published).collect();
        match <[Message; 1]>::try_from(messages) {
            Ok([message]) => message,
            Err(messages) => panic!("not one message but {messages:#?}"),
        }
    }

    fn say(&mut self, sid: &str, message: Message) {
        let op = ServerOp::Msg { sid: sid.into(), message };
        self.sim.input(SERVER, Order::Say(op));
        self.settle();
    }

    /// Answers what was asked through the client's inbox.
    fn answer(&mut self, asked: &Message, body: &str) {
        let inbox = asked.reply.clone().expect("a reply subject");
        self.say("inbox", Message::new(inbox, body.to_owned()));
    }

    /// Delivers a message as a consumer does.
    fn deliver(&mut self, sid: &str, seq: u64, consumer_seq: u64, deliveries: u64) {
        let ack = format!("$JS.ACK.S.c.{deliveries}.{seq}.{consumer_seq}.1767603601000000000.0");
        self.say(sid, Message::new("s.a", format!("{seq}")).with_reply(ack));
    }

    fn status(&mut self, sid: &str, code: u16, text: &str, headers: &[(&str, &str)]) {
        let headers = Headers::status_block(code, text, headers.iter().copied());
        self.say(sid, Message::new("inbox", "").with_headers(headers));
    }

    fn outcome(&self, op: OpId) -> Outcome {
        let record = self.client().op(op).expect("remembered");
        (**record.outcome.as_ref().expect("over")).clone()
    }

    /// What the client told the trace that `wanted` picks.
    fn notes<T>(&self, wanted: impl Fn(&Note) -> Option<T>) -> Vec<T> {
        let trace = self.sim.trace().iter();
        trace
            .filter_map(|event| match &event.kind {
                EventKind::Note(note) => wanted(note),
                _ => None,
            })
            .collect()
    }
}

fn published(op: ClientOp) -> Option<Message> {
    match op {
        ClientOp::Pub(message) => Some(message),
        _ => None,
    }
}

fn words(op: &ClientOp) -> String {
    match op {
        ClientOp::Pub(message) => format!("PUB {} {}", message.subject, message.text()),
        ClientOp::Sub { subject, queue, sid } => {
            let subject = if subject.starts_with("_INBOX.") { "_INBOX" } else { subject };
            let queue = queue.as_deref().unwrap_or("-");
            format!("SUB {subject} {queue} {sid}")
        }
        ClientOp::Unsub { sid, .. } => format!("UNSUB {sid}"),
        other => other.verb().to_owned(),
    }
}
