//! What the endpoints of the stream API do.

use std::sync::Arc;

use crate::jetstream::api::Endpoint;
use crate::jetstream::raft::PeerId;
use crate::jetstream::store::StoredMessage;
use crate::jetstream::stream::{Limits, StreamCommand, check_filters, check_update, normalise};
use crate::kernel::{Context, ProcId, Time};
use crate::nats::api::response::{
    Created, Got, NAMES_LIMIT, Names, Purged, RawMessage, Success, Updated, encoded,
};
use crate::nats::api::{
    ApiError, ClusterInfo, CreateRequest, ListRequest, MsgDeleteRequest, MsgGetRequest,
    PurgeRequest, StepdownRequest, Storage, StreamAdvisory, StreamConfig, StreamInfo,
    StreamInfoRequest,
};
use crate::nats::subject::overlaps;
use crate::sorted;

use super::answer::{Answer, answer, refusal};
use super::group::GroupRaft;
use super::hosted::HostedStream;
use super::meta::{Assignment, MetaCommand, Requester};
use super::{Host, Server};

const NO_PEERS: &str = "no suitable peers for placement";

/// An answer now, later (`None`), or an error.
type Result<T = Option<Answer>> = std::result::Result<T, ApiError>;

impl Server {
    /// Does what a request wants. The answer comes now, or later by one of the `answer_…` methods.
    pub(super) fn carry_out_api<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        endpoint: Endpoint<'_>,
        body: &[u8],
        requester: &Requester,
    ) -> Result {
        match endpoint {
            Endpoint::AccountInfo => self.account_info(cx, requester),
            Endpoint::StreamNames => self.stream_names(endpoint, body),
            Endpoint::StreamList => self.stream_list(cx, body, requester),
            Endpoint::StreamCreate(name) => self.create_stream(cx, name, body, requester),
            Endpoint::StreamUpdate(name) => self.update_stream(cx, name, body, requester),
            Endpoint::StreamInfo(name) => {
                let request = StreamInfoRequest::decode(body)?;
                let hosted = self.streams.get(name).ok_or(ApiError::STREAM_NOT_FOUND)?;
                Ok(Some(self.answer_info(cx.now(), endpoint, hosted, &request)))
            }
            Endpoint::StreamDelete(name) => {
                if self.assignments.get(name).is_none() {
                    return Err(ApiError::STREAM_NOT_FOUND);
                }
                let (stream, requester) = (name.into(), requester.clone());
                self.propose_meta(cx, MetaCommand::Delete { stream, requester });
                Ok(None)
            }
            Endpoint::StreamPurge(name) => self.purge_stream(cx, name, body, requester),
            Endpoint::MsgGet(name) => self.get_message(endpoint, name, body),
            Endpoint::MsgDelete(name) => self.delete_message(cx, name, body, requester),
            Endpoint::LeaderStepDown(name) => {
                self.step_down(cx, name, body)?;
                Ok(Some(answer(endpoint, Success::DONE)))
            }
            Endpoint::StreamPeerRemove(name) => self.remove_peer(cx, name, body),
            Endpoint::StreamPeerEvacuate(name) => self.evacuate_peer(cx, name, body),
            Endpoint::StreamSnapshot(name) => {
                self.snapshot_stream(cx, name, body, requester)?;
                Ok(None)
            }
            Endpoint::StreamRestore(name) => self.restore_stream(cx, name, body, requester),
            Endpoint::Consumer { stream, call } => {
                self.carry_out_consumer_api(cx, stream, call, body, requester)
            }
        }
    }

    fn hosted(&self, name: &str) -> Result<&HostedStream> {
        self.streams.get(name).ok_or(ApiError::STREAM_NOT_FOUND)
    }

    fn create_stream<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &str,
        body: &[u8],
        requester: &Requester,
    ) -> Result {
        let request = CreateRequest::decode(body)?;
        if request.config.name != name {
            return Err(ApiError::STREAM_MISMATCH);
        }
        if name.contains(['/', '\\']) {
            return Err(ApiError::STREAM_NAME_PATH_SEPARATORS);
        }
        if request.config.sealed {
            let why = "stream configuration for create can not be sealed";
            return Err(ApiError::invalid_config(why));
        }
        let config = self.normalised(request)?;
        if let Some(existing) = self.assignments.get(name) {
            if *existing.config != config {
                return Err(ApiError::STREAM_NAME_EXISTS);
            }
            let endpoint = Endpoint::StreamCreate(name);
            return match self.streams.get(name) {
                Some(hosted) => {
                    let clustered = self.is_clustered();
                    Ok(Some(self.created_answer(cx.now(), endpoint, hosted, !clustered)))
                }
                // The server that leads it knows more; what the meta leader knows has to do.
                None => {
                    let info = StreamInfo {
                        config: Arc::clone(&existing.config),
                        created: existing.created.into(),
                        ts: self.wall(cx.now()).into(),
                        ..StreamInfo::default()
                    };
                    Ok(Some(answer(endpoint, Created { info: Some(info), did_create: false })))
                }
            };
        }
        check_filters(&config)?;
        if self.assignments.overlaps(&config) {
            return Err(ApiError::STREAM_SUBJECT_OVERLAP);
        }
        let (peers, group, preferred) = self.place(cx, &config)?;
        let (config, created, consumers) = (Arc::new(config), self.wall(cx.now()), Arc::default());
        let assignment = Assignment { config, created, peers, group, desired: None, consumers };
        let requester = requester.clone();
        self.propose_meta(cx, MetaCommand::Create { assignment, preferred, requester });
        Ok(None)
    }

    fn normalised(&self, request: CreateRequest) -> Result<StreamConfig> {
        let known = |name: &str| self.assignments.get(name).map(|known| Arc::clone(&known.config));
        let limits = self.limits_for(&request.config.name);
        normalise(request, limits, &known)
    }

    /// What there is for one stream, beside what the others have been promised.
    pub(super) fn limits_for(&self, stream: &str) -> Limits {
        let clustered = self.is_clustered();
        let js = self.config.settings.jetstream.clone().unwrap_or_default();
        let bytes = |max: u64| i64::try_from(max).unwrap_or(i64::MAX);
        let mut limits =
            Limits { clustered, memory: bytes(js.max_memory), storage: bytes(js.max_storage) };
        for (_, other) in self.assignments.streams().filter(|(name, _)| &***name != stream) {
            let promised = other.config.max_bytes.max(0);
            match other.config.storage {
                Storage::Memory => limits.memory = limits.memory.saturating_sub(promised),
                Storage::File => limits.storage = limits.storage.saturating_sub(promised),
            }
        }
        limits
    }

    /// Whether there can be servers such as a stream wants: here all are of one cluster, and none has tags.
    fn check_placement(&self, config: &StreamConfig) -> Result<()> {
        let Some(placement) = &config.placement else { return Ok(()) };
        if !placement.cluster.is_empty() && *placement.cluster != *self.config.cluster {
            return Err(ApiError::no_peers(NO_PEERS));
        }
        // Each server is given up at the first tag that it lacks.
        if let Some(tag) = placement.tags.first() {
            return Err(ApiError::no_peers(format!("{NO_PEERS}, tags not matched ['{tag}']")));
        }
        Ok(())
    }

    /// Servers for a new stream, its group's name, and who is to lead it first.
    pub(super) fn place<H: Host>(
        &self,
        cx: &mut Context<'_, H>,
        config: &StreamConfig,
    ) -> Result<(Vec<ProcId>, Option<Arc<str>>, ProcId)> {
        let me = self.config.me;
        if !self.is_clustered() {
            return Ok((vec![me], None, me));
        }
        self.check_placement(config)?;
        let replicas = usize::try_from(config.num_replicas).unwrap_or(1);
        let is_online = |server: &ProcId| *server == me || self.memory.routes.contains_key(server);
        let (online, offline): (Vec<ProcId>, Vec<ProcId>) =
            self.config.members.iter().map(|(id, _)| *id).partition(is_online);
        let chosen = match self.assignments.place(replicas.min(online.len()), &online) {
            Some(mut chosen) if online.len() < replicas => {
                // The rest may be down, as long as a quorum is up.
                chosen.extend(offline.iter().take(replicas - online.len()));
                (chosen.len() == replicas && online.len() > replicas / 2).then_some(chosen)
            }
            chosen => chosen,
        };
        let Some(mut peers) = chosen else { return Err(ApiError::no_peers(NO_PEERS)) };
        sorted::sort(&mut peers);
        let candidates: Vec<ProcId> = peers.iter().copied().filter(is_online).collect();
        let preferred = candidates[cx.rng().below(candidates.len() as u64) as usize];
        let group = (replicas > 1).then(|| Self::new_stream_group(cx, config));
        Ok((peers, group, preferred))
    }

    fn update_stream<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &str,
        body: &[u8],
        requester: &Requester,
    ) -> Result {
        let request = CreateRequest::decode(body)?;
        let wanted = request.config.name.clone();
        let config = self.normalised(request)?;
        if wanted != name {
            return Err(ApiError::STREAM_MISMATCH);
        }
        let Some(existing) = self.assignments.get(name) else {
            return Err(ApiError::STREAM_NOT_FOUND);
        };
        let config = check_update(&existing.config, config)?;
        if self.assignments.overlaps(&config) {
            return Err(ApiError::STREAM_SUBJECT_OVERLAP);
        }
        if self.is_clustered() {
            self.check_placement(&config)?;
        }
        let moved = self.move_of_stream(cx, existing, &config)?;
        let (config, requester) = (Arc::new(config), requester.clone());
        self.propose_meta(cx, MetaCommand::Update { config, moved, requester });
        Ok(None)
    }

    fn stream_names(&self, endpoint: Endpoint<'_>, body: &[u8]) -> Result {
        let request = ListRequest::decode(body)?;
        let names = self.names_matching(&request.subject);
        let total = names.len() as u64;
        let (page, offset) = page(names, request.offset, NAMES_LIMIT);
        let streams = (!page.is_empty()).then(|| page.iter().map(ToString::to_string).collect());
        Ok(Some(answer(endpoint, Names { total, offset, limit: NAMES_LIMIT, streams })))
    }

    /// The streams whose subjects overlap the filter; all for an empty one.
    pub(super) fn names_matching(&self, filter: &str) -> Vec<Arc<str>> {
        self.assignments
            .streams()
            .filter(|(_, assignment)| {
                filter.is_empty() || assignment.config.subjects.iter().any(|s| overlaps(s, filter))
            })
            .map(|(name, _)| Arc::clone(name))
            .collect()
    }

    fn purge_stream<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &str,
        body: &[u8],
        requester: &Requester,
    ) -> Result {
        let request = PurgeRequest::decode(body)?;
        let config = self.hosted(name)?.stream.config();
        if config.sealed {
            return Err(ApiError::STREAM_SEALED);
        }
        if config.deny_purge {
            return Err(ApiError::purge_failed("stream purge not permitted"));
        }
        self.change_stream(cx, &name.into(), StreamCommand::Purge(request), requester.clone());
        Ok(None)
    }

    fn get_message(&self, endpoint: Endpoint<'_>, name: &str, body: &[u8]) -> Result {
        let request = MsgGetRequest::decode(body)?;
        let message = self.hosted(name)?.stream.find(&request)?;
        let StoredMessage { seq, at, subject, headers, payload, .. } = &**message;
        let hdrs = headers.as_ref().filter(|_| !request.no_hdr);
        let message = RawMessage {
            subject: subject.to_string(),
            seq: *seq,
            hdrs: hdrs.and_then(|headers| encoded(headers.block())),
            data: encoded(payload),
            time: (*at).into(),
        };
        Ok(Some(answer(endpoint, Got { message: Some(message) })))
    }

    fn delete_message<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &str,
        body: &[u8],
        requester: &Requester,
    ) -> Result {
        let request = MsgDeleteRequest::decode(body)?;
        let config = self.hosted(name)?.stream.config();
        if config.sealed {
            return Err(ApiError::STREAM_SEALED);
        }
        if config.deny_delete {
            return Err(ApiError::message_delete_failed("message delete not permitted"));
        }
        let command = StreamCommand::Delete { seq: request.seq };
        self.change_stream(cx, &name.into(), command, requester.clone());
        Ok(None)
    }

    fn step_down<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &str,
        body: &[u8],
    ) -> Result<()> {
        let request = StepdownRequest::decode(body)?;
        let hosted = self.hosted(name)?;
        let Some((group, member)) = &hosted.group else { return Ok(()) };
        let preferred = self.successor(&member.raft, &request)?;
        let group = Arc::clone(group);
        self.with_group(cx, &group, |raft, now, out| {
            // Without anybody to take over the leadership it just ends, as the real server's does.
            let _ = raft.step_down(now, preferred, out);
        });
        Ok(())
    }

    /// Who is to lead a group next, where the request to step down names somebody.
    ///
    /// # Errors
    /// 10005 if that is no other member of the group.
    pub(super) fn successor(
        &self,
        raft: &GroupRaft,
        request: &StepdownRequest,
    ) -> Result<Option<PeerId>> {
        let wanted = request.placement.as_ref().map_or("", |placement| &placement.preferred);
        if wanted.is_empty() {
            return Ok(None);
        }
        let found = self.config.members.iter().find(|(_, name)| **name == *wanted);
        let Some((id, _)) = found.filter(|(id, _)| raft.peers().contains(&id.0)) else {
            let why = format!("preferred server \"{wanted}\" not known");
            return Err(ApiError::no_peers(why));
        };
        if *id == self.config.me {
            let why = format!("preferred server \"{wanted}\" is already leader");
            return Err(ApiError::no_peers(why));
        }
        Ok(Some(id.0))
    }

    fn created_answer(
        &self,
        now: Time,
        endpoint: Endpoint<'_>,
        hosted: &HostedStream,
        did_create: bool,
    ) -> Answer {
        let mut info = self.stream_info(now, hosted);
        if !self.is_clustered() {
            info.domain = None;
            info.cluster = None;
        }
        answer(endpoint, Created { info: Some(info), did_create })
    }

    pub(super) fn answer_created<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        requester: &Requester,
    ) {
        let endpoint = Endpoint::StreamCreate(name);
        let Some(hosted) = self.streams.get(name) else { return };
        // Of one that was restored nobody asked to create it.
        let restored = self.memory.restores.contains_key(&requester.reply);
        let answer = self.created_answer(cx.now(), endpoint, hosted, !restored);
        self.advise_stream(cx, name, &StreamAdvisory::Created);
        if restored {
            return self.respond_raw(cx, requester, answer.json);
        }
        self.respond(cx, endpoint, requester, answer);
    }

    pub(super) fn answer_updated<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        requester: &Requester,
    ) {
        let endpoint = Endpoint::StreamUpdate(name);
        let Some(hosted) = self.streams.get(name) else { return };
        let mut info = self.stream_info(cx.now(), hosted);
        info.cluster = info.cluster.filter(|_| self.is_clustered()).map(without_status);
        self.respond(cx, endpoint, requester, answer(endpoint, Updated { info: Some(info) }));
    }

    pub(super) fn answer_deleted<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        requester: &Requester,
    ) {
        let endpoint = Endpoint::StreamDelete(name);
        self.respond(cx, endpoint, requester, answer(endpoint, Success::DONE));
    }

    pub(super) fn answer_msg_deleted<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        requester: &Requester,
        result: Result<()>,
    ) {
        let endpoint = Endpoint::MsgDelete(name);
        let answer = match result {
            Ok(()) => answer(endpoint, Success::DONE),
            Err(error) => refusal(endpoint, error),
        };
        self.respond(cx, endpoint, requester, answer);
    }

    pub(super) fn answer_purged<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        requester: &Requester,
        purged: u64,
    ) {
        let endpoint = Endpoint::StreamPurge(name);
        self.respond(cx, endpoint, requester, answer(endpoint, Purged { success: true, purged }));
    }
}

/// What is told of a move as it begins.
pub(super) fn without_status(mut cluster: ClusterInfo) -> ClusterInfo {
    if let Some(desired) = &mut cluster.desired {
        desired.remove("status");
    }
    cluster
}

/// The page of a list that begins at `offset`, and the offset as it is told back.
pub(super) fn page<T>(items: Vec<T>, offset: u64, limit: u64) -> (Vec<T>, u64) {
    let offset = offset.min(items.len() as u64);
    let (skip, take) = (offset as usize, limit as usize);
    (items.into_iter().skip(skip).take(take).collect(), offset)
}
