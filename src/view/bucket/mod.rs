//! What is told of buckets and object stores beyond what is in them ([`crate::world::bucket`]): the words for
//! revisions, whose updates lost, and who watches.

mod losses;
#[cfg(test)]
mod tests;
mod watchers;

use crate::client::kv::Operation;
use crate::client::object::Link;
use crate::world::bucket::Revision;

pub use losses::Loss;
pub use watchers::Watcher;

/// The word on the cell of a revision; none for a value.
pub fn word(revision: &Revision) -> Option<&'static str> {
    match (revision.operation, revision.reason().is_some()) {
        (Operation::Put, _) => None,
        (Operation::Delete, false) => Some("DEL"),
        (Operation::Purge, false) => Some("PURGE"),
        (Operation::Purge, true) => Some("TTL"),
        (Operation::Delete, true) => Some("GONE"),
    }
}

/// What a key is after a revision.
pub fn state(revision: &Revision) -> &'static str {
    match (revision.operation, revision.reason().is_some()) {
        (Operation::Put, _) => "has a value",
        (Operation::Delete, false) => "deleted",
        (Operation::Purge, false) => "purged",
        (Operation::Purge, true) => "expired",
        (Operation::Delete, true) => "removed",
    }
}

/// What a link stands for: `store/object`, or a whole store.
pub fn link(link: &Link) -> String {
    match link.name.as_str() {
        "" => link.bucket.clone(),
        name => format!("{}/{name}", link.bucket),
    }
}
