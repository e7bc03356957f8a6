//! `DIRECT.GET`: raw messages, from any copy of the stream.

use crate::sorted::Map;
use std::sync::Arc;

use bytes::Bytes;

use crate::jetstream::store::StoredMessage;
use crate::nats::Headers;
use crate::nats::api::{DirectGetRequest, Moment};
use crate::nats::time::rfc3339;

use super::Stream;

/// One message of the answer to a direct get: headers and payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectReply {
    /// Its headers.
    pub headers: Option<Headers>,
    /// Its payload.
    pub payload: Bytes,
}

/// A direct get without `batch` and `max_bytes` ends here, in bytes.
const DEFAULT_MAX_BYTES: u64 = 64 << 20;
/// So many subjects may the last messages be asked of at once.
const MAX_SUBJECTS: usize = 1_024;

impl DirectReply {
    fn status(status: u16, description: &str, pairs: &[(&str, String)]) -> Self {
        let headers = Headers::status_block(status, description, pairs.iter().map(|(n, v)| (n, v)));
        Self { headers: Some(headers), payload: Bytes::new() }
    }

    /// `408 Malformed Request`: the body is no JSON.
    pub fn malformed() -> Self {
        Self::status(408, "Malformed Request", &[])
    }
    /// `408 Empty Request`: the request asks for nothing.
    pub fn empty() -> Self {
        Self::status(408, "Empty Request", &[])
    }
    /// `412 Required Api Level`: the client needs more than this server has.
    pub fn api_level() -> Self {
        Self::status(412, "Required Api Level", &[])
    }
    fn bad() -> Self {
        Self::status(408, "Bad Request", &[])
    }
    fn not_found() -> Self {
        Self::status(404, "Message Not Found", &[])
    }
}

/// Messages that answer one request, and how many more there would be.
struct Found<'a> {
    messages: Vec<&'a Arc<StoredMessage>>,
    /// All that match, those included.
    total: u64,
}

impl Stream {
    /// The answer to a `DIRECT.GET.<stream>.<subject>`, whose body may only ask to leave out headers.
    pub fn direct_last(&self, subject: &str, request: &DirectGetRequest) -> DirectReply {
        let no_hdr = request.no_hdr;
        if *request != (DirectGetRequest { no_hdr, ..DirectGetRequest::default() }) {
            return DirectReply::bad();
        }
        self.direct_one(self.store.load_last(subject), no_hdr)
    }

    fn direct_one(&self, found: Option<&Arc<StoredMessage>>, no_hdr: bool) -> DirectReply {
        match found {
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
            let found = self.store.load_last(&request.last_by_subj);
            return vec![self.direct_one(found, request.no_hdr)];
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
        } else {
            self.store.get(from)
        };
        vec![self.direct_one(found, request.no_hdr)]
    }

    fn direct_batch(&self, request: &DirectGetRequest, from: u64) -> Vec<DirectReply> {
        let filter = if request.next_by_subj.is_empty() { ">" } else { &request.next_by_subj };
        let total = self.store.pending(filter, from);
        let Some(mut next) = self.store.next_matching(filter, from) else {
            return vec![DirectReply::not_found()];
        };
        let batch = usize::try_from(request.batch).unwrap_or(0);
        let mut messages = vec![next];
        while messages.len() < batch
            && let Some(found) = self.store.next_matching(filter, next.seq + 1)
        {
            next = found;
            messages.push(next);
        }
        self.direct_many(request, &Found { messages, total }, &[])
    }

    fn direct_multi(&self, request: &DirectGetRequest) -> Vec<DirectReply> {
        let up_to = match (&request.up_to_time, request.up_to_seq) {
            (Some(limit), _) => self.store.last_until(limit.at()).map_or(0, |message| message.seq),
            (None, 0) => self.store.last_seq(),
            (None, seq) => seq,
        };
        // A subject may match several patterns.
        let mut last: Map<u64, &Arc<StoredMessage>> = Map::new();
        for filter in &request.multi_last {
            let found = self.store.last_per_subject(filter, up_to);
            last.extend(found.map(|message| (message.seq, message)));
        }
        if last.len() > MAX_SUBJECTS {
            return vec![DirectReply::status(413, "Too Many Results", &[])];
        }
        let mut messages: Vec<_> = last.into_values().filter(|m| m.seq >= request.seq).collect();
        if messages.is_empty() {
            return vec![DirectReply::status(404, "No Results", &[])];
        }
        let total = messages.len() as u64;
        if let Some(batch) = usize::try_from(request.batch).ok().filter(|&batch| batch > 0) {
            messages.truncate(batch);
        }
        let extra = [("Nats-UpTo-Sequence", up_to.to_string())];
        let request = DirectGetRequest { no_hdr: false, ..request.clone() };
        self.direct_many(&request, &Found { messages, total }, &extra)
    }

    /// Messages one after the other, and the end-of-batch status behind them.
    fn direct_many(
        &self,
        request: &DirectGetRequest,
        found: &Found<'_>,
        extra: &[(&str, String)],
    ) -> Vec<DirectReply> {
        let max_bytes =
            u64::try_from(request.max_bytes).ok().filter(|&n| n > 0).unwrap_or(DEFAULT_MAX_BYTES);
        let (mut last, mut used, mut pending) = (0, 0, found.total);
        let mut replies = Vec::new();
        for message in &found.messages {
            pending = pending.saturating_sub(1);
            replies.push(self.direct_reply(message, request.no_hdr, Some((pending, last))));
            last = message.seq;
            let headers = message.headers.as_ref().map_or(0, Headers::len);
            used += (message.subject.len() + headers + message.payload.len()) as u64;
            if used >= max_bytes {
                break;
            }
        }
        let pending = if request.no_hdr { found.total } else { pending };
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
        batch: Option<(u64, u64)>,
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
        DirectReply { headers: Some(Headers::appended(message.headers.as_ref(), &pairs)), payload }
    }
}
