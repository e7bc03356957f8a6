//! A world from end to end: one order through a replicated stream, faults, time travel.

use super::*;
use crate::client::{Call, Draft, OpId, Outcome};

fn one_order() -> World {
    World::new(scenes::one_order()).unwrap()
}

fn publish(text: &str) -> Input {
    Input::Call {
        client: "checkout".to_owned(),
        call: Call::JsPublish {
            message: Draft {
                subject: "orders.new".to_owned(),
                text: text.to_owned(),
                ..Draft::default()
            },
            count: 1,
            retries: 2,
        },
    }
}

fn outcome(world: &World, client: &str, op: u64) -> Option<Arc<Outcome>> {
    let process = world.process(client).unwrap();
    world.client(process).unwrap().op(OpId(op)).unwrap().outcome.clone()
}

#[test]
fn one_order_is_stored_three_times_and_acknowledged() {
    let mut world = one_order();
    world.give(&publish("{\"id\":101}")).unwrap();
    assert!(world.run_idle(Span::secs(5)));
    let Some(outcome) = outcome(&world, "checkout", 1) else { panic!("no outcome") };
    let Outcome::Acked { acks, retries: 0 } = &*outcome else { panic!("{outcome:?}") };
    assert_eq!(acks[0].text(), r#"{"stream":"ORDERS","seq":1}"#);
    world.run_until(world.now() + Span::secs(1));
    let view = world.stream(0, "ORDERS").unwrap();
    assert_eq!(view.replicas.len(), 3);
    assert!(view.replicas.iter().all(|replica| replica.stream.store().len() == 1));
    let audit = world.client(world.process("audit").unwrap()).unwrap();
    assert_eq!(audit.op(OpId(1)).unwrap().received_total, 1);
}

#[test]
fn a_killed_leader_is_replaced_and_comes_back() {
    let mut world = one_order();
    world.give(&publish("1")).unwrap();
    assert!(world.run_idle(Span::secs(5)));
    let leader = world.stream(0, "ORDERS").unwrap().leader().unwrap();
    let name = world.name(leader).to_owned();
    world.give(&Input::Crash { process: name.clone(), lose_disk: false }).unwrap();
    world.run_until(world.now() + Span::secs(20));
    let successor = world.stream(0, "ORDERS").unwrap().leader().unwrap();
    assert_ne!(successor, leader);
    world.give(&publish("2")).unwrap();
    assert!(world.run_idle(Span::secs(6)));
    let Some(outcome) = outcome(&world, "checkout", 2) else { panic!("no outcome") };
    let Outcome::Acked { acks, .. } = &*outcome else { panic!("{outcome:?}") };
    assert_eq!(acks[0].text(), r#"{"stream":"ORDERS","seq":2}"#);
    world.give(&Input::Restart { process: name }).unwrap();
    world.run_until(world.now() + Span::secs(15));
    let view = world.stream(0, "ORDERS").unwrap();
    assert!(view.replicas.iter().all(|replica| replica.stream.store().len() == 2));
}

#[test]
fn the_same_seed_and_inputs_give_the_same_world() {
    let run = || {
        let mut world = one_order();
        for n in 0..5 {
            world.give(&publish(&n.to_string())).unwrap();
            world.run_idle(Span::secs(5));
        }
        world.digest()
    };
    assert_eq!(run(), run());
}

#[test]
fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let mut world = one_order();
    let (digest, position) = (world.digest(), world.position());
    for input in [
        Input::Crash { process: "us-east/n9".to_owned(), lose_disk: false },
        Input::Cut { a: "us-east/n1".to_owned(), b: "us-east/n1".to_owned() },
        Input::Stop { process: "audit".to_owned() },
        Input::Call { client: "us-east/n1".to_owned(), call: Call::Cancel { op: OpId(1) } },
    ] {
        assert!(world.give(&input).is_err(), "{input:?}");
    }
    assert_eq!((world.digest(), world.position()), (digest, position));
}

#[test]
fn going_back_and_forth_is_the_same_as_going_straight() {
    let mut history = History::new(one_order(), 100);
    let start = history.end_position();
    let mut digests = vec![(start, history.cursor().digest())];
    for n in 0..4 {
        history.act(publish(&n.to_string()));
        for _ in 0..60 {
            assert!(history.forward());
            digests.push((history.cursor().position(), history.cursor().digest()));
        }
    }
    for (position, digest) in digests.iter().rev().step_by(7) {
        history.seek(*position);
        assert_eq!(history.cursor().digest(), *digest, "at {position}");
    }
}

#[test]
fn a_frozen_server_works_off_what_waited() {
    let mut world = one_order();
    let process = || "us-east/n2".to_owned();
    world.give(&Input::Pause { process: process() }).unwrap();
    for n in 0..3 {
        world.give(&publish(&n.to_string())).unwrap();
    }
    world.run_until(world.now() + Span::secs(1));
    assert_eq!(world.open_ops(), 3);
    world.give(&Input::Resume { process: process() }).unwrap();
    assert!(world.run_idle(Span::secs(1)));
    for n in 1..=3 {
        let outcome = outcome(&world, "checkout", n);
        assert!(matches!(outcome.as_deref(), Some(Outcome::Acked { .. })), "{outcome:?}");
    }
}

#[test]
fn an_input_that_changes_nothing_is_given_once() {
    let mut history = History::new(World::new(scenes::one_order()).unwrap(), 1_000);
    let before = history.cursor().position();
    history.act(Input::HealAll);
    assert_eq!(history.cursor().position(), before + 1);
    history.seek(before);
    assert!(history.forward() && history.forward());
    assert_eq!(history.cursor().position(), before + 2);
}
