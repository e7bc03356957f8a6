//! `nats stream find` and `nats stream gaps`: what is looked for among streams and inside one.

use crate::console::format::{comma, pretty_json};
use crate::console::parse::Invocation;
use crate::console::table::Table;
use crate::kernel::Span;
use crate::nats::api::{Stamp, StreamInfo, to_json_text};
use crate::nats::json::as_json;

use super::stream::{confirm, pick};
use super::stream_list::{all, table};
use super::{Done, Run};

/// `nats stream find`
pub(super) fn find(run: &mut Run<'_>, line: &Invocation) -> Done {
    let found = matching(run, line)?;
    if line.on("names") {
        run.say_all(found.iter().map(|info| info.config.name.clone()));
        return Ok(());
    }
    if found.is_empty() {
        run.say("No Streams matched");
        return Ok(());
    }
    let lines = table("Streams".to_owned(), &found, run.at());
    run.say_all(lines);
    Ok(())
}

/// The streams that match.
pub(super) fn matching(run: &mut Run<'_>, line: &Invocation) -> Done<Vec<StreamInfo>> {
    let mut found = all(run, line.text("subject").unwrap_or_default())?;
    found.retain(|info| matches(info, line) != line.on("invert"));
    Ok(found)
}

/// Whether a stream is what all flags ask for.
fn matches(info: &StreamInfo, line: &Invocation) -> bool {
    let older = |flag, at: Stamp| {
        let least = line.span(flag).filter(|span| *span > Span::ZERO);
        least.is_none_or(|least| match (at.0, info.ts.0) {
            (Some(at), Some(now)) => now.since(at) > least,
            _ => true,
        })
    };
    let cluster = info.cluster.clone().unwrap_or_default();
    let mut members = vec![cluster.leader.as_str()];
    members.extend(cluster.replicas.iter().map(|peer| peer.name.as_str()));
    let number = |flag| line.number(flag).and_then(|n| u64::try_from(n).ok());
    let level = info.config.metadata.get("_nats.req.level").and_then(|level| level.parse().ok());
    line.text("server-name").is_none_or(|part| members.iter().any(|name| name.contains(part)))
        && line.text("cluster").is_none_or(|part| cluster.name.contains(part))
        && line.text("leader").is_none_or(|name| cluster.leader == name)
        && (!line.on("empty") || info.state.messages == 0)
        && older("idle", info.state.last_ts)
        && older("created", info.created)
        && number("consumers").is_none_or(|most| info.state.consumer_count < most)
        && number("replicas").is_none_or(|most| info.config.num_replicas.unsigned_abs() <= most)
        && number("api-level").is_none_or(|least| level.unwrap_or(0u64) >= least)
        && (!line.on("sourced") || !info.config.sources.is_empty())
        && (!line.on("mirrored") || info.config.mirror.is_some())
}

/// `nats stream gaps`
pub(super) fn gaps(run: &mut Run<'_>, line: &Invocation) -> Done {
    struct Body {
        deleted_details: bool,
    }
    as_json! {
        written Body;
        deleted_details,
    }
    let name = pick(run, line, "could not load Stream")?.config.name.clone();
    // The real CLI reads the whole stream; the server knows the same by itself.
    let told: Result<StreamInfo, String> =
        run.api(&format!("STREAM.INFO.{name}"), to_json_text(&Body { deleted_details: true }))?;
    let deleted = run.check("could not load Stream", told)?.state.deleted;
    if deleted.is_empty() {
        if line.on("json") {
            run.say("{}");
        }
        run.say(format!("No deleted messages in {name}"));
        return Ok(());
    }
    confirm(run, line)?;
    let gaps = runs(&deleted);
    if line.on("json") {
        run.say_all(pretty_json(&to_json_text(&gaps)));
        return Ok(());
    }
    let (count, total) = (gaps.len() as u64, deleted.len() as u64);
    let title = format!("{} gaps found in Stream {name}", comma(count.into()));
    let mut table = Table::new(title, &["First Message", "Last Message", "Messages"]);
    for [first, last] in &gaps {
        table.row(vec![
            comma((*first).into()).into(),
            comma((*last).into()).into(),
            comma((last - first + 1).into()).into(),
        ]);
    }
    table.footer(vec!["".into(), "".into(), comma(total.into()).into()]);
    run.say_all(table.lines());
    Ok(())
}

/// The first and last of each unbroken row of numbers.
fn runs(numbers: &[u64]) -> Vec<[u64; 2]> {
    let mut runs: Vec<[u64; 2]> = Vec::new();
    for &n in numbers {
        match runs.last_mut() {
            Some([_, last]) if *last + 1 == n => *last = n,
            _ => runs.push([n, n]),
        }
    }
    runs
}
