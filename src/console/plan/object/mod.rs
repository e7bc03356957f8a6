//! `nats object`: one script per command, made of operations as nats.go carries them out.

mod bucket;
mod change;
mod content;
mod list;
mod show;
mod transfer;

pub(super) use bucket::{add, edit, seal};
pub(super) use change::{link, meta, rename};
pub(super) use list::{info, ls, watch};
pub(super) use transfer::{del, get, put};

use crate::client::object::{Act, Done as Came, ObjectError, Op, hex};
use crate::client::{Call, Outcome};
use crate::kernel::Time;

use super::run::trouble;
use super::{Done, Run, Stop};

/// An operation on a bucket.
fn op(act: Act, bucket: &str, name: &str) -> Op {
    Op::object(act, bucket, name)
}

/// What came of an operation, and when; the inner result is an error of the store.
fn tried(run: &mut Run<'_>, op: Op) -> Done<Result<(Came, Time), ObjectError>> {
    let op = Op { dialect: run.dialect(), ..op };
    let view = run.op(Call::Object(op.into()))?;
    let outcome = view.outcome.ok_or(Stop::Waiting)?;
    run.pass(view);
    match outcome {
        Outcome::Object(Ok(came)) => Ok(Ok((came.clone(), view.ended.unwrap_or(view.started)))),
        Outcome::Object(Err(why)) => Ok(Err(why.clone())),
        other => Err(run.fail(trouble(other))),
    }
}

/// What came of an operation that is to succeed.
fn done(run: &mut Run<'_>, op: Op) -> Done<(Came, Time)> {
    let result = tried(run, op)?;
    result.map_err(|why| failed(run, &why))
}

/// Says why it failed.
fn failed(run: &mut Run<'_>, why: &ObjectError) -> Stop {
    let stop = run.fail(why);
    match why {
        ObjectError::DigestMismatch { expected, found } => {
            let digits = |digest: &str| hex(digest).unwrap_or_else(|| digest.to_owned());
            run.hint(format!("Put was   SHA-256 {}", digits(expected)));
            run.hint(format!("Read was  SHA-256 {}", digits(found)));
        }
        ObjectError::Unreadable => {
            run.hint(
                "The newest meta cannot be read by Go's client, which waits for one that can.",
            );
        }
        ObjectError::BucketNotFound => {
            run.hint("Create it: nats object add and its name. All buckets: nats object ls");
        }
        _ => {}
    }
    stop
}

/// Asks for confirmation where the line does not have `--force`: this console has no way to ask.
fn confirm(run: &mut Run<'_>, force: bool, before: &str) -> Done {
    if force {
        return Ok(());
    }
    let stop = run.fail(format!("{before}cannot ask for confirmation without a terminal"));
    run.hint("Add -f to do it without being asked.");
    Err(stop)
}
