//! A world with one application, which works with object stores, and what it sends.
#![allow(dead_code, reason = "every test needs another part of it")]

use std::sync::Arc;

use windtunnel::client::object::{Act, Content, Done, Got, ObjectError, ObjectInfo, Op};
use windtunnel::client::{Call, Dialect, OpId, Outcome};
use windtunnel::jetstream::store::StoredMessage;
use windtunnel::kernel::{EventId, EventKind, Span};
use windtunnel::nats::Message;
use windtunnel::nats::protocol::ClientOp;
use windtunnel::server::Frame;
use windtunnel::world::{ClientSpec, Input, Role, Topology, World};

const APP: &str = "app";

/// The world, and how much of what was sent is told already.
pub(crate) struct Bench {
    pub(crate) world: World,
    heard: EventId,
}

impl Bench {
    /// On so many servers.
    pub(crate) fn new(servers: usize) -> Self {
        let names = &["n1", "n2", "n3"][..servers];
        let mut topology = Topology::single("c", names);
        topology.clients = vec![ClientSpec {
            name: APP.to_owned(),
            cluster: "c".to_owned(),
            role: Role::Publisher,
            ..ClientSpec::default()
        }];
        let mut world = World::new(topology).unwrap();
        world.run_until(world.now() + Span::secs(3));
        Self { world, heard: EventId(0) }
    }

    /// With the bucket `b`, made in this dialect.
    pub(crate) fn with_bucket(dialect: Dialect) -> Self {
        let mut bench = Self::new(1);
        bench.done(Op { dialect, ..Op::new(Act::Add, "b") });
        bench.sent();
        bench
    }

    pub(crate) fn give(&mut self, call: Call) -> OpId {
        let app = self.world.process(APP).unwrap();
        let id = self.world.client(app).unwrap().next_op();
        self.world.give(&Input::Call { client: APP.to_owned(), call }).unwrap();
        id
    }

    pub(crate) fn begin(&mut self, op: Op) -> OpId {
        self.give(Call::Object(Box::new(op)))
    }

    pub(crate) fn pass(&mut self, span: Span) {
        self.world.run_until(self.world.now() + span);
    }

    pub(crate) fn outcome_of(&self, id: OpId) -> Option<Arc<Outcome>> {
        let app = self.world.process(APP).unwrap();
        self.world.client(app).unwrap().op(id).unwrap().outcome.clone()
    }

    pub(crate) fn outcome(&mut self, op: Op) -> Arc<Outcome> {
        let id = self.begin(op);
        assert!(self.world.run_idle(Span::secs(30)), "it does not end");
        self.outcome_of(id).unwrap()
    }

    pub(crate) fn done(&mut self, op: Op) -> Done {
        match &*self.outcome(op) {
            Outcome::Object(Ok(done)) => done.clone(),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn refused(&mut self, op: Op) -> ObjectError {
        match &*self.outcome(op) {
            Outcome::Object(Err(why)) => why.clone(),
            other => panic!("{other:?}"),
        }
    }

    /// Puts a text as nats-py does.
    pub(crate) fn put(&mut self, name: &str, text: &str) -> ObjectInfo {
        match self.done(Op::put("b", name, Content::Text(text.into()))) {
            Done::Stored(info) => *info,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn get(&mut self, name: &str) -> Got {
        match self.done(Op::object(Act::Get, "b", name)) {
            Done::Got(got) => *got,
            other => panic!("{other:?}"),
        }
    }

    /// What the stream of the bucket `b` holds.
    pub(crate) fn stored(&self) -> Vec<Arc<StoredMessage>> {
        let streams = self.world.streams();
        let view = streams.iter().find(|view| **view.name == *"OBJ_b").unwrap();
        let store = view.best().unwrap().stream.store();
        let all = (store.first_seq()..=store.last_seq()).filter_map(|seq| store.get(seq));
        all.map(Arc::clone).collect()
    }

    /// How many chunks are stored, those of nobody included.
    pub(crate) fn chunks(&self) -> usize {
        self.stored().iter().filter(|message| message.subject.starts_with("$O.b.C.")).count()
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
    let mut text = text.to_owned();
    let cuts = [
        ("_INBOX.", 22, "<nuid>"),
        ("$O.b.C.", 22, "<nuid>"),
        ("\"nuid\":\"", 22, "<nuid>"),
        ("CONSUMER.CREATE.OBJ_b.", 8, "<name>"),
        ("CONSUMER.DELETE.OBJ_b.", 8, "<name>"),
        ("\"name\":\"", 8, "<name>"),
        ("\"mtime\":\"20", 30, "<now>"),
    ];
    for (before, length, word) in cuts {
        let mut from = 0;
        while let Some(at) = text[from..].find(before).map(|at| from + at + before.len()) {
            let end = at + length;
            let random = |b: u8| b.is_ascii_alphanumeric() || b"-:.+".contains(&b);
            let whole =
                text.as_bytes().get(at..end).is_some_and(|name| name.iter().all(|b| random(*b)));
            let stops = text.as_bytes().get(end).is_none_or(|b| !b.is_ascii_alphanumeric());
            if whole && stops && (word != "<name>" || before.contains("CONSUMER")) {
                text.replace_range(at..end, word);
            }
            from = at;
        }
    }
    text
}
