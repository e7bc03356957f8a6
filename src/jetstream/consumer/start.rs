//! Where a consumer begins.

use std::sync::Arc;

use crate::jetstream::store::MessageStore;
use crate::nats::Subject;
use crate::nats::api::{ConsumerConfig, DeliverPolicy, StreamConfig};
use crate::sorted;

use super::leading::SkipList;

/// The first sequence a consumer looks at, and what it delivers before that.
pub(super) struct Start {
    pub(super) sseq: u64,
    pub(super) skip: Option<SkipList>,
}

/// Finds the beginning. Without messages it is the next that will be stored, and what lies before
/// the first message is that first message. A sequence that was asked for may lie beyond the end.
pub(super) fn start(
    config: &ConsumerConfig,
    filters: &[Subject],
    stream: &StreamConfig,
    store: &MessageStore,
) -> Start {
    let (first, last) = (store.first_seq(), store.last_seq());
    let mut skip = None;
    let mut sseq = match config.deliver_policy {
        _ if config.opt_start_seq > 0 => config.opt_start_seq,
        DeliverPolicy::All => first,
        DeliverPolicy::Last if filters.is_empty() => last,
        DeliverPolicy::Last => filters.iter().filter_map(|f| last_of(store, f)).max().unwrap_or(0),
        DeliverPolicy::LastPerSubject if stream.max_msgs_per_subject == 1 => first,
        DeliverPolicy::LastPerSubject => {
            let seqs = last_of_each(store, filters);
            let begin = seqs.first().copied().unwrap_or(last);
            skip = Some(SkipList { seqs, done: 0, resume: last });
            begin
        }
        DeliverPolicy::ByStartTime => by_time(config, filters, store),
        DeliverPolicy::New | DeliverPolicy::ByStartSequence => last + 1,
    };
    let chosen = config.opt_start_seq > 0;
    if first == 0 && !chosen {
        sseq = 1;
    } else if sseq > last && !chosen {
        sseq = last + 1;
    } else if sseq < first {
        sseq = first;
    }
    // What begins at the end anyway needs no list.
    skip = skip.filter(|skip| !skip.seqs.is_empty() && sseq < skip.resume);
    Start { sseq, skip }
}

/// The last message of every subject that matches, in the order of the stream.
fn last_of_each(store: &MessageStore, filters: &[Subject]) -> Arc<[u64]> {
    let each = |filter| store.last_per_subject(filter, u64::MAX).map(|message| message.seq);
    let mut seqs: Vec<u64> = filters.iter().flat_map(|filter| each(filter)).collect();
    sorted::sort(&mut seqs);
    seqs.dedup();
    seqs.into()
}

fn last_of(store: &MessageStore, filter: &str) -> Option<u64> {
    let last = if filter == ">" { store.last() } else { store.load_last(filter) };
    last.map(|message| message.seq)
}

/// The first message stored at a moment or later, or the first after it that matches.
fn by_time(config: &ConsumerConfig, filters: &[Subject], store: &MessageStore) -> u64 {
    let last = store.last_seq();
    let Some(moment) = &config.opt_start_time else { return last + 1 };
    let since = store.first_since(moment.at()).map_or(last + 1, |message| message.seq);
    let firsts = filters.iter().filter_map(|filter| store.next_matching(filter, 0));
    let near = firsts.map(|message| message.seq).filter(|seq| *seq >= since).min();
    near.filter(|seq| *seq < last).unwrap_or(since)
}

/// How many messages from a sequence on match; with `last_per_subject`, how many subjects whose
/// last message is not before it.
pub(super) fn count(
    config: &ConsumerConfig,
    filters: &[Subject],
    store: &MessageStore,
    from: u64,
) -> u64 {
    if config.deliver_policy == DeliverPolicy::LastPerSubject {
        let lasts = last_of_each(store, filters);
        return lasts.iter().filter(|seq| **seq >= from).count() as u64;
    }
    let overlapping = |(index, a): (usize, &Subject)| {
        filters.iter().skip(index + 1).any(|b| crate::nats::subject::overlaps(a, b))
    };
    if !filters.iter().enumerate().any(overlapping) {
        return store.pending_of_any(filters, from);
    }
    // Filters may have subjects in common, which must not count twice.
    let mut subjects: Vec<&Subject> =
        filters.iter().flat_map(|filter| store.subjects(filter).map(|(s, _)| s)).collect();
    sorted::sort(&mut subjects);
    subjects.dedup();
    subjects.iter().map(|subject| store.pending(subject, from)).sum()
}
