//! How quick the engine is: publishes through the whole path, clones, seeks.
//!
//! `cargo bench --no-default-features`. Every figure includes the trace, which is always on. First
//! targets, native on two cores: `publish_r1` at least 300,000 messages a second, `clone_world` at
//! most 50 µs, `seek` at most 5 ms.
#![allow(clippy::expect_used, reason = "a bench that cannot run is to stop")]

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use windtunnel::client::{Call, Draft};
use windtunnel::kernel::{Rng, Span};
use windtunnel::world::{ClientSpec, History, Input, KEYFRAME_INTERVAL, Role, Topology, World};

fn main() {
    divan::main();
}

/// Messages that one call publishes.
const MESSAGES: u32 = 10_000;
/// Events in the history that is sought in.
const EVENTS: u64 = 100_000;

/// A cluster with one stream and one client that publishes.
fn world(servers: &[&str], replicas: usize) -> World {
    let mut topology = Topology::single("bench", servers);
    topology.clients = vec![ClientSpec {
        name: "app".to_owned(),
        cluster: "bench".to_owned(),
        server: None,
        role: Role::Publisher,
        publishes: None,
        behaviour: None,
    }];
    let mut world = World::new(topology).expect("a valid topology");
    let body = format!(
        r#"{{"name":"ORDERS","subjects":["orders.>"],"num_replicas":{replicas},"storage":"file"}}"#
    );
    let subject = "$JS.API.STREAM.CREATE.ORDERS".to_owned();
    run(&mut world, Call::Api { subject, body });
    world.run_until(world.now() + Span::secs(1));
    assert!(world.stream(0, "ORDERS").is_some_and(|stream| stream.leader().is_some()));
    world
}

fn run(world: &mut World, call: Call) {
    give(world, call);
    assert!(world.run_idle(Span::secs(600)), "the call does not end");
}

fn give(world: &mut World, call: Call) {
    world.give(&Input::Call { client: "app".to_owned(), call }).expect("a client to call");
}

fn draft() -> Draft {
    Draft {
        subject: "orders.new".to_owned(),
        text: "{\"id\":1,\"what\":\"two teapots\"}".to_owned(),
        ..Draft::default()
    }
}

/// Messages that the stream's leader has.
fn stored(world: &World) -> u64 {
    let stream = world.stream(0, "ORDERS").expect("the stream");
    stream.best().map_or(0, |replica| replica.stream.store().last_seq())
}

/// Publishes without waiting for acknowledgements, until everything is stored.
fn publish(bencher: Bencher<'_, '_>, servers: &[&str], replicas: usize) {
    let start = world(servers, replicas);
    bencher.counter(ItemsCount::new(MESSAGES)).with_inputs(|| start.clone()).bench_local_values(
        |mut world| {
            give(&mut world, Call::Publish { message: draft(), count: MESSAGES });
            world.run_until(world.now() + Span::millis(200));
            assert_eq!(stored(&world), u64::from(MESSAGES));
            world
        },
    );
}

#[divan::bench(sample_count = 10)]
fn publish_r1(bencher: Bencher<'_, '_>) {
    publish(bencher, &["n1"], 1);
}

#[divan::bench(sample_count = 10)]
fn publish_r3(bencher: Bencher<'_, '_>) {
    publish(bencher, &["n1", "n2", "n3"], 3);
}

/// Publishes one message after the other, each after the acknowledgement of the one before.
fn publish_acked(bencher: Bencher<'_, '_>, servers: &[&str], replicas: usize) {
    let start = world(servers, replicas);
    let call = || Call::JsPublish { message: draft(), count: MESSAGES, retries: 0 };
    bencher.counter(ItemsCount::new(MESSAGES)).with_inputs(|| start.clone()).bench_local_values(
        |mut world| {
            run(&mut world, call());
            assert_eq!(stored(&world), u64::from(MESSAGES));
            world
        },
    );
}

#[divan::bench(sample_count = 10)]
fn publish_acked_r1(bencher: Bencher<'_, '_>) {
    publish_acked(bencher, &["n1"], 1);
}

#[divan::bench(sample_count = 10)]
fn publish_acked_r3(bencher: Bencher<'_, '_>) {
    publish_acked(bencher, &["n1", "n2", "n3"], 3);
}

/// A history of [`EVENTS`] events of a replicated stream.
fn history() -> History {
    let mut history = History::new(world(&["n1", "n2", "n3"], 3), KEYFRAME_INTERVAL);
    while history.cursor().sim().trace().len() < EVENTS {
        let call = Call::JsPublish { message: draft(), count: 1_000, retries: 0 };
        history.act(Input::Call { client: "app".to_owned(), call });
        while history.cursor().open_ops() > 0 && history.forward() {}
    }
    history
}

/// A clone of a world with many messages and a long trace behind it.
#[divan::bench]
fn clone_world(bencher: Bencher<'_, '_>) {
    let history = history();
    bencher.bench_local(|| black_box(history.cursor()).clone());
}

/// A jump to some moment of a long history.
#[divan::bench]
fn seek(bencher: Bencher<'_, '_>) {
    let mut history = history();
    let (start, end) = (history.start_position(), history.end_position());
    let mut rng = Rng::new(1);
    bencher.bench_local(|| history.seek(start + rng.below(end - start)));
}
