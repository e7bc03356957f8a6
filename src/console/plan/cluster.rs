//! `nats stream cluster …`

use crate::console::format::quoted;
use crate::console::parse::Invocation;
use crate::kernel::Span;
use crate::nats::api::response::Success;
use crate::nats::api::{Placement, to_json_text};
use crate::nats::json::as_json;
use crate::nats::time::go_duration;

use super::show::stream;
use super::stream::{info, pick};
use super::{Done, Run};

/// How often the CLI looks whether there is a new leader, and how long it waits in between.
const TRIES: usize = 10;
const PAUSE: Span = Span::millis(500);

/// `nats stream cluster step-down`
pub(super) fn step_down(run: &mut Run<'_>, line: &Invocation) -> Done {
    let mut last = pick(run, line, "could not load Stream")?;
    let name = last.config.name.clone();
    let group = last.cluster.clone().unwrap_or_default();
    if group.replicas.is_empty() {
        return Err(run.fail(format!("stream {} is not clustered", quoted(&name))));
    }
    if group.leader.is_empty() && !line.on("force") {
        return Err(run.fail(format!("stream {} has no current leader", quoted(&name))));
    }
    let leader = if group.leader.is_empty() { "<unknown>".to_owned() } else { group.leader };
    let peers = group.replicas.len() + 1;
    run.log(
        run.at(),
        format!(
            "Requesting leader step down of {} for stream {} in a {peers} peer cluster group",
            quoted(&leader),
            quoted(&name)
        ),
    );
    let done: Result<Success, String> =
        run.api(&format!("STREAM.LEADER.STEPDOWN.{name}"), preferred(line))?;
    run.check("", done)?;
    let elected = watch_election(run, &leader, TRIES, "Stream", |run| {
        Ok(match info(run, &name)? {
            Ok(now) => {
                last = now;
                Ok(last.cluster.as_ref().map(|group| group.leader.clone()).unwrap_or_default())
            }
            Err(why) => Err(why),
        })
    })?;
    if !elected {
        return Err(
            run.fail(format!("stream {} did not elect a new leader in time", quoted(&name)))
        );
    }
    run.say("");
    run.say_all(stream(&last, false));
    Ok(())
}

/// `nats stream cluster peer-remove`
pub(super) fn peer_remove(run: &mut Run<'_>, line: &Invocation) -> Done {
    let found = pick(run, line, "could not load Stream")?;
    let name = &found.config.name;
    let replicas = found.cluster.as_ref().map_or(0, |group| group.replicas.len());
    if replicas == 0 && !line.on("force") {
        let why =
            "removing the only peer on a stream will result in data loss, use --force to force";
        return Err(run.fail(why));
    }
    let peer = quoted(line.arg(1).unwrap_or_default());
    run.log(run.at(), format!("Removing peer {peer}"));
    let done: Result<Success, String> =
        run.api(&format!("STREAM.PEER.REMOVE.{name}"), format!("{{\"peer\":{peer}}}"))?;
    run.check("", done)?;
    run.log(run.at(), format!("Requested removal of peer {peer}"));
    Ok(())
}

/// The body of a request to step down: who should lead afterwards, if anybody is named.
pub(super) fn preferred(line: &Invocation) -> String {
    match line.text("preferred") {
        None => String::new(),
        Some(server) => {
            step_down_body(Placement { preferred: server.to_owned(), ..Placement::default() })
        }
    }
}

/// The body of a request to step down for another one.
pub(super) fn step_down_body(placement: Placement) -> String {
    struct Body {
        placement: Placement,
    }
    as_json! {
        written Body;
        placement,
    }
    to_json_text(&Body { placement })
}

/// Looks again and again whether there is a new leader, and tells what it sees. `look` gives the
/// leader's name, empty if there is none, or why nobody knows.
pub(super) fn watch_election(
    run: &mut Run<'_>,
    old: &str,
    tries: usize,
    of: &str,
    mut look: impl FnMut(&mut Run<'_>) -> Done<Result<String, String>>,
) -> Done<bool> {
    let began = run.at();
    for _ in 0..tries {
        run.pause(PAUSE);
        let leader = match look(run)? {
            Ok(leader) => leader,
            Err(why) => {
                run.log(run.at(), format!("Failed to retrieve {of} State: {why}"));
                continue;
            }
        };
        if leader.is_empty() {
            run.log(run.at(), "No leader elected");
        } else if leader != old {
            run.log(run.at(), format!("New leader elected {}", quoted(&leader)));
            return Ok(true);
        }
    }
    let waited = go_duration(run.at().since(began).as_nanos());
    run.hint(format!("Looked {tries} times in {waited}."));
    Ok(false)
}
