//! `nats consumer ls`, `find` and `report`: many consumers at once.

use crate::console::format::{comma, duration, pretty_json};
use crate::console::parse::Invocation;
use crate::console::plan::show::{ago, date};
use crate::console::plan::stream_list::{Leaders, members};
use crate::console::plan::{Done, Run};
use crate::console::table::{Cell, Table};
use crate::kernel::Span;
use crate::nats::api::{ConsumerInfo, ConsumerList, ConsumerNames, Stamp, to_json_text};
use crate::nats::json::as_json;

use super::pick_stream;
use super::show::acks;

/// `nats consumer ls`
pub(in crate::console::plan) fn ls(run: &mut Run<'_>, line: &Invocation) -> Done {
    let stream = pick_stream(run, line)?.config.name.clone();
    if line.on("names") || line.on("json") {
        let names = names(run, &stream)?;
        if line.on("json") {
            run.say_all(pretty_json(&to_json_text(&names)));
        } else {
            run.say_all(names);
        }
        return Ok(());
    }
    let consumers = all(run, &stream)?;
    if consumers.is_empty() {
        run.say("No Consumers defined");
        return Ok(());
    }
    let headers = ["Name", "Description", "Created", "Ack Pending", "Unprocessed", "Last Delivery"];
    let mut table = Table::new("Consumers", &headers);
    for info in &consumers {
        let now = info.ts.0.unwrap_or(run.at());
        table.row(vec![
            info.name.as_str().into(),
            info.config.description.as_str().into(),
            date(info.created).into(),
            info.num_ack_pending.into(),
            info.num_pending.into(),
            ago(now, info.delivered.last_active.unwrap_or(Stamp::NONE)).into(),
        ]);
    }
    run.say_all(table.lines());
    Ok(())
}

/// `nats consumer find`
pub(in crate::console::plan) fn find(run: &mut Run<'_>, line: &Invocation) -> Done {
    let (_, found) = matching(run, line)?;
    run.say_all(found.into_iter().map(|info| info.name));
    Ok(())
}

/// The consumers of a stream that match, and the stream's name.
pub(in crate::console::plan) fn matching(
    run: &mut Run<'_>,
    line: &Invocation,
) -> Done<(String, Vec<ConsumerInfo>)> {
    let stream = pick_stream(run, line)?.config.name.clone();
    let mut found = all(run, &stream)?;
    found.retain(|info| matches(info, line) != line.on("invert"));
    Ok((stream, found))
}

/// Whether a consumer is what all flags ask for.
fn matches(info: &ConsumerInfo, line: &Invocation) -> bool {
    let below = |flag, value: u64| {
        let most = line.number(flag).and_then(|n| u64::try_from(n).ok()).filter(|n| *n > 0);
        most.is_none_or(|most| value < most)
    };
    let older = |flag, at: Stamp| {
        let least = line.span(flag).filter(|span| *span > Span::ZERO);
        least.is_none_or(|least| match (at.0, info.ts.0) {
            (Some(at), Some(now)) => now.since(at) > least,
            _ => true,
        })
    };
    let push = info.config.is_push();
    let cluster = info.cluster.clone().unwrap_or_default();
    let replicas = line.number("replicas").and_then(|n| usize::try_from(n).ok());
    (!line.on("push") || push)
        && (!line.on("pull") || !push)
        && (!line.on("bound") || info.push_bound || info.num_waiting > 0)
        && (!line.on("pinned") || is_pinned(info))
        && below("waiting", info.num_waiting)
        && below("ack-pending", info.num_ack_pending)
        && below("pending", info.num_pending)
        && older("idle", info.delivered.last_active.unwrap_or(Stamp::NONE))
        && older("created", info.created)
        && replicas.is_none_or(|most| cluster.replicas.len() < most)
        && line.text("leader").is_none_or(|leader| cluster.leader == leader)
}

/// Whether all its priority groups have a client.
fn is_pinned(info: &ConsumerInfo) -> bool {
    let groups = &info.priority_groups;
    !groups.is_empty() && groups.iter().all(|group| !group.pinned_client_id.is_empty())
}

/// `nats consumer report`
pub(in crate::console::plan) fn report(run: &mut Run<'_>, line: &Invocation) -> Done {
    let stream = pick_stream(run, line)?;
    let (name, state) = (&stream.config.name, &stream.state);
    let consumers = all(run, name)?;
    let headers = [
        "Consumer",
        "Mode",
        "Ack Policy",
        "Ack Wait",
        "Ack Pending",
        "Redelivered",
        "Unprocessed",
        "Ack Floor",
        "Cluster",
    ];
    let count = comma(state.consumer_count.into());
    let title = format!("Consumer report for {name} with {count} consumers");
    let mut table = Table::new(title, &headers);
    let mut leaders = Leaders::default();
    let raw = line.on("raw");
    let number = |n: u64| -> Cell { if raw { n.into() } else { comma(n.into()).into() } };
    for info in &consumers {
        leaders.count(info.cluster.as_ref());
        let wait = Span(u64::try_from(info.config.ack_wait).unwrap_or(0));
        let unprocessed = match (info.num_pending, state.messages) {
            (pending, _) if raw => pending.into(),
            (0, _) | (_, 0) => comma(info.num_pending.into()).into(),
            (pending, messages) => {
                let percent = (u128::from(pending) * 100 / u128::from(messages)).min(100);
                Cell::Text(format!("{} / {percent}%", comma(pending.into())))
            }
        };
        table.row(vec![
            info.name.as_str().into(),
            if info.config.is_push() { "Push" } else { "Pull" }.into(),
            acks(info.config.ack_policy).into(),
            duration(wait).into(),
            number(info.num_ack_pending),
            number(info.num_redelivered),
            unprocessed,
            number(info.ack_floor.stream_seq),
            info.cluster.as_ref().map(members).unwrap_or_default().into(),
        ]);
    }
    run.say_all(table.lines());
    if line.on("leaders") {
        leaders.tell(run, "Consumers");
    }
    Ok(())
}

/// The names of all consumers of a stream, page after page.
fn names(run: &mut Run<'_>, stream: &str) -> Done<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    loop {
        let page: Result<ConsumerNames, String> =
            run.api(&format!("CONSUMER.NAMES.{stream}"), offset(names.len()))?;
        let page = run.check("could not load Consumers", page)?;
        let last = page.consumers.is_empty();
        names.extend(page.consumers);
        if last || names.len() as u64 >= page.total {
            return Ok(names);
        }
    }
}

/// What the server tells about all consumers of a stream, page after page.
fn all(run: &mut Run<'_>, stream: &str) -> Done<Vec<ConsumerInfo>> {
    let mut consumers: Vec<ConsumerInfo> = Vec::new();
    loop {
        let page: Result<ConsumerList, String> =
            run.api(&format!("CONSUMER.LIST.{stream}"), offset(consumers.len()))?;
        let page = run.check("could not load Consumers", page)?;
        let last = page.consumers.is_empty();
        consumers.extend(page.consumers);
        if last || (consumers.len() + page.missing.len()) as u64 >= page.total {
            if !page.missing.is_empty() {
                run.hint(format!("Inaccessible Consumers: {}", page.missing.join(", ")));
            }
            return Ok(consumers);
        }
    }
}

fn offset(offset: usize) -> String {
    struct Body {
        offset: usize,
    }
    as_json! {
        written Body;
        offset,
    }
    to_json_text(&Body { offset })
}
