//! What applications do that live off a key-value bucket, call by call.

use std::sync::Arc;

use crate::client::kv::{Act, Entry, Got, KvError, Op, Operation};
use crate::client::{Call, Client, Host, Note, OpId, Outcome};
use crate::kernel::{Context, Span, Time};
use crate::sorted::Map;

use super::kv_app::{Job, KvApp};
use super::program::{Pending, Program};
use super::{Alarm, Doing, Happening, Tally};

/// How long after a failure a watch is tried again.
const AGAIN: Span = Span::secs(1);

/// Something that counts, to an application with a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It is the leader from now on.
    Leads,
    /// It is the leader no more.
    StepsDown,
    /// It has another configuration from now on.
    Reloads,
    /// Somebody else wrote between its reading and its writing.
    Loses,
}

/// What such an application knows, to those who look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Knowledge<'a> {
    /// The configuration it has read.
    pub values: &'a Map<String, String>,
    /// If it leads: the revision of its key, and when it got that.
    pub leads: Option<(u64, Time)>,
    /// The number it has read, and the revision of that; none if there was no such key.
    pub seen: Option<(u64, Option<u64>)>,
}

/// How far such an application is.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    /// The call it waits for, or its watch.
    open: Option<OpId>,
    /// When it writes again, or tries again.
    next: Option<Pending>,
    /// When it has thought about a number.
    thought: Option<Pending>,
    /// What it cannot get along with.
    trouble: Option<Arc<str>>,
    /// The configuration.
    values: Map<String, String>,
    /// Of a leader: the revision of its key, and when it got that.
    leads: Option<(u64, Time)>,
    /// Of one that counts: what it has read, and the revision of that.
    seen: Option<(u64, Option<u64>)>,
    /// Of one that counts: the last number it wrote.
    wrote: u64,
}

impl State {
    /// The configuration it has.
    pub(super) fn values(&self) -> &Map<String, String> {
        &self.values
    }

    /// The revision under which it leads.
    pub(super) fn revision(&self) -> Option<u64> {
        self.leads.map(|(revision, _)| revision)
    }

    pub(super) fn knowledge(&self) -> Knowledge<'_> {
        Knowledge { values: &self.values, leads: self.leads, seen: self.seen }
    }

    pub(super) fn doing(&self, knobs: &KvApp, tally: &Tally) -> Doing {
        if knobs.is_done(tally) && self.open.is_none() {
            return Doing::Done;
        }
        if !knobs.running {
            return Doing::Off;
        }
        if let Some(why) = &self.trouble {
            return Doing::Preparing { why: Arc::clone(why) };
        }
        let what = match knobs.job {
            Job::Config => match self.values.iter().next() {
                None => "no configuration yet".to_owned(),
                Some((key, value)) => match self.values.len() {
                    1 => format!("{key} = {value}"),
                    n => format!("{key} = {value}, {} more", n - 1),
                },
            },
            Job::Service => format!("beats every {}", knobs.every),
            Job::Elector => match self.leads {
                Some((revision, _)) => format!("leads, revision {revision}"),
                None => "follows".to_owned(),
            },
            Job::Counter => match self.seen {
                Some((number, _)) => format!("has read {number}"),
                None => format!("wrote {}", self.wrote),
            },
        };
        Doing::Says { what: what.into() }
    }
}

impl Program {
    fn kv(&mut self) -> Option<&mut State> {
        match &mut self.state {
            super::program::State::Kv(state) => Some(state),
            _ => None,
        }
    }

    pub(super) fn kv_turned<H: Host>(
        &mut self,
        client: &mut Client,
        cx: &mut Context<'_, H>,
        knobs: &KvApp,
        before: Option<&KvApp>,
    ) {
        let Some(state) = self.kv() else { return };
        let other = before.is_some_and(|before| {
            (before.job, &before.bucket, &before.key) != (knobs.job, &knobs.bucket, &knobs.key)
        });
        Pending::cancel(&mut state.next, cx);
        if other || !knobs.running {
            Pending::cancel(&mut state.thought, cx);
            let State { open, leads, .. } = std::mem::take(state);
            if let Some(op) = open {
                client.cancel(cx, op);
            }
            if let Some(before) = before.filter(|before| before.running) {
                self.leave(client, cx, before, leads);
            }
        }
        self.beat(client, cx, knobs);
    }

    /// It goes in good order: what stands for it is deleted.
    fn leave<H: Host>(
        &mut self,
        client: &mut Client,
        cx: &mut Context<'_, H>,
        knobs: &KvApp,
        leads: Option<(u64, Time)>,
    ) {
        let key = knobs.own_key(client.name());
        let op = Op::key(Act::Delete, &knobs.bucket, &key);
        match (knobs.job, leads) {
            (Job::Service, _) => drop(client.call(cx, Call::Kv(Box::new(op)), true)),
            (Job::Elector, Some((revision, _))) => {
                self.turn(cx, Turn::StepsDown, "it is switched off");
                client.call(cx, Call::Kv(Box::new(op.revision(revision))), true);
            }
            _ => {}
        }
    }

    fn turn<H: Host>(&mut self, cx: &mut Context<'_, H>, turn: Turn, text: &str) {
        let note = cx.note(Note::Turn { turn, text: text.into() }.into());
        cx.because(note);
    }

    /// The time to write has come, or to begin to watch.
    fn beat<H: Host>(&mut self, client: &mut Client, cx: &mut Context<'_, H>, knobs: &KvApp) {
        let (now, done) = (cx.now(), knobs.is_done(&self.tally));
        let Some(state) = self.kv() else { return };
        if !knobs.running || (knobs.job == Job::Config && state.open.is_some()) {
            return;
        }
        if done {
            return;
        }
        if knobs.job != Job::Config {
            let next = self.alarm(cx, knobs.every, Alarm::Publish);
            if let Some(state) = self.kv() {
                state.next = Some(next);
            }
        }
        let Some(state) = self.kv() else { return };
        // It waits for the answer of the time before.
        if state.open.is_some() || state.seen.is_some() {
            return;
        }
        let leads = state.leads;
        if let (Some((_, since)), Some(ttl)) = (leads, knobs.ttl)
            && now.since(since) > ttl
        {
            state.leads = None;
            let text = format!("it could not renew for {}", now.since(since));
            return self.turn(cx, Turn::StepsDown, &text);
        }
        let key = knobs.own_key(client.name());
        let op = |act| Op::key(act, &knobs.bucket, &key);
        let op = match knobs.job {
            Job::Config => {
                // It gets everything anew.
                state.values = Map::new();
                Op { keys: vec![knobs.key.clone()], ..Op::new(Act::Watch, &knobs.bucket) }
            }
            Job::Service => op(Act::Put).value(&knobs.value),
            Job::Elector => match leads {
                Some((revision, _)) => op(Act::Update).value(client.name()).revision(revision),
                None => op(Act::Create).value(client.name()),
            },
            Job::Counter => op(Act::Get),
        };
        self.begin(client, cx, op);
    }

    fn begin<H: Host>(&mut self, client: &mut Client, cx: &mut Context<'_, H>, op: Op) {
        if !matches!(op.act, Act::Get | Act::Watch) {
            self.tally.published += 1;
        }
        let op = client.call(cx, Call::Kv(Box::new(op)), true);
        if let Some(state) = self.kv() {
            state.open = Some(op);
        }
    }

    pub(super) fn kv_saw<H: Host>(
        &mut self,
        client: &mut Client,
        cx: &mut Context<'_, H>,
        knobs: &KvApp,
        happening: &Happening,
    ) {
        let Some(state) = self.kv() else { return };
        match happening {
            Happening::Message { op, message } if state.open == Some(*op) => {
                let live = client.op(*op).is_some_and(|record| record.caught_up);
                if let Some(entry) = Entry::delivered(&knobs.bucket, message) {
                    self.configure(cx, &entry, live);
                }
            }
            Happening::CaughtUp if knobs.job == Job::Config => {
                let values = state.values.len();
                state.trouble = None;
                self.turn(cx, Turn::Reloads, &format!("it has {values} values to begin with"));
            }
            Happening::Ended { op, outcome } if state.open == Some(*op) => {
                state.open = None;
                self.kv_answered(client, cx, knobs, outcome);
            }
            Happening::Alarm(Alarm::Publish | Alarm::Again, number)
                if Pending::fired(&mut state.next, *number) =>
            {
                self.beat(client, cx, knobs);
            }
            Happening::Alarm(Alarm::WorkDone, number)
                if Pending::fired(&mut state.thought, *number) =>
            {
                self.write_next(client, cx, knobs);
            }
            _ => {}
        }
    }

    /// A value of the configuration came.
    fn configure<H: Host>(&mut self, cx: &mut Context<'_, H>, entry: &Entry, live: bool) {
        self.tally.received += 1;
        let Some(state) = self.kv() else { return };
        let text = match entry.operation {
            Operation::Put => {
                state.values.insert(entry.key.clone(), entry.text());
                format!("{} = {}", entry.key, entry.text())
            }
            _ => {
                state.values.remove(&entry.key);
                format!("{} is gone", entry.key)
            }
        };
        if live {
            self.turn(cx, Turn::Reloads, &text);
        }
    }

    /// An answer came, or none.
    fn kv_answered<H: Host>(
        &mut self,
        client: &mut Client,
        cx: &mut Context<'_, H>,
        knobs: &KvApp,
        outcome: &Outcome,
    ) {
        let now = cx.now();
        let Some(state) = self.kv() else { return };
        let led = state.leads.is_some();
        state.trouble = None;
        match outcome {
            Outcome::Kv(Ok(Got::Entry(entry))) => {
                let number = entry.text().parse().unwrap_or(0);
                state.seen = Some((number, Some(entry.revision)));
                self.think(cx, knobs);
            }
            Outcome::Kv(Err(KvError::KeyNotFound))
                if knobs.job == Job::Counter && state.seen.is_none() =>
            {
                state.seen = Some((0, None));
                self.think(cx, knobs);
            }
            Outcome::Kv(Ok(Got::Revision(revision))) => {
                if knobs.job == Job::Elector {
                    state.leads = Some((*revision, now));
                }
                if let Some((number, _)) = state.seen.take() {
                    state.wrote = number + 1;
                }
                self.tally.acked += 1;
                if knobs.job == Job::Elector && !led {
                    self.turn(cx, Turn::Leads, &format!("its key has revision {revision}"));
                }
            }
            // A create that lost may not find yet what was quicker.
            Outcome::Kv(Err(
                why @ (KvError::Exists(_) | KvError::WrongLast(_) | KvError::KeyNotFound),
            )) => {
                let text = match why {
                    KvError::Exists(error) | KvError::WrongLast(error) => &*error.description,
                    _ => "key not found",
                };
                state.leads = None;
                let raced = state.seen.take().is_some();
                if led {
                    self.turn(cx, Turn::StepsDown, text);
                }
                if raced {
                    self.tally.refused += 1;
                    self.turn(cx, Turn::Loses, text);
                    // It reads again, at once.
                    let key = knobs.own_key(client.name());
                    let op = Op::key(Act::Get, &knobs.bucket, &key);
                    if knobs.running {
                        self.begin(client, cx, op);
                    }
                }
            }
            outcome => {
                state.seen = None;
                let why = match outcome {
                    Outcome::Kv(Err(KvError::BucketNotFound)) => {
                        format!("no bucket {}", knobs.bucket)
                    }
                    Outcome::Kv(Err(why)) => why.to_string(),
                    Outcome::TimedOut { .. } => "no answer in time".to_owned(),
                    Outcome::NoResponders => "nobody answers".to_owned(),
                    _ => "tries again".to_owned(),
                };
                if !led {
                    state.trouble = Some(why.into());
                }
                self.tally.unanswered += u64::from(knobs.job != Job::Config);
                if knobs.job == Job::Config {
                    let again = self.alarm(cx, AGAIN, Alarm::Again);
                    if let Some(state) = self.kv() {
                        state.next = Some(again);
                    }
                }
            }
        }
    }

    /// It thinks about the number it has read.
    fn think<H: Host>(&mut self, cx: &mut Context<'_, H>, knobs: &KvApp) {
        let thought = self.alarm(cx, knobs.think, Alarm::WorkDone);
        if let Some(state) = self.kv() {
            state.thought = Some(thought);
        }
    }

    /// It writes the number after the one it has read.
    fn write_next<H: Host>(&mut self, client: &mut Client, cx: &mut Context<'_, H>, knobs: &KvApp) {
        let Some((number, revision)) = self.kv().and_then(|state| state.seen) else { return };
        let key = knobs.own_key(client.name());
        let op = |act| Op::key(act, &knobs.bucket, &key).value(&(number + 1).to_string());
        let op = match revision {
            _ if !knobs.safe => op(Act::Put),
            Some(revision) => op(Act::Update).revision(revision),
            None => op(Act::Create),
        };
        self.begin(client, cx, op);
    }
}
