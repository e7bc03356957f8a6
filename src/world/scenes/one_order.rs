//! One order on its way into a replicated stream.

use crate::client::Call;

use super::{ClientSpec, Role, Scene, Setup, Topology, api, client};

pub(super) const SCENE: Scene = Scene {
    name: "one-order",
    title: "One order, made visible",
    about: "Three servers keep the stream ORDERS. Publish an order and watch every message of it: to a \
            server, to the stream's leader, to the copies, back as an acknowledgement, and on to whoever \
            listens.",
    tries: &[
        "Press Publish on checkout, or type the command below.",
        "Step back with ←, forward with →. Drag the moment anywhere.",
        "Kill the leader while an order is under way. What does checkout get?",
        "Select anything to see what it knows, and why it did what it did.",
    ],
    topology: one_order,
};

/// One order, made visible: a cluster of three servers, a stream with three copies, an application
/// that publishes and one that listens.
pub fn one_order() -> Topology {
    let mut topology = Topology::single("us-east", &["n1", "n2", "n3"]);
    topology.clients = vec![
        ClientSpec {
            publishes: Some(("orders.new".to_owned(), "{\"id\":{{Count}}}".to_owned())),
            ..client("checkout", "us-east", "n1", Role::Publisher)
        },
        client("audit", "us-east", "n3", Role::Subscriber),
        client("cli", "us-east", "n2", Role::Console),
    ];
    topology.setup = vec![
        api(
            "STREAM.CREATE.ORDERS",
            r#"{"name":"ORDERS","subjects":["orders.>"],"num_replicas":3,"storage":"file"}"#,
        ),
        Setup {
            client: "audit".to_owned(),
            call: Call::Subscribe { subject: "orders.*".to_owned(), queue: None, max: None },
        },
    ];
    topology
}
