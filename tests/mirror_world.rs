//! Mirrors and sources in whole worlds: random crashes, freezes, cuts and restarts while clients
//! publish. What a mirror has is what its origin has; what a stream takes from a source it has once
//! and in order; when everything is healed, nothing is missing.
//!
//! Every case follows from its seed, which a failure names; `MIRROR_WORLD_SEED=<seed>` runs it alone.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what goes wrong here is to stop the test")]

mod trial_support;

use trial_support::{Trial, case, seeds};
use windtunnel::client::{Call, Draft};
use windtunnel::kernel::Span;
use windtunnel::world::check::{
    Violation, copies_agree, has_converged, mirrors_agree, mirrors_are_complete, sources_agree,
    sources_are_complete,
};
use windtunnel::world::{ClientSpec, Cluster, ClusterLink, Input, Role, Topology};

const ACTIONS: u32 = 40;
/// How long a healed world gets: what waits for an answer of its origin waits for 30 s, and up to
/// 120 s more if that happened often.
const REST: Span = Span::secs(240);

/// Streams of every kind in one cluster: who makes them, in the order in which they are made.
const ONE_CLUSTER: [(&str, &str); 8] = [
    ("a", r#"{"name":"O","subjects":["o.>"],"num_replicas":3}"#),
    ("a", r#"{"name":"P","subjects":["p.>"],"num_replicas":1}"#),
    ("a", r#"{"name":"M3","mirror":{"name":"O"},"num_replicas":3,"mirror_direct":true}"#),
    ("a", r#"{"name":"M1","mirror":{"name":"P"},"num_replicas":1}"#),
    ("a", r#"{"name":"MM","mirror":{"name":"M3"},"num_replicas":3}"#),
    ("a", r#"{"name":"MF","mirror":{"name":"O","filter_subject":"o.a"},"num_replicas":3}"#),
    (
        "a",
        r#"{"name":"ALL","subjects":["all"],"sources":[{"name":"O"},{"name":"P"}],"num_replicas":3}"#,
    ),
    (
        "a",
        r#"{"name":"PART","sources":[{"name":"O","filter_subject":"o.a"},{"name":"O",
        "subject_transforms":[{"src":"o.b","dest":"part.b"}]}],"num_replicas":1}"#,
    ),
];

/// Three regions that mirror each other's orders, and one that gathers them all.
const REGIONS: [(&str, &str); 7] = [
    ("a", r#"{"name":"ORDERS","subjects":["o.us"],"num_replicas":3}"#),
    ("b", r#"{"name":"ORDERS","subjects":["o.eu"]}"#),
    ("c", r#"{"name":"ORDERS","subjects":["o.ap"]}"#),
    (
        "a",
        r#"{"name":"EU","mirror":{"name":"ORDERS","external":{"api":"$JS.eu.API"}},"num_replicas":3}"#,
    ),
    ("b", r#"{"name":"US","mirror":{"name":"ORDERS","external":{"api":"$JS.us.API"}}}"#),
    ("c", r#"{"name":"EU","mirror":{"name":"ORDERS","external":{"api":"$JS.eu.API"}}}"#),
    (
        "a",
        r#"{"name":"ALL","num_replicas":3,"sources":[{"name":"ORDERS","filter_subject":"o.us"},
        {"name":"ORDERS","external":{"api":"$JS.eu.API"},
            "subject_transforms":[{"src":"o.>","dest":"all.eu.>"}]},
        {"name":"ORDERS","external":{"api":"$JS.ap.API"},
            "subject_transforms":[{"src":"o.>","dest":"all.ap.>"}]}]}"#,
    ),
];

struct Storm {
    trial: Trial,
    /// Who publishes on which subject.
    publishes: &'static [(&'static str, &'static str)],
    published: u32,
}

impl Storm {
    fn one_cluster(seed: u64) -> Self {
        let topology = Topology::single("c", &["n1", "n2", "n3"]);
        let publishes =
            &[("a", "o.a"), ("b", "o.b"), ("a", "o.c"), ("b", "p.a"), ("a", "p.b"), ("b", "all")];
        Self::new(seed, topology, &[("a", "c"), ("b", "c")], &ONE_CLUSTER, publishes)
    }

    fn regions(seed: u64) -> Self {
        let region = |name: &str, servers: &[&str]| {
            let topology = Topology::single(name, servers);
            Cluster { domain: Some(name.to_owned()), ..topology.clusters[0].clone() }
        };
        let us = region("us", &["n1", "n2", "n3"]);
        let clusters = vec![us, region("eu", &["n4"]), region("ap", &["n5"])];
        let links = vec![ClusterLink::leaf("eu", "us"), ClusterLink::leaf("ap", "us")];
        let topology = Topology { clusters, links, ..Topology::single("c", &["n"]) };
        let clients = [("a", "us"), ("b", "eu"), ("c", "ap")];
        let publishes = &[("a", "o.us"), ("b", "o.eu"), ("c", "o.ap")];
        Self::new(seed, topology, &clients, &REGIONS, publishes)
    }

    fn new(
        seed: u64,
        mut topology: Topology,
        clients: &[(&str, &str)],
        streams: &[(&str, &str)],
        publishes: &'static [(&'static str, &'static str)],
    ) -> Self {
        topology.seed = seed;
        let client =
            |(name, cluster): &(&str, &str)| ClientSpec::new(name, cluster, Role::Publisher);
        topology.clients = clients.iter().map(client).collect();
        let mut storm = Self { trial: Trial::new(topology), publishes, published: 0 };
        for (client, config) in streams {
            let name = config.split('"').nth(3).unwrap();
            let (client, body) = ((*client).to_owned(), (*config).to_owned());
            let subject = format!("$JS.API.STREAM.CREATE.{name}");
            storm.trial.give(Input::Call { client, call: Call::Api { subject, body } });
            assert!(storm.trial.world.run_idle(Span::secs(10)), "{name} is not created");
        }
        assert_eq!(storm.trial.world.streams().len(), streams.len());
        storm
    }

    fn publish(&mut self) {
        self.published += 1;
        let (client, subject) = self.trial.one_of(self.publishes);
        let text = format!("{}-{{{{Count}}}}", self.published);
        let message = Draft { subject: subject.to_owned(), text, ..Draft::default() };
        let count = 1 + self.trial.rng.below(8) as u32;
        let call = Call::JsPublish { message, count, retries: 2 };
        self.trial.give(Input::Call { client: client.to_owned(), call });
    }

    fn act(&mut self) {
        let process = self.trial.server();
        let (a, b) = (self.trial.server(), self.trial.server());
        let apart = a != b;
        let input = match self.trial.rng.below(20) {
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
        self.trial.give(input);
    }

    fn pass(&mut self, span: Span) -> Result<(), Violation> {
        self.trial.world.run_until(self.trial.world.now() + span);
        copies_agree(&self.trial.world)?;
        mirrors_agree(&self.trial.world)?;
        sources_agree(&self.trial.world)
    }

    fn is_at_rest(&mut self) -> Result<(), Violation> {
        self.trial.give(Input::HealAll);
        // A server that was about to stop does so first.
        self.pass(Span::millis(500))?;
        self.trial.give(Input::HealAll);
        self.pass(REST)?;
        has_converged(&self.trial.world)?;
        for view in self.trial.world.inflows() {
            let found = (view.behind, view.origin_server.is_some());
            assert_eq!(found, (0, true), "{} of {}", view.inflow.origin(), view.stream);
        }
        mirrors_are_complete(&self.trial.world)?;
        sources_are_complete(&self.trial.world)
    }

    fn weather(&mut self) -> Result<(), Violation> {
        self.publish();
        self.pass(Span::secs(2))?;
        for _ in 0..ACTIONS {
            self.act();
            let span = self.trial.span(&[1, 10, 200, 2_000, 8_000]);
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

/// How many messages a stream of the first cluster has.
fn messages(storm: &Storm, stream: &str) -> u64 {
    let view = storm.trial.world.stream(0, stream).unwrap();
    view.best().unwrap().stream.store().len()
}

fn run_all(all: std::ops::Range<u64>, storm: fn(u64) -> Storm, filled: &[&str]) {
    let seeds = seeds("MIRROR_WORLD_SEED", all);
    let cases = seeds.end - seeds.start;
    let mut copied = vec![0; filled.len()];
    for seed in seeds {
        let mut storm = storm(seed);
        case(seed, cases == 1, &mut storm, |storm| &storm.trial, Storm::weather);
        for (sum, stream) in copied.iter_mut().zip(filled) {
            *sum += messages(&storm, stream);
        }
    }
    // Streams without messages would prove nothing.
    assert!(copied.iter().all(|sum| *sum > 10 * cases), "{copied:?} copied in {cases} cases");
}

#[test]
fn mirrors_and_sources_weather_random_faults() {
    run_all(0..40, Storm::one_cluster, &["M3", "MM", "ALL"]);
}

#[test]
fn mirrors_and_sources_across_regions_weather_random_faults() {
    run_all(1_000..1_040, Storm::regions, &["ALL"]);
}
