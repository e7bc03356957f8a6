//! A key-value bucket with a configuration: one who watches it, two who write.

use crate::client::behaviour::{Job, KvApp, Publisher};
use crate::client::kv::{Act, Bucket, Op};
use crate::client::{Behaviour, Call};
use crate::kernel::Span;

use super::{ClientSpec, Role, Scene, Setup, Topology, app, client};

pub(super) const SCENE: Scene = Scene {
    name: "config-bucket",
    title: "A bucket of configuration",
    about: "The bucket config is the stream KV_config: every key is a subject, every revision a message. \
            The service api watches db.> and hears of every change; admin and deploy write.",
    tries: &[
        "Press Publish on admin: db.host gets a new revision, and api hears of it.",
        "Press Stream on the card: the same bucket as the messages it is made of.",
        "Delete a key: nats kv del config db.port -f. What is left of it, and what after nats kv purge?",
        "Be late: nats kv update config db.host mine 1. Who loses, and to which revision?",
        "Let a key run out: nats kv create config lease me --ttl 8s. Who hears that it is gone?",
    ],
    topology: config_bucket,
};

/// A bucket with three copies, a service that watches it, and two applications that write.
pub fn config_bucket() -> Topology {
    const CLUSTER: &str = "us-east";
    let mut topology = Topology::single(CLUSTER, &["n1", "n2", "n3"]);
    let deploy = Publisher {
        running: false,
        subject: "$KV.config.deploy.{{Cycle version flags}}".to_owned(),
        text: "r{{Count}}".to_owned(),
        every: Span::secs(3),
        ..Publisher::default()
    };
    let api = KvApp { key: "db.>".to_owned(), ..KvApp::of(Job::Config) };
    topology.clients = vec![
        ClientSpec {
            publishes: Some(("$KV.config.db.host".to_owned(), "db-{{Count}}.internal".to_owned())),
            ..client("admin", CLUSTER, "n1", Role::Publisher)
        },
        app("deploy", CLUSTER, "n3", Behaviour::Publisher(Box::new(deploy))),
        app("api", CLUSTER, "n3", Behaviour::Kv(Box::new(api))),
        client("cli", CLUSTER, "n2", Role::Console),
    ];
    let bucket = Bucket {
        history: 5,
        marker_ttl: Some(Span::secs(5)),
        replicas: 3,
        direct: true,
        ..Bucket::default()
    };
    let config = Some(Box::new(bucket));
    topology.setup = vec![does(Op { config, ..Op::new(Act::Add, "config") })];
    let first = [
        ("db.host", "localhost"),
        ("db.port", "5432"),
        ("db.host", "db-1.internal"),
        ("log.level", "info"),
    ];
    for (key, value) in first {
        topology.setup.push(does(Op::key(Act::Put, "config", key).value(value)));
    }
    topology
}

/// Something that the person at the console did before anybody looked.
fn does(op: Op) -> Setup {
    Setup { client: "cli".to_owned(), call: Call::Kv(Box::new(op)) }
}
