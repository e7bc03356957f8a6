//! Clusters that are drawn as summaries: a line with the name, small servers, the icons of apps, and a
//! line for each stream.

use super::places::ClusterPlaces;
use super::{ClusterLayout, EDGE, FOLD, Point, Rect, in_order, order, pad};

/// Height of a summary's first line, of its servers with their crowns, and what is free at its foot.
const HEAD: f64 = 34.0;
const SERVERS: f64 = 45.0;
const FOOT: f64 = 9.0;
/// How much the first line is higher with servers in it.
const CROWNS: f64 = 12.0;
/// From a small server's middle to its corners, and from one to the next.
const RADIUS: f64 = 12.0;
const STEP: f64 = 30.0;
/// The same where they stand beside the name, which wants the room.
const STEP_BESIDE: f64 = 26.0;
/// Side of the square of an app's icon.
const ICON: f64 = 26.0;
/// From one stream to the next where there is room, and the least.
const ROW_TALL: f64 = 22.0;
const ROW_LOW: f64 = 15.0;
/// Height of a name above its line, and from one such line to the next at most.
const NAME: f64 = 17.0;
const NAMED: f64 = 42.0;
/// Room for a line above the first row, around the one in the middle.
const AROUND: f64 = 14.0;
/// How wide a summary is: at least and at most.
const WIDTH: (f64, f64) = (164.0, 300.0);
/// The least height of one, and between two of them.
const LEAST: f64 = HEAD + SERVERS + 2.0 * ROW_LOW + FOOT;
const BETWEEN: (f64, f64) = (14.0, 84.0);
/// Free at the left and right of its lines.
const INNER: f64 = 14.0;

/// From one summary to the next beside it.
fn gap(w: f64) -> f64 {
    if w < 700.0 { 14.0 } else { 40.0 }
}

/// How many summaries stand beside each other.
fn columns(count: usize, w: f64, h: f64) -> usize {
    let fit = ((w - 2.0 * pad(w) + gap(w)) / (WIDTH.0 + gap(w))) as usize;
    let wanted = match count {
        0..=3 => count,
        4 if h < 300.0 => 4,
        4..=6 => 3,
        _ => 4,
    };
    wanted.min(fit).max(1)
}

/// The width of a strip for so many summaries beside what is drawn whole.
pub(super) fn side(count: usize, room: Rect) -> f64 {
    let columns = if count > 4 { 2.0 } else { 1.0 };
    columns * (room.w * 0.3).clamp(WIDTH.0 + 20.0, 250.0)
}

/// The height of a strip for so many summaries below what is drawn whole.
pub(super) fn below(clusters: &[&ClusterPlaces], room: Rect) -> f64 {
    let rows = clusters.len().div_ceil(columns(clusters.len(), room.w, room.h));
    rows as f64 * (LEAST + BETWEEN.0) - BETWEEN.0 + 2.0 * EDGE
}

/// The height at which nothing of a summary is left out. It grows with every other stream only, so that
/// one more seldom moves what is around it.
fn natural(cluster: &ClusterPlaces) -> f64 {
    let rows = cluster.streams.len().max(2).next_multiple_of(2);
    HEAD + SERVERS + rows as f64 * ROW_TALL + FOOT
}

/// Places summaries beside and below each other.
pub(super) fn grid(clusters: &[&ClusterPlaces], area: Rect) -> Vec<ClusterLayout> {
    let Rect { w, h, .. } = area;
    let columns = columns(clusters.len(), w, h);
    let (pad, gap) = (pad(w), gap(w));
    let cell = (w - 2.0 * pad - gap * (columns - 1) as f64) / columns as f64;
    let cell = cell.clamp(WIDTH.0, WIDTH.1);
    let order = order(clusters, columns);
    let rows: Vec<&[usize]> = order.chunks(columns).collect();
    let wanted = |row: &&[usize]| {
        let heights = row.iter().filter_map(|n| clusters.get(*n)).map(|cluster| natural(cluster));
        heights.fold(0.0, f64::max)
    };
    let wanted: Vec<f64> = rows.iter().map(wanted).collect();
    let whole: f64 = wanted.iter().sum();
    let between = rows.len().saturating_sub(1) as f64;
    // Where there is not room for all lines, each summary gives up as much of its own.
    let share = ((h - 2.0 * EDGE - BETWEEN.0 * between) / whole.max(1.0)).min(1.0);
    let heights: Vec<f64> = wanted.iter().map(|wanted| (wanted * share).max(LEAST)).collect();
    let spare = (h - 2.0 * EDGE - heights.iter().sum::<f64>()).max(0.0);
    let around = if columns > 2 { spare.min(AROUND) } else { 0.0 };
    let spare = spare - around;
    let step = (spare / between.max(1.0)).clamp(BETWEEN.0, BETWEEN.1);
    let mut y = area.y + EDGE + around + ((spare - step * between) / 2.0).max(0.0);
    let mut placed = Vec::new();
    for (row, height) in rows.iter().zip(heights) {
        let width = row.len() as f64 * (cell + gap) - gap;
        let mut x = area.x + ((w - width) / 2.0).max(pad);
        for n in *row {
            if let Some(cluster) = clusters.get(*n) {
                placed.push((*n, place(cluster, Rect::new(x, y, cell, height))));
            }
            x += cell + gap;
        }
        y += height + step;
    }
    in_order(placed)
}

/// Places everything of a summary.
fn place(places: &ClusterPlaces, panel: Rect) -> ClusterLayout {
    let streams = places.streams.len();
    let room = panel.h - HEAD - FOOT;
    let fit = |room: f64| (room / ROW_LOW) as usize;
    let inner = panel.w - 2.0 * INNER;
    let step = STEP.min(inner / places.servers.max(1) as f64);
    let servers = places.servers as f64 * step;
    // Servers below the name or, where streams want that room, beside it.
    let beside_name = fit(room - SERVERS) < streams && panel.w >= 100.0 + servers + FOLD;
    let (zone, step) = if beside_name { (CROWNS, step.min(STEP_BESIDE)) } else { (SERVERS, step) };
    let servers = places.servers as f64 * step;
    let fit = fit(room - zone);
    // What has no line is counted on the last one.
    let shown = if streams > fit { fit.saturating_sub(1) } else { streams };
    let lines = shown + usize::from(shown < streams);
    let pitch = ((room - zone) / lines.max(1) as f64).min(ROW_TALL);
    let longest = places.streams.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    // Names first, as long as there is room for numbers as well; one that is longer stands above its line,
    // and so do all others, where that is not too high.
    let (wanted, most) = (longest as f64 * 6.72 + 8.0, (inner - 76.0).max(inner * 0.5));
    let tall = ((room - zone) / lines.max(1) as f64).min(NAMED);
    let above = wanted > most && tall >= NAME + ROW_LOW;
    let beside = if above { 0.0 } else { wanted.min(most) };
    let pitch = if above { tall } else { pitch };
    let name = if above { NAME } else { 1.5 };
    let tape = |line: usize| {
        let y = panel.y + HEAD + zone + line as f64 * pitch + name;
        let h = if above { (pitch - name - 4.0).min(ROW_TALL - 3.0) } else { pitch - 3.0 };
        Rect::new(panel.x + INNER + beside, y, inner - beside, h)
    };
    let (x, y) = match beside_name {
        true => (panel.right() - 12.0 - FOLD - servers, panel.y + 30.0),
        false => (panel.x + INNER, panel.y + HEAD + 24.0),
    };
    let server = |n: usize| Point::new(x + RADIUS + n as f64 * step, y);
    let apps = match beside_name {
        true => Vec::new(),
        false => icons(places.apps.len(), panel.right() - INNER, inner - servers, y),
    };
    ClusterLayout {
        panel,
        folded: true,
        radius: RADIUS,
        servers: (0..places.servers).map(server).collect(),
        row: true,
        tapes: (0..shown).map(tape).collect(),
        beside,
        hidden_tapes: streams - shown,
        apps,
        ..ClusterLayout::default()
    }
}

/// The icons of apps, from the right; where there is not room for all, room for how many more there are.
fn icons(count: usize, right: f64, room: f64, y: f64) -> Vec<Rect> {
    let fit = ((room + 4.0) / (ICON + 4.0)) as usize;
    let (shown, more) = match count <= fit {
        true => (count, 0.0),
        false => (fit.saturating_sub(1), ICON + 4.0),
    };
    let x = right - more - shown as f64 * (ICON + 4.0) + 4.0;
    let icon = |n: usize| Rect::new(x + n as f64 * (ICON + 4.0), y - ICON / 2.0, ICON, ICON);
    (0..shown).map(icon).collect()
}
