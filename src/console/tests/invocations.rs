//! Lines that people type at the real CLI: they are understood, and print its headings.

use super::*;
use crate::console::parse;

/// Lines in an order in which they make sense, each with something that it prints.
const LINES: &[(&str, &str)] = &[
    ("nats --help", "usage: nats [<flags>] <command> [<args> ...]"),
    ("nats help stream add", "usage: nats stream add [<flags>] [<stream>]"),
    ("nats consumer --help", "usage: nats consumer [<flags>] <command> [<args> ...]"),
    ("nats pub orders.new hello", "Stored in Stream: ORDERS Sequence: 1"),
    ("nats pub -H Nats-Msg-Id:1 orders.new '{{Count}}' --count 2", "Duplicate: true"),
    ("nats pub elsewhere hello --reply x", "Published 5 bytes to \"elsewhere\""),
    ("nats publish -q elsewhere hello", ""),
    ("nats sub 'orders.>' --count=1", "Subscribing on orders.>"),
    (
        "nats reply help.please 'I can help!'",
        "Listening on \"help.please\" in group \"NATS-RPLY-22\"",
    ),
    ("nats request help.please x --timeout 1s", "Received with rtt"),
    ("nats req help.please x --raw", "I can help!"),
    ("nats str ls", "Streams"),
    ("nats stream ls -n", "ORDERS"),
    ("nats stream ls --subject orders.eu", "Streams matching orders.eu"),
    ("nats stream ls --json", "\"ORDERS\""),
    ("nats stream report", "Stream Report"),
    ("nats stream report -m -l", "RAFT Leader Report"),
    ("nats stream find --empty --invert", "ORDERS"),
    ("nats stream find --names --leader nobody", ""),
    ("nats s info ORDERS", "Information for Stream ORDERS created 2026-01-05"),
    ("nats stream info ORDERS -j", "\"config\": {"),
    ("nats stream state ORDERS", "State for Stream ORDERS created 2026-01-05"),
    ("nats stream subjects ORDERS", "1 Subjects in stream ORDERS"),
    ("nats stream view ORDERS 5 --id 1", "[1] Subject: orders.new Received: 2026-01-05"),
    ("nats stream view ORDERS --raw", "hello"),
    ("nats stream get ORDERS 1", "Item: ORDERS#1 received 2026-01-05"),
    ("nats stream get ORDERS -S orders.new", "Item: ORDERS#"),
    (
        "nats stream add TASKS --subjects 'tasks.*' --storage memory --retention work --replicas 3 --discard new --max-msgs=10 --max-age 1h --max-bytes 1MB --max-msg-size 1K --dupe-window 1m --no-allow-direct --deny-delete --defaults",
        "Stream TASKS was created",
    ),
    ("nats stream copy TASKS JOBS --subjects 'jobs.*'", "Stream JOBS was created"),
    ("nats stream edit JOBS --description 'for later' -f", "Stream JOBS was updated"),
    ("nats stream edit JOBS --max-msgs 5 --dry-run", "Differences (-old +new):"),
    ("nats stream edit JOBS --dry-run", "No difference in configuration"),
    ("nats stream rmm ORDERS 1 -f", "Message 1 of ORDERS is gone"),
    ("nats stream gaps ORDERS -f", "No deleted messages in ORDERS"),
    ("nats stream backup ORDERS /backups/orders", "Starting backup of Stream \"ORDERS\" with"),
    ("nats stream snapshot ORDERS 'my backup' --no-consumers --chunk-size 4K", " uncompressed"),
    ("nats stream rm ORDERS -f", "Stream ORDERS is gone"),
    ("nats stream restore /backups/orders", "Restored stream \"ORDERS\" in 0s"),
    ("nats stream purge ORDERS --subject orders.new --keep 1 -f", "Purged"),
    ("nats stream purge ORDERS --seq 1 -f", "Purged 0 messages from ORDERS"),
    ("nats stream cluster step-down ORDERS", "New leader elected"),
    ("nats stream graph ORDERS", "Stream Statistics for ORDERS"),
    ("nats stream cluster balance --server-name n", " streams."),
    ("nats stream seal JOBS -f", "Sealed: true"),
    ("nats stream rm JOBS -f", "Stream JOBS is gone"),
    ("nats server ls", "Server Overview"),
    ("nats server list --json", "\"n1\""),
    ("nats server info n1", "Server information for n1"),
    ("nats server report jetstream", "RAFT Meta Group Information - Lead cluster: us-east"),
    ("nats server report js --sort msgs", "JetStream Summary"),
    ("nats server report connections", "Top 3 Connections out of 3 by subs"),
    ("nats rtt", "   nats://n2:4222: 400µs"),
    ("nats rtt --json 1", "\"rtt\": 400000"),
    ("nats account info", "Account Usage:"),
    ("nats bench pub elsewhere --msgs 20 --size 64 --sleep 1ms", "NATS Core NATS publisher stats:"),
    (
        "nats bench js pub sync bench --create --stream benchstream --msgs 20 --purge",
        "NATS JetStream synchronous publisher stats:",
    ),
    (
        "nats bench js pub async bench --msgs 20 --batch 8 --dedup",
        "NATS JetStream asynchronous publisher stats:",
    ),
    (
        "nats bench js pub batch bench --msgs 20 --batch 8 --purge",
        "NATS JetStream batched publisher stats:",
    ),
    ("nats stream info benchstream", "Messages: 20"),
    ("nats stream edit benchstream --replicas 2 -f", "Stream benchstream was updated"),
    ("nats bench sub elsewhere --msgs 10", "Starting Core NATS subscriber benchmark"),
    ("nats events --js-advisory --short", "Listening for Advisories on $JS.EVENT.ADVISORY.>"),
];

#[test]
fn common_invocations_print_the_headings_of_the_cli() {
    let mut typist = Typist::new();
    for (line, heading) in LINES {
        assert!(parse(line).is_ok(), "{line}");
        let (printed, state) = typist.types(line);
        assert!(matches!(state, State::Done | State::Listening), "{line} ({state:?}): {printed}");
        assert!(printed.contains(heading), "{line}: {printed}");
    }
}

/// Lines about consumers, likewise.
const CONSUMERS: &[(&str, &str)] = &[
    ("nats pub orders.new '{{Count}}' --count 10", "Sequence: 10"),
    (
        "nats consumer add ORDERS worker --pull --defaults",
        "Information for Consumer ORDERS > worker created 2026-01-05T09:00:0",
    ),
    (
        "nats consumer add ORDERS careful --filter orders.new --filter orders.paid --deliver all --ack explicit --wait 30s --max-deliver 6 --max-pending 100 --replay instant --max-waiting 8 --no-headers-only --backoff linear --backoff-steps 5 --backoff-min 1s --backoff-max 1m --sample 100 --inactive-threshold 1h --memory --replicas 1 --metadata a=b --description x --pause 5m",
        "Backoff: 1s, 12.8s, 24.6s, 36.4s, 48.2s",
    ),
    (
        "nats consumer add ORDERS pusher --target deliver.here --deliver-group g --deliver new --ack none --heartbeat 5s --bps 8192",
        "Deliver Queue Group: g",
    ),
    ("nats con ls ORDERS", "│ worker  │"),
    ("nats con ls ORDERS -n", "careful\npusher\nworker"),
    ("nats consumer find ORDERS --pull --waiting 5", "worker"),
    ("nats c info ORDERS worker", "Waiting Pulls: 0 of maximum 512"),
    ("nats c info ORDERS worker --json", "\"num_pending\": 10"),
    ("nats c state ORDERS worker --no-select", "State for Consumer ORDERS > worker"),
    (
        "nats consumer next ORDERS worker",
        "subj: orders.new / tries: 1 / cons seq: 1 / str seq: 1 / pending: 9\n\n1\n\nAcknowledged message",
    ),
    ("nats consumer next ORDERS worker --raw --count 2", "2\n3"),
    ("nats consumer next ORDERS worker --term", "Terminated message"),
    ("nats consumer next ORDERS worker --nak --timeout 1s", "Negative Acknowledged message"),
    ("nats consumer next ORDERS worker --no-ack", "tries: 2"),
    ("nats consumer next ORDERS worker --wait 1s", "Acknowledged message after "),
    ("nats consumer sub ORDERS worker", "Acknowledged message"),
    ("nats consumer edit ORDERS worker --max-pending 5 --wait 1m -f", "+  max_ack_pending: 5"),
    ("nats consumer copy ORDERS worker other --deliver last", "Deliver Policy: Last"),
    ("nats consumer report ORDERS", "Consumer report for ORDERS with 4 consumers"),
    ("nats consumer pause ORDERS worker 1h -f", "Paused ORDERS > worker until 2026-01-05 10:00:"),
    ("nats consumer resume ORDERS worker -f", "was resumed while previously paused until"),
    ("nats consumer cluster step-down ORDERS worker", "New leader elected"),
    ("nats consumer graph ORDERS worker", "Consumer Statistics for ORDERS > worker"),
    ("nats consumer cluster balance ORDERS --pull", "Balanced "),
    ("nats consumer rm ORDERS other -f", "Consumer ORDERS > other is gone"),
    ("nats bench js fetch --stream ORDERS --msgs 10 --batch 4", "durable consumer (fetch) stats:"),
    ("nats consumer rm ORDERS nats-bench -f", "Consumer ORDERS > nats-bench is gone"),
    ("nats bench js consume --stream ORDERS --msgs 10 --acks none", "Starting JetStream durable"),
    ("nats bench js ordered --stream ORDERS --msgs 10", "Starting JetStream ordered"),
    (
        "nats sub 'orders.*' --all --count 10",
        "Subscribing to JetStream Stream holding messages with subject orders.* starting with the first message received",
    ),
    (
        "nats consumer sub ORDERS pusher --no-ack",
        "Subscribing to topic deliver.here auto acknowledgment: false",
    ),
];

#[test]
fn consumers_are_used_as_with_the_cli() {
    let mut typist = Typist::new();
    for (line, heading) in CONSUMERS {
        let (printed, state) = typist.types(line);
        assert!(matches!(state, State::Done | State::Listening), "{line} ({state:?}): {printed}");
        assert!(printed.contains(heading), "{line}: {printed}");
    }
}

#[test]
fn the_console_knows_what_it_made() {
    let mut typist = Typist::new();
    typist.types("nats consumer add ORDERS worker --pull --defaults");
    let Typist { world, session } = &typist;
    assert_eq!(session.complete("nats consumer info ORDERS ", world).options, ["worker "]);
}

#[test]
fn what_is_not_here_is_refused_with_a_way_out() {
    for (line, expected) in [
        (
            "nats account backup /tmp/x",
            "nats: error: 'account backup' is not part of this simulation\nUse 'nats stream backup' and 'nats stream restore', one stream at a time.",
        ),
        (
            "nats bench js get x",
            "nats: error: 'bench js get' is not part of this simulation\nUse 'nats stream get'.",
        ),
        (
            "nats server request jetstream",
            "nats: error: 'server request' is not part of this simulation\nThere is no system account here; see 'nats help server'.",
        ),
        (
            "nats consumer nxt ORDERS w",
            "nats: error: expected command but got \"nxt\"\nDid you mean 'nats consumer next'?",
        ),
        (
            "nats consumer add ORDERS w --max-deliveries 5",
            "nats: error: unknown long flag '--max-deliveries'\nDid you mean '--max-deliver'?",
        ),
        (
            "nats consumer add ORDERS w --ack sometimes",
            "nats: error: enum value must be one of none,all,explicit, got 'sometimes'",
        ),
        (
            "nats consumer next ORDERS",
            "nats: error: required argument 'consumer' not provided\nSee 'nats help consumer next'.",
        ),
    ] {
        assert_eq!(parse(line).expect_err(line).lines().join("\n"), expected);
    }
}
