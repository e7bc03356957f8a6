//! Clients that name the JetStream domain of a cluster, by calls and in the console.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what goes wrong here is to stop the test")]

use windtunnel::client::{self, Call, Deliver, Draft, Outcome};
use windtunnel::console::Session;
use windtunnel::kernel::{EventKind, Span};
use windtunnel::world::{ClientSpec, Cluster, ClusterLink, Input, Note, Role, Topology, World};

fn world() -> World {
    let mut topology = Topology::single("c", &["n1", "n2", "n3"]);
    topology.clusters[0].domain = Some("hub".to_owned());
    topology.clients = vec![
        ClientSpec::new("app", "c", Role::Publisher),
        ClientSpec::new("cli", "c", Role::Console),
    ];
    World::new(topology).unwrap()
}

fn give(world: &mut World, call: Call) {
    world.give(&Input::Call { client: "app".to_owned(), call }).unwrap();
    world.run_idle(Span::secs(10));
}

/// What came of the last call.
fn outcome(world: &World) -> Option<Outcome> {
    let app = world.client(world.process("app").unwrap()).unwrap();
    let (_, op) = app.ops().last().unwrap();
    op.outcome.as_deref().cloned()
}

/// Types a line and gives what is printed.
fn typed(world: &mut World, session: &mut Session, line: &str) -> String {
    for input in session.enter(line, world) {
        world.give(&input).unwrap();
    }
    session.run(world, Span::secs(20));
    let output = session.render(session.entries().last().unwrap(), world);
    output.lines.iter().map(|line| format!("{}\n", line.text)).collect()
}

#[test]
fn calls_and_the_console_find_a_stream_by_the_domain_of_its_cluster() {
    let (mut world, mut session) = (world(), Session::new("cli"));
    let text = typed(
        &mut world,
        &mut session,
        "nats stream add S --subjects s.> --defaults --js-domain hub",
    );
    assert!(text.contains("Stream S was created"), "{text}");
    let text =
        typed(&mut world, &mut session, "nats consumer add S c --pull --defaults --js-domain hub");
    assert!(text.contains("Information for Consumer S > c"), "{text}");
    let message =
        Draft { subject: "s.x".to_owned(), text: "{{Count}}".to_owned(), ..Draft::default() };
    give(&mut world, Call::JsPublish { message, count: 3, retries: 2 });
    let next = |domain: &str| {
        let call = Call::Next {
            stream: "S".to_owned(),
            consumer: "c".to_owned(),
            batch: 1,
            expires: Some(Span::secs(2)),
            no_wait: false,
            heartbeat: None,
            max_bytes: None,
            domain: None,
            more: serde_json::Map::new(),
            answer: Some(client::Answer::Ack),
        };
        call.in_domain(Some(domain))
    };
    give(&mut world, next("hub"));
    let fetched = outcome(&world);
    assert!(
        matches!(&fetched, Some(Outcome::Fetched { messages, .. }) if messages[0].text() == "1")
    );
    // Nobody answers for a domain that is not there.
    give(&mut world, next("edge"));
    assert_eq!(outcome(&world), Some(Outcome::NoResponders));
    let text = typed(&mut world, &mut session, "nats consumer next S c --js-domain hub");
    assert!(text.contains("\n2\n"), "{text}");
    let text = typed(&mut world, &mut session, "nats consumer next S c --js-domain edge");
    assert!(text.contains("no responders"), "{text}");
}

/// The hub, and an edge that is joined to it.
fn hub_and_edge() -> World {
    let mut topology = world().topology().clone();
    let edge = Cluster {
        name: "e".to_owned(),
        domain: Some("edge".to_owned()),
        servers: vec!["n1".to_owned()],
        ..topology.clusters[0].clone()
    };
    topology.clusters.push(edge);
    topology.links = vec![ClusterLink::leaf("e", "c")];
    World::new(topology).unwrap()
}

#[test]
fn a_bucket_of_another_domain_is_read_by_all_and_written_by_gos_client_only() {
    let (mut world, mut session) = (hub_and_edge(), Session::new("cli"));
    let mut typed = |line: &str| {
        let text = typed(&mut world, &mut session, line);
        world.run_until(world.now() + Span::secs(3));
        text
    };
    let text = typed("nats kv add B --history 3 --js-domain edge");
    assert!(text.contains("Bucket Name: B"), "{text}");
    assert_eq!(typed("nats kv put B k v1 --js-domain edge"), "v1\n");
    assert_eq!(typed("nats kv get B k --raw --js-domain edge"), "v1\n");
    assert_eq!(typed("app> nats kv get B k --raw --js-domain edge"), "v1\n");
    // nats-py publishes to the key as if it were at home, where nobody listens.
    let text = typed("app> nats kv put B k v2 --js-domain edge");
    assert!(text.contains("nats: no response from stream"), "{text}");
    // A copy at home is read at home; what is put into it goes to its origin and comes back.
    let text = typed("nats kv add COPY --mirror B --mirror-domain edge");
    assert!(text.contains("External API: $JS.edge.API"), "{text}");
    assert_eq!(typed("nats kv get COPY k --raw"), "v1\n");
    assert_eq!(typed("nats kv put COPY k v3"), "v3\n");
    assert_eq!(typed("nats kv get COPY k --raw"), "v3\n");
    assert_eq!(typed("nats kv get B k --raw --js-domain edge"), "v3\n");
}

#[test]
fn the_console_reaches_the_domain_of_another_cluster_over_a_leaf_link() {
    let (mut world, mut session) = (hub_and_edge(), Session::new("cli"));
    let mut typed = |line: &str| typed(&mut world, &mut session, line);
    let text = typed("nats stream add S --subjects s.> --defaults --js-domain edge");
    assert!(text.contains("Stream S was created"), "{text}");
    let text = typed("nats pub s.1 hello -J");
    assert!(text.contains("edge"), "{text}");
    let text = typed("nats stream info S --js-domain edge");
    assert!(text.contains("Messages: 1"), "{text}");
    // At home there is no such stream.
    let text = typed("nats stream info S");
    assert!(text.contains("There are no streams"), "{text}");
    let text = typed("nats --js-domain edge stream get S 1");
    assert!(text.contains("hello"), "{text}");
}

#[test]
fn an_ordered_pull_consumer_goes_on_where_it_was_when_its_server_dies() {
    let mut world = world();
    let body = r#"{"name":"S","subjects":["s.>"],"num_replicas":3}"#.to_owned();
    give(&mut world, Call::Api { subject: "$JS.API.STREAM.CREATE.S".to_owned(), body });
    let publish = |count| {
        let message =
            Draft { subject: "s.x".to_owned(), text: "{{Count}}".to_owned(), ..Draft::default() };
        Call::JsPublish { message, count, retries: 20 }
    };
    give(&mut world, publish(150));
    let (stream, filters, deliver) = ("S".to_owned(), Vec::new(), Deliver::All);
    let domain = Some("hub".to_owned());
    let call =
        Call::Ordered { stream, filters, deliver, pull: true, how: None, domain, max: Some(300) };
    world.give(&Input::Call { client: "cli".to_owned(), call }).unwrap();
    world.run_until(world.now() + Span::secs(1));
    let consumer = world.consumers().first().and_then(|consumer| consumer.leader());
    let process = world.name(consumer.unwrap()).to_owned();
    world.give(&Input::Crash { process, lose_disk: false }).unwrap();
    world.run_until(world.now() + Span::secs(15));
    give(&mut world, publish(150));
    world.run_until(world.now() + Span::secs(90));
    let cli = world.client(world.process("cli").unwrap()).unwrap();
    let (_, op) = cli.ops().last().unwrap();
    assert_eq!(op.outcome.as_deref(), Some(&Outcome::Ended { messages: 300 }));
    let lost = |event: &windtunnel::world::Event| {
        matches!(event.kind, EventKind::Note(Note::Client(client::Note::OrderLost { .. })))
    };
    assert!(world.sim().trace().iter().any(lost), "it began anew");
}
