//! What is settled stays settled: a message whose acknowledgement was confirmed to the client is
//! never delivered again by that consumer, whoever leads it.
//!
//! A plain acknowledgement may get lost, so only confirmed ones count: a client published it with a
//! reply subject, and the empty answer arrived there.

use crate::sorted::{Map, Set};
use std::sync::Arc;

use super::Violation;
use crate::kernel::{EventId, ProcId};
use crate::nats::protocol::{ClientOp, ServerOp};
use crate::nats::{Message, Subject};
use crate::server::{self, ConsumerNote, Frame};
use crate::world::{EventKind, Note, World};

/// A consumer: its cluster, stream and name.
type Consumer = (usize, Arc<str>, Arc<str>);

/// Watches the trace of one world and remembers what was settled. For a world that remembers only
/// its last events, it must be asked often enough.
#[derive(Debug, Clone, Default)]
pub struct Settled {
    /// Acknowledgements that are to be confirmed: by client and reply subject.
    asked: Map<(ProcId, Subject), (Consumer, u64)>,
    settled: Map<Consumer, Set<u64>>,
    next: u64,
}

impl Settled {
    /// Looks at what happened since the last time.
    ///
    /// # Errors
    /// [`Violation::CameAgain`].
    pub fn watch(&mut self, world: &World) -> Result<(), Violation> {
        let trace = world.sim().trace();
        let from = std::mem::replace(&mut self.next, trace.len());
        for event in trace.since(EventId(from)) {
            let cluster = world.cluster_of(event.place).unwrap_or(0);
            match &event.kind {
                EventKind::Sent { frame: Frame::Client(ClientOp::Pub(message)), .. } => {
                    self.asked(event.place, cluster, message);
                }
                EventKind::Arrived { sent, .. } => {
                    if let Some(EventKind::Sent { frame, .. }) = trace.get(*sent).map(|e| &e.kind)
                        && let Frame::Server(ServerOp::Msg { message, .. }) = frame
                        && message.payload.is_empty()
                        && message.headers.is_none()
                    {
                        self.confirmed(event.place, &message.subject);
                    }
                }
                EventKind::Note(Note::Server(server::Note::Consumer {
                    stream,
                    consumer,
                    what,
                })) => {
                    self.happened((cluster, Arc::clone(stream), Arc::clone(consumer)), what)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// How many messages are settled.
    pub fn count(&self) -> usize {
        self.settled.values().map(Set::len).sum()
    }

    fn asked(&mut self, client: ProcId, cluster: usize, message: &Message) {
        let settles = matches!(&*message.payload, b"" | b"+ACK" | b"+OK")
            || message.payload.starts_with(b"+TERM");
        let (Some(reply), true) = (&message.reply, settles) else { return };
        let tokens: Vec<&str> = message.subject.split('.').collect();
        let ["$JS", "ACK", stream, consumer, _, seq, ..] = *tokens.as_slice() else { return };
        let Ok(seq) = seq.parse() else { return };
        let consumer = (cluster, stream.into(), consumer.into());
        self.asked.insert((client, Arc::clone(reply)), (consumer, seq));
    }

    fn confirmed(&mut self, client: ProcId, reply: &Subject) {
        if let Some((consumer, seq)) = self.asked.remove(&(client, Arc::clone(reply))) {
            self.settled.entry(consumer).or_default().insert(seq);
        }
    }

    fn happened(&mut self, consumer: Consumer, what: &ConsumerNote) -> Result<(), Violation> {
        match what {
            ConsumerNote::Delivered(delivery) | ConsumerNote::Redelivered { delivery, .. } => {
                let settled = self.settled.get(&consumer);
                if settled.is_some_and(|settled| settled.contains(&delivery.seq)) {
                    let (_, stream, consumer) = consumer;
                    return Err(Violation::CameAgain { stream, consumer, seq: delivery.seq });
                }
            }
            // Another one of the same name begins anew.
            ConsumerNote::Deleted => {
                self.settled.remove(&consumer);
                self.asked.retain(|_, (asked, _)| *asked != consumer);
            }
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::Delivery;

    const CLIENT: ProcId = ProcId(4);

    fn delivered(seq: u64) -> ConsumerNote {
        let (subject, to) = ("s.x".into(), "in".into());
        ConsumerNote::Delivered(Delivery { seq, dseq: 9, deliveries: 2, subject, to })
    }

    fn ack(seq: u64, body: &'static str) -> Message {
        Message::new(format!("$JS.ACK.S.c.1.{seq}.1.0.0"), body).with_reply("r")
    }

    #[test]
    fn objects_to_what_comes_again_after_its_acknowledgement_was_confirmed() {
        let consumer: Consumer = (0, "S".into(), "c".into());
        let mut settled = Settled::default();
        settled.asked(CLIENT, 0, &ack(7, "+ACK"));
        assert_eq!(settled.happened(consumer.clone(), &delivered(7)), Ok(()));
        settled.confirmed(CLIENT, &"r".into());
        assert_eq!(settled.count(), 1);
        assert_eq!(settled.happened(consumer.clone(), &delivered(8)), Ok(()));
        let other = (0, "S".into(), "d".into());
        assert_eq!(settled.happened(other, &delivered(7)), Ok(()));
        let again = Violation::CameAgain { stream: "S".into(), consumer: "c".into(), seq: 7 };
        assert_eq!(settled.happened(consumer.clone(), &delivered(7)), Err(again));
        assert_eq!(settled.happened(consumer.clone(), &ConsumerNote::Deleted), Ok(()));
        assert_eq!(settled.happened(consumer, &delivered(7)), Ok(()));
    }

    #[test]
    fn what_was_given_back_or_not_confirmed_may_come_again() {
        let consumer: Consumer = (0, "S".into(), "c".into());
        let mut settled = Settled::default();
        settled.asked(CLIENT, 0, &ack(7, "-NAK"));
        settled.confirmed(CLIENT, &"r".into());
        settled.asked(CLIENT, 0, &Message { reply: None, ..ack(8, "") });
        settled.confirmed(CLIENT, &"another".into());
        assert_eq!(settled.count(), 0);
        assert_eq!(settled.happened(consumer, &delivered(7)), Ok(()));
    }
}
