//! What flows between streams: which follows which, how it is, and what it keeps that its origin has no
//! more.

use std::sync::Arc;

use crate::jetstream::inflow::{Kind, Phase, origin, position_of, source_id};
use crate::kernel::Span;
use crate::nats::api::StreamSource;
use crate::world::{InflowView, StreamView, World};

use super::content::{self, StoredMessage};
use super::entity::Entity;
use super::palette::Token;
use super::text::{age, grouped};

/// Whoever follows an origin hears of it every second, and a little later if it is far away.
pub const RECENT: Span = Span::secs(2);
/// So many messages are looked at for what the origin has no more.
const LOOKED_AT: usize = 1_000;

/// How a flow is, from well to bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FlowState {
    /// It has everything.
    InStep,
    /// The origin has more.
    CatchingUp,
    /// It has not asked its origin yet, or for the first time.
    Starting,
    /// Nothing comes of the origin any more.
    Stalled,
    /// The origin was asked again, and gave no consumer or no answer.
    Unreachable,
    /// The stream that takes has no leader.
    Leaderless,
}

impl FlowState {
    /// It in a word or two.
    pub const fn word(self) -> &'static str {
        match self {
            Self::InStep => "in step",
            Self::CatchingUp => "catching up",
            Self::Starting => "starting",
            Self::Stalled => "stalled",
            Self::Unreachable => "unreachable",
            Self::Leaderless => "no leader",
        }
    }

    /// What it means, in a sentence.
    pub const fn means(self) -> &'static str {
        match self {
            Self::InStep => "It has all that its origin has for it.",
            Self::CatchingUp => "Its origin has more for it: that is on its way.",
            Self::Starting => "It asks its origin for a consumer that sends it the messages.",
            Self::Stalled => {
                "It hears nothing of its origin any more. After 10 s of silence it asks for another consumer."
            }
            Self::Unreachable => {
                "It asked its origin again, in vain. It goes on asking, less and less often, up to every two \
                 minutes."
            }
            Self::Leaderless => "Nobody takes messages for it: it has no leader.",
        }
    }

    /// Whether something is wrong.
    pub const fn is_bad(self) -> bool {
        matches!(self, Self::Stalled | Self::Unreachable | Self::Leaderless)
    }

    /// Its colour.
    pub const fn tone(self) -> Token {
        match self {
            Self::InStep => Token::Ack,
            Self::CatchingUp | Self::Starting => Token::Deliver,
            Self::Stalled | Self::Unreachable | Self::Leaderless => Token::Fault,
        }
    }
}

/// A stream that follows an origin.
#[derive(Debug, Clone)]
pub struct Flow<'a> {
    /// The cluster of the stream that takes.
    pub cluster: usize,
    /// That stream.
    pub stream: &'a Arc<str>,
    /// Which of its sources; 0 for a mirror.
    pub number: usize,
    /// Whether it is a mirror or a source.
    pub kind: Kind,
    /// The origin as it is configured.
    pub source: &'a StreamSource,
    /// The cluster of the origin; none if no cluster has the domain.
    pub origin_cluster: Option<usize>,
    /// What its leader knows, if it has one.
    pub view: Option<InflowView<'a>>,
    /// How it is.
    pub state: FlowState,
    /// For how long nothing was heard of the origin.
    pub silent: Option<Span>,
}

impl<'a> Flow<'a> {
    /// Everything that flows between streams, by the cluster and the name of the stream that takes.
    pub fn all(world: &'a World) -> Vec<Self> {
        Self::among(world, &world.streams())
    }

    /// What flows into these streams.
    pub fn among(world: &'a World, streams: &[StreamView<'a>]) -> Vec<Self> {
        let follows = |stream: &StreamView<'_>| {
            stream
                .config()
                .is_some_and(|config| config.mirror.is_some() || !config.sources.is_empty())
        };
        let mut flows = Vec::new();
        if !streams.iter().any(follows) {
            return flows;
        }
        let inflows = world.inflows();
        for stream in streams {
            let Some(config) = stream.config() else { continue };
            let mirror = config.mirror.iter().map(|source| (Kind::Mirror, source));
            let sources = config.sources.iter().map(|source| (Kind::Source, source));
            let leader = stream.leader();
            for (number, (kind, source)) in mirror.chain(sources).enumerate() {
                let id = source_id(source);
                let is_it = |view: &&InflowView<'_>| {
                    (view.cluster, view.stream) == (stream.cluster, stream.name)
                        && Some(view.server) == leader
                        && **view.inflow.id() == *id
                };
                let view = inflows.iter().find(is_it).copied();
                flows.push(Self {
                    cluster: stream.cluster,
                    stream: stream.name,
                    number,
                    kind,
                    source,
                    origin_cluster: world.origin_cluster(stream.cluster, source),
                    state: state(world, view.as_ref(), leader.is_some()),
                    silent: view.and_then(|view| view.silent_for(world)),
                    view,
                });
            }
        }
        flows
    }

    /// The flow that an entity stands for.
    pub fn find(world: &'a World, entity: &Entity) -> Option<Self> {
        Self::all(world).into_iter().find(|flow| flow.entity() == *entity)
    }

    /// What it is on the page.
    pub fn entity(&self) -> Entity {
        let (cluster, stream) = (self.cluster, Arc::clone(self.stream));
        Entity::Flow { cluster, stream, source: self.number }
    }

    /// The origin on the page, if there is a cluster it could be in.
    pub fn origin_entity(&self) -> Option<Entity> {
        let name = self.source.name.as_str().into();
        self.origin_cluster.map(|cluster| Entity::Stream { cluster, name })
    }

    /// The origin in words: its name, and its domain if that is another one.
    pub fn origin(&self) -> String {
        origin(self.source)
    }

    /// "mirror" or "source".
    pub const fn word(&self) -> &'static str {
        if matches!(self.kind, Kind::Mirror) { "mirror" } else { "source" }
    }

    /// What it takes and what becomes of it, if that is not simply everything: "orders.us.>",
    /// "orders.> → us.orders.>".
    pub fn takes(&self) -> Option<String> {
        let transforms = self.source.subject_transforms.iter().map(|transform| {
            let src = if transform.src.is_empty() { ">" } else { &transform.src };
            match transform.dest.as_str() {
                "" => src.to_owned(),
                dest => format!("{src} → {dest}"),
            }
        });
        let filter = Some(self.source.filter_subject.clone()).filter(|filter| !filter.is_empty());
        let all: Vec<String> = filter.into_iter().chain(transforms).collect();
        (!all.is_empty()).then(|| all.join(", "))
    }

    /// How many messages are still to come.
    pub fn behind(&self) -> u64 {
        self.view.map_or(0, |view| view.behind)
    }

    /// How it is, with what it lacks and for how long it heard nothing: longer, shorter, shortest.
    pub fn lag(&self) -> Vec<String> {
        lag(self.state, self.behind(), self.silent)
    }

    /// What it is, in words.
    pub fn a11y(&self, world: &World) -> String {
        let clusters = &world.topology().clusters;
        let place = |cluster: usize| match clusters.get(cluster) {
            Some(cluster) if clusters.len() > 1 => format!(" in {}", cluster.name),
            _ => String::new(),
        };
        let mut text = format!(
            "{} {}{} of {}{}",
            if self.kind == Kind::Mirror { "mirror" } else { "source of" },
            self.stream,
            place(self.cluster),
            self.source.name,
            self.origin_cluster.map(place).unwrap_or_default(),
        );
        if self.kind == Kind::Source {
            text = format!(
                "{} {} gathers from {}{}",
                self.stream,
                place(self.cluster).trim(),
                self.source.name,
                self.origin_cluster.map(place).unwrap_or_default()
            );
        }
        if let Some(takes) = self.takes() {
            text.push_str(&format!(", {takes}"));
        }
        format!("{text}: {}", self.lag().first().map_or("", String::as_str))
    }

    /// The sequence that one of its stream's messages has in its origin; none if it is not from there.
    pub fn origin_seq(&self, message: &StoredMessage) -> Option<u64> {
        if self.kind == Kind::Mirror {
            return Some(message.seq);
        }
        let header = message.headers.as_ref()?.get("Nats-Stream-Source")?;
        let (id, position) = position_of(header)?;
        (id == source_id(self.source)).then_some(position.seq)
    }

    /// Whether the origin has a message no more that it once had. `origin`: its copy to look at.
    pub fn is_gone(&self, origin: &content::Stream, message: &StoredMessage) -> bool {
        self.origin_seq(message).is_some_and(|seq| content::get(origin, seq).is_none())
    }

    /// Messages that the stream has and its origin no more, newest first: deletes and purges, and what
    /// limits remove, are not replicated.
    pub fn kept(&self, streams: &[StreamView<'a>]) -> Vec<&'a Arc<StoredMessage>> {
        let best = |cluster: usize, name: &str| {
            let mut all = streams.iter();
            all.find(|view| view.cluster == cluster && **view.name == *name)
                .and_then(|view| view.best())
                .map(|best| best.stream)
        };
        let own = best(self.cluster, self.stream);
        let origin = self.origin_cluster.and_then(|cluster| best(cluster, &self.source.name));
        let (Some(own), Some(origin)) = (own, origin) else { return Vec::new() };
        let newest = content::newest(own).take(LOOKED_AT);
        newest.filter(|message| self.is_gone(origin, message)).collect()
    }
}

fn state(world: &World, view: Option<&InflowView<'_>>, led: bool) -> FlowState {
    let Some(view) = view else {
        // A leader that has just been elected has not begun yet.
        return if led { FlowState::Starting } else { FlowState::Leaderless };
    };
    let follows = matches!(view.inflow.phase(), Phase::Following { .. });
    let silent = view.silent_for(world).is_some_and(|silent| silent > RECENT);
    match (follows, silent) {
        (false, _) if view.inflow.fails() > 0 => FlowState::Unreachable,
        (_, true) => FlowState::Stalled,
        (true, false) if view.behind == 0 => FlowState::InStep,
        (true, false) => FlowState::CatchingUp,
        (false, false) => FlowState::Starting,
    }
}

/// A state with what is lacking and for how long nothing was heard: longer, shorter, shortest.
pub fn lag(state: FlowState, behind: u64, silent: Option<Span>) -> Vec<String> {
    let word = state.word().to_owned();
    let silent = silent.map(age);
    let lacks = (behind > 0).then(|| format!("{} behind", grouped(behind)));
    match (state, silent, lacks) {
        (FlowState::InStep | FlowState::Starting, ..) => vec![word],
        (FlowState::CatchingUp, Some(silent), Some(lacks)) => {
            vec![format!("{lacks} · {silent}"), lacks]
        }
        (FlowState::CatchingUp, None, Some(lacks)) => vec![lacks],
        (_, Some(silent), Some(lacks)) => {
            let longer = format!("{word} {silent}");
            vec![format!("{longer} · {lacks}"), longer, word]
        }
        (_, Some(silent), None) => vec![format!("{word} {silent}"), word],
        (_, None, Some(lacks)) => vec![format!("{word} · {lacks}"), word],
        (_, None, None) => vec![word],
    }
}

#[cfg(test)]
mod tests;
