//! `nats stream add`, `edit`, `seal`, `rm`, `purge` and `rmm`.

use crate::console::format::pretty_json;
use crate::console::parse::Invocation;
use crate::nats::api::response::{Purged, Success};
use crate::nats::api::{StreamConfig, StreamInfo, to_json_text};
use crate::nats::json::as_json;

use super::config::{apply, defaults};
use super::differences::tell_differences;
use super::stream::{confirm, info, is_token, pick};
use super::{Done, Run, show};

/// `nats stream add`
pub(super) fn add(run: &mut Run<'_>, line: &Invocation) -> Done {
    let Some(name) = line.arg(0) else {
        let stop = run.fail("invalid input: cannot prompt for user input without a terminal");
        run.hint("Give the stream a name: nats stream add ORDERS --subjects 'orders.>'");
        return Err(stop);
    };
    create(run, line, defaults(name, line))?;
    if !line.on("defaults") {
        run.hint("What was not given has its default; the real CLI asks for it.");
    }
    Ok(())
}

/// `nats stream copy`
pub(super) fn copy(run: &mut Run<'_>, line: &Invocation) -> Done {
    let source = pick(run, line, "could not request Stream configuration")?;
    let mut config = StreamConfig::clone(&source.config);
    config.metadata.retain(|name, _| !name.starts_with("_nats."));
    line.arg(1).unwrap_or_default().clone_into(&mut config.name);
    create(run, line, config)
}

/// Creates a stream of this configuration, changed as the flags say, and shows it.
fn create(run: &mut Run<'_>, line: &Invocation, mut config: StreamConfig) -> Done {
    if !is_token(&config.name) {
        let quoted = crate::console::format::quoted(&config.name);
        return Err(
            run.fail(format!("could not create Stream: {quoted} is not a valid stream name"))
        );
    }
    let applied = apply(&mut config, line);
    run.check("", applied)?;
    let name = &config.name;
    let created: Result<StreamInfo, String> =
        run.api(&format!("STREAM.CREATE.{name}"), to_json_text(&config))?;
    let created = run.check("could not create Stream", created)?;
    if !line.on("json") {
        run.say(format!("Stream {name} was created"));
        run.say("");
    }
    tell(run, line, &created, false);
    Ok(())
}

/// `nats stream edit`
pub(super) fn edit(run: &mut Run<'_>, line: &Invocation) -> Done {
    let stream = pick(run, line, "could not request Stream configuration")?;
    let name = stream.config.name.as_str();
    let mut old = StreamConfig::clone(&stream.config);
    old.metadata.retain(|name, _| !name.starts_with("_nats."));
    let mut new = old.clone();
    let applied = apply(&mut new, line);
    run.check(&format!("could not create new configuration for Stream {name}"), applied)?;
    if !tell_differences(run, &old, &new) || line.on("dry-run") {
        return Ok(());
    }
    confirm(run, line)?;
    update(run, line, name, &new)
}

/// `nats stream seal`
pub(super) fn seal(run: &mut Run<'_>, line: &Invocation) -> Done {
    let stream = pick(run, line, "could not seal Stream")?;
    confirm(run, line)?;
    let mut config = StreamConfig::clone(&stream.config);
    config.metadata.retain(|name, _| !name.starts_with("_nats."));
    config.sealed = true;
    let name = config.name.clone();
    let sealed: Result<StreamInfo, String> =
        run.api(&format!("STREAM.UPDATE.{name}"), to_json_text(&config))?;
    run.check("could not seal Stream", sealed)?;
    let now = info(run, &name)?;
    let now = run.check("", now)?;
    tell(run, line, &now, false);
    Ok(())
}

/// `nats stream rm`
pub(super) fn rm(run: &mut Run<'_>, line: &Invocation) -> Done {
    if !line.on("force") {
        pick(run, line, "could not remove Stream")?;
        return confirm(run, line);
    }
    let Some(name) = line.arg(0).filter(|name| is_token(name)) else {
        return Err(run.fail("--force requires a stream name"));
    };
    let removed: Result<Success, String> = run.api(&format!("STREAM.DELETE.{name}"), "")?;
    run.check("", removed)?;
    run.hint(format!("Stream {name} is gone; the real CLI prints nothing."));
    Ok(())
}

/// `nats stream purge`
pub(super) fn purge(run: &mut Run<'_>, line: &Invocation) -> Done {
    struct Body<'a> {
        seq: Option<i64>,
        filter: Option<&'a str>,
        keep: Option<i64>,
    }
    as_json! { written Body<'_>; seq omitempty, filter omitempty, keep omitempty }
    let stream = pick(run, line, "could not purge Stream")?;
    confirm(run, line)?;
    let given = |flag| line.number(flag).filter(|n| *n > 0);
    let body = Body { seq: given("seq"), filter: line.text("subject"), keep: given("keep") };
    if body.seq.is_some() && body.keep.is_some() {
        return Err(run.fail("sequence and keep cannot be combined when purging"));
    }
    let all = body.seq.is_none() && body.keep.is_none() && body.filter.is_none();
    let name = &stream.config.name;
    let body = if all { String::new() } else { to_json_text(&body) };
    let purged: Result<Purged, String> = run.api(&format!("STREAM.PURGE.{name}"), body)?;
    let purged = run.check("could not purge Stream", purged)?.purged;
    run.say(format!("Purged {purged} messages from {name}"));
    run.say("");
    let now = info(run, name)?;
    let now = run.check("", now)?;
    tell(run, line, &now, true);
    Ok(())
}

/// `nats stream rmm`
pub(super) fn rmm(run: &mut Run<'_>, line: &Invocation) -> Done {
    struct Body {
        seq: u64,
    }
    as_json! {
        written Body;
        seq,
    }
    let Some(seq) = line.arg(1).and_then(|id| id.parse().ok()).filter(|seq| *seq > 0) else {
        let stop = run.fail("positive message ID required");
        run.hint("Give the sequence of the message: nats stream rmm ORDERS 5 -f");
        return Err(stop);
    };
    let stream = pick(run, line, "could not load Stream")?;
    confirm(run, line)?;
    let name = &stream.config.name;
    let removed: Result<Success, String> =
        run.api(&format!("STREAM.MSG.DELETE.{name}"), to_json_text(&Body { seq }))?;
    run.check("", removed)?;
    run.hint(format!("Message {seq} of {name} is gone; the real CLI prints nothing."));
    Ok(())
}

/// Sends a new configuration and shows what the stream is then.
fn update(run: &mut Run<'_>, line: &Invocation, name: &str, config: &StreamConfig) -> Done {
    let updated: Result<StreamInfo, String> =
        run.api(&format!("STREAM.UPDATE.{name}"), to_json_text(config))?;
    run.check(&format!("could not edit Stream {name}"), updated)?;
    let now = info(run, name)?;
    let now = run.check("", now)?;
    if !line.on("json") {
        run.say(format!("Stream {name} was updated"));
        run.say("");
    }
    tell(run, line, &now, false);
    Ok(())
}

fn tell(run: &mut Run<'_>, line: &Invocation, info: &StreamInfo, state_only: bool) {
    if line.on("json") {
        run.say_all(pretty_json(&to_json_text(info)));
    } else {
        run.say_all(show::stream(info, state_only));
    }
}
