//! Clusters as summaries: how each is in a word, who leads how much, and a line for each stream.

use crate::kernel::{ProcId, ProcState};
use crate::view::a11y;
use crate::view::content::{self, is_tombstone};
use crate::view::entity::Entity;
use crate::view::flow::{Flow, FlowState};
use crate::view::frame::{
    Anchor, ClusterPanel, Fold, Health, Label, Line, Point, Rect, Tape, TextStyle,
};
use crate::view::layout::ClusterLayout;
use crate::view::palette::Token;
use crate::view::room::Room;
use crate::view::text::{count, grouped, list};
use crate::world::StreamView;

use super::{View, flows, tapes};

/// Width of a message in a line, and of the room between two.
const MARK: f64 = 5.0;
const MARKS_APART: f64 = 2.0;
/// A line of less height has no marks.
const MARKED: f64 = 12.0;

/// How a cluster is, and where it is folded and unfolded.
pub(super) fn panel(
    view: View<'_>,
    panel: &mut ClusterPanel,
    layout: &ClusterLayout,
    room: &mut Room,
) {
    let Entity::Cluster(cluster) = panel.entity else { return };
    let Some(rect) = layout.fold else { return };
    let (world, streams) = (view.cast.world(), view.streams);
    let own = |stream: &&StreamView<'_>| stream.cluster == cluster;
    let servers: Vec<ProcState> = world
        .servers()
        .filter(|(p, ..)| world.cluster_of(*p) == Some(cluster))
        .map(|(_, s, _)| s)
        .collect();
    let up = servers.iter().filter(|state| **state == ProcState::Up).count();
    let leaderless = streams.iter().filter(own).filter(|s| s.leader().is_none()).count();
    let cut_off = |flow: &&Flow<'_>| {
        flow.cluster == cluster && flow.state.is_bad() && flow.state != FlowState::Leaderless
    };
    let silent = view.flows.iter().filter(cut_off).count();
    let mut words = vec![format!("{up}/{} up", servers.len())];
    if up > 0 && leaderless > 0 {
        words.push(format!("{leaderless} without leader"));
    } else if silent > 0 {
        words.push(format!("{silent} cut off"));
    }
    panel.health = Some(match up {
        0 => Health::Dark,
        _ if up < servers.len() || leaderless > 0 || silent > 0 => Health::Ailing,
        _ => Health::Well,
    });
    let apps = view.cast.apps().filter(|app| world.cluster_of(*app) == Some(cluster)).count();
    if layout.folded {
        let hidden = (apps.saturating_sub(layout.apps.len()), layout.hidden_tapes);
        panel.words.extend(more(layout, hidden, room));
    }
    let leads = spread(streams, cluster)
        .into_iter()
        .map(|(server, leads)| format!("{} leads {}", world.short_name(server), leads));
    let (name, leads): (_, Vec<String>) = (view.cast.cluster(cluster), leads.collect());
    let held = streams.iter().filter(own).count();
    let mut said = vec![words.join(", "), count(held as u64, "stream"), count(apps as u64, "app")];
    if !leads.is_empty() {
        said.push(list(&leads));
    }
    let act = if layout.folded { "show the whole cluster" } else { "show a summary" };
    panel.a11y = format!("cluster {name}: {}", said.join(", "));
    panel.fold = Some(Fold {
        rect,
        folded: layout.folded,
        a11y: format!("{name}, {}: {act}", said.join(", ")),
    });
    if !layout.folded && layout.hidden_tapes > 0 {
        words.push(format!("{} not drawn", count(layout.hidden_tapes as u64, "more stream")));
    }
    let note = words.join(" · ");
    let tone = match panel.health {
        Some(Health::Dark) => Token::Fault,
        Some(Health::Ailing) => Token::Deliver,
        _ => Token::Faint,
    };
    panel.note = room.label(Label {
        text: note,
        at: Point::new(rect.x - 6.0, panel.rect.y + 24.0),
        anchor: Anchor::End,
        style: TextStyle::Small,
        tone,
    });
}

/// How many of a cluster's streams each server leads that leads any.
fn spread(streams: &[StreamView<'_>], cluster: usize) -> Vec<(ProcId, usize)> {
    let mut spread: Vec<(ProcId, usize)> = Vec::new();
    for leader in streams.iter().filter(|s| s.cluster == cluster).filter_map(StreamView::leader) {
        match spread.iter_mut().find(|(server, _)| *server == leader) {
            Some((_, leads)) => *leads += 1,
            None => spread.push((leader, 1)),
        }
    }
    crate::sorted::sort_by_key(&mut spread, |(server, _)| *server);
    spread
}

/// How many streams a server leads.
pub(super) fn leads(streams: &[StreamView<'_>], server: ProcId) -> usize {
    streams.iter().filter(|stream| stream.leader() == Some(server)).count()
}

/// How many apps and streams have no place of their own.
fn more(layout: &ClusterLayout, (apps, streams): (usize, usize), room: &mut Room) -> Vec<Label> {
    let right = layout.panel.right() - 14.0;
    let label = |text: String, at: Point, anchor: Anchor| Label {
        text,
        at,
        anchor,
        style: TextStyle::Small,
        tone: Token::Muted,
    };
    let mut words = Vec::new();
    let beside = layout.servers.first().filter(|server| server.y > layout.panel.y + 40.0);
    if let (Some(server), true) = (beside, apps > 0) {
        let text = match layout.apps.is_empty() {
            true => count(apps as u64, "app"),
            false => format!("+{apps}"),
        };
        words.extend(room.label(label(text, Point::new(right, server.y + 4.0), Anchor::End)));
    }
    if streams > 0 {
        let text = format!("+{}", count(streams as u64, "more stream"));
        let below = layout.tapes.last().map_or(layout.panel.y + 34.0, |tape| tape.bottom() + 3.0);
        let at = Point::new(layout.panel.x + 14.0, below + 11.0);
        words.extend(room.label(label(text, at, Anchor::Start)));
    }
    words
}

/// A stream as a line: its newest messages as marks, how far it lies behind, how many messages it has.
pub(super) fn line(view: View<'_>, stream: &StreamView<'_>, rect: Rect, name: Label) -> Tape {
    let shown = stream.best();
    let state = shown.map(|replica| content::state(replica.stream));
    let messages = state.as_ref().map_or(0, |state| state.messages);
    let word = |text: String, right: f64, tone: Token| Label {
        text,
        at: Point::new(right, rect.centre().y + 4.0),
        anchor: Anchor::End,
        style: TextStyle::SmallMono,
        tone,
    };
    let mut words = vec![word(grouped(messages), rect.right() - 5.0, Token::Muted)];
    let mut left = words.first().map_or(rect.right(), |label| label.rect().x - 8.0);
    // How it is with what it follows, where that is not as it should be, in as many words as fit.
    let (said, tone) = flows::told(view, stream).unwrap_or((Vec::new(), Token::Faint));
    let wrong = said.first().is_some_and(|said| *said != FlowState::InStep.word());
    let lag = said.iter().filter(|_| wrong).map(|said| word(said.clone(), left, tone));
    let half = rect.x + rect.w * 0.4;
    if let Some(label) = lag.into_iter().find(|label| label.rect().x > half) {
        left = label.rect().x - 6.0;
        words.push(label);
    }
    let entity = Entity::Stream { cluster: stream.cluster, name: stream.name.clone() };
    let mut tape = Tape {
        selected: view.selected.is_focus(&entity),
        highlighted: view.pointed.stream(stream.cluster, stream.name),
        entity,
        rect,
        name,
        kind: None,
        tone: stream.config().map_or(Token::Publish, |config| tapes::tone(config)),
        cells: Vec::new(),
        older: None,
        badge: None,
        card: None,
        switch: None,
        line: Some(Line { marks: marks(stream, rect, left), words }),
        first_seq: state.as_ref().map_or(0, |state| state.first_seq),
        last_seq: state.as_ref().map_or(0, |state| state.last_seq),
        messages,
        leader: stream.leader(),
        consumers: Vec::new(),
        takes: tapes::takes(view, stream, rect),
        a11y: String::new(),
    };
    tape.a11y = a11y::stream(view.cast, stream, &tape);
    if let Some(said) = said.first() {
        tape.a11y.push_str(&format!(", {said}"));
    }
    tape
}

/// The newest messages that fit to the left of `right`, each in the colour of its subject.
fn marks(stream: &StreamView<'_>, rect: Rect, right: f64) -> Vec<(Rect, Token)> {
    let Some(replica) = stream.best().filter(|_| rect.h >= MARKED) else { return Vec::new() };
    let state = content::state(replica.stream);
    let step = MARK + MARKS_APART;
    let room = ((right - rect.x - 4.0) / step).max(0.0) as u64;
    let from = (state.last_seq + 1).saturating_sub(room).max(state.first_seq);
    let held = (from..=state.last_seq).enumerate().filter_map(|(n, seq)| {
        let message = content::get(replica.stream, seq)?;
        let tone = match is_tombstone(message) {
            true => Token::Line,
            false => Token::of_subject(&message.subject),
        };
        let x = rect.x + 4.0 + n as f64 * step;
        Some((Rect::new(x, rect.y + 3.0, MARK, rect.h - 6.0), tone))
    });
    held.collect()
}
