//! Reads: `STREAM.MSG.GET` and `DIRECT.GET`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::nats::Headers;
use crate::nats::api::{ApiError, DirectGetRequest, Moment, MsgGetRequest};
use crate::nats::subject::matches;
use crate::nats::time::rfc3339;

use super::Stream;
use crate::jetstream::store::StoredMessage;

/// One message of the answer to a direct get: headers and payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectReply {
    /// Its headers.
    pub headers: Option<Headers>,
    /// Its payload.
    pub payload: bytes::Bytes,
}

/// A direct get without `batch` and `max_bytes` ends here, in bytes.
const DEFAULT_MAX_BYTES: u64 = 64 << 20;

impl DirectReply {
    fn status(status: u16, description: &str, pairs: &[(&str, String)]) -> Self {
        let headers = Headers::status_block(status, description, pairs.iter().map(|(n, v)| (n, v)));
        Self { headers: Some(headers), payload: bytes::Bytes::new() }
    }

    /// `408 Malformed Request`: the body is no JSON.
    pub fn malformed() -> Self {
        Self::status(408, "Malformed Request", &[])
    }
    /// `408 Empty Request`: the request asks for nothing.
    pub fn empty() -> Self {
        Self::status(408, "Empty Request", &[])
    }
    fn bad() -> Self {
        Self::status(408, "Bad Request", &[])
    }
    fn not_found() -> Self {
        Self::status(404, "Message Not Found", &[])
    }
}

impl Stream {
    /// The message that a `STREAM.MSG.GET` asks for.
    ///
    /// # Errors
    /// 10003 for a request that asks for nothing or for two things, 10037 when there is none.
    pub fn find(&self, request: &MsgGetRequest) -> Result<&Arc<StoredMessage>, ApiError> {
        let (last, next) = (!request.last_by_subj.is_empty(), !request.next_by_subj.is_empty());
        let start = request.start_time.as_ref().map(Moment::at);
        let seq = request.seq > 0;
        let too_much = (last && (seq || next || start.is_some()))
            || (seq && start.is_some())
            || request.batch > 0
            || request.max_bytes > 0
            || !request.multi_last.is_empty()
            || request.up_to_seq > 0
            || request.up_to_time.is_some();
        if too_much || !(seq || last || next || start.is_some()) {
            return Err(ApiError::BAD_REQUEST);
        }
        let found = if last {
            self.store.load_last(&request.last_by_subj)
        } else if next {
            let from = match start {
                Some(start) => self.store.first_since(start).map(|message| message.seq),
                None => Some(request.seq),
            };
            from.and_then(|from| self.store.next_matching(&request.next_by_subj, from))
        } else if let Some(start) = start {
            self.store.first_since(start)
        } else {
            self.store.get(request.seq)
        };
        found.ok_or(ApiError::NO_MESSAGE_FOUND)
    }

    /// The answer to a `DIRECT.GET.<stream>.<subject>`.
    pub fn direct_last(&self, subject: &str, no_hdr: bool) -> DirectReply {
        match self.store.load_last(subject) {
            Some(message) => self.direct_reply(message, no_hdr, None),
            None => DirectReply::not_found(),
        }
    }

    /// The answer to a `DIRECT.GET.<stream>`, message by message.
    pub fn direct_get(&self, request: &DirectGetRequest) -> Vec<DirectReply> {
        let (last, next) = (!request.last_by_subj.is_empty(), !request.next_by_subj.is_empty());
        let multi = !request.multi_last.is_empty();
        let start = request.start_time.as_ref().map(Moment::at);
        let seq = request.seq > 0;
        if !seq && !last && !next && !multi && start.is_none() {
            return vec![DirectReply::empty()];
        }
        let conflict = (seq && (last || start.is_some()))
            || (last && next)
            || (last && request.batch > 0)
            || ((last || next) && multi)
            || (last && start.is_some())
            || (request.up_to_seq > 0 && request.up_to_time.is_some());
        if conflict {
            return vec![DirectReply::bad()];
        }
        if multi {
            return self.direct_multi(request);
        }
        if last {
            return vec![self.direct_last(&request.last_by_subj, request.no_hdr)];
        }
        let from = match start {
            Some(start) => self.store.first_since(start).map(|message| message.seq),
            None => Some(request.seq.max(1)),
        };
        let Some(from) = from else { return vec![DirectReply::not_found()] };
        if request.batch > 0 {
            return self.direct_batch(request, from);
        }
        let found = if next {
            self.store.next_matching(&request.next_by_subj, from)
        } else if start.is_some() {
            self.store.iter_from(from).next()
        } else {
            self.store.get(from)
        };
        vec![match found {
            Some(message) => self.direct_reply(message, request.no_hdr, None),
            None => DirectReply::not_found(),
        }]
    }

    fn direct_batch(&self, request: &DirectGetRequest, from: u64) -> Vec<DirectReply> {
        let filter = if request.next_by_subj.is_empty() { ">" } else { &request.next_by_subj };
        let all: Vec<&Arc<StoredMessage>> = self
            .store
            .iter_from(from)
            .filter(|message| matches(filter, &message.subject))
            .collect();
        if all.is_empty() {
            return vec![DirectReply::not_found()];
        }
        self.direct_many(request, &all, usize::try_from(request.batch).unwrap_or(0), &[])
    }

    fn direct_multi(&self, request: &DirectGetRequest) -> Vec<DirectReply> {
        let up_to = match (&request.up_to_time, request.up_to_seq) {
            (Some(limit), _) => self.store.last_until(limit.at()).map_or(0, |message| message.seq),
            (None, 0) => self.store.last_seq(),
            (None, seq) => seq,
        };
        let mut last: BTreeMap<u64, &Arc<StoredMessage>> = BTreeMap::new();
        for filter in &request.multi_last {
            let found = self.store.last_per_subject(filter, up_to);
            last.extend(found.map(|message| (message.seq, message)));
        }
        if last.len() > 1024 {
            return vec![DirectReply::status(413, "Too Many Results", &[])];
        }
        let found: Vec<&Arc<StoredMessage>> =
            last.into_values().filter(|message| message.seq >= request.seq).collect();
        if found.is_empty() {
            return vec![DirectReply::status(404, "No Results", &[])];
        }
        let batch = usize::try_from(request.batch).ok().filter(|&batch| batch > 0);
        let extra = [("Nats-UpTo-Sequence", up_to.to_string())];
        let request = DirectGetRequest { no_hdr: false, ..request.clone() };
        self.direct_many(&request, &found, batch.unwrap_or(usize::MAX), &extra)
    }

    /// Messages one after the other, and the end-of-batch status behind them.
    fn direct_many(
        &self,
        request: &DirectGetRequest,
        all: &[&Arc<StoredMessage>],
        batch: usize,
        extra: &[(&str, String)],
    ) -> Vec<DirectReply> {
        let max_bytes =
            u64::try_from(request.max_bytes).ok().filter(|&n| n > 0).unwrap_or(DEFAULT_MAX_BYTES);
        let (mut last, mut sent, mut used) = (0, 0, 0u64);
        let mut replies = Vec::new();
        for message in all.iter().take(batch) {
            sent += 1;
            let pending = all.len() - sent;
            replies.push(self.direct_reply(message, request.no_hdr, Some((pending, last))));
            last = message.seq;
            let headers = message.headers.as_ref().map_or(0, Headers::len);
            used += (message.subject.len() + headers + message.payload.len()) as u64;
            if used >= max_bytes {
                break;
            }
        }
        let pending = if request.no_hdr { all.len() } else { all.len() - sent };
        let mut pairs = vec![
            ("Nats-Num-Pending", pending.to_string()),
            ("Nats-Last-Sequence", last.to_string()),
        ];
        pairs.extend(extra.iter().cloned());
        replies.push(DirectReply::status(204, "EOB", &pairs));
        replies
    }

    fn direct_reply(
        &self,
        message: &StoredMessage,
        no_hdr: bool,
        batch: Option<(usize, u64)>,
    ) -> DirectReply {
        let payload = message.payload.clone();
        if no_hdr {
            return DirectReply { headers: None, payload };
        }
        let mut pairs = vec![
            ("Nats-Stream", self.config.name.clone()),
            ("Nats-Subject", message.subject.to_string()),
            ("Nats-Sequence", message.seq.to_string()),
            ("Nats-Time-Stamp", rfc3339(message.at)),
        ];
        if let Some((pending, last)) = batch {
            pairs.push(("Nats-Num-Pending", pending.to_string()));
            pairs.push(("Nats-Last-Sequence", last.to_string()));
        }
        let headers = match &message.headers {
            None => Headers::new(pairs.iter().map(|(name, value)| (*name, value))),
            Some(own) => pairs.iter().fold(own.clone(), |block, (n, v)| block.with(n, v)),
        };
        DirectReply { headers: Some(headers), payload }
    }
}
