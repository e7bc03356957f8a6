//! How the commands of a session go on: what they need next, what they print meanwhile.

use crate::kernel::{Span, Time};
use crate::world::{Input, World};

use super::{Session, TIMEOUT};
use crate::console::entry::{Entry, Issued, Output, State, What};
use crate::console::gather;
use crate::console::line::Line;
use crate::console::parse::Invocation;
use crate::console::plan::{self, OpView, Run, Stop};

impl Session {
    /// The inputs that running commands need to go on. To be asked after each advance of the world,
    /// at the head of the branch; each input is given once and must be given to the world.
    pub fn poll(&mut self, world: &World) -> Vec<Input> {
        let mut inputs: Vec<Input> = Vec::new();
        for index in 0..self.entries.len() {
            let entry = &self.entries[index];
            if !matches!(&entry.what, What::Script { finished: None, .. }) {
                continue;
            }
            let output = self.render(entry, world);
            let client = entry.client.clone();
            let ends = self.ends(entry, world);
            let asked = match &output.next {
                Some(input @ Input::Call { call, .. }) if world.check(input).is_ok() => {
                    let ahead = inputs.iter().filter(|input| is_of(input, &client)).count() as u64;
                    let next = gather::client(world, &client).map(|(_, client)| client.next_op());
                    next.map(|next| Issued {
                        position: world.position() + inputs.len() as u64,
                        op: self.next_op(&client, next, ahead, world.position()),
                        call: call.clone(),
                        ended: None,
                    })
                }
                _ => None,
            };
            let What::Script { ops, finished, .. } = &mut self.entries[index].what else {
                continue;
            };
            ops.iter_mut().zip(ends).for_each(|(issued, ended)| issued.ended = ended);
            match output.state {
                State::Done | State::Failed => *finished = Some((world.position(), output)),
                _ => {
                    if let Some(issued) = asked {
                        ops.push(issued);
                        inputs.extend(output.next);
                    }
                }
            }
        }
        inputs
    }

    /// When the operations of an entry ended, as far as they have.
    fn ends(&self, entry: &Entry, world: &World) -> Vec<Option<Time>> {
        let What::Script { ops, .. } = &entry.what else { return Vec::new() };
        let found = gather::client(world, &entry.client);
        let end = |issued: &Issued| {
            let (process, client) = found?;
            let record = client.op(issued.op).filter(|record| *record.call == issued.call)?;
            gather::view(world, process, issued, record).ended
        };
        ops.iter().map(end).collect()
    }

    /// Lets a world go on, giving it what the commands need, until nothing that was typed is waited
    /// for any more, or so much time has passed. For worlds that are driven without a player.
    pub fn run(&mut self, world: &mut World, limit: Span) {
        let end = world.now() + limit;
        while world.now() < end {
            for input in self.poll(world) {
                // It was checked when it was asked for; one that is wrong does nothing.
                let _ = world.give(&input);
            }
            if !self.is_running(world) {
                return;
            }
            match (world.next_at(), self.wakes_at(world)) {
                (next, Some(at)) if next.is_none_or(|next| at < next) => {
                    world.run_until(at.min(end));
                }
                (Some(_), _) => {
                    world.step();
                }
                (None, _) => return,
            }
        }
    }

    /// When the session wants to be polled although nothing may happen until then: a command waits
    /// for time to pass.
    pub fn wakes_at(&self, world: &World) -> Option<Time> {
        let wakes = self.entries.iter().filter_map(|entry| match &entry.what {
            What::Script { finished: None, .. } => self.follow(entry, world).1,
            _ => None,
        });
        wakes.filter(|at| *at > world.now()).min()
    }

    /// Whether a command waits for an answer or for time to pass. Those that listen do not count.
    pub fn is_running(&self, world: &World) -> bool {
        let position = world.position();
        self.entries.iter().any(|entry| match &entry.what {
            What::Fixed(_) | What::Given(_) => false,
            What::Script { finished: Some((noticed, _)), .. } if *noticed <= position => false,
            What::Script { .. } => self.render(entry, world).state == State::Running,
        })
    }

    /// What an entry prints in this state of the world.
    pub fn render(&self, entry: &Entry, world: &World) -> Output {
        if !entry.is_visible_at(world.position()) {
            return Output { lines: Vec::new(), state: State::NotYet, next: None };
        }
        match &entry.what {
            What::Fixed(output) | What::Given(output) => output.clone(),
            What::Script { finished: Some((position, output)), .. }
                if *position <= world.position() =>
            {
                output.clone()
            }
            What::Script { .. } => self.follow(entry, world).0,
        }
    }

    /// What an entry that waits for time to pass prints if it ends now; nothing if it does not wait.
    pub(super) fn paused(&self, entry: &Entry, world: &World) -> Option<Output> {
        if !entry.is_visible_at(world.position()) {
            return None;
        }
        let (output, wakes) = self.follow(entry, world);
        wakes.map(|_| Output { state: State::Done, next: None, ..output })
    }

    /// Runs the script of an entry as far as it goes; also when it wants to go on, if it waits for
    /// that time only.
    fn follow(&self, entry: &Entry, world: &World) -> (Output, Option<Time>) {
        let What::Script { invocation, ops, .. } = &entry.what else {
            return (self.render(entry, world), None);
        };
        let mut views: Vec<OpView<'_>> = Vec::new();
        let (mut lost, mut lasting, mut away) = (false, false, false);
        if let Some((process, client)) = gather::client(world, &entry.client) {
            away = client.connected_to().is_none();
            for issued in ops {
                match client.op(issued.op) {
                    Some(record) if *record.call == issued.call => {
                        lasting = record.is_lasting();
                        views.push(gather::view(world, process, issued, record));
                    }
                    _ => {
                        lost = issued.op < client.next_op();
                        break;
                    }
                }
            }
        }
        let mut run = script(invocation, &views, entry.at);
        let result = plan::run(&mut run, invocation);
        let all_used = run.used() == ops.len();
        lasting |= run.is_going_on();
        let mut lines = run.into_lines();
        let waiting = if lasting { State::Listening } else { State::Running };
        let mut wakes = None;
        let (state, next) = match result {
            Ok(()) => (State::Done, None),
            Err(Stop::Failed) => (State::Failed, None),
            Err(Stop::Waiting) => (waiting, None),
            Err(Stop::Ask(..)) if lost => {
                lines.push(Line::hint("What came of it is not remembered any more."));
                (State::Done, None)
            }
            Err(Stop::Ask(call, at)) if all_used => {
                wakes = Some(at);
                let input = Input::Call { client: entry.client.clone(), call: *call };
                (waiting, (at <= world.now()).then_some(input))
            }
            Err(Stop::Ask(..)) => (waiting, None),
        };
        if away && matches!(state, State::Running | State::Listening) {
            let who = &entry.client;
            lines.push(Line::hint(format!(
                "{who} is not connected; this goes on as soon as it is."
            )));
        }
        (Output { lines, state, next }, wakes)
    }
}

pub(super) fn script<'a>(invocation: &'a Invocation, views: &'a [OpView<'a>], at: Time) -> Run<'a> {
    let timeout = invocation.span("timeout").filter(|timeout| *timeout != TIMEOUT);
    let run = Run::new(views, at, invocation.domain(), timeout);
    if invocation.client.is_some() { run.for_app() } else { run }
}

fn is_of(input: &Input, name: &str) -> bool {
    matches!(input, Input::Call { client, .. } if client == name)
}
