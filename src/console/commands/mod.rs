//! The table of commands: names, arguments, flags, helps, as data.
//!
//! Parsing, usage errors, help, completion and "did you mean" all read this table, so a command is
//! known to all of them or to none. Names, short names and flags are those of the `nats` CLI
//! (natscli 0.3); a script written for it works here, or is told what does not.

mod absent;
mod account;
mod bench;
mod consumer;
mod core;
mod fault;
mod kv;
mod object;
mod server;
mod stream;
mod verb;

pub(crate) use absent::{ABSENT_FLAGS, find_absent};
pub use verb::{Harm, Verb};

/// A command, or a group of commands.
#[derive(Debug)]
pub struct Command {
    /// Its name.
    pub name: &'static str,
    /// Other names it answers to.
    pub aliases: &'static [&'static str],
    /// What it does, in one line.
    pub help: &'static str,
    /// What else is worth knowing, above all where it differs from the real CLI.
    pub more: &'static [&'static str],
    /// What it is to the console; nothing for a group.
    pub verb: Option<Verb>,
    /// Its arguments, in order.
    pub args: &'static [Arg],
    /// Its flags, in groups.
    pub flags: &'static [&'static [Flag]],
    /// The commands of the group.
    pub subs: &'static [Self],
    /// Whether it is one of this console's own: the real CLI has no such command, so it is written
    /// without `nats` in front.
    pub own: bool,
}

/// An argument.
#[derive(Debug, Clone, Copy)]
pub struct Arg {
    /// Its name.
    pub name: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// Whether the command line parser insists on it.
    pub required: bool,
    /// What it is, in one line.
    pub help: &'static str,
}

/// A flag.
#[derive(Debug, Clone, Copy)]
pub struct Flag {
    /// Its name, without the dashes.
    pub name: &'static str,
    /// Its one letter.
    pub short: Option<char>,
    /// What values it takes.
    pub kind: Kind,
    /// Its value when it is not given, for the help and for reading.
    pub default: &'static str,
    /// Whether it may be given more than once.
    pub many: bool,
    /// What it is, in one line.
    pub help: &'static str,
}

/// What values an argument or a flag takes. It decides how a value is checked and completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// No value: there or not there.
    Switch,
    /// No value, but `--no-` before it turns it off.
    Toggle,
    /// A whole number.
    Number,
    /// A duration such as `90s` or `1h30m`.
    Duration,
    /// A size such as `100`, `64KB` or `1MiB`.
    Bytes,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// `name:value`.
    Header,
    /// `name=value`.
    Pair,
    /// Any text.
    Text,
    /// The name of a stream.
    Stream,
    /// The name of a consumer of the stream that stands before it.
    Consumer,
    /// The name of a key-value bucket.
    Bucket,
    /// A key of the bucket that stands before it.
    Key,
    /// The name of an object store.
    Store,
    /// The name of an object of the store that stands before it.
    Object,
    /// The name of a file that was given to the console.
    File,
    /// A subject to send to.
    Subject,
    /// A subject, with wildcards or without.
    Pattern,
    /// Subjects for a stream; it is the server that judges them.
    Subjects,
    /// The name of a server.
    Server,
    /// The name of a client.
    Client,
    /// A single token of a subject, such as the name of a domain.
    Token,
    /// The name of a command.
    Command,
    /// A server, written `cluster/server`, or one of these words.
    Member(&'static [&'static str]),
    /// An end of a link: a process, a cluster for all its servers, or one of these words.
    End(&'static [&'static str]),
    /// A server, written `cluster/server`, or a cluster for all its servers.
    Machine,
    /// Processes and clusters with commas between.
    Side,
    /// The name of a cluster.
    Cluster,
    /// The stream of which the leader is meant, if the word before says so.
    Led,
    /// A share such as `10%`.
    Percent,
}

/// The root of the table: `nats` itself, with the flags that every command takes.
pub static NATS: Command = Command {
    flags: &[GLOBAL],
    subs: &[
        core::PUBLISH,
        core::SUBSCRIBE,
        core::REQUEST,
        core::REPLY,
        stream::STREAM,
        consumer::CONSUMER,
        kv::KV,
        object::OBJECT,
        server::SERVER,
        account::ACCOUNT,
        account::RTT,
        account::EVENTS,
        bench::BENCH,
        core::HELP,
        fault::FAULT,
        fault::LINK,
        fault::TOPOLOGY,
    ],
    ..Command::new(
        "nats",
        "The command line of NATS, typed by one of this world's clients",
        &[
            "Each command sends plain NATS messages of the client that types it; watch them travel.",
            "The word 'nats' in front may be left out. 'checkout> nats pub …' or '--as checkout'",
            "lets another client type the line; without it the client 'cli' does.",
        ],
    )
};

/// The flags of every command.
const GLOBAL: &[Flag] = &[
    Flag::new("as", Kind::Client, "Which client of this world types the line").default("cli"),
    Flag::new("server", Kind::Server, "Accepted; the client stays on the connection it has")
        .short('s'),
    Flag::new("context", Kind::Text, "Accepted; there are no contexts here"),
    Flag::new("js-domain", Kind::Token, "The JetStream domain to talk to"),
    Flag::new("domain", Kind::Token, "The same as --js-domain"),
    Flag::new("timeout", Kind::Duration, "How long to wait for an answer").default("5s"),
    Flag::new("help", Kind::Switch, "Show what a command does and takes").short('h'),
];

impl Command {
    const fn new(name: &'static str, help: &'static str, more: &'static [&'static str]) -> Self {
        let own = false;
        Self { name, aliases: &[], help, more, verb: None, args: &[], flags: &[], subs: &[], own }
    }

    /// The command of the group with this name or alias.
    pub(crate) fn sub(&self, word: &str) -> Option<&'static Self> {
        self.subs.iter().find(|sub| sub.name == word || sub.aliases.contains(&word))
    }

    /// All its own flags.
    pub(crate) fn flags(&self) -> impl Iterator<Item = &'static Flag> + use<> {
        self.flags.iter().flat_map(|group| group.iter())
    }
}

impl Arg {
    const fn new(name: &'static str, kind: Kind, help: &'static str) -> Self {
        Self { name, kind, required: false, help }
    }

    const fn required(name: &'static str, kind: Kind, help: &'static str) -> Self {
        Self { required: true, ..Self::new(name, kind, help) }
    }
}

impl Flag {
    const fn new(name: &'static str, kind: Kind, help: &'static str) -> Self {
        Self { name, short: None, kind, default: "", many: false, help }
    }

    const fn short(self, short: char) -> Self {
        Self { short: Some(short), ..self }
    }

    const fn default(self, default: &'static str) -> Self {
        Self { default, ..self }
    }

    const fn many(self) -> Self {
        Self { many: true, ..self }
    }

    /// Whether it stands without a value.
    pub(crate) const fn is_switch(&self) -> bool {
        matches!(self.kind, Kind::Switch | Kind::Toggle)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn check(command: &Command, path: &str, above: &BTreeSet<&str>) -> usize {
        let path = format!("{path} {}", command.name);
        assert!(!command.help.is_empty(), "{path} has no help");
        assert_eq!(command.verb.is_some(), command.subs.is_empty(), "{path}: verb or group");
        let mut names = above.clone();
        for flag in command.flags() {
            assert!(names.insert(flag.name), "{path}: --{} twice", flag.name);
            assert!(!flag.help.is_empty() && !flag.help.ends_with('.'), "{path} --{}", flag.name);
            if flag.name != "as" {
                assert!(flag.short != Some('h') || flag.name == "help");
            }
        }
        let shorts: Vec<char> =
            NATS.flags().chain(command.flags()).filter_map(|flag| flag.short).collect();
        let distinct: BTreeSet<char> = shorts.iter().copied().collect();
        if !std::ptr::eq(command, &raw const NATS) {
            assert_eq!(shorts.len(), distinct.len(), "{path}: a short flag twice");
        }
        let mut words = BTreeSet::new();
        for sub in command.subs {
            for word in [sub.name].iter().chain(sub.aliases) {
                assert!(words.insert(*word), "{path}: {word} twice");
            }
        }
        let first_optional = command.args.iter().position(|arg| !arg.required);
        let last_required = command.args.iter().rposition(|arg| arg.required);
        assert!(first_optional.is_none() || last_required < first_optional, "{path}: arguments");
        1 + command.subs.iter().map(|sub| check(sub, &path, &names)).sum::<usize>()
    }

    #[test]
    fn the_table_is_sound() {
        assert!(check(&NATS, "", &BTreeSet::new()) > 20);
        for (path, absent) in absent::ABSENT {
            let words = path.split(' ').filter(|word| !word.is_empty());
            let group = words.fold(&NATS, |group, word| group.sub(word).expect(word));
            for (name, _) in *absent {
                assert!(group.sub(name).is_none(), "{path} {name} is not absent");
            }
        }
    }
}
