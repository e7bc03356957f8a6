//! The calls that a `code` block shows.

use crate::lesson::error::{Read, unknown};
use crate::lesson::model::{KeyCall, ObjectCall, Snippet, WorkAnswer};
use crate::nats::subject::is_valid_pattern;

use super::Line;

const SNIPPETS: &[&str] = &[
    "stream",
    "consumer",
    "work",
    "publish",
    "subscribe",
    "get",
    "info",
    "bucket",
    "key",
    "store",
    "object",
];

/// Reads one call.
pub(super) fn read((number, line): Line<'_>) -> Read<Snippet> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let path = |path: &str| match path.split_once('/') {
        Some((cluster, name)) => Ok((cluster.to_owned(), name.to_owned())),
        None => Err((number, format!("{path:?} is no CLUSTER/STREAM"))),
    };
    let three = |path: &str| match path.split('/').collect::<Vec<_>>().as_slice() {
        [cluster, stream, name] => {
            Ok(((*cluster).to_owned(), (*stream).to_owned(), (*name).to_owned()))
        }
        _ => Err((number, format!("{path:?} is no CLUSTER/STREAM/CONSUMER"))),
    };
    let subject = |subject: &str| {
        if is_valid_pattern(subject) {
            return Ok(subject.to_owned());
        }
        Err((number, format!("{subject:?} is no subject")))
    };
    match words.as_slice() {
        ["stream", at] => path(at).map(|(cluster, name)| Snippet::Stream { cluster, name }),
        ["consumer", at] => {
            let (cluster, stream, name) = three(at)?;
            Ok(Snippet::Consumer { cluster, stream, name })
        }
        ["work", at, answer @ ..] => {
            let (_, stream, consumer) = three(at)?;
            let answer = answer.first().copied().unwrap_or("ack");
            let answer = one_of(number, "answer", answer, &WorkAnswer::ALL)?;
            Ok(Snippet::Work { stream, consumer, answer })
        }
        ["publish", pattern] => Ok(Snippet::Publish { subject: subject(pattern)? }),
        ["subscribe", pattern] => Ok(Snippet::Subscribe { subject: subject(pattern)? }),
        ["get", at, sequence] => {
            let (cluster, stream) = path(at)?;
            let sequence =
                sequence.parse().map_err(|_| (number, format!("{sequence:?} is no sequence")))?;
            Ok(Snippet::Get { cluster, stream, sequence })
        }
        ["info", at] => path(at).map(|(cluster, stream)| Snippet::Info { cluster, stream }),
        ["bucket", at] => path(at).map(|(cluster, bucket)| Snippet::Bucket { cluster, bucket }),
        ["key", at, key, call] => {
            let (cluster, bucket) = path(at)?;
            let call = one_of(number, "call of a bucket", call, &KeyCall::ALL)?;
            Ok(Snippet::Key { cluster, bucket, key: (*key).to_owned(), call })
        }
        ["store", at] => path(at).map(|(cluster, store)| Snippet::Store { cluster, store }),
        ["object", at, name, call] => {
            let (cluster, store) = path(at)?;
            let call = one_of(number, "call of a store", call, &ObjectCall::ALL)?;
            Ok(Snippet::Object { cluster, store, name: (*name).to_owned(), call })
        }
        [word, ..] if SNIPPETS.contains(word) => {
            Err((number, format!("{line:?} is not complete; see docs/lessons.md")))
        }
        [word, ..] => Err((number, unknown("call", word, SNIPPETS.iter().copied()))),
        [] => Err((number, "a call is missing".to_owned())),
    }
}

/// The one of these that has this name.
fn one_of<T: Copy>(line: u32, what: &str, name: &str, all: &[(&str, T)]) -> Read<T> {
    let known = all.iter().find(|(known, _)| *known == name).map(|(_, one)| *one);
    known.ok_or_else(|| (line, unknown(what, name, all.iter().map(|(name, _)| *name))))
}
