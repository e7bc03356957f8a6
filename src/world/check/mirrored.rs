//! A mirror equals its origin: what both have at a sequence is the same message, of the same
//! moment; and once it has caught up, it has all of the origin's messages that it wants.

use std::sync::Arc;

use bytes::Bytes;

use super::Violation;
use crate::jetstream::store::{MessageStore, StoredMessage};
use crate::kernel::Time;
use crate::nats::api::StreamSource;
use crate::nats::subject::matches;
use crate::world::{Replica, StreamView, World};

/// What of a message a mirror keeps whatever it is configured with.
type Content<'a> = (Time, &'a Bytes);

/// Compares every copy of every mirror with its origin.
///
/// # Errors
/// [`Violation::MirrorDiffers`].
pub fn mirrors_agree(world: &World) -> Result<(), Violation> {
    each(world, |origin, replica, _| {
        let both = |seq| Some((content(origin.get(seq)?), content(replica.get(seq)?)));
        differ(replica.first_seq()..=replica.last_seq(), both)
    })
}

/// Whether every copy of every mirror has all messages of its origin that it wants; where a start is
/// configured, from its first one on. For mirrors from which nothing was removed, when they had time
/// to catch up.
///
/// # Errors
/// [`Violation::MirrorDiffers`].
pub fn mirrors_are_complete(world: &World) -> Result<(), Violation> {
    each(world, |origin, replica, mirror| {
        let first = if from_the_start(mirror) { 0 } else { replica.first_seq() };
        let wanted = origin.iter_from(first).filter(|m| wants(mirror, &m.subject));
        missing(wanted.map(|message| message.seq), |seq| replica.get(seq).is_some())
    })
}

/// Asks about every copy of every mirror; `ask` gives the sequence at which something is wrong.
fn each(
    world: &World,
    ask: impl Fn(&MessageStore, &MessageStore, &StreamSource) -> Option<u64>,
) -> Result<(), Violation> {
    let streams = world.streams();
    for view in &streams {
        let Some(mirror) = view.config().and_then(|config| config.mirror.as_ref()) else {
            continue;
        };
        let Some(origin) = origin_of(world, &streams, view.cluster, mirror) else { continue };
        for replica in &view.replicas {
            if let Some(seq) = ask(origin.stream.store(), replica.stream.store(), mirror) {
                return Err(Violation::MirrorDiffers {
                    stream: Arc::clone(view.name),
                    server: replica.server,
                    seq,
                });
            }
        }
    }
    Ok(())
}

/// The copy of the origin that has most.
pub(super) fn origin_of<'a, 'b>(
    world: &World,
    streams: &'a [StreamView<'b>],
    cluster: usize,
    source: &StreamSource,
) -> Option<&'a Replica<'b>> {
    let domain = source.external.as_ref().and_then(|external| external.domain());
    let cluster = match domain {
        None => cluster,
        Some(domain) => {
            let clusters = &world.topology().clusters;
            clusters.iter().position(|cluster| cluster.domain.as_deref() == Some(domain))?
        }
    };
    let is_it = |view: &&StreamView<'_>| view.cluster == cluster && **view.name == *source.name;
    let replicas = &streams.iter().find(is_it)?.replicas;
    replicas.iter().max_by_key(|replica| replica.stream.store().last_seq())
}

/// Whether everything is asked for that the origin has ever had.
pub(super) const fn from_the_start(source: &StreamSource) -> bool {
    source.opt_start_seq == 0 && source.opt_start_time.is_none()
}

/// Whether messages on this subject are asked for.
pub(super) fn wants(source: &StreamSource, subject: &str) -> bool {
    let filters = source.subject_transforms.iter().map(|transform| transform.src.as_str());
    let mut filters = filters.chain([source.filter_subject.as_str()]);
    let all = source.subject_transforms.is_empty() && source.filter_subject.is_empty();
    all || filters.any(|filter| !filter.is_empty() && matches(filter, subject))
}

fn content(message: &StoredMessage) -> Content<'_> {
    (message.at, &message.payload)
}

/// The first sequence at which both have a message, but not the same.
fn differ<M: PartialEq>(
    mut seqs: impl Iterator<Item = u64>,
    both: impl Fn(u64) -> Option<(M, M)>,
) -> Option<u64> {
    seqs.find(|seq| both(*seq).is_some_and(|(a, b)| a != b))
}

/// The first of these sequences that is not there.
pub(super) fn missing(
    mut seqs: impl Iterator<Item = u64>,
    there: impl Fn(u64) -> bool,
) -> Option<u64> {
    seqs.find(|seq| !there(*seq))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_to_other_messages_and_to_missing_ones() {
        let origin = [None, Some("a"), None, Some("c")];
        let compare = |mirror: [Option<&'static str>; 4]| {
            differ(1..=3, |seq| Some((origin[seq as usize]?, mirror[seq as usize]?)))
        };
        assert_eq!(compare(origin), None);
        // The origin has removed it, or the mirror does not have it yet.
        assert_eq!(compare([None, Some("a"), Some("b"), None]), None);
        assert_eq!(compare([None, Some("a"), None, Some("x")]), Some(3));
        assert_eq!(missing([1, 3].into_iter(), |seq| origin[seq as usize].is_some()), None);
        assert_eq!(missing([1, 2, 3].into_iter(), |seq| origin[seq as usize].is_some()), Some(2));
    }

    #[test]
    fn a_mirror_wants_what_its_filters_match() {
        let mut source = StreamSource::default();
        assert!(wants(&source, "a.b"));
        source.filter_subject = "a.*".to_owned();
        assert!(wants(&source, "a.b") && !wants(&source, "b"));
    }
}
