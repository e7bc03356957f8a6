//! Replicated streams in whole worlds: what publishers are told, and what the copies hold.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what goes wrong here is to stop the test"
)]

mod hand_support;

use hand_support::Field;
use windtunnel::kernel::{ProcState, Span};
use windtunnel::world::Input;

const SERVERS: [&str; 3] = ["n1", "n2", "n3"];

impl Field {
    fn new(seed: u64) -> Self {
        let mut field = Self::of(&SERVERS, seed);
        field.connect("$JS.EVENT.>");
        field
    }

    /// Publishes without waiting; the answer comes on the subject that is given back.
    fn publish(&mut self, subject: &str, headers: &[(&str, &str)], text: &str) -> String {
        let reply = self.new_reply();
        self.publish_to(&reply, subject, headers, text);
        reply
    }

    /// Sends a message and gives the one answer to it.
    fn ask(&mut self, subject: &str, headers: &[(&str, &str)], text: &str) -> String {
        self.request(subject, headers, text, Span::secs(1))
    }

    fn create(&mut self, more: &str) {
        let config = r#"{"name":"S","subjects":["s.>"],"num_replicas":3,"storage":"file""#;
        let answer = self.ask("$JS.API.STREAM.CREATE.S", &[], &format!("{config}{more}}}"));
        assert!(!answer.contains("error"), "{answer}");
    }

    fn leader(&self) -> String {
        let view = self.world.stream(0, "S").unwrap();
        self.world.name(view.leader().expect("it has a leader")).to_owned()
    }

    /// What every running copy holds, which must be the same: sequence and subject.
    fn content(&self) -> Vec<(u64, String)> {
        let view = self.world.stream(0, "S").unwrap();
        let up = view.replicas.iter().filter(|replica| replica.state == ProcState::Up);
        let all: Vec<Vec<(u64, String)>> = up
            .map(|replica| {
                let store = replica.stream.store();
                store.iter_from(0).map(|m| (m.seq, m.subject.to_string())).collect()
            })
            .collect();
        assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{all:?}");
        all[0].clone()
    }

    fn seqs(&self) -> Vec<u64> {
        self.content().into_iter().map(|(seq, _)| seq).collect()
    }
}

#[test]
fn expected_sequences_count_what_is_on_its_way() {
    let mut field = Field::new(1);
    field.create("");
    let expect = "Nats-Expected-Last-Sequence";
    let on_subject = "Nats-Expected-Last-Subject-Sequence";
    field.publish("s.a", &[(expect, "0"), ("Nats-Msg-Id", "x")], "1");
    field.publish("s.a", &[(expect, "1")], "2");
    field.publish("s.a", &[(on_subject, "2")], "too early to tell");
    field.publish("s.b", &[("Nats-Msg-Id", "x")], "not stored yet");
    field.publish("s.b", &[(expect, "1")], "two are on their way");
    field.pass(Span::secs(1));
    let mut answers: Vec<String> = field
        .heard()
        .into_iter()
        .filter(|(to, _)| to.starts_with("re."))
        .map(|(to, text)| format!("{to} {text}"))
        .collect();
    answers.sort();
    let codes: Vec<&str> = answers
        .iter()
        .map(|answer| {
            let known = ["\"seq\":1}", "\"seq\":2}", "10164", "10158", "10071"];
            *known.iter().find(|code| answer.contains(**code)).expect("a known answer")
        })
        .collect();
    assert_eq!(codes, ["\"seq\":1}", "\"seq\":2}", "10164", "10158", "10071"], "{answers:?}");
    assert_eq!(field.seqs(), [1, 2]);
    let again = field.ask("s.b", &[("Nats-Msg-Id", "x"), (expect, "9")], "");
    assert_eq!(again, r#"{"stream":"S","seq":1,"duplicate": true}"#);
}

#[test]
fn a_batch_is_stored_on_all_copies_or_on_none() {
    let mut field = Field::new(2);
    field.create(r#","allow_atomic":true"#);
    let of = |n| [("Nats-Batch-Id", "b"), ("Nats-Batch-Sequence", n)];
    let ends = |n| [of(n)[0], of(n)[1], ("Nats-Batch-Commit", "1")];
    assert_eq!(field.ask("s.a", &of("1"), "1"), "");
    assert_eq!(field.ask("s.b", &of("2"), "2"), "");
    assert_eq!(field.seqs(), [0; 0]);
    let stored = r#"{"stream":"S","seq":3,"batch":"b","count":3}"#;
    assert_eq!(field.ask("s.c", &ends("3"), "3"), stored);
    assert_eq!(field.seqs(), [1, 2, 3]);
    // What waits with a leader is lost with it.
    assert_eq!(field.ask("s.a", &of("1"), "1"), "");
    let leader = field.leader();
    field.say("PUB $JS.API.STREAM.LEADER.STEPDOWN.S re.0 0\r\n\r\n");
    field.pass(Span::secs(10));
    assert_ne!(field.leader(), leader);
    field.heard();
    let answer = field.ask("s.a", &ends("2"), "2");
    assert!(answer.contains("10176"), "{answer}");
    // Silence ends a batch.
    assert_eq!(field.ask("s.a", &of("1"), "1"), "");
    field.pass(Span::secs(11));
    let told = field.heard();
    let advisory = "$JS.EVENT.ADVISORY.STREAM.BATCH_ABANDONED.S";
    assert!(told.iter().any(|(to, text)| to == advisory && text.contains("timeout")), "{told:?}");
    assert_eq!(field.seqs(), [1, 2, 3]);
}

#[test]
fn a_fast_batch_is_acknowledged_when_a_majority_has_it() {
    let mut field = Field::new(3);
    field.create(r#","allow_batched":true"#);
    for (n, operation) in [(1, 0), (2, 1), (3, 1), (4, 2)] {
        let reply = format!("re.b.2.ok.{n}.{operation}.$FI");
        field.publish_to(&reply, "s.a", &[], "");
    }
    field.say("SUB re.> 3\r\n");
    field.pass(Span::secs(1));
    field.heard();
    for (n, operation) in [(1, 0), (2, 1), (3, 1), (4, 2)] {
        let reply = format!("re.c.2.ok.{n}.{operation}.$FI");
        field.publish_to(&reply, "s.a", &[], "");
    }
    field.pass(Span::secs(1));
    let told: Vec<String> = field.heard().into_iter().map(|(_, text)| text).collect();
    let expected = [
        r#"{"type":"ack","seq":0,"msgs":2}"#,
        r#"{"type":"ack","seq":2,"msgs":2}"#,
        r#"{"stream":"S","seq":8,"batch":"c","count":4}"#,
    ];
    assert_eq!(told, expected);
    assert_eq!(field.seqs(), [1, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn only_the_leader_lets_messages_go_where_markers_take_their_place() {
    let mut field = Field::new(4);
    field.create(r#","max_age":2000000000,"subject_delete_marker_ttl":60000000000"#);
    for subject in ["s.a", "s.a", "s.b"] {
        field.ask(subject, &[], "x");
    }
    // A leader dies before it can put the markers; the next one does.
    let leader = field.leader();
    if leader == "c/n1" {
        field.say("PUB $JS.API.STREAM.LEADER.STEPDOWN.S re.0 0\r\n\r\n");
        field.pass(Span::secs(1));
    } else {
        field.world.give(&Input::Crash { process: leader, lose_disk: false }).unwrap();
    }
    field.pass(Span::secs(10));
    let state = field.content();
    let markers: Vec<&str> = state.iter().map(|(_, subject)| &**subject).collect();
    // The stream's age takes the markers in their turn, and leaves nothing.
    assert!(markers.is_empty() || markers == ["s.a", "s.b"], "{state:?}");
    let last = field.world.stream(0, "S").unwrap().best().unwrap().stream.store().last_seq();
    assert_eq!(last, 5);
}

#[test]
fn elections_and_requests_are_told_of_to_whoever_listens() {
    let mut field = Field::new(5);
    field.publish("$JS.API.STREAM.CREATE.S", &[], r#"{"name":"S","num_replicas":3}"#);
    field.pass(Span::secs(5));
    let told: Vec<(String, String)> = field.heard();
    let kinds: Vec<&str> = told
        .iter()
        .map(|(to, _)| to.strip_prefix("$JS.EVENT.ADVISORY.").unwrap_or("answer"))
        .collect();
    assert_eq!(kinds, ["STREAM.LEADER_ELECTED.S", "STREAM.CREATED.S", "answer", "API"]);
    let elected: serde_json::Value = serde_json::from_str(&told[0].1).unwrap();
    assert_eq!(elected["replicas"].as_array().unwrap().len(), 3);
    let audit: serde_json::Value = serde_json::from_str(&told[3].1).unwrap();
    assert_eq!(audit["type"], "io.nats.jetstream.advisory.v1.api_audit");
    assert_eq!(audit["subject"], "$JS.API.STREAM.CREATE.S");
    assert_eq!(audit["client"]["server"], "n1");
    assert_eq!(audit["request"], r#"{"name":"S","num_replicas":3}"#);
    assert_eq!(audit["response"], *told[2].1);
    // Without a majority the stream has no leader any more.
    let leader = field.leader();
    for name in SERVERS.map(|name| format!("c/{name}")) {
        if name != "c/n1" {
            field.world.give(&Input::Crash { process: name, lose_disk: false }).unwrap();
        }
    }
    field.pass(Span::secs(40));
    let lost = "$JS.EVENT.ADVISORY.STREAM.QUORUM_LOST.S";
    let told = field.heard();
    assert!(told.iter().any(|(to, _)| to == lost), "led by {leader}: {told:?}");
}
