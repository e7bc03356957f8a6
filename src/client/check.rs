//! Whether a call makes sense at all, before anything is sent.

use crate::kernel::Span;
use crate::nats::subject::{has_no_empty_token, is_valid_pattern};

use super::Call;

/// Messages one call may publish or ask for, so that a slip of the finger does not stop the world.
const MAX_COUNT: u32 = 10_000;

/// Whether a call makes sense.
///
/// # Errors
/// What about it does not, and what would.
pub(super) fn check(call: &Call) -> Result<(), String> {
    call.domain().iter().try_for_each(|domain| name("domain", domain))?;
    match call {
        Call::Publish { message, count }
        | Call::JsPublish { message, count, .. }
        | Call::JsPublishAll { message, count, .. } => {
            number("publish", *count)?;
            published(&message.subject)
        }
        Call::Request { message, timeout, .. } => {
            if *timeout == Span::ZERO {
                return Err("a request needs a timeout of more than nothing".to_owned());
            }
            published(&message.subject)
        }
        Call::Api { subject, .. } => published(subject),
        Call::Subscribe { subject, .. } | Call::Reply { subject, .. } => subscribed(subject),
        Call::Next { stream, consumer, batch, .. } => {
            number("ask for", *batch)?;
            name("stream", stream)?;
            name("consumer", consumer)
        }
        Call::Consume { stream, consumer, create, queue, batch, .. } => {
            number("ask for", *batch)?;
            name("stream", stream)?;
            consumer.iter().try_for_each(|consumer| name("consumer", consumer))?;
            if consumer.is_none() && queue.is_some() {
                return Err("a queue group shares a consumer, which needs a name".to_owned());
            }
            create.iter().flat_map(|create| &create.filters).try_for_each(|f| subscribed(f))
        }
        Call::Ordered { stream, filters, .. } => {
            name("stream", stream)?;
            filters.iter().try_for_each(|filter| subscribed(filter))
        }
        Call::Answer { message, .. } => match message {
            Some(0) => Err("messages are counted from 1; there is no message 0".to_owned()),
            _ => Ok(()),
        },
        Call::Kv(op) => op.check(),
        Call::Backup { stream, directory, .. } => {
            name("stream", stream)?;
            directory_name(directory)
        }
        Call::Restore { directory, .. } => directory_name(directory),
        Call::Object(op) => op.check(),
        Call::Upload(upload) => published(&upload.subject),
        Call::Flush | Call::Cancel { .. } => Ok(()),
    }
}

/// Whether this can be the name of a stream or consumer.
///
/// # Errors
/// What is wrong with it.
pub(super) fn name(what: &str, name: &str) -> Result<(), String> {
    let bad = |c: char| c.is_whitespace() || matches!(c, '.' | '*' | '>' | '/' | '\\');
    if name.is_empty() || name.contains(bad) {
        return Err(format!("{name:?} is no {what} name: it has no spaces, dots, *, > or slashes"));
    }
    Ok(())
}

fn directory_name(name: &str) -> Result<(), String> {
    if name.is_empty() || name.contains(char::is_control) {
        return Err(format!("{name:?} is no name of a directory"));
    }
    Ok(())
}

fn number(verb: &str, count: u32) -> Result<(), String> {
    if (1..=MAX_COUNT).contains(&count) {
        return Ok(());
    }
    Err(format!("{verb} 1 to {MAX_COUNT} messages, not {count}"))
}

fn published(subject: &str) -> Result<(), String> {
    if has_no_empty_token(subject) && !subject.contains(char::is_whitespace) {
        return Ok(());
    }
    Err(format!("{subject:?} is no subject: tokens are separated by single dots, without spaces"))
}

fn subscribed(subject: &str) -> Result<(), String> {
    if is_valid_pattern(subject) {
        return Ok(());
    }
    Err(format!("{subject:?} cannot be subscribed to: no empty tokens, > only at the end"))
}
