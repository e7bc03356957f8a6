//! Applications that live off a key-value bucket: a configured service, a registered one, a candidate for
//! leadership, one that counts.

use crate::kernel::Span;
use crate::nats::json::{Fields, Object, Writer};

/// What such an application does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Job {
    /// It watches keys, and takes over what changes without a restart.
    #[default]
    Config,
    /// It says again and again that it is there: its key goes with the bucket's TTL when it does not.
    Service,
    /// It wants to be the leader: creates a key, and updates it as long as nobody else has.
    Elector,
    /// It reads a number and writes the next one; two of them race.
    Counter,
}

impl Job {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Config, Self::Service, Self::Elector, Self::Counter];

    /// What an application that does this is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Service => "service",
            Self::Elector => "elector",
            Self::Counter => "counter",
        }
    }

    /// The job of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|job| job.name() == name)
    }
}

/// The knobs of such an application; each job has some of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KvApp {
    /// What it does.
    pub job: Job,
    /// Whether it is switched on.
    pub running: bool,
    /// The bucket.
    pub bucket: String,
    /// The key it writes; of a configured service the pattern it watches, of a registered one what its
    /// key begins with: the rest is its name.
    pub key: String,
    /// What a registered service writes.
    pub value: String,
    /// How often it writes.
    pub every: Span,
    /// How long it thinks between reading a number and writing the next.
    pub think: Span,
    /// After how long without a renewal a leader believes no more that it leads, if ever: the TTL of the
    /// bucket.
    pub ttl: Option<Span>,
    /// Whether it writes only what nobody has changed since it read it (`update` with `last=`), or
    /// whatever comes (`put`).
    pub safe: bool,
    /// How far it counts by itself, if not without end.
    pub limit: Option<u64>,
}

/// The fields in a lesson or a link; the job is told by the kind of application.
struct Knobs<'a>(&'a mut KvApp);

impl Fields for Knobs<'_> {
    fn fields(&mut self, object: &mut Object<'_>) {
        let app = &mut *self.0;
        object.has("running", &mut app.running);
        object.has("bucket", &mut app.bucket);
        object.has("key", &mut app.key);
        if app.job == Job::Service {
            object.has("value", &mut app.value);
        }
        if app.job != Job::Config {
            object.has("every", &mut app.every);
        }
        if app.job == Job::Counter {
            object.has("think", &mut app.think);
            object.has("safe", &mut app.safe);
            object.has("limit", &mut app.limit);
        }
        if app.job == Job::Elector {
            object.has("ttl", &mut app.ttl);
        }
    }
}

impl KvApp {
    /// One with this job and its usual knobs.
    pub fn of(job: Job) -> Self {
        let (bucket, key) = match job {
            Job::Config => ("config", ">"),
            Job::Service => ("services", "svc"),
            Job::Elector => ("locks", "leader"),
            Job::Counter => ("numbers", "count"),
        };
        Self {
            job,
            running: true,
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            value: "up".to_owned(),
            every: if job == Job::Counter { Span::secs(1) } else { Span::secs(2) },
            think: Span::millis(200),
            ttl: Some(Span::secs(6)),
            safe: true,
            limit: None,
        }
    }

    /// Reads its fields, beside those read so far.
    pub(super) fn read(job: Job, object: &mut Object<'_>) -> Self {
        let mut app = Self::of(job);
        Knobs(&mut app).fields(object);
        app
    }

    /// Writes its fields, as far as its job has them.
    pub(super) fn write_fields(&self, to: &mut Writer) {
        let job = self.job;
        to.field("running", &self.running).field("bucket", &self.bucket).field("key", &self.key);
        if job == Job::Service {
            to.field("value", &self.value);
        }
        if job != Job::Config {
            to.field("every", &self.every);
        }
        if job == Job::Counter {
            to.field("think", &self.think).field("safe", &self.safe).field("limit", &self.limit);
        }
        if job == Job::Elector {
            to.field("ttl", &self.ttl);
        }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        use crate::client::Dialect;
        use crate::client::kv::names;
        names::bucket(&self.bucket)?;
        match self.job {
            Job::Config => names::pattern(&self.key)?,
            _ => names::key(&self.key, Dialect::Python)?,
        }
        if self.every < Span::millis(10) {
            return Err("every is at least 10ms".to_owned());
        }
        Ok(())
    }

    /// Whether it has counted as far as it was to.
    pub(super) fn is_done(&self, tally: &super::Tally) -> bool {
        self.job == Job::Counter && self.limit.is_some_and(|limit| tally.acked >= limit)
    }

    /// The key that it writes.
    pub(super) fn own_key(&self, name: &str) -> String {
        match self.job {
            Job::Service => {
                let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
                format!("{}.{}", self.key, name.chars().map(plain).collect::<String>())
            }
            _ => self.key.clone(),
        }
    }
}
