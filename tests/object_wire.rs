//! What a client sends for each operation on an object store, message by message: the sequences recorded
//! from nats-py 2.16, and nats.go's where the `nats` CLI follows that.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what goes wrong here is to stop the test"
)]

mod app_support;
mod object_support;

use app_support::{Bench, body};
use serde_json::{Value, json};
use windtunnel::client::object::{
    Act, BucketConfig, Content, Done, Link, ObjectError, ObjectMeta, Op,
};
use windtunnel::client::{Call, Dialect, Outcome};
use windtunnel::kernel::Span;

/// `logo.png`
const LOGO: &str = "$O.b.M.bG9nby5wbmc=";
const MSG_GET: &str = "PUB $JS.API.STREAM.MSG.GET.OBJ_b";
const STREAM_INFO: &str = "PUB $JS.API.STREAM.INFO.OBJ_b";
const PURGE: &str = r#"PUB $JS.API.STREAM.PURGE.OBJ_b {"filter":"$O.b.C.<nuid>"}"#;
const NAMES: &str = r#"PUB $JS.API.STREAM.NAMES {"subject":"#;
const CREATE: &str = "$JS.API.CONSUMER.CREATE.OBJ_b";

fn msg_get(subject: &str) -> String {
    format!(r#"{MSG_GET} {{"last_by_subj":"{subject}"}}"#)
}

/// The body that makes nats-py's consumer.
fn reader(deliver_policy: &str, filter: &str) -> Value {
    json!({"stream_name": "OBJ_b", "config": {
        "deliver_policy": deliver_policy, "ack_policy": "none", "ack_wait": 79_200_000_000_000_u64,
        "max_deliver": 1, "filter_subject": filter, "replay_policy": "instant",
        "flow_control": true, "idle_heartbeat": 5_000_000_000_u64,
        "deliver_subject": "_INBOX.<nuid>", "num_replicas": 1, "mem_storage": true,
        "inactive_threshold": 0
    }})
}

#[test]
fn a_bucket_is_made_and_looked_up_with_one_request_each() {
    let mut bench = Bench::new(1);
    bench.done(Op::new(Act::Add, "assets"));
    assert_eq!(
        bench.sent(),
        [concat!(
            r#"PUB $JS.API.STREAM.CREATE.OBJ_assets {"name":"OBJ_assets","#,
            r#""subjects":["$O.assets.C.>","$O.assets.M.>"],"max_consumers":0,"discard":"new","#,
            r#""discard_new_per_subject":false,"max_msgs_per_subject":-1,"max_msg_size":-1,"#,
            r#""num_replicas":1,"no_ack":false,"duplicate_window":0,"sealed":false,"#,
            r#""deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":true,"#,
            r#""allow_direct":true,"max_age":0}"#
        )]
    );
    bench.done(Op::new(Act::Status, "assets"));
    assert_eq!(bench.sent(), ["PUB $JS.API.STREAM.INFO.OBJ_assets"]);
    bench.done(Op::new(Act::Remove, "assets"));
    assert_eq!(bench.sent(), ["PUB $JS.API.STREAM.DELETE.OBJ_assets"]);
    assert_eq!(bench.refused(Op::new(Act::Status, "assets")), ObjectError::BucketNotFound);
    assert_eq!(bench.refused(Op::object(Act::Get, "no", "x")), ObjectError::BucketNotFound);
}

#[test]
fn nats_py_puts_chunk_by_chunk_and_then_the_meta() {
    let mut bench = Bench::with_bucket(Dialect::Python);
    let meta = ObjectMeta {
        description: Some("Company logo".to_owned()),
        headers: vec![("Content-Type".to_owned(), "image/png".to_owned())],
        ..ObjectMeta::default()
    };
    let content = Content::Generated { size: 300 * 1024, seed: 1 };
    let op = Op { meta: Some(meta.into()), ..Op::put("b", "logo.png", content.clone()) };
    let Done::Stored(info) = bench.done(op) else { panic!("nothing is stored") };
    let digest = content.digest();
    assert_eq!((info.size, info.chunks, info.digest.as_deref()), (307_200, 3, Some(&*digest)));
    let meta = format!(
        concat!(
            r#"PUB {LOGO} Nats-Rollup: sub {{"name":"logo.png","bucket":"b","nuid":"<nuid>","#,
            r#""size":307200,"mtime":"20MTIME","chunks":3,"digest":"{digest}","deleted":false,"#,
            r#""description":"Company logo","headers":{{"Content-Type":["image/png"]}},"#,
            r#""options":{{"max_chunk_size":131072}}}}"#
        ),
        LOGO = LOGO,
        digest = digest
    );
    let mut sent = bench.sent();
    let told = sent.pop().unwrap();
    assert_eq!(
        sent,
        [
            msg_get(LOGO).as_str(),
            "PUB $O.b.C.<nuid> <131072 bytes>",
            "PUB $O.b.C.<nuid> <131072 bytes>",
            "PUB $O.b.C.<nuid> <45056 bytes>",
        ]
    );
    assert_eq!(without_time(&told), without_time(&meta));

    // Over it: the old chunks go at last.
    bench.put("logo.png", "new");
    let sent = bench.sent();
    assert_eq!(sent.len(), 4, "{sent:?}");
    assert_eq!(sent[..2], [msg_get(LOGO), "PUB $O.b.C.<nuid> new".to_owned()]);
    assert!(sent[2].starts_with(&format!("PUB {LOGO} Nats-Rollup: sub ")));
    assert_eq!(sent[3], PURGE);
    assert_eq!(bench.stored().len(), 2);
    // Nothing but a meta, where there is no content.
    bench.put("logo.png", "");
    let sent = bench.sent();
    assert_eq!((sent.len(), bench.stored().len()), (3, 1), "{sent:?}");
    assert!(
        sent[1].contains(r#""size":0,"mtime""#)
            && sent[1].contains("SHA-256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=")
    );
}

/// A meta without the moment in it.
fn without_time(told: &str) -> String {
    let (before, rest) = told.split_once(r#""mtime":""#).unwrap();
    let (_, after) = rest.split_once('"').unwrap();
    format!("{before}{after}")
}

#[test]
fn each_chunk_waits_for_the_one_before() {
    let mut bench = Bench::with_bucket(Dialect::Python);
    bench.begin(Op::put("b", "x", Content::Generated { size: 200_000, seed: 1 }));
    // The look-up is under way, then the first chunk, then the second one.
    let mut chunks = Vec::new();
    for _ in 0..40 {
        bench.pass(Span::micros(100));
        chunks.push(bench.sent().iter().filter(|told| told.contains("$O.b.C")).count());
    }
    assert_eq!(chunks.iter().sum::<usize>(), 2);
    assert!(chunks.iter().all(|at_once| *at_once < 2), "{chunks:?}");
}

#[test]
fn nats_go_puts_all_at_once() {
    let mut bench = Bench::with_bucket(Dialect::Go);
    let content = Content::Generated { size: 200_000, seed: 1 };
    let put = Op { dialect: Dialect::Go, ..Op::put("b", "logo.png", content) };
    bench.done(put.clone());
    let sent = bench.sent();
    assert_eq!(
        sent[..4],
        [
            STREAM_INFO,
            &format!("PUB $JS.API.DIRECT.GET.OBJ_b.{LOGO}"),
            "PUB $O.b.C.<nuid> <131072 bytes>",
            "PUB $O.b.C.<nuid> <68928 bytes>",
        ]
    );
    let start = format!(
        r#"PUB {LOGO} Nats-Rollup: sub {{"name":"logo.png","options":{{"max_chunk_size":131072}},"bucket":"b","nuid":"<nuid>","size":200000,"mtime":"0001-01-01T00:00:00Z","chunks":2,"digest":"SHA-256="#
    );
    assert!(sent[4].starts_with(&start), "{}", sent[4]);
    assert_eq!(sent.len(), 5);
    bench.done(Op { bound: true, ..put });
    let sent = bench.sent();
    assert_eq!(sent.last().map(String::as_str), Some(PURGE));
    assert_eq!(sent[0], format!("PUB $JS.API.DIRECT.GET.OBJ_b.{LOGO}"));
}

#[test]
fn an_object_is_got_through_an_ordered_consumer() {
    let mut bench = Bench::with_bucket(Dialect::Python);
    let content = Content::Generated { size: 300_000, seed: 7 };
    bench.done(Op::put("b", "logo.png", content.clone()));
    bench.sent();
    let got = bench.get("logo.png");
    assert_eq!(got.chunks.concat(), content.piece(0, u64::MAX));
    let sent = bench.sent();
    assert_eq!(sent[..2], [msg_get(LOGO), format!(r#"{NAMES}"$O.b.C.<nuid>"}}"#)]);
    assert_eq!(body(&sent[2], CREATE), reader("all", "$O.b.C.<nuid>"));
    assert_eq!(sent[3..], ["SUB _INBOX.<nuid>", "UNSUB"]);

    let go = Op { dialect: Dialect::Go, ..Op::object(Act::Get, "b", "logo.png") };
    bench.done(go);
    let sent = bench.sent();
    assert_eq!(sent[1], format!("PUB $JS.API.DIRECT.GET.OBJ_b.{LOGO}"));
    assert_eq!(sent[3], "SUB _INBOX.<nuid>");
    assert!(sent[4].starts_with(&format!("PUB {CREATE}.<name>.$O.b.C.<nuid> ")), "{}", sent[4]);
    assert_eq!(sent[5], "UNSUB");
    assert!(sent[6].starts_with("PUB $JS.API.CONSUMER.DELETE.OBJ_b.<name>"), "{}", sent[6]);

    // An empty one, and none.
    bench.put("logo.png", "");
    bench.sent();
    assert!(bench.get("logo.png").chunks.is_empty());
    assert_eq!(bench.sent(), [msg_get(LOGO)]);
    assert_eq!(bench.refused(Op::object(Act::Get, "b", "none")), ObjectError::NotFound);
}

#[test]
fn lists_and_watches_read_the_metas() {
    let mut bench = Bench::with_bucket(Dialect::Python);
    assert_eq!(bench.refused(Op::new(Act::List, "b")), ObjectError::NoObjects);
    bench.put("a", "1");
    bench.put("b", "2");
    bench.put("a", "3");
    bench.done(Op::object(Act::Delete, "b", "b"));
    bench.sent();
    let names = |bench: &mut Bench, op: Op| -> Vec<(String, bool)> {
        let Done::List(found) = bench.done(op) else { panic!("no list") };
        found.into_iter().map(|(info, _)| (info.name, info.deleted)).collect()
    };
    // In the order of the stream, deleted ones included.
    let both = [("a".to_owned(), false), ("b".to_owned(), true)];
    assert_eq!(names(&mut bench, Op::new(Act::List, "b")), both);
    let sent = bench.sent();
    assert_eq!(sent[..2], [msg_get("$O.b.M.>"), format!(r#"{NAMES}"$O.b.M.>"}}"#)]);
    assert_eq!(body(&sent[2], CREATE), reader("last_per_subject", "$O.b.M.>"));
    assert_eq!(sent[3..], ["SUB _INBOX.<nuid>", "UNSUB"]);
    let live = Op { ignore_deletes: true, ..Op::new(Act::List, "b") };
    assert_eq!(names(&mut bench, live.clone()), both[..1]);
    // What nats-py wrote to delete cannot be read by nats.go, which then waits for ever.
    assert_eq!(bench.refused(Op { dialect: Dialect::Go, ..live }), ObjectError::Unreadable);
    bench.sent();

    let watch = bench.begin(Op::new(Act::Watch, "b"));
    bench.pass(Span::secs(1));
    let sent = bench.sent();
    assert_eq!(sent[..2], [msg_get("$O.b.M.>"), format!(r#"{NAMES}"$O.b.M.>"}}"#)]);
    assert_eq!(body(&sent[2], CREATE), reader("last_per_subject", "$O.b.M.>"));
    assert_eq!(sent[3..], ["SUB _INBOX.<nuid>"]);
    bench.put("c", "4");
    bench.pass(Span::secs(1));
    let app = bench.world.process("app").unwrap();
    let received = bench.world.client(app).unwrap().op(watch).unwrap().received_total;
    assert_eq!(received, 3);
    bench.sent();
    bench.give(Call::Cancel { op: watch });
    bench.pass(Span::secs(1));
    assert_eq!(bench.sent(), ["UNSUB"]);
}

#[test]
fn a_delete_leaves_a_marker_and_no_chunks() {
    let mut bench = Bench::with_bucket(Dialect::Python);
    bench.put("logo.png", "hello");
    bench.sent();
    bench.done(Op::object(Act::Delete, "b", "logo.png"));
    let sent = bench.sent();
    assert_eq!(sent.len(), 3);
    assert_eq!(sent[0], msg_get(LOGO));
    assert_eq!(
        sent[1],
        format!(
            r#"PUB {LOGO} Nats-Rollup: sub {{"name":"logo.png","bucket":"b","nuid":"<nuid>","size":0,"mtime":"","chunks":0,"digest":"","deleted":true,"options":{{"max_chunk_size":131072}}}}"#
        )
    );
    assert_eq!(sent[2], PURGE);
    assert_eq!(bench.stored().len(), 1);
    assert_eq!(bench.refused(Op::object(Act::Delete, "b", "logo.png")), ObjectError::NotFound);
    let info = Op { show_deleted: true, ..Op::object(Act::Info, "b", "logo.png") };
    assert!(matches!(bench.done(info), Done::Info(info, _) if info.deleted));
    // Over a deleted name: as a new one, nothing is purged.
    bench.sent();
    bench.put("logo.png", "again");
    assert_eq!(bench.sent().len(), 3);
}

#[test]
fn a_delete_that_a_full_bucket_refuses_costs_the_chunks_in_nats_py() {
    for (dialect, left) in [(Dialect::Python, 0), (Dialect::Go, 1)] {
        let mut bench = Bench::new(1);
        let config = BucketConfig { max_bytes: Some(1200), ..BucketConfig::default() };
        bench.done(Op { config: Some(config.into()), dialect, ..Op::new(Act::Add, "b") });
        bench.put("logo.png", &"x".repeat(700));
        let delete = Op { dialect, ..Op::object(Act::Delete, "b", "logo.png") };
        let ObjectError::Refused(why) = bench.refused(delete) else { panic!("another error") };
        assert_eq!(why.err_code, 10077);
        assert_eq!(bench.chunks(), left, "{dialect:?}");
    }
}

#[test]
fn what_is_said_about_an_object_can_change_and_in_go_its_name() {
    let mut bench = Bench::with_bucket(Dialect::Python);
    bench.put("logo.png", "hello");
    bench.sent();
    let meta = ObjectMeta { description: Some("new".to_owned()), ..ObjectMeta::default() };
    let update = Op { meta: Some(meta.into()), ..Op::object(Act::Update, "b", "logo.png") };
    bench.done(update.clone());
    let sent = bench.sent();
    assert_eq!((sent.len(), &sent[0]), (2, &msg_get(LOGO)));
    assert!(sent[1].contains(r#""description":"new""#));
    assert_eq!(bench.get("logo.png").chunks.concat(), b"hello");
    bench.sent();
    // nats-py looks for another object under the old name.
    let new = ObjectMeta { name: "icon.png".to_owned(), ..ObjectMeta::default() };
    let rename = Op { meta: Some(new.into()), ..update };
    assert_eq!(bench.refused(rename.clone()), ObjectError::AlreadyExists);
    assert_eq!(bench.sent(), [msg_get(LOGO), msg_get(LOGO)]);
    bench.done(Op { dialect: Dialect::Go, bound: true, ..rename });
    let sent = bench.sent();
    assert_eq!(sent[0], format!("PUB $JS.API.DIRECT.GET.OBJ_b.{LOGO}"));
    assert_eq!(sent[1], "PUB $JS.API.DIRECT.GET.OBJ_b.$O.b.M.aWNvbi5wbmc=");
    assert!(sent[2].starts_with("PUB $O.b.M.aWNvbi5wbmc= Nats-Rollup: sub "));
    assert_eq!(sent[3], format!(r#"PUB $JS.API.STREAM.PURGE.OBJ_b {{"filter":"{LOGO}"}}"#));
    assert_eq!(bench.get("icon.png").chunks.concat(), b"hello");
}

#[test]
fn links_lead_to_objects_and_buckets() {
    let mut bench = Bench::with_bucket(Dialect::Python);
    bench.done(Op::new(Act::Add, "other"));
    bench.put("logo.png", "hello");
    bench.sent();
    let to =
        |bucket: &str, name: &str| Some(Link { bucket: bucket.to_owned(), name: name.to_owned() });
    let link = |name: &str, link| Op {
        link,
        dialect: Dialect::Go,
        bound: true,
        ..Op::object(Act::Link, "b", name)
    };
    bench.done(link("alias", to("b", "logo.png")));
    let sent = bench.sent();
    assert_eq!(
        sent[2],
        concat!(
            r#"PUB $O.b.M.YWxpYXM= Nats-Rollup: sub {"name":"alias","options":{"link":"#,
            r#"{"bucket":"b","name":"logo.png"}},"bucket":"b","nuid":"<nuid>","size":0,"#,
            r#""mtime":"0001-01-01T00:00:00Z","chunks":0}"#
        )
    );
    // nats-py looks up the bucket of a link, its own as well.
    let got = bench.get("alias");
    assert_eq!((got.info.name.as_str(), got.chunks.concat()), ("logo.png", b"hello".to_vec()));
    let sent = bench.sent();
    assert_eq!(sent[..3], [msg_get("$O.b.M.YWxpYXM="), STREAM_INFO.to_owned(), msg_get(LOGO)]);
    bench.done(link("all", to("other", "")));
    assert_eq!(bench.refused(Op::object(Act::Get, "b", "all")), ObjectError::LinkToBucket);
    assert_eq!(bench.refused(link("x", to("b", "alias"))), ObjectError::LinkToLink);
    assert_eq!(bench.refused(link("logo.png", to("other", ""))), ObjectError::AlreadyExists);
    bench.done(Op { dialect: Dialect::Go, ..Op::object(Act::Delete, "b", "logo.png") });
    assert_eq!(bench.refused(link("x", to("b", "logo.png"))), ObjectError::LinkToDeleted);
    assert_eq!(bench.refused(Op::object(Act::Get, "b", "alias")), ObjectError::NotFound);
}

#[test]
fn a_sealed_bucket_can_be_read_only() {
    let mut bench = Bench::with_bucket(Dialect::Python);
    bench.put("logo.png", "hello");
    bench.sent();
    let Done::Bucket(info) = bench.done(Op::new(Act::Seal, "b")) else { panic!("no bucket") };
    assert!(info.config.sealed && info.config.deny_purge);
    let sent = bench.sent();
    assert_eq!(sent[0], STREAM_INFO);
    assert_eq!(body(&sent[1], "$JS.API.STREAM.UPDATE.OBJ_b")["sealed"], json!(true));
    let sealed = |why: ObjectError| match why {
        ObjectError::Api(why) | ObjectError::Refused(why) => why.err_code == 10109,
        _ => false,
    };
    assert!(sealed(bench.refused(Op::put("b", "x", Content::Text("y".into())))));
    assert!(sealed(bench.refused(Op::object(Act::Delete, "b", "logo.png"))));
    assert_eq!(bench.get("logo.png").chunks.concat(), b"hello");
}

#[test]
fn a_chunk_that_no_server_would_take_is_not_sent() {
    let mut bench = Bench::with_bucket(Dialect::Python);
    let meta = ObjectMeta { max_chunk_size: Some(2 << 20), ..ObjectMeta::default() };
    let content = Content::Generated { size: 3 << 20, seed: 1 };
    let put = Op { meta: Some(meta.into()), ..Op::put("b", "x", content) };
    let outcome = bench.outcome(put);
    assert!(matches!(&*outcome, Outcome::Invalid(why) if why.contains("maximum payload exceeded")));
    // nats-py removes what it did not send.
    assert_eq!(bench.sent()[1..], [PURGE]);
}
