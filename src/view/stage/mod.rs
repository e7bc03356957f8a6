//! The stage: what the world is right now, in the places the layout gives.

mod apps;
mod bundles;
mod cards;
mod consumers;
mod flows;
mod joins;
mod links;
mod servers;
mod summary;
mod tapes;

use crate::kernel::ProcState;
use crate::world::{StreamView, Trouble, World};

use super::a11y;
use super::cast::Cast;
use super::command::LayoutHints;
use super::entity::Entity;
use super::flow::Flow;
use super::frame::{Anchor, ClusterPanel, Label, Point, Stage, TextStyle, UpState};
use super::layout::{ClusterLayout, Layout, Places};
use super::palette::Token;
use super::related::Related;
use super::room::{Room, fit};
use super::text::count;

pub(super) use links::{percent, properties as links_properties};
pub(super) use tapes::{kind as stream_kind, tone as stream_tone};

/// What the stage is drawn from.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) cast: Cast<'a>,
    pub(super) layout: &'a Layout,
    pub(super) selected: &'a Related,
    pub(super) pointed: &'a Related,
    /// Buckets and stores that are shown as the streams they are.
    pub(super) plain: &'a [Entity],
    pub(super) streams: &'a [StreamView<'a>],
    /// What flows between them.
    pub(super) flows: &'a [Flow<'a>],
    /// What is wrong with the world.
    pub(super) troubles: &'a [Trouble],
}

/// Draws the stage. New streams and apps get their places. Buckets and stores are shown as such, but for
/// those in `plain`.
pub fn build(
    world: &World,
    places: &mut Places,
    hints: LayoutHints,
    selection: Option<&Entity>,
    hover: Option<&Entity>,
    plain: &[Entity],
) -> Stage {
    let cast = Cast::new(world);
    let streams = world.streams();
    let flows = Flow::among(world, &streams);
    let placed = tapes::places(&streams, places);
    let apps = apps::places(cast, places);
    let layout = Layout::new(places, hints);
    places.drawn(&layout);
    let selected = Related::new(world, selection);
    let pointed = Related::new(world, hover);
    let troubles = &*world.troubles();
    let (selected, pointed) = (&selected, &pointed);
    let (streams, flows) = (&streams[..], &flows[..]);
    let view = View { cast, layout: &layout, selected, pointed, plain, streams, flows, troubles };

    let mut room = Room::new(layout.view);
    let mut clusters = clusters(view, &mut room);
    let servers = servers::draw(view, &mut room, selection);
    let apps = apps::draw(view, &mut room, &apps);
    let tapes = tapes::draw(view, &mut room, &placed, places);
    for (panel, layout) in clusters.iter_mut().zip(&layout.clusters) {
        match layout.fold {
            Some(_) => summary::panel(view, panel, layout, &mut room),
            None => panel.note = note(panel, layout, &mut room),
        }
    }
    // Lines pass under summaries; what is written on them must not.
    for cluster in layout.clusters.iter().filter(|cluster| cluster.folded) {
        room.take(cluster.panel);
    }
    let links = links::draw(view, &mut room, &servers, &apps);
    let flows = flows::draw(view, &mut room, &placed);
    let vacant = layout.clusters.iter().filter_map(|cluster| cluster.vacant).collect();
    let view = layout.view;
    let mut stage =
        Stage { view, clusters, links, flows, servers, apps, tapes, vacant, ..Stage::default() };
    stage.summary = a11y::summary(cast, &stage);
    stage
}

fn clusters(view: View<'_>, room: &mut Room) -> Vec<ClusterPanel> {
    let clusters = view.cast.world().topology().clusters.iter();
    clusters
        .zip(&view.layout.clusters)
        .enumerate()
        .map(|(n, (cluster, layout))| {
            let entity = Entity::Cluster(n);
            let rect = layout.panel;
            // A mark before the name says how one of several is.
            let marked = if layout.fold.is_some() { 16.0 } else { 0.0 };
            let beside = layout.servers.first().filter(|at| layout.folded && at.y < rect.y + 40.0);
            let right = beside.map_or(rect.right() - 24.0 - 1.5 * marked, |at| at.x - 13.0);
            let name = Label {
                text: fit(&cluster.name, TextStyle::Title, right - rect.x - 16.0 - marked),
                at: Point::new(rect.x + 16.0 + marked, rect.y + 24.0),
                anchor: Anchor::Start,
                style: TextStyle::Title,
                tone: Token::Text,
            };
            room.take(name.rect().grow(3.0));
            if let Some(fold) = layout.fold {
                room.take(fold);
            }
            ClusterPanel {
                selected: view.selected.is_focus(&entity),
                a11y: format!(
                    "{} {}: {}",
                    if cluster.servers.len() > 1 { "cluster" } else { "server" },
                    cluster.name,
                    count(cluster.servers.len() as u64, "server")
                ),
                entity,
                rect,
                name,
                note: None,
                fold: None,
                health: None,
                words: Vec::new(),
            }
        })
        .collect()
}

/// What a cluster is, and what of it has no room.
fn note(panel: &ClusterPanel, layout: &ClusterLayout, room: &mut Room) -> Option<Label> {
    let servers = count(layout.servers.len() as u64, "server");
    let text = match layout.hidden_tapes {
        0 => servers,
        n => format!("{servers} · {} not drawn", count(n as u64, "more stream")),
    };
    room.label(Label {
        text,
        at: Point::new(panel.rect.right() - 16.0, panel.rect.y + 24.0),
        anchor: Anchor::End,
        style: TextStyle::Small,
        tone: Token::Faint,
    })
}

/// A process's state as it is drawn.
pub(super) fn up_state(state: Option<ProcState>) -> UpState {
    match state {
        Some(ProcState::Up) => UpState::Up,
        Some(ProcState::Paused) => UpState::Paused,
        Some(ProcState::Down) | None => UpState::Down,
    }
}
