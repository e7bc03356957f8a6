//! What is done to a world from outside, processes and links, as one says it in words: read from a
//! line of the console, and by lessons, which use the same words.

use crate::kernel::{LinkSpec, ProcState, Ratio, Span};
use crate::nats::time::parse_duration;
use crate::world::{Input, World};

use super::commands::{Harm, Verb};
use super::parse::Invocation;

/// What is done.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// This, whatever the world is like.
    Give(Input),
    /// Something happens to the server that leads a stream at that moment.
    Leader {
        /// What.
        hit: LeaderFault,
        /// The cluster's name, if it is said.
        cluster: Option<String>,
        /// The JetStream domain of the cluster, if it is said.
        domain: Option<String>,
        /// The stream's name.
        stream: String,
    },
    /// All servers of a cluster die.
    Dark {
        /// The cluster's name.
        cluster: String,
        /// Whether their disks are lost with them.
        lose_disk: bool,
    },
    /// A link changes.
    Link {
        /// One end.
        a: String,
        /// The other.
        b: String,
        /// What about it.
        change: LinkChange,
    },
}

/// What can happen to the server that leads a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaderFault {
    /// It dies.
    Crash,
    /// It dies and loses its disk.
    Wreck,
    /// It stops in an orderly way.
    Stop,
    /// It freezes.
    Pause,
    /// Its power fails.
    PowerCut,
}

/// What of a link changes; the rest stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LinkChange {
    /// How long a packet is under way.
    pub latency: Option<Span>,
    /// At most how much longer.
    pub jitter: Option<Span>,
    /// How likely a packet is lost.
    pub loss: Option<Ratio>,
    /// Bytes a second; 0 for no limit.
    pub bandwidth: Option<u64>,
}

impl Fault {
    /// What a line means; nothing if it is no line of this kind.
    ///
    /// # Errors
    /// What is missing in it, or too much.
    pub fn read(line: &Invocation) -> Option<Result<Self, String>> {
        match line.verb {
            Verb::Fault(Harm::Ls) => None,
            Verb::Fault(harm) => Some(Self::harm(harm, line)),
            Verb::Link => Some(Self::link(line)),
            _ => None,
        }
    }

    fn harm(harm: Harm, line: &Invocation) -> Result<Self, String> {
        let word = |n: usize| line.arg(n).unwrap_or_default().to_owned();
        let (first, second) = (word(0), line.arg(1));
        let lose_disk = line.on("lose-disk");
        let hit = match harm {
            Harm::Crash if lose_disk => Some(LeaderFault::Wreck),
            Harm::Crash => Some(LeaderFault::Crash),
            Harm::Stop => Some(LeaderFault::Stop),
            Harm::Pause => Some(LeaderFault::Pause),
            Harm::PowerCut => Some(LeaderFault::PowerCut),
            _ => None,
        };
        if let Some(hit) = hit {
            match (first.as_str(), second) {
                ("leader", Some(path)) => return Ok(Self::leader(hit, path, line.domain())),
                ("leader", None) => {
                    return Err("leader of which stream? Write leader STREAM".to_owned());
                }
                (_, Some(more)) => {
                    return Err(format!(
                        "unexpected argument '{more}'; only leader takes a stream"
                    ));
                }
                (_, None) => {}
            }
        }
        Ok(Self::Give(match harm {
            Harm::Crash => Input::Crash { process: first, lose_disk },
            Harm::Stop => Input::Stop { process: first },
            Harm::Restart => Input::Restart { process: first },
            Harm::Pause => Input::Pause { process: first },
            Harm::Resume => Input::Resume { process: first },
            Harm::Cut => Input::Cut { a: first, b: word(1) },
            Harm::Block => Input::Block { from: first, to: word(1) },
            Harm::Heal => match (first.as_str(), second) {
                ("all", None) => Input::HealAll,
                (_, Some(b)) => Input::Heal { b: b.to_owned(), a: first },
                (_, None) => return Err("heal A B, or heal all".to_owned()),
            },
            Harm::Remove => Input::RemoveClient { client: first },
            Harm::Dark => return Ok(Self::Dark { cluster: first, lose_disk }),
            Harm::PowerCut => Input::PowerCut { process: first },
            Harm::SlowDisk => {
                Input::SlowDisk { process: first, latency: Span(second.map_or(0, nanos)) }
            }
            Harm::Clock => {
                let offset = i64::try_from(second.map_or(0, nanos)).unwrap_or(i64::MAX);
                let ahead = if line.on("behind") { -offset } else { offset };
                Input::Clock { process: first, ahead }
            }
            Harm::BlackHole => {
                Input::Partition { sides: vec![vec![first], vec![word(1)]], silent: true }
            }
            Harm::Partition => {
                let side = |n: usize| word(n).split(',').map(str::to_owned).collect();
                let given = (0..3).take_while(|n| line.arg(*n).is_some());
                Input::Partition { sides: given.map(side).collect(), silent: line.on("silent") }
            }
            Harm::LoseAck => Input::LoseAck { client: first },
            Harm::Duplicate => Input::Duplicate { client: first },
            Harm::Win => Input::Favour { process: first, stream: second.map(str::to_owned) },
            Harm::SplitVote => {
                Input::SplitVote { cluster: first, stream: second.map(str::to_owned) }
            }
            Harm::Ls => return Err("fault ls changes nothing".to_owned()),
        }))
    }

    fn leader(hit: LeaderFault, path: &str, domain: Option<&str>) -> Self {
        let (cluster, stream) = match path.split_once('/') {
            Some((cluster, stream)) => (Some(cluster.to_owned()), stream),
            None => (None, path),
        };
        let domain = domain.map(str::to_owned);
        Self::Leader { hit, cluster, domain, stream: stream.to_owned() }
    }

    fn link(line: &Invocation) -> Result<Self, String> {
        let (Some(a), Some(b)) = (line.arg(0), line.arg(1)) else {
            return Err("a link has two ends: link A B --latency 84ms".to_owned());
        };
        let change = LinkChange {
            latency: line.span("latency"),
            jitter: line.span("jitter"),
            loss: line.text("loss").and_then(percent),
            bandwidth: line.bytes("bandwidth").map(|bytes| u64::try_from(bytes).unwrap_or(0)),
        };
        if change == LinkChange::default() {
            return Err(
                "what about the link? Say --latency, --jitter, --loss or --bandwidth".to_owned()
            );
        }
        Ok(Self::Link { a: a.to_owned(), b: b.to_owned(), change })
    }

    /// What to give to a world to do this now, in order.
    ///
    /// # Errors
    /// Why it cannot be, and which names there are.
    pub fn inputs(&self, world: &World) -> Result<Vec<Input>, String> {
        let inputs = match self {
            Self::Give(input) => vec![input.clone()],
            Self::Leader { hit, cluster, domain, stream } => {
                let process = leader(world, cluster.as_deref(), domain.as_deref(), stream)?;
                vec![match hit {
                    LeaderFault::Crash => Input::Crash { process, lose_disk: false },
                    LeaderFault::Wreck => Input::Crash { process, lose_disk: true },
                    LeaderFault::Stop => Input::Stop { process },
                    LeaderFault::Pause => Input::Pause { process },
                    LeaderFault::PowerCut => Input::PowerCut { process },
                }]
            }
            Self::Dark { cluster, lose_disk } => {
                let wanted = Some(cluster_of(world, cluster)?);
                let living = world.servers().any(|(process, state, _)| {
                    state != ProcState::Down && world.cluster_of(process) == wanted
                });
                let crash = Input::Crash { process: cluster.clone(), lose_disk: *lose_disk };
                if living { vec![crash] } else { Vec::new() }
            }
            Self::Link { a, b, change } => {
                let ends = world.between(a, b).map_err(|why| why.to_string())?;
                let mut links = ends.iter().filter_map(|(a, b)| world.sim().link(*a, *b));
                let now = links.next().map(|link| link.spec).unwrap_or_default();
                let spec = LinkSpec {
                    latency: change.latency.unwrap_or(now.latency),
                    jitter: change.jitter.unwrap_or(now.jitter),
                    loss: change.loss.unwrap_or(now.loss),
                    bandwidth: change.bandwidth.unwrap_or(now.bandwidth),
                };
                vec![Input::Link { a: a.clone(), b: b.clone(), spec }]
            }
        };
        for input in &inputs {
            world.check(input).map_err(|why| why.to_string())?;
        }
        Ok(inputs)
    }
}

/// The place of a cluster in the topology, by its name.
fn cluster_of(world: &World, name: &str) -> Result<usize, String> {
    let clusters = &world.topology().clusters;
    clusters.iter().position(|cluster| cluster.name == name).ok_or_else(|| {
        let known: Vec<&str> = clusters.iter().map(|cluster| &*cluster.name).collect();
        format!("there is no cluster called {name:?}; there are {}", known.join(", "))
    })
}

/// The name of the server that leads a stream.
fn leader(
    world: &World,
    cluster: Option<&str>,
    domain: Option<&str>,
    stream: &str,
) -> Result<String, String> {
    let wanted = cluster.map(|name| cluster_of(world, name)).transpose()?;
    let clusters = &world.topology().clusters;
    let path = |at: usize, stream: &str| {
        let cluster = clusters.get(at).map_or("", |cluster| &*cluster.name);
        format!("{cluster}/{stream}")
    };
    let fits = |at: usize| {
        let own = clusters.get(at).and_then(|cluster| cluster.domain.as_deref());
        wanted.is_none_or(|wanted| wanted == at) && (domain.is_none() || domain == own)
    };
    let all = world.streams();
    let mut found = all.iter().filter(|view| **view.name == *stream && fits(view.cluster));
    let Some(view) = found.next() else {
        let known: Vec<String> = all.iter().map(|view| path(view.cluster, view.name)).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return Err(format!("there is no such stream {stream:?}; there are {known}"));
    };
    if let Some(other) = found.next() {
        let (one, other) = (path(view.cluster, stream), path(other.cluster, stream));
        return Err(format!("which {stream}? Write {one} or {other}, or say --domain"));
    }
    let leader = view.leader().map(|leader| world.name(leader).to_owned());
    leader.ok_or_else(|| format!("{} has no leader now", path(view.cluster, stream)))
}

/// How long something is that was checked to be a duration.
fn nanos(text: &str) -> u64 {
    parse_duration(text).unwrap_or(0)
}

/// `10%`, below 100.
pub(super) fn percent(text: &str) -> Option<Ratio> {
    let percent: u32 = text.strip_suffix('%').unwrap_or(text).parse().ok()?;
    (percent < 100).then(|| Ratio::percent(percent))
}
