//! A publisher: one message after the other, at a steady rate.

use crate::client::{Call, Client, Draft, Host, OpId, Outcome, template};
use crate::kernel::{Context, Span, Time};
use crate::nats::json::as_json;
use crate::nats::subject::is_valid_subject;

use super::program::{Pending, Program};
use super::{Alarm, Doing, Happening, Tally};

/// How often a publish that found nobody is tried again at once (nats.go: 2).
const RETRIES: u32 = 2;

/// The knobs of a publisher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publisher {
    /// Whether it is switched on.
    pub running: bool,
    /// Where it publishes. See [`crate::client::template`] for `{{Count}}` and the like.
    pub subject: String,
    /// What it publishes; the same words are replaced.
    pub text: String,
    /// How many bytes a payload has at least; a shorter text is filled up with dots.
    pub size: u32,
    /// How long from one message to the next. With acknowledgements it takes longer if the
    /// acknowledgement does.
    pub every: Span,
    /// After how many messages it stops; none: it goes on.
    pub limit: Option<u64>,
    /// Whether every message has an id, so that the stream recognises what is sent twice.
    pub message_ids: bool,
    /// Whether it waits for the stream's acknowledgement.
    pub acknowledged: bool,
}

as_json! {
    strict Publisher;
    running, subject, text, size, every, limit, message_ids, acknowledged,
}

impl Default for Publisher {
    fn default() -> Self {
        Self {
            running: true,
            subject: "orders.new".to_owned(),
            text: "{\"id\":{{Count}}}".to_owned(),
            size: 0,
            every: Span::secs(1),
            limit: None,
            message_ids: false,
            acknowledged: true,
        }
    }
}

impl Publisher {
    /// The shortest time between two messages.
    pub const EVERY_MIN: Span = Span::millis(1);
    /// The largest payload, in bytes: the server takes no more than 1 MiB.
    pub const SIZE_MAX: u32 = 1024 * 1024;

    pub(super) fn check(&self) -> Result<(), String> {
        let example = template::example(&self.subject)?;
        template::example(&self.text)?;
        if !is_valid_subject(&example) {
            return Err(format!(
                "{:?} is no subject to publish on: it needs tokens separated by single dots, without \
                 spaces, * or >",
                self.subject
            ));
        }
        if self.every < Self::EVERY_MIN {
            return Err(format!("there are at least {} between two messages", Self::EVERY_MIN));
        }
        if self.size > Self::SIZE_MAX {
            return Err(format!(
                "a payload has at most {} bytes, not {}",
                Self::SIZE_MAX,
                self.size
            ));
        }
        Ok(())
    }
}

/// How far a publisher is.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    /// When it published last.
    last: Option<Time>,
    next: Option<Pending>,
    /// The operation whose end it waits for.
    open: Option<OpId>,
    /// Whether the time for the next message came while it waited.
    due: bool,
    /// A message that is to be sent again, because it is certain or harmless.
    again: Option<Draft>,
}

impl State {
    pub(super) fn doing(&self, knobs: &Publisher, tally: &Tally) -> Doing {
        match self.open {
            Some(_) => Doing::Publishing { count: tally.published },
            None if !knobs.running => Doing::Off,
            None if knobs.is_done(tally) => Doing::Done,
            None => Doing::Idle,
        }
    }
}

impl Publisher {
    fn is_done(&self, tally: &Tally) -> bool {
        self.limit.is_some_and(|limit| tally.published >= limit)
    }

    /// Whether it is harmless to send a message again, of which nobody knows what became.
    const fn may_repeat(&self) -> bool {
        self.message_ids
    }
}

impl Program {
    fn publisher(&mut self) -> Option<&mut State> {
        match &mut self.state {
            super::program::State::Publisher(state) => Some(state),
            _ => None,
        }
    }

    /// Its knobs were turned, or it begins: the next message is due a whole interval after the last.
    pub(super) fn publisher_turned<H: Host>(
        &mut self,
        client: &mut Client,
        cx: &mut Context<'_, H>,
        knobs: &Publisher,
    ) {
        let Some(state) = self.publisher() else { return };
        Pending::cancel(&mut state.next, cx);
        state.due = false;
        if !knobs.running {
            return;
        }
        let wait = match state.last {
            Some(last) => (last + knobs.every).since(cx.now()),
            None => Span::ZERO,
        };
        if wait == Span::ZERO {
            self.publish_next(client, cx, knobs);
        } else {
            self.publish_after(cx, wait);
        }
    }

    fn publish_after<H: Host>(&mut self, cx: &mut Context<'_, H>, wait: Span) {
        let next = self.alarm(cx, wait, Alarm::Publish);
        if let Some(state) = self.publisher() {
            state.next = Some(next);
        }
    }

    pub(super) fn publisher_saw<H: Host>(
        &mut self,
        client: &mut Client,
        cx: &mut Context<'_, H>,
        knobs: &Publisher,
        happening: &Happening,
    ) {
        match happening {
            Happening::Alarm(Alarm::Publish, number) => {
                if self.publisher().is_some_and(|state| Pending::fired(&mut state.next, *number)) {
                    self.publish_next(client, cx, knobs);
                }
            }
            Happening::Ended { op, outcome } => self.published(client, cx, knobs, *op, outcome),
            Happening::Message { .. } | Happening::CaughtUp | Happening::Alarm(..) => {}
        }
    }

    /// The time for the next message has come.
    fn publish_next<H: Host>(
        &mut self,
        client: &mut Client,
        cx: &mut Context<'_, H>,
        knobs: &Publisher,
    ) {
        let tally = self.tally;
        let Some(state) = self.publisher() else { return };
        if state.open.is_some() {
            // It waits for the acknowledgement of the one before.
            state.due = true;
            return;
        }
        let again = state.again.take();
        if again.is_none() && (knobs.is_done(&tally) || !knobs.running) {
            return;
        }
        let message = again.or_else(|| {
            self.tally.published += 1;
            knobs.message(client.name(), self.tally.published, cx)
        });
        // What is no template was refused before it came here.
        let Some(message) = message else { return };
        let now = cx.now();
        if let Some(state) = self.publisher() {
            state.last = Some(now);
        }
        self.publish_after(cx, knobs.every);
        let call = if knobs.acknowledged {
            Call::JsPublish { message, count: 1, retries: RETRIES }
        } else {
            Call::Publish { message, count: 1 }
        };
        let op = client.call(cx, call, true);
        if let Some(state) = self.publisher() {
            state.open = Some(op);
        }
    }

    /// A publish is over.
    fn published<H: Host>(
        &mut self,
        client: &mut Client,
        cx: &mut Context<'_, H>,
        knobs: &Publisher,
        op: OpId,
        outcome: &Outcome,
    ) {
        let Some(state) = self.publisher() else { return };
        if state.open != Some(op) {
            return;
        }
        state.open = None;
        let due = std::mem::take(&mut state.due);
        let repeat = match outcome {
            // Nobody took it: that is certain.
            Outcome::NoResponders => true,
            Outcome::TimedOut { .. } | Outcome::ConnectionLost => knobs.may_repeat(),
            _ => false,
        };
        let message = client.op(op).and_then(|record| match &*record.call {
            Call::JsPublish { message, .. } | Call::Publish { message, .. } if repeat => {
                Some(message.clone())
            }
            _ => None,
        });
        if let Some(state) = self.publisher() {
            state.again = message;
        }
        match outcome {
            Outcome::Acked { acks, .. } => {
                let refused = acks.iter().any(|ack| ack.payload.starts_with(b"{\"error\""));
                if refused {
                    self.tally.refused += 1;
                } else {
                    self.tally.acked += 1;
                }
            }
            Outcome::TimedOut { .. } | Outcome::ConnectionLost => self.tally.unanswered += 1,
            _ => {}
        }
        if due {
            self.publish_next(client, cx, knobs);
        }
    }
}

impl Publisher {
    /// The message of this number.
    fn message<H: Host>(&self, name: &str, count: u64, cx: &mut Context<'_, H>) -> Option<Draft> {
        let facts = template::Facts { count, name };
        let subject = template::fill(&self.subject, &facts, cx.rng()).ok()?;
        let mut text = template::fill(&self.text, &facts, cx.rng()).ok()?;
        let missing = (self.size as usize).saturating_sub(text.len());
        text.extend(std::iter::repeat_n('.', missing));
        let headers = if self.message_ids {
            vec![("Nats-Msg-Id".to_owned(), format!("{name}-{count}"))]
        } else {
            Vec::new()
        };
        Some(Draft { subject, reply: None, headers, text })
    }
}
