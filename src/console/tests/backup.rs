//! A stream is backed up, lost and restored at the console, in a cluster.

use super::*;
use crate::world::{Input, check};

/// Lines that make a stream with a gap and a consumer that has something out, and back it up.
const BEFORE: &[&str] = &[
    "nats stream add B --subjects 'b.>' --replicas 3 --defaults",
    "nats pub b.x 'm{{Count}}' --count 6 -J",
    "nats pub b.y last -H A:1 -J",
    "nats stream rmm B 3 -f",
    "nats stream rmm B 7 -f",
    "nats consumer add B c --pull --ack explicit --wait 1h --defaults",
    "nats consumer next B c",
    "nats consumer next B c --no-ack",
    "nats stream backup B /backups/b",
];

fn typed(lines: &[&str]) -> Typist {
    let mut typist = Typist::new();
    for line in lines {
        let (text, state) = typist.types(line);
        assert_eq!(state, State::Done, "{line}: {text}");
    }
    typist
}

#[test]
fn a_stream_that_is_lost_comes_back_with_its_consumers() {
    let mut typist = typed(BEFORE);
    let (text, _) = typist.types("nats stream restore /backups/b");
    assert_eq!(text, "nats: error: Stream \"B\" already exist");
    let (before, _) = typist.types("nats stream view B");
    typist.types("nats stream rm B -f");
    let (text, state) = typist.types("nats stream restore /backups/b");
    assert_eq!(state, State::Done, "{text}");
    assert!(
        text.starts_with("Starting restore of Stream \"B\" from file \"/backups/b\"\n"),
        "{text}"
    );
    let shown = ["Restored stream \"B\" in 0s", "Messages: 5", "Last Sequence: 7", "Replicas: 3"];
    for line in shown {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    assert_eq!(typist.types("nats stream view B").0, before);
    // In a cluster the consumer begins again where everything is acknowledged.
    let (text, _) = typist.types("nats consumer next B c");
    assert!(text.contains("m2"), "{text}");
    let (text, _) = typist.types("nats pub b.x more -J");
    assert!(text.contains("Sequence: 8"), "{text}");
    typist.world.run_until(typist.world.now() + Span::secs(2));
    check::copies_agree(&typist.world).unwrap();

    // Whoever leads next has all of it, and so has a server that lost its disk.
    let leader = typist.world.stream(0, "B").and_then(|view| view.leader()).unwrap();
    let process = typist.world.name(leader).to_owned();
    typist.world.give(&Input::Crash { process: process.clone(), lose_disk: true }).unwrap();
    typist.world.run_until(typist.world.now() + Span::secs(20));
    typist.world.give(&Input::Restart { process }).unwrap();
    typist.world.run_until(typist.world.now() + Span::secs(30));
    check::copies_agree(&typist.world).unwrap();
    let lost = typist.world.server(leader).unwrap().stream("B").unwrap();
    assert_eq!((lost.stream.store().len(), lost.stream.store().last_seq()), (6, 8));
    let (text, _) = typist.types("nats stream view B");
    assert!(text.starts_with(before.lines().next().unwrap()), "{text}");
}

#[test]
fn a_restored_stream_can_have_another_number_of_replicas() {
    let mut typist = typed(BEFORE);
    typist.types("nats stream rm B -f");
    let (text, state) = typist.types("nats stream restore /backups/b --replicas 1");
    assert_eq!(state, State::Done, "{text}");
    assert!(text.contains("Replicas: 1") && text.contains("Messages: 5"), "{text}");
    assert!(typist.types("nats consumer next B c").0.contains("m2"));
}

#[test]
fn consumers_that_live_apart_from_the_leader_come_along() {
    let mut typist = typed(&BEFORE[..6]);
    for n in 1..=4 {
        let flags = "--pull --ack explicit --replicas 1 --defaults";
        typist.types(&format!("nats consumer add B one-{n} {flags}"));
        typist.types(&format!("nats consumer next B one-{n}"));
    }
    let apart = |world: &World| {
        let leader = world.stream(0, "B").and_then(|view| view.leader()).unwrap();
        let hosted = world.server(leader).unwrap().stream("B").unwrap();
        5 - hosted.consumers.len()
    };
    assert!(apart(&typist.world) > 0, "all consumers live where the stream is led");
    let (text, state) = typist.types("nats stream backup B b");
    assert_eq!(state, State::Done, "{text}");
    let before = typist.types("nats consumer ls B -n").0;
    typist.types("nats stream rm B -f");
    typist.types("nats stream restore b");
    assert_eq!(typist.types("nats consumer ls B -n").0, before);
    for n in 1..=4 {
        assert!(typist.types(&format!("nats consumer next B one-{n}")).0.contains("m2"));
    }
}

#[test]
fn what_cannot_be_restored_says_so() {
    let mut typist = typed(BEFORE);
    let (text, _) = typist.types("nats stream restore nowhere");
    let why = "nats: error: path 'nowhere' does not exist\nThis client keeps /backups/b.";
    assert_eq!(text, why);
    let (text, _) = typist.types("nats stream backup NONE x");
    assert!(text.starts_with("nats: error: could not pick a Stream"), "{text}");
    typist.types("nats stream rm B -f");
    typist.types("nats stream add OTHER --subjects b.x --defaults");
    let (text, _) = typist.types("nats stream restore /backups/b");
    let why = "nats: error: restore failed: restore failed: error adding stream: subjects overlap \
               with an existing stream (10065) (10062)";
    assert!(text.ends_with(why), "{text}");
}

#[test]
fn a_restored_world_is_the_same_when_it_is_played_again() {
    let play = || {
        let mut typist = typed(BEFORE);
        typist.types("nats stream rm B -f");
        typist.types("nats stream restore /backups/b");
        typist.world.digest()
    };
    assert_eq!(play(), play());
}
