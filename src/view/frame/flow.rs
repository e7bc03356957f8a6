//! What flows between streams as it is drawn: lines from tape to tape.

use crate::view::entity::Entity;
use crate::view::flow::FlowState;

use super::geometry::{Pill, Point};

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
    /// The line, for an SVG `d` attribute. It ends where the tip begins.
    pub fn path(&self) -> String {
        let Some(first) = self.points.first() else { return String::new() };
        let mut d = format!("M{:.1} {:.1}", first.x, first.y);
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
            [.., before, last] => towards(last, before, TIP.0 - 1.0),
            _ => *first,
        };
        d.push_str(&format!("L{:.1} {:.1}", end.x, end.y));
        d
    }

    /// Its tip: a triangle.
    pub fn tip(&self) -> String {
        let [.., before, last] = self.points[..] else { return String::new() };
        let back = towards(last, before, TIP.0);
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
}

/// The point so far from one on the way to another.
fn towards(from: Point, to: Point, by: f64) -> Point {
    let distance = from.distance(to).max(0.001);
    from.lerp(to, (by / distance).min(1.0))
}
