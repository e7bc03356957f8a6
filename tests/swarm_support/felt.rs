//! Which faults came to pass: counted by what the trace says of them where one can only be set up.

use std::collections::BTreeMap;

use windtunnel::kernel::{DropReason, EventId, EventKind, ProcId, Time, Trap};
use windtunnel::server::{self, Timer};
use windtunnel::world::{Input, NodeTimer, Note, World};

/// All kinds of faults that the swarm knows. Each has to come to pass.
pub(crate) const KINDS: [&str; 21] = [
    "acknowledgement lost",
    "bad link",
    "black hole",
    "clock ahead",
    "clock behind",
    "cut",
    "disk lost",
    "election favoured",
    "frozen",
    "kill",
    "link healed",
    "message doubled",
    "one-way cut",
    "partition",
    "power cut",
    "power cut that took messages",
    "silent partition",
    "slow write",
    "start",
    "stop",
    "vote split",
];

/// How often each came to pass.
#[derive(Debug, Default)]
pub(crate) struct Felt {
    pub(crate) times: BTreeMap<&'static str, usize>,
    /// The last campaign: when, in which group and term, and whose.
    campaign: Option<(Time, String, u64, ProcId)>,
    next: u64,
}

impl Felt {
    pub(crate) fn add(&mut self, kind: &'static str) {
        *self.times.entry(kind).or_default() += 1;
    }

    /// Somebody did this.
    pub(super) fn given(&mut self, input: &Input) {
        self.add(match input {
            Input::Crash { lose_disk: false, .. } => "kill",
            Input::Crash { .. } => "disk lost",
            Input::Restart { .. } => "start",
            Input::Stop { .. } => "stop",
            Input::Pause { .. } => "frozen",
            Input::PowerCut { .. } => "power cut",
            Input::Clock { ahead, .. } if *ahead > 0 => "clock ahead",
            Input::Clock { .. } => "clock behind",
            Input::Cut { .. } => "cut",
            Input::Block { .. } => "one-way cut",
            Input::Heal { .. } => "link healed",
            Input::Link { .. } => "bad link",
            Input::Favour { .. } => "election favoured",
            Input::Partition { sides, silent: true } if sides.concat().len() == 2 => "black hole",
            Input::Partition { silent: true, .. } => "silent partition",
            Input::Partition { .. } => "partition",
            _ => return,
        });
    }

    /// Looks at what happened since the last time.
    pub(super) fn watch(&mut self, world: &World) {
        let trace = world.sim().trace();
        let from = std::mem::replace(&mut self.next, trace.len());
        for event in trace.since(EventId(from)) {
            let cause = || event.cause.and_then(|cause| trace.get(cause)).map(|event| &event.kind);
            match &event.kind {
                EventKind::Dropped { reason: DropReason::Trap, .. } => {
                    self.add("acknowledgement lost");
                }
                EventKind::Sent { .. }
                    if matches!(cause(), Some(EventKind::TrapSet { trap: Trap::Twice })) =>
                {
                    self.add("message doubled");
                }
                EventKind::Timer(NodeTimer::Server(Timer::Written)) => self.add("slow write"),
                EventKind::Note(Note::Server(server::Note::Campaigned { group, term })) => {
                    let (at, place) = (event.at, event.place);
                    if let Some((when, of, in_term, by)) = &self.campaign
                        && (*when, of.as_str(), *in_term) == (at, &**group, *term)
                        && *by != place
                    {
                        self.add("vote split");
                    }
                    self.campaign = Some((at, group.to_string(), *term, place));
                }
                _ => {}
            }
        }
    }
}
