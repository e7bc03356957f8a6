//! What an application does by itself, in a few words.

use std::sync::Arc;

use crate::client::behaviour::{Publisher, Source};
use crate::client::{Behaviour, Client, Doing, Tally, Task};
use crate::kernel::Time;

use super::text::count;

/// The same where there is little room, on its pill.
pub(super) fn few_words(client: &Client) -> Option<String> {
    Some(match client.doing()? {
        Doing::Working { task, in_hand, .. } if in_hand > 1 => {
            format!("on {}, holds {in_hand}", task.seq)
        }
        Doing::Working { task, .. } if task.deliveries > 1 => format!("again on {}", task.seq),
        Doing::Crashed { tasks } => match tasks.as_slice() {
            [] => "crashed".to_owned(),
            [one] => format!("crashed, held {}", one.seq),
            [one, others @ ..] => format!("crashed, held {}+{}", one.seq, others.len()),
        },
        _ => return words(client),
    })
}

/// What it does right now: "works on 7".
pub(super) fn words(client: &Client) -> Option<String> {
    let behaviour = client.behaviour()?;
    Some(match client.doing()? {
        Doing::Off => "switched off".to_owned(),
        Doing::Preparing { why } => why.to_string(),
        Doing::Says { what } => what.to_string(),
        Doing::Idle => idle(behaviour, client.tally()),
        Doing::Publishing { count } => format!("waits for ack of {count}"),
        Doing::Working { task, in_hand, .. } => match in_hand {
            0 | 1 => format!("works on {}", task_words(&task)),
            n => format!("works on {}, holds {n}", task_words(&task)),
        },
        Doing::Done => match client.tally() {
            Some(tally) => format!("done: {}", count(tally.published, "message")),
            None => "done".to_owned(),
        },
        Doing::Crashed { tasks } => match tasks.as_slice() {
            [] => "crashed".to_owned(),
            [one] => format!("crashed with {} in hand", one.seq),
            [one, others @ ..] => format!("crashed with {} and {} more", one.seq, others.len()),
        },
    })
}

/// A message in hand: its sequence, and that it was delivered before.
fn task_words(task: &Task) -> String {
    match task.deliveries {
        0 | 1 => task.seq.to_string(),
        n => format!("{}, delivery {n}", task.seq),
    }
}

/// What it waits for.
fn idle(behaviour: &Behaviour, tally: Option<&Tally>) -> String {
    match behaviour {
        Behaviour::Publisher(publisher) => pace(publisher),
        Behaviour::Worker(worker) => format!("idle, {}", worker.stream),
        Behaviour::Kv(app) => app.bucket.clone(),
        Behaviour::Subscriber(subscriber) => match (&subscriber.source, tally) {
            (Source::Core { subject, .. }, _) => subject.clone(),
            (Source::Ordered { stream, .. } | Source::Ephemeral { stream, .. }, _) => {
                format!("reads {stream}")
            }
        },
    }
}

/// What a publisher does, and how often.
fn pace(publisher: &Publisher) -> String {
    // What differs from message to message has no room here.
    let mut subject = String::new();
    let mut rest = publisher.subject.as_str();
    while let Some((before, after)) = rest.split_once("{{") {
        subject.push_str(before);
        subject.push('…');
        rest = after.split_once("}}").map_or("", |(_, after)| after);
    }
    subject.push_str(rest);
    format!("{subject} / {}", publisher.every)
}

/// How far the work on a message is, 0 to 1.
pub(super) fn progress(since: Time, until: Time, now: Time) -> f64 {
    let whole = until.since(since).as_nanos();
    if whole == 0 {
        return 1.0;
    }
    (now.since(since).as_nanos() as f64 / whole as f64).clamp(0.0, 1.0)
}

/// What it has in hand, one sentence a message, the one it works on first.
pub(super) fn in_hand(client: &Client, now: Time) -> Vec<(Arc<Task>, String)> {
    let doing = client.doing();
    let (tasks, work) = match &doing {
        Some(Doing::Crashed { tasks }) => (tasks.clone(), None),
        Some(Doing::Working { until, .. }) => (client.in_hand(), Some(*until)),
        _ => (client.in_hand(), None),
    };
    let crashed = matches!(doing, Some(Doing::Crashed { .. }));
    tasks
        .into_iter()
        .enumerate()
        .map(|(n, task)| {
            let how = match work {
                _ if crashed => "lost with the crash".to_owned(),
                Some(until) if n == 0 => format!("at work, {} to go", until.since(now)),
                _ => "waits".to_owned(),
            };
            (task, how)
        })
        .collect()
}
