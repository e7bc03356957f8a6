//! Answers of the API, as bytes for the wire.

use bytes::Bytes;

use crate::jetstream::api::{ConsumerCall, Endpoint};
use crate::nats::Headers;
use crate::nats::api::response::{
    Created, Got, Info, List, Names, Nothing, Purged, Restorable, Snapshotted, Success, Updated,
};
use crate::nats::api::{
    ApiError, ConsumerBody, ConsumerList, ConsumerNames, ConsumerPaused, ConsumerReset, Response,
};
use crate::nats::json::WriteFields;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its JSON.
    pub json: Bytes,
    /// The code of the error it carries.
    pub err_code: Option<u16>,
    /// Its headers, if it has any.
    pub headers: Option<Headers>,
}

/// That it was done, and what came of it.
pub(super) fn answer<T: WriteFields>(endpoint: Endpoint<'_>, body: T) -> Answer {
    let json = Response::new(endpoint.kind(), body).to_json();
    Answer { json, err_code: None, headers: None }
}

/// That it was not done, with what stands beside an error of this endpoint all the same.
pub(super) fn refusal(endpoint: Endpoint<'_>, error: ApiError) -> Answer {
    fn write<T: WriteFields + Default>(endpoint: Endpoint<'_>, error: ApiError) -> Bytes {
        Response::<T>::error(endpoint.kind(), error).to_json()
    }
    let err_code = Some(error.err_code);
    let json = match endpoint {
        Endpoint::AccountInfo => write::<Nothing>(endpoint, error),
        Endpoint::StreamCreate(_) => write::<Created>(endpoint, error),
        Endpoint::StreamUpdate(_) => write::<Updated>(endpoint, error),
        Endpoint::StreamNames => write::<Names>(endpoint, error),
        Endpoint::StreamList => write::<List>(endpoint, error),
        Endpoint::StreamInfo(_) => write::<Info>(endpoint, error),
        Endpoint::StreamDelete(_)
        | Endpoint::MsgDelete(_)
        | Endpoint::LeaderStepDown(_)
        | Endpoint::StreamPeerRemove(_)
        | Endpoint::StreamPeerEvacuate(_) => write::<Success>(endpoint, error),
        Endpoint::StreamPurge(_) => write::<Purged>(endpoint, error),
        Endpoint::MsgGet(_) => write::<Got>(endpoint, error),
        Endpoint::StreamSnapshot(_) => write::<Snapshotted>(endpoint, error),
        Endpoint::StreamRestore(_) => write::<Restorable>(endpoint, error),
        Endpoint::Consumer { call, .. } => match call {
            ConsumerCall::Create { .. }
            | ConsumerCall::CreateDurable(_)
            | ConsumerCall::Info(_) => write::<ConsumerBody>(endpoint, error),
            ConsumerCall::Names => write::<ConsumerNames>(endpoint, error),
            ConsumerCall::List => write::<ConsumerList>(endpoint, error),
            ConsumerCall::Pause(_) => write::<ConsumerPaused>(endpoint, error),
            ConsumerCall::Reset(_) => write::<ConsumerReset>(endpoint, error),
            ConsumerCall::Delete(_)
            | ConsumerCall::Unpin(_)
            | ConsumerCall::LeaderStepDown(_)
            | ConsumerCall::PeerRemove(_)
            | ConsumerCall::PeerEvacuate(_) => write::<Success>(endpoint, error),
        },
    };
    Answer { json, err_code, headers: None }
}
