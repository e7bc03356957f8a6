//! Where a new consumer lives: on all servers of its stream, or on some of them.

use std::sync::Arc;

use crate::kernel::{Context, ProcId};
use crate::nats::api::{ApiError, ConsumerConfig, Retention, Storage};
use crate::sorted;

use super::super::meta::Assignment;
use super::super::{Host, Server};

/// Where a consumer lives.
pub(super) struct Place {
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
    pub(super) fn place_consumer<H: Host>(
        &self,
        cx: &mut Context<'_, H>,
        config: &ConsumerConfig,
        stream: &Assignment,
    ) -> Result<Place, ApiError> {
        let me = self.config.me;
        if !self.is_clustered() {
            return Ok(Place { peers: vec![me], group: None, preferred: me });
        }
        let replicas = replicas(config, stream);
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
        let in_memory = config.mem_storage || stream.config.storage == Storage::Memory;
        let storage = if in_memory { 'M' } else { 'F' };
        let group =
            (replicas > 1).then(|| format!("C-R{replicas}{storage}-{}", cx.rng().base62(8)).into());
        Ok(Place { peers, group, preferred })
    }
}

/// On how many servers a consumer lives.
fn replicas(config: &ConsumerConfig, stream: &Assignment) -> usize {
    let all = stream.peers.len();
    match usize::try_from(config.num_replicas) {
        Ok(0) | Err(_) => {
            let as_stream = config.is_durable() || stream.config.retention != Retention::Limits;
            if as_stream { all } else { 1 }
        }
        Ok(wanted) => wanted.min(all),
    }
}
