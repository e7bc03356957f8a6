//! Conformance: what the engine answers is what a real nats-server 2.15.1 answered.
//!
//! The cases under `tests/conformance/cases/public` were recorded from the real server and are
//! replayed here against the engine in virtual time. Those that need what is not built yet are on
//! one list; a case on it that passes, or a case not on it that fails, fails this test.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "what goes wrong here is to stop the test; how many cases wait is worth a line"
)]

mod conformance_support;

use std::fs;
use std::path::PathBuf;

use conformance_support::case::Case;
use conformance_support::runner::replay;

/// Cases that need what is not built yet.
const NOT_YET: &[&str] = &["supercluster-mirror"];

fn cases() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/cases");
    let mut cases: Vec<(String, String)> = ["public", "consumers", "cluster", "mirrors"]
        .into_iter()
        .flat_map(|part| fs::read_dir(folder.join(part)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "json"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    cases.sort();
    cases
}

#[test]
fn the_engine_answers_as_the_real_server_did() {
    let only = std::env::var("CASE").unwrap_or_default();
    let mut wrong = Vec::new();
    let (mut passed, mut waiting) = (0, 0);
    for (name, text) in cases().into_iter().filter(|(name, _)| name.contains(&only)) {
        let case: Case = Case::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let not_yet = NOT_YET.contains(&name.as_str());
        match (replay(&case), not_yet) {
            (Ok(()), false) => passed += 1,
            (Err(why), true) => {
                // Asked for one by one, they tell what they wait for.
                if !only.is_empty() {
                    println!("{name} waits: {why}");
                }
                waiting += 1;
            }
            (Ok(()), true) => wrong.push(format!("{name} passes: take it off the list")),
            (Err(why), false) => wrong.push(format!("{name}: {why}")),
        }
    }
    println!("{passed} cases pass, {waiting} wait for what is not built yet");
    assert!(wrong.is_empty(), "{} cases are wrong:\n{}", wrong.len(), wrong.join("\n"));
    if only.is_empty() {
        assert_eq!(waiting, NOT_YET.len(), "a case on the list is not there");
    }
}

#[test]
fn altered_expectations_are_noticed() {
    for (name, text) in cases() {
        if NOT_YET.contains(&name.as_str()) {
            continue;
        }
        for (n, altered) in Case::parse(&text).unwrap().altered(5).iter().enumerate() {
            assert!(replay(altered).is_err(), "{name}: alteration {n} was not noticed");
        }
    }
}
