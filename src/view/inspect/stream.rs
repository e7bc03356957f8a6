//! A stream: its messages, its configuration, its replicas and what the API says of it.

use std::sync::Arc;

use crate::kernel::ProcState;
use crate::nats::json::to_value;
use crate::view::cast::Cast;
use crate::view::content::{self, is_tombstone};
use crate::view::entity::Entity;
use crate::view::frame::{Badge, Inspection, Row, Section, ShownAs, Tab};
use crate::view::palette::Token;
use crate::view::stage::{stream_kind, stream_tone};
use crate::view::text::{age, escaped, grouped, size};
use crate::world::bucket::Kind;
use crate::world::{Replica, StreamView};

use super::parts::{
    DATA, ROWS, badge, fact, fact_of, facts, json, one_line, peer, role, row, settings, stat, table,
};
use super::raft_log::raft_log;

pub(super) fn inspect(
    cast: Cast<'_>,
    cluster: usize,
    name: &Arc<str>,
    rows: usize,
    plain: bool,
) -> Option<Inspection> {
    let view = cast.world().stream(cluster, name)?;
    let best = view.best()?;
    let config = best.stream.config();
    let state = content::state(best.stream);
    let kind = Kind::of(config);
    let shown = kind.filter(|_| !plain);
    let (name_of, mut first) = match shown {
        Some(Kind::Bucket(_)) => ("Keys", super::bucket::sections(cast, &view, best, rows)),
        Some(Kind::Store(_)) => ("Objects", super::objects::sections(cast, &view, best, rows)),
        None => ("Messages", vec![messages(cast, &view, best)]),
    };
    first.extend(super::origins::sections(cast, &view));
    first.push(copies(cast, &view));
    let tabs = vec![
        Tab { name: name_of, sections: first },
        Tab { name: "Consumers", sections: vec![super::consumer::of_stream(cast, cluster, name)] },
        Tab { name: "State", sections: vec![state_facts(cast, &view, best)] },
        Tab { name: "Raft", sections: raft(cast, &view, rows) },
        Tab { name: "Config", sections: vec![config_facts(best)] },
        Tab { name: "API", sections: api(cast, cluster, name) },
    ];
    Some(Inspection {
        entity: Entity::Stream { cluster, name: Arc::clone(name) },
        kind: shown.map_or("stream", Kind::word),
        title: shown.map_or_else(|| name.to_string(), |kind| kind.name().to_owned()),
        place: match shown {
            Some(_) => format!("in {}, stream {name}", cast.cluster(cluster)),
            None => format!("in {}", cast.cluster(cluster)),
        },
        badges: badges(&view, best),
        shown_as: kind.map(|kind| ShownAs { words: [kind.short(), "Stream"], plain }),
        stats: match shown {
            Some(Kind::Bucket(_)) => super::bucket::stats(best.stream),
            Some(Kind::Store(_)) => super::objects::stats(best.stream),
            None => vec![
                stat("messages", grouped(state.messages)),
                stat("sequence", format!("{}–{}", state.first_seq, state.last_seq)),
                stat("bytes", size(state.bytes)),
                stat("subjects", grouped(state.num_subjects)),
            ],
        },
        tabs,
        knobs: None,
        actions: Vec::new(),
    })
    .filter(|_| !config.name.is_empty())
}

fn badges(view: &StreamView<'_>, best: &Replica<'_>) -> Vec<Badge> {
    let config = best.stream.config();
    let kind = stream_kind(config);
    let mut badges: Vec<Badge> = kind
        .split(" · ")
        .take(2)
        .enumerate()
        .map(|(n, word)| badge(word, if n == 0 { stream_tone(config) } else { Token::Muted }))
        .collect();
    badges.push(badge(one_line(&to_value(&config.storage)), Token::Muted));
    if view.leader().is_none() {
        badges.push(badge("no leader", Token::Fault));
    }
    let lag = most_lag(view);
    if lag > 0 {
        badges.push(badge(format!("lag {lag}"), Token::Deliver));
    }
    badges
}

/// How many messages the copy that is furthest behind lacks.
fn most_lag(view: &StreamView<'_>) -> u64 {
    let last = |replica: &Replica<'_>| content::last_seq(replica.stream);
    let most = view.replicas.iter().map(last).max().unwrap_or(0);
    view.replicas.iter().map(|replica| most - last(replica)).max().unwrap_or(0)
}

/// The newest messages, newest first.
fn messages(cast: Cast<'_>, view: &StreamView<'_>, best: &Replica<'_>) -> Section {
    let now = cast.world().now();
    let rows: Vec<Row> = content::newest(best.stream)
        .take(ROWS)
        .map(|message| Row {
            entity: Some(Entity::Message {
                cluster: view.cluster,
                stream: Arc::clone(view.name),
                seq: message.seq,
            }),
            tone: Some(if is_tombstone(message) {
                Token::Muted
            } else {
                Token::of_subject(&message.subject)
            }),
            ..row(vec![
                message.seq.to_string(),
                message.subject.to_string(),
                escaped(&message.payload, DATA),
                age(now.since(message.at)),
            ])
        })
        .collect();
    let left = content::state(best.stream).messages.saturating_sub(rows.len() as u64);
    let columns = vec!["Seq", "Subject", "Data", "Age"];
    let empty = "No messages. Publish one to a subject of this stream.";
    match table("", columns, rows, empty) {
        Section::Table { title, columns, rows, empty, .. } => Section::Table {
            title,
            columns,
            rows,
            truncated: (left > 0).then(|| format!("{} older messages", grouped(left))),
            empty,
        },
        other => other,
    }
}

/// Every copy and how far it has come.
fn copies(cast: Cast<'_>, view: &StreamView<'_>) -> Section {
    let leader = view.leader();
    let most = view.replicas.iter().map(|r| content::last_seq(r.stream)).max().unwrap_or(0);
    let rows = view.replicas.iter().map(|replica| {
        let last = content::last_seq(replica.stream);
        let leads = Some(replica.server) == leader;
        Row {
            entity: Some(cast.entity(replica.server)),
            tone: leads.then_some(Token::Deliver),
            ..row(vec![
                cast.name(replica.server),
                match (replica.state, leads) {
                    (ProcState::Down, _) => "down",
                    (ProcState::Paused, _) => "paused",
                    (_, true) => "leads",
                    (_, false) => "follows",
                }
                .to_owned(),
                grouped(last),
                match most - last {
                    0 => "complete".to_owned(),
                    n => format!("{} behind", grouped(n)),
                },
            ])
        }
    });
    table("Copies", vec!["Server", "Role", "Last", "State"], rows.collect(), "No copy is there.")
}

fn state_facts(cast: Cast<'_>, view: &StreamView<'_>, best: &Replica<'_>) -> Section {
    let state = content::state(best.stream);
    let mut list = vec![
        fact("messages", grouped(state.messages)),
        fact("bytes", size(state.bytes)),
        fact("first sequence", grouped(state.first_seq)),
        fact("last sequence", grouped(state.last_seq)),
        fact("subjects", grouped(state.num_subjects)),
        fact("deleted in between", grouped(state.num_deleted)),
    ];
    match view.leader() {
        Some(leader) => list.push(fact_of("leader", cast.name(leader), cast.entity(leader))),
        None => list.push(fact("leader", "none: nobody takes messages for it")),
    }
    list.push(fact_of("seen on", cast.name(best.server), cast.entity(best.server)));
    facts("", list)
}

/// Every replica's Raft, as it is on its own server.
fn raft(cast: Cast<'_>, view: &StreamView<'_>, rows: usize) -> Vec<Section> {
    let Some(group) = view.group else {
        return vec![Section::Note(
            "One replica only: there is no Raft group. What its server has stored is stored; if the \
             server is down, so is the stream."
                .to_owned(),
        )];
    };
    let leader = view.leader();
    let led = view.replicas.iter().find(|replica| Some(replica.server) == leader);
    let members = view.replicas.iter().filter_map(|replica| Some((replica, replica.raft?)));
    let roles = members.clone().map(|(replica, raft)| Row {
        entity: Some(cast.entity(replica.server)),
        tone: (Some(replica.server) == leader).then_some(Token::Deliver),
        ..row(vec![
            cast.name(replica.server),
            role(raft, Some(replica.state)).to_owned(),
            raft.term().to_string(),
            raft.voted_for().map_or_else(|| "–".to_owned(), |id| cast.name(peer(id))),
            raft.leader().map_or_else(|| "–".to_owned(), |id| cast.name(peer(id))),
        ])
    });
    let named: Vec<_> =
        members.clone().map(|(replica, raft)| (cast.name(replica.server), raft)).collect();
    let logs = members.map(|(replica, raft)| {
        let lead = led.and_then(|led| led.raft).filter(|_| Some(replica.server) != leader);
        let progress = lead.and_then(|lead| lead.progress(replica.server.0));
        Row {
            entity: Some(cast.entity(replica.server)),
            tone: (Some(replica.server) == leader).then_some(Token::Deliver),
            ..row(vec![
                cast.name(replica.server),
                format!("{}–{}", raft.first_index(), raft.last_index()),
                raft.commit().to_string(),
                raft.applied().to_string(),
                progress.map_or_else(|| "–".to_owned(), |p| p.match_index.to_string()),
                lead.map_or_else(|| "–".to_owned(), |lead| lead.lag(replica.server.0).to_string()),
            ])
        }
    });
    let quorum = view.replicas.len() / 2 + 1;
    vec![
        facts(
            "",
            vec![
                fact("group", group),
                fact("members", view.replicas.len()),
                fact("quorum", quorum),
            ],
        ),
        table(
            "Roles",
            vec!["Server", "Role", "Term", "Voted for", "Leader"],
            roles.collect(),
            "No replica is there.",
        ),
        table(
            "Logs",
            vec!["Server", "Log", "Commit", "Applied", "Match", "Lag"],
            logs.collect(),
            "No replica is there.",
        ),
        raft_log(&named, rows),
    ]
}

fn config_facts(best: &Replica<'_>) -> Section {
    settings(&to_value(&**best.stream.config()))
}

fn api(cast: Cast<'_>, cluster: usize, name: &str) -> Vec<Section> {
    match cast.world().stream_info_json(cluster, name) {
        Some(text) => vec![json(&format!("$JS.API.STREAM.INFO.{name}"), &text)],
        None => vec![Section::Note("Nobody could answer now.".to_owned())],
    }
}
