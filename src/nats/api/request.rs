//! Requests to the stream half of the JetStream API, and how their bodies are read.
//!
//! What is read here is only known to be well formed; whether it makes sense is decided where it
//! is carried out.

use super::decode::{DecodeError, Fields, is_empty, is_json, parse};
use super::{ApiError, Moment, Placement, StreamConfig};
use crate::nats::json::as_json;

/// To create or update a stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CreateRequest {
    /// What it is to be.
    pub config: StreamConfig,
    /// Whether the server is to refuse what it would otherwise change by itself.
    pub pedantic: bool,
}

/// To list streams or their names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListRequest {
    /// How many to skip.
    pub offset: u64,
    /// Only those whose subjects overlap with this.
    pub subject: String,
}

/// To tell about a stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StreamInfoRequest {
    /// How many subjects to skip.
    pub offset: u64,
    /// Whether to name the sequences that are missing.
    pub deleted_details: bool,
    /// Which subjects to count; empty is none.
    pub subjects_filter: String,
}

/// To purge a stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PurgeRequest {
    /// Only what is below this sequence, if not 0.
    pub seq: u64,
    /// Only these subjects, if not empty.
    pub filter: String,
    /// All but this many of the newest, if not 0.
    pub keep: u64,
}

/// To read one message out of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MsgGetRequest {
    /// The message of this sequence, or the first from it on.
    pub seq: u64,
    /// The last message on this subject.
    pub last_by_subj: String,
    /// The first message on this subject.
    pub next_by_subj: String,
    /// The first message from this moment on.
    pub start_time: Option<Moment>,
    /// Up to this many messages; only for direct gets.
    pub batch: i64,
    /// Until this many bytes; only for direct gets.
    pub max_bytes: i64,
    /// The last message on each of these subjects; only for direct gets.
    pub multi_last: Vec<String>,
    /// As of this sequence; only for direct gets.
    pub up_to_seq: u64,
    /// As of this moment; only for direct gets.
    pub up_to_time: Option<Moment>,
    /// Whether to leave the headers out.
    pub no_hdr: bool,
}

/// A direct get has the same fields.
pub type DirectGetRequest = MsgGetRequest;

/// To delete one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MsgDeleteRequest {
    /// Its sequence.
    pub seq: u64,
    /// Whether its bytes may stay on disk.
    pub no_erase: bool,
}

/// To let somebody else lead.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StepdownRequest {
    /// Who, preferably.
    pub placement: Option<Placement>,
}

/// To remove a peer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PeerRequest {
    /// Its server's name or its id.
    pub peer: String,
}

/// To send a stream as a backup.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SnapshotRequest {
    /// Where its chunks go.
    pub deliver_subject: String,
    /// Whether to leave its consumers out.
    pub no_consumers: bool,
    /// Bytes of a chunk; 0 is as the server likes.
    pub chunk_size: i64,
    /// Bytes that may be sent and not acknowledged; 0 is as the server likes.
    pub window_size: i64,
}

as_json! {
    written SnapshotRequest;
    deliver_subject, no_consumers omitempty, chunk_size omitempty, window_size omitempty,
}

impl SnapshotRequest {
    /// Reads a body.
    pub fn decode(body: &[u8]) -> Result<Self, ApiError> {
        required(body, "JSApiStreamSnapshotRequest", |fields| Self {
            deliver_subject: fields.text("deliver_subject"),
            no_consumers: fields.flag("no_consumers"),
            chunk_size: fields.whole("chunk_size"),
            window_size: fields.whole("window_size"),
        })
    }

    /// How many bytes a chunk has: 128 KiB, if nothing else is said; 1 KiB to 1 MiB.
    pub fn chunk(&self) -> usize {
        let size = if self.chunk_size == 0 { 128 << 10 } else { self.chunk_size };
        usize::try_from(size.clamp(1 << 10, 1 << 20)).unwrap_or(1 << 10)
    }

    /// How many chunks may be on their way: as many as fit into 8 MiB, if nothing else is said; one
    /// at least.
    pub fn window(&self) -> u64 {
        let size = if self.window_size == 0 { 8 << 20 } else { self.window_size };
        let size = u64::try_from(size.clamp(1 << 10, 32 << 20)).unwrap_or(1 << 10);
        (size / self.chunk() as u64).max(1)
    }
}

/// To take a stream in from a backup.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RestoreRequest {
    /// What the stream is to be.
    pub config: StreamConfig,
}

impl RestoreRequest {
    /// Reads a body. What the stream held is sent too; it stands in the backup as well.
    pub fn decode(body: &[u8]) -> Result<Self, ApiError> {
        required(body, "JSApiStreamRestoreRequest", |fields| {
            fields.skip("state");
            let config = fields.object("config", "server.StreamConfig", StreamConfig::decode);
            Self { config: config.unwrap_or_default() }
        })
    }
}

impl CreateRequest {
    /// Reads the body of a create or update. An empty one is an empty configuration, which the
    /// check of the name will refuse.
    pub fn decode(body: &[u8]) -> Result<Self, ApiError> {
        if body.is_empty() {
            return Ok(Self::default());
        }
        Ok(read(body, "StreamConfigRequest", |fields| Self {
            config: StreamConfig::decode(fields),
            pedantic: fields.flag("pedantic"),
        })?)
    }
}

impl ListRequest {
    /// Reads an optional body.
    pub fn decode(body: &[u8]) -> Result<Self, ApiError> {
        optional(body, "JSApiStreamNamesRequest", |fields| Self {
            offset: u64::try_from(fields.int("offset")).unwrap_or(0),
            subject: fields.text("subject"),
        })
    }
}

impl StreamInfoRequest {
    /// Reads an optional body.
    pub fn decode(body: &[u8]) -> Result<Self, ApiError> {
        optional(body, "JSApiStreamInfoRequest", |fields| Self {
            offset: u64::try_from(fields.int("offset")).unwrap_or(0),
            deleted_details: fields.flag("deleted_details"),
            subjects_filter: fields.text("subjects_filter"),
        })
    }
}

impl PurgeRequest {
    /// Reads an optional body.
    pub fn decode(body: &[u8]) -> Result<Self, ApiError> {
        let request = optional(body, "JSApiStreamPurgeRequest", |fields| Self {
            seq: fields.unsigned("seq"),
            filter: fields.text("filter"),
            keep: fields.unsigned("keep"),
        })?;
        if request.seq > 0 && request.keep > 0 {
            return Err(ApiError::BAD_REQUEST);
        }
        Ok(request)
    }
}

impl MsgGetRequest {
    /// Reads the body of `STREAM.MSG.GET`.
    pub fn decode(body: &[u8]) -> Result<Self, ApiError> {
        required(body, "JSApiMsgGetRequest", Self::fields)
    }

    /// Reads the body of `DIRECT.GET`, which may have fields that nobody knows.
    pub fn decode_direct(body: &[u8]) -> Result<Self, DecodeError> {
        let value = parse(body)?;
        let mut fields = Fields::of(&value, "JSApiMsgGetRequest")?.lenient();
        let request = Self::fields(&mut fields);
        fields.finish()?;
        Ok(request)
    }

    fn fields(fields: &mut Fields<'_>) -> Self {
        Self {
            seq: fields.unsigned("seq"),
            last_by_subj: fields.text("last_by_subj"),
            next_by_subj: fields.text("next_by_subj"),
            start_time: fields.moment("start_time"),
            batch: fields.int("batch"),
            max_bytes: fields.int("max_bytes"),
            multi_last: fields.texts("multi_last"),
            up_to_seq: fields.unsigned("up_to_seq"),
            up_to_time: fields.moment("up_to_time"),
            no_hdr: fields.flag("no_hdr"),
        }
    }
}

impl MsgDeleteRequest {
    /// Reads the body of `STREAM.MSG.DELETE`.
    pub fn decode(body: &[u8]) -> Result<Self, ApiError> {
        required(body, "JSApiMsgDeleteRequest", |fields| Self {
            seq: fields.unsigned("seq"),
            no_erase: fields.flag("no_erase"),
        })
    }
}

impl StepdownRequest {
    /// Reads an optional body.
    pub fn decode(body: &[u8]) -> Result<Self, ApiError> {
        optional(body, "JSApiLeaderStepdownRequest", |fields| Self {
            placement: fields.object("placement", "server.Placement", Placement::decode),
        })
    }
}

impl PeerRequest {
    /// Reads the body of `STREAM.PEER.REMOVE` and its like.
    pub fn decode(body: &[u8]) -> Result<Self, ApiError> {
        let request = required(body, "JSApiStreamRemovePeerRequest", |fields| Self {
            peer: fields.text("peer"),
        })?;
        if request.peer.is_empty() { Err(ApiError::BAD_REQUEST) } else { Ok(request) }
    }
}

/// That a request says nothing, where nothing may be said.
pub fn expect_empty(body: &[u8]) -> Result<(), ApiError> {
    if is_empty(body) { Ok(()) } else { Err(ApiError::NOT_EMPTY_REQUEST) }
}

/// Reads a whole body, to its last field.
pub fn read<T: Default>(
    body: &[u8],
    go_type: &str,
    read: fn(&mut Fields<'_>) -> T,
) -> Result<T, DecodeError> {
    let mut request = T::default();
    read_with(body, go_type, &mut |fields| request = read(fields))?;
    Ok(request)
}

fn read_with(
    body: &[u8],
    go_type: &str,
    read: &mut dyn FnMut(&mut Fields<'_>),
) -> Result<(), DecodeError> {
    let value = parse(body)?;
    let mut fields = Fields::of(&value, go_type)?;
    read(&mut fields);
    fields.finish()
}

/// Reads a body that need not be there: what does not look like JSON is as good as nothing.
pub fn optional<T: Default>(
    body: &[u8],
    go_type: &str,
    fields: fn(&mut Fields<'_>) -> T,
) -> Result<T, ApiError> {
    if is_json(body) { Ok(read(body, go_type, fields)?) } else { Ok(T::default()) }
}

/// Reads a body that must say something.
pub fn required<T: Default>(
    body: &[u8],
    go_type: &str,
    fields: fn(&mut Fields<'_>) -> T,
) -> Result<T, ApiError> {
    if is_empty(body) { Err(ApiError::BAD_REQUEST) } else { Ok(read(body, go_type, fields)?) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_that_need_not_be_there_may_be_anything() {
        assert_eq!(StreamInfoRequest::decode(b"}"), Ok(StreamInfoRequest::default()));
        assert_eq!(ListRequest::decode(b"nonsense"), Ok(ListRequest::default()));
        assert_eq!(ListRequest::decode(b"{\"offset\":-3}"), Ok(ListRequest::default()));
        assert_eq!(PurgeRequest::decode(b"{oops").unwrap_err().err_code, 10025);
        assert_eq!(PurgeRequest::decode(b"{\"seq\":5,\"keep\":1}"), Err(ApiError::BAD_REQUEST));
    }

    #[test]
    fn bodies_that_must_be_there_are_missed() {
        assert_eq!(MsgGetRequest::decode(b""), Err(ApiError::BAD_REQUEST));
        assert_eq!(MsgDeleteRequest::decode(b"{}"), Err(ApiError::BAD_REQUEST));
        assert_eq!(MsgDeleteRequest::decode(b"{\"seq\":0}").unwrap().seq, 0);
        assert_eq!(expect_empty(b"{\"a\":1}"), Err(ApiError::NOT_EMPTY_REQUEST));
        assert_eq!(expect_empty(b" {} "), Ok(()));
    }

    #[test]
    fn direct_gets_may_have_more_fields() {
        assert_eq!(MsgGetRequest::decode_direct(b"{\"seq\":3,\"zz\":1}").unwrap().seq, 3);
        assert_eq!(MsgGetRequest::decode(b"{\"seq\":3,\"zz\":1}").unwrap_err().err_code, 10025);
    }

    #[test]
    fn a_configuration_is_read_whole() {
        let body = br#"{"name":"S","subjects":["a"],"max_age":5,"storage":"memory","pedantic":true,
            "sources":[{"name":"A","opt_start_time":"2024-01-01T00:00:00Z"}],"metadata":{"k":"v"}}"#;
        let request = CreateRequest::decode(body).unwrap();
        assert!(request.pedantic);
        assert_eq!(request.config.metadata.get("k").map(String::as_str), Some("v"));
        assert_eq!(request.config.sources[0].name, "A");
        let error = CreateRequest::decode(b"{\"name\":\"A\",\"max_msgs\":\"many\"}").unwrap_err();
        assert_eq!(
            error.description,
            "invalid JSON: json: cannot unmarshal string into Go struct field \
             StreamConfigRequest.max_msgs of type int64"
        );
        assert_eq!(CreateRequest::decode(b"{not json").unwrap_err().err_code, 10025);
        let error = CreateRequest::decode(b"{\"compression\":\"zip\"}").unwrap_err();
        assert_eq!(error.description, "invalid JSON: unknown compression algorithm");
    }
}
