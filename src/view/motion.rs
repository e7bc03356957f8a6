//! What moves over the stage at a moment: frames in flight, and arrivals that just happened.

use crate::kernel::{EventId, EventKind, ProcId, Time};
use crate::nats::api::PubAck;
use crate::nats::protocol::{ClientOp, ServerOp};
use crate::nats::{Message, json};
use crate::server::{Frame, LeafOp, RouteOp};
use crate::sorted;
use crate::world::World;

use super::a11y;
use super::caption::{Answered, Pull, api_name};
use super::cast::Cast;
use super::class::Class;
use super::filter::{Filter, Sight};
use super::frame::{LinkLine, Packet, Point, Pulse, Rect, Stage};
use super::pace::ease;
use super::palette::Token;
use super::related::Related;
use super::room::Room;
use super::text::short;

/// Points of a packet's tail, and how far on its way they lie apart.
const TAIL: usize = 9;
const TAIL_STEP: f64 = 0.022;
/// How far a packet keeps to the right of its link, so that the two directions do not meet.
const KEEP_RIGHT: f64 = 4.0;
/// So many packets are drawn at most; the least interesting are left out.
const MOST: usize = 300;
/// Where a packet waits that a black hole holds.
const HELD_AT: f64 = 0.42;

/// A frame in flight that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flight {
    /// The event of its sending.
    pub sent: EventId,
    /// When it was sent.
    pub leaves: Time,
    /// When it arrives; [`Time::MAX`] in a black hole.
    pub arrives: Time,
    /// What kind of traffic.
    pub class: Class,
}

/// The frames in flight that are shown, in the order of their arrivals.
pub fn flights(world: &World, filter: &Filter) -> Vec<Flight> {
    let trace = world.sim().trace();
    let mut flights = Vec::new();
    for (sent, arrives) in world.sim().in_flight() {
        let Some(event) = trace.get(sent) else { continue };
        let Some(class) = Class::of(trace, event).filter(|class| filter.shows(*class)) else {
            continue;
        };
        flights.push(Flight { sent, leaves: event.at, arrives, class });
    }
    flights
}

/// Draws what is in flight. `still`: no motion is wanted, so packets stand where they would land.
pub fn packets(
    world: &World,
    stage: &Stage,
    flights: &[Flight],
    selected: &Related,
    pointed: &Related,
    still: bool,
) -> Vec<Packet> {
    let cast = Cast::new(world);
    let now = world.now();
    let mut order: Vec<&Flight> = flights.iter().collect();
    // The most interesting first, for room and number; then they are drawn the other way round.
    sorted::sort_by_key(&mut order, |flight| (flight.class.rank(), flight.sent));
    order.truncate(MOST);
    let mut room = room(stage);
    let mut packets: Vec<Packet> = Vec::new();
    let mut tags = Vec::new();
    for flight in order {
        let Some((event, to, frame)) = cast.sent(flight.sent) else { continue };
        let from = event.place;
        let Some(line) = line(stage, from, to) else { continue };
        let held = flight.arrives == Time::MAX;
        let progress = match held {
            true => HELD_AT,
            false => progress(flight, now),
        };
        let place = match (held, still) {
            (true, _) => HELD_AT,
            (false, true) => 0.62,
            (false, false) => ease(progress),
        };
        let (at, heading) = on_line(line, place);
        let highlighted = [selected, pointed].iter().any(|r| r.event(cast, flight.sent));
        let tail = if held { 0 } else { TAIL };
        packets.push(Packet {
            sent: flight.sent,
            class: flight.class,
            shape: flight.class.shape(),
            at,
            heading,
            trail: (1..=tail)
                .map(|n| place - TAIL_STEP * n as f64)
                .take_while(|t| *t > 0.0)
                .map(|t| on_line(line, t).0)
                .collect(),
            progress,
            tag: None,
            held,
            from,
            to,
            highlighted,
            a11y: a11y::event(cast, event),
        });
        room.take(around(at, 7.0));
        tags.push(tag(frame, flight.class));
    }
    // Every packet has its place before the first tag looks for one.
    for (packet, text) in packets.iter_mut().zip(tags) {
        packet.tag = text.and_then(|text| room.plate(packet.at, &text, packet.class.token()));
    }
    packets.reverse();
    packets
}

/// How much of its way is behind a frame.
fn progress(flight: &Flight, now: Time) -> f64 {
    let whole = flight.arrives.since(flight.leaves).0.max(1) as f64;
    (now.since(flight.leaves).0 as f64 / whole).clamp(0.0, 1.0)
}

/// The place and direction of something on its way, keeping right.
fn on_line((line, forward): (&LinkLine, bool), t: f64) -> (Point, Point) {
    let (t, sign) = if forward { (t, 1.0) } else { (1.0 - t, -1.0) };
    let way = line.direction(t);
    let heading = Point::new(sign * way.x, sign * way.y);
    let at = line.point(t);
    (Point::new(at.x - KEEP_RIGHT * heading.y, at.y + KEEP_RIGHT * heading.x), heading)
}

/// The line along which something goes, and whether from its beginning to its end.
fn line(stage: &Stage, from: ProcId, to: ProcId) -> Option<(&LinkLine, bool)> {
    stage.links.iter().find_map(|line| Some((line, line.carries(from, to)?)))
}

/// The room that is left for tags: not over servers, apps, names and tapes.
fn room(stage: &Stage) -> Room {
    let mut room = Room::new(stage.view);
    for cluster in &stage.clusters {
        room.take(cluster.name.rect());
        room.taken_by(cluster.note.as_ref());
        if cluster.fold.as_ref().is_some_and(|fold| fold.folded) {
            room.take(cluster.rect);
        }
    }
    for server in &stage.servers {
        room.take(around(server.centre, server.radius));
    }
    for app in &stage.apps {
        room.take(app.rect);
    }
    for tape in &stage.tapes {
        room.take(tape.rect);
        room.take(tape.name.rect());
        room.taken_by(tape.kind.as_ref());
    }
    for pill in stage.links.iter().filter_map(|line| line.pill.as_ref()) {
        room.take(pill.rect);
    }
    room
}

fn around(at: Point, by: f64) -> Rect {
    Rect::new(at.x, at.y, 0.0, 0.0).grow(by)
}

/// What is written beside a packet; nothing on what comes in swarms.
pub(in crate::view) fn tag(frame: &Frame, class: Class) -> Option<String> {
    let message: &Message = match frame {
        Frame::Client(ClientOp::Pub(message))
        | Frame::Server(ServerOp::Msg { message, .. })
        | Frame::Route(RouteOp::Message { message, .. })
        | Frame::Leaf(LeafOp::Message { message, .. }) => message,
        _ => return None,
    };
    if let Some(answered) = Answered::of(message) {
        return Some(answered.tag());
    }
    if let Some(pull) = Pull::of(message) {
        return Some(short(&format!("pull {}", pull.consumer), 22));
    }
    Some(match class {
        Class::Publish | Class::Deliver | Class::Mirror | Class::Control => {
            short(&api_name(&message.subject), 22)
        }
        Class::Ack => match json::read::<PubAck>(&message.payload) {
            Ok(ack) if ack.seq > 0 => format!("seq {}", ack.seq),
            _ => "refused".to_owned(),
        },
        _ => return None,
    })
}

/// Where the things stand around which a pulse is drawn when an event happens, and its colour.
pub fn pulse(world: &World, stage: &Stage, event: EventId, age: f64) -> Option<Pulse> {
    let cast = Cast::new(world);
    let event = cast.event(event)?;
    let sight = Sight::of(cast.trace(), event)?;
    let tone = match sight {
        Sight::Arrives(class) => class.token(),
        Sight::Lost(_) => Token::Fault,
        Sight::Mark(kind, _) => super::diagram::mark_tone(kind),
        Sight::Leaves(_) => return None,
    };
    if let EventKind::Dropped { sent, .. } = &event.kind {
        let (sending, to, _) = cast.sent(*sent)?;
        let (line, _) = line(stage, sending.place, to)?;
        let at = line.point(0.5);
        return Some(Pulse { event: event.id, at, radius: 8.0, pill: None, tone, age });
    }
    let place = event.place;
    let server = stage.servers.iter().find(|hex| hex.process == place);
    let (at, radius, pill) = match server {
        Some(hex) => (hex.centre, hex.radius, None),
        None => {
            let app = stage.apps.iter().find(|app| app.process == place)?;
            (app.rect.centre(), 16.0, Some(app.rect))
        }
    };
    Some(Pulse { event: event.id, at, radius, pill, tone, age })
}
