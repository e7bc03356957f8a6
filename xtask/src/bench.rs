//! Measuring the engine: natively, in a browser compiled as the page is, and beside a real nats-server.

use crate::bridge;
use crate::clients::{self, Running};
use crate::failure::Failure;
use crate::needs::{self, Need};
use crate::place::Place;
use crate::run::Call;
use crate::steps::{IN_A_BROWSER, in_a_browser};
use crate::tools;

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
        [only] if only == "--real" => {
            needs::ensure(&[Need::Python], place)?;
            beside_the_real_server(place)
        }
        rest => Call::cargo(place)
            .args(["bench", "--no-default-features", "--bench", "engine"])
            .args(rest)
            .run(),
    }
}

/// Sends the same traffic to a real nats-server, through the bridge, and through the engine in process, and
/// prints a table for the README.
fn beside_the_real_server(place: &Place) -> Result<(), Failure> {
    let real = tools::ensure_nats_server(place)?;
    let bridge = bridge::build_optimised(place)?;
    let client = clients::build(place, "bench", &["--release"])?;
    let over = |server| {
        let running = Running::start(server, place)?;
        let said = Call::new(&client, place).arg(&running.url).listen()?;
        Ok::<_, Failure>(rates(&said))
    };
    println!("async-nats with the real nats-server ...");
    let real = over(&real)?;
    println!("async-nats with the bridge ...");
    let bridge = over(&bridge)?;
    println!("the engine in process ...");
    let bench = ["bench", "--no-default-features", "--bench", "traffic"];
    let inside = rates(&Call::cargo(place).args(bench).listen()?);
    println!("\n{}", table(&real, &bridge, &inside)?);
    Ok(())
}

/// A kind of traffic, and how many messages a second it had.
type Rate = (String, f64);

/// What a bench printed: lines of name, messages and nanoseconds.
fn rates(said: &str) -> Vec<Rate> {
    let rate = |line: &str| {
        let [name, messages, nanos] = line.split_whitespace().collect::<Vec<_>>()[..] else {
            return None;
        };
        let (messages, nanos): (f64, f64) = (messages.parse().ok()?, nanos.parse().ok()?);
        Some((name.to_string(), messages * 1e9 / nanos))
    };
    said.lines().filter_map(rate).collect()
}

/// A Markdown table: messages a second, and how many times as many as the real server's.
fn table(real: &[Rate], bridge: &[Rate], inside: &[Rate]) -> Result<String, Failure> {
    const TRAFFIC: [(&str, &str); 4] = [
        ("publish", "publish, with acknowledgements"),
        ("pull", "pull, consume and acknowledge"),
        ("fan-out", "push to 100 subscribers"),
        ("work-queue", "work queue, 10 workers"),
    ];
    let mut table = String::from(
        "| messages a second | nats-server | bridge | ratio | in process | ratio |\n\
         |---|---:|---:|---:|---:|---:|\n",
    );
    for (name, what) in TRAFFIC {
        let of = |rates: &[Rate]| {
            let found = rates.iter().find(|(own, _)| own == name);
            found
                .map(|(_, rate)| *rate)
                .ok_or_else(|| Failure::Absent(format!("a bench said nothing of {name}")))
        };
        let (real, bridge, inside) = (of(real)?, of(bridge)?, of(inside)?);
        table += &format!(
            "| {what} | {} | {} | {:.2} | {} | {:.2} |\n",
            thousands(real),
            thousands(bridge),
            bridge / real,
            thousands(inside),
            inside / real
        );
    }
    Ok(table)
}

fn thousands(rate: f64) -> String {
    format!("{:.0},000", rate / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_become_ratios() {
        let said =
            "publish 10000 100000000\npull 10 1000000\nfan-out 10 1000000\nwork-queue 10 1000000\n";
        let real = rates(said);
        assert_eq!(real[0], ("publish".to_string(), 100_000.0));
        let bridge = rates(&said.replace("10000 100000000", "10000 200000000"));
        let text = table(&real, &bridge, &real).expect("a table");
        assert!(text.contains("| 100,000 | 50,000 | 0.50 | 100,000 | 1.00 |"), "{text}");
        assert!(table(&real, &bridge, &[]).is_err());
    }
}
