//! A console: lines typed by a client, what they send, what they print.
//!
//! A session sends nothing by itself. [`Session::submit`] gives the inputs with which a line begins;
//! whoever drives the world gives it to the world, lets time pass, and after each advance asks
//! [`Session::poll`] for the inputs that running commands need next. They are plain calls of a
//! client, or what a line of Windtunnel's own does to the world, so they are in the input log like
//! everything else.
//!
//! Printing is a pure function of an entry and a world ([`Session::render`]), so that it follows when
//! the world is looked at in an earlier state. A session belongs to one branch of history: when a
//! branch is left in another direction, [`Session::forget_after`] takes back what was typed later
//! there (`submit` does it by itself), and a clone can be kept for the old branch.

use std::sync::Arc;

use crate::client::object::{Done, File, Got};
use crate::client::{Call, OpId, Outcome};
use crate::kernel::{Rng, Span};
use crate::world::{ClientSpec, Input, Role, Topology, World};

use super::commands::Verb;
mod progress;

use progress::script;

use super::complete::{Completion, complete};
use super::echo::echo;
use super::entry::{Entry, Issued, Output, State, What};
use super::facts::Facts;
use super::gather;
use super::history::LineHistory;
use super::line::{Line, LineKind};
use super::parse::{Invocation, Parsed, parse};
use super::plan::{self, Stop};
use super::usage::{UsageError, help};
use super::{reports, servers, template, topology};

/// What the real CLI waits for an answer if nothing else is said. Only another timeout has to be
/// told to the client.
const TIMEOUT: Span = Span::secs(5);

/// A console of a world.
#[derive(Debug, Clone)]
pub struct Session {
    client: String,
    entries: Vec<Entry>,
    history: LineHistory,
    files: Vec<Arc<File>>,
    beginning: Option<Topology>,
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
        Self {
            client: client.to_owned(),
            entries: Vec::new(),
            history: LineHistory::default(),
            files: Vec::new(),
            beginning: None,
        }
    }

    /// The world that a line wants to take this one's place, if one does. Whoever has the worlds sees to it.
    pub fn take_beginning(&mut self) -> Option<Topology> {
        self.beginning.take()
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
        let files = self.files.iter().map(|file| file.name.clone()).collect();
        complete(line, &Facts { files, ..gather::facts(world) })
    }

    /// Gives the console a file that lines can name. It takes the place of one of the same name.
    pub fn offer(&mut self, file: Arc<File>) {
        self.files.retain(|known| known.name != file.name);
        self.files.push(file);
    }

    /// The object that a line got, if it got one.
    pub fn got<'a>(&self, entry: &Entry, world: &'a World) -> Option<&'a Got> {
        let What::Script { ops, .. } = &entry.what else { return None };
        let (_, client) = gather::client(world, &entry.client)?;
        ops.iter().rev().find_map(|issued| {
            let record = client.op(issued.op).filter(|record| *record.call == issued.call)?;
            match record.outcome.as_deref()? {
                Outcome::Object(Ok(Done::Got(got))) => Some(&**got),
                _ => None,
            }
        })
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
            Parsed::Run(mut invocation) => {
                if let Some(done) = topology::run(&invocation, world) {
                    self.beginning = done.begins;
                    let what = match done.inputs.as_slice() {
                        [] => fixed(done.lines, done.fine),
                        _ => given(done.lines),
                    };
                    return Ok(self.keep(line, self.client.clone(), what, done.inputs, world));
                }
                let client = invocation.client.clone().unwrap_or_else(|| self.client.clone());
                // Who types at a console is no app that something is typed for.
                let specs = &world.topology().clients;
                let at_console =
                    |spec: &ClientSpec| spec.name == client && spec.role == Role::Console;
                if client == self.client || specs.iter().any(at_console) {
                    invocation.client = None;
                }
                let (what, input) = self.begin(invocation, &client, line, world)?;
                (what, client, input)
            }
        };
        Ok(self.keep(line, client, what, input.into_iter().collect(), world))
    }

    /// Keeps a line that was taken among the entries.
    fn keep(
        &mut self,
        line: &str,
        client: String,
        what: What,
        inputs: Vec<Input>,
        world: &World,
    ) -> Submission {
        self.forget_after(world.position());
        self.entries.push(Entry {
            line: line.trim().to_owned(),
            client,
            position: world.position(),
            at: world.now(),
            what,
        });
        Submission { entry: Some(self.entries.len() - 1), inputs }
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
            what: given(Vec::new()),
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
            Verb::ReportJetStream | Verb::ReportConnections => {
                let lines = match invocation.verb {
                    Verb::ReportJetStream => reports::jetstream(&invocation, &facts),
                    _ => reports::connections(&invocation, &facts),
                };
                let fine = lines.iter().all(|line| line.kind != LineKind::Error);
                return Ok((fixed(lines, fine), None));
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
        if invocation.verb == Verb::ObjectPut {
            let named = |file: &&Arc<File>| Some(file.name.as_str()) == invocation.arg(1);
            let file = self.files.iter().find(named).cloned();
            invocation.set_file(file);
        }
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

    /// Ctrl+C: ends what the latest line that still goes on does. Gives the inputs for that; a command
    /// that only waits for time to pass needs none.
    pub fn interrupt(&mut self, world: &World) -> Vec<Input> {
        for index in (0..self.entries.len()).rev() {
            let entry = &self.entries[index];
            let What::Script { ops, finished: None, .. } = &entry.what else { continue };
            let Some((_, client)) = gather::client(world, &entry.client) else { continue };
            let open = ops.iter().filter(|issued| {
                let record = client.op(issued.op).filter(|record| *record.call == issued.call);
                record.is_some_and(|record| record.outcome.is_none())
            });
            let cancel = |issued: &Issued| Input::Call {
                client: entry.client.clone(),
                call: Call::Cancel { op: issued.op },
            };
            let inputs: Vec<Input> = open.map(cancel).collect();
            if !inputs.is_empty() {
                return inputs;
            }
            if let Some(output) = self.paused(entry, world)
                && let What::Script { finished, .. } = &mut self.entries[index].what
            {
                *finished = Some((world.position(), output));
                return Vec::new();
            }
        }
        Vec::new()
    }

    /// Takes back what was typed at this position or after it: history goes another way from here.
    pub fn forget_after(&mut self, position: u64) {
        self.entries.retain(|entry| match &entry.what {
            What::Fixed(_) => entry.position <= position,
            What::Given(_) | What::Script { .. } => entry.position < position,
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

    /// The id that the next operation of a client will have, if `ahead` others are given first. A
    /// client that is frozen has not begun what it was asked for; that counts as well.
    fn next_op(&self, client: &str, next: OpId, ahead: u64, position: u64) -> OpId {
        let scripts = self.entries.iter().filter(|entry| entry.client == client);
        let waiting = scripts
            .filter_map(|entry| match &entry.what {
                What::Script { ops, .. } => Some(ops),
                What::Fixed(_) | What::Given(_) => None,
            })
            .flatten()
            .filter(|issued| issued.position < position && issued.op >= next)
            .count() as u64;
        OpId(next.0 + waiting + ahead)
    }
}

fn fixed(lines: Vec<Line>, fine: bool) -> What {
    let state = if fine { State::Done } else { State::Failed };
    What::Fixed(Output { lines, state, next: None })
}

fn given(lines: Vec<Line>) -> What {
    What::Given(Output { lines, state: State::Done, next: None })
}
