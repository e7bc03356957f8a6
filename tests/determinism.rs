//! The same seed and the same inputs give the same world, bit for bit: on every machine, natively
//! and in a browser, going straight or back and forth.
#![allow(clippy::unwrap_used, reason = "what goes wrong here is to stop the test")]

use windtunnel::client::{Call, Draft};
use windtunnel::kernel::Span;
use windtunnel::world::{History, Input, World, scenes};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// Where the run below ends: position and digest. They change with everything that changes what
/// happens in a world; the failing test says the new ones.
const END: (u64, u64) = (840, 0x0e91_9522_c352_0b0f);

fn publish(text: &str, count: u32) -> Input {
    let message = Draft {
        subject: "orders.new".to_owned(),
        headers: vec![("Trace".to_owned(), text.to_owned())],
        text: format!("{{\"id\":\"{text}-{{{{Count}}}}\"}}"),
        ..Draft::default()
    };
    let call = Call::JsPublish { message, count, retries: 2 };
    Input::Call { client: "checkout".to_owned(), call }
}

fn wait(history: &mut History, span: Span) {
    let until = history.cursor().now() + span;
    while history.next_at().is_some_and(|next| next <= until) && history.forward() {}
    history.idle_until(until);
}

/// One order's world with publishes, the death and return of the leader, a cut and its healing.
fn story() -> History {
    let world = World::new(scenes::one_order()).unwrap();
    let mut history = History::new(world, 250);
    history.act(publish("first", 5));
    wait(&mut history, Span::secs(1));
    let leader = history.cursor().stream(0, "ORDERS").unwrap().leader().unwrap();
    let leader = history.cursor().name(leader).to_owned();
    history.act(Input::Crash { process: leader.clone(), lose_disk: false });
    history.act(publish("leaderless", 2));
    wait(&mut history, Span::secs(12));
    history.act(publish("second", 3));
    history.act(Input::Restart { process: leader });
    wait(&mut history, Span::secs(3));
    let leader = history.cursor().stream(0, "ORDERS").unwrap().leader().unwrap();
    let leader = history.cursor().name(leader).to_owned();
    let others = ["us-east/n1", "us-east/n2", "us-east/n3"].into_iter().filter(|n| *n != leader);
    for other in others.clone() {
        history.act(Input::Cut { a: leader.clone(), b: other.to_owned() });
    }
    history.act(publish("cut off", 2));
    wait(&mut history, Span::secs(20));
    for other in others {
        history.act(Input::Heal { a: leader.clone(), b: other.to_owned() });
    }
    wait(&mut history, Span::secs(3));
    history.act(publish("third", 4));
    wait(&mut history, Span::secs(15));
    history
}

fn end(history: &History) -> (u64, u64) {
    (history.cursor().position(), history.cursor().digest())
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_world_is_the_same_everywhere() {
    let mut history = story();
    let stored = history.cursor().stream(0, "ORDERS").unwrap();
    let stored = stored.best().unwrap().stream.store().last_seq();
    assert!(stored >= 12, "too little happens: {stored}");
    let (position, digest) = end(&history);
    assert!(
        (position, digest) == END,
        "the world ends differently, at ({position}, {digest:#018x})"
    );
    // Back and forth, and on from there: still the same.
    let (first, last) = (history.start_position(), history.end_position());
    for part in [1, 3, 2, 0, 4, 1] {
        history.seek(first + (last - first) * part / 4);
    }
    history.seek(last);
    assert_eq!(end(&history), END);
}

#[cfg(not(target_arch = "wasm32"))]
mod seeking {
    //! Every moment is reached as if nobody had ever gone back.

    use proptest::collection::vec;
    use proptest::test_runner::{Config, TestRunner};
    use windtunnel::kernel::Machine;

    use super::*;

    /// The digest at every position, from a straight replay of the history's inputs.
    fn straight(history: &History, mut world: World) -> Vec<u64> {
        let mut inputs = history.branches()[0].inputs.iter().peekable();
        let mut digests = vec![world.digest()];
        while world.position() < history.end_position() {
            match inputs.next_if(|logged| logged.position == world.position()) {
                Some(logged) => {
                    world.idle_until(logged.at);
                    world.apply(&logged.input);
                }
                None => assert!(world.step()),
            }
            digests.push(world.digest());
        }
        assert!(inputs.next().is_none(), "an input was not replayed");
        digests
    }

    #[test]
    fn a_thousand_random_seeks_equal_a_straight_replay() {
        let mut history = story();
        let end = history.cursor().digest();
        history.seek(0);
        let start = history.start_position();
        let digests = straight(&history, history.cursor().clone());
        assert_eq!(digests.last(), Some(&end));
        let mut runner =
            TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(4) });
        let targets = vec(0..digests.len(), 250);
        runner
            .run(&targets, |targets| {
                let mut history = history.clone();
                for target in targets {
                    history.seek(start + target as u64);
                    assert_eq!(history.cursor().position(), start + target as u64);
                    assert_eq!(history.cursor().digest(), digests[target], "at {target}");
                }
                Ok(())
            })
            .unwrap();
    }
}
