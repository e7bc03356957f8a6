//! Advisories and metrics: published like any other message, but only if somebody listens.

use std::sync::Arc;

use crate::kernel::Context;
use crate::nats::api::{ConsumerAdvisory, Publisher};
use crate::nats::{Message, Subject};

use super::super::{Host, Server};
use super::ACCOUNT;

/// The length of the ids of advisories.
const NUID: usize = 22;

impl Server {
    /// Publishes what a consumer has to tell.
    pub(super) fn advise<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &str,
        consumer: &str,
        advisory: &ConsumerAdvisory,
    ) {
        let subject: Subject = advisory.subject(stream, consumer).into();
        if !self.memory.interest.has_interest(&subject) {
            return;
        }
        let id = cx.rng().base62(NUID);
        let domain = self.config.domain.as_deref();
        let by = Publisher { stream, consumer, account: ACCOUNT, domain };
        let json = advisory.to_json(&id, cx.now(), by);
        self.publish(cx, &Message::new(subject, json));
    }

    /// A replicated consumer has a new leader: this server.
    pub(super) fn advise_elected<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
    ) {
        let Some(about) = self.hosted_consumer(stream, consumer) else { return };
        let replicas = self.cluster_info(cx.now(), about.group.as_ref()).replicas;
        let leader = Arc::clone(self.name());
        self.advise(cx, stream, consumer, &ConsumerAdvisory::LeaderElected { leader, replicas });
    }

    /// Too few of a consumer's servers are there to lead it.
    pub(in crate::server) fn advise_quorum_lost<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
    ) {
        let Some(about) = self.hosted_consumer(stream, consumer) else { return };
        let replicas = self.cluster_info(cx.now(), about.group.as_ref()).replicas;
        self.advise(cx, stream, consumer, &ConsumerAdvisory::QuorumLost { replicas });
    }
}
