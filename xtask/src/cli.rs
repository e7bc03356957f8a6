//! What can be asked for on the command line.

use crate::failure::Failure;
use crate::steps::STEPS;

/// The port `serve` takes when none is given.
pub(crate) const DEFAULT_PORT: u16 = 8080;

/// How many worlds `swarm` runs when it is not told: as many as the test does.
pub(crate) const DEFAULT_SEEDS: u64 = 50;

/// One thing to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// Say what there is.
    Help,
    /// Build the page and keep it served and fresh.
    Serve {
        /// Where, on the loopback interface.
        port: u16,
        /// Whether to open a browser.
        open: bool,
    },
    /// Build the page that is published.
    Build,
    /// Run the tests: all, or only the named steps.
    Test {
        /// Names of steps or of groups of steps; empty means all.
        only: Vec<String>,
    },
    /// Run worlds at random.
    Swarm {
        /// How many.
        seeds: u64,
        /// The seed of the first one.
        first: u64,
    },
    /// Run the engine's benches.
    Bench {
        /// Handed on to `cargo bench`.
        rest: Vec<String>,
    },
    /// Play lessons without a page and tell what did not come as they say.
    LessonCheck {
        /// Their files.
        files: Vec<String>,
    },
    /// Say how large the built page is.
    Size,
}

/// Reads the words after `cargo xtask`.
pub(crate) fn parse(words: &[String]) -> Result<Task, Failure> {
    let mut words = words.iter().map(String::as_str);
    let Some(task) = words.next() else { return Ok(Task::Help) };
    let rest: Vec<&str> = words.collect();
    if task != "bench" && rest.iter().any(|word| matches!(*word, "-h" | "--help")) {
        return Ok(Task::Help);
    }
    match task {
        "help" | "-h" | "--help" => Ok(Task::Help),
        "serve" => parse_serve(&rest),
        "build" => nothing_more("build", &rest, Task::Build),
        "test" => parse_test(&rest),
        "swarm" => parse_swarm(&rest),
        "bench" => Ok(Task::Bench { rest: rest.into_iter().map(String::from).collect() }),
        "lesson" => parse_lesson(&rest),
        "size" => nothing_more("size", &rest, Task::Size),
        other => Err(Failure::Usage(format!(
            "there is no task {other:?}; there are serve, build, test, swarm, bench, lesson and size"
        ))),
    }
}

fn parse_serve(words: &[&str]) -> Result<Task, Failure> {
    let (mut port, mut open) = (DEFAULT_PORT, true);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match split_value(word) {
            ("--no-open", None) => open = false,
            ("--port", value) => {
                let text = value.or_else(|| words.next().copied()).unwrap_or_default();
                port = text.parse().ok().filter(|port| *port > 0).ok_or_else(|| {
                    Failure::Usage(format!("--port wants a number from 1 to 65535, not {text:?}"))
                })?;
            }
            _ => return Err(unknown("serve", word, "--port N and --no-open")),
        }
    }
    Ok(Task::Serve { port, open })
}

fn parse_test(words: &[&str]) -> Result<Task, Failure> {
    let mut only = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let ("--only", value) = split_value(word) else {
            return Err(unknown("test", word, "--only STEP"));
        };
        let name = value.or_else(|| words.next().copied()).unwrap_or_default();
        if !STEPS.iter().any(|step| step.is_named(name)) {
            let names: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
            let problem = format!("there is no step {name:?}; there are {}", names.join(", "));
            return Err(Failure::Usage(problem));
        }
        only.push(name.to_string());
    }
    Ok(Task::Test { only })
}

fn parse_swarm(words: &[&str]) -> Result<Task, Failure> {
    let (mut seeds, mut first) = (DEFAULT_SEEDS, 0);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (name, value) = split_value(word);
        if !matches!(name, "--seeds" | "--first") {
            return Err(unknown("swarm", word, "--seeds N and --first SEED"));
        }
        let text = value.or_else(|| words.next().copied()).unwrap_or_default();
        let number: Option<u64> = text.parse().ok();
        match (name, number) {
            ("--seeds", Some(number)) if number > 0 => seeds = number,
            ("--first", Some(number)) => first = number,
            _ => {
                let least = u8::from(name == "--seeds");
                let problem = format!("{name} wants a number, {least} or more, not {text:?}");
                return Err(Failure::Usage(problem));
            }
        }
    }
    Ok(Task::Swarm { seeds, first })
}

fn parse_lesson(words: &[&str]) -> Result<Task, Failure> {
    match words {
        ["check", files @ ..] if !files.is_empty() => {
            Ok(Task::LessonCheck { files: files.iter().map(|&file| file.to_string()).collect() })
        }
        _ => Err(Failure::Usage("lesson takes check FILE...".to_string())),
    }
}

fn split_value(word: &str) -> (&str, Option<&str>) {
    match word.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (word, None),
    }
}

fn nothing_more(task: &str, rest: &[&str], parsed: Task) -> Result<Task, Failure> {
    match rest.first() {
        None => Ok(parsed),
        Some(word) => Err(unknown(task, word, "nothing more")),
    }
}

fn unknown(task: &str, word: &str, known: &str) -> Failure {
    Failure::Usage(format!("{task} does not know {word:?}; it takes {known}"))
}

/// The help text.
pub(crate) fn help() -> String {
    let mut text = String::from(
        "cargo xtask TASK

  serve [--port N] [--no-open]  build the page, open it in the browser, build again when a file changes
  build                         build the page for publishing, into dist/, and check its size
  test [--only STEP]...         run every test there is, or only some
  swarm [--seeds N] [--first S] run worlds at random (50) through faults, from seed S (0) on
  bench [ARGUMENT]...           measure the engine (arguments go to cargo bench)
  bench --browser               measure it in headless Chromium, compiled as the page is
  bench --real                  measure the real nats-server, the bridge and the engine in turn
  lesson check FILE...          play lessons without a page and tell what did not come as they say
  size                          say how large dist/ is

What a task needs and can install (Trunk, wasm-bindgen, wasm-opt, nats-server) it installs below target/tools
and node_modules. What it cannot install it names before it starts.

Steps of the test, in order (the part before a dash names a group):
",
    );
    for step in STEPS {
        text.push_str(&format!("  {:<18} {}\n", step.name, step.about));
    }
    text.trim_end().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Task, String> {
        let words: Vec<String> = line.split_whitespace().map(String::from).collect();
        parse(&words).map_err(|failure| failure.to_string())
    }

    #[test]
    fn reads_every_task() {
        assert_eq!(parsed(""), Ok(Task::Help));
        assert_eq!(parsed("serve"), Ok(Task::Serve { port: DEFAULT_PORT, open: true }));
        assert_eq!(
            parsed("serve --port 9000 --no-open"),
            Ok(Task::Serve { port: 9000, open: false })
        );
        assert_eq!(parsed("serve --port=9000"), Ok(Task::Serve { port: 9000, open: true }));
        assert_eq!(parsed("serve --help"), Ok(Task::Help));
        assert_eq!(parsed("build"), Ok(Task::Build));
        assert_eq!(parsed("test"), Ok(Task::Test { only: vec![] }));
        let only = vec!["native".to_string(), "lint".to_string()];
        assert_eq!(parsed("test --only native --only=lint"), Ok(Task::Test { only }));
        assert_eq!(parsed("swarm"), Ok(Task::Swarm { seeds: DEFAULT_SEEDS, first: 0 }));
        let one = Task::Swarm { seeds: 1, first: 718 };
        assert_eq!(parsed("swarm --seeds 1 --first=718"), Ok(one));
        assert_eq!(parsed("bench --help"), Ok(Task::Bench { rest: vec!["--help".to_string()] }));
        assert_eq!(parsed("size"), Ok(Task::Size));
        let files = vec!["a.md".to_string(), "b.md".to_string()];
        assert_eq!(parsed("lesson check a.md b.md"), Ok(Task::LessonCheck { files }));
    }

    #[test]
    fn says_what_would_be_right() {
        let wrong = |line| parsed(line).expect_err(line);
        assert!(wrong("launch").contains("there are serve, build, test"));
        assert!(wrong("serve --port").contains("1 to 65535"));
        assert!(wrong("serve --port 0").contains("\"0\""));
        assert!(wrong("serve --port 70000").contains("\"70000\""));
        assert!(wrong("serve --fast").contains("--no-open"));
        assert!(wrong("swarm --seeds 0").contains("1 or more"));
        assert!(wrong("swarm --first").contains("0 or more"));
        assert!(wrong("swarm 7").contains("--seeds N"));
        assert!(wrong("lesson").contains("check FILE"));
        assert!(wrong("lesson check").contains("check FILE"));
        assert!(wrong("build now").contains("nothing more"));
        assert!(wrong("test --only nothing").contains("conformance"));
        assert!(wrong("test native").contains("--only STEP"));
    }

    #[test]
    fn help_names_every_step() {
        for step in STEPS {
            assert!(help().contains(step.name));
        }
    }
}
