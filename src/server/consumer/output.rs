//! What a consumer wants done, carried out in order; and what it tells, noted in the trace.
//!
//! The causes are kept straight here. What follows from something that happened to the consumer,
//! follows in the trace. The story of a message that is out has one thread: it was delivered, its
//! ack wait ran out because it had been delivered, it is delivered again because of that.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::jetstream::consumer::{ConsumerCommand, Happening, Output};
use crate::kernel::{Context, EventId};
use crate::nats::api::AckPolicy;
use crate::nats::{Headers, Message, Subject};

use super::super::group::GroupEntry;
use super::super::routing::Origin;
use super::super::{Host, Server};
use super::{ConsumerNote, Delivery, Redelivery, Told};

impl Server {
    pub(super) fn carry_out_consumer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
        out: Vec<Output>,
    ) {
        let before = cx.cause();
        let mut left = VecDeque::from(out);
        while let Some(output) = left.pop_front() {
            match output {
                Output::Deliver { to, message, sseq, dseq, deliveries } => {
                    let subject = Arc::clone(&message.subject);
                    let delivery =
                        Delivery { seq: sseq, dseq, deliveries, subject, to: Arc::clone(&to) };
                    if !self.deliver_from(cx, stream, consumer, delivery, &message) {
                        let told = self.tell_consumer(cx, stream, consumer, |consumer, cx| {
                            consumer.not_delivered(cx, &to, sseq);
                        });
                        left.extend(told.into_iter().flat_map(|((), out)| out));
                    }
                }
                Output::Status { to, headers, reply } => {
                    self.send_status(cx, stream, consumer, to, headers, reply);
                }
                Output::Propose(command) => self.propose_consumer(cx, stream, consumer, command),
                Output::Answer { to } => self.publish(cx, &Message::new(to, "")),
                Output::WasReset { sseq, reply, info } => {
                    self.answer_reset(cx, stream, consumer, sseq, reply, *info);
                }
                Output::Released { first, last } => {
                    self.released(cx, stream, consumer, first, last);
                }
                Output::Advise(advisory) => self.advise(cx, stream, consumer, &advisory),
                Output::Inactive => self.give_up_consumer(cx, stream, consumer),
                Output::Happened(happening) => {
                    let cause = self.note_happening(cx, stream, consumer, happening);
                    cx.because(cause);
                }
            }
        }
        cx.because(before);
    }

    /// Sends a message to whoever listens where a consumer delivers. False if nobody does.
    fn deliver_from<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
        delivery: Delivery,
        message: &Message,
    ) -> bool {
        let (seq, to) = (delivery.seq, Arc::clone(&delivery.to));
        let before = cx.cause();
        let Some(about) = self.hosted_consumer_mut(stream, consumer) else { return true };
        let last = about.told.get(&seq).copied();
        // Where the delivery is replicated, its reason stands before its proposal.
        if let (Some(last), None) = (last, &about.group) {
            cx.because(last.event);
        }
        let what = if delivery.deliveries > 1 {
            let why = last.map_or(Redelivery::Unknown, |last| last.again);
            ConsumerNote::Redelivered { delivery, why }
        } else {
            ConsumerNote::Delivered(delivery)
        };
        let note = Self::note_consumer(cx, stream, consumer, what);
        if about.consumer.config().ack_policy != AckPolicy::None {
            about.told.insert(seq, Told { event: note, again: Redelivery::Unknown });
        }
        cx.because(note);
        let reached = self.route_to(cx, &to, message, Origin::Consumer);
        cx.because(before);
        reached > 0
    }

    /// Sends a status. What ends a pull request is worth a note.
    fn send_status<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
        to: Subject,
        headers: Headers,
        reply: Option<Subject>,
    ) {
        let before = cx.cause();
        if let Some((code, text)) = headers.status().filter(|(code, _)| *code != 100) {
            let (reply, text) = (Arc::clone(&to), text.into());
            let what = ConsumerNote::PullEnded { reply, code, text };
            let note = Self::note_consumer(cx, stream, consumer, what);
            cx.because(note);
        }
        let payload = bytes::Bytes::new();
        self.publish(cx, &Message { subject: to, reply, headers: Some(headers), payload });
        cx.because(before);
    }

    fn propose_consumer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
        command: ConsumerCommand,
    ) {
        let before = cx.cause();
        let Some(about) = self.hosted_consumer(stream, consumer) else { return };
        let Some((group, _)) = &about.group else { return };
        if let ConsumerCommand::Delivered { sseq, deliveries: 2.., .. } = &command
            && let Some(last) = about.told.get(sseq)
        {
            cx.because(last.event);
        }
        let group = Arc::clone(group);
        self.propose(cx, &group, GroupEntry::Consumer(Arc::new(command)));
        cx.because(before);
    }

    fn note_happening<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
        happening: Happening,
    ) -> EventId {
        let before = cx.cause();
        let Some(about) = self.hosted_consumer_mut(stream, consumer) else { return before };
        let told = &mut about.told;
        let note = |cx: &mut Context<'_, H>, what| Self::note_consumer(cx, stream, consumer, what);
        match happening {
            Happening::PullQueued { reply, batch } => {
                note(cx, ConsumerNote::PullWaits { reply, batch })
            }
            Happening::PullForgotten { reply } => note(cx, ConsumerNote::PullForgotten { reply }),
            Happening::Acked { sseq, all } => {
                told.remove(&sseq);
                if all {
                    let below = told.iter().map(|(seq, _)| *seq).take_while(|seq| *seq < sseq);
                    let below: Vec<u64> = below.collect();
                    for seq in below {
                        told.remove(&seq);
                    }
                }
                note(cx, ConsumerNote::Acked { seq: sseq, all })
            }
            Happening::Nacked { sseq, delay } => {
                let event = note(cx, ConsumerNote::Naked { seq: sseq, delay });
                told.insert(sseq, Told { event, again: Redelivery::Nak });
                event
            }
            Happening::InProgress { sseq } => {
                let event = note(cx, ConsumerNote::InProgress { seq: sseq });
                told.insert(sseq, Told { event, again: Redelivery::Unknown });
                event
            }
            Happening::Terminated { sseq } => {
                told.remove(&sseq);
                note(cx, ConsumerNote::Terminated { seq: sseq })
            }
            Happening::AckWaitOver { sseqs } => {
                for &seq in sseqs.iter() {
                    let last = told.get(&seq).copied();
                    // The delay that a client asked for ends as an ack wait does.
                    if last.is_some_and(|last| last.again == Redelivery::Nak) {
                        continue;
                    }
                    cx.because(last.map_or(before, |last| last.event));
                    let event = note(cx, ConsumerNote::AckWaitOver { seq });
                    told.insert(seq, Told { event, again: Redelivery::AckWait });
                    cx.because(before);
                }
                before
            }
            Happening::GaveUp { sseq, deliveries } => {
                let last = told.remove(&sseq);
                cx.because(last.map_or(before, |last| last.event));
                let note = note(cx, ConsumerNote::GaveUp { seq: sseq, deliveries });
                cx.because(before);
                note
            }
            Happening::Stalled { pending } => note(cx, ConsumerNote::Stalled { pending }),
        }
    }
}
