//! The JetStream API as data: configurations, requests, responses, errors.
//!
//! Everything here is a plain value with its JSON; who answers what and when is decided on the
//! floors above. Facts follow nats-server 2.15.1: the order of keys, what is left out, the texts.

mod api_audit;
mod config;
mod consumer_advisory;
mod consumer_config;
mod consumer_info;
mod consumer_policy;
mod consumer_request;
pub mod decode;
mod error;
mod error_table;
mod info;
mod json;
mod policy;
mod puback;
pub mod request;
pub mod response;
mod source;
mod stamp;
mod stream_advisory;
mod transfer_advisory;

pub use api_audit::{ApiAudit, AuditedClient};
pub use config::{ConsumerLimits, Placement, Republish, StreamConfig, limit};
pub use consumer_advisory::{ConsumerAdvisory, Publisher};
pub use consumer_config::ConsumerConfig;
pub use consumer_info::{
    ConsumerBody, ConsumerInfo, ConsumerList, ConsumerNames, ConsumerPaused, ConsumerReset,
    PriorityGroupState, SequenceInfo,
};
pub use consumer_policy::{AckPolicy, ConsumerAction, DeliverPolicy, PriorityPolicy, ReplayPolicy};
pub use consumer_request::{
    ConsumerCreateRequest, ConsumerListRequest, NextRequest, PauseRequest, PriorityRequest,
    ResetRequest, UnpinRequest,
};
pub use error::ApiError;
pub use error_table::TABLE as ERRORS;
pub use info::{
    AccountInfo, AccountLimits, ApiStats, ClusterInfo, PeerInfo, SourceInfo, StreamAlternate,
    StreamInfo, StreamState,
};
pub use json::{to_json, to_json_text};
pub use policy::{Compression, Discard, PersistMode, Retention, Storage};
pub use puback::{FlowReply, PubAck};
pub use request::{
    CreateRequest, DirectGetRequest, ListRequest, MsgDeleteRequest, MsgGetRequest, PeerRequest,
    PurgeRequest, RestoreRequest, SnapshotRequest, StepdownRequest, StreamInfoRequest,
};
pub use response::Response;
pub use source::{External, SourceConsumer, StreamSource, SubjectTransform};
pub use stamp::{Moment, Stamp};
pub use stream_advisory::StreamAdvisory;
pub use transfer_advisory::TransferAdvisory;

/// The server's version, as it tells clients and notes in metadata.
pub const SERVER_VERSION: &str = "2.15.1";
/// The level of the JetStream API that the server speaks.
pub const API_LEVEL: u32 = 5;
