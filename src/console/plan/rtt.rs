//! `nats rtt`: how long the way to the client's server and back takes.

use crate::client::{Call, Outcome};
use crate::console::format::pretty_json;
use crate::console::parse::Invocation;
use crate::nats::api::to_json_text;
use crate::nats::json::as_json;
use crate::nats::time::go_duration;

use super::run::trouble;
use super::{Done, Run, Stop};

/// `nats rtt`
pub(super) fn rtt(run: &mut Run<'_>, line: &Invocation) -> Done {
    struct Measured<'a> {
        url: &'a str,
        rtt: u64,
    }
    as_json! {
        written Measured<'_>;
        url, rtt,
    }
    let times = line.arg(0).and_then(|n| n.parse().ok()).unwrap_or(5u64).clamp(1, 100);
    let mut all = 0;
    for _ in 0..times {
        let view = run.op(Call::Flush)?;
        match view.outcome {
            None => return Err(Stop::Waiting),
            Some(Outcome::Sent { .. }) => {
                run.pass(view);
                all += run.at().since(view.started).as_nanos();
            }
            Some(other) => return Err(run.fail(format!("rtt failed: {}", trouble(other)))),
        }
    }
    let mean = all / times;
    let known = |name| line.text(name).unwrap_or_default();
    let url = format!("nats://{}:{}", known("@server"), known("@port"));
    if line.on("json") {
        let measured = [Measured { url: &url, rtt: mean }];
        run.say_all(pretty_json(&to_json_text(&measured)));
    } else {
        run.say(format!("{url}:"));
        run.say("");
        run.say(format!("   {url}: {}", go_duration(mean)));
    }
    Ok(())
}
