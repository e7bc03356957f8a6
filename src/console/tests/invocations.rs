//! Lines that people type at the real CLI: they are understood, and print its headings.

use super::*;
use crate::console::{Parsed, parse};

/// Lines in an order in which they make sense, each with something that it prints.
const LINES: &[(&str, &str)] = &[
    ("nats --help", "usage: nats [<flags>] <command> [<args> ...]"),
    ("nats help stream add", "usage: nats stream add [<flags>] [<stream>]"),
    ("nats consumer --help", "usage: nats consumer <command> [<args> ...]"),
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
    ("nats stream purge ORDERS --subject orders.new --keep 1 -f", "Purged"),
    ("nats stream purge ORDERS --seq 1 -f", "Purged 0 messages from ORDERS"),
    ("nats stream cluster step-down ORDERS", "New leader elected"),
    ("nats stream seal JOBS -f", "Sealed: true"),
    ("nats stream rm JOBS -f", "Stream JOBS is gone"),
    ("nats server ls", "Server Overview"),
    ("nats server list --json", "\"n1\""),
    ("nats server info n1", "Server information for n1"),
    ("nats account info", "Account Usage:"),
    ("nats bench pub elsewhere --msgs 20 --size 64 --sleep 1ms", "NATS Core NATS publisher stats:"),
    (
        "nats bench js pub sync bench --create --stream benchstream --msgs 20 --purge",
        "NATS JetStream synchronous publisher stats:",
    ),
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

/// Lines about consumers with all their flags.
const CONSUMERS: &[&str] = &[
    "nats consumer add ORDERS worker --pull --defaults",
    "nats consumer add ORDERS worker --filter orders.new --filter orders.paid --deliver all --ack explicit --wait 30s --max-deliver 5 --max-pending 100 --replay instant --max-waiting 8 --no-headers-only --backoff linear --backoff-steps 5 --backoff-min 1s --backoff-max 1m --sample 100 --inactive-threshold 1h --memory --replicas 1 --metadata a=b --description x --pause 5m",
    "nats consumer add ORDERS pusher --target deliver.here --deliver-group g --deliver new --ack none --heartbeat 5s --flow-control --bps 1024 --ephemeral",
    "nats con ls ORDERS -n",
    "nats consumer find ORDERS --pull --pending 5",
    "nats c info ORDERS worker --json",
    "nats c state ORDERS worker --no-select",
    "nats consumer next ORDERS worker --count 5 --no-ack",
    "nats consumer next ORDERS worker --term --raw",
    "nats consumer next ORDERS worker --nak --timeout 1s",
    "nats consumer sub ORDERS pusher --no-ack -r",
    "nats consumer edit ORDERS worker --max-pending 5 --wait 1m --dry-run -f",
    "nats consumer copy ORDERS worker other --deliver last",
    "nats consumer pause ORDERS worker 1h -f",
    "nats consumer resume ORDERS worker -f",
    "nats consumer unpin ORDERS worker jobs -f",
    "nats consumer report ORDERS --raw --leaders",
    "nats consumer cluster step-down ORDERS worker --preferred n2",
    "nats consumer rm ORDERS worker -f",
    "nats bench js consume --stream ORDERS --msgs 5 --acks none --batch 10",
    "nats bench js fetch --msgs 5 --batch 2 --stream ORDERS",
    "nats bench js ordered --stream ORDERS --msgs 5",
];

#[test]
fn the_flags_of_consumers_are_the_clis() {
    for line in CONSUMERS {
        assert!(matches!(parse(line), Ok(Parsed::Run(_))), "{line}: {:?}", parse(line).err());
    }
}

#[test]
fn what_is_not_here_is_refused_with_a_way_out() {
    for (line, expected) in [
        (
            "nats stream backup ORDERS /tmp/x",
            "nats: error: 'stream backup' is not part of this simulation\nThere are no files here; a link of this page keeps the whole session.",
        ),
        (
            "nats bench js pub async x",
            "nats: error: 'bench js pub async' is not part of this simulation\nUse 'nats bench js pub sync'.",
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
