//! An event: a packet in flight, an arrival, something that happened. Its bytes, and why.

use crate::client;
use crate::kernel::{EventId, EventKind, ProcId, Time};
use crate::nats::Message;
use crate::nats::protocol::{ClientOp, ServerOp};
use crate::server::{self, Frame, LeafOp, RouteOp};
use crate::view::caption;
use crate::view::cast::Cast;
use crate::view::class::Class;
use crate::view::entity::Entity;
use crate::view::frame::{Fact, Inspection, Section, Tab};
use crate::view::palette::Token;
use crate::view::text::{age, escaped, seconds, size};
use crate::view::why::why;
use crate::view::wire::wire_text;
use crate::world::{Event, Note};

use super::parts::{badge, fact, fact_of, facts, row, stat, table};

pub(super) fn inspect(cast: Cast<'_>, id: EventId) -> Option<Inspection> {
    let event = cast.event(id)?;
    // An arrival is shown with the frame that arrived.
    let sent = match &event.kind {
        EventKind::Sent { .. } => Some(id),
        EventKind::Arrived { sent, .. }
        | EventKind::Dropped { sent, .. }
        | EventKind::Retransmitted { sent, .. } => Some(*sent),
        _ => None,
    };
    let sending = sent.and_then(|sent| cast.sent(sent));
    let class = sending.and_then(|(event, ..)| Class::of(cast.trace(), event));
    let tone = class.map_or(Token::Muted, Class::token);
    let mut tabs = Vec::new();
    let mut sections = vec![facts("", about(cast, event))];
    let mut stats = vec![stat("event", id.0)];
    if let Some((_, _, frame)) = sending {
        let text = wire_text(frame);
        stats.push(stat("bytes", text.bytes));
        sections.extend(message_of(frame).map(headers));
        sections.push(Section::Code {
            title: Some("On the wire".to_owned()),
            text: text.all(),
            json: false,
        });
    }
    tabs.push(Tab { name: "Event", sections });
    tabs.push(Tab { name: "Why", sections: vec![Section::Why(why(cast, id))] });
    Some(Inspection {
        entity: Entity::Event(id),
        kind: if sending.is_some() { "packet" } else { "event" },
        title: title(cast, event, class),
        place: format!("at {}", seconds(event.at, true)),
        badges: vec![badge(class.map_or(kind_name(event), Class::label), tone)],
        shown_as: None,
        stats,
        tabs,
        knobs: None,
        actions: Vec::new(),
    })
}

fn title(cast: Cast<'_>, event: &Event, class: Option<Class>) -> String {
    let sent = match &event.kind {
        EventKind::Arrived { sent, .. } | EventKind::Dropped { sent, .. } => *sent,
        _ => event.id,
    };
    let frame = cast.sent(sent).map(|(_, _, frame)| frame);
    // What goes to an inbox is told by its kind: the inbox's name says nothing to anybody.
    if let (Some(frame), Some(class @ (Class::Ack | Class::ControlReply))) = (frame, class) {
        return match (class, crate::view::motion::tag(frame, class)) {
            (Class::Ack, Some(tag)) => format!("Acknowledgement, {tag}"),
            (Class::Ack, None) => "Acknowledgement".to_owned(),
            _ => "Answer of the API".to_owned(),
        };
    }
    match frame.and_then(message_of) {
        Some(message) => caption::api_name(&message.subject),
        None => class.map_or_else(|| kind_name(event).to_owned(), |c| c.label().to_owned()),
    }
}

fn about(cast: Cast<'_>, event: &Event) -> Vec<Fact> {
    let who = |name: &str, process: ProcId| fact_of(name, cast.name(process), cast.entity(process));
    let past = cast.world().now().since(event.at);
    let ago = if past.as_millis() == 0 { "now".to_owned() } else { format!("{} ago", age(past)) };
    let mut list = vec![
        fact("what", caption::event(cast, event).text()),
        fact("when", format!("{} ({ago})", seconds(event.at, true))),
        who("where", event.place),
    ];
    if let EventKind::Sent { to, arrives, .. } = &event.kind {
        list.push(who("to", *to));
        list.push(match *arrives {
            Time::MAX => fact("arrives", "when its link is healed"),
            at => fact("takes", at.since(event.at)),
        });
    }
    if let Some((sending, to, frame)) = match &event.kind {
        EventKind::Arrived { sent, .. } | EventKind::Dropped { sent, .. } => cast.sent(*sent),
        EventKind::Sent { .. } => cast.sent(event.id),
        _ => None,
    } {
        if sending.id != event.id {
            list.push(who("from", sending.place));
            list.push(who("to", to));
            list.push(fact_of("was sent", seconds(sending.at, true), Entity::Event(sending.id)));
        }
        if let Some(message) = message_of(frame) {
            list.push(fact("subject", &message.subject));
            list.extend(message.reply.as_ref().map(|reply| fact("reply to", reply)));
            list.push(fact("payload", size(message.payload.len() as u64)));
            if !message.payload.is_empty() {
                list.push(fact("data", escaped(&message.payload, 400)));
            }
        }
    }
    if let Some(cause) = event.cause {
        list.push(fact_of("because of", format!("event {}", cause.0), Entity::Event(cause)));
    }
    list
}

fn headers(message: &Message) -> Section {
    let rows = message
        .headers
        .iter()
        .flat_map(|headers| headers.iter())
        .map(|(name, value)| row(vec![name.to_owned(), value.to_owned()]))
        .collect();
    table("Headers", vec!["Name", "Value"], rows, "No headers.")
}

fn message_of(frame: &Frame) -> Option<&Message> {
    match frame {
        Frame::Client(ClientOp::Pub(message))
        | Frame::Server(ServerOp::Msg { message, .. })
        | Frame::Route(RouteOp::Message { message, .. })
        | Frame::Leaf(LeafOp::Message { message, .. }) => Some(message),
        _ => None,
    }
}

/// What kind of event it is, in a word.
const fn kind_name(event: &Event) -> &'static str {
    match &event.kind {
        EventKind::Started => "started",
        EventKind::Dialled { .. } => "dialled",
        EventKind::Opened { .. } => "opened",
        EventKind::Closed { .. } => "closed",
        EventKind::Sent { .. } => "sent",
        EventKind::Arrived { .. } => "arrived",
        EventKind::Dropped { .. } => "lost",
        EventKind::Retransmitted { .. } => "sent again",
        EventKind::Timer(_) => "timer",
        EventKind::Input(_) => "input",
        EventKind::Crashed { .. } => "crash",
        EventKind::Removed => "removed",
        EventKind::Paused => "frozen",
        EventKind::Resumed => "thawed",
        EventKind::TrapSet { .. } => "trap set",
        EventKind::TrapsCleared => "traps gone",
        EventKind::LinkCut { .. } => "link cut",
        EventKind::LinkBlocked { .. } => "link blocked",
        EventKind::LinkHealed { .. } => "link healed",
        EventKind::LinkChanged { .. } => "link changed",
        EventKind::Note(Note::Server(note)) => server_word(note),
        EventKind::Note(Note::Client(note)) => client_word(note),
    }
}

const fn server_word(note: &server::Note) -> &'static str {
    use server::Note;
    match note {
        Note::Proposed { .. } => "proposed",
        Note::Appended { .. } => "appended",
        Note::Committed { .. } => "committed",
        Note::Campaigned { .. } => "campaign",
        Note::Voted { .. } => "vote",
        Note::Elected { .. } => "elected",
        Note::LostLeadership { .. } => "leadership lost",
        Note::QuorumLost { .. } => "quorum lost",
        Note::SnapshotInstalled { .. } => "snapshot installed",
        Note::StreamCreated { .. } => "stream created",
        Note::StreamRestored { .. } => "stream restored",
        Note::StreamUpdated { .. } => "stream updated",
        Note::StreamDeleted { .. } => "stream deleted",
        Note::CopyRemoved { .. } => "copy removed",
        Note::MembersChanged { .. } => "members changed",
        Note::Stored { .. } => "stored",
        Note::Unwanted { .. } => "not stored",
        Note::Staged { .. } => "kept back",
        Note::BatchAbandoned { .. } => "batch given up",
        Note::Consumer { what, .. } => caption::consumer::word(what),
        Note::Inflow { what, .. } => caption::inflow::word(what),
        Note::Duplicate { .. } => "duplicate",
        Note::Rejected { .. } => "refused",
        Note::Removed { .. } => "removed",
        Note::NoResponders { .. } => "no responders",
        Note::Withheld { .. } => "kept at home",
        Note::LoopFound { .. } => "loop found",
        Note::ApiHandled { .. } => "API request",
    }
}

const fn client_word(note: &client::Note) -> &'static str {
    use client::Note;
    match note {
        Note::Connected { .. } => "connected",
        Note::Disconnected { .. } => "disconnected",
        Note::OpStarted { .. } => "begins",
        Note::Received { .. } => "received",
        Note::Retried { .. } => "tried again",
        Note::OpEnded { .. } => "ends",
        Note::OrderLost { .. } => "order lost",
        Note::CaughtUp { .. } => "caught up",
        Note::Turn { turn, .. } => match turn {
            client::Turn::Leads => "leads",
            client::Turn::StepsDown => "steps down",
            client::Turn::Reloads => "reloads",
            client::Turn::Loses => "too late",
        },
        Note::Behaves { .. } => "behaves",
        Note::WorkStarted { .. } => "works",
        Note::WorkEnded { .. } => "work done",
        Note::StillWorking { .. } => "still works",
        Note::WorkerCrashes { .. } => "crashes",
    }
}
