//! Measuring the engine: natively, and in a browser compiled as the page is.

use crate::failure::Failure;
use crate::needs;
use crate::place::Place;
use crate::run::Call;
use crate::steps::{IN_A_BROWSER, in_a_browser};

/// Runs the benches. Words that mean nothing here go to `cargo bench`.
pub(crate) fn run(place: &Place, words: &[String]) -> Result<(), Failure> {
    match words {
        [only] if only == "--browser" => {
            needs::ensure(IN_A_BROWSER, place)?;
            // As a test: the runner would look for benches of its own kind in what `cargo bench` starts.
            let as_published = ["--profile", "release", "--no-default-features"];
            let shown = ["--bench", "browser", "--", "--nocapture"];
            in_a_browser(place, &[as_published.as_slice(), &shown].concat())
        }
        rest => Call::cargo(place)
            .args(["bench", "--no-default-features", "--bench", "engine"])
            .args(rest)
            .run(),
    }
}
