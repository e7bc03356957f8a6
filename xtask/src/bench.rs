//! Measuring the engine: natively, in a browser compiled as the page is, and beside a real nats-server.

use std::path::Path;

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

/// How often each of the three is measured, in turn, so that a busy moment of the machine meets all of them.
const TURNS: usize = 3;

/// The kinds of traffic: what the benches call them, and what a reader is told.
const TRAFFIC: [(&str, &str); 8] = [
    ("publish", "publish, with acknowledgements"),
    ("pull", "pull, consume and acknowledge"),
    ("fan-out", "push to 100 subscribers"),
    ("work-queue", "work queue, 10 workers"),
    ("key-value", "put and get values, one by one"),
    ("watch", "values to 50 who watch a bucket"),
    ("object-put", "put objects, chunks of 128 KiB"),
    ("object-get", "get objects, chunks of 128 KiB"),
];

/// Sends the same traffic to a real nats-server, through the bridge, and through the engine in process, and
/// prints a table for the README.
fn beside_the_real_server(place: &Place) -> Result<(), Failure> {
    let server = tools::ensure_nats_server(place)?;
    println!(
        "Building the bridge, a client and the engine, optimised (the first time some minutes):"
    );
    let bridge = bridge::build_optimised(place)?;
    let client = clients::build(place, "bench", &["--release"])?;
    let traffic = ["bench", "--no-default-features", "--bench", "traffic"];
    Call::cargo(place).args(traffic).arg("--no-run").run()?;
    let over = |program: &Path, rates: &mut Vec<Rate>| {
        let running = Running::start(program, place)?;
        let said = Call::new(&client, place).arg(&running.url).listen()?;
        told(rates, &said);
        Ok::<_, Failure>(())
    };
    let [mut real, mut simulated, mut inside] = [const { Vec::new() }; 3];
    for turn in 1..=TURNS {
        println!("turn {turn} of {TURNS}: async-nats with the real nats-server ...");
        over(&server, &mut real)?;
        println!("turn {turn} of {TURNS}: async-nats with the bridge ...");
        over(&bridge, &mut simulated)?;
        println!("turn {turn} of {TURNS}: the engine in process ...");
        told(&mut inside, &Call::cargo(place).arg("--quiet").args(traffic).listen()?);
    }
    println!("\n{}", table(&real, &simulated, &inside)?);
    Ok(())
}

/// A kind of traffic, and how many messages a second it had in one round.
type Rate = (String, f64);

/// Adds what a bench printed, lines of name, messages and nanoseconds.
fn told(rates: &mut Vec<Rate>, said: &str) {
    let rate = |line: &str| {
        let [name, messages, nanos] = line.split_whitespace().collect::<Vec<_>>()[..] else {
            return None;
        };
        let (messages, nanos): (f64, f64) = (messages.parse().ok()?, nanos.parse().ok()?);
        Some((name.to_string(), messages * 1e9 / nanos))
    };
    rates.extend(said.lines().filter_map(rate));
}

/// The middle one of the rounds of a kind of traffic.
fn median(rates: &[Rate], name: &str) -> Result<f64, Failure> {
    let own = rates.iter().filter(|(own, _)| own == name).map(|(_, rate)| *rate);
    let mut own: Vec<f64> = own.collect();
    own.sort_by(f64::total_cmp);
    let middle = own.get(own.len() / 2).copied();
    middle.ok_or_else(|| Failure::Absent(format!("a bench said nothing of {name}")))
}

/// A Markdown table: messages a second, and how many times as many as the real server's.
fn table(real: &[Rate], bridge: &[Rate], inside: &[Rate]) -> Result<String, Failure> {
    let mut table = String::from(
        "| messages a second | nats-server | bridge | ratio | in process | ratio |\n\
         |---|---:|---:|---:|---:|---:|\n",
    );
    for (name, what) in TRAFFIC {
        let (real, bridge) = (median(real, name)?, median(bridge, name)?);
        let inside = median(inside, name)?;
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

/// A rate to the nearest thousand, a small one to the nearest hundred.
fn thousands(rate: f64) -> String {
    if rate < 9_950.0 {
        let hundreds = format!("{:.0}", rate / 100.0);
        let (thousands, rest) = hundreds.split_at(hundreds.len().saturating_sub(1));
        return if thousands.is_empty() {
            format!("{rest}00")
        } else {
            format!("{thousands},{rest}00")
        };
    }
    let thousands = format!("{:.0}", rate / 1_000.0);
    match thousands.len().checked_sub(3).filter(|&n| n > 0) {
        Some(n) => format!("{},{},000", &thousands[..n], &thousands[n..]),
        None => format!("{thousands},000"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(said: &str) -> Vec<Rate> {
        let mut rates = Vec::new();
        told(&mut rates, said);
        rates
    }

    #[test]
    fn rates_become_ratios() {
        let said = "publish 10000 100000000\npull 10 1000000\nfan-out 10 1000000\n\
                    work-queue 3000 2000000\nkey-value 100 10000000\nwatch 10 1000000\n\
                    object-put 10 10000000\nobject-get 3 10000000\n";
        let real = rates(said);
        assert_eq!(real[0], ("publish".to_string(), 100_000.0));
        let bridge = rates(&said.replace("10000 100000000", "10000 200000000"));
        let text = table(&real, &bridge, &real).expect("a table");
        assert!(text.contains("| 100,000 | 50,000 | 0.50 | 100,000 | 1.00 |"), "{text}");
        assert!(text.contains("| 1,500,000 |"), "{text}");
        assert!(text.contains("| 1,000 | 1,000 | 1.00 |") && text.contains("| 300 |"), "{text}");
        assert!(table(&real, &bridge, &[]).is_err());
    }

    #[test]
    fn of_several_rounds_the_middle_one_counts() {
        let rates = rates("publish 1 1000\npull 1 1\npublish 1 10\npublish 1 100\n");
        assert_eq!(median(&rates, "publish").expect("three rounds"), 1e7);
        assert!(median(&rates, "fan-out").is_err());
    }
}
