//! Every command with arguments and flags by chance: whatever is typed, the console says something,
//! comes to an end, and nothing panics.

use super::*;
use crate::console::commands::{Command, Flag, Kind, NATS};
use crate::console::{LineKind, parse};
use crate::kernel::Rng;

/// All commands that do something, with the words before them.
fn leaves(
    command: &'static Command,
    path: &str,
    flags: &[&'static Flag],
) -> Vec<(String, &'static Command, Vec<&'static Flag>)> {
    let all: Vec<&Flag> = flags.iter().copied().chain(command.flags()).collect();
    if command.subs.is_empty() {
        return vec![(path.to_owned(), command, all)];
    }
    let below = |sub: &'static Command| leaves(sub, &format!("{path} {}", sub.name), &all);
    command.subs.iter().flat_map(below).collect()
}

fn pick<'w>(rng: &mut Rng, words: &[&'w str]) -> &'w str {
    words[rng.below(words.len() as u64) as usize]
}

/// A value that may be right or wrong in the world that the lines are typed in.
fn value(rng: &mut Rng, kind: Kind) -> &'static str {
    let words: &[&str] = match kind {
        Kind::Number => &["0", "1", "3", "-1", "99"],
        Kind::Duration => &["200ms", "100ms", "0s", "-1"],
        Kind::Bytes => &["1", "1KB", "-1"],
        Kind::OneOf(words) => words,
        Kind::Header => &["A:b", "Nats-Msg-Id:1"],
        Kind::Pair => &["a=b", "_nats.x=y"],
        Kind::Token => &["hub", "a.b"],
        Kind::Text | Kind::Command => {
            &["hello", "all", "17", "1h", "'a b'", "''", r#"'{"name":"ORDERS"}'"#, "NEW"]
        }
        Kind::Bucket => &["config", "nope", "a.b"],
        Kind::Key => &["db.host", "nope", "'>'", "a..b"],
        Kind::Store => &["FILES", "NOPE", "a.b"],
        Kind::Object | Kind::File => &["hello.txt", "nope", "''"],
        Kind::Stream => &["ORDERS", "TASKS", "NOPE", "a.b"],
        Kind::Consumer => &["worker", "pusher", "nope", "a.b"],
        Kind::Subject => &["orders.new", "tasks.x", "elsewhere"],
        Kind::Pattern | Kind::Subjects => &["orders.*", "tasks.x", "'>'", "elsewhere"],
        Kind::Server => &["n1", "n9"],
        Kind::Client => &["checkout", "nobody"],
        Kind::Side => &["us-east/n1", "us-east/n2,us-east/n3", "checkout,nobody", "us-east", ","],
        Kind::Member(_) | Kind::Machine => &["us-east/n1", "checkout", "leader", "nobody"],
        Kind::End(_) => &["us-east/n1", "us-east/n2", "checkout", "us-east", "all", "ls"],
        Kind::Cluster => &["us-east", "mars"],
        Kind::Led => &["ORDERS", "us-east/ORDERS", "NOPE"],
        Kind::Percent => &["10%", "0", "100%"],
        Kind::Switch | Kind::Toggle => &[""],
    };
    pick(rng, words)
}

fn line(rng: &mut Rng, path: &str, command: &Command, flags: &[&'static Flag]) -> String {
    let mut line = format!("nats{path}");
    for arg in command.args {
        if !arg.required && rng.below(5) == 0 {
            break;
        }
        line.push_str(&format!(" {}", value(rng, arg.kind)));
    }
    for flag in flags {
        // What is dangerous to most lines comes more often: without it nothing would happen.
        let chance = if flag.name == "force" { 2 } else { 8 };
        if flag.name == "help" || rng.below(chance) != 0 {
            continue;
        }
        line.push_str(&match flag.kind {
            Kind::Switch | Kind::Toggle => format!(" --{}", flag.name),
            kind => format!(" --{}={}", flag.name, value(rng, kind)),
        });
    }
    line
}

#[test]
fn whatever_is_typed_comes_to_an_end() {
    let mut rng = Rng::new(7);
    let commands = leaves(&NATS, "", &[]);
    let mut understood = 0;
    for round in 0..4 {
        let mut typist = Typist::new();
        for setup in [
            "nats stream add TASKS --subjects 'tasks.*' --retention work --defaults",
            "nats pub orders.new '{{Count}}' --count 3",
            "nats consumer add ORDERS worker --pull --defaults",
            "nats consumer add ORDERS pusher --target deliver.here --defaults",
        ] {
            let (printed, state) = typist.types(setup);
            assert_eq!(state, State::Done, "{setup}: {printed}");
        }
        for (path, command, flags) in &commands {
            let line = line(&mut rng, path, command, flags);
            understood += usize::from(parse(&line).is_ok());
            let (printed, state) = typist.types(&line);
            assert_ne!(state, State::Running, "round {round}: {line}: {printed}");
            assert_ne!(state, State::NotYet, "round {round}: {line}: {printed}");
            let entry = typist.session.entries().last().expect("an entry");
            let output = typist.session.render(entry, &typist.world);
            let error = output.lines.iter().find(|line| line.kind == LineKind::Error);
            assert_eq!(error.is_some(), state == State::Failed, "{line}: {printed}");
            assert!(error.is_none_or(|line| line.text.starts_with("nats: error: ")), "{line}");
            for input in typist.session.interrupt(&typist.world) {
                typist.world.give(&input).expect("an interruption");
            }
        }
    }
    assert!(understood > commands.len(), "of {} lines {understood} make sense", commands.len() * 4);
}
