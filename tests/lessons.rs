//! Every lesson that is published is played to its end with every check on; broken copies of it fail.
#![allow(clippy::unwrap_used, clippy::panic, reason = "what goes wrong here is to stop the test")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use windtunnel::lesson::check::{self, Played};
use windtunnel::lesson::condition::{ATTRIBUTES, EVENTS};
use windtunnel::lesson::{Lesson, Part, Step, snippet};

/// Name and text of every lesson, in their order.
fn lessons() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons");
    let mut files: Vec<(String, String)> = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "md") {
            let name = format!("lessons/{}", path.file_name().unwrap().to_string_lossy());
            files.push((name, fs::read_to_string(path).unwrap()));
        }
    }
    // By their numbers: lesson 10 comes after lesson 9.
    let number = |name: &str| -> u32 {
        let name = name.trim_start_matches("lessons/");
        name.split('-').next().and_then(|number| number.parse().ok()).unwrap_or(0)
    };
    files.sort_by_key(|(name, _)| number(name));
    assert!(!files.is_empty(), "there are no lessons");
    files
}

fn read(name: &str, text: &str) -> Arc<Lesson> {
    Arc::new(Lesson::parse(name, text).unwrap_or_else(|why| panic!("{why}")))
}

fn play(lesson: &Arc<Lesson>) -> Played {
    check::play(lesson).unwrap_or_else(|why| panic!("{}: {why}", lesson.file))
}

fn parts(lesson: &Lesson) -> impl Iterator<Item = &Part> {
    lesson.beats.iter().flat_map(|beat| &beat.items).map(|item| &item.part)
}

#[test]
fn every_lesson_comes_as_it_says() {
    for (name, text) in lessons() {
        let played = play(&read(&name, &text));
        let failures: Vec<_> = played.report.failures().collect();
        assert!(failures.is_empty(), "{name}: {failures:#?}");
    }
}

#[test]
fn every_lesson_is_short_and_has_predictions_something_broken_and_something_to_do() {
    for (n, (name, text)) in lessons().into_iter().enumerate() {
        let lesson = read(&name, &text);
        assert_eq!(lesson.order as usize, n + 1, "{name}: lessons are numbered without gaps");
        assert!(
            name.starts_with(&format!("lessons/{}-", lesson.order)),
            "{name}: its number leads"
        );
        assert!((2..=6).contains(&lesson.minutes), "{name} takes {} minutes", lesson.minutes);
        let count = |is: fn(&Part) -> bool| parts(&lesson).filter(|part| is(part)).count();
        assert!(count(|part| matches!(part, Part::Ask(_))) >= 2, "{name}: two predictions");
        assert!(count(|part| matches!(part, Part::Goal(_))) >= 1, "{name}: something to do");
        assert!(count(|part| matches!(part, Part::Code(_))) >= 1, "{name}: code");
        assert!(count(|part| matches!(part, Part::Check(_))) >= 1, "{name}: checks");
    }
}

#[test]
fn going_back_to_any_moment_of_a_lesson_finds_the_same_world() {
    for (name, text) in lessons() {
        let Played { play, mut history, digests, .. } = play(&read(&name, &text));
        let marks: Vec<_> = play.log().iter().zip(&digests).collect();
        // Backwards, then in leaps.
        let leaps = (0..marks.len()).map(|n| n * 7 % marks.len());
        for n in (0..marks.len()).rev().chain(leaps) {
            let (mark, digest) = marks[n];
            history.seek(mark.position);
            history.idle_until(mark.at);
            assert_eq!(history.cursor().digest(), *digest, "{name}, mark {n}");
            assert_eq!(history.cursor().now(), mark.at, "{name}, mark {n}");
        }
    }
}

#[test]
fn a_lesson_is_the_same_whoever_plays_it() {
    for (name, text) in lessons() {
        let lesson = read(&name, &text);
        assert_eq!(play(&lesson).report.digest, play(&lesson).report.digest, "{name}");
    }
}

/// The lines of a lesson, one of them changed.
fn with_line(text: &str, number: usize, line: &str) -> String {
    let changed = text.lines().enumerate().map(|(n, old)| if n == number { line } else { old });
    changed.collect::<Vec<_>>().join("\n")
}

/// For every line: the block it is in, if it is in one.
fn blocks(text: &str) -> Vec<(usize, &str, &str)> {
    let mut block = "";
    let mut found = Vec::new();
    for (n, line) in text.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(info) => block = info.split(' ').next().unwrap_or_default(),
            None if !line.is_empty() => found.push((n, block, line)),
            None => {}
        }
    }
    found
}

/// The copy has to fail, in this line or because of it.
fn fails(name: &str, what: &str, text: &str) {
    if let Ok(lesson) = Lesson::parse(name, text) {
        let played = play(&Arc::new(lesson));
        assert!(!played.report.is_fine(), "{name}: {what}, and nobody noticed");
    }
}

#[test]
fn a_lesson_with_an_altered_check_fails() {
    for (name, text) in lessons() {
        for (n, block, line) in blocks(&text) {
            if block == "check" {
                let opposite = match line.strip_prefix("not ") {
                    Some(line) => line.to_owned(),
                    None => format!("not {line}"),
                };
                fails(&name, &opposite, &with_line(&text, n, &opposite));
            }
        }
    }
}

#[test]
fn a_lesson_with_an_altered_answer_fails() {
    for (name, text) in lessons() {
        let marks = blocks(&text);
        for (n, _, line) in marks.iter().filter(|(_, _, line)| line.starts_with("- [x] ")) {
            // The mark moves to the next choice, or to the one before.
            let other = [n + 1, n - 1].into_iter().find_map(|m| {
                let line = text.lines().nth(m)?;
                Some((m, line.strip_prefix("- [ ] ")?))
            });
            let (m, choice) = other.unwrap();
            let moved = with_line(&text, *n, &line.replacen("[x]", "[ ]", 1));
            let moved = with_line(&moved, m, &format!("- [x] {choice}"));
            fails(&name, choice, &moved);
        }
    }
}

#[test]
fn a_lesson_with_an_altered_goal_fails() {
    for (name, text) in lessons() {
        for (n, block, line) in blocks(&text) {
            if block != "goal" {
                continue;
            }
            if let Some(condition) = line.strip_prefix("when: ") {
                let opposite = match condition.strip_prefix("not ") {
                    Some(condition) => format!("when: {condition}"),
                    None => format!("when: not {condition}"),
                };
                fails(&name, &opposite, &with_line(&text, n, &opposite));
            }
        }
        // Doing something else does not win: every goal in turn is left undone.
        let goals: Vec<usize> =
            text.lines().enumerate().filter(|(_, l)| *l == "```goal").map(|(n, _)| n).collect();
        for goal in goals {
            let mut inside = true;
            let undone: Vec<String> = text
                .lines()
                .enumerate()
                .map(|(n, line)| {
                    inside = if n <= goal { n == goal } else { inside && line != "```" };
                    let is_deed = inside && line.starts_with("do: ");
                    if is_deed { "do: fault heal all".to_owned() } else { line.to_owned() }
                })
                .collect();
            fails(&name, "a goal is not done", &undone.join("\n"));
        }
    }
}

#[test]
fn the_guide_explains_every_attribute_and_event() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/lessons.md");
    let guide = fs::read_to_string(guide).unwrap();
    for attribute in ATTRIBUTES {
        let (name, help) = (attribute.name, attribute.help);
        let line = format!("| `{}` | `{name}` |", attribute.noun.name());
        let row = guide.lines().find(|row| row.starts_with(&line));
        assert!(row.is_some_and(|row| row.contains(help)), "no row for {line} {help}");
    }
    for event in EVENTS {
        let line = format!("| `{}` | {} |", event.name, event.help);
        assert!(guide.contains(&line), "no row {line}");
    }
}

#[test]
fn the_list_of_lessons_says_what_their_files_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons/index.json");
    let listed = windtunnel::lesson::index::read(&fs::read_to_string(path).unwrap()).unwrap();
    let files: Vec<_> = lessons()
        .into_iter()
        .map(|(name, text)| {
            let lesson = read(&name, &text);
            windtunnel::lesson::index::Entry {
                file: name.trim_start_matches("lessons/").to_owned(),
                title: lesson.title.clone(),
                summary: lesson.summary.clone(),
                order: lesson.order,
                minutes: lesson.minutes,
                tapes: windtunnel::lesson::index::tapes(&lesson).unwrap(),
            }
        })
        .collect();
    assert_eq!(listed, files);
}

#[test]
fn every_command_that_a_lesson_shows_is_understood_here() {
    for (name, text) in lessons() {
        let lesson = read(&name, &text);
        let (mut beat, mut shown) = (0, 0);
        let played = check::play_with(&lesson, |world, mark| match mark.step {
            Step::Entered(entered) => beat = entered,
            Step::Passed(item) => {
                if let Part::Code(all) = &lesson.beats[beat].items[item].part {
                    for one in all {
                        let code =
                            snippet::code(one, world).unwrap_or_else(|| panic!("{name}: {one:?}"));
                        let line = code.cli.replace("\\\n", " ");
                        let parsed = windtunnel::console::parse(&line);
                        assert!(parsed.is_ok(), "{name}: {line}: {:?}", parsed.err());
                        shown += 1;
                    }
                }
            }
            _ => {}
        });
        assert!(played.is_ok() && shown > 0, "{name}");
    }
}
