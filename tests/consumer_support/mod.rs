//! A cluster with a stream and workers that speak the protocol by hand, for tests of consumers.

use std::collections::BTreeMap;

use windtunnel::client::{Call, Draft};
use windtunnel::kernel::{ProcState, Rng, Span};
use windtunnel::nats::Message;
use windtunnel::nats::protocol::ServerOp;
use windtunnel::world::check::{Leaders, Settled, Violation, copies_agree, logs_match};
use windtunnel::world::{ClientSpec, Input, Role, Topology, World};

pub(crate) const CLUSTER: &str = "c";
pub(crate) const SERVERS: [&str; 3] = ["n1", "n2", "n3"];

/// A worker: a connection from outside, and how much of what it was told it has looked at.
struct Worker {
    process: String,
    read: usize,
}

pub(crate) struct Field {
    pub(crate) world: World,
    pub(crate) rng: Rng,
    pub(crate) settled: Settled,
    leaders: Leaders,
    workers: BTreeMap<String, Worker>,
    counter: u32,
}

impl Field {
    /// A cluster of three with this stream and this consumer, both with three copies.
    pub(crate) fn new(seed: u64, stream: &str, consumer: &str) -> Self {
        let mut topology = Topology::single(CLUSTER, &SERVERS);
        topology.seed = seed;
        topology.clients = vec![ClientSpec::new("app", CLUSTER, Role::Publisher)];
        let mut field = Self {
            world: World::new(topology).unwrap(),
            rng: Rng::new(seed).fork("field"),
            settled: Settled::default(),
            leaders: Leaders::default(),
            workers: BTreeMap::new(),
            counter: 0,
        };
        field.api("STREAM.CREATE.S", stream);
        field.api("CONSUMER.CREATE.S.c", consumer);
        assert!(field.world.consumer(0, "S", "c").is_some(), "the consumer is not created");
        field
    }

    /// A request of the application's to the API; it must be answered.
    pub(crate) fn api(&mut self, what: &str, body: &str) {
        let (subject, body) = (format!("$JS.API.{what}"), body.to_owned());
        self.give(&Input::Call { client: "app".to_owned(), call: Call::Api { subject, body } });
        assert!(self.world.run_idle(Span::secs(10)), "{what} is not answered");
    }

    pub(crate) fn give(&mut self, input: &Input) {
        self.world.give(input).unwrap();
    }

    pub(crate) fn publish(&mut self, count: u32) {
        let (subject, text) = ("s.x".to_owned(), "{{Count}}".to_owned());
        let message = Draft { subject, text, ..Draft::default() };
        let call = Call::JsPublish { message, count, retries: 2 };
        self.give(&Input::Call { client: "app".to_owned(), call });
    }

    /// Connects a worker, to a server or to any that is up; again if it is connected already.
    pub(crate) fn connect(&mut self, worker: &str, server: Option<&str>) {
        self.counter += 1;
        let process = format!("{worker}-{}", self.counter);
        let up: Vec<String> = self
            .world
            .servers()
            .filter(|(_, state, _)| *state == ProcState::Up)
            .map(|(id, ..)| self.world.short_name(id).to_owned())
            .collect();
        let any = self.rng.below(up.len().max(1) as u64) as usize;
        let Some(server) = server.or_else(|| up.get(any).map(String::as_str)) else { return };
        self.give(&Input::AddClient(ClientSpec::wire(&process, CLUSTER, Some(server))));
        self.workers.insert(worker.to_owned(), Worker { process, read: 0 });
        let hello = r#"CONNECT {"verbose":false,"headers":true,"no_responders":true}"#;
        self.say(worker, &format!("{hello}\r\nSUB in.{worker} 1\r\nSUB ok.{worker}.* 2\r\n"));
    }

    pub(crate) fn is_connected(&self, worker: &str) -> bool {
        let process = self.workers.get(worker).and_then(|w| self.world.process(&w.process));
        process.and_then(|id| self.world.wire(id)).is_some_and(|wire| !wire.is_closed())
    }

    fn say(&mut self, worker: &str, text: &str) {
        let (client, bytes) = (self.workers[worker].process.clone(), text.as_bytes().to_vec());
        self.give(&Input::Bytes { client, bytes });
    }

    /// A worker asks for messages.
    pub(crate) fn pull(&mut self, worker: &str, batch: u32, expires: Span) {
        let body = format!(r#"{{"batch":{batch},"expires":{}}}"#, expires.as_nanos());
        let subject = "$JS.API.CONSUMER.MSG.NEXT.S.c";
        self.say(worker, &format!("PUB {subject} in.{worker} {}\r\n{body}\r\n", body.len()));
    }

    /// A worker says what became of a message, and wants to have that confirmed.
    pub(crate) fn answer(&mut self, worker: &str, message: &Message, body: &str) {
        let Some(to) = &message.reply else { return };
        self.counter += 1;
        let reply = format!("ok.{worker}.{}", self.counter);
        self.say(worker, &format!("PUB {to} {reply} {}\r\n{body}\r\n", body.len()));
    }

    /// What a worker was sent on its inbox since the last time: messages and statuses.
    pub(crate) fn heard(&mut self, worker: &str) -> Vec<Message> {
        let Some(known) = self.workers.get_mut(worker) else { return Vec::new() };
        let process = self.world.process(&known.process);
        let Some(wire) = process.and_then(|id| self.world.wire(id)) else { return Vec::new() };
        let said = wire.said_since(known.read);
        known.read += said.len();
        said.iter()
            .filter_map(|op| match op {
                ServerOp::Msg { sid, message } if sid.starts_with('1') => Some(message.clone()),
                _ => None,
            })
            .collect()
    }

    /// A worker listens on another subject; what comes there is heard as well.
    pub(crate) fn subscribe(&mut self, worker: &str, subject: &str) {
        self.say(worker, &format!("SUB {subject} 1{}\r\n", self.counter));
    }

    /// Time passes; what must always hold is looked at.
    pub(crate) fn pass(&mut self, span: Span) -> Result<(), Violation> {
        self.world.run_until(self.world.now() + span);
        self.leaders.watch(&self.world)?;
        self.settled.watch(&self.world)?;
        logs_match(&self.world)?;
        copies_agree(&self.world)
    }

    /// The server that leads the consumer.
    pub(crate) fn consumer_leader(&self) -> Option<String> {
        let leader = self.world.consumer(0, "S", "c")?.leader()?;
        Some(self.world.name(leader).to_owned())
    }
}

/// The sequence of a delivered message and how often it was delivered, from its ack subject; none
/// for a status.
pub(crate) fn delivery(message: &Message) -> Option<(u64, u64)> {
    let tokens: Vec<&str> = message.reply.as_ref()?.split('.').collect();
    let ["$JS", "ACK", _, _, deliveries, seq, ..] = *tokens.as_slice() else { return None };
    Some((seq.parse().ok()?, deliveries.parse().ok()?))
}
