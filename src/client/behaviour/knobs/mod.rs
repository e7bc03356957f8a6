//! The knobs of behaviours as a table: a name, what kind of value, what it is good for, and how it is
//! read and written as text. Lessons, the console and the page's sliders share it.

/// Makes an entry of a table.
macro_rules! knob {
    ($name:literal, $label:literal, $kind:expr, $help:literal, $get:expr, $set:expr) => {
        Entry {
            knob: Knob { name: $name, label: $label, help: $help, kind: $kind },
            get: $get,
            set: $set,
        }
    };
    ($name:literal, $label:literal, $kind:expr, $help:literal, $field:ident) => {
        knob!($name, $label, $kind, $help, |knobs| knobs.$field.write(), |knobs, text| value::set(
            &mut knobs.$field,
            text
        ))
    };
    ($name:literal, $label:literal, $kind:expr, $help:literal, create.$field:ident) => {
        knob!(
            $name,
            $label,
            $kind,
            $help,
            |knobs| knobs.create.as_ref().map_or_else(String::new, |create| create.$field.write()),
            |knobs, text| value::set(&mut created(knobs).$field, text)
        )
    };
}

mod kv_app;
mod publisher;
mod steps;
mod subscriber;
mod worker;

use crate::kernel::{Ratio, Span};

use super::value::Value;
use super::{Behaviour, Job, KvApp};
use publisher::PUBLISHER;
use subscriber::SUBSCRIBER;
use worker::WORKER;

/// A knob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Knob {
    /// Its name, as it is written in text.
    pub name: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// What it is good for, in a sentence.
    pub help: &'static str,
    /// What it can be set to.
    pub kind: KnobKind,
}

/// What a knob can be set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnobKind {
    /// `on` or `off`.
    Switch,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A duration such as `1.5s`; those named are usual. `none` may be among them.
    Duration(&'static [&'static str]),
    /// A chance such as `10%` or `1/3`; those named are usual.
    Chance(&'static [&'static str]),
    /// A number; those named are usual. `none` may be among them.
    Number(&'static [&'static str]),
    /// Any text.
    Text,
    /// A list of texts with commas between them; may be empty.
    List,
}

impl KnobKind {
    /// The usual values, smallest first: what a slider goes through.
    pub const fn steps(self) -> &'static [&'static str] {
        match self {
            Self::Duration(steps) | Self::Chance(steps) | Self::Number(steps) => steps,
            Self::Switch | Self::Choice(_) | Self::Text | Self::List => &[],
        }
    }

    /// Whether one value, as text, is less than another.
    pub fn is_below(self, a: &str, b: &str) -> bool {
        fn less<T: Value>(a: &str, b: &str, size: impl Fn(T) -> u128) -> bool {
            let size = |text| T::read(text).map(&size);
            matches!((size(a), size(b)), (Ok(a), Ok(b)) if a < b)
        }
        match self {
            Self::Duration(_) => {
                less(a, b, |span: Option<Span>| span.map_or(0, |span| u128::from(span.0) + 1))
            }
            Self::Chance(_) => less(a, b, |chance: Ratio| {
                u128::from(chance.numerator) * 1_000_000 / u128::from(chance.denominator.max(1))
            }),
            Self::Number(_) => less(a, b, |n: Option<u64>| n.map_or(0, |n| u128::from(n) + 1)),
            Self::Switch | Self::Choice(_) | Self::Text | Self::List => false,
        }
    }
}

/// A knob and how it is read and set.
struct Entry<T: 'static> {
    knob: Knob,
    get: fn(&T) -> String,
    set: fn(&mut T, &str) -> Result<(), String>,
}

fn find<'a, T>(table: &'a [Entry<T>], kind: &str, name: &str) -> Result<&'a Entry<T>, String> {
    table.iter().find(|entry| entry.knob.name == name).ok_or_else(|| {
        let names: Vec<&str> = table.iter().map(|entry| entry.knob.name).collect();
        format!("a {kind} has no knob {name:?}; it has {}", names.join(", "))
    })
}

impl Behaviour {
    /// The kinds of behaviours there are.
    pub const KINDS: [&str; 7] =
        ["publisher", "worker", "subscriber", "config", "service", "elector", "counter"];

    /// A behaviour of this kind with its usual knobs.
    ///
    /// # Errors
    /// Which kinds there are.
    pub fn of_kind(kind: &str) -> Result<Self, String> {
        match kind {
            "publisher" => Ok(Self::Publisher(Box::default())),
            "worker" => Ok(Self::Worker(Box::default())),
            "subscriber" => Ok(Self::Subscriber(Box::default())),
            other => match Job::named(other) {
                Some(job) => Ok(Self::Kv(Box::new(KvApp::of(job)))),
                None => Err(format!(
                    "{other:?} is no kind of app; there are {}",
                    Self::KINDS.join(", ")
                )),
            },
        }
    }

    /// Its knobs.
    pub fn knobs(&self) -> Vec<Knob> {
        match self {
            Self::Publisher(_) => PUBLISHER.iter().map(|entry| entry.knob).collect(),
            Self::Worker(_) => WORKER.iter().map(|entry| entry.knob).collect(),
            Self::Subscriber(_) => SUBSCRIBER.iter().map(|entry| entry.knob).collect(),
            Self::Kv(app) => kv_app::entries(app.job).map(|entry| entry.knob).collect(),
        }
    }

    /// How a knob is set, as text that [`Behaviour::set`] understands.
    ///
    /// # Errors
    /// Which knobs there are.
    pub fn get(&self, name: &str) -> Result<String, String> {
        let kind = self.kind();
        Ok(match self {
            Self::Publisher(knobs) => (find(PUBLISHER, kind, name)?.get)(knobs),
            Self::Worker(knobs) => (find(WORKER, kind, name)?.get)(knobs),
            Self::Subscriber(knobs) => (find(SUBSCRIBER, kind, name)?.get)(knobs),
            Self::Kv(knobs) => (kv_app::find(knobs.job, name)?.get)(knobs),
        })
    }

    /// The knobs that are set otherwise in another behaviour, by their names for people, with their
    /// values there; none if it is of another kind.
    pub fn turned_to(&self, other: &Self) -> Vec<(&'static str, String)> {
        if self.kind() != other.kind() {
            return Vec::new();
        }
        let changed = |knob: Knob| {
            let value = other.get(knob.name).ok()?;
            (self.get(knob.name).as_ref() != Ok(&value)).then_some((knob.label, value))
        };
        self.knobs().into_iter().filter_map(changed).collect()
    }

    /// Sets a knob. After an error it is as it was.
    ///
    /// # Errors
    /// What is wrong with the name or the value and what would be right.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let kind = self.kind();
        let mut changed = self.clone();
        match &mut changed {
            Self::Publisher(knobs) => (find(PUBLISHER, kind, name)?.set)(knobs, value),
            Self::Worker(knobs) => (find(WORKER, kind, name)?.set)(knobs, value),
            Self::Subscriber(knobs) => (find(SUBSCRIBER, kind, name)?.set)(knobs, value),
            Self::Kv(knobs) => (kv_app::find(knobs.job, name)?.set)(knobs, value),
        }
        .and_then(|()| changed.check())
        .map_err(|why| format!("{name}: {why}"))?;
        *self = changed;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::WorkerMode;
    use super::*;

    #[test]
    fn every_knob_can_be_set_to_what_it_says_and_to_what_is_usual() {
        for kind in Behaviour::KINDS {
            let usual = Behaviour::of_kind(kind).expect("a kind");
            for knob in usual.knobs() {
                let text = usual.get(knob.name).expect(knob.name);
                let mut same = usual.clone();
                same.set(knob.name, &text).unwrap_or_else(|why| panic!("{kind}: {why}"));
                assert_eq!(same.get(knob.name), Ok(text), "{kind} {}", knob.name);
                for step in knob.kind.steps() {
                    let mut other = usual.clone();
                    // Not every usual time is possible for every knob.
                    if other.set(knob.name, step).is_ok() {
                        assert_eq!(other.get(knob.name).as_deref(), Ok(*step), "{}", knob.name);
                    } else {
                        assert_eq!(other, usual, "{kind} {} {step}", knob.name);
                    }
                }
            }
        }
    }

    #[test]
    fn knobs_do_what_they_say() {
        let mut worker = Behaviour::of_kind("worker").expect("a kind");
        for (name, value) in [
            ("processing", "1.5s"),
            ("crash", "1/3"),
            ("hold", "4"),
            ("restart", "none"),
            ("ack-wait", "5s"),
            ("backoff", "1s,5s"),
            ("mode", "queue"),
        ] {
            worker.set(name, value).expect(name);
        }
        let Behaviour::Worker(worker) = worker else { panic!("another kind") };
        assert_eq!(worker.processing, Span::millis(1_500));
        assert_eq!(worker.crash, Ratio { numerator: 1, denominator: 3 });
        assert_eq!((worker.max_in_hand, worker.restart), (4, None));
        assert_eq!(worker.mode, WorkerMode::Queue);
        let create = worker.create.expect("it makes its consumer");
        assert_eq!(create.ack_wait, Some(Span::secs(5)));
        assert_eq!(create.backoff, [Span::secs(1), Span::secs(5)]);
    }

    #[test]
    fn naming_a_stream_makes_a_subscriber_read_it() {
        let mut subscriber = Behaviour::of_kind("subscriber").expect("a kind");
        subscriber.set("stream", "TASKS").expect("a stream");
        subscriber.set("deliver", "7").expect("a sequence");
        assert_eq!(subscriber.get("source").as_deref(), Ok("ordered"));
        assert_eq!(subscriber.get("deliver").as_deref(), Ok("7"));
        assert_eq!(subscriber.get("subject").as_deref(), Ok("orders.>"));
    }

    #[test]
    fn what_is_wrong_is_said_and_changes_nothing() {
        let usual = Behaviour::of_kind("worker").expect("a kind");
        for (name, value, said) in [
            ("speed", "2s", "it has running, stream"),
            ("processing", "soon", "1.5s"),
            ("crash", "often", "10%"),
            ("crash", "150%", "always"),
            ("batch", "0", "1 to 1000"),
            ("running", "maybe", "on or off"),
            ("mode", "push", "pull"),
            ("stream", "a b", "stream name"),
        ] {
            let mut worker = usual.clone();
            let error = worker.set(name, value).expect_err(value);
            assert!(error.contains(said), "{error}");
            assert_eq!(worker, usual);
        }
        assert!(Behaviour::of_kind("broker").expect_err("no kind").contains("worker"));
    }
}
