//! What is measured, natively and in a browser alike.

pub(crate) mod bucket;
pub(crate) mod mirror;
pub(crate) mod nine;
pub(crate) mod object;

use windtunnel::client::{Call, Draft};
use windtunnel::kernel::Span;
use windtunnel::world::{ClientSpec, History, Input, KEYFRAME_INTERVAL, Role, Topology, World};

/// Messages that one call publishes.
pub(crate) const MESSAGES: u32 = 10_000;
/// Events in the history that is sought in.
const EVENTS: u64 = 100_000;

/// A cluster with one stream and one client that publishes.
pub(crate) fn world(servers: &[&str], replicas: usize) -> World {
    let mut topology = Topology::single("bench", servers);
    topology.clients = vec![ClientSpec::new("app", "bench", Role::Publisher)];
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

/// Publishes without waiting for acknowledgements, until everything is stored.
pub(crate) fn plain(mut world: World) -> World {
    give(&mut world, Call::Publish { message: draft(), count: MESSAGES });
    world.run_until(world.now() + Span::millis(200));
    assert_eq!(stored(&world), u64::from(MESSAGES));
    world
}

/// Publishes one message after the other, each after the acknowledgement of the one before.
pub(crate) fn acked(mut world: World) -> World {
    run(&mut world, Call::JsPublish { message: draft(), count: MESSAGES, retries: 0 });
    assert_eq!(stored(&world), u64::from(MESSAGES));
    world
}

/// A history of [`EVENTS`] events of a replicated stream.
pub(crate) fn history() -> History {
    let mut history = History::new(world(&["n1", "n2", "n3"], 3), KEYFRAME_INTERVAL);
    while history.cursor().sim().trace().len() < EVENTS {
        let call = Call::JsPublish { message: draft(), count: 1_000, retries: 0 };
        history.act(Input::Call { client: "app".to_owned(), call });
        while history.cursor().open_ops() > 0 && history.forward() {}
    }
    history
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
