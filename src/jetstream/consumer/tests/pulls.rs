//! Pull requests: who gets what, and how they end.

use super::*;

const EXPLICIT: &str = r#"{"ack_policy":"explicit"}"#;

#[test]
fn requests_take_turns_message_by_message() {
    let mut bench = Bench::led(EXPLICIT, &[]);
    bench.pull("a", "3");
    bench.pull("b", "2");
    for _ in 0..6 {
        bench.publish("s.x");
    }
    let lines = ["a 1.1.1.0", "b 1.2.2.0", "a 1.3.3.0", "b 1.4.4.0", "a 1.5.5.0"];
    expect(&mut bench, &lines);
    assert_eq!(bench.numbers(), "5/5 0/0 5 0 0 1");
}

#[test]
fn what_can_not_be_is_refused() {
    let json = r#"{"ack_policy":"explicit","max_batch":5,"max_expires":1000000000,"max_bytes":100,
        "max_waiting":1}"#;
    let mut bench = Bench::led(json, &[]);
    for (body, status) in [
        (
            "{bad",
            "400 Bad Request - invalid character 'b' looking for beginning of object key string",
        ),
        (
            r#"{"batch":"x"}"#,
            "400 Bad Request - json: cannot unmarshal string into Go struct field .batch of type \
             int",
        ),
        (r#"{"idle_heartbeat":5}"#, "400 Bad Request - heartbeat value too large"),
        (r#"{"batch":6}"#, "409 Exceeded MaxRequestBatch of 5"),
        (r#"{"batch":1,"expires":1000000001}"#, "409 Exceeded MaxRequestExpires of 1s"),
        (r#"{"batch":1,"max_bytes":101}"#, "409 Exceeded MaxRequestMaxBytes of 100"),
        (r#"{"min_pending":1}"#, "400 Bad Request - Not a Overflow Priority consumer"),
        (r#"{"id":"x"}"#, "400 Bad Request - Not a Pinned Client Priority consumer"),
        (r#"{"priority":10}"#, "400 Bad Request - Priority must be between 0 and 9"),
        (r#"{"no_wait":true}"#, "404 No Messages"),
    ] {
        bench.pull("in", body);
        expect(&mut bench, &[&format!("in {status}")]);
    }
    bench.pull("in", r#"{"group":"ignored"}"#);
    bench.pull("in", "1");
    expect(&mut bench, &["in 409 Exceeded MaxWaiting"]);
    bench.pull("in", r#"{"expires":1000000000,"idle_heartbeat":100000000}"#);
    expect(&mut bench, &[]);
    let headers = Headers::new([("Nats-Required-Api-Level", "99")]);
    bench.with(|consumer, cx| consumer.pull(cx, &"in".into(), Some(&headers), b""));
    expect(&mut bench, &["in 412 Required Api Level"]);
}

#[test]
fn a_request_expires_and_says_what_it_lacks() {
    let mut bench = Bench::led(EXPLICIT, &["s.a"]);
    bench.pull("in", r#"{"batch":3,"expires":500000000,"max_bytes":1000}"#);
    bench.until(600);
    expect(&mut bench, &["in 1.1.1.0", "in 408 Request Timeout 2/957"]);
    bench.pull("in", r#"{"batch":1,"expires":-5}"#);
    expect(&mut bench, &["in 408 Request Timeout 1/0"]);
    assert_eq!(bench.numbers(), "1/1 0/0 1 0 0 0");
}

#[test]
fn without_waiting_it_ends_at_the_end_of_the_stream() {
    let mut bench = Bench::led(EXPLICIT, &["s.a", "s.a"]);
    bench.pull("in", r#"{"batch":5,"no_wait":true}"#);
    expect(&mut bench, &["in 1.1.1.1", "in 1.2.2.0", "in 404 No Messages"]);
    // With a time to wait the first messages are waited for.
    bench.pull("in", r#"{"batch":5,"no_wait":true,"expires":1000000000}"#);
    expect(&mut bench, &[]);
    bench.until(300);
    bench.publish("s.a");
    expect(&mut bench, &["in 1.3.3.0", "in 404 No Messages"]);
    bench.pull("in", r#"{"batch":5,"no_wait":true,"expires":1000000000}"#);
    bench.until(1_400);
    expect(&mut bench, &["in 408 Request Timeout 5/0"]);
}

#[test]
fn who_can_not_wait_yields_to_those_who_do() {
    let mut bench = Bench::led(r#"{"ack_policy":"explicit","max_ack_pending":1}"#, &["s.a", "s.a"]);
    bench.pull("a", "5");
    expect(&mut bench, &["a 1.1.1.1"]);
    bench.pull("b", r#"{"batch":1,"no_wait":true}"#);
    expect(&mut bench, &["b 408 Requests Pending"]);
}

#[test]
fn stalled_is_not_the_end_of_the_stream() {
    let mut bench = Bench::led(r#"{"ack_policy":"explicit","max_ack_pending":1}"#, &["s.a", "s.a"]);
    bench.pull("a", "1");
    bench.pull("b", r#"{"batch":1,"no_wait":true}"#);
    bench.until(100);
    expect(&mut bench, &["a 1.1.1.1"]);
    bench.ack("1.1.1", "");
    expect(&mut bench, &["b 1.2.2.0"]);
}

#[test]
fn bytes_are_counted_to_the_last() {
    let size = "s.a".len() + "$JS.ACK.S.C.1.1.1.1767603600000000000.1".len() + "1".len();
    let mut bench = Bench::led(EXPLICIT, &["s.a", "s.a"]);
    bench.pull("in", &format!(r#"{{"batch":5,"max_bytes":{}}}"#, size - 1));
    expect(&mut bench, &[&format!("in 409 Message Size Exceeds MaxBytes 5/{}", size - 1)]);
    bench.pull("in", &format!(r#"{{"batch":5,"max_bytes":{size}}}"#));
    expect(&mut bench, &["in 1.1.1.1"]);
    assert_eq!(bench.numbers(), "1/1 0/0 1 0 0 1");
    bench.pull("in", &format!(r#"{{"batch":1,"max_bytes":{}}}"#, size + 7));
    expect(&mut bench, &["in 1.2.2.0", "in 409 Batch Completed 0/7"]);
}

#[test]
fn heartbeats_follow_the_last_message() {
    let mut bench = Bench::led(r#"{"ack_policy":"explicit","filter_subject":"s.a"}"#, &["s.a"]);
    bench.pull("in", r#"{"batch":9,"expires":2000000000,"idle_heartbeat":500000000}"#);
    bench.until(300);
    bench.publish("s.b");
    bench.until(400);
    bench.publish("s.a");
    bench.until(899);
    expect(&mut bench, &["in 1.1.1.0", "in 1.3.2.0"]);
    bench.until(950);
    expect(&mut bench, &["in 100 Idle Heartbeat 2/3"]);
    bench.until(2_100);
    let lines =
        ["in 100 Idle Heartbeat 2/3", "in 100 Idle Heartbeat 2/3", "in 408 Request Timeout 7/0"];
    expect(&mut bench, &lines);
}

#[test]
fn who_went_away_is_passed_over() {
    let mut bench = Bench::led(EXPLICIT, &[]);
    bench.pull("a", "5");
    bench.pull("b", "5");
    bench.listen("a", false);
    assert_eq!(bench.numbers(), "0/0 0/0 0 0 1 0");
    bench.listen("a", true);
    bench.pull("a", "5");
    bench.listen("b", false);
    bench.publish("s.a");
    expect(&mut bench, &["a 1.1.1.0"]);
}

#[test]
fn a_deleted_consumer_tells_those_who_wait() {
    let mut bench = Bench::led(EXPLICIT, &[]);
    bench.pull("a", "5");
    bench.with(|consumer, cx| consumer.deleted(cx));
    expect(&mut bench, &["DELETED", "a 409 Consumer Deleted"]);
}

#[test]
fn what_reached_nobody_does_not_count() {
    let mut bench = Bench::led(EXPLICIT, &["s.a"]);
    bench.pull("in", "2");
    expect(&mut bench, &["in 1.1.1.0"]);
    bench.with(|consumer, cx| consumer.not_delivered(cx, &"in".into(), 1));
    expect(&mut bench, &["in 2.1.2.0"]);
}

#[test]
fn without_use_it_goes() {
    let mut bench =
        Bench::led(r#"{"name":"C","ack_policy":"explicit","ack_wait":20000000000}"#, &["s.a"]);
    bench.until(4_000);
    bench.pull("in", r#"{"batch":1,"expires":2000000000}"#);
    bench.until(20_000);
    assert_eq!(bench.take(), ["in 1.1.1.0"]);
    // Out until 24 s, then again as long, because it would have been delivered again then; then the
    // threshold with its jitter.
    bench.until(49_000);
    expect(&mut bench, &[]);
    bench.until(50_100);
    expect(&mut bench, &["inactive"]);
}
