//! A task is never lost before its ack: what a work queue has acknowledged to its publisher stays
//! stored until a client has answered that it is done, or never to be done.
//!
//! A client counts as having answered as soon as it has sent the answer, whether that arrives or not.

use crate::sorted::Set;
use std::sync::Arc;

use super::handed_on::mirror_of;
use super::{Acked, Acknowledged, Violation};
use crate::kernel::EventId;
use crate::nats::Message;
use crate::nats::api::Retention;
use crate::nats::protocol::ClientOp;
use crate::server::Frame;
use crate::world::{EventKind, Replica, World};

/// A task: its cluster, stream and sequence.
type Task = (usize, Arc<str>, u64);

/// Watches the trace of one world and remembers which messages were answered. For a world that
/// remembers only its last events, it must be asked often enough.
#[derive(Debug, Clone, Default)]
pub struct Tasks {
    answered: Set<Task>,
    next: u64,
}

impl Tasks {
    /// Looks at what happened since the last time.
    pub fn watch(&mut self, world: &World) {
        let trace = world.sim().trace();
        let from = std::mem::replace(&mut self.next, trace.len());
        for event in trace.since(EventId(from)) {
            if let EventKind::Sent { frame: Frame::Client(ClientOp::Pub(message)), .. } =
                &event.kind
            {
                self.sent(world.cluster_of(event.place).unwrap_or(0), message);
            }
        }
    }

    /// How many messages were answered.
    pub fn count(&self) -> usize {
        self.answered.len()
    }

    /// Whether every copy of a work queue that has come as far as a task has it still, unless it was
    /// answered.
    ///
    /// # Errors
    /// [`Violation::TaskLost`].
    pub fn none_is_lost(
        &self,
        world: &World,
        acknowledged: &Acknowledged,
    ) -> Result<(), Violation> {
        each(world, acknowledged, |task, replica| {
            let store = replica.stream.store();
            let lost = store.last_seq() >= task.seq && store.get(task.seq).is_none();
            (lost && !self.is_answered(task)).then(|| Violation::TaskLost {
                stream: Arc::clone(&task.stream),
                seq: task.seq,
                server: replica.server,
            })
        })
    }

    /// Whether every task was answered, and is gone from every copy. To be asked when the workers had
    /// time to do what there is.
    ///
    /// # Errors
    /// [`Violation::TaskLeft`].
    pub fn all_are_done(
        &self,
        world: &World,
        acknowledged: &Acknowledged,
    ) -> Result<(), Violation> {
        each(world, acknowledged, |task, replica| {
            let left = replica.stream.store().get(task.seq).is_some() || !self.is_answered(task);
            left.then(|| Violation::TaskLeft {
                stream: Arc::clone(&task.stream),
                seq: task.seq,
                server: replica.server,
            })
        })
    }

    fn is_answered(&self, task: &Acked) -> bool {
        self.answered.contains(&(task.cluster, Arc::clone(&task.stream), task.seq))
    }

    fn sent(&mut self, cluster: usize, message: &Message) {
        if let Some((stream, seq)) = answer(message) {
            self.answered.insert((cluster, stream, seq));
        }
    }
}

/// Asks about every acknowledged message of every work queue, and every copy of it.
fn each(
    world: &World,
    acknowledged: &Acknowledged,
    ask: impl Fn(&Acked, &Replica<'_>) -> Option<Violation>,
) -> Result<(), Violation> {
    let streams = world.streams();
    for view in &streams {
        // What has a mirror is answered by it.
        if !view.config().is_some_and(|config| config.retention == Retention::WorkQueue)
            || mirror_of(world, &streams, view).is_some()
        {
            continue;
        }
        let here = |task: &&Acked| task.cluster == view.cluster && task.stream == *view.name;
        for task in acknowledged.all().filter(here) {
            for replica in &view.replicas {
                if let Some(violation) = ask(task, replica) {
                    return Err(violation);
                }
            }
        }
    }
    Ok(())
}

/// The stream and the sequence of which a message says that it is done, or never to be done.
fn answer(message: &Message) -> Option<(Arc<str>, u64)> {
    let ends = ["+ACK", "+OK", "+NXT", "+TERM"];
    let payload = &message.payload;
    if !payload.is_empty() && !ends.iter().any(|word| payload.starts_with(word.as_bytes())) {
        return None;
    }
    let tokens: Vec<&str> = message.subject.split('.').collect();
    let ["$JS", "ACK", rest @ ..] = tokens.as_slice() else { return None };
    // Without domain and account, or with them.
    let (stream, seq) = match *rest {
        [stream, _, _, seq, _, _, _] => (stream, seq),
        [_, _, stream, _, _, seq, _, _, _, ..] => (stream, seq),
        _ => return None,
    };
    Some((stream.into(), seq.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(subject: &str, payload: &'static str) -> Option<(Arc<str>, u64)> {
        answer(&Message::new(subject.to_owned(), payload))
    }

    #[test]
    fn knows_an_answer_that_ends_a_task() {
        let subject = "$JS.ACK.S.c.1.7.5.1700000000000000000.0";
        for end in ["", "+ACK", "+OK", "+NXT {\"batch\":1}", "+TERM no such order"] {
            assert_eq!(said(subject, end), Some(("S".into(), 7)), "{end}");
        }
        for other in ["-NAK", "-NAK {\"delay\":1}", "+WPI", "hello"] {
            assert_eq!(said(subject, other), None, "{other}");
        }
        assert_eq!(said("$JS.ACK.hub.szMpdrwD.S.c.1.7.5.17.0.x", ""), Some(("S".into(), 7)));
        assert_eq!(said("$JS.ACK.S.c", ""), None);
        assert_eq!(said("orders.new", ""), None);
    }

    #[test]
    fn remembers_who_was_answered_where() {
        let mut tasks = Tasks::default();
        tasks.sent(1, &Message::new("$JS.ACK.S.c.1.7.5.17.0".to_owned(), ""));
        let task = |cluster, seq| Acked { cluster, stream: "S".into(), seq, text: String::new() };
        assert!(tasks.is_answered(&task(1, 7)));
        assert!(!tasks.is_answered(&task(0, 7)));
        assert!(!tasks.is_answered(&task(1, 8)));
        assert_eq!(tasks.count(), 1);
    }
}
