//! How quick the engine is: publishes through the whole path, clones, seeks.
//!
//! `cargo bench --no-default-features`. Every figure includes the trace, which is always on. First
//! targets, native on two cores: `publish_r1` at least 300,000 messages a second, `clone_world` at
//! most 50 µs, `seek` at most 5 ms. `browser.rs` measures the same in a browser.
#![allow(clippy::expect_used, reason = "a bench that cannot run is to stop")]

mod consuming;
mod scenario;

use consuming::consuming;
use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use scenario::bucket::{KEYS, WATCHED, bucket, put_get, watch, watched};
use scenario::mirror::{COPIED, catch_up, regions};
use scenario::nine::{PLAYED, nine, play};
use scenario::object::{BYTES, get, put, store};
use scenario::{MESSAGES, acked, history, plain, world};
use windtunnel::kernel::Rng;

fn main() {
    divan::main();
}

/// Publishes without waiting for acknowledgements, until everything is stored.
fn publish(bencher: Bencher<'_, '_>, servers: &[&str], replicas: usize) {
    let start = world(servers, replicas);
    bencher
        .counter(ItemsCount::new(MESSAGES))
        .with_inputs(|| start.clone())
        .bench_local_values(plain);
}

#[divan::bench(sample_count = 10)]
fn publish_r1(bencher: Bencher<'_, '_>) {
    publish(bencher, &["n1"], 1);
}

#[divan::bench(sample_count = 10)]
fn publish_r3(bencher: Bencher<'_, '_>) {
    publish(bencher, &["n1", "n2", "n3"], 3);
}

/// Publishes one message after the other, each after the acknowledgement of the one before.
fn publish_acked(bencher: Bencher<'_, '_>, servers: &[&str], replicas: usize) {
    let start = world(servers, replicas);
    bencher
        .counter(ItemsCount::new(MESSAGES))
        .with_inputs(|| start.clone())
        .bench_local_values(acked);
}

#[divan::bench(sample_count = 10)]
fn publish_acked_r1(bencher: Bencher<'_, '_>) {
    publish_acked(bencher, &["n1"], 1);
}

#[divan::bench(sample_count = 10)]
fn publish_acked_r3(bencher: Bencher<'_, '_>) {
    publish_acked(bencher, &["n1", "n2", "n3"], 3);
}

/// Puts and gets keys of a bucket, each after the answer to the one before.
fn kv_put_get(bencher: Bencher<'_, '_>, servers: &[&str], replicas: u32) {
    let start = bucket(servers, replicas);
    bencher
        .counter(ItemsCount::new(2 * KEYS))
        .with_inputs(|| start.clone())
        .bench_local_values(put_get);
}

#[divan::bench(sample_count = 10)]
fn kv_put_get_r1(bencher: Bencher<'_, '_>) {
    kv_put_get(bencher, &["n1"], 1);
}

#[divan::bench(sample_count = 10)]
fn kv_put_get_r3(bencher: Bencher<'_, '_>) {
    kv_put_get(bencher, &["n1", "n2", "n3"], 3);
}

/// Values of a bucket to all who watch it.
#[divan::bench(sample_count = 10)]
fn kv_watch_r3(bencher: Bencher<'_, '_>) {
    let start = watched(&["n1", "n2", "n3"], 3);
    bencher
        .counter(ItemsCount::new(WATCHED))
        .with_inputs(|| start.clone())
        .bench_local_values(watch);
}

/// Puts an object of 16 MiB, chunk after chunk.
fn object_put(bencher: Bencher<'_, '_>, servers: &[&str], replicas: u32) {
    let start = store(servers, replicas);
    bencher.counter(BytesCount::new(BYTES)).with_inputs(|| start.clone()).bench_local_values(put);
}

#[divan::bench(sample_count = 10)]
fn object_put_r1(bencher: Bencher<'_, '_>) {
    object_put(bencher, &["n1"], 1);
}

#[divan::bench(sample_count = 10)]
fn object_put_r3(bencher: Bencher<'_, '_>) {
    object_put(bencher, &["n1", "n2", "n3"], 3);
}

/// Gets it, its digest checked.
#[divan::bench(sample_count = 10)]
fn object_get_r3(bencher: Bencher<'_, '_>) {
    let start = put(store(&["n1", "n2", "n3"], 3));
    bencher.counter(BytesCount::new(BYTES)).with_inputs(|| start.clone()).bench_local_values(get);
}

/// Pulls and acknowledges through a consumer alone, without servers and links.
#[divan::bench(sample_count = 10)]
fn consumer_alone(bencher: Bencher<'_, '_>) {
    let start = consuming(MESSAGES.into());
    bencher
        .counter(ItemsCount::new(MESSAGES))
        .with_inputs(|| start.clone())
        .bench_local_values(|start| start.consume());
}

/// A clone of a world with many messages and a long trace behind it.
#[divan::bench]
fn clone_world(bencher: Bencher<'_, '_>) {
    let history = history();
    bencher.bench_local(|| black_box(history.cursor()).clone());
}

/// A jump to some moment of a long history.
#[divan::bench]
fn seek(bencher: Bencher<'_, '_>) {
    let mut history = history();
    let (start, end) = (history.start_position(), history.end_position());
    let mut rng = Rng::new(1);
    bencher.bench_local(|| history.seek(start + rng.below(end - start)));
}

/// A mirror across a leaf link catches up with its origin.
#[divan::bench(sample_count = 3)]
fn mirror_catch_up(bencher: Bencher<'_, '_>) {
    let start = regions();
    bencher
        .counter(ItemsCount::new(COPIED))
        .with_inputs(|| start.clone())
        .bench_local_values(catch_up);
}

/// Events of the whole picture under full load, played with keyframes as the page plays them.
#[divan::bench(sample_count = 5)]
fn nine_servers_events(bencher: Bencher<'_, '_>) {
    let start = nine();
    bencher.counter(ItemsCount::new(PLAYED)).with_inputs(|| start.clone()).bench_local_values(play);
}
