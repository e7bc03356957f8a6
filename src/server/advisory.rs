//! Advisories: messages on `$JS.EVENT.>` about what happens to streams and to the API. They are
//! only written if somebody listens.

use std::sync::Arc;

use bytes::Bytes;

use crate::jetstream::api::Endpoint;
use crate::kernel::{Context, ProcId};
use crate::nats::api::{ApiAudit, AuditedClient, PeerInfo, StreamAdvisory};
use crate::nats::{Message, json, nuid};

use super::api::Request;
use super::{ClientConn, Host, Server};

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
        let (now, domain) = (self.wall(cx.now()), self.config.domain.clone());
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

    /// A request to the API was answered by this server. What was only read, and successfully, is
    /// nothing to tell of.
    pub(super) fn advise_api<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        request: &Request,
        answer: &[u8],
        by: ProcId,
    ) {
        if !self.memory.interest.has_interest(ApiAudit::SUBJECT) {
            return;
        }
        let reads = matches!(Endpoint::parse(&request.subject), Some(Endpoint::MsgGet(_)));
        let found = || json::parse(answer).is_ok_and(|answer| answer.get("error").is_none());
        if reads && found() {
            return;
        }
        let (config, now) = (Arc::clone(&self.config), self.wall(cx.now()));
        let client = request.by.and_then(|conn| self.memory.clients.get(&conn)).cloned();
        let client = client.as_ref().map(|client| audited(client, &config.name));
        let (asked, answered) =
            (String::from_utf8_lossy(&request.body), String::from_utf8_lossy(answer));
        let server = self.member_name(by).to_owned();
        self.announce(cx, ApiAudit::SUBJECT, |id| {
            let audit = ApiAudit {
                r#type: ApiAudit::TYPE,
                id,
                timestamp: now.into(),
                server: &server,
                client,
                subject: &request.subject,
                request: &asked,
                response: &answered,
                domain: config.domain.as_deref(),
            };
            audit.to_json()
        });
    }

    fn all_replicas<H: Host>(&self, cx: &Context<'_, H>, stream: &str) -> Vec<PeerInfo> {
        let group = self.streams.get(stream).and_then(|hosted| hosted.group.as_ref());
        group.map_or_else(Vec::new, |(_, member)| self.peer_infos(cx.now(), &member.raft))
    }
}

/// A client as advisories tell of it.
pub(super) fn audited<'a>(client: &'a ClientConn, server: &'a str) -> AuditedClient<'a> {
    AuditedClient {
        start: client.since.into(),
        host: "127.0.0.1",
        id: client.id,
        acc: "$G",
        name: client.options.name.as_deref(),
        lang: client.options.lang.as_deref(),
        ver: client.options.version.as_deref(),
        server,
        kind: "Client",
        client_type: "nats",
    }
}
