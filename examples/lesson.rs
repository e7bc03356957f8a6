//! Lessons without a page: `check FILE…` plays each to its end and tells what did not come as it says.
//! `cargo xtask lesson check FILE` runs this.
#![allow(clippy::print_stdout, reason = "telling is what it is for")]

use std::process::ExitCode;
use std::sync::Arc;

use windtunnel::lesson::{Lesson, check};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.split_first() {
        Some((task, files)) if task == "check" && !files.is_empty() => {
            let failed = files.iter().filter(|file| !check_file(file)).count();
            println!("{} passed, {failed} failed", files.len() - failed);
            if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        _ => {
            println!("usage: lesson check FILE…");
            ExitCode::from(2)
        }
    }
}

/// Plays a lesson and tells how it went.
fn check_file(file: &str) -> bool {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(why) => {
            println!("{file}: {why}");
            return false;
        }
    };
    let lesson = match Lesson::parse(file, &text) {
        Ok(lesson) => Arc::new(lesson),
        Err(why) => {
            println!("{why}");
            return false;
        }
    };
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
