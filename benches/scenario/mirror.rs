//! A mirror across a leaf link that has everything to catch up with.

use super::MESSAGES;
use windtunnel::client::{Call, Draft};
use windtunnel::kernel::Span;
use windtunnel::world::{ClientSpec, Cluster, ClusterLink, Input, Role, Topology, World};

/// Messages in the origin.
pub(crate) const COPIED: u32 = 100_000;

/// Two regions joined by a leaf link of 20 ms, the first with a full stream.
pub(crate) fn regions() -> World {
    let region = |name: &str, server: &str| {
        let topology = Topology::single(name, &[server]);
        Cluster { domain: Some(name.to_owned()), ..topology.clusters[0].clone() }
    };
    let client = |name, cluster| ClientSpec::new(name, cluster, Role::Publisher);
    let topology = Topology {
        clusters: vec![region("us", "n1"), region("eu", "n2")],
        links: vec![ClusterLink::leaf("eu", "us")],
        clients: vec![client("us-app", "us"), client("eu-app", "eu")],
        ..Topology::single("bench", &["n1"])
    };
    let mut world = World::new(topology).expect("a valid topology");
    world.run_until(world.now() + Span::secs(2));
    api(&mut world, "us-app", "ORDERS", r#"{"name":"ORDERS","subjects":["orders.>"]}"#);
    let message = Draft {
        subject: "orders.new".to_owned(),
        text: "{\"id\":1,\"what\":\"two teapots\"}".to_owned(),
        ..Draft::default()
    };
    for _ in 0..COPIED / MESSAGES {
        let call = Call::Publish { message: message.clone(), count: MESSAGES };
        world.give(&Input::Call { client: "us-app".to_owned(), call }).expect("a client to call");
        world.run_until(world.now() + Span::secs(3));
    }
    assert_eq!(stored(&world, 0, "ORDERS"), u64::from(COPIED));
    world
}

/// Makes the mirror, and lets it catch up.
pub(crate) fn catch_up(mut world: World) -> World {
    let config = r#"{"name":"COPY","mirror":{"name":"ORDERS","external":{"api":"$JS.us.API"}}}"#;
    api(&mut world, "eu-app", "COPY", config);
    for _ in 0..600 {
        world.run_until(world.now() + Span::millis(100));
        if stored(&world, 1, "COPY") == u64::from(COPIED) {
            break;
        }
    }
    assert_eq!(stored(&world, 1, "COPY"), u64::from(COPIED), "it does not catch up");
    world
}

fn api(world: &mut World, client: &str, name: &str, body: &str) {
    let (subject, body) = (format!("$JS.API.STREAM.CREATE.{name}"), body.to_owned());
    let call = Call::Api { subject, body };
    world.give(&Input::Call { client: client.to_owned(), call }).expect("a client to call");
    assert!(world.run_idle(Span::secs(10)), "the call does not end");
}

/// The last sequence of a stream.
fn stored(world: &World, cluster: usize, name: &str) -> u64 {
    let stream = world.stream(cluster, name).expect("the stream");
    stream.best().map_or(0, |replica| replica.stream.store().last_seq())
}
