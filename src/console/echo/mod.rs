//! What a click does, as a line of the console: so that one learns the command by watching.

mod bucket;
mod fault;
mod words;

use crate::client::{Answer, Call, Deliver};
use crate::world::Input;

use bucket::{kv, object};
use fault::fault;
use words::Words;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Draft;
    use crate::client::kv::{Act, Op};
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
