//! `nats consumer info`, `state`, `pause`, `resume`, `unpin` and `cluster step-down`.

use crate::console::format::{pretty_json, quoted};
use crate::console::parse::Invocation;
use crate::console::plan::cluster::{preferred, watch_election};
use crate::console::plan::stream::confirm;
use crate::console::plan::{Done, Run};
use crate::kernel::Span;
use crate::nats::api::response::{Nothing, Success};
use crate::nats::api::{ConsumerPaused, Moment, PriorityPolicy, to_json_text};
use crate::nats::json::as_json;
use crate::nats::time::Calendar;

use super::config::moment;
use super::{load, pick, show};

/// How often the CLI looks whether there is a new leader.
const TRIES: usize = 5;
/// For how long the CLI suggests to pause.
const PAUSE: Span = Span::secs(3_600);

/// `nats consumer info` and `nats consumer state`
pub(in crate::console::plan) fn info(
    run: &mut Run<'_>,
    line: &Invocation,
    state_only: bool,
) -> Done {
    let info = pick(run, line)?;
    if line.on("json") {
        run.say_all(pretty_json(&to_json_text(&info)));
    } else {
        run.say_all(show::consumer(&info, state_only));
    }
    Ok(())
}

/// `nats consumer pause`
pub(in crate::console::plan) fn pause(run: &mut Run<'_>, line: &Invocation) -> Done {
    let info = pick(run, line)?;
    let until = match line.arg(2) {
        Some(text) => {
            let until = moment(text, run.at());
            run.check("", until)?
        }
        None => Moment::from(run.at() + PAUSE),
    };
    confirm(run, line)?;
    let (stream, name) = (&info.stream_name, &info.name);
    let paused = send_pause(run, stream, name, Some(&until))?;
    if !paused.paused {
        return Err(run.fail("consumer failed to pause, perhaps a time in the past was given"));
    }
    let (date, left) = (show::date(&paused.pause_until), show::seconds(paused.pause_remaining));
    run.say(format!("Paused {stream} > {name} until {date} ({left})"));
    if line.arg(2).is_none() {
        run.hint("Until when was not given: one hour is what the real CLI suggests.");
    }
    Ok(())
}

/// `nats consumer resume`
pub(in crate::console::plan) fn resume(run: &mut Run<'_>, line: &Invocation) -> Done {
    let info = pick(run, line)?;
    if !info.paused {
        return Err(run.fail("consumer is not paused"));
    }
    confirm(run, line)?;
    let (stream, name) = (&info.stream_name, &info.name);
    send_pause(run, stream, name, None)?;
    let left = Span(u64::try_from(info.pause_remaining).unwrap_or(0));
    let until = Calendar::of(info.ts.0.unwrap_or(run.at()) + left).local();
    run.say(format!(
        "Consumer {stream} > {name} was resumed while previously paused until {until}"
    ));
    Ok(())
}

fn send_pause(
    run: &mut Run<'_>,
    stream: &str,
    name: &str,
    until: Option<&Moment>,
) -> Done<ConsumerPaused> {
    struct Body<'a> {
        pause_until: &'a Moment,
    }
    as_json! { written Body<'_>; pause_until }
    let body = until.map(|pause_until| to_json_text(&Body { pause_until })).unwrap_or_default();
    let paused: Result<ConsumerPaused, String> =
        run.api(&format!("CONSUMER.PAUSE.{stream}.{name}"), body)?;
    run.check("", paused)
}

/// `nats consumer unpin`
pub(in crate::console::plan) fn unpin(run: &mut Run<'_>, line: &Invocation) -> Done {
    struct Body<'a> {
        group: &'a str,
    }
    as_json! {
        written Body<'_>;
        group,
    }
    let info = pick(run, line)?;
    if info.config.priority_policy != PriorityPolicy::PinnedClient {
        return Err(run.fail("consumer is not a pinned priority consumer"));
    }
    let pinned = info.priority_groups.iter().filter(|group| !group.pinned_client_id.is_empty());
    let groups: Vec<&str> = pinned.map(|group| group.group.as_str()).collect();
    let group = match (line.arg(2), groups.as_slice()) {
        (_, []) => return Err(run.fail("no priority groups have pinned clients")),
        (Some(group), _) => group,
        (None, [one]) => one,
        (None, several) => {
            let stop = run.fail("cannot prompt for user input without a terminal");
            run.hint(format!("Name one of the groups: {}.", several.join(", ")));
            return Err(stop);
        }
    };
    confirm(run, line)?;
    let (stream, name) = (&info.stream_name, &info.name);
    let done: Result<Nothing, String> =
        run.api(&format!("CONSUMER.UNPIN.{stream}.{name}"), to_json_text(&Body { group }))?;
    run.check("", done)?;
    let client = info.priority_groups.iter().find(|state| state.group == group);
    let client = client.map(|state| state.pinned_client_id.as_str()).unwrap_or_default();
    run.say(format!("Unpinned client {client} from Priority Group {stream} > {name} > {group}"));
    Ok(())
}

/// `nats consumer cluster step-down`
pub(in crate::console::plan) fn step_down(run: &mut Run<'_>, line: &Invocation) -> Done {
    let info = pick(run, line)?;
    let (stream, name) = (info.stream_name.clone(), info.name.clone());
    let group = info.cluster.clone().unwrap_or_default();
    if group.replicas.is_empty() {
        let (stream, name) = (quoted(&stream), quoted(&name));
        return Err(run.fail(format!("consumer {stream} > {name} is not clustered")));
    }
    if group.leader.is_empty() && !line.on("force") {
        return Err(run.fail("consumer has no current leader"));
    }
    let leader = if group.leader.is_empty() { "<unknown>".to_owned() } else { group.leader };
    let peers = group.replicas.len() + 1;
    run.log(
        run.at(),
        format!("Requesting leader step down of {} in a {peers} peer RAFT group", quoted(&leader)),
    );
    let done: Result<Success, String> =
        run.api(&format!("CONSUMER.LEADER.STEPDOWN.{stream}.{name}"), preferred(line))?;
    run.check("", done)?;
    let mut last = info;
    let elected = watch_election(run, &leader, TRIES, "Consumer", |run| {
        Ok(match load(run, &stream, &name)? {
            Ok(now) => {
                last = now;
                Ok(last.cluster.as_ref().map(|group| group.leader.clone()).unwrap_or_default())
            }
            Err(why) => Err(why),
        })
    })?;
    if !elected {
        return Err(run.fail("consumer did not elect a new leader in time"));
    }
    run.say("");
    run.say_all(show::consumer(&last, false));
    Ok(())
}
