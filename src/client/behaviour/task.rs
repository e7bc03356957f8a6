//! A message in a worker's hand, for the trace and for those who look.

use std::sync::Arc;

use crate::client::Delivery;
use crate::nats::{Message, Subject};

/// A message that a worker works on, as its reply subject describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The stream.
    pub stream: Arc<str>,
    /// The consumer.
    pub consumer: Arc<str>,
    /// Its sequence in the stream.
    pub seq: u64,
    /// How often it was delivered, this time included.
    pub deliveries: u64,
    /// Its subject.
    pub subject: Subject,
}

impl Task {
    /// What a message from a consumer asks for; none if no consumer sent it.
    pub(super) fn of(message: &Message) -> Option<Self> {
        let delivery = Delivery::of(message)?;
        Some(Self {
            stream: delivery.stream,
            consumer: delivery.consumer,
            seq: delivery.stream_seq,
            deliveries: delivery.deliveries,
            subject: Arc::clone(&message.subject),
        })
    }
}
