//! Nine servers in three regions, all at work: orders with mirrors in every other region, one stream that
//! sources them all, work queues with workers, buckets that are written.

use windtunnel::client::behaviour::{Job, KvApp, Publisher, Worker};
use windtunnel::client::kv::{Act, Bucket, Op};
use windtunnel::client::{Behaviour, Call};
use windtunnel::kernel::{LinkSpec, Span};
use windtunnel::world::{
    ClientSpec, Cluster, ClusterLink, History, KEYFRAME_INTERVAL, Role, Setup, Topology, World,
};

/// Events that are played, as the page plays them: all in the trace, with keyframes.
pub(crate) const PLAYED: u32 = 200_000;

/// The hub, and the two that are its leaves.
const REGIONS: [&str; 3] = ["us", "eu", "ap"];
/// What stays at home: the same subjects are stored in every region.
const AT_HOME: [&str; 2] = ["orders.>", "tasks.>"];
/// Applications that publish orders in each region.
const PUBLISHERS: usize = 3;

/// The three regions, at work for a while.
pub(crate) fn nine() -> History {
    let region = |name: &&str| {
        let topology = Topology::single(name, &["n1", "n2", "n3"]);
        Cluster { domain: Some((*name).to_owned()), ..topology.clusters[0].clone() }
    };
    let leaf = |name: &&str| ClusterLink {
        link: LinkSpec::latency(Span::millis(40)),
        deny_imports: AT_HOME.map(str::to_owned).to_vec(),
        deny_exports: AT_HOME.map(str::to_owned).to_vec(),
        ..ClusterLink::leaf(name, REGIONS[0])
    };
    let mut topology = Topology {
        clusters: REGIONS.iter().map(region).collect(),
        links: REGIONS[1..].iter().map(leaf).collect(),
        ..Topology::single("bench", &["n1"])
    };
    REGIONS.iter().for_each(|region| own(&mut topology, region));
    REGIONS.iter().for_each(|region| follow(&mut topology, region));
    let streams = REGIONS.len() * 5 + 1;
    let mut world = World::new(topology).expect("a valid topology");
    world.run_until(world.now() + Span::secs(2));
    let kept = world.streams();
    assert_eq!(kept.len(), streams);
    for view in &kept {
        let stored = view.best().map_or(0, |replica| replica.stream.store().last_seq());
        assert!(stored > 100, "{} of region {} has {stored}", view.name, view.cluster);
    }
    History::new(world, KEYFRAME_INTERVAL)
}

/// Plays on, [`PLAYED`] events.
pub(crate) fn play(mut history: History) -> History {
    let end = history.cursor().sim().trace().len() + u64::from(PLAYED);
    while history.cursor().sim().trace().len() < end {
        assert!(history.forward(), "nothing happens any more");
    }
    history
}

/// What a region has of its own.
fn own(topology: &mut Topology, region: &str) {
    let api = |name: &str, more: &str| Call::Api {
        subject: format!("$JS.API.STREAM.CREATE.{name}"),
        body: format!(r#"{{"name":"{name}","num_replicas":3,{more}}}"#),
    };
    let bucket = Some(Box::new(Bucket { replicas: 3, history: 8, ..Bucket::default() }));
    let calls = [
        api("ORDERS", r#""subjects":["orders.>"]"#),
        api("TASKS", r#""subjects":["tasks.>"],"retention":"workqueue""#),
        Call::Kv(Box::new(Op { config: bucket, ..Op::new(Act::Add, "config") })),
    ];
    let cli = format!("{region}-cli");
    topology.clients.push(client(region, &cli, None));
    topology.setup.extend(calls.map(|call| Setup { client: cli.clone(), call }));
    let publishes = |subject: &str, acknowledged: bool| {
        let subject = subject.to_owned();
        let every = Publisher::EVERY_MIN;
        let publisher = Publisher { subject, every, acknowledged, ..Publisher::default() };
        Behaviour::Publisher(Box::new(publisher))
    };
    let mut add = |name: &str, does| {
        topology.clients.push(client(region, &format!("{region}-{name}"), Some(does)));
    };
    for n in 0..PUBLISHERS {
        add(&format!("shop{n}"), publishes("orders.new", true));
    }
    add("clerk", publishes("tasks.new", true));
    let every = Span::millis(10);
    add("settings", Behaviour::Kv(Box::new(KvApp { every, think: every, ..writes() })));
    let worker = Worker { processing: Span::millis(5), batch: 10, ..Worker::default() };
    let worker = Worker { max_in_hand: 20, ..worker };
    add("worker0", Behaviour::Worker(Box::new(worker.clone())));
    add("worker1", Behaviour::Worker(Box::new(worker)));
}

fn writes() -> KvApp {
    KvApp { bucket: "config".to_owned(), safe: false, ..KvApp::of(Job::Counter) }
}

/// What a region has of the others: a mirror of each one's orders, and in the hub all of them together.
fn follow(topology: &mut Topology, region: &str) {
    let external = |other: &str| format!(r#""external":{{"api":"$JS.{other}.API"}}"#);
    let client = format!("{region}-cli");
    let mut make = |name: &str, more: &str| {
        let subject = format!("$JS.API.STREAM.CREATE.{name}");
        let body = format!(r#"{{"name":"{name}","num_replicas":3,{more}}}"#);
        let call = Call::Api { subject, body };
        topology.setup.push(Setup { client: client.clone(), call });
    };
    for other in REGIONS.iter().filter(|other| **other != region) {
        let origin = format!(r#""mirror":{{"name":"ORDERS",{}}}"#, external(other));
        make(&format!("ORDERS_{other}"), &origin);
    }
    if region == REGIONS[0] {
        let source = |other: &&str| {
            let change =
                format!(r#""subject_transforms":[{{"src":"orders.>","dest":"all.{other}.>"}}]"#);
            let external =
                if *other == region { String::new() } else { format!(",{}", external(other)) };
            format!(r#"{{"name":"ORDERS",{change}{external}}}"#)
        };
        let sources: Vec<String> = REGIONS.iter().map(source).collect();
        make("analytics", &format!(r#""sources":[{}]"#, sources.join(",")));
    }
}

fn client(region: &str, name: &str, behaviour: Option<Behaviour>) -> ClientSpec {
    ClientSpec { behaviour, ..ClientSpec::new(name, region, Role::Publisher) }
}
