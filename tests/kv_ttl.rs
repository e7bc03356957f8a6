//! Values that grow too old: with markers, which watchers see, and without. The two clients do not
//! understand markers alike.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what goes wrong here is to stop the test")]

mod app_support;
mod kv_support;

use app_support::Bench;
use kv_support::go;
use windtunnel::client::Dialect;
use windtunnel::client::kv::{Act, Bucket, Entry, Got, KvError, Op, Operation};
use windtunnel::kernel::Span;

#[test]
fn a_marker_stands_where_a_value_grew_too_old() {
    let mut bench = Bench::new(1);
    let config = Bucket { marker_ttl: Some(Span::secs(3)), ..Bucket::default() };
    bench.done(Op { config: Some(Box::new(config)), ..Op::new(Act::Add, "b") });
    let sent = bench.sent();
    assert_eq!(sent[0], "PUB $JS.API.INFO", "nats-py asks whether the server can do markers");
    let watch = bench.begin(Op::new(Act::Watch, "b"));
    bench.pass(Span::millis(100));
    let brief = || Op { ttl: Some(Span::secs(1)), ..Op::key(Act::Create, "b", "k").value("v") };
    assert_eq!(bench.done(brief()), Got::Revision(1));
    bench.pass(Span::millis(1_500));
    // nats-py takes the marker for a value without anything in it, and for one that is in the way.
    let Got::Entry(entry) = bench.done(Op::key(Act::Get, "b", "k")) else { panic!("no entry") };
    assert_eq!((entry.revision, entry.length), (2, 0));
    assert!(matches!(bench.refused(brief()), KvError::Exists(_)));
    // Go's client knows better.
    assert_eq!(bench.refused(go(Op::key(Act::Get, "b", "k"))), KvError::KeyNotFound);
    assert_eq!(bench.done(go(brief())), Got::Revision(3));
    // An update is another message, which lives on.
    bench.done(Op::key(Act::Update, "b", "k").value("w").revision(3));
    bench.pass(Span::secs(6));
    let Got::Entry(entry) = bench.done(Op::key(Act::Get, "b", "k")) else { panic!("no entry") };
    assert_eq!(&*entry.text(), "w");
    let record = bench.record(watch);
    let seen: Vec<(u64, Operation)> = record
        .received
        .iter()
        .filter_map(|(_, message)| Entry::delivered("b", message))
        .map(|entry| (entry.revision, entry.operation))
        .collect();
    let (put, purge) = (Operation::Put, Operation::Purge);
    assert_eq!(seen, [(1, put), (2, purge), (3, put), (4, put)]);
}

#[test]
fn without_markers_a_value_goes_unnoticed() {
    let mut bench = Bench::new(1);
    let config = Bucket { ttl: Span::secs(2), ..Bucket::default() };
    bench.done(Op { config: Some(Box::new(config)), ..Op::new(Act::Add, "b") });
    let watch = bench.begin(Op::new(Act::Watch, "b"));
    bench.pass(Span::millis(100));
    bench.put("k", "v");
    bench.pass(Span::secs(3));
    assert_eq!(bench.refused(Op::key(Act::Get, "b", "k")), KvError::KeyNotFound);
    let update = Op::key(Act::Update, "b", "k").value("w").revision(1);
    let KvError::WrongLast(error) = bench.refused(update) else { panic!("not refused") };
    assert_eq!(error.description, "wrong last sequence: 0");
    assert_eq!(bench.done(Op::key(Act::Create, "b", "k").value("w")), Got::Revision(2));
    bench.pass(Span::millis(100));
    assert_eq!(bench.record(watch).received_total, 2);
    // Go's buckets have no TTL of single keys unless they have markers.
    let mut bench = Bench::with_bucket(Dialect::Go);
    let brief = Op { ttl: Some(Span::secs(1)), ..Op::key(Act::Create, "b", "k").value("v") };
    let KvError::Api(error) = bench.refused(go(brief)) else { panic!("not refused") };
    assert_eq!((error.err_code, &*error.description), (10166, "per-message TTL is disabled"));
}
