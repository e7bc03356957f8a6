//! Where everything stands: the geometry of the stage, from the room there is and what is to be
//! placed, and from nothing else.
//!
//! The picture never jumps. Panels and servers depend on the topology and the room only; streams and
//! apps keep the places [`Places`] gave them when they were first seen, so that one more never moves
//! the others. Only when a panel is full do its tapes move closer together.
//!
//! A cluster is drawn whole, or as a summary: its servers, streams and apps in a few rows. Where there is
//! not room for all of them whole, all are summaries; whoever looks may fold and unfold each.

mod places;
mod summary;
mod whole;

use super::command::LayoutHints;
use super::frame::{Point, Rect};

use places::ClusterPlaces;
pub(crate) use places::{Places, Side};
pub(crate) use whole::TAPE;

/// A small stage is less wide and less high.
const SMALL: (f64, f64) = (520.0, 380.0);
/// From the upper and lower edge of the stage to what stands there.
const EDGE: f64 = 12.0;
/// Side of the square that folds and unfolds a cluster.
pub(crate) const FOLD: f64 = 24.0;
/// A stage of less width has summaries below what is whole, not beside it.
const BESIDE: f64 = 600.0;
/// By so much a picture of whole clusters may be larger than its room before all become summaries.
const TOO_HIGH: f64 = 1.2;

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
    /// Whether it is a summary: then its tapes are single lines, and of its apps there are icons.
    pub folded: bool,
    /// Where it is folded and unfolded; a single cluster is not.
    pub fold: Option<Rect>,
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
    /// Its apps by place; an app without a place is not drawn.
    pub apps: Vec<Rect>,
}

impl Layout {
    /// Places everything.
    pub fn new(places: &Places, hints: LayoutHints) -> Self {
        let (w, h) = (hints.width.max(240.0), hints.height.max(200.0));
        let room = Rect::new(0.0, 0.0, w, h);
        let all: Vec<&ClusterPlaces> = places.clusters.iter().collect();
        let whole = Self::around(whole::grid(&all, room, all.len() < 2), room);
        if all.len() < 2 {
            return whole;
        }
        let full = !whole.is_fitting(room);
        let folded: Vec<bool> =
            places.clusters.iter().map(|cluster| cluster.folded.unwrap_or(full)).collect();
        let mut layout = match folded.contains(&true) {
            false => whole,
            true => Self::around(mixed(&all, &folded, room), room),
        };
        for cluster in &mut layout.clusters {
            let Rect { y, .. } = cluster.panel;
            cluster.fold = Some(Rect::new(cluster.panel.right() - 8.0 - FOLD, y + 7.0, FOLD, FOLD));
        }
        layout
    }

    /// The clusters with a view box around them.
    fn around(clusters: Vec<ClusterLayout>, room: Rect) -> Self {
        let (right, bottom) = extent(&clusters);
        // As large as the room, but for what is more than a rounding error.
        let larger = |least: f64, whole: f64| if whole > least + 0.5 { whole } else { least };
        let (w, h) = (larger(room.w, right + pad(room.w)), larger(room.h, bottom + EDGE));
        Self { view: Rect::new(0.0, 0.0, w, h), clusters }
    }

    /// Whether everything has its place, legibly.
    fn is_fitting(&self, room: Rect) -> bool {
        let shown = self.clusters.iter().all(|cluster| cluster.hidden_tapes == 0);
        shown && self.view.w <= room.w + 1.0 && self.view.h <= room.h * TOO_HIGH
    }
}

/// From the left and right edge of the stage to what stands there.
fn pad(w: f64) -> f64 {
    if w < SMALL.0 { 10.0 } else { 20.0 }
}

/// Who stands where: all in their order, but for the one that is joined with all others. That stands in
/// the middle of a single row or column, or else last, so that no link passes over somebody else.
fn order(clusters: &[&ClusterPlaces], columns: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..clusters.len()).collect();
    if let Some(hub) = clusters.iter().position(|cluster| cluster.hub) {
        order.remove(hub);
        let one = clusters.len() <= columns || columns == 1;
        let place = if one { clusters.len() / 2 } else { order.len() };
        order.insert(place, hub);
    }
    order
}

/// Clusters with their places in the topology, in its order.
fn in_order(mut placed: Vec<(usize, ClusterLayout)>) -> Vec<ClusterLayout> {
    crate::sorted::sort_by_key(&mut placed, |(n, _)| *n);
    placed.into_iter().map(|(_, cluster)| cluster).collect()
}

/// How far to the right and down clusters reach.
fn extent(clusters: &[ClusterLayout]) -> (f64, f64) {
    clusters.iter().map(|cluster| cluster.panel).fold((0.0, 0.0), |(right, bottom), panel| {
        (panel.right().max(right), panel.bottom().max(bottom))
    })
}

/// Some clusters whole and some as summaries, or all as summaries: what is whole has most of the room.
fn mixed(all: &[&ClusterPlaces], folded: &[bool], room: Rect) -> Vec<ClusterLayout> {
    let of = |wanted: bool| -> Vec<&ClusterPlaces> {
        let both = all.iter().zip(folded);
        both.filter(|(_, folded)| **folded == wanted).map(|(cluster, _)| *cluster).collect()
    };
    let (open, shut) = (of(false), of(true));
    if open.is_empty() {
        return summary::grid(&shut, room);
    }
    let (large, small) = if room.w >= BESIDE {
        let side = summary::side(shut.len(), room);
        let large = whole::grid(&open, Rect { w: room.w - side, ..room }, false);
        let x = (room.w - side).max(extent(&large).0 + pad(room.w));
        let small = summary::grid(&shut, Rect { x, w: side, ..room });
        (large, small)
    } else {
        let below = summary::below(&shut, room);
        let large = whole::grid(&open, Rect { h: (room.h - below).max(0.0), ..room }, false);
        let y = extent(&large).1;
        let small = summary::grid(&shut, Rect { y, h: below, ..room });
        (large, small)
    };
    let (mut large, mut small) = (large.into_iter(), small.into_iter());
    let next = |folded: &bool| if *folded { small.next() } else { large.next() };
    folded.iter().filter_map(next).collect()
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod fold_tests;
