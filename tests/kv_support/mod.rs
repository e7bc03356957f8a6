//! A client on a server of its own: what it sends for a call about a bucket, and what comes of it.

use std::sync::Arc;

use windtunnel::client::kv::{Act, Bucket, Got, KvError, Op};
use windtunnel::client::{Call, Dialect, OpId, OpRecord, Outcome};
use windtunnel::kernel::{EventId, EventKind, Span};
use windtunnel::nats::Message;
use windtunnel::nats::protocol::ClientOp;
use windtunnel::server::Frame;
use windtunnel::world::{ClientSpec, Input, Role, Topology, World};

pub(crate) const APP: &str = "app";

pub(crate) struct Bench {
    pub(crate) world: World,
    heard: EventId,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let mut topology = Topology::single("c", &["n1"]);
        topology.clients = vec![ClientSpec {
            name: APP.to_owned(),
            cluster: "c".to_owned(),
            role: Role::Publisher,
            ..ClientSpec::default()
        }];
        let mut world = World::new(topology).unwrap();
        world.run_until(world.now() + Span::secs(1));
        Self { world, heard: EventId(0) }
    }

    /// A bench with the bucket `b` of 5 values a key, made by this client.
    pub(crate) fn with_bucket(dialect: Dialect) -> Self {
        let mut bench = Self::new();
        let config = Some(Box::new(Bucket { history: 5, ..Bucket::default() }));
        bench.done(Op { config, dialect, ..Op::new(Act::Add, "b") });
        bench.sent();
        bench
    }

    pub(crate) fn begin(&mut self, op: Op) -> OpId {
        let app = self.world.process(APP).unwrap();
        let id = self.world.client(app).unwrap().next_op();
        let call = Call::Kv(Box::new(op));
        self.world.give(&Input::Call { client: APP.to_owned(), call }).unwrap();
        id
    }

    pub(crate) fn pass(&mut self, span: Span) {
        self.world.run_until(self.world.now() + span);
    }

    pub(crate) fn outcome(&mut self, op: Op) -> Arc<Outcome> {
        let id = self.begin(op);
        assert!(self.world.run_idle(Span::secs(10)), "{:?}", self.record(id).call);
        self.record(id).outcome.clone().unwrap()
    }

    pub(crate) fn record(&self, id: OpId) -> &OpRecord {
        let app = self.world.process(APP).unwrap();
        self.world.client(app).unwrap().op(id).unwrap()
    }

    pub(crate) fn done(&mut self, op: Op) -> Got {
        match &*self.outcome(op) {
            Outcome::Kv(Ok(got)) => got.clone(),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn refused(&mut self, op: Op) -> KvError {
        match &*self.outcome(op) {
            Outcome::Kv(Err(why)) => why.clone(),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn put(&mut self, key: &str, value: &str) -> u64 {
        match self.done(Op::key(Act::Put, "b", key).value(value)) {
            Got::Revision(revision) => revision,
            other => panic!("{other:?}"),
        }
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

/// What chance gives its name is told as such.
fn told(op: &ClientOp) -> Option<String> {
    match op {
        ClientOp::Pub(Message { subject, headers, payload, .. }) => {
            let subject = plain(subject);
            let headers: Vec<String> = headers
                .iter()
                .flat_map(|headers| headers.iter())
                .map(|(name, value)| format!(" {name}: {value}"))
                .collect();
            let body = plain(&String::from_utf8_lossy(payload));
            Some(format!("PUB {subject}{} {body}", headers.concat()).trim().to_owned())
        }
        ClientOp::Sub { subject, .. } if subject.ends_with(".*") => None,
        ClientOp::Sub { subject, .. } => Some(format!("SUB {}", plain(subject))),
        ClientOp::Unsub { .. } => Some("UNSUB".to_owned()),
        _ => None,
    }
}

fn plain(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(at) = text.find("_INBOX.") {
        text.replace_range(at + 7..at + 29, "<nuid>");
    }
    for verb in ["CONSUMER.INFO.KV_b.", "CONSUMER.CREATE.KV_b.", "CONSUMER.DELETE.KV_b."] {
        if let Some(at) = text.find(verb).map(|at| at + verb.len()) {
            text.replace_range(at..at + 8, "<name>");
        }
    }
    text
}

/// Go's client: the CLI is made of it.
pub(crate) fn go(op: Op) -> Op {
    Op { dialect: Dialect::Go, ..op }
}
