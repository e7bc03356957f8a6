//! Flow control of push consumers: how many bytes may be on their way before the subscriber
//! answers.

use crate::kernel::Rng;
use crate::nats::Headers;
use crate::nats::Subject;
use crate::nats::api::AckPolicy;

use super::{Consumer, Cx, Output};

/// The largest window, in bytes.
const MAX_WINDOW: u64 = 32 << 20;
/// The first window.
const FIRST_WINDOW: u64 = MAX_WINDOW / 16;

/// The window of a push consumer.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    window: u64,
    /// Bytes sent and not covered by an answer.
    outstanding: u64,
    /// The question that is open, and the bytes it covers.
    asked: Option<(Subject, u64)>,
}

impl Flow {
    pub(super) fn new() -> Self {
        Self { window: FIRST_WINDOW, outstanding: 0, asked: None }
    }

    /// Whether nothing more may be sent.
    pub(super) fn is_closed(&self) -> bool {
        self.outstanding > self.window
    }

    /// The reply subject of the question that is open.
    pub(super) fn asked(&self) -> Option<&Subject> {
        self.asked.as_ref().map(|(subject, _)| subject)
    }

    /// Counts a message, and says whether to ask now.
    pub(super) fn sent(&mut self, size: u64, acks_are_due: bool) -> bool {
        self.outstanding += size;
        match &mut self.asked {
            None => self.outstanding > self.window / 2 || acks_are_due,
            Some((_, covered)) => {
                if self.outstanding.saturating_sub(*covered) >= self.window {
                    *covered += size;
                }
                false
            }
        }
    }

    fn ask(&mut self, subject: Subject) {
        self.asked = Some((subject, self.outstanding));
    }

    /// Takes an answer, if it is one to the open question.
    fn answered(&mut self, subject: &str) -> bool {
        let Some((_, covered)) = self.asked.take_if(|(asked, _)| **asked == *subject) else {
            return false;
        };
        self.window = (self.window * 2).min(MAX_WINDOW);
        self.outstanding = self.outstanding.saturating_sub(covered);
        true
    }
}

impl Consumer {
    /// Asks the subscriber for an answer.
    pub(super) fn ask_flow(&mut self, cx: &mut Cx<'_>) {
        let subject = self.flow_subject(cx.rng);
        let to: Subject = self.config.deliver_subject.as_str().into();
        let Some(flow) = self.lead.as_mut().and_then(|lead| lead.flow.as_mut()) else { return };
        flow.ask(subject.clone());
        let headers = Headers::status_block(100, "FlowControl Request", [("", ""); 0]);
        cx.out.push(Output::Status { to, headers, reply: Some(subject) });
    }

    fn flow_subject(&self, rng: &mut Rng) -> Subject {
        format!("$JS.FC.{}.{}.{}", self.stream, self.name, rng.base62(4)).into()
    }

    /// An answer to flow control came.
    pub fn flow_response(&mut self, cx: &mut Cx<'_>, subject: &str, headers: Option<&Headers>) {
        let Some(flow) = self.lead.as_mut().and_then(|lead| lead.flow.as_mut()) else { return };
        if !flow.answered(subject) {
            return;
        }
        self.kick();
        if self.config.ack_policy == AckPolicy::FlowControl {
            let number = |name: &str| headers?.get(name)?.parse::<u64>().ok();
            if let Some(sseq) = number("Nats-Last-Stream").filter(|sseq| *sseq > 0) {
                let dseq = number("Nats-Last-Consumer").unwrap_or(0);
                self.acked(cx, sseq, dseq, 1, None, false);
            }
        }
        self.run(cx);
    }
}
