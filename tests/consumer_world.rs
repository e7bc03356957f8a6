//! Consumers of three copies in whole worlds: what their clients see when leaders are lost.
//!
//! Every case follows from its seed, which a failure names.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what goes wrong here is to stop the test"
)]

mod consumer_support;

use consumer_support::{CLUSTER, Field, SERVERS, delivery};
use windtunnel::client::Call;
use windtunnel::kernel::{EventKind, Span};
use windtunnel::server::{self, ConsumerNote};
use windtunnel::world::check::{Violation, has_converged};
use windtunnel::world::{Input, Note};

const WORKERS: [&str; 3] = ["a", "b", "d"];

const STREAM: &str =
    r#"{"name":"S","subjects":["s.>"],"num_replicas":3,"storage":"file","retention":"RETENTION"}"#;
const CONSUMER: &str = r#"{"stream_name":"S","config":{"durable_name":"c","name":"c",
    "ack_policy":"explicit","ack_wait":ACK_WAIT,"mem_storage":MEMORY}}"#;

fn field(seed: u64, retention: &str, ack_wait: Span, in_memory: bool) -> Field {
    let stream = STREAM.replace("RETENTION", retention);
    let consumer = CONSUMER
        .replace("ACK_WAIT", &ack_wait.as_nanos().to_string())
        .replace("MEMORY", &in_memory.to_string());
    Field::new(seed, &stream, &consumer)
}

/// A server other than the one that leads the consumer.
fn another(field: &Field) -> &'static str {
    let leader = field.consumer_leader().unwrap();
    SERVERS.iter().find(|name| leader != format!("{CLUSTER}/{name}")).unwrap()
}

fn redelivered_after_the_leader_is_lost(seed: u64) -> Result<(), Violation> {
    let mut field = field(seed, "limits", Span::secs(20), false);
    field.publish(3);
    field.pass(Span::secs(1))?;
    let server = another(&field);
    field.connect("a", Some(server));
    field.pass(Span::millis(100))?;
    field.pull("a", 3, Span::secs(5));
    field.pass(Span::secs(1))?;
    let first = field.heard("a");
    let deliveries: Vec<_> = first.iter().map(delivery).collect();
    assert_eq!(deliveries, [Some((1, 1)), Some((2, 1)), Some((3, 1))]);
    field.answer("a", &first[0], "+ACK");
    field.pass(Span::secs(1))?;
    assert_eq!(field.settled.count(), 1);
    // A request waits when the leader dies. Whoever follows says so.
    field.pull("a", 5, Span::secs(60));
    field.pass(Span::secs(1))?;
    let leader = field.consumer_leader().unwrap();
    field.give(&Input::Crash { process: leader.clone(), lose_disk: false });
    field.pass(Span::secs(15))?;
    assert_ne!(field.consumer_leader().unwrap(), leader);
    let told: Vec<_> = field.heard("a").iter().map(|m| m.status().map(|(c, _)| c)).collect();
    assert_eq!(told, [Some(409)]);
    field.pull("a", 5, Span::secs(60));
    field.pass(Span::secs(12))?;
    let again: Vec<_> = field.heard("a").iter().map(delivery).collect();
    assert_eq!(again, [Some((2, 2)), Some((3, 2))]);
    why_again(&field, &[2, 3]);
    Ok(())
}

/// In the trace, every redelivery follows from the end of that message's ack wait.
fn why_again(field: &Field, expected: &[u64]) {
    let trace = field.world.sim().trace();
    let mut seqs = Vec::new();
    for event in trace.since(windtunnel::kernel::EventId(0)) {
        let EventKind::Note(Note::Server(server::Note::Consumer { what, .. })) = &event.kind else {
            continue;
        };
        let ConsumerNote::Redelivered { delivery, .. } = what else { continue };
        seqs.push(delivery.seq);
        let is_over = |kind: &EventKind<_>| match kind {
            EventKind::Note(Note::Server(server::Note::Consumer { what, .. })) => {
                *what == ConsumerNote::AckWaitOver { seq: delivery.seq }
            }
            _ => false,
        };
        let found = trace.causes(event.id).any(|cause| is_over(&cause.kind));
        assert!(found, "nothing says why sequence {} came again", delivery.seq);
    }
    assert_eq!(seqs, expected);
}

#[test]
fn a_consumer_redelivers_what_was_not_acknowledged_when_its_leader_is_lost() {
    for seed in 0..10 {
        redelivered_after_the_leader_is_lost(seed).unwrap_or_else(|why| panic!("{seed}: {why}"));
    }
}

/// Workers pull and answer; sometimes they give back or forget.
fn work(field: &mut Field, careless: bool) {
    for worker in WORKERS {
        if !field.is_connected(worker) {
            field.connect(worker, None);
            continue;
        }
        for message in field.heard(worker) {
            if delivery(&message).is_none() {
                continue;
            }
            match field.rng.below(10) {
                0 if careless => field.answer(worker, &message, "-NAK"),
                1..=2 if careless => {}
                _ => field.answer(worker, &message, "+ACK"),
            }
        }
        if field.rng.below(3) == 0 {
            field.pull(worker, 4, Span::secs(3));
        }
    }
}

/// At most one server is away or cut off at any time.
fn trouble(field: &mut Field, away: &mut Option<String>) {
    if away.take().is_some() {
        field.give(&Input::HealAll);
        return;
    }
    let name = match field.consumer_leader() {
        Some(leader) if field.rng.below(2) == 0 => leader,
        _ => format!("{CLUSTER}/{}", SERVERS[field.rng.below(3) as usize]),
    };
    match field.rng.below(4) {
        0 => field.give(&Input::Stop { process: name.clone() }),
        1 => field.give(&Input::Pause { process: name.clone() }),
        2 => {
            for other in SERVERS.map(|other| format!("{CLUSTER}/{other}")) {
                if other != name {
                    field.give(&Input::Cut { a: name.clone(), b: other });
                }
            }
        }
        _ => field.give(&Input::Crash { process: name.clone(), lose_disk: false }),
    }
    *away = Some(name);
}

/// The stream is to have so many replicas.
fn move_to(field: &mut Field, retention: &str, replicas: u64) {
    let body = STREAM
        .replace("RETENTION", retention)
        .replace("\"num_replicas\":3", &format!("\"num_replicas\":{replicas}"));
    let (client, subject) = ("app".to_owned(), "$JS.API.STREAM.UPDATE.S".to_owned());
    field.give(&Input::Call { client, call: Call::Api { subject, body } });
}

/// What a case is about.
#[derive(Clone, Copy)]
struct Kind {
    retention: &'static str,
    in_memory: bool,
    /// Whether the stream gets more and fewer replicas all the time, and the consumer with it.
    moves: bool,
}

fn queue(seed: u64, Kind { retention, in_memory, moves }: Kind) -> Result<usize, Violation> {
    let mut field = field(seed, retention, Span::secs(2), in_memory);
    let mut away = None;
    for round in 0..40 {
        if round % 4 == 0 {
            field.publish(3);
        }
        if field.rng.below(4) == 0 {
            trouble(&mut field, &mut away);
        }
        if moves && field.rng.below(4) == 0 {
            let replicas = 1 + field.rng.below(3);
            move_to(&mut field, retention, replicas);
        }
        work(&mut field, true);
        let span = [50, 500, 3_000][field.rng.below(3) as usize];
        field.pass(Span::millis(span))?;
    }
    // All is well again: the queue is worked off, and nothing of it is left anywhere.
    for _ in 0..2 {
        field.give(&Input::HealAll);
        field.pass(Span::millis(500))?;
    }
    field.pass(Span::secs(30))?;
    for _ in 0..60 {
        work(&mut field, false);
        field.pass(Span::secs(1))?;
    }
    field.pass(Span::secs(5))?;
    has_converged(&field.world)?;
    for replica in &field.world.stream(0, "S").unwrap().replicas {
        let left = replica.stream.store().len();
        assert_eq!(left, 0, "seed {seed}: {left} messages are left on {:?}", replica.server);
    }
    Ok(field.settled.count())
}

fn run_all(kind: Kind) {
    let seeds = match std::env::var("CONSUMER_WORLD_SEED").map(|seed| seed.parse::<u64>()) {
        Ok(Ok(seed)) => seed..seed + 1,
        _ => 0..40,
    };
    let cases = (seeds.end - seeds.start) as usize;
    let settled: usize = seeds
        .map(|seed| queue(seed, kind).unwrap_or_else(|why| panic!("seed {seed}: {why}")))
        .sum();
    assert!(settled > 15 * cases, "only {settled} acknowledgements in {cases} cases");
}

#[test]
fn an_acknowledged_message_of_a_work_queue_never_comes_again() {
    run_all(Kind { retention: "workqueue", in_memory: false, moves: false });
}

#[test]
fn nor_with_interest_retention() {
    run_all(Kind { retention: "interest", in_memory: false, moves: false });
}

#[test]
fn nor_if_the_consumer_is_in_memory() {
    run_all(Kind { retention: "workqueue", in_memory: true, moves: false });
}

#[test]
fn nor_while_it_moves_from_server_to_server() {
    run_all(Kind { retention: "workqueue", in_memory: false, moves: true });
    run_all(Kind { retention: "interest", in_memory: false, moves: true });
}

#[test]
fn an_ephemeral_consumer_that_nobody_uses_goes_on_every_server() {
    let mut field = field(1, "limits", Span::secs(2), false);
    let body = r#"{"stream_name":"S","config":{"name":"e","ack_policy":"explicit",
        "inactive_threshold":3000000000,"num_replicas":3}}"#;
    field.api("CONSUMER.CREATE.S.e", body);
    assert_eq!(field.world.consumer(0, "S", "e").unwrap().replicas.len(), 3);
    field.pass(Span::secs(2)).unwrap();
    assert!(field.world.consumer(0, "S", "e").is_some());
    field.pass(Span::secs(3)).unwrap();
    assert!(field.world.consumer(0, "S", "e").is_none());
    assert!(field.world.consumer(0, "S", "c").is_some());
}

#[test]
fn what_becomes_of_a_consumer_is_advised() {
    let mut field = field(2, "limits", Span::secs(2), false);
    field.connect("a", Some(another(&field)));
    field.subscribe("a", "$JS.EVENT.ADVISORY.CONSUMER.>");
    field.pass(Span::millis(100)).unwrap();
    let told = |field: &mut Field| -> Vec<String> {
        let prefix = "$JS.EVENT.ADVISORY.CONSUMER.";
        let heard = field.heard("a");
        heard.iter().map(|message| message.subject[prefix.len()..].to_owned()).collect()
    };
    let leader = field.consumer_leader().unwrap();
    field.give(&Input::Stop { process: leader });
    field.pass(Span::secs(10)).unwrap();
    assert_eq!(told(&mut field), ["LEADER_ELECTED.S.c"]);
    // The first leader has nothing to say of the creation when another one follows.
    let body = r#"{"stream_name":"S","config":{"name":"d","ack_policy":"none"}}"#;
    field.api("CONSUMER.CREATE.S.d", body);
    field.pass(Span::millis(100)).unwrap();
    assert_eq!(told(&mut field), ["CREATED.S.d"]);
    field.api("STREAM.DELETE.S", "");
    field.pass(Span::millis(100)).unwrap();
    let mut gone = told(&mut field);
    gone.sort();
    assert_eq!(gone, ["DELETED.S.c", "DELETED.S.d"]);
}
