//! A console: lines typed by a client, what they send, what they print.
//!
//! A session sends nothing by itself. [`Session::submit`] gives the input with which a line begins;
//! whoever drives the world gives it to the world, lets time pass, and after each advance asks
//! [`Session::poll`] for the inputs that running commands need next. All of them are plain calls of
//! a client, so they are in the input log like everything else.
//!
//! Printing is a pure function of an entry and a world ([`Session::render`]), so that it follows when
//! the world is looked at in an earlier state. A session belongs to one branch of history: when a
//! branch is left in another direction, [`Session::forget_after`] takes back what was typed later
//! there (`submit` does it by itself), and a clone can be kept for the old branch.

use crate::client::{Call, OpId};
use crate::kernel::{Rng, Span, Time};
use crate::world::{Input, World};

use super::commands::Verb;
use super::complete::{Completion, complete};
use super::echo::echo;
use super::entry::{Entry, Issued, Output, State, What};
use super::gather;
use super::history::LineHistory;
use super::line::Line;
use super::parse::{Invocation, Parsed, parse};
use super::plan::{self, OpView, Run, Stop};
use super::usage::{UsageError, help};
use super::{reports, servers, template};

/// What the real CLI waits for an answer if nothing else is said. Only another timeout has to be
/// told to the client.
const TIMEOUT: Span = Span::secs(5);

/// A console of a world.
#[derive(Debug, Clone)]
pub struct Session {
    client: String,
    entries: Vec<Entry>,
    history: LineHistory,
}

/// What becomes of a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Submission {
    /// Which entry it is; none for a blank line.
    pub entry: Option<usize>,
    /// What to give to the world, in order, before time passes.
    pub inputs: Vec<Input>,
}

impl Session {
    /// A console at which a client of this name types, unless a line says otherwise.
    pub fn new(client: &str) -> Self {
        Self { client: client.to_owned(), entries: Vec::new(), history: LineHistory::default() }
    }

    /// The client that types.
    pub fn client(&self) -> &str {
        &self.client
    }

    /// What was typed, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The lines for the up and down keys.
    pub fn history(&mut self) -> &mut LineHistory {
        &mut self.history
    }

    /// What a line could go on with.
    pub fn complete(&self, line: &str, world: &World) -> Completion {
        complete(line, &gather::facts(world))
    }

    /// Takes a line at this state of the world.
    ///
    /// # Errors
    /// What is wrong with the line. Nothing has changed then.
    pub fn submit(&mut self, line: &str, world: &World) -> Result<Submission, UsageError> {
        let parsed = parse(line)?;
        let nothing = Submission { entry: None, inputs: Vec::new() };
        let (what, client, input) = match parsed {
            Parsed::Nothing => return Ok(nothing),
            Parsed::Help(path) => {
                let lines = help(&path).into_iter().map(Line::plain).collect();
                (fixed(lines, true), self.client.clone(), None)
            }
            Parsed::Run(invocation) => {
                let client = invocation.client.clone().unwrap_or_else(|| self.client.clone());
                let (what, input) = self.begin(invocation, &client, line, world)?;
                (what, client, input)
            }
        };
        self.forget_after(world.position());
        self.entries.push(Entry {
            line: line.trim().to_owned(),
            client,
            position: world.position(),
            at: world.now(),
            what,
        });
        let entry = Some(self.entries.len() - 1);
        Ok(Submission { entry, inputs: input.into_iter().collect() })
    }

    /// Takes a line as a person types it: remembers it for the up key and, if it is wrong, keeps
    /// what is wrong with it among the entries. Gives what to give to the world.
    pub fn enter(&mut self, line: &str, world: &World) -> Vec<Input> {
        self.history.push(line);
        match self.submit(line, world) {
            Ok(submission) => submission.inputs,
            Err(error) => {
                let mut lines = vec![Line::error(&error)];
                lines.extend(error.hint().map(Line::hint));
                self.forget_after(world.position());
                self.entries.push(Entry {
                    line: line.trim().to_owned(),
                    client: self.client.clone(),
                    position: world.position(),
                    at: world.now(),
                    what: fixed(lines, false),
                });
                Vec::new()
            }
        }
    }

    /// Shows what was done by other means than typing, as the line that would have done it; the line
    /// can then be had back with the up key. Nothing is shown where there is no such line.
    pub fn echo(&mut self, input: &Input, world: &World) {
        let Some(line) = echo(input) else { return };
        self.history.push(&line);
        self.forget_after(world.position());
        self.entries.push(Entry {
            line,
            client: self.client.clone(),
            position: world.position(),
            at: world.now(),
            what: fixed(Vec::new(), true),
        });
    }

    /// The beginning of a command.
    fn begin(
        &self,
        mut invocation: Invocation,
        client: &str,
        line: &str,
        world: &World,
    ) -> Result<(What, Option<Input>), UsageError> {
        let facts = gather::facts(world);
        let Some((_, typist)) = gather::client(world, client) else {
            return Err(UsageError::NoClient { name: client.to_owned(), clients: facts.clients });
        };
        match invocation.verb {
            Verb::ServerLs => return Ok((fixed(servers::ls(&invocation, &facts), true), None)),
            Verb::ReportJetStream => {
                return Ok((fixed(reports::jetstream(&invocation, &facts), true), None));
            }
            Verb::ReportConnections => {
                return Ok((fixed(reports::connections(&invocation, &facts), true), None));
            }
            Verb::ServerInfo => {
                let (lines, found) = servers::info(&invocation, &facts);
                return Ok((fixed(lines, found), None));
            }
            _ => {}
        }
        // The same line at the same moment has the same ids, whoever replays it.
        let mut rng = Rng::new(world.position() ^ world.now().nanos()).fork(line);
        template::settle(&mut invocation, &facts, &mut rng);
        gather::connection(world, typist, &mut invocation);
        let mut run = script(&invocation, &[], world.now());
        let call = match plan::run(&mut run, &invocation) {
            Err(Stop::Ask(call, _)) => *call,
            Err(Stop::Waiting | Stop::Failed) => return Ok((fixed(run.into_lines(), false), None)),
            Ok(()) => return Ok((fixed(run.into_lines(), true), None)),
        };
        let input = Input::Call { client: client.to_owned(), call: call.clone() };
        if let Err(why) = world.check(&input) {
            return Ok((fixed(vec![Line::error(why)], false), None));
        }
        let op = self.next_op(client, typist.next_op(), 0, world.position());
        let ops = vec![Issued { position: world.position(), op, call, ended: None }];
        Ok((What::Script { invocation: Box::new(invocation), ops, finished: None }, Some(input)))
    }

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
            What::Fixed(_) => false,
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
            What::Fixed(output) => output.clone(),
            What::Script { finished: Some((position, output)), .. }
                if *position <= world.position() =>
            {
                output.clone()
            }
            What::Script { .. } => self.follow(entry, world).0,
        }
    }

    /// Ctrl+C: the inputs that end what the latest line that still goes on does.
    pub fn interrupt(&mut self, world: &World) -> Vec<Input> {
        let ending = |entry: &Entry| {
            let What::Script { ops, finished: None, .. } = &entry.what else {
                return Vec::new();
            };
            let Some((_, client)) = gather::client(world, &entry.client) else {
                return Vec::new();
            };
            let open = ops.iter().filter(|issued| {
                let record = client.op(issued.op).filter(|record| *record.call == issued.call);
                record.is_some_and(|record| record.outcome.is_none())
            });
            let cancel = |issued: &Issued| Input::Call {
                client: entry.client.clone(),
                call: Call::Cancel { op: issued.op },
            };
            open.map(cancel).collect()
        };
        self.entries.iter().rev().map(ending).find(|inputs| !inputs.is_empty()).unwrap_or_default()
    }

    /// Takes back what was typed at this position or after it: history goes another way from here.
    pub fn forget_after(&mut self, position: u64) {
        self.entries.retain(|entry| match &entry.what {
            What::Fixed(_) => entry.position <= position,
            What::Script { .. } => entry.position < position,
        });
        for entry in &mut self.entries {
            if let What::Script { ops, finished, .. } = &mut entry.what {
                ops.retain(|issued| issued.position < position);
                if finished.as_ref().is_some_and(|(noticed, _)| *noticed > position) {
                    *finished = None;
                }
            }
        }
    }

    /// Runs the script of an entry as far as it goes; also when it wants to go on, if it waits for
    /// that time only.
    fn follow(&self, entry: &Entry, world: &World) -> (Output, Option<Time>) {
        let What::Script { invocation, ops, .. } = &entry.what else {
            return (self.render(entry, world), None);
        };
        let mut views: Vec<OpView<'_>> = Vec::new();
        let (mut lost, mut lasting) = (false, false);
        if let Some((process, client)) = gather::client(world, &entry.client) {
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
        (Output { lines, state, next }, wakes)
    }

    /// The id that the next operation of a client will have, if `ahead` others are given first. A
    /// client that is frozen has not begun what it was asked for; that counts as well.
    fn next_op(&self, client: &str, next: OpId, ahead: u64, position: u64) -> OpId {
        let scripts = self.entries.iter().filter(|entry| entry.client == client);
        let waiting = scripts
            .filter_map(|entry| match &entry.what {
                What::Script { ops, .. } => Some(ops),
                What::Fixed(_) => None,
            })
            .flatten()
            .filter(|issued| issued.position < position && issued.op >= next)
            .count() as u64;
        OpId(next.0 + waiting + ahead)
    }
}

fn script<'a>(invocation: &'a Invocation, views: &'a [OpView<'a>], at: Time) -> Run<'a> {
    let timeout = invocation.span("timeout").filter(|timeout| *timeout != TIMEOUT);
    Run::new(views, at, invocation.domain(), timeout)
}

fn fixed(lines: Vec<Line>, fine: bool) -> What {
    let state = if fine { State::Done } else { State::Failed };
    What::Fixed(Output { lines, state, next: None })
}

fn is_of(input: &Input, name: &str) -> bool {
    matches!(input, Input::Call { client, .. } if client == name)
}
