//! Advisories: messages on `$JS.EVENT.>` about what happens to streams and to the API. They are
//! only written if somebody listens.

use std::sync::Arc;

use bytes::Bytes;

use crate::kernel::Context;
use crate::nats::api::{PeerInfo, StreamAdvisory};
use crate::nats::{Message, nuid};

use super::{Host, Server};

impl Server {
    /// Publishes an advisory if anybody in the cluster subscribes to its subject. `json` gets an id
    /// of its own.
    pub(super) fn announce<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        subject: &str,
        json: impl FnOnce(&str) -> Bytes,
    ) {
        if self.memory.interest.has_interest(subject) {
            let id = nuid(cx.rng());
            self.publish(cx, &Message::new(subject, json(&id)));
        }
    }

    /// Publishes an advisory about a stream.
    pub(super) fn advise_stream<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &str,
        advisory: &StreamAdvisory,
    ) {
        let (now, domain) = (cx.now(), self.config.domain.clone());
        self.announce(cx, &advisory.subject(stream), |id| {
            advisory.to_json(id, now, stream, domain.as_deref())
        });
    }

    /// A replicated stream has a new leader: this server.
    pub(super) fn advise_stream_elected<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
    ) {
        let replicas = self.all_replicas(cx, stream);
        let leader = Arc::clone(&self.config.name);
        self.advise_stream(cx, stream, &StreamAdvisory::LeaderElected { leader, replicas });
    }

    /// This server has not heard of enough others of a stream's group for too long.
    pub(super) fn advise_stream_quorum_lost<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
    ) {
        let replicas = self.all_replicas(cx, stream);
        self.advise_stream(cx, stream, &StreamAdvisory::QuorumLost { replicas });
    }

    fn all_replicas<H: Host>(&self, cx: &Context<'_, H>, stream: &str) -> Vec<PeerInfo> {
        let group = self.streams.get(stream).and_then(|hosted| hosted.group.as_ref());
        group.map_or_else(Vec::new, |(_, member)| self.peer_infos(cx.now(), &member.raft))
    }
}
