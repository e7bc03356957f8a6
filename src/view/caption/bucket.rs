//! What messages mean to those who use a bucket or an object store, to be said beside what they are.

use std::sync::Arc;

use crate::client::Dialect;
use crate::client::kv::Operation;
use crate::client::object::ObjectInfo;
use crate::kernel::ProcId;
use crate::nats::Message;
use crate::view::bucket::{self as told, Loss};
use crate::view::cast::Cast;
use crate::view::content;
use crate::view::say::Say;
use crate::view::text::{count, size};
use crate::world::Event;
use crate::world::bucket::{Place, Revision};

/// A message that is to be published, as far as its meaning depends on it.
pub(super) struct Written<'a> {
    pub subject: &'a str,
    pub header: &'a dyn Fn(&str) -> Option<String>,
    pub payload: &'a [u8],
}

/// What publishing does, to be said after who does it: " puts config/db.host"; none if it is of neither.
pub(super) fn publishes(say: Say, written: &Written<'_>) -> Result<Say, Say> {
    let Some(place) = Place::of(written.subject) else { return Err(say) };
    let name = place.text();
    Ok(match &place {
        Place::Key { .. } => {
            let expected = (written.header)("Nats-Expected-Last-Subject-Sequence");
            let condition = match expected.as_deref() {
                None => String::new(),
                Some("0") => ", if there is no such key".to_owned(),
                Some(revision) => format!(", if revision {revision} is still its last"),
            };
            match ((written.header)("KV-Operation").as_deref(), expected.as_deref()) {
                (Some("DEL"), _) => say.text(" deletes ").code(&name).text(&condition),
                (Some("PURGE"), _) => {
                    say.text(" purges ").code(&name).text(", history included").text(&condition)
                }
                (_, Some("0")) => say.text(" creates ").code(&name).text(&condition),
                (_, Some(_)) => say.text(" updates ").code(&name).text(&condition),
                (_, None) => say.text(" puts ").code(&name),
            }
        }
        Place::Chunk { .. } => {
            let bytes = size(written.payload.len() as u64);
            say.text(&format!(" uploads a chunk of {bytes} to store ")).code(&name)
        }
        Place::Meta { .. } => {
            let info = ObjectInfo::read(written.payload, Dialect::Python).unwrap_or_default();
            match info.link() {
                _ if info.deleted => say.text(" deletes ").code(&name),
                Some(to) => {
                    say.text(" makes ").code(&name).text(" a link to ").code(&told::link(to))
                }
                None => {
                    let chunks = count(info.chunks, "chunk");
                    say.text(" makes ")
                        .code(&name)
                        .text(&format!(" visible: {chunks} and a digest"))
                }
            }
        }
    })
}

/// The same of a message on its way.
pub(super) fn publishes_message(say: Say, message: &Message) -> Result<Say, Say> {
    let header = |name: &str| Some(message.headers.as_ref()?.get(name)?.to_owned());
    let written = Written { subject: &message.subject, header: &header, payload: &message.payload };
    publishes(say, &written)
}

/// What is there now that a message is stored, to be said after that: ": config/db.host has revision 7".
pub(super) fn stored(
    say: Say,
    cast: Cast<'_>,
    server: ProcId,
    stream: &Arc<str>,
    seq: u64,
    subject: &str,
) -> Say {
    let Some(place) = Place::of(subject) else { return say };
    let name = place.text();
    let cluster = cast.world().cluster_of(server).unwrap_or(0);
    let view = cast.world().stream(cluster, stream);
    let message = view.as_ref().and_then(|view| content::get(view.best()?.stream, seq));
    match &place {
        Place::Key { .. } => {
            let say = say.text(": ").code(&name);
            let revision = message.map(Revision::of);
            let by_server = revision.as_ref().is_some_and(|revision| revision.reason().is_some());
            let operation = revision.map_or(Operation::Put, |revision| revision.operation);
            say.text(&match (operation, by_server) {
                (Operation::Put, _) => format!(" has revision {seq}"),
                (Operation::Delete, _) => format!(" is deleted, and revision {seq} says so"),
                (Operation::Purge, false) => {
                    format!(" is purged, and revision {seq} is all that is left")
                }
                (Operation::Purge, true) => format!(" has run out, and revision {seq} says so"),
            })
        }
        Place::Meta { .. } => say.text(": that is what ").code(&name).text(" is from now on"),
        Place::Chunk { .. } => say.text(": a chunk of an object in store ").code(&name),
    }
}

/// What a message means that is delivered: "config/db.host, revision 7"; none if it is of neither.
pub(super) fn delivered(message: &Message, seq: u64) -> Option<String> {
    let place = Place::of(&message.subject)?;
    let name = place.text();
    let header = |name: &str| message.headers.as_ref().and_then(|headers| headers.get(name));
    Some(match &place {
        Place::Key { .. } => match (header("KV-Operation"), header("Nats-Marker-Reason")) {
            (Some("DEL"), _) => format!(": {name} is deleted, revision {seq}"),
            (Some("PURGE"), _) => format!(": {name} is purged, revision {seq}"),
            (_, Some(_)) => format!(": {name} has run out, revision {seq}"),
            _ => format!(": {name}, revision {seq}"),
        },
        Place::Meta { .. } => format!(": what {name} is, sequence {seq}"),
        Place::Chunk { .. } => format!(": a chunk from store {name}, sequence {seq}"),
    })
}

/// "racer-b's update of config/leader loses: …"; none if that was not why a message was refused.
pub(super) fn lost(cast: Cast<'_>, say: Say, event: &Event) -> Result<Say, Say> {
    let Some(loss) = Loss::of(cast, event) else { return Err(say) };
    let name = Place::of(&loss.subject).map_or_else(|| loss.subject.clone(), |place| place.text());
    let say = say.fault().who(cast, loss.by).text(" loses: it wanted to ");
    let say = match loss.expected {
        0 => say.text("create ").code(&name).text(", but "),
        expected => {
            say.text("update ").code(&name).text(&format!(" after revision {expected}, but "))
        }
    };
    Ok(match loss.found {
        Some(0) => say.text("there is no such key any more"),
        Some(found) => say.text(&format!("its last revision is {found}")),
        None => say.text("somebody else's write of it is under way"),
    })
}
