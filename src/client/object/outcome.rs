//! What came of an operation on an object store.

use bytes::Bytes;

use crate::kernel::Time;
use crate::nats::api::{ApiError, StreamInfo};

use super::ObjectInfo;

/// What came of an operation on an object store.
#[derive(Debug, Clone, PartialEq)]
pub enum Done {
    /// The bucket was created, changed or asked for: the stream it is.
    Bucket(Box<StreamInfo>),
    /// An object was put, linked or changed: its meta as the library gives it back.
    Stored(Box<ObjectInfo>),
    /// The meta of an object, and when it was stored.
    Info(Box<ObjectInfo>, Time),
    /// An object that was got.
    Got(Box<Got>),
    /// All metas with the times at which they were stored, in the order of the stream.
    List(Vec<(ObjectInfo, Time)>),
    /// An object was deleted, or a bucket removed.
    Gone,
}

/// An object that was got.
#[derive(Debug, Clone, PartialEq)]
pub struct Got {
    /// Its meta.
    pub info: ObjectInfo,
    /// When that was stored.
    pub at: Time,
    /// Its content, chunk by chunk, as the stream has it: the memory is shared.
    pub chunks: Vec<Bytes>,
}

/// Why an operation on an object store failed, in the words of nats.go. In nats-py the same errors have
/// names such as `ObjectNotFoundError`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// There is no such bucket.
    #[error("nats: bucket not found")]
    BucketNotFound,
    /// There is another bucket of that name.
    #[error("nats: bucket name already in use")]
    BucketExists,
    /// There is no such object, or it is deleted.
    #[error("nats: object not found")]
    NotFound,
    /// There are no objects.
    #[error("nats: no objects found")]
    NoObjects,
    /// What stands on the meta subject cannot be read.
    #[error("nats: object-store meta information invalid")]
    BadMeta,
    /// Somebody else cannot read the newest meta, and waits for ever for one that he can.
    #[error("context deadline exceeded")]
    Unreadable,
    /// The object stands for a bucket.
    #[error("nats: invalid Get, object is a link to a bucket")]
    LinkToBucket,
    /// One link leads to another without end.
    #[error("nats: the links of this object lead in a circle")]
    EndlessLink,
    /// What came is not what was put.
    #[error("nats: received a corrupt object, digests do not match")]
    DigestMismatch {
        /// The digest in the meta.
        expected: String,
        /// The digest of what came.
        found: String,
    },
    /// There is an object of that name.
    #[error("nats: an object already exists with that name")]
    AlreadyExists,
    /// What should be linked to is deleted.
    #[error("nats: not allowed to link to a deleted object")]
    LinkToDeleted,
    /// What should be linked to is itself a link.
    #[error("nats: not allowed to link to another link")]
    LinkToLink,
    /// A deleted object cannot be changed.
    #[error("nats: cannot update meta for a deleted object")]
    UpdateDeleted,
    /// No stream has the chunks.
    #[error("nats: no stream matches subject")]
    NoStream,
    /// The answer could not be read.
    #[error("nats: the answer could not be read")]
    BadAnswer,
    /// The stream refused a meta; nats.go says so twice.
    #[error("nats: nats: API error: code={} err_code={} description={}", .0.code, .0.err_code, .0.description)]
    Refused(ApiError),
    /// The server refused.
    #[error("nats: API error: code={} err_code={} description={}", .0.code, .0.err_code, .0.description)]
    Api(ApiError),
}

impl ObjectError {
    /// The error of nats-py that it is.
    pub fn python(&self) -> &'static str {
        match self {
            Self::BucketNotFound => "BucketNotFoundError",
            Self::NotFound => "ObjectNotFoundError",
            Self::NoObjects | Self::NoStream => "NotFoundError",
            Self::BadMeta | Self::Unreadable => "BadObjectMetaError",
            Self::LinkToBucket => "LinkIsABucketError",
            Self::DigestMismatch { .. } => "DigestMismatchError",
            Self::AlreadyExists => "ObjectAlreadyExists",
            Self::UpdateDeleted => "ObjectDeletedError",
            Self::BucketExists => "BadRequestError",
            Self::Api(_)
            | Self::Refused(_)
            | Self::BadAnswer
            | Self::EndlessLink
            | Self::LinkToDeleted
            | Self::LinkToLink => "APIError",
        }
    }
}

/// What tells outcomes apart in the digest of the trace.
pub(in crate::client) fn weight(result: &Result<Done, ObjectError>) -> u64 {
    match result {
        Ok(Done::Bucket(info)) => 1 ^ info.state.last_seq << 8,
        Ok(Done::Stored(info)) => 2 ^ info.size << 8,
        Ok(Done::Info(info, _)) => 3 ^ info.size << 8,
        Ok(Done::Got(got)) => 4 ^ got.info.size << 8,
        Ok(Done::List(metas)) => 5 ^ (metas.len() as u64) << 8,
        Ok(Done::Gone) => 6,
        Err(ObjectError::Api(error) | ObjectError::Refused(error)) => {
            7 ^ u64::from(error.err_code) << 8
        }
        Err(_) => 8,
    }
}
