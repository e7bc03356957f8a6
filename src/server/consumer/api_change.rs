//! The endpoints of the consumer API that change something: create, update, pause, delete.

use std::sync::Arc;

use crate::jetstream::api::{ConsumerCall, Endpoint};
use crate::kernel::{Context, Time};
use crate::nats::api::response::Success;
use crate::nats::api::{
    ApiError, ConsumerAction, ConsumerBody, ConsumerConfig, ConsumerCreateRequest, ConsumerInfo,
    ConsumerPaused, Moment, PauseRequest, limit,
};

use super::super::answer::{answer, refusal};
use super::super::meta::{Assignment, ConsumerAssignment, MetaCommand, Requester};
use super::super::{Host, Server};
use super::api::Result;
use super::place::Place;

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
        let request = ConsumerCreateRequest::decode(body)?;
        let action = request.action;
        let assignment = self.assignments.get(stream).ok_or(ApiError::STREAM_NOT_FOUND)?.clone();
        let mut config = request.config;
        if let Some(name) = call.consumer() {
            config.name = name.to_owned();
        }
        let name: Arc<str> = match config.name.as_str() {
            "" => cx.rng().base62(NAME).into(),
            name => name.into(),
        };
        match assignment.consumers.get(&name) {
            None if action == ConsumerAction::Update => Err(ApiError::CONSUMER_DOES_NOT_EXIST),
            None => self.add_consumer(cx, name, config, &assignment, requester),
            Some(_) if action == ConsumerAction::Create => Err(ApiError::CONSUMER_ALREADY_EXISTS),
            Some(existing) => {
                let config = Arc::new(config);
                let (stream, requester) = (stream.into(), requester.clone());
                let _ = existing;
                let command = MetaCommand::UpdateConsumer {
                    stream,
                    consumer: name,
                    config,
                    pause: false,
                    requester,
                };
                self.propose_meta(cx, command);
                Ok(None)
            }
        }
    }

    fn add_consumer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: Arc<str>,
        config: ConsumerConfig,
        stream: &Assignment,
        requester: &Requester,
    ) -> Result {
        let most = limit(stream.config.max_consumers);
        if most.is_some_and(|most| stream.listed_consumers().count() as u64 >= most) {
            return Err(ApiError::MAXIMUM_CONSUMERS);
        }
        let Place { peers, group, preferred } = self.place_consumer(cx, &config, stream)?;
        let config = Arc::new(config);
        self.propose_meta(
            cx,
            MetaCommand::CreateConsumer {
                stream: stream.config.name.as_str().into(),
                consumer: name,
                assignment: ConsumerAssignment { config, created: cx.now(), peers, group },
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
        let mut config = (*known.config).clone();
        config.pause_until = request.pause_until;
        let command = MetaCommand::UpdateConsumer {
            stream: stream.into(),
            consumer: name.into(),
            config: Arc::new(config),
            pause: true,
            requester: requester.clone(),
        };
        self.propose_meta(cx, command);
        Ok(None)
    }

    pub(super) fn answer_consumer_created<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
        requester: &Requester,
    ) {
        let call = ConsumerCall::Create { name: Some(consumer), filter: None };
        let endpoint = Endpoint::Consumer { stream, call };
        let info = self
            .told_info(cx, stream, consumer)
            .map(|info| ConsumerInfo { push_bound: self.is_bound(stream, consumer), ..info });
        self.respond(cx, endpoint, requester, answer(endpoint, ConsumerBody { info }));
    }

    /// Answers a consumer's update, or, where it is only to pause or go on, what became of that.
    pub(super) fn answer_consumer_updated<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
        pause: bool,
        requester: &Requester,
    ) {
        if !pause {
            return self.answer_consumer_created(cx, stream, consumer, requester);
        }
        let endpoint = Endpoint::Consumer { stream, call: ConsumerCall::Pause(consumer) };
        let Some(assignment) = self.assignments.consumer(stream, consumer) else { return };
        let body = paused(&assignment.config, cx.now());
        self.respond(cx, endpoint, requester, answer(endpoint, body));
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
