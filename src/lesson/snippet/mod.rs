//! The calls of a lesson as code: in Python (nats-py) and for the `nats` CLI, with the names and values
//! that the world has at that moment.
//!
//! `cargo xtask test` runs every snippet of every lesson against the real nats-server.

mod text;

use crate::client::{Call, Draft};
use crate::nats::api::{Discard, Retention, Storage, StreamConfig};
use crate::nats::subject::matches;
use crate::world::World;

use super::model::Snippet;

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
        Snippet::Publish { subject } => published(world, subject).map(|draft| publish(&draft)),
        Snippet::Subscribe { subject } => Some(subscribe(subject)),
        Snippet::Get { stream, sequence, .. } => Some(get(stream, *sequence)),
        Snippet::Info { stream, .. } => Some(info(stream)),
    }
}

fn config(world: &World, cluster: &str, name: &str) -> Option<StreamConfig> {
    let index = world.topology().clusters.iter().position(|found| found.name == cluster)?;
    Some((**world.stream(index, name)?.config()?).clone())
}

/// The message that was published last on such a subject, by whomever.
fn published(world: &World, pattern: &str) -> Option<Draft> {
    let drafts = world.clients().flat_map(|(_, _, client)| {
        client.ops().filter_map(|(_, op)| match &*op.call {
            Call::Publish { message, .. } | Call::JsPublish { message, .. }
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
    options.both("subjects", strings(&config.subjects), "subjects", &config.subjects.join(","));
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
        options.both("max_age", seconds(age), "max-age", &crate::nats::time::go_duration(age.0));
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
    Code {
        python: options.call("await js.add_stream"),
        cli: options.command(&format!("nats stream add {}", shell(&config.name))),
    }
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
