//! A key-value bucket with a configuration: one who watches it, two who write.

use crate::client::behaviour::{Publisher, Source, Subscriber};
use crate::client::{Behaviour, Call, Deliver, Draft};
use crate::kernel::Span;

use super::{ClientSpec, Role, Scene, Setup, Topology, api, app, client};

pub(super) const SCENE: Scene = Scene {
    name: "config-bucket",
    title: "A bucket of configuration",
    about: "The bucket config is the stream KV_config: every key is a subject, every revision a message. \
            The service api watches db.> and hears of every change; admin and deploy write.",
    tries: &[
        "Press Publish on admin: db.host gets a new revision, and api hears of it.",
        "Press Stream on the card: the same bucket as the messages it is made of.",
        "Delete a key: nats pub -H KV-Operation:DEL '$KV.config.db.port' ''. What is left of it?",
        "Update with a revision that is no longer the last: nats req -H Nats-Expected-Last-Subject-Sequence:1 '$KV.config.db.host' mine. Who loses?",
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
    let watch = Subscriber {
        source: Source::Ordered {
            stream: "KV_config".to_owned(),
            filters: vec!["$KV.config.db.>".to_owned()],
            deliver: Deliver::LastPerSubject,
            pull: false,
        },
        ..Subscriber::default()
    };
    topology.clients = vec![
        ClientSpec {
            publishes: Some(("$KV.config.db.host".to_owned(), "db-{{Count}}.internal".to_owned())),
            ..client("admin", CLUSTER, "n1", Role::Publisher)
        },
        app("deploy", CLUSTER, "n3", Behaviour::Publisher(Box::new(deploy))),
        app("api", CLUSTER, "n3", Behaviour::Subscriber(Box::new(watch))),
        client("cli", CLUSTER, "n2", Role::Console),
    ];
    topology.setup = vec![api(
        "STREAM.CREATE.KV_config",
        r#"{"name":"KV_config","subjects":["$KV.config.>"],"max_msgs_per_subject":5,"num_replicas":3,"discard":"new","deny_delete":true,"allow_rollup_hdrs":true,"allow_direct":true,"allow_msg_ttl":true,"max_consumers":-1,"max_msgs":-1}"#,
    )];
    let first = [
        ("db.host", "localhost"),
        ("db.port", "5432"),
        ("db.host", "db-1.internal"),
        ("log.level", "info"),
    ];
    for (key, value) in first {
        topology.setup.push(put(&format!("$KV.config.{key}"), value));
    }
    topology
}

/// A message that the person at the console published before anybody looked.
fn put(subject: &str, text: &str) -> Setup {
    let message = Draft { subject: subject.to_owned(), text: text.to_owned(), ..Draft::default() };
    let call = Call::JsPublish { message, count: 1, retries: 0 };
    Setup { client: "cli".to_owned(), call }
}
