//! The list of a stream's consumers: the meta leader asks the leaders of those it does not lead
//! itself (`$JSC.CI.<account>.<stream>.<consumer>`), and answers when all have told, or when time is
//! up.

use crate::sorted::{Map, Set};
use std::sync::Arc;

use bytes::Bytes;

use crate::jetstream::api::{ConsumerCall, Endpoint};
use crate::kernel::{Context, Span};
use crate::nats::api::response::LIST_LIMIT;
use crate::nats::api::{ApiError, ConsumerInfo, ConsumerList, ConsumerListRequest, to_json};
use crate::nats::{Message, json};

use super::super::answer::{Answer, answer, refusal};
use super::super::api_stream::page;
use super::super::meta::Requester;
use super::super::{Host, RouteOp, Server, Timer};
use super::api::Result;

/// How long others have to tell (nats-server: 4 s).
const PATIENCE: Span = Span::secs(4);

/// A list that is being gathered.
#[derive(Debug, Clone)]
pub(in crate::server) struct ConsumerGather {
    /// The request for a backup of the stream, if it is for that.
    snapshot: Option<Bytes>,
    stream: Arc<str>,
    total: u64,
    offset: u64,
    requester: Requester,
    missing: Set<Arc<str>>,
    told: Map<Arc<str>, ConsumerInfo>,
}

impl Server {
    pub(super) fn consumer_list<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &str,
        body: &[u8],
        requester: &Requester,
    ) -> Result {
        let request = ConsumerListRequest::decode(body)?;
        let assignment = self.assignments.get(stream).ok_or(ApiError::STREAM_NOT_FOUND)?;
        let names: Vec<Arc<str>> = assignment.listed_consumers().cloned().collect();
        let total = names.len() as u64;
        let (page, offset) = page(names, request.offset, LIST_LIMIT);
        let mut gather = ConsumerGather {
            snapshot: None,
            stream: stream.into(),
            total,
            offset,
            requester: requester.clone(),
            missing: Set::new(),
            told: Map::new(),
        };
        self.begin_gather(cx, stream, page, &mut gather);
        if gather.missing.is_empty() {
            return Ok(Some(listed(gather)));
        }
        self.ask_consumer_leaders(cx, gather);
        Ok(None)
    }

    /// Gathers what a backup of a stream has to know of its consumers: of each, its leader knows. The
    /// backup begins when all have told.
    pub(in crate::server) fn gather_for_snapshot<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &str,
        body: &[u8],
        requester: &Requester,
    ) -> Result<()> {
        let assignment = self.assignments.get(stream).ok_or(ApiError::STREAM_NOT_FOUND)?;
        let names: Vec<Arc<str>> = assignment.listed_consumers().cloned().collect();
        let mut gather = ConsumerGather {
            snapshot: Some(Bytes::copy_from_slice(body)),
            stream: stream.into(),
            total: 0,
            offset: 0,
            requester: requester.clone(),
            missing: Set::new(),
            told: Map::new(),
        };
        self.begin_gather(cx, stream, names, &mut gather);
        if gather.missing.is_empty() {
            return self.snapshot_gathered(cx, stream, body, gather.told, requester);
        }
        self.ask_consumer_leaders(cx, gather);
        Ok(())
    }

    /// Notes what is known here of these consumers.
    fn begin_gather<H: Host>(
        &self,
        cx: &Context<'_, H>,
        stream: &str,
        names: Vec<Arc<str>>,
        gather: &mut ConsumerGather,
    ) {
        for name in names {
            let leading = self.leads_consumer(stream, &name);
            match self.consumer_info(cx.now(), stream, &name).filter(|_| leading) {
                Some(info) => drop(gather.told.insert(name, info)),
                None => drop(gather.missing.insert(name)),
            }
        }
    }

    fn ask_consumer_leaders<H: Host>(&mut self, cx: &mut Context<'_, H>, gather: ConsumerGather) {
        self.memory.next_reply += 1;
        let id = self.memory.next_reply;
        let reply = format!("_R_.{}.C.{id}", &self.id[1..9]);
        let stream = &gather.stream;
        for name in &gather.missing {
            let Some(assignment) = self.assignments.consumer(stream, name) else { continue };
            for &peer in assignment.peers.iter().filter(|peer| **peer != self.config.me) {
                let message = Message::new(format!("$JSC.CI.$G.{stream}.{name}"), "")
                    .with_reply(reply.as_str());
                let op = RouteOp::system(message);
                self.send_route(cx, peer, op);
            }
        }
        self.memory.consumer_gathers.insert(id, gather);
        cx.set_timer(PATIENCE, Timer::GatherConsumers(id).into());
    }

    /// Another server asks about a consumer: its leader tells.
    pub(in crate::server) fn tell_consumer_info<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        request: &Message,
        requester: &Requester,
    ) {
        let names = request.subject.strip_prefix("$JSC.CI.$G.");
        let Some((stream, name)) = names.and_then(|names| names.split_once('.')) else { return };
        if !self.leads_consumer(stream, name) {
            return;
        }
        let Some(info) = self.consumer_info(cx.now(), stream, name) else { return };
        self.respond_raw(cx, requester, to_json(&info));
    }

    /// Another server told about a consumer.
    pub(in crate::server) fn gathered_consumer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        told: &Message,
    ) {
        let id = told.subject.rsplit('.').next().and_then(|id| id.parse().ok());
        let Some(id) = id else { return };
        let Some(gather) = self.memory.consumer_gathers.get_mut(&id) else { return };
        let Ok(info) = json::read::<ConsumerInfo>(&told.payload) else { return };
        let name: Arc<str> = info.name.as_str().into();
        gather.missing.remove(&name);
        gather.told.insert(name, info);
        if gather.missing.is_empty() {
            self.finish_consumer_gather(cx, id);
        }
    }

    /// All have told, or time is up.
    pub(in crate::server) fn finish_consumer_gather<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        id: u64,
    ) {
        let Some(gather) = self.memory.consumer_gathers.remove(&id) else { return };
        let (stream, requester) = (Arc::clone(&gather.stream), gather.requester.clone());
        if let Some(body) = &gather.snapshot {
            let result = match gather.missing.first() {
                None => self.snapshot_gathered(cx, &stream, body, gather.told, &requester),
                Some(name) => {
                    let why = format!("could not get the state of consumer \"{name}\"");
                    Err(ApiError::snapshot_failed(why))
                }
            };
            if let Err(error) = result {
                let endpoint = Endpoint::StreamSnapshot(&stream);
                self.respond(cx, endpoint, &requester, refusal(endpoint, error));
            }
            return;
        }
        let endpoint = Endpoint::Consumer { stream: &stream, call: ConsumerCall::List };
        self.respond(cx, endpoint, &requester, listed(gather));
    }
}

fn listed(gather: ConsumerGather) -> Answer {
    let ConsumerGather { stream, total, offset, missing, told, .. } = gather;
    let consumers = told
        .into_values()
        .map(|mut info| {
            let config = Arc::make_mut(&mut info.config);
            config.metadata.remove("_nats.ver");
            config.metadata.remove("_nats.level");
            info
        })
        .collect();
    let missing = missing.iter().map(ToString::to_string).collect();
    let list = ConsumerList {
        total,
        offset,
        limit: LIST_LIMIT,
        consumers,
        missing,
        ..ConsumerList::default()
    };
    answer(Endpoint::Consumer { stream: &stream, call: ConsumerCall::List }, list)
}
