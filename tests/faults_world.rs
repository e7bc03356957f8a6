//! Faults beyond crashes and cuts, in whole worlds: what a power failure takes, what a slow disk and a wrong
//! clock do, and what is made to happen that otherwise happens by chance.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what goes wrong here is to stop the test"
)]

use windtunnel::client::{Answer, Call, Draft, OpId, Outcome};
use windtunnel::kernel::{DropReason, EventKind, ProcState, Span};
use windtunnel::server;
use windtunnel::world::{ClientSpec, Input, Note, Role, Topology, World};

struct Field {
    world: World,
    ops: u64,
}

impl Field {
    /// A cluster `c` of these servers with a client `app` and a stream `S` of `s.>`.
    fn new(servers: &[&str], seed: u64, more: &str) -> Self {
        let mut topology = Topology::single("c", servers);
        topology.seed = seed;
        Self::of(topology, more)
    }

    fn of(mut topology: Topology, more: &str) -> Self {
        topology.clients = vec![ClientSpec::new("app", "c", Role::Publisher)];
        let mut field = Self { world: World::new(topology).unwrap(), ops: 0 };
        field.pass(10);
        let config = format!(r#"{{"name":"S","subjects":["s.>"]{more}}}"#);
        field.api("STREAM.CREATE.S", &config);
        field.pass(2);
        field
    }

    fn give(&mut self, input: &Input) {
        self.world.give(input).unwrap();
    }

    fn call(&mut self, call: Call) -> Option<Outcome> {
        self.give(&Input::Call { client: "app".to_owned(), call });
        self.ops += 1;
        self.world.run_idle(Span::secs(30));
        let app = self.world.client(self.world.process("app").unwrap()).unwrap();
        app.op(OpId(self.ops)).unwrap().outcome.as_deref().cloned()
    }

    fn api(&mut self, what: &str, body: &str) {
        let (subject, body) = (format!("$JS.API.{what}"), body.to_owned());
        self.call(Call::Api { subject, body });
    }

    fn publish_with(&mut self, headers: &[(&str, &str)]) -> Option<Outcome> {
        let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let (subject, text) = ("s.x".to_owned(), "m".to_owned());
        let message = Draft { subject, text, headers, ..Draft::default() };
        self.call(Call::JsPublish { message, count: 1, retries: 0 })
    }

    /// Publishes one message after the other; each must be acknowledged.
    fn publish(&mut self, count: u32) {
        for _ in 0..count {
            let outcome = self.publish_with(&[]);
            assert!(matches!(outcome, Some(Outcome::Acked { .. })), "{outcome:?}");
        }
    }

    /// How long a publish takes to be acknowledged.
    fn time_to_publish(&mut self) -> Span {
        let before = self.world.now();
        self.publish(1);
        self.world.now().since(before)
    }

    fn pass(&mut self, seconds: u64) {
        self.world.run_until(self.world.now() + Span::secs(seconds));
    }

    /// The last sequence that each copy of the stream has.
    fn last(&self) -> Vec<u64> {
        let view = self.world.stream(0, "S").expect("the stream");
        view.replicas.iter().map(|replica| replica.stream.store().last_seq()).collect()
    }

    fn leader(&self) -> String {
        let leader = self.world.stream(0, "S").unwrap().leader().expect("a leader");
        self.world.name(leader).to_owned()
    }

    /// The servers that do not lead the stream.
    fn others(&self) -> Vec<String> {
        let (leader, all) = (self.leader(), ["c/n1", "c/n2", "c/n3"]);
        all.into_iter().filter(|name| *name != leader).map(str::to_owned).collect()
    }

    /// How long a call takes until it is answered.
    fn time_to(&mut self, call: Call) -> Span {
        let before = self.world.now();
        let outcome = self.call(call);
        assert!(
            matches!(outcome, Some(Outcome::Replies(_) | Outcome::Fetched { .. })),
            "{outcome:?}"
        );
        self.world.now().since(before)
    }

    fn notes(&self, of: impl Fn(&server::Note) -> bool) -> usize {
        let is = |kind: &windtunnel::world::EventKind| match kind {
            EventKind::Note(Note::Server(note)) => of(note),
            _ => false,
        };
        self.world.sim().trace().iter().filter(|event| is(&event.kind)).count()
    }

    fn troubles(&self) -> Vec<String> {
        self.world.troubles().iter().map(|trouble| self.world.describe(trouble)).collect()
    }
}

fn power_cut(process: &str) -> Input {
    Input::PowerCut { process: process.to_owned() }
}

fn restart(process: &str) -> Input {
    Input::Restart { process: process.to_owned() }
}

#[test]
fn a_power_failure_takes_what_was_not_flushed_and_a_kill_takes_nothing() {
    let mut field = Field::new(&["n1"], 1, "");
    field.publish(3);
    field.pass(125);
    field.publish(2);
    let crash = Input::Crash { process: "c/n1".to_owned(), lose_disk: false };
    field.give(&crash);
    field.give(&restart("c/n1"));
    field.pass(5);
    assert_eq!(field.last(), [5], "a killed process has written everything");
    field.give(&power_cut("c/n1"));
    assert_eq!(field.last(), [3], "two were acknowledged and not flushed");
    field.give(&restart("c/n1"));
    field.pass(5);
    field.publish(1);
    assert_eq!(field.last(), [4], "their sequences are given again");
    // Two minutes later all of it is safe.
    field.pass(125);
    field.give(&power_cut("c/n1"));
    assert_eq!(field.last(), [4]);
}

#[test]
fn a_power_failure_before_the_first_flush_leaves_the_stream_empty() {
    let mut field = Field::new(&["n1"], 1, "");
    field.publish(3);
    field.give(&power_cut("c/n1"));
    field.give(&restart("c/n1"));
    field.pass(5);
    assert_eq!(field.last(), [0]);
    field.publish(1);
    assert_eq!(field.last(), [1]);
}

#[test]
fn a_server_that_flushes_always_or_stops_in_order_loses_nothing() {
    let mut topology = Topology::single("c", &["n1"]);
    let mut settings = server::ServerSettings::default();
    settings.jetstream.as_mut().unwrap().sync_interval = Span::ZERO;
    topology.clusters[0].settings.insert("n1".to_owned(), settings);
    let mut field = Field::of(topology, "");
    field.publish(3);
    field.give(&power_cut("c/n1"));
    assert_eq!(field.last(), [3]);

    let mut field = Field::new(&["n1"], 1, "");
    field.publish(3);
    field.give(&Input::Stop { process: "c/n1".to_owned() });
    field.pass(2);
    field.give(&power_cut("c/n1"));
    assert_eq!(field.last(), [3], "it flushed its disk before it ended");
}

#[test]
fn a_majority_without_power_loses_what_was_acknowledged_and_one_server_does_not() {
    let servers = ["n1", "n2", "n3"];
    let mut field = Field::new(&servers, 3, r#","num_replicas":3"#);
    field.publish(3);
    field.pass(125);
    field.publish(2);
    let leader = field.leader();
    let follower = servers.map(|name| format!("c/{name}")).into_iter().find(|s| *s != leader);
    let follower = follower.unwrap();
    field.give(&power_cut(&follower));
    assert!(field.last().contains(&3));
    field.give(&restart(&follower));
    field.pass(20);
    assert_eq!(field.last(), [5, 5, 5], "it gets from the others what it has lost");

    field.publish(1);
    field.give(&power_cut("c"));
    assert!(field.world.servers().all(|(_, state, _)| state == ProcState::Down));
    field.give(&restart("c"));
    field.pass(30);
    let last = field.last();
    assert!(last[0] < 6 && last.iter().all(|one| *one == last[0]), "{last:?}");
    field.publish(1);
}

#[test]
fn a_consumer_forgets_what_was_not_flushed_as_well() {
    let mut field = Field::new(&["n1"], 1, "");
    field.publish(2);
    let config = r#"{"durable_name":"c","ack_policy":"explicit"}"#;
    let create = format!(r#"{{"stream_name":"S","config":{config}}}"#);
    field.api("CONSUMER.CREATE.S.c", &create);
    field.pass(125);
    let next: Call = windtunnel::nats::json::read(
        br#"{"call":"next","stream":"S","consumer":"c","batch":2,"answer":{"answer":"ack"}}"#,
    )
    .unwrap();
    field.call(next);
    field.pass(1);
    let floor = |field: &Field| {
        let view = field.world.consumer(0, "S", "c").unwrap();
        view.replicas[0].consumer.ack_floor().sseq
    };
    assert_eq!(floor(&field), 2);
    field.give(&power_cut("c/n1"));
    assert_eq!(floor(&field), 0);
}

#[test]
fn a_slow_disk_delays_acknowledgements() {
    let mut field = Field::new(&["n1"], 1, "");
    let quick = field.time_to_publish();
    field.give(&slow("c/n1", 50));
    let slowly = field.time_to_publish();
    assert_eq!(slowly, quick + Span::millis(50));
    assert_eq!(field.troubles(), ["the disk of c/n1 takes 50 ms for a write"]);
    // What comes during a write is written together afterwards, and in order.
    let before = field.world.now();
    let message = Draft { subject: "s.x".to_owned(), ..Draft::default() };
    for _ in 0..10 {
        let call = Call::JsPublish { message: message.clone(), count: 1, retries: 0 };
        field.give(&Input::Call { client: "app".to_owned(), call });
    }
    field.ops += 10;
    field.world.run_idle(Span::secs(5));
    let took = field.world.now().since(before);
    assert!(took < Span::millis(110), "{took}");
    field.give(&slow("c/n1", 0));
    assert_eq!(field.time_to_publish(), quick);
    assert_eq!(field.last(), [13]);

    let mut field = Field::new(&["n1"], 1, r#","storage":"memory""#);
    field.give(&slow("c/n1", 50));
    assert!(field.time_to_publish() < Span::millis(5), "memory does not wait for a disk");
}

fn slow(process: &str, millis: u64) -> Input {
    Input::SlowDisk { process: process.to_owned(), latency: Span::millis(millis) }
}

/// A leader writes its own log before it sends the entry, and the first follower that has it is enough: so
/// it was measured of nats-server 2.15.1 with writes to its logs delayed by 50 ms: 0 by one follower, 50 by
/// both, 50 by the leader, 100 by all.
#[test]
fn a_quorum_waits_for_its_leaders_disk_and_then_for_the_fastest_other() {
    let mut field = Field::new(&["n1", "n2", "n3"], 3, r#","num_replicas":3"#);
    let quick = field.time_to_publish();
    let leader = field.leader();
    let followers = field.others();
    field.give(&slow(&followers[0], 50));
    assert_eq!(field.time_to_publish(), quick, "the other follower is enough");
    field.give(&slow(&followers[1], 50));
    assert_eq!(field.time_to_publish(), quick + Span::millis(50));
    field.give(&slow(&leader, 50));
    assert_eq!(field.time_to_publish(), quick + Span::millis(100));
    for follower in &followers {
        field.give(&slow(follower, 0));
    }
    field.pass(2);
    assert_eq!(field.time_to_publish(), quick + Span::millis(50), "both followers are quick");
    field.give(&Input::HealAll);
    field.pass(2);
    assert_eq!(field.time_to_publish(), quick);
    assert_eq!(field.leader(), leader, "a slow disk is no reason for an election");
}

#[test]
fn what_waits_for_a_disk_is_written_together_and_in_order() {
    let mut field = Field::new(&["n1", "n2", "n3"], 3, r#","num_replicas":3"#);
    let quick = field.time_to_publish();
    field.give(&slow("c", 50));
    let before = field.world.now();
    let message = Draft { subject: "s.x".to_owned(), ..Draft::default() };
    for _ in 0..10 {
        let call = Call::JsPublish { message: message.clone(), count: 1, retries: 0 };
        field.give(&Input::Call { client: "app".to_owned(), call });
    }
    field.ops += 10;
    field.world.run_idle(Span::secs(5));
    // The first is written alone, the others together after it, and so it goes on at the followers.
    let took = field.world.now().since(before);
    assert!(took <= quick + Span::millis(200), "{took}");
    field.pass(2);
    assert_eq!(field.last(), [11, 11, 11]);
    let refused = |kind: &windtunnel::world::EventKind| match kind {
        EventKind::Sent { frame, .. } => format!("{frame:?}").contains("success: false"),
        _ => false,
    };
    let early = field.world.sim().trace().iter().filter(|event| refused(&event.kind)).count();
    assert_eq!(early, 0, "no follower was told of an entry before it got it");

    let mut field = Field::new(&["n1", "n2", "n3"], 3, r#","num_replicas":3,"storage":"memory""#);
    let quick = field.time_to_publish();
    field.give(&slow("c", 50));
    assert_eq!(field.time_to_publish(), quick, "a log in memory does not wait for a disk");
}

/// Measured likewise: a confirmed ack takes 50 more with the consumer's leader slow, 100 with all.
#[test]
fn consumers_and_the_list_of_streams_wait_for_disks_too() {
    let mut field = Field::new(&["n1", "n2", "n3"], 3, r#","num_replicas":3"#);
    let config = r#"{"durable_name":"c","ack_policy":"explicit"}"#;
    field.api("CONSUMER.CREATE.S.c", &format!(r#"{{"stream_name":"S","config":{config}}}"#));
    field.pass(2);
    let time_to_ack = |field: &mut Field| {
        field.publish(1);
        let next = br#"{"call":"next","stream":"S","consumer":"c","batch":1,"expires":5000000000}"#;
        field.time_to(windtunnel::nats::json::read(next).unwrap());
        let op = OpId(field.ops);
        field.time_to(Call::Answer { op, message: None, answer: Answer::Ack, wait: true })
    };
    let create = |field: &mut Field, name: &str| {
        let subject = format!("$JS.API.STREAM.CREATE.{name}");
        let body = format!(r#"{{"name":"{name}","num_replicas":3}}"#);
        let took = field.time_to(Call::Api { subject, body });
        field.pass(2);
        took
    };
    let (ack, creation) = (time_to_ack(&mut field), create(&mut field, "T"));
    let view = field.world.consumer(0, "S", "c").unwrap();
    let leader = field.world.name(view.leader().unwrap()).to_owned();
    field.give(&slow(&leader, 50));
    assert_eq!(time_to_ack(&mut field), ack + Span::millis(50));
    field.give(&slow("c", 50));
    assert_eq!(time_to_ack(&mut field), ack + Span::millis(100));
    // The meta group's entry, and then the first one of the stream's own group, whose leader may be one
    // hop farther away than that of the other stream.
    let (slowly, hops) = (create(&mut field, "U"), Span::millis(2));
    let expected = creation + Span::millis(200);
    assert!(slowly + hops >= expected && slowly <= expected + hops, "{creation} {slowly}");
}

#[test]
fn a_wrong_clock_stamps_messages_and_lets_them_go_too_early() {
    let more = r#","num_replicas":3,"max_age":60000000000"#;
    let mut field = Field::new(&["n1", "n2", "n3"], 3, more);
    let leader = field.leader();
    let other = if leader == "c/n1" { "c/n2" } else { "c/n1" };
    let ahead = Span::secs(40);
    field.give(&Input::Clock { process: other.to_owned(), ahead: 40_000_000_000 });
    field.publish(1);
    let at = |field: &Field, seq| {
        let view = field.world.stream(0, "S").unwrap();
        view.best().unwrap().stream.store().get(seq).unwrap().at
    };
    assert!(field.world.now().since(at(&field, 1)) < Span::secs(1), "the leader stamps it");
    field.pass(30);
    let kept = |field: &Field| {
        let view = field.world.stream(0, "S").unwrap();
        let copies = view.replicas.iter();
        copies.map(|r| (field.world.name(r.server).to_owned(), r.stream.store().len())).collect()
    };
    let kept: Vec<(String, u64)> = kept(&field);
    for (server, len) in kept {
        assert_eq!(len, u64::from(server != other), "{server}: each drops it by its own clock");
    }
    field.give(&Input::Clock { process: leader.clone(), ahead: 40_000_000_000 });
    let leader_now = field.world.now() + ahead;
    field.publish(1);
    assert!(at(&field, 2) >= leader_now, "stamped ahead");
    assert_eq!(field.leader(), leader, "elections do not care");
    let far = Input::Clock { process: leader, ahead: i64::MIN };
    let why = field.world.check(&far).unwrap_err().to_string();
    assert!(why.contains("can go back by"), "{why}");
}

#[test]
fn a_lost_acknowledgement_leaves_the_publisher_in_doubt() {
    let mut field = Field::new(&["n1"], 1, "");
    field.give(&Input::LoseAck { client: "app".to_owned() });
    assert_eq!(field.troubles(), ["the next acknowledgement of app will get lost"]);
    let outcome = field.publish_with(&[("Nats-Msg-Id", "1")]);
    assert!(matches!(outcome, Some(Outcome::TimedOut { .. })), "{outcome:?}");
    assert_eq!(field.last(), [1], "it is stored");
    let lost =
        field.world.sim().trace().iter().filter(|event| {
            matches!(event.kind, EventKind::Dropped { reason: DropReason::Trap, .. })
        });
    assert_eq!(lost.count(), 1);
    assert!(field.troubles().is_empty());
    let outcome = field.publish_with(&[("Nats-Msg-Id", "1")]);
    assert!(matches!(outcome, Some(Outcome::Acked { .. })), "only the next one was to be lost");
    assert_eq!(field.last(), [1], "the second attempt is known");
}

#[test]
fn what_a_client_sends_twice_is_stored_twice_unless_it_has_an_id() {
    let mut field = Field::new(&["n1"], 1, "");
    let duplicate = Input::Duplicate { client: "app".to_owned() };
    field.give(&duplicate);
    field.publish(1);
    field.pass(1);
    assert_eq!(field.last(), [2]);
    field.give(&duplicate);
    field.publish_with(&[("Nats-Msg-Id", "1")]);
    field.pass(1);
    assert_eq!(field.last(), [3]);
    assert_eq!(field.notes(|note| matches!(note, server::Note::Duplicate { .. })), 1);
    field.publish(1);
    field.pass(1);
    assert_eq!(field.last(), [4], "only the next one was to be doubled");
}

#[test]
fn a_chosen_server_wins_the_next_election() {
    for seed in 0..12 {
        let mut field = Field::new(&["n1", "n2", "n3"], seed, r#","num_replicas":3"#);
        let leader = field.leader();
        let others = ["c/n1", "c/n2", "c/n3"].into_iter().filter(|name| *name != leader);
        let chosen = others.collect::<Vec<_>>()[seed as usize % 2];
        let stream = Some("S".to_owned());
        field.give(&Input::Favour { process: chosen.to_owned(), stream });
        field.pass(30);
        assert_eq!(field.leader(), leader, "it causes no election");
        assert_eq!(field.troubles(), [format!("{chosen} will win the next election of S")]);
        field.give(&Input::Crash { process: leader.clone(), lose_disk: false });
        field.pass(8);
        assert_eq!(field.leader(), chosen, "seed {seed}");
        assert_eq!(field.troubles(), [format!("{leader} is down")], "it was for one election");
    }
}

#[test]
fn a_vote_is_split_and_the_next_one_is_not() {
    for seed in 0..12 {
        let mut field = Field::new(&["n1", "n2", "n3"], seed, r#","num_replicas":3"#);
        let leader = field.leader();
        let cluster = "c".to_owned();
        field.give(&Input::SplitVote { cluster, stream: Some("S".to_owned()) });
        let group = field.world.stream(0, "S").unwrap().group.unwrap().to_string();
        let of = |note: &server::Note| match note {
            server::Note::Campaigned { group: about, .. } => **about == *group,
            _ => false,
        };
        let before = field.notes(of);
        field.give(&Input::Crash { process: leader, lose_disk: false });
        field.pass(10);
        assert!(field.notes(of) >= before + 2, "seed {seed}: two campaigned at once");
        assert!(field.world.stream(0, "S").unwrap().leader().is_none(), "seed {seed}");
        field.pass(20);
        assert!(field.world.stream(0, "S").unwrap().leader().is_some(), "seed {seed}");
    }
}

#[test]
fn a_partition_separates_sides_and_spares_who_is_on_none() {
    for silent in [false, true] {
        let mut field = Field::new(&["n1", "n2", "n3"], 3, r#","num_replicas":3"#);
        let leader = field.leader();
        let others: Vec<String> = ["c/n1", "c/n2", "c/n3"]
            .into_iter()
            .filter(|name| *name != leader)
            .map(str::to_owned)
            .collect();
        let sides = vec![vec![leader.clone()], others.clone()];
        field.give(&Input::Partition { sides, silent });
        assert_eq!(field.troubles().len(), 2, "{:?}", field.troubles());
        field.pass(25);
        assert!(others.contains(&field.leader()), "the majority has a leader of its own");
        let process = |name: &str| field.world.process(name).unwrap();
        let between = field.world.sim().link(process(&others[0]), process(&others[1])).unwrap();
        assert!(!between.is_faulty());
        let cut = field.world.sim().link(process(&leader), process(&others[0])).unwrap();
        assert_eq!((cut.cut, cut.blocked), (!silent, [silent; 2]));
        field.give(&Input::HealAll);
        field.pass(30);
        field.publish(1);
        field.pass(5);
        let last = field.last();
        assert!(last.iter().all(|one| *one == last[0]), "{last:?}");
    }
    let field = Field::new(&["n1", "n2", "n3"], 3, "");
    let side = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    for (sides, says) in [
        (vec![side(&["c/n1"])], "two sides at least"),
        (vec![side(&["c/n1"]), side(&["c"])], "c/n1 cannot be on two sides"),
        (vec![side(&["c/n1"]), side(&["c/n9"])], "there are"),
    ] {
        let why = field.world.check(&Input::Partition { sides, silent: false }).unwrap_err();
        assert!(why.to_string().contains(says), "{why}");
    }
}

#[test]
fn a_cluster_stands_for_its_servers_and_healing_everything_mends_everything() {
    let mut field = Field::new(&["n1", "n2", "n3"], 3, r#","num_replicas":3"#);
    let process = "c".to_owned();
    let name = |name: &str| name.to_owned();
    for input in [
        Input::SlowDisk { process: process.clone(), latency: Span::millis(1) },
        Input::Clock { process: process.clone(), ahead: 5 },
        Input::Pause { process: process.clone() },
        Input::LoseAck { client: name("app") },
        Input::Duplicate { client: name("app") },
        Input::SplitVote { cluster: process.clone(), stream: None },
        Input::Cut { a: name("c/n1"), b: name("c/n2") },
        Input::Block { from: name("app"), to: name("c/n2") },
    ] {
        field.give(&input);
    }
    field.give(&Input::Crash { process: name("c/n3"), lose_disk: false });
    let troubles = field.troubles();
    for says in [
        "c/n3 is down",
        "c/n1 is frozen",
        "the disk of c/n2 takes 1 ms",
        "the clock of c/n3 is 5ns ahead",
        "c/n1 – c/n2 is cut",
        "nothing gets from app to c/n2",
        "app will send its next message twice",
    ] {
        assert!(troubles.iter().any(|trouble| trouble.starts_with(says)), "{says}: {troubles:?}");
    }
    field.give(&Input::HealAll);
    assert_eq!(field.troubles(), Vec::<String>::new());
    field.pass(30);
    field.publish(1);
    // Each entry of the list knows what mends it.
    field.give(&Input::SlowDisk { process, latency: Span::millis(1) });
    field.give(&Input::Block { from: name("c/n1"), to: name("c/n2") });
    for trouble in field.world.troubles() {
        let input = field.world.mending(&trouble).unwrap();
        field.give(&input);
    }
    assert!(field.troubles().is_empty());
    // Who is about to end in an orderly way starts again as well.
    field.give(&Input::Stop { process: name("c/n1") });
    field.give(&Input::HealAll);
    field.give(&Input::Stop { process: name("c/n2") });
    field.give(&Input::Restart { process: name("c/n2") });
    field.pass(5);
    assert!(field.troubles().is_empty());
    let clock = Input::Clock { process: name("app"), ahead: 5 };
    assert_eq!(field.world.check(&clock).unwrap_err().to_string(), "app is no server");
    let stream = Some(name("T"));
    let win = Input::Favour { process: name("c/n1"), stream };
    let why = field.world.check(&win).unwrap_err().to_string();
    assert_eq!(why, "there is no replicated stream \"T\" in c; there are S");
}
