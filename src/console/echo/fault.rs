//! What is done to processes and links, as lines of Windtunnel's own.

use crate::nats::time::go_duration;
use crate::world::Input;

use super::words::Words;

/// The line that does it; none for what is no fault, or cannot be typed.
pub(super) fn fault(input: &Input) -> Option<String> {
    let (line, names): (&str, &[&String]) = match input {
        Input::Crash { process, .. } => ("fault crash", &[process]),
        Input::Stop { process } => ("fault stop", &[process]),
        Input::Restart { process } => ("fault restart", &[process]),
        Input::Pause { process } => ("fault pause", &[process]),
        Input::Resume { process } => ("fault resume", &[process]),
        Input::Cut { a, b } => ("fault cut", &[a, b]),
        Input::Block { from, to } => ("fault block", &[from, to]),
        Input::Heal { a, b } => ("fault heal", &[a, b]),
        Input::HealAll => ("fault heal all", &[]),
        Input::RemoveClient { client } => ("fault remove", &[client]),
        Input::PowerCut { process } => ("fault power-cut", &[process]),
        Input::SlowDisk { process, .. } => ("fault slow-disk", &[process]),
        Input::Clock { process, .. } => ("fault clock", &[process]),
        Input::LoseAck { client } => ("fault lose-ack", &[client]),
        Input::Duplicate { client } => ("fault duplicate", &[client]),
        Input::Favour { process, .. } => ("fault win", &[process]),
        Input::SplitVote { cluster, .. } => ("fault split-vote", &[cluster]),
        Input::Partition { sides, silent: true }
            if sides.len() == 2 && sides.iter().all(|side| side.len() == 1) =>
        {
            ("fault black-hole", &[])
        }
        Input::Partition { .. } => ("fault partition", &[]),
        Input::Link { a, b, .. } => ("link", &[a, b]),
        _ => return None,
    };
    let mut words = Words(line.to_owned());
    for name in names {
        words.add(name);
    }
    match input {
        Input::Crash { lose_disk: true, .. } => drop(words.add("--lose-disk")),
        Input::SlowDisk { latency, .. } => drop(words.add(&go_duration(latency.as_nanos()))),
        Input::Clock { ahead, .. } => {
            words.add(&go_duration(ahead.unsigned_abs()));
            if *ahead < 0 {
                words.add("--behind");
            }
        }
        Input::Favour { stream, .. } | Input::SplitVote { stream, .. } => {
            words.flag("", stream.as_deref());
        }
        Input::Partition { sides, silent } => {
            for side in sides {
                words.add(&side.join(","));
            }
            if *silent && !words.0.starts_with("fault black-hole") {
                words.add("--silent");
            }
        }
        Input::Link { spec, .. } => {
            let hundredfold = u64::from(spec.loss.numerator) * 100;
            let whole = u64::from(spec.loss.denominator.max(1));
            if hundredfold % whole != 0 {
                return None;
            }
            words.add("--latency").add(&go_duration(spec.latency.as_nanos()));
            words.add("--jitter").add(&go_duration(spec.jitter.as_nanos()));
            words.add("--loss").add(&format!("{}%", hundredfold / whole));
            words.add("--bandwidth").add(&spec.bandwidth.to_string());
        }
        _ => {}
    }
    Some(words.0)
}
