//! The lanes of the space-time diagram: one for each process or, where a cluster is folded, one for all
//! of it.

use crate::kernel::{ProcId, Time};
use crate::sorted;
use crate::sorted::Map;
use crate::world::{ClientSpec, Role, World};

use super::axis::Axis;
use super::cast::Cast;
use super::entity::Entity;
use super::frame::{Anchor, FoldHead, Label, Lane, LaneKind, Point, TextStyle};
use super::palette::Token;
use super::room::fit;
use super::text::count;
use super::track::Track;

/// Height of the time axis, above the first lane.
const HEAD: f64 = 22.0;
/// Width of the lanes' names, and that of their clusters' controls where there are several.
const NAMES: f64 = 104.0;
const HEADS: f64 = 16.0;
/// Lanes are so far apart at most, and where they would be closer than this clusters are folded.
const APART: f64 = 36.0;
const CLOSE: f64 = 14.0;

/// Which clusters are folded because somebody wanted it so, or are not.
pub(crate) type Folds = Map<usize, bool>;

/// The lanes and where each process has its own.
#[derive(Debug, Clone, Default)]
pub(super) struct Lanes {
    /// Top to bottom.
    pub(super) lanes: Vec<Lane>,
    /// The controls of their clusters.
    pub(super) heads: Vec<FoldHead>,
    index: Map<ProcId, usize>,
}

/// A process's cluster, whether it stands above the servers (0), is one (1) or below (2), and itself.
type Place = (usize, u8, ProcId);

impl Lanes {
    /// Where lanes begin, right of their names.
    pub(super) fn begin(head: &World, w: f64) -> f64 {
        let heads = if head.topology().clusters.len() > 1 { HEADS } else { 0.0 };
        (NAMES + heads).min(w * 0.24 + heads)
    }

    /// A lane for every server and every app, cluster by cluster: publishers above, servers, receivers
    /// below. A folded cluster has one for all.
    pub(super) fn new(head: &World, folds: &Folds, lanes_x: f64, h: f64) -> Self {
        let cast = Cast::new(head);
        let order = order(cast);
        let room = h - HEAD - 14.0;
        let clusters = head.topology().clusters.len();
        let tight = clusters > 1 && room < CLOSE * order.len() as f64;
        let is_folded = |cluster: usize| {
            cluster < clusters && clusters > 1 && folds.get(&cluster).copied().unwrap_or(tight)
        };
        let mut rows: Vec<(usize, Vec<Place>)> = Vec::new();
        for place in order {
            match rows.last_mut() {
                Some((cluster, row)) if *cluster == place.0 && is_folded(place.0) => {
                    row.push(place);
                }
                _ => rows.push((place.0, vec![place])),
            }
        }
        let step = (room / rows.len().max(1) as f64).min(APART);
        let mut lanes = Self::default();
        for (n, (cluster, row)) in rows.into_iter().enumerate() {
            let y = HEAD + 12.0 + n as f64 * step;
            let folded = is_folded(cluster);
            if clusters > 1 && cluster < clusters {
                lanes.head(cast, cluster, folded, (y, step), row.len());
            }
            lanes.lane(cast, folded.then_some(cluster), &row, lanes_x, y);
        }
        lanes.say(cast);
        lanes
    }

    /// Adds to the control of a cluster one of its lanes.
    fn head(
        &mut self,
        cast: Cast<'_>,
        cluster: usize,
        folded: bool,
        (y, step): (f64, f64),
        holds: usize,
    ) {
        match self.heads.last_mut().filter(|head| head.cluster == cluster) {
            Some(head) => {
                head.h += step;
                head.holds += holds;
            }
            None => self.heads.push(FoldHead {
                cluster,
                folded,
                y: y - step / 2.0,
                h: step,
                holds,
                a11y: cast.cluster(cluster).to_owned(),
            }),
        }
    }

    fn say(&mut self, cast: Cast<'_>) {
        for head in &mut self.heads {
            let lanes = count(head.holds as u64, "lane");
            head.a11y = format!("{} of {}", lanes, cast.cluster(head.cluster));
        }
    }

    fn lane(&mut self, cast: Cast<'_>, folded: Option<usize>, row: &[Place], lanes_x: f64, y: f64) {
        let Some((cluster, rank, process)) = row.first().copied() else { return };
        for (.., process) in row {
            self.index.insert(*process, self.lanes.len());
        }
        let clusters = cast.world().topology().clusters.len();
        let x = if clusters > 1 { 12.0 + HEADS } else { 12.0 };
        let (entity, kind, name, style, tone) = match folded {
            Some(cluster) => {
                let name = cast.cluster(cluster).to_owned();
                (Entity::Cluster(cluster), LaneKind::Cluster, name, TextStyle::Mono, Token::Text)
            }
            None => {
                let kind = if rank == 1 { LaneKind::Server } else { LaneKind::App };
                let name = cast.name(process);
                (cast.entity(process), kind, name, TextStyle::SmallMono, Token::Muted)
            }
        };
        self.lanes.push(Lane {
            entity,
            process: folded.is_none().then_some(process),
            kind,
            cluster: Some(cluster).filter(|cluster| *cluster < clusters),
            y,
            name: Label {
                text: fit(&name, style, lanes_x - x - 6.0),
                at: Point::new(x, y + 4.0),
                anchor: Anchor::Start,
                style,
                tone,
            },
            down: Vec::new(),
            highlighted: false,
        });
    }

    /// Which lane a process has, and its height.
    pub(super) fn of(&self, process: ProcId) -> Option<(usize, f64)> {
        let n = *self.index.get(&process)?;
        Some((n, self.lanes.get(n)?.y))
    }

    /// Marks lanes of which something is pointed at, and the stretches in which a process was down.
    pub(super) fn mark(&mut self, hot: impl Fn(ProcId) -> bool, track: &Track, axis: &Axis) {
        let mut downs = downs(track, axis);
        for (process, n) in self.index.iter() {
            let Some(lane) = self.lanes.get_mut(*n) else { continue };
            lane.highlighted |= hot(*process);
            lane.down.extend(downs.remove(process).unwrap_or_default());
        }
    }
}

/// All processes in the order of their lanes.
fn order(cast: Cast<'_>) -> Vec<Place> {
    let world = cast.world();
    let mut order: Vec<Place> = Vec::new();
    for n in 0..world.sim().slots().len() {
        let process = ProcId(u32::try_from(n).unwrap_or(u32::MAX));
        let cluster = world.cluster_of(process).unwrap_or(usize::MAX);
        let rank = match () {
            () if cast.is_server(process) => 1,
            () => match cast.spec(process).map(ClientSpec::acts_as) {
                Some(Role::Subscriber | Role::Worker) => 2,
                _ => 0,
            },
        };
        order.push((cluster, rank, process));
    }
    sorted::sort(&mut order);
    order
}

/// The stretches of the window in which processes were down.
fn downs(track: &Track, axis: &Axis) -> Map<ProcId, Vec<(f64, f64)>> {
    let mut downs: Map<ProcId, Vec<(f64, f64)>> = Map::new();
    let (from, to) = axis.window();
    let mut since: Map<ProcId, Time> = Map::new();
    let mut close = |process, start: Time, end: Time| {
        if end >= from && start <= to {
            downs.entry(process).or_default().push((axis.x(start.max(from)), axis.x(end.min(to))));
        }
    };
    for life in track.lives() {
        if !life.up {
            since.entry(life.process).or_insert(life.at);
        } else if let Some(start) = since.remove(&life.process) {
            close(life.process, start, life.at);
        }
    }
    for (process, start) in since {
        close(process, start, to);
    }
    downs
}

#[cfg(test)]
mod tests {
    use crate::view::frame::{Diagram, LaneKind};
    use crate::view::{LayoutHints, Player, PlayerCommand};
    use crate::world::World;
    use crate::world::scenes::{one_order, two_regions};
    use std::sync::Arc;

    /// The diagram after an order has crossed the ocean.
    fn player(height: f64) -> Player {
        let mut player = Player::new(World::new(two_regions()).unwrap());
        player.command(PlayerCommand::SetReducedMotion(true));
        let hints = LayoutHints { diagram_height: height, ..LayoutHints::default() };
        player.command(PlayerCommand::SetHints(hints));
        let web = player.world().process("web").unwrap();
        player.command(PlayerCommand::Press(web));
        player.command(PlayerCommand::RunToIdle);
        while player.is_active() {
            player.tick(50.0);
        }
        player
    }

    fn diagram(player: &mut Player) -> Arc<Diagram> {
        player.frame().diagram
    }

    #[test]
    fn clusters_are_folded_where_there_is_no_room_for_all_their_lanes() {
        let roomy = diagram(&mut player(224.0));
        assert_eq!(roomy.lanes.len(), 10, "three servers and two apps each");
        assert!(roomy.folds.iter().all(|head| !head.folded));
        let tight = diagram(&mut player(150.0));
        let names: Vec<_> = tight.lanes.iter().map(|lane| lane.name.text.as_str()).collect();
        assert_eq!(names, ["us-east", "eu-west"]);
        assert!(tight.lanes.iter().all(|lane| lane.kind == LaneKind::Cluster));
        assert_eq!(tight.folds[0].a11y, "5 lanes of us-east");
        let mut one = Player::new(World::new(one_order()).unwrap());
        let hints = LayoutHints { diagram_height: 70.0, ..LayoutHints::default() };
        one.command(PlayerCommand::SetHints(hints));
        let one = diagram(&mut one);
        assert!(one.folds.is_empty() && one.lanes.len() > 4, "a single cluster is never folded");
    }

    #[test]
    fn what_happens_in_a_folded_cluster_is_a_tick_and_what_leaves_it_an_arrow() {
        let mut player = player(224.0);
        let open = diagram(&mut player);
        assert!(open.arrows.iter().all(|arrow| !arrow.is_tick()));
        player.command(PlayerCommand::FoldLanes(0, true));
        let half = diagram(&mut player);
        assert_eq!(half.lanes.len(), 6, "the other cluster stays as it is");
        assert_eq!(half.folds.iter().map(|head| head.folded).collect::<Vec<_>>(), [true, false]);
        player.command(PlayerCommand::FoldLanes(1, true));
        let both = diagram(&mut player);
        assert_eq!(both.lanes.len(), 2);
        let (ticks, arrows): (Vec<_>, Vec<_>) =
            both.arrows.iter().partition(|arrow| arrow.is_tick());
        assert!(!ticks.is_empty() && !arrows.is_empty());
        let cluster = |lane: usize| open.lanes[lane].cluster;
        let crossings = open.arrows.iter();
        let crossings =
            crossings.filter(|arrow| cluster(arrow.from_lane) != cluster(arrow.to_lane));
        assert_eq!(arrows.len(), crossings.count());
        player.command(PlayerCommand::FoldLanes(0, false));
        player.command(PlayerCommand::FoldLanes(1, false));
        assert_eq!(diagram(&mut player).arrows.len(), open.arrows.len());
    }

    #[test]
    fn the_controls_of_clusters_cover_their_lanes() {
        for height in [224.0, 150.0] {
            let picture = diagram(&mut player(height));
            for head in &picture.folds {
                let own = picture.lanes.iter().filter(|lane| lane.cluster == Some(head.cluster));
                for lane in own {
                    assert!(head.y <= lane.y && lane.y <= head.y + head.h, "{head:?} {lane:?}");
                }
            }
        }
    }
}
