//! `nats bench pub` and `nats bench sub`.

use crate::client::{Call, Outcome};
use crate::console::format::comma;
use crate::console::parse::Invocation;
use crate::console::plan::run::trouble;
use crate::console::plan::{Done, Run, Stop};

use super::{Bench, MOST, message, pattern, publish_facts, publish_parts};

/// `nats bench pub`
pub(in crate::console::plan) fn publish(run: &mut Run<'_>, line: &Invocation) -> Done {
    let label = "Core NATS publisher";
    let bench = Bench::begin(run, line, label, MOST, publish_facts(line))?;
    let count = comma(bench.messages.into());
    run.log(run.at(), format!("[1] Starting {label}, publishing {count} messages"));
    // Without waits in between there is nothing to show on the way.
    let draft = message(line, &bench);
    let call = |message, count| Call::Publish { message, count };
    let took = publish_parts(run, &bench, &draft, call, |outcome| match outcome {
        Outcome::Sent { .. } => Ok(()),
        other => Err(format!("publishing: {}", trouble(other))),
    })?;
    // The real CLI, too, waits until the server has it all.
    let view = run.op(Call::Flush)?;
    match view.outcome {
        None => return Err(Stop::Waiting),
        Some(Outcome::Sent { .. }) => run.pass(view),
        Some(other) => return Err(run.fail(format!("publishing: {}", trouble(other)))),
    }
    bench.report(run, took + run.at().since(view.started));
    run.hint("Sending takes no time here where links have no bandwidth: this is the way to the server and back.");
    Ok(())
}

/// `nats bench sub`
pub(in crate::console::plan) fn subscribe(run: &mut Run<'_>, line: &Invocation) -> Done {
    let label = "Core NATS subscriber";
    let facts =
        vec![("subject", pattern(line)), ("multi-subject", line.on("multisubject").to_string())];
    let bench = Bench::begin(run, line, label, MOST, facts)?;
    let count = comma(bench.messages.into());
    run.log(run.at(), format!("[1] Starting {label}, expecting {count} messages"));
    let view =
        run.op(Call::Subscribe { subject: pattern(line), queue: None, max: Some(bench.messages) })?;
    let last = view.received.last().map(|(at, _)| *at);
    let (Some(first), Some(last)) = (view.first_at, last) else {
        bench.show(run, "Receiving", 0, view.started);
        return match view.outcome {
            None => Err(Stop::Waiting),
            Some(Outcome::Ended { .. }) => Ok(()),
            Some(other) => Err(run.fail(trouble(other))),
        };
    };
    match view.outcome {
        None => {
            bench.show(run, "Receiving", view.received_total, last);
            Err(Stop::Waiting)
        }
        Some(Outcome::Ended { messages }) if *messages < bench.messages => {
            bench.show(run, "Receiving", *messages, last);
            Ok(())
        }
        Some(Outcome::Ended { .. }) => {
            bench.show(run, "Finished", bench.messages, last);
            bench.report(run, last.since(first));
            Ok(())
        }
        Some(other) => Err(run.fail(trouble(other))),
    }
}
