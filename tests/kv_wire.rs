//! What a client sends for each operation on a bucket, message by message: the sequences recorded from
//! nats-py 2.16, and from Go's client where the console follows that.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what goes wrong here is to stop the test")]

mod app_support;
mod kv_support;

use app_support::{APP, Bench, body};
use kv_support::go;
use serde_json::{Value, json};
use windtunnel::client::kv::{Act, Bucket, Entry, Got, KvError, Op, Operation};
use windtunnel::client::{Call, Dialect, Outcome};
use windtunnel::kernel::Span;
use windtunnel::world::Input;

/// The body that makes nats-py's consumer for a bucket `b`.
fn watcher(deliver_policy: &str, filter: &str, headers_only: bool) -> Value {
    json!({"stream_name": "KV_b", "config": {
        "deliver_policy": deliver_policy, "ack_policy": "none", "ack_wait": 79_200_000_000_000_u64,
        "max_deliver": 1, "filter_subject": filter, "replay_policy": "instant", "flow_control": true,
        "idle_heartbeat": 5_000_000_000_u64, "headers_only": headers_only,
        "deliver_subject": "_INBOX.<nuid>", "inactive_threshold": 300_000_000_000_u64,
        "num_replicas": 1, "mem_storage": true
    }})
}

const CREATE: &str = "$JS.API.CONSUMER.CREATE.KV_b";
const EXPECTED: &str = "Nats-Expected-Last-Subject-Sequence";

#[test]
fn a_bucket_is_made_with_one_request() {
    let mut bench = Bench::new(1);
    let config = Bucket { history: 5, ttl: Span::secs(3600), ..Bucket::default() };
    bench.done(Op { config: Some(Box::new(config)), ..Op::new(Act::Add, "config") });
    assert_eq!(
        bench.sent(),
        [concat!(
            r#"PUB $JS.API.STREAM.CREATE.KV_config {"name":"KV_config","subjects":["$KV.config.>"],"#,
            r#""max_consumers":-1,"max_msgs":-1,"discard":"new","discard_new_per_subject":false,"#,
            r#""max_age":3600000000000,"max_msgs_per_subject":5,"num_replicas":1,"no_ack":false,"#,
            r#""duplicate_window":120000000000,"sealed":false,"deny_delete":true,"#,
            r#""deny_purge":false,"allow_rollup_hdrs":true,"allow_msg_ttl":true}"#
        )]
    );
}

#[test]
fn writes_are_messages_to_the_key() {
    let mut bench = Bench::with_bucket(Dialect::Python);
    assert_eq!(bench.put("db.host", "localhost"), 1);
    assert_eq!(bench.sent(), ["PUB $KV.b.db.host localhost"]);
    let update = |last| Op::key(Act::Update, "b", "db.host").value("v").revision(last);
    assert_eq!(bench.done(update(1)), Got::Revision(2));
    let KvError::WrongLast(error) = bench.refused(update(1)) else { panic!("not refused") };
    assert_eq!((error.err_code, &*error.description), (10071, "wrong last sequence: 2"));
    assert_eq!(bench.sent(), vec![format!("PUB $KV.b.db.host {EXPECTED}: 1 v"); 2]);
    bench.done(Op::key(Act::Delete, "b", "db.host"));
    bench.done(Op::key(Act::Delete, "b", "db.host").revision(3));
    // No revision is no condition, and nats-py's purge has none.
    bench.done(Op::key(Act::Delete, "b", "db.host").revision(0));
    bench.done(Op::key(Act::Purge, "b", "db.host").revision(1));
    let ttl = Some(Span::secs(1));
    bench.done(Op { ttl, ..Op::key(Act::Purge, "b", "db.host") });
    assert_eq!(
        bench.sent(),
        [
            "PUB $KV.b.db.host KV-Operation: DEL",
            &format!("PUB $KV.b.db.host KV-Operation: DEL {EXPECTED}: 3"),
            "PUB $KV.b.db.host KV-Operation: DEL",
            "PUB $KV.b.db.host KV-Operation: PURGE Nats-Rollup: sub",
            "PUB $KV.b.db.host KV-Operation: PURGE Nats-Rollup: sub Nats-TTL: 1",
        ]
    );
}

#[test]
fn a_create_looks_at_the_marker_that_is_in_its_way() {
    let mut bench = Bench::with_bucket(Dialect::Python);
    let create = || Op::key(Act::Create, "b", "k").value("v");
    let put = |last| format!("PUB $KV.b.k {EXPECTED}: {last} v");
    let get = r#"PUB $JS.API.STREAM.MSG.GET.KV_b {"last_by_subj":"$KV.b.k"}"#;
    assert_eq!(bench.done(create()), Got::Revision(1));
    assert_eq!(bench.sent(), [put(0)]);
    let KvError::Exists(error) = bench.refused(create()) else { panic!("not refused") };
    assert_eq!(error.err_code, 10071);
    assert_eq!(bench.sent(), [&put(0), get]);
    bench.done(Op::key(Act::Delete, "b", "k"));
    bench.sent();
    assert_eq!(bench.done(create()), Got::Revision(3));
    assert_eq!(bench.sent(), [&put(0), get, &put(2)]);
    let ttl = Op { ttl: Some(Span::secs(9)), ..Op::key(Act::Create, "b", "t") };
    bench.done(ttl);
    assert_eq!(bench.sent(), [format!("PUB $KV.b.t {EXPECTED}: 0 Nats-TTL: 9")]);
}

#[test]
fn reads_go_to_the_leader_or_directly() {
    let mut bench = Bench::with_bucket(Dialect::Python);
    bench.put("k", "one");
    bench.put("k", "two");
    bench.sent();
    let get = |revision| Op { revision, ..Op::key(Act::Get, "b", "k") };
    for (revision, value, seq) in [(None, "two", 2), (Some(1), "one", 1), (Some(0), "two", 2)] {
        let Got::Entry(entry) = bench.done(get(revision)) else { panic!("no entry") };
        assert_eq!((&*entry.text(), entry.revision), (value, seq));
    }
    assert_eq!(bench.refused(Op::key(Act::Get, "b", "none")), KvError::KeyNotFound);
    assert_eq!(
        bench.sent(),
        [
            r#"PUB $JS.API.STREAM.MSG.GET.KV_b {"last_by_subj":"$KV.b.k"}"#,
            r#"PUB $JS.API.STREAM.MSG.GET.KV_b {"seq":1}"#,
            r#"PUB $JS.API.STREAM.MSG.GET.KV_b {"last_by_subj":"$KV.b.k"}"#,
            r#"PUB $JS.API.STREAM.MSG.GET.KV_b {"last_by_subj":"$KV.b.none"}"#,
        ]
    );
    let wrong = Op::key(Act::Get, "b", "other").revision(1);
    assert!(matches!(bench.refused(wrong), KvError::OtherKey { .. }));
    bench.done(Op::key(Act::Delete, "b", "k"));
    assert_eq!(bench.refused(get(None)), KvError::KeyNotFound);
    let Got::Entry(entry) = bench.done(get(Some(2))) else { panic!("no entry") };
    assert_eq!((&*entry.text(), entry.operation), ("two", Operation::Put));

    let mut bench = Bench::new(1);
    let config = Some(Box::new(Bucket { direct: true, ..Bucket::default() }));
    bench.done(Op { config, ..Op::new(Act::Add, "b") });
    bench.put("k", "one");
    bench.sent();
    let Got::Entry(entry) = bench.done(get(None)) else { panic!("no entry") };
    assert_eq!((&*entry.text(), entry.revision), ("one", 1));
    bench.done(get(Some(1)));
    assert_eq!(bench.refused(Op::key(Act::Get, "b", "none")), KvError::KeyNotFound);
    assert_eq!(
        bench.sent(),
        [
            "PUB $JS.API.DIRECT.GET.KV_b.$KV.b.k",
            r#"PUB $JS.API.DIRECT.GET.KV_b {"seq":1}"#,
            "PUB $JS.API.DIRECT.GET.KV_b.$KV.b.none",
        ]
    );
}

#[test]
fn a_watch_is_an_ordered_consumer_and_has_an_end_of_its_beginning() {
    let mut bench = Bench::with_bucket(Dialect::Python);
    bench.put("db.host", "a");
    bench.put("db.host", "b");
    bench.put("mail", "c");
    bench.sent();
    let watch = bench.begin(Op { keys: vec!["db.*".to_owned()], ..Op::new(Act::Watch, "b") });
    bench.pass(Span::secs(1));
    let sent = bench.sent();
    assert_eq!(body(&sent[0], CREATE), watcher("last_per_subject", "$KV.b.db.*", false));
    assert_eq!(sent[1..], ["SUB _INBOX.<nuid>", "PUB $JS.API.CONSUMER.INFO.KV_b.<name>"]);
    bench.put("db.host", "d");
    bench.done(Op::key(Act::Delete, "b", "db.host"));
    bench.pass(Span::secs(1));
    let record = bench.record(watch);
    assert!(record.caught_up);
    let texts: Vec<String> =
        record.received.iter().map(|(_, message)| message.text().into_owned()).collect();
    assert_eq!(texts, ["b", "d", ""]);
    bench.sent();
    let call = Call::Cancel { op: watch };
    bench.world.give(&Input::Call { client: APP.to_owned(), call }).unwrap();
    bench.pass(Span::secs(1));
    assert_eq!(bench.sent(), ["UNSUB"]);
}

#[test]
fn a_watch_brings_what_was_asked_for() {
    let mut bench = Bench::with_bucket(Dialect::Python);
    bench.put("a", "1");
    bench.put("a", "2");
    bench.put("b", "3");
    bench.done(Op::key(Act::Delete, "b", "b"));
    let watch = || Op::new(Act::Watch, "b");
    let keys = vec!["a".to_owned(), "c.*".to_owned()];
    let ops = [
        (watch(), vec![2, 4, 5], "last_per_subject"),
        (Op { history: true, ..watch() }, vec![1, 2, 3, 4, 5], "all"),
        (Op { updates: true, ..watch() }, vec![5], "new"),
        (watch().revision(3), vec![3, 4, 5], "by_start_sequence"),
        (Op { ignore_deletes: true, ..watch() }, vec![2, 5], "last_per_subject"),
        (Op { keys, ..watch() }, vec![2, 5], "last_per_subject"),
        (Op { meta_only: true, ..watch() }, vec![2, 4, 5], "last_per_subject"),
    ];
    let mut asked = Vec::new();
    for (op, revisions, policy) in ops {
        bench.sent();
        asked.push((bench.begin(op.clone()), op.clone(), revisions));
        bench.pass(Span::millis(200));
        let config = body(&bench.sent()[0], CREATE)["config"].clone();
        assert_eq!(config["deliver_policy"], policy);
        assert_eq!(config["headers_only"], op.meta_only);
        match op.keys.as_slice() {
            [] => assert_eq!(config["filter_subject"], "$KV.b.>"),
            _ => assert_eq!(config["filter_subjects"], json!(["$KV.b.a", "$KV.b.c.*"])),
        }
    }
    bench.put("c.x", "12345");
    bench.put("a.b", "6");
    bench.pass(Span::millis(200));
    for (id, op, mut revisions) in asked {
        if op.keys.is_empty() {
            revisions.push(6);
        }
        let entries: Vec<Entry> = bench
            .record(id)
            .received
            .iter()
            .filter_map(|(_, message)| Entry::delivered("b", message))
            .collect();
        let found: Vec<u64> = entries.iter().map(|entry| entry.revision).collect();
        assert_eq!(found, revisions, "{op:?}");
        // Without its data a value still says how long it is.
        let new = entries.iter().find(|entry| entry.key == "c.x").unwrap();
        assert_eq!((new.length, new.value.is_empty()), (5, op.meta_only));
    }
}

#[test]
fn history_and_keys_read_to_the_end() {
    let mut bench = Bench::with_bucket(Dialect::Python);
    bench.put("k", "one");
    bench.put("other", "x");
    bench.put("k", "two");
    bench.done(Op::key(Act::Delete, "b", "k"));
    bench.sent();
    let Got::Entries(entries) = bench.done(Op::key(Act::History, "b", "k")) else {
        panic!("no entries")
    };
    let told: Vec<(u64, String, Operation)> =
        entries.iter().map(|entry| (entry.revision, entry.text(), entry.operation)).collect();
    let (one, two) = ("one".to_owned(), "two".to_owned());
    let put = Operation::Put;
    assert_eq!(told, [(1, one, put), (3, two, put), (4, String::new(), Operation::Delete)]);
    let sent = bench.sent();
    assert_eq!(body(&sent[0], CREATE), watcher("all", "$KV.b.k", false));
    let info = "PUB $JS.API.CONSUMER.INFO.KV_b.<name>";
    assert_eq!(sent[1..], ["SUB _INBOX.<nuid>", info, "UNSUB"]);
    let nothing = Op::key(Act::History, "b", "none");
    assert_eq!(bench.refused(nothing), KvError::NoKeys);
    bench.sent();
    assert_eq!(bench.done(Op::new(Act::Keys, "b")), Got::Keys(vec!["other".to_owned()]));
    let sent = bench.sent();
    assert_eq!(body(&sent[0], CREATE), watcher("last_per_subject", "$KV.b.>", true));
    assert_eq!(sent[1..], ["SUB _INBOX.<nuid>", info, info, "UNSUB"]);
    let none = Op { keys: vec!["zzz".to_owned()], ..Op::new(Act::Keys, "b") };
    assert_eq!(bench.refused(none), KvError::NoKeys);
}

#[test]
fn deleted_keys_are_cleaned_up_one_by_one() {
    let mut bench = Bench::with_bucket(Dialect::Python);
    for key in ["a", "b"] {
        bench.put(key, "v");
        bench.done(Op::key(Act::Delete, "b", key));
    }
    bench.put("c", "v");
    bench.sent();
    assert_eq!(bench.done(Op::new(Act::PurgeDeletes, "b")), Got::Purged(2));
    let sent = bench.sent();
    assert_eq!(body(&sent[0], CREATE), watcher("last_per_subject", "$KV.b.>", false));
    let purge = "PUB $JS.API.STREAM.PURGE.KV_b";
    assert_eq!(
        sent[4..],
        [
            format!(r#"{purge} {{"filter":"$KV.b.a","keep":1}}"#),
            format!(r#"{purge} {{"filter":"$KV.b.b","keep":1}}"#)
        ]
    );
    bench.done(Op { older_than: Some(Span::ZERO), ..Op::new(Act::PurgeDeletes, "b") });
    assert_eq!(
        bench.sent()[4..],
        [
            format!(r#"{purge} {{"filter":"$KV.b.a"}}"#),
            format!(r#"{purge} {{"filter":"$KV.b.b"}}"#)
        ]
    );
    let Got::Bucket(info) = bench.done(Op::new(Act::Status, "b")) else { panic!("no bucket") };
    assert_eq!(info.state.messages, 1);
    assert_eq!(bench.sent(), ["PUB $JS.API.STREAM.INFO.KV_b"]);
}

#[test]
fn a_bucket_is_bound_once_and_is_there_or_not() {
    let mut bench = Bench::new(1);
    let get = || Op::key(Act::Get, "b", "k");
    assert_eq!(bench.refused(get()), KvError::BucketNotFound);
    assert_eq!(bench.sent(), ["PUB $JS.API.STREAM.INFO.KV_b"]);
    bench.done(Op::new(Act::Add, "b"));
    bench.done(Op::new(Act::Remove, "b"));
    assert_eq!(bench.sent()[1..], ["PUB $JS.API.STREAM.DELETE.KV_b"]);
    let why = bench.refused(Op::new(Act::Remove, "b"));
    assert!(matches!(why, KvError::Api(error) if error.err_code == 10059));
    for (wrong, text) in [
        (Op::key(Act::Put, "b", "a b"), "invalid key"),
        (Op::key(Act::Get, "b.c", "k"), "invalid bucket name"),
    ] {
        bench.sent();
        let outcome = bench.outcome(wrong);
        assert!(matches!(&*outcome, Outcome::Invalid(why) if why.starts_with(text)), "{outcome:?}");
        assert!(bench.sent().is_empty());
    }
}

const INFO: &str = "PUB $JS.API.STREAM.INFO.KV_b";

#[test]
fn gos_client_looks_first_and_reads_directly() {
    let mut bench = Bench::new(1);
    let config = Bucket { history: 3, marker_ttl: Some(Span::secs(30)), ..Bucket::default() };
    bench.done(go(Op { config: Some(Box::new(config)), ..Op::new(Act::Add, "b") }));
    let sent = bench.sent();
    assert_eq!(sent[0], "PUB $JS.API.INFO");
    let made = body(&sent[1], "$JS.API.STREAM.CREATE.KV_b");
    for (field, value) in [
        ("name", json!("KV_b")),
        ("subjects", json!(["$KV.b.>"])),
        ("retention", json!("limits")),
        ("max_msgs_per_subject", json!(3)),
        ("max_msgs", json!(-1)),
        ("max_bytes", json!(-1)),
        ("max_msg_size", json!(-1)),
        ("discard", json!("new")),
        ("allow_rollup_hdrs", json!(true)),
        ("deny_delete", json!(true)),
        ("allow_direct", json!(true)),
        ("allow_msg_ttl", json!(true)),
        ("subject_delete_marker_ttl", json!(30_000_000_000_u64)),
        ("duplicate_window", json!(120_000_000_000_u64)),
        ("compression", json!("none")),
        ("num_replicas", json!(1)),
    ] {
        assert_eq!(made[field], value, "{field}");
    }
    bench.done(go(Op::key(Act::Put, "b", "k").value("one")));
    assert_eq!(bench.sent(), [INFO, "PUB $KV.b.k one"]);
    bench.done(go(Op::key(Act::Get, "b", "k")));
    assert_eq!(bench.sent(), [INFO, "PUB $JS.API.DIRECT.GET.KV_b.$KV.b.k"]);
    bench.done(go(Op::key(Act::Delete, "b", "k")));
    bench.sent();
    bench.done(go(Op { ttl: Some(Span::secs(90)), ..Op::key(Act::Create, "b", "k") }));
    let put = |last| format!("PUB $KV.b.k {EXPECTED}: {last} Nats-TTL: 1m30s");
    let get = "PUB $JS.API.DIRECT.GET.KV_b.$KV.b.k";
    assert_eq!(bench.sent(), [INFO, &put(0), get, &put(2)]);
}

#[test]
fn gos_client_names_its_consumers_and_deletes_them() {
    let mut bench = Bench::with_bucket(Dialect::Go);
    bench.put("k", "one");
    bench.put("k", "two");
    bench.sent();
    let Got::Entries(entries) = bench.done(go(Op::key(Act::History, "b", "k"))) else {
        panic!("no entries")
    };
    assert_eq!(entries.len(), 2);
    let sent = bench.sent();
    assert_eq!(sent[..2], [INFO, "SUB _INBOX.<nuid>"]);
    let consumer = body(&sent[2], "$JS.API.CONSUMER.CREATE.KV_b.<name>.$KV.b.k")["config"].clone();
    assert!(consumer.get("inactive_threshold").is_none() && consumer.get("headers_only").is_none());
    assert_eq!(consumer["filter_subject"], "$KV.b.k");
    assert_eq!(consumer["deliver_policy"], "all");
    assert_eq!(sent[3..], ["UNSUB", "PUB $JS.API.CONSUMER.DELETE.KV_b.<name>"]);
    let keys = vec!["a".to_owned(), "k".to_owned()];
    bench.begin(go(Op { keys, updates: true, ..Op::new(Act::Watch, "b") }));
    bench.pass(Span::secs(1));
    let sent = bench.sent();
    let consumer = body(&sent[2], "$JS.API.CONSUMER.CREATE.KV_b.<name>")["config"].clone();
    assert_eq!(consumer["filter_subjects"], json!(["$KV.b.a", "$KV.b.k"]));
    assert_eq!(consumer["deliver_policy"], "new");
    let empty = go(Op::new(Act::Keys, "b"));
    let Got::Keys(keys) = bench.done(Op { keys: vec!["x.*".to_owned()], ..empty }) else {
        panic!("no keys")
    };
    assert!(keys.is_empty());
    let missing = bench.refused(go(Op::key(Act::History, "b", "none")));
    assert_eq!(missing, KvError::KeyNotFound);
}
