//! Messages that wait to be delivered again: first in, first out, each at most once.

use crate::jetstream::cow::CowMap;

/// The queue. It finds, adds and removes a message without looking at the others.
#[derive(Debug, Clone, Default)]
pub(super) struct RedeliveryQueue {
    order: CowMap<u64, u64>,
    places: CowMap<u64, u64>,
    next: u64,
}

impl RedeliveryQueue {
    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    pub(super) fn contains(&self, sseq: u64) -> bool {
        self.places.get(&sseq).is_some()
    }

    /// Adds a message at the end, if it is not in the queue.
    pub(super) fn push(&mut self, sseq: u64) {
        if self.contains(sseq) {
            return;
        }
        self.order.insert(self.next, sseq);
        self.places.insert(sseq, self.next);
        self.next += 1;
    }

    /// Takes the first message out.
    pub(super) fn pop(&mut self) -> Option<u64> {
        let (place, sseq) = self.order.first().map(|(place, sseq)| (*place, *sseq))?;
        self.order.remove(&place);
        self.places.remove(&sseq);
        Some(sseq)
    }

    /// Takes a message out, wherever it is.
    pub(super) fn remove(&mut self, sseq: u64) {
        if let Some(place) = self.places.remove(&sseq) {
            self.order.remove(&place);
        }
    }

    pub(super) fn clear(&mut self) {
        self.order = CowMap::default();
        self.places = CowMap::default();
    }

    /// The messages, first to come first.
    pub(super) fn iter(&self) -> impl Iterator<Item = u64> {
        self.order.iter().map(|(_, sseq)| *sseq)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_first_in_first_out_without_repetition() {
        let mut queue = RedeliveryQueue::default();
        for sseq in [3, 1, 3, 2] {
            queue.push(sseq);
        }
        queue.remove(1);
        queue.remove(7);
        queue.push(1);
        assert_eq!((queue.len(), queue.contains(1), queue.contains(7)), (3, true, false));
        assert_eq!(queue.iter().collect::<Vec<_>>(), [3, 2, 1]);
        assert_eq!(
            [queue.pop(), queue.pop(), queue.pop(), queue.pop()],
            [Some(3), Some(2), Some(1), None]
        );
        assert_eq!(queue.len(), 0);
    }
}
