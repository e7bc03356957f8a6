//! An application: its connection, what it asked for and what came of it, what it received.

use std::sync::Arc;

use crate::client::behaviour::{Job, Knob, Knowledge, KvApp};
use crate::client::{Behaviour, Call, Client, OpId, OpRecord, Outcome, Tally};
use crate::kernel::ProcId;
use crate::nats::Message;
use crate::sorted;
use crate::view::caption::{describe_call, kv, object};
use crate::view::cast::Cast;
use crate::view::doing;
use crate::view::entity::Entity;
use crate::view::filter::failed;
use crate::view::frame::{
    Action, ActionKind, Inspection, KnobPanel, KnobRow, Row, Section, Stat, Tab,
};
use crate::view::palette::Token;
use crate::view::say::Say;
use crate::view::text::{age, count, escaped, grouped, short};
use crate::world::{Input, Role};

use super::parts::{
    DATA, ROWS, badge, fact, fact_of, facts, process_actions, row, stat, state_badge, table,
};

pub(super) fn inspect(cast: Cast<'_>, process: ProcId) -> Option<Inspection> {
    let world = cast.world();
    if cast.is_server(process) || world.is_removed(process) || world.name(process).is_empty() {
        return None;
    }
    let state = world.sim().state(process);
    let client = world.client(process);
    let server = client.and_then(Client::connected_to);
    let mut badges = vec![state_badge(state)];
    badges.push(match server {
        Some(server) => badge(format!("on {}", cast.name(server)), Token::Muted),
        None => badge("not connected", Token::Fault),
    });
    let received: u64 = client.iter().flat_map(|c| c.ops()).map(|(_, op)| op.received_total).sum();
    let ended = |good: bool| {
        let ops = client.iter().flat_map(|client| client.ops());
        ops.filter(|(_, op)| op.outcome.as_ref().is_some_and(|o| failed(o) != good)).count()
    };
    Some(Inspection {
        entity: Entity::App(process),
        kind: "application",
        title: world.short_name(process).to_owned(),
        place: format!("in {}", cast.cluster(world.cluster_of(process).unwrap_or(0))),
        badges,
        shown_as: None,
        stats: match client.and_then(|client| Some((client.behaviour()?, client.tally()?))) {
            Some((behaviour, tally)) => tally_stats(behaviour, tally),
            None => vec![
                stat("open", client.map_or(0, Client::open_ops)),
                stat("done", ended(true)),
                stat("failed", ended(false)),
                stat("received", grouped(received)),
            ],
        },
        tabs: match client {
            Some(client) => vec![
                behaviour(cast, process, client),
                Some(Tab { name: "Operations", sections: vec![operations(cast, client)] }),
                Some(Tab { name: "Received", sections: vec![messages(cast, client)] }),
                Some(Tab { name: "Connection", sections: vec![connection(cast, client)] }),
            ]
            .into_iter()
            .flatten()
            .collect(),
            None => vec![Tab {
                name: "Connection",
                sections: vec![Section::Note(
                    "A connection from outside the simulation: it speaks for itself.".to_owned(),
                )],
            }],
        },
        knobs: client.and_then(|client| knobs(world.name(process), client)),
        actions: switch(world.name(process), client)
            .into_iter()
            .chain(process_actions(world.name(process), world.short_name(process), state))
            .chain(
                client.filter(|_| !is_console(cast, process)).map(|_| remove(world.name(process))),
            )
            .collect(),
    })
}

/// Whether it is where the console's lines are typed: that stays.
fn is_console(cast: Cast<'_>, process: ProcId) -> bool {
    cast.spec(process).is_some_and(|spec| spec.acts_as() == Role::Console)
}

/// The button that takes it away.
fn remove(name: &str) -> Action {
    Action {
        label: format!("Remove {name}"),
        fault: false,
        kind: ActionKind::Remove,
        input: Input::RemoveClient { client: name.to_owned() },
    }
}

/// The button that switches on or off what it does by itself.
fn switch(name: &str, client: Option<&Client>) -> Option<Action> {
    let on = client?.behaviour()?.is_running();
    let (label, kind, value) =
        if on { ("Stop", ActionKind::Off, "off") } else { ("Start", ActionKind::On, "on") };
    let (client, knob) = (name.to_owned(), "running".to_owned());
    Some(Action {
        label: format!("{label} {name}"),
        fault: false,
        kind,
        input: Input::SetKnob { client, knob, value: value.to_owned() },
    })
}

/// What came of what it did by itself.
fn tally_stats(behaviour: &Behaviour, tally: &Tally) -> Vec<Stat> {
    let number = |name, value| stat(name, grouped(value));
    match behaviour {
        Behaviour::Publisher(_) => vec![
            number("published", tally.published),
            number("acked", tally.acked),
            number("refused", tally.refused),
            number("unanswered", tally.unanswered),
        ],
        Behaviour::Worker(_) => vec![
            number("received", tally.received),
            number("finished", tally.finished),
            number("given back", tally.given_back + tally.terminated),
            number("crashes", tally.crashes),
        ],
        Behaviour::Subscriber(_) => vec![number("received", tally.received)],
        Behaviour::Kv(app) if app.job == Job::Config => vec![number("received", tally.received)],
        Behaviour::Kv(_) => vec![
            number("wrote", tally.acked),
            number("too late", tally.refused),
            number("unanswered", tally.unanswered),
        ],
    }
}

/// What it does by itself right now, and what it has in hand.
fn behaviour(cast: Cast<'_>, process: ProcId, client: &Client) -> Option<Tab> {
    client.behaviour()?;
    let world = cast.world();
    let cluster = world.cluster_of(process).unwrap_or(0);
    let mut sections = Vec::new();
    if let Some(words) = doing::words(client) {
        let mut list = vec![fact("now", words)];
        for (task, how) in doing::in_hand(client, world.now()) {
            let entity =
                Entity::Message { cluster, stream: Arc::clone(&task.stream), seq: task.seq };
            let name = format!("holds {}", task.seq);
            list.push(fact_of(&name, format!("{}, {how}", task.subject), entity));
        }
        sections.push(facts("", list));
    }
    if let (Some(known), Some(Behaviour::Kv(app))) =
        (client.knowledge(), client.behaviour().map(|does| &**does))
    {
        sections.extend(knows(cast, cluster, app, known));
    }
    Some(Tab { name: "Now", sections })
}

/// What an application knows of its bucket, which need not be what is there.
fn knows(cast: Cast<'_>, cluster: usize, app: &KvApp, known: Knowledge<'_>) -> Vec<Section> {
    let now = cast.world().now();
    let name: Arc<str> = format!("KV_{}", app.bucket).into();
    let there = cast.world().stream(cluster, &name).is_some();
    let bucket = match there {
        true => fact_of("bucket", &app.bucket, Entity::Stream { cluster, name }),
        false => fact("bucket", format!("{}: not there", app.bucket)),
    };
    let none = || "none".to_owned();
    let list = match app.job {
        Job::Config => {
            let values = known.values.iter();
            let rows = values.map(|(key, value)| row(vec![key.clone(), value.clone()])).collect();
            let empty = "It has read no configuration yet.";
            let read = table("Its configuration", vec!["Key", "Value"], rows, empty);
            return vec![facts("", vec![bucket, fact("watches", &app.key)]), read];
        }
        Job::Service => vec![bucket],
        Job::Elector => vec![
            bucket,
            fact("leads", if known.leads.is_some() { "yes, as far as it knows" } else { "no" }),
            fact("revision held", known.leads.map_or_else(none, |(seq, _)| seq.to_string())),
            fact(
                "renewed",
                known
                    .leads
                    .map_or_else(none, |(_, since)| format!("{} ago", age(now.since(since)))),
            ),
        ],
        Job::Counter => vec![
            bucket,
            fact("number read", known.seen.map_or_else(none, |(number, _)| number.to_string())),
            fact(
                "at revision",
                known.seen.and_then(|(_, seq)| seq).map_or_else(none, |seq| seq.to_string()),
            ),
            fact("writes with last=", if app.safe { "yes" } else { "no, it overwrites" }),
        ],
    };
    vec![facts("What it knows", list)]
}

/// The knobs of what it does by itself.
fn knobs(name: &str, client: &Client) -> Option<KnobPanel> {
    let behaviour = client.behaviour()?;
    let row = |knob: Knob| Some(KnobRow { knob, value: behaviour.get(knob.name).ok()? });
    let knobs = behaviour.knobs().into_iter().filter(|knob| knob.name != "running");
    Some(KnobPanel {
        client: name.to_owned(),
        kind: behaviour.kind(),
        knobs: knobs.filter_map(row).collect(),
    })
}

/// Its operations, newest first.
fn operations(cast: Cast<'_>, client: &Client) -> Section {
    let now = cast.world().now();
    let rows: Vec<Row> = client
        .ops()
        .rev()
        .map(|(id, op)| Row {
            tone: op.outcome.as_ref().map(
                |outcome| {
                    if failed(outcome) { Token::Fault } else { Token::Ack }
                },
            ),
            ..row(vec![
                id.0.to_string(),
                call_text(&op.call),
                state_text(op),
                age(now.since(op.started)),
            ])
        })
        .collect();
    table("", vec!["No.", "Call", "Outcome", "Age"], rows, "It was asked for nothing yet.")
}

/// The messages its subscriptions received, newest first.
fn messages(cast: Cast<'_>, client: &Client) -> Section {
    let now = cast.world().now();
    let mut received: Vec<(OpId, crate::kernel::Time, &Message)> = client
        .ops()
        .filter(|(_, op)| op.is_lasting())
        .flat_map(|(id, op)| op.received.iter().map(move |(at, message)| (id, *at, message)))
        .collect();
    sorted::sort_by_key(&mut received, |(id, at, _)| (std::cmp::Reverse(*at), *id));
    let rows = received.into_iter().take(ROWS).map(|(_, at, message)| Row {
        tone: Some(Token::of_subject(&message.subject)),
        ..row(vec![
            message.subject.to_string(),
            escaped(&message.payload, DATA),
            age(now.since(at)),
        ])
    });
    table("", vec!["Subject", "Data", "Age"], rows.collect(), "It has received nothing.")
}

fn connection(cast: Cast<'_>, client: &Client) -> Section {
    let mut list = vec![fact("name", client.name())];
    match client.connected_to() {
        Some(server) => list.push(fact_of("connected to", cast.name(server), cast.entity(server))),
        None => list.push(fact("connected to", "nobody")),
    }
    if let Some(server) = client.connecting_to() {
        list.push(fact_of("trying", cast.name(server), cast.entity(server)));
    }
    let servers: Vec<String> = client.servers().iter().map(|server| cast.name(*server)).collect();
    list.push(fact("tries in turn", servers.join(", ")));
    for (op, subject) in client.subscriptions() {
        list.push(fact(&format!("subscription {}", op.0), subject));
    }
    facts("", list)
}

/// A call in a few words.
pub(super) fn call_text(call: &Call) -> String {
    let caption = describe_call(Say::default(), call);
    caption.done().text().trim().trim_end_matches('.').to_owned()
}

fn state_text(op: &OpRecord) -> String {
    match &op.outcome {
        Some(outcome) => outcome_text(outcome),
        None if op.is_lasting() => format!("{} so far", count(op.received_total, "message")),
        None => "under way".to_owned(),
    }
}

/// What came of an operation, in a few words.
fn outcome_text(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Sent { messages } => format!("{} sent", count(*messages, "message")),
        Outcome::Acked { acks, retries } => {
            let last = acks.last().map_or_else(String::new, |ack| short(&ack.text(), DATA));
            match retries {
                0 => last,
                n => format!("{last} after {}", count(u64::from(*n), "retry")),
            }
        }
        Outcome::Replies(replies) => {
            let text = replies.first().map_or_else(String::new, |r| short(&r.text(), DATA));
            match replies.len() {
                0 | 1 => text,
                n => format!("{text} and {} more", n - 1),
            }
        }
        Outcome::Fetched { messages, status } => {
            let got = count(messages.len() as u64, "message");
            match status {
                None => got,
                Some((code, text)) => format!("{got}, then {code} {text}"),
            }
        }
        Outcome::Refused(answer) => short(&answer.text(), DATA),
        Outcome::Kv(result) => kv::outcome(result),
        Outcome::Object(result) => object::outcome(result),
        Outcome::NoResponders => "no responders".to_owned(),
        Outcome::TimedOut { after, .. } => format!("timed out after {after}"),
        Outcome::Ended { messages } => format!("ended after {}", count(*messages, "message")),
        Outcome::Invalid(why) => format!("invalid: {why}"),
        Outcome::ConnectionLost => "connection lost".to_owned(),
    }
}
