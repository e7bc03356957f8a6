//! A cluster and a client that speaks the protocol by hand; what must always hold is looked at whenever time
//! passes.

use windtunnel::kernel::Span;
use windtunnel::nats::protocol::ServerOp;
use windtunnel::world::check::{Leaders, copies_agree, logs_match};
use windtunnel::world::{ClientSpec, Input, Topology, World};

/// The name of the client.
pub(crate) const HAND: &str = "hand";

/// The cluster, and how much of what the client was told it has looked at.
pub(crate) struct Field {
    pub(crate) world: World,
    pub(crate) read: usize,
    replies: u32,
    leaders: Leaders,
}

impl Field {
    /// A cluster `c` of these servers; the client is connected to the first.
    pub(crate) fn of(servers: &[&str], seed: u64) -> Self {
        let mut topology = Topology::single("c", servers);
        topology.seed = seed;
        topology.clients = vec![ClientSpec::wire(HAND, "c", Some(servers[0]))];
        let world = World::new(topology).unwrap();
        let mut field = Self { world, read: 0, replies: 0, leaders: Leaders::default() };
        field.pass(Span::secs(6));
        field
    }

    /// Introduces the client, which listens for answers and for what comes on this subject.
    pub(crate) fn connect(&mut self, subject: &str) {
        let hello = r#"CONNECT {"verbose":false,"headers":true,"no_responders":true}"#;
        self.say(&format!("{hello}\r\nSUB re.* 1\r\nSUB {subject} 2\r\n"));
        self.pass(Span::millis(100));
    }

    pub(crate) fn say(&mut self, text: &str) {
        let bytes = text.as_bytes().to_vec();
        self.world.give(&Input::Bytes { client: HAND.to_owned(), bytes }).unwrap();
    }

    pub(crate) fn pass(&mut self, span: Span) {
        self.world.run_until(self.world.now() + span);
        self.leaders.watch(&self.world).unwrap();
        copies_agree(&self.world).unwrap();
        logs_match(&self.world).unwrap();
    }

    /// Publishes without waiting.
    pub(crate) fn publish_to(
        &mut self,
        reply: &str,
        subject: &str,
        headers: &[(&str, &str)],
        text: &str,
    ) {
        if headers.is_empty() {
            return self.say(&format!("PUB {subject} {reply} {}\r\n{text}\r\n", text.len()));
        }
        let lines = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        let block = format!("NATS/1.0\r\n{}\r\n", lines.collect::<String>());
        let (own, all) = (block.len(), block.len() + text.len());
        self.say(&format!("HPUB {subject} {reply} {own} {all}\r\n{block}{text}\r\n"));
    }

    /// Sends a message, and gives the one answer to it that comes within this time.
    pub(crate) fn request(
        &mut self,
        subject: &str,
        headers: &[(&str, &str)],
        text: &str,
        wait: Span,
    ) -> String {
        let reply = self.new_reply();
        self.publish_to(&reply, subject, headers, text);
        self.pass(wait);
        let answers: Vec<_> = self.heard().into_iter().filter(|(to, _)| *to == reply).collect();
        let [(_, answer)] = &answers[..] else { panic!("{subject} {text}: {answers:?}") };
        answer.clone()
    }

    /// A subject for an answer, which the client listens to.
    pub(crate) fn new_reply(&mut self) -> String {
        self.replies += 1;
        format!("re.{}", self.replies)
    }

    /// What came since the last time: subject and body.
    pub(crate) fn heard(&mut self) -> Vec<(String, String)> {
        let wire = self.world.wire(self.world.process(HAND).unwrap()).unwrap();
        let said = wire.said_since(self.read);
        self.read += said.len();
        let messages = said.iter().filter_map(|op| match op {
            ServerOp::Msg { message, .. } => Some(message),
            _ => None,
        });
        messages
            .map(|m| (m.subject.to_string(), String::from_utf8_lossy(&m.payload).into_owned()))
            .collect()
    }
}
