//! Lessons without a page: `check FILE…` plays each to its end and tells what did not come as it says.
//! `cargo xtask lesson check FILE` runs this. `snippets FILE…` prints, as JSON, the calls each shows as code, with
//! all that a real server needs to have for them.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "telling is what it is for")]

use std::process::ExitCode;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use windtunnel::lesson::{Lesson, Part, Step, check, snippet};
use windtunnel::nats::Headers;
use windtunnel::world::World;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.split_first() {
        Some((task, files)) if task == "check" && !files.is_empty() => {
            let failed = files.iter().filter(|file| !check_file(file)).count();
            println!("{} passed, {failed} failed", files.len() - failed);
            if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Some((task, files)) if task == "snippets" && !files.is_empty() => {
            let all: Option<Vec<Vec<Value>>> = files.iter().map(|file| snippets(file)).collect();
            let Some(all) = all else { return ExitCode::FAILURE };
            println!("{}", Value::Array(all.concat()));
            ExitCode::SUCCESS
        }
        _ => {
            println!("usage: lesson check|snippets FILE…");
            ExitCode::from(2)
        }
    }
}

fn read(file: &str) -> Option<Arc<Lesson>> {
    let text = std::fs::read_to_string(file);
    let text = text.map_err(|why| eprintln!("{file}: {why}")).ok()?;
    Lesson::parse(file, &text).map_err(|why| eprintln!("{why}")).ok().map(Arc::new)
}

/// What a lesson shows as code, in the order of its playing.
fn snippets(file: &str) -> Option<Vec<Value>> {
    let lesson = read(file)?;
    let mut found = Vec::new();
    let mut beat = 0;
    let played = check::play_with(&lesson, |world, mark| match mark.step {
        Step::Entered(entered) => beat = entered,
        Step::Passed(item) => {
            let item = lesson.beats.get(beat).and_then(|beat| beat.items.get(item));
            let Some((line, Part::Code(all))) = item.map(|item| (item.line, &item.part)) else {
                return;
            };
            for one in all {
                let code = snippet::code(one, world);
                found.push(json!({
                    "at": format!("{file}:{line}"),
                    "shows": format!("{one:?}"),
                    "python": code.as_ref().map(|code| &code.python),
                    "cli": code.as_ref().map(|code| &code.cli),
                    "home": &world.topology().clusters[0].name,
                    "streams": streams(world),
                }));
            }
        }
        _ => {}
    });
    played.map_err(|why| eprintln!("{file}: {why}")).ok()?;
    Some(found)
}

/// The streams of a world with their messages and consumers.
fn streams(world: &World) -> Vec<Value> {
    let parsed = |text: Option<String>| {
        let value: Value = serde_json::from_str(&text.unwrap_or_default()).unwrap_or_default();
        value.get("config").cloned().unwrap_or_default()
    };
    let all = world.streams();
    let described = all.iter().map(|view| {
        let consumers = world.consumers_of(view.cluster, view.name);
        let configs = consumers.iter().map(|consumer| {
            parsed(world.consumer_info_json(view.cluster, view.name, consumer.name))
        });
        let messages: Vec<Value> = view
            .best()
            .into_iter()
            .flat_map(|best| best.stream.store().iter_from(0))
            .map(|message| {
                let headers = message.headers.iter().flat_map(Headers::iter);
                json!({
                    "seq": message.seq,
                    "subject": &*message.subject,
                    "headers": headers.collect::<Vec<_>>(),
                    "data": STANDARD.encode(&message.payload),
                })
            })
            .collect();
        json!({
            "cluster": &world.topology().clusters[view.cluster].name,
            "config": parsed(world.stream_info_json(view.cluster, view.name)),
            "consumers": configs.collect::<Vec<_>>(),
            "messages": messages,
        })
    });
    described.collect()
}

/// Plays a lesson and tells how it went.
fn check_file(file: &str) -> bool {
    let Some(lesson) = read(file) else { return false };
    let played = match check::play(&lesson) {
        Ok(played) => played,
        Err(why) => {
            println!("{file}: {why}");
            return false;
        }
    };
    let report = &played.report;
    println!("{}. {} ({} min)", lesson.order, lesson.title, lesson.minutes);
    for (n, (beat, (title, time))) in lesson.beats.iter().zip(&report.beats).enumerate() {
        println!("  {file}:{}: beat {}, {title}: {time}", beat.line, n + 1);
    }
    for outcome in &report.outcomes {
        let mark = if outcome.fine { "ok    " } else { "WRONG " };
        println!("  {file}:{}: {mark}{}", outcome.line, outcome.what);
    }
    println!("  {} steps of the engine, digest {:016x}", report.steps, report.digest);
    report.is_fine()
}
