//! Sending a stream: chunks go out until as many wait for their acknowledgement as fit into the
//! window; each acknowledgement lets another one go.

use std::sync::Arc;

use bytes::Bytes;

use crate::jetstream::api::Endpoint;
use crate::jetstream::backup::Backup;
use crate::jetstream::consumer::SavedConsumer;
use crate::kernel::{ConnId, Context, Span, Time, TimerId};
use crate::nats::api::response::Snapshotted;
use crate::nats::api::{ApiError, ConsumerInfo, SnapshotRequest, TransferAdvisory};
use crate::nats::subject::is_valid_subject;
use crate::nats::{Headers, Message, Subject};
use crate::sorted::Map;

use super::super::answer::answer;
use super::super::meta::Requester;
use super::super::{Host, Server, Target, Timer};
use super::SILENCE;

/// How long somebody has to listen where the chunks go.
const INTEREST: Span = Span::secs(2);

/// A stream that is being sent.
#[derive(Debug, Clone)]
pub(in crate::server) struct Sending {
    stream: Arc<str>,
    /// Where to.
    deliver: Subject,
    data: Bytes,
    /// How much of it is sent.
    sent: usize,
    chunk: usize,
    /// How many chunks are sent that have to be acknowledged, how many of them are not yet, and how
    /// many may be.
    chunks: u64,
    open: u64,
    window: u64,
    began: Time,
    asker: Option<ConnId>,
    listener: Listener,
    timer: TimerId,
}

/// Whether somebody listens where chunks go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Listener {
    /// Not yet, but there is time.
    Awaited,
    /// Yes; the transfer ends when that ends.
    There,
    /// There was none in time: chunks go out all the same.
    GivenUp,
}

impl Server {
    /// Begins to send a stream, after the answer that says what it is.
    pub(in crate::server) fn snapshot_stream<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &str,
        body: &[u8],
        requester: &Requester,
    ) -> Result<(), ApiError> {
        let request = SnapshotRequest::decode(body)?;
        let hosted = self.streams.get(name).ok_or(ApiError::STREAM_NOT_FOUND)?;
        if !is_valid_subject(&request.deliver_subject) {
            return Err(ApiError::SNAPSHOT_DELIVER_SUBJECT_INVALID);
        }
        if self.is_clustered() && !request.no_consumers {
            return self.gather_for_snapshot(cx, name, body, requester);
        }
        let last = hosted.stream.store().last_seq();
        let mut consumers = Vec::new();
        for about in hosted.consumers.values().filter(|_| !request.no_consumers) {
            if !about.consumer.config().direct {
                consumers.push(about.consumer.saved(last));
            }
        }
        self.send_stream(cx, name, &request, &consumers, requester)
    }

    /// The leaders of all consumers have told how far those are.
    pub(in crate::server) fn snapshot_gathered<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &str,
        body: &[u8],
        told: Map<Arc<str>, ConsumerInfo>,
        requester: &Requester,
    ) -> Result<(), ApiError> {
        let request = SnapshotRequest::decode(body)?;
        let hosted = self.streams.get(name).ok_or(ApiError::STREAM_NOT_FOUND)?;
        let last = hosted.stream.store().last_seq();
        let consumers: Vec<SavedConsumer> =
            told.values().map(|info| SavedConsumer::of(info, last)).collect();
        self.send_stream(cx, name, &request, &consumers, requester)
    }

    fn send_stream<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &str,
        request: &SnapshotRequest,
        consumers: &[SavedConsumer],
        requester: &Requester,
    ) -> Result<(), ApiError> {
        let hosted = self.streams.get(name).ok_or(ApiError::STREAM_NOT_FOUND)?;
        let mut info = self.stream_info(cx.now(), hosted);
        let config = Arc::make_mut(&mut info.config);
        config.metadata.retain(|key, _| key != "_nats.ver" && key != "_nats.level");
        let data = Backup::pack(cx.now(), &info.state, consumers, hosted.stream.store());
        let state = info.state.clone();
        let key: Subject = format!("$JS.SNAPSHOT.ACK.{name}.{}", cx.rng().base62(22)).into();
        let sending = Sending {
            stream: name.into(),
            deliver: request.deliver_subject.as_str().into(),
            data,
            sent: 0,
            chunk: request.chunk(),
            chunks: 0,
            open: 0,
            window: request.window(),
            began: cx.now(),
            asker: self.asker(requester),
            listener: Listener::Awaited,
            timer: cx.set_timer(INTEREST, Timer::Transfer(Arc::clone(&key)).into()),
        };
        let body = Snapshotted { config: Some(info.config), state: Some(info.state) };
        let endpoint = Endpoint::StreamSnapshot(name);
        self.respond(cx, endpoint, requester, answer(endpoint, body));
        let begun = TransferAdvisory::SnapshotBegun { state };
        self.advise_transfer(cx, name, sending.asker, begun);
        self.want(cx, &acknowledgements(&key), None, Target::Transfer(Arc::clone(&key)));
        self.memory.sendings.insert(Arc::clone(&key), sending);
        self.send_chunks(cx, &key);
        Ok(())
    }

    /// Sends as much as may be sent.
    fn send_chunks<H: Host>(&mut self, cx: &mut Context<'_, H>, key: &Subject) {
        // It is taken out meanwhile: what is sent could come back here.
        let Some(mut sending) = self.memory.sendings.remove(key) else { return };
        match (sending.listener, self.memory.interest.has_interest(&sending.deliver)) {
            (Listener::Awaited, true) => sending.listener = Listener::There,
            (Listener::Awaited, false) => {
                self.memory.sendings.insert(Arc::clone(key), sending);
                return;
            }
            (Listener::There, false) => {
                return self.end_sending(cx, key, sending, Some("no interest"));
            }
            (Listener::There, true) | (Listener::GivenUp, _) => {}
        }
        while sending.open < sending.window {
            let rest = sending.data.slice(sending.sent..);
            let part = rest.slice(..rest.len().min(sending.chunk));
            let mut message = Message::new(Arc::clone(&sending.deliver), part.clone());
            if part.len() < sending.chunk {
                // The last one needs no acknowledgement.
                if !part.is_empty() {
                    self.publish(cx, &message);
                }
                return self.end_sending(cx, key, sending, None);
            }
            sending.sent += part.len();
            sending.chunks += 1;
            sending.open += 1;
            message.reply = Some(format!("{key}.{}.{}", part.len(), sending.chunks).into());
            self.publish(cx, &message);
        }
        cx.cancel_timer(sending.timer);
        sending.timer = cx.set_timer(SILENCE, Timer::Transfer(Arc::clone(key)).into());
        self.memory.sendings.insert(Arc::clone(key), sending);
    }

    /// A chunk has come to where it was sent.
    pub(super) fn chunk_acknowledged<H: Host>(&mut self, cx: &mut Context<'_, H>, key: &Subject) {
        if let Some(sending) = self.memory.sendings.get_mut(key) {
            sending.open = sending.open.saturating_sub(1);
            self.send_chunks(cx, key);
        }
    }

    /// Somebody wants, or does not want any more, what comes on some subject.
    pub(in crate::server) fn look_after_sendings<H: Host>(&mut self, cx: &mut Context<'_, H>) {
        let keys: Vec<Subject> = self.memory.sendings.keys().cloned().collect();
        for key in keys {
            let Some(sending) = self.memory.sendings.get(&key) else { continue };
            let is_there = sending.listener == Listener::There;
            if is_there != self.memory.interest.has_interest(&sending.deliver) {
                self.send_chunks(cx, &key);
            }
        }
    }

    pub(super) fn sending_late<H: Host>(&mut self, cx: &mut Context<'_, H>, key: &Subject) {
        let Some(mut sending) = self.memory.sendings.remove(key) else { return };
        if sending.listener != Listener::Awaited {
            return self.end_sending(cx, key, sending, Some("no flow response"));
        }
        sending.listener = Listener::GivenUp;
        self.memory.sendings.insert(Arc::clone(key), sending);
        self.send_chunks(cx, key);
    }

    /// An empty message ends it, whether all was sent or not.
    fn end_sending<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        key: &Subject,
        sending: Sending,
        error: Option<&'static str>,
    ) {
        const NONE: [(&str, &str); 0] = [];
        let status = match error {
            Some("no interest") => Some((408, "No Interest")),
            Some(_) => Some((408, "No Flow Response")),
            // As the real server does: nothing is said of what had no whole chunk.
            None => (sending.chunks > 0).then_some((204, "")),
        };
        let headers = status.map(|(code, text)| Headers::status_block(code, text, NONE));
        let last = Message::new(Arc::clone(&sending.deliver), Bytes::new());
        self.publish(cx, &Message { headers, ..last });
        cx.cancel_timer(sending.timer);
        self.forget(cx, &acknowledgements(key), None, &Target::Transfer(Arc::clone(key)));
        let (start, end) = (sending.began.into(), cx.now().into());
        let done = TransferAdvisory::SnapshotDone { start, end, error };
        self.advise_transfer(cx, &sending.stream, sending.asker, done);
    }
}

/// Where chunks are acknowledged.
fn acknowledgements(key: &Subject) -> Subject {
    format!("{key}.>").into()
}
