//! A stream against a model so simple that it can only be right.

use proptest::prelude::*;

use super::*;
use crate::jetstream::store::{Ttl, message_size};
use crate::nats::api::{Discard, PurgeRequest};

const SUBJECTS: &[&str] = &["a", "a.b", "b", "b.c.d"];
const IDS: &[&str] = &["one", "two", "three"];
const WINDOW: Span = Span::secs(2);

#[derive(Debug, Clone)]
enum Step {
    Publish { subject: usize, rollup: u8, ttl: u8, id: Option<usize>, len: usize },
    Delete(u64),
    Purge { seq: u64, keep: u64, filter: usize },
    Wait(u64),
    Limits { msgs: i64, bytes: i64, per_subject: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    let limit = |most: i64| prop_oneof![2 => Just(-1), 3 => 1..most];
    let publish =
        (0..SUBJECTS.len(), 0..8u8, 0..8u8, prop::option::weighted(0.2, 0..IDS.len()), 0..9usize);
    prop_oneof![
        12 => publish.prop_map(|(subject, rollup, ttl, id, len)| {
            Step::Publish { subject, rollup, ttl, id, len }
        }),
        2 => (0..40u64).prop_map(Step::Delete),
        1 => (0..40u64, 0..4u64, 0..=SUBJECTS.len()).prop_map(|(seq, keep, filter)| {
            let keep = if seq > 0 { 0 } else { keep };
            Step::Purge { seq, keep, filter }
        }),
        3 => (0..1_500u64).prop_map(Step::Wait),
        1 => (limit(9), limit(300), limit(4)).prop_map(|(msgs, bytes, per_subject)| {
            Step::Limits { msgs, bytes, per_subject }
        }),
    ]
}

#[derive(Debug, Clone, PartialEq)]
struct Kept {
    seq: u64,
    subject: &'static str,
    at: Time,
    ttl: Ttl,
    size: u64,
}

#[derive(Debug, Default)]
struct Model {
    kept: Vec<Kept>,
    last: u64,
    ids: Vec<(usize, u64, Time)>,
    max_age: Option<Span>,
    new: bool,
    new_per_subject: bool,
    /// -1 is none.
    msgs: i64,
    bytes: i64,
    per_subject: i64,
}

impl Model {
    fn over(limit: i64, used: u64) -> bool {
        u64::try_from(limit).is_ok_and(|limit| used > limit)
    }

    fn bytes(&self) -> u64 {
        self.kept.iter().map(|kept| kept.size).sum()
    }

    fn on(&self, subject: &str) -> u64 {
        self.kept.iter().filter(|kept| kept.subject == subject).count() as u64
    }

    fn publish(&mut self, kept: Kept, rollup: Option<&str>, id: Option<usize>) -> Told {
        let (subject, at) = (kept.subject, kept.at);
        let known = self
            .ids
            .iter()
            .rev()
            .find(|(known, _, since)| Some(*known) == id && at < *since + WINDOW);
        if let Some((_, seq, _)) = known {
            return Told::Duplicate(*seq);
        }
        if self.new {
            let replaces = Self::over(self.per_subject, self.on(subject) + 1);
            if replaces && self.new_per_subject {
                if rollup.is_none() {
                    return Told::Refused(10077);
                }
            } else {
                let full = Self::over(self.msgs, self.kept.len() as u64 + 1);
                let oldest = self.kept.iter().find(|kept| kept.subject == subject);
                let makes_room = replaces && oldest.is_some_and(|old| old.size >= kept.size);
                let too_big = Self::over(self.bytes, self.bytes() + kept.size) && !makes_room;
                if (full && !replaces) || too_big {
                    return Told::Refused(10077);
                }
            }
        }
        self.last += 1;
        let seq = self.last;
        self.ids.extend(id.map(|id| (id, seq, at)));
        self.kept.push(Kept { seq, ..kept });
        self.trim_subject(subject);
        self.trim();
        match rollup {
            Some("sub") => self.kept.retain(|kept| kept.subject != subject || kept.seq >= seq),
            Some(_) => self.kept.retain(|kept| kept.seq >= seq),
            None => {}
        }
        Told::Stored(seq)
    }

    fn trim_subject(&mut self, subject: &str) {
        while Self::over(self.per_subject, self.on(subject)) {
            let oldest = self.kept.iter().position(|kept| kept.subject == subject).unwrap();
            self.kept.remove(oldest);
        }
    }

    fn trim(&mut self) {
        // Where new messages give way, those that are there stay.
        while !self.new
            && (Self::over(self.msgs, self.kept.len() as u64)
                || Self::over(self.bytes, self.bytes()))
        {
            self.kept.remove(0);
        }
    }

    fn expire(&mut self, now: Time) {
        let age = self.max_age;
        self.kept.retain(|kept| {
            let by_age = age.is_some_and(|age| kept.at + age <= now) && kept.ttl != Ttl::Never;
            let by_ttl = matches!(kept.ttl, Ttl::After(ttl) if kept.at + ttl <= now);
            !by_age && !by_ttl
        });
    }

    fn purge(&mut self, seq: u64, keep: u64, filter: &str) {
        let fits = |kept: &Kept| filter.is_empty() || kept.subject == filter;
        let total = self.kept.iter().filter(|kept| fits(kept)).count() as u64;
        let mut before = 0;
        self.kept.retain(|kept| {
            if !fits(kept) {
                return true;
            }
            before += 1;
            match (seq, keep) {
                (0, 0) => false,
                (0, keep) => before > total.saturating_sub(keep),
                (seq, _) => kept.seq >= seq,
            }
        });
        if filter.is_empty() && seq > self.last + 1 {
            self.last = seq - 1;
        }
    }
}

fn run(lone: &mut Lone, model: &mut Model, step: &Step) {
    match step {
        Step::Publish { subject, rollup, ttl, id, len } => {
            let subject = SUBJECTS[*subject];
            let rollup = match rollup {
                0 => Some("sub"),
                1 => Some("all"),
                _ => None,
            };
            let (text, ttl) = match ttl {
                0 => (Some("1s"), Ttl::After(Span::secs(1))),
                1 => (Some("3s"), Ttl::After(Span::secs(3))),
                2 => (Some("never"), Ttl::Never),
                _ => (None, Ttl::Unset),
            };
            let named = [("Nats-Rollup", rollup), ("Nats-TTL", text)];
            let id_text = ("Nats-Msg-Id", id.map(|id| IDS[id]));
            let headers: Vec<(&str, &str)> = named
                .into_iter()
                .chain([id_text])
                .filter_map(|(name, value)| Some((name, value?)))
                .collect();
            let payload = "x".repeat(*len);
            let sent = message(subject, &headers, &payload);
            let size = message_size(
                Storage::Memory,
                subject.len(),
                sent.headers.as_ref().map(Headers::len),
                *len,
            );
            let at = lone.now + Span(1);
            let kept = Kept { seq: 0, subject, at, ttl, size };
            let told = lone.take(&sent, &|_| true);
            assert_eq!(told, model.publish(kept, rollup, *id));
        }
        Step::Delete(seq) => {
            let there = model.kept.iter().any(|kept| kept.seq == *seq);
            model.kept.retain(|kept| kept.seq != *seq);
            let applied = lone.stream.apply(&StreamCommand::Delete { seq: *seq });
            assert!(matches!(applied, Applied::Deleted(result) if result.is_ok() == there));
        }
        Step::Purge { seq, keep, filter } => {
            let filter = SUBJECTS.get(*filter).copied().unwrap_or_default();
            let before = model.kept.len();
            model.purge(*seq, *keep, filter);
            let request = PurgeRequest { seq: *seq, keep: *keep, filter: filter.to_owned() };
            let applied = lone.stream.apply(&StreamCommand::Purge(request));
            let Applied::Purged(gone) = applied else { panic!("{applied:?}") };
            assert_eq!(gone.len(), before - model.kept.len());
        }
        Step::Wait(millis) => {
            lone.wait(Span::millis(*millis));
            model.expire(lone.now);
        }
        Step::Limits { msgs, bytes, per_subject } => {
            (model.msgs, model.bytes) = (*msgs, *bytes);
            if !model.new_per_subject || *per_subject > 0 {
                model.per_subject = *per_subject;
            }
            let mut config = (**lone.stream.config()).clone();
            (config.max_msgs, config.max_bytes) = (*msgs, *bytes);
            config.max_msgs_per_subject = model.per_subject;
            lone.stream.reconfigure(Arc::new(config));
            for subject in SUBJECTS {
                model.trim_subject(subject);
            }
            model.trim();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn a_stream_does_what_the_model_does(
        steps in prop::collection::vec(step(), 1..100),
        aged in any::<bool>(),
        new in any::<bool>(),
        new_per_subject in any::<bool>(),
    ) {
        let new_per_subject = new && new_per_subject;
        let per_subject = if new_per_subject { 2 } else { -1 };
        let age = if aged { 2_500_000_000 } else { 0 };
        let mut lone = Lone::new(|config| {
            config.max_age = age;
            config.duplicate_window = 2_000_000_000;
            config.allow_msg_ttl = true;
            config.allow_rollup_hdrs = true;
            config.discard = if new { Discard::New } else { Discard::Old };
            config.discard_new_per_subject = new_per_subject;
            config.max_msgs_per_subject = per_subject;
        });
        let mut model = Model {
            max_age: aged.then(|| Span(age.unsigned_abs())),
            new,
            new_per_subject,
            msgs: -1,
            bytes: -1,
            per_subject,
            ..Model::default()
        };
        for step in &steps {
            run(&mut lone, &mut model, step);
            let kept: Vec<(u64, &str)> = model.kept.iter().map(|k| (k.seq, k.subject)).collect();
            let content = lone.content();
            let stored: Vec<(u64, &str)> = content.iter().map(|(seq, s, _)| (*seq, &**s)).collect();
            prop_assert_eq!(stored, kept);
            let state = lone.stream.state();
            prop_assert_eq!((state.last_seq, state.bytes), (model.last, model.bytes()));
        }
    }
}
