//! Publishing: what is checked, in which order, and what storing a message does.
//!
//! The order differs between a lone copy and a replicated stream, and with it the answer to a
//! message that is wrong in two ways (the real server's section 4.2 and 4.3 of our reference).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::jetstream::store::{StoredMessage, Ttl, message_size};
use crate::kernel::{Span, Time};
use crate::nats::api::{ApiError, Discard, PurgeRequest};
use crate::nats::{Headers, Message, Subject};

use super::{Applied, Removed, Stream};

/// What the leader decides about a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// It may be stored.
    Store,
    /// It was stored before, under this sequence.
    Duplicate(u64),
    /// It is refused.
    Refuse(ApiError),
}

/// What a leader has proposed and not applied yet; the checks of later messages count it in.
#[derive(Debug, Clone, Default)]
pub struct Inflight {
    messages: u64,
    bytes: u64,
    subjects: BTreeMap<Subject, u64>,
    msg_ids: BTreeSet<Arc<str>>,
}

impl Inflight {
    /// A message was proposed.
    pub fn proposed(&mut self, message: &Message, size: u64) {
        self.messages += 1;
        self.bytes += size;
        *self.subjects.entry(Arc::clone(&message.subject)).or_default() += 1;
        if let Some(id) = header(message, "Nats-Msg-Id") {
            self.msg_ids.insert(id.into());
        }
    }

    /// A message was applied.
    pub fn applied(&mut self, message: &Message, size: u64) {
        self.messages = self.messages.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(size);
        if let Some(count) = self.subjects.get_mut(&message.subject) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.subjects.remove(&message.subject);
            }
        }
        if let Some(id) = header(message, "Nats-Msg-Id") {
            self.msg_ids.remove(id);
        }
    }
}

fn header<'a>(message: &'a Message, name: &str) -> Option<&'a str> {
    message.headers.as_ref()?.get(name)
}

/// A sequence in a header; what is no number compares as a huge one, as the server's does.
fn header_seq(message: &Message, name: &str) -> Option<u64> {
    header(message, name).map(|value| value.parse().unwrap_or(u64::MAX))
}

impl Stream {
    /// What the leader decides about a message before it is stored. With `inflight` the stream is
    /// replicated, and the order of a replicated stream is used.
    pub fn check(&self, message: &Message, now: Time, inflight: Option<&Inflight>) -> Check {
        let checked = match inflight {
            None => self.check_alone(message, now),
            Some(inflight) => self.check_replicated(message, now, inflight),
        };
        match checked {
            Ok(None) => Check::Store,
            Ok(Some(seq)) => Check::Duplicate(seq),
            Err(error) => Check::Refuse(error),
        }
    }

    fn check_alone(&self, message: &Message, now: Time) -> Result<Option<u64>, ApiError> {
        if self.config.sealed {
            return Err(ApiError::STREAM_SEALED);
        }
        if message.headers.is_some() {
            self.check_expected_stream(message)?;
            self.check_last_subject_seq(message, None)?;
            self.check_last_seq(message, 0)?;
            self.check_source_header(message)?;
            if let Some(seq) = self.find_duplicate(message, now) {
                return Ok(Some(seq));
            }
            if let Some(expected) = header(message, "Nats-Expected-Last-Msg-Id") {
                let last = self.last_msg_id.as_deref().unwrap_or_default();
                if expected != last {
                    return Err(ApiError::wrong_last_msg_id(last));
                }
            }
            self.check_rollup(message)?;
        }
        self.check_size(message)?;
        self.check_room(message, 0, 0)?;
        Ok(None)
    }

    fn check_replicated(
        &self,
        message: &Message,
        now: Time,
        inflight: &Inflight,
    ) -> Result<Option<u64>, ApiError> {
        if self.config.sealed {
            return Err(ApiError::STREAM_SEALED);
        }
        self.check_size(message)?;
        if message.headers.is_some() {
            self.check_expected_stream(message)?;
            if let Some(id) = header(message, "Nats-Msg-Id")
                && self.window() > Span::ZERO
            {
                if let Some(seq) = self.find_duplicate(message, now) {
                    return Ok(Some(seq));
                }
                if inflight.msg_ids.contains(id) {
                    return Err(ApiError::DUPLICATE_IN_PROCESS);
                }
            }
            self.check_source_header(message)?;
            self.check_last_seq(message, inflight.messages)?;
            self.check_last_subject_seq(message, Some(inflight))?;
            self.check_rollup(message)?;
        }
        self.check_room(message, inflight.messages, inflight.bytes)?;
        Ok(None)
    }

    fn check_expected_stream(&self, message: &Message) -> Result<(), ApiError> {
        match header(message, "Nats-Expected-Stream") {
            Some(name) if name != self.config.name => Err(ApiError::STREAM_NOT_MATCH),
            _ => Ok(()),
        }
    }

    fn check_last_subject_seq(
        &self,
        message: &Message,
        inflight: Option<&Inflight>,
    ) -> Result<(), ApiError> {
        let on = header(message, "Nats-Expected-Last-Subject-Sequence-Subject");
        let Some(expected) = header_seq(message, "Nats-Expected-Last-Subject-Sequence") else {
            return match on {
                Some(_) => Err(ApiError::EXPECTED_SUBJECT_WITHOUT_SEQUENCE),
                None => Ok(()),
            };
        };
        let subject = on.unwrap_or(&message.subject);
        if inflight.is_some_and(|inflight| inflight.subjects.contains_key(subject)) {
            return Err(ApiError::WRONG_LAST_SEQUENCE_UNKNOWN);
        }
        let actual = self.store.load_last(subject).map_or(0, |message| message.seq);
        if expected == actual { Ok(()) } else { Err(ApiError::wrong_last_sequence(actual)) }
    }

    fn check_last_seq(&self, message: &Message, inflight: u64) -> Result<(), ApiError> {
        let actual = self.store.last_seq() + inflight;
        match header_seq(message, "Nats-Expected-Last-Sequence") {
            Some(expected) if expected != actual => Err(ApiError::wrong_last_sequence(actual)),
            _ => Ok(()),
        }
    }

    fn check_source_header(&self, message: &Message) -> Result<(), ApiError> {
        match header(message, "Nats-Stream-Source") {
            Some(_) => Err(ApiError::STREAM_SOURCE_HEADER),
            None => Ok(()),
        }
    }

    fn check_rollup(&self, message: &Message) -> Result<(), ApiError> {
        let Some(rollup) = header(message, "Nats-Rollup") else { return Ok(()) };
        if !self.config.allow_rollup_hdrs || self.config.deny_purge {
            return Err(ApiError::rollup_failed("rollup not permitted"));
        }
        if rollup.eq_ignore_ascii_case("sub") || rollup.eq_ignore_ascii_case("all") {
            return Ok(());
        }
        Err(ApiError::rollup_failed(format!("rollup value invalid: \"{rollup}\"")))
    }

    fn check_size(&self, message: &Message) -> Result<(), ApiError> {
        let limit = usize::try_from(self.config.max_msg_size);
        if limit.is_ok_and(|limit| message.size() > limit) {
            return Err(ApiError::MESSAGE_TOO_LARGE);
        }
        if message.headers.as_ref().is_some_and(|headers| headers.len() > 65_535) {
            return Err(ApiError::STREAM_HEADER_TOO_LARGE);
        }
        Ok(())
    }

    /// With discard new, whether there is room beside what is in flight.
    fn check_room(&self, message: &Message, messages: u64, bytes: u64) -> Result<(), ApiError> {
        if self.config.discard != Discard::New {
            return Ok(());
        }
        let per_subject = u64::try_from(self.config.max_msgs_per_subject).unwrap_or(0);
        let at_subject_limit =
            per_subject > 0 && self.store.count_of(&message.subject) >= per_subject;
        if at_subject_limit && self.config.discard_new_per_subject {
            return match header(message, "Nats-Rollup") {
                Some(_) => Ok(()),
                None => Err(ApiError::store_failed("maximum messages per subject exceeded")),
            };
        }
        let full = |limit: i64, used: u64| u64::try_from(limit).is_ok_and(|limit| used > limit);
        if full(self.config.max_msgs, self.store.len() + messages + 1) && !at_subject_limit {
            return Err(ApiError::store_failed("maximum messages exceeded"));
        }
        let size = self.size_of(message);
        if full(self.config.max_bytes, self.store.bytes() + bytes + size) {
            let replaced = at_subject_limit
                .then(|| self.store.first_of(&message.subject))
                .flatten()
                .map_or(0, |oldest| oldest.size(self.config.storage));
            if replaced < size {
                return Err(ApiError::store_failed("maximum bytes exceeded"));
            }
        }
        Ok(())
    }

    /// What a message will take in this stream, in bytes.
    pub fn size_of(&self, message: &Message) -> u64 {
        let headers = message.headers.as_ref().map(Headers::len);
        let (subject, payload) = (message.subject.len(), message.payload.len());
        message_size(self.config.storage, subject, headers, payload)
    }

    fn window(&self) -> Span {
        Span(u64::try_from(self.config.duplicate_window).unwrap_or(0))
    }

    fn find_duplicate(&self, message: &Message, now: Time) -> Option<u64> {
        self.dedupe.find(header(message, "Nats-Msg-Id")?, now, self.window())
    }

    /// Stores a message that was checked.
    pub(super) fn store_message(&mut self, message: &Message, at: Time, wanted: bool) -> Applied {
        let window = self.window();
        let id = header(message, "Nats-Msg-Id").map(Arc::<str>::from);
        if !wanted {
            let seq = self.store.skip(at);
            self.remember_id(id, seq, at, window);
            return Applied::Skipped { seq };
        }
        let stored = StoredMessage {
            seq: self.store.last_seq() + 1,
            at,
            subject: Arc::clone(&message.subject),
            headers: message.headers.as_ref().map(Headers::without_status),
            payload: message.payload.clone(),
            ttl: Ttl::Unset,
        };
        let Some(stored) = self.store.store(stored) else {
            return Applied::Refused(ApiError::store_failed("sequence mismatch"));
        };
        self.remember_id(id, stored.seq, at, window);
        let mut removed = self.roll_up(message, stored.seq);
        removed.extend(self.enforce_subject_limit(&stored.subject));
        removed.extend(self.enforce_limits_after_store());
        Applied::Stored { message: stored, removed }
    }

    fn remember_id(&mut self, id: Option<Arc<str>>, seq: u64, at: Time, window: Span) {
        if let Some(id) = id.as_ref().filter(|_| window > Span::ZERO) {
            self.dedupe.remember(id, seq, at, window);
        }
        self.last_msg_id = id;
    }

    fn roll_up(&mut self, message: &Message, seq: u64) -> Removed {
        let Some(rollup) = header(message, "Nats-Rollup") else { return Vec::new() };
        let only_subject = rollup.eq_ignore_ascii_case("sub");
        let filter = if only_subject { message.subject.to_string() } else { String::new() };
        self.store.purge(&PurgeRequest { seq, filter, keep: 0 })
    }

    fn enforce_subject_limit(&mut self, subject: &Subject) -> Removed {
        let limit = u64::try_from(self.config.max_msgs_per_subject).unwrap_or(0);
        let mut removed = Vec::new();
        while limit > 0 && self.store.count_of(subject) > limit {
            let Some(oldest) = self.store.first_of(subject).map(|message| message.seq) else {
                break;
            };
            removed.extend(self.store.remove(oldest));
        }
        removed
    }

    fn enforce_limits_after_store(&mut self) -> Removed {
        let mut removed = Vec::new();
        let over = |limit: i64, used: u64| u64::try_from(limit).is_ok_and(|limit| used > limit);
        while !self.store.is_empty()
            && (over(self.config.max_msgs, self.store.len())
                || over(self.config.max_bytes, self.store.bytes()))
        {
            let first = self.store.first_seq();
            removed.extend(self.store.remove(first));
        }
        removed
    }

    /// Removes whatever is beyond the limits.
    pub(super) fn enforce_limits(&mut self) -> Removed {
        let subjects: Vec<Subject> = self.store.subjects(">").map(|(s, _)| Arc::clone(s)).collect();
        let mut removed: Removed =
            subjects.iter().flat_map(|subject| self.enforce_subject_limit(subject)).collect();
        removed.extend(self.enforce_limits_after_store());
        removed
    }
}
