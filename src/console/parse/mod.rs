//! From a typed line to a command with checked arguments and flags.
//!
//! The grammar is that of the real CLI: flags anywhere, `--flag value` or `--flag=value`, `-fvalue`,
//! switches joined as `-rq`, `--` ends the flags. All values are checked here, so that whoever reads
//! them later cannot fail. A line that is wrong has no effect at all.

use crate::sorted::Map;

use super::commands::{ABSENT_FLAGS, Arg, Command, Flag, Kind, NATS, Verb, find_absent};
use super::suggest::nearest;
use super::usage::UsageError;

mod invocation;
mod value;

pub use invocation::Invocation;
use value::check;
pub(crate) use value::patterns;

#[cfg(test)]
mod tests;

/// What a line says.
#[derive(Debug, Clone)]
pub enum Parsed {
    /// Nothing: it is blank or a comment.
    Nothing,
    /// A command is to be explained; the words of its path after `nats`.
    Help(Vec<&'static str>),
    /// A command is to be run.
    Run(Invocation),
}

/// Reads a line.
///
/// # Errors
/// What is wrong with it, as the CLI would say, and what may have been meant.
pub fn parse(line: &str) -> Result<Parsed, UsageError> {
    let Some(words) = shlex::split(line) else {
        return Err(UsageError::OpenQuote);
    };
    let (client, words) = prompt(&words);
    if words.is_empty() {
        return Ok(Parsed::Nothing);
    }
    let mut parser = Parser {
        path: vec![&NATS],
        client,
        args: Vec::new(),
        flags: Map::new(),
        help: words.len() == 1 && words[0] == "nats",
    };
    let words = if words[0] == "nats" { &words[1..] } else { words };
    parser.words(words)?;
    parser.finish()
}

/// Takes `name>` off the front of a line.
pub(crate) fn prompt(words: &[String]) -> (Option<String>, &[String]) {
    match words.split_first() {
        Some((first, rest)) => match first.strip_suffix('>') {
            Some(name) if !name.is_empty() && !name.contains('.') => (Some(name.to_owned()), rest),
            _ => (None, words),
        },
        None => (None, words),
    }
}

struct Parser {
    path: Vec<&'static Command>,
    client: Option<String>,
    args: Vec<String>,
    flags: Map<&'static str, Vec<String>>,
    help: bool,
}

impl Parser {
    fn words(&mut self, words: &[String]) -> Result<(), UsageError> {
        let mut words = words.iter().map(String::as_str).peekable();
        while let Some(word) = words.next() {
            if word == "--" {
                return words.try_for_each(|word| self.word(word));
            }
            if let Some(long) = word.strip_prefix("--") {
                let (name, value) = match long.split_once('=') {
                    Some((name, value)) => (name, Some(value)),
                    None => (long, None),
                };
                self.long(name, value, &mut words)?;
            } else if word.len() > 1 && word.starts_with('-') {
                self.short(&word[1..], &mut words)?;
            } else {
                self.word(word)?;
            }
        }
        Ok(())
    }

    fn command(&self) -> &'static Command {
        self.path.last().copied().unwrap_or(&NATS)
    }

    /// The names of the commands on the way here, without `nats`.
    fn path(&self) -> Vec<&'static str> {
        self.path.iter().skip(1).map(|command| command.name).collect()
    }

    /// A word that is no flag: a command or an argument.
    fn word(&mut self, word: &str) -> Result<(), UsageError> {
        let command = self.command();
        if command.subs.is_empty() {
            let Some(arg) = command.args.get(self.args.len()) else {
                return Err(UsageError::Unexpected { word: word.to_owned(), path: self.path() });
            };
            check(arg.kind, word, || arg_name(arg))?;
            self.args.push(word.to_owned());
            return Ok(());
        }
        if let Some(sub) = command.sub(word) {
            self.path.push(sub);
            return Ok(());
        }
        // Some people ask a group for help that way.
        if word == "help" {
            self.help = true;
            return Ok(());
        }
        if let Some(instead) = find_absent(&self.path(), word) {
            let path = self.path().into_iter().chain([word]).collect::<Vec<_>>().join(" ");
            return Err(UsageError::Absent { what: format!("'{path}'"), instead });
        }
        let known = command
            .subs
            .iter()
            .flat_map(|sub| [sub.name].into_iter().chain(sub.aliases.iter().copied()));
        let near = nearest(word, known);
        Err(UsageError::UnknownCommand { word: word.to_owned(), near, path: self.path() })
    }

    fn long<'w>(
        &mut self,
        name: &str,
        value: Option<&str>,
        rest: &mut std::iter::Peekable<impl Iterator<Item = &'w str>>,
    ) -> Result<(), UsageError> {
        if let Some(flag) = self.find(|flag| flag.name == name) {
            return self.flag(flag, value, rest);
        }
        let negated = name.strip_prefix("no-");
        if let Some(flag) = negated
            .and_then(|name| self.find(|flag| flag.name == name && flag.kind == Kind::Toggle))
        {
            return match value {
                None => self.set(flag, "false"),
                Some(_) => Err(UsageError::SwitchValue { flag: format!("--no-{}", flag.name) }),
            };
        }
        if ABSENT_FLAGS.contains(&name) {
            return Err(UsageError::Absent { what: format!("--{name}"), instead: "" });
        }
        let near = nearest(name, self.reachable().map(|flag| flag.name));
        Err(UsageError::UnknownFlag {
            flag: format!("--{name}"),
            long: true,
            near,
            path: self.path(),
        })
    }

    fn short<'w>(
        &mut self,
        letters: &str,
        rest: &mut std::iter::Peekable<impl Iterator<Item = &'w str>>,
    ) -> Result<(), UsageError> {
        let mut letters = letters.chars();
        while let Some(letter) = letters.next() {
            let Some(flag) = self.find(|flag| flag.short == Some(letter)) else {
                let (flag, path) = (format!("-{letter}"), self.path());
                return Err(UsageError::UnknownFlag { flag, long: false, near: None, path });
            };
            let value = letters.as_str();
            if flag.is_switch() {
                self.flag(flag, None, rest)?;
            } else {
                let value =
                    Some(value.strip_prefix('=').unwrap_or(value)).filter(|v| !v.is_empty());
                return self.flag(flag, value, rest);
            }
        }
        Ok(())
    }

    fn flag<'w>(
        &mut self,
        flag: &'static Flag,
        value: Option<&str>,
        rest: &mut std::iter::Peekable<impl Iterator<Item = &'w str>>,
    ) -> Result<(), UsageError> {
        if flag.is_switch() {
            self.help |= flag.name == "help";
            return match value {
                None | Some("true") => self.set(flag, "true"),
                Some("false") if flag.kind == Kind::Toggle => self.set(flag, "false"),
                Some(_) => Err(UsageError::SwitchValue { flag: format!("--{}", flag.name) }),
            };
        }
        // A value does not begin with a dash, unless it is a negative number.
        let next = |word: &&str| {
            let mut chars = word.chars();
            chars.next() != Some('-')
                || word.len() == 1
                || chars.next().is_some_and(|c| c.is_ascii_digit())
        };
        let Some(value) = value.or_else(|| rest.next_if(next)) else {
            return Err(UsageError::MissingValue { flag: format!("--{}", flag.name) });
        };
        check(flag.kind, value, || format!("--{}", flag.name))?;
        self.set(flag, value)
    }

    fn set(&mut self, flag: &'static Flag, value: &str) -> Result<(), UsageError> {
        let values = self.flags.entry(flag.name).or_default();
        if !values.is_empty() && !flag.many && flag.name != "help" {
            return Err(UsageError::Repeated { flag: flag.name });
        }
        values.push(value.to_owned());
        Ok(())
    }

    /// The flags that may stand here: those of the command and of the groups it belongs to.
    fn reachable(&self) -> impl Iterator<Item = &'static Flag> {
        self.path.iter().rev().flat_map(|command| command.flags())
    }

    fn find(&self, wanted: impl Fn(&Flag) -> bool) -> Option<&'static Flag> {
        self.reachable().find(|flag| wanted(flag))
    }

    fn finish(mut self) -> Result<Parsed, UsageError> {
        if self.help {
            return Ok(Parsed::Help(self.path()));
        }
        let Some(verb) = self.command().verb else {
            return Err(UsageError::NoSubcommand { path: self.path() });
        };
        if verb == Verb::Help {
            return self.explain();
        }
        if let Some(arg) = self.command().args.get(self.args.len()).filter(|arg| arg.required) {
            return Err(UsageError::MissingArgument { name: arg.name, path: self.path() });
        }
        if let Some(named) = self.flags.remove("as").and_then(|mut values| values.pop()) {
            self.client = Some(named);
        }
        Ok(Parsed::Run(Invocation {
            verb,
            client: self.client,
            args: self.args,
            flags: self.flags,
            file: None,
        }))
    }

    /// `help stream add`: finds the command named by the arguments.
    fn explain(self) -> Result<Parsed, UsageError> {
        let mut found = Self { path: vec![&NATS], args: Vec::new(), ..self };
        for word in self.args.iter().filter(|word| *word != "nats") {
            if found.command().subs.is_empty() {
                return Err(UsageError::Unexpected { word: word.clone(), path: found.path() });
            }
            found.word(word)?;
        }
        Ok(Parsed::Help(found.path()))
    }
}

fn arg_name(arg: &Arg) -> String {
    format!("<{}>", arg.name)
}
