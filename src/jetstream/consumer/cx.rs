//! What a consumer is told with every event, and its way out.

use crate::jetstream::store::MessageStore;
use crate::kernel::{Rng, Time};
use crate::nats::api::StreamConfig;

use super::Output;

/// Time, chance, the stream, who listens; and where outputs go.
pub struct Cx<'a> {
    /// The virtual time.
    pub now: Time,
    /// The messages of its stream, on this server.
    pub store: &'a MessageStore,
    /// The configuration of its stream.
    pub stream: &'a StreamConfig,
    /// The host's source of chance.
    pub rng: &'a mut Rng,
    /// Whether anybody subscribes to a subject, as far as the host knows.
    pub interest: &'a dyn Fn(&str) -> bool,
    /// What is to be done, in this order.
    pub out: &'a mut Vec<Output>,
}
