//! How a server drives its consumers: what happens, they are told; what they want, is carried out;
//! one timer each.

use std::sync::Arc;

use crate::jetstream::consumer::{Consumer, ConsumerCommand, Cx, Output};
use crate::jetstream::store::StoredMessage;
use crate::kernel::Context;
use crate::nats::Message;
use crate::nats::api::response::Response;
use crate::nats::api::{ApiError, ConsumerReset, ResetRequest};

use super::super::clients::domain_free;
use super::super::{Host, Note, Server, Timer};
use super::ConsumerNote;

impl Server {
    /// Tells a consumer something. Gives back what it says and what it wants done.
    pub(super) fn tell_consumer<H: Host, R>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &str,
        consumer: &str,
        act: impl FnOnce(&mut Consumer, &mut Cx<'_>) -> R,
    ) -> Option<(R, Vec<Output>)> {
        let Self { streams, memory, .. } = self;
        let hosted = streams.get_mut(stream)?;
        let about = hosted.consumers.get_mut(consumer)?;
        let interest = |subject: &str| memory.interest.has_interest(subject);
        let mut out = Vec::new();
        let mut with = Cx {
            now: cx.now(),
            store: hosted.stream.store(),
            stream: hosted.stream.config(),
            rng: cx.rng(),
            interest: &interest,
            linked: false,
            out: &mut out,
        };
        let said = act(&mut about.consumer, &mut with);
        Some((said, out))
    }

    /// Tells a consumer something, and does what it wants done.
    pub(in crate::server) fn with_consumer<H: Host, R>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
        act: impl FnOnce(&mut Consumer, &mut Cx<'_>) -> R,
    ) -> Option<R> {
        let (said, out) = self.tell_consumer(cx, stream, consumer, act)?;
        self.carry_out_consumer(cx, stream, consumer, out);
        self.arm_consumer(cx, stream, consumer);
        Some(said)
    }

    /// The same for every consumer of a stream that is led here.
    pub(in crate::server) fn with_consumers_led<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        mut act: impl FnMut(&mut Consumer, &mut Cx<'_>),
    ) {
        let Some(hosted) = self.streams.get(stream) else { return };
        let led = hosted.consumers.iter().filter(|(_, about)| about.leading);
        let led: Vec<Arc<str>> = led.map(|(name, _)| Arc::clone(name)).collect();
        for consumer in led {
            self.with_consumer(cx, stream, &consumer, &mut act);
        }
    }

    /// Messages are gone from a stream, for whatever reason but a purge.
    pub(in crate::server) fn tell_consumers_removed<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        removed: &[Arc<StoredMessage>],
    ) {
        for message in removed {
            self.with_consumers_led(cx, stream, |consumer, cx| {
                consumer.removed(cx, message.seq, &message.subject);
            });
        }
    }

    /// Sets the timer of a consumer for its next deadline, if that is earlier than the one set.
    pub(super) fn arm_consumer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
    ) {
        let now = cx.now();
        let Some(about) = self.hosted_consumer_mut(stream, consumer) else { return };
        let Some(due) = about.consumer.next_deadline().filter(|_| about.leading) else { return };
        if let Some((set, id)) = about.timer {
            if set <= due {
                return;
            }
            cx.cancel_timer(id);
        }
        let timer = Timer::Consumer(Arc::clone(stream), Arc::clone(consumer));
        let id = cx.set_timer(due.since(now), timer.into());
        about.timer = Some((due, id));
    }

    /// The timer of a consumer fired.
    pub(in crate::server) fn consumer_timer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
    ) {
        let Some(about) = self.hosted_consumer_mut(stream, consumer) else { return };
        about.timer = None;
        let now = cx.now();
        let due = about.consumer.next_deadline().is_some_and(|due| due <= now);
        if about.leading && due {
            self.with_consumer(cx, stream, consumer, |consumer, cx| consumer.tick(cx));
        } else {
            self.arm_consumer(cx, stream, consumer);
        }
    }

    /// A message came for a consumer led here: a pull request, an acknowledgement, an answer to
    /// flow control, or the wish to set it back.
    pub(in crate::server) fn consumer_message<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
        message: &Message,
    ) {
        let before = cx.cause();
        let subject = domain_free(&message.subject, self.config.domain.as_deref());
        let Message { reply, headers, payload, .. } = message;
        let headers = headers.as_ref();
        if subject.starts_with("$JS.ACK.") {
            self.with_consumer(cx, stream, consumer, |consumer, cx| {
                consumer.ack(cx, &subject, reply.as_ref(), payload);
            });
        } else if subject.starts_with("$JS.FC.") {
            self.with_consumer(cx, stream, consumer, |consumer, cx| {
                consumer.flow_response(cx, &subject, headers);
            });
        } else if subject.starts_with("$JS.API.CONSUMER.RESET.") {
            self.reset_consumer(cx, stream, consumer, message);
        } else if let Some(reply) = reply {
            self.with_consumer(cx, stream, consumer, |consumer, cx| {
                consumer.pull(cx, reply, headers, payload);
            });
        }
        cx.because(before);
    }

    fn reset_consumer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
        message: &Message,
    ) {
        let reply = message.reply.as_ref();
        let done = ResetRequest::decode(&message.payload).and_then(|request| {
            self.with_consumer(cx, stream, consumer, |consumer, cx| {
                consumer.reset(cx, request.seq, reply)
            })
            .unwrap_or(Err(ApiError::CONSUMER_NOT_FOUND))
        });
        if let (Err(error), Some(reply)) = (done, reply) {
            let answer = Response::<ConsumerReset>::error("consumer_reset", error);
            self.publish(cx, &Message::new(Arc::clone(reply), answer.to_json()));
        }
    }

    /// Applies what a consumer's group has committed.
    pub(in crate::server) fn apply_consumer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
        command: &ConsumerCommand,
    ) {
        let before = cx.cause();
        self.with_consumer(cx, stream, consumer, |consumer, cx| consumer.apply(cx, command));
        cx.because(before);
    }

    pub(super) fn note_consumer<H: Host>(
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
        what: ConsumerNote,
    ) -> crate::kernel::EventId {
        let (stream, consumer) = (Arc::clone(stream), Arc::clone(consumer));
        cx.note(Note::Consumer { stream, consumer, what }.into())
    }
}
