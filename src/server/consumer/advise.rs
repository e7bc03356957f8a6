//! Advisories and metrics of consumers.

use std::sync::Arc;

use crate::kernel::Context;
use crate::nats::api::{ConsumerAdvisory, PeerInfo, Publisher};

use super::super::{Host, Server};
use super::{ACCOUNT, is_hidden};

impl Server {
    /// Publishes what a consumer has to tell, if anybody listens.
    pub(super) fn advise<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &str,
        consumer: &str,
        advisory: &ConsumerAdvisory,
    ) {
        if self.hosted_consumer(stream, consumer).is_some_and(is_hidden) {
            return;
        }
        let (now, domain) = (cx.now(), self.config.domain.clone());
        let by = Publisher { stream, consumer, account: ACCOUNT, domain: domain.as_deref() };
        self.announce(cx, &advisory.subject(stream, consumer), |id| advisory.to_json(id, now, by));
    }

    /// A replicated consumer has a new leader: this server.
    pub(super) fn advise_elected<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
    ) {
        let replicas = self.consumer_replicas(cx, stream, consumer);
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
        let replicas = self.consumer_replicas(cx, stream, consumer);
        self.advise(cx, stream, consumer, &ConsumerAdvisory::QuorumLost { replicas });
    }

    fn consumer_replicas<H: Host>(
        &self,
        cx: &Context<'_, H>,
        stream: &str,
        consumer: &str,
    ) -> Vec<PeerInfo> {
        let group = self.hosted_consumer(stream, consumer).and_then(|about| about.group.as_ref());
        group.map_or_else(Vec::new, |(_, member)| self.peer_infos(cx.now(), &member.raft))
    }
}
