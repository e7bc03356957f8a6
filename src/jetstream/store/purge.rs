//! Purging: removing many messages at once, by subject, sequence or number to keep.

use std::sync::Arc;

use super::{MessageStore, StoredMessage};
use crate::nats::api::PurgeRequest;
use crate::sorted;

impl MessageStore {
    /// Purges, and gives the messages that were removed, in order.
    pub fn purge(&mut self, request: &PurgeRequest) -> Vec<Arc<StoredMessage>> {
        let PurgeRequest { seq, keep, filter } = request;
        let doomed = self.doomed(*seq, *keep, filter);
        let removed = doomed.iter().filter_map(|seq| self.get(*seq).map(Arc::clone)).collect();
        let everything = *seq == 0 && *keep == 0 && is_all(filter);
        if everything || (!doomed.is_empty() && doomed.len() as u64 == self.len()) {
            self.clear();
        } else {
            for seq in &doomed {
                self.remove(*seq);
            }
        }
        if is_all(filter) && *seq > self.last_seq() + 1 {
            self.skip_to(seq - 1);
        }
        removed
    }

    fn doomed(&self, seq: u64, keep: u64, filter: &str) -> Vec<u64> {
        if seq == 1 {
            return Vec::new();
        }
        let below = if seq == 0 { u64::MAX } else { seq };
        let mut doomed: Vec<u64> = if is_all(filter) {
            self.iter_from(0).map(|m| m.seq).take_while(|seq| *seq < below).collect()
        } else {
            self.sequences(filter, below)
        };
        let spared = usize::try_from(keep).unwrap_or(usize::MAX);
        doomed.truncate(doomed.len().saturating_sub(spared));
        doomed
    }

    /// The sequences below `below` of messages that match a pattern, in order.
    fn sequences(&self, pattern: &str, below: u64) -> Vec<u64> {
        let mut found = Vec::new();
        for (_, entry) in self.matching(pattern) {
            let places = self.places.iter_from(&(entry.number, 0)).map(|(place, ())| *place);
            let own = places.take_while(|(number, seq)| *number == entry.number && *seq < below);
            found.extend(own.map(|(_, seq)| seq));
        }
        sorted::sort(&mut found);
        found
    }
}

fn is_all(filter: &str) -> bool {
    filter.is_empty() || filter == ">"
}
