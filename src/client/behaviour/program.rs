//! The program that carries a behaviour out: it sees what happened to its calls, and calls again.

use std::sync::Arc;

use crate::client::{Client, Host, Note, OpId, Outcome, Timer};
use crate::kernel::{Context, Span, Time, TimerId};
use crate::nats::Message;
use crate::sorted::Map;

use super::{Behaviour, Task, kv_run, publisher, subscriber, working};

/// What a program's timers are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// Something failed and is to be tried again.
    Again = 1,
    /// The next message is to be published.
    Publish = 2,
    /// The work on a message is done.
    WorkDone = 3,
    /// It is time to say that the work goes on.
    StillWorking = 4,
}

/// What a program learns.
#[derive(Debug, Clone)]
pub(in crate::client) enum Happening {
    /// A message came for one of its calls.
    Message { op: OpId, message: Message },
    /// One of its calls is over.
    Ended { op: OpId, outcome: Arc<Outcome> },
    /// One of its watches has all there was in the beginning.
    CaughtUp,
    /// A timer fired.
    Alarm(Alarm, u64),
}

/// What an application did by itself since the beginning, crashes included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Messages published, each counted once however often it was tried.
    pub published: u64,
    /// Publishes that the stream acknowledged.
    pub acked: u64,
    /// Publishes that the stream refused.
    pub refused: u64,
    /// Publishes of which nobody knows what became.
    pub unanswered: u64,
    /// Messages received.
    pub received: u64,
    /// Messages worked off and acknowledged.
    pub finished: u64,
    /// Messages given back (`-NAK`).
    pub given_back: u64,
    /// Messages refused for ever (`+TERM`).
    pub terminated: u64,
    /// Crashes of its own.
    pub crashes: u64,
}

/// What an application does right now, to those who look.
#[derive(Debug, Clone, PartialEq)]
pub enum Doing {
    /// It is switched off.
    Off,
    /// It has no connection, or makes its consumer, or waits to try something again.
    Preparing {
        /// What it waits for, in words.
        why: Arc<str>,
    },
    /// It waits for messages, or for the time to publish.
    Idle,
    /// It waits for the acknowledgement of what it published.
    Publishing {
        /// The number of the message.
        count: u64,
    },
    /// It works on a message.
    Working {
        /// The message.
        task: Arc<Task>,
        /// Since when.
        since: Time,
        /// Until when.
        until: Time,
        /// How many messages it has in hand, this one included.
        in_hand: usize,
    },
    /// Something else, in words.
    Says {
        /// The words.
        what: Arc<str>,
    },
    /// It has done all it was to do.
    Done,
    /// It is dead, and these messages were in its hand.
    Crashed {
        /// The messages; the first is the one it worked on.
        tasks: Vec<Arc<Task>>,
    },
}

/// A behaviour and how far it is.
#[derive(Debug, Clone)]
pub(in crate::client) struct Program {
    pub(super) behaviour: Arc<Behaviour>,
    pub(super) state: State,
    pub(super) tally: Tally,
    /// What was in its hand when it died.
    lost: Option<Vec<Arc<Task>>>,
    /// Numbers its timers.
    pub(super) alarms: u64,
}

/// How far a program is.
#[derive(Debug, Clone)]
pub(super) enum State {
    Publisher(publisher::State),
    Worker(working::State),
    Subscriber(subscriber::State),
    Kv(kv_run::State),
}

impl State {
    fn of(behaviour: &Behaviour) -> Self {
        match behaviour {
            Behaviour::Publisher(_) => Self::Publisher(publisher::State::default()),
            Behaviour::Worker(_) => Self::Worker(working::State::default()),
            Behaviour::Subscriber(_) => Self::Subscriber(subscriber::State::default()),
            Behaviour::Kv(_) => Self::Kv(kv_run::State::default()),
        }
    }
}

impl Program {
    fn new(behaviour: Behaviour) -> Self {
        Self {
            state: State::of(&behaviour),
            behaviour: Arc::new(behaviour),
            tally: Tally::default(),
            lost: None,
            alarms: 0,
        }
    }

    /// The process dies; what it did and what it is to do is remembered.
    pub(in crate::client) fn crash(&mut self) {
        if self.lost.is_none() {
            self.lost = Some(match &self.state {
                State::Worker(state) => state.tasks(),
                State::Publisher(_) | State::Subscriber(_) | State::Kv(_) => Vec::new(),
            });
        }
        self.state = State::of(&self.behaviour);
    }
}

impl Client {
    /// What it does by itself.
    pub fn behaviour(&self) -> Option<&Arc<Behaviour>> {
        self.program.as_ref().map(|program| &program.behaviour)
    }

    /// What it did by itself.
    pub fn tally(&self) -> Option<&Tally> {
        self.program.as_ref().map(|program| &program.tally)
    }

    /// What it knows of its bucket, if it lives off one.
    pub fn knowledge(&self) -> Option<kv_run::Knowledge<'_>> {
        match &self.program.as_deref()?.state {
            State::Kv(state) => Some(state.knowledge()),
            _ => None,
        }
    }

    /// What it does right now, if it does anything by itself.
    pub fn doing(&self) -> Option<Doing> {
        let program = self.program.as_deref()?;
        if let Some(tasks) = &program.lost {
            return Some(Doing::Crashed { tasks: tasks.clone() });
        }
        let doing = match (&program.state, &*program.behaviour) {
            (State::Publisher(state), Behaviour::Publisher(knobs)) => {
                state.doing(knobs, &program.tally)
            }
            (State::Worker(state), Behaviour::Worker(knobs)) => state.doing(knobs),
            (State::Subscriber(state), Behaviour::Subscriber(knobs)) => state.doing(knobs),
            (State::Kv(state), Behaviour::Kv(knobs)) => state.doing(knobs, &program.tally),
            _ => return None,
        };
        Some(match doing {
            Doing::Idle | Doing::Says { .. } | Doing::Preparing { .. }
                if self.connected_to().is_none() =>
            {
                Doing::Preparing { why: "not connected".into() }
            }
            doing => doing,
        })
    }

    /// How far it is, if it lives off a key-value bucket.
    fn keeping(&self) -> Option<&kv_run::State> {
        match &self.program.as_deref()?.state {
            State::Kv(state) => Some(state),
            _ => None,
        }
    }

    /// The configuration that it has, of one that watches it: keys and values.
    pub fn configuration(&self) -> Option<&Map<String, String>> {
        self.keeping().map(kv_run::State::values)
    }

    /// The revision of its key under which it believes to be the leader, of one that wants to be that.
    pub fn leads(&self) -> Option<u64> {
        self.keeping().and_then(kv_run::State::revision)
    }

    /// The messages it has in hand, the one it works on first.
    pub fn in_hand(&self) -> Vec<Arc<Task>> {
        match self.program.as_deref().map(|program| &program.state) {
            Some(State::Worker(state)) => state.tasks(),
            _ => Vec::new(),
        }
    }

    /// What it does by itself changes.
    pub(in crate::client) fn behave<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        behaviour: Behaviour,
    ) {
        let before = self.set_behaviour(behaviour);
        let Some(program) = self.program.as_deref() else { return };
        let behaviour = Arc::clone(&program.behaviour);
        let turned = before.as_ref().map_or_else(Vec::new, |before| before.turned_to(&behaviour));
        let note = cx.note(Note::Behaves { behaviour, turned }.into());
        let cause = cx.because(note);
        self.with_program(cx, |program, client, cx| program.turned(client, cx, before.as_deref()));
        cx.because(cause);
    }

    /// Takes note of what it is to do by itself. What it did before is returned.
    pub fn set_behaviour(&mut self, behaviour: Behaviour) -> Option<Arc<Behaviour>> {
        let Some(program) = &mut self.program else {
            self.program = Some(Box::new(Program::new(behaviour)));
            return None;
        };
        Some(std::mem::replace(&mut program.behaviour, Arc::new(behaviour)))
    }

    /// The process starts: the program begins.
    pub(in crate::client) fn begin_program<H: Host>(&mut self, cx: &mut Context<'_, H>) {
        self.with_program(cx, |program, client, cx| {
            program.lost = None;
            program.state = State::of(&program.behaviour);
            program.turned(client, cx, None);
        });
    }

    /// Lets the program see what happened.
    pub(in crate::client) fn run_program<H: Host>(&mut self, cx: &mut Context<'_, H>) {
        while let Some((event, happening)) = self.happened.pop_front() {
            let before = cx.because(event);
            self.with_program(cx, |program, client, cx| program.saw(client, cx, &happening));
            cx.because(before);
        }
    }

    /// The program is taken out while it runs, so that it can use the client.
    fn with_program<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        run: impl FnOnce(&mut Program, &mut Self, &mut Context<'_, H>),
    ) {
        let Some(mut program) = self.program.take() else { return };
        run(&mut program, self, cx);
        self.program = Some(program);
    }
}

impl Program {
    /// Its knobs were turned, or it begins.
    fn turned<H: Host>(
        &mut self,
        client: &mut Client,
        cx: &mut Context<'_, H>,
        before: Option<&Behaviour>,
    ) {
        let behaviour = Arc::clone(&self.behaviour);
        if before.is_some_and(|before| before.kind() != behaviour.kind()) {
            for op in client.own_ops() {
                client.cancel(cx, op);
            }
            self.state = State::of(&behaviour);
        }
        match &*behaviour {
            Behaviour::Publisher(knobs) => self.publisher_turned(client, cx, knobs),
            Behaviour::Worker(knobs) => {
                let before = match before {
                    Some(Behaviour::Worker(before)) => Some(&**before),
                    _ => None,
                };
                self.worker_turned(client, cx, knobs, before);
            }
            Behaviour::Subscriber(knobs) => {
                let before = match before {
                    Some(Behaviour::Subscriber(before)) => Some(&**before),
                    _ => None,
                };
                self.subscriber_turned(client, cx, knobs, before);
            }
            Behaviour::Kv(knobs) => {
                let before = match before {
                    Some(Behaviour::Kv(before)) => Some(&**before),
                    _ => None,
                };
                self.kv_turned(client, cx, knobs, before);
            }
        }
    }

    fn saw<H: Host>(
        &mut self,
        client: &mut Client,
        cx: &mut Context<'_, H>,
        happening: &Happening,
    ) {
        let behaviour = Arc::clone(&self.behaviour);
        match &*behaviour {
            Behaviour::Publisher(knobs) => self.publisher_saw(client, cx, knobs, happening),
            Behaviour::Worker(knobs) => self.worker_saw(client, cx, knobs, happening),
            Behaviour::Subscriber(knobs) => self.subscriber_saw(client, cx, knobs, happening),
            Behaviour::Kv(knobs) => self.kv_saw(client, cx, knobs, happening),
        }
    }

    /// Lets a timer fire after a span. Its number is to be kept: only the last of a kind counts.
    pub(super) fn alarm<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        after: Span,
        alarm: Alarm,
    ) -> Pending {
        self.alarms += 1;
        let timer = cx.set_timer(after, Timer::Program(alarm, self.alarms).into());
        Pending { number: self.alarms, timer }
    }
}

/// A timer that has not fired yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pending {
    number: u64,
    timer: TimerId,
}

impl Pending {
    /// Whether this timer is the one that fired; it is over then.
    pub(super) fn fired(pending: &mut Option<Self>, number: u64) -> bool {
        let fires = pending.is_some_and(|pending| pending.number == number);
        if fires {
            *pending = None;
        }
        fires
    }

    /// Takes a timer back.
    pub(super) fn cancel<H: Host>(pending: &mut Option<Self>, cx: &mut Context<'_, H>) {
        if let Some(pending) = pending.take() {
            cx.cancel_timer(pending.timer);
        }
    }
}

impl Client {
    /// The operations that its program began and that go on.
    fn own_ops(&self) -> Vec<OpId> {
        let own = self.ops.iter().filter(|(_, op)| op.own && op.outcome.is_none());
        own.map(|(id, _)| *id).collect()
    }

    /// Ends an operation of its program.
    pub(super) fn cancel<H: Host>(&mut self, cx: &mut Context<'_, H>, op: OpId) {
        let messages = self.ops.get(&op).map_or(0, |record| record.received_total);
        self.end(cx, op, Outcome::Ended { messages });
    }
}
