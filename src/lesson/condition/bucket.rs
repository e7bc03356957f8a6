//! What the world answers about buckets and stores, which are streams. A key is a subject, and what a reader
//! finds there is the last message on it, if that is no marker; an object is what its meta message says,
//! and the chunks that are there of it.

use std::sync::Arc;

use crate::client::Dialect;
use crate::client::kv::Operation;
use crate::client::object::{ObjectInfo, name};
use crate::jetstream::store::{MessageStore, StoredMessage};
use crate::world::World;
use crate::world::bucket::Revision;

use super::Value;
use super::look;

/// An attribute of the key of a bucket of a cluster.
pub(super) fn key(world: &World, at: (&str, &str, &str), attribute: &str) -> Value {
    let (cluster, bucket, key) = at;
    let view = look::find(world, cluster, &format!("KV_{bucket}"));
    let store = view.as_ref().and_then(|view| view.best()).map(|best| best.stream.store());
    let subject = format!("$KV.{bucket}.{key}");
    let last = store.and_then(|store| store.last_of(&subject));
    match (attribute, last) {
        ("exists", last) => Value::Flag(last.is_some_and(|last| operation(last) == "put")),
        ("history", _) => {
            Value::Number(store.map_or(0, |store: &MessageStore| store.count_of(&subject)))
        }
        ("revision", Some(last)) => Value::Number(last.seq),
        ("operation", Some(last)) => Value::Text(operation(last).to_owned()),
        ("value", Some(last)) if operation(last) == "put" => {
            Value::Text(String::from_utf8_lossy(&last.payload).into_owned())
        }
        _ => Value::None,
    }
}

/// What a message of a bucket is: a value, or one of the markers that take its place.
fn operation(message: &Arc<StoredMessage>) -> &'static str {
    let revision = Revision::of(message);
    match (revision.reason(), revision.operation) {
        (Some(_), _) => "expired",
        (None, Operation::Delete) => "del",
        (None, Operation::Purge) => "purge",
        (None, Operation::Put) => "put",
    }
}

/// An attribute of the object of a store of a cluster.
pub(super) fn object(world: &World, at: (&str, &str, &str), attribute: &str) -> Value {
    let (cluster, bucket, object) = at;
    let view = look::find(world, cluster, &name::stream(bucket));
    let store = view.as_ref().and_then(|view| view.best()).map(|best| best.stream.store());
    let meta = store.and_then(|store| {
        let message = store.last_of(&name::meta(bucket, object))?;
        Some((store, ObjectInfo::read(&message.payload, Dialect::Python).ok()?))
    });
    match (attribute, meta) {
        ("exists", meta) => Value::Flag(meta.is_some_and(|(_, meta)| !meta.deleted)),
        ("deleted", meta) => Value::Flag(meta.is_some_and(|(_, meta)| meta.deleted)),
        ("size", Some((_, meta))) => Value::Number(meta.size),
        ("chunks", Some((_, meta))) => Value::Number(meta.chunks),
        ("held", Some((store, meta))) => {
            Value::Number(store.count_of(&name::chunks(bucket, &meta.nuid)))
        }
        ("digest", Some((_, meta))) => meta.digest.map_or(Value::None, Value::Text),
        ("description", Some((_, meta))) => meta.description.map_or(Value::None, Value::Text),
        _ => Value::None,
    }
}

/// An attribute of a store of a cluster.
pub(super) fn store(world: &World, cluster: &str, bucket: &str, attribute: &str) -> Value {
    let view = look::find(world, cluster, &name::stream(bucket));
    let Some(store) = view.as_ref().and_then(|view| view.best()).map(|best| best.stream.store())
    else {
        return Value::None;
    };
    let metas = name::metas(bucket);
    let live = store.subjects(&metas).filter_map(|(subject, _)| store.last_of(subject));
    let live = live.filter_map(|message| ObjectInfo::read(&message.payload, Dialect::Python).ok());
    let live: Vec<ObjectInfo> = live.filter(|info| !info.deleted).collect();
    match attribute {
        "objects" => Value::Number(live.len() as u64),
        "orphans" => {
            let all = store.pending(&name::chunks(bucket, ">"), 0);
            let owned = live.iter().map(|info| store.count_of(&name::chunks(bucket, &info.nuid)));
            Value::Number(all.saturating_sub(owned.sum()))
        }
        _ => Value::None,
    }
}
