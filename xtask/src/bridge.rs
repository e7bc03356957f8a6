//! The bridge under test: it is built, and whatever is played to a real nats-server is played to it.

use std::fs;
use std::path::PathBuf;

use crate::failure::Failure;
use crate::place::Place;
use crate::run::Call;

/// Builds the bridge as tests use it, with the engine that the native tests have compiled. Its path.
pub(crate) fn build(place: &Place) -> Result<PathBuf, Failure> {
    let what = ["build", "--profile", "test", "--no-default-features", "--example", "bridge"];
    Call::cargo(place).args(what).run()?;
    let program = format!("target/debug/examples/bridge{}", std::env::consts::EXE_SUFFIX);
    Ok(place.file(&program))
}

/// Builds the bridge as quick as it can be. Its path.
pub(crate) fn build_optimised(place: &Place) -> Result<PathBuf, Failure> {
    let what = ["build", "--profile", "bench", "--no-default-features", "--example", "bridge"];
    Call::cargo(place).args(what).run()?;
    let program = format!("target/release/examples/bridge{}", std::env::consts::EXE_SUFFIX);
    Ok(place.file(&program))
}

/// Plays the recorded cases over the bridge: all but those that wait for what is not built yet, which
/// are on the one list in `tests/conformance.rs`.
pub(crate) fn conformance(place: &Place) -> Result<(), Failure> {
    let bridge = build(place)?;
    let list = place.file("tests/conformance.rs");
    let text = fs::read_to_string(&list).map_err(Failure::file(&list))?;
    let waiting = not_yet(&text)
        .ok_or_else(|| Failure::Absent(format!("{} has no list NOT_YET", list.display())))?;
    let mut cases = Vec::new();
    for folder in ["public", "consumers", "cluster", "mirrors"] {
        let folder = place.file("tests/conformance/cases").join(folder);
        for entry in fs::read_dir(&folder).map_err(Failure::file(&folder))? {
            let path = entry.map_err(Failure::file(&folder))?.path();
            let name = path.file_stem().map(|name| name.to_string_lossy().into_owned());
            if name.is_some_and(|name| !waiting.contains(&name)) {
                cases.push(path);
            }
        }
    }
    cases.sort();
    println!(
        "{} cases, without {} that wait for what is not built yet",
        cases.len(),
        waiting.len()
    );
    let bridge = bridge.display();
    Call::new("python3", place)
        .arg(place.file("tests/conformance/check.py"))
        .arg("--spawn")
        .arg(format!("'{bridge}' --topology {{topology}}"))
        .args(["--ready", "READY", "--fault-cmd"])
        .arg(format!("'{bridge}' fault {{topology}} {{kind}} {{server}} {{from}} {{to}}"))
        .args(["--jobs", "2"])
        .args(cases)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .run()
}

/// The names on the list of cases that are not expected to pass.
fn not_yet(text: &str) -> Option<Vec<String>> {
    let (_, list) = text.split_once("const NOT_YET: &[&str] = &[")?;
    let (list, _) = list.split_once(']')?;
    let names = list.split(',').map(|name| name.trim().trim_matches('"').to_string());
    Some(names.filter(|name| !name.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_list_of_waiting_cases() {
        let text =
            "/// Cases.\nconst NOT_YET: &[&str] = &[\n    \"a-b\",\n    \"c\",\n];\nfn x() {}\n";
        assert_eq!(not_yet(text), Some(vec!["a-b".to_string(), "c".to_string()]));
        assert_eq!(not_yet("const NOT_YET: &[&str] = &[];"), Some(vec![]));
        assert_eq!(not_yet("fn x() {}"), None);
    }

    #[test]
    fn the_list_of_this_repository_is_found() {
        let place = Place::find().expect("the repository");
        let text = fs::read_to_string(place.file("tests/conformance.rs")).expect("the test");
        assert!(not_yet(&text).is_some());
    }
}
