//! What moves: frames in flight, and arrivals that just happened.

use crate::view::frame::{Motion, Packet, Point, Pulse, Rect, Ring, Running};
use crate::view::{Entity, Shape as Form};

use super::super::drawing::{Shape, classes};
use super::super::entity_id::id_of;
use super::{lasting, shape_path};

/// The moving layer.
pub(crate) fn motion(motion: &Motion) -> Vec<Shape> {
    let rings = motion.rings.iter().map(ring);
    let pulses = motion.pulses.iter().map(pulse);
    let expiries = motion.expiries.iter().map(expiry);
    expiries.chain(rings).chain(pulses).chain(motion.packets.iter().map(packet)).collect()
}

/// An outline that runs out with the ack wait, and a dot for each delivery before this one.
fn ring(ring: &Ring) -> Shape {
    let rect = ring.rect.grow(1.5);
    let whole = Shape::rect("ring__whole", rect, 4.5);
    let left = Shape::rect("ring__left", rect, 4.5)
        .with("pathLength", "100")
        .with("stroke-dasharray", format!("{:.1} 100", ring.left * 100.0));
    let times = ring.deliveries.saturating_sub(1).min(4);
    let dots = (0..times).map(|n| {
        let at = Point::new(ring.rect.right() - 3.0 - 5.0 * n as f64, ring.rect.y + 2.5);
        Shape::circle(at, 2.2).with("class", "ring__again")
    });
    Shape::group(if ring.queued { "ring queued" } else { "ring" })
        .keyed(format!("ring {}", id_of(&ring.message)))
        .holds(whole)
        .holds(left)
        .holds_all(dots)
}

/// A bar that runs out, and the time that is left.
fn expiry(running: &Running) -> Shape {
    let left = Rect { w: running.bar.w * running.left, ..running.bar };
    Shape::group("expiry")
        .keyed(format!("expiry {}", id_of(&running.message)))
        .holds(Shape::rect("expiry__whole", running.bar, 1.5))
        .holds(Shape::rect("expiry__left", left, 1.5))
        .holds(Shape::label(&running.label))
}

fn pulse(pulse: &Pulse) -> Shape {
    let shape = match pulse.pill {
        Some(pill) => {
            Shape::rect("pulse", pill.grow(1.0 + 8.0 * pulse.age), 11.0 + 7.0 * pulse.age)
        }
        None => {
            let ring = Shape::circle(pulse.at, pulse.radius + 14.0 * pulse.age);
            ring.with("class", "pulse")
        }
    };
    shape.with("stroke", pulse.tone.var()).share("opacity", (1.0 - pulse.age) * 0.8)
}

fn packet(packet: &Packet) -> Shape {
    let tone = packet.class.token().var();
    let (x, y) = (packet.at.x, packet.at.y);
    let size = if packet.highlighted { 7.5 } else { 6.0 };
    let (d, filled) = shape_path(packet.shape, size);
    let fill = if filled { tone.clone() } else { "none".to_owned() };
    let tail = tail(packet, size * 0.72)
        .map(|d| Shape::path("packet__tail", d).with("fill", tone.clone()));
    let tag = packet.tag.as_ref().map(|tag| {
        let plate = Shape::rect("tag", tag.rect, 5.0).with("stroke", tone.clone());
        Shape::group("packet__tag").holds(plate).holds(Shape::label(&tag.label))
    });
    // Only what points somewhere turns with its way.
    let ahead = match packet.shape {
        Form::Triangle | Form::HollowTriangle => packet.heading,
        _ => Point::new(1.0, 0.0),
    };
    let turn = format!(
        "matrix({:.2} {:.2} {:.2} {:.2} {x:.1} {y:.1})",
        ahead.x, ahead.y, -ahead.y, ahead.x
    );
    let glow = Shape::circle(packet.at, size * 1.9).with("opacity", "0.17");
    let marks = [("held", packet.held), ("hot", packet.highlighted)];
    lasting(&Entity::Event(packet.sent), classes("packet", &marks))
        .holds_all(tail)
        .holds(glow.with("fill", tone.clone()))
        .holds(
            Shape::path("packet__shape", d)
                .with("transform", turn)
                .with("fill", fill)
                .with("stroke", tone),
        )
        .holds_all(tag)
}

/// The outline of a packet's tail: as wide as the packet at its front, a point at its end.
fn tail(packet: &Packet, width: f64) -> Option<String> {
    let length = packet.trail.len() as f64;
    let way: Vec<Point> = std::iter::once(packet.at).chain(packet.trail.iter().copied()).collect();
    let (mut one, mut other) = (Vec::new(), Vec::new());
    for (n, pair) in way.windows(2).enumerate() {
        let &[a, b] = pair else { continue };
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let long = Point::new(dx, dy).length().max(0.01);
        let half = width * (1.0 - n as f64 / length);
        one.push(Point::new(a.x - dy / long * half, a.y + dx / long * half));
        other.push(Point::new(a.x + dy / long * half, a.y - dx / long * half));
    }
    let end = packet.trail.last()?;
    let points = one.iter().chain(std::iter::once(end)).chain(other.iter().rev());
    let mut d = String::new();
    for (n, point) in points.enumerate() {
        d.push_str(if n == 0 { "M" } else { "L" });
        d.push_str(&format!("{:.1} {:.1}", point.x, point.y));
    }
    d.push('z');
    Some(d)
}
