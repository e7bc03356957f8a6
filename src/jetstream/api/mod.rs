//! The part of the `$JS.API` that needs no network: which endpoint a subject is, and what
//! holds for every request. Who answers, and when, the server decides.

mod consumer;
mod endpoint;

pub use consumer::ConsumerCall;
pub use endpoint::{Body, Endpoint};

use crate::nats::Headers;
use crate::nats::api::{API_LEVEL, ApiError};

/// Whether this server has what the client says it needs.
///
/// # Errors
/// 10185 when it has not.
pub fn check_api_level(headers: Option<&Headers>) -> Result<(), ApiError> {
    match headers.and_then(|headers| headers.get("Nats-Required-Api-Level")) {
        Some(level) if !level.parse::<u32>().is_ok_and(|level| level <= API_LEVEL) => {
            Err(ApiError::REQUIRED_API_LEVEL)
        }
        _ => Ok(()),
    }
}
