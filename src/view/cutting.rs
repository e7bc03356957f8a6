//! A cut that is drawn over the stage: whose links the line crosses, and who is on which side of it.

use super::frame::{LinkLine, Point, Stage};

/// Into so many straight pieces a link is taken apart.
const PIECES: u32 = 8;

/// The names on both sides of a line from one point to another, as far as their links cross it; none if it
/// crosses no link.
pub fn sides(stage: &Stage, from: Point, to: Point) -> Option<Vec<Vec<String>>> {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for link in stage.links.iter().filter(|link| crosses(link, from, to)) {
        let [mut a, mut b] = link.names.clone().map(|name| name.to_string());
        if !link.bundled.is_empty() {
            // It stands for all ways between two clusters.
            for end in [&mut a, &mut b] {
                end.truncate(end.find('/').unwrap_or(end.len()));
            }
        }
        if side(from, to, link.from) > 0.0 {
            std::mem::swap(&mut a, &mut b);
        }
        for (name, side) in [(a, &mut left), (b, &mut right)] {
            if !side.contains(&name) {
                side.push(name);
            }
        }
    }
    // With a short line somebody can be on both sides: then the other end alone is meant.
    right.retain(|name| !left.contains(name));
    (!left.is_empty() && !right.is_empty()).then(|| vec![left, right])
}

/// On which side of a line a point is: below zero on its left, above on its right.
fn side(from: Point, to: Point, at: Point) -> f64 {
    (to.x - from.x) * (at.y - from.y) - (to.y - from.y) * (at.x - from.x)
}

fn crosses(link: &LinkLine, from: Point, to: Point) -> bool {
    let at = |n: u32| link.point(f64::from(n) / f64::from(PIECES));
    (0..PIECES).any(|n| {
        let (a, b) = (at(n), at(n + 1));
        side(from, to, a) * side(from, to, b) < 0.0 && side(a, b, from) * side(a, b, to) < 0.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::command::LayoutHints;
    use crate::view::layout::Places;
    use crate::view::stage;
    use crate::world::{World, scenes};

    fn one_order() -> Stage {
        let world = World::new(scenes::one_order()).unwrap();
        stage::build(&world, &mut Places::new([3]), LayoutHints::default(), None, None, &[])
    }

    #[test]
    fn a_line_around_a_server_cuts_it_off() {
        let stage = one_order();
        let n1 = &stage.servers[0];
        let others: Vec<Point> = stage.servers.iter().skip(1).map(|hex| hex.centre).collect();
        let far = others[0].lerp(others[1], 0.5);
        let middle = n1.centre.lerp(far, 0.4);
        // Across the way from it to both others.
        let (dx, dy) = (far.x - n1.centre.x, far.y - n1.centre.y);
        let end = |by: f64| Point::new(middle.x - dy * by, middle.y + dx * by);
        let cut = sides(&stage, end(-1.5), end(1.5)).unwrap();
        let mut all: Vec<Vec<String>> = cut.clone();
        all.iter_mut().for_each(|side| side.retain(|name| name.contains('/')));
        let own = vec!["us-east/n1".to_owned()];
        assert!(all.contains(&own), "{cut:?}");
        assert!(all.iter().any(|side| side.len() == 2), "{cut:?}");
    }

    #[test]
    fn a_line_through_nothing_cuts_nothing() {
        let stage = one_order();
        assert_eq!(sides(&stage, Point::new(0.0, 0.0), Point::new(1.0, 1.0)), None);
    }
}
