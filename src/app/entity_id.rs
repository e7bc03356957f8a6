//! Entities as texts, for `data-entity` attributes: one listener on a layer finds out what was hit.

use crate::kernel::{EventId, ProcId};
use crate::view::Entity;

/// The text of an entity.
pub(crate) fn id_of(entity: &Entity) -> String {
    match entity {
        Entity::Cluster(index) => format!("c:{index}"),
        Entity::Server(process) => format!("s:{}", process.0),
        Entity::App(process) => format!("a:{}", process.0),
        Entity::Stream { cluster, name } => format!("t:{cluster}:{name}"),
        Entity::Message { cluster, stream, seq } => format!("m:{cluster}:{seq}:{stream}"),
        // Names may hold colons: the length tells where the stream's ends.
        Entity::Consumer { cluster, stream, name } => {
            format!("k:{cluster}:{}:{stream}{name}", stream.len())
        }
        Entity::Flow { cluster, stream, source } => format!("f:{cluster}:{source}:{stream}"),
        Entity::Link(a, b) => format!("l:{}:{}", a.0, b.0),
        Entity::Event(event) => format!("e:{}", event.0),
    }
}

/// The entity of a text.
pub(crate) fn entity_of(id: &str) -> Option<Entity> {
    let (kind, rest) = id.split_once(':')?;
    let process = |text: &str| text.parse().ok().map(ProcId);
    Some(match kind {
        "c" => Entity::Cluster(rest.parse().ok()?),
        "s" => Entity::Server(process(rest)?),
        "a" => Entity::App(process(rest)?),
        "t" => {
            let (cluster, name) = rest.split_once(':')?;
            Entity::Stream { cluster: cluster.parse().ok()?, name: name.into() }
        }
        "m" => {
            let (cluster, rest) = rest.split_once(':')?;
            let (seq, stream) = rest.split_once(':')?;
            Entity::Message {
                cluster: cluster.parse().ok()?,
                stream: stream.into(),
                seq: seq.parse().ok()?,
            }
        }
        "k" => {
            let (cluster, rest) = rest.split_once(':')?;
            let (length, names) = rest.split_once(':')?;
            let (stream, name) = names.split_at_checked(length.parse().ok()?)?;
            let cluster = cluster.parse().ok()?;
            Entity::Consumer { cluster, stream: stream.into(), name: name.into() }
        }
        "f" => {
            let (cluster, rest) = rest.split_once(':')?;
            let (source, stream) = rest.split_once(':')?;
            let (cluster, source) = (cluster.parse().ok()?, source.parse().ok()?);
            Entity::Flow { cluster, stream: stream.into(), source }
        }
        "l" => {
            let (a, b) = rest.split_once(':')?;
            Entity::link(process(a)?, process(b)?)
        }
        "e" => Entity::Event(EventId(rest.parse().ok()?)),
        _ => return None,
    })
}
