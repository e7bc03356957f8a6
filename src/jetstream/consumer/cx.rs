//! What a consumer is told with every event, and its way out.

use crate::jetstream::store::MessageStore;
use crate::kernel::{Rng, Span, Time};
use crate::nats::Subject;
use crate::nats::api::{ConsumerAdvisory, StreamConfig};

use super::{Happening, Output};

/// How long interest elsewhere may take to become known.
const YOUNG: Span = Span::secs(2);

/// Time, chance, the stream, who listens; and where outputs go.
pub struct Cx<'a> {
    /// The virtual time.
    pub now: Time,
    /// The messages of its stream, on this server.
    pub store: &'a MessageStore,
    /// The configuration of its stream.
    pub stream: &'a StreamConfig,
    /// The host's source of chance.
    pub rng: &'a mut Rng,
    /// Whether anybody subscribes to a subject, as far as the host knows.
    pub interest: &'a dyn Fn(&str) -> bool,
    /// Whether the server has links to other clusters: interest there becomes known late, so that
    /// pull requests are taken for wanted in their first two seconds.
    pub linked: bool,
    /// What is to be done, in this order.
    pub out: &'a mut Vec<Output>,
}

impl Cx<'_> {
    /// Whether somebody is there for a pull request that came at `since`.
    pub(super) fn is_interested(&self, reply: &str, since: Time) -> bool {
        let young = self.linked && self.now.since(since) < YOUNG;
        young || (self.interest)(reply)
    }

    pub(super) fn advise(&mut self, advisory: ConsumerAdvisory) {
        self.out.push(Output::Advise(advisory));
    }

    pub(super) fn happened(&mut self, happening: Happening) {
        self.out.push(Output::Happened(happening));
    }

    pub(super) fn forget_pull(&mut self, reply: &Subject) {
        self.happened(Happening::PullForgotten { reply: reply.clone() });
    }
}
