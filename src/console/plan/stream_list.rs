//! `nats stream ls`, `report` and `subjects`: the tables.

use crate::nats::json::as_json;
use crate::sorted;
use crate::sorted::Map;

use crate::console::format::{comma, ibytes, pretty_json};
use crate::console::parse::Invocation;
use crate::console::table::{Cell, Table};
use crate::kernel::Time;
use crate::nats::api::response::{List, Names};
use crate::nats::api::{ClusterInfo, StreamInfo, to_json_text};

use super::show::{ago, date, storage};
use super::stream::pick;
use super::{Done, Run};

/// The body of a request for a list.
struct ListBody<'a> {
    offset: usize,
    subject: &'a str,
}

as_json! {
    written ListBody<'_>;
    offset, subject omitempty,
}

/// `nats stream ls`
pub(super) fn ls(run: &mut Run<'_>, line: &Invocation) -> Done {
    let subject = line.text("subject").unwrap_or_default();
    if line.on("names") {
        let names: Result<Names, String> =
            run.api("STREAM.NAMES", to_json_text(&ListBody { offset: 0, subject }))?;
        let names = run.check("", names)?.streams.unwrap_or_default();
        if line.on("json") {
            run.say_all(pretty_json(&to_json_text(&names)));
        } else {
            run.say_all(names);
        }
        return Ok(());
    }
    let streams = all(run, subject)?;
    if line.on("json") {
        let names: Vec<&str> = streams.iter().map(|s| s.config.name.as_str()).collect();
        run.say_all(pretty_json(&to_json_text(&names)));
        return Ok(());
    }
    if streams.is_empty() {
        run.say("No Streams defined");
        return Ok(());
    }
    let title = match subject {
        "" => "Streams".to_owned(),
        subject => format!("Streams matching {subject}"),
    };
    let lines = table(title, &streams, run.at());
    run.say_all(lines);
    Ok(())
}

/// The table of streams.
pub(super) fn table(title: String, streams: &[StreamInfo], now: Time) -> Vec<String> {
    let headers = ["Name", "Description", "Created", "Messages", "Size", "Last Message"];
    let mut table = Table::new(title, &headers);
    for info in streams {
        table.row(vec![
            info.config.name.as_str().into(),
            info.config.description.as_str().into(),
            date(info.created).into(),
            comma(info.state.messages.into()).into(),
            ibytes(info.state.bytes).into(),
            ago(info.ts.0.unwrap_or(now), info.state.last_ts).into(),
        ]);
    }
    table.lines()
}

/// `nats stream report`
pub(super) fn report(run: &mut Run<'_>, line: &Invocation) -> Done {
    run.say("Obtaining Stream stats");
    run.say("");
    let mut streams = all(run, line.text("subject").unwrap_or_default())?;
    if let Some(name) = line.text("cluster") {
        streams.retain(|info| info.cluster.as_ref().is_some_and(|cluster| cluster.name == name));
    }
    if streams.is_empty() {
        run.say("No Streams defined");
        return Ok(());
    }
    // They come sorted by size.
    if line.on("consumers") {
        sorted::sort_by_key(&mut streams, |info| info.state.consumer_count);
    } else if line.on("messages") {
        sorted::sort_by_key(&mut streams, |info| info.state.messages);
    } else if line.on("name") {
        sorted::sort_by(&mut streams, |a, b| a.config.name < b.config.name);
    } else if line.on("storage") {
        sorted::sort_by_key(&mut streams, |info| storage(info.config.storage));
    }
    let mut leaders = Leaders::default();
    let raw = line.on("raw");
    let number = |n: u64| -> Cell { if raw { n.into() } else { comma(n.into()).into() } };
    let headers = [
        "Stream",
        "Storage",
        "Placement",
        "Consumers",
        "Messages",
        "Bytes",
        "Lost",
        "Deleted",
        "API Level",
        "Replicas",
    ];
    let mut table = Table::new("Stream Report", &headers);
    for info in &streams {
        let config = &info.config;
        let mut placement = Vec::new();
        if let Some(wanted) = &config.placement {
            if !wanted.cluster.is_empty() {
                placement.push(format!("cluster: {}", wanted.cluster));
            }
            if !wanted.tags.is_empty() {
                placement.push(format!("tags: {}", wanted.tags.join(", ")));
            }
        }
        let level = config.metadata.get("_nats.req.level").map_or("0", String::as_str);
        table.row(vec![
            config.name.as_str().into(),
            storage(config.storage).into(),
            placement.join(" ").into(),
            number(info.state.consumer_count),
            number(info.state.messages),
            if raw { info.state.bytes.into() } else { ibytes(info.state.bytes).into() },
            "0".into(),
            number(info.state.num_deleted),
            level.into(),
            info.cluster.as_ref().map(members).unwrap_or_default().into(),
        ]);
        leaders.count(info.cluster.as_ref());
    }
    run.say_all(table.lines());
    super::replication::tell(run, &streams, raw);
    if line.on("leaders") {
        leaders.tell(run, "Streams");
    }
    Ok(())
}

/// `nats stream subjects`
pub(super) fn subjects(run: &mut Run<'_>, line: &Invocation) -> Done {
    struct Body<'a> {
        subjects_filter: &'a str,
    }
    as_json! {
        written Body<'_>;
        subjects_filter,
    }
    let stream = pick(run, line, "could not load Stream")?;
    let name = &stream.config.name;
    let filter = line.arg(1).unwrap_or(">");
    let counted: Result<StreamInfo, String> =
        run.api(&format!("STREAM.INFO.{name}"), to_json_text(&Body { subjects_filter: filter }))?;
    let counts = run.check("", counted)?.state.subjects;
    if line.on("json") {
        run.say_all(pretty_json(&to_json_text(&counts)));
        return Ok(());
    }
    if counts.is_empty() {
        run.say(format!("No subjects found matching {filter}"));
        return Ok(());
    }
    let mut subjects: Vec<(&str, u64)> = counts.iter().map(|(s, n)| (s.as_str(), *n)).collect();
    // They come sorted by name; sorting by count keeps that order among equals.
    if !matches!(line.text("sort"), Some("name" | "subjects")) {
        sorted::sort_by_key(&mut subjects, |&(_, count)| count);
    }
    if line.on("reverse") {
        subjects.reverse();
    }
    if line.on("names") {
        run.say_all(subjects.iter().map(|(subject, _)| (*subject).to_owned()));
        return Ok(());
    }
    let longest = subjects.iter().map(|(subject, _)| subject.len()).max().unwrap_or(0);
    let widest = subjects.iter().map(|&(_, n)| comma(n.into()).len()).max().unwrap_or(0);
    let columns = match longest + widest {
        0..20 => 3,
        20..30 => 2,
        _ => 1,
    };
    let headers = ["Subject", "Count"].repeat(columns);
    let mut table = Table::new(format!("{} Subjects in stream {name}", subjects.len()), &headers);
    for group in subjects.chunks(columns) {
        let mut row: Vec<Cell> = Vec::new();
        for &(subject, count) in group {
            row.extend([subject.into(), comma(count.into()).into()]);
        }
        row.resize(headers.len(), "".into());
        table.row(row);
    }
    run.say_all(table.lines());
    Ok(())
}

/// What the server tells about all streams, smallest first, page after page.
pub(super) fn all(run: &mut Run<'_>, subject: &str) -> Done<Vec<StreamInfo>> {
    let mut streams: Vec<StreamInfo> = Vec::new();
    loop {
        let body = to_json_text(&ListBody { offset: streams.len(), subject });
        let page: Result<List, String> = run.api("STREAM.LIST", body)?;
        let page = run.check("could not list streams", page)?;
        let some = page.streams.unwrap_or_default();
        let last = some.is_empty();
        streams.extend(some);
        if last || streams.len() as u64 >= page.total {
            break;
        }
    }
    sorted::sort_by(&mut streams, |a, b| {
        (a.state.bytes, &a.config.name) < (b.state.bytes, &b.config.name)
    });
    Ok(streams)
}

/// The members of a group: the leader with a star, those that lag or are gone with an exclamation
/// mark.
pub(super) fn members(group: &ClusterInfo) -> String {
    let mut names = Vec::new();
    if !group.leader.is_empty() {
        names.push(format!("{}*", group.leader));
    }
    for peer in &group.replicas {
        let mark = if peer.offline || !peer.current { "!" } else { "" };
        names.push(format!("{}{mark}", peer.name));
    }
    sorted::sort(&mut names);
    names.join(", ")
}

/// How many groups each server leads.
#[derive(Default)]
pub(super) struct Leaders(Map<(String, String), u64>);

impl Leaders {
    /// Counts a group.
    pub(super) fn count(&mut self, group: Option<&ClusterInfo>) {
        if let Some(group) = group.filter(|group| !group.leader.is_empty()) {
            *self.0.entry((group.leader.clone(), group.name.clone())).or_default() += 1;
        }
    }

    /// Prints the table of them, if there are any.
    pub(super) fn tell(&self, run: &mut Run<'_>, what: &str) {
        let Some(most) = self.0.values().max() else { return };
        let headers = ["Server", "Cluster", what, "Distribution"];
        let mut table = Table::new("RAFT Leader Report", &headers);
        for ((server, cluster), groups) in &self.0 {
            let stars = usize::try_from(groups * 20 / most).unwrap_or(0);
            table.row(vec![
                server.as_str().into(),
                cluster.as_str().into(),
                comma((*groups).into()).into(),
                "*".repeat(stars).into(),
            ]);
        }
        run.say("");
        run.say_all(table.lines());
    }
}
