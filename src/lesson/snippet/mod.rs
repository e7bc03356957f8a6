//! The calls of a lesson as code: in Python (nats-py) and for the `nats` CLI, with the names and values
//! that the world has at that moment.
//!
//! `cargo xtask test` runs every snippet of every lesson against the real nats-server.

mod bucket;
mod object;
mod source;
mod text;

use crate::client::{Call, Draft};
use crate::kernel::Span;
use crate::nats::api::{AckPolicy, ConsumerConfig, Discard, Retention, Storage, StreamConfig};
use crate::nats::subject::matches;
use crate::nats::time::go_duration;
use crate::world::World;

use super::model::{Snippet, WorkAnswer};

use text::{Options, bytes, seconds, shell, string, strings};

/// A call as code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// In Python: `nc` is a connection, `js` its JetStream context.
    pub python: String,
    /// For the command line.
    pub cli: String,
}

/// A call as code, with what this world has; nothing if it has nothing of the kind.
pub fn code(snippet: &Snippet, world: &World) -> Option<Code> {
    match snippet {
        Snippet::Stream { cluster, name } => config(world, cluster, name).map(|c| stream(&c)),
        Snippet::Consumer { cluster, stream, name } => {
            let view = world.consumer(place(world, cluster)?, stream, name)?;
            Some(consumer(stream, view.config()?))
        }
        Snippet::Work { stream, consumer, answer } => Some(work(stream, consumer, *answer)),
        Snippet::Publish { subject } => published(world, subject).map(|draft| publish(&draft)),
        Snippet::Subscribe { subject } => Some(subscribe(subject)),
        Snippet::Get { stream, sequence, .. } => Some(get(stream, *sequence)),
        Snippet::Info { stream, .. } => Some(info(stream)),
        Snippet::Bucket { cluster, bucket } => config(world, cluster, &format!("KV_{bucket}"))
            .map(|config| bucket::create(bucket, &config)),
        Snippet::Key { cluster, bucket, key, call } => {
            let view = world.stream(place(world, cluster)?, &format!("KV_{bucket}"))?;
            bucket::key(bucket, key, *call, view.best()?.stream.store())
        }
        Snippet::Store { cluster, store } => config(world, cluster, &format!("OBJ_{store}"))
            .map(|config| object::create(store, &config)),
        Snippet::Object { store, name, call, .. } => Some(object::object(store, name, *call)),
    }
}

/// The place of a cluster in the topology.
fn place(world: &World, cluster: &str) -> Option<usize> {
    world.topology().clusters.iter().position(|found| found.name == cluster)
}

fn config(world: &World, cluster: &str, name: &str) -> Option<StreamConfig> {
    Some((**world.stream(place(world, cluster)?, name)?.config()?).clone())
}

/// The message that was published last on such a subject, by whomever.
fn published(world: &World, pattern: &str) -> Option<Draft> {
    let drafts = world.clients().flat_map(|(_, _, client)| {
        client.ops().filter_map(|(_, op)| match &*op.call {
            Call::Publish { message, .. }
            | Call::JsPublish { message, .. }
            | Call::JsPublishAll { message, .. }
                if matches(pattern, &message.subject) =>
            {
                Some((op.started, message))
            }
            _ => None,
        })
    });
    drafts.max_by_key(|(at, _)| *at).map(|(_, draft)| draft.clone())
}

fn stream(config: &StreamConfig) -> Code {
    let mut options = Options::default();
    options.python("name", string(&config.name));
    if !config.subjects.is_empty() {
        options.both("subjects", strings(&config.subjects), "subjects", &config.subjects.join(","));
    }
    let imports = source::options(config, &mut options);
    match config.retention {
        Retention::Limits => {}
        Retention::Interest => {
            options.both("retention", string("interest"), "retention", "interest")
        }
        Retention::WorkQueue => options.both("retention", string("workqueue"), "retention", "work"),
    }
    let limits = [
        ("max_msgs", "max-msgs", config.max_msgs),
        ("max_bytes", "max-bytes", config.max_bytes),
        ("max_msgs_per_subject", "max-msgs-per-subject", config.max_msgs_per_subject),
    ];
    for (python, flag, value) in limits.into_iter().filter(|(_, _, value)| *value > 0) {
        options.both(python, value.to_string(), flag, &value.to_string());
    }
    if let Some(age) = config.max_age() {
        options.both("max_age", seconds(age), "max-age", &go_duration(age.0));
    }
    if config.discard == Discard::New {
        options.both("discard", string("new"), "discard", "new");
    }
    if config.storage == Storage::Memory {
        options.both("storage", string("memory"), "storage", "memory");
    }
    if config.num_replicas > 1 {
        let replicas = config.num_replicas.to_string();
        options.both("num_replicas", replicas.clone(), "replicas", &replicas);
    }
    options.flag("--defaults");
    let imports = match imports.as_slice() {
        [] => String::new(),
        names => format!("from nats.js.api import {}\n\n", names.join(", ")),
    };
    Code {
        python: imports + &options.call("await js.add_stream"),
        cli: options.command(&format!("nats stream add {}", shell(&config.name))),
    }
}

fn consumer(stream: &str, config: &ConsumerConfig) -> Code {
    let mut options = Options::default();
    let name = if config.durable_name.is_empty() { &config.name } else { &config.durable_name };
    options.python("durable_name", string(name));
    options.flag("--pull");
    if config.ack_policy == AckPolicy::Explicit {
        options.both("ack_policy", string("explicit"), "ack", "explicit");
    }
    let span = |nanos: i64| Span(u64::try_from(nanos).unwrap_or_default());
    let backoff: Vec<Span> = config.backoff.iter().map(|nanos| span(*nanos)).collect();
    if backoff.is_empty() {
        let wait = span(config.ack_wait);
        options.both("ack_wait", seconds(wait), "wait", &go_duration(wait.0));
    }
    if config.max_deliver > 0 {
        let max = config.max_deliver.to_string();
        options.both("max_deliver", max.clone(), "max-deliver", &max);
    }
    if !backoff.is_empty() {
        let waits: Vec<String> = backoff.iter().map(|wait| seconds(*wait)).collect();
        options.python("backoff", format!("[{}]", waits.join(", ")));
    }
    if let Some((first, most)) = linear(&backoff) {
        options.flag("--backoff linear");
        options.flag(&format!("--backoff-steps {}", backoff.len()));
        options.flag(&format!("--backoff-min {}", go_duration(first.0)));
        options.flag(&format!("--backoff-max {}", go_duration(most.0)));
    }
    if let [filter] = config.filter_subjects.as_slice() {
        options.both("filter_subject", string(filter), "filter", filter);
    } else if !config.filter_subject.is_empty() {
        let filter = &config.filter_subject;
        options.both("filter_subject", string(filter), "filter", filter);
    }
    options.flag("--defaults");
    let python = options.call_with("await js.add_consumer", &string(stream));
    let what = format!("nats consumer add {} {}", shell(stream), shell(name));
    Code { python, cli: options.command(&what) }
}

/// The shortest and the longest wait with which the CLI makes this list: it takes as many steps as
/// there are waits from the shortest on, and so never comes to the longest.
fn linear(backoff: &[Span]) -> Option<(Span, Span)> {
    let [first, second, ..] = backoff else { return None };
    let step = second.0.checked_sub(first.0)?;
    let is_linear = backoff.windows(2).all(|two| two[1].0.checked_sub(two[0].0) == Some(step));
    is_linear.then(|| (*first, Span(first.0 + step * backoff.len() as u64)))
}

fn work(stream: &str, consumer: &str, answer: WorkAnswer) -> Code {
    let (python, flag) = match answer {
        WorkAnswer::Ack => ("    await msg.ack()\n", "--ack"),
        WorkAnswer::Nak => ("    await msg.nak()\n", "--nak"),
        WorkAnswer::Term => ("    await msg.term()\n", "--term"),
        WorkAnswer::InProgress => {
            let python = "    await msg.in_progress()  # every few seconds while the work goes on\n    \
                          await msg.ack()\n";
            (python, "--ack")
        }
    };
    let python = format!(
        "tasks = await js.pull_subscribe_bind(consumer={}, stream={})\n\
         for msg in await tasks.fetch(1, timeout=5):\n    \
         print(msg.metadata.sequence.stream, msg.metadata.num_delivered)\n{python}",
        string(consumer),
        string(stream)
    );
    let cli = format!("nats consumer next {} {} {flag}\n", shell(stream), shell(consumer));
    Code { python, cli }
}

fn publish(draft: &Draft) -> Code {
    let subject = string(&draft.subject);
    let mut call = format!("ack = await js.publish({subject}, {}", bytes(&draft.text));
    let mut command = format!("nats pub -J {} {}", shell(&draft.subject), shell(&draft.text));
    if !draft.headers.is_empty() {
        let pairs = draft.headers.iter();
        let pairs: Vec<String> = pairs
            .clone()
            .map(|(name, value)| format!("{}: {}", string(name), string(value)))
            .collect();
        call = format!("{call}, headers={{{}}}", pairs.join(", "));
        for (name, value) in &draft.headers {
            command = format!("{command} -H {}", shell(&format!("{name}:{value}")));
        }
    }
    Code { python: format!("{call})\nprint(ack.stream, ack.seq)\n"), cli: command + "\n" }
}

fn subscribe(subject: &str) -> Code {
    let python = format!(
        "async def heard(msg):\n    print(msg.subject, msg.data.decode())\n\n\
         await nc.subscribe({}, cb=heard)\n",
        string(subject)
    );
    Code { python, cli: format!("nats sub {}\n", shell(subject)) }
}

fn get(stream: &str, sequence: u64) -> Code {
    let python = format!(
        "msg = await js.get_msg({}, {sequence})\nprint(msg.subject, msg.data.decode())\n",
        string(stream)
    );
    Code { python, cli: format!("nats stream get {} {sequence}\n", shell(stream)) }
}

fn info(stream: &str) -> Code {
    let python = format!(
        "info = await js.stream_info({})\nprint(info.state.messages, info.state.first_seq, info.state.last_seq)\n",
        string(stream)
    );
    Code { python, cli: format!("nats stream info {}\n", shell(stream)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_that_grow_evenly_are_told_by_two_of_them() {
        let secs = |list: &[u64]| list.iter().map(|n| Span::secs(*n)).collect::<Vec<_>>();
        assert_eq!(linear(&secs(&[2, 5, 8])), Some((Span::secs(2), Span::secs(11))));
        assert_eq!(linear(&secs(&[1, 5, 15])), None);
        assert_eq!(linear(&secs(&[1])), None);
    }
}
