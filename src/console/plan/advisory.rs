//! Advisories and metrics of JetStream as `nats events` prints them.

use crate::console::format::clock;
use crate::nats::api::Stamp;
use crate::nats::json::{self, as_json};
use crate::nats::time::go_duration;

/// What all kinds of them say between them; each says a part of it.
#[derive(Debug, Default)]
struct Event {
    r#type: String,
    id: String,
    timestamp: Stamp,
    stream: String,
    consumer: String,
    action: String,
    leader: String,
    cluster: String,
    replicas: Vec<Peer>,
    stream_seq: u64,
    consumer_seq: u64,
    deliveries: u64,
    ack_time: u64,
    reason: String,
    domain: String,
    account: String,
    paused: bool,
    pause_until: String,
    group: String,
    pinned_id: String,
    batch: String,
    server: String,
    client: Audit,
    subject: String,
    request: String,
    response: String,
}

as_json! {
    read Event;
    r#type, id, timestamp, stream, consumer, action, leader, cluster, replicas, stream_seq,
    consumer_seq, deliveries, ack_time, reason, domain, account, paused, pause_until, group,
    pinned_id, batch, server, client, subject, request, response,
}

#[derive(Debug, Default)]
struct Peer {
    name: String,
    current: bool,
    active: u64,
}

as_json! {
    read Peer;
    name, current, active,
}

/// The client that made an API request.
#[derive(Debug, Default)]
struct Audit {
    host: String,
    id: u64,
    acc: String,
    name: String,
    lang: String,
    ver: String,
}

as_json! {
    read Audit;
    host, id, acc, name, lang, ver,
}

/// One event on one line; none if its kind is not known.
pub(super) fn compact(json: &[u8]) -> Option<String> {
    let event: Event = json::read(json).ok()?;
    let Event { stream, consumer, stream_seq, deliveries, leader, .. } = &event;
    let peers = event.replicas.len();
    let of = format!("{stream} ({stream_seq}) > {consumer}");
    let text = match kind(&event)? {
        "stream_action" => format!("[Stream {}] {stream}", title(&event.action)),
        "consumer_action" => {
            format!("[Consumer {}] {stream} > {consumer}", title(&event.action))
        }
        "consumer_pause" => {
            let until =
                if event.paused { format!(" until {}", event.pause_until) } else { String::new() };
            format!(
                "[Consumer Pause] Consumer: {stream} > {consumer} Paused: {}{until}",
                event.paused
            )
        }
        "nak" => format!("[JS Delivery NAKed] {of}: {deliveries} deliveries"),
        "terminated" => {
            let why = if event.reason.is_empty() { "" } else { ": " };
            format!("[JS Delivery Terminated] {of}: {deliveries} deliveries{why}{}", event.reason)
        }
        "max_deliver" => format!("[JS Max Deliveries] {of}: {deliveries} deliveries"),
        "consumer_group_pinned" => format!(
            "[PINNED] Consumer {stream} > {consumer} pinned client {} for group {}",
            event.pinned_id, event.group
        ),
        "consumer_group_unpinned" => format!(
            "[UNPINNED] Consumer {stream} > {consumer} unpinned group {}: {}",
            event.group, event.reason
        ),
        "stream_leader_elected" => {
            format!("[RAFT] Stream {stream} elected leader {leader} of {peers} peers")
        }
        "consumer_leader_elected" => {
            format!(
                "[RAFT] Consumer {stream} > {consumer} elected leader {leader} of {peers} peers"
            )
        }
        "domain_leader_elected" => format!(
            "[RAFT] Domain leader elected {leader} in cluster {} leader of {peers} peers",
            event.cluster
        ),
        "stream_quorum_lost" => format!("[RAFT] Stream {stream} lost quorum of {peers} peers"),
        "consumer_quorum_lost" => {
            format!("[RAFT] Consumer {stream} > {consumer} lost quorum of {peers} peers")
        }
        "stream_batch_abandoned" => {
            format!("[Batch Abandoned] {stream} abandoned batch {}: {}", event.batch, event.reason)
        }
        "api_audit" => {
            let account = &event.client.acc;
            let space = if account.is_empty() { "" } else { " " };
            format!("[JS API] {}{space}{account}", event.subject)
        }
        "consumer_ack" => {
            let delay = go_duration(event.ack_time);
            format!(
                "[JS Ack] {stream} ({stream_seq}) > {consumer} ({}): {deliveries} deliveries in {delay}",
                event.consumer_seq
            )
        }
        _ => return None,
    };
    Some(format!("{} {text}", time(&event)))
}

/// One event with all it says, over several lines; none if its kind is not known.
pub(super) fn extended(json: &[u8]) -> Option<Vec<String>> {
    let event: Event = json::read(json).ok()?;
    let title = match kind(&event)? {
        "stream_action" => format!("Stream {} Action", title(&event.action)),
        "consumer_action" => format!("Consumer {} Action", title(&event.action)),
        "consumer_pause" => "Consumer Pause".to_owned(),
        "nak" => "Delivery NAKed".to_owned(),
        "terminated" => "Delivery Terminated".to_owned(),
        "max_deliver" => "Delivery Attempts Exceeded".to_owned(),
        "consumer_group_pinned" => "Grouped Consumer Pinned a Client".to_owned(),
        "consumer_group_unpinned" => "Grouped Consumer Unpinned a Client".to_owned(),
        "stream_leader_elected" => "Stream Leader Election".to_owned(),
        "consumer_leader_elected" => "Consumer Leader Election".to_owned(),
        "domain_leader_elected" => "Domain Leader Election".to_owned(),
        "stream_quorum_lost" => "Stream Quorum Lost".to_owned(),
        "consumer_quorum_lost" => "Consumer Quorum Lost".to_owned(),
        "stream_batch_abandoned" => "Publish Batch Abandoned".to_owned(),
        "api_audit" => "JetStream API Access".to_owned(),
        "consumer_ack" => "Acknowledgment Sample".to_owned(),
        _ => return None,
    };
    let mut lines = vec![format!("[{}] [{}] {title}", time(&event), event.id), String::new()];
    let rows = rows(&event);
    let width = match kind(&event)? {
        "consumer_ack" => 22,
        "nak" | "terminated" | "max_deliver" | "stream_batch_abandoned" => 18,
        "api_audit" => 12,
        _ => 14,
    };
    lines.extend(rows.into_iter().map(|(name, value)| format!("{name:>width$}: {value}")));
    if !event.replicas.is_empty() {
        lines.push(format!("{:>width$}:", "Replicas"));
        for peer in &event.replicas {
            lines.push(String::new());
            lines.push(format!("             Name: {}", peer.name));
            lines.push(format!("          Current: {}", peer.current));
            lines.push(format!("           Active: {}", go_duration(peer.active)));
        }
    }
    if !event.response.is_empty() {
        let request = if event.request.is_empty() { "Empty Request" } else { &event.request };
        for (name, text) in [("Request", request), ("Response", &event.response)] {
            lines.push(String::new());
            lines.push(format!("    {name}:"));
            lines.push(String::new());
            lines.extend(text.lines().map(|line| format!("          {line}")));
        }
    }
    Some(lines)
}

/// The names and values that an event of its kind shows.
fn rows(event: &Event) -> Vec<(&'static str, String)> {
    let mut rows: Vec<(&'static str, String)> = Vec::new();
    let mut row = |name: &'static str, value: &str| {
        if !value.is_empty() {
            rows.push((name, value.to_owned()));
        }
    };
    // Those about a message name the consumer with its stream.
    if event.stream_seq > 0 {
        row("Consumer", &format!("{} > {}", event.stream, event.consumer));
        row("Stream Sequence", &event.stream_seq.to_string());
        if event.ack_time > 0 {
            row("Consumer Sequence", &event.consumer_seq.to_string());
        }
        row("Deliveries", &event.deliveries.to_string());
        if event.ack_time > 0 {
            row("Delay", &go_duration(event.ack_time));
        }
    } else {
        row("Stream", &event.stream);
        row("Consumer", &event.consumer);
    }
    row("Leader", &event.leader);
    row("Cluster", &event.cluster);
    if kind(event) == Some("consumer_pause") {
        row("Paused", if event.paused { "true" } else { "false" });
        if event.paused {
            row("Until", &event.pause_until);
        }
    }
    row("Group", &event.group);
    row("Pinned Client", &event.pinned_id);
    row("Account", &event.account);
    row("Domain", &event.domain);
    row("Batch", &event.batch);
    row("Reason", &event.reason);
    row("Server", &event.server);
    row("Subject", &event.subject);
    if event.client.id > 0 {
        row("Host", &event.client.host);
        row("CID", &event.client.id.to_string());
        row("Name", &event.client.name);
        row("Language", format!("{} {}", event.client.lang, event.client.ver).trim());
    }
    rows
}

/// What kind of event it is: the last part of its type.
fn kind(event: &Event) -> Option<&str> {
    let rest = event.r#type.strip_prefix("io.nats.jetstream.")?;
    rest.strip_prefix("advisory.v1.").or_else(|| rest.strip_prefix("metric.v1."))
}

fn time(event: &Event) -> String {
    event.timestamp.0.map(clock).unwrap_or_default()
}

/// A word with a capital letter.
fn title(word: &str) -> String {
    let mut letters = word.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_told_as_the_cli_tells_them() {
        let of = |kind: &str, rest: &str| {
            format!(
                r#"{{"type":"io.nats.jetstream.{kind}","id":"k9mm","timestamp":"2026-01-05T09:00:01.5Z",{rest}}}"#
            )
        };
        for (json, short, long) in [
            (
                of("advisory.v1.stream_action", r#""stream":"ORDERS","action":"create""#),
                "09:00:01 [Stream Create] ORDERS",
                "[09:00:01] [k9mm] Stream Create Action\n\n        Stream: ORDERS",
            ),
            (
                of(
                    "advisory.v1.max_deliver",
                    r#""stream":"S","consumer":"c","stream_seq":121,"deliveries":5"#,
                ),
                "09:00:01 [JS Max Deliveries] S (121) > c: 5 deliveries",
                "[09:00:01] [k9mm] Delivery Attempts Exceeded\n\n          Consumer: S > c\n   Stream Sequence: 121\n        Deliveries: 5",
            ),
            (
                of(
                    "advisory.v1.stream_leader_elected",
                    r#""stream":"S","leader":"n1","replicas":[{"name":"n1","current":true,"active":1500000}]"#,
                ),
                "09:00:01 [RAFT] Stream S elected leader n1 of 1 peers",
                "[09:00:01] [k9mm] Stream Leader Election\n\n        Stream: S\n        Leader: n1\n      Replicas:\n\n             Name: n1\n          Current: true\n           Active: 1.5ms",
            ),
            (
                of(
                    "advisory.v1.terminated",
                    r#""stream":"S","consumer":"c","stream_seq":1,"deliveries":2,"reason":"bad""#,
                ),
                "09:00:01 [JS Delivery Terminated] S (1) > c: 2 deliveries: bad",
                "[09:00:01] [k9mm] Delivery Terminated\n\n          Consumer: S > c\n   Stream Sequence: 1\n        Deliveries: 2\n            Reason: bad",
            ),
            (
                of(
                    "metric.v1.consumer_ack",
                    r#""stream":"S","consumer":"c","consumer_seq":3,"stream_seq":1,"ack_time":1009000,"deliveries":1"#,
                ),
                "09:00:01 [JS Ack] S (1) > c (3): 1 deliveries in 1.009ms",
                "[09:00:01] [k9mm] Acknowledgment Sample\n\n              Consumer: S > c\n       Stream Sequence: 1\n     Consumer Sequence: 3\n            Deliveries: 1\n                 Delay: 1.009ms",
            ),
        ] {
            assert_eq!(compact(json.as_bytes()).as_deref(), Some(short));
            assert_eq!(
                extended(json.as_bytes()).map(|lines| lines.join("\n")).as_deref(),
                Some(long)
            );
        }
        for unknown in ["", "{}", "[]", &of("advisory.v2.other", r#""stream":"S""#)] {
            assert_eq!(compact(unknown.as_bytes()), None);
            assert_eq!(extended(unknown.as_bytes()), None);
        }
    }
}
