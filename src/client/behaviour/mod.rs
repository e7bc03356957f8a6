//! What simulated applications do by themselves: publish, work off tasks, listen.
//!
//! A behaviour is plain data, the knobs of a small program. The program uses the client library as any
//! program does, through [`super::Call`]s, and knows only what the library tells it. Knobs can be
//! turned while it runs.

mod knobs;
mod kv_app;
mod kv_run;
mod program;
pub mod publisher;
mod subscriber;
mod task;
mod value;
pub mod worker;
mod working;

use serde_json::Value;

use crate::nats::json::{self, FromJson, Object, ToJson, WriteFields, Writer, one_of};

pub use knobs::{Knob, KnobKind};
pub use kv_app::{Job, KvApp};
pub use kv_run::{Knowledge, Turn};
pub use program::{Alarm, Doing, Tally};
pub(super) use program::{Happening, Program};
pub use publisher::Publisher;
pub use subscriber::{Source, Subscriber};
pub use task::Task;
pub use worker::{Worker, WorkerMode};

/// What an application does by itself, with its knobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Behaviour {
    /// It publishes messages, again and again.
    Publisher(Box<Publisher>),
    /// It works off the messages of a consumer.
    Worker(Box<Worker>),
    /// It listens.
    Subscriber(Box<Subscriber>),
    /// It lives off a key-value bucket.
    Kv(Box<KvApp>),
}

impl Default for Behaviour {
    fn default() -> Self {
        Self::Publisher(Box::default())
    }
}

impl FromJson for Behaviour {
    fn from_json(value: &Value) -> json::Result<Self> {
        let mut object = Object::of(value)?;
        let behaviour = match object.tag("does")? {
            "publisher" => Self::Publisher(object.rest()),
            "worker" => Self::Worker(object.rest()),
            "subscriber" => Self::Subscriber(object.rest()),
            other => match Job::named(other) {
                Some(job) => Self::Kv(Box::new(KvApp::read(job, &mut object))),
                None => return Err(one_of("variant", other, &Self::KINDS)),
            },
        };
        object.finish(true)?;
        Ok(behaviour)
    }
}

impl ToJson for Behaviour {
    fn write(&self, to: &mut Writer) {
        to.open().field("does", &self.kind());
        match self {
            Self::Publisher(publisher) => publisher.write_fields(to),
            Self::Worker(worker) => worker.write_fields(to),
            Self::Subscriber(subscriber) => subscriber.write_fields(to),
            Self::Kv(app) => app.write_fields(to),
        }
        to.close();
    }
}

impl Behaviour {
    /// Whether it is switched on.
    pub const fn is_running(&self) -> bool {
        match self {
            Self::Publisher(publisher) => publisher.running,
            Self::Worker(worker) => worker.running,
            Self::Subscriber(subscriber) => subscriber.running,
            Self::Kv(app) => app.running,
        }
    }

    /// The same behaviour, switched on or off.
    #[must_use]
    pub fn with_running(mut self, running: bool) -> Self {
        match &mut self {
            Self::Publisher(publisher) => publisher.running = running,
            Self::Worker(worker) => worker.running = running,
            Self::Subscriber(subscriber) => subscriber.running = running,
            Self::Kv(app) => app.running = running,
        }
        self
    }

    /// What it is called: one of [`Self::KINDS`].
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Publisher(_) => "publisher",
            Self::Worker(_) => "worker",
            Self::Subscriber(_) => "subscriber",
            Self::Kv(app) => app.job.name(),
        }
    }

    /// Checks the knobs.
    ///
    /// # Errors
    /// What is wrong with one of them and what would be right.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::Publisher(publisher) => publisher.check(),
            Self::Worker(worker) => worker.check(),
            Self::Subscriber(subscriber) => subscriber.check(),
            Self::Kv(app) => app.check(),
        }
    }
}
