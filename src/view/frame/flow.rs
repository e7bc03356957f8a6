//! What flows between streams as it is drawn: lines from tape to tape.

use crate::view::entity::Entity;
use crate::view::flow::FlowState;

use super::geometry::{Pill, Point, Rect};

/// How round its corners are.
const ROUND: f64 = 9.0;
/// Length and half the width of its tip.
const TIP: (f64, f64) = (8.0, 4.5);

/// A flow from a stream to one that mirrors it or gathers from it: a line with right angles and a tip.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowLine {
    /// What it stands for.
    pub entity: Entity,
    /// Where it begins, bends and ends.
    pub points: Vec<Point>,
    /// How it is; where it stands for several, how the worst of them is.
    pub state: FlowState,
    /// For how many flows it stands.
    pub flows: usize,
    /// Whether some of its flows go the other way: it has a tip at its beginning too.
    pub both: bool,
    /// What it is and what it lacks, where there is room or something to say.
    pub plate: Option<Pill>,
    /// Whether it is selected.
    pub selected: bool,
    /// Whether it has to do with what is selected or pointed at.
    pub highlighted: bool,
    /// What it is, in words.
    pub a11y: String,
}

impl FlowLine {
    /// The line, for an SVG `d` attribute. It ends, and begins, where a tip does.
    pub fn path(&self) -> String {
        let Some(first) = self.points.first() else { return String::new() };
        let tip = self.tip_length() - 1.0;
        let start = match self.points.get(1) {
            Some(next) if self.both => towards(*first, *next, tip),
            _ => *first,
        };
        let mut d = format!("M{:.1} {:.1}", start.x, start.y);
        for bend in self.points.windows(3) {
            let &[a, b, c] = bend else { continue };
            let round = ROUND.min(a.distance(b) / 2.0).min(b.distance(c) / 2.0);
            let (into, out) = (towards(b, a, round), towards(b, c, round));
            d.push_str(&format!(
                "L{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}",
                into.x, into.y, b.x, b.y, out.x, out.y
            ));
        }
        let end = match self.points[..] {
            [.., before, last] => towards(last, before, tip),
            _ => *first,
        };
        d.push_str(&format!("L{:.1} {:.1}", end.x, end.y));
        d
    }

    /// Its tips: a triangle, or one at each end.
    pub fn tip(&self) -> String {
        let [.., before, last] = self.points[..] else { return String::new() };
        let mut d = triangle(before, last, self.tip_length());
        if let ([first, next, ..], true) = (&self.points[..], self.both) {
            d.push_str(&triangle(*next, *first, self.tip_length()));
        }
        d
    }

    /// Whether it leads through a box.
    pub fn crosses(&self, rect: &Rect) -> bool {
        self.points.windows(2).any(|leg| {
            let &[a, b] = leg else { return false };
            let corner = Point::new(a.x.min(b.x), a.y.min(b.y));
            let leg = Rect::new(corner.x, corner.y, (a.x - b.x).abs(), (a.y - b.y).abs());
            leg.grow(1.0).overlaps(rect)
        })
    }

    /// Two tips on a short line do not touch.
    fn tip_length(&self) -> f64 {
        let length = match self.points[..] {
            [one, other] => one.distance(other),
            _ => f64::MAX,
        };
        TIP.0.min(length * 0.42)
    }
}

/// A triangle at the end of a line.
fn triangle(before: Point, last: Point, length: f64) -> String {
    let back = towards(last, before, length);
    let way = Point::new(last.x - before.x, last.y - before.y).unit();
    let (dx, dy) = (-way.y * TIP.1, way.x * TIP.1);
    format!(
        "M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}z",
        last.x,
        last.y,
        back.x + dx,
        back.y + dy,
        back.x - dx,
        back.y - dy
    )
}

/// The point so far from one on the way to another.
fn towards(from: Point, to: Point, by: f64) -> Point {
    let distance = from.distance(to).max(0.001);
    from.lerp(to, (by / distance).min(1.0))
}
