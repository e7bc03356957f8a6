//! Ways between panels: lines with right angles that lead from one to another through the room between
//! them, and around what is in the way.

mod panels;

use super::frame::{Point, Rect};

/// What a bend costs: as much as a detour of so many pixels.
const BEND: f64 = 40.0;
/// What it costs to lead through a panel.
const THROUGH: f64 = 10_000.0;
/// Beside a panel with nothing beyond, a way keeps so far away.
const BESIDE: f64 = 12.0;
/// Ways beside each other are so far apart, and keep so far from a panel at least.
const APART: f64 = 6.0;
const EDGE: f64 = 3.0;
/// Within a panel, a way keeps so far from what it joins.
const INSIDE: f64 = 8.0;

/// Where a way begins or ends: in a panel, at its left or its right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stop {
    /// Which panel.
    pub(super) panel: usize,
    /// Where it would begin at the left, and where at the right.
    pub(super) ends: [Point; 2],
}

/// The room between panels.
#[derive(Debug, Clone)]
pub(super) struct Ways<'a> {
    view: Rect,
    /// Panels, each with what stands above it.
    walls: &'a [Rect],
}

impl<'a> Ways<'a> {
    pub(super) fn new(view: Rect, walls: &'a [Rect]) -> Self {
        Self { view, walls }
    }

    /// The best way between two stops. Ways of different `lane`s lie beside each other.
    pub(super) fn between(&self, from: Stop, to: Stop, lane: usize) -> Vec<Point> {
        let aside = ((lane % 5) as f64 - 2.0) * APART;
        if from.panel == to.panel {
            return within(from.ends[1], to.ends[1], aside);
        }
        let mut best: Option<(f64, Vec<Point>)> = None;
        for (left, a) in [(true, from.ends[0]), (false, from.ends[1])] {
            for (right, b) in [(false, to.ends[0]), (true, to.ends[1])] {
                let (Some(xa), Some(xb)) =
                    (self.gap(from.panel, left, aside), self.gap(to.panel, !right, aside))
                else {
                    continue;
                };
                let direct = (xa - xb).abs() < 1.0;
                let levels = [a.y, b.y].into_iter().chain(self.levels(aside));
                for y in levels.take(if direct { 1 } else { usize::MAX }) {
                    let y = if direct { a.y } else { y };
                    let mut way = vec![a, Point::new(xa, a.y), Point::new(xa, y)];
                    way.extend([Point::new(xb, y), Point::new(xb, b.y), b]);
                    let way = straightened(&way);
                    let cost = self.cost(&way, [from.panel, to.panel]);
                    if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                        best = Some((cost, way));
                    }
                }
            }
        }
        best.map_or_else(|| vec![from.ends[1], to.ends[0]], |(_, way)| way)
    }

    /// The middle of the room left or right of a panel.
    fn gap(&self, panel: usize, left: bool, aside: f64) -> Option<f64> {
        let wall = self.walls.get(panel)?;
        let others = self.walls.iter();
        let (edge, next, out) = if left {
            let before = |x: f64, other: &Rect| {
                if other.right() <= wall.x + 0.5 { x.max(other.right()) } else { x }
            };
            (wall.x, others.fold(f64::MIN, before), self.view.x)
        } else {
            let after = |x: f64, other: &Rect| {
                if other.x >= wall.right() - 0.5 { x.min(other.x) } else { x }
            };
            (wall.right(), others.fold(f64::MAX, after), self.view.right())
        };
        Some(middle(edge, next, out, aside))
    }

    /// The heights at which there is room above and below panels.
    fn levels(&self, aside: f64) -> impl Iterator<Item = f64> {
        self.walls.iter().flat_map(move |wall| {
            let below = self.walls.iter().fold(f64::MAX, |y, other| {
                if other.y >= wall.bottom() - 0.5 { y.min(other.y) } else { y }
            });
            let above = self.walls.iter().fold(f64::MIN, |y, other| {
                if other.bottom() <= wall.y + 0.5 { y.max(other.bottom()) } else { y }
            });
            [
                middle(wall.bottom(), below, self.view.bottom(), aside),
                middle(wall.y, above, self.view.y, aside),
            ]
        })
    }

    fn cost(&self, way: &[Point], own: [usize; 2]) -> f64 {
        let legs = || way.windows(2).filter_map(|leg| Some((*leg.first()?, *leg.last()?)));
        let length: f64 = legs().map(|(a, b)| a.distance(b)).sum();
        // The first and the last leg lead out of their own panels.
        let last = way.len().saturating_sub(2);
        let through = legs().enumerate().filter(|(n, (a, b))| {
            let own: &[usize] = if *n == 0 || *n == last { &own } else { &[] };
            self.is_blocked(*a, *b, own)
        });
        let out = way.iter().filter(|at| !(self.view.x..=self.view.right()).contains(&at.x));
        let bends = way.len().saturating_sub(2) as f64;
        length + BEND * bends + THROUGH * (through.count() + out.count()) as f64
    }

    fn is_blocked(&self, a: Point, b: Point, but: &[usize]) -> bool {
        let (x, y) = (a.x.min(b.x), a.y.min(b.y));
        let leg = Rect::new(x, y, (a.x - b.x).abs().max(0.1), (a.y - b.y).abs().max(0.1));
        let mut walls = self.walls.iter().enumerate();
        walls.any(|(n, wall)| !but.contains(&n) && wall.grow(-0.5).overlaps(&leg))
    }
}

/// Within a panel: out at the right, along its margin, and back.
fn within(a: Point, b: Point, aside: f64) -> Vec<Point> {
    let x = a.x.max(b.x) + INSIDE + aside / 2.0;
    vec![a, Point::new(x, a.y), Point::new(x, b.y), b]
}

/// The middle between an edge and what is next, or a little beyond the edge where nothing is; and so much
/// aside of it as there is room for.
fn middle(edge: f64, next: f64, out: f64, aside: f64) -> f64 {
    let none = next == f64::MIN || next == f64::MAX;
    let half = if none { BESIDE.min((out - edge).abs() / 2.0) } else { (next - edge).abs() / 2.0 };
    let sign = if out < edge { -1.0 } else { 1.0 };
    let most = (half - EDGE).max(0.0);
    edge + sign * half + aside.clamp(-most, most)
}

/// The same way without points at which it does not bend.
fn straightened(way: &[Point]) -> Vec<Point> {
    let mut out: Vec<Point> = Vec::new();
    for at in way {
        if out.last().is_some_and(|last| last.distance(*at) < 0.5) {
            continue;
        }
        if let [.., a, b] = out[..]
            && ((a.x - b.x).abs() < 0.5 && (b.x - at.x).abs() < 0.5
                || (a.y - b.y).abs() < 0.5 && (b.y - at.y).abs() < 0.5)
        {
            out.pop();
        }
        out.push(*at);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEW: Rect = Rect::new(0.0, 0.0, 800.0, 500.0);

    fn stop(panels: &[Rect], panel: usize, y: f64) -> Stop {
        let rect = panels[panel];
        Stop { panel, ends: [Point::new(rect.x + 18.0, y), Point::new(rect.right() - 18.0, y)] }
    }

    fn between(panels: &[Rect], a: (usize, f64), b: (usize, f64)) -> Vec<Point> {
        let ways = Ways::new(VIEW, panels);
        let way = ways.between(stop(panels, a.0, a.1), stop(panels, b.0, b.1), 2);
        for leg in way.windows(2) {
            assert!(leg[0].x == leg[1].x || leg[0].y == leg[1].y, "{way:?}");
        }
        let last = way.len() - 2;
        for (n, leg) in way.windows(2).enumerate() {
            let own: &[usize] = if n == 0 || n == last { &[a.0, b.0] } else { &[] };
            assert!(!ways.is_blocked(leg[0], leg[1], own), "through a panel: {way:?}");
        }
        assert!(way.iter().all(|at| VIEW.grow(1.0).contains(&Rect::new(at.x, at.y, 0.0, 0.0))));
        way
    }

    #[test]
    fn neighbours_are_joined_through_the_gap_between_them() {
        let panels = [Rect::new(20.0, 60.0, 340.0, 420.0), Rect::new(440.0, 60.0, 340.0, 420.0)];
        let straight = between(&panels, (0, 400.0), (1, 400.0));
        assert_eq!(straight, [Point::new(342.0, 400.0), Point::new(458.0, 400.0)]);
        let bent = between(&panels, (0, 300.0), (1, 400.0));
        assert_eq!(bent.len(), 4);
        assert_eq!(bent[1].x, 400.0, "in the middle of the gap");
        let back = between(&panels, (1, 400.0), (0, 300.0));
        assert_eq!((back[0].x, back[3].x), (458.0, 342.0), "from left to right ends");
    }

    #[test]
    fn who_is_not_a_neighbour_is_reached_around_those_between() {
        let row: Vec<Rect> =
            (0..3).map(|n| Rect::new(20.0 + 260.0 * f64::from(n), 60.0, 200.0, 200.0)).collect();
        let way = between(&row, (0, 150.0), (2, 150.0));
        assert_eq!(way.len(), 6, "{way:?}");
        let mut with_hub = row;
        with_hub.push(Rect::new(280.0, 300.0, 240.0, 160.0));
        for n in 0..3 {
            between(&with_hub, (n, 150.0), (3, 400.0));
            between(&with_hub, (3, 400.0), (n, 150.0));
        }
    }

    #[test]
    fn streams_of_one_panel_are_joined_in_its_margin() {
        let panels = [Rect::new(20.0, 60.0, 760.0, 420.0)];
        for lane in 0..5 {
            let ways = Ways::new(VIEW, &panels);
            let way = ways.between(stop(&panels, 0, 300.0), stop(&panels, 0, 400.0), lane);
            assert_eq!(way.len(), 4);
            assert!((763.0..779.0).contains(&way[1].x), "{way:?}");
        }
    }

    #[test]
    fn ways_of_different_lanes_do_not_lie_on_each_other() {
        let panels = [Rect::new(20.0, 60.0, 340.0, 420.0), Rect::new(440.0, 60.0, 340.0, 420.0)];
        let ways = Ways::new(VIEW, &panels);
        let mut gaps: Vec<f64> = (0..5)
            .map(|lane| ways.between(stop(&panels, 0, 300.0), stop(&panels, 1, 400.0), lane)[1].x)
            .collect();
        gaps.dedup();
        assert_eq!(gaps.len(), 5);
        assert!(gaps.iter().all(|x| (363.0..=437.0).contains(x)));
    }
}
