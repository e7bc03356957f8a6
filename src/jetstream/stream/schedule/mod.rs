//! Message schedules: a message on one subject that has others sent to another one, once or again
//! and again. One subject has one schedule at most.

mod cron;
mod pattern;
mod zone;

use std::sync::Arc;

use crate::jetstream::cow::CowMap;
use crate::jetstream::store::StoredMessage;
use crate::kernel::{Span, Time};
use crate::nats::api::{ApiError, PurgeRequest};
use crate::nats::subject::{is_literal, is_valid_subject, matches};
use crate::nats::time::{parse_rfc3339, rfc3339_unix};
use crate::nats::{Headers, Message, Subject};

use pattern::{Pattern, Wrong};

use super::check::Trial;
use super::known::{Known, SCHEDULE};
use super::{Publication, Removed, Stream, ttl};

/// So long after its publish a schedule is due at the earliest, as the server does not wake sooner.
const EARLIEST: Span = Span::millis(250);
/// The value of `Nats-Schedule-Next` that ends a schedule.
const PURGE: &str = "purge";

/// The schedules of a stream.
#[derive(Debug, Clone, Default)]
pub(super) struct Schedules {
    /// By subject: under which sequence, and when it is due.
    subjects: CowMap<Subject, (u64, Time)>,
    due: CowMap<(Time, u64), Subject>,
}

impl Schedules {
    fn set(&mut self, subject: &Subject, seq: u64, due: Option<Time>) {
        if let Some((seq, at)) = self.subjects.remove(&**subject) {
            self.due.remove(&(at, seq));
        }
        if let Some(at) = due {
            self.subjects.insert(Arc::clone(subject), (seq, at));
            self.due.insert((at, seq), Arc::clone(subject));
        }
    }
}

impl Trial<'_> {
    /// What holds for the headers that make a schedule, and for those that end one.
    pub(super) fn schedule(&self) -> Result<(), ApiError> {
        let known = &self.known;
        let ends = known.schedule_next.is_some() || known.scheduler.is_some();
        if (known.has_schedule() || ends) && !self.stream.config.allow_msg_schedules {
            return Err(ApiError::SCHEDULES_DISABLED);
        }
        if let Some(text) = known.schedule {
            match Pattern::parse(text, known.schedule_zone) {
                Ok(_) => {}
                Err(Wrong::Zone) => return Err(ApiError::SCHEDULE_TIME_ZONE_INVALID),
                Err(Wrong::Pattern) => return Err(ApiError::SCHEDULE_PATTERN_INVALID),
            }
            self.scheduled_message()?;
        }
        if ends {
            let scheduler = known.scheduler.is_some_and(|s| is_valid_subject(s) && is_literal(s));
            if !scheduler || known.schedule_next != Some(PURGE) {
                return Err(ApiError::SCHEDULER_INVALID);
            }
        }
        Ok(())
    }

    /// What holds for the message that a schedule will send.
    fn scheduled_message(&self) -> Result<(), ApiError> {
        let (known, own) = (&self.known, &*self.message.subject);
        let stores = |subject: &str| {
            let subjects = &self.stream.config.subjects;
            subjects.iter().any(|pattern| matches(pattern, subject))
        };
        let usable =
            |subject: &str| is_valid_subject(subject) && is_literal(subject) && stores(subject);
        if let Some(text) = known.schedule_ttl {
            if ttl::parse(text).is_none() {
                return Err(ApiError::SCHEDULE_TTL_INVALID);
            }
            if !self.stream.config.allow_msg_ttl {
                return Err(ApiError::TTL_DISABLED);
            }
        }
        if known.schedule_rollup.is_some_and(|rollup| rollup != "sub") {
            return Err(ApiError::SCHEDULE_ROLLUP_INVALID);
        }
        let Some(target) = known.schedule_target.filter(|to| *to != own && usable(to)) else {
            return Err(ApiError::SCHEDULE_TARGET_INVALID);
        };
        let fits = |source: &str| source != target && source != own && usable(source);
        if known.schedule_source.is_some_and(|source| !fits(source)) {
            return Err(ApiError::SCHEDULE_SOURCE_INVALID);
        }
        match known.rollup {
            Some(rollup) if !rollup.eq_ignore_ascii_case("sub") => {
                Err(ApiError::SCHEDULE_ROLLUP_INVALID)
            }
            _ => Ok(()),
        }
    }
}

/// The message as it is to be stored: a schedule replaces what was on its subject.
pub(super) fn rolled_up(message: Message, known: &Known<'_>) -> Message {
    if known.schedule.is_some() && known.rollup.is_none() {
        return message.with_header("Nats-Rollup", "sub");
    }
    message
}

impl Stream {
    /// When the next scheduled message is to be sent.
    pub fn next_schedule(&self) -> Option<Time> {
        self.schedules.due.first().map(|((at, _), _)| *at)
    }

    /// Notes what a stored message does to the schedules. Gives the messages of a schedule that
    /// ends with it.
    pub(super) fn note_schedule(&mut self, stored: &StoredMessage) -> Removed {
        if !self.config.allow_msg_schedules {
            return Vec::new();
        }
        let zone = stored.header("Nats-Schedule-Time-Zone");
        let pattern = stored.header(SCHEDULE).and_then(|text| Pattern::parse(text, zone).ok());
        let due = pattern.and_then(|pattern| pattern.next(stored.at.unix_ns().into()));
        let due = due.map(|due| since_world_began(due).max(stored.at + EARLIEST));
        self.schedules.set(&stored.subject, stored.seq, due);
        let (Some(scheduler), Some(next)) =
            (stored.header("Nats-Scheduler"), stored.header("Nats-Schedule-Next"))
        else {
            return Vec::new();
        };
        let scheduler: Subject = scheduler.into();
        if next == PURGE {
            self.schedules.set(&scheduler, 0, None);
            let filter = scheduler.to_string();
            return self.store.purge(&PurgeRequest { seq: stored.seq, filter, keep: 0 });
        }
        if let (Some((seq, _)), Some(next)) =
            (self.schedules.subjects.get(&*scheduler).copied(), parse_rfc3339(next))
        {
            self.schedules.set(&scheduler, seq, Some(since_world_began(next)));
        }
        Vec::new()
    }

    /// The messages that schedules want sent now. Schedules whose message is gone are forgotten.
    pub(super) fn scheduled(
        &mut self,
        now: Time,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Vec<Publication> {
        let due = self.schedules.due.iter().take_while(|((at, _), _)| *at <= now);
        let due: Vec<(u64, Time, Subject)> =
            due.map(|((at, seq), subject)| (*seq, *at, Arc::clone(subject))).collect();
        let mut messages = Vec::new();
        for (seq, at, subject) in due {
            match self.scheduled_by(seq, at, now) {
                Some(message) => {
                    messages.push(self.internal(message, now, wanted));
                }
                None => self.schedules.set(&subject, seq, None),
            }
        }
        messages
    }

    /// The message that the schedule stored under `seq`, due at `at`, sends.
    fn scheduled_by(&self, seq: u64, at: Time, now: Time) -> Option<Message> {
        let schedule = self.store.get(seq)?;
        let target: Subject = schedule.header("Nats-Schedule-Target")?.into();
        let zone = schedule.header("Nats-Schedule-Time-Zone");
        let pattern = Pattern::parse(schedule.header(SCHEDULE)?, zone).ok()?;
        let next = if pattern.repeats() {
            // What was missed is not made up for.
            let next = pattern.next(at.unix_ns().into())?;
            let now = i128::from(now.unix_ns());
            rfc3339_unix(if next < now { pattern.next(now)? } else { next })
        } else {
            PURGE.to_owned()
        };
        let origin = match schedule.header("Nats-Schedule-Source") {
            Some(source) => self.store.last_of(source)?,
            None => schedule,
        };
        let dropped = |name: &str| {
            name == SCHEDULE
                || name.starts_with("Nats-Schedule-")
                || name.starts_with("Nats-Expected-")
                || matches!(name, "Nats-Msg-Id" | "Nats-TTL" | "Nats-Rollup")
        };
        let mut added =
            vec![("Nats-Scheduler", schedule.subject.to_string()), ("Nats-Schedule-Next", next)];
        for (name, value) in [
            ("Nats-TTL", schedule.header("Nats-Schedule-TTL")),
            ("Nats-Rollup", schedule.header("Nats-Schedule-Rollup")),
        ] {
            added.extend(value.map(|value| (name, value.to_owned())));
        }
        let kept = origin.headers.as_ref().and_then(|headers| headers.without(dropped));
        let headers = Some(Headers::appended(kept.as_ref(), &added));
        Some(Message { subject: target, reply: None, headers, payload: origin.payload.clone() })
    }
}

/// A moment in nanoseconds since 1970; what lies before the world counts as its beginning.
fn since_world_began(unix_ns: i128) -> Time {
    u64::try_from(unix_ns - i128::from(Time::UNIX_NS)).map_or(Time::ZERO, Time)
}
