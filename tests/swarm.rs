//! A swarm of worlds: each with clusters, leaf links, streams, mirrors, sources, work queues and buckets
//! at random, under load and faults at random. What must hold at any time is checked all along; when
//! everything is healed, the rest. The properties are those of `world::check`, one a file.
//!
//! Every world follows from its seed. `cargo xtask swarm --seeds N --first S` runs N of them from S on; a
//! seed that fails says so, and how to see it again.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what goes wrong here is to stop the test"
)]

mod swarm_support;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use swarm_support::{KINDS, Plan, Storm};
use windtunnel::client::Call;
use windtunnel::kernel::Span;
use windtunnel::world::Input;
use windtunnel::world::check::Violation;

/// How many seeds the test command runs.
const SEEDS: u64 = 50;

/// Seeds that once found a defect. The test command runs them too.
/// 718: a consumer's leader whose copy of the stream was behind terminated the tasks it did not have yet.
const FOUND: &[u64] = &[718];

/// Seeds at which the engine is known to be wrong, and what is wrong there.
const KNOWN: &[(u64, &str)] = &[];

/// What came of the worlds.
#[derive(Default)]
struct Sum {
    acknowledged: usize,
    answered: usize,
    /// How often each kind of fault came to pass.
    felt: BTreeMap<&'static str, usize>,
    failed: Vec<String>,
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is a number, not {text:?}")))
}

/// Runs one world; what was done to it is told if it is the only one.
fn run(seed: u64, alone: bool, sum: &mut Sum) {
    let about = Plan::new(seed).about;
    let mut storm = None;
    let result = catch_unwind(AssertUnwindSafe(|| storm.insert(Storm::new(seed)).weather()));
    let why = match result {
        Ok(Ok(())) => None,
        Ok(Err(violation)) => Some(violation.to_string()),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            Some(text.unwrap_or("it panicked").to_owned())
        }
    };
    if let Some(storm) = &storm {
        sum.acknowledged += storm.acknowledged.all().len();
        sum.answered += storm.tasks.count();
        for (kind, times) in &storm.felt.times {
            *sum.felt.entry(kind).or_default() += times;
        }
        if alone {
            eprintln!("{}seed {seed}, a {about}: {why:?}", storm.done);
        }
    }
    let Some(why) = why else { return };
    if let Some((_, known)) = KNOWN.iter().find(|(known, _)| *known == seed) {
        eprintln!("seed {seed} fails as it is known to: {known}");
        return;
    }
    let text = format!(
        "seed {seed}, a {about}: {why}\n    to see it again: cargo xtask swarm --seeds 1 --first {seed}"
    );
    eprintln!("{text}");
    sum.failed.push(text);
}

#[test]
fn every_world_of_the_swarm_weathers_its_faults() {
    let asked = number("SWARM_SEEDS");
    let first = number("SWARM_FIRST").unwrap_or(0);
    let mut all: Vec<u64> = (first..first.saturating_add(asked.unwrap_or(SEEDS))).collect();
    if asked.is_none() {
        all.extend(FOUND);
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut sum = Sum::default();
        loop {
            let Some(seed) = all.get(next.fetch_add(1, Ordering::Relaxed)) else { return sum };
            run(*seed, all.len() == 1, &mut sum);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let sums: Vec<Sum> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        handles.into_iter().map(|handle| handle.join().unwrap()).collect()
    });
    let seeds = all.len();
    let acknowledged: usize = sums.iter().map(|sum| sum.acknowledged).sum();
    let answered: usize = sums.iter().map(|sum| sum.answered).sum();
    let mut felt: BTreeMap<&str, usize> = KINDS.map(|kind| (kind, 0)).into();
    for (kind, times) in sums.iter().flat_map(|sum| &sum.felt) {
        *felt.entry(kind).or_default() += times;
    }
    let failed: Vec<String> = sums.into_iter().flat_map(|sum| sum.failed).collect();
    eprintln!(
        "{seeds} worlds from seed {first}: {acknowledged} acknowledged, {answered} tasks done; {felt:?}"
    );
    assert!(failed.is_empty(), "{} of {seeds} fail:\n{}", failed.len(), failed.join("\n"));
    // Worlds in which nothing gets through would prove nothing.
    assert!(acknowledged > 20 * seeds, "only {acknowledged} acknowledged");
    assert!(answered > 2 * seeds, "only {answered} tasks done");
    // Nor would a fault that never comes to pass.
    let never: Vec<&str> =
        felt.iter().filter(|(_, times)| **times == 0).map(|(kind, _)| *kind).collect();
    assert!((seeds as u64) < SEEDS || never.is_empty(), "in {seeds} worlds there was no {never:?}");
}

/// What a property says of a world in which something was done behind the swarm's back. The world is the
/// first that has three servers in its first cluster.
fn said_after(spoil: impl Fn(&mut Storm)) -> Option<Violation> {
    said_with("", spoil)
}

/// The same in the first such world that has this stream.
fn said_with(stream: &str, spoil: impl Fn(&mut Storm)) -> Option<Violation> {
    let fits = |seed: &u64| {
        let topology = Plan::new(*seed).topology;
        topology.clusters[0].servers.len() == 3 && format!("{:?}", topology.setup).contains(stream)
    };
    let mut storm = Storm::new((0..).find(fits).unwrap());
    storm.load();
    storm.rest().unwrap();
    spoil(&mut storm);
    storm.rest().err()
}

fn api(storm: &mut Storm, verb: &str, body: &str) {
    let (client, subject) = ("c1-a".to_owned(), format!("$JS.API.STREAM.{verb}"));
    storm.give(Input::Call { client, call: Call::Api { subject, body: body.to_owned() } });
    storm.pass(Span::secs(1)).unwrap();
}

#[test]
fn a_world_that_was_not_spoilt_is_well() {
    assert_eq!(said_after(|_| {}), None);
}

#[test]
fn an_acknowledged_message_that_is_gone_is_found() {
    let found = said_after(|storm| {
        api(storm, "PURGE.ORDERS-c1", "");
        api(storm, "DELETE.ORDERS-c1", "");
        let config = r#"{"name":"ORDERS-c1","subjects":["c1.o.>"],"num_replicas":3}"#;
        api(storm, "CREATE.ORDERS-c1", config);
    });
    assert!(matches!(found, Some(Violation::Lost { .. })), "{found:?}");
}

#[test]
fn a_hole_in_a_mirror_is_found() {
    let found = said_after(|storm| api(storm, "MSG.DELETE.MIRROR-c1", r#"{"seq":1}"#));
    assert!(matches!(found, Some(Violation::MirrorDiffers { seq: 1, .. })), "{found:?}");
}

#[test]
fn a_message_of_a_source_that_is_missing_is_found() {
    let found = said_after(|storm| api(storm, "MSG.DELETE.ALL-c1", r#"{"seq":1}"#));
    assert!(matches!(found, Some(Violation::SourceDiffers { .. })), "{found:?}");
}

#[test]
fn a_task_that_is_deleted_before_its_ack_is_found() {
    let found = said_after(|storm| {
        let workers = storm.plan.topology.clients.iter().filter(|spec| spec.behaviour.is_some());
        let workers: Vec<String> = workers.map(|spec| spec.name.clone()).collect();
        for process in workers {
            storm.give(Input::Crash { process, lose_disk: false });
        }
        storm.publish_on("c1-a".to_owned(), "c1.t".to_owned(), 1);
        storm.pass(Span::secs(1)).unwrap();
        let seq =
            storm.world.stream(0, "TASKS-c1").unwrap().best().unwrap().stream.store().last_seq();
        let (client, body) = ("c1-a".to_owned(), format!(r#"{{"seq":{seq}}}"#));
        let subject = "$JS.API.STREAM.MSG.DELETE.TASKS-c1".to_owned();
        storm.give(Input::Call { client, call: Call::Api { subject, body } });
    });
    assert!(matches!(found, Some(Violation::TaskLost { .. })), "{found:?}");
}

#[test]
fn a_task_that_nobody_does_is_found() {
    let found = said_after(|storm| {
        for n in 1..=3 {
            let process = format!("c1-w{n}");
            if storm.world.process(&process).is_some() {
                storm.give(Input::Crash { process, lose_disk: false });
            }
        }
        storm.publish_on("c1-a".to_owned(), "c1.t".to_owned(), 1);
    });
    assert!(matches!(found, Some(Violation::TaskLeft { .. })), "{found:?}");
}

#[test]
fn a_task_that_its_mirror_does_not_have_is_found() {
    let found = said_with("QUEUE-OF-c1", |storm| {
        let views = storm.world.streams();
        let mirror = views.iter().find(|view| &**view.name == "QUEUE-OF-c1").unwrap();
        let client = format!("c{}-a", mirror.cluster + 1);
        let subject = "$JS.API.STREAM.MSG.DELETE.QUEUE-OF-c1".to_owned();
        let call = Call::Api { subject, body: r#"{"seq":1}"#.to_owned() };
        storm.give(Input::Call { client, call });
    });
    assert!(matches!(found, Some(Violation::TaskLost { seq: 1, .. })), "{found:?}");
}

#[test]
fn a_message_that_no_link_carries_and_no_client_sent_is_found() {
    let found = said_with("HOME-c1", |storm| {
        let config = r#"{"name":"PLAIN-c1","subjects":["c1.p.>"],"num_replicas":1,
            "republish":{"src":">","dest":"home.>"}}"#;
        api(storm, "UPDATE.PLAIN-c1", config);
        storm.publish_on("c1-a".to_owned(), "c1.p.a".to_owned(), 1);
    });
    assert!(matches!(found, Some(Violation::FromAfar { .. })), "{found:?}");
}

#[test]
fn a_copy_that_stays_behind_is_found() {
    let found = said_after(|storm| {
        storm.give(Input::Pause { process: "c1/n2".to_owned() });
        storm.load();
    });
    assert!(matches!(found, Some(Violation::NotConverged { .. })), "{found:?}");
}
