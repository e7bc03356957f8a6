//! What joins a folded cluster with another: all leaf links between the two as one line, from panel to
//! panel or, where the other is drawn whole, from panel to server.

use crate::kernel::{LinkSpec, ProcId};
use crate::view::entity::Entity;
use crate::view::frame::{LinkKind, LinkLine, LinkState, Point, Rect};
use crate::view::room::Room;
use crate::view::text::count;

use super::View;
use super::links::{finished, leaf_line, line, properties, state};

/// An end of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// A server of a cluster that is drawn whole: its cluster and place there.
    Server(usize, ProcId),
    /// A folded cluster.
    Cluster(usize),
}

/// The lines of all folded clusters.
pub(super) fn draw(view: View<'_>, room: &mut Room) -> Vec<LinkLine> {
    let mut bundles: Vec<([End; 2], Vec<[ProcId; 2]>)> = Vec::new();
    let world = view.cast.world();
    if !view.layout.clusters.iter().any(|cluster| cluster.folded) {
        return Vec::new();
    }
    let servers: Vec<ProcId> = world.servers().map(|(server, ..)| server).collect();
    for (n, a) in servers.iter().enumerate() {
        for b in servers.iter().skip(n + 1) {
            let (Some(one), Some(other)) = (end(view, *a), end(view, *b)) else { continue };
            let whole = matches!((one, other), (End::Server(..), End::Server(..)));
            if whole || world.cluster_of(*a) == world.cluster_of(*b) || !leaf_line(world, *a, *b) {
                continue;
            }
            match bundles.iter_mut().find(|(ends, _)| *ends == [one, other]) {
                Some((_, pairs)) => pairs.push([*a, *b]),
                None => bundles.push(([one, other], vec![[*a, *b]])),
            }
        }
    }
    let mut drawn: Vec<LinkLine> = Vec::new();
    let mut told: Vec<[Option<usize>; 2]> = Vec::new();
    for (ends, pairs) in bundles {
        // What the way is like is written on the first of several lines between two clusters.
        let joined = ends.map(|end| match end {
            End::Server(cluster, _) | End::Cluster(cluster) => Some(cluster),
        });
        let first = !told.contains(&joined);
        told.push(joined);
        drawn.extend(bundle(view, room, ends, &pairs, first));
    }
    drawn
}

fn end(view: View<'_>, server: ProcId) -> Option<End> {
    let cluster = view.cast.world().cluster_of(server)?;
    let folded = view.layout.clusters.get(cluster)?.folded;
    Some(if folded { End::Cluster(cluster) } else { End::Server(cluster, server) })
}

/// The box of an end.
fn place(view: View<'_>, end: End) -> Option<Rect> {
    match end {
        End::Cluster(cluster) => view.layout.clusters.get(cluster).map(|cluster| cluster.panel),
        End::Server(cluster, server) => {
            let world = view.cast.world();
            let names = &world.topology().clusters.get(cluster)?.servers;
            let n = names.iter().position(|name| *name == world.short_name(server))?;
            let layout = view.layout.clusters.get(cluster)?;
            let at = layout.servers.get(n)?;
            Some(Rect::new(at.x, at.y, 0.0, 0.0).grow(layout.radius))
        }
    }
}

fn bundle(
    view: View<'_>,
    room: &mut Room,
    ends: [End; 2],
    pairs: &[[ProcId; 2]],
    first_line: bool,
) -> Option<LinkLine> {
    let world = view.cast.world();
    let (from, to) = (place(view, ends[0])?, place(view, ends[1])?);
    let middle = from.centre().lerp(to.centre(), 0.5);
    let bend = 0.06 * from.centre().distance(to.centre()).min(300.0);
    let control = Point::new(middle.x, middle.y - bend);
    let way = [rim(from, control), control, rim(to, control)];
    let (first, others) = pairs.split_first()?;
    let [a, b] = *first;
    // What is unlike on some of the links is told of those.
    let states = pairs
        .iter()
        .map(|[a, b]| world.sim().link(*a, *b).map_or(LinkState::Ok, |link| state(link, a < b)));
    let broken: Vec<LinkState> = states.filter(|state| *state != LinkState::Ok).collect();
    let told = match broken.as_slice() {
        [] => LinkState::Ok,
        [first, rest @ ..] if broken.len() == pairs.len() => {
            if rest.iter().all(|state| state == first) { *first } else { LinkState::Cut }
        }
        _ => LinkState::Lossy,
    };
    let connected = pairs.iter().filter(|[a, b]| {
        world.server(*a).is_some_and(|server| server.leafs().any(|leaf| leaf.peer == *b))
    });
    let connected = connected.count();
    let link = world.sim().link(a, b);
    let mut drawn = LinkLine {
        kind: LinkKind::Leaf,
        bundled: others.to_vec(),
        state: told,
        connected: connected > 0,
        ..line(view, a, b, way, link)
    };
    for [a, b] in others {
        let entity = Entity::link(*a, *b);
        drawn.selected |= view.selected.is_focus(&entity);
        drawn.highlighted |= view.pointed.link(*a, *b) || view.pointed.is_focus(&entity);
    }
    let partly = (told == LinkState::Lossy && broken.len() < pairs.len())
        .then(|| format!("{} of {} broken", broken.len(), pairs.len()));
    let spec = link.map(|link| link.spec).or_else(|| Some(world.cluster_link(a, b)?.link));
    let usual = if first_line { None } else { spec };
    let mut drawn = finished(view, room, drawn, (link, usual), partly.as_deref());
    let [one, other] = ends.map(|end| name(view, end));
    let how = partly.unwrap_or_else(|| words(told, spec));
    let links = count(pairs.len() as u64, "leaf link");
    drawn.a11y = format!("{links} between {one} and {other}, {connected} connected: {how}");
    Some(drawn)
}

fn words(state: LinkState, spec: Option<LinkSpec>) -> String {
    match state {
        LinkState::Ok | LinkState::Lossy => spec.map_or_else(String::new, |s| properties(&s)),
        LinkState::Cut => "cut".to_owned(),
        LinkState::BlockedForward | LinkState::BlockedBack => "one way only".to_owned(),
        LinkState::BlockedBoth => "nothing gets through".to_owned(),
    }
}

fn name(view: View<'_>, end: End) -> String {
    match end {
        End::Cluster(cluster) => view.cast.cluster(cluster).to_owned(),
        End::Server(_, server) => view.cast.name(server),
    }
}

/// Where a line from the middle of a box towards a point leaves it.
fn rim(rect: Rect, towards: Point) -> Point {
    let centre = rect.centre();
    let (dx, dy) = (towards.x - centre.x, towards.y - centre.y);
    let part = |half: f64, way: f64| if way.abs() < 0.001 { 1.0 } else { half / way.abs() };
    let t = part(rect.w / 2.0 + 1.0, dx).min(part(rect.h / 2.0 + 1.0, dy)).min(1.0);
    centre.lerp(towards, t)
}
