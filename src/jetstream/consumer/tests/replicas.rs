//! A replicated consumer: what waits for the group, and what a new leader makes of it.

use super::*;
use crate::nats::api::ConsumerConfig;

const JSON: &str = r#"{"ack_policy":"explicit","ack_wait":2000000000}"#;

/// Two replicas, the first of them led.
fn pair(json: &str, subjects: &[&str]) -> (Bench, Bench) {
    let mut leader = Bench::new(json);
    for subject in subjects {
        leader.store_only(subject);
    }
    let mut follower = leader.clone();
    leader.lead(true);
    follow(&mut leader, &mut follower);
    (leader, follower)
}

/// Commits what the leader proposed.
fn follow(leader: &mut Bench, follower: &mut Bench) {
    follower.now = leader.now;
    follower.store = leader.store.clone();
    for command in leader.commit() {
        follower.with(|consumer, cx| consumer.apply(cx, &command));
    }
}

#[test]
fn messages_and_answers_wait_for_the_group() {
    let (mut leader, mut follower) = pair(JSON, &["s.a", "s.a"]);
    leader.pull("in", r#"{"batch":5,"no_wait":true}"#);
    expect(&mut leader, &[]);
    follow(&mut leader, &mut follower);
    expect(&mut leader, &["in 1.1.1.1", "in 1.2.2.0", "in 408 Request Timeout 3/0"]);
    leader.ack_to("1.1.1", "", "me");
    expect(&mut leader, &[]);
    follow(&mut leader, &mut follower);
    expect(&mut leader, &["me answer"]);
    // Followers tell the stream what is not needed any more, and nothing else.
    assert_eq!(follower.outputs, [Output::Released { first: 1, last: 1 }]);
    assert_eq!(follower.consumer.record, leader.consumer.record);
}

#[test]
fn a_new_leader_tells_those_who_wait_and_delivers_what_is_out() {
    let (mut leader, mut follower) = pair(JSON, &["s.a", "s.a", "s.a"]);
    leader.pull("in", "2");
    leader.pull("waits", "5");
    leader.ack("1.1.1", "");
    follow(&mut leader, &mut follower);
    // Not committed when the leader is lost.
    leader.ack("1.2.3", "");
    leader.until(1_000);
    follower.until(1_000);
    follower.lead(true);
    expect(&mut follower, &["waits 409 Leadership Change"]);
    follower.pull("in", "9");
    follow(&mut follower, &mut leader);
    expect(&mut follower, &[]);
    follower.until(2_100);
    follow(&mut follower, &mut leader);
    expect(&mut follower, &["in 2.2.4.0", "in 2.3.5.0"]);
    assert_eq!(follower.numbers(), "5/3 1/1 2 2 1 0");
}

#[test]
fn a_skip_is_replicated() {
    let json = r#"{"ack_policy":"explicit","filter_subject":"s.b"}"#;
    let (mut leader, mut follower) = pair(json, &["s.a", "s.a", "s.a"]);
    leader.pull("in", "1");
    follow(&mut leader, &mut follower);
    assert_eq!(follower.consumer.delivered().sseq, 3);
}

#[test]
fn a_leader_whose_copy_of_the_stream_is_behind_terminates_nothing() {
    let (mut leader, mut follower) = pair(JSON, &["s.a"]);
    let behind = leader.store.clone();
    leader.publish("s.a");
    leader.pull("in", "2");
    follow(&mut leader, &mut follower);
    let whole = std::mem::replace(&mut follower.store, behind);
    follower.lead(true);
    follower.until(2_100);
    follower.pull("in", "9");
    follower.commit();
    expect(&mut follower, &["in 2.1.3.0"]);
    assert_eq!(follower.numbers(), "3/2 0/0 2 1 1 0");
    // The message arrives, and comes when its ack wait is over once more.
    follower.store = whole;
    follower.ack("2.1.3", "");
    follower.until(4_200);
    follower.commit();
    expect(&mut follower, &["in 2.2.4.0"]);
}

#[test]
fn a_mirror_that_asks_again_gets_all_that_it_has_not_acknowledged() {
    let json = r#"{"deliver_subject":"d","ack_policy":"flow_control","sourcing":true}"#;
    let (mut leader, mut follower) = pair(json, &["s.a", "s.a", "s.a"]);
    follow(&mut leader, &mut follower);
    leader.take();
    // It has stored two, of which its answer was lost, and asks for the third.
    let config = ConsumerConfig {
        deliver_subject: "e".to_owned(),
        opt_start_seq: 3,
        ..ConsumerConfig::clone(leader.consumer.config())
    };
    let info = leader.with(|consumer, cx| consumer.reconfigure(cx, Arc::new(config)));
    assert_eq!(
        (info.delivered.consumer_seq, info.delivered.stream_seq),
        (0, 0),
        "before the group"
    );
    leader.with(|consumer, cx| consumer.interest_changed(cx, true));
    follow(&mut leader, &mut follower);
    let lines = leader.take();
    assert_eq!(lines[..3], ["e 1.1.1.2", "e 1.2.2.1", "e 1.3.3.0"], "{lines:?}");
}
