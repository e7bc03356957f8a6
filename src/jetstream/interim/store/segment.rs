//! Messages by sequence, in segments that clones share.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::StoredMessage;

/// Sequences in a segment: what the first change after a clone copies at most.
const SEGMENT: u64 = 256;

type Segment = BTreeMap<u64, Arc<StoredMessage>>;

/// Messages by sequence.
#[derive(Debug, Clone, Default)]
pub(super) struct Segments {
    segments: Arc<BTreeMap<u64, Arc<Segment>>>,
}

impl Segments {
    pub(super) fn insert(&mut self, message: StoredMessage) {
        let segments = Arc::make_mut(&mut self.segments);
        let segment = segments.entry(message.seq / SEGMENT).or_default();
        Arc::make_mut(segment).insert(message.seq, Arc::new(message));
    }

    pub(super) fn get(&self, seq: u64) -> Option<&StoredMessage> {
        self.segments.get(&(seq / SEGMENT))?.get(&seq).map(|message| &**message)
    }

    pub(super) fn remove(&mut self, seq: u64) -> Option<StoredMessage> {
        self.get(seq)?;
        let segments = Arc::make_mut(&mut self.segments);
        let segment = segments.get_mut(&(seq / SEGMENT))?;
        let removed = Arc::make_mut(segment).remove(&seq)?;
        if segment.is_empty() {
            segments.remove(&(seq / SEGMENT));
        }
        Some(Arc::unwrap_or_clone(removed))
    }

    /// Messages from this sequence on, in order.
    pub(super) fn since(
        &self,
        seq: u64,
    ) -> impl DoubleEndedIterator<Item = &StoredMessage> + Clone {
        self.segments
            .range(seq / SEGMENT..)
            .flat_map(move |(_, segment)| segment.range(seq..).map(|(_, message)| &**message))
    }

    /// Messages up to this sequence, newest first.
    pub(super) fn before(&self, seq: u64) -> impl Iterator<Item = &StoredMessage> {
        self.segments.range(..=seq / SEGMENT).rev().flat_map(move |(_, segment)| {
            segment.range(..=seq).rev().map(|(_, message)| &**message)
        })
    }
}
