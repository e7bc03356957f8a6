//! Compare-and-set on a replicated bucket is linearizable, key by key: three writers create, update, put and
//! delete at random while leaders die, links lose packets and servers freeze; afterwards there must be an
//! order of all that was done which explains every answer. That the checker notices wrong ones is
//! tested first.
//!
//! Meanwhile somebody watches the bucket, and has in the end what it has.
//!
//! What was read while it stormed is not asked for: a read is answered by a leader that may have been
//! deposed without knowing it, here as in nats-server. What is read at the end is.
//!
//! Every case follows from its seed: `KV_LINEAR_SEED=<seed> cargo test --no-default-features --test
//! kv_linear` runs that case alone and lists what was done.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what goes wrong here is to stop the test")]

mod linear_support;
mod trial_support;

use std::collections::BTreeMap;

use linear_support::{Answer, Kind, Op as Done, is_linearizable};
use trial_support::{Trial, case, seeds};
use windtunnel::client::kv::{Act, Bucket, Got, KvError, Op};
use windtunnel::client::{Behaviour, Call, OpId, Outcome};
use windtunnel::kernel::{LinkSpec, Ratio, Span};
use windtunnel::world::{ClientSpec, Input, Role, Topology};

const BUCKET: &str = "b";
const KEYS: [&str; 2] = ["left", "right"];
const WRITERS: [&str; 3] = ["w1", "w2", "w3"];
/// Who watches all the while.
const READER: &str = "reader";
/// How often something is done in a case before it is healed.
const ACTIONS: u32 = 150;

fn op(begin: u64, end: u64, kind: Kind, answer: Answer) -> Done {
    Done { begin, end, kind, answer }
}

#[test]
fn the_checker_accepts_what_can_be_and_nothing_else() {
    use Answer::{Done as Ok, Refused, Unknown};
    use Kind::{Create, Delete, Put, Read, Update};
    let fine: &[&[Done]] = &[
        &[],
        &[op(0, 1, Create, Ok(1)), op(2, 3, Update(1), Ok(2)), op(4, 5, Read, Ok(2))],
        // Of two at once one wins, whichever began first.
        &[op(0, 1, Put, Ok(1)), op(2, 9, Update(1), Refused), op(3, 8, Update(1), Ok(2))],
        // What has no answer happened, or did not.
        &[op(0, 1, Put, Ok(1)), op(2, 3, Update(1), Unknown(None)), op(4, 5, Read, Ok(1))],
        &[op(0, 1, Put, Ok(1)), op(2, 3, Update(1), Unknown(Some(2))), op(9, 9, Read, Ok(2))],
        // It may happen long after nobody waits for it any more.
        &[
            op(0, 1, Put, Ok(1)),
            op(2, 3, Put, Unknown(Some(3))),
            op(4, 5, Update(1), Ok(2)),
            op(6, 7, Read, Ok(3)),
        ],
        &[op(0, 1, Put, Ok(1)), op(2, 3, Delete(1), Ok(2)), op(4, 5, Create, Ok(3))],
        &[op(0, 1, Put, Ok(1)), op(2, 3, Delete(1), Ok(2)), op(4, 5, Read, Ok(0))],
    ];
    for history in fine {
        assert!(is_linearizable(history), "{history:?}");
    }
    let wrong: &[&[Done]] = &[
        // Two win with the same revision.
        &[op(0, 1, Put, Ok(1)), op(2, 9, Update(1), Ok(2)), op(3, 8, Update(1), Ok(3))],
        // An acknowledged write is lost.
        &[op(0, 1, Put, Ok(1)), op(2, 3, Update(1), Ok(2)), op(4, 5, Read, Ok(1))],
        // A later one happened before an earlier one.
        &[op(0, 1, Put, Ok(2)), op(2, 3, Put, Ok(1))],
        // What was refused is there all the same.
        &[op(0, 1, Put, Ok(1)), op(2, 3, Put, Refused), op(4, 5, Read, Ok(2))],
        // What has no answer explains only what came after its beginning.
        &[op(4, 5, Put, Unknown(Some(1))), op(0, 1, Read, Ok(1))],
        // A key that has a value is created.
        &[op(0, 1, Put, Ok(1)), op(2, 3, Create, Ok(2))],
        &[
            op(0, 1, Put, Ok(1)),
            op(2, 3, Delete(1), Unknown(None)),
            op(4, 5, Update(1), Ok(3)),
            op(6, 7, Create, Ok(4)),
        ],
    ];
    for history in wrong {
        assert!(!is_linearizable(history), "{history:?}");
    }
}

/// How many operations ended how.
#[derive(Debug, Default)]
struct Tally {
    done: usize,
    refused: usize,
    unknown: usize,
}

/// Something that was asked for.
struct Asked {
    writer: &'static str,
    id: OpId,
    begin: u64,
    end: u64,
    key: &'static str,
    kind: Kind,
    value: String,
    outcome: Option<Outcome>,
}

struct Storm {
    trial: Trial,
    asked: Vec<Asked>,
    /// The last revision of a key that somebody saw, by writer and key.
    seen: BTreeMap<(&'static str, &'static str), u64>,
    /// What revision a value has, as anybody ever saw it.
    revisions: BTreeMap<String, u64>,
}

impl Storm {
    fn new(seed: u64) -> Self {
        let mut topology = Topology::single("c", &["n1", "n2", "n3"]);
        topology.seed = seed;
        topology.clients =
            WRITERS.iter().map(|name| ClientSpec::new(name, "c", Role::Publisher)).collect();
        let mut reads = Behaviour::of_kind("config").unwrap();
        reads.set("bucket", BUCKET).unwrap();
        topology.clients.push(ClientSpec {
            behaviour: Some(reads),
            ..ClientSpec::new(READER, "c", Role::Publisher)
        });
        let mut storm = Self {
            trial: Trial::new(topology),
            asked: Vec::new(),
            seen: BTreeMap::new(),
            revisions: BTreeMap::new(),
        };
        let config = Bucket { replicas: 3, history: 64, ..Bucket::default() };
        let add = Op { config: Some(Box::new(config)), ..Op::new(Act::Add, BUCKET) };
        storm.trial.give(Input::Call { client: "w1".to_owned(), call: Call::Kv(Box::new(add)) });
        assert!(storm.trial.world.run_idle(Span::secs(10)), "the bucket is not made");
        storm
    }

    /// A writer does something with a key, if it does nothing else.
    fn write(&mut self) {
        let (writer, key) = (self.trial.one_of(&WRITERS), self.trial.one_of(&KEYS));
        if self.asked.iter().any(|asked| asked.writer == writer && asked.outcome.is_none()) {
            return;
        }
        let value = format!("{writer}-{}", self.asked.len());
        let last = self.seen.get(&(writer, key)).copied().unwrap_or(0);
        let (kind, act) = match self.trial.rng.below(20) {
            0..=9 if last > 0 => (Kind::Update(last), Act::Update),
            10..=11 if last > 0 => (Kind::Delete(last), Act::Delete),
            12..=13 => (Kind::Put, Act::Put),
            14..=15 => (Kind::Create, Act::Create),
            _ => (Kind::Read, Act::Get),
        };
        let op = Op::key(act, BUCKET, key).value(&value);
        let op = match kind {
            Kind::Update(last) | Kind::Delete(last) => op.revision(last),
            _ => op,
        };
        self.ask(writer, key, kind, value, op);
    }

    fn ask(&mut self, writer: &'static str, key: &'static str, kind: Kind, value: String, op: Op) {
        let process = self.trial.world.process(writer).unwrap();
        let id = self.trial.world.client(process).unwrap().next_op();
        let begin = self.trial.world.now().nanos();
        let asked = Asked { writer, id, begin, end: 0, key, kind, value, outcome: None };
        self.asked.push(asked);
        self.trial.give(Input::Call { client: writer.to_owned(), call: Call::Kv(Box::new(op)) });
    }

    /// Lets time pass, and takes note of the answers.
    fn pass(&mut self, span: Span) {
        const STEP: Span = Span::millis(5);
        let end = self.trial.world.now() + span;
        while self.trial.world.now() < end {
            self.trial.world.run_until(end.min(self.trial.world.now() + STEP));
            let now = self.trial.world.now();
            for asked in self.asked.iter_mut().filter(|asked| asked.outcome.is_none()) {
                let process = self.trial.world.process(asked.writer).unwrap();
                let record = self.trial.world.client(process).unwrap().op(asked.id);
                let Some(outcome) = record.and_then(|record| record.outcome.as_deref()) else {
                    continue;
                };
                asked.end = now.nanos();
                asked.outcome = Some(outcome.clone());
                let seen = match outcome {
                    Outcome::Kv(Ok(Got::Revision(revision))) => (*revision, asked.value.clone()),
                    Outcome::Kv(Ok(Got::Entry(entry))) => (entry.revision, entry.text()),
                    _ => continue,
                };
                let live = !matches!(asked.kind, Kind::Delete(_));
                self.seen.insert((asked.writer, asked.key), if live { seen.0 } else { 0 });
                self.revisions.insert(seen.1, seen.0);
            }
        }
    }

    /// A fault, or the end of one.
    fn fault(&mut self) {
        let (process, other) = (self.trial.server(), self.trial.server());
        let leader = self.trial.world.stream(0, "KV_b").and_then(|view| view.leader());
        let leader = leader.map(|leader| self.trial.world.name(leader).to_owned());
        let writer = self.trial.one_of(&WRITERS).to_owned();
        let lossy = LinkSpec {
            jitter: Span::millis(3),
            loss: Ratio::percent(20),
            ..LinkSpec::latency(Span::micros(500))
        };
        let input = match (self.trial.rng.below(12), leader) {
            (0..=1, Some(process)) => Input::Crash { process, lose_disk: false },
            (2..=3, _) => Input::Restart { process },
            (4, Some(process)) => Input::Pause { process },
            (5, _) => Input::Resume { process },
            (6, Some(leader)) if process != leader => Input::Cut { a: leader, b: process },
            (7, _) => Input::Link { a: process, b: writer, spec: lossy },
            (8, _) if process != other => Input::Link { a: process, b: other, spec: lossy },
            _ => Input::HealAll,
        };
        self.trial.give(input);
    }

    /// All that was done with a key, once all is healed: the answers, and what is there in the end.
    fn history(&self, key: &str) -> Vec<Done> {
        let of_key = self.asked.iter().filter(|asked| asked.key == key);
        of_key.filter_map(|asked| self.told_of(asked)).collect()
    }

    fn told_of(&self, asked: &Asked) -> Option<Done> {
        let answer = match asked.outcome.as_ref() {
            // Only what is read in the end has to be the truth of that moment.
            Some(Outcome::Kv(Ok(Got::Entry(entry)))) if asked.value == "end" => {
                Answer::Done(entry.revision)
            }
            Some(Outcome::Kv(Err(KvError::KeyNotFound))) if asked.value == "end" => Answer::Done(0),
            _ if asked.kind == Kind::Read => return None,
            Some(Outcome::Kv(Ok(Got::Revision(revision)))) => Answer::Done(*revision),
            Some(Outcome::Kv(Err(KvError::WrongLast(_) | KvError::Exists(_)))) => Answer::Refused,
            _ => Answer::Unknown(self.revisions.get(&asked.value).copied()),
        };
        Some(Done { begin: asked.begin, end: asked.end, kind: asked.kind, answer })
    }

    /// Who watched has in the end what the bucket has, whatever its servers and their consumers went
    /// through meanwhile.
    fn watched_to_the_end(&self) {
        let reader = self.trial.world.client(self.trial.world.process(READER).unwrap()).unwrap();
        let configuration = reader.configuration().unwrap();
        let has = |key: &str| configuration.get(key).cloned();
        let view = self.trial.world.stream(0, "KV_b").unwrap();
        let store = view.best().unwrap().stream.store();
        for key in KEYS {
            let last = store.last_of(&format!("$KV.{BUCKET}.{key}"));
            let live = last.filter(|message| message.header("KV-Operation").is_none());
            let value = live.map(|message| String::from_utf8_lossy(&message.payload).into_owned());
            assert_eq!(has(key), value, "{key}");
        }
    }

    /// What no answer came to and what was refused is looked up in what the bucket remembers.
    fn look(&mut self) -> Vec<String> {
        let view = self.trial.world.stream(0, "KV_b").unwrap();
        let store = view.best().unwrap().stream.store();
        let mut values = Vec::new();
        for message in store.iter_from(1) {
            let value = String::from_utf8_lossy(&message.payload).into_owned();
            self.revisions.insert(value.clone(), message.seq);
            values.push(value);
        }
        values
    }

    fn weather(&mut self) -> Tally {
        for _ in 0..ACTIONS {
            if self.trial.rng.below(8) == 0 {
                self.fault();
            } else {
                self.write();
            }
            let span = self.trial.span(&[1, 20, 200, 1_000]);
            self.pass(span);
        }
        self.trial.give(Input::HealAll);
        for name in ["c/n1", "c/n2", "c/n3"] {
            for writer in WRITERS {
                let spec = LinkSpec::latency(Span::micros(500));
                let (a, b) = (name.to_owned(), writer.to_owned());
                self.trial.give(Input::Link { a, b, spec });
            }
        }
        self.pass(Span::secs(30));
        for key in KEYS {
            self.ask("w2", key, Kind::Read, "end".to_owned(), Op::key(Act::Get, BUCKET, key));
            self.pass(Span::secs(6));
        }
        let values = self.look();
        let refused = self
            .asked
            .iter()
            .filter(|asked| self.told_of(asked).is_some_and(|done| done.answer == Answer::Refused));
        for asked in refused {
            assert!(!values.contains(&asked.value), "{} was refused, and is there", asked.value);
        }
        self.watched_to_the_end();
        for key in KEYS {
            let history = self.history(key);
            assert!(is_linearizable(&history), "{key}: {history:#?}");
        }
        let mut tally = Tally::default();
        for done in self.asked.iter().filter_map(|asked| self.told_of(asked)) {
            match done.answer {
                Answer::Done(_) => tally.done += 1,
                Answer::Refused => tally.refused += 1,
                Answer::Unknown(_) => tally.unknown += 1,
            }
        }
        tally
    }
}

#[test]
fn compare_and_set_is_linearizable_whatever_breaks() {
    let seeds = seeds("KV_LINEAR_SEED", 0..60);
    let cases = (seeds.end - seeds.start) as usize;
    let mut all = Tally::default();
    for seed in seeds {
        let mut storm = Storm::new(seed);
        let weather = |storm: &mut Storm| Ok(storm.weather());
        let tally = case(seed, cases == 1, &mut storm, |storm| &storm.trial, weather);
        all.done += tally.done;
        all.refused += tally.refused;
        all.unknown += tally.unknown;
    }
    // Writers that get nothing through, or never meet, would prove nothing.
    let enough = all.done > 12 * cases && all.refused > 4 * cases && all.unknown > cases;
    assert!(enough, "in {cases} cases {all:?}");
}
