//! Streams listed and looked at, their messages read.

use super::*;

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
    assert_eq!(
        out,
        "nats: error: could not retrieve ORDERS#-1: no message found (10037)\nIts first message is 1, its last one 3."
    );
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
fn the_report_says_who_copies_from_whom() {
    let from = r#""name":"EU","lag":1200,"active":90000000"#;
    let infos = [
        format!(r#"{{"config":{CONFIG}}}"#),
        format!(
            r#"{{"config":{{"name":"COPY"}},"mirror":{{{from},"external":{{"api":"$JS.eu.API"}}}}}}"#
        ),
        r#"{"config":{"name":"ALL"},"sources":[{"name":"US","lag":0,"active":-1,
            "error":{"code":404,"err_code":10059,"description":"stream not found"},
            "subject_transforms":[{"src":"a.>","dest":"us.a.>"},{"src":"b","dest":""}]}]}"#
            .to_owned(),
    ];
    let list = answer(&format!(r#"{{"total":3,"streams":[{}]}}"#, infos.join(",")));
    let (_, out) = drive("nats s report", &[list]);
    let at = |text: &str| out.lines().find(|line| line.contains(text)).unwrap_or_default();
    assert!(out.contains("Replication Report"), "{out}");
    let copy = at("Mirror");
    assert!(
        copy.contains("COPY") && copy.contains("$JS.eu.API") && copy.contains("1,200"),
        "{out}"
    );
    assert!(copy.contains("90ms"), "{out}");
    let all = at("b untransformed");
    assert!(all.contains("a.> to us.a.>, b untransformed"), "{out}");
    assert!(all.contains("never") && all.contains("stream not found (10059)"), "{out}");
}
