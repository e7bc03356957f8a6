//! The engine's figures in a browser: the same work as `engine.rs`, compiled as the page is.
//!
//! `cargo xtask bench --browser` runs it and prints a line a figure.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::expect_used, reason = "a bench that cannot run is to stop")]

mod scenario;

use scenario::bucket::{KEYS, WATCHED, bucket, put_get, watch, watched};
use scenario::mirror::{COPIED, catch_up, regions};
use scenario::nine::{PLAYED, nine, play};
use scenario::object::{BYTES, get, put, store};
use scenario::{MESSAGES, acked, history, plain, world};
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};
use windtunnel::kernel::Rng;
use windtunnel::world::World;

wasm_bindgen_test_configure!(run_in_browser);

/// How often each is done; the quickest counts, as the machine may be busy with something else.
const TIMES: usize = 5;
/// Seeks and clones that are timed together: one alone is shorter than the clock can tell.
const MANY: u32 = 200;

/// Milliseconds that the quickest of some runs takes.
fn quickest(mut act: impl FnMut()) -> f64 {
    let runs = (0..TIMES).map(|_| {
        let before = js_sys::Date::now();
        act();
        js_sys::Date::now() - before
    });
    runs.fold(f64::INFINITY, f64::min)
}

fn rate(name: &str, start: &World, messages: u32, act: fn(World) -> World) {
    let ms = quickest(|| drop(act(start.clone())));
    console_log!("FIGURE {name}: {:.0} messages/s", f64::from(messages) / ms * 1e3);
}

#[wasm_bindgen_test]
fn publishes() {
    let (one, three) = (world(&["n1"], 1), world(&["n1", "n2", "n3"], 3));
    rate("publish_r1", &one, MESSAGES, plain);
    rate("publish_r3", &three, MESSAGES, plain);
    rate("publish_acked_r1", &one, MESSAGES, acked);
    rate("publish_acked_r3", &three, MESSAGES, acked);
}

#[wasm_bindgen_test]
fn buckets() {
    let servers = ["n1", "n2", "n3"];
    rate("kv_put_get_r1", &bucket(&["n1"], 1), 2 * KEYS, put_get);
    rate("kv_put_get_r3", &bucket(&servers, 3), 2 * KEYS, put_get);
    rate("kv_watch_r3", &watched(&servers, 3), WATCHED, watch);
}

fn speed(name: &str, mut act: impl FnMut()) {
    let ms = quickest(&mut act);
    console_log!("FIGURE {name}: {:.0} MiB/s", (BYTES >> 20) as f64 / ms * 1e3);
}

#[wasm_bindgen_test]
fn objects() {
    let one = store(&["n1"], 1);
    let three = store(&["n1", "n2", "n3"], 3);
    speed("object_put_r1", || drop(put(one.clone())));
    speed("object_put_r3", || drop(put(three.clone())));
    let stored = put(three.clone());
    speed("object_get_r3", || drop(get(stored.clone())));
}

#[wasm_bindgen_test]
fn mirrors() {
    rate("mirror_catch_up", &regions(), COPIED, catch_up);
}

#[wasm_bindgen_test]
fn nine_servers() {
    let start = nine();
    let ms = quickest(|| drop(play(start.clone())));
    console_log!("FIGURE nine_servers: {:.0} events/s", f64::from(PLAYED) / ms * 1e3);
}

#[wasm_bindgen_test]
fn clones_and_seeks() {
    let mut history = history();
    let clones = quickest(|| (0..MANY).for_each(|_| drop(history.cursor().clone())));
    console_log!("FIGURE clone_world: {:.1} µs", clones / f64::from(MANY) * 1e3);
    let (start, end) = (history.start_position(), history.end_position());
    let mut rng = Rng::new(1);
    let seeks = quickest(|| (0..MANY).for_each(|_| history.seek(start + rng.below(end - start))));
    console_log!("FIGURE seek: {:.2} ms", seeks / f64::from(MANY));
}
