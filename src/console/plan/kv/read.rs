//! `nats kv get`, `history`, `watch` and the keys of `nats kv ls`: what reads keys.

use crate::client::kv::{Act, Entry, Got, Op, Operation};
use crate::client::{Call, Outcome};
use crate::console::format::comma;
use crate::console::parse::Invocation;
use crate::console::table::{Cell, Table};
use crate::nats::api::response::encoded;

use super::super::subscribe::{end, shown};
use super::super::{Done, Run};
use super::{ask, created, entries, key_op, op, refused};

/// How much of a value `get` shows unless it is to show all of it.
const SHOWN: usize = 120;

/// `nats kv get`
pub(in super::super) fn get(run: &mut Run<'_>, line: &Invocation) -> Done {
    let revision = line.number("revision").and_then(|n| u64::try_from(n).ok());
    let Got::Entry(entry) = ask(run, Op { revision, ..key_op(Act::Get, line) })? else {
        return Err(run.fail("nats: unexpected answer"));
    };
    if line.on("raw") {
        run.say(entry.text());
        return Ok(());
    }
    let bucket = line.arg(0).unwrap_or_default();
    let (key, at) = (&entry.key, created(entry));
    run.say(format!("{bucket} > {key} revision: {} created @ {at}", entry.revision));
    run.say("");
    let text = value(entry);
    if text.len() > SHOWN {
        let length = comma(text.len() as i128);
        run.say(format!("Showing first {SHOWN} bytes of {length}, use --raw for full data"));
        run.say("");
        let end = (0..=SHOWN).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
        run.say(&text[..end]);
    } else {
        run.say(text);
    }
    if !is_plain(&entry.value) {
        run.hint("In base64, as the CLI shows what is not plain ASCII; --raw shows it as it is.");
    }
    Ok(())
}

/// Whether the CLI shows a value as it is: plain ASCII on a single line.
fn is_plain(value: &[u8]) -> bool {
    value.iter().all(|byte| matches!(byte, b' '..=b'~'))
}

/// A value as text; what is not plain in base64.
pub(super) fn value(entry: &Entry) -> String {
    if is_plain(&entry.value) { entry.text() } else { encoded(&entry.value).unwrap_or_default() }
}

/// `nats kv history`
pub(in super::super) fn history(run: &mut Run<'_>, line: &Invocation) -> Done {
    let entries = entries(run, key_op(Act::History, line))?;
    table(run, line, entries);
    Ok(())
}

/// The table of a key's history.
pub(super) fn table(run: &mut Run<'_>, line: &Invocation, entries: &[Entry]) {
    let (bucket, key) = (line.arg(0).unwrap_or_default(), line.arg(1).unwrap_or_default());
    let title = format!("History for {bucket} > {key}");
    let headers = ["Key", "Revision", "Op", "Created", "Length", "Value"];
    let mut table = Table::new(title, &headers);
    for entry in entries {
        table.row(vec![
            entry.key.as_str().into(),
            entry.revision.into(),
            entry.operation.name().into(),
            created(entry).into(),
            entry.length.to_string().into(),
            shortened(&value(entry)).into(),
        ]);
    }
    run.say_all(table.lines());
}

/// Of a long value its beginning and its end.
pub(super) fn shortened(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= 40 {
        return text.to_owned();
    }
    let part = |letters: &[char]| letters.iter().collect::<String>();
    format!("{}...{}", part(&letters[..15]), part(&letters[letters.len() - 15..]))
}

/// `nats kv watch`
pub(in super::super) fn watch(run: &mut Run<'_>, line: &Invocation) -> Done {
    let bucket = line.arg(0).unwrap_or_default();
    let revision = line.number("revision").and_then(|n| u64::try_from(n).ok());
    if line.on("history") && line.on("updates") {
        let why = "updates only can not be used with include history";
        return Err(run.fail(format!("nats: invalid jetstream option: {why}")));
    }
    let view = run.op(Call::Kv(Box::new(Op {
        keys: vec![line.arg(1).unwrap_or(">").to_owned()],
        history: line.on("history"),
        updates: line.on("updates"),
        ignore_deletes: line.toggle("deletes") == Some(false),
        revision: revision.filter(|revision| *revision > 0),
        dialect: run.dialect(),
        ..op(Act::Watch, line)
    })))?;
    for (_, (_, message)) in shown(run, view) {
        let Some(entry) = Entry::delivered(bucket, message) else { continue };
        let (at, what, key) = (created(&entry), entry.operation.name(), &entry.key);
        run.say(match entry.operation {
            Operation::Put => format!("[{at}] {what} {bucket} > {key}: {}", entry.text()),
            _ => format!("[{at}] {what} {bucket} > {key}"),
        });
    }
    match view.outcome {
        Some(outcome @ (Outcome::Kv(Err(_)) | Outcome::Invalid(_))) => {
            Err(refused(run, Act::Watch, bucket, outcome))
        }
        _ => end(run, view),
    }
}

/// `nats kv ls` of a bucket: its keys.
pub(in super::super) fn keys(run: &mut Run<'_>, line: &Invocation) -> Done {
    let patterns: Vec<String> = line.arg(1).map(str::to_owned).into_iter().collect();
    let bucket = line.arg(0).unwrap_or_default();
    let values = line.on("display-value");
    if !line.on("verbose") {
        let keys = match ask(run, Op { keys: patterns, ..op(Act::Keys, line) })? {
            Got::Keys(keys) => keys.as_slice(),
            _ => &[],
        };
        if keys.is_empty() {
            run.say("No keys found in bucket");
        }
        run.say_all(keys.iter().cloned());
        return Ok(());
    }
    let entries = entries(run, Op { keys: patterns, ..op(Act::Entries, line) })?;
    if entries.is_empty() {
        run.say("No keys found in bucket");
        return Ok(());
    }
    let headers = ["Key", "Created", "Delta", "Revision", "Value"];
    let columns = if values { 5 } else { 4 };
    let mut table = Table::new(format!("Contents for bucket '{bucket}'"), &headers[..columns]);
    for entry in entries {
        let mut row: Vec<Cell> = vec![
            entry.key.as_str().into(),
            created(entry).into(),
            entry.delta.into(),
            entry.revision.into(),
        ];
        if values {
            row.push(entry.text().replace('\n', " ").into());
        }
        table.row(row);
    }
    run.say_all(table.lines());
    Ok(())
}
