//! A consumer: the numbers of `CONSUMER.INFO`, what is out and for how long yet, who waits.

use std::sync::Arc;

use crate::kernel::{ProcState, Time};
use crate::nats::api::{ConsumerConfig, ConsumerInfo, SequenceInfo};
use crate::nats::json::to_value;
use crate::view::cast::Cast;
use crate::view::content::{self, Stream};
use crate::view::entity::Entity;
use crate::view::frame::{Badge, Inspection, Row, Section, StripCell, StripState, Tab};
use crate::view::palette::Token;
use crate::view::text::{age, count, grouped};
use crate::world::{ConsumerReplica, ConsumerView};

use super::parts::{
    badge, fact, fact_of, facts, json, one_line, peer, role, row, settings, stat, table,
};
use super::raft_log::raft_log;

/// Messages in the row at the top.
const STRIP: u64 = 36;

pub(super) fn inspect(
    cast: Cast<'_>,
    cluster: usize,
    stream: &Arc<str>,
    name: &Arc<str>,
    rows: usize,
) -> Option<Inspection> {
    let world = cast.world();
    let view = world.consumer(cluster, stream, name)?;
    let best = view.best()?;
    let info = world.consumer_info(cluster, stream, name)?;
    let owner = Entity::Stream { cluster, name: Arc::clone(stream) };
    Some(Inspection {
        entity: Entity::Consumer { cluster, stream: Arc::clone(stream), name: Arc::clone(name) },
        kind: "consumer",
        title: name.to_string(),
        place: format!("of {stream} in {}", cast.cluster(cluster)),
        badges: badges(&view, &info),
        shown_as: None,
        stats: vec![
            stat("to deliver", grouped(info.num_pending)),
            stat("out", grouped(info.num_ack_pending)),
            stat("again", grouped(info.num_redelivered)),
            stat("waiting", grouped(info.num_waiting)),
        ],
        tabs: vec![
            Tab {
                name: "State",
                sections: vec![
                    strip(cast, cluster, stream, best, &info),
                    state(cast, &view, &info, owner),
                ],
            },
            Tab { name: "Out", sections: vec![out(cast, cluster, stream, &view)] },
            Tab { name: "Pulls", sections: vec![pulls(cast, &view)] },
            Tab { name: "Raft", sections: raft(cast, &view, rows) },
            Tab { name: "Config", sections: vec![config(&info.config)] },
            Tab { name: "API", sections: api(cast, cluster, stream, name) },
        ],
        actions: Vec::new(),
        knobs: None,
    })
}

/// "pull" or "push", what it wants acknowledged, how it is.
fn badges(view: &ConsumerView<'_>, info: &ConsumerInfo) -> Vec<Badge> {
    let config = &info.config;
    let kind = if config.is_push() { "push" } else { "pull" };
    let mut badges = vec![
        badge(kind, Token::Deliver),
        badge(format!("ack {}", one_line(&to_value(&config.ack_policy))), Token::Muted),
        badge(if !config.durable_name.is_empty() { "durable" } else { "ephemeral" }, Token::Muted),
    ];
    if view.replicas.len() > 1 {
        badges.push(badge(format!("R{}", view.replicas.len()), Token::Muted));
    }
    if info.paused {
        badges.push(badge("paused", Token::Deliver));
    }
    if view.leader().is_none() {
        badges.push(badge("no leader", Token::Fault));
    }
    if config.is_push() && !info.push_bound {
        badges.push(badge("nobody listens", Token::Muted));
    }
    badges
}

/// What the newest messages of the stream are to the consumer.
fn strip(
    cast: Cast<'_>,
    cluster: usize,
    stream: &Arc<str>,
    best: &ConsumerReplica<'_>,
    info: &ConsumerInfo,
) -> Section {
    let owner = cast.world().stream(cluster, stream);
    let content: Option<&Stream> = owner.as_ref().and_then(|s| s.best()).map(|best| best.stream);
    let pending: Vec<_> = best.consumer.pending().collect();
    let next = best.consumer.next_sequence();
    let last = content.map_or(0, content::last_seq);
    let from = (last + 1).saturating_sub(STRIP).max(1);
    let cells = (from..=last).filter_map(|seq| {
        let message = content::get(content?, seq)?;
        let state = match pending.iter().find(|pending| pending.sseq == seq) {
            Some(pending) if pending.queued => StripState::Again,
            Some(_) => StripState::Out,
            None if !best.consumer.matches(&message.subject) => StripState::Other,
            None if seq >= next => StripState::Next,
            None => StripState::Done,
        };
        let entity = Entity::Message { cluster, stream: Arc::clone(stream), seq };
        Some(StripCell { entity, seq, state })
    });
    let mut note = vec![format!("ack floor {}", info.ack_floor.stream_seq)];
    if info.num_ack_pending > 0 {
        note.push(format!("{} out", info.num_ack_pending));
    }
    let first = pending.iter().filter(|p| !p.queued).filter_map(|p| p.deadline).min();
    note.extend(first.map(|at| format!("{} left", age(at.since(cast.world().now())))));
    Section::Strip { cells: cells.collect(), note: note.join(" · ") }
}

fn state(cast: Cast<'_>, view: &ConsumerView<'_>, info: &ConsumerInfo, owner: Entity) -> Section {
    let at = |at: &SequenceInfo| format!("delivery {} · stream {}", at.consumer_seq, at.stream_seq);
    let mut list = vec![
        fact("last delivered", at(&info.delivered)),
        fact("ack floor", at(&info.ack_floor)),
        fact("to deliver", count(info.num_pending, "message")),
        fact(
            "out",
            match info.config.max_ack_pending {
                most if most > 0 => {
                    format!("{} of at most {}", info.num_ack_pending, grouped(most as u64))
                }
                _ => info.num_ack_pending.to_string(),
            },
        ),
        fact("delivered again", info.num_redelivered),
        fact(
            "waiting pulls",
            match info.config.is_push() {
                true => "none: it pushes".to_owned(),
                false => info.num_waiting.to_string(),
            },
        ),
    ];
    if info.config.is_push() {
        list.push(fact("sends to", &info.config.deliver_subject));
        list.push(fact("somebody listens", if info.push_bound { "yes" } else { "no" }));
    }
    if info.paused {
        let left = u64::try_from(info.pause_remaining).unwrap_or(0);
        list.push(fact("paused for", age(crate::kernel::Span(left))));
    }
    match view.leader() {
        Some(leader) => list.push(fact_of("leader", cast.name(leader), cast.entity(leader))),
        None => list.push(fact("leader", "none: nobody delivers")),
    }
    list.push(fact_of("stream", view.stream, owner));
    facts("", list)
}

/// The messages out for acknowledgement.
fn out(cast: Cast<'_>, cluster: usize, stream: &Arc<str>, view: &ConsumerView<'_>) -> Section {
    let now = cast.world().now();
    let owner = cast.world().stream(cluster, stream);
    let content = owner.as_ref().and_then(|s| s.best()).map(|best| best.stream);
    let rows = view.pending().into_iter().map(|pending| {
        let message = content.and_then(|stream| content::get(stream, pending.sseq));
        let late = pending.queued;
        Row {
            entity: Some(Entity::Message {
                cluster,
                stream: Arc::clone(stream),
                seq: pending.sseq,
            }),
            tone: Some(if late { Token::Fault } else { Token::Deliver }),
            ..row(vec![
                pending.sseq.to_string(),
                message.map_or_else(|| "gone".to_owned(), |message| message.subject.to_string()),
                pending.deliveries.to_string(),
                match pending.deadline {
                    _ if late => "again now".to_owned(),
                    Some(at) => age(at.since(now)),
                    None => "no end".to_owned(),
                },
            ])
        }
    });
    let columns = vec!["Seq", "Subject", "Delivered", "Left"];
    table("", columns, rows.collect(), "Nothing is out for acknowledgement.")
}

/// The pull requests that wait.
fn pulls(cast: Cast<'_>, view: &ConsumerView<'_>) -> Section {
    let now = cast.world().now();
    let rows = view.waiting().into_iter().map(|waiting| {
        row(vec![
            waiting.batch.to_string(),
            waiting.reply.to_string(),
            age(now.since(waiting.since)),
            match waiting.expires {
                Some(Time::MAX) | None => "no end".to_owned(),
                Some(at) => age(at.since(now)),
            },
        ])
    });
    table("", vec!["Wants", "For", "Waits", "Left"], rows.collect(), "No pull request waits.")
}

fn raft(cast: Cast<'_>, view: &ConsumerView<'_>, rows: usize) -> Vec<Section> {
    let Some(group) = view.group else {
        return vec![Section::Note(
            "One copy only: there is no Raft group, its server alone knows what is delivered."
                .to_owned(),
        )];
    };
    let leader = view.leader();
    let members = view.replicas.iter().filter_map(|replica| Some((replica, replica.raft?)));
    let named: Vec<_> =
        members.clone().map(|(replica, raft)| (cast.name(replica.server), raft)).collect();
    let copies = members.map(|(replica, raft)| {
        let state = Some(replica.state).filter(|state| *state != ProcState::Down);
        Row {
            entity: Some(cast.entity(replica.server)),
            tone: (Some(replica.server) == leader).then_some(Token::Deliver),
            ..row(vec![
                cast.name(replica.server),
                role(raft, state).to_owned(),
                raft.term().to_string(),
                raft.commit().to_string(),
                raft.applied().to_string(),
                raft.leader().map_or_else(|| "–".to_owned(), |id| cast.name(peer(id))),
            ])
        }
    });
    vec![
        facts("", vec![fact("group", group)]),
        table(
            "Copies",
            vec!["Server", "Role", "Term", "Commit", "Applied", "Leader"],
            copies.collect(),
            "No copy is there.",
        ),
        raft_log(&named, rows),
    ]
}

fn config(config: &ConsumerConfig) -> Section {
    settings(&to_value(config))
}

fn api(cast: Cast<'_>, cluster: usize, stream: &str, name: &str) -> Vec<Section> {
    match cast.world().consumer_info_json(cluster, stream, name) {
        Some(text) => vec![json(&format!("$JS.API.CONSUMER.INFO.{stream}.{name}"), &text)],
        None => vec![Section::Note("Nobody could answer now.".to_owned())],
    }
}

/// The consumers of a stream, for its own inspection.
pub(super) fn of_stream(cast: Cast<'_>, cluster: usize, stream: &Arc<str>) -> Section {
    let world = cast.world();
    let rows = world.consumers_of(cluster, stream).into_iter().filter_map(|view| {
        let info = world.consumer_info(cluster, stream, view.name)?;
        let (stream, name) = (Arc::clone(stream), Arc::clone(view.name));
        Some(Row {
            entity: Some(Entity::Consumer { cluster, stream, name }),
            tone: Some(if view.leader().is_some() { Token::Deliver } else { Token::Fault }),
            ..row(vec![
                view.name.to_string(),
                match view.serves() {
                    Some(who) if view.is_hidden() => format!("hidden, for {who}"),
                    Some(who) => format!("for {who}"),
                    None => if info.config.is_push() { "push" } else { "pull" }.to_owned(),
                },
                grouped(info.num_pending),
                grouped(info.num_ack_pending),
                grouped(info.ack_floor.stream_seq),
            ])
        })
    });
    table(
        "",
        vec!["Consumer", "Kind", "To deliver", "Out", "Floor"],
        rows.collect(),
        "No consumers. Type: nats consumer add",
    )
}
