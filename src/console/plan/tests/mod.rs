//! Scripts against invented answers: which calls they make, what they print.

use bytes::Bytes;

mod balance;
mod consumer;
mod core;
mod graph;
mod stream_change;
mod stream_read;

use super::*;
use crate::client::{Call, OpId, Outcome};
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
                id: OpId(1),
                started,
                ended: Some(started + Span::millis(1)),
                outcome: Some(outcome),
                first_at: None,
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
