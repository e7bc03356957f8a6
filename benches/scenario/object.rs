//! What is measured of object stores: one large object put, and got with its digest checked.

use windtunnel::client::object::{Act, BucketConfig, Content, Done, Op};
use windtunnel::client::{Call, Outcome};
use windtunnel::world::World;

use super::{run, world};

/// How many bytes the object has.
pub(crate) const BYTES: u64 = 16 << 20;

fn object(op: Op) -> Call {
    Call::Object(Box::new(op))
}

/// A cluster with a store, and the content that is to be put: bytes that are at hand, so that to make
/// them up is not measured.
pub(crate) fn store(servers: &[&str], replicas: u32) -> (World, Content) {
    let mut world = world(servers, 1);
    let config = BucketConfig { replicas: Some(replicas), ..BucketConfig::default() };
    run(&mut world, object(Op { config: Some(config.into()), ..Op::new(Act::Add, "files") }));
    let made_up = Content::Generated { size: BYTES, seed: 1 }.piece(0, BYTES);
    (world, Content::file("blob.bin", made_up))
}

/// Puts the object, chunk after chunk.
pub(crate) fn put((mut world, content): (World, Content)) -> World {
    run(&mut world, object(Op::put("files", "blob.bin", content)));
    assert!(matches!(outcome(&world), Outcome::Object(Ok(Done::Stored(_)))));
    world
}

/// Gets it.
pub(crate) fn get(mut world: World) -> World {
    run(&mut world, object(Op::object(Act::Get, "files", "blob.bin")));
    assert!(matches!(outcome(&world), Outcome::Object(Ok(Done::Got(_)))));
    world
}

fn outcome(world: &World) -> &Outcome {
    let app = world.process("app").and_then(|app| world.client(app)).expect("the client");
    let last = app.ops().rfind(|(_, op)| matches!(*op.call, Call::Object(_)));
    last.and_then(|(_, op)| op.outcome.as_deref()).expect("an outcome")
}
