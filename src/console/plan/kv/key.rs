//! `nats kv put`, `create`, `update`, `del`, `purge` and `revert`: what changes a key.

use crate::client::kv::{Act, Got, Op};
use crate::console::parse::Invocation;
use crate::kernel::Span;

use super::super::{Done, Run};
use super::read::{shortened, table, value};
use super::{ask, confirm, entries, key_op, op};

/// The value of a line; the real CLI reads one that is not there from its input.
fn given<'l>(run: &mut Run<'_>, line: &'l Invocation) -> Done<&'l str> {
    line.arg(2).ok_or_else(|| {
        let stop = run.fail("there is no input to read a value from");
        run.hint("Give the value in the line: nats kv put CONFIG db.host localhost");
        stop
    })
}

/// How long a key or a marker is to live; to the CLI no time is the same as none given.
fn ttl(line: &Invocation) -> Option<Span> {
    line.span("ttl").filter(|ttl| *ttl > Span::ZERO)
}

/// `nats kv put`
pub(in super::super) fn put(run: &mut Run<'_>, line: &Invocation) -> Done {
    let value = given(run, line)?;
    ask(run, key_op(Act::Put, line).value(value))?;
    run.say(value);
    Ok(())
}

/// `nats kv create`
pub(in super::super) fn create(run: &mut Run<'_>, line: &Invocation) -> Done {
    let value = given(run, line)?;
    ask(run, Op { ttl: ttl(line), ..key_op(Act::Create, line).value(value) })?;
    run.say(value);
    Ok(())
}

/// `nats kv update`
pub(in super::super) fn update(run: &mut Run<'_>, line: &Invocation) -> Done {
    let value = given(run, line)?;
    let revision = line.arg(3).and_then(|revision| revision.parse().ok()).unwrap_or(0);
    ask(run, key_op(Act::Update, line).value(value).revision(revision))?;
    run.say(value);
    Ok(())
}

/// `nats kv del`: a key, or without one the bucket.
pub(in super::super) fn del(run: &mut Run<'_>, line: &Invocation) -> Done {
    confirm(run, line)?;
    let bucket = line.arg(0).unwrap_or_default();
    match line.arg(1) {
        Some(key) => {
            ask(run, key_op(Act::Delete, line))?;
            run.hint(format!(
                "Key {key} of {bucket} is marked as deleted; the real CLI prints nothing."
            ));
        }
        None => {
            ask(run, op(Act::Remove, line))?;
            run.hint(format!("Bucket {bucket} is gone; the real CLI prints nothing."));
        }
    }
    Ok(())
}

/// `nats kv purge`
pub(in super::super) fn purge(run: &mut Run<'_>, line: &Invocation) -> Done {
    confirm(run, line)?;
    ask(run, Op { ttl: ttl(line), ..key_op(Act::Purge, line) })?;
    let (bucket, key) = (line.arg(0).unwrap_or_default(), line.arg(1).unwrap_or_default());
    run.hint(format!(
        "Of key {key} of {bucket} there is only a marker now; the real CLI prints nothing."
    ));
    Ok(())
}

/// `nats kv revert`: the value of a revision becomes the newest, if nobody else is faster.
pub(in super::super) fn revert(run: &mut Run<'_>, line: &Invocation) -> Done {
    let history = entries(run, key_op(Act::History, line))?;
    let Some(last) = history.last().filter(|_| history.len() > 1) else {
        return Err(run.fail("cannot revert key in a bucket where history=1"));
    };
    let revision = line.arg(2).and_then(|revision| revision.parse().ok()).unwrap_or(0);
    let Got::Entry(old) = ask(run, key_op(Act::Get, line).revision(revision))? else {
        return Err(run.fail("nats: unexpected answer"));
    };
    if !line.on("force") {
        run.say(format!("Revision: {revision}"));
        run.say("");
        run.say(shortened(&value(old)));
        run.say("");
    }
    confirm(run, line)?;
    ask(run, key_op(Act::Update, line).value(&old.text()).revision(last.revision))?;
    let now = entries(run, key_op(Act::History, line))?;
    table(run, line, now);
    Ok(())
}
