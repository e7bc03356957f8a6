//! A subscriber: listens on subjects, or reads a stream in order.

use serde_json::Value;

use crate::client::check::name;
use crate::client::{Answer, Call, Client, ConsumerDraft, Deliver, Host, OpId};
use crate::kernel::{Context, Span};
use crate::nats::json::{self, FromJson, Object, ToJson, Writer, as_json, one_of, variant};
use crate::nats::subject::is_valid_pattern;

use super::program::{Pending, Program};
use super::{Alarm, Doing, Happening};

/// How long after a failure it tries again.
const AGAIN: Span = Span::secs(1);

/// What a subscriber listens to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A plain subscription: what is published while it listens.
    Core {
        /// The subjects.
        subject: String,
        /// The queue group, if it is a member of one.
        queue: Option<String>,
    },
    /// A stream through an ordered consumer: everything once and in order, without acknowledgements.
    Ordered {
        /// The stream.
        stream: String,
        /// Only messages on these subjects; all if there are none.
        filters: Vec<String>,
        /// Where it begins.
        deliver: Deliver,
        /// Whether it asks for messages instead of having them delivered.
        pull: bool,
    },
    /// A stream through a push consumer without a name, each message acknowledged at once.
    Ephemeral {
        /// The stream.
        stream: String,
        /// Only messages on these subjects; all if there are none.
        filters: Vec<String>,
        /// Where it begins.
        deliver: Deliver,
    },
}

impl FromJson for Source {
    fn from_json(value: &Value) -> json::Result<Self> {
        let (kind, value) = variant(value)?;
        let mut o = Object::of(value)?;
        let source = match kind {
            "core" => Self::Core { subject: o.take("subject"), queue: o.take_or("queue", None) },
            "ordered" | "ephemeral" => {
                let stream = o.take("stream");
                let filters = o.take_or("filters", Vec::new());
                let deliver = o.take_or("deliver", Deliver::All);
                match kind {
                    "ordered" => {
                        let pull = o.take_or("pull", false);
                        Self::Ordered { stream, filters, deliver, pull }
                    }
                    _ => Self::Ephemeral { stream, filters, deliver },
                }
            }
            other => return Err(one_of("variant", other, &["core", "ordered", "ephemeral"])),
        };
        o.finish(true)?;
        Ok(source)
    }
}

impl ToJson for Source {
    fn write(&self, to: &mut Writer) {
        let kind = match self {
            Self::Core { .. } => "core",
            Self::Ordered { .. } => "ordered",
            Self::Ephemeral { .. } => "ephemeral",
        };
        to.open().field(kind, &Inner(self)).close();
    }
}

/// What stands behind the name of a source.
struct Inner<'a>(&'a Source);

impl ToJson for Inner<'_> {
    fn write(&self, to: &mut Writer) {
        to.open();
        match self.0 {
            Source::Core { subject, queue } => to.field("subject", subject).some("queue", queue),
            Source::Ordered { stream, filters, deliver, pull } => {
                to.field("stream", stream).some("filters", filters).field("deliver", deliver);
                to.some("pull", pull)
            }
            Source::Ephemeral { stream, filters, deliver } => {
                to.field("stream", stream).some("filters", filters).field("deliver", deliver)
            }
        };
        to.close();
    }
}

/// The knobs of a subscriber.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscriber {
    /// Whether it is switched on.
    pub running: bool,
    /// What it listens to.
    pub source: Source,
}

as_json! {
    strict Subscriber;
    running, source,
}

impl Default for Subscriber {
    fn default() -> Self {
        let source = Source::Core { subject: "orders.>".to_owned(), queue: None };
        Self { running: true, source }
    }
}

impl Subscriber {
    pub(super) fn check(&self) -> Result<(), String> {
        let pattern = |text: &String| {
            if is_valid_pattern(text) {
                Ok(())
            } else {
                Err(format!("{text:?} is nothing to listen to: no empty tokens, > only at the end"))
            }
        };
        match &self.source {
            Source::Core { subject, .. } => pattern(subject),
            Source::Ordered { stream, filters, .. } | Source::Ephemeral { stream, filters, .. } => {
                name("stream", stream)?;
                filters.iter().try_for_each(pattern)
            }
        }
    }
}

/// How far a subscriber is.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    /// The operation that receives.
    open: Option<OpId>,
    again: Option<Pending>,
}

impl State {
    pub(super) fn doing(&self, knobs: &Subscriber) -> Doing {
        match (knobs.running, self.open) {
            (false, _) => Doing::Off,
            (true, Some(_)) => Doing::Idle,
            (true, None) => Doing::Preparing { why: "tries again".into() },
        }
    }
}

impl Subscriber {
    /// What it asks of its library.
    fn call(&self) -> Call {
        match &self.source {
            Source::Core { subject, queue } => {
                Call::Subscribe { subject: subject.clone(), queue: queue.clone(), max: None }
            }
            Source::Ordered { stream, filters, deliver, pull } => Call::Ordered {
                stream: stream.clone(),
                filters: filters.clone(),
                deliver: *deliver,
                pull: *pull,
                how: None,
                domain: None,
                max: None,
            },
            Source::Ephemeral { stream, filters, deliver } => {
                let draft = ConsumerDraft {
                    filters: filters.clone(),
                    deliver: *deliver,
                    ..ConsumerDraft::default()
                };
                Call::Consume {
                    stream: stream.clone(),
                    consumer: None,
                    create: Some(Box::new(draft)),
                    queue: None,
                    answer: Some(Answer::Ack),
                    domain: None,
                    batch: 1,
                    max: None,
                }
            }
        }
    }
}

impl Program {
    fn subscriber(&mut self) -> Option<&mut State> {
        match &mut self.state {
            super::program::State::Subscriber(state) => Some(state),
            _ => None,
        }
    }

    pub(super) fn subscriber_turned<H: Host>(
        &mut self,
        client: &mut Client,
        cx: &mut Context<'_, H>,
        knobs: &Subscriber,
        before: Option<&Subscriber>,
    ) {
        let Some(state) = self.subscriber() else { return };
        Pending::cancel(&mut state.again, cx);
        let other = before.is_some_and(|before| before.source != knobs.source);
        if (other || !knobs.running)
            && let Some(op) = state.open.take()
        {
            client.cancel(cx, op);
        }
        self.listen(client, cx, knobs);
    }

    fn listen<H: Host>(
        &mut self,
        client: &mut Client,
        cx: &mut Context<'_, H>,
        knobs: &Subscriber,
    ) {
        let Some(state) = self.subscriber() else { return };
        if knobs.running && state.open.is_none() {
            state.open = Some(client.call(cx, knobs.call(), true));
        }
    }

    pub(super) fn subscriber_saw<H: Host>(
        &mut self,
        client: &mut Client,
        cx: &mut Context<'_, H>,
        knobs: &Subscriber,
        happening: &Happening,
    ) {
        let Some(state) = self.subscriber() else { return };
        match happening {
            Happening::Message { op, .. } if state.open == Some(*op) => self.tally.received += 1,
            Happening::Ended { op, .. } if state.open == Some(*op) => {
                state.open = None;
                let again = self.alarm(cx, AGAIN, Alarm::Again);
                if let Some(state) = self.subscriber() {
                    state.again = Some(again);
                }
            }
            Happening::Alarm(Alarm::Again, number) if Pending::fired(&mut state.again, *number) => {
                self.listen(client, cx, knobs);
            }
            _ => {}
        }
    }
}
