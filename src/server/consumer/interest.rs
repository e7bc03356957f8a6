//! Whether anybody subscribes where a push consumer sends: such a consumer sends only as long as
//! somebody does, so it is told of every change.

use std::sync::Arc;

use crate::kernel::Context;
use crate::nats::Subject;
use crate::nats::api::ConsumerConfig;

use super::super::{Host, Server};

impl Server {
    /// Watches the deliver subject of a consumer led here from now on, and tells it how things are.
    pub(super) fn watch_deliver_subject<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
    ) {
        self.unwatch_deliver_subject(stream, consumer);
        let Some(about) = self.hosted_consumer_mut(stream, consumer) else { return };
        let config = about.consumer.config();
        if !config.is_push() {
            return;
        }
        let subject: Subject = config.deliver_subject.as_str().into();
        about.watched = Some(Arc::clone(&subject));
        let watchers = self.memory.watchers.entry(subject).or_default();
        watchers.insert((Arc::clone(stream), Arc::clone(consumer)));
        self.tell_interest_of(cx, stream, consumer);
    }

    pub(super) fn unwatch_deliver_subject(&mut self, stream: &Arc<str>, consumer: &Arc<str>) {
        let Some(about) = self.hosted_consumer_mut(stream, consumer) else { return };
        let Some(subject) = about.watched.take() else { return };
        let Some(watchers) = self.memory.watchers.get_mut(&subject) else { return };
        watchers.remove(&(Arc::clone(stream), Arc::clone(consumer)));
        if watchers.is_empty() {
            self.memory.watchers.remove(&subject);
        }
    }

    /// Whether somebody subscribes to exactly the deliver subject, in the consumer's deliver group
    /// if it has one, in no group otherwise.
    pub(super) fn has_subscribers(&self, config: &ConsumerConfig) -> bool {
        let group = Some(config.deliver_group.as_str()).filter(|group| !group.is_empty());
        config.is_push() && self.memory.interest.has_exactly(&config.deliver_subject, group)
    }

    /// Somebody wants, or does not want any more, what comes on a subject.
    pub(in crate::server) fn interest_changed<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        subject: &str,
    ) {
        self.look_after_sendings(cx);
        if let Some(made) = subject.strip_prefix("$JS.API.CONSUMER.RESET.") {
            self.consumer_made(cx, made);
        }
        let Some(watchers) = self.memory.watchers.get(subject) else { return };
        for (stream, consumer) in watchers.clone() {
            self.tell_interest_of(cx, &stream, &consumer);
        }
    }

    fn tell_interest_of<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
    ) {
        let Some(about) = self.hosted_consumer(stream, consumer) else { return };
        let active = self.has_subscribers(about.consumer.config());
        self.with_consumer(cx, stream, consumer, |consumer, cx| {
            consumer.interest_changed(cx, active);
        });
    }
}
