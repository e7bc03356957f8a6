//! `nats consumer …`: finding the consumer that a command is about, and the scripts.

mod change;
mod config;
mod list;
mod show;
mod state;
mod take;

pub(super) use change::{add, copy, edit, rm};
pub(super) use list::{find, ls, matching, report};
pub(super) use state::{info, pause, resume, step_down, unpin};
pub(super) use take::{next, sub};

use crate::console::format::quoted;
use crate::console::parse::Invocation;
use crate::console::suggest::nearest;
use crate::nats::api::{ConsumerInfo, ConsumerNames, StreamInfo};

use super::stream::{is_token, pick_named};
use super::{Done, Run};

/// The stream named by a line.
fn pick_stream(run: &mut Run<'_>, line: &Invocation) -> Done<StreamInfo> {
    let name = line.arg(0).unwrap_or_default();
    pick_named(run, name, "could not select Stream", "could not load Stream")
}

/// The consumer named by a line.
///
/// As in the real CLI: its info is asked for first; if that fails, the streams and the consumers
/// that there are tell what is wrong.
pub(super) fn pick(run: &mut Run<'_>, line: &Invocation) -> Done<ConsumerInfo> {
    let name = line.arg(1).unwrap_or_default();
    if let Some(stream) = line.arg(0)
        && !name.is_empty()
        && let Ok(info) = load(run, stream, name)?
    {
        return Ok(info);
    }
    let stream = pick_stream(run, line)?.config.name.clone();
    let names: Result<ConsumerNames, String> = run.api(&format!("CONSUMER.NAMES.{stream}"), "")?;
    let known = run.check("could not select Consumer", names)?.consumers;
    if known.iter().any(|known| known == name) {
        let again = load(run, &stream, name)?;
        return run.check(&format!("could not load Consumer {stream} > {name}"), again);
    }
    let why = match name {
        "" => "cannot pick a Consumer without a terminal and no Consumer name supplied".to_owned(),
        name => format!("unknown consumer {} > {}", quoted(&stream), quoted(name)),
    };
    let stop = run.fail(format!("could not select Consumer: {why}"));
    match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => run.hint(format!("Did you mean {near}?")),
        None if known.is_empty() => run.hint(format!("Stream {stream} has no consumers.")),
        None => run.hint(format!("The consumers of {stream} are {}.", known.join(", "))),
    }
    Err(stop)
}

/// What the server tells about a consumer.
fn load(run: &mut Run<'_>, stream: &str, name: &str) -> Done<Result<ConsumerInfo, String>> {
    for (what, name) in [("stream", stream), ("consumer", name)] {
        if !is_token(name) {
            return Ok(Err(format!("{} is not a valid {what} name", quoted(name))));
        }
    }
    run.api(&format!("CONSUMER.INFO.{stream}.{name}"), "")
}
