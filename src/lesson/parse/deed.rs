//! Lines that do something: typed at the console, an app that starts, a fault.

use crate::console::commands::NATS;
use crate::console::{self, Fault};
use crate::lesson::condition::Condition;
use crate::lesson::error::{Read, unknown};
use crate::lesson::model::{Act, Deed};
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

/// `crash us-east/n1`, `crash leader us-east/ORDERS`, `cut A B`, `heal all`, `link A B latency=84ms`: the
/// console's words, read by the console. What is a flag there may be written without its dashes.
fn fault(number: u32, line: &str) -> Read<Act> {
    let mut words = line.split_whitespace();
    let group = NATS.sub("fault");
    let mut typed = match words.next() {
        None => return Err((number, "a fault is missing".to_owned())),
        Some("link") => "link".to_owned(),
        Some(verb) if group.and_then(|group| group.sub(verb)).is_some() => format!("fault {verb}"),
        Some(verb) => {
            let known = group.into_iter().flat_map(|group| group.subs).map(|sub| sub.name);
            return Err((number, unknown("fault", verb, known.chain(["link"]))));
        }
    };
    for word in words {
        let flag = ["lose-disk", "silent", "behind"].contains(&word)
            || word.contains('=') && !word.starts_with('-');
        typed.push_str(if flag { " --" } else { " " });
        typed.push_str(word);
    }
    let fault = match console::parse(&typed) {
        Ok(console::Parsed::Run(line)) => Fault::read(&line),
        Ok(_) => None,
        Err(why) => return Err((number, format!("{line:?}: {why}"))),
    };
    match fault {
        Some(Ok(Fault::Give(input))) => Ok(Act::Give(input)),
        Some(Ok(fault)) => Ok(Act::Fault(fault)),
        Some(Err(why)) => Err((number, format!("{line:?}: {why}"))),
        None => Err((number, format!("{line:?} does nothing"))),
    }
}
