//! The bridge's parts, and how they are put together.
#![allow(clippy::print_stdout, reason = "this is a program; what it says goes to standard output")]

mod clock;
mod conf;
mod connz;
mod control;
mod engine;
mod flags;
mod log;
mod monitor;
mod options;
mod serve;
mod start;
mod topology;
mod typist;

use std::path::Path;
use std::process::ExitCode;

use flags::Flags;
use options::Options;
use windtunnel::nats::api::SERVER_VERSION;

/// Reads the command line and does what it says.
pub(crate) fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match perform(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("bridge: {why}");
            ExitCode::FAILURE
        }
    }
}

fn perform(words: &[String]) -> Result<(), String> {
    if let [first, rest @ ..] = words
        && first == "fault"
    {
        return control::fault(rest);
    }
    if let [first, rest @ ..] = words
        && first == "type"
    {
        return control::types(rest);
    }
    let flags = flags::parse(words).map_err(|why| format!("{why}\n{}", flags::USAGE))?;
    if flags.help {
        println!("{}", flags::USAGE);
        return Ok(());
    }
    if flags.version {
        println!("nats-server: v{SERVER_VERSION} (simulated by windtunnel)");
        return Ok(());
    }
    let options = Options::new(&flags).map_err(|error| error.to_string())?;
    if flags.test {
        if let Some(file) = &flags.config {
            println!("bridge: configuration file {file} is valid");
        }
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let tasks = tokio::task::LocalSet::new();
    tasks.block_on(&runtime, async {
        match &flags.topology {
            Some(file) => {
                check_alone(&flags)?;
                start::topology(Path::new(file), &options).await
            }
            None => start::server(&options).await,
        }
    })
}

/// A topology file says itself what a single server is told by flags.
fn check_alone(flags: &Flags) -> Result<(), String> {
    let others = [
        ("-p", flags.port.is_some()),
        ("-a", flags.host.is_some()),
        ("-n", flags.name.is_some()),
        ("-m", flags.http_port.is_some()),
        ("-c", flags.config.is_some()),
    ];
    match others.iter().find(|(_, given)| *given) {
        Some((flag, _)) => {
            Err(format!("{flag} and --topology exclude each other: the file says it"))
        }
        None => Ok(()),
    }
}
