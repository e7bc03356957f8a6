//! The single rules that a message must satisfy; [`super::check`] has their order.

use crate::nats::Headers;
use crate::nats::api::{ApiError, Discard, limit};

use super::check::Trial;
use super::counter::Total;
use super::ttl;

/// Whether so much is more than a limit of the configuration (-1 or 0: none) allows.
fn exceeds(configured: i64, used: u64) -> bool {
    limit(configured).is_some_and(|limit| used > limit)
}

impl Trial<'_> {
    pub(super) fn not_sealed(&self) -> Result<(), ApiError> {
        if self.stream.config.sealed { Err(ApiError::STREAM_SEALED) } else { Ok(()) }
    }

    /// An increment must be a number, and come alone.
    pub(super) fn increment_allowed(&self) -> Result<(), ApiError> {
        let Some(increment) = self.known.increment else { return Ok(()) };
        if Total::parse(increment).is_none() {
            return Err(ApiError::COUNTER_INVALID_INCREMENT);
        }
        if !self.stream.config.allow_msg_counter {
            return Err(ApiError::COUNTER_DISABLED);
        }
        if !self.message.payload.is_empty() {
            return Err(ApiError::COUNTER_WITH_PAYLOAD);
        }
        if self.known.rollup.is_some() || self.known.expects_anything() {
            return Err(ApiError::COUNTER_INVALID_INCREMENT);
        }
        Ok(())
    }

    pub(super) fn expected_stream(&self) -> Result<(), ApiError> {
        match self.known.expected_stream {
            Some(name) if name != self.stream.config.name => Err(ApiError::STREAM_NOT_MATCH),
            _ => Ok(()),
        }
    }

    /// A lone copy lets an invalid value pass here, and refuses it only when it stores.
    pub(super) fn ttl_allowed(&self) -> Result<(), ApiError> {
        let valid = self.known.ttl.is_some_and(|text| ttl::parse(text).is_some());
        if valid && !self.stream.config.allow_msg_ttl {
            return Err(ApiError::TTL_DISABLED);
        }
        Ok(())
    }

    pub(super) fn ttl_valid(&self) -> Result<(), ApiError> {
        match self.known.ttl {
            Some(text) if ttl::parse(text).is_none() => Err(ApiError::TTL_INVALID),
            _ => Ok(()),
        }
    }

    pub(super) fn expected_last_subject_seq(&self) -> Result<(), ApiError> {
        let on = self.known.expected_last_subject;
        let Some(expected) = self.known.expected_last_subject_seq else {
            return match on {
                Some(_) => Err(ApiError::EXPECTED_SUBJECT_WITHOUT_SEQUENCE),
                None => Ok(()),
            };
        };
        let subject = on.unwrap_or(&self.message.subject);
        if self.inflight.has_subject(subject) {
            return Err(ApiError::WRONG_LAST_SEQUENCE_UNKNOWN);
        }
        let actual = self.stream.store.load_last(subject).map_or(0, |message| message.seq);
        if expected == actual { Ok(()) } else { Err(ApiError::wrong_last_sequence(actual)) }
    }

    pub(super) fn expected_last_seq(&self) -> Result<(), ApiError> {
        let actual = self.stream.store.last_seq() + self.inflight.messages;
        match self.known.expected_last_seq {
            Some(expected) if expected != actual => Err(ApiError::wrong_last_sequence(actual)),
            _ => Ok(()),
        }
    }

    pub(super) fn expected_last_msg_id(&self) -> Result<(), ApiError> {
        let last = self.stream.last_msg_id.as_deref().unwrap_or_default();
        match self.known.expected_last_msg_id {
            Some(expected) if expected != last => Err(ApiError::wrong_last_msg_id(last)),
            _ => Ok(()),
        }
    }

    pub(super) fn no_source_header(&self) -> Result<(), ApiError> {
        match self.known.source {
            Some(_) => Err(ApiError::STREAM_SOURCE_HEADER),
            None => Ok(()),
        }
    }

    /// The sequence under which the message is known already.
    pub(super) fn duplicate_of(&self) -> Option<u64> {
        let window = self.stream.config.duplicate_window()?;
        self.stream.dedupe.find(self.known.msg_id?, self.now, window)
    }

    pub(super) fn no_duplicate_in_flight(&self) -> Result<(), ApiError> {
        let remembers = self.stream.config.duplicate_window().is_some();
        match self.known.msg_id {
            Some(id) if remembers && self.inflight.has_msg_id(id) => {
                Err(ApiError::DUPLICATE_IN_PROCESS)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn rollup(&self) -> Result<(), ApiError> {
        let Some(rollup) = self.known.rollup else { return Ok(()) };
        if !self.stream.config.allow_rollup_hdrs || self.stream.config.deny_purge {
            return Err(ApiError::rollup_failed("rollup not permitted"));
        }
        if rollup.eq_ignore_ascii_case("sub") || rollup.eq_ignore_ascii_case("all") {
            return Ok(());
        }
        Err(ApiError::rollup_failed(format!("rollup value invalid: \"{rollup}\"")))
    }

    /// What the message's counter stands at with it.
    pub(super) fn total(&self) -> Result<Option<Total>, ApiError> {
        if !self.stream.config.allow_msg_counter {
            return Ok(None);
        }
        let Some(increment) = self.known.increment.and_then(Total::parse) else {
            return Err(ApiError::COUNTER_MISSING_INCREMENT);
        };
        let subject = &self.message.subject;
        let before = match self.inflight.total(subject) {
            Some(total) => total.clone(),
            None => match self.stream.store.last_of(subject) {
                None => Total::default(),
                Some(last) => Total::of_payload(&last.payload).ok_or(ApiError::COUNTER_BROKEN)?,
            },
        };
        Ok(Some(before.plus(&increment)))
    }

    /// With a total that becomes its payload, if it is a counter.
    pub(super) fn size(&self, total: Option<&Total>) -> Result<(), ApiError> {
        let headers = self.message.headers.as_ref().map_or(0, Headers::len);
        let payload = total.map_or(self.message.payload.len(), |total| total.to_payload().len());
        let limit = usize::try_from(self.stream.config.max_msg_size);
        if limit.is_ok_and(|limit| headers + payload > limit) {
            return Err(ApiError::MESSAGE_TOO_LARGE);
        }
        if headers > usize::from(u16::MAX) {
            return Err(ApiError::STREAM_HEADER_TOO_LARGE);
        }
        Ok(())
    }

    /// With discard new, whether there is room beside what is in flight. A lone copy knows what will go for
    /// the message; the leader of a replicated stream adds it to all there is, and asks about its subject
    /// last (observed on the real server).
    pub(super) fn room(&self, replicated: bool) -> Result<(), ApiError> {
        let config = &self.stream.config;
        if config.discard != Discard::New {
            return Ok(());
        }
        let store = &self.stream.store;
        let of_subject = store.count_of(&self.message.subject);
        let at_subject_limit =
            limit(config.max_msgs_per_subject).is_some_and(|limit| of_subject >= limit);
        let gives_way = at_subject_limit && config.discard_new_per_subject;
        if gives_way && !replicated {
            return self.room_of_subject();
        }
        let oldest_goes = at_subject_limit && !replicated;
        let messages = store.len() + self.inflight.messages + 1;
        if exceeds(config.max_msgs, messages) && !oldest_goes {
            return Err(ApiError::store_failed("maximum messages exceeded"));
        }
        let size = self.stream.size_of(self.message);
        if exceeds(config.max_bytes, store.bytes() + self.inflight.bytes + size) {
            let replaced = oldest_goes
                .then(|| store.first_of(&self.message.subject))
                .flatten()
                .map_or(0, |oldest| oldest.size(config.storage));
            if replaced < size {
                return Err(ApiError::store_failed("maximum bytes exceeded"));
            }
        }
        if gives_way { self.room_of_subject() } else { Ok(()) }
    }

    /// On a subject that has all it may have, and where new messages give way, there is room for one only
    /// that takes their place.
    fn room_of_subject(&self) -> Result<(), ApiError> {
        match self.known.rollup {
            Some(_) => Ok(()),
            None => Err(ApiError::store_failed("maximum messages per subject exceeded")),
        }
    }
}
