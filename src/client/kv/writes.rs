//! What is sent to change a key: messages to its subject, whose headers say what is meant.

use crate::client::{Deliver, Dialect, Draft};
use crate::kernel::Span;
use crate::nats::api::response::Nothing;
use crate::nats::api::{ApiError, PubAck};
use crate::nats::time::go_duration;

use super::run::{Known, Result, answer, bind, entries, entry, good, ordered, to_end};
use super::{Act, Got, KvError, Op, Operation, Script, Step};

/// The header that says which message of the subject has to be the last one.
const EXPECTED: &str = "Nats-Expected-Last-Subject-Sequence";
/// How old a marker has to be to vanish altogether, if nobody says (nats-py, Go: 30 min).
const OLD: Span = Span::secs(30 * 60);

/// The headers of a message, in their order.
type Headers = Vec<(String, String)>;

fn header(name: &str, value: impl ToString) -> (String, String) {
    (name.to_owned(), value.to_string())
}

/// How long a message is to live: nats-py writes whole seconds, Go's client a duration.
fn ttl(op: &Op) -> Option<(String, String)> {
    let ttl = op.ttl?;
    Some(match op.dialect {
        Dialect::Python => header("Nats-TTL", ttl.as_nanos() / 1_000_000_000),
        Dialect::Go => header("Nats-TTL", go_duration(ttl.as_nanos())),
    })
}

/// Sends a message to the key's subject: the new revision, or why not.
fn send(
    op: &Op,
    script: &mut Script<'_>,
    known: &Known,
    headers: Headers,
    text: &str,
) -> Step<Result<u64>> {
    let subject = format!("{}{}", known.writes, op.key);
    let message = Draft { subject, reply: None, headers, text: text.to_owned() };
    let PubAck { error, seq, .. } = script.publish(message)?;
    Ok(match error {
        Some(error) if is_conflict(&error) => Err(KvError::WrongLast(error)),
        Some(error) => Err(KvError::Api(error)),
        None if seq == 0 => Err(KvError::Unreadable),
        None => Ok(seq),
    })
}

/// Whether somebody else was first: the last message is another one, or one is under way.
fn is_conflict(error: &ApiError) -> bool {
    matches!(error.err_code, 10071 | 10164)
}

/// Puts, or updates if the last revision is the one that was seen.
pub(super) fn put(op: &Op, script: &mut Script<'_>) -> Step<Result> {
    let known = good!(bind(op, script)?);
    let mut headers = Headers::new();
    if op.act == Act::Update {
        headers.push(header(EXPECTED, op.revision.unwrap_or(0)));
        headers.extend(ttl(op));
    }
    Ok(send(op, script, &known, headers, &op.value)?.map(Got::Revision))
}

/// Gives a key a value if it has none. "None" is to the server "no message", so a marker is in the way:
/// the client reads it, and then demands that it be the last.
pub(super) fn create(op: &Op, script: &mut Script<'_>) -> Step<Result> {
    let known = good!(bind(op, script)?);
    let headers = |last: u64| {
        let mut headers = vec![header(EXPECTED, last)];
        headers.extend(ttl(op));
        headers
    };
    let refusal = match send(op, script, &known, headers(0), &op.value)? {
        Ok(revision) => return Ok(Ok(Got::Revision(revision))),
        Err(KvError::WrongLast(error)) => error,
        Err(why) => return Ok(Err(why)),
    };
    match entry(op, script, &known, &op.key, None)? {
        Ok(entry) if entry.operation != Operation::Put => {
            let made = send(op, script, &known, headers(entry.revision), &op.value)?;
            Ok(made.map(Got::Revision))
        }
        // nats-py says why it could not read, Go's client that there is a value, whatever it read.
        Err(why) if op.dialect == Dialect::Python => Ok(Err(why)),
        Ok(_) | Err(_) => Ok(Err(KvError::Exists(refusal))),
    }
}

/// Marks a key as deleted; a purge also lets the server forget what was before.
pub(super) fn delete(op: &Op, script: &mut Script<'_>) -> Step<Result> {
    let known = good!(bind(op, script)?);
    let mut headers = match op.act {
        Act::Purge => vec![header("KV-Operation", "PURGE"), header("Nats-Rollup", "sub")],
        _ => vec![header("KV-Operation", "DEL")],
    };
    // Both clients take 0 for no condition; nats-py knows of none for a purge.
    let asked = op.act == Act::Delete || op.dialect == Dialect::Go;
    if let Some(last) = op.revision.filter(|last| asked && *last > 0) {
        headers.push(header(EXPECTED, last));
    }
    headers.extend(ttl(op).filter(|_| op.act == Act::Purge));
    Ok(send(op, script, &known, headers, "")?.map(Got::Revision))
}

/// Removes what is left of deleted keys: of old ones all, of younger ones all but the marker.
pub(super) fn purge_deletes(op: &Op, script: &mut Script<'_>) -> Step<Result> {
    let known = good!(bind(op, script)?);
    let call = ordered(op, &known, &[], Deliver::LastPerSubject, to_end(false, 1));
    let older_than = op.older_than.unwrap_or(OLD);
    let mut purged = 0;
    for entry in entries(op, script.read(call)?) {
        if entry.operation == Operation::Put {
            continue;
        }
        let age = entry.created.map(|created| script.now.since(created));
        let old = older_than == Span::ZERO || age.is_some_and(|age| age > older_than);
        let keep = if old { "" } else { ",\"keep\":1" };
        let body = format!("{{\"filter\":\"{}{}\"{keep}}}", known.reads, entry.key);
        let answered = script.api(&format!("STREAM.PURGE.{}", op.stream()), body)?;
        good!(answer::<Nothing>(answered));
        purged += 1;
    }
    Ok(Ok(Got::Purged(purged)))
}
