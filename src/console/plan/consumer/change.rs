//! `nats consumer add`, `copy`, `edit` and `rm`.

use crate::console::format::pretty_json;
use crate::console::parse::Invocation;
use crate::console::plan::differences::tell_differences;
use crate::console::plan::stream::{confirm, is_token};
use crate::console::plan::{Done, Run};
use crate::nats::api::response::Success;
use crate::nats::api::{ConsumerConfig, ConsumerInfo, to_json_text};
use crate::nats::json::as_json;
use crate::nats::subject;

use super::{config, load, pick, pick_stream, show};

/// What the CLI says before the server's reason.
const FAILED: &str = "Consumer creation failed";

/// `nats consumer add`
pub(in crate::console::plan) fn add(run: &mut Run<'_>, line: &Invocation) -> Done {
    let name = line.arg(1).unwrap_or_default();
    if name.is_empty() && !line.on("ephemeral") {
        let why = "cannot prompt for user input without a terminal";
        let stop = run.fail(format!("could not request durable name: {why}"));
        let stream = line.arg(0).unwrap_or("ORDERS");
        run.hint(format!("Give the consumer a name: nats consumer add {stream} worker --pull"));
        return Err(stop);
    }
    if !name.is_empty() && !is_token(name) {
        return Err(run.fail("durable name can not contain '.', '*', '>'"));
    }
    let mut new = config::defaults(name, line);
    let set = config::apply(&mut new, line).and_then(|()| config::create(&mut new, line, run.at()));
    run.check("", set)?;
    let stream = pick_stream(run, line)?.config.name.clone();
    let created = create(run, &stream, &new)?;
    tell(run, line, &created);
    if !line.on("defaults") {
        run.hint("What was not given has its default; the real CLI asks for it.");
    }
    Ok(())
}

/// `nats consumer copy`
pub(in crate::console::plan) fn copy(run: &mut Run<'_>, line: &Invocation) -> Done {
    let stream = pick_stream(run, line)?.config.name.clone();
    let source = load(run, &stream, line.arg(1).unwrap_or_default())?;
    let source = run.check("could not load source Consumer", source)?;
    let name = line.arg(2).unwrap_or_default();
    if !is_token(name) {
        return Err(run.fail("durable name can not contain '.', '*', '>'"));
    }
    let mut new = own(&source.config);
    new.name = name.to_owned();
    new.durable_name = if line.on("ephemeral") { String::new() } else { name.to_owned() };
    if line.on("pull") {
        new.max_waiting = 0;
        new.idle_heartbeat = 0;
        new.flow_control = false;
    }
    if line.on("pull") || !line.given("target") || !line.given("deliver-group") {
        new.deliver_group.clear();
    }
    let set = config::apply(&mut new, line).and_then(|()| config::create(&mut new, line, run.at()));
    run.check("", set)?;
    let created = create(run, &stream, &new)?;
    tell(run, line, &created);
    Ok(())
}

/// `nats consumer edit`
pub(in crate::console::plan) fn edit(run: &mut Run<'_>, line: &Invocation) -> Done {
    let consumer = pick(run, line)?;
    let name = consumer.name.as_str();
    if !consumer.config.is_durable() {
        return Err(run.fail("only durable consumers can be edited"));
    }
    let old = own(&consumer.config);
    let mut new = old.clone();
    let set = config::apply(&mut new, line);
    run.check(&format!("could not create new configuration for Consumer {name}"), set)?;
    if !new.backoff.is_empty() && new.ack_wait != old.ack_wait {
        return Err(run.fail("consumers with backoff policies do not support editing Ack Wait"));
    }
    if !tell_differences(run, &old, &new) || line.on("dry-run") {
        return Ok(());
    }
    confirm(run, line)?;
    let updated = create(run, &consumer.stream_name, &new)?;
    tell(run, line, &updated);
    Ok(())
}

/// `nats consumer rm`
pub(in crate::console::plan) fn rm(run: &mut Run<'_>, line: &Invocation) -> Done {
    if !line.on("force") {
        pick(run, line)?;
        return confirm(run, line);
    }
    let names = (line.arg(0).filter(|s| is_token(s)), line.arg(1).filter(|s| is_token(s)));
    let (Some(stream), Some(name)) = names else {
        return Err(run.fail("--force requires a stream and consumer name"));
    };
    let removed: Result<Success, String> =
        run.api(&format!("CONSUMER.DELETE.{stream}.{name}"), "")?;
    run.check("", removed)?;
    run.hint(format!("Consumer {stream} > {name} is gone; the real CLI prints nothing."));
    Ok(())
}

/// Sends a configuration; a consumer of that name is changed if it is there.
fn create(run: &mut Run<'_>, stream: &str, config: &ConsumerConfig) -> Done<ConsumerInfo> {
    struct Body<'a> {
        stream_name: &'a str,
        config: &'a ConsumerConfig,
    }
    as_json! {
        written Body<'_>;
        stream_name, config,
    }
    let mut endpoint = format!("CONSUMER.CREATE.{stream}");
    if !config.name.is_empty() {
        endpoint.push('.');
        endpoint.push_str(&config.name);
        // A single filter stands in the subject, so that permissions can be given by it.
        if subject::is_valid_pattern(&config.filter_subject) {
            endpoint.push('.');
            endpoint.push_str(&config.filter_subject);
        }
    }
    let body = to_json_text(&Body { stream_name: stream, config });
    let created: Result<ConsumerInfo, String> = run.api(&endpoint, body)?;
    run.check(FAILED, created)
}

/// A configuration without what the server noted in it.
fn own(config: &ConsumerConfig) -> ConsumerConfig {
    let mut config = config.clone();
    config.metadata.retain(|name, _| !name.starts_with("_nats."));
    config
}

fn tell(run: &mut Run<'_>, line: &Invocation, info: &ConsumerInfo) {
    if line.on("json") {
        run.say_all(pretty_json(&to_json_text(info)));
    } else {
        run.say_all(show::consumer(info, false));
    }
}
