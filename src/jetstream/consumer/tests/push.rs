//! Push consumers: interest, heartbeats, flow control, rate.

use super::*;

#[test]
fn it_sends_while_somebody_listens() {
    let mut bench = Bench::led(r#"{"deliver_subject":"d","ack_policy":"explicit"}"#, &["s.a"]);
    assert_eq!(bench.numbers(), "1/1 0/0 1 0 0 0");
    bench.with(|consumer, cx| consumer.interest_changed(cx, false));
    bench.publish("s.a");
    assert!(!bench.info().push_bound);
    bench.with(|consumer, cx| consumer.interest_changed(cx, true));
    expect(&mut bench, &["d 1.2.2.0"]);
    assert!(bench.info().push_bound);
}

#[test]
fn a_pull_is_told_that_it_pushes() {
    let mut bench = Bench::led(r#"{"deliver_subject":"d"}"#, &[]);
    bench.pull("in", "");
    expect(&mut bench, &["in 409 Consumer is push based"]);
}

#[test]
fn it_goes_when_nobody_listens_for_long() {
    let json = r#"{"deliver_subject":"d","inactive_threshold":1000000000}"#;
    let mut bench = Bench::led(json, &[]);
    bench.until(5_000);
    expect(&mut bench, &[]);
    bench.with(|consumer, cx| consumer.interest_changed(cx, false));
    bench.until(5_900);
    bench.with(|consumer, cx| consumer.interest_changed(cx, true));
    bench.until(8_000);
    expect(&mut bench, &[]);
    bench.with(|consumer, cx| consumer.interest_changed(cx, false));
    bench.until(9_000);
    expect(&mut bench, &["inactive"]);
}

#[test]
fn silence_is_broken() {
    let json = r#"{"deliver_subject":"d","idle_heartbeat":1000000000}"#;
    let mut bench = Bench::led(json, &[]);
    bench.until(700);
    bench.publish("s.a");
    bench.until(1_699);
    expect(&mut bench, &["d 1.1.1.0"]);
    bench.until(2_800);
    expect(&mut bench, &["d 100 Idle Heartbeat 1/1", "d 100 Idle Heartbeat 1/1"]);
}

#[test]
fn the_window_closes_and_opens_wider() {
    let json = r#"{"deliver_subject":"d","flow_control":true,"idle_heartbeat":1000000000}"#;
    let mut bench = Bench::new(json);
    for seq in 1..=60 {
        let message = StoredMessage {
            payload: vec![0; 100_000].into(),
            ..StoredMessage::clone(&bench.clone().store_only("s.a"))
        };
        assert_eq!(bench.store.store(message).unwrap().seq, seq);
    }
    bench.lead(false);
    let question = |bench: &Bench| {
        bench.outputs.iter().find_map(|output| match output {
            Output::Status { reply: Some(reply), .. } => Some(reply.clone()),
            _ => None,
        })
    };
    let asked = question(&bench).unwrap();
    let lines = bench.take();
    // More than half a window of 2 MiB, then all of it.
    assert_eq!(lines.len(), 22);
    assert_eq!(lines[11], "d 100 FlowControl Request reply");
    bench.until(1_000);
    expect(&mut bench, &[&format!("d 100 Idle Heartbeat 21/21/{asked}")]);
    bench.with(|consumer, cx| consumer.flow_response(cx, "$JS.FC.S.C.none", None));
    expect(&mut bench, &[]);
    bench.with(|consumer, cx| consumer.flow_response(cx, &asked, None));
    assert!(bench.take().iter().filter(|line| line.starts_with("d 1.")).count() > 21);
}

#[test]
fn answers_to_flow_control_may_be_acks() {
    let json = r#"{"deliver_subject":"d","ack_policy":"flow_control","max_ack_pending":2}"#;
    let mut bench = Bench::led(json, &[]);
    for _ in 0..3 {
        bench.publish("s.a");
    }
    let asked = bench.outputs.iter().find_map(|output| match output {
        Output::Status { reply: Some(reply), .. } => Some(reply.clone()),
        _ => None,
    });
    expect(&mut bench, &["d 1.1.1.0", "d 1.2.2.0", "d 100 FlowControl Request reply"]);
    let headers = Headers::new([("Nats-Last-Consumer", "2"), ("Nats-Last-Stream", "2")]);
    bench.with(|consumer, cx| consumer.flow_response(cx, &asked.unwrap(), Some(&headers)));
    expect(&mut bench, &["d 1.3.3.0"]);
    assert_eq!(bench.numbers(), "3/3 2/2 1 0 0 0");
    // With a heartbeat it asks for what is still out.
    bench.until(1_000);
    let lines = ["d 100 Idle Heartbeat 3/3", "d 100 FlowControl Request reply"];
    expect(&mut bench, &lines);
}

#[test]
fn bits_are_counted() {
    let mut stream = stream();
    stream.max_msg_size = 100;
    let mut bench = Bench::on(stream, r#"{"deliver_subject":"d","rate_limit_bps":800}"#);
    for _ in 0..3 {
        bench.store_only("s.a");
    }
    bench.lead(false);
    // 43 bytes each, 100 at once, then 100 a second.
    expect(&mut bench, &["d 1.1.1.2", "d 1.2.2.1"]);
    bench.until(289);
    expect(&mut bench, &[]);
    bench.until(290);
    expect(&mut bench, &["d 1.3.3.0"]);
}
