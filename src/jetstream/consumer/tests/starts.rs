//! Where consumers begin, and with what.

use super::*;

/// Delivered and floor right after creation, and what a pull of ten then gets: sequences.
fn begins(json: &str, subjects: &[&str]) -> (String, Vec<u64>) {
    let json = format!(r#"{{"ack_policy":"explicit",{json}}}"#);
    let mut bench = Bench::new(&json);
    for (index, subject) in subjects.iter().enumerate() {
        bench.now = Time::ZERO + Span::secs(index as u64);
        bench.store_only(subject);
    }
    let info = bench.lead(false);
    let numbers = format!("{}/{}", info.delivered.stream_seq, info.ack_floor.stream_seq);
    assert_eq!((info.delivered.consumer_seq, info.ack_floor.consumer_seq), (0, 0));
    bench.pull("in", r#"{"batch":10,"no_wait":true}"#);
    let sseqs = bench.outputs.iter().filter_map(|output| match output {
        Output::Deliver { sseq, .. } => Some(*sseq),
        _ => None,
    });
    (numbers, sseqs.collect())
}

#[test]
fn every_policy_has_its_beginning() {
    let subjects = &["s.a", "s.b", "s.a", "s.c"];
    for (json, numbers, sseqs) in [
        (r#""deliver_policy":"all""#, "0/0", vec![1, 2, 3, 4]),
        (r#""deliver_policy":"last""#, "3/3", vec![4]),
        (r#""deliver_policy":"last","filter_subject":"s.a""#, "2/2", vec![3]),
        (r#""deliver_policy":"last","filter_subject":"s.x""#, "0/0", vec![]),
        (r#""deliver_policy":"new""#, "4/4", vec![]),
        (r#""deliver_policy":"by_start_sequence","opt_start_seq":3"#, "2/2", vec![3, 4]),
        (r#""deliver_policy":"by_start_sequence","opt_start_seq":100"#, "99/99", vec![]),
        (
            r#""deliver_policy":"by_start_time","opt_start_time":"2026-01-05T09:00:02Z""#,
            "2/2",
            vec![3, 4],
        ),
        (
            r#""deliver_policy":"by_start_time","opt_start_time":"2030-01-05T09:00:02Z""#,
            "4/4",
            vec![],
        ),
        (r#""deliver_policy":"last_per_subject","filter_subject":"s.*""#, "1/1", vec![2, 3, 4]),
        (r#""deliver_policy":"last_per_subject","filter_subject":"s.x""#, "3/3", vec![]),
        (r#""filter_subjects":["s.c","s.b"]"#, "0/0", vec![2, 4]),
    ] {
        assert_eq!(begins(json, subjects), (numbers.to_owned(), sseqs), "{json}");
    }
    assert_eq!(begins(r#""deliver_policy":"new""#, &[]), ("0/0".to_owned(), vec![]));
}

#[test]
fn the_last_of_every_subject_are_those_of_the_beginning() {
    let json =
        r#"{"deliver_policy":"last_per_subject","filter_subject":"s.>","ack_policy":"explicit"}"#;
    let mut bench = Bench::led(json, &["s.a", "s.b", "s.c"]);
    bench.publish("s.b");
    assert_eq!(bench.numbers(), "0/0 0/0 0 0 0 4");
    bench.pull("in", "10");
    expect(&mut bench, &["in 1.1.1.3", "in 1.2.2.2", "in 1.3.3.1", "in 1.4.4.0"]);
    bench.publish("s.a");
    expect(&mut bench, &["in 1.5.5.0"]);
}

#[test]
fn one_that_is_gone_is_passed_over() {
    let json =
        r#"{"deliver_policy":"last_per_subject","filter_subject":"s.>","ack_policy":"explicit"}"#;
    let mut bench = Bench::led(json, &["s.a", "s.b", "s.c"]);
    bench.remove(2);
    bench.pull("in", "10");
    expect(&mut bench, &["in 1.1.1.1", "in 1.3.2.0"]);
    bench.publish("s.b");
    expect(&mut bench, &["in 1.4.3.0"]);
}

#[test]
fn replaying_keeps_the_rhythm_until_it_caught_up() {
    let json = r#"{"replay_policy":"original","ack_policy":"explicit"}"#;
    let mut bench = Bench::new(json);
    for millis in [0, 200, 500] {
        bench.now = Time::ZERO + Span::millis(millis);
        bench.store_only("s.a");
    }
    bench.until(1_000);
    bench.lead(false);
    bench.pull("in", "10");
    expect(&mut bench, &["in 1.1.1.2"]);
    bench.until(1_199);
    expect(&mut bench, &[]);
    bench.until(1_200);
    expect(&mut bench, &["in 1.2.2.1"]);
    bench.until(1_500);
    expect(&mut bench, &["in 1.3.3.0"]);
    bench.until(3_000);
    bench.publish("s.a");
    expect(&mut bench, &["in 1.4.4.0"]);
}

#[test]
fn headers_may_come_alone() {
    let mut bench = Bench::led(r#"{"headers_only":true}"#, &["s.a"]);
    bench.pull("in", "");
    expect(&mut bench, &["in 1.1.1.0 1"]);
}
