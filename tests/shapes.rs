//! Whatever number of clusters and servers, as a hub with spokes or as a chain: all groups converge, what
//! is published anywhere is heard everywhere, every domain answers, and a mirror at one end follows its
//! origin at the other. What cannot be is refused, in words that say what can.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "what goes wrong here is to stop the test")]

mod leaf_support;

use leaf_support::{Wires, cluster};
use proptest::prelude::*;
use windtunnel::kernel::{LinkSpec, Span};
use windtunnel::world::check::{has_converged, mirrors_agree, mirrors_are_complete};
use windtunnel::world::{Cluster, ClusterLink, Topology};

fn name(n: usize) -> String {
    format!("c{n}")
}

fn shape(sizes: &[usize], chain: bool, latency: u64) -> Topology {
    let clusters = sizes.iter().enumerate().map(|(n, size)| cluster(&name(n), *size));
    let links = (1..sizes.len()).map(|n| ClusterLink {
        link: LinkSpec::latency(Span::millis(latency)),
        ..ClusterLink::leaf(&name(n), &name(if chain { n - 1 } else { 0 }))
    });
    Topology {
        clusters: clusters.collect(),
        links: links.collect(),
        ..Topology::single("none", &["none"])
    }
}

fn check(sizes: &[usize], chain: bool, latency: u64) -> Result<(), TestCaseError> {
    let mut wires = Wires::new(shape(sizes, chain, latency));
    let last = sizes.len() - 1;
    // A connection to each cluster, not always to its first server.
    let all: Vec<usize> =
        sizes.iter().enumerate().map(|(n, size)| wires.connect(&name(n), n % size)).collect();
    let sids: Vec<usize> = all.iter().map(|wire| wires.subscribe(*wire, "x.>", None)).collect();
    wires.pass(Span::secs(5));
    prop_assert_eq!(has_converged(&wires.world), Ok(()));
    for (n, from) in all.iter().enumerate() {
        wires.publish(*from, &format!("x.{n}"), None, "hello");
        wires.pass(Span::secs(2));
        for (m, (wire, sid)) in all.iter().zip(&sids).enumerate() {
            let heard = wires.take(*wire).into_iter().filter(|got| got.sid == *sid).count();
            prop_assert_eq!(heard, 1, "what c{} publishes comes to c{}", n, m);
        }
    }
    for n in 0..sizes.len() {
        let answers = wires.request(all[last], &format!("$JS.c{n}.API.INFO"), "");
        wires.pass(Span::secs(1));
        prop_assert!(
            answers.len() == 1 && answers[0].contains(&format!("\"domain\":\"c{n}\"")),
            "{:?}",
            answers
        );
    }
    let replicas = if sizes[0] >= 3 { 3 } else { 1 };
    let origin = format!(r#"{{"name":"O","subjects":["o.>"],"num_replicas":{replicas}}}"#);
    wires.request(all[0], "$JS.API.STREAM.CREATE.O", &origin);
    let external = if last > 0 { r#","external":{"api":"$JS.c0.API"}"# } else { "" };
    let replicas = if sizes[last] >= 3 { 3 } else { 1 };
    let copy =
        format!(r#"{{"name":"M","mirror":{{"name":"O"{external}}},"num_replicas":{replicas}}}"#);
    wires.request(all[last], "$JS.API.STREAM.CREATE.M", &copy);
    for n in 0..3 {
        wires.publish(all[n % all.len()], "o.1", None, &n.to_string());
    }
    wires.pass(Span::secs(40));
    let mirror =
        wires.world.stream(last, "M").map(|view| view.best().unwrap().stream.store().len());
    prop_assert_eq!(mirror, Some(3));
    prop_assert_eq!(mirrors_agree(&wires.world), Ok(()));
    prop_assert_eq!(mirrors_are_complete(&wires.world), Ok(()));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_hub_and_every_chain_works(
        sizes in prop::collection::vec(1..=5_usize, 1..=8),
        chain in any::<bool>(),
        // A question is waited for for a second, and seven links lie between the ends of the longest chain.
        latency in 1..60_u64,
    ) {
        check(&sizes, chain, latency)?;
    }
}

#[test]
fn the_largest_and_the_smallest_work() {
    check(&[5; 8], true, 30).unwrap();
    check(&[5, 4, 3, 2, 1, 1, 2, 5], false, 90).unwrap();
    check(&[1; 8], true, 10).unwrap();
    check(&[1], false, 10).unwrap();
}

#[test]
fn what_cannot_be_is_refused_in_words_that_say_what_can() {
    let why = |topology: Topology| topology.validate().unwrap_err().to_string();
    let one = shape(&[1], false, 1);
    let mut none = one.clone();
    none.clusters.clear();
    assert_eq!(why(none), "a topology needs at least one cluster");
    assert_eq!(why(shape(&[1; 9], true, 1)), "a topology has at most 8 clusters, this one has 9");
    assert_eq!(why(shape(&[1, 6], true, 1)), "cluster c1 has 6 servers; 1 to 5 are possible");
    assert_eq!(why(shape(&[0], true, 1)), "cluster c0 has 0 servers; 1 to 5 are possible");
    let twice = Topology { clusters: vec![cluster("c", 1), cluster("c", 1)], ..one.clone() };
    assert_eq!(why(twice), "cluster name \"c\" is used twice");
    let spaced = Cluster { name: "c d".to_owned(), ..cluster("c", 1) };
    let spaced = Topology { clusters: vec![spaced], ..one };
    assert!(why(spaced).starts_with("cluster name \"c d\" cannot be used: use letters"));
}
