//! A world with one application, and what it sends: for tests of the calls about buckets and object stores.
#![allow(dead_code, reason = "every test needs another part of it")]

use std::sync::Arc;

use serde_json::Value;
use windtunnel::client::{Call, OpId, OpRecord, Outcome};
use windtunnel::kernel::{EventId, EventKind, Span};
use windtunnel::nats::Message;
use windtunnel::nats::protocol::ClientOp;
use windtunnel::server::Frame;
use windtunnel::world::{ClientSpec, Input, Role, Topology, World};

pub(crate) const APP: &str = "app";

/// The world, and how much of what was sent is told already.
pub(crate) struct Bench {
    pub(crate) world: World,
    heard: EventId,
}

impl Bench {
    /// On so many servers.
    pub(crate) fn new(servers: usize) -> Self {
        let mut topology = Topology::single("c", &["n1", "n2", "n3"][..servers]);
        topology.clients = vec![ClientSpec::new(APP, "c", Role::Publisher)];
        let mut world = World::new(topology).unwrap();
        world.run_until(world.now() + Span::secs(3));
        Self { world, heard: EventId(0) }
    }

    pub(crate) fn give(&mut self, call: Call) -> OpId {
        let app = self.world.process(APP).unwrap();
        let id = self.world.client(app).unwrap().next_op();
        self.world.give(&Input::Call { client: APP.to_owned(), call }).unwrap();
        id
    }

    pub(crate) fn pass(&mut self, span: Span) {
        self.world.run_until(self.world.now() + span);
    }

    pub(crate) fn record(&self, id: OpId) -> &OpRecord {
        let app = self.world.process(APP).unwrap();
        self.world.client(app).unwrap().op(id).unwrap()
    }

    pub(crate) fn outcome_of(&self, id: OpId) -> Option<Arc<Outcome>> {
        self.record(id).outcome.clone()
    }

    /// What comes of a call, which has to end.
    pub(crate) fn call(&mut self, call: Call) -> Arc<Outcome> {
        let id = self.give(call);
        assert!(self.world.run_idle(Span::secs(30)), "it does not end: {:?}", self.record(id).call);
        self.outcome_of(id).unwrap()
    }

    /// What the client has sent since the last time, but for what keeps its connection.
    pub(crate) fn sent(&mut self) -> Vec<String> {
        let app = self.world.process(APP).unwrap();
        let from = std::mem::replace(&mut self.heard, EventId(self.world.sim().trace().len()));
        let trace = self.world.sim().trace();
        let frames = trace.since(from).filter(|event| event.place == app);
        let told = frames.filter_map(|event| match &event.kind {
            EventKind::Sent { frame: Frame::Client(op), .. } => told(op),
            _ => None,
        });
        told.collect()
    }
}

/// What chance gives its name is told as such; what is no text, by its length.
fn told(op: &ClientOp) -> Option<String> {
    match op {
        ClientOp::Pub(Message { subject, headers, payload, .. }) => {
            let headers: Vec<String> = headers
                .iter()
                .flat_map(|headers| headers.iter())
                .map(|(name, value)| format!(" {name}: {value}"))
                .collect();
            let body = match std::str::from_utf8(payload) {
                Ok(text) if text.len() < 2000 => plain(text),
                _ => format!("<{} bytes>", payload.len()),
            };
            Some(format!("PUB {}{} {body}", plain(subject), headers.concat()).trim().to_owned())
        }
        ClientOp::Sub { subject, .. } if subject.ends_with(".*") => None,
        ClientOp::Sub { subject, .. } => Some(format!("SUB {}", plain(subject))),
        ClientOp::Unsub { .. } => Some("UNSUB".to_owned()),
        _ => None,
    }
}

/// Random names, all as long as they are, told as `<nuid>` and `<name>`; moments as `<now>`.
fn plain(text: &str) -> String {
    const CUTS: [(&str, usize, &str); 9] = [
        ("_INBOX.", 22, "<nuid>"),
        ("$O.b.C.", 22, "<nuid>"),
        ("\"nuid\":\"", 22, "<nuid>"),
        ("CONSUMER.INFO.KV_b.", 8, "<name>"),
        ("CONSUMER.CREATE.KV_b.", 8, "<name>"),
        ("CONSUMER.DELETE.KV_b.", 8, "<name>"),
        ("CONSUMER.CREATE.OBJ_b.", 8, "<name>"),
        ("CONSUMER.DELETE.OBJ_b.", 8, "<name>"),
        ("\"mtime\":\"20", 30, "<now>"),
    ];
    let mut text = text.to_owned();
    for (before, length, word) in CUTS {
        let mut from = 0;
        while let Some(at) = text[from..].find(before).map(|at| from + at + before.len()) {
            let end = at + length;
            let random = |b: &u8| b.is_ascii_alphanumeric() || b"-:.+".contains(b);
            let whole = text.as_bytes().get(at..end).is_some_and(|name| name.iter().all(random));
            let stops = text.as_bytes().get(end).is_none_or(|b| !b.is_ascii_alphanumeric());
            if whole && stops {
                text.replace_range(at..end, word);
            }
            from = at;
        }
    }
    text
}

/// The body of a request, the fields in no order.
pub(crate) fn body(sent: &str, subject: &str) -> Value {
    let text = sent.strip_prefix(&format!("PUB {subject} "));
    serde_json::from_str(text.unwrap_or_else(|| panic!("{sent} is not to {subject}"))).unwrap()
}
