//! Raft in whole worlds: random crashes, freezes, cuts, black holes and lost packets while several
//! clients publish. What must hold at any time is checked all along; when everything is healed, the
//! rest.
//!
//! Every case follows from its seed. A failure names it: `RAFT_WORLD_SEED=<seed> cargo test
//! --no-default-features --test raft_world` runs that case alone, with a list of what was done.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what goes wrong here is to stop the test")]

mod trial_support;

use trial_support::{Trial, case, seeds};
use windtunnel::client::{Call, Draft, Outcome};
use windtunnel::kernel::{LinkSpec, Ratio, Span};
use windtunnel::world::check::{
    Acknowledged, Leaders, Violation, copies_agree, has_converged, logs_match,
};
use windtunnel::world::{ClientSpec, Input, Role, Topology};

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
    trial: Trial,
    leaders: Leaders,
    acknowledged: Acknowledged,
    published: u32,
    moves: Moves,
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
            trial: Trial::new(topology),
            leaders: Leaders::default(),
            acknowledged: Acknowledged::default(),
            published: 0,
            moves,
        };
        storm.replicas("CREATE", replicas);
        assert!(storm.trial.world.run_idle(Span::secs(10)), "the stream is not created");
        if moves != Moves::No {
            let config = r#"{"name":"c","durable_name":"c","ack_policy":"explicit"}"#;
            let body = format!(r#"{{"stream_name":"S","config":{config}}}"#);
            storm.api("CONSUMER.CREATE.S.c", body);
            assert!(storm.trial.world.run_idle(Span::secs(10)), "the consumer is not created");
        }
        storm
    }

    fn api(&mut self, what: &str, body: String) {
        let (client, subject) = ("console".to_owned(), format!("$JS.API.{what}"));
        self.trial.give(Input::Call { client, call: Call::Api { subject, body } });
    }

    fn replicas(&mut self, verb: &str, replicas: usize) {
        let config = r#""name":"S","subjects":["s.>"],"storage":"file""#;
        let body = format!(r#"{{{config},"num_replicas":{replicas}}}"#);
        self.api(&format!("STREAM.{verb}.S"), body);
    }

    /// Has the stream live on other servers.
    fn move_on(&mut self) {
        let few = if self.moves == Moves::Servers { 3 } else { 1 };
        if self.moves == Moves::Servers && self.trial.rng.below(2) == 0 {
            let peer = self.trial.server();
            let peer = peer.rsplit('/').next().unwrap();
            self.api("STREAM.PEER.REMOVE.S", format!(r#"{{"peer":"{peer}"}}"#));
        } else {
            let most = self.trial.servers.len().min(5);
            let replicas = few + self.trial.rng.below((most - few + 1) as u64) as usize;
            self.replicas("UPDATE", replicas);
        }
    }

    /// Two servers, or a client and a server.
    fn ends(&mut self) -> (String, String) {
        let a = if self.trial.rng.below(4) == 0 {
            self.trial.one_of(&CLIENTS).to_owned()
        } else {
            self.trial.server()
        };
        loop {
            let b = self.trial.server();
            if a != b {
                return (a, b);
            }
        }
    }

    fn publish(&mut self, client: &str) {
        self.published += 1;
        let text = format!("{client}-{}-{{{{Count}}}}", self.published);
        let message = Draft { subject: format!("s.{client}"), text, ..Draft::default() };
        let count = 1 + self.trial.rng.below(4) as u32;
        let call = Call::JsPublish { message, count, retries: 2 };
        self.trial.give(Input::Call { client: client.to_owned(), call });
    }

    /// Does something at random.
    fn act(&mut self) {
        if self.moves != Moves::No && self.trial.rng.below(6) == 0 {
            return self.move_on();
        }
        let process = self.trial.server();
        let (a, b) = self.ends();
        let lossy = LinkSpec {
            jitter: Span::millis(3),
            loss: Ratio::percent(20),
            ..LinkSpec::latency(Span::micros(500))
        };
        let input = match self.trial.rng.below(20) {
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
                let client = self.trial.one_of(&CLIENTS);
                return self.publish(client);
            }
        };
        self.trial.give(input);
    }

    fn pass(&mut self, span: Span) -> Result<(), Violation> {
        self.trial.world.run_until(self.trial.world.now() + span);
        self.acknowledged.watch(&self.trial.world);
        self.leaders.watch(&self.trial.world)?;
        logs_match(&self.trial.world)?;
        copies_agree(&self.trial.world)
    }

    /// Takes all faults away.
    fn heal(&mut self) -> Result<(), Violation> {
        self.trial.give(Input::HealAll);
        // A server that was about to stop does so first.
        self.pass(Span::millis(500))?;
        self.trial.give(Input::HealAll);
        let all: Vec<String> =
            self.trial.servers.iter().cloned().chain(CLIENTS.map(ToOwned::to_owned)).collect();
        for (n, b) in self.trial.servers.clone().into_iter().enumerate() {
            for a in all.iter().skip(n + 1) {
                let spec = LinkSpec::latency(Span::micros(500));
                self.trial.give(Input::Link { a: a.clone(), b: b.clone(), spec });
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
            assert!(self.trial.world.run_idle(Span::secs(10)), "{client} gets no answer");
            let process = self.trial.world.process(client).unwrap();
            let (_, op) = self.trial.world.client(process).unwrap().ops().last().unwrap();
            let acked = matches!(op.outcome.as_deref(), Some(Outcome::Acked { .. }));
            assert!(acked, "{client}: {:?}", op.outcome);
        }
        self.pass(Span::secs(3))?;
        self.is_at_rest()
    }

    fn is_at_rest(&self) -> Result<(), Violation> {
        has_converged(&self.trial.world)?;
        for (_, _, server) in self.trial.world.servers() {
            for (name, known) in server.assignments().streams() {
                let moves = known.consumers.values().any(|consumer| consumer.desired.is_some());
                assert!(!moves && known.desired.is_none(), "{name} still moves: {known:?}");
                assert_eq!(
                    server.stream(name).is_some(),
                    known.peers.contains(&server.config().me)
                );
            }
        }
        self.acknowledged.nothing_is_lost(&self.trial.world)
    }

    fn weather(&mut self) -> Result<(), Violation> {
        for _ in 0..ACTIONS {
            self.act();
            // Mostly little time passes, now and then enough for elections and timeouts.
            let span = self.trial.span(&[1, 10, 200, 2_000, 8_000]);
            self.pass(span)?;
        }
        self.recover()?;
        // A server whose disk is gone gets everything from the others.
        let process = self.trial.server();
        self.trial.give(Input::Crash { process: process.clone(), lose_disk: true });
        self.pass(Span::secs(20))?;
        let client = self.trial.one_of(&CLIENTS);
        self.publish(client);
        self.pass(Span::secs(5))?;
        self.trial.give(Input::Restart { process });
        self.recover()
    }
}

fn run_all(all: std::ops::Range<u64>, servers: usize, replicas: usize, moves: Moves) {
    let seeds = seeds("RAFT_WORLD_SEED", all);
    let cases = (seeds.end - seeds.start) as usize;
    let mut acknowledged = 0;
    for seed in seeds {
        let mut storm = Storm::new(seed, servers, replicas, moves);
        case(seed, cases == 1, &mut storm, |storm| &storm.trial, Storm::weather);
        acknowledged += storm.acknowledged.all().len();
    }
    // Clients that get nothing through would prove nothing.
    // One case alone is asked for to see what happens in it.
    let enough = cases == 1 || acknowledged > 20 * cases;
    assert!(enough, "only {acknowledged} acknowledged in {cases} cases");
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
