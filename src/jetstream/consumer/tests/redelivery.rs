//! What was not acknowledged in time, how often it comes, and when it is given up.

use super::*;

const SECOND: &str = r#""ack_policy":"explicit","ack_wait":1000000000"#;

fn json(more: &str) -> String {
    format!("{{{SECOND}{more}}}")
}

#[test]
fn what_took_too_long_comes_again_first() {
    let mut bench = Bench::led(&json(""), &["s.a", "s.a", "s.a"]);
    bench.pull("in", "2");
    bench.until(500);
    bench.ack("1.1.1", "");
    bench.take();
    bench.until(1_500);
    assert_eq!(bench.numbers(), "2/2 1/1 1 0 0 1");
    bench.pull("in", "2");
    expect(&mut bench, &["in 2.2.3.1", "in 1.3.4.0"]);
    assert_eq!(bench.numbers(), "4/3 1/1 2 1 0 0");
}

#[test]
fn progress_gives_more_time() {
    let mut bench = Bench::led(&json(""), &["s.a"]);
    bench.pull("in", "2");
    bench.until(800);
    bench.ack("1.1.1", "+WPI");
    bench.until(1_790);
    expect(&mut bench, &["in 1.1.1.0"]);
    bench.until(1_810);
    expect(&mut bench, &["in 2.1.2.0"]);
}

#[test]
fn the_wait_grows_as_configured() {
    let config = r#"{"ack_policy":"explicit","backoff":[200000000,400000000,800000000]}"#;
    let mut bench = Bench::led(config, &["s.a"]);
    bench.pull("in", "9");
    for (millis, line) in
        [(30, "in 1.1.1.0"), (210, "in 2.1.2.0"), (620, "in 3.1.3.0"), (1_420, "in 4.1.4.0")]
    {
        if line != "in 1.1.1.0" {
            bench.until(millis - 20);
            expect(&mut bench, &[]);
        }
        bench.until(millis);
        expect(&mut bench, &[line]);
    }
}

#[test]
fn a_single_delivery_is_given_up_when_its_time_is_over() {
    let mut bench = Bench::led(&json(r#","max_deliver":1"#), &["s.a"]);
    bench.pull("in", "1");
    bench.until(1_100);
    expect(&mut bench, &["in 1.1.1.0", "MAX_DELIVERIES 1.1"]);
    assert_eq!(bench.numbers(), "1/1 0/0 0 0 0 0");
    assert!(bench.consumer.needs(1, "s.a"));
}

#[test]
fn more_deliveries_are_given_up_when_the_next_would_be_due() {
    let mut bench = Bench::led(&json(r#","max_deliver":2"#), &["s.a"]);
    bench.pull("in", "2");
    bench.until(5_000);
    expect(&mut bench, &["in 1.1.1.0", "in 2.1.2.0"]);
    // Nobody asks: it stays out.
    assert_eq!(bench.numbers(), "2/1 0/0 1 1 0 0");
    bench.pull("in", "1");
    expect(&mut bench, &["MAX_DELIVERIES 2.1"]);
    assert_eq!(bench.numbers(), "2/1 0/0 0 1 1 0");
    // The floor that is told catches up with the next ack, and a reset goes by the other.
    bench.publish("s.a");
    expect(&mut bench, &["in 1.2.3.0"]);
    bench.ack("1.2.3", "");
    assert_eq!(bench.numbers(), "3/2 3/2 0 1 0 0");
    // A late ack is taken.
    bench.ack("2.1.2", "");
    assert!(bench.outputs.contains(&Output::Released { first: 1, last: 1 }));
    assert_eq!(bench.numbers(), "3/2 3/2 0 0 0 0");
    assert!(!bench.consumer.needs(1, "s.a"));
}

#[test]
fn new_messages_stall_and_old_ones_do_not() {
    let mut bench = Bench::led(&json(r#","max_ack_pending":2"#), &["s.a", "s.a", "s.a"]);
    bench.pull("in", "9");
    expect(&mut bench, &["in 1.1.1.2", "in 1.2.2.1"]);
    bench.until(1_100);
    expect(&mut bench, &["in 2.1.3.1", "in 2.2.4.1"]);
    bench.ack("2.1.3", "");
    expect(&mut bench, &["in 1.3.5.0"]);
}

#[test]
fn a_reset_begins_again() {
    let mut bench = Bench::led(&json(r#","max_deliver":1"#), &["s.a", "s.a"]);
    bench.pull("in", "2");
    bench.until(1_100);
    bench.take();
    assert_eq!(bench.numbers(), "2/2 0/0 0 0 0 0");
    // Back to the inner floor, which passed what was given up.
    bench.with(|consumer, cx| consumer.reset(cx, 0, None)).unwrap();
    expect(&mut bench, &["reset 3"]);
    bench.pull("in", "5");
    bench.with(|consumer, cx| consumer.reset(cx, 2, Some(&"me".into()))).unwrap();
    expect(&mut bench, &["reset 2", "in 1.2.1.0"]);
    assert_eq!(bench.numbers(), "1/2 0/1 1 0 1 0");
}

#[test]
fn a_reset_may_not_go_below_the_beginning() {
    let policy = r#"{"deliver_policy":"by_start_sequence","opt_start_seq":2}"#;
    let mut bench = Bench::led(policy, &["s.a", "s.a"]);
    let error = bench.with(|consumer, cx| consumer.reset(cx, 1, None)).unwrap_err();
    assert_eq!(error.description, "invalid reset: below start seq");
    let mut bench = Bench::led(r#"{"deliver_policy":"new"}"#, &["s.a"]);
    let error = bench.with(|consumer, cx| consumer.reset(cx, 1, None)).unwrap_err();
    assert_eq!((error.err_code, &*error.description), (10204, "invalid reset: not allowed"));
}
