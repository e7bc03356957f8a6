//! Two regions, each its own JetStream domain, and an ocean between them.

use crate::client::behaviour::Worker;
use crate::client::{Behaviour, Call};
use crate::kernel::{LinkSpec, Span};
use crate::world::{Cluster, ClusterLink};

use super::{ClientSpec, Role, Scene, Setup, Topology, api, app, client};

pub(super) const SCENE: Scene = Scene {
    name: "two-regions",
    title: "Two regions, one ocean",
    about: "us-east keeps ORDERS, eu-west a mirror of it. Each is a JetStream domain of its own; leaf links \
            of 45 ms join them. What is ordered in the one is read in the other.",
    tries: &[
        "Press Publish on checkout and follow the order across the ocean into the mirror.",
        "Press Publish on web in eu-west: its order crosses the ocean twice before it is acknowledged.",
        "Cut the leaf links (Cut us-east–eu-west), publish, and heal them: the mirror catches up.",
        "Select a leaf link and see what the two sides want of each other.",
    ],
    topology: two_regions,
};

const HUB: &str = "us-east";
const LEAF: &str = "eu-west";

/// Two clusters of three servers: the hub stores orders, its leaf mirrors them and works on the copies.
pub fn two_regions() -> Topology {
    let mut topology = Topology::single(HUB, &["n1", "n2", "n3"]);
    let near = Cluster { domain: Some(HUB.to_owned()), ..topology.clusters[0].clone() };
    let far = Cluster { name: LEAF.to_owned(), domain: Some(LEAF.to_owned()), ..near.clone() };
    topology.clusters = vec![near, far];
    let link = LinkSpec::latency(Span::millis(45));
    topology.links = vec![ClusterLink { link, ..ClusterLink::leaf(LEAF, HUB) }];
    let publishes = Some(("orders.new".to_owned(), "{\"id\":{{Count}}}".to_owned()));
    let reports = Worker {
        stream: "ORDERS_MIRROR".to_owned(),
        consumer: "reports".to_owned(),
        processing: Span::millis(200),
        create: None,
        ..Worker::default()
    };
    topology.clients = vec![
        ClientSpec {
            publishes: publishes.clone(),
            ..client("checkout", HUB, "n1", Role::Publisher)
        },
        client("cli", HUB, "n2", Role::Console),
        ClientSpec { publishes, ..client("web", LEAF, "n3", Role::Publisher) },
        app("reports", LEAF, "n2", Behaviour::Worker(Box::new(reports))),
    ];
    topology.setup = vec![
        api(
            "STREAM.CREATE.ORDERS",
            r#"{"name":"ORDERS","subjects":["orders.>"],"num_replicas":3,"storage":"file"}"#,
        ),
        over(
            "STREAM.CREATE.ORDERS_MIRROR",
            r#"{"name":"ORDERS_MIRROR","num_replicas":3,"storage":"file","mirror":{"name":"ORDERS","external":{"api":"$JS.us-east.API","deliver":""}}}"#,
        ),
        over(
            "CONSUMER.CREATE.ORDERS_MIRROR.reports",
            r#"{"stream_name":"ORDERS_MIRROR","config":{"name":"reports","durable_name":"reports","ack_policy":"explicit"}}"#,
        ),
    ];
    topology
}

/// What the person at the console of the hub asked of the leaf's API.
fn over(subject: &str, body: &str) -> Setup {
    let call = Call::Api { subject: format!("$JS.{LEAF}.API.{subject}"), body: body.to_owned() };
    Setup { client: "cli".to_owned(), call }
}
