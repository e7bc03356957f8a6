//! The endpoints of the consumer API that change something: create, update, pause, delete.

use std::sync::Arc;

use crate::jetstream::api::{ConsumerCall, Endpoint};
use crate::jetstream::consumer::{Admitted, Surroundings, admit, agree, with_pause};
use crate::kernel::{Context, Time};
use crate::nats::api::response::Success;
use crate::nats::api::{
    ApiError, ConsumerBody, ConsumerConfig, ConsumerCreateRequest, ConsumerInfo, ConsumerPaused,
    Moment, PauseRequest,
};

use super::super::answer::{Answer, answer, refusal};
use super::super::api_stream::without_status;
use super::super::meta::{Assignment, ConsumerAssignment, MetaCommand, Requester};
use super::super::{Host, Move, Server};
use super::api::Result;
use super::place::{Place, home_of_consumer, replicas_of};
use super::{ConsumerNote, is_hidden};

/// The length of the names that the server makes up.
const NAME: usize = 8;

impl Server {
    pub(super) fn create_consumer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &str,
        call: ConsumerCall<'_>,
        body: &[u8],
        requester: &Requester,
    ) -> Result {
        let mut request = ConsumerCreateRequest::decode(body)?;
        let name = agree(call, stream, self.is_clustered(), &mut request)?;
        let assignment = self.assignments.get(stream).ok_or(ApiError::STREAM_NOT_FOUND)?.clone();
        if request.config.direct && request.config.sourcing {
            return self.create_sourcing(cx, stream, &name, request, requester);
        }
        let existing = match self.hosted_consumer(stream, &name) {
            // A lone server compares with what became of the configuration.
            Some(about) if !self.is_clustered() => Some(about.consumer.config()),
            _ => assignment.consumers.get(&*name).map(|known| &known.config),
        };
        let others: Vec<&ConsumerConfig> = assignment
            .consumers
            .iter()
            .filter(|(other, _)| ***other != *name)
            .map(|(_, known)| &*known.config)
            .collect();
        let around = Surroundings {
            stream: &assignment.config,
            existing: existing.map(|existing| &**existing),
            others: &others,
            is_bound: existing.is_some_and(|existing| self.has_subscribers(existing)),
        };
        match admit(request, around)? {
            Admitted::Create(config) => {
                let name = if name.is_empty() { cx.rng().base62(NAME) } else { name };
                self.add_consumer(cx, name.into(), config, &assignment, requester)
            }
            Admitted::Update(config) => {
                let moved = self.move_of_consumer(cx, &assignment, &name, &config);
                let (stream, consumer, config) = (stream.into(), name.into(), config.into());
                let (pause, requester) = (false, requester.clone());
                let command = MetaCommand::UpdateConsumer {
                    stream,
                    consumer,
                    config,
                    moved,
                    pause,
                    requester,
                };
                self.propose_meta(cx, command);
                Ok(None)
            }
        }
    }

    /// Where a consumer has to move with another configuration, if it has to.
    fn move_of_consumer<H: Host>(
        &self,
        cx: &mut Context<'_, H>,
        stream: &Assignment,
        name: &str,
        config: &ConsumerConfig,
    ) -> Option<Move> {
        let known = stream.consumers.get(name)?;
        let to = known.desired.as_ref().map_or(&known.peers, |to| &to.peers);
        let replicas = replicas_of(config, stream, &stream.peers);
        if !self.is_clustered() || replicas == to.len() {
            return None;
        }
        let peers = if replicas < known.peers.len() {
            Vec::new()
        } else {
            home_of_consumer(config, stream, &known.peers, &stream.peers)
        };
        let group = Self::new_consumer_group(cx, config, stream, replicas);
        Some(Move { peers, created: cx.now(), origin: None, group })
    }

    fn add_consumer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: Arc<str>,
        config: ConsumerConfig,
        stream: &Assignment,
        requester: &Requester,
    ) -> Result {
        let Place { peers, group, preferred } = self.place_consumer(cx, &config, stream)?;
        let config = Arc::new(config);
        self.propose_meta(
            cx,
            MetaCommand::CreateConsumer {
                stream: stream.config.name.as_str().into(),
                consumer: name,
                assignment: ConsumerAssignment {
                    config,
                    created: cx.now(),
                    peers,
                    group,
                    desired: None,
                },
                preferred,
                requester: requester.clone(),
            },
        );
        Ok(None)
    }

    pub(super) fn delete_consumer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &str,
        name: &str,
        requester: &Requester,
    ) -> Result {
        if !self.is_clustered() && self.hosted_consumer(stream, name).is_some_and(is_hidden) {
            self.remove_consumer(cx, &stream.into(), &name.into(), ConsumerNote::Deleted);
            let call = ConsumerCall::Delete(name);
            return Ok(Some(answer(Endpoint::Consumer { stream, call }, Success::DONE)));
        }
        self.known_consumer(stream, name)?;
        let (stream, consumer) = (stream.into(), name.into());
        let requester = Some(requester.clone());
        self.propose_meta(cx, MetaCommand::DeleteConsumer { stream, consumer, requester });
        Ok(None)
    }

    pub(super) fn pause_consumer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &str,
        name: &str,
        body: &[u8],
        requester: &Requester,
    ) -> Result {
        let request = PauseRequest::decode(body)?;
        self.known_consumer(stream, name)?;
        let known = self.assignments.consumer(stream, name).ok_or(ApiError::CONSUMER_NOT_FOUND)?;
        let config = with_pause(&known.config, request.pause_until.as_ref());
        let command = MetaCommand::UpdateConsumer {
            stream: stream.into(),
            consumer: name.into(),
            config: Arc::new(config),
            moved: None,
            pause: true,
            requester: requester.clone(),
        };
        self.propose_meta(cx, command);
        Ok(None)
    }

    /// Answers who created or changed a consumer with what it was before it delivered anything more.
    pub(super) fn answer_consumer_created<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
        info: ConsumerInfo,
        requester: &Requester,
    ) {
        let Some(about) = self.hosted_consumer(stream, consumer) else { return };
        let mut info = self.completed(cx.now(), about, info);
        info.cluster = info.cluster.map(without_status);
        let call = ConsumerCall::Create { name: Some(consumer), filter: None };
        let endpoint = Endpoint::Consumer { stream, call };
        let headers = self.identity_of(stream, &info.config);
        let answer = Answer { headers, ..answer(endpoint, ConsumerBody { info: Some(info) }) };
        self.respond(cx, endpoint, requester, answer);
    }

    /// Answers who wanted to create a consumer that was there already.
    pub(super) fn answer_consumer_known<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
        requester: &Requester,
    ) {
        let call = ConsumerCall::Create { name: Some(consumer), filter: None };
        let endpoint = Endpoint::Consumer { stream, call };
        let info = self.told_info(cx, stream, consumer);
        self.respond(cx, endpoint, requester, answer(endpoint, ConsumerBody { info }));
    }

    /// Answers who wanted to create or change a consumer that cannot be there any more. Only the
    /// meta leader does.
    pub(super) fn answer_consumer_gone<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
        requester: &Requester,
    ) {
        if self.is_clustered() && !self.leads_meta() {
            return;
        }
        let call = ConsumerCall::Create { name: Some(consumer), filter: None };
        let endpoint = Endpoint::Consumer { stream, call };
        let error = match self.assignments.get(stream) {
            Some(_) => ApiError::CONSUMER_NOT_FOUND,
            None => ApiError::STREAM_NOT_FOUND,
        };
        self.respond(cx, endpoint, requester, refusal(endpoint, error));
    }

    /// Answers who wanted a consumer to pause or to go on.
    pub(super) fn answer_consumer_paused<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
        requester: &Requester,
    ) {
        let endpoint = Endpoint::Consumer { stream, call: ConsumerCall::Pause(consumer) };
        let answer = match self.assignments.consumer(stream, consumer) {
            Some(known) => answer(endpoint, paused(&known.config, cx.now())),
            None => refusal(endpoint, ApiError::CONSUMER_NOT_FOUND),
        };
        self.respond(cx, endpoint, requester, answer);
    }

    pub(super) fn answer_consumer_deleted<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
        known: bool,
        requester: &Requester,
    ) {
        let endpoint = Endpoint::Consumer { stream, call: ConsumerCall::Delete(consumer) };
        let answer = if known {
            answer(endpoint, Success::DONE)
        } else {
            refusal(endpoint, ApiError::CONSUMER_NOT_FOUND)
        };
        self.respond(cx, endpoint, requester, answer);
    }
}

fn paused(config: &ConsumerConfig, now: Time) -> ConsumerPaused {
    let Some(until) = &config.pause_until else { return ConsumerPaused::default() };
    let remaining = until.at().since(now).as_nanos();
    ConsumerPaused {
        paused: remaining > 0,
        pause_until: Moment::utc(until),
        pause_remaining: i64::try_from(remaining).unwrap_or(i64::MAX),
    }
}
