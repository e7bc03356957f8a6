//! What a server tells the trace about a stream that follows an origin.

use std::sync::Arc;

use crate::kernel::{Digest, Fold};

/// Something that happened to an inflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InflowNote {
    /// The origin is asked for a consumer.
    Asked,
    /// There is a consumer.
    Following {
        /// Its name.
        consumer: Arc<str>,
        /// The origin's sequence after which it begins.
        after: u64,
    },
    /// The origin refuses.
    Refused {
        /// The API error code.
        err_code: u16,
        /// What the origin says.
        description: Arc<str>,
    },
    /// The origin did not answer.
    NoAnswer,
    /// Nothing has come for too long, not even a sign of life.
    Stalled,
    /// Messages got lost on the way.
    Lost,
    /// A message came and is to be stored.
    Taken {
        /// Its sequence in the origin.
        seq: u64,
    },
    /// A message came whose id is known: it is not stored.
    Duplicate {
        /// Its sequence in the origin.
        seq: u64,
    },
    /// A message came that cannot be stored.
    NotTaken {
        /// Its sequence in the origin.
        seq: u64,
        /// Why.
        description: Arc<str>,
    },
    /// The origin is not followed any more, at least not from this server.
    Ended,
}

impl InflowNote {
    /// The origin's sequence of the message it is about, if it is about one.
    pub fn seq(&self) -> Option<u64> {
        match self {
            Self::Taken { seq } | Self::Duplicate { seq } | Self::NotTaken { seq, .. } => {
                Some(*seq)
            }
            _ => None,
        }
    }
}

impl Fold for InflowNote {
    fn fold(&self, digest: &mut Digest) {
        let (tag, number) = match self {
            Self::Asked => (1, 0),
            Self::Following { after, .. } => (2, *after),
            Self::Refused { err_code, .. } => (3, u64::from(*err_code)),
            Self::NoAnswer => (4, 0),
            Self::Stalled => (5, 0),
            Self::Lost => (6, 0),
            Self::Taken { seq } => (7, *seq),
            Self::Duplicate { seq } => (8, *seq),
            Self::NotTaken { seq, .. } => (9, *seq),
            Self::Ended => (10, 0),
        };
        digest.word(tag);
        digest.word(number);
    }
}
