//! Raft in whole worlds: random crashes, freezes, cuts, black holes and lost packets while several
//! clients publish. What must hold at any time is checked all along; when everything is healed, the
//! rest.
//!
//! Every case follows from its seed. A failure names it: `RAFT_WORLD_SEED=<seed> cargo test
//! --no-default-features --test raft_world` runs that case alone, with a list of what was done.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what goes wrong here is to stop the test")]

use std::fmt::Write;

use windtunnel::client::{Call, Draft, Outcome};
use windtunnel::kernel::{LinkSpec, Ratio, Rng, Span};
use windtunnel::world::check::{
    Acknowledged, Leaders, Violation, copies_agree, has_converged, logs_match,
};
use windtunnel::world::{ClientSpec, Input, Role, Topology, World};

const CLUSTER: &str = "c";
const CLIENTS: [&str; 3] = ["a", "b", "console"];
/// Things that are done in a case before it is healed.
const ACTIONS: u32 = 60;
/// How long a healed world gets to come to rest: an election, routes dialled again, a packet lost
/// several times in a row, and what waited behind it.
const REST: Span = Span::secs(60);

/// Whether the stream gets other numbers of replicas, or loses servers, while it storms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moves {
    No,
    Replicas,
    Servers,
}

/// A world under random faults, and all that is remembered of it.
struct Storm {
    world: World,
    rng: Rng,
    servers: Vec<String>,
    leaders: Leaders,
    acknowledged: Acknowledged,
    published: u32,
    moves: Moves,
    done: String,
}

impl Storm {
    fn new(seed: u64, servers: usize, replicas: usize, moves: Moves) -> Self {
        let names: Vec<String> = (1..=servers).map(|n| format!("n{n}")).collect();
        let short: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut topology = Topology::single(CLUSTER, &short);
        topology.seed = seed;
        let client = |name| ClientSpec::new(name, CLUSTER, Role::Publisher);
        topology.clients = CLIENTS.map(client).to_vec();
        let mut storm = Self {
            world: World::new(topology).unwrap(),
            rng: Rng::new(seed).fork("storm"),
            servers: names.iter().map(|name| format!("{CLUSTER}/{name}")).collect(),
            leaders: Leaders::default(),
            acknowledged: Acknowledged::default(),
            published: 0,
            moves,
            done: String::new(),
        };
        storm.replicas("CREATE", replicas);
        assert!(storm.world.run_idle(Span::secs(10)), "the stream is not created");
        if moves != Moves::No {
            let config = r#"{"name":"c","durable_name":"c","ack_policy":"explicit"}"#;
            let body = format!(r#"{{"stream_name":"S","config":{config}}}"#);
            storm.api("CONSUMER.CREATE.S.c", body);
            assert!(storm.world.run_idle(Span::secs(10)), "the consumer is not created");
        }
        storm
    }

    fn give(&mut self, input: Input) {
        let now = self.world.now().0 as f64 / 1e9;
        let _ = writeln!(self.done, "{now:10.4} {input:?}");
        self.world.give(&input).unwrap();
    }

    fn api(&mut self, what: &str, body: String) {
        let (client, subject) = ("console".to_owned(), format!("$JS.API.{what}"));
        self.give(Input::Call { client, call: Call::Api { subject, body } });
    }

    fn replicas(&mut self, verb: &str, replicas: usize) {
        let config = r#""name":"S","subjects":["s.>"],"storage":"file""#;
        let body = format!(r#"{{{config},"num_replicas":{replicas}}}"#);
        self.api(&format!("STREAM.{verb}.S"), body);
    }

    /// Has the stream live on other servers.
    fn move_on(&mut self) {
        let few = if self.moves == Moves::Servers { 3 } else { 1 };
        if self.moves == Moves::Servers && self.rng.below(2) == 0 {
            let peer = self.server();
            let peer = peer.rsplit('/').next().unwrap();
            self.api("STREAM.PEER.REMOVE.S", format!(r#"{{"peer":"{peer}"}}"#));
        } else {
            let most = self.servers.len().min(5);
            let replicas = few + self.rng.below((most - few + 1) as u64) as usize;
            self.replicas("UPDATE", replicas);
        }
    }

    fn one_of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.rng.below(choices.len() as u64) as usize].clone()
    }

    fn server(&mut self) -> String {
        let servers = self.servers.clone();
        self.one_of(&servers)
    }

    /// Two servers, or a client and a server.
    fn ends(&mut self) -> (String, String) {
        let a =
            if self.rng.below(4) == 0 { self.one_of(&CLIENTS).to_owned() } else { self.server() };
        loop {
            let b = self.server();
            if a != b {
                return (a, b);
            }
        }
    }

    fn publish(&mut self, client: &str) {
        self.published += 1;
        let text = format!("{client}-{}-{{{{Count}}}}", self.published);
        let message = Draft { subject: format!("s.{client}"), text, ..Draft::default() };
        let count = 1 + self.rng.below(4) as u32;
        let call = Call::JsPublish { message, count, retries: 2 };
        self.give(Input::Call { client: client.to_owned(), call });
    }

    /// Does something at random.
    fn act(&mut self) {
        if self.moves != Moves::No && self.rng.below(6) == 0 {
            return self.move_on();
        }
        let process = self.server();
        let (a, b) = self.ends();
        let lossy = LinkSpec {
            jitter: Span::millis(3),
            loss: Ratio::percent(20),
            ..LinkSpec::latency(Span::micros(500))
        };
        let input = match self.rng.below(20) {
            0..=1 => Input::Crash { process, lose_disk: false },
            2..=3 => Input::Restart { process },
            4 => Input::Stop { process },
            5 => Input::Pause { process },
            6 => Input::Resume { process },
            7 => Input::Cut { a, b },
            8 => Input::Block { from: a, to: b },
            9 => Input::Block { from: b, to: a },
            10..=11 => Input::Heal { a, b },
            12 => Input::Link { a, b, spec: lossy },
            13 => Input::HealAll,
            _ => {
                let client = self.one_of(&CLIENTS);
                return self.publish(client);
            }
        };
        self.give(input);
    }

    fn pass(&mut self, span: Span) -> Result<(), Violation> {
        self.world.run_until(self.world.now() + span);
        self.acknowledged.watch(&self.world);
        self.leaders.watch(&self.world)?;
        logs_match(&self.world)?;
        copies_agree(&self.world)
    }

    /// Takes all faults away.
    fn heal(&mut self) -> Result<(), Violation> {
        self.give(Input::HealAll);
        // A server that was about to stop does so first.
        self.pass(Span::millis(500))?;
        self.give(Input::HealAll);
        let all: Vec<String> =
            self.servers.iter().cloned().chain(CLIENTS.map(ToOwned::to_owned)).collect();
        for (n, b) in self.servers.clone().into_iter().enumerate() {
            for a in all.iter().skip(n + 1) {
                let spec = LinkSpec::latency(Span::micros(500));
                self.give(Input::Link { a: a.clone(), b: b.clone(), spec });
            }
        }
        Ok(())
    }

    /// Once healed: everything comes to rest, nothing is lost, everybody can publish again.
    fn recover(&mut self) -> Result<(), Violation> {
        self.heal()?;
        if self.moves != Moves::No {
            self.pass(Span::secs(20))?;
            self.replicas("UPDATE", 3);
        }
        self.pass(REST)?;
        self.is_at_rest()?;
        for client in CLIENTS {
            self.publish(client);
            assert!(self.world.run_idle(Span::secs(10)), "{client} gets no answer");
            let process = self.world.process(client).unwrap();
            let (_, op) = self.world.client(process).unwrap().ops().last().unwrap();
            let acked = matches!(op.outcome.as_deref(), Some(Outcome::Acked { .. }));
            assert!(acked, "{client}: {:?}", op.outcome);
        }
        self.pass(Span::secs(3))?;
        self.is_at_rest()
    }

    fn is_at_rest(&self) -> Result<(), Violation> {
        has_converged(&self.world)?;
        for (_, _, server) in self.world.servers() {
            for (name, known) in server.assignments().streams() {
                let moves = known.consumers.values().any(|consumer| consumer.desired.is_some());
                assert!(!moves && known.desired.is_none(), "{name} still moves: {known:?}");
                assert_eq!(
                    server.stream(name).is_some(),
                    known.peers.contains(&server.config().me)
                );
            }
        }
        self.acknowledged.nothing_is_lost(&self.world)
    }

    fn weather(&mut self) -> Result<(), Violation> {
        for _ in 0..ACTIONS {
            self.act();
            // Mostly little time passes, now and then enough for elections and timeouts.
            let longest = self.one_of(&[1, 10, 200, 2_000, 8_000]);
            let span = self.rng.span(Span::ZERO, Span::millis(longest));
            self.pass(span)?;
        }
        self.recover()?;
        // A server whose disk is gone gets everything from the others.
        let process = self.server();
        self.give(Input::Crash { process: process.clone(), lose_disk: true });
        self.pass(Span::secs(20))?;
        let client = self.one_of(&CLIENTS);
        self.publish(client);
        self.pass(Span::secs(5))?;
        self.give(Input::Restart { process });
        self.recover()
    }
}

/// Runs a case; says what was done if it fails.
fn run(seed: u64, servers: usize, replicas: usize, moves: Moves) -> usize {
    let mut storm = Storm::new(seed, servers, replicas, moves);
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| storm.weather()));
    match result {
        Ok(Ok(())) => storm.acknowledged.all().len(),
        Ok(Err(violation)) => {
            let list = if wanted_seed().is_some() { storm.done.as_str() } else { "" };
            panic!("{list}seed {seed}, {servers} servers, R{replicas}: {violation}")
        }
        Err(panic) => {
            let list = if wanted_seed().is_some() { storm.done.as_str() } else { "" };
            eprintln!("{list}seed {seed}, {servers} servers, R{replicas}");
            std::panic::resume_unwind(panic)
        }
    }
}

fn wanted_seed() -> Option<u64> {
    std::env::var("RAFT_WORLD_SEED").ok()?.parse().ok()
}

fn run_all(seeds: std::ops::Range<u64>, servers: usize, replicas: usize, moves: Moves) {
    let seeds = wanted_seed().map_or(seeds, |seed| seed..seed + 1);
    let cases = (seeds.end - seeds.start) as usize;
    let acknowledged: usize = seeds.map(|seed| run(seed, servers, replicas, moves)).sum();
    // Clients that get nothing through would prove nothing.
    assert!(acknowledged > 20 * cases, "only {acknowledged} acknowledged in {cases} cases");
}

#[test]
fn a_stream_of_three_copies_weathers_random_faults() {
    run_all(0..400, 3, 3, Moves::No);
}

#[test]
fn a_stream_of_five_copies_weathers_random_faults() {
    run_all(1_000..1_200, 5, 5, Moves::No);
}

#[test]
fn a_stream_with_copies_on_some_servers_weathers_random_faults() {
    run_all(2_000..2_200, 5, 3, Moves::No);
}

#[test]
fn a_stream_that_gets_more_and_fewer_copies_weathers_random_faults() {
    run_all(3_000..3_150, 5, 1, Moves::Replicas);
}

#[test]
fn a_stream_that_leaves_servers_weathers_random_faults() {
    run_all(4_000..4_150, 5, 3, Moves::Servers);
}
