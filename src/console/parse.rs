//! From a typed line to a command with checked arguments and flags.
//!
//! The grammar is that of the real CLI: flags anywhere, `--flag value` or `--flag=value`, `-fvalue`,
//! switches joined as `-rq`, `--` ends the flags. All values are checked here, so that whoever reads
//! them later cannot fail. A line that is wrong has no effect at all.

use std::collections::BTreeMap;

use crate::kernel::Span;
use crate::nats::subject;
use crate::nats::time::parse_duration;

use super::commands::{ABSENT, ABSENT_FLAGS, Arg, Command, Flag, Kind, NATS, Verb};
use super::format::parse_bytes;
use super::suggest::nearest;
use super::usage::UsageError;

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

/// A command with its arguments and flags.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// What it is.
    pub verb: Verb,
    /// Which client is to type it, if the line says so.
    pub client: Option<String>,
    args: Vec<String>,
    flags: BTreeMap<&'static str, Vec<String>>,
}

impl Invocation {
    /// An argument by its place.
    pub(crate) fn arg(&self, index: usize) -> Option<&str> {
        self.args.get(index).map(String::as_str)
    }

    /// Whether a flag was given.
    pub(crate) fn given(&self, flag: &str) -> bool {
        self.flags.contains_key(flag)
    }

    /// Whether a switch is on; nothing if it was not given.
    pub(crate) fn toggle(&self, flag: &str) -> Option<bool> {
        self.text(flag).map(|value| value == "true")
    }

    /// Whether a switch is on.
    pub(crate) fn on(&self, flag: &str) -> bool {
        self.toggle(flag) == Some(true)
    }

    /// The value of a flag.
    pub(crate) fn text(&self, flag: &str) -> Option<&str> {
        self.flags.get(flag)?.last().map(String::as_str)
    }

    /// All values of a flag.
    pub(crate) fn all(&self, flag: &str) -> &[String] {
        self.flags.get(flag).map_or(&[], Vec::as_slice)
    }

    /// The value of a flag for a number.
    pub(crate) fn number(&self, flag: &str) -> Option<i64> {
        self.text(flag)?.parse().ok()
    }

    /// The value of a flag for a size, in bytes.
    pub(crate) fn bytes(&self, flag: &str) -> Option<i64> {
        parse_bytes(self.text(flag)?)
    }

    /// The value of a flag for a duration; `-1` counts as zero.
    pub(crate) fn span(&self, flag: &str) -> Option<Span> {
        self.text(flag).map(|text| Span(parse_duration(text).unwrap_or(0)))
    }

    /// Sets a flag.
    pub(crate) fn set(&mut self, flag: &'static str, value: &str) {
        self.flags.insert(flag, vec![value.to_owned()]);
    }

    /// Changes the texts in which templates may stand: arguments and headers.
    pub(crate) fn each_text(&mut self, mut change: impl FnMut(&mut String)) {
        self.args.iter_mut().for_each(&mut change);
        self.flags.get_mut("header").into_iter().flatten().for_each(change);
    }

    /// The JetStream domain to talk to, if the line names one.
    pub(crate) fn domain(&self) -> Option<&str> {
        self.text("js-domain").or_else(|| self.text("domain"))
    }
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
        flags: BTreeMap::new(),
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
    flags: BTreeMap<&'static str, Vec<String>>,
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
        if self.path.len() == 1
            && let Some((name, instead)) = ABSENT.iter().find(|(name, _)| *name == word)
        {
            return Err(UsageError::Absent { what: format!("'{name}'"), instead });
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

/// Checks a value that was typed.
fn check(kind: Kind, value: &str, name: impl Fn() -> String) -> Result<(), UsageError> {
    let wants = |wanted: &'static str| {
        Err(UsageError::BadValue { name: name(), value: value.to_owned(), wanted })
    };
    match kind {
        Kind::Number if value.parse::<i64>().is_err() => wants("a whole number"),
        Kind::Duration if value != "-1" && parse_duration(value).is_none() => {
            wants("a duration such as 90s, 1h30m or 2d")
        }
        Kind::Bytes if parse_bytes(value).is_none() => wants("a size such as 100, 64KB or 1MiB"),
        Kind::Header if value.split_once(':').is_none_or(|(name, _)| name.trim().is_empty()) => {
            wants("a header such as name:value")
        }
        Kind::Header if value.contains(['\r', '\n']) => wants("a header on a single line"),
        Kind::Pair if value.split_once('=').is_none_or(|(name, _)| name.is_empty()) => {
            wants("a pair such as name=value")
        }
        Kind::OneOf(words) if !words.contains(&value) => Err(UsageError::NotOneOf {
            value: value.to_owned(),
            words,
            near: nearest(value, words.iter().copied()),
        }),
        Kind::Subject
            if !subject::has_no_empty_token(value) || value.contains(char::is_whitespace) =>
        {
            wants("a subject such as orders.new")
        }
        // Several patterns may stand in one word, separated by commas or spaces.
        Kind::Pattern if !patterns(value).all(subject::is_valid_pattern) => {
            wants("a subject such as orders.new, orders.* or orders.>")
        }
        _ => Ok(()),
    }
}

/// The patterns in a word.
pub(crate) fn patterns(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' ', '\t']).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn run(line: &str) -> Invocation {
        match parse(line) {
            Ok(Parsed::Run(invocation)) => invocation,
            other => panic!("{line}: {other:?}"),
        }
    }

    fn error(line: &str) -> String {
        parse(line).map(|p| format!("{p:?}")).expect_err(line).lines().join("\n")
    }

    #[test]
    fn flags_and_arguments_stand_anywhere() {
        for line in [
            r#"nats pub orders.new '{"id":101}' --count 3 -H a:b -J"#,
            r#"pub --count=3 orders.new -Ha:b '{"id":101}' --jetstream"#,
            r#"nats publish -J -H "a:b" --count 3 -- orders.new '{"id":101}'"#,
        ] {
            let pub_ = run(line);
            assert_eq!(pub_.verb, Verb::Publish);
            assert_eq!(pub_.arg(0), Some("orders.new"));
            assert_eq!(pub_.arg(1), Some(r#"{"id":101}"#));
            assert_eq!(pub_.number("count"), Some(3));
            assert_eq!(pub_.all("header"), ["a:b"]);
            assert!(pub_.on("jetstream"));
        }
        let edit =
            run("s edit ORDERS --max-msgs -1 --no-ack --max-age=1h --subjects a,b --subjects c -f");
        assert_eq!(edit.number("max-msgs"), Some(-1));
        assert_eq!(edit.toggle("ack"), Some(false));
        assert_eq!(edit.span("max-age"), Some(Span::secs(3_600)));
        assert_eq!(edit.all("subjects"), ["a,b", "c"]);
        let sub = run("sub -rs n1 'orders.>'");
        assert!(sub.on("raw"));
        assert_eq!(sub.text("server"), Some("n1"));
    }

    #[test]
    fn short_names_are_the_clis() {
        for (line, verb) in [
            ("nats s ls", Verb::StreamLs),
            ("nats str list", Verb::StreamLs),
            ("nats st i A", Verb::StreamInfo),
            ("nats stream cluster stepdown A", Verb::StepDown),
            ("nats s c sd A", Verb::StepDown),
            ("nats req a", Verb::Request),
            ("nats subscribe a", Verb::Subscribe),
            ("srv ls", Verb::ServerLs),
            ("nats stream create A", Verb::StreamAdd),
            ("nats stream del A -f", Verb::StreamRm),
        ] {
            assert_eq!(run(line).verb, verb, "{line}");
        }
    }

    #[test]
    fn the_line_may_say_who_types_it() {
        assert_eq!(run("checkout> nats pub a b").client.as_deref(), Some("checkout"));
        assert_eq!(run("checkout> pub a b").client.as_deref(), Some("checkout"));
        assert_eq!(run("nats --as checkout pub a b").client.as_deref(), Some("checkout"));
        assert_eq!(run("nats pub a b").client, None);
    }

    #[test]
    fn errors_are_the_clis_with_a_suggestion() {
        for (line, expected) in [
            (
                "nats steam ls",
                "nats: error: expected command but got \"steam\"\nDid you mean 'nats stream'?",
            ),
            (
                "nats stream ifno A",
                "nats: error: expected command but got \"ifno\"\nDid you mean 'nats stream info'?",
            ),
            (
                "nats pub a b --cuont 3",
                "nats: error: unknown long flag '--cuont'\nDid you mean '--count'?",
            ),
            ("nats pub a b -z", "nats: error: unknown short flag '-z'\nSee 'nats help pub'."),
            (
                "nats pub",
                "nats: error: required argument 'subject' not provided\nSee 'nats help pub'.",
            ),
            (
                "nats stream",
                "nats: error: must select a subcommand of 'stream'\nSee 'nats help stream'.",
            ),
            (
                "nats pub a b c",
                "nats: error: unexpected argument 'c'\nPut a text with spaces in quotes. See 'nats help pub'.",
            ),
            ("nats pub a --count", "nats: error: expected argument for flag '--count'"),
            ("nats pub a --count x", "nats: error: --count takes a whole number, not \"x\""),
            ("nats pub a --count 1 --count 2", "nats: error: flag 'count' cannot be repeated"),
            ("nats pub a 'b", "nats: error: a quote is not closed"),
            (
                "nats s add A --storage disk",
                "nats: error: enum value must be one of file,f,memory,m, got 'disk'",
            ),
            (
                "nats s add A --discard ol",
                "nats: error: enum value must be one of new,old, got 'ol'\nDid you mean 'old'?",
            ),
            ("nats kv ls", "nats: error: 'kv' is not part of this simulation"),
            ("nats s add A --mirror B", "nats: error: --mirror is not part of this simulation"),
            (
                "nats pub a..b x",
                "nats: error: <subject> takes a subject such as orders.new, not \"a..b\"",
            ),
            ("nats pub a b --quiet=yes", "nats: error: flag '--quiet' takes no value"),
            (
                "nats help stream ad",
                "nats: error: expected command but got \"ad\"\nDid you mean 'nats stream add'?",
            ),
        ] {
            assert_eq!(error(line), expected, "{line}");
        }
    }

    #[test]
    fn help_is_asked_for_in_many_ways() {
        for (line, path) in [
            ("nats", &[][..]),
            ("help", &[]),
            ("nats --help", &[]),
            ("nats stream -h", &["stream"]),
            ("nats stream add --help", &["stream", "add"]),
            ("nats help s c sd", &["stream", "cluster", "step-down"]),
        ] {
            match parse(line) {
                Ok(Parsed::Help(found)) => assert_eq!(found, path, "{line}"),
                other => panic!("{line}: {other:?}"),
            }
        }
        for line in ["", "   ", "# a comment", "cli>"] {
            assert!(matches!(parse(line), Ok(Parsed::Nothing)), "{line}");
        }
    }

    proptest! {
        #[test]
        fn no_line_makes_it_panic(line in r#"(nats |help )?(stream|pub|s|server|st)? ?.{0,60}"#) {
            if let Err(e) = parse(&line) {
                prop_assert!(e.lines()[0].starts_with("nats: error: "));
            }
        }

        #[test]
        fn no_mixture_of_known_words_makes_it_panic(
            words in proptest::collection::vec(proptest::sample::select(vec![
                "nats", "stream", "pub", "add", "--", "-", "--subjects", "--count", "-H", "-f", "a.b",
                "a>", "--count=", "--=", "---", "-1", "--no-ack", "--no-", "''", "x:y", "c", "sd",
            ]), 0..8)
        ) {
            let _ = parse(&words.join(" "));
        }
    }
}
