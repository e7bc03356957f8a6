//! Commands that cross each other on their way to the list of streams.

use std::sync::Arc;

use super::{Move, MoveStep};
use crate::kernel::{ProcId, Time};
use crate::nats::api::{ConsumerConfig, StreamConfig};
use crate::server::{Assignment, ConsumerAssignment, MetaCommand, MetaState, Requester};

const SERVERS: [ProcId; 3] = [ProcId(0), ProcId(1), ProcId(2)];

fn requester() -> Requester {
    Requester { server: SERVERS[0], reply: "r".into() }
}

/// A stream `S` on these servers.
fn state(peers: &[ProcId]) -> MetaState {
    let config = StreamConfig {
        name: "S".to_owned(),
        num_replicas: i64::try_from(peers.len()).expect("few"),
        ..StreamConfig::default()
    };
    let assignment = Assignment {
        config: Arc::new(config),
        created: Time::ZERO,
        peers: peers.to_vec(),
        group: (peers.len() > 1).then(|| "S-R3F-x".into()),
        desired: None,
        consumers: Arc::default(),
    };
    let mut state = MetaState::default();
    assert!(state.apply(&MetaCommand::Create {
        assignment,
        preferred: peers[0],
        requester: requester()
    }));
    state
}

fn consumer(state: &mut MetaState, name: &str, peers: &[ProcId]) {
    let config = ConsumerConfig { durable_name: name.to_owned(), ..ConsumerConfig::default() };
    let assignment = ConsumerAssignment {
        config: Arc::new(config),
        created: Time::ZERO,
        peers: peers.to_vec(),
        group: (peers.len() > 1).then(|| "C-R3F-x".into()),
        desired: None,
    };
    let (stream, consumer) = ("S".into(), name.into());
    assert!(state.apply(&MetaCommand::CreateConsumer {
        stream,
        consumer,
        assignment,
        preferred: peers[0],
        requester: requester(),
    }));
}

fn to(peers: &[ProcId]) -> Move {
    Move { peers: peers.to_vec(), created: Time::ZERO, origin: Some(3), group: "new".into() }
}

fn begin(state: &mut MetaState, consumer: Option<&str>, peers: &[ProcId]) -> bool {
    let consumer = consumer.map(Into::into);
    state.apply(&MetaCommand::Move { stream: "S".into(), consumer, to: to(peers) })
}

fn step(state: &mut MetaState, consumer: Option<&str>, number: u64, step: MoveStep) -> bool {
    let consumer = consumer.map(Into::into);
    state.apply(&MetaCommand::Step { stream: "S".into(), consumer, number, step })
}

#[test]
fn a_step_of_another_move_has_no_effect_and_neither_has_one_that_was_done() {
    let mut state = state(&SERVERS[..1]);
    assert!(begin(&mut state, None, &SERVERS));
    assert_eq!(state.get("S").unwrap().group.as_deref(), Some("new"));
    assert!(step(&mut state, None, 1, MoveStep::Expand));
    assert!(!step(&mut state, None, 1, MoveStep::Expand));
    assert!(begin(&mut state, None, &[]));
    assert!(!step(&mut state, None, 1, MoveStep::Finish), "that move is over");
    assert!(!step(&mut state, None, 2, MoveStep::Finish), "nobody has chosen who stays");
    assert!(step(&mut state, None, 2, MoveStep::Select(SERVERS[..1].to_vec())));
    assert!(!step(&mut state, None, 2, MoveStep::Select(SERVERS[1..2].to_vec())));
    assert!(step(&mut state, None, 2, MoveStep::Finish));
    let known = state.get("S").unwrap();
    assert_eq!((&known.peers[..], &known.group), (&SERVERS[..1], &None));
    assert!(!step(&mut state, None, 2, MoveStep::Finish));
}

#[test]
fn a_stream_does_not_leave_a_server_as_long_as_a_consumer_lives_there() {
    let mut state = state(&SERVERS);
    assert!(begin(&mut state, None, &SERVERS[..1]));
    consumer(&mut state, "late", &SERVERS[1..2]);
    assert!(!step(&mut state, None, 1, MoveStep::Finish));
    assert!(begin(&mut state, Some("late"), &SERVERS[..1]));
    assert!(step(&mut state, Some("late"), 2, MoveStep::Expand));
    assert!(!step(&mut state, None, 1, MoveStep::Finish));
    assert!(step(&mut state, Some("late"), 2, MoveStep::Finish));
    assert!(step(&mut state, None, 1, MoveStep::Finish));
}

#[test]
fn a_consumer_does_not_come_to_a_server_that_its_stream_has_left() {
    let mut state = state(&SERVERS[..1]);
    consumer(&mut state, "late", &SERVERS);
    let known = state.consumer("S", "late").unwrap();
    assert_eq!((&known.peers[..], &known.group), (&SERVERS[..1], &None));
    assert!(!begin(&mut state, Some("late"), &SERVERS[1..]));
    assert_eq!(state.consumer("S", "late").unwrap().desired, None);
}

#[test]
fn what_loses_its_only_server_takes_its_consumers_along() {
    let mut state = state(&SERVERS[..1]);
    consumer(&mut state, "c", &SERVERS[..1]);
    let replace = |from, to| MetaCommand::Replace { stream: "S".into(), consumer: None, from, to };
    assert!(!state.apply(&replace(SERVERS[1], SERVERS[2])), "it does not live there");
    assert!(state.apply(&replace(SERVERS[0], SERVERS[2])));
    assert_eq!(state.get("S").unwrap().peers, SERVERS[2..]);
    assert_eq!(state.consumer("S", "c").unwrap().peers, SERVERS[2..]);
}
