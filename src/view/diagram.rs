//! The space-time diagram: lanes, arrows and marks around the moment that is looked at.
//!
//! It reads the trace of the branch's end, so that what is known to come is there as well, and
//! draws only what is in the window.

use crate::sorted;
use crate::sorted::{Map, Set};

use crate::kernel::{EventId, EventKind, Time};
use crate::server;
use crate::world::{Event, Note, World};

use super::a11y;
use super::axis::Axis;
use super::cast::Cast;
use super::class::Class;
use super::command::LayoutHints;
use super::filter::Sight;
use super::frame::{
    Anchor, Arrow, ArrowState, Diagram, Label, Mark, MarkKind, Point, Rect, Squeeze, TextStyle,
    Tick,
};
use super::lanes::{Folds, Lanes};
use super::palette::Token;
use super::related::Related;
use super::room::Room;
use super::text::{grouped, seconds};
use super::track::{Item, Track};

/// Things to see that are looked at before and after the cursor; more never fit on the axis.
const BEFORE: usize = 420;
const AFTER: usize = 160;
/// Arrows and marks drawn at most: together with lanes and ticks fewer than 1,500 nodes.
const ARROWS: usize = 260;
const MARKS: usize = 160;
/// In a folded cluster, what is so close to the like of it is drawn once.
const SAME: f64 = 3.0;

/// What the diagram is drawn from.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The moment that is looked at.
    pub world: &'a World,
    /// The end of its branch.
    pub head: &'a World,
    /// What there is to see on the branch.
    pub track: &'a Track,
    /// The room there is.
    pub hints: LayoutHints,
    /// Which clusters somebody wanted folded, or not.
    pub folds: &'a Folds,
    /// What has to do with the selected thing.
    pub selected: &'a Related,
    /// What has to do with the thing pointed at.
    pub pointed: &'a Related,
}

/// Draws the diagram.
pub fn build(scene: Scene<'_>) -> Diagram {
    let (w, h) = (scene.hints.diagram_width, scene.hints.diagram_height);
    if w < 200.0 || h < 60.0 {
        return Diagram::default();
    }
    let (items, truncated) = window(scene);
    let lanes_x = Lanes::begin(scene.head, w);
    let axis = axis(scene, items, lanes_x, w - 10.0 - lanes_x);
    let mut lanes = Lanes::new(scene.head, scene.folds, lanes_x, h);
    let hot = |process| scene.pointed.process(process) || scene.selected.process(process);
    lanes.mark(hot, scene.track, &axis);
    let room = Room::new(Rect::new(0.0, 0.0, w, h));
    let mut drawing = Drawing { scene, axis: &axis, lanes: &lanes, room };
    for lane in &lanes.lanes {
        drawing.room.take(lane.name.rect());
        drawing.room.take(Rect::new(lanes_x, lane.y - 1.0, w, 2.0));
    }
    let (arrows, more_arrows) = drawing.arrows(items);
    let (marks, more_marks) = drawing.marks(items);
    let ticks = ticks(&axis, axis.x(scene.world.now()));
    let squeezes = drawing.squeezes();
    let left_out = more_arrows + more_marks;
    let truncated = match (left_out, truncated) {
        (0, 0) => None,
        (0, n) => Some(format!("{} earlier things are left of the window", grouped(n as u64))),
        (n, _) => Some(format!(
            "{} things in the window are not drawn: hide some classes",
            grouped(n as u64)
        )),
    };
    let a11y = format!(
        "Space-time diagram: {} lanes, {} frames, {} marks between {} and {}",
        lanes.lanes.len(),
        arrows.len(),
        marks.len(),
        seconds(axis.window().0, false),
        seconds(axis.window().1, false),
    );
    Diagram {
        view: Rect::new(0.0, 0.0, w, h),
        lanes_x,
        cursor_x: axis.x(scene.world.now()),
        window: axis.window(),
        lanes: lanes.lanes,
        folds: lanes.heads,
        arrows,
        marks,
        ticks,
        squeezes,
        truncated,
        a11y,
    }
}

/// The things to see around the cursor, and how many lie before them.
fn window<'a>(scene: Scene<'a>) -> (&'a [Item], usize) {
    let items = scene.track.items();
    let here = EventId(scene.world.sim().trace().len());
    let cursor = items.partition_point(|item| item.event < here);
    let from = cursor.saturating_sub(BEFORE);
    let to = (cursor + AFTER).min(items.len());
    (items.get(from..to).unwrap_or_default(), from)
}

fn axis(scene: Scene<'_>, items: &[Item], x0: f64, width: f64) -> Axis {
    let mut times: Vec<Time> = items.iter().map(|item| item.at).collect();
    let trace = scene.head.sim().trace();
    // Where a frame in flight will arrive is part of the picture as well.
    let mut spans: Vec<(Time, Time)> = Vec::new();
    for item in items {
        let Sight::Leaves(_) = item.sight else { continue };
        let Some(EventKind::Sent { arrives, .. }) = trace.get(item.event).map(|e| &e.kind) else {
            continue;
        };
        if *arrives < Time::MAX {
            spans.push((item.at, *arrives));
            times.push(*arrives);
        }
    }
    sorted::sort(&mut times);
    times.dedup();
    let idle = |n: usize| match (times.get(n), times.get(n + 1)) {
        (Some(a), Some(b)) => !spans.iter().any(|(from, to)| from < b && to > a),
        _ => false,
    };
    Axis::new(&times, idle, scene.world.now(), x0, width)
}

/// What arrows and marks are drawn with.
struct Drawing<'a> {
    scene: Scene<'a>,
    axis: &'a Axis,
    lanes: &'a Lanes,
    room: Room,
}

impl Drawing<'_> {
    /// Whether an event has to do with what is selected or pointed at.
    fn is_highlighted(&self, event: EventId) -> bool {
        let cast = Cast::new(self.scene.head);
        self.scene.selected.event(cast, event) || self.scene.pointed.event(cast, event)
    }

    /// The frames sent in the window, and how many of them are left out.
    fn arrows(&mut self, items: &[Item]) -> (Vec<Arrow>, usize) {
        let trace = self.scene.head.sim().trace();
        // What became of each frame, as far as the branch goes.
        let mut ends: Map<EventId, (Time, ArrowState, EventId)> = Map::new();
        for item in items {
            let Some(event) = trace.get(item.event) else { continue };
            match &event.kind {
                EventKind::Arrived { sent, .. } => {
                    ends.insert(*sent, (event.at, ArrowState::Arrived, event.id));
                }
                EventKind::Dropped { sent, .. } => {
                    ends.insert(*sent, (event.at, ArrowState::Dropped, event.id));
                }
                _ => {}
            }
        }
        let mut sent: Set<EventId> = ends.keys().copied().collect();
        let leaves = |item: &&Item| matches!(item.sight, Sight::Leaves(_));
        sent.extend(items.iter().filter(leaves).map(|item| item.event));
        let mut arrows: Vec<Arrow> = Vec::new();
        let mut left_out = 0;
        let mut ticks = Set::new();
        for id in sent.into_iter().rev() {
            let Some(event) = trace.get(id) else { continue };
            let Some(arrow) = self.arrow(event, ends.get(&id).copied()) else { continue };
            let place = (arrow.from_lane, arrow.class, (arrow.a.x / SAME) as i64);
            if arrow.is_tick() && !ticks.insert(place) && !arrow.highlighted {
                continue;
            }
            if arrows.len() >= ARROWS { left_out += 1 } else { arrows.push(arrow) }
        }
        arrows.reverse();
        self.label_arrows(&mut arrows);
        (arrows, left_out)
    }

    fn arrow(&self, event: &Event, end: Option<(Time, ArrowState, EventId)>) -> Option<Arrow> {
        let EventKind::Sent { to, arrives, .. } = &event.kind else { return None };
        let (from_lane, y0) = self.lanes.of(event.place)?;
        let (to_lane, y1) = self.lanes.of(*to)?;
        let here = self.scene.world.sim().trace().len();
        let now = self.scene.world.now();
        let future = event.id.0 >= here;
        // At the moment that is looked at, what ends later is still under way.
        let end = end.filter(|(.., id)| future || id.0 < here);
        let (until, state) = match end {
            Some((at, state, _)) => (at, state),
            None if *arrives == Time::MAX => (event.at, ArrowState::Held),
            None => (*arrives, ArrowState::InFlight),
        };
        let a = Point::new(self.axis.x(event.at), y0);
        let b = match state {
            ArrowState::Held => Point::new(a.x + 14.0, y0 + (y1 - y0) * 0.35),
            ArrowState::InFlight => {
                let whole = until.since(event.at).0.max(1) as f64;
                let part = (now.since(event.at).0 as f64 / whole).clamp(0.0, 1.0);
                a.lerp(Point::new(self.axis.x(until), y1), part)
            }
            ArrowState::Arrived | ArrowState::Dropped => Point::new(self.axis.x(until), y1),
        };
        if !self.axis.shows(a.x) || b.x > self.scene.hints.diagram_width + 40.0 {
            return None;
        }
        let cast = Cast::new(self.scene.head);
        Some(Arrow {
            sent: event.id,
            from_lane,
            to_lane,
            leaves: event.at,
            arrives: until,
            a,
            b,
            class: Class::of(cast.trace(), event)?,
            state,
            future,
            label: None,
            highlighted: self.is_highlighted(event.id),
            a11y: a11y::event(cast, event),
        })
    }

    /// Writes on arrows where there is room: on highlighted ones and on the most interesting first.
    fn label_arrows(&mut self, arrows: &mut [Arrow]) {
        let trace = self.scene.head.sim().trace();
        let mut order: Vec<usize> = (0..arrows.len()).collect();
        sorted::sort_by_key(&mut order, |&n| {
            arrows
                .get(n)
                .map(|arrow| (!arrow.highlighted, arrow.class.rank(), std::cmp::Reverse(n)))
        });
        for n in order {
            let Some(arrow) = arrows.get_mut(n) else { continue };
            let frame = trace.get(arrow.sent).and_then(|event| match &event.kind {
                EventKind::Sent { frame, .. } => Some(frame),
                _ => None,
            });
            // What is only passed on between servers has its label where it came from.
            let to_or_from_app =
                !matches!(frame, Some(server::Frame::Route(_) | server::Frame::Leaf(_)));
            let wanted = match arrow.class {
                Class::Mirror => true,
                Class::Publish | Class::Deliver | Class::Ack => to_or_from_app,
                _ => false,
            };
            let none = arrow.is_tick() || arrow.a.distance(arrow.b) < 24.0;
            if none || !(wanted || arrow.highlighted) {
                continue;
            }
            let Some(text) = frame.and_then(|frame| super::motion::tag(frame, arrow.class)) else {
                continue;
            };
            let label = |t: f64| {
                let at = arrow.a.lerp(arrow.b, t);
                Label {
                    text: text.clone(),
                    at: Point::new(at.x + 7.0, at.y + 4.0),
                    anchor: Anchor::Start,
                    style: TextStyle::SmallMono,
                    tone: arrow.class.token(),
                }
            };
            let places = [0.5, 0.3, 0.7, 0.2, 0.8];
            arrow.label = places.into_iter().find_map(|t| self.room.label(label(t)));
        }
    }

    /// What happened on lanes in the window, and how much of it is left out.
    fn marks(&mut self, items: &[Item]) -> (Vec<Mark>, usize) {
        let cast = Cast::new(self.scene.head);
        let here = self.scene.world.sim().trace().len();
        let mut marks: Vec<Mark> = Vec::new();
        let mut left_out = 0;
        let mut copies = Set::new();
        for item in items.iter().rev() {
            let Sight::Mark(kind, _) = item.sight else { continue };
            let Some(event) = cast.event(item.event) else { continue };
            let Some((lane, y)) = self.lanes.of(event.place) else { continue };
            let x = self.axis.x(item.at);
            if !self.axis.shows(x) {
                continue;
            }
            let folded = self.lanes.lanes.get(lane).is_some_and(|lane| lane.process.is_none());
            let copy = folded && !copies.insert((lane, kind, (x / SAME) as i64));
            if copy && !self.is_highlighted(event.id) {
                continue;
            }
            if marks.len() >= MARKS {
                left_out += 1;
                continue;
            }
            let tone = mark_tone(kind);
            let label = mark_text(event).and_then(|text| {
                self.room.label(Label {
                    text,
                    at: Point::new(x + 6.0, y - 6.0),
                    anchor: Anchor::Start,
                    style: TextStyle::SmallMono,
                    tone,
                })
            });
            marks.push(Mark {
                event: event.id,
                lane,
                at: Point::new(x, y),
                time: item.at,
                kind,
                tone,
                label,
                future: event.id.0 >= here,
                highlighted: self.is_highlighted(event.id),
                a11y: a11y::event(cast, event),
            });
        }
        marks.reverse();
        (marks, left_out)
    }

    fn squeezes(&mut self) -> Vec<Squeeze> {
        let mut squeezes = Vec::new();
        for (x, w, span) in &self.axis.squeezes {
            let label = Label {
                text: span.to_string(),
                at: Point::new(x + w / 2.0, self.scene.hints.diagram_height - 4.0),
                anchor: Anchor::Middle,
                style: TextStyle::SmallMono,
                tone: Token::Faint,
            };
            squeezes.push(Squeeze { x: *x, w: *w, label: self.room.label(label) });
        }
        squeezes
    }
}

/// The colour of a mark.
pub(super) const fn mark_tone(kind: MarkKind) -> Token {
    match kind {
        MarkKind::Input | MarkKind::Stored => Token::Publish,
        MarkKind::Committed | MarkKind::Done => Token::Ack,
        MarkKind::Elected => Token::Deliver,
        MarkKind::Election => Token::Replicate,
        MarkKind::Refused | MarkKind::Fault => Token::Fault,
        MarkKind::Healed => Token::Ack,
        MarkKind::Stream => Token::Control,
    }
}

/// A word on a mark.
fn mark_text(event: &Event) -> Option<String> {
    Some(match &event.kind {
        EventKind::Note(Note::Server(note)) => match note {
            server::Note::Stored { seq, .. } => format!("{seq}"),
            server::Note::Elected { term, .. } => format!("leads, term {term}"),
            server::Note::Rejected { err_code, .. } => format!("{err_code}"),
            server::Note::Duplicate { .. } => "duplicate".to_owned(),
            server::Note::QuorumLost { .. } => "no quorum".to_owned(),
            _ => return None,
        },
        EventKind::Crashed { .. } => "dies".to_owned(),
        EventKind::Removed => "leaves".to_owned(),
        EventKind::Paused => "freezes".to_owned(),
        EventKind::Started => "starts".to_owned(),
        EventKind::LinkCut { .. } => "cut".to_owned(),
        _ => return None,
    })
}

/// Times along the axis, where there is room. The cursor's own time is on the clock.
fn ticks(axis: &Axis, cursor: f64) -> Vec<Tick> {
    let mut ticks: Vec<Tick> = Vec::new();
    let mut free = f64::MIN;
    for (at, x) in axis.moments() {
        let label = Label {
            text: seconds(at, false),
            at: Point::new(x, 12.0),
            anchor: Anchor::Start,
            style: TextStyle::SmallMono,
            tone: Token::Faint,
        };
        let same = ticks.last().is_some_and(|tick| tick.label.text == label.text);
        let right = x + label.rect().w;
        let under_cursor = x - 8.0 < cursor && cursor < right + 8.0;
        if x >= free && !same && !under_cursor && axis.shows(right) {
            free = x + label.rect().w + 28.0;
            ticks.push(Tick { x, label });
        }
    }
    ticks
}
