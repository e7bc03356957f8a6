//! Requests to the consumer half of the JetStream API, and how their bodies are read.

use super::decode::{DecodeError, Fields, parse};
use super::request::{optional, read};
use super::{ApiError, ConsumerAction, ConsumerConfig, Moment};

/// To create or update a consumer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConsumerCreateRequest {
    /// Of which stream.
    pub stream_name: String,
    /// What it is to be.
    pub config: ConsumerConfig,
    /// Whether it may exist already, or must.
    pub action: ConsumerAction,
    /// Whether the server is to refuse what it would otherwise change by itself.
    pub pedantic: bool,
}

/// To list the consumers of a stream or their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ConsumerListRequest {
    /// How many to skip.
    pub offset: u64,
}

/// To pause a consumer, or let it go on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PauseRequest {
    /// Until when; none is to go on.
    pub pause_until: Option<Moment>,
}

/// To take a pin from the client that has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UnpinRequest {
    /// In which group.
    pub group: String,
}

/// To set a consumer back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ResetRequest {
    /// To this sequence; 0 is to the first that is not acknowledged.
    pub seq: u64,
}

/// To get messages from a pull consumer. Unlike the others it may have fields that nobody knows,
/// and need not be JSON at all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NextRequest {
    /// How many messages; what is not positive ends with one.
    pub batch: i64,
    /// For how many nanoseconds; 0 is for ever.
    pub expires: i64,
    /// Until this many bytes; 0 is no limit.
    pub max_bytes: i64,
    /// Whether not to wait for messages that are not there yet.
    pub no_wait: bool,
    /// How many nanoseconds may pass without a sign of life; 0 is any.
    pub idle_heartbeat: i64,
    /// Who asks, if there are priority groups.
    pub priority: PriorityRequest,
    /// Whether it was a JSON object: only then anything is checked.
    pub is_json: bool,
}

/// What a pull request says about its priority.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PriorityRequest {
    /// The group to which the client belongs.
    pub group: String,
    /// Only if at least this many messages are pending; 0 is any.
    pub min_pending: i64,
    /// Only if at least this many messages are out for acknowledgement; 0 is any.
    pub min_ack_pending: i64,
    /// The pin that the client has.
    pub id: String,
    /// How urgent it is, 0 to 9, 0 first.
    pub priority: i64,
}

impl ConsumerCreateRequest {
    /// Reads the body of a create. An empty one is for no stream, which will be refused.
    pub fn decode(body: &[u8]) -> Result<Self, ApiError> {
        if body.is_empty() {
            return Ok(Self::default());
        }
        Ok(read(body, "CreateConsumerRequest", |fields| Self {
            stream_name: fields.text("stream_name"),
            config: fields
                .object("config", "server.ConsumerConfig", ConsumerConfig::decode)
                .unwrap_or_default(),
            action: ConsumerAction::decode(fields),
            pedantic: fields.flag("pedantic"),
        })?)
    }
}

impl ConsumerListRequest {
    /// Reads an optional body.
    pub fn decode(body: &[u8]) -> Result<Self, ApiError> {
        optional(body, "JSApiConsumersRequest", |fields| Self {
            offset: u64::try_from(fields.whole("offset")).unwrap_or(0),
        })
    }
}

impl PauseRequest {
    /// Reads an optional body. The time zero is none.
    pub fn decode(body: &[u8]) -> Result<Self, ApiError> {
        optional(body, "JSApiConsumerPauseRequest", |fields| {
            let pause_until = fields.moment("pause_until").filter(|moment| !moment.is_zero());
            Self { pause_until }
        })
    }
}

impl UnpinRequest {
    /// Reads a body that must be there and name a group.
    pub fn decode(body: &[u8]) -> Result<Self, ApiError> {
        if body.is_empty() {
            return Err(ApiError::invalid_json("unexpected end of JSON input"));
        }
        let request =
            read(body, "JSApiConsumerUnpinRequest", |fields| Self { group: fields.text("group") })?;
        if request.group.is_empty() {
            return Err(ApiError::invalid_json("consumer group not specified"));
        }
        Ok(request)
    }
}

impl ResetRequest {
    /// Reads an optional body.
    pub fn decode(body: &[u8]) -> Result<Self, ApiError> {
        optional(body, "JSApiConsumerResetRequest", |fields| Self { seq: fields.unsigned("seq") })
    }
}

impl NextRequest {
    /// Reads the body of a pull request: nothing, a number, or a JSON object. Anything else is
    /// taken for a request for one message.
    ///
    /// # Errors
    /// If it begins like an object and is none.
    pub fn decode(body: &[u8]) -> Result<Self, DecodeError> {
        let text = body.trim_ascii();
        if text.first() != Some(&b'{') {
            let number = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
            return Ok(Self { batch: number.unwrap_or(1), ..Self::default() });
        }
        let value = parse(body).map_err(|error| without_offset(body, &error))?;
        let mut fields = Fields::of(&value, "")?.lenient();
        let request = Self {
            batch: fields.whole("batch"),
            expires: fields.duration("expires"),
            max_bytes: fields.whole("max_bytes"),
            no_wait: fields.flag("no_wait"),
            idle_heartbeat: fields.duration("idle_heartbeat"),
            priority: PriorityRequest {
                group: fields.text("group"),
                min_pending: fields.int("min_pending"),
                min_ack_pending: fields.int("min_ack_pending"),
                id: fields.text("id"),
                priority: fields.whole("priority"),
            },
            is_json: true,
        };
        fields.finish()?;
        Ok(request)
    }
}

/// The parser that reads pull requests does not say where it stopped, but what it looked for.
fn without_offset(body: &[u8], error: &DecodeError) -> DecodeError {
    let Some((text, offset)) = error.0.rsplit_once(" at offset ") else { return error.clone() };
    let before = offset.parse().ok().and_then(|offset: usize| body.get(..offset.checked_sub(1)?));
    let text = match before.and_then(|before| before.trim_ascii_end().last()) {
        Some(b'{') => text.replace("beginning of value", "beginning of object key string"),
        _ => text.to_owned(),
    };
    DecodeError(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nats::api::{AckPolicy, PriorityPolicy};

    fn refused(body: &str) -> String {
        ConsumerCreateRequest::decode(body.as_bytes()).unwrap_err().description.into_owned()
    }

    #[test]
    fn a_configuration_is_read_strictly() {
        let body = br#"{"stream_name":"S","config":{"ack_policy":"explicit","backoff":[1,2],
            "filter_subjects":["a"],"priority_policy":"overflow","deliver_policy":"undefined"},
            "action":"create","pedantic":true}"#;
        let request = ConsumerCreateRequest::decode(body).unwrap();
        assert_eq!(request.config.ack_policy, AckPolicy::Explicit);
        assert_eq!(request.config.priority_policy, PriorityPolicy::Overflow);
        assert_eq!(request.config.backoff, [1, 2]);
        assert!(request.pedantic && request.action == ConsumerAction::Create);
        for (body, text) in [
            (r#"{"config":{"bogus_field":1}}"#, r#"json: unknown field "bogus_field""#),
            (r#"{"config":{"ack_policy":"bogus"}}"#, r#"can not unmarshal "\"bogus\"""#),
            (r#"{"config":{"priority_policy":"bogus"}}"#, r#"unknown priority policy: "bogus""#),
            (r#"{"action":"bogus"}"#, r#"unknown consumer action: "bogus""#),
            (
                r#"{"config":{"ack_wait":"1s"}}"#,
                "json: cannot unmarshal string into Go struct field \
                 CreateConsumerRequest.config.ack_wait of type time.Duration",
            ),
            (
                r#"{"config":{"max_deliver":"1"}}"#,
                "json: cannot unmarshal string into Go struct field \
                 CreateConsumerRequest.config.max_deliver of type int",
            ),
        ] {
            assert_eq!(refused(body), format!("invalid JSON: {text}"));
        }
        let empty = ConsumerCreateRequest::decode(b"").unwrap();
        assert_eq!(empty, ConsumerCreateRequest::default());
    }

    #[test]
    fn a_pull_request_is_read_leniently() {
        let batch = |body: &str| NextRequest::decode(body.as_bytes()).unwrap().batch;
        assert_eq!([batch(""), batch(" 5 "), batch("lots"), batch("-3")], [1, 5, 1, -3]);
        assert_eq!(batch(r#"{"batch":7,"zz":1}"#), 7);
        for (body, text) in [
            ("{bad", "invalid character 'b' looking for beginning of object key string"),
            (
                r#"{"batch":"x"}"#,
                "json: cannot unmarshal string into Go struct field .batch of type int",
            ),
        ] {
            assert_eq!(NextRequest::decode(body.as_bytes()).unwrap_err().0, text);
        }
    }

    #[test]
    fn the_other_requests_are_read() {
        assert_eq!(PauseRequest::decode(b"").unwrap().pause_until, None);
        let zero = br#"{"pause_until":"0001-01-01T00:00:00Z"}"#;
        assert_eq!(PauseRequest::decode(zero).unwrap().pause_until, None);
        assert!(PauseRequest::decode(br#"{"pause_until":"2030-01-01T00:00:00Z"}"#).is_ok());
        assert_eq!(ResetRequest::decode(br#"{"seq":4}"#).unwrap().seq, 4);
        assert_eq!(ConsumerListRequest::decode(br#"{"offset":-4}"#).unwrap().offset, 0);
        let text = |body: &[u8]| UnpinRequest::decode(body).unwrap_err().description;
        assert_eq!(text(b""), "invalid JSON: unexpected end of JSON input");
        assert_eq!(text(b"{}"), "invalid JSON: consumer group not specified");
    }

    proptest::proptest! {
        #[test]
        fn any_pull_request_is_read_without_panic(
            body in proptest::collection::vec(0u8..128, 0..60),
            json in "[{]?[\"a-z:,0-9{}]{0,20}",
        ) {
            let _ = (NextRequest::decode(&body), NextRequest::decode(json.as_bytes()));
        }
    }
}
