//! Consumers created, changed, listed, looked at.

use super::*;
use crate::client::Answer;

/// A consumer of ORDERS as the server tells about it, with more fields of its configuration.
fn consumer(more: &str) -> Outcome {
    answer(&format!(
        r#"{{"type":"io.nats.jetstream.api.v1.consumer_info_response","stream_name":"ORDERS",
        "name":"worker","created":"2026-01-05T09:00:01.5Z","config":{{"durable_name":"worker",
        "name":"worker","deliver_policy":"all","ack_policy":"explicit","ack_wait":30000000000,
        "max_deliver":-1,"replay_policy":"instant","max_waiting":512,"max_ack_pending":1000,
        "num_replicas":0,"metadata":{{"_nats.level":"5","_nats.req.level":"0","_nats.ver":"2.15.1"}}
        {more}}},"delivered":{{"consumer_seq":3,"stream_seq":1200,"last_active":"2026-01-05T09:00:02Z"}},
        "ack_floor":{{"consumer_seq":1,"stream_seq":1,"last_active":"2026-01-05T09:00:03Z"}},
        "num_ack_pending":2,"num_redelivered":1,"num_waiting":1,"num_pending":7,
        "cluster":{{"name":"us-east","raft_group":"C-R3F-p","leader":"n2","replicas":[
        {{"name":"n1","current":true,"active":2000000}},{{"name":"n3","current":false}}]}},
        "ts":"2026-01-05T09:00:04Z"}}"#
    ))
}

const INFO: &str = "\
Information for Consumer ORDERS > worker created 2026-01-05T09:00:01Z

Configuration:

                    Name: worker
               Pull Mode: true
          Deliver Policy: All
              Ack Policy: Explicit
                Ack Wait: 30.00s
           Replay Policy: Instant
         Max Ack Pending: 1,000
       Max Waiting Pulls: 512

Cluster Information:

                    Name: us-east
              Raft Group: C-R3F-p
                  Leader: n2
                 Replica: n1, current, seen 2ms ago
                 Replica: n3, outdated, not seen

State:

            Host Version: 2.15.1
      Required API Level: 0 hosted at level 5
  Last Delivered Message: Consumer sequence: 3 Stream sequence: 1,200 Last delivery: 2.00s ago
    Acknowledgment Floor: Consumer sequence: 1 Stream sequence: 1 Last Ack: 1.00s ago
        Outstanding Acks: 2 out of maximum 1,000
    Redelivered Messages: 1
    Unprocessed Messages: 7
           Waiting Pulls: 1 of maximum 512";

#[test]
fn consumer_info_shows_everything() {
    let (calls, out) = drive("nats consumer info ORDERS worker", &[consumer("")]);
    assert_eq!(api(&calls[0]), ("$JS.API.CONSUMER.INFO.ORDERS.worker", ""));
    assert_eq!(out, INFO);
    let (_, out) = drive("nats c state ORDERS worker", &[consumer("")]);
    assert!(
        out.starts_with(
            "State for Consumer ORDERS > worker created 2026-01-05T09:00:01Z\n\nCluster"
        )
    );
    let push = r#","deliver_subject":"out","deliver_group":"g","flow_control":true,"description":"d",
        "idle_heartbeat":5000000000,"filter_subjects":["a","b"],"backoff":[1000000000,2000000000],
        "headers_only":true,"rate_limit_bps":8192,"sample_freq":"50","opt_start_seq":9"#;
    let (_, out) = drive("nats c info ORDERS worker", &[consumer(push)]);
    for line in [
        "             Description: d",
        "        Delivery Subject: out",
        "         Filter Subjects: a, b",
        "     Deliver Queue Group: g",
        "           Sampling Rate: 50",
        "              Rate Limit: 1.0 KiB / second",
        "          Idle Heartbeat: 5.00s",
        "            Flow Control: true",
        "            Headers Only: true",
        "                 Backoff: 1s, 2s",
        "         Active Interest: No interest",
    ] {
        assert!(out.lines().any(|printed| printed == line), "{line}\n{out}");
    }
    let (_, out) = drive("nats c info ORDERS worker --json", &[consumer("")]);
    assert!(out.starts_with("{\n  \"stream_name\": \"ORDERS\",\n  \"name\": \"worker\""), "{out}");
}

#[test]
fn a_consumer_that_is_not_there_is_looked_for() {
    let missing = || error(10014, "consumer not found");
    let names = |list: &str| answer(&format!(r#"{{"total":1,"consumers":{list}}}"#));
    let (calls, out) =
        drive("nats consumer info ORDERS wroker", &[missing(), info(), names(r#"["worker"]"#)]);
    assert_eq!(api(&calls[1]).0, "$JS.API.STREAM.INFO.ORDERS");
    assert_eq!(api(&calls[2]).0, "$JS.API.CONSUMER.NAMES.ORDERS");
    assert_eq!(
        out,
        "nats: error: could not select Consumer: unknown consumer \"ORDERS\" > \"wroker\"\nDid you mean worker?"
    );
    let (_, out) = drive("nats consumer info ORDERS", &[info(), names("[]")]);
    assert_eq!(
        out,
        "nats: error: could not select Consumer: cannot pick a Consumer without a terminal and no Consumer name supplied\nStream ORDERS has no consumers."
    );
    let streams = answer(r#"{"total":1,"streams":["ORDERS"]}"#);
    let (_, out) = drive(
        "nats consumer info ORDRES worker",
        &[error(10059, "stream not found"), error(10059, "stream not found"), streams],
    );
    assert_eq!(
        out,
        "nats: error: could not select Stream: unknown stream \"ORDRES\"\nDid you mean ORDERS?"
    );
}

/// The subject and the configuration that a line asks for.
fn created(line: &str) -> (String, String) {
    let (calls, out) = drive(line, &[info(), consumer("")]);
    assert!(out.starts_with("Information for Consumer ORDERS > worker"), "{line}: {out}");
    let (subject, body) = api(&calls[1]);
    let config = body.strip_prefix(r#"{"stream_name":"ORDERS","config":"#).expect(body);
    (subject.to_owned(), config.strip_suffix('}').expect(body).to_owned())
}

#[test]
fn a_consumer_is_created_with_the_defaults() {
    let create = "$JS.API.CONSUMER.CREATE.ORDERS.worker";
    for (line, subject, config) in [
        (
            "nats consumer add ORDERS worker --pull --defaults",
            create.to_owned(),
            r#"{"durable_name":"worker","name":"worker","deliver_policy":"all","ack_policy":"explicit","max_deliver":-1,"replay_policy":"instant","num_replicas":0}"#,
        ),
        (
            "nats c create ORDERS worker --filter orders.new --deliver new --ack all --wait 5s --max-deliver 3 --max-pending 10 --defaults",
            format!("{create}.orders.new"),
            r#"{"durable_name":"worker","name":"worker","deliver_policy":"new","ack_policy":"all","ack_wait":5000000000,"max_deliver":3,"filter_subject":"orders.new","replay_policy":"instant","max_ack_pending":10,"num_replicas":0}"#,
        ),
        (
            "nats con add ORDERS worker --target out --deliver-group g --heartbeat 5s --flow-control --deliver 17 --defaults",
            create.to_owned(),
            r#"{"durable_name":"worker","name":"worker","deliver_policy":"by_start_sequence","opt_start_seq":17,"ack_policy":"none","max_deliver":-1,"replay_policy":"instant","flow_control":true,"deliver_subject":"out","deliver_group":"g","idle_heartbeat":5000000000,"num_replicas":0}"#,
        ),
        (
            "nats c add ORDERS worker --filter a --filter b --deliver subject --replay original --backoff linear --backoff-steps 2 --backoff-min 1s --backoff-max 3s --memory --replicas 1 --defaults",
            create.to_owned(),
            r#"{"durable_name":"worker","name":"worker","deliver_policy":"last_per_subject","ack_policy":"explicit","max_deliver":3,"backoff":[1000000000,2000000000],"filter_subjects":["a","b"],"replay_policy":"original","num_replicas":1,"mem_storage":true}"#,
        ),
        (
            "nats c add ORDERS --ephemeral --deliver 1s --inactive-threshold 1m --max-waiting 5 --max-pull-batch 6 --max-pull-expire 7s --max-pull-bytes 8 --sample 50 --headers-only --metadata a=b --defaults",
            "$JS.API.CONSUMER.CREATE.ORDERS".to_owned(),
            r#"{"deliver_policy":"by_start_time","opt_start_time":"2026-01-05T09:00:00Z","ack_policy":"explicit","max_deliver":-1,"replay_policy":"instant","sample_freq":"50","max_waiting":5,"headers_only":true,"max_batch":6,"max_expires":7000000000,"max_bytes":8,"inactive_threshold":60000000000,"num_replicas":0,"metadata":{"a":"b"}}"#,
        ),
        (
            "nats c add ORDERS worker --pinned-groups a --pinned-ttl 1m --pause 1h --defaults",
            create.to_owned(),
            r#"{"durable_name":"worker","name":"worker","deliver_policy":"all","ack_policy":"explicit","max_deliver":-1,"replay_policy":"instant","num_replicas":0,"pause_until":"2026-01-05T10:00:00Z","priority_groups":["a"],"priority_policy":"pinned_client","priority_timeout":60000000000}"#,
        ),
    ] {
        assert_eq!(created(line), (subject, config.to_owned()), "{line}");
    }
    let (_, out) = drive("nats c add ORDERS worker --pull", &[info(), consumer("")]);
    assert!(out.ends_with("\nWhat was not given has its default; the real CLI asks for it."));
}

#[test]
fn what_cannot_be_created_is_said() {
    for (line, expected) in [
        (
            "nats consumer add ORDERS",
            "could not request durable name: cannot prompt for user input without a terminal",
        ),
        ("nats c add ORDERS a.b", "durable name can not contain '.', '*', '>'"),
        ("nats c add ORDERS w --bps 5", "rate limits are only possible on Push consumers"),
        ("nats c add ORDERS w --heartbeat 5s", "pull subscribers does not support idle heartbeats"),
        ("nats c add ORDERS w --sample 101", "sample percent is not between 0 and 100"),
        (
            "nats c add ORDERS w --pull --target x",
            "a consumer is either pulled from or pushes to a --target",
        ),
        (
            "nats c add ORDERS w --backoff linear --backoff-max 1s",
            "could not determine backoff policy: --backoff-max must not be shorter than --backoff-min",
        ),
        (
            "nats c add ORDERS w --deliver tomorrow",
            "could not parse starting delta: \"tomorrow\" is none of all, new, last, subject, a sequence such as 17, a duration such as 1h",
        ),
        (
            "nats c add ORDERS w --pause soon",
            "could not parse the pause time as either timestamp or duration",
        ),
        (
            "nats c add ORDERS w --pinned-groups a --overflow-groups b",
            "setting both overflow and pinned groups are not supported",
        ),
    ] {
        let (_, out) = drive(line, &[]);
        assert_eq!(out.lines().next(), Some(format!("nats: error: {expected}").as_str()), "{line}");
    }
    let refused = error(10101, "consumer must be deliver all on workqueue stream");
    let (_, out) = drive("nats c add ORDERS w --deliver new", &[info(), refused]);
    assert_eq!(
        out,
        "nats: error: Consumer creation failed: consumer must be deliver all on workqueue stream (10101)"
    );
}

#[test]
fn a_consumer_is_changed_copied_and_removed() {
    let (calls, out) =
        drive("nats consumer edit ORDERS worker --max-pending 5 -f", &[consumer(""), consumer("")]);
    assert!(api(&calls[1]).1.contains(r#""max_ack_pending":5"#));
    assert!(!api(&calls[1]).1.contains("_nats"));
    assert!(
        out.starts_with(
            "Differences (-old +new):\n-  max_ack_pending: 1000\n+  max_ack_pending: 5\nInformation"
        ),
        "{out}"
    );
    let (_, out) = drive("nats c edit ORDERS worker --wait 30s", &[consumer("")]);
    assert_eq!(out, "No difference in configuration");
    let (_, out) =
        drive("nats c edit ORDERS worker --wait 5s", &[consumer(r#","backoff":[1000000000]"#)]);
    assert_eq!(out, "nats: error: consumers with backoff policies do not support editing Ack Wait");
    let (calls, _) = drive(
        "nats consumer copy ORDERS worker other --deliver last",
        &[info(), consumer(""), consumer("")],
    );
    let (subject, body) = api(&calls[2]);
    assert_eq!(subject, "$JS.API.CONSUMER.CREATE.ORDERS.other");
    assert!(body.contains(r#""durable_name":"other","name":"other","deliver_policy":"last""#));
    assert!(body.contains(r#""max_waiting":512"#), "{body}");
    let done = answer(r#"{"success":true}"#);
    let (calls, out) = drive("nats consumer rm ORDERS worker -f", &[done]);
    assert_eq!(api(&calls[0]).0, "$JS.API.CONSUMER.DELETE.ORDERS.worker");
    assert_eq!(out, "Consumer ORDERS > worker is gone; the real CLI prints nothing.");
    let (_, out) = drive("nats consumer rm ORDERS -f", &[]);
    assert_eq!(out, "nats: error: --force requires a stream and consumer name");
}

#[test]
fn a_consumer_pauses_and_goes_on() {
    let paused = || {
        answer(
            r#"{"paused":true,"pause_until":"2026-01-05T10:00:00Z","pause_remaining":3599800000000}"#,
        )
    };
    let (calls, out) = drive("nats consumer pause ORDERS worker 1h -f", &[consumer(""), paused()]);
    assert_eq!(
        api(&calls[1]),
        ("$JS.API.CONSUMER.PAUSE.ORDERS.worker", r#"{"pause_until":"2026-01-05T10:00:00.001Z"}"#)
    );
    assert_eq!(out, "Paused ORDERS > worker until 2026-01-05 10:00:00 (1h0m0s)");
    let (calls, _) = drive(
        "nats consumer pause ORDERS worker '2026-01-05 09:30:00' -f",
        &[consumer(""), paused()],
    );
    assert_eq!(api(&calls[1]).1, r#"{"pause_until":"2026-01-05T09:30:00Z"}"#);
    let (_, out) = drive("nats consumer resume ORDERS worker -f", &[consumer("")]);
    assert_eq!(out, "nats: error: consumer is not paused");
    let resting = answer(
        r#"{"stream_name":"ORDERS","name":"worker","config":{"durable_name":"worker"},"paused":true,
        "pause_remaining":60000000000,"ts":"2026-01-05T09:00:04Z"}"#,
    );
    let on = answer(r#"{"paused":false,"pause_until":"0001-01-01T00:00:00Z"}"#);
    let (calls, out) = drive("nats consumer resume ORDERS worker -f", &[resting, on]);
    assert_eq!(api(&calls[1]).1, "");
    assert_eq!(
        out,
        "Consumer ORDERS > worker was resumed while previously paused until 2026-01-05 09:01:04"
    );
}

/// One page with this consumer.
fn list(outcome: &Outcome) -> Outcome {
    let Outcome::Replies(replies) = outcome else { panic!("{outcome:?}") };
    let text = replies[0].text();
    answer(&format!(r#"{{"total":1,"offset":0,"limit":256,"consumers":[{text}]}}"#))
}

#[test]
fn consumers_are_listed() {
    let (calls, out) = drive("nats consumer ls ORDERS", &[info(), list(&consumer(""))]);
    assert_eq!(api(&calls[1]), ("$JS.API.CONSUMER.LIST.ORDERS", r#"{"offset":0}"#));
    let expected = "\
╭───────────────────────────────────────────────────────────────────────────────────────────╮
│                                         Consumers                                         │
├────────┬─────────────┬─────────────────────┬─────────────┬─────────────┬───────────────┤
│ Name   │ Description │ Created             │ Ack Pending │ Unprocessed │ Last Delivery │
├────────┼─────────────┼─────────────────────┼─────────────┼─────────────┼───────────────┤
│ worker │             │ 2026-01-05 09:00:01 │           2 │           7 │ 2.00s         │
╰────────┴─────────────┴─────────────────────┴─────────────┴─────────────┴───────────────╯";
    assert_eq!(
        out.lines().skip(2).collect::<Vec<_>>(),
        expected.lines().skip(2).collect::<Vec<_>>()
    );
    let (_, out) = drive("nats consumer ls ORDERS", &[info(), answer(r#"{"consumers":[]}"#)]);
    assert_eq!(out, "No Consumers defined");
    let names = answer(r#"{"total":2,"consumers":["a","b"]}"#);
    assert_eq!(drive("nats consumer ls ORDERS -n", &[info(), names]).1, "a\nb");
    let (_, out) = drive("nats consumer report ORDERS -l", &[info(), list(&consumer(""))]);
    assert!(out.contains("Consumer report for ORDERS with 0 consumers"), "{out}");
    assert!(out.contains("│ worker   │ Pull │ Explicit   │ 30.00s   │ 2           │ 1           │ 7 / 100%    │ 1         │ n1, n2*, n3! │"), "{out}");
    assert!(out.contains("RAFT Leader Report"), "{out}");
    for (flags, found) in [
        ("", true),
        ("--pull", true),
        ("--push", false),
        ("--bound", true),
        ("--pending 8", true),
        ("--pending 7", false),
        ("--idle 1s", true),
        ("--idle 2s", false),
        ("--leader n2", true),
        ("--leader n1", false),
        ("--leader n1 --invert", true),
        ("--replicas 2", false),
        ("--replicas 3", true),
    ] {
        let (_, out) =
            drive(&format!("nats consumer find ORDERS {flags}"), &[info(), list(&consumer(""))]);
        assert_eq!(out == "worker", found, "{flags}");
    }
}

#[test]
fn a_consumer_leader_steps_down() {
    let done = answer(r#"{"success":true}"#);
    let led_by_n3 = answer(r#"{"stream_name":"ORDERS","name":"worker","cluster":{"leader":"n3"}}"#);
    let (calls, out) =
        drive("nats consumer cluster step-down ORDERS worker", &[consumer(""), done, led_by_n3]);
    assert_eq!(api(&calls[1]), ("$JS.API.CONSUMER.LEADER.STEPDOWN.ORDERS.worker", ""));
    let begin = "\
09:00:00 Requesting leader step down of \"n2\" in a 3 peer RAFT group
09:00:00 New leader elected \"n3\"

Information for Consumer ORDERS > worker";
    assert!(out.starts_with(begin), "{out}");
}

/// A message as a pull consumer delivers it.
fn delivered(headers: bool) -> Message {
    Message {
        reply: Some("$JS.ACK.ORDERS.worker.2.7.9.1767603601000000000.1003".into()),
        headers: headers.then(|| Headers::new([("A", "b")])),
        ..Message::new("orders.new", Bytes::from_static(b"one"))
    }
}

fn fetched(messages: Vec<Message>, status: Option<(u16, &str)>) -> Outcome {
    Outcome::Fetched { messages, status: status.map(|(code, words)| (code, words.into())) }
}

#[test]
fn the_next_message_is_taken() {
    let (calls, out) =
        drive("nats consumer next ORDERS worker", &[fetched(vec![delivered(true)], None)]);
    let Call::Next { batch: 1, expires, answer, .. } = &calls[0] else { panic!("{calls:?}") };
    assert_eq!(*expires, Some(Span::secs(5)));
    assert_eq!(*answer, Some(Answer::Ack));
    let expected = "\
[09:00:00] subj: orders.new / tries: 2 / cons seq: 9 / str seq: 7 / pending: 1,003

Headers:

  A: b

Data:


one

Acknowledged message";
    assert_eq!(out, expected);
    let (calls, out) = drive(
        "nats consumer next ORDERS worker --nak --count 2 -r",
        &[fetched(vec![delivered(false)], None), fetched(vec![delivered(false)], None)],
    );
    assert!(matches!(&calls[1], Call::Next { answer: Some(Answer::Nak { delay: None }), .. }));
    assert_eq!(out, "one\none");
    let (_, out) =
        drive("nats c next ORDERS worker --term", &[fetched(vec![delivered(false)], None)]);
    assert!(out.ends_with("\n\none\n\nTerminated message"), "{out}");
    let (_, out) =
        drive("nats c next ORDERS worker --no-ack", &[fetched(vec![delivered(false)], None)]);
    assert!(out.ends_with("\n\none"), "{out}");
    let (_, out) = drive("nats c next ORDERS worker --term --nak", &[]);
    assert_eq!(out, "nats: error: can not both Acknowledge and Terminate message");
}

#[test]
fn why_nothing_came_is_said() {
    let timeout = || fetched(Vec::new(), Some((408, "Request Timeout")));
    let (_, out) = drive("nats c next ORDERS worker", &[timeout(), consumer("")]);
    assert_eq!(out, "nats: error: no message received: nats: timeout");
    let full = fetched(Vec::new(), Some((409, "Exceeded MaxWaiting")));
    let (_, out) = drive("nats c next ORDERS worker", &[full, consumer("")]);
    assert_eq!(out, "nats: error: no message received: nats: Exceeded MaxWaiting");
    let missing = || error(10014, "consumer not found");
    let gone = fetched(Vec::new(), Some((409, "Consumer Deleted")));
    let (_, out) = drive("nats c next ORDERS worker", &[gone, missing()]);
    assert_eq!(out, "nats: error: could not load consumer \"worker\": consumer not found (10014)");
    let (_, out) = drive("nats c next ORDERS worker", &[Outcome::NoResponders, missing()]);
    assert_eq!(out, "nats: error: could not load consumer \"worker\": consumer not found (10014)");
    let push = consumer(r#","deliver_subject":"out""#);
    let (_, out) = drive("nats c next ORDERS worker", &[Outcome::NoResponders, push]);
    assert_eq!(
        out,
        "nats: error: consumer \"worker\" is not a Pull consumer\nReceive from it with 'nats consumer sub ORDERS worker'."
    );
}
