//! Connections from outside to the servers of several clusters.
#![allow(dead_code, reason = "not every test needs all of it")]

use windtunnel::kernel::Span;
use windtunnel::nats::protocol::ServerOp;
use windtunnel::world::{ClientSpec, Cluster, Input, Topology, World};

/// A cluster that is a domain of the same name, with servers `<name>-0`, `<name>-1` …
pub(crate) fn cluster(name: &str, servers: usize) -> Cluster {
    let servers: Vec<String> = (0..servers).map(|n| format!("{name}-{n}")).collect();
    let topology = Topology::single(name, &[]);
    Cluster { domain: Some(name.to_owned()), servers, ..topology.clusters[0].clone() }
}

/// A message that a connection got.
#[derive(Debug, Clone)]
pub(crate) struct Got {
    pub(crate) sid: usize,
    pub(crate) subject: String,
    pub(crate) reply: Option<String>,
    pub(crate) text: String,
}

/// A world and connections to its servers, which are numbered.
pub(crate) struct Wires {
    pub(crate) world: World,
    names: Vec<String>,
    read: Vec<usize>,
    next: usize,
}

impl Wires {
    pub(crate) fn new(topology: Topology) -> Self {
        let world = World::new(topology).unwrap();
        Self { world, names: Vec::new(), read: Vec::new(), next: 0 }
    }

    pub(crate) fn give(&mut self, input: Input) {
        self.world.give(&input).unwrap();
    }

    pub(crate) fn pass(&mut self, span: Span) {
        self.world.run_until(self.world.now() + span);
    }

    /// Connects to a server of a cluster, by its number.
    pub(crate) fn connect(&mut self, cluster: &str, server: usize) -> usize {
        let wire = self.names.len();
        let name = format!("wire-{wire}");
        let server = format!("{cluster}-{server}");
        self.give(Input::AddClient(ClientSpec::wire(&name, cluster, Some(&server))));
        self.names.push(name);
        self.read.push(0);
        self.pass(Span::millis(5));
        self.say(wire, "CONNECT {\"headers\":true,\"no_responders\":true}\r\n");
        wire
    }

    fn say(&mut self, wire: usize, text: &str) {
        let client = self.names[wire].clone();
        self.give(Input::Bytes { client, bytes: text.as_bytes().to_vec() });
    }

    /// Subscribes; gives the subscription's id.
    pub(crate) fn subscribe(&mut self, wire: usize, subject: &str, queue: Option<&str>) -> usize {
        self.next += 1;
        let (sid, queue) = (self.next, queue.unwrap_or_default());
        self.say(wire, &format!("SUB {subject} {queue} {sid}\r\n"));
        sid
    }

    pub(crate) fn unsubscribe(&mut self, wire: usize, sid: usize) {
        self.say(wire, &format!("UNSUB {sid}\r\n"));
    }

    pub(crate) fn publish(&mut self, wire: usize, subject: &str, reply: Option<&str>, text: &str) {
        let reply = reply.unwrap_or_default();
        self.say(wire, &format!("PUB {subject} {reply} {}\r\n{text}\r\n", text.len()));
    }

    /// What a connection got since the last time.
    pub(crate) fn take(&mut self, wire: usize) -> Vec<Got> {
        let process = self.world.process(&self.names[wire]).unwrap();
        let said = self.world.wire(process).unwrap().said_since(self.read[wire]);
        self.read[wire] += said.len();
        let got = said.iter().filter_map(|op| match op {
            ServerOp::Msg { sid, message } => Some(Got {
                sid: sid.parse().unwrap(),
                subject: message.subject.to_string(),
                reply: message.reply.as_ref().map(ToString::to_string),
                text: match message.status() {
                    Some((code, _)) => code.to_string(),
                    None => message.text().to_string(),
                },
            }),
            _ => None,
        });
        got.collect()
    }

    /// Asks, and gives all answers that come within a second.
    pub(crate) fn request(&mut self, wire: usize, subject: &str, text: &str) -> Vec<String> {
        let inbox = format!("_INBOX.{wire}.{}", self.next);
        let sid = self.subscribe(wire, &inbox, None);
        self.take(wire);
        self.publish(wire, subject, Some(&inbox), text);
        self.pass(Span::secs(1));
        let answers = self.take(wire).into_iter().filter(|got| got.sid == sid);
        let answers = answers.map(|got| got.text).collect();
        self.unsubscribe(wire, sid);
        answers
    }
}
