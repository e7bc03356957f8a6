//! `STREAM.MSG.GET`: one message, from the stream's leader.

use std::sync::Arc;

use crate::jetstream::store::StoredMessage;
use crate::nats::api::{ApiError, Moment, MsgGetRequest};

use super::Stream;

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
}
