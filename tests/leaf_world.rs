//! Clusters joined by leaf links, seen from the clients of each.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what goes wrong here is to stop the test")]

mod leaf_support;

use leaf_support::{Wires, cluster};
use windtunnel::kernel::{EventKind, LinkSpec, ProcState, Span};
use windtunnel::server;
use windtunnel::world::{
    Cluster, ClusterLink, Input, LinkKind, Note, Topology, TopologyError, World,
};

fn joined(clusters: Vec<Cluster>, links: Vec<ClusterLink>) -> Topology {
    Topology { clusters, links, ..Topology::single("none", &["none"]) }
}

/// A hub and a leaf of so many servers each.
fn hub_and_edge(hub: usize, edge: usize) -> Topology {
    joined(vec![cluster("hub", hub), cluster("edge", edge)], vec![ClusterLink::leaf("edge", "hub")])
}

fn notes(world: &World, is: impl Fn(&server::Note) -> bool) -> usize {
    let notes = world.sim().trace().iter();
    notes.filter(|e| matches!(&e.kind, EventKind::Note(Note::Server(note)) if is(note))).count()
}

#[test]
fn a_publish_is_stored_in_every_domain_that_captures_its_subject() {
    let mut wires = Wires::new(hub_and_edge(1, 1));
    let (hub, edge) = (wires.connect("hub", 0), wires.connect("edge", 0));
    for wire in [hub, edge] {
        let config = r#"{"name":"S","subjects":["s.>"]}"#;
        let created = wires.request(wire, "$JS.API.STREAM.CREATE.S", config);
        assert!(created[0].contains("did_create"), "{created:?}");
    }
    wires.pass(Span::millis(100));
    let mut acks = wires.request(edge, "s.1", "x");
    acks.sort();
    assert_eq!(
        acks,
        [r#"{"stream":"S","domain":"edge","seq":1}"#, r#"{"stream":"S","domain":"hub","seq":1}"#]
    );
}

#[test]
fn an_acknowledgement_counts_in_both_domains_that_have_the_consumer() {
    let mut wires = Wires::new(hub_and_edge(1, 1));
    let (hub, edge) = (wires.connect("hub", 0), wires.connect("edge", 0));
    for (wire, name) in [(hub, "hub"), (edge, "edge")] {
        let config = format!(r#"{{"name":"S","subjects":["{name}.>"]}}"#);
        wires.request(wire, "$JS.API.STREAM.CREATE.S", &config);
        let config = r#"{"stream_name":"S","config":{"durable_name":"c","ack_policy":"explicit"}}"#;
        wires.request(wire, "$JS.API.CONSUMER.DURABLE.CREATE.S.c", config);
        wires.request(wire, &format!("{name}.1"), "x");
        wires.pass(Span::millis(100));
    }
    let replies = |wires: &mut Wires, wire| {
        wires.publish(wire, "$JS.API.CONSUMER.MSG.NEXT.S.c", Some("_INBOX.next"), "1");
        wires.pass(Span::millis(200));
        wires.take(wire).into_iter().filter_map(|message| message.reply).next_back().unwrap()
    };
    for wire in [hub, edge] {
        wires.subscribe(wire, "_INBOX.next", None);
    }
    wires.pass(Span::millis(100));
    let reply = replies(&mut wires, hub);
    replies(&mut wires, edge);
    // A worker that has only ever seen the hub's message answers.
    wires.publish(hub, &reply, None, "+ACK");
    wires.pass(Span::millis(200));
    for wire in [hub, edge] {
        let info = wires.request(wire, "$JS.API.CONSUMER.INFO.S.c", "");
        assert!(info[0].contains(r#""num_ack_pending":0"#), "{info:?}");
    }
}

#[test]
fn buckets_of_another_domain_are_reached_by_its_api_only() {
    let mut wires = Wires::new(hub_and_edge(3, 3));
    let (hub, edge) = (wires.connect("hub", 1), wires.connect("edge", 2));
    let config = r#"{"name":"KV_b","subjects":["$KV.b.>"],"num_replicas":3,"allow_direct":true,
        "max_msgs_per_subject":1}"#;
    assert!(wires.request(hub, "$JS.API.STREAM.CREATE.KV_b", config)[0].contains("did_create"));
    wires.pass(Span::millis(200));
    assert_eq!(wires.request(edge, "$KV.b.k", "x"), ["503"]);
    let acks = wires.request(edge, "$JS.hub.API.$KV.b.k", "x");
    assert_eq!(acks, [r#"{"stream":"KV_b","domain":"hub","seq":1}"#]);
    let got = wires.request(edge, "$JS.hub.API.DIRECT.GET.KV_b.$KV.b.k", "");
    assert_eq!(got, ["x"]);
    assert_eq!(wires.request(edge, "$JS.hub.API.$O.b.k", "x"), ["503"]);
    assert_eq!(wires.request(edge, "$JS.elsewhere.API.INFO", ""), ["503"]);
    let other = r#"{"name":"KV_e","subjects":["$KV.e.>"],"allow_direct":true}"#;
    assert!(wires.request(edge, "$JS.API.STREAM.CREATE.KV_e", other)[0].contains("did_create"));
    wires.pass(Span::millis(200));
    assert_eq!(wires.request(hub, "$KV.e.k", "x"), ["503"]);
    assert_eq!(wires.request(hub, "$JS.edge.API.$KV.e.k", "x").len(), 1);
    let missing = wires.request(edge, "$JS.API.STREAM.INFO.KV_b", "");
    assert!(missing.len() == 1 && missing[0].contains("10059"), "{missing:?}");
    let info = wires.request(edge, "$JS.hub.API.STREAM.INFO.KV_b", "");
    assert!(info.len() == 1 && info[0].contains(r#""domain":"hub""#), "{info:?}");
}

#[test]
fn a_leaf_finds_another_server_of_its_hub_when_the_one_it_has_dies() {
    let mut wires = Wires::new(hub_and_edge(3, 1));
    let (hub, edge) = (wires.connect("hub", 2), wires.connect("edge", 0));
    wires.subscribe(hub, "a", None);
    wires.pass(Span::millis(200));
    let peer = |wires: &Wires| {
        let server = wires.world.process("edge/edge-0").unwrap();
        wires.world.server(server).unwrap().leafs().next().map(|leaf| leaf.peer)
    };
    let first = peer(&wires).unwrap();
    assert_eq!(wires.world.name(first), "hub/hub-0");
    let process = wires.world.name(first).to_owned();
    wires.give(Input::Crash { process, lose_disk: false });
    wires.pass(Span::millis(100));
    assert_eq!(peer(&wires), None);
    wires.pass(Span::secs(2));
    let second = peer(&wires).unwrap();
    assert!(second != first && wires.world.sim().state(second) == Some(ProcState::Up));
    wires.publish(edge, "a", None, "x");
    wires.pass(Span::millis(200));
    assert_eq!(wires.take(hub).len(), 1);
}

#[test]
fn links_between_clusters_can_be_cut_slowed_and_blocked_by_the_names_of_the_clusters() {
    let mut wires = Wires::new(hub_and_edge(2, 2));
    let (hub, edge) = (wires.connect("hub", 0), wires.connect("edge", 0));
    wires.subscribe(hub, "a", None);
    wires.pass(Span::millis(200));
    let heard = |wires: &mut Wires, within: u64| {
        wires.publish(edge, "a", None, "x");
        wires.pass(Span::millis(within));
        wires.take(hub).len()
    };
    assert_eq!(heard(&mut wires, 30), 1);
    let (a, b) = ("edge".to_owned(), "hub".to_owned());
    let spec = LinkSpec::latency(Span::millis(150));
    wires.give(Input::Link { a: a.clone(), b: b.clone(), spec });
    assert_eq!((heard(&mut wires, 140), heard(&mut wires, 140)), (0, 1));
    wires.pass(Span::secs(1));
    wires.take(hub);
    wires.give(Input::Cut { a: a.clone(), b: b.clone() });
    assert_eq!(heard(&mut wires, 5_000), 0);
    wires.give(Input::Heal { a: a.clone(), b: b.clone() });
    wires.pass(Span::secs(3));
    assert_eq!(heard(&mut wires, 1_000), 1);
    wires.give(Input::Block { from: a.clone(), to: b.clone() });
    assert_eq!(heard(&mut wires, 5_000), 0);
    wires.give(Input::Heal { a, b });
    wires.pass(Span::secs(1));
    assert_eq!(wires.take(hub).len(), 1);
}

#[test]
fn what_a_link_denies_stays_at_home_and_the_trace_says_so() {
    let mut topology = hub_and_edge(1, 1);
    topology.links[0].deny_exports = vec!["home.>".to_owned()];
    topology.links[0].deny_imports = vec!["far.>".to_owned()];
    let mut wires = Wires::new(topology);
    let (hub, edge) = (wires.connect("hub", 0), wires.connect("edge", 0));
    for wire in [hub, edge] {
        wires.subscribe(wire, ">", None);
    }
    wires.pass(Span::millis(100));
    wires.publish(edge, "home.1", None, "x");
    wires.publish(hub, "far.1", None, "x");
    wires.pass(Span::millis(100));
    let subjects = |wires: &mut Wires, wire| -> Vec<String> {
        wires.take(wire).into_iter().map(|message| message.subject).collect()
    };
    assert_eq!(subjects(&mut wires, hub), ["far.1"]);
    assert_eq!(subjects(&mut wires, edge), ["home.1"]);
    wires.publish(edge, "far.2", None, "x");
    wires.publish(hub, "home.2", None, "x");
    wires.pass(Span::millis(100));
    // What does not come in does not go out either: so it is on the real server.
    assert_eq!(subjects(&mut wires, hub), ["home.2"]);
    assert_eq!(subjects(&mut wires, edge), ["far.2", "home.2"]);
    let withheld = |note: &server::Note| matches!(note, server::Note::Withheld { .. });
    assert_eq!(notes(&wires.world, withheld), 3);
}

#[test]
fn servers_whose_leaf_links_go_round_in_a_circle_notice_it() {
    let links = [("b", "a"), ("c", "a"), ("c", "b")].map(|(from, to)| ClusterLink::leaf(from, to));
    let clusters = ["a", "b", "c"].map(|name| cluster(name, 1)).to_vec();
    let wires = Wires::new(joined(clusters, links.to_vec()));
    let found = |note: &server::Note| matches!(note, server::Note::LoopFound { .. });
    assert!(notes(&wires.world, found) > 0);
}

#[test]
fn a_topology_that_cannot_be_says_why() {
    type Change = fn(&mut Topology);
    let why = |change: Change| {
        let mut topology = hub_and_edge(1, 1);
        change(&mut topology);
        match topology.validate() {
            Err(TopologyError::Link { why, .. }) => why,
            other => panic!("{other:?}"),
        }
    };
    let cases: [(Change, &str); 6] = [
        (|t| t.links[0].kind = LinkKind::Gateway, "gateways are not simulated yet"),
        (|t| t.links[0].to = "edge".to_owned(), "not one with itself"),
        (
            |t| t.links[0].to = "nowhere".to_owned(),
            "there is no cluster \"nowhere\"; there are hub",
        ),
        (|t| t.links.push(ClusterLink::leaf("hub", "edge")), "joined already"),
        (|t| t.clusters[0].domain = None, "needs a JetStream domain of its own"),
        (|t| t.clusters[0].domain = Some("edge".to_owned()), "that of another cluster"),
    ];
    for (change, wanted) in cases {
        let why = why(change);
        assert!(why.contains(wanted), "{why}");
    }
    let topology = hub_and_edge(2, 1);
    let text = windtunnel::nats::json::text(&topology);
    assert_eq!(Topology::from_json(&text), Ok(topology));
    // Topologies from before there were links have none.
    let single = Topology::single("c", &["n1"]);
    let text = windtunnel::nats::json::text(&single);
    assert!(!text.contains("links"), "{text}");
    assert_eq!(Topology::from_json(&text), Ok(single));
}
