//! What goes from its stream once it is acknowledged, of a work queue or a stream of interest, goes to its
//! mirror: it is there before it is gone here, and in the end all of it is.

use std::sync::Arc;

use super::mirrored::origin_of;
use super::{Acked, Acknowledged, Violation};
use crate::nats::api::Retention;
use crate::world::{Replica, StreamView, World};

/// Whether nothing that was acknowledged to its publisher is gone from such an origin before some copy of its
/// mirror has it.
///
/// # Errors
/// [`Violation::TaskLost`].
pub fn nothing_goes_before_its_mirror_has_it(
    world: &World,
    acknowledged: &Acknowledged,
) -> Result<(), Violation> {
    each(world, acknowledged, |acked, origin, mirror| {
        let store = origin.stream.store();
        let gone = store.last_seq() >= acked.seq && store.get(acked.seq).is_none();
        let copies: Vec<bool> = mirror.replicas.iter().map(|copy| has(copy, acked)).collect();
        is_lost(gone, &copies).then(|| Violation::TaskLost {
            stream: Arc::clone(&acked.stream),
            seq: acked.seq,
            server: origin.server,
        })
    })
}

/// Whether every copy of such a mirror has all that was acknowledged, and the origin has nothing left. To be
/// asked when it had time to catch up.
///
/// # Errors
/// [`Violation::MirrorDiffers`], [`Violation::TaskLeft`].
pub fn all_is_handed_on(world: &World, acknowledged: &Acknowledged) -> Result<(), Violation> {
    each(world, acknowledged, |acked, origin, mirror| {
        let (seq, lacks) = (acked.seq, mirror.replicas.iter().find(|copy| !has(copy, acked)));
        if let Some(copy) = lacks {
            let (stream, server) = (Arc::clone(mirror.name), copy.server);
            return Some(Violation::MirrorDiffers { stream, server, seq });
        }
        let left = origin.stream.store().get(seq).is_some();
        let (stream, server) = (Arc::clone(&acked.stream), origin.server);
        left.then_some(Violation::TaskLeft { stream, seq, server })
    })
}

/// Whether a message is nowhere: gone from its origin, and in no copy of the mirror.
fn is_lost(gone: bool, copies: &[bool]) -> bool {
    gone && !copies.contains(&true)
}

fn has(copy: &Replica<'_>, acked: &Acked) -> bool {
    let found = copy.stream.store().get(acked.seq);
    found.is_some_and(|message| *message.payload == *acked.text.as_bytes())
}

/// The mirror of a stream that keeps only what is not acknowledged.
pub(super) fn mirror_of<'a, 'b>(
    world: &World,
    streams: &'a [StreamView<'b>],
    origin: &StreamView<'_>,
) -> Option<&'a StreamView<'b>> {
    if origin.config().is_none_or(|config| config.retention == Retention::Limits) {
        return None;
    }
    let follows = |view: &&StreamView<'_>| {
        let mirror = view.config().and_then(|config| config.mirror.as_ref());
        let found = mirror.and_then(|mirror| origin_of(world, streams, view.cluster, mirror));
        found.is_some_and(|found| origin.replicas.iter().any(|copy| copy.server == found.server))
            && mirror.is_some_and(|mirror| *mirror.name == **origin.name)
    };
    streams.iter().find(follows)
}

/// Asks about every acknowledged message of every such origin, the copy of it that has most, and its mirror.
fn each(
    world: &World,
    acknowledged: &Acknowledged,
    ask: impl Fn(&Acked, &Replica<'_>, &StreamView<'_>) -> Option<Violation>,
) -> Result<(), Violation> {
    let streams = world.streams();
    for view in &streams {
        let Some(mirror) = mirror_of(world, &streams, view) else { continue };
        let Some(origin) = view.best() else { continue };
        // Before the mirror was there nobody was interested.
        let interest = view.config().is_some_and(|config| config.retention == Retention::Interest);
        let first = mirror.best().map_or(0, |copy| copy.stream.store().first_seq());
        let first = if interest { first.max(1) } else { 0 };
        let here = |acked: &&Acked| {
            acked.cluster == view.cluster && acked.stream == *view.name && acked.seq >= first
        };
        for acked in acknowledged.all().filter(here) {
            if interest && first > mirror.best().map_or(0, |copy| copy.stream.store().last_seq()) {
                continue;
            }
            if let Some(violation) = ask(acked, origin, mirror) {
                return Err(violation);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_to_what_is_nowhere() {
        assert!(is_lost(true, &[false, false]));
        assert!(is_lost(true, &[]));
        assert!(!is_lost(true, &[false, true]));
        assert!(!is_lost(false, &[false, false]));
    }
}
