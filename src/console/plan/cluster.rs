//! `nats stream cluster step-down`

use serde::Serialize;

use crate::console::format::quoted;
use crate::console::parse::Invocation;
use crate::kernel::Span;
use crate::nats::api::response::Success;
use crate::nats::api::{Placement, to_json_text};

use super::show::stream;
use super::stream::{info, pick};
use super::{Done, Run};

/// How often the CLI looks whether there is a new leader, and how long it waits in between.
const TRIES: usize = 10;
const PAUSE: Span = Span::millis(500);

/// `nats stream cluster step-down`
pub(super) fn step_down(run: &mut Run<'_>, line: &Invocation) -> Done {
    #[derive(Serialize)]
    struct Body<'a> {
        placement: &'a Placement,
    }
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
    let body = match line.text("preferred") {
        None => String::new(),
        Some(server) => {
            let placement = Placement { preferred: server.to_owned(), ..Placement::default() };
            to_json_text(&Body { placement: &placement })
        }
    };
    let done: Result<Success, String> = run.api(&format!("STREAM.LEADER.STEPDOWN.{name}"), body)?;
    run.check("", done)?;
    let began = run.at();
    let mut changed = false;
    for _ in 0..TRIES {
        run.pause(PAUSE);
        let now = match info(run, &name)? {
            Ok(now) => now,
            Err(why) => {
                run.log(run.at(), format!("Failed to retrieve Stream State: {why}"));
                continue;
            }
        };
        last = now;
        let new = last.cluster.as_ref().map(|group| group.leader.as_str()).unwrap_or_default();
        if new.is_empty() {
            run.log(run.at(), "No leader elected");
        } else if new != leader {
            run.log(run.at(), format!("New leader elected {}", quoted(new)));
            changed = true;
            break;
        }
    }
    if !changed {
        let waited = run.at().since(began);
        run.hint(format!("Looked {TRIES} times in {waited}."));
        return Err(
            run.fail(format!("stream {} did not elect a new leader in time", quoted(&name)))
        );
    }
    run.say("");
    run.say_all(stream(&last, false));
    Ok(())
}
