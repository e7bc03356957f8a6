//! How moves begin: a stream is to have more or fewer replicas, or to leave a server.

use std::sync::Arc;

use crate::jetstream::api::Endpoint;
use crate::kernel::{Context, ProcId};
use crate::nats::api::response::Success;
use crate::nats::api::{ApiError, PeerRequest, Storage, StreamConfig};
use crate::nats::hash8;

use super::super::answer::{Answer, answer};
use super::super::meta::{Assignment, MetaCommand};
use super::super::{Host, Server};
use super::Move;

impl Server {
    /// Where a stream has to move with another configuration, if it has to.
    ///
    /// # Errors
    /// 10005 if there are not as many servers.
    pub(in crate::server) fn move_of_stream<H: Host>(
        &self,
        cx: &mut Context<'_, H>,
        existing: &Assignment,
        config: &StreamConfig,
    ) -> Result<Option<Move>, ApiError> {
        let before = existing.config.num_replicas;
        if !self.is_clustered() || config.num_replicas == before {
            return Ok(None);
        }
        let replicas = usize::try_from(config.num_replicas).unwrap_or(1);
        let to = existing.desired.as_ref().map_or(&existing.peers, |to| &to.peers);
        let to = if to.is_empty() { &existing.peers } else { to };
        let peers = if config.num_replicas < before {
            Vec::new()
        } else {
            let missing = replicas.saturating_sub(to.len());
            let more = self.further_servers(to, missing);
            let mut all = to.clone();
            all.truncate(replicas);
            all.extend(more.ok_or_else(|| ApiError::no_peers("no suitable peers for placement"))?);
            all
        };
        let group = Self::new_stream_group(cx, config);
        Ok(Some(Move { peers, created: cx.now(), origin: Some(before), group }))
    }

    /// A name for the Raft group of a stream.
    pub(in crate::server) fn new_stream_group<H: Host>(
        cx: &mut Context<'_, H>,
        config: &StreamConfig,
    ) -> Arc<str> {
        let storage = if config.storage == Storage::File { 'F' } else { 'M' };
        format!("S-R{}{storage}-{}", config.num_replicas, cx.rng().base62(8)).into()
    }

    /// So many servers beside these: those that are up, with the fewest streams, and then the
    /// others.
    fn further_servers(&self, beside: &[ProcId], count: usize) -> Option<Vec<ProcId>> {
        let me = self.config.me;
        let is_online = |server: &ProcId| *server == me || self.memory.routes.contains_key(server);
        let members = self.config.members.iter().map(|(id, _)| *id);
        let (online, offline): (Vec<ProcId>, Vec<ProcId>) =
            members.filter(|id| !beside.contains(id)).partition(is_online);
        let mut all = self.assignments.place(count.min(online.len()), &online)?;
        all.extend(offline.iter().take(count - all.len()));
        (all.len() == count).then_some(all)
    }

    /// Takes a stream away from a server, and gives it to another one.
    ///
    /// # Errors
    /// 10059 without such a stream, 10040 if it does not live there, 10075 without another server.
    pub(in crate::server) fn remove_peer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &str,
        body: &[u8],
    ) -> Result<Option<Answer>, ApiError> {
        let request = PeerRequest::decode(body)?;
        let assignment = self.assignments.get(name).ok_or(ApiError::STREAM_NOT_FOUND)?.clone();
        let called = |(id, name): &&(ProcId, Arc<str>)| {
            assignment.peers.contains(id)
                && (**name == *request.peer || hash8(name) == request.peer)
        };
        let gone = self.config.members.iter().find(called).ok_or(ApiError::PEER_NOT_MEMBER)?.0;
        let is_online =
            |server: &ProcId| *server == self.config.me || self.memory.routes.contains_key(server);
        let more = self.further_servers(&assignment.peers, 1);
        let more = more.filter(|more| more.iter().all(is_online)).ok_or(ApiError::PEER_REMAP)?;
        let stream: Arc<str> = name.into();
        let stay = || assignment.peers.iter().copied().filter(|peer| *peer != gone);
        if let Some(other) = stay().next() {
            let peers = stay().chain(more).collect();
            let group = Self::new_stream_group(cx, &assignment.config);
            let to = Move { peers, created: cx.now(), origin: None, group };
            let command = MetaCommand::Move { stream: Arc::clone(&stream), consumer: None, to };
            self.propose_meta(cx, command);
            self.replace_consumers(cx, &stream, &assignment, gone, other);
        } else {
            let (consumer, from, to) = (None, gone, more[0]);
            self.propose_meta(cx, MetaCommand::Replace { stream, consumer, from, to });
        }
        Ok(Some(answer(Endpoint::StreamPeerRemove(name), Success::DONE)))
    }

    /// Consumers that live on a server only, which goes, begin anew on another one.
    fn replace_consumers<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        assignment: &Assignment,
        from: ProcId,
        to: ProcId,
    ) {
        for (name, known) in &*assignment.consumers {
            if known.peers == [from] {
                let (stream, consumer) = (Arc::clone(stream), Some(Arc::clone(name)));
                self.propose_meta(cx, MetaCommand::Replace { stream, consumer, from, to });
            }
        }
    }
}
