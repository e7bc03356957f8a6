//! Lines that do something: typed at the console, an app that starts, a fault.

use crate::console;
use crate::kernel::{LinkSpec, Ratio, Span};
use crate::lesson::condition::Condition;
use crate::lesson::error::{Read, unknown};
use crate::lesson::model::{Act, Deed, LeaderFault};
use crate::nats::time::parse_duration;
use crate::world::Input;

use super::app;

/// `run …`, `app …`, `set …`, `fault …` or `until …`: a line of a goal's `do`.
pub(super) fn any(number: u32, line: &str) -> Read<Deed> {
    let (kind, rest) = line.split_once(' ').unwrap_or((line, ""));
    of_kind(kind, number, rest.trim(), None)
}

/// A line of a block of this kind.
pub(super) fn of_kind(kind: &str, number: u32, line: &str, typist: Option<&str>) -> Read<Deed> {
    let give = |input| Deed { line: number, act: Act::Give(input) };
    match kind {
        "run" => typed(number, line, typist),
        "app" => Ok(give(Input::AddClient(app::app(number, line)?))),
        "set" => {
            let (app, knobs) = app::turned(number, line)?;
            Ok(Deed { line: number, act: Act::Turn { app, knobs } })
        }
        "fault" => Ok(Deed { line: number, act: fault(number, line)? }),
        "until" => {
            let condition = Condition::parse(line, number).map_err(|why| (number, why))?;
            Ok(Deed { line: number, act: Act::Await(condition) })
        }
        other => {
            Err((number, unknown("what is done", other, ["run", "app", "set", "fault", "until"])))
        }
    }
}

/// A console line, by the client that the block names unless it names one itself.
pub(super) fn typed(number: u32, line: &str, typist: Option<&str>) -> Read<Deed> {
    // What ends with & is not waited for.
    match console::parse(line.strip_suffix(" &").unwrap_or(line)) {
        Err(why) => {
            let hint = why.hint().map(|hint| format!(" ({hint})")).unwrap_or_default();
            return Err((number, format!("{why}{hint}")));
        }
        Ok(console::Parsed::Run(_)) => {}
        Ok(_) => return Err((number, format!("{line:?} does nothing"))),
    }
    let names_itself = line.split_whitespace().next().is_some_and(|word| word.ends_with('>'))
        || line.contains(" --as");
    let line = match typist {
        Some(typist) if !names_itself => format!("{typist}> {line}"),
        _ => line.to_owned(),
    };
    Ok(Deed { line: number, act: Act::Type(line) })
}

/// `KNOB=VALUE` words that are taken one by one; none may be left.
struct Knobs {
    line: u32,
    pairs: Vec<(String, String)>,
    taken: Vec<&'static str>,
}

impl Knobs {
    fn read(line: u32, words: &[String]) -> Read<Self> {
        let pairs = words.iter().map(|word| match word.split_once('=') {
            Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
            None => Err((line, format!("a knob is written NAME=VALUE, not {word:?}"))),
        });
        Ok(Self { line, pairs: pairs.collect::<Read<_>>()?, taken: Vec::new() })
    }

    fn take(&mut self, name: &'static str) -> Option<String> {
        self.taken.push(name);
        let place = self.pairs.iter().position(|(own, _)| own == name)?;
        Some(self.pairs.remove(place).1)
    }

    fn need(&mut self, name: &'static str) -> Read<String> {
        self.take(name).ok_or_else(|| (self.line, format!("{name}=… is missing")))
    }

    fn finish(self, kind: &str) -> Read<()> {
        match self.pairs.first() {
            None => Ok(()),
            Some((name, _)) => Err((self.line, unknown(&format!("{kind} knob"), name, self.taken))),
        }
    }
}

const FAULTS: &[&str] =
    &["crash", "stop", "restart", "pause", "resume", "cut", "block", "heal", "link", "remove"];

/// `crash us-east/n1`, `crash leader us-east/ORDERS`, `cut A B`, `heal all`, `link A B latency=84ms`.
fn fault(number: u32, line: &str) -> Read<Act> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let name = |word: &str| word.to_owned();
    let give = |input| Ok(Act::Give(input));
    match words.as_slice() {
        [verb, "leader", path] => {
            let fault = match *verb {
                "crash" => LeaderFault::Crash,
                "stop" => LeaderFault::Stop,
                "pause" => LeaderFault::Pause,
                _ => {
                    return Err((
                        number,
                        format!("a leader can be crashed, stopped or paused, not {verb:?}"),
                    ));
                }
            };
            to_leader(number, fault, path)
        }
        ["crash", "leader", path, "lose-disk"] => to_leader(number, LeaderFault::Wreck, path),
        ["crash", who] => give(Input::Crash { process: name(who), lose_disk: false }),
        ["crash", who, "lose-disk"] => give(Input::Crash { process: name(who), lose_disk: true }),
        ["stop", who] => give(Input::Stop { process: name(who) }),
        ["restart", who] => give(Input::Restart { process: name(who) }),
        ["pause", who] => give(Input::Pause { process: name(who) }),
        ["resume", who] => give(Input::Resume { process: name(who) }),
        ["cut", a, b] => give(Input::Cut { a: name(a), b: name(b) }),
        ["block", from, to] => give(Input::Block { from: name(from), to: name(to) }),
        ["remove", who] => give(Input::RemoveClient { client: name(who) }),
        ["heal", "all"] => give(Input::HealAll),
        ["heal", a, b] => give(Input::Heal { a: name(a), b: name(b) }),
        ["link", a, b, properties @ ..] if !properties.is_empty() => {
            let spec = link(number, properties)?;
            give(Input::Link { a: name(a), b: name(b), spec })
        }
        [verb, ..] if FAULTS.contains(verb) => {
            Err((number, format!("{line:?} is not complete, or too much; see docs/lessons.md")))
        }
        [verb, ..] => Err((number, unknown("fault", verb, FAULTS.iter().copied()))),
        [] => Err((number, "a fault is missing".to_owned())),
    }
}

fn to_leader(number: u32, fault: LeaderFault, path: &str) -> Read<Act> {
    match path.split_once('/') {
        Some((cluster, stream)) => {
            Ok(Act::ToLeader { fault, cluster: cluster.to_owned(), stream: stream.to_owned() })
        }
        None => Err((number, format!("{path:?} is no CLUSTER/STREAM"))),
    }
}

/// `latency=84ms jitter=5ms loss=10% bandwidth=100000`
fn link(number: u32, properties: &[&str]) -> Read<LinkSpec> {
    let words: Vec<String> = properties.iter().map(|&word| word.to_owned()).collect();
    let mut knobs = Knobs::read(number, &words)?;
    let span = |name: &str, text: String| {
        parse_duration(&text)
            .map(Span)
            .ok_or_else(|| (number, format!("{name} is written 500us or 84ms, not {text:?}")))
    };
    let mut spec = LinkSpec::latency(span("latency", knobs.need("latency")?)?);
    if let Some(text) = knobs.take("jitter") {
        spec.jitter = span("jitter", text)?;
    }
    if let Some(text) = knobs.take("loss") {
        let percent = text.strip_suffix('%').and_then(|number| number.parse::<u32>().ok());
        let percent = percent.filter(|percent| *percent < 100);
        spec.loss = percent
            .map(Ratio::percent)
            .ok_or_else(|| (number, format!("loss is written 10%, below 100%, not {text:?}")))?;
    }
    if let Some(text) = knobs.take("bandwidth") {
        spec.bandwidth = text
            .parse()
            .map_err(|_| (number, format!("bandwidth is bytes a second, not {text:?}")))?;
    }
    knobs.finish("link")?;
    Ok(spec)
}
