//! Who hears what across leaf links equals what a naive model says: every plain subscription that
//! matches hears a message once, and of every queue group one member does, at home if there is one. A
//! leaf of two hubs passes nothing from one to the other, as a real one does not.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "what goes wrong here is to stop the test")]

mod leaf_support;

use leaf_support::{Wires, cluster};
use proptest::prelude::*;
use windtunnel::kernel::Span;
use windtunnel::nats::subject::matches;
use windtunnel::world::{ClusterLink, Topology};

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// A place: a cluster and one of its servers, both to be taken modulo how many there are.
type Place = (usize, usize);

#[derive(Debug, Clone)]
struct Sub {
    at: Place,
    subject: &'static str,
    queue: Option<&'static str>,
    /// Whether it ends before anything is published.
    ends: bool,
}

#[derive(Debug, Clone)]
struct Plan {
    /// How many servers each cluster has.
    servers: Vec<usize>,
    /// For each cluster but the first, an earlier one that it is joined to, and whether as its leaf.
    joins: Vec<(usize, bool)>,
    subs: Vec<Sub>,
    publishes: Vec<(Place, &'static str)>,
    /// A server whose death and return comes before the publishes.
    restarts: Option<Place>,
}

fn place() -> impl Strategy<Value = Place> + Clone {
    (0..4_usize, 0..3_usize)
}

fn plan() -> impl Strategy<Value = Plan> {
    let subject = prop::sample::select(vec!["x.1", "x.2", "x.*", "x.>", ">", "y.1", "*.1"]);
    let queue = prop::option::of(prop::sample::select(vec!["q", "r"]));
    let sub = (place(), subject, queue, prop::bool::weighted(0.2))
        .prop_map(|(at, subject, queue, ends)| Sub { at, subject, queue, ends });
    let publish = (place(), prop::sample::select(vec!["x.1", "x.2", "y.1"]));
    (1..=4_usize).prop_flat_map(move |clusters| {
        (
            prop::collection::vec(1..=3_usize, clusters),
            prop::collection::vec((0..4_usize, any::<bool>()), clusters - 1),
            prop::collection::vec(sub.clone(), 0..8),
            prop::collection::vec(publish.clone(), 1..6),
            prop::option::weighted(0.3, place()),
        )
            .prop_map(|(servers, joins, subs, publishes, restarts)| Plan {
                servers,
                joins,
                subs,
                publishes,
                restarts,
            })
    })
}

impl Plan {
    fn topology(&self) -> Topology {
        let clusters = self.servers.iter().zip(NAMES).map(|(n, name)| cluster(name, *n)).collect();
        let links = self.joins.iter().enumerate().map(|(n, (other, is_leaf))| {
            let (this, other) = (NAMES[n + 1], NAMES[other % (n + 1)]);
            match is_leaf {
                true => ClusterLink::leaf(this, other),
                false => ClusterLink::leaf(other, this),
            }
        });
        Topology { clusters, links: links.collect(), ..Topology::single("none", &["none"]) }
    }

    /// The clusters that hear what is published in one: from leaf to hub as often as there are hubs, then
    /// from hub to leaf.
    fn reached_from(&self, home: usize) -> Vec<usize> {
        let mut reached = vec![(home, true)];
        let mut n = 0;
        while let Some(&(here, upwards)) = reached.get(n) {
            for (m, (other, is_leaf)) in self.joins.iter().enumerate() {
                let (this, other) = (m + 1, other % (m + 1));
                let (leaf, hub) = if *is_leaf { (this, other) } else { (other, this) };
                let next = match here {
                    _ if here == leaf && upwards => (hub, true),
                    _ if here == hub => (leaf, false),
                    _ => continue,
                };
                // In a tree, going back is all that could lead to a place twice.
                if reached.iter().all(|(known, _)| *known != next.0) {
                    reached.push(next);
                }
            }
            n += 1;
        }
        reached.into_iter().map(|(cluster, _)| cluster).collect()
    }

    fn real(&self, (cluster, server): Place) -> Place {
        let cluster = cluster % self.servers.len();
        (cluster, server % self.servers[cluster])
    }
}

fn check(plan: &Plan) -> Result<(), TestCaseError> {
    let mut wires = Wires::new(plan.topology());
    let connect = |wires: &mut Wires, at: Place| {
        let (cluster, server) = plan.real(at);
        wires.connect(NAMES[cluster], server)
    };
    if let Some(at) = plan.restarts {
        let (cluster, server) = plan.real(at);
        let process = format!("{0}/{0}-{server}", NAMES[cluster]);
        wires.give(windtunnel::world::Input::Crash { process: process.clone(), lose_disk: false });
        wires.pass(Span::millis(1_500));
        wires.give(windtunnel::world::Input::Restart { process });
        wires.pass(Span::secs(5));
    }
    let mut subs = Vec::new();
    for sub in &plan.subs {
        let wire = connect(&mut wires, sub.at);
        let sid = wires.subscribe(wire, sub.subject, sub.queue);
        subs.push((wire, sid, sub));
    }
    wires.pass(Span::millis(300));
    for (wire, sid, _) in subs.iter().filter(|(_, _, sub)| sub.ends) {
        wires.unsubscribe(*wire, *sid);
    }
    wires.pass(Span::millis(300));
    for (n, (at, subject)) in plan.publishes.iter().enumerate() {
        let publisher = connect(&mut wires, *at);
        wires.publish(publisher, subject, None, &n.to_string());
        wires.pass(Span::millis(300));
        let home = plan.real(*at).0;
        let reached = plan.reached_from(home);
        let mut groups: Vec<(&str, usize, usize, bool)> = Vec::new();
        for (wire, sid, sub) in &subs {
            let heard = wires.take(*wire).iter().filter(|got| got.sid == *sid).count();
            let wanted = !sub.ends
                && matches(sub.subject, subject)
                && reached.contains(&plan.real(sub.at).0);
            match sub.queue {
                None => prop_assert_eq!(heard, usize::from(wanted), "{:?} of {}", sub, subject),
                Some(_) if !wanted => prop_assert_eq!(heard, 0, "{:?} of {}", sub, subject),
                Some(queue) => {
                    let at_home = plan.real(sub.at).0 == home;
                    match groups.iter_mut().find(|group| group.0 == queue) {
                        Some((_, all, here, any)) => {
                            *all += heard;
                            *here += if at_home { heard } else { 0 };
                            *any |= at_home;
                        }
                        None => {
                            groups.push((queue, heard, if at_home { heard } else { 0 }, at_home));
                        }
                    }
                }
            }
        }
        for (queue, all, here, any) in groups {
            prop_assert_eq!(all, 1, "of group {} on {}", queue, subject);
            prop_assert!(!any || here == 1, "group {} has a member at home for {}", queue, subject);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn who_hears_what_equals_the_naive_model(plan in plan()) {
        check(&plan)?;
    }
}
