//! Sentences for what servers tell of mirrors and sources.

use std::sync::Arc;

use crate::jetstream::inflow::Kind;
use crate::kernel::ProcId;
use crate::server::InflowNote;
use crate::view::cast::Cast;
use crate::view::class::Class;
use crate::view::say::Say;

/// The stream that a sentence is about, where it is led, and what it follows.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    pub cast: Cast<'a>,
    pub me: ProcId,
    pub stream: &'a Arc<str>,
    pub origin: &'a str,
    pub kind: Kind,
}

impl About<'_> {
    /// "n1, for mirror EU_ORDERS, " or "n1, for analytics, "
    fn subject(self, say: Say) -> Say {
        let kind = if self.kind == Kind::Mirror { ", for mirror " } else { ", for " };
        let say = say.who(self.cast, self.me).text(kind);
        super::note::stream_name(say, self.cast, self.me, self.stream).text(", ")
    }
}

pub(super) fn note(about: About<'_>, say: Say, what: &InflowNote) -> Say {
    match what {
        InflowNote::Asked => about
            .subject(say)
            .text("asks ")
            .code(about.origin)
            .text(" for a consumer that sends its messages here"),
        InflowNote::Following { consumer, after } => about
            .subject(say)
            .text("has the consumer ")
            .code(consumer)
            .text(" of ")
            .code(about.origin)
            .text(&match after {
                0 => ": it begins with the first message".to_owned(),
                after => format!(": it goes on behind sequence {after}"),
            }),
        InflowNote::Refused { err_code, description } => about
            .subject(say.fault())
            .text("gets no consumer of ")
            .code(about.origin)
            .text(": ")
            .code(description)
            .text(&format!(" (error {err_code}); it will ask again")),
        InflowNote::NoAnswer => about
            .subject(say.fault())
            .text("has no answer from ")
            .code(about.origin)
            .text(" for 30 s: it will ask again"),
        InflowNote::Stalled => about
            .subject(say.fault())
            .text("has heard nothing of ")
            .code(about.origin)
            .text(" for more than 10 s: it asks for another consumer"),
        InflowNote::Lost => about
            .subject(say.fault())
            .text("misses messages of ")
            .code(about.origin)
            .text(" that got lost on the way: it asks for another consumer"),
        InflowNote::Taken { seq } => {
            let say = about.subject(say.class(Class::Deliver)).text("takes ");
            let say = say.text(&format!("sequence {seq} of ")).code(about.origin);
            say.text(match about.kind {
                Kind::Mirror => ", which keeps its sequence and its time",
                Kind::Source => ", which gets a sequence of this stream",
            })
        }
        InflowNote::Duplicate { seq } => about
            .subject(say)
            .text(&format!("drops sequence {seq} of "))
            .code(about.origin)
            .text(": a message with the same Nats-Msg-Id is stored already"),
        InflowNote::NotTaken { seq, description } => about
            .subject(say.fault())
            .text(&format!("cannot store sequence {seq} of "))
            .code(about.origin)
            .text(": ")
            .code(description),
        InflowNote::Ended => {
            about.subject(say).text("follows ").code(about.origin).text(" from here no more")
        }
    }
}

/// How much it has to say for the step it is in.
pub(super) const fn weight(what: &InflowNote) -> u8 {
    match what {
        InflowNote::Refused { .. }
        | InflowNote::NoAnswer
        | InflowNote::Stalled
        | InflowNote::Lost
        | InflowNote::NotTaken { .. }
        | InflowNote::Duplicate { .. } => 84,
        InflowNote::Asked | InflowNote::Following { .. } | InflowNote::Ended => 77,
        InflowNote::Taken { .. } => 71,
    }
}

/// What it is called in one or two words.
pub(in crate::view) const fn word(what: &InflowNote) -> &'static str {
    match what {
        InflowNote::Asked => "asks its origin",
        InflowNote::Following { .. } => "follows its origin",
        InflowNote::Refused { .. } => "origin refuses",
        InflowNote::NoAnswer => "no answer",
        InflowNote::Stalled => "stalled",
        InflowNote::Lost => "messages lost",
        InflowNote::Taken { .. } => "copied",
        InflowNote::Duplicate { .. } => "duplicate",
        InflowNote::NotTaken { .. } => "not copied",
        InflowNote::Ended => "not followed",
    }
}
