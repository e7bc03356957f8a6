//! What happens next: a queue ordered by time, and at equal times by the order of asking.

use crate::sorted;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::Time;

#[derive(Debug, Clone)]
struct Entry<T> {
    at: Time,
    order: u64,
    item: T,
}

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl<T> Eq for Entry<T> {}
impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Entry<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

/// A queue with a total order.
#[derive(Debug, Clone)]
pub(super) struct Queue<T> {
    heap: BinaryHeap<Reverse<Entry<T>>>,
    orders: u64,
}

impl<T> Queue<T> {
    pub(super) fn new() -> Self {
        Self { heap: BinaryHeap::new(), orders: 0 }
    }

    /// Queues an item for the time `at`, behind everything already queued for that time.
    pub(super) fn push(&mut self, at: Time, item: T) {
        self.orders += 1;
        self.heap.push(Reverse(Entry { at, order: self.orders, item }));
    }

    /// When the first item is due.
    pub(super) fn peek(&self) -> Option<(Time, &T)> {
        self.heap.peek().map(|Reverse(entry)| (entry.at, &entry.item))
    }

    /// Takes the first item.
    pub(super) fn pop(&mut self) -> Option<(Time, T)> {
        self.heap.pop().map(|Reverse(entry)| (entry.at, entry.item))
    }

    /// Keeps only the items that are still wanted, and says how many these are.
    pub(super) fn retain(&mut self, wanted: impl Fn(&T) -> bool) -> usize {
        self.heap.retain(|Reverse(entry)| wanted(&entry.item));
        self.heap.len()
    }

    /// All items with their times, in the order in which they will come.
    pub(super) fn sorted(&self) -> Vec<(Time, &T)> {
        let mut entries: Vec<_> = self.heap.iter().map(|Reverse(entry)| entry).collect();
        sorted::sort(&mut entries);
        entries.into_iter().map(|entry| (entry.at, &entry.item)).collect()
    }

    /// Takes out the items that `wanted` picks, in the order in which they would have come.
    pub(super) fn extract(&mut self, wanted: impl Fn(&T) -> bool) -> Vec<T> {
        let mut taken = Vec::new();
        let mut kept = Vec::with_capacity(self.heap.len());
        for Reverse(entry) in std::mem::take(&mut self.heap).into_sorted_vec() {
            if wanted(&entry.item) {
                taken.push(entry.item);
            } else {
                kept.push(Reverse(entry));
            }
        }
        taken.reverse();
        self.heap = kept.into();
        taken
    }
}
