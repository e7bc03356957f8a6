//! What was acknowledged is stored: a client that was told "stored as 7" finds its message there.
//! Leader completeness, as clients see it.

use crate::sorted::{Map, Set};
use std::sync::Arc;

use super::Violation;
use crate::client::{self, Call, OpId, Outcome, kv};
use crate::kernel::{EventId, ProcId};
use crate::nats::api::PubAck;
use crate::server;
use crate::world::{EventKind, Note, World};

/// A message that a stream has acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Acked {
    /// The cluster of the stream.
    pub cluster: usize,
    /// The stream.
    pub stream: Arc<str>,
    /// The sequence it was acknowledged as.
    pub seq: u64,
    /// Its payload.
    pub text: String,
}

/// Watches the trace of one world and remembers what clients were told, of values put into buckets
/// too. Duplicates are left out, and streams from which anything was ever removed are not asked for
/// all they once had.
#[derive(Debug, Clone, Default)]
pub struct Acknowledged {
    open: Map<(ProcId, OpId), Arc<Call>>,
    acked: Set<Acked>,
    /// Streams from which something was removed, or which are gone.
    shrunk: Set<(usize, Arc<str>)>,
    next: u64,
}

impl Acknowledged {
    /// Looks at what happened since the last time.
    pub fn watch(&mut self, world: &World) {
        let from = std::mem::replace(&mut self.next, world.sim().trace().len());
        for event in world.sim().trace().since(EventId(from)) {
            let cluster = world.cluster_of(event.place).unwrap_or(0);
            match &event.kind {
                EventKind::Note(Note::Client(client::Note::OpStarted { op, call })) => {
                    if matches!(**call, Call::JsPublish { .. } | Call::Kv(_)) {
                        self.open.insert((event.place, *op), Arc::clone(call));
                    }
                }
                EventKind::Note(Note::Client(client::Note::OpEnded { op, outcome })) => {
                    if let Some(call) = self.open.remove(&(event.place, *op)) {
                        self.ended(cluster, &call, outcome);
                    }
                }
                EventKind::Note(Note::Server(
                    server::Note::Removed { stream, .. } | server::Note::StreamDeleted { stream },
                )) => {
                    self.shrunk.insert((cluster, Arc::clone(stream)));
                }
                _ => {}
            }
        }
    }

    fn ended(&mut self, cluster: usize, call: &Call, outcome: &Outcome) {
        if let (Call::Kv(op), Outcome::Kv(Ok(kv::Got::Revision(seq)))) = (call, outcome)
            && op.act == kv::Act::Put
            && op.domain.is_none()
        {
            let (stream, seq, text) = (op.stream().into(), *seq, op.value.clone());
            self.acked.insert(Acked { cluster, stream, seq, text });
        }
        let (Call::JsPublish { message, .. }, Outcome::Acked { acks, .. }) = (call, outcome) else {
            return;
        };
        for (n, ack) in (1..).zip(acks) {
            let Some(ack) = PubAck::parse(&ack.payload) else { continue };
            if ack.error.is_none() && !ack.duplicate {
                let text = message.text.replace("{{Count}}", &format!("{n}"));
                let stream = ack.stream.into();
                self.acked.insert(Acked { cluster, stream, seq: ack.seq, text });
            }
        }
    }

    /// Everything that was acknowledged.
    pub fn all(&self) -> impl ExactSizeIterator<Item = &Acked> {
        self.acked.iter()
    }

    /// Whether every copy of every stream has all that was acknowledged. To be asked when the
    /// copies had time to catch up.
    ///
    /// # Errors
    /// [`Violation::Lost`].
    pub fn nothing_is_lost(&self, world: &World) -> Result<(), Violation> {
        for view in world.streams() {
            for replica in &view.replicas {
                let store = replica.stream.store();
                let text = |seq| Some(String::from_utf8_lossy(&store.get(seq)?.payload));
                let shrunk = self.shrunk.contains(&(view.cluster, Arc::clone(view.name)));
                let here =
                    |acked: &&Acked| acked.cluster == view.cluster && acked.stream == *view.name;
                for acked in self.acked.iter().filter(here) {
                    if is_lost(acked, text(acked.seq).as_deref(), store.last_seq(), shrunk) {
                        return Err(Violation::Lost {
                            stream: Arc::clone(view.name),
                            seq: acked.seq,
                            text: acked.text.clone(),
                            server: replica.server,
                        });
                    }
                }
            }
        }
        Ok(())
    }
}

/// Whether a copy lacks what was acknowledged: at that sequence it has `found`, its last sequence
/// is `last`, and messages were removed from it or not.
fn is_lost(acked: &Acked, found: Option<&str>, last: u64, shrunk: bool) -> bool {
    match found {
        Some(text) => text != acked.text,
        None => acked.seq > last || !shrunk,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_to_what_is_missing_or_something_else() {
        let acked = Acked { cluster: 0, stream: "S".into(), seq: 7, text: "seven".to_owned() };
        assert!(!is_lost(&acked, Some("seven"), 9, false));
        assert!(is_lost(&acked, Some("eight"), 9, false));
        assert!(is_lost(&acked, Some("eight"), 9, true));
        assert!(is_lost(&acked, None, 9, false));
        assert!(is_lost(&acked, None, 6, true));
        // Somebody removed it.
        assert!(!is_lost(&acked, None, 9, true));
    }
}
