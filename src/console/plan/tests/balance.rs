//! Leaders that are spread over the servers.

use super::*;

fn account(level: u32) -> Outcome {
    answer(&format!(
        r#"{{"memory":0,"storage":0,"streams":4,"api":{{"level":{level},"total":9}}}}"#
    ))
}

/// What a server tells about a thing with this leader and these replicas.
fn group(leader: &str, replicas: &[&str]) -> String {
    let peers: Vec<String> = replicas
        .iter()
        .map(|name| format!(r#"{{"name":"{name}","current":true,"active":1,"peer":"x"}}"#))
        .collect();
    format!(r#"{{"name":"C1","leader":"{leader}","replicas":[{}]}}"#, peers.join(","))
}

fn streams(groups: &[(&str, String)]) -> Outcome {
    let told: Vec<String> = groups
        .iter()
        .map(|(name, group)| {
            let config = CONFIG.replace("ORDERS", name);
            format!(
                r#"{{"config":{config},"created":"2026-01-05T09:00:00Z","state":{{"messages":0,
                "bytes":0,"first_seq":0,"first_ts":"0001-01-01T00:00:00Z","last_seq":0,
                "last_ts":"0001-01-01T00:00:00Z","consumer_count":0}},"cluster":{group},
                "ts":"2026-01-05T09:00:04Z"}}"#
            )
        })
        .collect();
    answer(&format!(
        r#"{{"total":{},"offset":0,"limit":256,"streams":[{}]}}"#,
        told.len(),
        told.join(",")
    ))
}

fn done() -> Outcome {
    answer(r#"{"success":true}"#)
}

#[test]
fn a_server_that_leads_too_much_leaves_it_to_those_that_lead_least() {
    let all = [
        ("D", group("n1", &["n2", "n3"])),
        ("A", group("n1", &[])),
        ("B", group("n1", &["n2", "n3"])),
        ("C", group("n1", &["n2", "n3"])),
        ("E", group("n2", &["n1", "n3"])),
        ("F", group("", &["n1", "n2", "n3"])),
        ("G", group("n1", &["n2", "n3"])),
    ];
    let refused = error(10005, "no suitable peers for placement");
    let (calls, out) = drive(
        "nats stream cluster balance",
        &[streams(&all), account(2), refused, done(), done(), done()],
    );
    assert_eq!(api(&calls[1]), ("$JS.API.INFO", ""));
    let asked: Vec<(&str, &str)> = calls[2..].iter().map(api).collect();
    // The share of each is 2. A has no other copy, B was refused; n3 leads nothing, n2 one.
    let to = |server| format!(r#"{{"placement":{{"cluster":"C1","preferred":"{server}"}}}}"#);
    let (n2, n3) = (to("n2"), to("n3"));
    assert_eq!(
        asked,
        [
            ("$JS.API.STREAM.LEADER.STEPDOWN.B", &*n3),
            ("$JS.API.STREAM.LEADER.STEPDOWN.C", &*n3),
            ("$JS.API.STREAM.LEADER.STEPDOWN.D", &*n2),
            ("$JS.API.STREAM.LEADER.STEPDOWN.G", &*n3),
        ]
    );
    let begins = "09:00:00 Found entity without leader F\n\
                  09:00:00 Found cluster C1 with a balanced distribution of 2\n\
                  09:00:00 Cluster C1 has 3 available peers\n\
                  09:00:00 Nats server 'n1' is the lead of 5 entities with a offset of 3\n\
                  09:00:00 Nats server 'n2' is the lead of 1 entities with a offset of -1\n\
                  09:00:00 Nats server 'n3' is the lead of 0 entities with a offset of -2\n\
                  09:00:00\n\
                  09:00:00 Rebalancing server 'n1' with offset of 3\n\
                  09:00:00 Moving B to available server in cluster C1\n\
                  09:00:00 Requesting leader 'n1' step down for stream 'B'. New preferred leader \
                  is n3.\n\
                  09:00:00 Unable to step down leader for  B - no suitable peers for placement \
                  (10005)\n";
    assert!(out.starts_with(begins), "{out}");
    let ends = "09:00:00 Successful step down for stream 'G'\nBalanced 3 streams.";
    assert!(out.ends_with(ends), "{out}");
}

#[test]
fn what_is_balanced_stays_as_it_is() {
    let all =
        [("A", group("n1", &["n2", "n3"])), ("B", group("n2", &["n1"])), ("C", group("n3", &[]))];
    let (_, out) = drive("nats stream cluster balance", &[streams(&all), account(2)]);
    assert!(out.ends_with("\nBalanced 0 streams."), "{out}");
    let (_, out) = drive("nats stream cluster balance", &[streams(&all), account(0)]);
    let why = "invalid server version. Balancer requires server version 2.11.0 or higher";
    assert_eq!(out, format!("nats: error: failed to balance streams: {why}"));
    // The real CLI says nothing either.
    let line = "nats stream cluster balance --leader n9 --cluster C1";
    assert_eq!(drive(line, &[streams(&all)]).1, "");
    let none = answer(r#"{"total":0,"offset":0,"limit":256,"consumers":[]}"#);
    let (_, out) = drive("nats consumer cluster balance ORDERS", &[info(), none]);
    assert_eq!(out, "No consumers on ORDERS");
}
