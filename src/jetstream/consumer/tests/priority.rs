//! Priority groups and pauses.

use super::*;

fn json(policy: &str) -> String {
    format!(r#"{{"ack_policy":"explicit","priority_groups":["g"],"priority_policy":"{policy}"}}"#)
}

#[test]
fn the_group_has_to_be_right() {
    let mut bench = Bench::led(&json("overflow"), &[]);
    bench.pull("in", r#"{"batch":1}"#);
    bench.pull("in", r#"{"batch":1,"group":"x"}"#);
    let lines = [
        "in 400 Bad Request - Priority Group missing",
        "in 400 Bad Request - Invalid Priority Group",
    ];
    expect(&mut bench, &lines);
}

#[test]
fn who_helps_out_waits_until_there_is_much_to_do() {
    let mut bench = Bench::led(&json("overflow"), &["s.a"]);
    bench.pull("helper", r#"{"batch":9,"group":"g","min_pending":3}"#);
    expect(&mut bench, &[]);
    bench.publish("s.a");
    expect(&mut bench, &[]);
    bench.publish("s.a");
    expect(&mut bench, &["helper 1.1.1.2"]);
    bench.pull("worker", r#"{"batch":1,"group":"g"}"#);
    expect(&mut bench, &["worker 1.2.2.1"]);
    bench.pull("other", r#"{"batch":1,"group":"g","min_ack_pending":2}"#);
    expect(&mut bench, &["other 1.3.3.0"]);
}

#[test]
fn the_urgent_come_first_and_take_turns() {
    let mut bench = Bench::led(&json("prioritized"), &[]);
    bench.pull("late", r#"{"batch":2,"group":"g","priority":2}"#);
    bench.pull("a", r#"{"batch":2,"group":"g","priority":1}"#);
    bench.pull("b", r#"{"batch":1,"group":"g","priority":1}"#);
    bench.pull("first", r#"{"batch":1,"group":"g"}"#);
    bench.pull("plain", "1");
    for _ in 0..7 {
        bench.publish("s.a");
    }
    let order: Vec<String> =
        bench.take().iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(order, ["first", "a", "b", "a", "late", "late", "plain"]);
}

#[test]
fn one_client_is_pinned() {
    let mut bench = Bench::led(&json("pinned_client"), &[]);
    bench.pull("a", r#"{"batch":2,"group":"g"}"#);
    bench.pull("b", r#"{"batch":2,"group":"g"}"#);
    bench.publish("s.a");
    bench.publish("s.a");
    bench.publish("s.a");
    let pin = bench.consumer.pinned().unwrap().to_owned();
    assert_eq!(pin.len(), 22);
    let delivered = |to: &str, what: &str| format!("{to} {what} {pin}");
    let lines = bench.take();
    assert_eq!(lines, ["PINNED", &delivered("a", "1.1.1.0"), &delivered("a", "1.2.2.0")]);
    assert_eq!(bench.info().priority_groups[0].pinned_client_id, pin);
    bench.pull("c", r#"{"batch":2,"group":"g","id":"wrong"}"#);
    expect(&mut bench, &["c 423 Nats-Pin-Id mismatch"]);
    bench.until(60_000);
    bench.take();
    bench.pull("a", &format!(r#"{{"batch":1,"group":"g","id":"{pin}"}}"#));
    bench.take();
    // The timer began again with that request.
    bench.until(179_000);
    assert_eq!(bench.consumer.pinned(), Some(&*pin));
    bench.take();
    bench.until(181_000);
    let lines = bench.take();
    assert_eq!(lines[..2], ["UNPINNED timeout", "PINNED"]);
    let next = bench.consumer.pinned().unwrap();
    assert!(next != pin && lines[2].starts_with("b ") && lines[2].ends_with(next));
}

#[test]
fn a_pin_can_be_taken() {
    let mut bench = Bench::led(&json("pinned_client"), &["s.a"]);
    bench.pull("a", r#"{"batch":9,"group":"g"}"#);
    bench.take();
    for (group, code) in [("x", 10160), ("bad group", 10162), ("", 10162)] {
        let error = bench.with(|consumer, cx| consumer.unpin(cx, group)).unwrap_err();
        assert_eq!(error.err_code, code);
    }
    bench.with(|consumer, cx| consumer.unpin(cx, "g")).unwrap();
    expect(&mut bench, &["UNPINNED admin"]);
    // Told only when there is something to deliver.
    bench.publish("s.a");
    expect(&mut bench, &["a 423 Nats-Wrong-Pin-Id 8/0"]);
}

#[test]
fn a_pause_stops_deliveries_and_nothing_else() {
    let mut bench = Bench::led(r#"{"ack_policy":"explicit","ack_wait":1000000000}"#, &["s.a"]);
    bench.pull("in", "1");
    bench.take();
    let until = crate::nats::api::Moment::from(Time::ZERO + Span::secs(5));
    let config = super::super::with_pause(bench.consumer.config(), Some(&until));
    bench.with(|consumer, cx| consumer.reconfigure(cx, Arc::new(config)));
    expect(&mut bench, &["PAUSE true"]);
    bench.publish("s.a");
    bench.pull("no", r#"{"batch":1,"no_wait":true}"#);
    bench.until(2_000);
    expect(&mut bench, &["no 404 No Messages"]);
    let info = bench.info();
    assert_eq!((info.paused, info.pause_remaining), (true, 3_000_000_000));
    bench.pull("in", "2");
    bench.until(5_000);
    expect(&mut bench, &["PAUSE false", "in 2.1.2.1", "in 1.2.3.0"]);
}
