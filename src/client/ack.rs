//! Acknowledgements as a client sees them: what it may answer to a message from a consumer, and what
//! the message's reply subject tells.

use std::sync::Arc;

use serde_json::Value;

use crate::kernel::{Span, Time};
use crate::nats::Message;
use crate::nats::json::{self, FromJson, Object, ToJson, Writer, one_of};

/// What a client answers to a message of a consumer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Answer {
    /// `+ACK`: it is done.
    #[default]
    Ack,
    /// `-NAK`: deliver it again.
    Nak {
        /// Not before this time has passed.
        delay: Option<Span>,
    },
    /// `+TERM`: never deliver it again, although it is not done.
    Term {
        /// Why, for the advisory.
        reason: Option<String>,
    },
    /// `+WPI`: work is in progress, the ack wait begins anew.
    InProgress,
}

impl ToJson for Answer {
    fn write(&self, to: &mut Writer) {
        to.open();
        match self {
            Self::Ack => to.field("answer", &"ack"),
            Self::Nak { delay } => to.field("answer", &"nak").some("delay", delay),
            Self::Term { reason } => to.field("answer", &"term").some("reason", reason),
            Self::InProgress => to.field("answer", &"in_progress"),
        };
        to.close();
    }
}

impl FromJson for Answer {
    fn from_json(value: &Value) -> json::Result<Self> {
        let mut object = Object::of(value)?;
        let answer = match object.tag("answer")? {
            "ack" => Self::Ack,
            "nak" => Self::Nak { delay: object.take_or("delay", None) },
            "term" => Self::Term { reason: object.take_or("reason", None) },
            "in_progress" => Self::InProgress,
            other => return Err(one_of("variant", other, &["ack", "nak", "term", "in_progress"])),
        };
        object.finish(false)?;
        Ok(answer)
    }
}

impl Answer {
    /// The payload as client libraries write it.
    pub fn payload(&self) -> String {
        match self {
            Self::Ack => "+ACK".to_owned(),
            Self::Nak { delay: None } => "-NAK".to_owned(),
            Self::Nak { delay: Some(delay) } => format!("-NAK {{\"delay\": {}}}", delay.as_nanos()),
            Self::Term { reason: None } => "+TERM".to_owned(),
            Self::Term { reason: Some(reason) } => format!("+TERM {reason}"),
            Self::InProgress => "+WPI".to_owned(),
        }
    }
}

/// What a client knows of a message that a consumer delivered to it: its reply subject tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The JetStream domain, if the subject names one.
    pub domain: Option<Arc<str>>,
    /// The stream.
    pub stream: Arc<str>,
    /// The consumer.
    pub consumer: Arc<str>,
    /// How often it was delivered, this time included.
    pub deliveries: u64,
    /// Its sequence in the stream.
    pub stream_seq: u64,
    /// The how-manieth delivery of the consumer it is.
    pub consumer_seq: u64,
    /// When it was stored.
    pub stored: Time,
    /// How many messages still wait for the consumer.
    pub pending: u64,
}

impl Delivery {
    /// Reads a message's reply subject, of either form; none if no consumer sent the message.
    pub fn of(message: &Message) -> Option<Self> {
        Self::parse(message.reply.as_deref()?)
    }

    /// Reads a subject `$JS.ACK.…`: 9 tokens, or 11 and more with domain and account before the
    /// stream.
    pub fn parse(subject: &str) -> Option<Self> {
        let rest = subject.strip_prefix("$JS.ACK.")?;
        let tokens: Vec<&str> = rest.split('.').collect();
        let (domain, tokens) = match tokens.len() {
            7 => (None, &tokens[..]),
            9.. => (Some(tokens[0]).filter(|domain| *domain != "_"), &tokens[2..]),
            _ => return None,
        };
        let number = |n: usize| tokens.get(n)?.parse::<u64>().ok();
        Some(Self {
            domain: domain.map(Into::into),
            stream: (*tokens.first()?).into(),
            consumer: (*tokens.get(1)?).into(),
            deliveries: number(2)?,
            stream_seq: number(3)?,
            consumer_seq: number(4)?,
            stored: Time(number(5)?.saturating_sub(Time::UNIX_NS)),
            pending: number(6)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_written_as_libraries_write_them() {
        for (answer, text) in [
            (Answer::Ack, "+ACK"),
            (Answer::Nak { delay: None }, "-NAK"),
            (Answer::Nak { delay: Some(Span::secs(2)) }, "-NAK {\"delay\": 2000000000}"),
            (Answer::Term { reason: None }, "+TERM"),
            (
                Answer::Term { reason: Some("no such customer".to_owned()) },
                "+TERM no such customer",
            ),
            (Answer::InProgress, "+WPI"),
        ] {
            assert_eq!(answer.payload(), text);
        }
    }

    #[test]
    fn both_forms_of_the_reply_subject_are_read() {
        let one = Delivery::parse("$JS.ACK.TASKS.workers.2.7.9.1767603601000000000.3").expect("v1");
        assert_eq!((&*one.stream, &*one.consumer), ("TASKS", "workers"));
        assert_eq!((one.deliveries, one.stream_seq, one.consumer_seq), (2, 7, 9));
        assert_eq!((one.stored, one.pending, one.domain), (Time(1_000_000_000), 3, None));
        let two =
            Delivery::parse("$JS.ACK.HUB.szMpdrwD.S.c.1.1.1.1767603600000000005.2").expect("v2");
        assert_eq!((two.domain.as_deref(), &*two.stream), (Some("HUB"), "S"));
        assert_eq!(two.stored, Time(5));
        let none = Delivery::parse("$JS.ACK._.szMpdrwD.S.c.1.1.1.5.2.more").expect("v2");
        assert_eq!(none.domain, None);
    }

    #[test]
    fn other_subjects_are_no_deliveries() {
        for subject in ["", "orders.new", "$JS.ACK", "$JS.ACK.S.c.1.1.1.5", "$JS.ACK.S.c.x.1.1.5.2"]
        {
            assert_eq!(Delivery::parse(subject), None, "{subject}");
        }
    }
}
