//! Answers that need to be gathered: the meta leader asks the leaders of streams it does not lead
//! itself (`$JSC.SI.<account>.<stream>`), and answers when all have told, or when time is up.

use crate::sorted::{Map, Set};
use std::sync::Arc;

use crate::jetstream::api::Endpoint;
use crate::kernel::{Context, Span};
use crate::nats::api::response::{LIST_LIMIT, List};
use crate::nats::api::{
    API_LEVEL, AccountInfo, ApiError, ApiStats, ListRequest, Storage, StreamInfo, limit, to_json,
};
use crate::nats::{Message, json};

use super::answer::{Answer, answer};
use super::api_stream::page;
use super::meta::Requester;
use super::{Host, RouteOp, Server, Timer};

/// How long others have to tell (nats-server: 4 s).
const PATIENCE: Span = Span::secs(4);

/// An answer that is being gathered.
#[derive(Debug, Clone)]
pub(super) struct Gather {
    what: What,
    requester: Requester,
    missing: Set<Arc<str>>,
    told: Map<Arc<str>, StreamInfo>,
}

#[derive(Debug, Clone)]
enum What {
    List { total: u64, offset: u64 },
    Account,
}

impl Server {
    pub(super) fn stream_list<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        body: &[u8],
        requester: &Requester,
    ) -> Result<Option<Answer>, ApiError> {
        let request = ListRequest::decode(body)?;
        let names = self.names_matching(&request.subject);
        let total = names.len() as u64;
        let (page, offset) = page(names, request.offset, LIST_LIMIT);
        Ok(self.gather(cx, What::List { total, offset }, page, requester))
    }

    pub(super) fn account_info<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        requester: &Requester,
    ) -> Result<Option<Answer>, ApiError> {
        let names = self.names_matching("");
        Ok(self.gather(cx, What::Account, names, requester))
    }

    /// Gathers what is known of these streams. The answer comes now if all of them are led here.
    fn gather<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        what: What,
        names: Vec<Arc<str>>,
        requester: &Requester,
    ) -> Option<Answer> {
        let mut gather =
            Gather { what, requester: requester.clone(), missing: Set::new(), told: Map::new() };
        for name in names {
            match self.streams.get(&name).filter(|hosted| hosted.leading) {
                Some(hosted) => {
                    gather.told.insert(name, self.stream_info(cx.now(), hosted));
                }
                None => {
                    gather.missing.insert(name);
                }
            }
        }
        if gather.missing.is_empty() {
            return Some(self.gathered_answer(&gather));
        }
        self.memory.next_reply += 1;
        let id = self.memory.next_reply;
        for name in &gather.missing {
            let Some(assignment) = self.assignments.get(name) else { continue };
            let reply = format!("_R_.{}.G.{id}", &self.id[1..9]);
            for &peer in assignment.peers.iter().filter(|peer| **peer != self.config.me) {
                let mut message = Message::new(format!("$JSC.SI.$G.{name}"), "");
                message.reply = Some(reply.as_str().into());
                let op = RouteOp::system(message);
                self.send_route(cx, peer, op);
            }
        }
        self.memory.gathers.insert(id, gather);
        cx.set_timer(PATIENCE, Timer::Gather(id).into());
        None
    }

    /// Another server asks about a stream: its leader tells.
    pub(super) fn tell_stream_info<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        request: &Message,
        requester: &Requester,
    ) {
        let Some(name) = request.subject.strip_prefix("$JSC.SI.$G.") else { return };
        let Some(hosted) = self.streams.get(name).filter(|hosted| hosted.leading) else { return };
        let text = to_json(&self.stream_info(cx.now(), hosted));
        self.respond_raw(cx, requester, text);
    }

    /// Another server told about a stream.
    pub(super) fn gathered<H: Host>(&mut self, cx: &mut Context<'_, H>, told: &Message) {
        let id = told.subject.rsplit('.').next().and_then(|id| id.parse().ok());
        let Some((id, gather)) = id.and_then(|id| Some((id, self.memory.gathers.get_mut(&id)?)))
        else {
            return;
        };
        let Ok(info) = json::read::<StreamInfo>(&told.payload) else { return };
        let name: Arc<str> = info.config.name.as_str().into();
        gather.missing.remove(&name);
        gather.told.insert(name, info);
        if gather.missing.is_empty() {
            self.finish_gather(cx, id);
        }
    }

    /// Time is up.
    pub(super) fn gather_late<H: Host>(&mut self, cx: &mut Context<'_, H>, id: u64) {
        self.finish_gather(cx, id);
    }

    fn finish_gather<H: Host>(&mut self, cx: &mut Context<'_, H>, id: u64) {
        let Some(gather) = self.memory.gathers.remove(&id) else { return };
        let answer = self.gathered_answer(&gather);
        let endpoint = match gather.what {
            What::List { .. } => Endpoint::StreamList,
            What::Account => Endpoint::AccountInfo,
        };
        self.respond(cx, endpoint, &gather.requester, answer);
    }

    fn gathered_answer(&self, gather: &Gather) -> Answer {
        match gather.what {
            What::Account => answer(Endpoint::AccountInfo, self.account(gather)),
            What::List { total, offset } => {
                let streams: Vec<StreamInfo> = gather
                    .told
                    .values()
                    .cloned()
                    .map(|mut info| {
                        let config = Arc::make_mut(&mut info.config);
                        config.metadata.remove("_nats.ver");
                        config.metadata.remove("_nats.level");
                        if !self.is_clustered() {
                            info.cluster = None;
                        }
                        info
                    })
                    .collect();
                let missing = gather.missing.iter().map(ToString::to_string).collect();
                let list = List {
                    total,
                    offset,
                    limit: LIST_LIMIT,
                    streams: Some(streams),
                    missing,
                    ..List::default()
                };
                answer(Endpoint::StreamList, list)
            }
        }
    }

    fn account(&self, gather: &Gather) -> AccountInfo {
        let consumers =
            self.assignments.streams().map(|(_, a)| a.listed_consumers().count() as u64);
        let mut account = AccountInfo {
            streams: (gather.told.len() + gather.missing.len()) as u64,
            consumers: consumers.sum(),
            domain: self.config.domain.clone(),
            api: ApiStats { level: API_LEVEL, ..self.memory.api },
            ..AccountInfo::default()
        };
        for info in gather.told.values() {
            let reserved = limit(info.config.max_bytes).unwrap_or(0);
            match info.config.storage {
                Storage::Memory => {
                    account.memory += info.state.bytes;
                    account.reserved_memory += reserved;
                }
                Storage::File => {
                    account.storage += info.state.bytes;
                    account.reserved_storage += reserved;
                }
            }
        }
        account
    }
}
