//! What is settled at the moment a line is typed, so that the same line can be printed again and
//! again later: its templates, and whether a publish waits for an acknowledgement.

use crate::kernel::{Rng, Time};
use crate::nats::nuid;
use crate::nats::time::{Calendar, rfc3339};

use super::commands::Verb;
use super::facts::Facts;
use super::parse::Invocation;

/// What stands for the number of a message until it is sent.
const COUNT: &str = "{{Count}}";

/// Settles a line. `rng` is where unique ids come from.
pub(crate) fn settle(line: &mut Invocation, facts: &Facts, rng: &mut Rng) {
    if line.verb == Verb::ConsumerNext {
        // The real CLI acknowledges after a random time up to --wait.
        if let Some(most) = line.span("wait").map(|most| most.as_nanos()).filter(|n| *n > 0) {
            line.set("@wait", &format!("{}ns", rng.below(most)));
        }
    }
    if !matches!(line.verb, Verb::Publish | Verb::Request) {
        return;
    }
    let many = line.number("count").is_some_and(|count| count > 1);
    line.each_text(|text| *text = fill(text, facts.now, rng, many));
    if line.verb == Verb::Publish && !line.given("jetstream") && !line.given("reply") {
        let subject = line.arg(0).unwrap_or_default().replace(COUNT, "1");
        if facts.capturing(&subject).is_some() {
            line.set("jetstream", "true");
        }
    }
}

/// Fills in the templates of a text, all but the number of the message. What is no template stays.
fn fill(text: &str, now: Time, rng: &mut Rng, many: bool) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, from)) = rest.split_once("{{") {
        filled.push_str(before);
        let Some((name, after)) = from.split_once("}}") else {
            filled.push_str("{{");
            rest = from;
            continue;
        };
        match name.trim().trim_start_matches('.') {
            "Count" | "Cnt" => filled.push_str(COUNT),
            "ID" | "UUID" => {
                filled.push_str(&nuid(rng));
                // One id is settled for the whole line; the number tells its messages apart.
                if many {
                    filled.push_str(COUNT);
                }
            }
            "Unix" => filled.push_str(&(now.unix_ns() / 1_000_000_000).to_string()),
            "UnixNano" => filled.push_str(&now.unix_ns().to_string()),
            "TimeStamp" => {
                filled.push_str(&rfc3339(Time(now.nanos() / 1_000_000_000 * 1_000_000_000)))
            }
            "Time" => filled.push_str(&kitchen(now)),
            _ => {
                filled.push_str("{{");
                filled.push_str(name);
                filled.push_str("}}");
            }
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// The time of day as Go's "kitchen" format has it: `3:04PM`.
fn kitchen(at: Time) -> String {
    let Calendar { hour, minute, .. } = Calendar::of(at);
    let half = if hour < 12 { "AM" } else { "PM" };
    format!("{}:{minute:02}{half}", (hour + 11) % 12 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::facts::StreamFacts;
    use crate::console::parse::{Parsed, parse};

    fn settled(text: &str) -> Invocation {
        let orders = StreamFacts {
            name: "ORDERS".to_owned(),
            subjects: vec!["orders.>".to_owned()],
            acknowledges: true,
            keys: Vec::new(),
        };
        let facts = Facts { now: Time(1_500_000_000), streams: vec![orders], ..Facts::default() };
        let Ok(Parsed::Run(mut line)) = parse(text) else { panic!("{text}") };
        settle(&mut line, &facts, &mut Rng::new(1));
        line
    }

    #[test]
    fn templates_are_filled_in() {
        let line = settled(
            "pub a.{{Count}} '{{ .Cnt }} {{Unix}} {{TimeStamp}} {{Time}} {{x}} {{ }' -H 'Nats-Msg-Id:{{Count}}'",
        );
        assert_eq!(line.arg(0), Some("a.{{Count}}"));
        assert_eq!(
            line.arg(1),
            Some("{{Count}} 1767603601 2026-01-05T09:00:01Z 9:00AM {{x}} {{ }")
        );
        assert_eq!(line.all("header"), ["Nats-Msg-Id:{{Count}}"]);
        let ids = settled("pub a '{{ID}} {{ID}}'");
        let (a, b) = ids.arg(1).unwrap().split_once(' ').unwrap();
        assert!(a.len() == 22 && b.len() == 22 && a != b);
        assert!(settled("pub a {{ID}} --count 2").arg(1).unwrap().ends_with("{{Count}}"));
    }

    #[test]
    fn a_captured_subject_is_published_to_its_stream() {
        for (line, jetstream) in [
            ("pub orders.new x", true),
            ("pub orders.{{Count}} x", true),
            ("pub orders.new x --no-jetstream", false),
            ("pub orders.new x --reply r", false),
            ("pub other x", false),
            ("pub other x -J", true),
        ] {
            assert_eq!(settled(line).on("jetstream"), jetstream, "{line}");
        }
    }
}
