//! What happens next: a queue ordered by time, and at equal times by the order of asking.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Time;

/// An item's time and turn, and where it lies. The heap orders these alone: items are large, and to move them
/// up and down with their entries would cost more than all the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    at: Time,
    order: u64,
    place: usize,
}

/// A queue with a total order.
#[derive(Debug)]
pub(super) struct Queue<T> {
    heap: BinaryHeap<Reverse<Entry>>,
    items: Vec<Option<T>>,
    /// Places in `items` that are empty.
    free: Vec<usize>,
    orders: u64,
}

impl<T: Clone> Clone for Queue<T> {
    /// Copies what waits, and none of the places that are empty: there may be many after a rush.
    fn clone(&self) -> Self {
        let mut clone = Self::new();
        clone.orders = self.orders;
        let mut entries = Vec::with_capacity(self.heap.len());
        for Reverse(entry) in &self.heap {
            entries.push(Reverse(Entry { place: clone.items.len(), ..*entry }));
            clone.items.push(self.items.get(entry.place).cloned().flatten());
        }
        clone.heap = entries.into();
        clone
    }
}

impl<T> Queue<T> {
    pub(super) fn new() -> Self {
        Self { heap: BinaryHeap::new(), items: Vec::new(), free: Vec::new(), orders: 0 }
    }

    /// Queues an item for the time `at`, behind everything already queued for that time.
    pub(super) fn push(&mut self, at: Time, item: T) {
        self.orders += 1;
        let place = self.free.pop().unwrap_or(self.items.len());
        match self.items.get_mut(place) {
            Some(empty) => *empty = Some(item),
            None => self.items.push(Some(item)),
        }
        self.heap.push(Reverse(Entry { at, order: self.orders, place }));
    }

    /// When the first item is due.
    pub(super) fn peek(&self) -> Option<(Time, &T)> {
        let Reverse(entry) = self.heap.peek()?;
        Some((entry.at, self.items.get(entry.place)?.as_ref()?))
    }

    /// Takes the first item.
    pub(super) fn pop(&mut self) -> Option<(Time, T)> {
        let Reverse(entry) = self.heap.pop()?;
        Some((entry.at, self.take(entry.place)?))
    }

    fn take(&mut self, place: usize) -> Option<T> {
        self.free.push(place);
        self.items.get_mut(place)?.take()
    }

    /// Keeps only the items that are still wanted, and says how many these are.
    pub(super) fn retain(&mut self, wanted: impl Fn(&T) -> bool) -> usize {
        self.extract(|item| !wanted(item));
        self.heap.len()
    }

    /// All items with their times, in the order in which they will come.
    pub(super) fn sorted(&self) -> Vec<(Time, &T)> {
        let mut entries: Vec<_> = self.heap.iter().map(|Reverse(entry)| *entry).collect();
        entries.sort_unstable();
        let item = |entry: Entry| Some((entry.at, self.items.get(entry.place)?.as_ref()?));
        entries.into_iter().filter_map(item).collect()
    }

    /// Takes out the items that `wanted` picks, in the order in which they would have come.
    pub(super) fn extract(&mut self, wanted: impl Fn(&T) -> bool) -> Vec<T> {
        let (heap, items) = (&mut self.heap, &self.items);
        let mut places = Vec::new();
        heap.retain(|Reverse(entry)| {
            let taken = items.get(entry.place).and_then(Option::as_ref).is_some_and(&wanted);
            if taken {
                places.push(*entry);
            }
            !taken
        });
        places.sort_unstable();
        places.into_iter().filter_map(|entry| self.take(entry.place)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_does_what_an_ordered_map_does(
            steps in prop::collection::vec((0..8_u8, 0..40_u64), 1..200),
        ) {
            let mut queue = Queue::new();
            let mut model: BTreeMap<(Time, u64), u64> = BTreeMap::new();
            for (order, (what, n)) in steps.into_iter().enumerate() {
                match what {
                    0..4 => {
                        queue.push(Time(n), n);
                        model.insert((Time(n), order as u64), n);
                    }
                    4..6 => {
                        let first = model.pop_first().map(|((at, _), n)| (at, n));
                        prop_assert_eq!(queue.pop(), first);
                    }
                    6 => {
                        let wanted = |m: &u64| m % 7 == n % 7;
                        let taken: Vec<u64> = model.values().copied().filter(wanted).collect();
                        model.retain(|_, m| !wanted(m));
                        prop_assert_eq!(queue.extract(wanted), taken);
                    }
                    _ => queue = queue.clone(),
                }
                let rest: Vec<(Time, u64)> = model.iter().map(|((at, _), n)| (*at, *n)).collect();
                let sorted = queue.sorted().into_iter().map(|(at, n)| (at, *n));
                let sorted: Vec<(Time, u64)> = sorted.collect();
                prop_assert_eq!(&sorted, &rest);
                let first = queue.peek().map(|(at, n)| (at, *n));
                prop_assert_eq!(first, sorted.first().copied());
            }
        }

        #[test]
        fn a_clone_has_no_empty_places(pushed in 1..100_usize, kept in 0..10_usize) {
            let mut queue = Queue::new();
            (0..pushed).for_each(|n| queue.push(Time(n as u64), n));
            while queue.sorted().len() > kept {
                queue.pop();
            }
            prop_assert_eq!(queue.clone().items.len(), kept.min(pushed));
        }
    }
}
