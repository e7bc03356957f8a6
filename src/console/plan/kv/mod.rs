//! `nats kv`: buckets and keys, as Go's client speaks of them, of which the CLI is made.

mod bucket;
mod key;
mod read;

pub(super) use bucket::{add, compact, edit, info, ls};
pub(super) use key::{create, del, purge, put, revert, update};
pub(super) use read::{get, history, keys, watch};

use crate::client::kv::{Act, Entry, Got, KvError, Op};
use crate::client::{Call, Outcome};
use crate::console::parse::Invocation;
use crate::nats::api::{ApiError, Stamp, StreamInfo};

use super::run::trouble;
use super::show::date;
use super::{Done, Run, Stop};

/// An act on the bucket that a line names first.
fn op(act: Act, line: &Invocation) -> Op {
    Op::new(act, line.arg(0).unwrap_or_default())
}

/// An act on the key that a line names second.
fn key_op(act: Act, line: &Invocation) -> Op {
    Op { key: line.arg(1).unwrap_or_default().to_owned(), ..op(act, line) }
}

/// Has an act done. What goes wrong is said as Go's client says it.
fn ask<'a>(run: &mut Run<'a>, op: Op) -> Done<&'a Got> {
    let (act, dialect, bucket) = (op.act, run.dialect(), op.bucket.clone());
    match run.ask(Call::Kv(Box::new(Op { dialect, ..op })))? {
        Outcome::Kv(Ok(got)) => Ok(got),
        outcome => Err(refused(run, act, &bucket, outcome)),
    }
}

/// Says why an act came to nothing, and what would be right.
fn refused(run: &mut Run<'_>, act: Act, bucket: &str, outcome: &Outcome) -> Stop {
    let stop = run.fail(match outcome {
        Outcome::Kv(Err(KvError::Api(error))) if act == Act::Add && is(error, EXISTS) => {
            in_use(bucket)
        }
        // Go's client says what it makes of an error, and the error.
        Outcome::Kv(Err(KvError::Api(error))) if act == Act::Remove && is(error, GONE) => {
            format!("nats: bucket not found: {bucket}\n{}", said(act, outcome))
        }
        _ => said(act, outcome),
    });
    match outcome {
        Outcome::Kv(Err(KvError::BucketNotFound)) => {
            run.hint("'nats kv ls' lists the buckets there are.");
        }
        Outcome::Invalid(why) => {
            if let Some((_, right)) = why.split_once(": ") {
                run.hint(format!("It has {right}."));
            }
        }
        _ => {}
    }
    stop
}

/// What Go's client says of a bucket that is there already and is another one.
pub(super) fn in_use(bucket: &str) -> String {
    format!(
        "nats: bucket name already in use: {bucket}\n\
         nats: API error: code=400 err_code=10058 description=stream name already in use"
    )
}

const EXISTS: ApiError = ApiError::STREAM_NAME_EXISTS;
const GONE: ApiError = ApiError::STREAM_NOT_FOUND;

/// Whether it is this error, however it is worded.
fn is(error: &ApiError, which: ApiError) -> bool {
    error.err_code == which.err_code
}

/// What Go's client says of what went wrong.
fn said(act: Act, outcome: &Outcome) -> String {
    let writes = act.writes();
    let api = |error: &ApiError| {
        let ApiError { code, err_code, description } = error;
        let text =
            format!("nats: API error: code={code} err_code={err_code} description={description}");
        // A publish is reported within a report.
        if writes { format!("nats: {text}") } else { text }
    };
    match outcome {
        Outcome::Kv(Err(KvError::Exists(error))) => format!("{}: key exists", api(error)),
        Outcome::Kv(Err(KvError::WrongLast(error))) if act == Act::Update => {
            format!("{}: nats: key revision mismatch", api(error))
        }
        Outcome::Kv(Err(KvError::WrongLast(error) | KvError::Api(error))) => api(error),
        // What would be right is a remark of this console.
        Outcome::Invalid(why) => format!("nats: {}", why.split(": ").next().unwrap_or_default()),
        Outcome::NoResponders if writes => "nats: no response from stream".to_owned(),
        other => trouble(other),
    }
}

/// The entries that an act gives.
fn entries<'a>(run: &mut Run<'a>, op: Op) -> Done<&'a [Entry]> {
    match ask(run, op)? {
        Got::Entries(entries) => Ok(entries),
        _ => Ok(&[]),
    }
}

/// What the server tells about the bucket.
fn status<'a>(run: &mut Run<'a>, line: &Invocation) -> Done<&'a StreamInfo> {
    match ask(run, op(Act::Status, line))? {
        Got::Bucket(info) => Ok(info),
        _ => Err(run.fail("nats: unexpected answer")),
    }
}

/// When an entry was stored.
fn created(entry: &Entry) -> String {
    date(Stamp(entry.created))
}

/// Asks for confirmation where the line does not have `--force`: this console has no way to ask.
fn confirm(run: &mut Run<'_>, line: &Invocation) -> Done {
    if line.on("force") {
        return Ok(());
    }
    let stop = run.fail("cannot ask for confirmation without a terminal");
    run.hint("Add -f to do it without being asked.");
    Err(stop)
}
