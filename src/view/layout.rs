//! Where everything stands: the geometry of the stage, from the room there is and what is to be
//! placed, and from nothing else.
//!
//! The picture never jumps. Panels and servers depend on the topology and the room only; streams and
//! apps keep the places [`Places`] gave them when they were first seen, so that one more never moves
//! the others. Only when a panel is full do its tapes move closer together.

use std::sync::Arc;

use crate::world::bucket::Kind;

use super::command::LayoutHints;
use super::frame::{Point, Rect};

/// Height of an app's pill, and of one that shows its name only.
const PILL: f64 = 44.0;
const LOW_PILL: f64 = 30.0;
/// From the apps to their panel.
const STRIP: f64 = 18.0;
/// Height of a tape.
pub const TAPE: f64 = 26.0;
/// Room above a tape for its name.
const TAPE_HEAD: f64 = 18.0;
/// From one tape to the next: with room below each for its consumers, with just enough of it, and
/// with the name beside the tape instead of above it.
const PITCH: f64 = 68.0;
const CLOSE: f64 = 60.0;
const DENSE: f64 = 42.0;
/// The least height that servers in a row need, with crown and bars.
const SERVERS: f64 = 90.0;
/// Height of a panel's first line.
const HEAD: f64 = 34.0;
/// The height of a stage with room for apps that are not there yet.
const ROOMY: f64 = 430.0;
/// A small stage is less wide and less high.
const SMALL: (f64, f64) = (520.0, 380.0);
/// So many tapes of a single cluster are drawn even if the view box has to grow for them.
const AT_LEAST: usize = 3;
/// The least a panel must measure to be of use; below that the view box grows instead.
const MIN_PANEL: (f64, f64) = (212.0, 188.0);

/// On which side of its cluster an app stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What publishes.
    Left,
    /// What belongs to neither side.
    Middle,
    /// What receives.
    Right,
}

/// Who has which place, in the order of first appearance.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Places {
    clusters: Vec<ClusterPlaces>,
}

/// The places of a cluster.
#[derive(Debug, Clone, Default, PartialEq)]
struct ClusterPlaces {
    servers: usize,
    streams: Vec<Arc<str>>,
    /// The keys or objects of each stream that is shown as rows of them.
    rows: Vec<Vec<String>>,
    apps: Vec<(Arc<str>, Side)>,
}

/// How many rows a stream takes: a bucket or a store is a card, which is as high as two tapes.
fn rows_of(stream: &str) -> usize {
    if Kind::of_name(stream).is_some() { 2 } else { 1 }
}

impl ClusterPlaces {
    /// How many rows all its streams would like to have.
    fn rows_wanted(&self) -> usize {
        self.streams.iter().map(|name| rows_of(name)).sum()
    }
}

impl Places {
    /// Places for clusters with so many servers each.
    pub fn new(servers: impl IntoIterator<Item = usize>) -> Self {
        let cluster = |servers| ClusterPlaces { servers, ..ClusterPlaces::default() };
        Self { clusters: servers.into_iter().map(cluster).collect() }
    }

    /// The place of a stream among the tapes of its cluster.
    pub fn stream(&mut self, cluster: usize, name: &Arc<str>) -> Option<usize> {
        let streams = &mut self.clusters.get_mut(cluster)?.streams;
        Some(streams.iter().position(|known| known == name).unwrap_or_else(|| {
            streams.push(Arc::clone(name));
            streams.len() - 1
        }))
    }

    /// The rows of a card with room for so many: who is there keeps the row it has, who comes takes a free
    /// one or, where there is none, that of somebody who is gone.
    pub fn rows(
        &mut self,
        cluster: usize,
        stream: usize,
        room: usize,
        names: &[&str],
    ) -> &[String] {
        let Some(places) = self.clusters.get_mut(cluster) else { return &[] };
        if places.rows.len() <= stream {
            places.rows.resize(stream + 1, Vec::new());
        }
        let Some(rows) = places.rows.get_mut(stream) else { return &[] };
        for name in names {
            if rows.iter().any(|row| row == name) {
                continue;
            }
            let full = rows.len() >= room;
            let gone = rows.iter().position(|row| full && !names.contains(&row.as_str()));
            match gone.and_then(|gone| rows.get_mut(gone)) {
                Some(row) => *row = (*name).to_owned(),
                None => rows.push((*name).to_owned()),
            }
        }
        rows
    }

    /// The place of an app among those of its cluster.
    pub fn app(&mut self, cluster: usize, name: &Arc<str>, side: Side) -> Option<usize> {
        let apps = &mut self.clusters.get_mut(cluster)?.apps;
        Some(apps.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            apps.push((Arc::clone(name), side));
            apps.len() - 1
        }))
    }
}

/// The geometry of the stage.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layout {
    /// The view box.
    pub view: Rect,
    /// The clusters, in the topology's order.
    pub clusters: Vec<ClusterLayout>,
}

/// The geometry of a cluster.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClusterLayout {
    /// Its panel.
    pub panel: Rect,
    /// From a server's middle to its corners.
    pub radius: f64,
    /// The middles of its servers.
    pub servers: Vec<Point>,
    /// Whether the servers stand in one row, so that links between distant ones must bend.
    pub row: bool,
    /// Its tapes by place; a tape without a place is not drawn.
    pub tapes: Vec<Rect>,
    /// The room beside each tape for its name; none where names stand above them.
    pub beside: f64,
    /// How many streams have no place.
    pub hidden_tapes: usize,
    /// Where the next tape would be, if there is room for it.
    pub vacant: Option<Rect>,
    /// Its apps by place.
    pub apps: Vec<Rect>,
}

impl Layout {
    /// Places everything.
    pub fn new(places: &Places, hints: LayoutHints) -> Self {
        let (w, h) = (hints.width.max(240.0), hints.height.max(200.0));
        let count = places.clusters.len().max(1);
        let columns = columns(count, w, h);
        let rows = count.div_ceil(columns);
        let pad = if w < SMALL.0 { 10.0 } else { 20.0 };
        let pill = if w < SMALL.0 && h < SMALL.1 { LOW_PILL } else { PILL };
        // Between panels there must be room for a latency pill.
        let gap = if w < 700.0 { 16.0 } else { 72.0 };
        let cell_w =
            ((w - 2.0 * pad - gap * (columns - 1) as f64) / columns as f64).max(MIN_PANEL.0);
        let full_w = 2.0 * pad + cell_w * columns as f64 + gap * (columns - 1) as f64;

        let mut y = 12.0;
        let mut layout = Self::default();
        for row in 0..rows {
            let members = row * columns..((row + 1) * columns).min(count);
            let strips = places.clusters.get(members.clone()).unwrap_or_default();
            // Where there is room, a second row of apps takes nothing but the panel's uppermost part, which
            // holds nothing: no server and no tape moves then.
            let spare = if count == 1 && h >= ROOMY { 2_usize } else { 1 };
            let pill_rows = strips.iter().map(|c| pill_rows(c, cell_w)).max().unwrap_or(1);
            let strip = pill_rows as f64 * (pill + 8.0) - 8.0 + STRIP;
            let kept = spare.saturating_sub(pill_rows) as f64 * (pill + 8.0);
            let least = match strips {
                [one] if count == 1 => {
                    let tapes = one.rows_wanted().min(AT_LEAST) as f64 * DENSE;
                    (HEAD + SERVERS + tapes + 12.0).max(MIN_PANEL.1)
                }
                _ => MIN_PANEL.1,
            };
            let row_h = (h - 24.0 - 14.0 * (rows - 1) as f64) / rows as f64;
            let panel_h = (row_h - strip).max(least + kept);
            // A row that is not full stands in the middle.
            let missing = (columns - members.len()) as f64;
            let indent = pad + missing * (cell_w + gap) / 2.0;
            for (column, cluster) in strips.iter().enumerate() {
                let x = indent + column as f64 * (cell_w + gap);
                let panel = Rect::new(x, y + strip, cell_w, panel_h);
                layout.clusters.push(place_cluster(cluster, panel, (y, pill), kept));
            }
            y += strip + panel_h + 14.0;
        }
        layout.view = Rect::new(0.0, 0.0, full_w.max(w), (y - 2.0).max(h));
        layout
    }
}

/// How many clusters stand beside each other.
fn columns(count: usize, w: f64, h: f64) -> usize {
    let fit = ((w / (MIN_PANEL.0 + 30.0)) as usize).max(1);
    let wanted = match count {
        1 => 1,
        2 => 2,
        3 if w > 1.9 * h => 3,
        3 | 4 => 2,
        5 | 6 => 3,
        _ => 4,
    };
    wanted.min(fit)
}

/// Width of an app's pill, and how many stand beside each other.
fn pills(w: f64) -> (f64, usize) {
    // Three narrow ones, where there would be two of the usual width and half a third.
    if (330.0..450.0).contains(&w) {
        return ((w - 16.0) / 3.0, 3);
    }
    let width = ((w + 12.0) / 4.0 - 12.0).clamp(142.0, 172.0).min(w);
    (width, (((w + 12.0) / (width + 12.0)) as usize).max(1))
}

fn pill_rows(cluster: &ClusterPlaces, w: f64) -> usize {
    cluster.apps.len().div_ceil(pills(w).1).max(1)
}

/// Places everything of a cluster. `pills` are where its apps begin and their height; so much of the panel
/// below its first line is `kept` free for more of them.
fn place_cluster(
    places: &ClusterPlaces,
    panel: Rect,
    pills: (f64, f64),
    kept: f64,
) -> ClusterLayout {
    let inner = panel.h - kept - HEAD - 12.0;
    let wanted = places.rows_wanted();
    let (tapes, pitch) = tape_rows(inner, wanted);
    // Where there is not room for all cards, the later buckets and stores are tapes as well.
    let mut spare = tapes.saturating_sub(places.streams.len());
    let taken = wanted.min(tapes.max(places.streams.len()));
    let tapes_h = tapes as f64 * pitch;
    let zone = Rect::new(panel.x + 16.0, panel.y + kept + HEAD, panel.w - 32.0, inner - tapes_h);
    let share = zone.w / places.servers.max(1) as f64;
    let radius =
        (share / 2.0 - 2.0).min(if zone.h > 170.0 && zone.w > 420.0 { 28.0 } else { 23.0 });
    let (servers, row) = place_servers(places.servers, zone, radius);
    let beside = match pitch < CLOSE {
        true => (panel.w * 0.24).min(104.0),
        false => 0.0,
    };
    let head = if beside > 0.0 { 0.0 } else { TAPE_HEAD };
    let tape = |row: usize, rows: usize| {
        let y = panel.bottom() - 12.0 - tapes_h + row as f64 * pitch + head;
        let h = TAPE + rows.saturating_sub(1) as f64 * pitch;
        Rect::new(panel.x + 18.0 + beside, y, panel.w - 36.0 - beside, h)
    };
    let mut above = 0;
    let place = |name: &Arc<str>| {
        let rows = rows_of(name).min(1 + spare);
        spare -= rows - 1;
        above += rows;
        (above <= tapes).then(|| tape(above - rows, rows))
    };
    ClusterLayout {
        panel,
        radius,
        servers,
        row,
        tapes: places.streams.iter().map_while(place).collect(),
        beside,
        vacant: (taken < tapes).then(|| tape(taken, 1)),
        hidden_tapes: taken.saturating_sub(tapes),
        apps: place_apps(&places.apps, panel, pills),
    }
}

/// How many tapes a panel has room for, and how far apart they are. As many as are comfortable,
/// whether they are there or not; more, and denser, only when they are.
fn tape_rows(inner: f64, streams: usize) -> (usize, f64) {
    let fit = |servers: f64, pitch: f64| (((inner - servers) / pitch) as usize).max(1);
    let two = |pitch: &f64| inner >= 140.0 + 2.0 * pitch;
    let pitch = [PITCH, CLOSE].into_iter().find(two).unwrap_or(DENSE);
    let comfortable = fit(196.0, pitch).clamp(1, 3).max(fit(112.0, pitch).min(2));
    if streams <= comfortable {
        return (comfortable, pitch);
    }
    let (rows, dense) = match fit(SERVERS, CLOSE) {
        rows if rows >= streams => (rows, CLOSE),
        _ => (fit(SERVERS, DENSE), DENSE),
    };
    if rows > comfortable { (rows, dense) } else { (comfortable, pitch) }
}

/// The middles of servers, and whether they stand in a row.
fn place_servers(count: usize, zone: Rect, radius: f64) -> (Vec<Point>, bool) {
    // Above a server there is room for its crown, below for four bars.
    let (top, bottom) = (zone.y + radius + 16.0, zone.bottom() - radius - 28.0);
    let middle = zone.centre().x;
    let rx = (zone.w / 2.0 - radius).min(if count > 3 { 260.0 } else { 230.0 });
    let ring = count >= 3 && bottom - top >= radius * 2.0 + 12.0;
    let y = |part: f64| top + (bottom - top) * part;
    let at = |x: f64, part: f64| Point::new(middle + rx * x, y(part));
    if !ring {
        let row = (zone.bottom() - radius - 28.0).max(top).min(top + 34.0);
        let step = if count > 1 { 2.0 * rx / (count - 1) as f64 } else { 0.0 };
        let step = step.min(170.0);
        let x0 = middle - step * (count.saturating_sub(1)) as f64 / 2.0;
        return ((0..count).map(|n| Point::new(x0 + n as f64 * step, row)).collect(), true);
    }
    // Left to right in the order of their names, so that no straight link passes under a server, and
    // with nothing between the outer ones and the apps above them.
    let ring = match count {
        3 => vec![at(-1.0, 1.0), at(0.0, 0.0), at(1.0, 1.0)],
        4 => vec![at(-1.0, 1.0), at(-0.36, 0.0), at(0.36, 0.0), at(1.0, 1.0)],
        _ => vec![at(-1.0, 0.65), at(-0.52, 0.0), at(0.0, 1.0), at(0.52, 0.0), at(1.0, 0.65)],
    };
    (ring, false)
}

/// The pills of apps, above the panel: what publishes from the left, what receives from the right.
fn place_apps(apps: &[(Arc<str>, Side)], panel: Rect, (top, pill): (f64, f64)) -> Vec<Rect> {
    let (width, slots) = pills(panel.w);
    let step = if slots > 1 { (panel.w - width) / (slots - 1) as f64 } else { 0.0 };
    let mut rows: Vec<Vec<bool>> = Vec::new();
    let mut place = |side| {
        for row in 0.. {
            if rows.len() == row {
                rows.push(vec![false; slots]);
            }
            let Some(taken) = rows.get_mut(row) else { continue };
            let mut free = (0..slots).filter(|&slot| taken.get(slot) == Some(&false));
            let slot = match side {
                Side::Left => free.next(),
                Side::Right => free.next_back(),
                Side::Middle => free.min_by_key(|slot| (2 * slot + 1).abs_diff(slots)),
            };
            if let Some(slot) = slot {
                taken[slot] = true;
                return (row, slot);
            }
        }
        (0, 0)
    };
    apps.iter()
        .map(|(_, side)| {
            let (row, slot) = place(*side);
            let y = top + row as f64 * (pill + 8.0);
            Rect::new(panel.x + slot as f64 * step, y, width, pill)
        })
        .collect()
}

#[cfg(test)]
mod tests;
