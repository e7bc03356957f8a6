//! Servers: hexagons with their state, their crown and their replicas' progress.

use crate::kernel::ProcId;
use crate::view::a11y;
use crate::view::content;
use crate::view::entity::Entity;
use crate::view::faults::mark;
use crate::view::frame::{
    Anchor, Label, Pill, Point, Rect, ReplicaBar, ServerHex, TextStyle, UpState,
};
use crate::view::layout::ClusterLayout;
use crate::view::palette::Token;
use crate::view::room::{Room, fit, plate};
use crate::world::{Replica, StreamView, World};

use super::{View, summary, tapes, up_state};

/// What is wrong with a server is on a plate that is no wider.
const WIDE: f64 = 210.0;
/// At most so many bars fit under a server.
const BARS: usize = 4;

/// Draws all servers, cluster by cluster.
pub(super) fn draw(view: View<'_>, room: &mut Room, selection: Option<&Entity>) -> Vec<ServerHex> {
    let (world, streams) = (view.cast.world(), view.streams);
    let mut drawn = Vec::new();
    for (n, (cluster, layout)) in
        world.topology().clusters.iter().zip(&view.layout.clusters).enumerate()
    {
        let crowned = crowned(world, streams, n, selection);
        for (name, centre) in cluster.servers.iter().zip(&layout.servers) {
            let full_name = format!("{}/{name}", cluster.name);
            let Some(process) = world.process(&full_name) else { continue };
            let radius = layout.radius;
            let state = up_state(world.sim().state(process));
            let name = Label {
                text: fit(name, TextStyle::Mono, radius * 1.75),
                at: Point::new(centre.x, centre.y + 4.0),
                anchor: Anchor::Middle,
                style: TextStyle::Mono,
                tone: if state == UpState::Up { Token::Text } else { Token::Faint },
            };
            let meta_leader = world
                .server(process)
                .and_then(|server| server.meta())
                .is_some_and(|meta| meta.is_leader() && state != UpState::Down);
            room.take(Rect::new(
                centre.x - radius,
                centre.y - radius - 14.0,
                2.0 * radius,
                2.0 * radius + 38.0,
            ));
            let entity = Entity::Server(process);
            let leads = if layout.folded { summary::leads(streams, process) } else { 0 };
            let crowned = match layout.folded {
                true => leads > 0,
                false => crowned == Some(process),
            };
            let mut hex = ServerHex {
                selected: view.selected.is_focus(&entity),
                highlighted: view.pointed.process(process),
                entity,
                process,
                full_name: full_name.into(),
                centre: *centre,
                radius,
                name,
                state,
                crowned: crowned && state == UpState::Up,
                leads: (leads > 0).then(|| spread(leads, *centre, radius)),
                meta_leader,
                mark: wrong(view, (process, state), (*centre, radius), beside(layout, *centre)),
                bars: match layout.folded {
                    true => Vec::new(),
                    false => bars(streams, process, *centre, radius),
                },
                a11y: String::new(),
            };
            hex.a11y = a11y::server(view.cast, streams, view.troubles, &hex);
            drawn.push(hex);
        }
    }
    drawn
}

/// What is wrong with a server, on its lower edge. Where servers are small, the plate only says that
/// something is; one that does not run shows that itself.
fn wrong(
    view: View<'_>,
    (process, state): (ProcId, UpState),
    (centre, radius): (Point, f64),
    width: f64,
) -> Option<Pill> {
    let text = mark(view.troubles, process, width)?;
    let small = radius < 20.0;
    if small && state != UpState::Up {
        return None;
    }
    let text = if small { "!" } else { &text };
    Some(plate(Point::new(centre.x, centre.y + radius * 0.8), text, Token::Fault))
}

/// How wide a plate of a server may be, so that it does not reach that of the next.
fn beside(layout: &ClusterLayout, centre: Point) -> f64 {
    let level = layout.servers.iter().filter(|other| (other.y - centre.y).abs() < 24.0);
    let away = level.map(|other| (other.x - centre.x).abs()).filter(|away| *away > 1.0);
    away.fold(WIDE, f64::min) - 6.0
}

/// How many streams a server leads, beside its crown.
fn spread(leads: usize, centre: Point, radius: f64) -> Label {
    Label {
        text: leads.to_string(),
        at: Point::new(centre.x + 9.0, centre.y - radius - 4.0),
        anchor: Anchor::Start,
        style: TextStyle::SmallMono,
        tone: Token::Muted,
    }
}

/// The server with the crown: the leader of the selected stream of this cluster, or else of its
/// first stream that has one.
fn crowned(
    world: &World,
    streams: &[StreamView<'_>],
    cluster: usize,
    selection: Option<&Entity>,
) -> Option<ProcId> {
    let wanted = match selection {
        Some(
            Entity::Stream { cluster: c, name } | Entity::Message { cluster: c, stream: name, .. },
        ) if *c == cluster => Some(name),
        // The one that delivers is what counts then.
        Some(Entity::Consumer { cluster: c, stream, name }) if *c == cluster => {
            return world.consumer(cluster, stream, name)?.leader();
        }
        _ => None,
    };
    let mut own = streams.iter().filter(|stream| stream.cluster == cluster);
    match wanted {
        Some(name) => own.find(|stream| stream.name == name)?.leader(),
        None => own.find_map(StreamView::leader),
    }
}

fn bars(streams: &[StreamView<'_>], server: ProcId, centre: Point, radius: f64) -> Vec<ReplicaBar> {
    let hosted = streams.iter().filter_map(|stream| {
        let replica = stream.replicas.iter().find(|replica| replica.server == server)?;
        Some((stream, replica))
    });
    hosted
        .take(BARS)
        .enumerate()
        .map(|(n, (stream, replica))| {
            let last = |replica: &Replica<'_>| content::last_seq(replica.stream);
            let most = stream.replicas.iter().map(last).max().unwrap_or(0);
            let leader = stream.best().map_or(most, last);
            let own = last(replica);
            let w = radius * 1.5;
            ReplicaBar {
                stream: Entity::Stream { cluster: stream.cluster, name: stream.name.clone() },
                rect: Rect::new(
                    centre.x - w / 2.0,
                    centre.y + radius + 5.0 + n as f64 * 5.0,
                    w,
                    3.0,
                ),
                fraction: if leader == 0 { 1.0 } else { (own as f64 / leader as f64).min(1.0) },
                tone: stream.config().map_or(Token::Publish, |config| tapes::tone(config)),
                a11y: format!("{}: {own} of {leader} applied", stream.name),
            }
        })
        .collect()
}
