//! Ways that join panels as a whole. They are laid all together, so that those that leave a panel at the
//! same side, or share the room between panels, lie beside each other.

use crate::sorted::{self, Map};

use super::super::frame::Point;
use super::{Ways, straightened};

/// Ways beside each other in the same room are so far apart.
const BESIDE: f64 = 8.0;
/// From a corner of a panel to the first way that leaves above or below.
const CORNER: f64 = 24.0;
/// Ways leave at the left and the right beside the name and the servers, where no stream has its line.
const HEAD: (f64, f64) = (16.0, 74.0);

/// A side of a panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Left,
    Right,
    Top,
    Bottom,
}

impl Side {
    const ALL: [Self; 4] = [Self::Left, Self::Right, Self::Top, Self::Bottom];

    const fn is_level(self) -> bool {
        matches!(self, Self::Left | Self::Right)
    }
}

/// A side of one of the panels.
type End = (usize, Side);

/// Where a way leaves and arrives, and through which room it leads if it has two bends.
#[derive(Debug, Clone, Copy)]
struct Plan {
    ends: [End; 2],
    room: Option<usize>,
}

impl Plan {
    fn sides(&self) -> [Side; 2] {
        self.ends.map(|(_, side)| side)
    }
}

impl Ways<'_> {
    /// A way for each pair of panels, from the first to the second.
    pub(in crate::view) fn joins(&self, pairs: &[(usize, usize)]) -> Vec<Vec<Point>> {
        let plans: Vec<Plan> = pairs.iter().map(|(a, b)| self.plan(*a, *b)).collect();
        let places = self.places(&plans);
        // Who shares a room with whom.
        let mut rooms: Map<(bool, i64), Vec<usize>> = Map::new();
        for (n, plan) in plans.iter().enumerate() {
            rooms.entry(self.room_key(plan)).or_default().push(n);
        }
        let way = |(n, plan): (usize, &Plan)| {
            let shared = rooms.get(&self.room_key(plan)).map_or(&[][..], Vec::as_slice);
            let place = shared.iter().position(|other| *other == n).unwrap_or(0) as f64;
            let aside = (place - (shared.len().max(1) - 1) as f64 / 2.0) * BESIDE;
            let at = places.get(n).copied().unwrap_or_default();
            self.way(plan, at, aside).unwrap_or_default()
        };
        plans.iter().enumerate().map(way).collect()
    }

    /// The shortest way with the fewest bends that leads through no panel.
    fn plan(&self, a: usize, b: usize) -> Plan {
        let mut best: Option<(f64, Plan)> = None;
        for one in Side::ALL {
            for other in Side::ALL {
                let ends = [(a, one), (b, other)];
                let rooms =
                    if one.is_level() == other.is_level() { self.walls.len() * 2 } else { 1 };
                for room in 0..rooms {
                    let plan = Plan { ends, room: Some(room) };
                    let Some(way) = self.way(&plan, self.middles(&plan), 0.0) else { continue };
                    // It must not lead through its own panels either.
                    let cost = self.cost(&way, [usize::MAX; 2]);
                    let room = plan.room.filter(|_| way.len() > 3);
                    if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                        best = Some((cost, Plan { ends, room }));
                    }
                }
            }
        }
        best.map_or(Plan { ends: [(a, Side::Right), (b, Side::Left)], room: None }, |(_, plan)| {
            plan
        })
    }

    /// Between which heights, or how far from left to right, ways may leave at a side.
    fn range(&self, (panel, side): End) -> (f64, f64) {
        let Some(wall) = self.walls.get(panel) else { return (0.0, 0.0) };
        match side.is_level() {
            true => (wall.y + HEAD.0, (wall.y + HEAD.1).min(wall.bottom() - 8.0)),
            false => (wall.x + CORNER, wall.right() - CORNER),
        }
    }

    /// What the ranges of both ends have in common, if they face the same way: a straight line is there.
    fn common(&self, plan: &Plan) -> Option<(f64, f64)> {
        let [one, other] = plan.sides();
        let [a, b] = plan.ends.map(|end| self.range(end));
        let common = (a.0.max(b.0), a.1.min(b.1));
        (one.is_level() == other.is_level() && common.0 < common.1).then_some(common)
    }

    /// Where a way would leave and arrive if it were alone.
    fn middles(&self, plan: &Plan) -> [f64; 2] {
        let middle = |(low, high): (f64, f64)| (low + high) / 2.0;
        match self.common(plan) {
            Some(common) => [middle(common); 2],
            None => plan.ends.map(|end| middle(self.range(end))),
        }
    }

    /// Where each way leaves and arrives, so that those of a side are in the order of where they lead. None
    /// is in the very middle, where links are.
    fn places(&self, plans: &[Plan]) -> Vec<[f64; 2]> {
        let mut sides: Map<End, Vec<(i64, usize, usize)>> = Map::new();
        for (n, plan) in plans.iter().enumerate() {
            for end in 0..2 {
                let (Some(here), Some((there, _))) = (plan.ends.get(end), plan.ends.get(1 - end))
                else {
                    continue;
                };
                let centre = self.walls.get(*there).map_or(Point::default(), |wall| wall.centre());
                let towards = if here.1.is_level() { centre.y } else { centre.x } as i64;
                sides.entry(*here).or_default().push((towards, n, end));
            }
        }
        let mut places = vec![[0.0; 2]; plans.len()];
        for (side, ends) in sides.iter_mut() {
            sorted::sort_by_key(ends, |end| *end);
            let (low, high) = self.range(*side);
            let share = (high - low) / (ends.len() as f64 + 1.0);
            // Opposite sides differ, so that ways that cross do not meet.
            let first = if matches!(side.1, Side::Left | Side::Top) { 0.45 } else { 0.7 };
            for (k, (_, n, end)) in ends.iter().enumerate() {
                if let Some(place) = places.get_mut(*n).and_then(|place| place.get_mut(*end)) {
                    *place = low + share * (k as f64 + first);
                }
            }
        }
        for (plan, place) in plans.iter().zip(&mut places) {
            if let (Some((low, high)), None) = (self.common(plan), plan.room) {
                *place = [((place[0] + place[1]) / 2.0).clamp(low, high); 2];
            }
        }
        places
    }

    /// The same for all ways through the same room.
    fn room_key(&self, plan: &Plan) -> (bool, i64) {
        let level = plan.sides()[0].is_level();
        let at = plan.room.and_then(|room| self.room(level, room, 0.0));
        (level, at.map_or(i64::MIN, |at| at as i64))
    }

    /// The middle of a room between panels: from left to right beside ways that leave at the left or right,
    /// else its height.
    fn room(&self, level: bool, room: usize, aside: f64) -> Option<f64> {
        match level {
            true => self.gap(room / 2, room.is_multiple_of(2), aside),
            false => self.levels(aside).nth(room),
        }
    }

    fn point(&self, (panel, side): End, at: f64) -> Option<Point> {
        let wall = self.walls.get(panel)?;
        Some(match side {
            Side::Left => Point::new(wall.x, at),
            Side::Right => Point::new(wall.right(), at),
            Side::Top => Point::new(at, wall.y),
            Side::Bottom => Point::new(at, wall.bottom()),
        })
    }

    fn way(&self, plan: &Plan, at: [f64; 2], aside: f64) -> Option<Vec<Point>> {
        let ([one, other], [first, last]) = (plan.sides(), plan.ends);
        let (a, b) = (self.point(first, at[0])?, self.point(last, at[1])?);
        let through = |level| self.room(level, plan.room?, aside);
        let way = match (one.is_level(), other.is_level()) {
            (true, false) => vec![a, Point::new(b.x, a.y), b],
            (false, true) => vec![a, Point::new(a.x, b.y), b],
            (true, true) => match through(true) {
                Some(x) => vec![a, Point::new(x, a.y), Point::new(x, b.y), b],
                None => vec![a, b],
            },
            (false, false) => match through(false) {
                Some(y) => vec![a, Point::new(a.x, y), Point::new(b.x, y), b],
                None => vec![a, b],
            },
        };
        Some(straightened(&way))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::frame::Rect;
    use super::*;

    const VIEW: Rect = Rect::new(0.0, 0.0, 800.0, 480.0);

    /// The ways, each with right angles, through no panel, and none on another or on another's way.
    fn joins(panels: &[Rect], pairs: &[(usize, usize)]) -> Vec<Vec<Point>> {
        let ways = Ways::new(VIEW, panels);
        let laid = ways.joins(pairs);
        let legs = |way: &[Point]| way.windows(2).map(|leg| (leg[0], leg[1])).collect::<Vec<_>>();
        for (n, way) in laid.iter().enumerate() {
            for (a, b) in legs(way) {
                assert!((a.x - b.x).abs() < 0.1 || (a.y - b.y).abs() < 0.1, "{way:?}");
                assert!(!ways.is_blocked(a, b, &[]), "through a panel: {way:?}");
            }
            let others = laid.iter().take(n).flat_map(|way| legs(way));
            for (a, b) in others {
                for (c, d) in legs(way) {
                    let along = |p: f64, q: f64, r: f64, s: f64| {
                        p.max(q).min(r.max(s)) - p.min(q).max(r.min(s))
                    };
                    let flat = (a.y - b.y).abs() < 0.1 && (c.y - d.y).abs() < 0.1;
                    let steep = (a.x - b.x).abs() < 0.1 && (c.x - d.x).abs() < 0.1;
                    let near = |p: f64, q: f64| (p - q).abs() < 3.0;
                    assert!(
                        !(flat && near(a.y, c.y) && along(a.x, b.x, c.x, d.x) > 1.0),
                        "{laid:?}"
                    );
                    assert!(
                        !(steep && near(a.x, c.x) && along(a.y, b.y, c.y, d.y) > 1.0),
                        "{laid:?}"
                    );
                }
            }
        }
        laid
    }

    const ALL: [(usize, usize); 6] = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)];

    #[test]
    fn three_in_a_row_and_one_below_are_joined_in_the_room_that_is_free() {
        let mut panels: Vec<Rect> =
            (0..3).map(|n| Rect::new(20.0 + 273.0 * f64::from(n), 26.0, 234.0, 214.0)).collect();
        panels.push(Rect::new(293.0, 280.0, 234.0, 130.0));
        let ways = joins(&panels, &ALL);
        let bends: Vec<usize> = ways.iter().map(|way| way.len() - 2).collect();
        // Neighbours straight, the outer two around the middle, down and across into the one below.
        assert_eq!(bends, [0, 2, 1, 0, 0, 1], "{ways:?}");
        assert!(ways[1][1].y < 26.0, "above, where nothing is");
        assert!(ways[2][1].x < 254.0 && ways[5][1].x > 566.0);
    }

    #[test]
    fn four_in_a_square_are_joined_straight_and_across() {
        let at = |x: f64, y: f64| Rect::new(10.0 + x * 192.0, 12.0 + y * 282.0, 178.0, 220.0);
        let panels = [at(0.0, 0.0), at(1.0, 0.0), at(0.0, 1.0), at(1.0, 1.0)];
        let ways = joins(&panels, &ALL);
        let bends: Vec<usize> = ways.iter().map(|way| way.len() - 2).collect();
        assert_eq!(bends, [0, 0, 2, 2, 0, 0], "{ways:?}");
    }

    #[test]
    fn one_above_the_other_and_beside_something_large_are_joined_around_it() {
        let small = |n: f64| Rect::new(560.0, 12.0 + 155.0 * n, 220.0, 140.0);
        let panels = [Rect::new(20.0, 12.0, 500.0, 456.0), small(0.0), small(1.0), small(2.0)];
        let ways = joins(&panels, &ALL);
        assert_eq!(ways[3].len(), 2, "from one to the one below it: {ways:?}");
        assert_eq!(ways[4].len(), 4, "and past it to the next: {ways:?}");
    }
}
