//! Calls of key-value buckets as code, with the keys, values and revisions of the world.

use crate::jetstream::store::{MessageStore, StoredMessage};
use crate::lesson::model::KeyCall;
use crate::nats::api::{Storage, StreamConfig};
use crate::nats::time::go_duration;

use super::Code;
use super::text::{Options, bytes, seconds, shell, string};

/// How a bucket is created, from the configuration of its stream.
pub(super) fn create(bucket: &str, config: &StreamConfig) -> Code {
    let mut options = Options::default();
    options.python("bucket", string(bucket));
    if config.max_msgs_per_subject > 1 {
        let history = config.max_msgs_per_subject.to_string();
        options.both("history", history.clone(), "history", &history);
    }
    if let Some(age) = config.max_age() {
        options.both("ttl", seconds(age), "ttl", &go_duration(age.0));
    }
    if let Some(ttl) = config.delete_marker_ttl() {
        options.both("limit_marker_ttl", seconds(ttl), "marker-ttl", &go_duration(ttl.0));
    }
    if config.max_bytes > 0 {
        let most = config.max_bytes.to_string();
        options.both("max_bytes", most.clone(), "max-bucket-size", &most);
    }
    if config.max_msg_size > 0 {
        let most = config.max_msg_size.to_string();
        options.both("max_value_size", most.clone(), "max-value-size", &most);
    }
    if config.storage == Storage::Memory {
        options.both("storage", string("memory"), "storage", "memory");
    }
    if config.num_replicas > 1 {
        let replicas = config.num_replicas.to_string();
        options.both("replicas", replicas.clone(), "replicas", &replicas);
    }
    if config.allow_direct {
        // nats-py asks the leader for every read unless it is told this; the CLI never does.
        options.python("direct", "True".to_owned());
    }
    Code {
        python: options.call("kv = await js.create_key_value"),
        cli: options.command(&format!("nats kv add {}", shell(bucket))),
    }
}

/// A call of a key of a bucket; nothing where it needs a value and the key never had one.
pub(super) fn key(bucket: &str, key: &str, call: KeyCall, store: &MessageStore) -> Option<Code> {
    let subject = format!("$KV.{bucket}.{key}");
    let (name, place) = (string(key), format!("{} {}", shell(bucket), shell(key)));
    let value = || {
        let text = last_value(store, &subject)?;
        Some((bytes(&text), shell(&text)))
    };
    let (python, cli) = match call {
        KeyCall::Put => {
            let (value, word) = value()?;
            let python = format!(
                "revision = await kv.put({name}, {value})  # bytes; nats-py takes no str\n\
                 print(revision)\n"
            );
            (python, format!("put {place} {word}"))
        }
        KeyCall::Get => {
            let python = format!(
                "entry = await kv.get({name})\nprint(entry.value.decode(), entry.revision)\n"
            );
            (python, format!("get {place}"))
        }
        KeyCall::Create => {
            let (value, word) = value()?;
            let python = format!(
                "try:\n    revision = await kv.create({name}, {value})\n\
                 except KeyWrongLastSequenceError:\n    print(\"there is a value already\")\n"
            );
            (with_error(&python), format!("create {place} {word}"))
        }
        KeyCall::Update => {
            let (value, word) = value()?;
            let revision = store.last_of(&subject)?.seq;
            let python = format!(
                "entry = await kv.get({name})\n\
                 try:\n    revision = await kv.update({name}, {value}, last=entry.revision)\n\
                 except KeyWrongLastSequenceError as lost:\n    print(\"somebody was quicker:\", lost)\n"
            );
            (with_error(&python), format!("update {place} {word} {revision}"))
        }
        KeyCall::Delete => (format!("await kv.delete({name})\n"), format!("del {place} --force")),
        KeyCall::Purge => (format!("await kv.purge({name})\n"), format!("purge {place} --force")),
        KeyCall::History => {
            let python = format!(
                "for entry in await kv.history({name}):\n    \
                 print(entry.revision, entry.operation or \"PUT\", entry.value)\n"
            );
            (python, format!("history {place}"))
        }
        KeyCall::Watch => {
            let python = format!(
                "watcher = await kv.watch({name})\n\
                 async for entry in watcher:\n    \
                 if entry is None:\n        \
                 break  # all that was there has come; without this it goes on for ever\n    \
                 print(entry.key, entry.revision, entry.operation or \"PUT\", entry.value)\n\
                 await watcher.stop()\n"
            );
            (python, format!("watch {place}"))
        }
        KeyCall::Keys => {
            let python = "print(await kv.keys())\n".to_owned();
            (python, format!("ls {}", shell(bucket)))
        }
    };
    let (error, python) = match python.strip_prefix(IMPORT) {
        Some(rest) => (IMPORT, rest),
        None => ("", python.as_str()),
    };
    let python = format!("{error}kv = await js.key_value({})\n{python}", string(bucket));
    Some(Code { python, cli: format!("nats kv {cli}\n") })
}

const IMPORT: &str = "from nats.js.errors import KeyWrongLastSequenceError\n\n";

fn with_error(python: &str) -> String {
    format!("{IMPORT}{python}")
}

/// The last value that was put on this subject, though it may be deleted by now.
fn last_value(store: &MessageStore, subject: &str) -> Option<String> {
    let is_value = |message: &&StoredMessage| {
        message.header("KV-Operation").is_none() && message.header("Nats-Marker-Reason").is_none()
    };
    let mut found = None;
    let mut from = 0;
    while let Some(message) = store.next_of(subject, from) {
        from = message.seq + 1;
        if is_value(&&**message) {
            found = Some(String::from_utf8_lossy(&message.payload).into_owned());
        }
    }
    found
}
