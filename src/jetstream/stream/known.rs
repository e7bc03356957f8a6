//! What the headers of a message ask of the stream it is published to.

use crate::nats::Message;

/// The name of a schedule's own header, and what all headers about schedules begin with.
pub(super) const SCHEDULE: &str = "Nats-Schedule";

/// The headers a stream acts on, read in one pass; each value as the server finds it: exact case,
/// first occurrence, an empty one counts as absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Known<'a> {
    pub(super) msg_id: Option<&'a str>,
    pub(super) expected_stream: Option<&'a str>,
    pub(super) expected_last_seq: Option<u64>,
    pub(super) expected_last_subject_seq: Option<u64>,
    pub(super) expected_last_subject: Option<&'a str>,
    pub(super) expected_last_msg_id: Option<&'a str>,
    pub(super) rollup: Option<&'a str>,
    pub(super) ttl: Option<&'a str>,
    pub(super) increment: Option<&'a str>,
    pub(super) source: Option<&'a str>,
    pub(super) batch_id: Option<&'a str>,
    pub(super) batch_seq: Option<&'a str>,
    pub(super) batch_commit: Option<&'a str>,
    pub(super) schedule: Option<&'a str>,
    pub(super) schedule_ttl: Option<&'a str>,
    pub(super) schedule_target: Option<&'a str>,
    pub(super) schedule_source: Option<&'a str>,
    pub(super) schedule_rollup: Option<&'a str>,
    pub(super) schedule_zone: Option<&'a str>,
    pub(super) schedule_next: Option<&'a str>,
    pub(super) scheduler: Option<&'a str>,
}

impl<'a> Known<'a> {
    /// The headers of this message.
    pub(super) fn of(message: &'a Message) -> Self {
        let mut known = Self::default();
        let Some(headers) = &message.headers else { return known };
        let (mut last_seq, mut last_subject_seq) = (None, None);
        for (name, value) in headers.iter() {
            let slot = match name {
                "Nats-Msg-Id" => &mut known.msg_id,
                "Nats-Expected-Stream" => &mut known.expected_stream,
                "Nats-Expected-Last-Sequence" => &mut last_seq,
                "Nats-Expected-Last-Subject-Sequence" => &mut last_subject_seq,
                "Nats-Expected-Last-Subject-Sequence-Subject" => &mut known.expected_last_subject,
                "Nats-Expected-Last-Msg-Id" => &mut known.expected_last_msg_id,
                "Nats-Rollup" => &mut known.rollup,
                "Nats-TTL" => &mut known.ttl,
                "Nats-Incr" => &mut known.increment,
                "Nats-Stream-Source" => &mut known.source,
                "Nats-Batch-Id" => &mut known.batch_id,
                "Nats-Batch-Sequence" => &mut known.batch_seq,
                "Nats-Batch-Commit" => &mut known.batch_commit,
                SCHEDULE => &mut known.schedule,
                "Nats-Schedule-TTL" => &mut known.schedule_ttl,
                "Nats-Schedule-Target" => &mut known.schedule_target,
                "Nats-Schedule-Source" => &mut known.schedule_source,
                "Nats-Schedule-Rollup" => &mut known.schedule_rollup,
                "Nats-Schedule-Time-Zone" => &mut known.schedule_zone,
                "Nats-Schedule-Next" => &mut known.schedule_next,
                "Nats-Scheduler" => &mut known.scheduler,
                _ => continue,
            };
            slot.get_or_insert(value);
        }
        known.forget_empty();
        known.expected_last_seq = last_seq.and_then(sequence);
        known.expected_last_subject_seq = last_subject_seq.and_then(sequence);
        known
    }

    fn forget_empty(&mut self) {
        let slots = [
            &mut self.msg_id,
            &mut self.expected_stream,
            &mut self.expected_last_subject,
            &mut self.expected_last_msg_id,
            &mut self.rollup,
            &mut self.ttl,
            &mut self.increment,
            &mut self.source,
            &mut self.batch_id,
            &mut self.batch_seq,
            &mut self.batch_commit,
            &mut self.schedule,
            &mut self.schedule_ttl,
            &mut self.schedule_target,
            &mut self.schedule_source,
            &mut self.schedule_rollup,
            &mut self.schedule_zone,
            &mut self.schedule_next,
            &mut self.scheduler,
        ];
        for slot in slots {
            *slot = slot.filter(|value| !value.is_empty());
        }
    }

    /// Whether any expectation about the state of the stream comes with it.
    pub(super) fn expects_anything(&self) -> bool {
        self.expected_stream.is_some()
            || self.expected_last_seq.is_some()
            || self.expected_last_subject_seq.is_some()
            || self.expected_last_subject.is_some()
            || self.expected_last_msg_id.is_some()
    }

    /// Whether it has any of the headers that make a schedule.
    pub(super) fn has_schedule(&self) -> bool {
        self.schedule.is_some()
            || self.schedule_ttl.is_some()
            || self.schedule_target.is_some()
            || self.schedule_source.is_some()
            || self.schedule_rollup.is_some()
            || self.schedule_zone.is_some()
    }
}

/// A sequence; what is no number compares as a huge one, as the server's does.
fn sequence(text: &str) -> Option<u64> {
    (!text.is_empty()).then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nats::Headers;

    #[test]
    fn headers_are_read_as_the_server_reads_them() {
        let block = "NATS/1.0\r\nNats-Msg-Id:\r\nNats-Msg-Id: late\r\nnats-ttl: 1s\r\n\
                     Nats-Expected-Last-Sequence: x\r\nNats-Rollup: a\r\nNats-Rollup: b\r\n\r\n";
        let message = Message::new("a", "").with_headers(Headers::from_block(block.as_bytes()));
        let known = Known::of(&message);
        assert_eq!(known.msg_id, None);
        assert_eq!(known.ttl, None);
        assert_eq!(known.expected_last_seq, Some(u64::MAX));
        assert_eq!(known.rollup, Some("a"));
        assert!(known.expects_anything() && !known.has_schedule());
        assert_eq!(Known::of(&Message::new("a", "")), Known::default());
    }
}
