//! Updates that lost: somebody expected a revision of a key, and the key had another one already.

use std::sync::Arc;

use crate::kernel::{EventId, EventKind, ProcId, Span, Time};
use crate::nats::protocol::ClientOp;
use crate::server::{self, Frame};
use crate::view::cast::Cast;
use crate::view::why::causes;
use crate::world::bucket::{Bucket, Place};
use crate::world::{Event, Note};

/// So many events back a loss is still told.
const RECENT: u64 = 600;

/// So long after a loss to a write that was under way that write is stored.
const SOON: Span = Span::millis(250);

/// An update that lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// The event of the refusal.
    pub event: EventId,
    /// When it was refused.
    pub at: Time,
    /// Whose update it was.
    pub by: ProcId,
    /// The subject it was for.
    pub subject: String,
    /// The revision it expected; 0: none.
    pub expected: u64,
    /// The revision there was; none if another update of the key was just under way.
    pub found: Option<u64>,
}

impl Loss {
    /// Reads a refusal; none if it is another event, or refused for another reason.
    pub fn of(cast: Cast<'_>, event: &Event) -> Option<Self> {
        let EventKind::Note(Note::Server(server::Note::Rejected { err_code, description, .. })) =
            &event.kind
        else {
            return None;
        };
        if !matches!(err_code, 10_071 | 10_164) {
            return None;
        }
        causes(cast, event.id).find_map(|cause| {
            let EventKind::Sent { frame: Frame::Client(ClientOp::Pub(message)), .. } = &cause.kind
            else {
                return None;
            };
            let expected = message.headers.as_ref()?.get("Nats-Expected-Last-Subject-Sequence")?;
            Some(Self {
                event: event.id,
                at: event.at,
                by: cause.place,
                subject: message.subject.to_string(),
                expected: expected.trim().parse().ok()?,
                found: description.rsplit(' ').next().and_then(|seq| seq.parse().ok()),
            })
        })
    }

    /// The losses at a bucket that are worth telling now: its key has not changed since. One a key and
    /// application, the latest last.
    pub fn all(cast: Cast<'_>, stream: &Arc<str>, bucket: &Bucket) -> Vec<(String, Self)> {
        let trace = cast.trace();
        let from = EventId(trace.len().saturating_sub(RECENT));
        let mut losses: Vec<(String, Self)> = Vec::new();
        for event in trace.since(from) {
            let EventKind::Note(Note::Server(server::Note::Rejected { stream: of, .. })) =
                &event.kind
            else {
                continue;
            };
            if of != stream {
                continue;
            }
            let Some(loss) = Self::of(cast, event) else { continue };
            let Some(Place::Key { key, .. }) = Place::of(&loss.subject) else { continue };
            let last = bucket.key(key).and_then(|key| key.last());
            let still = match (last, loss.found) {
                (None, found) => found == Some(0),
                (Some(last), Some(found)) => found == last.number(),
                // The write that was under way when this one lost is stored a moment later.
                (Some(last), None) => last.message.at <= loss.at + SOON,
            };
            if still {
                let key = key.to_owned();
                losses.retain(|(other, old)| *other != key || old.by != loss.by);
                losses.push((key, loss));
            }
        }
        losses
    }
}
