//! Tuning a link while the world runs: latency, jitter, loss and bandwidth as steps of a slider, each
//! of which is one input.

use crate::kernel::{LinkSpec, ProcId, Ratio, Span};
use crate::sorted;
use crate::world::{Input, World};

use super::cast::Cast;
use super::frame::{LinkLine, Point, Rect, ServerHex, Stage};
use super::stage::percent;
use super::text::size;

/// How large the sliders on the stage are before all are asked for, and how far from their link.
pub const SLIDERS: (f64, f64) = (248.0, 62.0);
const OFF: f64 = 14.0;

/// A property of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Property {
    /// How long a packet is under way.
    Latency,
    /// How much longer it may take.
    Jitter,
    /// How many packets must be sent again.
    Loss,
    /// How much gets through in a second.
    Bandwidth,
}

/// Usual latencies and jitters in milliseconds, losses in percent, bandwidths in KiB a second.
const LATENCIES: [u64; 13] = [0, 1, 2, 5, 10, 20, 50, 80, 120, 160, 250, 500, 1_000];
const JITTERS: [u64; 9] = [0, 1, 2, 5, 10, 20, 50, 100, 250];
const LOSSES: [u64; 9] = [0, 1, 2, 5, 10, 20, 30, 40, 50];
const BANDWIDTHS: [u64; 8] = [4, 16, 64, 256, 1_024, 10_240, 102_400, 0];

impl Property {
    /// All of them, the one that is turned most first.
    pub const ALL: [Self; 4] = [Self::Latency, Self::Jitter, Self::Loss, Self::Bandwidth];

    /// Its name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Latency => "Latency",
            Self::Jitter => "Jitter",
            Self::Loss => "Loss",
            Self::Bandwidth => "Bandwidth",
        }
    }

    /// What it is, in a sentence.
    pub const fn help(self) -> &'static str {
        match self {
            Self::Latency => "How long everything is under way, in each direction",
            Self::Jitter => "How much longer it may take, by chance",
            Self::Loss => {
                "How many packets get lost: each is sent again, and what is behind it waits"
            }
            Self::Bandwidth => "How much gets through in a second, in each direction",
        }
    }

    const fn usual(self) -> &'static [u64] {
        match self {
            Self::Latency => &LATENCIES,
            Self::Jitter => &JITTERS,
            Self::Loss => &LOSSES,
            Self::Bandwidth => &BANDWIDTHS,
        }
    }

    /// The same link with this of the usual values.
    fn with(self, spec: LinkSpec, value: u64) -> LinkSpec {
        match self {
            Self::Latency => LinkSpec { latency: Span::millis(value), ..spec },
            Self::Jitter => LinkSpec { jitter: Span::millis(value), ..spec },
            Self::Loss => {
                LinkSpec { loss: Ratio::percent(u32::try_from(value).unwrap_or(0)), ..spec }
            }
            Self::Bandwidth => LinkSpec { bandwidth: value * 1_024, ..spec },
        }
    }

    /// The same link, but this property as in another.
    fn of(self, spec: LinkSpec, other: LinkSpec) -> LinkSpec {
        match self {
            Self::Latency => LinkSpec { latency: other.latency, ..spec },
            Self::Jitter => LinkSpec { jitter: other.jitter, ..spec },
            Self::Loss => LinkSpec { loss: other.loss, ..spec },
            Self::Bandwidth => LinkSpec { bandwidth: other.bandwidth, ..spec },
        }
    }

    /// The order on the slider.
    fn rank(self, spec: &LinkSpec) -> u64 {
        let whole = u64::from(spec.loss.denominator.max(1));
        match self {
            Self::Latency => spec.latency.0,
            Self::Jitter => spec.jitter.0,
            Self::Loss => u64::from(spec.loss.numerator) * 1_000_000 / whole,
            // No limit is most.
            Self::Bandwidth => spec.bandwidth.wrapping_sub(1),
        }
    }

    /// How a link has it, with its unit.
    pub fn text(self, spec: &LinkSpec) -> String {
        match self {
            Self::Latency => time(spec.latency),
            Self::Jitter => time(spec.jitter),
            Self::Loss => percent(spec),
            Self::Bandwidth => match spec.bandwidth {
                0 => "no limit".to_owned(),
                bytes => format!("{}/s", size(bytes)),
            },
        }
    }
}

/// Where sliders stand: near the middle of the line, above or below it, and over as little as may be.
fn place(stage: &Stage, line: &LinkLine) -> Point {
    let (w, h) = SLIDERS;
    let mut best: Option<(f64, Point)> = None;
    for t in [0.5, 0.6, 0.4, 0.7, 0.3, 0.8, 0.2] {
        let at = line.point(t);
        for y in [OFF, -OFF - h, 3.0 * OFF, -3.0 * OFF - h].map(|off| at.y + off) {
            let x = (at.x - w / 2.0).min(stage.view.w - w - 6.0).max(6.0);
            let rect = Rect::new(x.round(), y.min(stage.view.h - h - 6.0).max(6.0).round(), w, h);
            let over = covered(stage, rect);
            if best.is_none_or(|(least, _)| over < least) {
                best = Some((over, Point::new(rect.x, rect.y)));
            }
        }
    }
    best.map(|(_, at)| at).unwrap_or_default()
}

/// How much of what can be selected lies under a box; servers count more, they are small.
fn covered(stage: &Stage, rect: Rect) -> f64 {
    let hex = |server: &ServerHex| {
        Rect::new(server.centre.x, server.centre.y, 0.0, 0.0).grow(server.radius + 10.0)
    };
    let servers = stage.servers.iter().map(hex).flat_map(|server| [server; 4]);
    let apps = stage.apps.iter().map(|app| app.rect);
    let tapes = stage.tapes.iter().map(|tape| tape.rect.grow(10.0));
    let over = |under: Rect| {
        let w = under.right().min(rect.right()) - under.x.max(rect.x);
        let h = under.bottom().min(rect.bottom()) - under.y.max(rect.y);
        w.max(0.0) * h.max(0.0)
    };
    servers.chain(apps).chain(tapes).map(over).sum()
}

/// A time as it stands beside others that are milliseconds.
fn time(span: Span) -> String {
    if span == Span::ZERO { "0 ms".to_owned() } else { span.to_string() }
}

/// The sliders of a link.
#[derive(Debug, Clone, PartialEq)]
pub struct Tuner {
    /// What is tuned: "n1 – n2", "All links eu-west – us-east".
    pub title: String,
    /// Its ends, as inputs name them.
    ends: [String; 2],
    /// What it is like.
    spec: LinkSpec,
    /// What it is like in the topology.
    usual: LinkSpec,
    /// Where its sliders stand on the stage, if it is drawn: left upper corner.
    pub place: Option<Point>,
}

impl Tuner {
    /// The sliders of the link between two processes. Of one that joins two clusters all ways between
    /// them are tuned: it stands for the distance, and a leaf finds another way when one is bad.
    pub fn of(world: &World, stage: &Stage, a: ProcId, b: ProcId) -> Option<Self> {
        let spec = world.sim().link(a, b)?.spec;
        let cast = Cast::new(world);
        let clusters = &world.topology().clusters;
        let (title, ends, usual) = match world.cluster_link(a, b) {
            Some(joined) => (
                format!("All links {} – {}", joined.from, joined.to),
                [joined.from.clone(), joined.to.clone()],
                joined.link,
            ),
            None => {
                let server = if cast.is_server(a) { a } else { b };
                let cluster = clusters.get(world.cluster_of(server)?)?;
                let routes = cast.is_server(a) && cast.is_server(b);
                (
                    format!("{} – {}", cast.name(a), cast.name(b)),
                    [a, b].map(|end| world.name(end).to_owned()),
                    if routes { cluster.route } else { cluster.access },
                )
            }
        };
        let line = stage.links.iter().find(|line| line.carries(a, b).is_some());
        Some(Self { title, ends, spec, usual, place: line.map(|line| place(stage, line)) })
    }

    /// What the steps of a slider make of the link, from little to much. What it is like, and what it is
    /// like in the topology, is among them.
    pub fn steps(&self, property: Property) -> Vec<LinkSpec> {
        let usual = property.usual().iter().map(|value| property.with(self.spec, *value));
        let mut steps: Vec<LinkSpec> =
            usual.chain([property.of(self.spec, self.usual), self.spec]).collect();
        sorted::sort_by_key(&mut steps, |step| property.rank(step));
        steps.dedup_by_key(|step| property.rank(step));
        steps
    }

    /// At which of its steps a slider stands.
    pub fn at(&self, property: Property) -> usize {
        let here = property.rank(&self.spec);
        self.steps(property).iter().position(|step| property.rank(step) == here).unwrap_or(0)
    }

    /// What sets the link to a step of a slider; none if it is there.
    pub fn turn(&self, property: Property, step: usize) -> Option<Input> {
        let spec = *self.steps(property).get(step)?;
        (property.rank(&spec) != property.rank(&self.spec)).then(|| self.input(spec))
    }

    /// What makes its latency one step less, or one more.
    pub fn step(&self, less: bool) -> Option<Input> {
        let at = self.at(Property::Latency);
        let next = if less { at.checked_sub(1)? } else { at + 1 };
        self.turn(Property::Latency, next)
    }

    /// What makes it as it is in the topology; none if it is.
    pub fn reset(&self) -> Option<Input> {
        (self.spec != self.usual).then(|| self.input(self.usual))
    }

    fn input(&self, spec: LinkSpec) -> Input {
        let [a, b] = self.ends.clone();
        Input::Link { a, b, spec }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Entity, Player, PlayerCommand};
    use crate::world::scenes::{one_order, two_regions};

    fn tuner(player: &mut Player, a: &str, b: &str) -> Tuner {
        let [a, b] = [a, b].map(|name| player.world().process(name).unwrap());
        player.command(PlayerCommand::Select(Some(Entity::link(a, b))));
        let frame = player.frame();
        frame.tuner.as_deref().unwrap().clone()
    }

    #[test]
    fn every_slider_has_steps_in_order_with_what_is_and_what_was_among_them() {
        let mut player = Player::new(World::new(two_regions()).unwrap());
        let before = tuner(&mut player, "eu-west/n1", "us-east/n1");
        assert_eq!(before.title, "All links eu-west – us-east");
        assert_eq!(before.reset(), None);
        for property in Property::ALL {
            let steps = before.steps(property);
            assert!(steps.is_sorted_by_key(|step| property.rank(step)), "{property:?}");
            assert_eq!(before.turn(property, before.at(property)), None, "it is there");
            let texts: Vec<_> = steps.iter().map(|step| property.text(step)).collect();
            let mut once = texts.clone();
            once.dedup();
            assert_eq!(texts, once);
        }
        let texts = |p: Property| -> Vec<String> {
            before.steps(p).iter().map(|step| p.text(step)).collect()
        };
        assert!(texts(Property::Latency).contains(&"45 ms".to_owned()), "the topology's");
        assert_eq!(texts(Property::Bandwidth).last().unwrap(), "no limit");
        assert_eq!(before.at(Property::Bandwidth) + 1, texts(Property::Bandwidth).len());
    }

    #[test]
    fn a_turn_is_one_input_for_every_way_between_two_clusters_and_reset_takes_it_back() {
        let mut player = Player::new(World::new(two_regions()).unwrap());
        player.command(PlayerCommand::SetReducedMotion(true));
        let before = tuner(&mut player, "eu-west/n1", "us-east/n1");
        let step = before.at(Property::Latency) + 2;
        player.command(PlayerCommand::Act(before.turn(Property::Latency, step).unwrap()));
        let loss = tuner(&mut player, "eu-west/n1", "us-east/n1").turn(Property::Loss, 3);
        player.command(PlayerCommand::Act(loss.unwrap()));
        let inputs = &player.history().branches()[0].inputs;
        assert_eq!(inputs.len(), 2, "each turn is one input in the log");
        let after = tuner(&mut player, "eu-west/n3", "us-east/n2");
        let now = after.steps(Property::Latency)[after.at(Property::Latency)];
        assert_eq!(Property::Latency.text(&now), "80 ms");
        assert_eq!(Property::Loss.text(&now), "5 %", "and the other stays");
        // One plate says so on the stage, not one for each of the three ways.
        let frame = player.frame();
        let plates = frame.stage.links.iter().filter(|line| line.kind == LinkKind::Leaf);
        let plates: Vec<_> = plates.filter_map(|line| line.pill.as_ref()).collect();
        assert!(plates.iter().any(|plate| plate.label.text.contains("80 ms")));
        assert!(plates.len() <= 2, "that of the first and that of the selected: {plates:?}");
        player.command(PlayerCommand::Act(after.reset().unwrap()));
        let again = tuner(&mut player, "eu-west/n1", "us-east/n1");
        assert_eq!(again.reset(), None);
    }

    #[test]
    fn a_link_within_a_cluster_and_one_to_an_app_are_tuned_alone() {
        let mut player = Player::new(World::new(one_order()).unwrap());
        player.command(PlayerCommand::SetReducedMotion(true));
        for (a, b) in [("us-east/n1", "us-east/n2"), ("us-east/n1", "checkout")] {
            let tuned = tuner(&mut player, a, b);
            assert_eq!(tuned.reset(), None, "{a} {b}");
            let turn = tuned.turn(Property::Latency, 9).unwrap();
            player.command(PlayerCommand::Act(turn));
            assert!(tuner(&mut player, a, b).reset().is_some());
        }
        let other = tuner(&mut player, "us-east/n1", "us-east/n3");
        assert_eq!(other.reset(), None);
        let place = other.place.expect("it is drawn");
        // It covers no server.
        let rect = Rect::new(place.x, place.y, SLIDERS.0, SLIDERS.1);
        let stage = player.frame().stage;
        assert!(stage.view.contains(&rect));
        let hexes = stage.servers.iter();
        let hexes =
            hexes.map(|hex| Rect::new(hex.centre.x, hex.centre.y, 0.0, 0.0).grow(hex.radius));
        assert!(hexes.into_iter().all(|hex| !hex.overlaps(&rect)), "{rect:?}");
    }

    use crate::view::frame::LinkKind;
}
