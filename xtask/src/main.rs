//! `cargo xtask`: Windtunnel's own helper. It serves, builds and tests the project, and installs what that
//! needs: pinned versions, kept below `target/` and `node_modules/`. What it adds to the machine itself (a
//! compilation target, a browser for the tests) it announces.

mod bench;
mod bridge;
mod cli;
mod clients;
mod failure;
mod needs;
mod order;
mod page;
mod place;
mod report;
mod run;
mod serve;
mod size;
mod steps;
mod tools;

use std::process::ExitCode;

use cli::Task;
use failure::Failure;
use place::Place;
use run::Call;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match cli::parse(&words).and_then(perform) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn perform(task: Task) -> Result<(), Failure> {
    let place = Place::find()?;
    match task {
        Task::Help => {
            println!("{}", cli::help());
            Ok(())
        }
        Task::Serve { port, open } => serve::serve(&place, port, open),
        Task::Build => page::build_and_report(&place),
        Task::Test { only } => steps::run(&place, &only),
        Task::Swarm { seeds, first } => Call::cargo(&place)
            .args(["test", "--quiet", "--no-default-features", "--test", "swarm"])
            .args(["every_world", "--", "--nocapture"])
            .env("SWARM_SEEDS", seeds.to_string())
            .env("SWARM_FIRST", first.to_string())
            .run(),
        Task::Bench { rest } => bench::run(&place, &rest),
        Task::LessonCheck { files } => Call::cargo(&place)
            .args(["run", "--quiet", "--profile", "test", "--no-default-features"])
            .args(["--example", "lesson", "--", "check"])
            .args(files)
            .run(),
        Task::Size => size::report(&place.dist()),
    }
}
