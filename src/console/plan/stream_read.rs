//! `nats stream info`, `state`, `get` and `view`.

use bytes::Bytes;

use crate::console::format::{comma, go_time, pretty_json};
use crate::console::parse::Invocation;
use crate::kernel::Time;
use crate::nats::Headers;
use crate::nats::api::response::{Got, RawMessage, decoded};
use crate::nats::api::{ApiError, Moment, to_json_text};
use crate::nats::json::as_json;

use super::message::{body, header_lines};
use super::show::{ago, date, stream};
use super::stream::pick;
use super::{Done, Run};

/// The body of `STREAM.MSG.GET`.
#[derive(Default)]
struct GetBody<'a> {
    seq: u64,
    last_by_subj: &'a str,
    next_by_subj: &'a str,
    start_time: Option<Moment>,
}

as_json! {
    written GetBody<'_>;
    seq omitempty, last_by_subj omitempty, next_by_subj omitempty, start_time omitempty,
}

/// `nats stream info` and `nats stream state`
pub(super) fn info(run: &mut Run<'_>, line: &Invocation, state_only: bool) -> Done {
    let info = pick(run, line, "could not request Stream info")?;
    if line.on("json") {
        run.say_all(pretty_json(&to_json_text(&info)));
    } else {
        run.say_all(stream(&info, state_only));
    }
    Ok(())
}

/// `nats stream get`
pub(super) fn get(run: &mut Run<'_>, line: &Invocation) -> Done {
    let seq = line.arg(1).and_then(|id| id.parse().ok()).unwrap_or(0u64);
    let last_for = line.text("last-for").unwrap_or_default();
    if seq == 0 && last_for.is_empty() {
        let stop = run.fail("no ID or subject specified");
        run.hint("Give a sequence, or --last-for with a subject.");
        return Err(stop);
    }
    let stream = pick(run, line, "could not load Stream")?;
    let name = &stream.config.name;
    let wanted = if seq > 0 {
        GetBody { seq, ..GetBody::default() }
    } else {
        GetBody { last_by_subj: last_for, ..GetBody::default() }
    };
    let id = if seq > 0 { seq.to_string() } else { "-1".to_owned() };
    let got = fetch(run, name, &wanted)?;
    let message = match got {
        Ok(message) => message,
        Err(why) => {
            let stop = run.fail(format!("could not retrieve {name}#{id}: {why}"));
            let state = &stream.state;
            run.hint(match state.messages {
                0 => format!("Stream {name} is empty."),
                _ => format!(
                    "Its first message is {}, its last one {}.",
                    comma(state.first_seq.into()),
                    comma(state.last_seq.into())
                ),
            });
            return Err(stop);
        }
    };
    if line.on("json") {
        run.say_all(pretty_json(&to_json_text(&message)));
        return Ok(());
    }
    let RawMessage { subject, seq, time, .. } = &message;
    let (received, age) = (go_time(&time.text()), ago(run.at(), *time));
    run.say(format!("Item: {name}#{seq} received {received} ({age}) on Subject {subject}"));
    run.say("");
    let headers = headers(&message);
    if !headers.is_empty() {
        run.say("Headers:");
        run.say_all(headers.iter().map(|header| format!("  {header}")));
        run.say("");
    }
    body(run, &text(&message));
    Ok(())
}

/// `nats stream view`
pub(super) fn view(run: &mut Run<'_>, line: &Invocation) -> Done {
    let size = line.arg(1).and_then(|size| size.parse().ok()).unwrap_or(10u64).clamp(1, 25);
    let stream = pick(run, line, "could not load Stream")?;
    let (name, state) = (&stream.config.name, &stream.state);
    let filter = line.text("subject").unwrap_or(">");
    let start = line.number("id").and_then(|id| u64::try_from(id).ok()).unwrap_or(1);
    let mut seq = start.max(state.first_seq).max(1);
    let mut since = line
        .span("since")
        .map(|ago| Moment::from(Time(run.at().nanos().saturating_sub(ago.as_nanos()))));
    for _ in 0..size {
        if state.messages == 0 || seq > state.last_seq {
            break;
        }
        let start_time = since.take();
        let wanted = GetBody {
            seq: if start_time.is_some() { 0 } else { seq },
            next_by_subj: filter,
            start_time,
            ..GetBody::default()
        };
        let got = fetch(run, name, &wanted)?;
        let message = match got {
            Ok(message) => message,
            Err(why) if why == ApiError::NO_MESSAGE_FOUND.to_string() => {
                seq = u64::MAX;
                break;
            }
            Err(why) => return Err(run.fail(why)),
        };
        seq = message.seq.saturating_add(1);
        if line.on("raw") {
            run.say(text(&message));
            continue;
        }
        let RawMessage { subject, seq, time, .. } = &message;
        run.say(format!("[{seq}] Subject: {subject} Received: {}", date(*time)));
        let headers = headers(&message);
        if !headers.is_empty() {
            run.say("");
            run.say_all(headers.iter().map(|header| format!("  {header}")));
        }
        body(run, &text(&message));
        if *seq == state.last_seq {
            break;
        }
    }
    if state.messages == 0 || seq > state.last_seq {
        run.log(run.at(), "Reached apparent end of data");
        return Ok(());
    }
    let filter = line.text("subject").map(|s| format!(" --subject {s}")).unwrap_or_default();
    run.hint(format!("Next page: nats stream view {name} {size} --id {seq}{filter}"));
    Ok(())
}

fn fetch(
    run: &mut Run<'_>,
    stream: &str,
    wanted: &GetBody<'_>,
) -> Done<Result<RawMessage, String>> {
    let got: Result<Got, String> =
        run.api(&format!("STREAM.MSG.GET.{stream}"), to_json_text(wanted))?;
    Ok(got.and_then(|got| got.message.ok_or_else(|| "no message in the answer".to_owned())))
}

fn text(message: &RawMessage) -> String {
    let bytes = message.data.as_deref().and_then(decoded).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn headers(message: &RawMessage) -> Vec<String> {
    let block = message.hdrs.as_deref().and_then(decoded).map(Bytes::from);
    header_lines(block.map(Headers::from_block).as_ref())
}
