//! What clients and consumers say to each other: requests for messages and answers to messages.

use std::sync::Arc;

use crate::client::Delivery;
use crate::kernel::ProcId;
use crate::nats::{Message, json};
use crate::view::cast::Cast;
use crate::view::entity::Entity;
use crate::view::say::Say;
use crate::view::text::count;

/// A request for messages of a pull consumer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    /// The stream.
    pub stream: Arc<str>,
    /// The consumer.
    pub consumer: Arc<str>,
    /// How many messages it asks for.
    pub batch: u64,
}

impl Pull {
    /// Reads one; none if the message is none.
    pub fn of(message: &Message) -> Option<Self> {
        let (_, rest) = message.subject.split_once(".API.CONSUMER.MSG.NEXT.")?;
        let (stream, consumer) = rest.split_once('.')?;
        let text = message.text();
        // Nothing at all asks for one, a bare number for so many; else it is JSON.
        let batch = text
            .trim()
            .parse()
            .ok()
            .or_else(|| json::parse(text.as_bytes()).ok()?.get("batch")?.as_u64());
        Some(Self { stream: stream.into(), consumer: consumer.into(), batch: batch.unwrap_or(1) })
    }

    /// " asks n2 for 3 messages of consumer work"
    pub(super) fn asks(&self, cast: Cast<'_>, say: Say, to: ProcId) -> Say {
        let say = say.text(" asks ").who(cast, to).text(" for ");
        consumer(cast, say.text(&count(self.batch, "message")), to, &self.stream, &self.consumer)
    }

    /// " passes the request for messages of consumer work on to n1, which leads it"
    pub(super) fn passed_on(&self, cast: Cast<'_>, say: Say, to: ProcId) -> Say {
        let say = say.text(" passes the request for ").text(&count(self.batch, "message"));
        let say = consumer(cast, say, to, &self.stream, &self.consumer);
        leads_it(cast, say.text(" on to ").who(cast, to), to, &self.stream, &self.consumer)
    }
}

/// An answer to a message that a consumer delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The delivery it answers.
    pub delivery: Delivery,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Ack,
    Nak,
    Term,
    InProgress,
}

impl Answered {
    /// Reads one; none if the message is none.
    pub fn of(message: &Message) -> Option<Self> {
        let delivery = Delivery::parse(&message.subject)?;
        let text = message.text();
        let kind = match text.trim() {
            text if text.starts_with("-NAK") => Kind::Nak,
            text if text.starts_with("+TERM") => Kind::Term,
            text if text.starts_with("+WPI") => Kind::InProgress,
            _ => Kind::Ack,
        };
        Some(Self { delivery, kind })
    }

    /// In a word or two: "ack 3".
    pub fn tag(&self) -> String {
        let word = match self.kind {
            Kind::Ack => "ack",
            Kind::Nak => "nak",
            Kind::Term => "term",
            Kind::InProgress => "in progress",
        };
        format!("{word} {}", self.delivery.stream_seq)
    }

    /// " acknowledges sequence 3 of consumer work to n2"
    pub(super) fn says(&self, cast: Cast<'_>, say: Say, to: ProcId) -> Say {
        let seq = self.delivery.stream_seq;
        let say = say.text(&match self.kind {
            Kind::Ack => format!(" acknowledges sequence {seq}"),
            Kind::Nak => format!(" gives back sequence {seq}"),
            Kind::Term => format!(" refuses for ever sequence {seq}"),
            Kind::InProgress => format!(" still works on sequence {seq}"),
        });
        let say = consumer(cast, say, to, &self.delivery.stream, &self.delivery.consumer);
        say.text(", and tells ").who(cast, to)
    }

    /// " passes the answer to sequence 3 of consumer work on to n1, which leads it"
    pub(super) fn passed_on(&self, cast: Cast<'_>, say: Say, to: ProcId) -> Say {
        let Delivery { stream, consumer: name, stream_seq, .. } = &self.delivery;
        let what = match self.kind {
            Kind::Ack => "acknowledgement of",
            Kind::Nak | Kind::Term | Kind::InProgress => "answer to",
        };
        let say = say.text(&format!(" passes the {what} sequence {stream_seq}"));
        let say = consumer(cast, say, to, stream, name).text(" on to ").who(cast, to);
        leads_it(cast, say, to, stream, name)
    }
}

/// " of consumer work"
fn consumer(cast: Cast<'_>, say: Say, at: ProcId, stream: &Arc<str>, name: &Arc<str>) -> Say {
    let say = say.text(" of consumer ");
    match cast.world().cluster_of(at) {
        Some(cluster) => {
            let (stream, entity) = (Arc::clone(stream), Arc::clone(name));
            say.entity(Entity::Consumer { cluster, stream, name: entity }, name)
        }
        None => say.code(name),
    }
}

fn leads_it(cast: Cast<'_>, say: Say, to: ProcId, stream: &str, name: &str) -> Say {
    let world = cast.world();
    let found = world.cluster_of(to).and_then(|cluster| world.consumer(cluster, stream, name));
    let leads = found.and_then(|consumer| consumer.leader()) == Some(to);
    if leads { say.text(", which leads it") } else { say }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_in_its_three_forms() {
        let pull = |text: &'static str| {
            let subject = "$JS.API.CONSUMER.MSG.NEXT.ORDERS.work";
            Pull::of(&Message::new(subject, text)).map(|pull| (pull.consumer, pull.batch))
        };
        assert_eq!(pull(""), Some(("work".into(), 1)));
        assert_eq!(pull("5"), Some(("work".into(), 5)));
        assert_eq!(pull(r#"{"batch":3,"expires":1}"#), Some(("work".into(), 3)));
        assert_eq!(Pull::of(&Message::new("$JS.API.STREAM.INFO.ORDERS", "")), None);
    }

    #[test]
    fn an_answer_is_told_in_a_word() {
        let tag = |text: &'static str| {
            let subject = "$JS.ACK.ORDERS.work.2.7.9.1767603601000000000.3";
            Answered::of(&Message::new(subject, text)).map(|answered| answered.tag())
        };
        assert_eq!(tag(""), Some("ack 7".to_owned()));
        assert_eq!(tag("+ACK"), Some("ack 7".to_owned()));
        assert_eq!(tag("-NAK {\"delay\":5}"), Some("nak 7".to_owned()));
        assert_eq!(tag("+WPI"), Some("in progress 7".to_owned()));
        assert_eq!(tag("+TERM no"), Some("term 7".to_owned()));
        assert_eq!(Answered::of(&Message::new("orders.new", "+ACK")), None);
    }
}
