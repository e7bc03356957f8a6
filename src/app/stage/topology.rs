//! The parts of the topology: clusters, links, servers, streams, applications.
//!
//! What can be reached by keyboard is one shape of each part, without text in it: its name says what
//! the part is, and the words drawn beside it are for the eye.

use crate::view::Entity;
use crate::view::flow::FlowState;
use crate::view::frame::{
    AppPill, Card, Cell, CellKind, ClusterPanel, ConsumerMark, FlowLine, Health, Line, LinkKind,
    LinkLine, LinkState, Pill, Point, Rect, ServerHex, Stage, Tape, UpState, ViewSwitch, WorkRing,
};
use crate::view::palette::Token;

use super::super::drawing::{Shape, classes};
use super::super::entity_id::id_of;
use super::super::icon::Icon;
use super::lasting;

/// Everything of the topology, lowest first. Tab stops at the part whose id is `here`; files are dragged
/// over the one whose id is `over`.
pub(crate) fn topology(stage: &Stage, here: &str, over: &str) -> Vec<Shape> {
    let stop = |shape: Shape, entity: &Entity, name: &str| {
        let id = id_of(entity);
        let reached = if id == here { "0" } else { "-1" };
        shape
            .with("role", "button")
            .with("tabindex", reached)
            .with("data-stop", "")
            .with("aria-label", name.to_owned())
            .with("data-entity", id)
    };
    // Lines pass under the summaries that stand in their way.
    let folded = |cluster: &&ClusterPanel| cluster.fold.as_ref().is_some_and(|fold| fold.folded);
    let named = |part| cluster(part, |s| stop(s, &part.entity, &part.a11y));
    let clusters = stage.clusters.iter().filter(|part| !folded(part)).map(named);
    // In their order, whatever is folded: so the focus stays at the button.
    let folds = stage.clusters.iter().filter_map(fold);
    let summaries = stage.clusters.iter().filter(folded).map(named);
    let links = stage.links.iter().map(|part| link(part, |s| stop(s, &part.entity, &part.a11y)));
    let flows = stage.flows.iter().map(|part| flow(part, |s| stop(s, &part.entity, &part.a11y)));
    let servers =
        stage.servers.iter().map(|part| server(part, |s| stop(s, &part.entity, &part.a11y)));
    let tapes =
        stage.tapes.iter().map(|part| tape(part, over, |s| stop(s, &part.entity, &part.a11y)));
    let consumers = stage.tapes.iter().flat_map(|tape| &tape.consumers);
    let consumers = consumers.map(|part| consumer(part, |s| stop(s, &part.entity, &part.a11y)));
    let apps = stage.apps.iter().map(|part| app(part, |s| stop(s, &part.entity, &part.a11y)));
    let vacant = stage.vacant.iter().map(|place| vacant(*place));
    clusters
        .chain(vacant)
        .chain(links)
        .chain(summaries)
        .chain(folds)
        .chain(flows)
        .chain(servers)
        .chain(tapes)
        .chain(consumers)
        .chain(apps)
        .collect()
}

/// A cluster is reached at its name; what is free around its parts selects nothing.
fn cluster(cluster: &ClusterPanel, stop: impl Fn(Shape) -> Shape) -> Shape {
    let folded = cluster.fold.as_ref().is_some_and(|fold| fold.folded);
    let marks = [("selected", cluster.selected), ("folded", folded)];
    lasting(&cluster.entity, classes("cluster", &marks))
        .holds(Shape::rect("cluster__panel", cluster.rect, 16.0))
        .holds(stop(Shape::rect("cluster__name", cluster.name.rect().grow(4.0), 7.0)))
        .holds(Shape::label(&cluster.name))
        .holds_all(cluster.note.as_ref().map(Shape::label))
        .holds_all(cluster.words.iter().map(Shape::label))
        .holds_all(cluster.health.map(|health| self::health(health, cluster.rect)))
}

/// How a cluster is: a disc, a triangle, or a cross.
fn health(health: Health, panel: Rect) -> Shape {
    let (x, y) = (panel.x + 20.0, panel.y + 19.5);
    let (class, d) = match health {
        Health::Well => {
            ("health well", format!("M{:.1} {y:.1}a4 4 0 1 0 8 0a4 4 0 1 0-8 0z", x - 4.0))
        }
        Health::Ailing => ("health ailing", format!("M{x:.1} {:.1}l5.5 9.5h-11z", y - 5.5)),
        Health::Dark => {
            let (left, top) = (x - 4.0, y - 4.0);
            ("health dark", format!("M{left:.1} {top:.1}l8 8m0-8l-8 8"))
        }
    };
    Shape::path(class, d)
}

/// The button that folds and unfolds a cluster.
fn fold(cluster: &ClusterPanel) -> Option<Shape> {
    let fold = cluster.fold.as_ref()?;
    let Entity::Cluster(n) = cluster.entity else { return None };
    let Point { x, y } = fold.rect.centre();
    // Arrows apart, or towards each other.
    let d = match fold.folded {
        true => {
            format!("M{:.1} {:.1}h5v5m0-5l-4 4M{:.1} {:.1}v5h5m-5 0l4-4", x, y - 5.0, x - 5.0, y)
        }
        false => {
            format!(
                "M{:.1} {:.1}v4h4m-4 0l4-4M{:.1} {:.1}h4v4m0-4l-4 4",
                x + 1.0,
                y - 5.0,
                x - 5.0,
                y + 1.0
            )
        }
    };
    let button = Shape::rect("fold__plate", fold.rect, 7.0)
        .with("role", "button")
        .with("tabindex", "0")
        .with("aria-expanded", (!fold.folded).to_string())
        .with("aria-label", fold.a11y.clone())
        .holds(Shape::new("title").says(fold.a11y.clone()));
    let group = Shape::group("fold").keyed(format!("fold {n}")).with("data-fold", n.to_string());
    Some(group.holds(button).holds(Shape::path("fold__icon", d)))
}

fn link(link: &LinkLine, stop: impl Fn(Shape) -> Shape) -> Shape {
    let kind = match link.kind {
        LinkKind::Route => "link route",
        LinkKind::Access => "link access",
        LinkKind::Leaf => "link leaf",
    };
    let state = [
        ("lossy", link.state == LinkState::Lossy),
        ("cut", link.state == LinkState::Cut),
        ("blocked", is_blocked(link.state)),
        ("loose", !link.connected),
        ("selected", link.selected),
        ("hot", link.highlighted),
    ];
    let path = link.path();
    let (gap, ticks) = wound(link);
    let pill = link.pill.as_ref().map(|words| pill("link__pill", words));
    lasting(&link.entity, classes(kind, &state))
        .holds(stop(Shape::path("link__hit", path.clone())))
        .holds(Shape::path("link__line", path))
        .holds(Shape::path("link__gap", gap))
        .holds(Shape::path("link__ticks", ticks))
        .holds_all(pill)
}

/// What flows from a stream to another.
fn flow(flow: &FlowLine, stop: impl Fn(Shape) -> Shape) -> Shape {
    let state = match flow.state {
        FlowState::InStep => "flow",
        FlowState::CatchingUp | FlowState::Starting => "flow behind",
        FlowState::Stalled => "flow stalled",
        FlowState::Unreachable | FlowState::Leaderless => "flow broken",
    };
    let path = flow.path();
    let plate = flow.plate.as_ref().map(|plate| pill("flow__plate", plate));
    lasting(&flow.entity, classes(state, &[("selected", flow.selected), ("hot", flow.highlighted)]))
        .holds(stop(Shape::path("flow__hit", path.clone())))
        .holds(Shape::path("flow__line", path))
        .holds(Shape::path("flow__tip", flow.tip()))
        .holds_all(plate)
}

/// Words on a plate.
fn pill(class: &'static str, pill: &Pill) -> Shape {
    let plate = Shape::rect("pill", pill.rect, pill.rect.h / 2.0);
    Shape::group(class).holds(plate).holds(Shape::label(&pill.label))
}

const fn is_blocked(state: LinkState) -> bool {
    matches!(state, LinkState::BlockedForward | LinkState::BlockedBack | LinkState::BlockedBoth)
}

/// What shows that a link is cut (a gap with two ticks) or a black hole (a bar; two for both ways).
fn wound(link: &LinkLine) -> (String, String) {
    let at = |t: f64, reach: f64| {
        let (p, way) = (link.point(t), link.direction(t));
        let (dx, dy) = (-way.y * reach, way.x * reach);
        format!("M{:.1} {:.1}L{:.1} {:.1}", p.x - dx, p.y - dy, p.x + dx, p.y + dy)
    };
    match link.state {
        LinkState::Cut => {
            let (a, b) = (link.point(0.42), link.point(0.58));
            let gap = format!("M{:.1} {:.1}L{:.1} {:.1}", a.x, a.y, b.x, b.y);
            (gap, format!("{}{}", at(0.42, 6.0), at(0.58, 6.0)))
        }
        LinkState::BlockedForward => (String::new(), at(0.6, 7.0)),
        LinkState::BlockedBack => (String::new(), at(0.4, 7.0)),
        LinkState::BlockedBoth => (String::new(), format!("{}{}", at(0.4, 7.0), at(0.6, 7.0))),
        LinkState::Ok | LinkState::Lossy => (String::new(), String::new()),
    }
}

fn hexagon(centre: Point, radius: f64) -> String {
    // The corners, from the right above downwards: half the radius, and half the root of three.
    const LOW: f64 = 0.5;
    const WIDE: f64 = 0.866_025_403_784;
    [(WIDE, LOW), (0.0, 1.0), (-WIDE, LOW), (-WIDE, -LOW), (0.0, -1.0), (WIDE, -LOW)]
        .map(|(x, y)| format!("{:.1},{:.1}", centre.x + radius * x, centre.y + radius * y))
        .join(" ")
}

fn server(server: &ServerHex, stop: impl Fn(Shape) -> Shape) -> Shape {
    let Point { x, y } = server.centre;
    let r = server.radius;
    let points = hexagon(server.centre, r);
    let state = match server.state {
        UpState::Up => "server up",
        UpState::Paused => "server paused",
        UpState::Down => "server down",
    };
    let lives = server.state != UpState::Down;
    let crown = if server.crowned && lives {
        format!("M{:.1} {:.1}l2.5-8 5 4.5 5-4.5 2.5 8z", x - 7.5, y - r - 5.0)
    } else {
        String::new()
    };
    // A server of a summary has no room for it.
    let star = if server.meta_leader && lives && r > 14.0 {
        let (sx, sy) = (x + r * 0.86 + 3.0, y - r * 0.5 - 4.0);
        let top = sy - 4.0;
        format!(
            "M{sx:.1} {top:.1}l1.4 2.9 3.2.4-2.3 2.2.6 3.2-2.9-1.5-2.9 1.5.6-3.2-2.3-2.2 3.2-.4z"
        )
    } else {
        String::new()
    };
    let cross = if lives {
        String::new()
    } else {
        let d = r * 0.62;
        let (left, right, top, low) = (x - d, x + d, y - d, y + d);
        format!("M{left:.1} {top:.1}L{right:.1} {low:.1}M{right:.1} {top:.1}L{left:.1} {low:.1}")
    };
    let bars = server.bars.iter().flat_map(|bar| {
        let filled = Rect { w: bar.rect.w * bar.fraction, ..bar.rect };
        let level = Shape::rect("bar__level", filled, 1.5).with("fill", bar.tone.var());
        [Shape::rect("bar", bar.rect, 1.5), level]
    });
    let marks =
        [("crowned", server.crowned), ("selected", server.selected), ("hot", server.highlighted)];
    let hex = Shape::new("polygon").with("class", "server__hex").with("points", points.clone());
    let halo = Shape::new("polygon").with("class", "server__halo");
    let hatch = Shape::new("polygon").with("class", "server__hatch").with("fill", "url(#hatch)");
    lasting(&server.entity, classes(state, &marks))
        .holds(halo.with("points", hexagon(server.centre, r + 5.0)))
        .holds(stop(hex))
        .holds(hatch.with("points", points))
        .holds(Shape::path("server__crown", crown))
        .holds(Shape::path("server__star", star))
        .holds(Shape::path("server__cross", cross))
        .holds(Shape::label(&server.name))
        .holds_all(server.leads.as_ref().map(Shape::label))
        .holds_all(bars)
        .holds_all(server.mark.as_ref().map(wrong))
}

/// What is wrong with something, on a plate.
fn wrong(mark: &Pill) -> Shape {
    let plate = Shape::rect("pill", mark.rect, mark.rect.h / 2.0);
    Shape::group("wrong").holds(plate).holds(Shape::label(&mark.label))
}

fn tape(tape: &Tape, over: &str, stop: impl Fn(Shape) -> Shape) -> Shape {
    let over = tape.takes.is_some() && id_of(&tape.entity) == over;
    let marks = [("selected", tape.selected), ("hot", tape.highlighted), ("over", over)];
    let row = Shape::rect("tape__row", tape.rect, 5.0).with("stroke", tape.tone.var());
    let mut group = lasting(&tape.entity, classes("tape", &marks));
    if tape.takes.is_some() {
        group = group.with("data-takes", "");
    }
    // A name that is not whole on the stage is in the title.
    let cut = match &tape.entity {
        Entity::Stream { name, .. } if **name != *tape.name.text => Some(name.to_string()),
        _ => None,
    };
    group
        .holds_all(cut.map(|name| Shape::new("title").says(name)))
        .holds(stop(row))
        .holds(Shape::label(&tape.name))
        .holds_all(tape.kind.as_ref().map(Shape::label))
        .holds_all(tape.older.as_ref().map(Shape::label))
        .holds_all(tape.badge.as_ref().map(|badge| pill("tape__badge", badge)))
        .holds_all(tape.cells.iter().map(cell))
        .holds_all(tape.line.iter().flat_map(line))
        .holds_all(tape.card.iter().flat_map(card))
        .holds_all(tape.switch.as_ref().map(|part| switch(part, &tape.entity)))
        .holds_all(tape.takes.as_ref().map(|pill| {
            let edge = Shape::rect("takes__edge", tape.rect, 5.0);
            let plate = Shape::rect("takes__plate", pill.rect, pill.rect.h / 2.0);
            Shape::group("takes").holds(edge).holds(plate).holds(Shape::label(&pill.label))
        }))
}

/// What a stream of a summary holds: its newest messages, and words.
fn line(line: &Line) -> Vec<Shape> {
    let mark =
        |(rect, tone): &(Rect, Token)| Shape::rect("mark", *rect, 1.5).with("fill", tone.var());
    line.marks.iter().map(mark).chain(line.words.iter().map(Shape::label)).collect()
}

/// What a card holds beside its cells: the words of its rows, and where an update lost.
fn card(card: &Card) -> Vec<Shape> {
    let mut shapes: Vec<Shape> = Vec::new();
    for row in &card.rows {
        shapes.extend(row.words.iter().map(Shape::label));
        shapes.extend(row.lost.map(|Point { x, y }| {
            let cross = format!("M{:.1} {:.1}l6 6m0-6l-6 6", x - 3.0, y - 3.0);
            let plate = Shape::circle(Point::new(x, y), 5.5).with("class", "lost__plate");
            Shape::group("lost").holds(plate).holds(Shape::path("lost__cross", cross))
        }));
    }
    shapes.extend(card.more.as_ref().map(Shape::label));
    shapes
}

/// The switch between a bucket or store and its stream.
fn switch(switch: &ViewSwitch, stream: &Entity) -> Shape {
    let rect = switch.rect;
    // What is pressed is as high as a finger needs it.
    let hit = Rect::new(rect.x, rect.y - 6.0, rect.w, 26.0);
    let button = Shape::rect("switch__hit", hit, 6.0)
        .with("role", "button")
        .with("tabindex", "0")
        .with("aria-label", switch.a11y.clone())
        .holds(Shape::new("title").says(switch.a11y.clone()));
    Shape::group("switch")
        .with("data-switch", id_of(stream))
        .holds(Shape::rect("switch__plate", rect, 5.0))
        .holds_all(switch.on.map(|on| Shape::rect("switch__on", on, 5.0)))
        .holds_all(switch.words.iter().map(Shape::label))
        .holds(button)
}

/// A consumer: what is acknowledged, the caret at its next message, its name.
fn consumer(mark: &ConsumerMark, stop: impl Fn(Shape) -> Shape) -> Shape {
    let marks = [
        ("selected", mark.selected),
        ("hot", mark.highlighted),
        ("paused", mark.paused),
        ("leaderless", !mark.led),
    ];
    let Point { x, y } = mark.at;
    let caret = Shape::path("consumer__caret", format!("M{x:.1} {y:.1}l5.5 8.5h-11z"));
    let touch = Shape::circle(Point::new(x, y + 5.0), 12.0).with("class", "consumer__touch");
    let floor = mark.floor.map(|floor| Shape::rect("consumer__floor", floor, 1.5));
    lasting(&mark.entity, classes("consumer", &marks))
        .holds_all(floor)
        .holds(stop(touch))
        .holds(caret)
        .holds_all(mark.label.as_ref().map(Shape::label))
}

/// Where a stream could be.
fn vacant(place: Rect) -> Shape {
    let middle = place.centre();
    let words = Shape::new("text").with("aria-hidden", "true").with("class", "mono");
    let words = words.at("x", middle.x).at("y", middle.y + 4.0).with("text-anchor", "middle");
    Shape::group("vacant")
        .with("data-vacant", "")
        .holds(Shape::rect("vacant__row", place, 5.0))
        .holds(words.says("nats stream add"))
}

fn cell(cell: &Cell) -> Shape {
    let kind = match cell.kind {
        CellKind::Live => "cell live",
        CellKind::Kept => "cell live kept",
        CellKind::Gap => "cell gap",
        CellKind::Tombstone => "cell tombstone",
        CellKind::Old => "cell old",
        CellKind::Orphan => "cell orphan",
    };
    let marks = [("selected", cell.selected), ("pending", !cell.committed)];
    let tone = cell.tone.var();
    let plate = Shape::rect("cell__plate", cell.rect, 3.0);
    // What the origin has no more has a corner cut off.
    let corner = (cell.kind == CellKind::Kept).then(|| {
        let (x, y) = (cell.rect.right() + 0.8, cell.rect.y - 0.8);
        Shape::path("cell__corner", format!("M{:.1} {y:.1}h8v8z", x - 8.0))
    });
    lasting(&cell.entity, classes(kind, &marks))
        .holds(Shape::new("title").says(cell.a11y.clone()))
        .holds(plate.with("fill", tone.clone()).with("stroke", tone))
        .holds_all(corner)
        .holds(Shape::label(&cell.label))
}

fn app(app: &AppPill, stop: impl Fn(Shape) -> Shape) -> Shape {
    let rect = app.rect;
    let state = match app.state {
        UpState::Up => "app up",
        UpState::Paused => "app paused",
        UpState::Down => "app down",
    };
    // The icon stands in the middle of the room before the name, if there is any.
    let room = app.name.at.x - rect.x;
    let (x, y) = (rect.x + room / 2.0 - 7.0, rect.y + rect.h / 2.0 - 8.0);
    let icon = Shape::path("app__icon", Icon::of_app(app.icon).path())
        .with("transform", format!("translate({x:.1} {y:.1})"));
    let marks = [("selected", app.selected), ("hot", app.highlighted), ("leads", app.leads)];
    lasting(&app.entity, classes(state, &marks))
        .holds(stop(Shape::rect("app__pill", rect, 10.0)))
        .holds_all((room > 20.0).then_some(icon))
        .holds(Shape::label(&app.name))
        .holds_all(app.does.as_ref().map(Shape::label))
        .holds_all(app.work.iter().flat_map(ring))
        .holds_all(press(app))
        .holds_all(app.mark.as_ref().map(wrong))
}

/// How far the work on a message is, around its number.
fn ring(work: &WorkRing) -> [Shape; 3] {
    let Point { x, y } = work.centre;
    let circle = |class: &'static str| {
        Shape::new("circle").with("class", class).at("cx", x).at("cy", y).with("r", "10")
    };
    let done = circle("work__done")
        .with("stroke", work.tone.var())
        .with("pathLength", "1")
        .with("stroke-dasharray", format!("{:.3} 1", work.fraction))
        .with("transform", format!("rotate(-90 {x:.1} {y:.1})"));
    [circle("work"), done, Shape::label(&work.label)]
}

/// The button of an application.
fn press(app: &AppPill) -> Option<Shape> {
    let button = app.button.as_ref()?;
    let rect = button.rect;
    let middle = rect.centre();
    // Where there is no room for the word, an icon stands for it.
    let face = if rect.w >= 60.0 {
        Shape::new("text")
            .with("aria-hidden", "true")
            .at("x", middle.x)
            .at("y", middle.y + 4.0)
            .with("text-anchor", "middle")
            .with("font-size", "11.5")
            .with("font-weight", "650")
            .with("class", "sans")
            .says(button.label.clone())
    } else {
        let place = format!("translate({:.1} {:.1})", middle.x - 8.0, middle.y - 8.0);
        Shape::path("press__icon", Icon::Send.path()).with("transform", place)
    };
    let plate = Shape::rect("press__plate", rect, 8.0)
        .with("role", "button")
        .with("tabindex", "0")
        .with("aria-label", button.a11y.clone())
        .with("aria-disabled", (!button.enabled).to_string());
    let group = Shape::new("g").with("class", classes("press", &[("off", !button.enabled)]));
    let group = group.with("data-press", app.process.0.to_string());
    Some(group.holds(plate.holds(Shape::new("title").says(button.a11y.clone()))).holds(face))
}
