//! Apps and their knobs: `NAME CLUSTER[/SERVER] KIND KNOB=VALUE…`.
//!
//! The knobs are those of [`Behaviour`], by the names of its fields with `-` for `_`; what is not one
//! of them is refused by its own reading, so that this table never lags behind.

use serde_json::{Map, Value};

use crate::client::Behaviour;
use crate::kernel::Ratio;
use crate::lesson::error::{Read, unknown};
use crate::nats::json::{self, FromJson};
use crate::nats::time::parse_duration;
use crate::world::{ClientSpec, Input, Role};

const KINDS: &[&str] = &Behaviour::KINDS;

/// Reads the line of an app that appears.
pub(super) fn app(number: u32, line: &str) -> Read<ClientSpec> {
    let wrong = |what: String| (number, what);
    let words = shlex::split(line).ok_or_else(|| wrong("a quote is not closed".to_owned()))?;
    let [name, place, kind, knobs @ ..] = words.as_slice() else {
        let form = "NAME CLUSTER[/SERVER] KIND KNOB=VALUE…";
        return Err(wrong(format!("an app is written {form}, not {line:?}")));
    };
    let (cluster, server) = match place.split_once('/') {
        Some((cluster, server)) => (cluster, Some(server.to_owned())),
        None => (place.as_str(), None),
    };
    let role = match kind.as_str() {
        "publisher" => Role::Publisher,
        "worker" => Role::Worker,
        "subscriber" | "config" => Role::Subscriber,
        "service" | "elector" | "counter" => Role::Publisher,
        other => return Err(wrong(unknown("kind of app", other, KINDS.iter().copied()))),
    };
    let mut knobs = pairs(knobs).map_err(wrong)?;
    let mut spec = ClientSpec { server, ..ClientSpec::new(name, cluster, role) };
    // A publisher without a rate publishes when its button is pressed.
    if kind == "publisher" && !knobs.iter().any(|(name, _)| name == "every") {
        spec.publishes = Some(button(&mut knobs).map_err(wrong)?);
        return match knobs.first() {
            None => Ok(spec),
            Some((name, _)) => {
                let known = ["subject", "text", "every"];
                Err(wrong(unknown("knob of a publisher with a button", name, known)))
            }
        };
    }
    let behaviour =
        with_knobs(object("does", Value::from(kind.as_str())), &knobs).map_err(wrong)?;
    spec.behaviour = Some(behaviour);
    Ok(spec)
}

/// What the button of a publisher publishes.
fn button(knobs: &mut Vec<(String, String)>) -> Result<(String, String), String> {
    let mut take = |wanted: &str| {
        let place = knobs.iter().position(|(name, _)| name == wanted)?;
        Some(knobs.remove(place).1)
    };
    let subject = take("subject").ok_or("subject=… is missing")?;
    Ok((subject, take("text").unwrap_or_else(|| "{\"id\":{{Count}}}".to_owned())))
}

/// Reads `APP KNOB=VALUE…`, the line that turns the knobs of an app.
pub(super) fn turned(number: u32, line: &str) -> Read<(String, Vec<(String, String)>)> {
    let words = shlex::split(line).ok_or((number, "a quote is not closed".to_owned()))?;
    match words.as_slice() {
        [app, knobs @ ..] if !knobs.is_empty() => {
            Ok((app.clone(), pairs(knobs).map_err(|why| (number, why))?))
        }
        _ => Err((number, format!("knobs are turned by APP KNOB=VALUE…, not {line:?}"))),
    }
}

/// What an app does with some of its knobs turned.
///
/// # Errors
/// What is wrong with a knob, and what would be right.
pub(in crate::lesson) fn turn(
    behaviour: &Behaviour,
    knobs: &[(String, String)],
) -> Result<Behaviour, String> {
    with_knobs(json::to_value(behaviour), knobs)
}

/// What turns the knobs of an app that is there.
pub(in crate::lesson) fn turning(
    client: &str,
    behaviour: &Behaviour,
    knobs: &[(String, String)],
) -> Result<Input, String> {
    Ok(Input::SetBehaviour { client: client.to_owned(), behaviour: turn(behaviour, knobs)? })
}

fn pairs(words: &[String]) -> Result<Vec<(String, String)>, String> {
    let pairs = words.iter().map(|word| match word.split_once('=') {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err(format!("a knob is written NAME=VALUE, not {word:?}")),
    });
    pairs.collect()
}

fn with_knobs(mut behaviour: Value, knobs: &[(String, String)]) -> Result<Behaviour, String> {
    let Some(fields) = behaviour.as_object_mut() else { return Err("no behaviour".to_owned()) };
    let subscribes = fields.get("does").is_some_and(|does| does == "subscriber");
    for (name, text) in knobs {
        match name.as_str() {
            "does" => return Err("what an app is cannot be turned".to_owned()),
            "subject" | "queue" if subscribes => in_core(fields, name, text),
            "ordered" | "ordered-pull" | "ephemeral" if subscribes => {
                let mut source = object("stream", Value::from(text.as_str()));
                let kind = name.trim_end_matches("-pull");
                if kind != name {
                    source["pull"] = Value::from(true);
                }
                fields.insert("source".to_owned(), object(kind, source));
            }
            // A consumer that is made by a lesson's own command is not made by its workers.
            _ => {
                fields.insert(name.replace('-', "_"), value(name, text));
            }
        }
    }
    let behaviour = Behaviour::from_json(&behaviour).map_err(|why| why.to_string())?;
    behaviour.check()?;
    Ok(behaviour)
}

fn object(name: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), value)]))
}

fn in_core(fields: &mut Map<String, Value>, name: &str, text: &str) {
    let source =
        fields.entry("source").or_insert_with(|| object("core", Value::Object(Map::new())));
    if let Some(core) = source.get_mut("core").and_then(Value::as_object_mut) {
        core.insert(name.to_owned(), Value::from(text));
    }
}

/// The value of a knob: `none`, `yes`, `no`, `3`, `2s`, `10%`, or a text.
fn value(name: &str, text: &str) -> Value {
    let is_text = matches!(
        name,
        "subject" | "text" | "stream" | "consumer" | "mode" | "bucket" | "key" | "value"
    );
    let percent = text.strip_suffix('%').and_then(|number| number.parse().ok());
    match text {
        _ if is_text => Value::from(text),
        "none" => Value::Null,
        "yes" => Value::Bool(true),
        "no" => Value::Bool(false),
        _ => match (text.parse::<u64>(), percent, parse_duration(text)) {
            (Ok(number), ..) => Value::from(number),
            (_, Some(percent), _) => json::to_value(&Ratio::percent(percent)),
            (.., Some(nanos)) => Value::from(nanos),
            _ => Value::from(text),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::behaviour::Source;
    use crate::kernel::Span;

    fn behaviour(line: &str) -> Result<Behaviour, String> {
        let spec = app(1, line).map_err(|(_, why)| why)?;
        spec.behaviour.ok_or_else(|| "nothing by itself".to_owned())
    }

    #[test]
    fn knobs_are_those_of_the_behaviour() {
        let line =
            "w1 us-east worker stream=TASKS processing=2s crash=25% restart=none max-in-hand=2";
        let Ok(Behaviour::Worker(worker)) = behaviour(line) else { panic!("a worker") };
        assert_eq!(worker.processing, Span::secs(2));
        assert_eq!(worker.crash, Ratio::percent(25));
        assert_eq!((worker.restart, worker.max_in_hand), (None, 2));
        let line = "shop us-east publisher subject=tasks.{{Count}} every=500ms limit=10";
        let Ok(Behaviour::Publisher(publisher)) = behaviour(line) else { panic!("a publisher") };
        assert_eq!((publisher.every, publisher.limit), (Span::millis(500), Some(10)));
        assert!(matches!(
            behaviour("e us-east subscriber subject=a.>"),
            Ok(Behaviour::Subscriber(_))
        ));
        for (knob, asks) in [("ordered", false), ("ordered-pull", true)] {
            let line = format!("e us-east subscriber {knob}=TASKS");
            let Ok(Behaviour::Subscriber(reader)) = behaviour(&line) else { panic!("{line}") };
            assert!(matches!(reader.source, Source::Ordered { pull, .. } if pull == asks));
        }
        let line = "a us-east elector bucket=locks every=1s ttl=none";
        let Ok(Behaviour::Kv(elector)) = behaviour(line) else { panic!("an elector") };
        assert_eq!((elector.every, elector.ttl, &*elector.key), (Span::secs(1), None, "leader"));
    }

    #[test]
    fn knobs_are_turned_one_by_one() {
        let Ok(before) = behaviour("w1 us-east worker processing=2s") else { panic!("a worker") };
        let knobs = [("crash".to_owned(), "100%".to_owned())];
        let Ok(Behaviour::Worker(worker)) = turn(&before, &knobs) else { panic!("a worker") };
        assert_eq!((worker.processing, worker.crash), (Span::secs(2), Ratio::percent(100)));
    }

    #[test]
    fn a_wrong_knob_says_what_would_be_right() {
        let wrong = |line: &str| behaviour(line).err().unwrap_or_default();
        assert!(wrong("w us-east worker colour=red").contains("expected one of"));
        assert!(wrong("w us-east worker batch=0").contains("batch is 1 to"));
        assert!(wrong("w us-east worker processing=soon").contains("invalid type"));
        assert!(wrong("c us-east config think=1s").contains("unknown field 'think'"));
        assert!(wrong("c us-east config key=.a").contains("invalid key"));
        assert!(wrong("w us-east waiter").contains("there are publisher, worker"));
        assert!(wrong("w us-east worker quick").contains("NAME=VALUE"));
        assert!(
            wrong("s us-east publisher subject=a rate=3")
                .contains("there are subject, text, every")
        );
        assert!(wrong("s us-east publisher every=1s subject=a..b").contains("no subject"));
    }
}
