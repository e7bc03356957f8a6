//! The knobs of applications that live off a key-value bucket, and whose job has which.

use super::super::kv_app::{Job, KvApp};
use super::super::value::{self, Value};
use super::steps::{LIMITS, PERHAPS, TIMES};
use super::{Entry, Knob, KnobKind};

const ALL: &[Job] = &Job::ALL;
const WRITERS: &[Job] = &[Job::Service, Job::Elector, Job::Counter];

static KV_APP: &[(&[Job], Entry<KvApp>)] = &[
    (ALL, knob!("running", "Running", KnobKind::Switch, "Whether it is switched on.", running)),
    (ALL, knob!("bucket", "Bucket", KnobKind::Text, "The bucket, without KV_.", bucket)),
    (
        &[Job::Config],
        knob!("key", "Watches", KnobKind::Text, "The keys that matter to it, such as db.*.", key),
    ),
    (
        &[Job::Service],
        knob!("key", "Under", KnobKind::Text, "What its key begins with; its name follows.", key),
    ),
    (
        &[Job::Elector, Job::Counter],
        knob!("key", "Key", KnobKind::Text, "The key for which it and others compete.", key),
    ),
    (&[Job::Service], knob!("value", "Value", KnobKind::Text, "What it writes.", value)),
    (
        WRITERS,
        knob!(
            "every",
            "Every",
            TIMES,
            "How often it writes; with a TTL of the bucket, three times in it.",
            every
        ),
    ),
    (
        &[Job::Counter],
        knob!("think", "Thinks", TIMES, "How long between reading and writing.", think),
    ),
    (
        &[Job::Counter],
        knob!(
            "safe",
            "Update with last",
            KnobKind::Switch,
            "Whether it writes only if nobody else has meanwhile; otherwise it puts.",
            safe
        ),
    ),
    (&[Job::Counter], knob!("limit", "Writes", LIMITS, "After how many it stops.", limit)),
    (
        &[Job::Elector],
        knob!(
            "ttl",
            "Believes for",
            PERHAPS,
            "After how long without a renewal it steps down by itself: the bucket's TTL.",
            ttl
        ),
    ),
];

/// The knobs of one that does this.
pub(super) fn entries(job: Job) -> impl Iterator<Item = &'static Entry<KvApp>> {
    KV_APP.iter().filter(move |(jobs, _)| jobs.contains(&job)).map(|(_, entry)| entry)
}

/// One of them.
pub(super) fn find(job: Job, name: &str) -> Result<&'static Entry<KvApp>, String> {
    entries(job).find(|entry| entry.knob.name == name).ok_or_else(|| {
        let names: Vec<&str> = entries(job).map(|entry| entry.knob.name).collect();
        format!("a {} has no knob {name:?}; it has {}", job.name(), names.join(", "))
    })
}
