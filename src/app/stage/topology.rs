//! The parts of the topology: clusters, links, servers, streams, applications.

use leptos::prelude::*;

use super::super::entity_id::id_of;
use super::super::icon::Icon;
use super::label;
use crate::view::frame::{
    AppPill, Cell, CellKind, ClusterPanel, LinkKind, LinkLine, LinkState, Point, ServerHex, Tape,
    UpState,
};

/// A cluster's panel.
pub(crate) fn cluster(cluster: &ClusterPanel) -> impl IntoView + use<> {
    let rect = cluster.rect;
    let note = cluster.note.as_ref().map(label);
    view! {
        <g class="cluster" class:selected=cluster.selected data-entity=id_of(&cluster.entity)>
            <rect class="cluster__panel" x=rect.x y=rect.y width=rect.w height=rect.h rx="16"></rect>
            {label(&cluster.name)}
            {note}
        </g>
    }
}

/// A link.
pub(crate) fn link(link: &LinkLine, stop: &'static str) -> impl IntoView + use<> {
    let kind = match link.kind {
        LinkKind::Route => "link route",
        LinkKind::Access => "link access",
        LinkKind::Leaf => "link leaf",
    };
    let state = match link.state {
        LinkState::Ok => "",
        LinkState::Lossy => " lossy",
        LinkState::Cut => " cut",
        _ => " blocked",
    };
    let faint = if link.connected { "" } else { " loose" };
    let path = link.path();
    let pill = link.pill.as_ref().map(|pill| {
        let rect = pill.rect;
        view! {
            <g>
                <rect class="pill" x=rect.x y=rect.y width=rect.w height=rect.h rx=rect.h / 2.0></rect>
                {label(&pill.label)}
            </g>
        }
    });
    let wound = wound(link);
    view! {
        <g
            class=format!("{kind}{state}{faint}")
            class:selected=link.selected
            class:hot=link.highlighted
            role="button"
            tabindex=stop
            data-stop=""
            aria-label=link.a11y.clone()
            data-entity=id_of(&link.entity)
        >
            <path class="link__hit" d=path.clone()></path>
            <path class="link__line" d=path></path>
            {wound}
            {pill}
        </g>
    }
}

/// What shows that a link is cut (a gap with two ticks) or a black hole (a bar; two for both ways).
fn wound(link: &LinkLine) -> impl IntoView + use<> {
    let at = |t: f64, reach: f64| {
        let (p, angle) = (link.point(t), link.angle(t));
        let (dx, dy) = (-angle.sin() * reach, angle.cos() * reach);
        format!("M{:.1} {:.1}L{:.1} {:.1}", p.x - dx, p.y - dy, p.x + dx, p.y + dy)
    };
    let (gap, ticks) = match link.state {
        LinkState::Cut => {
            let (a, b) = (link.point(0.42), link.point(0.58));
            let gap = format!("M{:.1} {:.1}L{:.1} {:.1}", a.x, a.y, b.x, b.y);
            (gap, format!("{}{}", at(0.42, 6.0), at(0.58, 6.0)))
        }
        LinkState::BlockedForward => (String::new(), at(0.6, 7.0)),
        LinkState::BlockedBack => (String::new(), at(0.4, 7.0)),
        LinkState::BlockedBoth => (String::new(), format!("{}{}", at(0.4, 7.0), at(0.6, 7.0))),
        LinkState::Ok | LinkState::Lossy => (String::new(), String::new()),
    };
    view! {
        <path class="link__gap" d=gap></path>
        <path class="link__ticks" d=ticks></path>
    }
}

fn hexagon(centre: Point, radius: f64) -> String {
    (0..6)
        .map(|n| {
            let angle = std::f64::consts::FRAC_PI_3 * (f64::from(n) + 0.5);
            let (x, y) = (centre.x + radius * angle.cos(), centre.y + radius * angle.sin());
            format!("{x:.1},{y:.1}")
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// A server.
pub(crate) fn server(server: &ServerHex, stop: &'static str) -> impl IntoView + use<> {
    let Point { x, y } = server.centre;
    let r = server.radius;
    let points = hexagon(server.centre, r);
    let state = match server.state {
        UpState::Up => "server up",
        UpState::Paused => "server paused",
        UpState::Down => "server down",
    };
    let crown = if server.crowned && server.state != UpState::Down {
        format!("M{:.1} {:.1}l2.5-8 5 4.5 5-4.5 2.5 8z", x - 7.5, y - r - 5.0)
    } else {
        String::new()
    };
    let star = if server.meta_leader && server.state != UpState::Down {
        let (sx, sy) = (x + r * 0.86 + 3.0, y - r * 0.5 - 4.0);
        format!(
            "M{sx:.1} {:.1}l1.4 2.9 3.2.4-2.3 2.2.6 3.2-2.9-1.5-2.9 1.5.6-3.2-2.3-2.2 3.2-.4z",
            sy - 4.0
        )
    } else {
        String::new()
    };
    let cross = if server.state == UpState::Down {
        let d = r * 0.5;
        format!(
            "M{0:.1} {1:.1}L{2:.1} {3:.1}M{2:.1} {1:.1}L{0:.1} {3:.1}",
            x - d,
            y - d,
            x + d,
            y + d
        )
    } else {
        String::new()
    };
    let bars = server
        .bars
        .iter()
        .map(|bar| {
            let rect = bar.rect;
            let filled = (rect.w * bar.fraction).max(0.0);
            view! {
                <g>
                    <rect class="bar" x=rect.x y=rect.y width=rect.w height=rect.h rx="1.5"></rect>
                    <rect x=rect.x y=rect.y width=filled height=rect.h rx="1.5" fill=bar.tone.var()></rect>
                </g>
            }
        })
        .collect_view();
    view! {
        <g
            class=state
            class:crowned=server.crowned
            class:selected=server.selected
            class:hot=server.highlighted
            role="button"
            tabindex=stop
            data-stop=""
            aria-label=server.a11y.clone()
            data-entity=id_of(&server.entity)
        >
            <polygon class="server__halo" points=hexagon(server.centre, r + 5.0)></polygon>
            <polygon class="server__hex" points=points.clone()></polygon>
            <polygon class="server__hatch" points=points fill="url(#hatch)"></polygon>
            <path class="server__crown" d=crown></path>
            <path class="server__star" d=star></path>
            {label(&server.name)}
            <path class="server__cross" d=cross></path>
            {bars}
        </g>
    }
}

/// A stream.
pub(crate) fn tape(tape: &Tape, stop: &'static str) -> impl IntoView + use<> {
    let rect = tape.rect;
    let kind = tape.kind.as_ref().map(label);
    let older = tape.older.as_ref().map(label);
    let cells = tape.cells.iter().map(cell).collect_view();
    view! {
        <g
            class="tape"
            class:selected=tape.selected
            class:hot=tape.highlighted
            role="button"
            tabindex=stop
            data-stop=""
            aria-label=tape.a11y.clone()
            data-entity=id_of(&tape.entity)
        >
            <rect class="tape__row" x=rect.x y=rect.y width=rect.w height=rect.h rx="5" stroke=tape.tone.var()></rect>
            {label(&tape.name)}
            {kind}
            {older}
            {cells}
        </g>
    }
}

fn cell(cell: &Cell) -> impl IntoView + use<> {
    let rect = cell.rect;
    let class = match cell.kind {
        CellKind::Live => "cell live",
        CellKind::Gap => "cell gap",
        CellKind::Tombstone => "cell tombstone",
    };
    let hint = cell.a11y.clone();
    view! {
        <g class=class class:selected=cell.selected class:pending=!cell.committed data-entity=id_of(&cell.entity)>
            <title>{hint}</title>
            <rect
                x=rect.x
                y=rect.y
                width=rect.w
                height=rect.h
                rx="3"
                fill=cell.tone.var()
                stroke=cell.tone.var()
            ></rect>
            {label(&cell.label)}
        </g>
    }
}

/// An application.
pub(crate) fn app(app: &AppPill, stop: &'static str) -> impl IntoView + use<> {
    let rect = app.rect;
    let state = match app.state {
        UpState::Up => "app up",
        UpState::Paused => "app paused",
        UpState::Down => "app down",
    };
    let icon = format!("translate({:.1} {:.1})", rect.x + 10.0, rect.y + rect.h / 2.0 - 8.0);
    let does = app.does.as_ref().map(label);
    let button = app.button.as_ref().map(|button| {
        let rect = button.rect;
        let (x, y) = (rect.x + rect.w / 2.0, rect.y + rect.h / 2.0);
        // Where there is no room for the word, an icon stands for it.
        let wide = rect.w >= 60.0;
        let word = if wide { button.label.clone() } else { String::new() };
        let icon = if wide { "" } else { Icon::Send.path() };
        let place = format!("translate({:.1} {:.1})", x - 8.0, y - 8.0);
        view! {
            <g
                class="press"
                class:off=!button.enabled
                role="button"
                tabindex="0"
                aria-label=button.a11y.clone()
                aria-disabled=(!button.enabled).to_string()
                data-press=app.process.0.to_string()
            >
                <title>{button.a11y.clone()}</title>
                <rect x=rect.x y=rect.y width=rect.w height=rect.h rx="8"></rect>
                <text x=x y=y + 4.0 text-anchor="middle" font-size="11.5" font-weight="650" class="sans">
                    {word}
                </text>
                <path class="press__icon" transform=place d=icon></path>
            </g>
        }
    });
    view! {
        <g class="app-group">
            <g
                class=state
                class:selected=app.selected
                class:hot=app.highlighted
                role="button"
                tabindex=stop
                data-stop=""
                aria-label=app.a11y.clone()
                data-entity=id_of(&app.entity)
            >
                <rect class="app__pill" x=rect.x y=rect.y width=rect.w height=rect.h rx="10"></rect>
                <g class="app__icon" transform=icon><path d=Icon::of_app(app.icon).path()></path></g>
                {label(&app.name)}
                {does}
            </g>
            {button}
        </g>
    }
}
