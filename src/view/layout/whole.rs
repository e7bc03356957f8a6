//! Clusters that are drawn whole: servers in a ring or a row, tapes below them, apps above the panel.

use std::sync::Arc;

use super::places::{ClusterPlaces, Side, rows_of};
use super::{ClusterLayout, EDGE, Point, Rect, SMALL, in_order, order, pad};

/// Height of an app's pill, and of one that shows its name only.
const PILL: f64 = 44.0;
const LOW_PILL: f64 = 30.0;
/// From the apps to their panel.
const STRIP: f64 = 18.0;
/// Height of a tape.
pub(crate) const TAPE: f64 = 26.0;
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
/// So many tapes of a single cluster are drawn even if the view box has to grow for them.
const AT_LEAST: usize = 3;
/// So many of the only cluster that is drawn whole, if there are others.
const MOST: usize = 8;
/// The least a panel must measure to be of use; below that the view box grows instead.
const MIN_PANEL: (f64, f64) = (212.0, 188.0);

/// Places clusters beside and below each other. `alone`: there is no other.
pub(super) fn grid(clusters: &[&ClusterPlaces], area: Rect, alone: bool) -> Vec<ClusterLayout> {
    let Rect { w, h, .. } = area;
    let count = clusters.len().max(1);
    let columns = columns(count, w, h);
    let rows = count.div_ceil(columns);
    let pad = pad(w);
    // The only one that is whole is not to lose any of its streams: apps take less room then.
    let chosen = !alone && count == 1;
    let pill = if chosen || w < SMALL.0 && h < SMALL.1 { LOW_PILL } else { PILL };
    // Between panels there must be room for a latency pill.
    let gap = match w < 700.0 {
        true => 16.0,
        false if columns > 2 => 56.0,
        false => 72.0,
    };
    let cell_w = ((w - 2.0 * pad - gap * (columns - 1) as f64) / columns as f64).max(MIN_PANEL.0);
    let mut y = area.y + EDGE;
    let mut placed = Vec::new();
    for members in order(clusters, columns).chunks(columns) {
        let places: Vec<&ClusterPlaces> =
            members.iter().filter_map(|n| clusters.get(*n)).copied().collect();
        // Where there is room, a second row of apps takes nothing but the panel's uppermost part, which
        // holds nothing: no server and no tape moves then.
        let spare = if alone && h >= ROOMY { 2_usize } else { 1 };
        let pill_rows = places.iter().map(|c| pill_rows(c, cell_w)).max().unwrap_or(1);
        let strip = pill_rows as f64 * (pill + 8.0) - 8.0 + STRIP;
        let kept = spare.saturating_sub(pill_rows) as f64 * (pill + 8.0);
        let least = match places.as_slice() {
            [one] if count == 1 => {
                let tapes = match chosen {
                    true => one.streams.len().min(MOST),
                    false => one.rows_wanted().min(AT_LEAST),
                };
                let tapes = tapes as f64 * DENSE;
                (HEAD + SERVERS + tapes + 12.0).max(MIN_PANEL.1)
            }
            _ => MIN_PANEL.1,
        };
        let row_h = (h - 2.0 * EDGE - 14.0 * (rows - 1) as f64) / rows as f64;
        let panel_h = (row_h - strip).max(least + kept);
        // A row that is not full stands in the middle.
        let missing = (columns - members.len()) as f64;
        let indent = area.x + pad + missing * (cell_w + gap) / 2.0;
        for (column, (n, cluster)) in members.iter().zip(places).enumerate() {
            let x = indent + column as f64 * (cell_w + gap);
            let panel = Rect::new(x, y + strip, cell_w, panel_h);
            placed.push((*n, place_cluster(cluster, panel, (y, pill), kept)));
        }
        y += strip + panel_h + 14.0;
    }
    in_order(placed)
}

/// How many clusters stand beside each other.
fn columns(count: usize, w: f64, h: f64) -> usize {
    let fit = ((w / (MIN_PANEL.0 + 30.0)) as usize).max(1);
    let wanted = match count {
        1 => 1,
        2 => 2,
        3 if w > 1.7 * h => 3,
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
        true => (panel.w * 0.26).min(104.0),
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
        ..ClusterLayout::default()
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
