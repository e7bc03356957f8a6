//! What is measured of key-value buckets: puts and gets one after the other, and values that many watch.

use windtunnel::client::kv::{Act, Bucket, Op};
use windtunnel::client::{Call, Outcome};
use windtunnel::kernel::Span;
use windtunnel::world::World;

use super::{give, run, world};

/// Keys that are put and got.
pub(crate) const KEYS: u32 = 1_000;
/// How many watch …
const WATCHES: u32 = 50;
/// … and how many values are put meanwhile.
const CHANGES: u32 = 100;
/// Values that come to watchers.
pub(crate) const WATCHED: u32 = WATCHES * CHANGES;

fn kv(op: Op) -> Call {
    Call::Kv(Box::new(op))
}

/// A cluster with a bucket that is read directly.
pub(crate) fn bucket(servers: &[&str], replicas: u32) -> World {
    let mut world = world(servers, 1);
    let config = Some(Box::new(Bucket { replicas, direct: true, ..Bucket::default() }));
    run(&mut world, kv(Op { config, ..Op::new(Act::Add, "config") }));
    world
}

/// Puts a value and gets it, key after key.
pub(crate) fn put_get(mut world: World) -> World {
    for n in 0..KEYS {
        let key = format!("key.{n}");
        run(&mut world, kv(Op::key(Act::Put, "config", &key).value("localhost")));
        run(&mut world, kv(Op::key(Act::Get, "config", &key)));
    }
    let app = world.process("app").and_then(|app| world.client(app)).expect("the client");
    let last = app.ops().rfind(|(_, op)| matches!(*op.call, Call::Kv(_)));
    let got = last.and_then(|(_, op)| op.outcome.as_deref()).expect("an outcome");
    assert!(matches!(got, Outcome::Kv(Ok(_))), "{got:?}");
    world
}

/// A bucket that many watch.
pub(crate) fn watched(servers: &[&str], replicas: u32) -> World {
    let mut world = bucket(servers, replicas);
    for _ in 0..WATCHES {
        give(&mut world, kv(Op::new(Act::Watch, "config")));
    }
    world.run_until(world.now() + Span::secs(1));
    world
}

/// Puts values, until all who watch have them.
pub(crate) fn watch(mut world: World) -> World {
    for n in 0..CHANGES {
        run(&mut world, kv(Op::key(Act::Put, "config", "key").value(&n.to_string())));
    }
    world.run_until(world.now() + Span::millis(200));
    let app = world.process("app").and_then(|app| world.client(app)).expect("the client");
    let watches = app.ops().filter(|(_, op)| op.is_lasting() && op.part_of.is_none());
    let came: u64 = watches.map(|(_, op)| op.received_total).sum();
    assert_eq!(came, u64::from(WATCHED));
    world
}
