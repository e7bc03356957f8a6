//! Applications that live off key-value buckets, in whole worlds: one that is configured, ones that register,
//! ones that elect a leader, ones that race for a number.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what goes wrong here is to stop the test")]

use windtunnel::client::kv::{Act, Bucket, Got, Op};
use windtunnel::client::{Behaviour, Call, Doing, Note as ClientNote, Outcome, Turn};
use windtunnel::kernel::{EventId, EventKind, Span, Time};
use windtunnel::world::{ClientSpec, Input, Note, Role, Topology, World};

const BUCKET: &str = "b";

/// An application: its name, its kind, its knobs.
type App<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

/// A cluster of three with a bucket of this TTL, and applications with knobs.
fn world(ttl: Span, markers: bool, apps: &[App<'_>]) -> World {
    let mut topology = Topology::single("c", &["n1", "n2", "n3"]);
    let client = |name: &str, behaviour| ClientSpec {
        behaviour,
        ..ClientSpec::new(name, "c", Role::Publisher)
    };
    topology.clients = vec![client("admin", None)];
    for (name, kind, knobs) in apps {
        let mut behaviour = Behaviour::of_kind(kind).unwrap();
        behaviour.set("bucket", BUCKET).unwrap();
        for (knob, value) in *knobs {
            behaviour.set(knob, value).unwrap();
        }
        topology.clients.push(client(name, Some(behaviour)));
    }
    let mut world = World::new(topology).unwrap();
    let config = Bucket {
        ttl,
        replicas: 3,
        marker_ttl: markers.then_some(Span::secs(5)),
        ..Bucket::default()
    };
    let op = Op { config: Some(Box::new(config)), ..Op::new(Act::Add, BUCKET) };
    kv(&mut world, op);
    world
}

/// Has the administrator do something, and gives what came of it.
fn kv(world: &mut World, op: Op) -> Outcome {
    let admin = world.process("admin").unwrap();
    let id = world.client(admin).unwrap().next_op();
    let call = Call::Kv(Box::new(op));
    world.give(&Input::Call { client: "admin".to_owned(), call }).unwrap();
    let end = world.now() + Span::secs(10);
    loop {
        if let Some(outcome) = &world.client(admin).unwrap().op(id).unwrap().outcome {
            return (**outcome).clone();
        }
        assert!(world.now() < end, "no outcome");
        world.run_until(world.now() + Span::millis(10));
    }
}

fn value(world: &mut World, key: &str) -> Option<String> {
    match kv(world, Op::key(Act::Get, BUCKET, key)) {
        Outcome::Kv(Ok(Got::Entry(entry))) => Some(entry.text()),
        Outcome::Kv(Err(_)) => None,
        other => panic!("{other:?}"),
    }
}

fn put(world: &mut World, key: &str, value: &str) {
    let done = kv(world, Op::key(Act::Put, BUCKET, key).value(value));
    assert!(matches!(done, Outcome::Kv(Ok(_))), "{done:?}");
}

fn run(world: &mut World, span: Span) {
    world.run_until(world.now() + span);
}

fn says(world: &World, app: &str) -> String {
    match world.client(world.process(app).unwrap()).unwrap().doing() {
        Some(Doing::Says { what }) => what.to_string(),
        other => format!("{other:?}"),
    }
}

/// What counted for an application, with its time.
fn turns(world: &World, app: &str) -> Vec<(Time, Turn, String)> {
    let process = world.process(app).unwrap();
    let events = world.sim().trace().since(EventId(0)).filter(|event| event.place == process);
    let turns = events.filter_map(|event| match &event.kind {
        EventKind::Note(Note::Client(ClientNote::Turn { turn, text })) => {
            Some((event.at, *turn, text.to_string()))
        }
        _ => None,
    });
    turns.collect()
}

fn set(world: &mut World, client: &str, knob: &str, value: &str) {
    let (client, knob, value) = (client.to_owned(), knob.to_owned(), value.to_owned());
    world.give(&Input::SetKnob { client, knob, value }).unwrap();
}

#[test]
fn a_service_reloads_its_configuration() {
    let mut world = world(Span::ZERO, false, &[("api", "config", &[("key", "db.*")])]);
    put(&mut world, "db.host", "localhost");
    put(&mut world, "mail", "m1");
    run(&mut world, Span::secs(3));
    put(&mut world, "db.host", "db1");
    put(&mut world, "db.port", "5432");
    run(&mut world, Span::secs(1));
    assert_eq!(says(&world, "api"), "db.host = db1, 1 more");
    let has = world.client(world.process("api").unwrap()).unwrap().configuration().unwrap();
    assert_eq!(has.get("db.port").map(String::as_str), Some("5432"));
    kv(&mut world, Op::key(Act::Delete, BUCKET, "db.host"));
    run(&mut world, Span::secs(1));
    assert_eq!(says(&world, "api"), "db.port = 5432");
    let told: Vec<String> = turns(&world, "api").into_iter().map(|(_, _, text)| text).collect();
    let live = ["db.host = db1", "db.port = 5432", "db.host is gone"];
    assert_eq!(told[0], "it has 1 values to begin with");
    assert_eq!(told[1..], live, "{told:?}");
    // A server dies; the watch goes on through another.
    let api = world.client(world.process("api").unwrap()).unwrap();
    let server = world.name(api.connected_to().unwrap()).to_owned();
    world.give(&Input::Crash { process: server, lose_disk: false }).unwrap();
    run(&mut world, Span::secs(20));
    put(&mut world, "db.port", "6543");
    run(&mut world, Span::secs(15));
    assert_eq!(says(&world, "api"), "db.port = 6543");
}

#[test]
fn a_service_that_dies_is_gone_with_its_ttl() {
    let every = ("every", "2s");
    let apps: [App<'_>; 2] = [("one", "service", &[every]), ("two", "service", &[every])];
    let mut world = world(Span::secs(6), true, &apps);
    run(&mut world, Span::secs(30));
    assert_eq!(value(&mut world, "svc.one").as_deref(), Some("up"));
    assert_eq!(value(&mut world, "svc.two").as_deref(), Some("up"));
    world.give(&Input::Crash { process: "two".to_owned(), lose_disk: false }).unwrap();
    run(&mut world, Span::secs(4));
    assert!(value(&mut world, "svc.two").is_some());
    run(&mut world, Span::secs(5));
    let keys = kv(&mut world, Op::new(Act::Keys, BUCKET));
    assert_eq!(keys, Outcome::Kv(Ok(Got::Keys(vec!["svc.one".to_owned()]))));
    // One that is switched off says so itself.
    set(&mut world, "one", "running", "off");
    run(&mut world, Span::millis(500));
    assert_eq!(value(&mut world, "svc.one"), None);
}

#[test]
fn a_leader_is_elected_and_follows_the_rules() {
    let knobs: &[(&str, &str)] = &[("every", "2s"), ("ttl", "6s")];
    let apps = [("a", "elector", knobs), ("b", "elector", knobs), ("c1", "elector", knobs)];
    let names = ["a", "b", "c1"];
    let mut world = world(Span::secs(6), false, &apps);
    let leaders = |world: &World| -> Vec<&str> {
        let leads = |app: &&str| world.client(world.process(app).unwrap()).unwrap().leads();
        names.into_iter().filter(|app| leads(app).is_some()).collect()
    };
    run(&mut world, Span::secs(10));
    let first = leaders(&world);
    let [first] = first.as_slice() else { panic!("{first:?} lead") };
    assert_eq!(value(&mut world, "leader").as_deref(), Some(*first));
    // It dies, and is replaced when its key is too old, not before.
    let died = world.now();
    world.give(&Input::Crash { process: (*first).to_owned(), lose_disk: false }).unwrap();
    run(&mut world, Span::secs(10));
    let second = leaders(&world);
    let [second] = second.as_slice() else { panic!("{second:?} lead") };
    let (at, turn, _) = turns(&world, second).last().unwrap().clone();
    assert_eq!(turn, Turn::Leads);
    assert!(at.since(died) > Span::secs(3), "{:?}", at.since(died));
    // It is frozen for longer than its key lives, and steps down when it wakes, unasked.
    let freeze = Input::Pause { process: (*second).to_owned() };
    world.give(&freeze).unwrap();
    run(&mut world, Span::secs(10));
    world.give(&Input::Resume { process: (*second).to_owned() }).unwrap();
    run(&mut world, Span::millis(100));
    assert_eq!(leaders(&world).len(), 1);
    let (_, turn, text) = turns(&world, second).last().unwrap().clone();
    assert_eq!(turn, Turn::StepsDown, "{text}");
    // One that is switched off makes room at once.
    let third = leaders(&world)[0];
    set(&mut world, third, "running", "off");
    run(&mut world, Span::secs(3));
    let last = leaders(&world);
    assert!(last.len() == 1 && last[0] != third, "{last:?}");
}

#[test]
fn a_leader_without_a_deadline_learns_from_the_wrong_last_sequence() {
    let knobs: &[(&str, &str)] = &[("every", "2s"), ("ttl", "none")];
    let mut world = world(Span::secs(6), false, &[("a", "elector", knobs)]);
    run(&mut world, Span::secs(6));
    assert!(says(&world, "a").starts_with("leads"));
    put(&mut world, "leader", "usurper");
    run(&mut world, Span::secs(3));
    let (_, turn, text) = turns(&world, "a").last().unwrap().clone();
    assert_eq!(turn, Turn::StepsDown);
    assert!(text.starts_with("wrong last sequence: "), "{text}");
    assert_eq!(says(&world, "a"), "follows");
}

#[test]
fn two_that_count_lose_nothing_if_they_update_and_something_if_they_put() {
    for (safe, lost) in [("on", false), ("off", true)] {
        let knobs: &[(&str, &str)] =
            &[("every", "500ms"), ("think", "200ms"), ("limit", "20"), ("safe", safe)];
        let mut world =
            world(Span::ZERO, false, &[("x", "counter", knobs), ("y", "counter", knobs)]);
        run(&mut world, Span::secs(60));
        for app in ["x", "y"] {
            let tally = *world.client(world.process(app).unwrap()).unwrap().tally().unwrap();
            assert_eq!(tally.acked, 20, "{app}");
            assert_eq!(says(&world, app), "Some(Done)");
        }
        let count: u32 = value(&mut world, "count").unwrap().parse().unwrap();
        assert_eq!(count < 40, lost, "safe {safe}: {count}");
        let lost_races = |app| turns(&world, app).len();
        assert_eq!(lost_races("x") + lost_races("y") > 0, !lost, "safe {safe}");
    }
}
