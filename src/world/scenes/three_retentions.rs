//! The same messages in three streams side by side: limits, interest and work-queue retention.

use crate::client::Behaviour;
use crate::client::behaviour::{Publisher, Worker};
use crate::kernel::Span;

use super::{Role, Scene, Topology, api, app, client};

pub(super) const SCENE: Scene = Scene {
    name: "three-retentions",
    title: "Limits, interest, work queue",
    about: "The shop publishes every order three times, for three streams that keep messages by \
            different rules. LIMITS keeps the last ten, read or not. INTEREST keeps an order until both \
            billing and mail have acknowledged it. WORK keeps it until one worker has.",
    tries: &[
        "Press Play. Which of the three streams grows, and which is empty most of the time?",
        "Stop mail: INTEREST grows. What does WORK do when you stop both packers?",
        "Start them again. Which messages are still there for them?",
        "Delete the consumer mail: nats consumer rm INTEREST mail. Nobody waits for it any more.",
    ],
    topology: three_retentions,
};

/// One server, three streams of the three kinds of retention, a publisher that feeds all of them, and
/// those who read them.
pub fn three_retentions() -> Topology {
    const CLUSTER: &str = "hub";
    let mut topology = Topology::single(CLUSTER, &["n1"]);
    // A message belongs to one stream only, so every order is published once for each.
    let shop = Publisher {
        subject: "{{Cycle limits interest work}}.orders".to_owned(),
        text: "{\"order\":{{Round 3}}}".to_owned(),
        every: Span::millis(400),
        ..Publisher::default()
    };
    topology.clients = vec![
        app("shop", CLUSTER, "n1", Behaviour::Publisher(Box::new(shop))),
        client("cli", CLUSTER, "n1", Role::Console),
    ];
    let readers = [
        ("audit", "LIMITS", "audit", 600),
        ("billing", "INTEREST", "billing", 500),
        ("mail", "INTEREST", "mail", 900),
        ("packer-1", "WORK", "packers", 1_500),
        ("packer-2", "WORK", "packers", 1_500),
    ];
    for (name, stream, consumer, millis) in readers {
        let worker = Worker {
            stream: stream.to_owned(),
            consumer: consumer.to_owned(),
            processing: Span::millis(millis),
            create: None,
            ..Worker::default()
        };
        topology.clients.push(app(name, CLUSTER, "n1", Behaviour::Worker(Box::new(worker))));
    }
    topology.setup = vec![
        api(
            "STREAM.CREATE.LIMITS",
            r#"{"name":"LIMITS","subjects":["limits.>"],"retention":"limits","max_msgs":10}"#,
        ),
        api(
            "STREAM.CREATE.INTEREST",
            r#"{"name":"INTEREST","subjects":["interest.>"],"retention":"interest"}"#,
        ),
        api(
            "STREAM.CREATE.WORK",
            r#"{"name":"WORK","subjects":["work.>"],"retention":"workqueue"}"#,
        ),
    ];
    for (stream, consumer) in
        [("LIMITS", "audit"), ("INTEREST", "billing"), ("INTEREST", "mail"), ("WORK", "packers")]
    {
        topology.setup.push(api(
            &format!("CONSUMER.CREATE.{stream}.{consumer}"),
            &format!(
                r#"{{"stream_name":"{stream}","config":{{"name":"{consumer}","durable_name":"{consumer}","ack_policy":"explicit","ack_wait":5000000000}}}}"#
            ),
        ));
    }
    topology
}
