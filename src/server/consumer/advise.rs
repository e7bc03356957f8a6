//! Advisories and metrics: published like any other message, but only if somebody listens.

use std::sync::Arc;

use crate::jetstream::consumer::ConsumerAdvisory;
use crate::kernel::Context;

use super::super::{Host, Server};

impl Server {
    pub(super) fn advise<H: Host>(&mut self, cx: &mut Context<'_, H>, advisory: &ConsumerAdvisory) {
        let _ = (cx, advisory);
    }

    /// A consumer was created.
    pub(super) fn advise_consumer_created<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
    ) {
        let _ = (cx, stream, consumer);
    }

    /// A replicated consumer has a new leader: this server.
    pub(super) fn advise_consumer_elected<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
    ) {
        let _ = (cx, stream, consumer);
    }
}
