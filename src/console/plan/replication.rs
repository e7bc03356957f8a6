//! The second table of `nats stream report`: who copies from whom, and how far behind.

use crate::console::format::{comma, duration};
use crate::console::table::{Cell, Table};
use crate::kernel::Span;
use crate::nats::api::{SourceInfo, StreamInfo};

use super::Run;

const HEADERS: [&str; 8] = [
    "Stream",
    "Kind",
    "API Prefix",
    "Source Stream",
    "Filters and Transforms",
    "Active",
    "Lag",
    "Error",
];

/// Prints the table, if any of the streams is a mirror or has sources.
pub(super) fn tell(run: &mut Run<'_>, streams: &[StreamInfo], raw: bool) {
    let mut table = Table::new("Replication Report", &HEADERS);
    let mut some = false;
    for info in streams {
        let mirror = info.mirror.iter().map(|mirror| ("Mirror", mirror));
        for (kind, from) in mirror.chain(info.sources.iter().map(|source| ("Source", source))) {
            table.row(row(&info.config.name, kind, from, raw));
            some = true;
        }
    }
    if some {
        run.say("");
        run.say_all(table.lines());
    }
}

fn row(stream: &str, kind: &str, from: &SourceInfo, raw: bool) -> Vec<Cell> {
    let api = from.external.as_ref().map_or("", |external| &external.api);
    let error = from.error.as_ref().map_or_else(String::new, ToString::to_string);
    let active = match u64::try_from(from.active) {
        Ok(active) if raw => active.to_string(),
        Ok(active) => duration(Span(active)),
        Err(_) => "never".to_owned(),
    };
    let lag = if raw { from.lag.to_string() } else { comma(from.lag.into()) };
    vec![
        stream.into(),
        kind.into(),
        api.into(),
        from.name.as_str().into(),
        filters(from).into(),
        active.into(),
        lag.into(),
        error.into(),
    ]
}

fn filters(from: &SourceInfo) -> String {
    let mut parts: Vec<String> = Vec::new();
    if !from.filter_subject.is_empty() {
        parts.push(from.filter_subject.clone());
    }
    for transform in &from.subject_transforms {
        parts.push(match transform.dest.as_str() {
            "" => format!("{} untransformed", transform.src),
            dest => format!("{} to {dest}", transform.src),
        });
    }
    parts.join(", ")
}
