//! Responses of the JetStream API: an envelope with a type, perhaps an error, and a body.

use std::borrow::Cow;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::Value;

use crate::sorted::Map;

use super::{ApiError, Stamp, StreamConfig, StreamInfo, StreamState, to_json};
use crate::nats::json::{self, FromJson, ToJson, WriteFields, Writer, as_json};

/// How many names one response lists.
pub const NAMES_LIMIT: u64 = 1024;
/// How many infos one response lists.
pub const LIST_LIMIT: u64 = 256;
/// How many subjects one stream info lists.
pub const SUBJECTS_LIMIT: u64 = 100_000;

/// The prefix of all types of responses.
pub const TYPE_PREFIX: &str = "io.nats.jetstream.api.v1.";

/// A response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response<T> {
    /// What it is, such as `io.nats.jetstream.api.v1.stream_info_response`.
    pub kind: Cow<'static, str>,
    /// What went wrong, if something did.
    pub error: Option<ApiError>,
    /// What else it says. Some of it is there even beside an error.
    pub body: T,
}

impl<T: WriteFields> ToJson for Response<T> {
    fn write(&self, to: &mut Writer) {
        write_response(to, &self.kind, self.error.as_ref(), &self.body);
    }
}

fn write_response(to: &mut Writer, kind: &str, error: Option<&ApiError>, body: &dyn WriteFields) {
    to.open().field("type", &kind).some("error", &error);
    body.write_fields(to);
    to.close();
}

impl<T> Response<T> {
    /// A response to a request of this kind, such as `stream_info`.
    pub fn new(kind: &str, body: T) -> Self {
        Self { kind: kind_of(kind), error: None, body }
    }
}

impl<T: Default> Response<T> {
    /// An error as the response to a request of this kind.
    pub fn error(kind: &str, error: ApiError) -> Self {
        Self { kind: kind_of(kind), error: Some(error), body: T::default() }
    }

    /// Either of both.
    pub fn of(kind: &str, result: Result<T, ApiError>) -> Self {
        match result {
            Ok(body) => Self::new(kind, body),
            Err(error) => Self::error(kind, error),
        }
    }
}

impl<T: WriteFields> Response<T> {
    /// The bytes that the server sends.
    pub fn to_json(&self) -> Bytes {
        to_json(self)
    }
}

fn kind_of(kind: &str) -> Cow<'static, str> {
    Cow::Owned(format!("{TYPE_PREFIX}{kind}_response"))
}

/// Nothing else to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Nothing {}

impl WriteFields for Nothing {
    fn write_fields(&self, _: &mut Writer) {}
}

impl FromJson for Nothing {
    fn from_json(_: &Value) -> json::Result<Self> {
        Ok(Self {})
    }
}

/// That it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Success {
    /// It was.
    pub success: bool,
}

as_json! {
    lenient Success;
    success omitempty,
}

impl Success {
    /// It was done.
    pub const DONE: Self = Self { success: true };
}

/// That a stream was purged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Purged {
    /// It was.
    pub success: bool,
    /// How many messages that removed.
    pub purged: u64,
}

as_json! {
    lenient Purged;
    success omitempty, purged,
}

/// That a stream was created.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Created {
    /// The stream.
    pub info: Option<StreamInfo>,
    /// Whether it is new.
    pub did_create: bool,
}

as_json! {
    written Created;
    info flatten, did_create omitempty,
}

/// That a stream was updated.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Updated {
    /// The stream.
    pub info: Option<StreamInfo>,
}

as_json! {
    written Updated;
    info flatten,
}

/// What is known about a stream. The numbers are about its subjects, if those were asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Info {
    /// How many there are.
    pub total: u64,
    /// How many come before those listed here.
    pub offset: u64,
    /// How many are listed at most.
    pub limit: u64,
    /// The stream.
    pub info: Option<StreamInfo>,
}

as_json! {
    written Info;
    total, offset, limit, info flatten,
}

/// Names of streams.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    /// How many there are.
    pub total: u64,
    /// How many come before those listed here.
    pub offset: u64,
    /// How many are listed at most.
    pub limit: u64,
    /// Some of them; null if there are none.
    pub streams: Option<Vec<String>>,
}

as_json! {
    lenient Names;
    total, offset, limit, streams,
}

/// Streams.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct List {
    /// How many there are.
    pub total: u64,
    /// How many come before those listed here.
    pub offset: u64,
    /// How many are listed at most.
    pub limit: u64,
    /// Some of them.
    pub streams: Option<Vec<StreamInfo>>,
    /// Those whose leaders did not answer in time.
    pub missing: Vec<String>,
    /// Those that cannot run, and why.
    pub offline: Map<String, String>,
}

as_json! {
    lenient List;
    total, offset, limit, streams, missing omitempty, offline omitempty,
}

/// That a stream is going to be sent as a backup.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshotted {
    /// How the stream is configured.
    pub config: Option<Arc<StreamConfig>>,
    /// What is in it.
    pub state: Option<StreamState>,
}

as_json! {
    lenient Snapshotted;
    config omitempty, state omitempty,
}

/// That a stream can be taken in from a backup.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Restorable {
    /// Where its chunks are to be sent.
    pub deliver_subject: String,
}

as_json! {
    lenient Restorable;
    deliver_subject,
}

/// A message out of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Got {
    /// It.
    pub message: Option<RawMessage>,
}

as_json! {
    lenient Got;
    message omitempty,
}

/// A stored message as JSON, its bytes in base64.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RawMessage {
    /// Its subject.
    pub subject: String,
    /// Its sequence.
    pub seq: u64,
    /// Its header block.
    pub hdrs: Option<String>,
    /// Its payload.
    pub data: Option<String>,
    /// When it was stored.
    pub time: Stamp,
}

as_json! {
    lenient RawMessage;
    subject, seq, hdrs omitempty, data omitempty, time,
}

/// Bytes as the API writes them: in base64, left out if there are none.
pub fn encoded(bytes: &[u8]) -> Option<String> {
    (!bytes.is_empty()).then(|| STANDARD.encode(bytes))
}

/// The bytes that `encoded` wrote.
pub fn decoded(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_come_right_after_the_type() {
        let text = |bytes: Bytes| String::from_utf8(bytes.to_vec()).unwrap();
        let missing = || ApiError::STREAM_NOT_FOUND;
        let error = r#""error":{"code":404,"err_code":10059,"description":"stream not found"}"#;
        assert_eq!(
            text(Response::<Info>::error("stream_info", missing()).to_json()),
            format!(
                r#"{{"type":"io.nats.jetstream.api.v1.stream_info_response",{error},"total":0,"offset":0,"limit":0}}"#
            )
        );
        assert_eq!(
            text(Response::<Purged>::error("stream_purge", missing()).to_json()),
            format!(
                r#"{{"type":"io.nats.jetstream.api.v1.stream_purge_response",{error},"purged":0}}"#
            )
        );
        assert_eq!(
            text(Response::<Created>::error("stream_create", missing()).to_json()),
            format!(r#"{{"type":"io.nats.jetstream.api.v1.stream_create_response",{error}}}"#)
        );
    }

    #[test]
    fn a_new_stream_is_written_as_the_server_does() {
        let config = StreamConfig::new("S", ["a.>"]);
        let info = StreamInfo { config: config.into(), ..StreamInfo::default() };
        let body = Created { info: Some(info), did_create: true };
        let bytes = Response::new("stream_create", body.clone()).to_json();
        assert_eq!(
            String::from_utf8(bytes.to_vec()).unwrap(),
            concat!(
                r#"{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","#,
                r#""subjects":["a.\u003e"],"retention":"limits","max_consumers":0,"max_msgs":0,"#,
                r#""max_bytes":0,"max_age":0,"max_msgs_per_subject":0,"discard":"old","#,
                r#""storage":"file","num_replicas":0,"compression":"none","allow_direct":false,"#,
                r#""mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"#,
                r#""allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false},"#,
                r#""created":"0001-01-01T00:00:00Z","state":{"messages":0,"bytes":0,"first_seq":0,"#,
                r#""first_ts":"0001-01-01T00:00:00Z","last_seq":0,"#,
                r#""last_ts":"0001-01-01T00:00:00Z","consumer_count":0},"#,
                r#""ts":"0001-01-01T00:00:00Z","did_create":true}"#
            )
        );
        assert_eq!(json::read(&bytes), Ok(body.info.unwrap()));
    }
}
