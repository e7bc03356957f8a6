//! When messages go because nobody needs them any more: streams with work queue or interest
//! retention.
//!
//! Every replica of a consumer knows what it still needs. Only the stream's leader acts on it: it
//! takes the removal through the stream's log, so that all copies stay the same. Whoever becomes
//! the leader looks at everything once, because the one before may not have got round to it.

use crate::sorted::Map;
use std::sync::Arc;

use crate::jetstream::store::StoredMessage;
use crate::jetstream::stream::StreamCommand;
use crate::kernel::{Context, Span, Time};
use crate::nats::api::Retention;

use super::super::hosted::HostedStream;
use super::super::{Host, Server, Timer};
use super::HostedConsumer;

/// How soon a server looks again whether it knows all consumers.
const SWEEP_AGAIN: Span = Span::secs(1);

impl Server {
    /// A consumer needs these messages no more.
    pub(super) fn released<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
        first: u64,
        last: u64,
    ) {
        let Some(hosted) = self.streams.get(stream).filter(|hosted| hosted.leading) else {
            return;
        };
        let Some(about) = hosted.consumers.get(consumer) else { return };
        if hosted.stream.config().retention == Retention::Limits {
            return;
        }
        if !self.knows_consumers(cx.now()) {
            return self.sweep_later(cx, stream);
        }
        // A work queue may have a mirror beside its worker.
        let unneeded = |message: &&Arc<StoredMessage>| {
            about.consumer.matches(&message.subject) && !is_needed(hosted, message)
        };
        let there = hosted.stream.store().iter_from(first).take_while(|m| m.seq <= last);
        let seqs: Vec<u64> = there.filter(unneeded).map(|message| message.seq).collect();
        self.remove_unneeded(cx, stream, seqs);
    }

    /// Looks for everything that nobody needs any more, where the stream is led here.
    pub(in crate::server) fn sweep<H: Host>(&mut self, cx: &mut Context<'_, H>, stream: &Arc<str>) {
        let Some(hosted) = self.streams.get(stream).filter(|hosted| hosted.leading) else {
            return;
        };
        if hosted.stream.config().retention != Retention::Limits && !self.knows_consumers(cx.now())
        {
            return self.sweep_later(cx, stream);
        }
        let messages = hosted.stream.store().iter_from(0);
        let seqs: Vec<u64> = match hosted.stream.config().retention {
            Retention::Limits => return,
            Retention::Interest => {
                messages.filter(|message| !is_needed(hosted, message)).map(|m| m.seq).collect()
            }
            // What no consumer is there for waits for one.
            Retention::WorkQueue => messages
                .filter(|message| {
                    Self::is_wanted_by(&hosted.consumers, &message.subject)
                        && !is_needed(hosted, message)
                })
                .map(|message| message.seq)
                .collect(),
        };
        self.remove_unneeded(cx, stream, seqs);
    }

    fn remove_unneeded<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        seqs: Vec<u64>,
    ) {
        if seqs.is_empty() {
            return;
        }
        self.carry_out_command(cx, stream, StreamCommand::Unneeded { seqs });
    }

    /// Whether this server has heard of every consumer there is: one that was away for a while has
    /// not, until the meta leader has told it.
    pub(in crate::server) fn knows_consumers(&self, now: Time) -> bool {
        self.meta().is_none_or(|meta| meta.is_current(meta.id(), now))
    }

    fn sweep_later<H: Host>(&mut self, cx: &mut Context<'_, H>, stream: &Arc<str>) {
        cx.set_timer(SWEEP_AGAIN, Timer::Sweep(Arc::clone(stream)).into());
    }

    /// Whether one of these consumers wants messages on this subject. Under interest retention
    /// others are not stored.
    pub(in crate::server) fn is_wanted_by(
        consumers: &Map<Arc<str>, HostedConsumer>,
        subject: &str,
    ) -> bool {
        consumers.values().any(|about| about.consumer.matches(subject))
    }
}

fn is_needed(hosted: &HostedStream, message: &StoredMessage) -> bool {
    hosted.consumers.values().any(|about| about.consumer.needs(message.seq, &message.subject))
}
