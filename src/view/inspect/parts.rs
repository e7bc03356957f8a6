//! Small parts that inspections are made of.

use serde_json::Value;

use crate::jetstream::raft::Role;
use crate::kernel::{ProcId, ProcState, Span};
use crate::nats::json;
use crate::server::GroupRaft;
use crate::view::entity::Entity;
use crate::view::frame::{Action, ActionKind, Badge, Fact, Row, Section, Stat};
use crate::view::palette::Token;
use crate::view::text::brief;
use crate::world::Input;

/// Rows of a table that are listed at most.
pub(super) const ROWS: usize = 60;
/// Characters of a payload in a table.
pub(super) const DATA: usize = 80;

pub(super) fn fact(name: &str, value: impl ToString) -> Fact {
    Fact { name: name.to_owned(), value: value.to_string(), was: None, entity: None }
}

pub(super) fn fact_of(name: &str, value: impl ToString, entity: Entity) -> Fact {
    Fact { entity: Some(entity), ..fact(name, value) }
}

pub(super) fn facts(title: &str, facts: Vec<Fact>) -> Section {
    let title = Some(title.to_owned()).filter(|title| !title.is_empty());
    Section::Facts { title, facts }
}

pub(super) fn row(cells: Vec<String>) -> Row {
    Row { cells, entity: None, tone: None, changed: false }
}

pub(super) fn table(
    title: &str,
    columns: Vec<&'static str>,
    mut rows: Vec<Row>,
    empty: &'static str,
) -> Section {
    let more = rows.len().saturating_sub(ROWS);
    rows.truncate(ROWS);
    Section::Table {
        title: Some(title.to_owned()).filter(|title| !title.is_empty()),
        columns,
        rows,
        truncated: (more > 0).then(|| format!("{more} more are not listed")),
        empty,
    }
}

pub(super) fn stat(name: &'static str, value: impl ToString) -> Stat {
    Stat { name, value: value.to_string(), was: None }
}

pub(super) fn badge(text: impl Into<String>, tone: Token) -> Badge {
    Badge { text: text.into(), tone }
}

/// A plate that says how a process is.
pub(super) fn state_badge(state: Option<ProcState>) -> Badge {
    match state {
        Some(ProcState::Up) => badge("up", Token::Ack),
        Some(ProcState::Paused) => badge("frozen", Token::Deliver),
        Some(ProcState::Down) | None => badge("down", Token::Fault),
    }
}

pub(super) fn json(title: &str, text: &str) -> Section {
    let pretty = json::parse(text.as_bytes())
        .map_or_else(|_| text.to_owned(), |value| json::pretty(&json::text(&value)).join("\n"));
    Section::Code { title: Some(title.to_owned()), text: pretty, json: true }
}

/// What can be done to a process.
pub(super) fn process_actions(name: &str, short: &str, state: Option<ProcState>) -> Vec<Action> {
    let process = name.to_owned();
    let action = |what: &str, kind, fault, input| Action {
        label: format!("{what} {short}"),
        fault,
        kind,
        input,
    };
    match state {
        Some(ProcState::Up) => vec![
            action(
                "Kill",
                ActionKind::Crash,
                true,
                Input::Crash { process: process.clone(), lose_disk: false },
            ),
            action("Pause", ActionKind::Pause, true, Input::Pause { process }),
        ],
        Some(ProcState::Paused) => vec![
            action(
                "Kill",
                ActionKind::Crash,
                true,
                Input::Crash { process: process.clone(), lose_disk: false },
            ),
            action("Resume", ActionKind::Resume, false, Input::Resume { process }),
        ],
        Some(ProcState::Down) | None => {
            vec![action("Restart", ActionKind::Restart, false, Input::Restart { process })]
        }
    }
}

/// A Raft member's role in a word.
pub(super) fn role(raft: &GroupRaft, state: Option<ProcState>) -> &'static str {
    match (state, raft.role()) {
        (Some(ProcState::Down) | None, _) => "down",
        (_, Role::Leader) => "leader",
        (_, Role::Candidate) => "candidate",
        (_, Role::Follower) => "follower",
    }
}

/// A Raft peer as a process: peers are numbered as processes are.
pub(super) const fn peer(peer: u32) -> ProcId {
    ProcId(peer)
}

/// Settings that are times, in nanoseconds.
const TIMES: &[&str] = &[
    "ack_wait",
    "backoff",
    "duplicate_window",
    "idle_heartbeat",
    "inactive_threshold",
    "max_age",
    "max_expires",
    "priority_timeout",
    "subject_delete_marker_ttl",
];

/// A configuration, setting by setting; times as people read them.
pub(super) fn settings(config: &Value) -> Section {
    let list = config.as_object().into_iter().flatten();
    let shown = |(name, value): (&String, &Value)| {
        let is_time = TIMES.contains(&name.as_str());
        fact(name, if is_time { times(value) } else { one_line(value) })
    };
    facts("", list.map(shown).collect())
}

fn times(value: &Value) -> String {
    match value {
        Value::Array(values) => values.iter().map(times).collect::<Vec<_>>().join(", "),
        other => match other.as_u64() {
            None | Some(0) => one_line(other),
            Some(nanos) => brief(Span(nanos)),
        },
    }
}

/// A value of JSON on one line, strings without quotes.
pub(super) fn one_line(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(one_line).collect::<Vec<_>>().join(", "),
        other => json::text(other),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_shown_as_people_read_them_and_the_rest_as_it_is() {
        let config = json!({
            "ack_wait": 30_000_000_000_u64,
            "backoff": [500_000_000, 60_000_000_000_u64],
            "max_age": 0,
            "max_msgs": 1_000_000_000,
            "subjects": ["orders.>"],
        });
        let Section::Facts { facts, .. } = settings(&config) else { panic!("no facts") };
        let shown: Vec<_> = facts.iter().map(|f| format!("{} {}", f.name, f.value)).collect();
        let wanted = [
            "ack_wait 30 s",
            "backoff 500 ms, 1 min",
            "max_age 0",
            "max_msgs 1000000000",
            "subjects orders.>",
        ];
        assert_eq!(shown, wanted);
    }
}
