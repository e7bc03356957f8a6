//! Sentences for what servers tell of their consumers.

use std::sync::Arc;

use crate::kernel::{ProcId, Span};
use crate::server::{ConsumerNote, Delivery, Redelivery};
use crate::view::cast::Cast;
use crate::view::class::Class;
use crate::view::say::Say;
use crate::view::text::count;

/// The consumer that a sentence is about, and where.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    pub cast: Cast<'a>,
    pub me: ProcId,
    pub stream: &'a Arc<str>,
    pub consumer: &'a str,
}

impl About<'_> {
    /// "worker of ORDERS"
    fn name(self, say: Say) -> Say {
        super::note::stream_name(
            say.code(self.consumer).text(" of "),
            self.cast,
            self.me,
            self.stream,
        )
    }

    fn delivery(self, say: Say, delivery: &Delivery) -> Say {
        say.code(&delivery.subject)
            .text(&format!(", sequence {}, to ", delivery.seq))
            .code(&delivery.to)
    }
}

pub(super) fn note(about: About<'_>, say: Say, what: &ConsumerNote) -> Say {
    let (cast, me) = (about.cast, about.me);
    match what {
        ConsumerNote::Created => about.name(say.who(cast, me).text(" now has the consumer ")),
        ConsumerNote::Updated => {
            about.name(say.who(cast, me).text(" takes over the new configuration of consumer "))
        }
        ConsumerNote::Deleted => about.name(say.who(cast, me).text(" deletes the consumer ")),
        ConsumerNote::CopyRemoved => about
            .name(say.who(cast, me).text(" removes its copy of the consumer "))
            .text(", which lives on other servers now"),
        ConsumerNote::Delivered(delivery) => {
            let say = about.name(say.class(Class::Deliver).text("Consumer ")).text(" delivers ");
            about.delivery(say, delivery)
        }
        ConsumerNote::Redelivered { delivery, why } => {
            let say = about.name(say.class(Class::Deliver).text("Consumer "));
            let say = about.delivery(say.text(" delivers again "), delivery);
            say.text(match why {
                Redelivery::AckWait => ": it was not acknowledged in time",
                Redelivery::Nak => ": a client gave it back",
                Redelivery::Unknown => ": nobody has acknowledged it",
            })
            .text(&format!(". This is delivery {}", delivery.deliveries))
        }
        ConsumerNote::Acked { seq, all } => {
            let say = say.class(Class::Ack).text(&format!("Sequence {seq} is acknowledged at "));
            let say = about.name(say);
            if *all { say.text(", and everything before it") } else { say }
        }
        ConsumerNote::Naked { seq, delay } => {
            let say =
                say.class(Class::Ack).text(&format!("A client gives sequence {seq} back to "));
            about.name(say).text(&match *delay {
                Span::ZERO => ": it is to be delivered again at once".to_owned(),
                delay => format!(": it is to be delivered again in {delay}"),
            })
        }
        ConsumerNote::InProgress { seq } => {
            let say =
                say.class(Class::Ack).text(&format!("A client still works on sequence {seq} of "));
            about.name(say).text(": its ack wait begins anew")
        }
        ConsumerNote::Terminated { seq } => {
            let say = say.class(Class::Ack).text(&format!("Sequence {seq} is terminated at "));
            about.name(say).text(": it will not be delivered again")
        }
        ConsumerNote::AckWaitOver { seq } => {
            let say = say.fault().text(&format!("Sequence {seq} was not acknowledged in time: "));
            about.name(say).text(" will deliver it again")
        }
        ConsumerNote::GaveUp { seq, deliveries } => about.name(say.fault()).text(&format!(
            " gives up sequence {seq} after {}: its max_deliver",
            count(*deliveries, "delivery")
        )),
        ConsumerNote::PullWaits { reply, batch } => {
            let say = say.class(Class::Control);
            let say = say.text(&format!("A request for {} waits at ", count(*batch, "message")));
            about.name(say).text(", for ").code(reply)
        }
        ConsumerNote::PullEnded { reply, code, text } => {
            let say = about.name(say.class(Class::ControlReply).text("Consumer "));
            say.text(" ends the request of ").code(reply).text(": ").code(&format!("{code} {text}"))
        }
        ConsumerNote::PullForgotten { reply } => {
            let say = about.name(say.text("Consumer ")).text(" forgets the request of ");
            say.code(reply).text(": nobody listens there any more")
        }
        ConsumerNote::Stalled { pending } => about.name(say.text("Consumer ")).text(&format!(
            " waits: {} not acknowledged, as many as max_ack_pending allows",
            if *pending == 1 {
                "1 message is".to_owned()
            } else {
                format!("{pending} messages are")
            }
        )),
    }
}

/// How much it has to say for its step.
pub(super) fn weight(what: &ConsumerNote) -> u8 {
    match what {
        ConsumerNote::AckWaitOver { .. } | ConsumerNote::GaveUp { .. } => 85,
        ConsumerNote::Updated | ConsumerNote::Deleted | ConsumerNote::CopyRemoved => 83,
        ConsumerNote::Redelivered { .. } => 82,
        ConsumerNote::Naked { .. } | ConsumerNote::Terminated { .. } => 81,
        ConsumerNote::Created => 79,
        ConsumerNote::Delivered(_) => 77,
        ConsumerNote::Acked { .. } | ConsumerNote::InProgress { .. } => 75,
        ConsumerNote::PullEnded { .. } | ConsumerNote::PullForgotten { .. } => 71,
        ConsumerNote::PullWaits { .. } | ConsumerNote::Stalled { .. } => 69,
    }
}

/// What it is called in lists of events.
pub const fn word(what: &ConsumerNote) -> &'static str {
    match what {
        ConsumerNote::Created => "consumer created",
        ConsumerNote::Updated => "consumer updated",
        ConsumerNote::Deleted => "consumer deleted",
        ConsumerNote::CopyRemoved => "copy removed",
        ConsumerNote::Delivered(_) => "delivered",
        ConsumerNote::Redelivered { .. } => "delivered again",
        ConsumerNote::Acked { .. } => "acknowledged",
        ConsumerNote::Naked { .. } => "given back",
        ConsumerNote::InProgress { .. } => "in progress",
        ConsumerNote::Terminated { .. } => "terminated",
        ConsumerNote::AckWaitOver { .. } => "ack wait over",
        ConsumerNote::GaveUp { .. } => "given up",
        ConsumerNote::PullWaits { .. } => "pull waits",
        ConsumerNote::PullEnded { .. } => "pull ended",
        ConsumerNote::PullForgotten { .. } => "pull forgotten",
        ConsumerNote::Stalled { .. } => "consumer waits",
    }
}
