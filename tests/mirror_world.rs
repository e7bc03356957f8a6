//! Mirrors and sources in whole worlds: random crashes, freezes, cuts and restarts while clients
//! publish. What a mirror has is what its origin has; what a stream takes from a source it has once
//! and in order; when everything is healed, nothing is missing.
//!
//! Every case follows from its seed, which a failure names; `MIRROR_WORLD_SEED=<seed>` runs it alone.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what goes wrong here is to stop the test")]

use std::fmt::Write;

use windtunnel::client::{Call, Draft};
use windtunnel::kernel::{Rng, Span};
use windtunnel::world::check::{
    Violation, copies_agree, has_converged, mirrors_agree, mirrors_are_complete, sources_agree,
    sources_are_complete,
};
use windtunnel::world::{ClientSpec, Input, Role, Topology, World};

const SERVERS: [&str; 3] = ["n1", "n2", "n3"];
const CLIENTS: [&str; 2] = ["a", "b"];
const ACTIONS: u32 = 40;
/// How long a healed world gets: what waits for an answer of its origin waits for 30 s, and up to
/// 120 s more if that happened often.
const REST: Span = Span::secs(240);

/// Streams of every kind, in the order in which they are made.
const STREAMS: [&str; 8] = [
    r#"{"name":"O","subjects":["o.>"],"num_replicas":3}"#,
    r#"{"name":"P","subjects":["p.>"],"num_replicas":1}"#,
    r#"{"name":"M3","mirror":{"name":"O"},"num_replicas":3,"mirror_direct":true}"#,
    r#"{"name":"M1","mirror":{"name":"P"},"num_replicas":1}"#,
    r#"{"name":"MM","mirror":{"name":"M3"},"num_replicas":3}"#,
    r#"{"name":"MF","mirror":{"name":"O","filter_subject":"o.a"},"num_replicas":3}"#,
    r#"{"name":"ALL","subjects":["all"],"sources":[{"name":"O"},{"name":"P"}],"num_replicas":3}"#,
    r#"{"name":"PART","sources":[{"name":"O","filter_subject":"o.a"},{"name":"O",
        "subject_transforms":[{"src":"o.b","dest":"part.b"}]}],"num_replicas":1}"#,
];

struct Storm {
    world: World,
    rng: Rng,
    published: u32,
    done: String,
}

impl Storm {
    fn new(seed: u64) -> Self {
        let mut topology = Topology::single("c", &SERVERS);
        topology.seed = seed;
        let client = |name: &&str| ClientSpec {
            name: (*name).to_owned(),
            cluster: "c".to_owned(),
            role: Role::Publisher,
            ..ClientSpec::default()
        };
        topology.clients = CLIENTS.iter().map(client).collect();
        let world = World::new(topology).unwrap();
        let rng = Rng::new(seed).fork("storm");
        let mut storm = Self { world, rng, published: 0, done: String::new() };
        for config in STREAMS {
            let name = config.split('"').nth(3).unwrap();
            let (client, body) = ("a".to_owned(), config.to_owned());
            let subject = format!("$JS.API.STREAM.CREATE.{name}");
            storm.give(Input::Call { client, call: Call::Api { subject, body } });
            assert!(storm.world.run_idle(Span::secs(10)), "{name} is not created");
        }
        assert_eq!(storm.world.streams().len(), STREAMS.len());
        storm
    }

    fn give(&mut self, input: Input) {
        let now = self.world.now().0 as f64 / 1e9;
        let _ = writeln!(self.done, "{now:10.4} {input:?}");
        self.world.give(&input).unwrap();
    }

    fn one_of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.rng.below(choices.len() as u64) as usize].clone()
    }

    fn server(&mut self) -> String {
        format!("c/{}", self.one_of(&SERVERS))
    }

    fn publish(&mut self) {
        self.published += 1;
        let subject = self.one_of(&["o.a", "o.b", "o.c", "p.a", "all"]).to_owned();
        let text = format!("{}-{{{{Count}}}}", self.published);
        let message = Draft { subject, text, ..Draft::default() };
        let count = 1 + self.rng.below(8) as u32;
        let client = self.one_of(&CLIENTS).to_owned();
        let call = Call::JsPublish { message, count, retries: 2 };
        self.give(Input::Call { client, call });
    }

    fn act(&mut self) {
        let process = self.server();
        let (a, b) = (self.server(), self.server());
        let apart = a != b;
        let input = match self.rng.below(20) {
            0..=1 => Input::Crash { process, lose_disk: false },
            2..=3 => Input::Restart { process },
            4 => Input::Stop { process },
            5 => Input::Pause { process },
            6 => Input::Resume { process },
            7 if apart => Input::Cut { a, b },
            8 if apart => Input::Block { from: a, to: b },
            9..=10 if apart => Input::Heal { a, b },
            11 => Input::HealAll,
            _ => return self.publish(),
        };
        self.give(input);
    }

    fn pass(&mut self, span: Span) -> Result<(), Violation> {
        self.world.run_until(self.world.now() + span);
        copies_agree(&self.world)?;
        mirrors_agree(&self.world)?;
        sources_agree(&self.world)
    }

    fn is_at_rest(&mut self) -> Result<(), Violation> {
        self.give(Input::HealAll);
        // A server that was about to stop does so first.
        self.pass(Span::millis(500))?;
        self.give(Input::HealAll);
        self.pass(REST)?;
        has_converged(&self.world)?;
        for view in self.world.inflows() {
            let found = (view.behind, view.origin_server.is_some());
            assert_eq!(found, (0, true), "{} of {}", view.inflow.origin(), view.stream);
        }
        mirrors_are_complete(&self.world)?;
        sources_are_complete(&self.world)
    }

    fn weather(&mut self) -> Result<(), Violation> {
        self.publish();
        self.pass(Span::secs(2))?;
        for _ in 0..ACTIONS {
            self.act();
            let longest = self.one_of(&[1, 10, 200, 2_000, 8_000]);
            let span = self.rng.span(Span::ZERO, Span::millis(longest));
            self.pass(span)?;
        }
        self.is_at_rest()?;
        // Everybody still follows.
        for _ in 0..5 {
            self.publish();
        }
        self.is_at_rest()
    }
}

fn messages(storm: &Storm, stream: &str) -> u64 {
    let view = storm.world.stream(0, stream).unwrap();
    view.best().unwrap().stream.store().len()
}

#[test]
fn mirrors_and_sources_weather_random_faults() {
    let wanted = std::env::var("MIRROR_WORLD_SEED").ok().and_then(|seed| seed.parse().ok());
    let seeds = wanted.map_or(0..40, |seed: u64| seed..seed + 1);
    for seed in seeds {
        let mut storm = Storm::new(seed);
        let result = storm.weather();
        if let Err(violation) = result {
            let list = if wanted.is_some() { storm.done.as_str() } else { "" };
            panic!("{list}seed {seed}: {violation}");
        }
        // Streams without messages would prove nothing.
        for stream in ["M3", "MM", "ALL"] {
            assert!(messages(&storm, stream) > 10, "seed {seed}: hardly anything in {stream}");
        }
    }
}
