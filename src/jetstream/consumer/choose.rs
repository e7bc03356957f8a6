//! Which of the waiting pull requests gets the next message.

use std::sync::Arc;

use crate::nats::api::{ConsumerAdvisory, PriorityPolicy};
use crate::nats::{Subject, nuid};

use super::leading::{Pin, after};
use super::status::unserved;
use super::waiting::Waiting;
use super::{Consumer, Cx};

/// Who gets a message.
pub(super) struct Chosen {
    pub(super) to: Subject,
    /// If the request is served with this and could have more bytes: how many messages and bytes it
    /// lacks.
    pub(super) completed: Option<(i64, i64)>,
}

/// What a look at the first request said.
enum Verdict {
    Take,
    /// Not this message, but it goes on waiting.
    Pass,
    /// It waits no more.
    Drop,
}

impl Consumer {
    /// Chooses a request for a message of this size, and takes the message off what it wants.
    /// `pending`: the messages never delivered, this one included.
    pub(super) fn choose(&mut self, cx: &mut Cx<'_>, size: u64, pending: i64) -> Option<Chosen> {
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        let mut passed = 0;
        loop {
            match self.judge(cx, size, pending)? {
                Verdict::Take => return self.serve(cx),
                Verdict::Pass => {
                    let lead = self.lead.as_mut()?;
                    lead.waiting.rotate();
                    passed += 1;
                    if passed >= lead.waiting.len() {
                        return None;
                    }
                }
                Verdict::Drop => {
                    let request = self.lead.as_mut()?.waiting.pop()?;
                    self.pull_ended(cx, &request.reply);
                }
            }
        }
    }

    /// Looks at the first request; none if there is none.
    fn judge(&mut self, cx: &mut Cx<'_>, size: i64, pending: i64) -> Option<Verdict> {
        let lead = self.lead.as_mut()?;
        let request = lead.waiting.head()?;
        let (reply, since) = (request.reply.clone(), request.since);
        let (batch, bytes) = (request.batch, request.bytes);
        if request.expires.is_some_and(|expires| expires <= cx.now) {
            let output = unserved(&reply, 408, "Request Timeout", batch, bytes);
            self.timed_out(cx, &reply, (batch, bytes), output);
            return Some(Verdict::Drop);
        }
        let mut newly_pinned = false;
        match self.config.priority_policy {
            PriorityPolicy::None | PriorityPolicy::Prioritized => {}
            policy => {
                let request = request.clone();
                match policy {
                    PriorityPolicy::PinnedClient => match self.judge_pin(cx, &request) {
                        Ok(newly) => newly_pinned = newly,
                        Err(verdict) => return Some(verdict),
                    },
                    _ if !self.overflows(&request, pending) => return Some(Verdict::Pass),
                    _ => {}
                }
            }
        }
        let lead = self.lead.as_mut()?;
        if bytes > 0 && size > bytes {
            cx.out.push(unserved(&reply, 409, "Message Size Exceeds MaxBytes", batch, bytes));
            if newly_pinned {
                lead.pin = None;
            }
            return Some(Verdict::Drop);
        }
        if !cx.is_interested(&reply, since) {
            cx.forget_pull(&reply);
            return Some(Verdict::Drop);
        }
        let head = lead.waiting.head()?;
        if head.bytes > 0 {
            head.bytes -= size;
            if head.bytes == 0 {
                // This one and no more.
                head.batch = 1;
            }
        }
        Some(Verdict::Take)
    }

    /// Whether a request may have a message as far as pins go, and whether it was pinned for it.
    fn judge_pin(&mut self, cx: &mut Cx<'_>, request: &Waiting) -> Result<bool, Verdict> {
        let id = request.priority.as_ref().map_or("", |priority| &priority.id);
        let pin = self.lead.as_ref().and_then(|lead| lead.pin.as_ref());
        match pin {
            Some(pin) if *pin.id == *id => Ok(false),
            Some(_) if id.is_empty() => Err(Verdict::Pass),
            None if id.is_empty() => Ok(self.pin(cx)),
            _ => {
                let (batch, bytes) = (request.batch, request.bytes);
                cx.out.push(unserved(&request.reply, 423, "Nats-Wrong-Pin-Id", batch, bytes));
                Err(Verdict::Drop)
            }
        }
    }

    /// Pins the client of the first request, if it belongs to a group.
    fn pin(&mut self, cx: &mut Cx<'_>) -> bool {
        let until = after(cx.now, self.config.priority_timeout);
        let Some(lead) = &mut self.lead else { return false };
        let Some(priority) = lead.waiting.head().and_then(|head| head.priority.as_mut()) else {
            return false;
        };
        if priority.group.is_empty() {
            return false;
        }
        let id: Arc<str> = nuid(cx.rng).into();
        priority.id = id.to_string();
        let group: Arc<str> = priority.group.as_str().into();
        lead.pin = Some(Pin { id: id.clone(), group: group.clone(), since: cx.now, until });
        cx.advise(ConsumerAdvisory::Pinned { group, id });
        true
    }

    /// Whether there is enough to do for a request that only helps out.
    fn overflows(&self, request: &Waiting, pending: i64) -> bool {
        let Some(priority) = &request.priority else { return true };
        let (some, out) = (priority.min_pending, priority.min_ack_pending);
        let pending_ack = self.lead.as_ref().map_or(0, |lead| lead.pending.len());
        let pending_ack = i64::try_from(pending_ack).unwrap_or(i64::MAX);
        (some <= 0 && out <= 0) || (some > 0 && some <= pending) || (out > 0 && out <= pending_ack)
    }

    /// Serves the first request with one message.
    fn serve(&mut self, cx: &mut Cx<'_>) -> Option<Chosen> {
        let classes = self.config.priority_policy == PriorityPolicy::Prioritized;
        let lead = self.lead.as_mut()?;
        let mut request = lead.waiting.pop()?;
        request.batch -= 1;
        request.delivered += 1;
        let to = request.reply.clone();
        if request.batch > 0 {
            if request.heartbeat > 0 {
                request.heartbeat_at = Some(after(cx.now, request.heartbeat));
            }
            lead.waiting.add(request, classes);
            return Some(Chosen { to, completed: None });
        }
        let completed = (request.bytes > 0).then_some((request.batch, request.bytes));
        self.pull_ended(cx, &to);
        Some(Chosen { to, completed })
    }
}
