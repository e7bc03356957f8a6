//! What a click does, as a line of the console: so that one learns the command by watching.

use crate::client::kv::{Act, Op};
use crate::client::object::{self, Content};
use crate::client::{Answer, Call, Deliver, Draft};
use crate::kernel::Span;
use crate::nats::time::go_duration;
use crate::world::Input;

/// The line that would do the same as an input, if there is one. It names the client that acts.
///
/// What is done to processes and links is a line of Windtunnel's own. There is none for what cannot be
/// typed: apps that are added and turned, and answers to a message that another operation received.
pub fn echo(input: &Input) -> Option<String> {
    match input {
        Input::Call { client, call } => Some(format!("{client}> {}", command(call)?)),
        _ => fault(input),
    }
}

/// What is done to processes and links.
fn fault(input: &Input) -> Option<String> {
    let (line, names): (&str, &[&String]) = match input {
        Input::Crash { process, .. } => ("fault crash", &[process]),
        Input::Stop { process } => ("fault stop", &[process]),
        Input::Restart { process } => ("fault restart", &[process]),
        Input::Pause { process } => ("fault pause", &[process]),
        Input::Resume { process } => ("fault resume", &[process]),
        Input::Cut { a, b } => ("fault cut", &[a, b]),
        Input::Block { from, to } => ("fault block", &[from, to]),
        Input::Heal { a, b } => ("fault heal", &[a, b]),
        Input::HealAll => ("fault heal all", &[]),
        Input::RemoveClient { client } => ("fault remove", &[client]),
        Input::PowerCut { process } => ("fault power-cut", &[process]),
        Input::SlowDisk { process, .. } => ("fault slow-disk", &[process]),
        Input::Clock { process, .. } => ("fault clock", &[process]),
        Input::LoseAck { client } => ("fault lose-ack", &[client]),
        Input::Duplicate { client } => ("fault duplicate", &[client]),
        Input::Favour { process, .. } => ("fault win", &[process]),
        Input::SplitVote { cluster, .. } => ("fault split-vote", &[cluster]),
        Input::Partition { sides, silent: true }
            if sides.len() == 2 && sides.iter().all(|side| side.len() == 1) =>
        {
            ("fault black-hole", &[])
        }
        Input::Partition { .. } => ("fault partition", &[]),
        Input::Link { a, b, .. } => ("link", &[a, b]),
        _ => return None,
    };
    let mut words = Words(line.to_owned());
    for name in names {
        words.add(name);
    }
    match input {
        Input::Crash { lose_disk: true, .. } => drop(words.add("--lose-disk")),
        Input::SlowDisk { latency, .. } => drop(words.add(&go_duration(latency.as_nanos()))),
        Input::Clock { ahead, .. } => {
            words.add(&go_duration(ahead.unsigned_abs()));
            if *ahead < 0 {
                words.add("--behind");
            }
        }
        Input::Favour { stream, .. } | Input::SplitVote { stream, .. } => {
            words.flag("", stream.as_deref());
        }
        Input::Partition { sides, silent } => {
            for side in sides {
                words.add(&side.join(","));
            }
            if *silent && !words.0.starts_with("fault black-hole") {
                words.add("--silent");
            }
        }
        Input::Link { spec, .. } => {
            let hundredfold = u64::from(spec.loss.numerator) * 100;
            let whole = u64::from(spec.loss.denominator.max(1));
            if hundredfold % whole != 0 {
                return None;
            }
            words.add("--latency").add(&go_duration(spec.latency.as_nanos()));
            words.add("--jitter").add(&go_duration(spec.jitter.as_nanos()));
            words.add("--loss").add(&format!("{}%", hundredfold / whole));
            words.add("--bandwidth").add(&spec.bandwidth.to_string());
        }
        _ => {}
    }
    Some(words.0)
}

fn command(call: &Call) -> Option<String> {
    let mut words = Words::new();
    match call {
        Call::Publish { message, count } => {
            words.add("pub").add(&message.subject).add(&message.text);
            words.headers(message).flag("--reply", message.reply.as_deref());
            words.count(u64::from(*count), 1).add("--no-jetstream");
        }
        Call::JsPublish { message, count, .. } => {
            words.add("pub").add(&message.subject).add(&message.text);
            words.headers(message).count(u64::from(*count), 1).add("-J");
        }
        Call::Request { message, replies, .. } => {
            words.add("request").add(&message.subject).add(&message.text).headers(message);
            if *replies != 1 {
                let replies = if *replies == u32::MAX { 0 } else { *replies };
                words.add("--replies").add(&replies.to_string());
            }
        }
        Call::Api { subject, body } => return Some(api(subject, body)),
        Call::Subscribe { subject, queue, max } => {
            words.add("sub").add(subject).flag("--queue", queue.as_deref());
            words.count(max.unwrap_or(0), 0);
        }
        Call::Reply { subject, queue, body, max } => {
            words.add("reply").add(subject).flag("--queue", queue.as_deref());
            words.flag("", body.as_deref()).count(max.unwrap_or(0), 0);
        }
        Call::Next { stream, consumer, batch, answer, .. } => {
            words.add("consumer").add("next").add(stream).add(consumer);
            match answer {
                Some(Answer::Ack) => {}
                Some(Answer::Nak { .. }) => drop(words.add("--nak")),
                Some(Answer::Term { .. }) => drop(words.add("--term")),
                Some(Answer::InProgress) | None => drop(words.add("--no-ack")),
            }
            words.count(u64::from(*batch), 1);
        }
        Call::Consume { stream, consumer, answer, .. } => {
            words.add("consumer").add("sub").add(stream).add(consumer.as_deref()?);
            if answer.is_none() {
                words.add("--no-ack");
            }
        }
        Call::Ordered { stream, filters, deliver, max, .. } => {
            words.add("sub");
            match filters.as_slice() {
                [] => {}
                [filter] => drop(words.add(filter)),
                _ => return None,
            }
            words.add("--stream").add(stream);
            match deliver {
                Deliver::All => drop(words.add("--all")),
                Deliver::New => drop(words.add("--new")),
                Deliver::Last => drop(words.add("--last")),
                Deliver::LastPerSubject => drop(words.add("--last-per-subject")),
                Deliver::Sequence(seq) => {
                    words.add("--start-sequence").add(&seq.to_string());
                }
            }
            words.count(max.unwrap_or(0), 0);
        }
        Call::Backup { stream, directory, consumers, .. } => {
            words.add("stream").add("backup").add(stream).add(directory);
            if !consumers {
                words.add("--no-consumers");
            }
        }
        Call::Restore { directory, change, .. } => {
            if change.keys().any(|field| field != "num_replicas") {
                return None;
            }
            let replicas = change.get("num_replicas").map(ToString::to_string);
            words.add("stream").add("restore").add(directory);
            words.flag("--replicas", replicas.as_deref());
        }
        Call::Flush => drop(words.add("rtt")),
        Call::Kv(op) => kv(&mut words, op)?,
        Call::Object(op) => object(&mut words, op)?,
        Call::JsPublishAll { .. } | Call::Upload(_) | Call::Answer { .. } | Call::Cancel { .. } => {
            return None;
        }
    }
    words.flag("--js-domain", call.domain());
    Some(words.0)
}

/// A call about a key-value bucket; none where the CLI has no such command.
fn kv(words: &mut Words, op: &Op) -> Option<()> {
    let command = match op.act {
        Act::Add => "add",
        Act::Edit | Act::Entries => return None,
        Act::Remove | Act::Delete => "del",
        Act::Status => "info",
        Act::Buckets | Act::Keys => "ls",
        Act::Put => "put",
        Act::Get => "get",
        Act::Create => "create",
        Act::Update => "update",
        Act::Purge => "purge",
        Act::PurgeDeletes => "compact",
        Act::History => "history",
        Act::Watch => "watch",
    };
    words.add("kv").add(command);
    if op.act != Act::Buckets {
        words.add(&op.bucket);
    }
    if !op.key.is_empty() {
        words.add(&op.key);
    }
    let revision = op.revision.map(|revision| revision.to_string());
    match op.act {
        Act::Put | Act::Create => {
            words.add(&op.value);
        }
        Act::Update => {
            words.add(&op.value).flag("", revision.as_deref());
        }
        Act::Get => {
            words.flag("--revision", revision.as_deref());
        }
        Act::Watch | Act::Keys => match op.keys.as_slice() {
            [] => {}
            [key] => {
                words.add(key);
            }
            _ => return None,
        },
        Act::Remove | Act::Delete | Act::Purge | Act::PurgeDeletes => {
            words.add("-f");
        }
        Act::Add => {
            let config = op.config.as_deref().cloned().unwrap_or_default();
            let number = |n: u32| (n != 1).then(|| n.to_string());
            words.flag("--history", number(config.history).as_deref());
            words.flag("--replicas", number(config.replicas).as_deref());
            let ttl = (config.ttl != Span::ZERO).then(|| go_duration(config.ttl.as_nanos()));
            words.flag("--ttl", ttl.as_deref());
            let ttl = config.marker_ttl.map(|ttl| go_duration(ttl.as_nanos()));
            words.flag("--marker-ttl", ttl.as_deref());
        }
        _ => {}
    }
    Some(())
}

/// What is done with an object store; none where there is no such line.
fn object(words: &mut Words, op: &object::Op) -> Option<()> {
    use object::Act;
    words.add("object");
    let verb = match op.act {
        Act::Add => "add",
        Act::Remove | Act::Delete => "del",
        Act::Status | Act::Info => "info",
        Act::Seal => "seal",
        Act::Put => "put",
        Act::Get => "get",
        Act::List => "ls",
        Act::Watch => "watch",
        Act::Link => "link",
        Act::Update => return None,
    };
    words.add(verb).add(&op.bucket);
    if !op.name.is_empty() {
        words.add(&op.name);
    }
    match &op.content {
        Some(Content::Text(text)) if op.act == Act::Put => {
            words.add("--text").add(text);
        }
        Some(Content::Generated { size, .. }) if op.act == Act::Put => {
            words.add("--size").add(&size.to_string());
        }
        _ => {}
    }
    if let (Act::Link, Some(to)) = (op.act, &op.link) {
        words.add(&to.bucket);
        if !to.name.is_empty() {
            words.add(&to.name);
        }
    }
    if matches!(op.act, Act::Remove | Act::Delete | Act::Seal | Act::Put) {
        words.add("-f");
    }
    Some(())
}

/// A call to the API: as the command that makes it where that is plain, else as a request.
fn api(subject: &str, body: &str) -> String {
    let mut words = Words::new();
    let tokens: Vec<&str> =
        subject.strip_prefix("$JS.API.").map(|rest| rest.split('.').collect()).unwrap_or_default();
    match tokens.as_slice() {
        ["STREAM", "INFO", stream] if body.is_empty() => {
            words.add("stream").add("info").add(stream);
        }
        ["STREAM", "DELETE", stream] => {
            words.add("stream").add("rm").add(stream).add("-f");
        }
        ["STREAM", "PURGE", stream] if body.is_empty() => {
            words.add("stream").add("purge").add(stream).add("-f");
        }
        ["STREAM", "LEADER", "STEPDOWN", stream] if body.is_empty() => {
            words.add("stream").add("cluster").add("step-down").add(stream);
        }
        ["CONSUMER", "INFO", stream, consumer] => {
            words.add("consumer").add("info").add(stream).add(consumer);
        }
        ["CONSUMER", "DELETE", stream, consumer] => {
            words.add("consumer").add("rm").add(stream).add(consumer).add("-f");
        }
        ["CONSUMER", "LEADER", "STEPDOWN", stream, consumer] if body.is_empty() => {
            words.add("consumer").add("cluster").add("step-down").add(stream).add(consumer);
        }
        _ => {
            words.add("request").add(subject).add(body);
        }
    }
    words.0
}

/// A line that grows.
struct Words(String);

impl Words {
    fn new() -> Self {
        Self("nats".to_owned())
    }

    /// Adds a word, in quotes if it needs them.
    fn add(&mut self, word: &str) -> &mut Self {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
        self.0.push(' ');
        if !word.is_empty() && word.chars().all(plain) {
            self.0.push_str(word);
        } else {
            self.0.push('\'');
            self.0.push_str(&word.replace('\'', r"'\''"));
            self.0.push('\'');
        }
        self
    }

    /// Adds a flag with its value, if there is one; a flag without a name is an argument.
    fn flag(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        if let Some(value) = value {
            if !name.is_empty() {
                self.add(name);
            }
            self.add(value);
        }
        self
    }

    fn headers(&mut self, message: &Draft) -> &mut Self {
        for (name, value) in &message.headers {
            self.add("-H").add(&format!("{name}:{value}"));
        }
        self
    }

    fn count(&mut self, count: u64, usual: u64) -> &mut Self {
        if count != usual {
            self.add("--count").add(&count.to_string());
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::{Fault, Parsed, parse};

    fn echoed(call: Call) -> Option<String> {
        echo(&Input::Call { client: "checkout".to_owned(), call })
    }

    #[test]
    fn a_click_reads_as_a_command() {
        let message = Draft {
            subject: "orders.new".to_owned(),
            headers: vec![("A".to_owned(), "it's".to_owned())],
            text: "{\"id\":{{Count}}}".to_owned(),
            ..Draft::default()
        };
        let orders = || "orders.*".to_owned();
        for (call, line) in [
            (
                Call::JsPublish { message: message.clone(), count: 2, retries: 2 },
                r#"checkout> nats pub orders.new '{"id":{{Count}}}' -H 'A:it'\''s' --count 2 -J"#,
            ),
            (
                Call::Publish { message: Draft { headers: Vec::new(), ..message }, count: 1 },
                r#"checkout> nats pub orders.new '{"id":{{Count}}}' --no-jetstream"#,
            ),
            (
                Call::Subscribe { subject: orders(), queue: Some("q".to_owned()), max: None },
                "checkout> nats sub 'orders.*' --queue q",
            ),
            (
                Call::Reply {
                    subject: orders(),
                    queue: None,
                    body: Some("ok".to_owned()),
                    max: Some(2),
                },
                "checkout> nats reply 'orders.*' ok --count 2",
            ),
            (
                Call::Api { subject: "$JS.API.STREAM.INFO.ORDERS".to_owned(), body: String::new() },
                "checkout> nats stream info ORDERS",
            ),
            (
                Call::Api { subject: "$JS.API.STREAM.NAMES".to_owned(), body: "{}".to_owned() },
                "checkout> nats request '$JS.API.STREAM.NAMES' '{}'",
            ),
            (
                Call::Ordered {
                    stream: "ORDERS".to_owned(),
                    filters: vec![orders()],
                    deliver: Deliver::New,
                    pull: false,
                    how: None,
                    domain: None,
                    max: None,
                },
                "checkout> nats sub 'orders.*' --stream ORDERS --new",
            ),
            (
                Call::Kv(Box::new(Op::key(Act::Update, "config", "db").value("a b").revision(3))),
                "checkout> nats kv update config db 'a b' 3",
            ),
            (Call::Kv(Box::new(Op::new(Act::Add, "config"))), "checkout> nats kv add config"),
        ] {
            assert_eq!(echoed(call).as_deref(), Some(line));
            assert!(matches!(parse(line), Ok(Parsed::Run(_))), "{line}: {:?}", parse(line).err());
        }
        let cancel = Call::Cancel { op: crate::client::OpId(1) };
        assert_eq!(echoed(cancel), None);
        for line in [
            "fault crash us-east/n1 --lose-disk",
            "fault stop us-east/n1",
            "fault restart us-east/n1",
            "fault pause checkout",
            "fault resume checkout",
            "fault cut us-east/n1 us-east/n2",
            "fault block us-east/n1 us-east/n2",
            "fault heal us-east/n1 us-east/n2",
            "fault heal all",
            "fault remove checkout",
            "fault power-cut us-east/n1",
            "fault slow-disk us-east/n1 50ms",
            "fault clock us-east/n1 1h0m0s",
            "fault clock us-east/n1 1m30s --behind",
            "fault black-hole us-east/n1 us-east/n2",
            "fault partition us-east/n1 us-east/n2,us-east/n3",
            "fault partition us-east/n1 us-east/n2 us-east/n3",
            "fault partition us-east/n1,checkout us-east/n2,us-east/n3 --silent",
            "fault lose-ack checkout",
            "fault duplicate checkout",
            "fault win us-east/n1",
            "fault win us-east/n1 ORDERS",
            "fault split-vote us-east",
            "fault split-vote us-east ORDERS",
        ] {
            let Ok(Parsed::Run(read)) = parse(line) else { panic!("{line}") };
            let Some(Ok(Fault::Give(input))) = Fault::read(&read) else { panic!("{line}") };
            assert_eq!(echo(&input).as_deref(), Some(line));
        }
        let crash = Input::Crash { process: "us-east/n1".to_owned(), lose_disk: false };
        assert_eq!(echo(&crash).as_deref(), Some("fault crash us-east/n1"));
    }
}
