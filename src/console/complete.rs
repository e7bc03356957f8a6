//! Tab: what could come next in a line.

use crate::client::object::name::bucket_of;

use super::commands::{Command, Flag, Kind, NATS};
use super::facts::{Facts, StreamFacts};
use super::parse::prompt;
use crate::sorted;

/// What a line could go on with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Completion {
    /// Where in the line the word begins that is completed, in bytes.
    pub start: usize,
    /// What the word could be. Each begins with what is typed of it, a quote included, and ends with
    /// a space where another word would follow.
    pub options: Vec<String>,
}

impl Completion {
    /// What all options have in common: as much as can be filled in at once.
    pub fn common(&self) -> &str {
        let Some(first) = self.options.first() else {
            return "";
        };
        let mut length = first.len();
        for option in &self.options {
            let same = first.bytes().zip(option.bytes()).take_while(|(a, b)| a == b).count();
            length = length.min(same);
        }
        while !first.is_char_boundary(length) {
            length -= 1;
        }
        &first[..length]
    }
}

/// What the end of a line could go on with.
pub fn complete(line: &str, facts: &Facts) -> Completion {
    let (start, before) = split(line);
    let word = &line[start..];
    let (_, words) = prompt(&before);
    let mut place = Place { command: &NATS, path: vec![&NATS], args: Vec::new(), value_of: None };
    let mut first = true;
    for typed in words {
        if std::mem::take(&mut first) && typed == "nats" {
            continue;
        }
        if !place.pass(typed) {
            return Completion { start, options: Vec::new() };
        }
    }
    let quote = word.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let (bare, before) = match quote {
        Some(quote) => (&word[1..], quote.to_string()),
        None => (word, String::new()),
    };
    let mut options = if let Some(flag) = place.value_of {
        values(flag.kind, bare, &before, &place, facts)
    } else if let Some((name, value)) = word.split_once('=').filter(|_| word.starts_with("--")) {
        let flag = place.flags().find(|flag| format!("--{}", flag.name) == name);
        let kind = flag.map_or(Kind::Text, |flag| flag.kind);
        values(kind, value, &format!("{name}="), &place, facts)
    } else if word.starts_with('-') {
        flags(&place, word)
    } else if place.command.subs.is_empty() {
        let kind = place.command.args.get(place.args.len()).map_or(Kind::Text, |arg| arg.kind);
        match kind {
            Kind::Command => commands(&NATS, word),
            kind => values(kind, bare, &before, &place, facts),
        }
    } else {
        let mut options = commands(place.command, word);
        if words.first().is_some_and(|first| first == "nats") {
            // Windtunnel's own lines are written without it.
            let own = |option: &String| NATS.sub(option.trim_end()).is_some_and(|sub| sub.own);
            options.retain(|option| place.path.len() > 1 || !own(option));
        }
        if words.is_empty() && "nats".starts_with(word) && !word.is_empty() {
            options.push("nats ".to_owned());
        }
        options
    };
    // What is offered continues what is typed, byte for byte.
    options.retain(|option| option.starts_with(word));
    sorted::sort(&mut options);
    options.dedup();
    Completion { start, options }
}

/// Where in the table the end of a line is.
struct Place {
    command: &'static Command,
    path: Vec<&'static Command>,
    /// The arguments typed so far.
    args: Vec<String>,
    value_of: Option<&'static Flag>,
}

impl Place {
    /// Goes past a word; false if nothing is known of what follows it.
    fn pass(&mut self, word: &str) -> bool {
        if self.value_of.take().is_some() {
            return true;
        }
        if word.starts_with('-') && word.len() > 1 {
            let flag = self.flags().find(|flag| match word.strip_prefix("--") {
                Some(long) => flag.name == long,
                None => word.chars().last() == flag.short,
            });
            self.value_of = flag.filter(|flag| !flag.is_switch());
            return true;
        }
        if self.command.subs.is_empty() {
            self.args.push(word.to_owned());
            return true;
        }
        match self.command.sub(word) {
            Some(sub) => {
                self.command = sub;
                self.path.push(sub);
                true
            }
            None => false,
        }
    }

    fn flags(&self) -> impl Iterator<Item = &'static Flag> {
        self.path.iter().rev().flat_map(|command| command.flags())
    }
}

/// Splits a line into the beginning of its last word and the words before that. A quote that is
/// open belongs to the last word.
fn split(line: &str) -> (usize, Vec<String>) {
    let mut start = 0;
    let mut quote = None;
    for (i, c) in line.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '\'' || c == '"' => quote = Some(c),
            None if c.is_whitespace() => start = i + c.len_utf8(),
            None => {}
        }
    }
    let before = &line[..start];
    let words = shlex::split(before)
        .unwrap_or_else(|| before.split_whitespace().map(str::to_owned).collect());
    (start, words)
}

/// The commands of a group that begin like this. Short names are offered only where no whole name
/// fits.
fn commands(group: &Command, word: &str) -> Vec<String> {
    let fits = |name: &str| name.starts_with(word).then(|| format!("{name} "));
    let names: Vec<String> = group.subs.iter().filter_map(|sub| fits(sub.name)).collect();
    if !names.is_empty() {
        return names;
    }
    group.subs.iter().flat_map(|sub| sub.aliases).filter_map(|alias| fits(alias)).collect()
}

fn flags(place: &Place, word: &str) -> Vec<String> {
    let mut options = Vec::new();
    // The flags of every command are many; they are offered once somebody begins to type one.
    let own = place.command.flags();
    let all = place.flags().filter(|_| word.len() > 2);
    for flag in own.chain(all) {
        let end = if flag.is_switch() { ' ' } else { '=' };
        options.push(format!("--{}{end}", flag.name));
        if flag.kind == Kind::Toggle && word.starts_with("--n") {
            options.push(format!("--no-{} ", flag.name));
        }
    }
    options
}

/// The values that begin like this. `before` stands in front of each: a quote, which also ends it, or a flag.
fn values(kind: Kind, word: &str, before: &str, place: &Place, facts: &Facts) -> Vec<String> {
    let words: Vec<&str> = match kind {
        Kind::OneOf(words) => words.to_vec(),
        Kind::Stream => facts.streams.iter().map(|stream| stream.name.as_str()).collect(),
        Kind::Bucket => {
            facts.streams.iter().filter_map(|stream| stream.name.strip_prefix("KV_")).collect()
        }
        Kind::Key => {
            let bucket = place.args.first().map(String::as_str);
            let of = |stream: &&StreamFacts| stream.name.strip_prefix("KV_") == bucket;
            let own = facts.streams.iter().filter(of).flat_map(|stream| &stream.keys);
            own.map(String::as_str).collect()
        }
        Kind::Consumer => {
            let stream = place.args.first();
            let of = |stream: &&String| facts.streams.iter().any(|known| known.name == **stream);
            let stream = stream.filter(of);
            let all = facts.consumers.iter();
            let own = all.filter(|consumer| stream.is_none_or(|name| consumer.stream == *name));
            own.map(|consumer| consumer.name.as_str()).collect()
        }
        Kind::Store => {
            let streams = facts.streams.iter();
            streams.filter_map(|stream| bucket_of(&stream.name)).collect()
        }
        Kind::Object => {
            let store = place.args.first();
            let own = facts.objects.iter().filter(|(bucket, _)| store == Some(bucket));
            own.map(|(_, name)| name.as_str())
                .filter(|name| !name.contains([' ', '\'', '"']))
                .collect()
        }
        Kind::File => facts.files.iter().map(String::as_str).collect(),
        Kind::Server => facts.servers.iter().map(|server| server.name.as_str()).collect(),
        Kind::Client => facts.clients.iter().map(String::as_str).collect(),
        Kind::Subject | Kind::Pattern | Kind::Subjects => {
            let captured = facts.streams.iter().flat_map(|stream| &stream.subjects);
            captured.chain(&facts.subjects).map(String::as_str).collect()
        }
        Kind::Cluster => facts.clusters.iter().map(String::as_str).collect(),
        Kind::Member(words) => {
            let servers = facts.processes.iter().filter(|name| name.contains('/'));
            servers.map(String::as_str).chain(words.iter().copied()).collect()
        }
        Kind::Machine => {
            let servers = facts.processes.iter().filter(|name| name.contains('/'));
            servers.chain(&facts.clusters).map(String::as_str).collect()
        }
        Kind::Side => {
            let done = word.rfind(',').map_or("", |comma| word.split_at(comma).0);
            let listed: Vec<&str> = done.split(',').collect();
            let ends = facts.processes.iter().chain(&facts.clusters).map(String::as_str);
            ends.filter(|end| !listed.contains(end)).collect()
        }
        Kind::End(words) => {
            let ends = facts.processes.iter().chain(&facts.clusters);
            ends.map(String::as_str).chain(words.iter().copied()).collect()
        }
        Kind::Led if place.args.first().is_some_and(|first| first == "leader") => {
            facts.streams.iter().map(|stream| stream.name.as_str()).collect()
        }
        Kind::Command => NATS.subs.iter().map(|sub| sub.name).collect(),
        _ => Vec::new(),
    };
    let literal = |word: &&str| kind != Kind::Subject || crate::nats::subject::is_literal(word);
    // Of several names only the last one is to be completed.
    let (head, word) = match word.rfind(',').filter(|_| kind == Kind::Side) {
        Some(comma) => word.split_at(comma + 1),
        None => ("", word),
    };
    let fits = words.into_iter().filter(|value| value.starts_with(word)).filter(literal);
    let end = if before.starts_with('-') { "" } else { before };
    fits.map(|value| format!("{before}{head}{value}{end} ")).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::console::facts::{ConsumerFacts, ServerFacts};

    fn facts() -> Facts {
        let stream = |name: &str, subject: &str| StreamFacts {
            name: name.to_owned(),
            subjects: vec![subject.to_owned()],
            acknowledges: true,
            keys: Vec::new(),
        };
        let bucket = StreamFacts {
            keys: vec!["db.host".to_owned(), "mail".to_owned()],
            name: "KV_config".to_owned(),
            ..StreamFacts::default()
        };
        let server = |name: &str| ServerFacts { name: name.to_owned(), ..ServerFacts::default() };
        let consumer = |stream: &str, name: &str| ConsumerFacts {
            stream: stream.to_owned(),
            name: name.to_owned(),
        };
        Facts {
            consumers: vec![consumer("ORDERS", "billing"), consumer("OFFERS", "mailer")],
            clients: vec!["checkout".to_owned(), "cli".to_owned()],
            processes: ["us/n1", "us/n2", "checkout"].map(str::to_owned).to_vec(),
            clusters: vec!["us".to_owned()],
            servers: vec![server("n1"), server("n2")],
            streams: vec![stream("ORDERS", "orders.>"), stream("OFFERS", "offers"), bucket],
            subjects: vec!["orders.new".to_owned()],
            ..Facts::default()
        }
    }

    #[test]
    fn what_comes_next_is_offered() {
        for (line, start, options) in [
            ("na", 0, &["nats "][..]),
            ("nats str", 5, &["stream "]),
            ("nats stream inf", 12, &["info "]),
            ("nats stream create", 12, &["create "]),
            ("nats stream info O", 17, &["OFFERS ", "ORDERS "]),
            ("checkout> pub o", 14, &["offers ", "orders.new "]),
            ("sub '", 4, &["'offers' ", "'orders.>' ", "'orders.new' "]),
            ("sub orders.", 4, &["orders.> ", "orders.new "]),
            ("s purge ORDERS --k", 15, &["--keep="]),
            ("s add A --storage=f", 8, &["--storage=f ", "--storage=file "]),
            ("s add A --discard ", 18, &["new ", "old "]),
            ("s c sd ORDERS --preferred n", 26, &["n1 ", "n2 "]),
            ("--as ch", 5, &["checkout "]),
            ("help serv", 5, &["server "]),
            ("nats pub a b --no-j", 13, &["--no-jetstream "]),
            ("nats consumer info ORDERS ", 26, &["billing "]),
            ("nats c next OFFERS m", 19, &["mailer "]),
            ("c pause ORDERS billing 1", 23, &[]),
            ("consumer ne", 9, &["next "]),
            ("fault slow-disk us", 16, &["us ", "us/n1 ", "us/n2 "]),
            ("fault partition us/n1,us", 16, &["us/n1,us ", "us/n1,us/n2 "]),
            ("consumer add ORDERS x --max-d", 22, &["--max-deliver="]),
            ("consumer add ORDERS x --ack ", 28, &["all ", "explicit ", "none "]),
            ("consumer next ORDERS billing --no", 29, &["--no-ack "]),
            ("bench js fetch --consumer b", 26, &["billing "]),
            ("kv ge", 3, &["get "]),
            ("nats kv get c", 12, &["config "]),
            ("kv watch config ", 16, &["db.host ", "mail "]),
            ("kv put other ", 13, &[]),
            ("nats nonsense ", 14, &[]),
            ("fau", 0, &["fault "]),
            ("nats fau", 5, &[]),
            ("fault crash ", 12, &["checkout ", "leader ", "us ", "us/n1 ", "us/n2 "]),
            ("fault crash leader OR", 19, &["ORDERS "]),
            ("fault crash us/n1 ", 18, &[]),
            ("fault stop ", 11, &["leader ", "us/n1 ", "us/n2 "]),
            ("fault dark ", 11, &["us "]),
            ("fault cut u", 10, &["us ", "us/n1 ", "us/n2 "]),
            ("fault heal a", 11, &["all "]),
            ("fault remove ch", 13, &["checkout "]),
            ("link l", 5, &["ls "]),
            ("link us/n1 us/n2 --la", 17, &["--latency="]),
            ("topology ", 9, &["chain ", "hub ", "ls ", "show "]),
        ] {
            let found = complete(line, &facts());
            assert_eq!(
                (found.start, found.options.as_slice()),
                (start, &options.iter().map(|&o| o.to_owned()).collect::<Vec<_>>()[..]),
                "{line}"
            );
        }
        assert_eq!(complete("nats stream info O", &facts()).common(), "O");
        assert_eq!(complete("nats stream inf", &facts()).common(), "info ");
        assert!(complete("nats ", &facts()).options.contains(&"stream ".to_owned()));
        assert!(complete("nats pub a --", &facts()).options.contains(&"--count=".to_owned()));
    }

    proptest! {
        #[test]
        fn an_option_continues_what_is_typed(
            line in r#"(nats )?(stream|pub|s|sub|help|--as)? ?(info|add|c)? ?[-a-zA-Z'"= .]{0,12}"#
        ) {
            let found = complete(&line, &facts());
            let typed = &line[found.start..];
            prop_assert!(found.options.iter().all(|option| option.starts_with(typed)));
            prop_assert!(found.options.is_empty() || found.common().starts_with(typed));
            // Taking an option and asking again does not lose the word.
            for option in &found.options {
                let longer = format!("{}{option}", &line[..found.start]);
                prop_assert!(complete(&longer, &facts()).start >= found.start);
            }
        }

        #[test]
        fn no_line_makes_it_panic(line in ".{0,60}") {
            let _ = complete(&line, &facts());
        }
    }
}
