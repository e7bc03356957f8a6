//! Links: who can talk to whom, and how well.

use crate::sorted::Map;
use std::sync::Arc;

use crate::kernel::{Link, LinkSpec, ProcId};
use crate::view::a11y;
use crate::view::entity::Entity;
use crate::view::frame::{AppPill, LinkKind, LinkLine, LinkState, Point, ServerHex, UpState};
use crate::view::palette::Token;
use crate::view::room::Room;
use crate::view::text::size;

use crate::world::World;

use super::{View, bundles};

/// Draws all links: routes, what joins clusters, and what joins apps to servers.
pub(super) fn draw(
    view: View<'_>,
    room: &mut Room,
    servers: &[ServerHex],
    apps: &[AppPill],
) -> Vec<LinkLine> {
    let mut lines = Vec::new();
    let mut joined = Map::new();
    for (n, a) in servers.iter().enumerate() {
        for b in servers.iter().skip(n + 1) {
            let line = between_servers(view, room, a, b, &joined);
            let cluster = |hex: &ServerHex| view.cast.world().cluster_of(hex.process);
            if let (Some(_), Some(a_in), Some(b_in)) = (&line, cluster(a), cluster(b)) {
                let link = view.cast.world().sim().link(a.process, b.process);
                joined.entry((a_in, b_in)).or_insert(link.map(|link| link.spec));
            }
            lines.extend(line);
        }
    }
    for app in apps.iter().filter(|app| !is_folded(view, app.process)) {
        let server = app.connected_to.or_else(|| last_server(view, app));
        let Some(server) = servers.iter().find(|hex| Some(hex.process) == server) else { continue };
        lines.push(access(view, room, app, server));
    }
    lines.extend(bundles::draw(view, room));
    lines
}

/// The server an app without a connection last had a link to.
fn last_server(view: View<'_>, app: &AppPill) -> Option<ProcId> {
    let world = view.cast.world();
    let cluster = world.cluster_of(app.process);
    let links = world.sim().links().filter_map(|((a, b), _)| {
        let other = if a == app.process { b } else { a };
        ((a == app.process || b == app.process) && world.cluster_of(other) == cluster)
            .then_some(other)
    });
    links.last()
}

/// Whether a process belongs to a cluster that is drawn as a summary.
fn is_folded(view: View<'_>, process: ProcId) -> bool {
    let cluster = view.cast.world().cluster_of(process);
    cluster.and_then(|n| view.layout.clusters.get(n)).is_some_and(|cluster| cluster.folded)
}

fn between_servers(
    view: View<'_>,
    room: &mut Room,
    a: &ServerHex,
    b: &ServerHex,
    joined: &Map<(usize, usize), Option<LinkSpec>>,
) -> Option<LinkLine> {
    let world = view.cast.world();
    let (cluster_a, cluster_b) = (world.cluster_of(a.process)?, world.cluster_of(b.process)?);
    if is_folded(view, a.process) || is_folded(view, b.process) {
        return None;
    }
    let link = world.sim().link(a.process, b.process);
    let same = cluster_a == cluster_b;
    let is_line = same || leaf_line(world, a.process, b.process);
    if !is_line && (link.is_none() || !view.selected.is_focus(&Entity::link(a.process, b.process)))
    {
        return None;
    }
    let middle = a.centre.lerp(b.centre, 0.5);
    let control = if same {
        let row = view.layout.clusters.get(cluster_a).is_some_and(|c| c.row);
        let distance = a.centre.distance(b.centre);
        // In a row, a link must not pass under the servers between its ends.
        let neighbours = servers_between(view, cluster_a, a, b) == 0;
        let bend = if row && !neighbours { 22.0 + distance * 0.28 } else { 0.0 };
        Point::new(middle.x, middle.y - bend)
    } else {
        Point::new(middle.x, middle.y - 0.18 * a.centre.distance(b.centre).min(300.0))
    };
    let from = edge(a.centre, control, a.radius);
    let to = edge(b.centre, control, b.radius);
    let line = LinkLine {
        kind: if same { LinkKind::Route } else { LinkKind::Leaf },
        ..line(view, a.process, b.process, [from, control, to], link)
    };
    let up = |hex: &ServerHex| hex.state != UpState::Down;
    let connected = world.server(a.process).is_some_and(|s| {
        s.routes().any(|r| r == b.process) || s.leafs().any(|leaf| leaf.peer == b.process)
    });
    // What the way between two clusters is like is written on the first of its lines, and on another only
    // if that one is different.
    let first = joined.get(&(cluster_a, cluster_b)).copied();
    let usual = match world.cluster_link(a.process, b.process) {
        Some(_) => first.flatten(),
        None => world.topology().clusters.get(cluster_a).map(|cluster| cluster.route),
    };
    let line = LinkLine { connected: connected && up(a) && up(b), ..line };
    Some(finished(view, room, line, (link, usual), None))
}

/// Whether a line stands for the leaf link between two servers: the one they have or, of a leaf that
/// has lost its hub, the one it dials first. Any could talk to any; to draw all that would say nothing.
pub(super) fn leaf_line(world: &World, a: ProcId, b: ProcId) -> bool {
    let is_leaf_of = |leaf: ProcId, hub: ProcId| {
        let Some(server) = world.server(leaf) else { return false };
        let remotes = server.config().leafs.iter();
        let remote = remotes.into_iter().find(|remote| remote.servers.contains(&hub));
        remote.is_some_and(|remote| {
            let up = |peer: ProcId| remote.servers.contains(&peer);
            match server.leafs().find(|leaf| leaf.is_spoke && up(leaf.peer)) {
                Some(leaf) => leaf.peer == hub,
                None => remote.servers.first() == Some(&hub),
            }
        })
    };
    is_leaf_of(a, b) || is_leaf_of(b, a)
}

/// How many servers stand between two others in a row.
fn servers_between(view: View<'_>, cluster: usize, a: &ServerHex, b: &ServerHex) -> usize {
    let Some(layout) = view.layout.clusters.get(cluster) else { return 0 };
    let (left, right) = (a.centre.x.min(b.centre.x), a.centre.x.max(b.centre.x));
    layout.servers.iter().filter(|server| server.x > left && server.x < right).count()
}

fn access(view: View<'_>, room: &mut Room, app: &AppPill, server: &ServerHex) -> LinkLine {
    let link = view.cast.world().sim().link(app.process, server.process);
    let from = Point::new(app.rect.centre().x, app.rect.bottom());
    let control = from.lerp(server.centre, 0.5);
    let to = edge(server.centre, from, server.radius);
    let line = LinkLine {
        kind: LinkKind::Access,
        connected: app.connected_to == Some(server.process) && app.state != UpState::Down,
        ..line(view, app.process, server.process, [from, control, to], link)
    };
    let world = view.cast.world();
    let cluster = world.cluster_of(server.process);
    let usual = cluster.and_then(|n| world.topology().clusters.get(n)).map(|c| c.access);
    finished(view, room, line, (link, usual), None)
}

pub(super) fn line(
    view: View<'_>,
    a: ProcId,
    b: ProcId,
    [from, control, to]: [Point; 3],
    link: Option<&Link>,
) -> LinkLine {
    let world = view.cast.world();
    let entity = Entity::link(a, b);
    LinkLine {
        selected: view.selected.is_focus(&entity),
        highlighted: view.pointed.link(a, b) || view.pointed.is_focus(&entity),
        entity,
        kind: LinkKind::Route,
        ends: [a, b],
        bundled: Vec::new(),
        names: [Arc::from(world.name(a)), Arc::from(world.name(b))],
        from,
        control,
        to,
        state: link.map_or(LinkState::Ok, |link| state(link, a < b)),
        connected: false,
        pill: None,
        a11y: String::new(),
    }
}

/// How a link is. `upward`: whether the line leads from the lower to the higher process.
pub(super) fn state(link: &Link, upward: bool) -> LinkState {
    let [up, down] = link.blocked;
    let (forward, back) = if upward { (up, down) } else { (down, up) };
    match (link.cut, forward, back) {
        (true, ..) => LinkState::Cut,
        (_, true, true) => LinkState::BlockedBoth,
        (_, true, false) => LinkState::BlockedForward,
        (_, false, true) => LinkState::BlockedBack,
        _ if link.spec.loss.numerator > 0 => LinkState::Lossy,
        _ => LinkState::Ok,
    }
}

/// Adds what is written on a link: what is unusual about it, and everything about the link that is
/// looked at; or `instead`.
pub(super) fn finished(
    view: View<'_>,
    room: &mut Room,
    mut line: LinkLine,
    (link, usual): (Option<&Link>, Option<LinkSpec>),
    instead: Option<&str>,
) -> LinkLine {
    let spec = link.map(|link| link.spec).or(usual);
    let unusual = spec.is_some() && spec != usual;
    let text = instead.map(str::to_owned).or_else(|| match line.state {
        LinkState::Cut => Some("cut".to_owned()),
        LinkState::BlockedBoth => Some("blocked".to_owned()),
        LinkState::BlockedForward | LinkState::BlockedBack => Some("one way".to_owned()),
        LinkState::Lossy | LinkState::Ok => spec
            .filter(|_| unusual || line.selected || line.highlighted)
            .map(|spec| properties(&spec)),
    });
    let fault = !matches!(line.state, LinkState::Ok);
    let tone = if fault { Token::Fault } else { Token::Text };
    // Not quite in the middle, so that the pills of crossing links do not meet. What shows that a link is
    // broken is in its middle: then the words stand beside it.
    line.pill = text.and_then(|text| {
        // Between folded clusters there is always something on its way: the words do not stand in it.
        let beside = match (fault, line.bundled.is_empty()) {
            (true, _) => [15.0, -15.0],
            (false, true) => [0.0, 0.0],
            (false, false) => [20.0, -20.0],
        };
        let places = [0.5, 0.42, 0.58, 0.34, 0.66].into_iter();
        places
            .flat_map(|t| beside.map(|by| line.beside(t, by)))
            .find_map(|at| room.plate_at(at, &text, tone))
    });
    line.a11y = a11y::link(view.cast, &line, spec);
    line
}

/// The properties of a link in a few words: "84 ms", "84 ms ± 5 ms · 20 % lost".
pub(in crate::view) fn properties(spec: &LinkSpec) -> String {
    let mut text = spec.latency.to_string();
    if spec.jitter.0 > 0 {
        text.push_str(&format!(" + {}", spec.jitter));
    }
    if spec.loss.numerator > 0 {
        text.push_str(&format!(" · {} lost", percent(spec)));
    }
    if spec.bandwidth > 0 {
        text.push_str(&format!(" · {}/s", size(spec.bandwidth)));
    }
    text
}

/// How much a link loses: "20 %", "0.5 %".
pub(in crate::view) fn percent(spec: &LinkSpec) -> String {
    let part = f64::from(spec.loss.numerator) / f64::from(spec.loss.denominator.max(1)) * 100.0;
    if part >= 1.0 || part == 0.0 { format!("{part:.0} %") } else { format!("{part:.1} %") }
}

/// Where a line from a server's middle towards a point leaves its hexagon.
fn edge(centre: Point, towards: Point, radius: f64) -> Point {
    let distance = centre.distance(towards).max(0.001);
    centre.lerp(towards, ((radius + 1.0) / distance).min(1.0))
}
