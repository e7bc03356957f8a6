//! Where a new consumer lives: on all servers of its stream, or on some of them.

use std::sync::Arc;

use crate::kernel::{Context, ProcId};
use crate::nats::api::{ApiError, ConsumerConfig, Retention, Storage};
use crate::sorted;

use super::super::meta::Assignment;
use super::super::{Host, Server};

/// Where a consumer lives.
pub(in crate::server) struct Place {
    /// Its servers.
    pub peers: Vec<ProcId>,
    /// Its Raft group, if it has more than one.
    pub group: Option<Arc<str>>,
    /// Who is to lead it first.
    pub preferred: ProcId,
}

impl Server {
    /// Where a new consumer is to live.
    ///
    /// # Errors
    /// 10023 if too few of its stream's servers are up.
    pub(in crate::server) fn place_consumer<H: Host>(
        &self,
        cx: &mut Context<'_, H>,
        config: &ConsumerConfig,
        stream: &Assignment,
    ) -> Result<Place, ApiError> {
        let me = self.config.me;
        if !self.is_clustered() {
            return Ok(Place { peers: vec![me], group: None, preferred: me });
        }
        let replicas = replicas_of(config, stream, &stream.peers);
        let is_online = |server: &ProcId| *server == me || self.memory.routes.contains_key(server);
        let (mut online, offline): (Vec<ProcId>, Vec<ProcId>) =
            stream.peers.iter().copied().partition(is_online);
        if online.len() < replicas / 2 + 1 {
            return Err(ApiError::INSUFFICIENT_RESOURCES);
        }
        // By chance among those that are up; the others only if these do not suffice.
        while online.len() > replicas {
            let one = cx.rng().below(online.len() as u64) as usize;
            online.remove(one);
        }
        let preferred = online[cx.rng().below(online.len() as u64) as usize];
        let mut peers = online;
        peers.extend(offline.iter().take(replicas.saturating_sub(peers.len())));
        sorted::sort(&mut peers);
        let group = (replicas > 1).then(|| Self::new_consumer_group(cx, config, stream, replicas));
        Ok(Place { peers, group, preferred })
    }

    /// A name for the Raft group of a consumer.
    pub(in crate::server) fn new_consumer_group<H: Host>(
        cx: &mut Context<'_, H>,
        config: &ConsumerConfig,
        stream: &Assignment,
        replicas: usize,
    ) -> Arc<str> {
        let in_memory = config.mem_storage || stream.config.storage == Storage::Memory;
        let storage = if in_memory { 'M' } else { 'F' };
        format!("C-R{replicas}{storage}-{}", cx.rng().base62(8)).into()
    }
}

/// On how many of these servers of its stream a consumer lives.
pub(in crate::server) fn replicas_of(
    config: &ConsumerConfig,
    stream: &Assignment,
    among: &[ProcId],
) -> usize {
    let all = among.len();
    match usize::try_from(config.num_replicas) {
        Ok(0) | Err(_) => {
            let as_stream = config.is_durable() || stream.config.retention != Retention::Limits;
            if as_stream { all } else { 1 }
        }
        Ok(wanted) => wanted.min(all),
    }
}

/// Where a consumer is to live when its stream lives on these servers: where it lives already,
/// as far as possible, and on others.
pub(in crate::server) fn home_of_consumer(
    config: &ConsumerConfig,
    stream: &Assignment,
    home: &[ProcId],
    among: &[ProcId],
) -> Vec<ProcId> {
    let stay = home.iter().filter(|peer| among.contains(peer));
    let come = among.iter().filter(|peer| !home.contains(peer));
    let count = replicas_of(config, stream, among);
    stay.chain(come).copied().take(count).collect()
}
