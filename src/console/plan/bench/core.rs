//! `nats bench pub` and `nats bench sub`.

use crate::client::{Call, Outcome};
use crate::console::format::comma;
use crate::console::parse::Invocation;
use crate::console::plan::run::trouble;
use crate::console::plan::{Done, Run, Stop};

use super::{Bench, MOST, MOST_APART, message, pattern, publish_facts, publish_parts};

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
    bench.report(run, took);
    Ok(())
}

/// `nats bench sub`
pub(in crate::console::plan) fn subscribe(run: &mut Run<'_>, line: &Invocation) -> Done {
    let label = "Core NATS subscriber";
    let facts =
        vec![("subject", pattern(line)), ("multi-subject", line.on("multisubject").to_string())];
    // The times of the first messages must still be known at the end.
    let bench = Bench::begin(run, line, label, MOST_APART, facts)?;
    let count = comma(bench.messages.into());
    run.log(run.at(), format!("[1] Starting {label}, expecting {count} messages"));
    let view =
        run.op(Call::Subscribe { subject: pattern(line), queue: None, max: Some(bench.messages) })?;
    let times = || view.received.iter().map(|(at, _)| *at);
    let (Some(first), Some(last)) = (times().next(), times().next_back()) else {
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
