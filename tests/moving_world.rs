//! Streams and consumers that get more or fewer replicas, or leave a server, in whole worlds.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what goes wrong here is to stop the test"
)]

mod hand_support;
mod moving_support;

use hand_support::Field;
use moving_support::{SERVERS, names};
use windtunnel::kernel::Span;
use windtunnel::world::Input;
use windtunnel::world::check::has_converged;

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
    field.pull("c", r#"{"batch":9,"expires":60000000000}"#);
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
        field.pull(name, r#"{"batch":4}"#);
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
    field.pull("c", r#"{"batch":4}"#);
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
