//! What a call about a bucket gives, or why it gives nothing.

use crate::nats::api::{ApiError, StreamInfo};

use super::Entry;

/// What a call about a bucket gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Got {
    /// It is done.
    Done,
    /// The new revision of the key.
    Revision(u64),
    /// A value.
    Entry(Entry),
    /// Values, in the order of their revisions.
    Entries(Vec<Entry>),
    /// Keys.
    Keys(Vec<String>),
    /// A bucket: its stream.
    Bucket(Box<StreamInfo>),
    /// All buckets.
    Buckets(Vec<StreamInfo>),
    /// So many deleted keys were cleaned up.
    Purged(u64),
}

/// Why a call about a bucket gives nothing. The words are those of the clients.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KvError {
    /// The key has no value: it never had one, was deleted, or its value is too old.
    #[error("nats: key not found")]
    KeyNotFound,
    /// The revision is one of another key.
    #[error("nats: expected '{expected}', but got '{found}'")]
    OtherKey {
        /// The subject that was asked for.
        expected: String,
        /// The one that the message has.
        found: String,
    },
    /// The key has another revision than the one that was seen: somebody else was first.
    #[error("nats: {}", .0.description)]
    WrongLast(ApiError),
    /// The key has a value already.
    #[error("nats: {}", .0.description)]
    Exists(ApiError),
    /// The server refused for another reason.
    #[error("nats: {}", .0.description)]
    Api(ApiError),
    /// There are no keys, or there is no history of them.
    #[error("nats: no keys found")]
    NoKeys,
    /// There is no such bucket.
    #[error("nats: bucket not found")]
    BucketNotFound,
    /// The stream is there, but it is no bucket: it has no limit of messages per key.
    #[error("nats: bucket not valid key-value store")]
    BadBucket,
    /// The answer could not be read.
    #[error("nats: the answer could not be read")]
    Unreadable,
}

/// What tells outcomes apart in the digest of the trace.
pub(in crate::client) fn weight(result: &Result<Got, KvError>) -> u64 {
    match result {
        Ok(Got::Done) => 1,
        Ok(Got::Revision(revision)) => 2 ^ revision << 8,
        Ok(Got::Entry(entry)) => 3 ^ entry.revision << 8,
        Ok(Got::Entries(entries)) => 4 ^ (entries.len() as u64) << 8,
        Ok(Got::Keys(keys)) => 5 ^ (keys.len() as u64) << 8,
        Ok(Got::Bucket(info)) => 6 ^ info.state.last_seq << 8,
        Ok(Got::Buckets(buckets)) => 7 ^ (buckets.len() as u64) << 8,
        Ok(Got::Purged(keys)) => 8 ^ keys << 8,
        Err(KvError::WrongLast(error) | KvError::Exists(error) | KvError::Api(error)) => {
            9 ^ u64::from(error.err_code) << 8
        }
        Err(_) => 10,
    }
}
