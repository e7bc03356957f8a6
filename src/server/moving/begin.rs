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
        let members = self.config.members.iter().map(|(id, _)| *id);
        let (online, offline): (Vec<ProcId>, Vec<ProcId>) =
            members.filter(|id| !beside.contains(id)).partition(|server| self.is_online(server));
        let mut all = self.assignments.place(count.min(online.len()), &online)?;
        all.extend(offline.iter().take(count - all.len()));
        (all.len() == count).then_some(all)
    }

    /// Takes a stream away from a server at once, and gives it to another one.
    ///
    /// # Errors
    /// 10059 without such a stream, 10040 if it does not live there, 10075 without another server.
    pub(in crate::server) fn remove_peer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &str,
        body: &[u8],
    ) -> Result<Option<Answer>, ApiError> {
        let (assignment, gone, more) = self.leaving(name, body)?;
        if let Some(other) = assignment.peers.iter().copied().find(|peer| *peer != gone) {
            self.move_away(cx, name, &assignment, gone, more);
            self.replace_consumers(cx, &name.into(), &assignment, gone, other);
        } else {
            let (stream, consumer, from, to) = (name.into(), None, gone, more);
            self.propose_meta(cx, MetaCommand::Replace { stream, consumer, from, to });
        }
        Ok(Some(answer(Endpoint::StreamPeerRemove(name), Success::DONE)))
    }

    /// Lets a stream move from a server to another one, with all it has.
    ///
    /// # Errors
    /// As of [`Self::remove_peer`].
    pub(in crate::server) fn evacuate_peer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &str,
        body: &[u8],
    ) -> Result<Option<Answer>, ApiError> {
        let (assignment, gone, more) = self.leaving(name, body)?;
        self.move_away(cx, name, &assignment, gone, more);
        Ok(Some(answer(Endpoint::StreamPeerEvacuate(name), Success::DONE)))
    }

    /// Takes a consumer away from a server, and gives it to another one that has its stream: with
    /// its state, or at once; then one that lived there only begins anew.
    ///
    /// # Errors
    /// 10059 without such a stream, 10014 without such a consumer, 10040 if it does not live there,
    /// 10075 without another server.
    pub(in crate::server) fn move_consumer_away<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &str,
        name: &str,
        body: &[u8],
        keeps_state: bool,
    ) -> Result<(), ApiError> {
        let request = PeerRequest::decode(body)?;
        let assignment = self.assignments.get(stream).ok_or(ApiError::STREAM_NOT_FOUND)?.clone();
        let known = assignment.consumers.get(name).ok_or(ApiError::CONSUMER_NOT_FOUND)?;
        let from = self.called(&request.peer, &known.peers)?;
        let free = |peer: &&ProcId| !known.peers.contains(peer) && self.is_online(peer);
        let to = *assignment.peers.iter().find(free).ok_or(ApiError::PEER_REMAP)?;
        let (stream, consumer) = (stream.into(), Some(name.into()));
        let command = if keeps_state || known.peers.len() > 1 {
            let stay = known.peers.iter().copied().filter(|peer| *peer != from);
            let peers: Vec<ProcId> = stay.chain([to]).collect();
            let group = Self::new_consumer_group(cx, &known.config, &assignment, peers.len());
            let to = Move { peers, created: cx.now(), origin: None, group };
            MetaCommand::Move { stream, consumer, to }
        } else {
            MetaCommand::Replace { stream, consumer, from, to }
        };
        self.propose_meta(cx, command);
        Ok(())
    }

    /// A stream, the server it is to leave, and the one it is to live on instead.
    fn leaving(&self, name: &str, body: &[u8]) -> Result<(Assignment, ProcId, ProcId), ApiError> {
        let request = PeerRequest::decode(body)?;
        let assignment = self.assignments.get(name).ok_or(ApiError::STREAM_NOT_FOUND)?;
        let gone = self.called(&request.peer, &assignment.peers)?;
        let more = self.further_servers(&assignment.peers, 1).unwrap_or_default();
        let more = more.into_iter().find(|more| self.is_online(more));
        Ok((assignment.clone(), gone, more.ok_or(ApiError::PEER_REMAP)?))
    }

    /// The server of these that is called so, by its name or its id.
    fn called(&self, peer: &str, among: &[ProcId]) -> Result<ProcId, ApiError> {
        let mut members = self.config.members.iter().filter(|(id, _)| among.contains(id));
        let found = members.find(|(_, name)| **name == *peer || hash8(name) == peer);
        found.map(|(id, _)| *id).ok_or(ApiError::PEER_NOT_MEMBER)
    }

    fn is_online(&self, server: &ProcId) -> bool {
        *server == self.config.me || self.memory.routes.contains_key(server)
    }

    fn move_away<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &str,
        assignment: &Assignment,
        gone: ProcId,
        more: ProcId,
    ) {
        let stay = assignment.peers.iter().copied().filter(|peer| *peer != gone);
        let peers = stay.chain([more]).collect();
        let group = Self::new_stream_group(cx, &assignment.config);
        let to = Move { peers, created: cx.now(), origin: None, group };
        self.propose_meta(cx, MetaCommand::Move { stream: name.into(), consumer: None, to });
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
