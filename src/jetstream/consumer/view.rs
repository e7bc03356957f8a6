//! What can be seen of a consumer from outside, for the page and for tests.

use crate::kernel::Time;
use crate::nats::Subject;

/// A pull request that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingView {
    /// Where it wants its messages.
    pub reply: Subject,
    /// How many more.
    pub batch: u64,
    /// When it came.
    pub since: Time,
    /// When it ends unserved, if ever.
    pub expires: Option<Time>,
    /// Whether it ends when there is nothing to deliver.
    pub no_wait: bool,
}

/// A message out for acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PendingView {
    /// Its sequence in the stream.
    pub sseq: u64,
    /// The number of its first delivery.
    pub dseq: u64,
    /// How often it was delivered.
    pub deliveries: u64,
    /// When its ack wait ends; none if it never does.
    pub deadline: Option<Time>,
    /// Whether it waits to be delivered again.
    pub queued: bool,
}
