//! What flows into a stream from its origins and out of it to those that follow it, with the consumers
//! that nobody else sees.

use crate::view::cast::Cast;
use crate::view::flow::Flow;
use crate::view::frame::{Row, Section};
use crate::view::text::grouped;
use crate::world::StreamView;

use super::flow::{heard, kept};
use super::parts::{row, table};

/// How far a stream is with its mirror or its sources and how far others are with it; nothing of what it
/// has none of.
pub(super) fn sections(cast: Cast<'_>, view: &StreamView<'_>) -> Vec<Section> {
    let all = Flow::all(cast.world());
    let into = |flow: &&Flow<'_>| (flow.cluster, flow.stream) == (view.cluster, view.name);
    let out = |flow: &&Flow<'_>| {
        flow.origin_cluster == Some(view.cluster) && *flow.source.name == **view.name
    };
    let into: Vec<&Flow<'_>> = all.iter().filter(into).collect();
    let out: Vec<&Flow<'_>> = all.iter().filter(out).collect();
    let mut sections = Vec::new();
    if !into.is_empty() {
        let title =
            if into.iter().all(|flow| flow.word() == "mirror") { "Mirror of" } else { "Sources" };
        let columns = vec!["Origin", "State", "Copied", "Behind", "Heard", "Consumer there"];
        let rows = into.iter().map(|flow| origin(flow)).collect();
        sections.push(table(title, columns, rows, ""));
        sections.extend(into.iter().map(|flow| kept(cast, flow)).take(1));
    }
    if !out.is_empty() {
        let columns = vec!["Stream", "How it is", "Hidden consumer"];
        let rows = out.iter().map(|flow| follower(cast, flow)).collect();
        sections.push(table("Followed by", columns, rows, ""));
    }
    sections
}

fn origin(flow: &Flow<'_>) -> Row {
    let copied = flow.view.as_ref().map_or_else(|| "–".to_owned(), |view| grouped(view.seq));
    Row {
        entity: Some(flow.entity()),
        tone: Some(flow.state.tone()),
        ..row(vec![
            flow.origin(),
            flow.state.word().to_owned(),
            copied,
            grouped(flow.behind()),
            heard(flow),
            consumer(flow),
        ])
    }
}

/// The consumer of the origin that nobody else sees.
fn consumer(flow: &Flow<'_>) -> String {
    let consumer = flow.view.as_ref().and_then(|view| view.consumer());
    consumer.map_or_else(|| "none".to_owned(), ToString::to_string)
}

fn follower(cast: Cast<'_>, flow: &Flow<'_>) -> Row {
    // With its cluster, as servers are called, if that is another one.
    let name = if flow.origin_cluster == Some(flow.cluster) {
        flow.stream.to_string()
    } else {
        format!("{} {}", cast.cluster(flow.cluster), flow.stream)
    };
    Row {
        entity: Some(flow.entity()),
        tone: Some(flow.state.tone()),
        ..row(vec![
            name,
            // What it lacks, or how it is.
            match flow.behind() {
                0 => format!("{}, {}", flow.word(), flow.state.word()),
                behind => {
                    let (word, state) = (flow.word(), flow.state.word());
                    format!("{word}, {state}, {} behind", grouped(behind))
                }
            },
            consumer(flow),
        ])
    }
}
