//! What the world answers about keys of buckets: a bucket is a stream, a key is a subject of it, and what
//! a reader finds there is the last message on that subject, if it is no marker.

use crate::jetstream::store::{MessageStore, StoredMessage};
use crate::world::World;

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
fn operation(message: &StoredMessage) -> &'static str {
    match (message.header("KV-Operation"), message.header("Nats-Marker-Reason")) {
        (Some("DEL"), _) => "del",
        (Some("PURGE"), _) => "purge",
        (_, Some(_)) => "expired",
        _ => "put",
    }
}
