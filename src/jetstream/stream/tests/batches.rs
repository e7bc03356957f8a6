//! Atomic batches: all or nothing.

use super::*;

fn of(batch: &str, number: u32, more: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = [("Nats-Batch-Id", batch), ("Nats-Batch-Sequence", &number.to_string())];
    own.iter().chain(more).map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
}

fn send(lone: &mut Lone, subject: &str, batch: &str, n: u32, more: &[(&str, &str)]) -> Told {
    let headers = of(batch, n, more);
    let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (&**n, &**v)).collect();
    lone.publish(subject, &headers, &n.to_string())
}

fn atomic() -> Lone {
    Lone::new(|config| {
        config.allow_atomic = true;
        config.allow_rollup_hdrs = true;
    })
}

const COMMIT: (&str, &str) = ("Nats-Batch-Commit", "1");

#[test]
fn nothing_is_seen_before_the_last_message() {
    let mut lone = atomic();
    assert_eq!(send(&mut lone, "a", "x", 1, &[]), Told::Staged);
    assert_eq!(lone.publish("other", &[], ""), Told::Stored(1));
    assert_eq!(send(&mut lone, "b", "x", 2, &[]), Told::Staged);
    assert_eq!(lone.seqs(), [1]);
    assert_eq!(send(&mut lone, "c", "x", 3, &[COMMIT]), Told::Stored(4));
    assert_eq!(lone.seqs(), [1, 2, 3, 4]);
}

#[test]
fn the_end_can_come_without_a_message() {
    let mut lone = atomic();
    let eob = ("Nats-Batch-Commit", "eob");
    assert_eq!(send(&mut lone, "a", "x", 1, &[eob]), Told::Refused(10176));
    assert_eq!(send(&mut lone, "a", "x", 1, &[]), Told::Staged);
    assert_eq!(send(&mut lone, "a", "x", 2, &[eob]), Told::Stored(1));
    let first = lone.stream.store().get(1).unwrap();
    assert_eq!(first.header("Nats-Batch-Commit"), Some("1"));
}

#[test]
fn one_wrong_message_spoils_the_batch() {
    let mut lone = atomic();
    lone.publish("a", &[("Nats-Msg-Id", "old")], "");
    let cases: [(&[(&str, &str)], u16); 7] = [
        (&[("Nats-Msg-Id", "old"), COMMIT], 10201),
        (&[("Nats-Msg-Id", "first"), COMMIT], 10201),
        (&[("Nats-Expected-Last-Sequence", "2"), COMMIT], 10164),
        (&[("Nats-Expected-Last-Subject-Sequence", "0"), COMMIT], 10164),
        (&[("Nats-Rollup", "all"), COMMIT], 10111),
        (&[("Nats-Expected-Last-Msg-Id", "old"), COMMIT], 10177),
        (&[("Nats-Batch-Commit", "yes")], 10200),
    ];
    for (n, (headers, code)) in cases.into_iter().enumerate() {
        let batch = format!("batch {n}");
        let first = &[("Nats-Msg-Id", "first")];
        assert_eq!(send(&mut lone, "b", &batch, 1, first), Told::Staged);
        assert_eq!(send(&mut lone, "b", &batch, 2, headers), Told::Refused(code), "{code}");
        // The batch is gone: going on with it is no use.
        assert_eq!(send(&mut lone, "b", &batch, 3, &[COMMIT]), Told::Refused(10176));
    }
    assert_eq!(lone.seqs(), [1]);
    assert_eq!(lone.leader.open_batches().count(), 0);
}

#[test]
fn silence_ends_a_batch_and_there_is_a_limit() {
    let mut lone = atomic();
    for n in 0..50 {
        assert_eq!(send(&mut lone, "a", &n.to_string(), 1, &[]), Told::Staged);
    }
    assert_eq!(send(&mut lone, "a", "one more", 1, &[]), Told::Refused(10210));
    let due = lone.leader.next_abandoned().unwrap();
    assert_eq!(lone.leader.abandon(Time(due.0 - 1)), []);
    let late = lone.leader.abandon(due);
    assert_eq!((late.len(), &*late[0].id, late[0].reason), (1, "0", "timeout"));
    assert_eq!(send(&mut lone, "a", "one more", 1, &[]), Told::Staged);
}
