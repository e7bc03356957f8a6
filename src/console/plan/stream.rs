//! Finding the stream that a command is about, and other things all stream commands do.

use crate::console::parse::Invocation;
use crate::console::suggest::nearest;
use crate::nats::api::StreamInfo;
use crate::nats::api::response::Names;

use super::{Done, Run};

/// The stream named by a line: its name and what the server tells about it.
///
/// As in the real CLI: its info is asked for first; if that fails, the names of all streams tell
/// whether there is no such stream or whether it could not answer. `what` is what the command says
/// in the latter case.
pub(super) fn pick(run: &mut Run<'_>, line: &Invocation, what: &str) -> Done<StreamInfo> {
    let name = line.arg(0).unwrap_or_default();
    pick_named(run, name, "could not pick a Stream to operate on", what)
}

/// The same for a stream of this name. `pick` is what the command says if there is no such stream.
pub(super) fn pick_named(
    run: &mut Run<'_>,
    name: &str,
    pick: &str,
    what: &str,
) -> Done<StreamInfo> {
    if !name.is_empty()
        && let Ok(info) = info(run, name)?
    {
        return Ok(info);
    }
    let names: Result<Names, String> = run.api("STREAM.NAMES", "")?;
    let known = run.check(pick, names)?.streams.unwrap_or_default();
    if known.iter().any(|known| known == name) {
        let again = info(run, name)?;
        return run.check(what, again);
    }
    let stop = if name.is_empty() {
        run.fail(format!(
            "{pick}: cannot pick a Stream without a terminal and no Stream name supplied"
        ))
    } else {
        run.fail(format!("{pick}: unknown stream {}", crate::console::format::quoted(name)))
    };
    match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => run.hint(format!("Did you mean {near}?")),
        None if known.is_empty() => run.hint("There are no streams."),
        None => run.hint(format!("The streams are {}.", known.join(", "))),
    }
    Err(stop)
}

/// What the server tells about a stream.
pub(super) fn info(run: &mut Run<'_>, name: &str) -> Done<Result<StreamInfo, String>> {
    // A name with other characters would ask somebody else; the CLI refuses it as well.
    if !is_token(name) {
        return Ok(Err(format!(
            "{} is not a valid stream name",
            crate::console::format::quoted(name)
        )));
    }
    run.api(&format!("STREAM.INFO.{name}"), "")
}

/// Whether this can stand for a stream in a subject.
pub(super) fn is_token(name: &str) -> bool {
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || ".*>/\\".contains(c);
    !name.is_empty() && !name.contains(forbidden)
}

/// Asks for confirmation where the line does not have `--force`: this console has no way to ask.
pub(super) fn confirm(run: &mut Run<'_>, line: &Invocation) -> Done {
    if line.on("force") {
        return Ok(());
    }
    let stop =
        run.fail("could not obtain confirmation: cannot ask for confirmation without a terminal");
    run.hint("Add -f to do it without being asked.");
    Err(stop)
}
