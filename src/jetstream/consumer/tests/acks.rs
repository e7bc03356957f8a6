//! Acknowledgements: what each kind does, and where the floor is.

use super::*;

/// A consumer that has delivered this many messages.
fn out(json: &str, count: usize) -> Bench {
    let mut bench = Bench::led(json, &vec!["s.a"; count]);
    bench.pull("in", &count.to_string());
    bench.take();
    bench
}

#[test]
fn the_floor_stays_below_what_is_out() {
    let mut bench = out(r#"{"ack_policy":"explicit"}"#, 5);
    for delivery in ["1.2.2", "1.3.3", "1.5.5"] {
        bench.ack(delivery, "+ACK");
    }
    assert_eq!(bench.numbers(), "5/5 0/0 2 0 0 0");
    bench.ack("1.1.1", "");
    assert_eq!(bench.numbers(), "5/5 3/3 1 0 0 0");
    bench.ack("1.4.4", "+OK");
    assert_eq!(bench.numbers(), "5/5 5/5 0 0 0 0");
}

#[test]
fn one_may_stand_for_all_before_it() {
    let mut bench = out(r#"{"ack_policy":"all"}"#, 4);
    bench.ack("1.3.3", "");
    assert_eq!(bench.numbers(), "4/4 3/3 1 0 0 0");
    assert!(bench.outputs.contains(&Output::Released { first: 1, last: 3 }));
    bench.ack_to("1.2.2", "", "me");
    expect(&mut bench, &["me answer"]);
    bench.ack("1.4.4", "+TERM");
    assert_eq!(bench.numbers(), "4/4 4/4 0 0 0 0");
}

#[test]
fn a_double_ack_is_answered_unless_it_makes_no_sense() {
    let mut bench = out(r#"{"ack_policy":"explicit"}"#, 2);
    bench.publish("s.a");
    for (delivery, body, answered) in [
        ("1.1.1", "", true),
        ("1.1.1", "", true),
        ("1.2.2", "garbage", true),
        ("1.2.2", "+WPI", true),
        ("1.3.3", "", false),
        ("1.x.2", "", false),
        ("1.2.2", "+TERM no good", true),
    ] {
        bench.ack_to(delivery, body, "me");
        let lines = bench.take();
        assert_eq!(lines.iter().any(|line| line == "me answer"), answered, "{delivery} {body}");
    }
    assert_eq!(bench.numbers(), "2/2 2/2 0 0 0 1");
}

#[test]
fn terminating_is_told_each_time() {
    let mut bench = out(r#"{"ack_policy":"explicit"}"#, 1);
    bench.ack("1.1.1", "+TERM  broken ");
    bench.ack("1.1.1", "+TERM");
    expect(&mut bench, &["MSG_TERMINATED 1.1.1 broken", "MSG_TERMINATED 1.1.1 "]);
    assert_eq!(bench.numbers(), "1/1 1/1 0 0 0 0");
}

#[test]
fn an_ack_may_ask_for_more() {
    let mut bench = out(r#"{"ack_policy":"explicit"}"#, 1);
    for _ in 0..4 {
        bench.publish("s.a");
    }
    bench.ack_to("1.1.1", "+NXT", "a");
    bench.ack_to("1.2.2", "+NXT 2", "b");
    bench.ack("1.3.3", "+NXT");
    bench.ack_to("1.4.4", r#"+NXT {"batch":3,"no_wait":true}"#, "c");
    let lines = ["a 1.2.2.3", "b 1.3.3.2", "b 1.4.4.1", "c 1.5.5.0", "c 404 No Messages"];
    expect(&mut bench, &lines);
    assert_eq!(bench.numbers(), "5/5 4/4 1 0 0 0");
}

#[test]
fn what_comes_back_comes_in_the_order_it_came_back() {
    let mut bench = out(r#"{"ack_policy":"explicit"}"#, 3);
    bench.ack("1.3.3", "-NAK");
    bench.ack("1.1.1", "-NAK");
    bench.ack("1.3.3", "-NAK");
    bench.ack("1.9.9", "-NAK");
    expect(&mut bench, &["MSG_NAKED 1.3.3", "MSG_NAKED 1.1.1", "MSG_NAKED 1.3.3"]);
    bench.pull("in", "5");
    expect(&mut bench, &["in 2.3.4.0", "in 2.1.5.0"]);
    assert_eq!(bench.numbers(), "5/3 0/0 3 2 1 0");
    // The number of the first delivery is what the floor goes by.
    bench.ack("2.1.5", "");
    assert_eq!(bench.numbers(), "5/3 1/1 2 1 1 0");
}

#[test]
fn a_delay_is_kept() {
    let mut bench = out(r#"{"ack_policy":"explicit"}"#, 2);
    bench.pull("in", "5");
    bench.until(100);
    bench.ack("1.1.1", r#"-NAK {"delay": 500000000}"#);
    bench.ack("1.2.2", "-NAK 300ms");
    bench.take();
    bench.until(390);
    expect(&mut bench, &[]);
    bench.until(410);
    expect(&mut bench, &["in 2.2.3.0"]);
    bench.until(650);
    expect(&mut bench, &["in 2.1.4.0"]);
    bench.ack("2.1.4", "-NAK soon");
    expect(&mut bench, &["MSG_NAKED 2.1.4", "in 3.1.5.0"]);
}

#[test]
fn a_sample_of_the_acks_is_published() {
    let mut bench = out(r#"{"ack_policy":"explicit","sample_freq":"100%"}"#, 2);
    bench.ack("1.1.1", "");
    bench.ack("1.1.1", "");
    bench.ack("1.2.2", "+TERM");
    expect(&mut bench, &["ACK", "MSG_TERMINATED 1.2.2 "]);
}

#[test]
fn without_acks_what_was_sent_is_done() {
    let mut bench = Bench::led("{}", &["s.a", "s.a"]);
    bench.pull("in", "1");
    assert!(bench.outputs.contains(&Output::Released { first: 1, last: 1 }));
    assert_eq!(bench.numbers(), "1/1 1/1 0 0 0 1");
    let info = bench.info();
    assert!(info.delivered.last_active.is_some() && info.ack_floor.last_active.is_none());
}
