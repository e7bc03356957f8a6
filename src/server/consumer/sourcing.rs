//! Consumers that serve mirrors and sources.
//!
//! The leader of the origin answers such a request itself. Where messages stay until limits remove
//! them, the consumer lives in this server's memory, and the API does not show it. Where
//! messages go when they are acknowledged, it becomes one like others: durable, replicated, and it
//! waits until the other stream says what it has stored.

use std::sync::Arc;

use crate::jetstream::api::{ConsumerCall, Endpoint};
use crate::jetstream::consumer::{Admitted, Consumer, Surroundings, admit};
use crate::kernel::{Context, Time};
use crate::nats::api::{AckPolicy, ApiError, ConsumerConfig, ConsumerCreateRequest, Retention};
use crate::nats::{Headers, hash8};

use super::super::api::Business;
use super::super::meta::{ConsumerAssignment, MetaCommand, Requester};
use super::super::{Host, Server};
use super::api::Result;
use super::place::Place;
use super::{ConsumerNote, HostedConsumer};

/// The header in which an origin says which stream it is.
const IDENTITY: &str = "Nats-Stream-Identity";

impl Server {
    /// Whose business a request for such a consumer is; none if it is a request for another one.
    pub(in crate::server) fn sourcing_business(
        &self,
        endpoint: Endpoint<'_>,
        body: &[u8],
    ) -> Option<Business> {
        let Endpoint::Consumer { stream, call: ConsumerCall::Create { .. } } = endpoint else {
            return None;
        };
        let request = ConsumerCreateRequest::decode(body).ok().filter(|_| self.is_clustered())?;
        if !(request.config.direct && request.config.sourcing) {
            return None;
        }
        let leads = self.streams.get(stream).is_some_and(|hosted| hosted.leading);
        Some(if leads { Business::Ours } else { Business::Nobodys })
    }

    /// Whether a stream is the one that a request means.
    ///
    /// # Errors
    /// 10225 if another one has its name now.
    pub(in crate::server) fn check_identity(
        &self,
        endpoint: Endpoint<'_>,
        headers: Option<&Headers>,
    ) -> Result<()> {
        let Endpoint::Consumer { stream, call: ConsumerCall::Create { .. } } = endpoint else {
            return Ok(());
        };
        let meant = headers.and_then(|headers| headers.get(IDENTITY)).unwrap_or_default();
        let Some(known) = self.assignments.get(stream).filter(|_| !meant.is_empty()) else {
            return Ok(());
        };
        let is = identity(known.created);
        if is == meant {
            return Ok(());
        }
        Err(ApiError::stream_identity(format!("expected {meant}, is {is}")))
    }

    /// The header of the answer to such a request.
    pub(super) fn identity_of(&self, stream: &str, config: &ConsumerConfig) -> Option<Headers> {
        let known = self.assignments.get(stream).filter(|_| config.sourcing)?;
        Some(Headers::new([(IDENTITY, identity(known.created))]))
    }

    /// Makes a consumer for a mirror or a source.
    pub(super) fn create_sourcing<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &str,
        name: &str,
        request: ConsumerCreateRequest,
        requester: &Requester,
    ) -> Result {
        let hosted = self.streams.get(stream).ok_or(ApiError::STREAM_NOT_FOUND)?;
        let origin = Arc::clone(hosted.stream.config());
        let around = Surroundings { stream: &origin, existing: None, others: &[], is_bound: false };
        if origin.retention != Retention::Limits {
            let config = acknowledging(request.config, name);
            return self.create_acknowledging(cx, config, around, requester);
        }
        let mut request = request;
        let name: Arc<str> = if name.is_empty() {
            cx.rng().base62(8).into()
        } else {
            format!("{name}-{}", cx.rng().base62(8)).into()
        };
        request.config.name = name.to_string();
        let Admitted::Create(config) = admit(request, around)? else { return Ok(None) };
        let stream: Arc<str> = stream.into();
        let consumer =
            Consumer::new(Arc::clone(&stream), Arc::clone(&name), config.into(), cx.now());
        let created_for = Some(requester.clone());
        let about = HostedConsumer { created_for, ..HostedConsumer::new(consumer, None) };
        if let Some(hosted) = self.streams.get_mut(&stream) {
            hosted.consumers.insert(Arc::clone(&name), about);
        }
        Self::note_consumer(cx, &stream, &name, ConsumerNote::Created);
        self.lead_consumer(cx, &stream, &name);
        Ok(None)
    }

    /// Makes a consumer that others see, or lets the one there is deliver elsewhere.
    fn create_acknowledging<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        config: ConsumerConfig,
        around: Surroundings<'_>,
        requester: &Requester,
    ) -> Result {
        let stream: Arc<str> = around.stream.name.as_str().into();
        let consumer: Arc<str> = config.name.as_str().into();
        let request = ConsumerCreateRequest { config, ..ConsumerCreateRequest::default() };
        let Admitted::Create(config) = admit(request, around)? else { return Ok(None) };
        let assignment = self.assignments.get(&stream).ok_or(ApiError::STREAM_NOT_FOUND)?;
        let requester = requester.clone();
        let command = if let Some(known) = assignment.consumers.get(&consumer) {
            let (moved, pause, old) = (None, false, ConsumerConfig::clone(&known.config));
            let config = ConsumerConfig { deliver_subject: config.deliver_subject, ..old }.into();
            MetaCommand::UpdateConsumer { stream, consumer, config, moved, pause, requester }
        } else {
            let Place { peers, group, preferred } = self.place_consumer(cx, &config, assignment)?;
            let (created, config) = (cx.now(), Arc::new(config));
            let assignment = ConsumerAssignment { config, created, peers, group, desired: None };
            MetaCommand::CreateConsumer { stream, consumer, assignment, preferred, requester }
        };
        self.forward_meta(cx, command);
        Ok(None)
    }
}

/// What becomes of the request where messages go when they are acknowledged.
fn acknowledging(wanted: ConsumerConfig, name: &str) -> ConsumerConfig {
    ConsumerConfig {
        name: name.to_owned(),
        durable_name: name.to_owned(),
        direct: false,
        ack_policy: AckPolicy::FlowControl,
        ack_wait: 0,
        max_deliver: -1,
        inactive_threshold: 0,
        ..wanted
    }
}

/// What tells a stream from others that had its name: a hash of the moment it was created.
fn identity(created: Time) -> String {
    hash8(&created.unix_ns().to_string())
}
