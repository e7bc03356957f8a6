//! What is told about a stream: its state, and the servers it lives on.

use std::sync::Arc;

use crate::jetstream::api::Endpoint;
use crate::kernel::{ProcId, Time};
use crate::nats::api::response::{Info, SUBJECTS_LIMIT};
use crate::nats::api::{
    API_LEVEL, ClusterInfo, PeerInfo, SERVER_VERSION, StreamAlternate, StreamConfig, StreamInfo,
    StreamInfoRequest, StreamState,
};
use crate::nats::hash8;
use crate::sorted;

use super::answer::{Answer, answer};
use super::api_stream::page;
use super::group::{GroupRaft, Member};
use super::hosted::HostedStream;
use super::moving::Asset;
use super::{Server, nanos_since};

impl Server {
    /// All about a stream, as the copy here knows it.
    pub fn stream_info(&self, now: Time, hosted: &HostedStream) -> StreamInfo {
        let mut config = (**hosted.stream.config()).clone();
        config.metadata.insert("_nats.ver".to_owned(), SERVER_VERSION.to_owned());
        config.metadata.insert("_nats.level".to_owned(), API_LEVEL.to_string());
        let name: Arc<str> = hosted.stream.config().name.as_str().into();
        let assigned = self.assignments.get(&name);
        let consumer_count = assigned.map_or(0, |known| known.listed_consumers().count() as u64);
        let (mirror, sources) = hosted.inflow_infos(now);
        StreamInfo {
            mirror,
            sources,
            config: Arc::new(config),
            created: hosted.stream.created().into(),
            state: StreamState { consumer_count, ..hosted.stream.state() },
            domain: self.config.domain.clone(),
            cluster: Some(self.cluster_info(now, hosted.group.as_ref(), &(name, None))),
            ts: self.wall(now).into(),
            ..StreamInfo::default()
        }
    }

    /// The servers of a stream or consumer with this group; without one it lives here alone.
    pub(super) fn cluster_info(
        &self,
        now: Time,
        group: Option<&(Arc<str>, Member)>,
        asset: &Asset,
    ) -> ClusterInfo {
        let name =
            if self.is_clustered() { self.config.cluster.to_string() } else { String::new() };
        let Some((group, member)) = group else {
            let leader = self.config.name.to_string();
            return ClusterInfo { name, leader, ..ClusterInfo::default() };
        };
        let raft = &member.raft;
        let leader = raft.leader().map(|leader| self.member_name(ProcId(leader)));
        let mut replicas = self.peer_infos(now, raft);
        replicas.retain(|peer| Some(&*peer.name) != leader);
        ClusterInfo {
            name,
            raft_group: group.to_string(),
            leader: leader.unwrap_or_default().to_owned(),
            leader_since: raft.leader_since().map(Into::into),
            system_account: true,
            traffic_account: "$SYS".to_owned(),
            replicas,
            desired: self.move_info(now, asset),
        }
    }

    /// All members of a group, as the one here sees them.
    pub(super) fn peer_infos(&self, now: Time, raft: &GroupRaft) -> Vec<PeerInfo> {
        let to_come = self.config.members.iter().map(|(id, _)| id.0);
        let to_come = to_come.filter(|id| !raft.is_member(*id) && raft.progress(*id).is_some());
        let mut all: Vec<u32> = raft.peers().iter().copied().chain(to_come).collect();
        sorted::sort(&mut all);
        all.into_iter()
            .map(|peer| {
                let name = self.member_name(ProcId(peer)).to_owned();
                let heard = raft.progress(peer).and_then(|progress| progress.last_heard);
                let active = if peer == raft.id() { 0 } else { nanos_since(now, heard) };
                PeerInfo {
                    current: raft.is_member(peer) && raft.is_current(peer, now),
                    offline: self.is_offline(ProcId(peer), now),
                    active: i64::try_from(active).unwrap_or(i64::MAX),
                    lag: if raft.is_member(peer) { raft.lag(peer) } else { 0 },
                    pending: !raft.is_member(peer),
                    peer: hash8(&name),
                    name,
                }
            })
            .collect()
    }

    /// Where else the messages of a stream are, if it has mirrors in its cluster: itself first. A
    /// lone server does not tell.
    fn alternates(&self, name: &str) -> Vec<StreamAlternate> {
        let is_mirror = |config: &StreamConfig| {
            let of = config.mirror.as_ref().filter(|mirror| mirror.external.is_none());
            of.is_some_and(|mirror| mirror.name == name)
        };
        let all = self.assignments.streams().filter(|_| self.is_clustered());
        let mirrors = all.filter(|(_, known)| is_mirror(&known.config));
        let mut names: Vec<&str> = mirrors.map(|(name, _)| &**name).collect();
        if names.is_empty() {
            return Vec::new();
        }
        names.insert(0, name);
        let domain = self.config.domain.as_deref().unwrap_or_default();
        let alternate = |name: &str| StreamAlternate {
            name: name.to_owned(),
            domain: domain.to_owned(),
            cluster: self.config.cluster.to_string(),
        };
        names.into_iter().map(alternate).collect()
    }

    /// The answer to `STREAM.INFO`.
    pub fn answer_info(
        &self,
        now: Time,
        endpoint: Endpoint<'_>,
        hosted: &HostedStream,
        request: &StreamInfoRequest,
    ) -> Answer {
        let mut info = self.stream_info(now, hosted);
        info.alternates = self.alternates(&hosted.stream.config().name);
        let store = hosted.stream.store();
        let mut body = Info::default();
        if request.deleted_details {
            info.state.deleted = store.deleted();
        }
        if !request.subjects_filter.is_empty() {
            let all: Vec<(String, u64)> = store
                .subjects(&request.subjects_filter)
                .map(|(subject, count)| (subject.to_string(), count))
                .collect();
            if !all.is_empty() {
                body.total = all.len() as u64;
                body.limit = SUBJECTS_LIMIT;
                body.offset = request.offset;
                info.state.subjects =
                    page(all, request.offset, SUBJECTS_LIMIT).0.into_iter().collect();
            }
        }
        body.info = Some(info);
        answer(endpoint, body)
    }
}
