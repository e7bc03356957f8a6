//! The endpoints of the consumer API that tell something, and who answers them.

use std::sync::Arc;

use crate::jetstream::api::{ConsumerCall, Endpoint};
use crate::jetstream::consumer::{Cx, with_server};
use crate::kernel::{Context, Rng, Time};
use crate::nats::api::response::{NAMES_LIMIT, Response, Success};
use crate::nats::api::{
    ApiError, ConsumerBody, ConsumerInfo, ConsumerListRequest, ConsumerNames, ConsumerReset,
    StepdownRequest, UnpinRequest,
};
use crate::nats::{Message, Subject};

use super::super::answer::{Answer, answer};
use super::super::api::Business;
use super::super::api_stream::page;
use super::super::meta::Requester;
use super::super::{Host, Server};
use super::HostedConsumer;

/// An answer now, later (`None`), or an error.
pub(super) type Result<T = Option<Answer>> = std::result::Result<T, ApiError>;

impl Server {
    /// Whose business a request about consumers is.
    pub(in crate::server) fn consumer_business(
        &self,
        stream: &str,
        call: ConsumerCall<'_>,
    ) -> Business {
        let for_leader = matches!(
            call,
            ConsumerCall::Info(_) | ConsumerCall::Unpin(_) | ConsumerCall::LeaderStepDown(_)
        );
        if !self.is_clustered() {
            return match call {
                ConsumerCall::LeaderStepDown(_)
                | ConsumerCall::PeerRemove(_)
                | ConsumerCall::PeerEvacuate(_) => Business::Refused(ApiError::CLUSTER_REQUIRED),
                _ => Business::Ours,
            };
        }
        let name = call.consumer().unwrap_or_default();
        if !for_leader || self.assignments.consumer(stream, name).is_none() {
            return if self.leads_meta() { Business::Ours } else { Business::Nobodys };
        }
        match self.hosted_consumer(stream, name) {
            Some(about) if about.leading => Business::Ours,
            Some(HostedConsumer { group: Some((_, member)), .. })
                if member.raft.leader().is_none() =>
            {
                Business::Refused(ApiError::CLUSTER_NOT_AVAILABLE)
            }
            _ => Business::Nobodys,
        }
    }

    /// Does what a request about consumers wants. The answer comes now, or later.
    pub(in crate::server) fn carry_out_consumer_api<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &str,
        call: ConsumerCall<'_>,
        body: &[u8],
        requester: &Requester,
    ) -> Result {
        let endpoint = Endpoint::Consumer { stream, call };
        match call {
            ConsumerCall::Create { .. } | ConsumerCall::CreateDurable(_) => {
                self.create_consumer(cx, stream, call, body, requester)
            }
            ConsumerCall::Names => self.consumer_names(endpoint, stream, body),
            ConsumerCall::List => self.consumer_list(cx, stream, body, requester),
            ConsumerCall::Info(name) => {
                self.known_consumer(stream, name)?;
                let info = self.told_info(cx, &stream.into(), &name.into());
                Ok(Some(answer(endpoint, ConsumerBody { info })))
            }
            ConsumerCall::Delete(name) => self.delete_consumer(cx, stream, name, requester),
            ConsumerCall::Pause(name) => self.pause_consumer(cx, stream, name, body, requester),
            ConsumerCall::Unpin(name) => {
                let request = UnpinRequest::decode(body)?;
                self.known_consumer(stream, name)?;
                self.with_consumer(cx, &stream.into(), &name.into(), |consumer, cx| {
                    consumer.unpin(cx, &request.group)
                })
                .unwrap_or(Err(ApiError::CONSUMER_NOT_FOUND))?;
                Ok(Some(answer(endpoint, Success::default())))
            }
            ConsumerCall::LeaderStepDown(name) => {
                let request = StepdownRequest::decode(body)?;
                self.known_consumer(stream, name)?;
                let about = self.hosted_consumer(stream, name);
                if let Some((group, member)) = about.and_then(|about| about.group.as_ref()) {
                    let (group, raft) = (Arc::clone(group), &member.raft);
                    let preferred = self.successor(raft, &request)?;
                    self.with_group(cx, &group, |raft, now, out| {
                        let _ = raft.step_down(now, preferred, out);
                    });
                }
                Ok(Some(answer(endpoint, Success::DONE)))
            }
            ConsumerCall::PeerRemove(name) => {
                self.move_consumer_away(cx, stream, name, body, false)?;
                Ok(Some(answer(endpoint, Success::DONE)))
            }
            ConsumerCall::PeerEvacuate(name) => {
                self.move_consumer_away(cx, stream, name, body, true)?;
                Ok(Some(answer(endpoint, Success::DONE)))
            }
            ConsumerCall::Reset(_) => Ok(None),
        }
    }

    /// That there is such a consumer.
    ///
    /// # Errors
    /// 10059 without such a stream, 10014 without such a consumer.
    pub(super) fn known_consumer(&self, stream: &str, consumer: &str) -> Result<()> {
        let assignment = self.assignments.get(stream).ok_or(ApiError::STREAM_NOT_FOUND)?;
        if !assignment.consumers.contains_key(consumer) {
            return Err(ApiError::CONSUMER_NOT_FOUND);
        }
        Ok(())
    }

    fn consumer_names(&self, endpoint: Endpoint<'_>, stream: &str, body: &[u8]) -> Result {
        let request = ConsumerListRequest::decode(body)?;
        let assignment = self.assignments.get(stream).ok_or(ApiError::STREAM_NOT_FOUND)?;
        let names: Vec<String> = assignment.listed_consumers().map(ToString::to_string).collect();
        let total = names.len() as u64;
        let (consumers, offset) = page(names, request.offset, NAMES_LIMIT);
        let names = ConsumerNames { total, offset, limit: NAMES_LIMIT, consumers };
        Ok(Some(answer(endpoint, names)))
    }

    /// All about a consumer led here, as the API tells it. Waiting pull requests that nobody
    /// listens to any more are dropped by the way, as the real server does.
    pub(super) fn told_info<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
    ) -> Option<ConsumerInfo> {
        let info = self.with_consumer(cx, stream, consumer, |consumer, cx| consumer.info(cx))?;
        Some(self.completed(cx.now(), self.hosted_consumer(stream, consumer)?, info))
    }

    /// All about a consumer, as the copy here knows it.
    pub fn consumer_info(&self, now: Time, stream: &str, consumer: &str) -> Option<ConsumerInfo> {
        let hosted = self.streams.get(stream)?;
        let about = hosted.consumers.get(consumer)?;
        let info = about.consumer.clone().info(&mut Cx {
            now,
            store: hosted.stream.store(),
            stream: hosted.stream.config(),
            // Telling takes no chances.
            rng: &mut Rng::new(0),
            interest: &|subject| self.memory.interest.has_interest(subject),
            linked: false,
            out: &mut Vec::new(),
        });
        Some(self.completed(now, about, info))
    }

    /// Adds what the consumer itself does not know.
    pub(super) fn completed(
        &self,
        now: Time,
        about: &HostedConsumer,
        info: ConsumerInfo,
    ) -> ConsumerInfo {
        let config = with_server(&info.config);
        let group = about.group.as_ref();
        let (stream, name) = (about.consumer.stream(), about.consumer.name());
        let asset = (Arc::clone(stream), Some(Arc::clone(name)));
        let cluster = self.is_clustered().then(|| self.cluster_info(now, group, &asset));
        ConsumerInfo { config: Arc::new(config), cluster, ..info }
    }

    /// Answers who wanted a consumer to be set back.
    pub(super) fn answer_reset<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
        reset_seq: u64,
        reply: Option<Subject>,
        info: ConsumerInfo,
    ) {
        let Some(reply) = reply else { return };
        let Some(about) = self.hosted_consumer(stream, consumer) else { return };
        let info = Some(self.completed(cx.now(), about, info));
        let answer = Response::new("consumer_reset", ConsumerReset { info, reset_seq });
        self.publish(cx, &Message::new(reply, answer.to_json()));
    }
}
