//! A link: its properties, its state, what is under way on it.

use crate::kernel::{EventKind, ProcId, Time};
use crate::view::caption;
use crate::view::cast::Cast;
use crate::view::class::Class;
use crate::view::entity::Entity;
use crate::view::frame::{Action, ActionKind, Inspection, Row, Section, Tab};
use crate::view::palette::Token;
use crate::view::stage::percent;
use crate::view::tune::Property;
use crate::world::Input;

use super::parts::{badge, fact, fact_of, facts, row, stat, table};

pub(super) fn inspect(cast: Cast<'_>, a: ProcId, b: ProcId) -> Option<Inspection> {
    let world = cast.world();
    let link = world.sim().link(a, b)?;
    let (low, high) = (a.min(b), a.max(b));
    let spec = link.spec;
    let way = |from: ProcId, to: ProcId, blocked: bool| {
        let state = match (link.cut, blocked) {
            (true, _) => "cut: both ends know",
            (_, true) => "black hole: nothing gets through, nobody is told",
            _ => "open",
        };
        fact(&format!("{} to {}", cast.name(from), cast.name(to)), state)
    };
    let mut list = vec![
        fact_of("one end", cast.name(low), cast.entity(low)),
        fact_of("other end", cast.name(high), cast.entity(high)),
        fact("latency", spec.latency),
        fact("jitter", Property::Jitter.text(&spec)),
        fact("loss", percent(&spec)),
        fact("bandwidth", Property::Bandwidth.text(&spec)),
        way(low, high, link.blocked[0]),
        way(high, low, link.blocked[1]),
    ];
    let flights = flights(cast, low, high);
    let mut badges = Vec::new();
    if link.cut {
        badges.push(badge("cut", Token::Fault));
    } else if link.is_faulty() {
        badges.push(badge("blocked", Token::Fault));
    } else {
        badges.push(badge("open", Token::Ack));
    }
    if spec.loss.numerator > 0 {
        badges.push(badge("lossy", Token::Fault));
    }
    let in_flight = flights.len();
    let mut actions = actions(world.name(low), world.name(high), link.is_faulty());
    let joined = world.cluster_link(low, high);
    if let Some(joined) = joined {
        list.insert(2, fact("leaf link", format!("{} is a leaf of {}", joined.from, joined.to)));
        let denied = |patterns: &[String], from: &str, to: &str| {
            (!patterns.is_empty())
                .then(|| fact(&format!("not from {from} to {to}"), patterns.join(", ")))
        };
        // What is denied to come in does not go out either.
        let mut out = joined.deny_exports.clone();
        out.extend(
            joined.deny_imports.iter().filter(|d| !joined.deny_exports.contains(d)).cloned(),
        );
        list.extend(denied(&out, &joined.from, &joined.to));
        list.extend(denied(&joined.deny_imports, &joined.to, &joined.from));
        actions.push(whole(&joined.from, &joined.to, link.cut));
    }
    Some(Inspection {
        entity: Entity::link(a, b),
        kind: "link",
        title: format!("{} – {}", cast.name(low), cast.name(high)),
        place: String::new(),
        badges,
        shown_as: None,
        stats: vec![stat("latency", spec.latency), stat("under way", in_flight)],
        tabs: vec![Tab {
            name: "Link",
            sections: vec![
                facts("", list),
                table(
                    "Under way",
                    vec!["Class", "What", "Arrives in"],
                    flights,
                    "Nothing is under way.",
                ),
                Section::Note(
                    "A connection over a link is like TCP: a lost packet is sent again after at \
                     least 200 ms, and everything behind it waits."
                        .to_owned(),
                ),
            ],
        }],
        knobs: None,
        actions,
    })
}

fn flights(cast: Cast<'_>, a: ProcId, b: ProcId) -> Vec<Row> {
    let now = cast.world().now();
    let flights = cast.world().sim().in_flight().into_iter().filter_map(|(sent, arrives)| {
        let event = cast.event(sent)?;
        let EventKind::Sent { to, .. } = event.kind else { return None };
        if (event.place.min(to), event.place.max(to)) != (a, b) {
            return None;
        }
        let class = Class::of(cast.trace(), event)?;
        Some(Row {
            entity: Some(Entity::Event(sent)),
            tone: Some(class.token()),
            ..row(vec![
                class.label().to_owned(),
                caption::event(cast, event).text(),
                match arrives {
                    Time::MAX => "held back".to_owned(),
                    at => at.since(now).to_string(),
                },
            ])
        })
    });
    flights.collect()
}

/// What is done to all ways between two clusters: of one alone, a leaf finds another.
fn whole(leaf: &str, hub: &str, cut: bool) -> Action {
    let (a, b) = (leaf.to_owned(), hub.to_owned());
    Action {
        label: format!("{} all of {leaf} and {hub}", if cut { "Heal" } else { "Cut" }),
        fault: !cut,
        kind: if cut { ActionKind::Heal } else { ActionKind::Cut },
        input: if cut { Input::Heal { a, b } } else { Input::Cut { a, b } },
    }
}

fn actions(a: &str, b: &str, faulty: bool) -> Vec<Action> {
    let (a, b) = (a.to_owned(), b.to_owned());
    if faulty {
        return vec![Action {
            label: "Heal".to_owned(),
            fault: false,
            kind: ActionKind::Heal,
            input: Input::Heal { a, b },
        }];
    }
    vec![
        Action {
            label: "Cut".to_owned(),
            fault: true,
            kind: ActionKind::Cut,
            input: Input::Cut { a: a.clone(), b: b.clone() },
        },
        Action {
            label: format!("Black hole to {b}"),
            fault: true,
            kind: ActionKind::Block,
            input: Input::Block { from: a, to: b },
        },
    ]
}
