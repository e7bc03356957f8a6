//! What is checked before a message is stored, and in which order.
//!
//! The order differs between a lone copy and a replicated stream, and with it the answer to a
//! message that is wrong in two ways (observed on the real server).

use crate::kernel::Time;
use crate::nats::Message;
use crate::nats::api::{ApiError, Retention};

use super::Stream;
use super::counter::Total;
use super::known::Known;
use super::leader::Inflight;

/// A message on trial.
pub(super) struct Trial<'a> {
    pub(super) stream: &'a Stream,
    /// Its subject is the transformed one.
    pub(super) message: &'a Message,
    pub(super) known: Known<'a>,
    pub(super) now: Time,
    pub(super) inflight: &'a Inflight,
    /// Whether a consumer wants messages of a subject.
    pub(super) wanted: &'a dyn Fn(&str) -> bool,
}

/// How a trial ends that does not end with an error.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It may be stored.
    Store {
        /// Whether anybody wants it; otherwise it only uses up a sequence.
        wanted: bool,
        /// What its counter stands at with it.
        total: Option<Total>,
    },
    /// It was stored before, under this sequence.
    Duplicate(u64),
}

impl Trial<'_> {
    /// The order of a lone copy.
    pub(super) fn alone(&self) -> Result<Verdict, ApiError> {
        self.not_sealed()?;
        self.size(None)?;
        self.increment_allowed()?;
        self.expected_stream()?;
        self.ttl_allowed()?;
        self.expected_last_subject_seq()?;
        self.expected_last_seq()?;
        self.schedule()?;
        self.no_source_header()?;
        if let Some(seq) = self.duplicate_of() {
            return Ok(Verdict::Duplicate(seq));
        }
        self.expected_last_msg_id()?;
        self.rollup()?;
        let total = self.total()?;
        self.size(total.as_ref())?;
        let wanted = self.is_wanted();
        if wanted {
            self.ttl_valid()?;
            self.room(false)?;
        }
        Ok(Verdict::Store { wanted, total })
    }

    /// The order of a replicated stream's leader, before it proposes the message.
    pub(super) fn replicated(&self) -> Result<Verdict, ApiError> {
        self.not_sealed()?;
        self.size(None)?;
        self.increment_allowed()?;
        self.expected_stream()?;
        if self.known.ttl.is_some() && !self.stream.config.allow_msg_ttl {
            return Err(ApiError::TTL_DISABLED);
        }
        self.ttl_valid()?;
        if let Some(seq) = self.duplicate_of() {
            return Ok(Verdict::Duplicate(seq));
        }
        self.no_duplicate_in_flight()?;
        self.no_source_header()?;
        let total = self.total()?;
        self.expected_last_seq()?;
        self.expected_last_subject_seq()?;
        self.schedule()?;
        self.rollup()?;
        self.expected_last_msg_id()?;
        let wanted = self.is_wanted();
        if wanted {
            self.room(true)?;
        }
        Ok(Verdict::Store { wanted, total })
    }

    /// What is checked of a message that an origin has found fit.
    pub(super) fn copied(&self) -> Result<(), ApiError> {
        self.not_sealed()?;
        self.size(None)
    }

    pub(super) fn is_wanted(&self) -> bool {
        let subject = &self.message.subject;
        self.stream.config.retention != Retention::Interest || (self.wanted)(subject)
    }
}
