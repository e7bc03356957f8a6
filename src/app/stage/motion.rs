//! What moves: frames in flight, and arrivals that just happened.

use leptos::prelude::*;

use super::super::entity_id::id_of;
use super::{label, shape_path};
use crate::view::Entity;
use crate::view::frame::{Motion, Packet, Pulse};

/// The moving layer.
pub(crate) fn motion(motion: &Motion) -> impl IntoView + use<> {
    let pulses = motion.pulses.iter().map(pulse).collect_view();
    let packets = motion.packets.iter().map(packet).collect_view();
    view! {
        <g>{pulses}</g>
        <g>{packets}</g>
    }
}

fn pulse(pulse: &Pulse) -> impl IntoView + use<> {
    let radius = pulse.radius + 14.0 * pulse.age;
    view! {
        <circle
            class="pulse"
            cx=pulse.at.x
            cy=pulse.at.y
            r=radius
            stroke=pulse.tone.var()
            opacity=(1.0 - pulse.age) * 0.8
        ></circle>
    }
}

fn packet(packet: &Packet) -> impl IntoView + use<> {
    let tone = packet.class.token().var();
    let (x, y) = (packet.at.x, packet.at.y);
    let size = if packet.highlighted { 7.5 } else { 6.0 };
    let (d, filled) = shape_path(packet.shape, size);
    let fill = if filled { tone.clone() } else { "none".to_owned() };
    let trail = packet
        .trail
        .iter()
        .enumerate()
        .map(|(n, at)| {
            let rest = 1.0 - n as f64 / packet.trail.len().max(1) as f64;
            view! { <circle cx=at.x cy=at.y r=size * 0.8 * rest opacity=0.4 * rest fill=tone.clone()></circle> }
        })
        .collect_view();
    let tag = packet.tag.as_ref().map(|tag| {
        let rect = tag.rect;
        view! {
            <g>
                <rect class="tag" x=rect.x y=rect.y width=rect.w height=rect.h rx="5" stroke=tone.clone()></rect>
                {label(&tag.label)}
            </g>
        }
    });
    let turn = format!("translate({x:.1} {y:.1}) rotate({:.0})", packet.angle.to_degrees());
    view! {
        <g class="packet" class:held=packet.held class:hot=packet.highlighted data-entity=id_of(&Entity::Event(packet.sent))>
            {trail}
            <circle cx=x cy=y r=size * 1.9 fill=tone.clone() opacity="0.17"></circle>
            <path d=d transform=turn fill=fill stroke=tone></path>
            {tag}
        </g>
    }
}
