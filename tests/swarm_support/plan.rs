//! What a world of the swarm is made of: clusters and the leaf links between them, the streams, mirrors,
//! sources, work queues and buckets in them, and the applications. All of it follows from the seed.

use windtunnel::client::behaviour::{Worker, WorkerMode};
use windtunnel::client::kv::{Act, Bucket, Op};
use windtunnel::client::{Behaviour, Call, ConsumerDraft};
use windtunnel::kernel::{LinkSpec, Ratio, Rng, Span};
use windtunnel::server::{JetStreamSettings, ServerSettings};
use windtunnel::world::{ClientSpec, Cluster, ClusterLink, Role, Setup, Topology};

/// How many clusters have one server, two, and so on: worlds of all sizes, but not too many large ones.
const SIZES: [usize; 8] = [1, 1, 2, 3, 3, 3, 4, 5];

/// A world before it begins, and how to load it.
pub(crate) struct Plan {
    pub(crate) topology: Topology,
    /// Who publishes on which subject.
    pub(crate) publishes: Vec<(String, String)>,
    /// Who writes which bucket.
    pub(crate) buckets: Vec<(String, String)>,
    /// How many streams there are, buckets included.
    pub(crate) streams: usize,
    /// In a few words.
    pub(crate) about: String,
}

impl Plan {
    pub(crate) fn new(seed: u64) -> Self {
        let mut rng = Rng::new(seed).fork("plan");
        let clusters = clusters(&mut rng);
        let (shape, links) = links(&mut rng, &clusters);
        let sizes: Vec<usize> = clusters.iter().map(|cluster| cluster.servers.len()).collect();
        let about = format!("{shape} of {sizes:?} servers");
        let topology = Topology { seed, clusters, links, ..Topology::single("c", &["n"]) };
        let none = (Vec::new(), Vec::new());
        let mut plan = Self { topology, publishes: none.0, buckets: none.1, streams: 0, about };
        for at in 0..sizes.len() {
            plan.fill(&mut rng, at);
        }
        for at in 0..sizes.len() {
            plan.follow(&mut rng, at);
        }
        let mut rng = Rng::new(seed).fork("more");
        for at in 0..sizes.len() {
            plan.hand_on(&mut rng, at);
        }
        if rng.below(2) == 0 {
            plan.stay_at_home(&mut rng);
        }
        plan.flush(&mut Rng::new(seed).fork("flush"));
        plan
    }

    /// Gives a cluster its streams, a work queue and a bucket, and the applications that use them. Every
    /// cluster has subjects of its own, so that no other one stores what is meant for it.
    fn fill(&mut self, rng: &mut Rng, at: usize) {
        let c = self.topology.clusters[at].name.clone();
        let (a, b) = (format!("{c}-a"), format!("{c}-b"));
        for name in [&a, &b] {
            self.client(&c, name, Role::Publisher, None);
        }
        let replicas = self.replicas(rng, at);
        self.stream(&a, format!(r#""name":"ORDERS-{c}","subjects":["{c}.o.>"]"#), replicas);
        self.stream(&a, format!(r#""name":"PLAIN-{c}","subjects":["{c}.p.>"]"#), 1);
        let replicas = self.replicas(rng, at);
        let tasks = format!(r#""name":"TASKS-{c}","subjects":["{c}.t"],"retention":"workqueue""#);
        self.stream(&a, tasks, replicas);
        for (client, subject) in
            [(&a, "o.a"), (&b, "o.a"), (&b, "o.b"), (&a, "p.a"), (&a, "t"), (&b, "t")]
        {
            self.publishes.push((client.clone(), format!("{c}.{subject}")));
        }
        let mode = if rng.below(2) == 0 { WorkerMode::Pull } else { WorkerMode::Queue };
        for n in 1..=1 + rng.below(3) {
            let worker = Worker {
                stream: format!("TASKS-{c}"),
                consumer: format!("workers-{c}"),
                mode,
                create: Some(Box::new(ConsumerDraft {
                    ack_wait: Some(Span::secs(3)),
                    ..ConsumerDraft::default()
                })),
                processing: rng.span(Span::millis(1), Span::millis(400)),
                crash: Ratio::percent(rng.below(10) as u32),
                nak: Ratio::percent(rng.below(20) as u32),
                batch: 1 + rng.below(4) as u32,
                max_in_hand: 8,
                ..Worker::default()
            };
            let behaviour = Some(Behaviour::Worker(Box::new(worker)));
            self.client(&c, &format!("{c}-w{n}"), Role::Worker, behaviour);
        }
        let replicas = self.replicas(rng, at) as u32;
        let bucket = format!("config-{c}");
        let config = Some(Box::new(Bucket { history: 64, replicas, ..Bucket::default() }));
        let call = Call::Kv(Box::new(Op { config, ..Op::new(Act::Add, &bucket) }));
        self.topology.setup.push(Setup { client: b.clone(), call });
        self.streams += 1;
        self.buckets.extend([(a, bucket.clone()), (b, bucket)]);
    }

    /// Gives a cluster a mirror and a stream with sources, of its own streams or of others'.
    fn follow(&mut self, rng: &mut Rng, at: usize) {
        let c = self.topology.clusters[at].name.clone();
        let client = format!("{c}-a");
        let origin = rng.below(self.topology.clusters.len() as u64) as usize;
        let filter = ["", r#","filter_subject":"*.o.a""#][rng.below(2) as usize];
        let origin = self.origin("ORDERS", origin, at, filter);
        let replicas = self.replicas(rng, at);
        self.stream(&client, format!(r#""name":"MIRROR-{c}","mirror":{origin}"#), replicas);
        if rng.below(3) == 0 {
            let origin = format!(r#"{{"name":"MIRROR-{c}"}}"#);
            self.stream(&client, format!(r#""name":"AGAIN-{c}","mirror":{origin}"#), 1);
        }
        let mut sources = Vec::new();
        for origin in 0..self.topology.clusters.len() {
            if origin == at || rng.below(2) == 0 {
                sources.push(self.origin("ORDERS", origin, at, ""));
            }
            if rng.below(3) == 0 {
                let change =
                    r#","subject_transforms":[{"src":"*.p.>","dest":"plain.{{wildcard(1)}}.>"}]"#;
                sources.push(self.origin("PLAIN", origin, at, change));
            }
        }
        let sources = sources.join(",");
        let replicas = self.replicas(rng, at);
        let all = format!(r#""name":"ALL-{c}","subjects":["{c}.all"],"sources":[{sources}]"#);
        self.stream(&client, all, replicas);
        self.publishes.push((client, format!("{c}.all")));
    }

    /// Gives a cluster, now and then, a work queue and a stream of interest whose messages go to mirrors,
    /// here or in another cluster.
    fn hand_on(&mut self, rng: &mut Rng, at: usize) {
        let c = self.topology.clusters[at].name.clone();
        for (kind, retention) in [("QUEUE", "workqueue"), ("NEWS", "interest")] {
            if rng.below(3) > 0 {
                continue;
            }
            let (client, subject) = (format!("{c}-b"), format!("{c}.{}", kind.to_lowercase()));
            let config = format!(
                r#""name":"{kind}-{c}","subjects":["{subject}"],"retention":"{retention}""#
            );
            let replicas = self.replicas(rng, at);
            self.stream(&client, config, replicas);
            let to = rng.below(self.topology.clusters.len() as u64) as usize;
            let (origin, replicas) = (self.origin(kind, at, to, ""), self.replicas(rng, to));
            let maker = format!("{}-a", self.topology.clusters[to].name);
            self.stream(&maker, format!(r#""name":"{kind}-OF-{c}","mirror":{origin}"#), replicas);
            self.publishes.push((client, subject));
        }
    }

    /// All clusters have a stream of the same subjects, which no link carries.
    fn stay_at_home(&mut self, rng: &mut Rng) {
        for link in &mut self.topology.links {
            for denied in [&mut link.deny_imports, &mut link.deny_exports] {
                denied.push("home.>".to_owned());
            }
        }
        for at in 0..self.topology.clusters.len() {
            let c = self.topology.clusters[at].name.clone();
            let (client, replicas) = (format!("{c}-a"), self.replicas(rng, at));
            self.stream(&client, format!(r#""name":"HOME-{c}","subjects":["home.>"]"#), replicas);
            self.publishes.push((client, "home.x".to_owned()));
        }
    }

    /// How often the disks of each cluster are flushed: every two minutes as usual, more often, or with every
    /// write.
    fn flush(&mut self, rng: &mut Rng) {
        for cluster in &mut self.topology.clusters {
            let sync_interval = [Span::ZERO, Span::secs(3), Span::secs(120)][rng.below(3) as usize];
            for server in &cluster.servers {
                let jetstream = JetStreamSettings { sync_interval, ..JetStreamSettings::default() };
                let settings =
                    ServerSettings { jetstream: Some(jetstream), ..ServerSettings::default() };
                cluster.settings.insert(server.clone(), settings);
            }
        }
    }

    /// A stream of cluster `of`, as cluster `at` names it.
    fn origin(&self, kind: &str, of: usize, at: usize, more: &str) -> String {
        let of_name = &self.topology.clusters[of].name;
        let external = if of == at {
            String::new()
        } else {
            format!(r#","external":{{"api":"$JS.{of_name}.API"}}"#)
        };
        format!(r#"{{"name":"{kind}-{of_name}"{external}{more}}}"#)
    }

    /// Three copies where there are servers for them, mostly.
    fn replicas(&self, rng: &mut Rng, at: usize) -> usize {
        let servers = self.topology.clusters[at].servers.len();
        if servers >= 3 && rng.below(5) > 0 { 3 } else { 1 }
    }

    fn stream(&mut self, client: &str, config: String, replicas: usize) {
        let name = config.split('"').nth(3).unwrap_or_default();
        let subject = format!("$JS.API.STREAM.CREATE.{name}");
        let body = format!(r#"{{{config},"num_replicas":{replicas}}}"#);
        let call = Call::Api { subject, body };
        self.topology.setup.push(Setup { client: client.to_owned(), call });
        self.streams += 1;
    }

    fn client(&mut self, cluster: &str, name: &str, role: Role, behaviour: Option<Behaviour>) {
        let (name, cluster) = (name.to_owned(), cluster.to_owned());
        let spec = ClientSpec { name, cluster, role, behaviour, ..ClientSpec::default() };
        self.topology.clients.push(spec);
    }
}

/// One to four clusters, each its own domain.
fn clusters(rng: &mut Rng) -> Vec<Cluster> {
    let count = 1 + rng.below(4);
    let cluster = |n| {
        let size = SIZES[rng.below(SIZES.len() as u64) as usize];
        let servers: Vec<String> = (1..=size).map(|n| format!("n{n}")).collect();
        let (name, domain) = (format!("c{n}"), Some(format!("c{n}")));
        Cluster { name, domain, servers, ..Topology::single("c", &["n"]).clusters[0].clone() }
    };
    (1..=count).map(cluster).collect()
}

/// A hub with spokes, or a chain.
fn links(rng: &mut Rng, clusters: &[Cluster]) -> (&'static str, Vec<ClusterLink>) {
    let chain = rng.below(2) == 0;
    let mut links = Vec::new();
    for (n, leaf) in clusters.iter().enumerate().skip(1) {
        let hub = &clusters[if chain { n - 1 } else { 0 }];
        let latency = rng.span(Span::millis(1), Span::millis(80));
        let link = LinkSpec { jitter: Span::millis(rng.below(5)), ..LinkSpec::latency(latency) };
        links.push(ClusterLink { link, ..ClusterLink::leaf(&leaf.name, &hub.name) });
    }
    (if chain { "chain" } else { "hub" }, links)
}
