//! Calls about key-value buckets and object stores, as lines.

use crate::client::kv::{Act, Op};
use crate::client::object::{self, Content};
use crate::kernel::Span;
use crate::nats::time::go_duration;

use super::words::Words;

/// A call about a key-value bucket; none where the CLI has no such command.
pub(super) fn kv(words: &mut Words, op: &Op) -> Option<()> {
    let command = match op.act {
        Act::Add => "add",
        Act::Edit | Act::Entries => return None,
        Act::Remove | Act::Delete => "del",
        Act::Status => "info",
        Act::Buckets | Act::Keys => "ls",
        Act::Put => "put",
        Act::Get => "get",
        Act::Create => "create",
        Act::Update => "update",
        Act::Purge => "purge",
        Act::PurgeDeletes => "compact",
        Act::History => "history",
        Act::Watch => "watch",
    };
    words.add("kv").add(command);
    if op.act != Act::Buckets {
        words.add(&op.bucket);
    }
    if !op.key.is_empty() {
        words.add(&op.key);
    }
    let revision = op.revision.map(|revision| revision.to_string());
    match op.act {
        Act::Put | Act::Create => {
            words.add(&op.value);
        }
        Act::Update => {
            words.add(&op.value).flag("", revision.as_deref());
        }
        Act::Get => {
            words.flag("--revision", revision.as_deref());
        }
        Act::Watch | Act::Keys => match op.keys.as_slice() {
            [] => {}
            [key] => {
                words.add(key);
            }
            _ => return None,
        },
        Act::Remove | Act::Delete | Act::Purge | Act::PurgeDeletes => {
            words.add("-f");
        }
        Act::Add => {
            let config = op.config.as_deref().cloned().unwrap_or_default();
            let number = |n: u32| (n != 1).then(|| n.to_string());
            words.flag("--history", number(config.history).as_deref());
            words.flag("--replicas", number(config.replicas).as_deref());
            let ttl = (config.ttl != Span::ZERO).then(|| go_duration(config.ttl.as_nanos()));
            words.flag("--ttl", ttl.as_deref());
            let ttl = config.marker_ttl.map(|ttl| go_duration(ttl.as_nanos()));
            words.flag("--marker-ttl", ttl.as_deref());
        }
        _ => {}
    }
    Some(())
}

/// What is done with an object store; none where there is no such line.
pub(super) fn object(words: &mut Words, op: &object::Op) -> Option<()> {
    use object::Act;
    words.add("object");
    let verb = match op.act {
        Act::Add => "add",
        Act::Remove | Act::Delete => "del",
        Act::Status | Act::Info => "info",
        Act::Seal => "seal",
        Act::Put => "put",
        Act::Get => "get",
        Act::List => "ls",
        Act::Watch => "watch",
        Act::Link => "link",
        Act::Update => return None,
    };
    words.add(verb).add(&op.bucket);
    if !op.name.is_empty() {
        words.add(&op.name);
    }
    match &op.content {
        Some(Content::Text(text)) if op.act == Act::Put => {
            words.add("--text").add(text);
        }
        Some(Content::Generated { size, .. }) if op.act == Act::Put => {
            words.add("--size").add(&size.to_string());
        }
        _ => {}
    }
    if let (Act::Link, Some(to)) = (op.act, &op.link) {
        words.add(&to.bucket);
        if !to.name.is_empty() {
            words.add(&to.name);
        }
    }
    if matches!(op.act, Act::Remove | Act::Delete | Act::Seal | Act::Put) {
        words.add("-f");
    }
    Some(())
}
