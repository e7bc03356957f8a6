//! Sentences for what applications do with key-value buckets.

use crate::client::Turn;
use crate::client::kv::{Act, Got, KvError, Op, Operation};
use crate::view::class::Class;
use crate::view::say::Say;
use crate::view::text::{count, list};

/// What a call does, to be said after who does it: " puts db.host = localhost into bucket config".
pub(super) fn describe(say: Say, op: &Op) -> Say {
    let bucket = |say: Say| say.code(&op.bucket);
    let key = |say: Say| bucket(say.code(&op.key).text(" of bucket "));
    match op.act {
        Act::Add => bucket(say.text(" makes bucket ")),
        Act::Edit => bucket(say.text(" changes bucket ")),
        Act::Remove => bucket(say.text(" deletes bucket ")),
        Act::Status => bucket(say.text(" looks at bucket ")),
        Act::Buckets => say.text(" lists all buckets"),
        Act::Put => key(say.text(" puts ")).text(" to ").code(&op.value),
        Act::Create => {
            key(say.text(" creates ")).text(" as ").code(&op.value).text(", if it has no value yet")
        }
        Act::Update => {
            let last = op.revision.unwrap_or(0);
            key(say.text(" updates "))
                .text(" to ")
                .code(&op.value)
                .text(&format!(", if revision {last} is still its last"))
        }
        Act::Get => match op.revision {
            Some(revision) => key(say.text(&format!(" gets revision {revision} of "))),
            None => key(say.text(" gets ")),
        },
        Act::Delete => key(say.text(" deletes ")),
        Act::Purge => key(say.text(" purges ")).text(", with all it was before"),
        Act::PurgeDeletes => bucket(say.text(" cleans up the deleted keys of bucket ")),
        Act::Keys => bucket(say.text(" lists the keys of bucket ")),
        Act::Entries => bucket(say.text(" reads all values of bucket ")),
        Act::History => key(say.text(" reads the history of ")),
        Act::Watch => match op.keys.as_slice() {
            [] => bucket(say.text(" watches bucket ")),
            keys => bucket(say.text(" watches ").code(&list(keys)).text(" of bucket ")),
        },
    }
}

/// What came of it, to be said after whose it was.
pub(super) fn ended(say: Say, result: &Result<Got, KvError>) -> Say {
    match result {
        Ok(got) => say.class(Class::ControlReply).text(" has its answer: ").text(&text(got)),
        Err(KvError::WrongLast(error)) => say
            .fault()
            .text(" is too late: somebody else wrote this key first. The server says ")
            .code(&error.description),
        Err(KvError::Exists(error)) => say
            .fault()
            .text(" cannot create the key: it has a value. The server says ")
            .code(&error.description),
        Err(why) => say.fault().text(" is told ").code(&why.to_string()),
    }
}

/// What an application is, to be said after "is".
pub(super) fn kind(kind: &str) -> String {
    match kind {
        "config" => "a service that is configured by a bucket".to_owned(),
        "service" => "a service that registers in a bucket".to_owned(),
        "elector" => "a candidate for leadership".to_owned(),
        other => format!("a {other}"),
    }
}

/// What counts for an application with a bucket, to be said after who it is.
pub(super) fn turn(say: Say, turn: Turn, text: &str) -> Say {
    let (say, what) = match turn {
        Turn::Leads => (say, " is the leader from now on: "),
        Turn::StepsDown => (say.fault(), " is the leader no more: "),
        Turn::Reloads => (say.class(Class::Deliver), " has another configuration from now on: "),
        Turn::Loses => (say.fault(), " was not the only one to write, and reads again: "),
    };
    say.text(what).text(text)
}

/// What a call gave, in a few words.
pub fn outcome(result: &Result<Got, KvError>) -> String {
    match result {
        Ok(got) => text(got),
        Err(why) => why.to_string(),
    }
}

fn text(got: &Got) -> String {
    match got {
        Got::Done => "it is done".to_owned(),
        Got::Revision(revision) => format!("it is revision {revision}"),
        Got::Entry(entry) => match entry.operation {
            Operation::Put => format!("“{}”, revision {}", entry.text(), entry.revision),
            other => format!("{}, revision {}", other.name(), entry.revision),
        },
        Got::Entries(entries) => format!("{} stored", count(entries.len() as u64, "value")),
        Got::Keys(keys) => format!("{}: {}", count(keys.len() as u64, "key"), list(keys)),
        Got::Bucket(info) => format!("it has {}", count(info.state.messages, "value")),
        Got::Buckets(buckets) => count(buckets.len() as u64, "bucket"),
        Got::Purged(keys) => format!("{} cleaned up", count(*keys, "key")),
    }
}
