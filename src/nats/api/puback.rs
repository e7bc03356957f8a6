//! The acknowledgement of a publish.

use bytes::Bytes;

use super::{ApiError, to_json, to_json_text};
use crate::nats::json::{self, ToJson, Writer, as_json};

/// What a stream answers to a publish.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PubAck {
    /// Why it was refused; then `seq` is 0.
    pub error: Option<ApiError>,
    /// The stream.
    pub stream: String,
    /// Its domain; never with an error.
    pub domain: Option<String>,
    /// The sequence of the message, or of the one it repeats.
    pub seq: u64,
    /// Whether it was stored before.
    pub duplicate: bool,
    /// The total of a counter.
    pub val: Option<String>,
    /// The batch that was committed.
    pub batch: Option<String>,
    /// How many messages it had.
    pub count: u64,
}

as_json! {
    lenient PubAck;
    error omitempty, stream, domain omitempty, seq, duplicate omitempty, val omitempty,
    batch omitempty, count omitempty,
}

impl PubAck {
    /// A message was stored.
    pub fn stored(stream: &str, domain: Option<&str>, seq: u64) -> Self {
        Self { stream: stream.into(), domain: domain.map(Into::into), seq, ..Self::default() }
    }

    /// A message was refused.
    pub fn refused(stream: &str, error: ApiError) -> Self {
        Self { error: Some(error), stream: stream.into(), ..Self::default() }
    }

    /// The bytes that the server sends. The server writes them by hand, with a space where its
    /// JSON library would write none.
    pub fn to_json(&self) -> Bytes {
        if self.error.is_some() {
            return to_json(self);
        }
        let text = |value: &str| to_json_text(&value);
        let mut out = format!("{{\"stream\":{}", text(&self.stream));
        if let Some(domain) = &self.domain {
            out += &format!(",\"domain\":{}", text(domain));
        }
        out += &format!(",\"seq\":{}", self.seq);
        if self.duplicate {
            out += ",\"duplicate\": true";
        }
        if let Some(val) = &self.val {
            out += &format!(",\"val\":{}", text(val));
        }
        if let Some(batch) = &self.batch {
            out += &format!(",\"batch\":{},\"count\":{}", text(batch), self.count);
        }
        out.push('}');
        out.into()
    }

    /// Reads an acknowledgement.
    pub fn parse(body: &[u8]) -> Option<Self> {
        json::read(body).ok().filter(|ack: &Self| !ack.stream.is_empty())
    }
}

/// What a stream answers to messages of a fast batch before its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlowReply {
    /// Everything up to a message is stored.
    Ack {
        /// The number of the message in its batch.
        seq: u64,
        /// After how many messages the next one of these comes.
        msgs: u64,
    },
    /// Messages are missing.
    Gap {
        /// The number of the message that should have come.
        last_seq: u64,
        /// The number of the one that came.
        seq: u64,
    },
    /// A message is refused.
    Err {
        /// Its number in its batch.
        seq: u64,
        /// Why.
        error: ApiError,
    },
}

impl ToJson for FlowReply {
    fn write(&self, to: &mut Writer) {
        to.open();
        match self {
            Self::Ack { seq, msgs } => {
                to.field("type", &"ack").field("seq", seq).field("msgs", msgs)
            }
            Self::Gap { last_seq, seq } => {
                to.field("type", &"gap").field("last_seq", last_seq).field("seq", seq)
            }
            Self::Err { seq, error } => {
                to.field("type", &"err").field("seq", seq).field("error", error)
            }
        };
        to.close();
    }
}

impl FlowReply {
    /// Its bytes.
    pub fn to_json(&self) -> Bytes {
        to_json(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_are_the_servers() {
        let ack = PubAck::stored("S", None, 1);
        let refused = PubAck::refused("S", ApiError::wrong_last_sequence(3));
        for (ack, bytes) in [
            (ack.clone(), r#"{"stream":"S","seq":1}"#),
            (PubAck::stored("S", Some("hub"), 1), r#"{"stream":"S","domain":"hub","seq":1}"#),
            (
                PubAck { duplicate: true, ..ack.clone() },
                r#"{"stream":"S","seq":1,"duplicate": true}"#,
            ),
            (
                PubAck { val: Some("8".into()), ..ack.clone() },
                r#"{"stream":"S","seq":1,"val":"8"}"#,
            ),
            (
                PubAck { batch: Some("b1".into()), count: 3, ..ack },
                r#"{"stream":"S","seq":1,"batch":"b1","count":3}"#,
            ),
            (
                refused,
                r#"{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 3"},"stream":"S","seq":0}"#,
            ),
        ] {
            assert_eq!(ack.to_json(), bytes);
            assert_eq!(PubAck::parse(bytes.as_bytes()), Some(ack));
        }
        assert_eq!(PubAck::parse(b"{}"), None);
    }
}
