//! What flows between streams: lines from tape to tape, and on each tape that follows others how it is
//! with them.

use std::sync::Arc;

use crate::sorted::Map;
use crate::view::content::{StoredMessage, Stream};
use crate::view::entity::Entity;
use crate::view::flow::{Flow, FlowState, lag};
use crate::view::frame::{Anchor, FlowLine, Label, Pill, Point, Rect, TextStyle};
use crate::view::layout::{ClusterLayout, TAPE};
use crate::view::palette::Token;
use crate::view::related::Related;
use crate::view::room::Room;
use crate::view::route::{Stop, Ways};
use crate::view::text::count;
use crate::world::StreamView;

use super::{View, joins};

/// Lines at one tape are so far apart, and their ends so far from it.
const APART: f64 = 5.0;
const OFF: f64 = 3.0;
/// Where there are more lines than these, only what there is something to say about has words on it.
const FEW: usize = 3;
/// How much of a tape its badge takes where it has no room above it.
const ON_TAPE: f64 = 98.0;

/// One end of a line: a cluster, and its tape if that is drawn.
type End = (usize, Option<usize>);

/// Draws the lines. Flows between the same two ends are one. Of streams that are not drawn, and of those in
/// summaries but for what is looked at, the ends are their clusters: see [`joins`].
pub(super) fn draw(
    view: View<'_>,
    room: &mut Room,
    placed: &[(usize, Arc<str>, usize)],
) -> Vec<FlowLine> {
    let end = |cluster: usize, stream: &str, near: bool| -> End {
        let place = placed.iter().find(|(c, name, _)| *c == cluster && **name == *stream);
        let layout = view.layout.clusters.get(cluster);
        let drawn =
            layout.map_or(0, |layout| if layout.folded && !near { 0 } else { layout.tapes.len() });
        (cluster, place.map(|(.., place)| *place).filter(|place| *place < drawn))
    };
    let mut bundles: Map<(End, End), Vec<&Flow<'_>>> = Map::new();
    let mut pairs: joins::Pairs<'_> = Map::new();
    for flow in view.flows {
        let Some(cluster) = flow.origin_cluster else { continue };
        let near = is_near(view.selected, flow);
        let from = end(cluster, &flow.source.name, near);
        let ends = (from, end(flow.cluster, flow.stream, near));
        match ends {
            // Within a cluster of which nothing is drawn there is no way to show.
            (a, b) if a == b => {}
            ((a, None), (b, None)) => {
                let both = pairs.entry((a.min(b), a.max(b))).or_default();
                let way = if a < b { &mut both[0] } else { &mut both[1] };
                way.push(flow);
            }
            ends => bundles.entry(ends).or_default().push(flow),
        }
    }
    let walls: Vec<Rect> = view.layout.clusters.iter().map(wall).collect();
    let ways = Ways::new(view.layout.view, &walls);
    // How many lines each end has, and how many of them are there already.
    let mut at: Map<(End, bool), (usize, usize)> = Map::new();
    for (from, to) in bundles.keys() {
        at.entry((*from, false)).or_default().0 += 1;
        at.entry((*to, true)).or_default().0 += 1;
    }
    let mut stop = |end: End, arrives: bool| {
        let (all, before) = at.get_mut(&(end, arrives))?;
        let aside = (*before as f64 - (*all as f64 - 1.0) / 2.0) * APART;
        *before += 1;
        stop_at(view, end, aside.clamp(-TAPE / 2.0, TAPE / 2.0))
    };
    let mut lines: Vec<FlowLine> = Vec::new();
    for (n, ((from, to), flows)) in bundles.iter().enumerate() {
        let to_is_drawn = to.1.is_some();
        let (Some(from), Some(to)) = (stop(*from, false), stop(*to, true)) else { continue };
        let Some(mut line) = line(view, flows, ways.between(from, to, n)) else { continue };
        let few = bundles.iter().len() <= FEW;
        let words = words(&line, flows, few, to_is_drawn);
        line.plate = plate(room, &walls, &[], &line, &words);
        lines.push(line);
    }
    // Those of clusters as a whole lie under them.
    let mut all = joins::draw(view, room, (&ways, &walls), &pairs, &lines);
    all.append(&mut lines);
    all
}

/// A panel with what stands above it.
fn wall(cluster: &ClusterLayout) -> Rect {
    cluster.apps.iter().fold(cluster.panel, |wall, app| {
        let (x, y) = (wall.x.min(app.x), wall.y.min(app.y));
        Rect::new(x, y, wall.right().max(app.right()) - x, wall.bottom().max(app.bottom()) - y)
    })
}

fn stop_at(view: View<'_>, (cluster, tape): End, aside: f64) -> Option<Stop> {
    let layout = view.layout.clusters.get(cluster)?;
    let panel = layout.panel;
    let (left, right, y) = match tape.and_then(|place| layout.tapes.get(place)) {
        Some(tape) => {
            let left = tape.x - layout.beside - if layout.beside > 0.0 { 1.0 } else { 0.0 };
            (left - OFF, tape.right() + OFF, tape.y + tape.h.min(TAPE) / 2.0)
        }
        None => (panel.x, panel.right(), panel.bottom() - panel.h / 4.0),
    };
    let y = y + aside;
    Some(Stop { panel: cluster, ends: [Point::new(left, y), Point::new(right, y)] })
}

pub(super) fn line(view: View<'_>, flows: &[&Flow<'_>], points: Vec<Point>) -> Option<FlowLine> {
    let worst = flows.iter().max_by_key(|flow| flow.state)?;
    // It stands for the first as long as all are well, so that it stays the same thing.
    let entity = if worst.state.is_bad() { worst } else { flows.first()? }.entity();
    let selected = flows.iter().any(|flow| view.selected.is_focus(&flow.entity()));
    let near = |flow: &&Flow<'_>| is_near(view.selected, flow) || is_near(view.pointed, flow);
    let said: Vec<String> = flows.iter().map(|flow| flow.a11y(view.cast.world())).collect();
    Some(FlowLine {
        entity,
        points,
        state: worst.state,
        flows: flows.len(),
        both: false,
        plate: None,
        selected,
        highlighted: flows.iter().any(near),
        a11y: said.join("; "),
    })
}

/// Whether a flow, or the stream at one of its ends, is one of those things.
fn is_near(things: &Related, flow: &Flow<'_>) -> bool {
    let ends = [Some(flow.entity()), Some(stream(flow)), flow.origin_entity()];
    ends.into_iter().flatten().any(|end| things.is_focus(&end))
}

fn stream(flow: &Flow<'_>) -> Entity {
    Entity::Stream { cluster: flow.cluster, name: Arc::clone(flow.stream) }
}

/// What could be written on a line, the longest first; nothing if there is nothing to say. How it is stands
/// on the tape it leads to, if that is drawn.
pub(super) fn words(line: &FlowLine, flows: &[&Flow<'_>], few: bool, on_tape: bool) -> Vec<String> {
    let [flow] = flows else {
        let all = count(flows.len() as u64, "flow");
        let mut words = Vec::new();
        // That some are catching up, the line shows: the plate does not change with every message.
        if line.state.is_bad() {
            words.extend(together(flows).0.iter().map(|said| format!("{all} · {said}")));
        }
        words.push(all);
        return words;
    };
    let word = flow.word().to_owned();
    let named = match flow.takes() {
        Some(takes) => vec![format!("{word} {takes}"), word],
        None => vec![word],
    };
    let lag = flow.lag();
    if line.selected {
        let both =
            named.iter().flat_map(|named| lag.iter().map(move |lag| format!("{named} · {lag}")));
        return both.chain(lag.iter().cloned()).collect();
    }
    match (on_tape, flow.state) {
        (false, state) if state != FlowState::InStep => lag,
        _ if few || line.highlighted => named,
        _ => Vec::new(),
    }
}

/// A plate on a line where there is room, on its longest leg first. It keeps off the edges of panels, but
/// for the line that is looked at, and off lines that lie over it.
pub(super) fn plate(
    room: &mut Room,
    walls: &[Rect],
    over: &[FlowLine],
    line: &FlowLine,
    words: &[String],
) -> Option<Pill> {
    let tone = if line.state.is_bad() { Token::Fault } else { Token::Text };
    let mut legs: Vec<(Point, Point)> = Vec::new();
    for leg in line.points.windows(2) {
        if let &[a, b] = leg {
            legs.push((a, b));
        }
    }
    let length = |(a, b): &(Point, Point)| -(a.distance(*b) as i64);
    crate::sorted::sort_by_key(&mut legs, length);
    let whole = |rect: &Rect| {
        let crossed = |wall: &Rect| wall.overlaps(rect) && !wall.contains(rect);
        let free = line.selected || !walls.iter().any(crossed);
        free && !over.iter().any(|line| line.crosses(rect))
    };
    for text in words {
        let (w, h) = (TextStyle::SmallMono.width(text) + 14.0, 18.0);
        for (a, b) in &legs {
            for t in [0.5, 0.3, 0.7] {
                let at = a.lerp(*b, t);
                let rect = Rect::new(at.x - w / 2.0, at.y - h / 2.0, w, h);
                if whole(&rect)
                    && let Some(pill) = room.plate_at(at, text, tone)
                {
                    return Some(pill);
                }
            }
        }
        // Beside the line that is looked at, if not on it.
        if let (true, Some((a, b))) = (line.selected, legs.first())
            && let Some(pill) = room.plate(a.lerp(*b, 0.5), text, tone)
        {
            return Some(pill);
        }
    }
    None
}

/// How it is with what a stream follows, on a plate: above its tape at the right or, where its name stands
/// beside it, at its right end.
pub(super) fn badge(
    view: View<'_>,
    stream: &StreamView<'_>,
    rect: Rect,
    name: &Label,
    right: f64,
) -> Option<Pill> {
    let (words, tone) = told(view, stream)?;
    let beside = name.at.x < rect.x;
    let (end, y, most) = match beside {
        true => (rect.right() - 4.0, rect.y + 4.0, ON_TAPE.min(rect.w * 0.46)),
        false => (right, rect.y - 21.0, right - name.rect().right() - 10.0),
    };
    let sign = match tone {
        Token::Fault => "!",
        Token::Ack => "✓",
        _ => "…",
    };
    let style = TextStyle::SmallMono;
    let width = |text: &str| style.width(text) + 12.0;
    let text = words.into_iter().chain([sign.to_owned()]).find(|text| width(text) <= most)?;
    let plate = Rect::new(end - width(&text), y, width(&text), 18.0);
    let at = Point::new(plate.centre().x, plate.y + 13.0);
    Some(Pill { rect: plate, label: Label { text, at, anchor: Anchor::Middle, style, tone } })
}

/// How it is with what a stream follows, in words of several lengths; none if it follows nothing.
pub(super) fn told(view: View<'_>, stream: &StreamView<'_>) -> Option<(Vec<String>, Token)> {
    let flows: Vec<&Flow<'_>> = of(view, stream).collect();
    (!flows.is_empty()).then(|| together(&flows))
}

/// How it is with all of some flows, in words of several lengths, and the colour of that.
pub(super) fn together(flows: &[&Flow<'_>]) -> (Vec<String>, Token) {
    let worst = flows.iter().map(|flow| flow.state).max().unwrap_or(FlowState::InStep);
    let all = flows.len();
    let bad = flows.iter().filter(|flow| flow.state == worst).count();
    let words = match flows {
        [flow] => flow.lag(),
        _ if worst.is_bad() && bad < all => {
            vec![format!("{bad} of {all} {}", worst.word()), worst.word().to_owned()]
        }
        _ => {
            let behind = flows.iter().map(|flow| flow.behind()).sum();
            let silent = flows.iter().filter_map(|flow| flow.silent).max();
            lag(worst, behind, silent)
        }
    };
    (words, worst.tone())
}

/// What flows into a stream.
fn of<'a>(view: View<'a>, stream: &StreamView<'_>) -> impl Iterator<Item = &'a Flow<'a>> {
    let (cluster, name) = (stream.cluster, Arc::clone(stream.name));
    view.flows.iter().filter(move |flow| flow.cluster == cluster && **flow.stream == *name)
}

/// The origins of a stream that are there, to look whether they still have a message.
pub(super) fn origins<'a>(
    view: View<'a>,
    stream: &StreamView<'_>,
) -> Vec<(&'a Flow<'a>, &'a Stream)> {
    let origin = |flow: &'a Flow<'a>| {
        let mut all = view.streams.iter();
        let found = all.find(|origin| {
            Some(origin.cluster) == flow.origin_cluster && **origin.name == *flow.source.name
        });
        Some((flow, found?.best()?.stream))
    };
    of(view, stream).filter_map(origin).collect()
}

/// Whether the origin of a message has it no more.
pub(super) fn is_kept(origins: &[(&Flow<'_>, &Stream)], message: &StoredMessage) -> bool {
    origins.iter().any(|(flow, origin)| flow.is_gone(origin, message))
}
