//! A work queue: every task goes to exactly one worker, and leaves the stream when it is done.

use crate::client::Behaviour;
use crate::client::behaviour::{Publisher, Worker};
use crate::kernel::Span;

use super::{Role, Scene, Topology, api, app, client};

pub(super) const SCENE: Scene = Scene {
    name: "work-queue",
    title: "A work queue",
    about: "The shop publishes tasks into TASKS, a stream with work-queue retention and three copies. \
            Three workers share one consumer: each task is delivered to one of them, and leaves the \
            stream when that one acknowledges it.",
    tries: &[
        "Press Play and follow one task: from the shop to the stream, to a worker, and out.",
        "Select a worker and let its work take 5s. Who gets the tasks now?",
        "Kill a worker with a task in hand, and wait for the ack wait of 5s: another gets the task.",
        "Let a worker crash before its ack, every time. What becomes of a task?",
    ],
    topology: work_queue,
};

/// A work queue with three copies, a publisher, and three workers that share a pull consumer.
pub fn work_queue() -> Topology {
    const CLUSTER: &str = "us-east";
    let mut topology = Topology::single(CLUSTER, &["n1", "n2", "n3"]);
    let shop = Publisher {
        subject: "tasks.{{Cycle resize mail bill}}".to_owned(),
        text: "{\"task\":{{Count}}}".to_owned(),
        every: Span::millis(800),
        message_ids: true,
        ..Publisher::default()
    };
    topology.clients = vec![
        app("shop", CLUSTER, "n1", Behaviour::Publisher(Box::new(shop))),
        client("cli", CLUSTER, "n2", Role::Console),
    ];
    for (name, server) in [("worker-1", "n1"), ("worker-2", "n2"), ("worker-3", "n3")] {
        let worker = Worker { processing: Span::secs(2), create: None, ..Worker::default() };
        topology.clients.push(app(name, CLUSTER, server, Behaviour::Worker(Box::new(worker))));
    }
    topology.setup = vec![
        api(
            "STREAM.CREATE.TASKS",
            r#"{"name":"TASKS","subjects":["tasks.>"],"retention":"workqueue","num_replicas":3,"storage":"file"}"#,
        ),
        api(
            "CONSUMER.CREATE.TASKS.workers",
            r#"{"stream_name":"TASKS","config":{"name":"workers","durable_name":"workers","ack_policy":"explicit","ack_wait":5000000000}}"#,
        ),
    ];
    topology
}
