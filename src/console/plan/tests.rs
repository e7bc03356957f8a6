//! Scripts against invented answers: which calls they make, what they print.

use bytes::Bytes;

use super::*;
use crate::client::{Call, Outcome};
use crate::console::parse::{Parsed, parse};
use crate::kernel::{Span, Time};
use crate::nats::{Headers, Message};

/// Runs a line to its end, each operation taking a millisecond and ending as told. Gives the calls
/// and what was printed.
fn drive(text: &str, outcomes: &[Outcome]) -> (Vec<Call>, String) {
    let Ok(Parsed::Run(line)) = parse(text) else { panic!("{text}") };
    let mut calls = Vec::new();
    let mut times: Vec<Time> = Vec::new();
    loop {
        let views: Vec<OpView<'_>> = times
            .iter()
            .zip(outcomes)
            .map(|(&started, outcome)| OpView {
                started,
                ended: Some(started + Span::millis(1)),
                outcome: Some(outcome),
                received: Vec::new(),
                received_total: 0,
            })
            .collect();
        let mut script = Run::new(&views, Time::ZERO, line.domain(), line.span("timeout"));
        match run(&mut script, &line) {
            Err(Stop::Ask(call, at)) if calls.len() < outcomes.len() => {
                calls.push(*call);
                times.push(at);
            }
            Err(Stop::Ask(call, _)) => panic!("{text} goes on with {call:?}"),
            Err(Stop::Waiting) => panic!("{text} waits"),
            Ok(()) | Err(Stop::Failed) => {
                assert_eq!(calls.len(), outcomes.len(), "{text}");
                let lines: Vec<String> =
                    script.into_lines().into_iter().map(|line| line.text).collect();
                return (calls, lines.join("\n"));
            }
        }
    }
}

fn answer(text: &str) -> Outcome {
    Outcome::Replies(vec![Message::new("_INBOX.x", Bytes::from(text.to_owned()))])
}

fn api(call: &Call) -> (&str, &str) {
    match call {
        Call::Api { subject, body } => (subject, body),
        other => panic!("{other:?}"),
    }
}

const CONFIG: &str = r#"{"name":"ORDERS","subjects":["orders.\u003e"],"retention":"limits",
    "max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,
    "max_msg_size":-1,"discard":"old","storage":"file","num_replicas":3,
    "duplicate_window":120000000000,"compression":"none","allow_direct":true,"mirror_direct":false,
    "sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,
    "consumer_limits":{},"allow_msg_ttl":false,
    "metadata":{"_nats.level":"5","_nats.req.level":"0","_nats.ver":"2.15.1","team":"shop"}}"#;

fn info() -> Outcome {
    answer(&format!(
        r#"{{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,
        "config":{CONFIG},"created":"2026-01-05T09:00:00.25Z","state":{{"messages":2,"bytes":2100,
        "first_seq":1,"first_ts":"2026-01-05T09:00:01Z","last_seq":3,"last_ts":"2026-01-05T09:00:02Z",
        "num_subjects":1,"num_deleted":1,"consumer_count":0}},"cluster":{{"name":"us-east",
        "raft_group":"S-R3F-085vF7v0","leader":"n1","leader_since":"2026-01-05T09:00:00Z",
        "replicas":[{{"name":"n2","current":true,"active":2000000,"peer":"a"}},
        {{"name":"n3","current":false,"offline":true,"active":9000000000,"lag":7,"peer":"b"}}]}},
        "ts":"2026-01-05T09:00:04Z"}}"#
    ))
}

fn error(err_code: u16, text: &str) -> Outcome {
    answer(&format!(r#"{{"error":{{"code":404,"err_code":{err_code},"description":"{text}"}}}}"#))
}

const INFO: &str = "\
Information for Stream ORDERS created 2026-01-05 09:00:00

                Subjects: orders.>
                Replicas: 3
                 Storage: File

Options:

               Retention: Limits
         Acknowledgments: true
          Discard Policy: Old
        Duplicate Window: 2m0s
              Direct Get: true
    Allows Batch Publish: false
         Allows Counters: false
       Allows Msg Delete: true
  Allows Per-Message TTL: false
            Allows Purge: true
        Allows Schedules: false
          Allows Rollups: false

Limits:

        Maximum Messages: unlimited
     Maximum Per Subject: unlimited
           Maximum Bytes: unlimited
             Maximum Age: unlimited
    Maximum Message Size: unlimited
       Maximum Consumers: unlimited

Metadata:

                    team: shop

Cluster Information:

                    Name: us-east
           Cluster Group: S-R3F-085vF7v0
                  Leader: n1 (4.00s)
                 Replica: n2, current, seen 2ms ago
                 Replica: n3, outdated, OFFLINE, seen 9.00s ago, 7 operations behind

State:

            Host Version: 2.15.1
      Required API Level: 0 hosted at level 5
                Messages: 2
                   Bytes: 2.1 KiB
          First Sequence: 1 @ 2026-01-05 09:00:01
           Last Sequence: 3 @ 2026-01-05 09:00:02
        Deleted Messages: 1
        Active Consumers: 0
      Number of Subjects: 1";

#[test]
fn stream_info_shows_everything() {
    let (calls, out) = drive("nats stream info ORDERS", &[info()]);
    assert_eq!(api(&calls[0]), ("$JS.API.STREAM.INFO.ORDERS", ""));
    assert_eq!(out, INFO);
    let (calls, out) = drive("nats s state ORDERS --js-domain hub", &[info()]);
    assert_eq!(api(&calls[0]).0, "$JS.hub.API.STREAM.INFO.ORDERS");
    assert!(out.starts_with("State for Stream ORDERS created 2026-01-05 09:00:00\n\nCluster Info"));
    let (calls, out) = drive("nats s info ORDERS --json --timeout 1s", &[info()]);
    assert!(matches!(&calls[0], Call::Request { timeout, .. } if *timeout == Span::secs(1)));
    assert!(out.starts_with("{\n  \"config\": {\n    \"name\": \"ORDERS\",\n    \"subjects\": [\n      \"orders.\\u003e\""));
}

#[test]
fn a_stream_that_is_not_there_is_looked_for() {
    let missing = || error(10059, "stream not found");
    let names =
        |list: &str| answer(&format!(r#"{{"total":1,"offset":0,"limit":1024,"streams":{list}}}"#));
    let (calls, out) = drive("nats stream info ORDER", &[missing(), names(r#"["ORDERS"]"#)]);
    assert_eq!(api(&calls[1]).0, "$JS.API.STREAM.NAMES");
    assert_eq!(
        out,
        "nats: error: could not pick a Stream to operate on: unknown stream \"ORDER\"\nDid you mean ORDERS?"
    );
    let (_, out) = drive("nats stream info", &[names("null")]);
    assert_eq!(
        out,
        "nats: error: could not pick a Stream to operate on: cannot pick a Stream without a terminal and no Stream name supplied\nThere are no streams."
    );
    let silent = || Outcome::TimedOut { after: Span::secs(5), replies: Vec::new() };
    let (_, out) = drive("nats s info ORDERS", &[silent(), names(r#"["ORDERS"]"#), silent()]);
    assert_eq!(out, "nats: error: could not request Stream info: context deadline exceeded");
    let (_, out) = drive("nats s info ORDERS", &[Outcome::NoResponders, Outcome::NoResponders]);
    assert_eq!(
        out,
        "nats: error: could not pick a Stream to operate on: nats: no responders available for request"
    );
    let (_, out) = drive("nats s rm ORDERS -f", &[missing()]);
    assert_eq!(out, "nats: error: stream not found (10059)");
}

#[test]
fn a_stream_is_created_with_the_defaults() {
    let (calls, out) = drive(
        "nats s add ORDERS --subjects 'orders.>,audit' --replicas 3 --max-bytes 1M --metadata team=shop",
        &[info()],
    );
    let expected = concat!(
        r#"{"name":"ORDERS","subjects":["orders.\u003e","audit"],"retention":"limits","#,
        r#""max_consumers":-1,"max_msgs":-1,"max_bytes":1048576,"max_age":0,"#,
        r#""max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","#,
        r#""num_replicas":3,"duplicate_window":120000000000,"compression":"none","#,
        r#""allow_direct":true,"mirror_direct":false,"sealed":false,"deny_delete":false,"#,
        r#""deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"#,
        r#""allow_msg_ttl":false,"metadata":{"team":"shop"}}"#
    );
    assert_eq!(api(&calls[0]), ("$JS.API.STREAM.CREATE.ORDERS", expected));
    assert!(out.starts_with("Stream ORDERS was created\n\nInformation for Stream ORDERS"), "{out}");
    assert!(out.ends_with("\nWhat was not given has its default; the real CLI asks for it."));
    let (_, out) = drive(
        "nats s add ORDERS --defaults",
        &[error(10065, "subjects overlap with an existing stream")],
    );
    assert_eq!(
        out,
        "nats: error: could not create Stream: subjects overlap with an existing stream (10065)"
    );
    for (line, expected) in [
        ("nats s add", "invalid input: cannot prompt for user input without a terminal"),
        ("nats s add a.b", "could not create Stream: \"a.b\" is not a valid stream name"),
        ("nats s add A --replicas 0", "replicas should be >= 1"),
        (
            "nats s add A --max-msg-size 4G",
            "max value size 4,294,967,296 is too big maximum is 2,147,483,647",
        ),
        (
            "nats s add A --transform-source a",
            "must specify both --transform-source and --transform-destination",
        ),
    ] {
        let (_, out) = drive(line, &[]);
        assert_eq!(out.lines().next(), Some(format!("nats: error: {expected}").as_str()));
    }
}

#[test]
fn an_edit_shows_what_it_changes() {
    let (calls, out) =
        drive("nats s edit ORDERS --max-msgs 100 --no-allow-direct -f", &[info(), info(), info()]);
    let (subject, body) = api(&calls[1]);
    assert_eq!(subject, "$JS.API.STREAM.UPDATE.ORDERS");
    assert!(body.contains(r#""max_msgs":100"#) && body.contains(r#""subjects":["orders.\u003e"]"#));
    assert!(!body.contains("_nats"));
    let changes = "Differences (-old +new):\n-  allow_direct: true\n+  allow_direct: false\n-  max_msgs: -1\n+  max_msgs: 100\n";
    assert!(
        out.starts_with(&format!("{changes}Stream ORDERS was updated\n\nInformation")),
        "{out}"
    );
    let (_, out) = drive("nats s edit ORDERS --max-msgs 100", &[info()]);
    assert!(out.ends_with("nats: error: could not obtain confirmation: cannot ask for confirmation without a terminal\nAdd -f to do it without being asked."));
    assert_eq!(
        drive("nats s edit ORDERS --replicas 3 -f", &[info()]).1,
        "No difference in configuration"
    );
    assert!(
        drive("nats s edit ORDERS --max-msgs 5 --dry-run", &[info()]).1.ends_with("+  max_msgs: 5")
    );
}

#[test]
fn purge_and_delete_say_what_they_did() {
    let purged = answer(r#"{"success":true,"purged":2}"#);
    let (calls, out) =
        drive("nats s purge ORDERS -f --subject orders.new --keep 1", &[info(), purged, info()]);
    assert_eq!(
        api(&calls[1]),
        ("$JS.API.STREAM.PURGE.ORDERS", r#"{"filter":"orders.new","keep":1}"#)
    );
    assert!(out.starts_with("Purged 2 messages from ORDERS\n\nState for Stream ORDERS created"));
    let done = || answer(r#"{"success":true}"#);
    let (calls, out) = drive("nats s rmm ORDERS 2 -f", &[info(), done()]);
    assert_eq!(api(&calls[1]), ("$JS.API.STREAM.MSG.DELETE.ORDERS", r#"{"seq":2}"#));
    assert_eq!(out, "Message 2 of ORDERS is gone; the real CLI prints nothing.");
    assert!(
        drive("nats s rm ORDERS", &[info()])
            .1
            .starts_with("nats: error: could not obtain confirmation")
    );
    assert_eq!(
        api(&drive("nats s rm ORDERS -f", &[done()]).0[0]).0,
        "$JS.API.STREAM.DELETE.ORDERS"
    );
}

fn stored(seq: u64) -> Outcome {
    let headers = if seq == 3 { r#""hdrs":"TkFUUy8xLjANCkE6IGINCg0K","# } else { "" };
    answer(&format!(
        r#"{{"message":{{"subject":"orders.new","seq":{seq},{headers}"data":"eyJpZCI6MTAxfQ==","time":"2026-01-05T09:00:0{seq}.5Z"}}}}"#
    ))
}

#[test]
fn messages_are_viewed_page_by_page() {
    let (calls, out) = drive("nats s view ORDERS", &[info(), stored(1), stored(3)]);
    assert_eq!(
        api(&calls[1]),
        ("$JS.API.STREAM.MSG.GET.ORDERS", r#"{"seq":1,"next_by_subj":"\u003e"}"#)
    );
    assert_eq!(api(&calls[2]).1, r#"{"seq":2,"next_by_subj":"\u003e"}"#);
    let expected = "\
[1] Subject: orders.new Received: 2026-01-05 09:00:01
{\"id\":101}


[3] Subject: orders.new Received: 2026-01-05 09:00:03

  A: b
{\"id\":101}


09:00:00 Reached apparent end of data";
    assert_eq!(out, expected);
    let (_, out) = drive("nats s view ORDERS 1 --raw", &[info(), stored(1)]);
    assert_eq!(out, "{\"id\":101}\nNext page: nats stream view ORDERS 1 --id 2");
    let (_, out) =
        drive("nats s view ORDERS --subject x", &[info(), error(10037, "no message found")]);
    assert_eq!(out, "09:00:00 Reached apparent end of data");
}

#[test]
fn one_message_is_got() {
    let (calls, out) = drive("nats s get ORDERS 3", &[info(), stored(3)]);
    assert_eq!(api(&calls[1]).1, r#"{"seq":3}"#);
    let expected = "\
Item: ORDERS#3 received 2026-01-05 09:00:03.5 +0000 UTC (0s) on Subject orders.new

Headers:
  A: b

{\"id\":101}";
    assert_eq!(out, expected);
    let (calls, out) = drive("nats s get ORDERS -S x", &[info(), error(10037, "no message found")]);
    assert_eq!(api(&calls[1]).1, r#"{"last_by_subj":"x"}"#);
    assert_eq!(out, "nats: error: could not retrieve ORDERS#-1: no message found (10037)");
}

#[test]
fn streams_are_listed() {
    let list = |streams: &str| {
        answer(&format!(r#"{{"total":1,"offset":0,"limit":256,"streams":{streams}}}"#))
    };
    let one = format!(
        r#"[{{"config":{CONFIG},"created":"2026-01-05T09:00:00Z","state":{{"messages":1200,"bytes":2100,"num_deleted":1,
        "last_ts":"2026-01-05T09:00:02Z"}},"cluster":{{"name":"C","leader":"n2","replicas":[{{"name":"n1","current":true}},
        {{"name":"n3","offline":true}}]}},"ts":"2026-01-05T09:00:04Z"}}]"#
    );
    let (calls, out) = drive("nats stream ls --subject 'orders.*'", &[list(&one)]);
    assert_eq!(api(&calls[0]), ("$JS.API.STREAM.LIST", r#"{"offset":0,"subject":"orders.*"}"#));
    let expected = "\
╭────────────────────────────────────────────────────────────────────────────────╮
│                            Streams matching orders.*                           │
├────────┬─────────────┬─────────────────────┬──────────┬─────────┬──────────────┤
│ Name   │ Description │ Created             │ Messages │ Size    │ Last Message │
├────────┼─────────────┼─────────────────────┼──────────┼─────────┼──────────────┤
│ ORDERS │             │ 2026-01-05 09:00:00 │ 1,200    │ 2.1 KiB │ 2.00s        │
╰────────┴─────────────┴─────────────────────┴──────────┴─────────┴──────────────╯";
    assert_eq!(out, expected);
    assert_eq!(drive("nats s ls", &[list("[]")]).1, "No Streams defined");
    let (_, out) = drive("nats s report", &[list(&one)]);
    assert!(out.contains("│ n1, n2*, n3! │"), "{out}");
    let names = answer(r#"{"streams":["A","B"]}"#);
    assert_eq!(drive("nats s ls -n", &[names]).1, "A\nB");
}

#[test]
fn subjects_are_counted() {
    let counted =
        answer(r#"{"config":{"name":"ORDERS"},"state":{"subjects":{"a.x":3,"b":1,"c":2,"d":4}}}"#);
    let (calls, out) = drive("nats s subjects ORDERS", &[info(), counted]);
    assert_eq!(api(&calls[1]).1, r#"{"subjects_filter":"\u003e"}"#);
    let expected = "\
╭─────────────────────────────────────────────────────╮
│             4 Subjects in stream ORDERS             │
├─────────┬───────┬─────────┬───────┬─────────┬───────┤
│ Subject │ Count │ Subject │ Count │ Subject │ Count │
├─────────┼───────┼─────────┼───────┼─────────┼───────┤
│ b       │ 1     │ c       │ 2     │ a.x     │ 3     │
│ d       │ 4     │         │       │         │       │
╰─────────┴───────┴─────────┴───────┴─────────┴───────╯";
    assert_eq!(out, expected);
}

#[test]
fn a_leader_steps_down() {
    let led_by = |leader: &str| {
        answer(&format!(
            r#"{{"config":{CONFIG},"cluster":{{"name":"C","leader":"{leader}","replicas":[{{"name":"a"}},{{"name":"b"}}]}}}}"#
        ))
    };
    let done = answer(r#"{"success":true}"#);
    let (calls, out) = drive(
        "nats s cluster step-down ORDERS --preferred n2",
        &[led_by("n1"), done, led_by(""), led_by("n2")],
    );
    assert_eq!(
        api(&calls[1]),
        ("$JS.API.STREAM.LEADER.STEPDOWN.ORDERS", r#"{"placement":{"preferred":"n2"}}"#)
    );
    let begin = "\
09:00:00 Requesting leader step down of \"n1\" for stream \"ORDERS\" in a 3 peer cluster group
09:00:00 No leader elected
09:00:01 New leader elected \"n2\"

Information for Stream ORDERS";
    assert!(out.starts_with(begin), "{out}");
    let alone = answer(r#"{"config":{"name":"A"},"cluster":{"leader":"n1"}}"#);
    assert_eq!(drive("nats s c sd A", &[alone]).1, "nats: error: stream \"A\" is not clustered");
}

#[test]
fn publishes_are_told() {
    let (calls, out) =
        drive("nats pub orders.new hello --count 2", &[Outcome::Sent { messages: 2 }]);
    assert!(matches!(&calls[0], Call::Publish { count: 2, .. }));
    assert_eq!(
        out,
        "09:00:00 Published 5 bytes to \"orders.new\"\n09:00:00 Published 5 bytes to \"orders.new\""
    );
    let ack = |text: &str| Message::new("_INBOX.x", Bytes::from(text.to_owned()));
    let acks = vec![
        ack(r#"{"stream":"ORDERS","seq":1001}"#),
        ack(r#"{"stream":"ORDERS","domain":"hub","seq":1001,"duplicate": true}"#),
        ack(
            r#"{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 3"},"stream":"ORDERS","seq":0}"#,
        ),
    ];
    let (_, out) =
        drive("nats pub o {{Count}} --count 3 -J", &[Outcome::Acked { acks, retries: 0 }]);
    let expected = "\
09:00:00 Published 1 bytes to \"o\"
09:00:00 Stored in Stream: ORDERS Sequence: 1,001
09:00:00 Published 1 bytes to \"o\"
09:00:00 Stored in Stream: ORDERS Sequence: 1,001 Domain: \"hub\" Duplicate: true
09:00:00 Published 1 bytes to \"o\"
nats: error: wrong last sequence: 3 (10071)";
    assert_eq!(out, expected);
    let (_, out) = drive("nats pub o x -J", &[Outcome::NoResponders]);
    assert_eq!(
        out,
        "09:00:00 Published 1 bytes to \"o\"\nnats: error: nats: no responders available for request"
    );
    let (_, out) = drive("nats pub o x --count 1000", &[Outcome::Sent { messages: 1000 }]);
    assert_eq!(out, "Published 1,000 messages");
}

#[test]
fn requests_and_replies_are_told() {
    let reply = Message {
        headers: Some(Headers::new([("A", "b")])),
        ..Message::new("_INBOX.x", Bytes::from_static(b"hi"))
    };
    let (calls, out) = drive(
        "nats req help me --replies 2",
        &[Outcome::TimedOut { after: Span::secs(5), replies: vec![reply] }],
    );
    assert!(matches!(&calls[0], Call::Request { replies: 2, .. }));
    let expected = "\
09:00:00 Sending request on \"help\"
09:00:00 Received with rtt 1ms
09:00:00 A: b
09:00:00
hi


1 of 2 replies within 5s.";
    assert_eq!(out, expected);
    let (_, out) = drive("nats req help me", &[Outcome::NoResponders]);
    assert_eq!(out, "09:00:00 Sending request on \"help\"\n09:00:00 No responders are available");
}

/// What a subscription prints while it goes on.
#[test]
fn subscriptions_print_what_comes() {
    let mut first = Message::new("orders.new", Bytes::from_static(b"one"));
    first.reply = Some("_INBOX.r".into());
    first.headers = Some(Headers::new([("A", "b")]));
    let second = Message::new("orders.old", Bytes::from_static(b"two"));
    let view = OpView {
        started: Time::ZERO,
        ended: None,
        outcome: None,
        received: vec![(Time::ZERO, &first), (Time::ZERO, &second)],
        received_total: 4,
    };
    let out = |text: &str| {
        let Ok(Parsed::Run(line)) = parse(text) else { panic!("{text}") };
        let views = [view.clone()];
        let mut script = Run::new(&views, Time::ZERO, None, None);
        assert!(matches!(run(&mut script, &line), Err(Stop::Waiting)));
        script.into_lines().into_iter().map(|line| line.text).collect::<Vec<_>>().join("\n")
    };
    let expected = "\
09:00:00 Subscribing on orders.>
The first 2 messages are not shown.
[#3] Received on \"orders.new\" with reply \"_INBOX.r\"
A: b

one

[#4] Received on \"orders.old\"
two";
    assert_eq!(out("nats sub 'orders.>'"), expected);
    assert_eq!(out("nats sub 'orders.>' -r"), "The first 2 messages are not shown.\none\ntwo");
    let expected = "\
09:00:00 No body or command supplied, enabling echo mode
09:00:00 Listening on \"help\" in group \"NATS-RPLY-22\"
The first 2 messages are not shown.
09:00:00 [#2] Received on subject \"orders.new\":
09:00:00 A: b

one
09:00:00 [#3] Received on subject \"orders.old\":

two";
    assert_eq!(out("nats reply help"), expected);
}
