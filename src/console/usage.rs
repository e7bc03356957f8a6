//! How a line can be wrong, and the help texts: both from the table of commands.

use super::commands::{Command, Flag, Kind, NATS};

/// Why a line is not a command. Nothing happened because of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UsageError {
    /// A quote without its end.
    #[error("a quote is not closed")]
    OpenQuote,
    /// No such command.
    #[error("expected command but got {}", super::format::quoted(.word))]
    UnknownCommand {
        /// What was typed.
        word: String,
        /// What was perhaps meant.
        near: Option<&'static str>,
        /// The group in which it was looked for.
        path: Vec<&'static str>,
    },
    /// A group without one of its commands.
    #[error("{}", select(.path))]
    NoSubcommand {
        /// The group.
        path: Vec<&'static str>,
    },
    /// No such flag.
    #[error("unknown {} flag '{flag}'", if *.long { "long" } else { "short" })]
    UnknownFlag {
        /// The flag with its dashes.
        flag: String,
        /// Whether it was written with its whole name.
        long: bool,
        /// What was perhaps meant.
        near: Option<&'static str>,
        /// The command.
        path: Vec<&'static str>,
    },
    /// A flag without its value.
    #[error("expected argument for flag '{flag}'")]
    MissingValue {
        /// The flag with its dashes.
        flag: String,
    },
    /// A switch with a value.
    #[error("flag '{flag}' takes no value")]
    SwitchValue {
        /// The flag with its dashes.
        flag: String,
    },
    /// A flag twice.
    #[error("flag '{flag}' cannot be repeated")]
    Repeated {
        /// The flag.
        flag: &'static str,
    },
    /// A value of the wrong form.
    #[error("{name} takes {wanted}, not {}", super::format::quoted(.value))]
    BadValue {
        /// Of which flag or argument.
        name: String,
        /// The value.
        value: String,
        /// What would be right.
        wanted: &'static str,
    },
    /// A value that is not among those possible.
    #[error("enum value must be one of {}, got '{value}'", .words.join(","))]
    NotOneOf {
        /// The value.
        value: String,
        /// What is possible.
        words: &'static [&'static str],
        /// What was perhaps meant.
        near: Option<&'static str>,
    },
    /// A word too many.
    #[error("unexpected argument '{word}'")]
    Unexpected {
        /// The word.
        word: String,
        /// The command.
        path: Vec<&'static str>,
    },
    /// An argument too few.
    #[error("required argument '{name}' not provided")]
    MissingArgument {
        /// Its name.
        name: &'static str,
        /// The command.
        path: Vec<&'static str>,
    },
    /// The real CLI has it, this one has not.
    #[error("{what} is not part of this simulation")]
    Absent {
        /// The command or flag.
        what: String,
        /// What to do instead, if anything.
        instead: &'static str,
    },
    /// A client that is not there.
    #[error("there is no client {}", super::format::quoted(.name))]
    NoClient {
        /// Its name.
        name: String,
        /// The clients there are.
        clients: Vec<String>,
    },
}

fn select(path: &[&str]) -> String {
    if path.is_empty() {
        return "command not specified".to_owned();
    }
    format!("must select a subcommand of '{}'", path.join(" "))
}

impl UsageError {
    /// What is printed: the error as the CLI writes it, and below it what may help.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("nats: error: {self}")];
        lines.extend(self.hint());
        lines
    }

    /// What may have been meant, or where to read on.
    pub fn hint(&self) -> Option<String> {
        let see = |path: &[&str]| match path {
            [] => "See 'nats help'.".to_owned(),
            path => format!("See 'nats help {}'.", path.join(" ")),
        };
        match self {
            Self::UnknownCommand { near: Some(near), path, .. } => {
                let path: Vec<&str> = path.iter().copied().chain([*near]).collect();
                let nats = path.first().map_or("", |word| before(word));
                Some(format!("Did you mean '{nats}{}'?", path.join(" ")))
            }
            Self::UnknownFlag { near: Some(near), .. } => Some(format!("Did you mean '--{near}'?")),
            Self::NotOneOf { near: Some(near), .. } => Some(format!("Did you mean '{near}'?")),
            Self::UnknownCommand { path, .. }
            | Self::NoSubcommand { path }
            | Self::UnknownFlag { path, .. }
            | Self::MissingArgument { path, .. } => Some(see(path)),
            Self::Unexpected { path, .. } => {
                Some(format!("Put a text with spaces in quotes. {}", see(path)))
            }
            Self::Absent { instead, .. } if !instead.is_empty() => {
                let mut letters = instead.chars();
                let first: String =
                    letters.next().into_iter().flat_map(char::to_uppercase).collect();
                Some(format!("{first}{}.", letters.as_str()))
            }
            Self::NoClient { clients, .. } => {
                Some(format!("The clients of this world: {}.", clients.join(", ")))
            }
            _ => None,
        }
    }
}

/// The help of a command, given by the names after `nats`.
pub fn help(path: &[&str]) -> Vec<String> {
    let mut command: &Command = &NATS;
    let mut name = path.first().map_or("nats ", |word| before(word)).to_owned();
    for word in path {
        if let Some(sub) = command.sub(word) {
            name.push_str(sub.name);
            name.push(' ');
            command = sub;
        }
    }
    let name = name.trim_end();
    let mut usage = format!("usage: {name}");
    if command.flags().next().is_some() {
        usage.push_str(" [<flags>]");
    }
    if !command.subs.is_empty() {
        usage.push_str(" <command> [<args> ...]");
    }
    for arg in command.args {
        usage.push_str(&if arg.required {
            format!(" <{}>", arg.name)
        } else {
            format!(" [<{}>]", arg.name)
        });
    }
    let mut lines = vec![usage, String::new(), format!("{}.", command.help)];
    if !command.more.is_empty() {
        lines.push(String::new());
        lines.extend(command.more.iter().map(|&line| line.to_owned()));
    }
    if !command.aliases.is_empty() {
        lines.push(String::new());
        lines.push(format!("Also: {}", command.aliases.join(", ")));
    }
    let subs = |own: bool| {
        let subs = command.subs.iter().filter(|sub| sub.own == own);
        subs.map(|sub| (sub.name.to_owned(), sub.help.to_owned())).collect()
    };
    section(&mut lines, "Commands", subs(false));
    section(&mut lines, "Windtunnel's own, not the real CLI's, typed without 'nats'", subs(true));
    let args = command.args.iter().map(|arg| {
        let name =
            if arg.required { format!("<{}>", arg.name) } else { format!("[<{}>]", arg.name) };
        (name, arg.help.to_owned())
    });
    section(&mut lines, "Args", args.collect());
    section(&mut lines, "Flags", command.flags().map(flag_help).collect());
    if !path.is_empty() && !command.flags.is_empty() {
        lines.push(String::new());
        lines.push("The flags of every command are in 'nats help'.".to_owned());
    }
    lines
}

/// What stands before a command whose path begins with this word.
fn before(word: &str) -> &'static str {
    if NATS.sub(word).is_some_and(|command| command.own) { "" } else { "nats " }
}

fn section(lines: &mut Vec<String>, title: &str, rows: Vec<(String, String)>) {
    let Some(widest) = rows.iter().map(|(name, _)| name.chars().count()).max() else {
        return;
    };
    lines.push(String::new());
    lines.push(format!("{title}:"));
    for (name, help) in rows {
        lines.push(format!("  {name:widest$}  {help}"));
    }
}

fn flag_help(flag: &Flag) -> (String, String) {
    let short = flag.short.map_or_else(|| "    ".to_owned(), |c| format!("-{c}, "));
    let value = match flag.kind {
        Kind::Switch | Kind::Toggle => "",
        Kind::Number => "=NUMBER",
        Kind::Duration => "=DURATION",
        Kind::Bytes => "=BYTES",
        Kind::Header => "=K:V",
        Kind::Pair => "=K=V",
        Kind::Stream => "=STREAM",
        Kind::Consumer => "=CONSUMER",
        Kind::Bucket => "=BUCKET",
        Kind::Key => "=KEY",
        Kind::Store => "=BUCKET",
        Kind::Object | Kind::File => "=FILE",
        Kind::Subject | Kind::Pattern | Kind::Subjects => "=SUBJECT",
        Kind::Server => "=SERVER",
        Kind::Client => "=CLIENT",
        Kind::Token => "=NAME",
        Kind::Percent => "=PERCENT",
        Kind::Member(_) | Kind::End(_) | Kind::Machine | Kind::Side | Kind::Cluster | Kind::Led => {
            "=NAME"
        }
        Kind::OneOf(_) | Kind::Text | Kind::Command => "=VALUE",
    };
    let no = if flag.kind == Kind::Toggle { "[no-]" } else { "" };
    let many = if flag.many { " ..." } else { "" };
    let mut help = flag.help.to_owned();
    if let Kind::OneOf(words) = flag.kind {
        help.push_str(&format!(" ({})", words.join(", ")));
    }
    if !flag.default.is_empty() {
        help.push_str(&format!(" (default {})", flag.default));
    }
    (format!("{short}--{no}{}{value}{many}", flag.name), help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_is_laid_out() {
        let expected = "\
usage: nats reply [<flags>] <subject> [<body>]

Answer requests.

It listens until it is interrupted (Ctrl+C) or has answered --count requests.

Args:
  <subject>  Which requests, wildcards allowed
  [<body>]   What to answer; without it, the request itself

Flags:
      --echo          Answer with the request itself
  -q, --queue=VALUE   The queue group (default NATS-RPLY-22)
      --count=NUMBER  End after this many requests

The flags of every command are in 'nats help'.";
        assert_eq!(help(&["reply"]).join("\n"), expected);
    }

    #[test]
    fn every_command_has_a_help_without_overlong_lines() {
        fn each(command: &Command, path: &mut Vec<&'static str>) {
            for line in help(path) {
                assert!(line.chars().count() <= 130, "{path:?}: {line}");
            }
            for sub in command.subs {
                path.push(sub.name);
                each(sub, path);
                path.pop();
            }
        }
        each(&NATS, &mut Vec::new());
        assert!(help(&[]).iter().any(|line| line.starts_with("  stream ")));
    }

    #[test]
    fn windtunnels_own_lines_stand_apart_and_without_nats() {
        let all = help(&[]);
        let place = |start: &str| all.iter().position(|line| line.starts_with(start));
        let (commands, own) = (place("Commands:"), place("Windtunnel's own"));
        assert!(commands < own && own < place("  fault ") && place("  pub ") < own, "{all:?}");
        assert_eq!(help(&["fault", "dark"])[0], "usage: fault dark [<flags>] <cluster>");
        let wrong = crate::console::parse("fault crsh x").expect_err("no such fault");
        assert_eq!(wrong.hint().as_deref(), Some("Did you mean 'fault crash'?"));
    }
}
