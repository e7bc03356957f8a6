//! Fast batches: stored as they come, acknowledged now and then.

use super::*;
use crate::nats::api::PubAck;

fn fast() -> Lone {
    Lone::new(|config| config.allow_batched = true)
}

/// Sends one message, and gives what its publisher is told, as text.
fn send(lone: &mut Lone, control: &str, headers: &[(&str, &str)]) -> Vec<String> {
    lone.now += Span(1);
    let reply = format!("inbox.{control}.$FI");
    let message = message("a", headers, control).with_reply(reply.clone());
    let arrival = Arrival { now: lone.now, replicated: false, domain: None, wanted: &|_| true };
    let taken = lone.stream.take(&mut lone.leader, &message, arrival, &mut Rng::new(1));
    let (mut all, command) = match taken {
        Taken::Fast { told, command } => (told, command),
        Taken::Refused { error, .. } => return vec![error.err_code.to_string()],
        other => panic!("{other:?}"),
    };
    if let Some(command) = command {
        let Told::Stored(seq) = lone.apply(&command) else { panic!("it is stored") };
        let ack = PubAck::stored("S", None, seq);
        all.extend(lone.leader.stored_of_batch(&reply.into(), &ack));
    }
    all.into_iter().map(|(_, text)| String::from_utf8(text.to_vec()).unwrap()).collect()
}

#[test]
fn every_so_many_messages_are_acknowledged() {
    let mut lone = fast();
    assert_eq!(send(&mut lone, "b.2.ok.1.0", &[]), [r#"{"type":"ack","seq":0,"msgs":2}"#]);
    assert_eq!(send(&mut lone, "b.2.ok.2.1", &[]), [r#"{"type":"ack","seq":2,"msgs":2}"#]);
    assert_eq!(send(&mut lone, "b.2.ok.3.1", &[]), [""; 0]);
    assert_eq!(send(&mut lone, "b.2.ok.3.4", &[]), [r#"{"type":"ack","seq":3,"msgs":2}"#]);
    let end = [r#"{"stream":"S","seq":4,"batch":"b","count":4}"#];
    assert_eq!(send(&mut lone, "b.2.ok.4.2", &[]), end);
    assert_eq!(send(&mut lone, "b.2.ok.5.1", &[]), ["10208"]);
    assert_eq!(lone.seqs(), [1, 2, 3, 4]);
}

#[test]
fn a_gap_ends_a_batch_that_must_not_go_on() {
    let mut lone = fast();
    send(&mut lone, "b.9.fail.1.0", &[]);
    let gap = r#"{"type":"gap","last_seq":2,"seq":3}"#;
    let end = r#"{"stream":"S","seq":1,"batch":"b","count":1}"#;
    assert_eq!(send(&mut lone, "b.9.fail.3.1", &[]), [gap, end]);
    send(&mut lone, "c.9.ok.1.0", &[]);
    assert_eq!(send(&mut lone, "c.9.ok.3.1", &[]), [gap]);
    let end = r#"{"stream":"S","seq":3,"batch":"c","count":3}"#;
    assert_eq!(send(&mut lone, "c.9.ok.4.3", &[]), [end]);
}

#[test]
fn a_message_can_be_refused() {
    let mut lone = fast();
    let wrong = &[("Nats-Expected-Last-Sequence", "7")];
    // The batch has begun by then, and is over.
    let told = send(&mut lone, "b.9.fail.1.0", wrong);
    assert_eq!(told[0], r#"{"type":"ack","seq":0,"msgs":9}"#);
    assert!(told[1].starts_with(r#"{"error":{"code":400,"err_code":10071"#), "{told:?}");
    assert_eq!(send(&mut lone, "b.9.fail.1.2", wrong), ["10071"]);
    // One message can be all of a batch.
    let whole = r#"{"stream":"S","seq":1,"batch":"b","count":1}"#;
    assert_eq!(send(&mut fast(), "b.9.ok.1.2", &[]), [whole]);
    send(&mut lone, "b.9.fail.1.0", &[]);
    let told = send(&mut lone, "b.9.fail.2.1", wrong);
    assert!(told[0].starts_with(r#"{"type":"err","seq":2,"error":{"code":400,"err_code":10071"#));
    assert_eq!(told[1], r#"{"stream":"S","seq":1,"batch":"b","count":1}"#);
    assert_eq!(send(&mut lone, "b.9.ok.1.7", &[]), ["10206"]);
    let long = format!("{}.9.ok.1.0", "x".repeat(65));
    assert_eq!(send(&mut lone, &long, &[]), ["10207"]);
    let mut without = Lone::new(|_| {});
    assert_eq!(send(&mut without, "b.9.ok.1.0", &[]), ["10205"]);
}

#[test]
fn a_silent_batch_is_dropped() {
    let mut lone = fast();
    send(&mut lone, "b.9.ok.1.0", &[]);
    let due = lone.leader.next_abandoned().unwrap();
    assert_eq!(lone.leader.abandon(due).len(), 1);
    assert_eq!(send(&mut lone, "b.9.ok.2.1", &[]), ["10208"]);
}
