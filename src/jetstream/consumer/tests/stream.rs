//! What a consumer makes of changes in its stream, and of another configuration.

use super::*;

#[test]
fn what_is_out_and_gone_is_terminated() {
    let mut bench = Bench::led(r#"{"ack_policy":"explicit"}"#, &["s.a", "s.a", "s.a"]);
    bench.pull("in", "2");
    bench.take();
    bench.remove(1);
    expect(&mut bench, &["MSG_TERMINATED 1.1.1 Unacknowledged message was deleted"]);
    assert_eq!(bench.numbers(), "2/2 1/1 1 0 0 1");
    bench.remove(3);
    assert_eq!(bench.numbers(), "2/2 1/1 1 0 0 0");
}

#[test]
fn a_purge_takes_all() {
    let mut bench = Bench::led(r#"{"ack_policy":"explicit"}"#, &["s.a", "s.a", "s.a"]);
    bench.pull("in", "2");
    bench.purge("");
    assert_eq!(bench.numbers(), "2/3 2/3 0 0 0 0");
    bench.publish("s.a");
    bench.take();
    bench.pull("in", "1");
    expect(&mut bench, &["in 1.4.3.0"]);
}

#[test]
fn a_purge_of_some_takes_those() {
    let mut bench = Bench::led(r#"{"ack_policy":"explicit"}"#, &["s.a", "s.b", "s.a", "s.b"]);
    bench.pull("in", "3");
    bench.purge("s.a");
    assert_eq!(bench.numbers(), "3/3 3/1 1 0 0 1");
    bench.ack("1.2.2", "");
    // The purge has put the number above what was still out, so the floor that is told stays, as
    // recorded from the real server.
    assert_eq!(bench.numbers(), "3/3 3/1 0 0 0 1");
}

#[test]
fn another_filter_counts_anew() {
    let mut bench = Bench::led(r#"{"ack_policy":"explicit"}"#, &["s.a", "s.b", "s.a", "s.b"]);
    bench.pull("in", "1");
    let Admitted::Create(config) =
        config(&bench.stream, r#"{"ack_policy":"explicit","filter_subject":"s.b"}"#).unwrap()
    else {
        panic!("exists");
    };
    bench.with(|consumer, cx| consumer.reconfigure(cx, Arc::new(config)));
    assert_eq!(bench.numbers(), "1/1 0/0 1 0 0 2");
    bench.take();
    bench.pull("in", "5");
    expect(&mut bench, &["in 1.2.2.1", "in 1.4.3.0"]);
}

#[test]
fn more_room_lets_it_go_on() {
    let limited = r#"{"durable_name":"C","ack_policy":"explicit","max_ack_pending":1}"#;
    let mut bench = Bench::led(limited, &["s.a", "s.a"]);
    bench.pull("in", "5");
    bench.take();
    let Admitted::Create(config) = config(&bench.stream, &limited.replace(":1}", ":2}")).unwrap()
    else {
        panic!("exists");
    };
    bench.with(|consumer, cx| consumer.reconfigure(cx, Arc::new(config)));
    expect(&mut bench, &["in 1.2.2.0"]);
}

#[test]
fn filters_with_common_subjects_count_once() {
    let json = r#"{"filter_subjects":["s.*.b","s.a.*"],"ack_policy":"explicit"}"#;
    let mut bench = Bench::led(json, &["s.a.b", "s.a.c", "s.c.b", "s.c.c"]);
    assert_eq!(bench.numbers(), "0/0 0/0 0 0 0 3");
    bench.pull("in", "5");
    expect(&mut bench, &["in 1.1.1.2", "in 1.2.2.1", "in 1.3.3.0"]);
}

#[test]
fn it_needs_what_it_did_not_finish() {
    let mut bench = Bench::led(r#"{"ack_policy":"explicit","filter_subject":"s.a"}"#, &["s.a"; 4]);
    bench.pull("in", "3");
    bench.ack("1.2.2", "");
    let needs: Vec<bool> = (1..=5).map(|sseq| bench.consumer.needs(sseq, "s.a")).collect();
    assert_eq!(needs, [true, false, true, true, true]);
    assert!(!bench.consumer.needs(4, "s.b"));
    let mut bench = Bench::led("{}", &["s.a"; 2]);
    bench.pull("in", "1");
    assert!(!bench.consumer.needs(1, "s.a") && bench.consumer.needs(2, "s.a"));
}
