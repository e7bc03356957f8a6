//! Taking a stream in: chunks come and are acknowledged; the empty one after them makes the stream,
//! and is answered as the creation of a stream is.

use std::sync::Arc;

use bytes::Bytes;

use crate::jetstream::api::Endpoint;
use crate::jetstream::backup::{Backup, BackupError};
use crate::jetstream::consumer::{Admitted, Surroundings, admit};
use crate::jetstream::stream::normalise;
use crate::kernel::{ConnId, Context, Time, TimerId};
use crate::nats::api::response::{Created, Restorable};
use crate::nats::api::{
    ApiError, ConsumerConfig, ConsumerCreateRequest, CreateRequest, Response, RestoreRequest,
    StreamConfig, TransferAdvisory,
};
use crate::nats::{Message, Subject};
use crate::sorted::Map;

use super::super::answer::{Answer, answer};
use super::super::api::Request;
use super::super::meta::{Assignment, ConsumerAssignment, MetaCommand, Requester};
use super::super::{Host, Server, Target, Timer};
use super::SILENCE;

/// A stream that is being taken in.
#[derive(Debug, Clone)]
pub(in crate::server) struct Receiving {
    config: Arc<StreamConfig>,
    chunks: Vec<Bytes>,
    bytes: usize,
    began: Time,
    asker: Option<ConnId>,
    timer: TimerId,
}

impl Server {
    /// Makes ready to take a stream in. The answer says where its chunks are to be sent.
    pub(in crate::server) fn restore_stream<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &str,
        body: &[u8],
        requester: &Requester,
    ) -> Result<Option<Answer>, ApiError> {
        let RestoreRequest { config } = RestoreRequest::decode(body)?;
        let mut request = CreateRequest { config, pedantic: false };
        if request.config.name.is_empty() {
            name.clone_into(&mut request.config.name);
        }
        if request.config.name != name {
            return Err(ApiError::STREAM_MISMATCH);
        }
        let known = |name: &str| self.assignments.get(name).map(|known| Arc::clone(&known.config));
        let config = normalise(request, self.limits_for(name), &known)?;
        if self.assignments.get(name).is_some() {
            return Err(ApiError::STREAM_NAME_EXISTS_RESTORE);
        }
        let key: Subject = format!("$JS.SNAPSHOT.RESTORE.{name}.{}", cx.rng().base62(22)).into();
        let receiving = Receiving {
            config: config.into(),
            chunks: Vec::new(),
            bytes: 0,
            began: cx.now(),
            asker: self.asker(requester),
            timer: cx.set_timer(SILENCE, Timer::Transfer(Arc::clone(&key)).into()),
        };
        self.advise_transfer(cx, name, receiving.asker, TransferAdvisory::RestoreBegun);
        self.want(cx, &key, None, Target::Transfer(Arc::clone(&key)));
        self.memory.receivings.insert(Arc::clone(&key), receiving);
        let body = Restorable { deliver_subject: key.to_string() };
        Ok(Some(answer(Endpoint::StreamRestore(name), body)))
    }

    /// A chunk came, or the empty message after the last one.
    pub(super) fn chunk_came<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        key: &Subject,
        message: &Message,
    ) {
        let Some(receiving) = self.memory.receivings.get_mut(key) else { return };
        // Without a place for the answer nothing can go on.
        let Some(reply) = message.reply.clone() else {
            return self.give_up_receiving(cx, key);
        };
        if message.payload.is_empty() {
            return self.finish_restore(cx, key, reply);
        }
        receiving.bytes += message.payload.len();
        receiving.chunks.push(message.payload.clone());
        cx.cancel_timer(receiving.timer);
        receiving.timer = cx.set_timer(SILENCE, Timer::Transfer(Arc::clone(key)).into());
        self.publish(cx, &Message::new(reply, Bytes::new()));
    }

    /// Gives up what is being taken in, and tells of it.
    fn give_up_receiving<H: Host>(&mut self, cx: &mut Context<'_, H>, key: &Subject) {
        let Some(receiving) = self.stop_receiving(cx, key) else { return };
        let (start, end) = (receiving.began.into(), cx.now().into());
        let done = TransferAdvisory::RestoreDone { start, end, bytes: receiving.bytes as u64 };
        self.advise_transfer(cx, &receiving.config.name, receiving.asker, done);
    }

    /// Takes no more of a stream in. Gives what there is.
    pub(super) fn stop_receiving<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        key: &Subject,
    ) -> Option<Receiving> {
        let receiving = self.memory.receivings.remove(key)?;
        cx.cancel_timer(receiving.timer);
        self.forget(cx, key, None, &Target::Transfer(Arc::clone(key)));
        Some(receiving)
    }

    /// All of a stream is here.
    fn finish_restore<H: Host>(&mut self, cx: &mut Context<'_, H>, key: &Subject, reply: Subject) {
        let Some(receiving) = self.stop_receiving(cx, key) else { return };
        // Its answer comes when the stream has a leader, as that of a new stream.
        self.memory.next_reply += 1;
        let waits: Subject = format!("_R_.{}.{:08}", &self.id[1..9], self.memory.next_reply).into();
        let by = receiving.asker;
        let request =
            Request { reply: Some(reply), subject: Arc::clone(key), body: Bytes::new(), by };
        self.memory.requests.insert(Arc::clone(&waits), request);
        let (start, bytes) = (receiving.began, receiving.bytes as u64);
        self.memory.restores.insert(Arc::clone(&waits), (start, bytes));
        let requester = Requester { server: self.config.me, reply: waits };
        match self.restoration(cx, &receiving, requester.clone()) {
            Ok(command) => self.propose_meta(cx, command),
            Err(error) => {
                let text = Response::<Created>::error("stream_create", error).to_json();
                self.respond_raw(cx, &requester, text);
            }
        }
    }

    /// The change that makes the stream.
    fn restoration<H: Host>(
        &self,
        cx: &mut Context<'_, H>,
        receiving: &Receiving,
        requester: Requester,
    ) -> Result<MetaCommand, ApiError> {
        let failed = |why: BackupError| ApiError::restore_failed(why);
        let config = Arc::clone(&receiving.config);
        let content = Backup::unpack(&receiving.chunks.concat()).map_err(failed)?;
        let most = self.config.settings.max_payload as u64;
        content.check(&config, most).map_err(failed)?;
        if self.assignments.get(&config.name).is_some() {
            return Err(ApiError::STREAM_NAME_EXISTS_RESTORE);
        }
        if self.assignments.overlaps(&config) {
            let why = "error adding stream: subjects overlap with an existing stream (10065)";
            return Err(ApiError::restore_failed(why));
        }
        let wrong = |why: ApiError| ApiError::restore_failed(&why.description);
        let (peers, group, preferred) = self.place(cx, &config).map_err(wrong)?;
        let (created, consumers) = (cx.now(), Arc::default());
        let mut assignment = Assignment { config, created, peers, group, desired: None, consumers };
        let mut consumers = Map::new();
        for saved in &content.consumers {
            let config = admitted(&assignment.config, &saved.config, &consumers).map_err(wrong)?;
            let place = self.place_consumer(cx, &config, &assignment).map_err(wrong)?;
            let (peers, group) = (place.peers, place.group);
            let config = Arc::new(config);
            let consumer = ConsumerAssignment { config, created, peers, group, desired: None };
            consumers.insert(saved.config.name.as_str().into(), consumer);
        }
        assignment.consumers = Arc::new(consumers);
        let content = Arc::new(content);
        Ok(MetaCommand::Restore { assignment, preferred, content, requester })
    }

    /// The restored stream is there, or will not be: whoever sent it was told.
    pub(in crate::server) fn restore_answered<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        waits: &Subject,
        request: &Request,
    ) {
        let Some((start, bytes)) = self.memory.restores.remove(waits) else { return };
        let stream = request.subject.split('.').nth(3).unwrap_or_default().to_owned();
        let (start, end) = (start.into(), cx.now().into());
        let done = TransferAdvisory::RestoreDone { start, end, bytes };
        self.advise_transfer(cx, &stream, request.by, done);
    }
}

/// The configuration of a consumer as a server takes it.
fn admitted(
    stream: &StreamConfig,
    config: &ConsumerConfig,
    others: &Map<Arc<str>, ConsumerAssignment>,
) -> Result<ConsumerConfig, ApiError> {
    let others: Vec<&ConsumerConfig> = others.values().map(|other| &*other.config).collect();
    let around = Surroundings { stream, existing: None, others: &others, is_bound: false };
    let request = ConsumerCreateRequest { config: config.clone(), ..Default::default() };
    match admit(request, around)? {
        Admitted::Create(config) | Admitted::Update(config) => Ok(config),
    }
}
