//! The whole picture: three regions that write at home and mirror each other, and a place that gathers all.

use crate::client::behaviour::{Job, KvApp, Publisher, Source, Subscriber, Worker};
use crate::client::kv::{Act, Bucket, Op};
use crate::client::object::{Content, Op as ObjectOp};
use crate::client::{Behaviour, Call, Deliver, Dialect};
use crate::kernel::{LinkSpec, Span};
use crate::world::{Cluster, ClusterLink};

use super::{ClientSpec, Role, Scene, Setup, Topology, app, client};

pub(super) const SCENE: Scene = Scene {
    name: "whole-picture",
    title: "The whole picture",
    about: "Three regions take orders and work off tasks, each at home. Each mirrors the orders of the \
            others, analytics sources them all under names of their own, and the bucket config and the \
            store assets of us-east are mirrored everywhere. Leaf links join them, and are told not to \
            carry orders.> and tasks.>.",
    tries: &[
        "Press Play: every order is stored at home, then copied to two mirrors and to ORDERS-GLOBAL.",
        "Unfold a region (the arrows at its name) to see its servers, tapes and applications.",
        "Select a leaf link: deny lists keep orders.> and tasks.> at home. What would happen without them?",
        "Let a region go dark: fault dark ap-south. What do the others still have of it? Then heal all.",
        "Type at another region's console: cli-eu-west> nats kv put config db.host mine. Who stores it?",
    ],
    topology: whole_picture,
};

/// A region: its name, its short one, and how far from the hub.
struct Region {
    name: &'static str,
    short: &'static str,
    away: Span,
    /// How often somebody orders, and how often there is a task.
    orders: Span,
    tasks: Span,
}

const REGIONS: [Region; 3] = [
    Region {
        name: "us-east",
        short: "us",
        away: Span::millis(40),
        orders: Span::millis(1_000),
        tasks: Span::millis(1_500),
    },
    Region {
        name: "eu-west",
        short: "eu",
        away: Span::millis(15),
        orders: Span::millis(1_300),
        tasks: Span::millis(1_900),
    },
    Region {
        name: "ap-south",
        short: "ap",
        away: Span::millis(60),
        orders: Span::millis(1_700),
        tasks: Span::millis(2_300),
    },
];

/// Where everything is gathered. It is also the hub: the regions reach each other through it.
const HUB: &str = "analytics";

/// What stays in the region in which it is published. Without this an order would be stored by every
/// region whose ORDERS listens to it, and acknowledged by each.
const AT_HOME: [&str; 2] = ["orders.>", "tasks.>"];

/// Three regions of three servers and a hub, with streams, buckets and applications in each.
pub fn whole_picture() -> Topology {
    let mut topology = Topology::single("us-east", &["n1", "n2", "n3"]);
    let like = topology.clusters[0].clone();
    let cluster = |name: &str, servers: Vec<String>| Cluster {
        name: name.to_owned(),
        domain: Some(name.to_owned()),
        servers,
        ..like.clone()
    };
    let regions = REGIONS.iter().map(|region| cluster(region.name, like.servers.clone()));
    let hub = cluster(HUB, vec!["n1".to_owned()]);
    topology.clusters = regions.chain([hub]).collect();
    let kept = || AT_HOME.map(str::to_owned).to_vec();
    topology.links = REGIONS
        .iter()
        .map(|region| ClusterLink {
            link: LinkSpec::latency(region.away),
            deny_imports: kept(),
            deny_exports: kept(),
            ..ClusterLink::leaf(region.name, HUB)
        })
        .collect();
    topology.clients = REGIONS.iter().flat_map(apps).collect();
    topology.clients.extend([gatherer("dashboard", "ORDERS-GLOBAL"), console(HUB)]);
    topology.setup = setup();
    topology
}

/// The name of the console in a cluster.
fn console_of(cluster: &str) -> String {
    if cluster == "us-east" { "cli".to_owned() } else { format!("cli-{cluster}") }
}

fn console(cluster: &str) -> ClientSpec {
    let server = if cluster == HUB { "n1" } else { "n2" };
    client(&console_of(cluster), cluster, server, Role::Console)
}

/// The applications of a region: one that sells, one that makes work, two that do it, one that lives off
/// the configuration, and the console.
fn apps(region: &Region) -> Vec<ClientSpec> {
    let Region { name, short, orders, tasks, .. } = region;
    let shop = Publisher {
        subject: "orders.{{Cycle standard standard premium}}.new".to_owned(),
        text: format!("{{\"{short}\":{{{{Count}}}}}}"),
        every: *orders,
        ..Publisher::default()
    };
    let desk = Publisher {
        subject: "tasks.{{Cycle resize mail bill}}".to_owned(),
        text: "{\"task\":{{Count}}}".to_owned(),
        every: *tasks,
        message_ids: true,
        ..Publisher::default()
    };
    let worker = |n: u32, server: &str| {
        let does = Worker { processing: Span::secs(2), create: None, ..Worker::default() };
        app(&format!("worker-{short}-{n}"), name, server, Behaviour::Worker(Box::new(does)))
    };
    let config = KvApp { key: "db.>".to_owned(), ..KvApp::of(Job::Config) };
    let mut apps = vec![
        app(&format!("shop-{short}"), name, "n1", Behaviour::Publisher(Box::new(shop))),
        app(&format!("desk-{short}"), name, "n3", Behaviour::Publisher(Box::new(desk))),
        worker(1, "n1"),
        worker(2, "n2"),
        app(&format!("api-{short}"), name, "n3", Behaviour::Kv(Box::new(config))),
        console(name),
    ];
    if *name == "us-east" {
        apps.push(ClientSpec {
            publishes: Some(("$KV.config.db.host".to_owned(), "db-{{Count}}.internal".to_owned())),
            ..client("admin", name, "n2", Role::Publisher)
        });
    }
    apps
}

/// Somebody who reads all of a stream of the hub.
fn gatherer(name: &str, stream: &str) -> ClientSpec {
    let source = Source::Ordered {
        stream: stream.to_owned(),
        filters: Vec::new(),
        deliver: Deliver::All,
        pull: false,
    };
    let reads = Subscriber { source, ..Subscriber::default() };
    app(name, HUB, "n1", Behaviour::Subscriber(Box::new(reads)))
}

/// What was set up before anybody looked, each by the console of its own region.
fn setup() -> Vec<Setup> {
    let mut setup = Vec::new();
    for Region { name, .. } in &REGIONS {
        setup.push(stream(name, "ORDERS", r#""subjects":["orders.>"],"num_replicas":3"#));
        setup.push(stream(
            name,
            "TASKS",
            r#""subjects":["tasks.>"],"retention":"workqueue","num_replicas":3"#,
        ));
        setup.push(api(
            name,
            "CONSUMER.CREATE.TASKS.workers",
            r#"{"stream_name":"TASKS","config":{"name":"workers","durable_name":"workers","ack_policy":"explicit","ack_wait":5000000000}}"#,
        ));
    }
    let first = &REGIONS[0];
    setup.push(bucket(first.name, Bucket { history: 5, ..Bucket::default() }));
    let values = [("db.host", "db-0.internal"), ("db.port", "5432"), ("log.level", "info")];
    for (key, value) in values {
        let put = Op::key(Act::Put, "config", key).value(value);
        setup.push(asked(first.name, Call::Kv(Box::new(put))));
    }
    setup.push(stream(
        first.name,
        "OBJ_assets",
        r#""subjects":["$O.assets.C.>","$O.assets.M.>"],"num_replicas":3,"allow_rollup_hdrs":true,"allow_direct":true,"discard":"new""#,
    ));
    let motd =
        ObjectOp::put("assets", "motd.txt", Content::Text("Store files as messages.\n".into()));
    setup.push(asked(first.name, Call::Object(Box::new(motd))));
    for at in &REGIONS {
        for of in REGIONS.iter().filter(|of| of.name != at.name) {
            let name = format!("ORDERS-{}", of.short.to_uppercase());
            setup.push(mirror(at.name, &name, "ORDERS", of.name));
        }
        if at.name != first.name {
            let mirrored = Bucket {
                history: 5,
                mirror: "config".to_owned(),
                mirror_domain: first.name.to_owned(),
                ..Bucket::default()
            };
            setup.push(bucket(at.name, mirrored));
            setup.push(mirror(at.name, "OBJ_assets", "OBJ_assets", first.name));
        }
    }
    let sources = REGIONS.iter().map(|Region { name, short, .. }| {
        format!(
            r#"{{"name":"ORDERS","external":{{"api":"$JS.{name}.API","deliver":""}},"subject_transforms":[{{"src":"orders.>","dest":"{short}.orders.>"}}]}}"#
        )
    });
    let sources: Vec<String> = sources.collect();
    setup.push(stream(HUB, "ORDERS-GLOBAL", &format!(r#""sources":[{}]"#, sources.join(","))));
    setup.push(stream(
        HUB,
        "HIGH-VALUE-ORDERS",
        r#""sources":[{"name":"ORDERS-GLOBAL","filter_subject":"*.orders.premium.>"}]"#,
    ));
    setup
}

fn asked(cluster: &str, call: Call) -> Setup {
    Setup { client: console_of(cluster), call }
}

fn api(cluster: &str, subject: &str, body: &str) -> Setup {
    let (subject, body) = (format!("$JS.API.{subject}"), body.to_owned());
    asked(cluster, Call::Api { subject, body })
}

fn stream(cluster: &str, name: &str, fields: &str) -> Setup {
    let body = format!(r#"{{"name":"{name}","storage":"file",{fields}}}"#);
    api(cluster, &format!("STREAM.CREATE.{name}"), &body)
}

fn mirror(cluster: &str, name: &str, of: &str, domain: &str) -> Setup {
    let fields = format!(
        r#""num_replicas":3,"mirror":{{"name":"{of}","external":{{"api":"$JS.{domain}.API","deliver":""}}}}"#
    );
    stream(cluster, name, &fields)
}

fn bucket(cluster: &str, config: Bucket) -> Setup {
    let config = Some(Box::new(Bucket { replicas: 3, direct: true, ..config }));
    // As the nats command does it: the Python client knows no mirrored buckets.
    let dialect = Dialect::Go;
    asked(cluster, Call::Kv(Box::new(Op { config, dialect, ..Op::new(Act::Add, "config") })))
}
