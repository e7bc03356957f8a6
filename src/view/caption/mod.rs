//! Captions: one plain sentence for what just happened, in the present tense, naming who, what and
//! why.
//!
//! [`event`] says what a single event is; [`hop`] picks, of everything that happened in one step,
//! what a person would tell, and says how the rest belongs to it.

mod api_name;
mod bucket;
mod client_note;
pub mod consumer;
mod frames;
pub(in crate::view) mod inflow;
mod input;
pub mod kv;
mod note;
pub mod object;
mod reply;
mod traffic;
mod work;

use crate::client::{Client, Doing};
use crate::kernel::{EventId, EventKind};
use crate::server;
use crate::world::bucket::Kind;
use crate::world::{Event, Note};

use super::cast::Cast;
use super::frame::Caption;
use super::say::Say;
use super::track::Hop;

pub use api_name::api_name;
pub use input::describe_call;
pub use work::{Answered, Pull};

/// What a step of several events amounts to.
#[derive(Debug, Clone, Copy)]
struct Step<'a> {
    cast: Cast<'a>,
    first: EventId,
    end: EventId,
}

impl<'a> Step<'a> {
    fn events(self) -> impl Iterator<Item = &'a Event> {
        let end = self.end;
        self.cast.trace().since(self.first).take(end.0.saturating_sub(self.first.0) as usize)
    }

    /// The first server note of the step that fits.
    fn server_note<T>(self, fits: impl Fn(&'a server::Note) -> Option<T>) -> Option<T> {
        self.events().find_map(|event| match &event.kind {
            EventKind::Note(Note::Server(note)) => fits(note),
            _ => None,
        })
    }
}

/// The sentence for a hop.
pub fn hop(cast: Cast<'_>, hop: &Hop) -> Caption {
    let step = Step { cast, first: hop.first, end: hop.end };
    let mut best: Option<(u8, &Event)> = None;
    for event in step.events() {
        let weight = weight(event);
        // Of equals the first: what comes later follows from it.
        if weight > best.map_or(0, |(weight, _)| weight) {
            best = Some((weight, event));
        }
    }
    let Some((_, event)) = best else { return Caption::default() };
    let caption = match &event.kind {
        EventKind::Note(Note::Server(note)) => note::server(step, event, note),
        EventKind::Note(Note::Client(note)) => client_note::told(cast, event, note),
        EventKind::Arrived { sent, .. } => traffic::arrived(step, event, *sent),
        _ => self::event(cast, event),
    };
    Caption { class: caption.class.or(hop.class), ..caption }
}

/// The sentence for a single event.
pub fn event(cast: Cast<'_>, event: &Event) -> Caption {
    let step = Step { cast, first: event.id, end: EventId(event.id.0 + 1) };
    match &event.kind {
        EventKind::Sent { .. } => traffic::sent(cast, event),
        EventKind::Arrived { sent, .. } => traffic::arrives(cast, event, *sent),
        EventKind::Dropped { sent, reason } => traffic::lost(cast, event, *sent, *reason),
        EventKind::Retransmitted { times, .. } => traffic::again(cast, event, *times),
        EventKind::Note(Note::Server(note)) => note::server(step, event, note),
        EventKind::Note(Note::Client(note)) => client_note::told(cast, event, note),
        _ => input::from_outside(cast, event),
    }
}

/// How much an event has to say for the step it is in; 0: nothing.
fn weight(event: &Event) -> u8 {
    use server::Note as S;
    match &event.kind {
        EventKind::Crashed { .. }
        | EventKind::Removed
        | EventKind::Paused
        | EventKind::Resumed
        | EventKind::LinkCut { .. }
        | EventKind::LinkBlocked { .. }
        | EventKind::TrapSet { .. }
        | EventKind::TrapsCleared
        | EventKind::LinkHealed { .. }
        | EventKind::LinkChanged { .. } => 100,
        EventKind::Note(Note::Server(note)) => match note {
            S::Elected { .. } => 95,
            S::QuorumLost { .. } | S::LostLeadership { .. } => 92,
            S::Campaigned { .. } => 90,
            S::MembersChanged { .. } => 88,
            S::StreamDeleted { .. } | S::StreamUpdated { .. } | S::CopyRemoved { .. } => 86,
            S::Rejected { .. }
            | S::Duplicate { .. }
            | S::Unwanted { .. }
            | S::BatchAbandoned { .. }
            | S::NoResponders { .. }
            | S::LoopFound { .. } => 84,
            S::Withheld { .. } => 36,
            S::Consumer { what, .. } => consumer::weight(what),
            S::Inflow { what, .. } => inflow::weight(what),
            S::SnapshotInstalled { .. } => 80,
            S::StreamCreated { .. } | S::StreamRestored { .. } => 78,
            S::Proposed { .. } => 76,
            S::Committed { .. } => 74,
            S::Voted { .. } => 73,
            S::Stored { .. } => 72,
            S::Staged { .. } => 71,
            S::Appended { .. } => 70,
            S::Removed { .. } => 60,
            S::ApiHandled { .. } => 30,
        },
        EventKind::Note(Note::Client(note)) => client_note::weight(note),
        EventKind::Started => 66,
        EventKind::Input(_) => 20,
        EventKind::Dropped { .. } => 40,
        EventKind::Arrived { .. } => 35,
        EventKind::Retransmitted { .. } => 10,
        _ => 0,
    }
}

/// What is said before anything happened.
pub fn beginning(cast: Cast<'_>) -> Caption {
    let streams = cast.world().streams();
    let Some(stream) = streams.first() else {
        let text = "Everything is at rest. Create a stream to begin.";
        return Caption { event: None, ..Say::about(EventId(0)).text(text).done() };
    };
    let works = |client: &Client| {
        use Doing::{Preparing, Publishing, Working};
        matches!(client.doing(), Some(Preparing { .. } | Publishing { .. } | Working { .. }))
    };
    let (first, last) = match cast.world().clients().any(|(_, _, client)| works(client)) {
        true => ("The apps are at work: ", ". Press Play and follow a message."),
        false => (
            "Everything is at rest: ",
            match Kind::of_name(stream.name) {
                Some(Kind::Bucket(_)) => ". Put a value and follow it.",
                Some(Kind::Store(_)) => ". Put an object and follow it.",
                None => ". Publish a message and follow it.",
            },
        ),
    };
    let say = Say::about(EventId(0)).text(first);
    let say = match stream.leader() {
        Some(leader) => say.who(cast, leader).text(" leads ").stream(stream.cluster, stream.name),
        None => say.stream(stream.cluster, stream.name).text(" has no leader"),
    };
    Caption { event: None, ..say.text(last).done() }
}
