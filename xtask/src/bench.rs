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
            let page = ["--profile", "release", "--no-default-features", "--bench", "browser"];
            in_a_browser(place, "bench", &page)
        }
        rest => Call::cargo(place)
            .args(["bench", "--no-default-features", "--bench", "engine"])
            .args(rest)
            .run(),
    }
}
