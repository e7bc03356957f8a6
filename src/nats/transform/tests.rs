//! Results and error texts as observed on nats-server 2.15.1, where not said otherwise.

use proptest::prelude::*;

use super::*;
use crate::kernel::Rng;

fn apply(source: &str, destination: &str, subject: &str) -> Option<String> {
    let transform = Transform::new(source, destination).unwrap();
    transform.apply(subject, &mut Rng::new(1))
}

fn error(source: &str, destination: &str) -> String {
    Transform::new(source, destination).unwrap_err().to_string()
}

#[test]
fn results_are_the_real_servers() {
    for (source, destination, subject, result) in [
        ("one.*.three.*.five", "uno.$2.$1", "one.two.three.four.five", "uno.four.two"),
        ("orders.*.new", "in.{{wildcard(1)}}", "orders.eu.new", "in.eu"),
        ("tg.*.>", "y.{{wildcard(1)}}.z.>", "tg.a.b.c", "y.a.z.b.c"),
        ("a.>", "b.>", "a.x.y", "b.x.y"),
        (">", "pre.>", "x.y", "pre.x.y"),
        ("", "pre.>", "x", "pre.x"),
        (">", ">", "x.y", "x.y"),
        ("a.b", "c", "a.b", "c"),
        ("a.*", "", "a.b", "a.b"),
        ("*.*", "{{partition(10,1,2)}}", "x.y", "2"),
        ("*.*", "{{partition(10,2,1)}}", "x.y", "4"),
        ("*", "{{partition(5,1)}}", "hello", "3"),
        ("*", "{{partition(5,1)}}", "abc", "1"),
        ("a.*", "{{partition(3)}}", "a.hello", "1"),
        ("tf.abc.def", "{{partition(10)}}", "tf.abc.def", "6"),
        ("*", "{{partition(0,1)}}", "abc", "0"),
        ("*", "{{split(1,-)}}", "-abc-def--ghij-", "abc.def.ghij"),
        ("*", "{{split(1,-)}}", "a-b--c-", "a.b.c"),
        ("*", "{{splitFromLeft(1,3)}}", "12345", "123.45"),
        ("*", "{{splitFromRight(1,3)}}", "12345", "12.345"),
        ("*", "{{splitfromleft(1,2)}}", "abcdef", "ab.cdef"),
        ("*", "{{SplitFromRight(1,2)}}", "abcdef", "abcd.ef"),
        ("*", "{{splitfromleft(1,3)}}", "abc", "abc"),
        ("*", "{{splitfromright(1,9)}}", "abc", "abc"),
        ("*", "{{sliceFromLeft(1,3)}}", "1234567890", "123.456.789.0"),
        ("*", "{{sliceFromRight(1,3)}}", "1234567890", "1.234.567.890"),
        ("*", "{{slicefromleft(1,2)}}", "abcdefg", "ab.cd.ef.g"),
        ("*", "{{slicefromright(1,2)}}", "abcdefg", "a.bc.de.fg"),
        ("*", "{{slicefromright(1,2)}}", "abcd", "ab.cd"),
        ("*", "{{slicefromleft(1,4)}}", "abcd", "abcd"),
        ("*", "{{left(1,3)}}", "abcdef", "abc"),
        ("*", "{{right(1,3)}}", "abcdef", "def"),
        ("*", "{{left(1,9)}}.{{Right(1,9)}}", "abc", "abc.abc"),
        ("*", "{{ wildcard ( 1 ) }}.{{left(1, 1)}}", "abc", "abc.a"),
        ("*", "{{wildcard(1)}}x.x$1.$JS", "abc", "{{wildcard(1)}}x.x$1.$JS"),
        ("a.*", "x.{{wildcard(0)}}", "a.b", "x.a"),
        (
            "cut.*.*",
            "x.{{SplitFromLeft(1,3)}}.{{left(2,2)}}.{{right(2,2)}}",
            "cut.abcdef.uvwxyz",
            "x.abc.def.uv.yz",
        ),
    ] {
        let found = apply(source, destination, subject);
        assert_eq!(found.as_deref(), Some(result), "{source} -> {destination}");
    }
}

#[test]
fn results_follow_the_servers_source_where_nothing_was_observed() {
    for (source, destination, subject, result) in [
        ("*", "{{split(1,)}}", "aé", "a.é"),
        ("*", "a{{split(1,-)}}.{{split(1,-)}}", "--b", "a{{split(1,-)}}..b"),
        ("*", "{{left(1,1)}}", "é", "\u{fffd}"),
        ("*", "{{left(1,-1)}}", "abc", "abc"),
        ("*", "{{partition(-1,1)}}", "abc", "440920331"),
        ("a", "{{random(0)}}", "a", "0"),
        ("a.b", "{{partition(10,1)}}", "a.b", "2"),
    ] {
        let found = apply(source, destination, subject);
        assert_eq!(found.as_deref(), Some(result), "{source} -> {destination}");
    }
}

#[test]
fn a_subject_that_does_not_match_is_left_alone() {
    for (source, subject) in [("a.*", "a"), ("a.*", "b.c"), ("a.*", "a.*"), (">", "a..b")] {
        let destination = if source == ">" { "b.>" } else { "b.$1" };
        assert_eq!(apply(source, destination, subject), None, "{source} {subject}");
    }
}

#[test]
fn random_numbers_are_drawn_from_the_given_generator() {
    let transform = Transform::new("a", "b.{{random(10)}}").unwrap();
    assert!(transform.is_random() && !Transform::new("*", "b.$1").unwrap().is_random());
    let run = |seed| -> Vec<_> {
        let mut rng = Rng::new(seed);
        (0..20).map(|_| transform.apply("a", &mut rng).unwrap()).collect()
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
    assert!(run(1).iter().all(|s| s.len() == 3));
}

#[test]
fn error_texts_are_the_real_servers() {
    for (source, destination, text) in [
        ("a.*", "b.*", "invalid subject"),
        ("other.*", "elsewhere.*", "invalid subject"),
        ("a.>", "b", "invalid subject"),
        ("a.*", "b.>", "invalid subject"),
        ("a..b", "b", "invalid subject"),
        ("a.>.b", "b", "invalid subject"),
        ("bad.*", "x.{{unknown(1)}}", "unknown function in {{unknown(1)}}"),
        ("a.*", "{{foo}}", "unknown function in {{foo}}"),
        ("a.*", "{{wildcarD(1)}}", "unknown function in {{wildcarD(1)}}"),
        ("a.*", "x.{{wildcard(2)}}", "wildcard index out of range in {{wildcard(2)}}: [2]"),
        ("a.*", "x.$2", "wildcard index out of range in $2: [2]"),
        ("a.>", "$1.>", "wildcard index out of range in $1: [1]"),
        ("a", "x.{{wildcard(1)}}", "wildcard index out of range in {{wildcard(1)}}"),
        ("a.*", "{{split(1)}}", "not enough arguments passed to the function in {{split(1)}}"),
        ("a.*", "{{wildcard()}}", "not enough arguments passed to the function in {{wildcard()}}"),
        ("a.*", "{{left(1,2,3)}}", "too many arguments passed to the function in {{left(1,2,3)}}"),
        (
            "a.*",
            "{{wildcard(1,2)}}",
            "too many arguments passed to the function in {{wildcard(1,2)}}",
        ),
        (
            "a.*",
            "{{left(1,x)}}",
            "function argument is invalid or in the wrong format in {{left(1,x)}}",
        ),
        (
            "a.*",
            "{{partition()}}",
            "function argument is invalid or in the wrong format in {{partition()}}",
        ),
        (
            "a.*",
            "{{split(1,a b)}}",
            "function argument is invalid or in the wrong format in {{split(1,a b)}}",
        ),
        ("a.*", "b..c", "invalid transform"),
        ("a.>", "b.>.c", "invalid transform in c"),
        ("a.*", "b.c d", "invalid transform"),
    ] {
        let expected = match text {
            "invalid subject" => text.to_owned(),
            _ => format!("invalid mapping destination: {text}"),
        };
        assert_eq!(error(source, destination), expected, "{source} -> {destination}");
    }
}

proptest! {
    #[test]
    fn any_pair_is_a_transform_or_refused(
        source in "[ab*>.]{0,6}",
        destination in "([ab.>$1]|\\{\\{(split|left|right|partition|random|Wildcard|sliceFromLeft|splitFromRight)\\([0-3a,é-]{0,4}\\)\\}\\}){0,4}",
        subject in "[abé.-]{0,8}",
    ) {
        if let Ok(transform) = Transform::new(&source, &destination) {
            let result = transform.apply(&subject, &mut Rng::new(1));
            let is_for = matches(transform.source(), &subject) && is_valid_subject(&subject);
            prop_assert_eq!(result.is_some(), is_for);
        }
    }
}
