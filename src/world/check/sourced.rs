//! A stream with sources has the messages of each once, and in their order; and once it has caught
//! up, it has all that it wants.

use std::sync::Arc;

use super::Violation;
use super::mirrored::{from_the_start, missing, origin_of, wants};
use crate::jetstream::inflow::{position_of, source_id};
use crate::jetstream::store::MessageStore;
use crate::nats::api::StreamSource;
use crate::sorted::Set;
use crate::world::World;

/// Looks at every copy of every stream with sources: what came from where, how often, and whether
/// it is the same there.
///
/// # Errors
/// [`Violation::SourceDiffers`].
pub fn sources_agree(world: &World) -> Result<(), Violation> {
    each(world, |origin, store, source| {
        let taken = taken(store, &source_id(source));
        let same = |(seq, at): &(u64, u64)| {
            let (there, here) = (origin.get(*seq)?, store.get(*at)?);
            Some(there.payload == here.payload)
        };
        let other = taken.iter().find(|pair| same(pair) == Some(false)).map(|(seq, _)| *seq);
        out_of_order(taken.iter().map(|(seq, _)| *seq)).or(other)
    })
}

/// Whether every copy of every stream with sources has all messages of theirs that it wants; where a
/// start is configured, from the first one on that it has. For streams from which nothing was removed,
/// when they had time to catch up.
///
/// # Errors
/// [`Violation::SourceDiffers`].
pub fn sources_are_complete(world: &World) -> Result<(), Violation> {
    each(world, |origin, store, source| {
        let taken = taken(store, &source_id(source));
        let first =
            if from_the_start(source) { 0 } else { taken.first().map_or(0, |(seq, _)| *seq) };
        let taken: Set<u64> = taken.into_iter().map(|(seq, _)| seq).collect();
        let wanted = origin.iter_from(first).filter(|m| wants(source, &m.subject));
        missing(wanted.map(|message| message.seq), |seq| taken.contains(&seq))
    })
}

fn each(
    world: &World,
    ask: impl Fn(&MessageStore, &MessageStore, &StreamSource) -> Option<u64>,
) -> Result<(), Violation> {
    let streams = world.streams();
    for view in &streams {
        let Some(config) = view.config() else { continue };
        for source in &config.sources {
            let Some(origin) = origin_of(world, &streams, view.cluster, source) else { continue };
            for replica in &view.replicas {
                if let Some(seq) = ask(origin.stream.store(), replica.stream.store(), source) {
                    return Err(Violation::SourceDiffers {
                        stream: Arc::clone(view.name),
                        origin: source.name.as_str().into(),
                        server: replica.server,
                        seq,
                    });
                }
            }
        }
    }
    Ok(())
}

/// What came from a source: its sequence there, and its sequence here.
fn taken(store: &MessageStore, id: &str) -> Vec<(u64, u64)> {
    let from = |message: &Arc<crate::jetstream::store::StoredMessage>| {
        let header = message.headers.as_ref()?.get("Nats-Stream-Source")?;
        let (source, position) = position_of(header)?;
        (source == id).then_some((position.seq, message.seq))
    };
    store.iter_from(0).filter_map(from).collect()
}

/// The first sequence that is not above all before it.
fn out_of_order(seqs: impl Iterator<Item = u64>) -> Option<u64> {
    let mut last = 0;
    for seq in seqs {
        if seq <= last {
            return Some(seq);
        }
        last = seq;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_to_messages_that_came_twice_or_too_late() {
        assert_eq!(out_of_order([1, 2, 5].into_iter()), None);
        assert_eq!(out_of_order([1, 2, 2].into_iter()), Some(2));
        assert_eq!(out_of_order([1, 5, 3].into_iter()), Some(3));
    }
}
