//! How a stream follows an origin, a mirror's or one of its sources', as a state machine without a
//! network.
//!
//! The leader of the stream holds one [`Inflow`] for each origin. It asks the origin for a consumer
//! ([`Inflow::ask`]), takes what that one delivers ([`Inflow::hear`]), notices what is missing or
//! that nothing comes any more, and then begins again behind the last message it has. Nothing of
//! it is kept: a new leader knows from its store where to go on.

mod ask;
mod hear;
mod name;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::kernel::{Rng, Span, Time};
use crate::nats::Subject;
use crate::nats::api::{ApiError, SourceInfo, StreamSource};
use crate::nats::transform::Transform;

pub use ask::{Answered, Start};
pub use hear::{Heard, Incoming};
pub use name::{Owner, Position, origin_id, position_of, source_id};

/// Between two attempts to get a consumer there is at least so much time.
const THROTTLE: Span = Span::secs(2);
/// How long the origin may take to answer.
const ANSWER_WAIT: Span = Span::secs(30);
/// How long a consumer that was made beforehand may take.
const RESET_WAIT: Span = Span::secs(5);
/// How often it is looked whether anything still comes, and how long nothing may.
const CHECK: Span = Span::secs(10);
/// What every failure adds to the wait for the next attempt, and the most they add together.
const BACKOFF: (Span, Span) = (Span::secs(10), Span::secs(120));
/// What chance adds to every wait.
const JITTER: (Span, Span) = (Span::millis(100), Span::millis(200));
/// What it adds where a group has a new leader.
const LEADER_JITTER: (Span, Span) = (Span::millis(100), Span::millis(600));

/// What an origin is to a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The stream is its copy.
    Mirror,
    /// The stream gathers from it, and from others.
    Source,
}

/// How far following an origin is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// The next attempt is made then.
    Waiting {
        /// When.
        until: Time,
    },
    /// The origin was asked for a consumer.
    Asking {
        /// Where the answer comes.
        reply: Subject,
        /// Where the consumer is to deliver.
        deliver: Subject,
        /// How long the answer is waited for.
        until: Time,
    },
    /// A consumer of the origin delivers.
    Following {
        /// The consumer.
        consumer: Arc<str>,
        /// Where it delivers.
        deliver: Subject,
        /// When it is looked next whether anything comes.
        check_at: Time,
    },
}

/// What is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tick {
    /// Nothing.
    Nothing,
    /// To ask the origin.
    Ask,
    /// To note that it did not answer; it will be asked again.
    NoAnswer,
    /// To give up a consumer that delivers nothing any more; another one will be asked for.
    Stalled,
}

/// A stream following one origin.
#[derive(Debug, Clone)]
pub struct Inflow {
    kind: Kind,
    id: Arc<str>,
    origin: Arc<str>,
    source: Arc<StreamSource>,
    owner: Owner,
    /// Which subjects come, and what becomes of them.
    transforms: Arc<[(Subject, Option<Transform>)]>,
    phase: Phase,
    asked_at: Option<Time>,
    fails: u64,
    /// The origin's sequence of the last message that was taken, and the number of its delivery.
    seq: u64,
    dseq: u64,
    lag: u64,
    /// How many messages were still to come when the origin last said so.
    behind: u64,
    heard_at: Option<Time>,
    error: Option<ApiError>,
    /// When the origin was created, as it tells it.
    identity: Arc<str>,
    /// Whether the origin is another one than before: what was taken from that one does not count.
    anew: bool,
    /// Whether the consumer was made while it was asked: the next attempt follows at once.
    kicked: bool,
}

impl Inflow {
    /// Begins to follow an origin a moment from now. `replicated`: the stream has other copies.
    pub fn new(
        kind: Kind,
        source: StreamSource,
        owner: Owner,
        replicated: bool,
        now: Time,
        rng: &mut Rng,
    ) -> Self {
        let mut until = now + rng.span(JITTER.0, JITTER.1);
        if replicated {
            until += rng.span(LEADER_JITTER.0, LEADER_JITTER.1);
        }
        // A transform that cannot be was refused before. Without a destination it only filters.
        let transform = |dest: &str, src: &str| Transform::new(src, dest).ok();
        let transforms = source.subject_transforms.iter().map(|t| {
            let src = if t.src.is_empty() { ">" } else { &t.src };
            let rewrites = !t.dest.is_empty();
            (Subject::from(src), if rewrites { transform(&t.dest, src) } else { None })
        });
        Self {
            kind,
            id: source_id(&source).into(),
            origin: origin(&source).into(),
            transforms: transforms.collect(),
            source: Arc::new(source),
            owner,
            phase: Phase::Waiting { until },
            asked_at: None,
            fails: 0,
            seq: 0,
            dseq: 0,
            lag: 0,
            behind: u64::MAX,
            heard_at: None,
            error: None,
            identity: "".into(),
            anew: false,
            kicked: false,
        }
    }

    /// What the origin is to the stream.
    pub fn kind(&self) -> Kind {
        self.kind
    }
    /// What tells it from the stream's other inflows: origin, filters and destinations.
    pub fn id(&self) -> &Arc<str> {
        &self.id
    }
    /// The origin in words: its name, and its domain if that is another one.
    pub fn origin(&self) -> &Arc<str> {
        &self.origin
    }
    /// The origin as it is configured.
    pub fn source(&self) -> &StreamSource {
        &self.source
    }
    /// Which of the origin's subjects it wants; none stands for all.
    pub fn filters(&self) -> Vec<Subject> {
        let one = Some(&self.source.filter_subject).filter(|filter| !filter.is_empty());
        let one = one.into_iter().map(|filter| Subject::from(filter.as_str()));
        one.chain(self.transforms.iter().map(|(src, _)| src.clone())).collect()
    }
    /// How far it is.
    pub fn phase(&self) -> &Phase {
        &self.phase
    }
    /// The origin's sequence of the last message that was taken; 0 if none was.
    pub fn seq(&self) -> u64 {
        self.seq
    }
    /// How many messages were still to come when the last one came.
    pub fn lag(&self) -> u64 {
        self.lag
    }
    /// Whether a consumer of the origin delivers, and fewer messages are to come than this.
    pub fn has_caught_up(&self, within: u64) -> bool {
        matches!(self.phase, Phase::Following { .. }) && self.behind < within
    }
    /// When the origin was last heard of.
    pub fn heard_at(&self) -> Option<Time> {
        self.heard_at
    }
    /// Why the origin gave no consumer when it was asked last, if it said so.
    pub fn error(&self) -> Option<&ApiError> {
        self.error.as_ref()
    }
    /// How often it was asked in vain since it last delivered.
    pub fn fails(&self) -> u64 {
        self.fails
    }
    /// Whether the origin was found to be another one than before, of which nothing was taken yet.
    pub fn is_anew(&self) -> bool {
        self.anew
    }

    /// How far it is, as the API tells it. `seq`: the origin's last message in the stream, told of
    /// sources only.
    pub fn info(&self, now: Time, seq: u64) -> SourceInfo {
        let active = self.heard_at.map_or(-1, |at| now.since(at).as_nanos().cast_signed());
        // The filter of a mirror is told once it was used.
        let filter = self.kind == Kind::Source || self.asked_at.is_some();
        SourceInfo {
            name: self.source.name.clone(),
            external: self.source.external.clone(),
            lag: self.lag,
            seq: if self.kind == Kind::Source { seq } else { 0 },
            active,
            error: self.error.clone(),
            filter_subject: if filter { self.source.filter_subject.clone() } else { String::new() },
            subject_transforms: self.source.subject_transforms.clone(),
        }
    }

    /// When there is something to do.
    pub fn deadline(&self) -> Time {
        match &self.phase {
            Phase::Waiting { until } | Phase::Asking { until, .. } => *until,
            Phase::Following { check_at, .. } => *check_at,
        }
    }

    /// Time has passed.
    pub fn tick(&mut self, now: Time, rng: &mut Rng) -> Tick {
        if now < self.deadline() {
            return Tick::Nothing;
        }
        match &mut self.phase {
            Phase::Waiting { .. } => Tick::Ask,
            Phase::Asking { .. } => {
                self.fails = if self.kicked { 0 } else { self.fails + 1 };
                self.wait(now, rng);
                Tick::NoAnswer
            }
            Phase::Following { check_at, .. } => {
                *check_at = now + CHECK;
                if self.heard_at.is_some_and(|at| now.since(at) <= CHECK) {
                    return Tick::Nothing;
                }
                self.retry(now, rng);
                Tick::Stalled
            }
        }
    }

    /// The consumer is no good any more: soon another one is asked for.
    pub fn retry(&mut self, now: Time, rng: &mut Rng) {
        let rested = self.asked_at.is_none_or(|at| now.since(at) >= THROTTLE);
        if self.kind == Kind::Mirror && rested {
            self.phase = Phase::Waiting { until: now };
        } else {
            self.wait(now, rng);
        }
    }

    /// A way to the origin has opened: who waits for nothing but time, or for a consumer that may be
    /// gone, asks as soon as may be. Gives whether it will.
    pub fn kick(&mut self, now: Time, rng: &mut Rng) -> bool {
        let waits = match &self.phase {
            Phase::Waiting { .. } => true,
            Phase::Asking { .. } => false,
            Phase::Following { .. } => self.heard_at.is_none_or(|at| now.since(at) > CHECK),
        };
        if waits {
            self.fails = 0;
            self.retry(now, rng);
        }
        waits
    }

    /// The consumer that is to be used was made, or has another leader.
    pub fn consumer_made(&mut self, now: Time, rng: &mut Rng) {
        match self.phase {
            Phase::Waiting { .. } => {
                self.fails = 0;
                self.wait(now, rng);
            }
            Phase::Asking { .. } => self.kicked = true,
            Phase::Following { .. } => {}
        }
    }

    fn wait(&mut self, now: Time, rng: &mut Rng) {
        let rested = self.asked_at.map_or(THROTTLE, |at| now.since(at));
        let throttle = Span(THROTTLE.0.saturating_sub(rested.0));
        let backoff = Span((BACKOFF.0.0 * self.fails).min(BACKOFF.1.0));
        let until = now + throttle + backoff + rng.span(JITTER.0, JITTER.1);
        self.phase = Phase::Waiting { until };
    }
}

/// An origin in words: its name, and its domain if that is another one.
pub fn origin(source: &StreamSource) -> String {
    match source.external.as_ref().and_then(|external| external.domain()) {
        Some(domain) => format!("{} in {domain}", source.name),
        None => source.name.clone(),
    }
}
