//! Object stores when something goes wrong: uploads that are cut off, chunks that are lost, two writers,
//! a full store.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what goes wrong here is to stop the test"
)]

mod app_support;
mod object_support;

use app_support::Bench;
use windtunnel::client::object::{Act, BucketConfig, Content, Done, ObjectError, Op};
use windtunnel::client::{Call, Dialect, Outcome};
use windtunnel::kernel::Span;
use windtunnel::world::Input;

const LARGE: Content = Content::Generated { size: 1_000_000, seed: 3 };

fn delete_message(bench: &mut Bench, seq: u64) {
    let (subject, body) =
        ("$JS.API.STREAM.MSG.DELETE.OBJ_b".to_owned(), format!(r#"{{"seq":{seq}}}"#));
    bench.give(Call::Api { subject, body });
    assert!(bench.world.run_idle(Span::secs(5)));
}

/// The sequences of the chunks that are stored.
fn chunks(bench: &Bench) -> Vec<u64> {
    let all = bench.stored();
    let chunks = all.iter().filter(|message| message.subject.starts_with("$O.b.C."));
    chunks.map(|message| message.seq).collect()
}

#[test]
fn a_client_that_dies_leaves_chunks_that_nobody_ever_removes() {
    let mut bench = Bench::with_bucket(Dialect::Python);
    bench.begin(Op::put("b", "x", LARGE));
    while bench.chunks() < 3 {
        bench.pass(Span::micros(100));
    }
    bench.world.give(&Input::Crash { process: "app".to_owned(), lose_disk: false }).unwrap();
    bench.pass(Span::secs(1));
    let left = bench.chunks();
    assert!((3..8).contains(&left), "{left}");
    bench.world.give(&Input::Restart { process: "app".to_owned() }).unwrap();
    bench.pass(Span::secs(1));
    assert_eq!(bench.refused(Op::object(Act::Get, "b", "x")), ObjectError::NotFound);
    // The next one knows nothing of them: not when it is put, not when it is replaced, not when it is
    // deleted.
    bench.put("x", "hello");
    assert_eq!(bench.chunks(), left + 1);
    bench.put("x", "again");
    assert_eq!(bench.chunks(), left + 1);
    bench.done(Op::object(Act::Delete, "b", "x"));
    assert_eq!(bench.chunks(), left);
}

#[test]
fn an_upload_that_is_given_up_does_the_same() {
    let mut bench = Bench::with_bucket(Dialect::Python);
    bench.put("x", "old");
    let op = bench.begin(Op::put("b", "x", LARGE));
    while bench.chunks() < 3 {
        bench.pass(Span::micros(100));
    }
    bench.give(Call::Cancel { op });
    bench.pass(Span::secs(1));
    assert!(matches!(&*bench.outcome_of(op).unwrap(), Outcome::Ended { .. }));
    assert!(bench.chunks() >= 3);
    assert_eq!(bench.get("x").chunks.concat(), b"old");
}

#[test]
fn a_server_that_dies_under_an_upload_makes_it_fail_and_be_cleaned_up() {
    let mut bench = Bench::with_bucket(Dialect::Python);
    bench.put("x", "old");
    let op = bench.begin(Op::put("b", "x", LARGE));
    while bench.chunks() < 3 {
        bench.pass(Span::micros(100));
    }
    bench.world.give(&Input::Crash { process: "c/n1".to_owned(), lose_disk: false }).unwrap();
    bench.pass(Span::millis(500));
    bench.world.give(&Input::Restart { process: "c/n1".to_owned() }).unwrap();
    bench.pass(Span::secs(20));
    // The chunk under way was never acknowledged; the client purges what is there of the upload.
    let outcome = bench.outcome_of(op).unwrap();
    assert!(matches!(&*outcome, Outcome::TimedOut { .. }), "{outcome:?}");
    assert_eq!(bench.chunks(), 1);
    assert_eq!(bench.get("x").chunks.concat(), b"old");
}

#[test]
fn a_full_store_refuses_a_chunk_and_keeps_the_old_object() {
    let mut bench = Bench::new(1);
    let config = BucketConfig { max_bytes: Some(400_000), ..BucketConfig::default() };
    bench.done(Op { config: Some(config.into()), ..Op::new(Act::Add, "b") });
    bench.put("x", "old");
    let ObjectError::Api(error) = bench.refused(Op::put("b", "x", LARGE)) else {
        panic!("no error")
    };
    assert_eq!((error.code, error.err_code), (503, 10077));
    assert_eq!(bench.chunks(), 1);
    assert_eq!(bench.get("x").chunks.concat(), b"old");
    // nats.go has sent the meta by then: the object is listed, its chunks are gone.
    let go = Op { dialect: Dialect::Go, ..Op::put("b", "x", LARGE) };
    assert!(matches!(bench.refused(go), ObjectError::Api(error) if error.err_code == 10077));
    let Done::Info(info, _) = bench.done(Op::object(Act::Info, "b", "x")) else {
        panic!("no meta")
    };
    assert_eq!(info.size, 1_000_000);
    // The old chunk is nobody's now, and a get waits for ever.
    assert_eq!(bench.chunks(), 1);
    let get = bench.begin(Op::object(Act::Get, "b", "x"));
    bench.pass(Span::secs(60));
    assert!(bench.outcome_of(get).is_none());
}

#[test]
fn a_missing_or_changed_chunk_is_found_by_the_digest() {
    let mut bench = Bench::with_bucket(Dialect::Python);
    bench.done(Op::put("b", "x", LARGE));
    let second = chunks(&bench)[1];
    delete_message(&mut bench, second);
    let why = bench.refused(Op::object(Act::Get, "b", "x"));
    let ObjectError::DigestMismatch { expected, found } = &why else { panic!("{why:?}") };
    assert_eq!(*expected, LARGE.digest());
    assert_ne!(expected, found);
    assert_eq!(why.python(), "DigestMismatchError");
    for seq in chunks(&bench) {
        delete_message(&mut bench, seq);
    }
    // Where no chunk is left, both libraries wait for ever.
    let get = bench.begin(Op::object(Act::Get, "b", "x"));
    bench.pass(Span::secs(60));
    assert!(bench.outcome_of(get).is_none());
}

#[test]
fn of_two_writers_the_last_meta_wins_and_the_others_chunks_stay() {
    let mut bench = Bench::with_bucket(Dialect::Python);
    bench.begin(Op::put("b", "x", Content::Text("one".into())));
    bench.begin(Op::put("b", "x", Content::Text("two".into())));
    assert!(bench.world.run_idle(Span::secs(5)));
    assert_eq!(bench.get("x").chunks.concat(), b"two");
    assert_eq!(bench.chunks(), 2);
}

#[test]
fn the_bytes_are_held_once_and_replicated_three_times() {
    let mut bench = Bench::new(3);
    let config = BucketConfig { replicas: Some(3), ..BucketConfig::default() };
    bench.done(Op { config: Some(config.into()), ..Op::new(Act::Add, "b") });
    let content = Content::file("photo.png", vec![5u8; 600_000]);
    bench.done(Op::put("b", "photo.png", content.clone()));
    bench.pass(Span::secs(2));
    let memory = content.piece(0, u64::MAX).as_ptr_range();
    let streams = bench.world.streams();
    let view = streams.iter().find(|view| **view.name == *"OBJ_b").unwrap();
    assert_eq!(view.replicas.len(), 3);
    for replica in &view.replicas {
        let store = replica.stream.store();
        let all = (1..=store.last_seq()).filter_map(|seq| store.get(seq));
        let chunks: Vec<_> = all.filter(|message| message.subject.starts_with("$O.b.C.")).collect();
        assert_eq!(chunks.len(), 5);
        assert!(chunks.iter().all(|chunk| memory.contains(&chunk.payload.as_ptr())));
    }
}
