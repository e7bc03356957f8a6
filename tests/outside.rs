//! A connection from outside the simulation, and a server that is configured otherwise than usual.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "what goes wrong here is to stop the test")]

use windtunnel::kernel::{ProcState, Span, Time};
use windtunnel::nats::codec::write_server_op;
use windtunnel::nats::protocol::ServerOp;
use windtunnel::server::{JetStreamSettings, ServerSettings};
use windtunnel::world::{ClientSpec, Input, Topology, World};

/// A lone server with these settings, and a connection `c` to it.
fn world(settings: ServerSettings) -> World {
    let mut topology = Topology::single("main", &["n1"]);
    topology.clusters[0].settings.insert("n1".to_owned(), settings);
    let mut world = World::new(topology).unwrap();
    world.give(&Input::AddClient(spec("c"))).unwrap();
    world.run_until(world.now() + Span::millis(10));
    world
}

fn spec(name: &str) -> ClientSpec {
    ClientSpec::wire(name, "main", None)
}

/// Sends bytes and returns what is said within a second, INFO left out.
fn say(world: &mut World, bytes: &str) -> String {
    let process = world.process("c").unwrap();
    let before = world.wire(process).unwrap().said();
    world.give(&Input::Bytes { client: "c".to_owned(), bytes: bytes.into() }).unwrap();
    world.run_until(world.now() + Span::secs(1));
    let mut answer = Vec::new();
    for op in world.wire(process).unwrap().said_since(before) {
        if !matches!(op, ServerOp::Info(_)) {
            write_server_op(op, &mut answer);
        }
    }
    String::from_utf8(answer).unwrap()
}

const CONNECT: &str = "CONNECT {\"verbose\":false,\"headers\":true,\"no_responders\":true}\r\n";
const ASK: &str = "SUB in 1\r\nPUB $JS.API.INFO in 0\r\n\r\n";

#[test]
fn the_server_says_how_it_is_configured() {
    let settings = ServerSettings {
        host: "127.0.0.1".to_owned(),
        port: 4333,
        max_payload: 16,
        ..ServerSettings::default()
    };
    let mut world = world(settings);
    let wire = world.wire(world.process("c").unwrap()).unwrap();
    let [ServerOp::Info(info)] = wire.said_since(0) else { panic!("{:?}", wire.said_since(0)) };
    assert_eq!((&*info.host, info.port, info.max_payload), ("127.0.0.1", 4333, 16));
    assert!(info.jetstream);
    let answer = say(&mut world, &format!("{CONNECT}PUB a 16\r\n0123456789abcdef\r\nPING\r\n"));
    assert_eq!(answer, "PONG\r\n");
    assert_eq!(say(&mut world, "PUB a 17\r\n"), "-ERR 'Maximum Payload Violation'\r\n");
    assert!(world.wire(world.process("c").unwrap()).unwrap().is_closed());
}

#[test]
fn without_jetstream_nobody_answers_its_api() {
    let mut without = world(ServerSettings { jetstream: None, ..ServerSettings::default() });
    let answer = say(&mut without, &format!("{CONNECT}{ASK}"));
    assert_eq!(answer, "HMSG in 1 44 44\r\nNATS/1.0 503\r\nNats-Subject: $JS.API.INFO\r\n\r\n\r\n");
    let jetstream = Some(JetStreamSettings::default());
    let mut with = world(ServerSettings { jetstream, ..ServerSettings::default() });
    assert!(say(&mut with, &format!("{CONNECT}{ASK}")).starts_with("MSG in 1 "));
}

#[test]
fn a_silent_client_is_given_up_after_its_pings() {
    let ping_interval = Span::millis(100);
    let mut world = world(ServerSettings { ping_interval, ping_max: 3, ..Default::default() });
    let answer = say(&mut world, CONNECT);
    assert_eq!(answer, "PING\r\nPING\r\nPING\r\n-ERR 'Stale Connection'\r\n");
}

#[test]
fn a_connection_that_ended_can_be_made_again() {
    let mut world = world(ServerSettings::default());
    say(&mut world, &format!("{CONNECT}SUB a 1\r\nPUB a 3\r\n"));
    world.give(&Input::Crash { process: "c".to_owned(), lose_disk: false }).unwrap();
    world.give(&Input::Restart { process: "c".to_owned() }).unwrap();
    world.run_until(world.now() + Span::millis(10));
    let wire = world.wire(world.process("c").unwrap()).unwrap();
    assert!(matches!(wire.said_since(0), [ServerOp::Info(info)] if info.client_id == 2));
    assert!(!wire.is_closed());
    assert_eq!(say(&mut world, &format!("{CONNECT}PUB a 0\r\n\r\nPING\r\n")), "PONG\r\n");
}

#[test]
fn a_name_is_used_once() {
    let mut world = world(ServerSettings::default());
    let error = world.give(&Input::AddClient(spec("c"))).unwrap_err();
    assert_eq!(error.to_string(), "client name \"c\" is used twice");
    assert!(world.give(&Input::AddClient(spec("d e"))).is_err());
}

#[test]
fn a_client_that_is_removed_is_gone_for_good_and_its_name_is_free() {
    let mut world = world(ServerSettings::default());
    let first = world.process("c").unwrap();
    say(&mut world, &format!("{CONNECT}SUB a 1\r\n"));
    let remove = Input::RemoveClient { client: "c".to_owned() };
    world.give(&remove).unwrap();
    world.run_until(world.now() + Span::millis(10));
    let servers = || world.servers().map(|(_, _, server)| server.clients().count());
    assert_eq!(servers().sum::<usize>(), 0, "the server has noticed");
    assert!(world.topology().clients.is_empty() && world.is_removed(first));
    assert_eq!((world.process("c"), world.name(first)), (None, "c"));
    let error = world.give(&remove).unwrap_err().to_string();
    assert!(error.starts_with("there is no client called \"c\""), "{error}");
    assert!(world.give(&Input::RemoveClient { client: "main/n1".to_owned() }).is_err());
    // Not even healing everything brings it back.
    world.give(&Input::HealAll).unwrap();
    assert_eq!(world.sim().state(first), Some(ProcState::Down));
    world.give(&Input::AddClient(spec("c"))).unwrap();
    world.run_until(world.now() + Span::millis(10));
    assert_ne!(world.process("c"), Some(first));
    assert_eq!(say(&mut world, &format!("{CONNECT}PING\r\n")), "PONG\r\n");
    assert!(world.wire(first).unwrap().is_closed());
}

#[test]
fn a_world_begins_at_its_date() {
    let mut topology = Topology::single("main", &["n1"]);
    topology.start = Time(3_600_000_000_000);
    let world = World::new(topology).unwrap();
    let age = world.now().since(Time(3_600_000_000_000));
    assert!(age > Span::ZERO && age < Span::secs(10));
}

#[test]
fn settings_of_a_server_that_is_not_there_are_refused() {
    let mut topology = Topology::single("main", &["n1"]);
    topology.clusters[0].settings.insert("n2".to_owned(), ServerSettings::default());
    assert!(World::new(topology).unwrap_err().to_string().contains("\"n2\""));
}
