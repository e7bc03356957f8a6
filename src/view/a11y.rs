//! The scene in words, for those who do not see it: what there is, how it is, what moves.

use crate::kernel::LinkSpec;
use crate::nats::api::ConsumerInfo;
use crate::world::{ConsumerView, StreamView, Trouble};

use super::caption;
use super::cast::Cast;
use super::faults::words;
use super::frame::{AppPill, LinkLine, LinkState, ServerHex, Stage, Tape, UpState};
use super::stage::links_properties;
use super::text::{count, list};
use crate::world::Event;

/// The scene in a few sentences: what there is and how it is.
pub fn summary(cast: Cast<'_>, stage: &Stage) -> String {
    let world = cast.world();
    let clusters: Vec<String> = world
        .topology()
        .clusters
        .iter()
        .map(|cluster| {
            format!("{} with {}", cluster.name, count(cluster.servers.len() as u64, "server"))
        })
        .collect();
    let mut text = format!(
        "{}: {}.",
        if clusters.len() == 1 { "One cluster" } else { "Clusters" },
        list(&clusters)
    );
    let streams: Vec<String> = stage
        .tapes
        .iter()
        .map(|tape| format!("{} with {}", tape.name.text, count(tape.messages, "message")))
        .collect();
    if !streams.is_empty() {
        text.push_str(&format!(" Streams: {}.", list(&streams)));
    }
    let apps: Vec<String> = stage.apps.iter().map(|app| app.name.text.clone()).collect();
    if !apps.is_empty() {
        text.push_str(&format!(" Applications: {}.", list(&apps)));
    }
    let mut troubles: Vec<String> = stage
        .servers
        .iter()
        .filter(|server| server.state != UpState::Up)
        .map(|server| format!("{} is {}", cast.name(server.process), up(server.state)))
        .collect();
    troubles
        .extend(stage.links.iter().filter(|l| l.state != LinkState::Ok).map(|l| l.a11y.clone()));
    troubles.extend(stage.flows.iter().filter(|f| f.state.is_bad()).map(|f| f.a11y.clone()));
    if !troubles.is_empty() {
        text.push_str(&format!(" Trouble: {}.", list(&troubles)));
    }
    text
}

/// A server and how it is.
pub fn server(
    cast: Cast<'_>,
    streams: &[StreamView<'_>],
    troubles: &[Trouble],
    hex: &ServerHex,
) -> String {
    let state = up(hex.state);
    let mut parts = vec![format!("server {}", cast.name(hex.process)), state.to_owned()];
    let leads: Vec<String> = streams
        .iter()
        .filter(|stream| stream.leader() == Some(hex.process))
        .map(|stream| stream.name.to_string())
        .collect();
    if !leads.is_empty() {
        parts.push(format!("leads {}", list(&leads)));
    }
    if hex.meta_leader {
        parts.push("leads the meta group".to_owned());
    }
    // In words, also where its plate has room for a sign only.
    parts.extend(words(troubles, hex.process).into_iter().filter(|word| *word != state));
    parts.extend(hex.bars.iter().map(|bar| bar.a11y.clone()));
    parts.join(", ")
}

/// A stream and how it is.
pub fn stream(cast: Cast<'_>, stream: &StreamView<'_>, tape: &Tape) -> String {
    let mut text = format!("stream {}, {}", stream.name, count(tape.messages, "message"));
    if tape.messages > 0 {
        text.push_str(&format!(", sequences {} to {}", tape.first_seq, tape.last_seq));
    }
    match tape.leader {
        Some(leader) => text.push_str(&format!(", led by {}", cast.name(leader))),
        None => text.push_str(", without a leader"),
    }
    if let Some(badge) = &tape.badge {
        text.push_str(&format!(", {}", badge.label.text));
    }
    text
}

/// A consumer and how it is.
pub fn consumer(
    cast: Cast<'_>,
    consumer: &ConsumerView<'_>,
    info: Option<&ConsumerInfo>,
) -> String {
    let mut parts = vec![format!("consumer {} of {}", consumer.name, consumer.stream)];
    if let Some(who) = consumer.serves() {
        let hidden = if consumer.is_hidden() { "hidden, " } else { "" };
        parts.push(format!("{hidden}serves {who}"));
    }
    if let Some(info) = info {
        parts.push(format!("{} to deliver", count(info.num_pending, "message")));
        parts.push(format!("{} out for acknowledgement", info.num_ack_pending));
        if info.num_redelivered > 0 {
            parts.push(format!("{} delivered more than once", info.num_redelivered));
        }
        if info.num_waiting > 0 {
            parts.push(format!("{} waiting", count(info.num_waiting, "pull request")));
        }
        parts.push(format!("acknowledged up to {}", info.ack_floor.stream_seq));
        if info.paused {
            parts.push("paused".to_owned());
        }
    }
    parts.push(match consumer.leader() {
        Some(leader) => format!("led by {}", cast.name(leader)),
        None => "without a leader".to_owned(),
    });
    parts.join(", ")
}

/// An application and how it is.
pub fn app(cast: Cast<'_>, pill: &AppPill, does: &str) -> String {
    let mut parts = vec![format!("application {}", cast.name(pill.process)), does.to_owned()];
    if pill.state != UpState::Up {
        parts.push(up(pill.state).to_owned());
    } else {
        parts.extend(pill.mark.iter().map(|mark| mark.label.text.clone()));
    }
    parts.push(match pill.connected_to {
        Some(server) => format!("connected to {}", cast.name(server)),
        None => "not connected".to_owned(),
    });
    if let Some(received) = pill.received {
        parts.push(format!("{} received", count(received, "message")));
    }
    parts.join(", ")
}

/// A link and how it is.
pub fn link(cast: Cast<'_>, line: &LinkLine, spec: Option<LinkSpec>) -> String {
    let [a, b] = line.ends.map(|end| cast.name(end));
    let state = match line.state {
        LinkState::Ok | LinkState::Lossy => match spec {
            Some(spec) => links_properties(&spec),
            None => "as usual".to_owned(),
        },
        LinkState::Cut => "cut".to_owned(),
        LinkState::BlockedForward => format!("nothing gets from {a} to {b}"),
        LinkState::BlockedBack => format!("nothing gets from {b} to {a}"),
        LinkState::BlockedBoth => "nothing gets through".to_owned(),
    };
    format!("link between {a} and {b}: {state}")
}

/// A packet or an arrow.
pub fn event(cast: Cast<'_>, event: &Event) -> String {
    caption::event(cast, event).text()
}

/// A process's state in a word.
pub const fn up(state: UpState) -> &'static str {
    match state {
        UpState::Up => "up",
        UpState::Paused => "frozen",
        UpState::Down => "down",
    }
}
