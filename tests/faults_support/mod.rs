//! A cluster with a stream and an application that publishes, for tests of what breaks and what is made to
//! happen.
#![allow(dead_code, reason = "every test needs another part of it")]

use windtunnel::client::{Call, Draft, OpId, Outcome};
use windtunnel::kernel::{EventKind, Span};
use windtunnel::server;
use windtunnel::world::{ClientSpec, Input, Note, Role, Topology, World};

pub(crate) struct Field {
    pub(crate) world: World,
}

impl Field {
    /// A cluster `c` of these servers with a client `app` and a stream `S` of `s.>`.
    pub(crate) fn new(servers: &[&str], seed: u64, more: &str) -> Self {
        let mut topology = Topology::single("c", servers);
        topology.seed = seed;
        Self::of(topology, more)
    }

    pub(crate) fn of(mut topology: Topology, more: &str) -> Self {
        topology.clients = vec![ClientSpec::new("app", "c", Role::Publisher)];
        let mut field = Self { world: World::new(topology).unwrap() };
        field.pass(10);
        let config = format!(r#"{{"name":"S","subjects":["s.>"]{more}}}"#);
        field.api("STREAM.CREATE.S", &config);
        field.pass(2);
        field
    }

    pub(crate) fn give(&mut self, input: &Input) {
        self.world.give(input).unwrap();
    }

    /// Has the application do something, without waiting.
    pub(crate) fn begin(&mut self, call: Call) {
        self.give(&Input::Call { client: "app".to_owned(), call });
    }

    /// Has the application publish so many messages at the same moment, and waits for what comes of it.
    pub(crate) fn publish_at_once(&mut self, count: u32) {
        let message = Draft { subject: "s.x".to_owned(), ..Draft::default() };
        for _ in 0..count {
            self.begin(Call::JsPublish { message: message.clone(), count: 1, retries: 0 });
        }
        self.world.run_idle(Span::secs(5));
    }

    /// What the application's next operation is called.
    pub(crate) fn next_op(&self) -> OpId {
        self.world.client(self.world.process("app").unwrap()).unwrap().next_op()
    }

    pub(crate) fn call(&mut self, call: Call) -> Option<Outcome> {
        let id = self.next_op();
        self.begin(call);
        self.world.run_idle(Span::secs(30));
        let app = self.world.client(self.world.process("app").unwrap()).unwrap();
        app.op(id).unwrap().outcome.as_deref().cloned()
    }

    pub(crate) fn api(&mut self, what: &str, body: &str) {
        let (subject, body) = (format!("$JS.API.{what}"), body.to_owned());
        self.call(Call::Api { subject, body });
    }

    pub(crate) fn publish_with(&mut self, headers: &[(&str, &str)]) -> Option<Outcome> {
        let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let (subject, text) = ("s.x".to_owned(), "m".to_owned());
        let message = Draft { subject, text, headers, ..Draft::default() };
        self.call(Call::JsPublish { message, count: 1, retries: 0 })
    }

    /// Publishes one message after the other; each must be acknowledged.
    pub(crate) fn publish(&mut self, count: u32) {
        for _ in 0..count {
            let outcome = self.publish_with(&[]);
            assert!(matches!(outcome, Some(Outcome::Acked { .. })), "{outcome:?}");
        }
    }

    /// How long a publish takes to be acknowledged.
    pub(crate) fn time_to_publish(&mut self) -> Span {
        let before = self.world.now();
        self.publish(1);
        self.world.now().since(before)
    }

    pub(crate) fn pass(&mut self, seconds: u64) {
        self.world.run_until(self.world.now() + Span::secs(seconds));
    }

    /// The last sequence that each copy of the stream has.
    pub(crate) fn last(&self) -> Vec<u64> {
        let view = self.world.stream(0, "S").expect("the stream");
        view.replicas.iter().map(|replica| replica.stream.store().last_seq()).collect()
    }

    pub(crate) fn leader(&self) -> String {
        let leader = self.world.stream(0, "S").unwrap().leader().expect("a leader");
        self.world.name(leader).to_owned()
    }

    /// The servers that do not lead the stream.
    pub(crate) fn others(&self) -> Vec<String> {
        let (leader, all) = (self.leader(), ["c/n1", "c/n2", "c/n3"]);
        all.into_iter().filter(|name| *name != leader).map(str::to_owned).collect()
    }

    /// How long a call takes until it is answered.
    pub(crate) fn time_to(&mut self, call: Call) -> Span {
        let before = self.world.now();
        let outcome = self.call(call);
        assert!(
            matches!(outcome, Some(Outcome::Replies(_) | Outcome::Fetched { .. })),
            "{outcome:?}"
        );
        self.world.now().since(before)
    }

    pub(crate) fn notes(&self, of: impl Fn(&server::Note) -> bool) -> usize {
        let is = |kind: &windtunnel::world::EventKind| match kind {
            EventKind::Note(Note::Server(note)) => of(note),
            _ => false,
        };
        self.world.sim().trace().iter().filter(|event| is(&event.kind)).count()
    }

    pub(crate) fn troubles(&self) -> Vec<String> {
        self.world.troubles().iter().map(|trouble| self.world.describe(trouble)).collect()
    }
}

pub(crate) fn power_cut(process: &str) -> Input {
    Input::PowerCut { process: process.to_owned() }
}

pub(crate) fn restart(process: &str) -> Input {
    Input::Restart { process: process.to_owned() }
}
