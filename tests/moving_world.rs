//! Streams and consumers that get more or fewer replicas, or leave a server, in whole worlds.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what goes wrong here is to stop the test"
)]

use serde_json::Value;
use windtunnel::kernel::Span;
use windtunnel::nats::protocol::ServerOp;
use windtunnel::server::Server;
use windtunnel::world::check::{Leaders, copies_agree, has_converged, logs_match};
use windtunnel::world::{ClientSpec, Input, Topology, World};

/// How many milliseconds an answer may take: a new group needs that long to have a leader.
const ANSWER: u64 = 100;
const SERVERS: [&str; 5] = ["n1", "n2", "n3", "n4", "n5"];

/// A cluster of five and a client that speaks the protocol by hand.
struct Field {
    world: World,
    read: usize,
    replies: u32,
    leaders: Leaders,
}

impl Field {
    fn new(seed: u64) -> Self {
        let mut topology = Topology::single("c", &SERVERS);
        topology.seed = seed;
        topology.clients = vec![ClientSpec::wire("hand", "c", Some("n1"))];
        let world = World::new(topology).unwrap();
        let mut field = Self { world, read: 0, replies: 0, leaders: Leaders::default() };
        field.pass(Span::secs(6));
        field.connect();
        field
    }

    fn connect(&mut self) {
        let hello = r#"CONNECT {"verbose":false,"headers":true,"no_responders":true}"#;
        self.say(&format!("{hello}\r\nSUB re.* 1\r\nSUB in.* 2\r\n"));
        self.pass(Span::millis(100));
    }

    /// Connects anew: the server of the connection was down.
    fn reconnect(&mut self) {
        let process = "hand".to_owned();
        self.world.give(&Input::Crash { process: process.clone(), lose_disk: false }).unwrap();
        self.world.give(&Input::Restart { process }).unwrap();
        self.read = 0;
        self.pass(Span::millis(100));
        self.connect();
    }

    fn say(&mut self, text: &str) {
        let bytes = text.as_bytes().to_vec();
        self.world.give(&Input::Bytes { client: "hand".to_owned(), bytes }).unwrap();
    }

    fn pass(&mut self, span: Span) {
        self.world.run_until(self.world.now() + span);
        self.leaders.watch(&self.world).unwrap();
        copies_agree(&self.world).unwrap();
        logs_match(&self.world).unwrap();
    }

    /// What came since the last time: subject and body.
    fn heard(&mut self) -> Vec<(String, String)> {
        let wire = self.world.wire(self.world.process("hand").unwrap()).unwrap();
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

    /// Sends a message and gives the one answer to it, which has to come soon.
    fn ask(&mut self, subject: &str, body: &str) -> Value {
        self.replies += 1;
        let reply = format!("re.{}", self.replies);
        self.say(&format!("PUB {subject} {reply} {}\r\n{body}\r\n", body.len()));
        self.pass(Span::millis(ANSWER));
        let answers: Vec<_> = self.heard().into_iter().filter(|(to, _)| *to == reply).collect();
        let [(_, answer)] = &answers[..] else { panic!("{subject} {body}: {answers:?}") };
        serde_json::from_str(answer).unwrap()
    }

    fn stream(&mut self, verb: &str, replicas: usize, more: &str) -> Value {
        let config = r#""name":"S","subjects":["s.>"]"#;
        let body = format!(r#"{{{config},"num_replicas":{replicas}{more}}}"#);
        self.ask(&format!("$JS.API.STREAM.{verb}.S"), &body)
    }

    fn create(&mut self, replicas: usize) {
        self.stream("CREATE", replicas, "");
        self.pass(Span::secs(2));
    }

    fn consumer(&mut self, name: &str, more: &str) -> Value {
        let config = format!(r#""name":"{name}","durable_name":"{name}","ack_policy":"explicit""#);
        let body = format!(r#"{{"stream_name":"S","config":{{{config}{more}}}}}"#);
        let answer = self.ask(&format!("$JS.API.CONSUMER.CREATE.S.{name}"), &body);
        self.pass(Span::millis(500));
        answer
    }

    fn publish(&mut self, count: u64) {
        for _ in 0..count {
            let ack = self.ask("s.x", "hello");
            assert!(ack["error"].is_null(), "{ack}");
        }
    }

    /// The servers of a stream or consumer, in order, as its info names them. No move is under way.
    fn home(&mut self, what: &str) -> Vec<String> {
        let info = self.ask(&format!("$JS.API.{what}"), "");
        let cluster = &info["cluster"];
        assert!(cluster["desired"].is_null(), "{cluster}");
        let replicas = cluster["replicas"].as_array().cloned().unwrap_or_default();
        assert!(replicas.iter().all(|peer| peer["current"] == true), "{cluster}");
        let names =
            replicas.iter().map(|peer| peer["name"].clone()).chain([cluster["leader"].clone()]);
        let mut names: Vec<String> = names.map(|n| n.as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    }

    fn leader(&self) -> String {
        let view = self.world.stream(0, "S").unwrap();
        self.world.short_name(view.leader().expect("it has a leader")).to_owned()
    }

    /// On how many servers the stream has copies, which must all hold this many messages.
    fn copies(&self, messages: u64) -> usize {
        has_converged(&self.world).unwrap();
        let view = self.world.stream(0, "S").unwrap();
        assert!(view.replicas.iter().all(|copy| copy.stream.state().messages == messages));
        view.replicas.len()
    }

    fn servers(&self) -> impl Iterator<Item = &Server> {
        self.world.servers().map(|(_, _, server)| server)
    }
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|peer| peer["name"].as_str().unwrap()).collect()
}

#[test]
fn a_stream_grows_and_shrinks_with_all_it_has_and_its_consumers_follow() {
    let mut field = Field::new(1);
    field.create(1);
    field.publish(40);
    field.consumer("follows", "");
    field.consumer("stays", r#","num_replicas":1"#);
    let alone = field.home("STREAM.INFO.S");
    let mut messages = 40;
    for replicas in [3, 5, 3, 1, 5, 1] {
        field.stream("UPDATE", replicas, "");
        for _ in 0..5 {
            field.publish(1);
            messages += 1;
        }
        field.pass(Span::secs(5));
        let home = field.home("STREAM.INFO.S");
        assert_eq!(home.len(), replicas);
        assert!(home.contains(&alone[0]), "the leader stays");
        assert_eq!(field.copies(messages), replicas);
        assert_eq!(field.home("CONSUMER.INFO.S.follows"), home);
        assert_eq!(field.home("CONSUMER.INFO.S.stays"), alone);
    }
}

#[test]
fn the_answer_says_where_the_stream_is_to_live() {
    let mut field = Field::new(2);
    field.create(1);
    let leader = field.leader();
    // As a real cluster of five answered.
    let answer = field.stream("UPDATE", 3, "");
    let cluster = &answer["cluster"];
    assert!(cluster["leader"].is_null());
    assert!(cluster["raft_group"].as_str().unwrap().starts_with("S-R3F-"));
    assert_eq!(names(&cluster["replicas"]), [&*leader]);
    assert_eq!(cluster["replicas"][0]["current"], true);
    let desired = &cluster["desired"];
    assert_eq!((&desired["name"], &desired["origin"]["replicas"]), (&"c".into(), &1.into()));
    assert_eq!(names(&desired["replicas"]).len(), 3);
    assert_eq!(names(&desired["replicas"])[0], leader);
    assert!(desired["status"].is_null() && desired["created"].is_string());

    field.pass(Span::secs(5));
    let answer = field.stream("UPDATE", 1, "");
    let cluster = &answer["cluster"];
    assert_eq!(cluster["leader"], *leader);
    assert_eq!(names(&cluster["replicas"]).len(), 2);
    assert_eq!(cluster["desired"]["origin"]["replicas"], 3);
    assert!(cluster["desired"]["replicas"].is_null(), "its leader chooses");
    field.pass(Span::secs(5));
    let info = field.ask("$JS.API.STREAM.INFO.S", "");
    assert_eq!(info["cluster"], serde_json::json!({"name": "c", "leader": leader}));
}

#[test]
fn a_wish_replaces_the_one_before() {
    let mut field = Field::new(3);
    field.create(1);
    field.publish(10);
    field.stream("UPDATE", 3, "");
    field.stream("UPDATE", 5, "");
    field.stream("UPDATE", 1, "");
    field.pass(Span::secs(5));
    assert_eq!((field.home("STREAM.INFO.S").len(), field.copies(10)), (1, 1));
    field.stream("UPDATE", 5, "");
    field.pass(Span::millis(200));
    field.stream("UPDATE", 3, "");
    field.pass(Span::secs(5));
    assert_eq!((field.home("STREAM.INFO.S").len(), field.copies(10)), (3, 3));
}

#[test]
fn who_waits_at_a_consumer_goes_on_waiting() {
    let mut field = Field::new(4);
    field.create(1);
    field.consumer("c", "");
    let body = r#"{"batch":9,"expires":60000000000}"#;
    let next = "$JS.API.CONSUMER.MSG.NEXT.S.c";
    field.say(&format!("PUB {next} in.1 {}\r\n{body}\r\n", body.len()));
    for replicas in [3, 1] {
        field.pass(Span::millis(100));
        field.stream("UPDATE", replicas, "");
        field.pass(Span::secs(5));
        field.say("PUB s.x 5\r\nhello\r\n");
        field.pass(Span::millis(200));
        let heard = field.heard();
        assert_eq!(heard.len(), 1, "{heard:?}");
        assert_eq!(heard[0].1, "hello");
    }
}

#[test]
fn a_consumer_has_its_own_number_of_replicas() {
    let mut field = Field::new(5);
    field.create(3);
    field.publish(5);
    field.consumer("c", r#","num_replicas":1"#);
    let alone = field.home("CONSUMER.INFO.S.c");
    let answer = field.consumer("c", r#","num_replicas":3"#);
    assert_eq!(names(&answer["cluster"]["replicas"]), alone);
    assert_eq!(names(&answer["cluster"]["desired"]["replicas"]).len(), 3);
    assert!(answer["cluster"]["desired"]["origin"].is_null());
    field.pass(Span::secs(3));
    let stream = field.home("STREAM.INFO.S");
    assert_eq!(field.home("CONSUMER.INFO.S.c"), stream);
    let answer = field.consumer("c", r#","num_replicas":5"#);
    assert_eq!(answer["error"]["err_code"], 10126);
    field.consumer("c", r#","num_replicas":1"#);
    field.pass(Span::secs(3));
    assert_eq!(field.home("CONSUMER.INFO.S.c"), alone);
    field.consumer("c", r#","num_replicas":0"#);
    field.pass(Span::secs(3));
    assert_eq!(field.home("CONSUMER.INFO.S.c"), stream);
    // No consumer has more replicas than its stream.
    field.consumer("c", r#","num_replicas":3"#);
    field.stream("UPDATE", 1, "");
    field.pass(Span::secs(5));
    let info = field.ask("$JS.API.CONSUMER.INFO.S.c", "");
    assert_eq!(info["config"]["num_replicas"], 1);
    has_converged(&field.world).unwrap();
}

#[test]
fn more_replicas_than_servers_are_refused_and_a_server_that_is_down_may_be_one() {
    let mut field = Field::new(6);
    field.create(1);
    field.publish(7);
    let answer = field.stream("UPDATE", 6, "");
    assert_eq!(answer["error"]["description"], "maximum replicas is 5");
    let leader = field.leader();
    let down = SERVERS.iter().rev().find(|name| **name != leader && **name != "n1").unwrap();
    let process = format!("c/{down}");
    field.world.give(&Input::Stop { process: process.clone() }).unwrap();
    field.pass(Span::secs(10));
    field.stream("UPDATE", 5, "");
    field.pass(Span::secs(10));
    let info = field.ask("$JS.API.STREAM.INFO.S", "");
    assert!(info["cluster"]["desired"].is_null(), "{info}");
    assert_eq!(names(&info["cluster"]["replicas"]).len(), 4);
    field.world.give(&Input::Restart { process }).unwrap();
    field.pass(Span::secs(20));
    assert_eq!((field.home("STREAM.INFO.S").len(), field.copies(7)), (5, 5));
}

#[test]
fn a_stream_leaves_a_server() {
    let mut field = Field::new(7);
    field.create(3);
    field.publish(12);
    field.consumer("c", "");
    let peers = field.home("STREAM.INFO.S");
    let leader = field.leader();
    let remove = "$JS.API.STREAM.PEER.REMOVE.S";
    let ask = |field: &mut Field, peer: &str| {
        let answer = field.ask(remove, &format!(r#"{{"peer":"{peer}"}}"#));
        field.pass(Span::secs(10));
        answer
    };
    assert_eq!(field.ask(remove, "")["error"]["err_code"], 10003);
    let answer = ask(&mut field, "nobody");
    assert_eq!(answer["type"], "io.nats.jetstream.api.v1.stream_remove_peer_response");
    assert_eq!(answer["error"]["err_code"], 10040);
    // A follower, then the leader, then one that is down.
    let follower = peers.iter().find(|name| **name != leader).unwrap();
    assert_eq!(ask(&mut field, follower)["success"], true);
    let home = field.home("STREAM.INFO.S");
    assert!(home.len() == 3 && !home.contains(follower) && home.contains(&leader), "{home:?}");
    assert_eq!(ask(&mut field, &leader)["success"], true);
    let home = field.home("STREAM.INFO.S");
    assert!(home.len() == 3 && !home.contains(&leader), "{home:?}");
    assert_eq!((field.copies(12), field.home("CONSUMER.INFO.S.c")), (3, home.clone()));
    let down = home.iter().find(|name| **name != field.leader() && **name != "n1").unwrap();
    field.world.give(&Input::Crash { process: format!("c/{down}"), lose_disk: false }).unwrap();
    field.pass(Span::secs(20));
    assert_eq!(ask(&mut field, down)["success"], true);
    let home = field.home("STREAM.INFO.S");
    assert!(home.len() == 3 && !home.contains(down), "{home:?}");
    // It hears of that when it comes back.
    field.world.give(&Input::Restart { process: format!("c/{down}") }).unwrap();
    field.pass(Span::secs(20));
    assert_eq!(field.copies(12), 3);
    // Where there is no other server, the stream stays.
    field.stream("UPDATE", 5, "");
    field.pass(Span::secs(5));
    assert_eq!(ask(&mut field, "n2")["error"]["err_code"], 10075);
}

#[test]
fn who_loses_its_only_server_begins_anew() {
    let mut field = Field::new(8);
    field.create(1);
    field.publish(3);
    field.consumer("c", "");
    let leader = field.leader();
    let body = format!(r#"{{"peer":"{leader}"}}"#);
    assert_eq!(field.ask("$JS.API.STREAM.PEER.REMOVE.S", &body)["success"], true);
    field.pass(Span::secs(2));
    let home = field.home("STREAM.INFO.S");
    assert!(home.len() == 1 && home[0] != leader);
    assert_eq!(field.copies(0), 1);
    assert_eq!(field.home("CONSUMER.INFO.S.c"), home);
    assert_eq!(field.servers().filter(|server| server.stream("S").is_some()).count(), 1);
}

#[test]
fn a_stream_in_memory_outlives_its_first_server_once_it_has_others() {
    let mut field = Field::new(9);
    let memory = r#","storage":"memory""#;
    field.stream("CREATE", 1, memory);
    field.publish(20);
    field.consumer("c", "");
    field.stream("UPDATE", 3, memory);
    field.pass(Span::secs(5));
    let first = field.leader();
    for _ in 0..2 {
        // Whoever comes back has nothing but the names of the members, and gets all from the others.
        let process = format!("c/{}", field.leader());
        field.world.give(&Input::Crash { process: process.clone(), lose_disk: false }).unwrap();
        field.pass(Span::secs(20));
        field.world.give(&Input::Restart { process }).unwrap();
        field.pass(Span::secs(20));
        assert_eq!(field.copies(20), 3);
    }
    assert_ne!(field.leader(), first);
    field.reconnect();
    field.stream("UPDATE", 1, memory);
    field.pass(Span::secs(5));
    assert_eq!((field.home("STREAM.INFO.S"), field.copies(20)), (vec![field.leader()], 1));
}

#[test]
fn a_consumer_takes_its_state_along_from_a_server_that_its_stream_leaves() {
    let mut field = Field::new(10);
    field.create(3);
    field.publish(9);
    let names: Vec<String> = (1..=6).map(|n| format!("c{n}")).collect();
    for name in &names {
        field.consumer(name, r#","num_replicas":1"#);
        let (next, body) = (format!("$JS.API.CONSUMER.MSG.NEXT.S.{name}"), r#"{"batch":4}"#);
        field.say(&format!("PUB {next} in.{name} {}\r\n{body}\r\n", body.len()));
        field.pass(Span::millis(100));
    }
    let homes: Vec<_> = names.iter().map(|n| field.home(&format!("CONSUMER.INFO.S.{n}"))).collect();
    let leader = vec![field.leader()];
    assert!(homes.iter().any(|home| *home != leader), "{homes:?}");
    field.stream("UPDATE", 1, "");
    field.pass(Span::secs(8));
    for name in &names {
        let what = format!("CONSUMER.INFO.S.{name}");
        assert_eq!(field.home(&what), leader);
        let info = field.ask(&format!("$JS.API.{what}"), "");
        let told = (&info["delivered"]["stream_seq"], &info["num_ack_pending"]);
        assert_eq!(told, (&4.into(), &4.into()), "{info}");
    }
    has_converged(&field.world).unwrap();
}

#[test]
fn a_stream_and_a_consumer_move_from_a_server_with_all_they_have() {
    let mut field = Field::new(11);
    field.create(1);
    field.publish(6);
    let leader = field.leader();
    let evacuate = |field: &mut Field, what: &str, peer: &str| {
        let answer = field.ask(&format!("$JS.API.{what}"), &format!(r#"{{"peer":"{peer}"}}"#));
        field.pass(Span::secs(10));
        answer
    };
    let answer = evacuate(&mut field, "STREAM.PEER.EVACUATE.S", &leader);
    assert_eq!(answer["type"], "io.nats.jetstream.api.v1.stream_evacuate_peer_response");
    assert_eq!(answer["success"], true, "{answer}");
    let home = field.home("STREAM.INFO.S");
    assert!(home.len() == 1 && home[0] != leader, "{home:?}");
    assert_eq!(field.copies(6), 1);

    field.stream("UPDATE", 3, "");
    field.pass(Span::secs(8));
    field.consumer("c", r#","num_replicas":1"#);
    let (next, body) = ("$JS.API.CONSUMER.MSG.NEXT.S.c", r#"{"batch":4}"#);
    field.say(&format!("PUB {next} in.c {}\r\n{body}\r\n", body.len()));
    field.pass(Span::millis(100));
    let before = field.home("CONSUMER.INFO.S.c");
    let told = |field: &mut Field| {
        let info = field.ask("$JS.API.CONSUMER.INFO.S.c", "");
        (info["delivered"]["stream_seq"].clone(), info["num_ack_pending"].clone())
    };
    for (what, peer, code) in [
        ("CONSUMER.PEER.EVACUATE.S.c", "", 10003),
        ("CONSUMER.PEER.EVACUATE.S.c", "nobody", 10040),
        ("CONSUMER.PEER.EVACUATE.S.none", "n1", 10014),
        ("CONSUMER.PEER.REMOVE.none.c", "n1", 10059),
    ] {
        let answer = evacuate(&mut field, what, peer);
        assert_eq!(answer["error"]["err_code"], code, "{what}: {answer}");
    }
    let answer = evacuate(&mut field, "CONSUMER.PEER.EVACUATE.S.c", &before[0]);
    assert_eq!(answer["type"], "io.nats.jetstream.api.v1.consumer_evacuate_peer_response");
    assert_eq!(answer["success"], true, "{answer}");
    let after = field.home("CONSUMER.INFO.S.c");
    assert!(after.len() == 1 && after != before, "{before:?} {after:?}");
    assert_eq!(told(&mut field), (4.into(), 4.into()));
    // Taken away at once it begins anew.
    let answer = evacuate(&mut field, "CONSUMER.PEER.REMOVE.S.c", &after[0]);
    assert_eq!(answer["type"], "io.nats.jetstream.api.v1.consumer_remove_peer_response");
    assert_eq!(answer["success"], true, "{answer}");
    let again = field.home("CONSUMER.INFO.S.c");
    assert!(again.len() == 1 && again != after, "{after:?} {again:?}");
    assert_eq!(told(&mut field).0, 0);
    // Where its stream has no other server, a consumer stays.
    field.consumer("all", "");
    let answer = evacuate(&mut field, "CONSUMER.PEER.REMOVE.S.all", &again[0]);
    assert_eq!(answer["error"]["err_code"], 10075, "{answer}");
    has_converged(&field.world).unwrap();
}
