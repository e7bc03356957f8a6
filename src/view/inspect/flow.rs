//! What flows into a stream from one of its origins: how far it is, through which consumer, and what it
//! keeps that the origin has no more.

use std::sync::Arc;

use crate::jetstream::inflow::{Kind, Phase};
use crate::nats::api::to_json_text;
use crate::nats::json::to_value;
use crate::view::cast::Cast;
use crate::view::content::StoredMessage;
use crate::view::entity::Entity;
use crate::view::flow::Flow;
use crate::view::frame::{Fact, Inspection, Row, Section, Tab};
use crate::view::palette::Token;
use crate::view::text::{age, count, escaped, grouped};

use super::parts::{DATA, badge, fact, fact_of, facts, json, one_line, row, stat, table};

/// What is never copied, in a sentence.
const NOT_REPLICATED: &str = "What is deleted or purged at the origin, or removed there by a \
     limit, is not removed here: only messages are copied.";

pub(super) fn inspect(cast: Cast<'_>, entity: &Entity) -> Option<Inspection> {
    let flow = Flow::find(cast.world(), entity)?;
    let mut badges =
        vec![badge(flow.word(), Token::Mirror), badge(flow.state.word(), flow.state.tone())];
    badges.extend(flow.takes().map(|takes| badge(takes, Token::Muted)));
    let mut first = vec![Section::Note(flow.state.means().to_owned())];
    first.push(facts("", about(cast, &flow)));
    first.extend(transforms(&flow));
    first.push(facts("The consumer at the origin", consumer(cast, &flow)));
    first.push(kept(cast, &flow));
    first.extend(companions(cast, &flow));
    let mut tabs = vec![Tab { name: "Flow", sections: first }];
    tabs.extend(api(cast, &flow));
    let copied = flow.view.map_or_else(|| "–".to_owned(), |view| grouped(view.seq));
    let said = flow.view.map_or_else(|| "–".to_owned(), |view| grouped(view.inflow.lag()));
    Some(Inspection {
        entity: entity.clone(),
        kind: "flow",
        title: format!("{} → {}", flow.source.name, flow.stream),
        place: match flow.origin_cluster {
            Some(origin) if origin != flow.cluster => {
                format!("from {} to {}", cast.cluster(origin), cast.cluster(flow.cluster))
            }
            _ => format!("in {}", cast.cluster(flow.cluster)),
        },
        badges,
        shown_as: None,
        stats: vec![
            stat("copied up to", copied),
            stat("behind", grouped(flow.behind())),
            stat("lag it says", said),
            stat("last heard", heard(&flow)),
        ],
        tabs,
        knobs: None,
        actions: Vec::new(),
    })
}

/// All that flows between the same two clusters: where they are summaries, one line stands for it.
fn companions(cast: Cast<'_>, flow: &Flow<'_>) -> Option<Section> {
    let ends = |flow: &Flow<'_>| {
        let origin = flow.origin_cluster?;
        (origin != flow.cluster).then_some((origin.min(flow.cluster), origin.max(flow.cluster)))
    };
    let (a, b) = ends(flow)?;
    let all = Flow::all(cast.world());
    let rows = all.iter().filter(|other| ends(other) == Some((a, b))).map(|other| Row {
        entity: Some(other.entity()),
        tone: Some(other.state.tone()),
        ..row(vec![
            format!("{} → {}", other.source.name, other.stream),
            cast.cluster(other.cluster).to_owned(),
            other.state.word().to_owned(),
        ])
    });
    let rows: Vec<Row> = rows.collect();
    let (a, b) = (cast.cluster(a), cast.cluster(b));
    let title = format!("{} between {a} and {b}", count(rows.len() as u64, "flow"));
    (rows.len() > 1).then(|| table(&title, vec!["Flow", "To", "How it is"], rows, ""))
}

/// How long ago the origin was heard of.
pub(super) fn heard(flow: &Flow<'_>) -> String {
    flow.silent.map_or_else(|| "never".to_owned(), age)
}

fn about(cast: Cast<'_>, flow: &Flow<'_>) -> Vec<Fact> {
    let origin = flow.origin();
    let stream = Entity::Stream { cluster: flow.cluster, name: Arc::clone(flow.stream) };
    let mut list = vec![
        match flow.origin_entity() {
            Some(entity) => fact_of("origin", origin, entity),
            None => fact("origin", format!("{origin}: no cluster has this domain")),
        },
        fact_of(flow.word(), flow.stream, stream),
    ];
    if let Some(view) = &flow.view {
        list.push(fact_of("taken by", cast.name(view.server), cast.entity(view.server)));
    }
    list.push(fact(
        "takes",
        match flow.source.filter_subject.as_str() {
            "" if flow.source.subject_transforms.is_empty() => "everything",
            "" => "what its transforms match",
            filter => filter,
        },
    ));
    if flow.source.opt_start_seq > 0 {
        list.push(fact("begins with", format!("sequence {}", flow.source.opt_start_seq)));
    }
    if let Some(start) = &flow.source.opt_start_time {
        list.push(fact("begins with", one_line(&to_value(start))));
    }
    list.push(fact(
        "sequences",
        match flow.kind {
            Kind::Mirror => "those of the origin, with its times",
            Kind::Source => "new ones; the origin's is in Nats-Stream-Source",
        },
    ));
    list
}

/// What becomes of subjects: done where the messages arrive, not at the origin.
fn transforms(flow: &Flow<'_>) -> Option<Section> {
    let rows = flow.source.subject_transforms.iter().map(|transform| {
        let dest = if transform.dest.is_empty() { "as it is" } else { &transform.dest };
        row(vec![transform.src.clone(), dest.to_owned()])
    });
    let rows: Vec<Row> = rows.collect();
    let title = "Transforms, done where the messages arrive";
    (!rows.is_empty()).then(|| table(title, vec!["Subject there", "Subject here"], rows, ""))
}

/// The consumer that delivers, which nobody sees but here.
fn consumer(cast: Cast<'_>, flow: &Flow<'_>) -> Vec<Fact> {
    let Some(view) = &flow.view else {
        return vec![fact("consumer", "none: the stream has no leader that could ask for one")];
    };
    let now = cast.world().now();
    let mut list = Vec::new();
    match view.inflow.phase() {
        Phase::Following { consumer, deliver, check_at } => {
            let name = Arc::clone(consumer);
            list.push(match (flow.origin_cluster, view.origin_server) {
                (Some(cluster), Some(_)) => {
                    let stream = flow.source.name.as_str().into();
                    fact_of("consumer", consumer, Entity::Consumer { cluster, stream, name })
                }
                _ => fact("consumer", format!("{consumer}, which is not there any more")),
            });
            list.push(fact("kind", "hidden push consumer: no list of the API shows it"));
            list.push(fact("delivers to", deliver));
            list.extend(
                view.origin_server
                    .map(|server| fact_of("lives on", cast.name(server), cast.entity(server))),
            );
            list.push(fact("looked after in", age(check_at.since(now))));
        }
        Phase::Asking { until, .. } => {
            list.push(fact("consumer", "asked for"));
            list.push(fact("waits for the answer", format!("{} more", age(until.since(now)))));
        }
        Phase::Waiting { until } => {
            list.push(fact("consumer", "none"));
            list.push(fact("asks in", age(until.since(now))));
        }
    }
    if view.inflow.fails() > 0 {
        list.push(fact("asked in vain", count(view.inflow.fails(), "time")));
    }
    if let Some(error) = view.inflow.error() {
        list.push(fact("error", format!("{} ({})", error.description, error.err_code)));
    }
    list
}

/// What the stream has and its origin no more.
pub(super) fn kept(cast: Cast<'_>, flow: &Flow<'_>) -> Section {
    let kept = flow.kept(&cast.world().streams());
    if kept.is_empty() {
        return Section::Note(NOT_REPLICATED.to_owned());
    }
    let about = |message: &Arc<StoredMessage>| Row {
        entity: Some(Entity::Message {
            cluster: flow.cluster,
            stream: Arc::clone(flow.stream),
            seq: message.seq,
        }),
        tone: Some(Token::of_subject(&message.subject)),
        ..row(vec![
            message.seq.to_string(),
            message.subject.to_string(),
            escaped(&message.payload, DATA),
        ])
    };
    let rows = kept.iter().map(|message| about(message)).collect();
    let title = format!("Kept here, gone in {}: deletes are not replicated", flow.origin());
    table(&title, vec!["Seq", "Subject", "Data"], rows, "")
}

/// What the stream's information says of it.
fn api(cast: Cast<'_>, flow: &Flow<'_>) -> Option<Tab> {
    let view = flow.view.as_ref()?;
    let info = view.inflow.info(cast.world().now(), view.seq);
    let title = format!("in the answer of STREAM.INFO.{}", flow.stream);
    Some(Tab { name: "API", sections: vec![json(&title, &to_json_text(&info))] })
}
