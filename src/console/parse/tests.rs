//! Lines as people type them, and what is said of wrong ones.

use proptest::prelude::*;

use super::*;
use crate::kernel::Span;

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
        ("nats pub", "nats: error: required argument 'subject' not provided\nSee 'nats help pub'."),
        (
            "nats stream",
            "nats: error: must select a subcommand of 'stream'\nSee 'nats help stream'.",
        ),
        (
            "nats pub a b c",
            "nats: error: unexpected argument 'c'\nPut a text with spaces in quotes. See 'nats help pub'.",
        ),
        (
            "nats stream ls --js-domain a.b",
            "nats: error: --js-domain takes a name without spaces, dots, * and >, not \"a.b\"",
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
        (
            "nats counter ls",
            "nats: error: 'counter' is not part of this simulation\nPublish with the header Nats-Incr to a stream with --allow-counter.",
        ),
        ("nats s add A --config x", "nats: error: --config is not part of this simulation"),
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
        ("nats stream help", &["stream"]),
        ("nats help bench js pub sync", &["bench", "js", "pub", "sync"]),
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
