//! What the interest index remembers of earlier answers.

use std::sync::Arc;

use super::Interested;
use crate::nats::Subject;

/// How many answers are remembered. A power of two.
const CACHE_SLOTS: usize = 1024;

/// Remembered answers: every subject has one slot, found by a hash, that it may have to leave to
/// another subject. Whether an answer is remembered changes nothing but the time it takes.
#[derive(Debug)]
pub(super) struct Cache<T> {
    /// Empty until something is remembered.
    slots: Vec<Option<(Subject, Arc<Interested<T>>)>>,
    /// How many slots are in use: changes of interest come in bursts.
    used: usize,
}

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), used: 0 }
    }
}

impl<T> Clone for Cache<T> {
    /// A clone starts with nothing remembered: cloning a world must be cheap.
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<T> Cache<T> {
    /// The slot of a subject: FNV-1a, eight bytes at a time.
    pub(super) fn slot(subject: &str) -> usize {
        const PRIME: u64 = 0x0100_0000_01b3;
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut chunks = subject.as_bytes().chunks_exact(8);
        for chunk in &mut chunks {
            let word = chunk.iter().fold(0, |word, &byte| word << 8 | u64::from(byte));
            hash = (hash ^ word).wrapping_mul(PRIME);
            hash ^= hash >> 32;
        }
        for &byte in chunks.remainder() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(PRIME);
        }
        (hash ^ hash >> 32) as usize & (CACHE_SLOTS - 1)
    }

    pub(super) fn get(&self, slot: usize, subject: &str) -> Option<Arc<Interested<T>>> {
        let (known, answer) = self.slots.get(slot)?.as_ref()?;
        (**known == *subject).then(|| Arc::clone(answer))
    }

    pub(super) fn put(&mut self, slot: usize, subject: &Subject, answer: &Arc<Interested<T>>) {
        if self.slots.is_empty() {
            self.slots.resize_with(CACHE_SLOTS, || None);
        }
        if let Some(entry) = self.slots.get_mut(slot) {
            self.used += usize::from(entry.is_none());
            *entry = Some((Arc::clone(subject), Arc::clone(answer)));
        }
    }

    pub(super) fn clear(&mut self) {
        if self.used > 0 {
            self.slots.fill_with(|| None);
            self.used = 0;
        }
    }
}
