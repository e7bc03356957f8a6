//! Ready-made scenes.

use crate::client::Call;

use super::{ClientSpec, Role, Setup, Topology};

/// The names of all scenes, the first of which is shown when none is asked for.
pub const NAMES: &[&str] = &["one-order"];

/// The scene of this name.
pub fn named(name: &str) -> Option<Topology> {
    match name {
        "one-order" => Some(one_order()),
        _ => None,
    }
}

/// One order, made visible: a cluster of three servers, a stream with three copies, an application
/// that publishes and one that listens.
pub fn one_order() -> Topology {
    let mut topology = Topology::single("us-east", &["n1", "n2", "n3"]);
    let client = |name: &str, server: &str, role| ClientSpec {
        name: name.to_owned(),
        cluster: "us-east".to_owned(),
        server: Some(server.to_owned()),
        role,
        publishes: None,
        behaviour: None,
    };
    topology.clients = vec![
        ClientSpec {
            publishes: Some(("orders.new".to_owned(), "{\"id\":{{Count}}}".to_owned())),
            ..client("checkout", "n1", Role::Publisher)
        },
        client("audit", "n3", Role::Subscriber),
        client("cli", "n2", Role::Console),
    ];
    topology.setup = vec![
        Setup {
            client: "cli".to_owned(),
            call: Call::Api {
                subject: "$JS.API.STREAM.CREATE.ORDERS".to_owned(),
                body:
                    r#"{"name":"ORDERS","subjects":["orders.>"],"num_replicas":3,"storage":"file"}"#
                        .to_owned(),
            },
        },
        Setup {
            client: "audit".to_owned(),
            call: Call::Subscribe { subject: "orders.*".to_owned(), queue: None, max: None },
        },
    ];
    topology
}
