//! `nats events`: what JetStream tells about itself.

use crate::client::Call;
use crate::console::parse::Invocation;
use crate::kernel::Time;
use crate::nats::Message;
use crate::sorted;

use super::subscribe::{end, untold};
use super::{Done, OpView, Run, advisory};

const ADVISORIES: &str = "$JS.EVENT.ADVISORY.>";
const METRICS: &str = "$JS.EVENT.METRIC.>";

/// `nats events`
pub(super) fn events(run: &mut Run<'_>, line: &Invocation) -> Done {
    let json = line.on("json");
    let others = line.all("subjects");
    let all = line.on("all");
    let metrics = all || line.on("js-metric");
    // Somebody who asks for nothing in particular gets the advisories.
    let advisories = all || line.on("js-advisory") || (!metrics && others.is_empty());
    let mut subjects: Vec<(String, String)> = Vec::new();
    if advisories {
        subjects.push((format!("Listening for Advisories on {ADVISORIES}"), ADVISORIES.to_owned()));
    }
    if metrics {
        subjects.push((format!("Listening for Metrics on {METRICS}"), METRICS.to_owned()));
    }
    for subject in others {
        subjects.push((format!("Listening for latency samples on {subject}"), subject.clone()));
    }
    let mut views: Vec<&OpView<'_>> = Vec::new();
    for (what, subject) in subjects {
        let view = run.op(Call::Subscribe { subject, queue: None, max: None })?;
        if !json {
            run.say(what);
        }
        views.push(view);
    }
    if all || line.on("srv-advisory") {
        run.hint("Servers tell of connections in the system account, which is not simulated.");
    }
    for view in &views {
        untold(run, view);
    }
    let mut received: Vec<(Time, &Message)> =
        views.iter().flat_map(|view| view.received.iter().copied()).collect();
    sorted::sort_by_key(&mut received, |(at, _)| *at);
    let filter = line.text("filter").map(str::to_lowercase);
    for (_, message) in received {
        let text = message.text();
        if filter.as_ref().is_none_or(|part| text.to_lowercase().contains(part)) {
            tell(run, line, &text);
        }
    }
    views.iter().try_for_each(|view| end(run, view))
}

fn tell(run: &mut Run<'_>, line: &Invocation, text: &str) {
    if line.on("json") {
        run.say(text);
        return;
    }
    let short = line.on("short").then(|| advisory::compact(text.as_bytes()).map(|line| vec![line]));
    match short.unwrap_or_else(|| advisory::extended(text.as_bytes())) {
        Some(lines) => {
            if !line.on("short") {
                run.say("");
            }
            run.say_all(lines);
        }
        None => {
            run.say("Event error: unknown event schema");
            run.say("");
            run.say_all(text.lines().map(|line| format!("          {line}")));
        }
    }
}
