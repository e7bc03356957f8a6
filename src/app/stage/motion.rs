//! What moves: frames in flight, and arrivals that just happened.

use crate::view::Entity;
use crate::view::frame::{Motion, Packet, Pulse};

use super::super::drawing::{Shape, classes};
use super::{lasting, shape_path};

/// The moving layer.
pub(crate) fn motion(motion: &Motion) -> Vec<Shape> {
    motion.pulses.iter().map(pulse).chain(motion.packets.iter().map(packet)).collect()
}

fn pulse(pulse: &Pulse) -> Shape {
    Shape::circle(pulse.at, pulse.radius + 14.0 * pulse.age)
        .with("class", "pulse")
        .with("stroke", pulse.tone.var())
        .share("opacity", (1.0 - pulse.age) * 0.8)
}

fn packet(packet: &Packet) -> Shape {
    let tone = packet.class.token().var();
    let (x, y) = (packet.at.x, packet.at.y);
    let size = if packet.highlighted { 7.5 } else { 6.0 };
    let (d, filled) = shape_path(packet.shape, size);
    let fill = if filled { tone.clone() } else { "none".to_owned() };
    let length = packet.trail.len().max(1) as f64;
    let trail = packet.trail.iter().enumerate().map(|(n, at)| {
        let rest = 1.0 - n as f64 / length;
        let dot = Shape::circle(*at, size * 0.8 * rest).share("opacity", 0.4 * rest);
        dot.with("fill", tone.clone())
    });
    let tag = packet.tag.as_ref().map(|tag| {
        let plate = Shape::rect("tag", tag.rect, 5.0).with("stroke", tone.clone());
        Shape::group("packet__tag").holds(plate).holds(Shape::label(&tag.label))
    });
    let turn = format!("translate({x:.1} {y:.1}) rotate({:.0})", packet.angle.to_degrees());
    let glow = Shape::circle(packet.at, size * 1.9).with("opacity", "0.17");
    let marks = [("held", packet.held), ("hot", packet.highlighted)];
    lasting(&Entity::Event(packet.sent), classes("packet", &marks))
        .holds_all(trail)
        .holds(glow.with("fill", tone.clone()))
        .holds(
            Shape::path("packet__shape", d)
                .with("transform", turn)
                .with("fill", fill)
                .with("stroke", tone.clone()),
        )
        .holds_all(tag)
}
