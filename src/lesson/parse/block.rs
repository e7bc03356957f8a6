//! The fenced blocks.

use crate::kernel::Span;
use crate::lesson::condition::{Condition, Value};
use crate::lesson::error::{Read, unknown};
use crate::lesson::model::{Ask, Choice, Goal, PATIENCE, Part, Until};
use crate::lesson::prose;
use crate::nats::time::parse_duration;

use super::{Line, deed, snippet};

const BLOCKS: &[&str] = &["run", "app", "set", "fault", "until", "check", "ask", "goal", "code"];

/// Reads a block: the words after its fence, the number of that line, and the lines inside.
pub(super) fn read(info: &str, number: u32, lines: &[Line<'_>]) -> Read<Part> {
    let (kind, rest) = info.split_once(' ').unwrap_or((info, ""));
    let lines: Vec<Line<'_>> = lines
        .iter()
        .map(|(number, line)| (*number, line.trim()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with("# "))
        .collect();
    if !BLOCKS.contains(&kind) {
        return Err((number, unknown("block", kind, BLOCKS.iter().copied())));
    }
    if lines.is_empty() {
        return Err((number, format!("nothing is in this {kind} block")));
    }
    match kind {
        "run" => {
            let typist = match rest.trim().split_once('=') {
                None if rest.trim().is_empty() => None,
                Some(("as", app)) => Some(app),
                _ => return Err((number, format!("write run, or run as=APP, not {info:?}"))),
            };
            doing(kind, &lines, typist)
        }
        _ if !rest.trim().is_empty() => {
            Err((number, format!("a {kind} block takes nothing after its name, not {rest:?}")))
        }
        "app" | "set" | "fault" => doing(kind, &lines, None),
        "until" => until(number, &lines),
        "check" => Ok(Part::Check(conditions(&lines)?)),
        "ask" => ask(number, &lines),
        "goal" => goal(number, &lines),
        _ => Ok(Part::Code(lines.iter().map(|line| snippet::read(*line)).collect::<Read<_>>()?)),
    }
}

fn doing(kind: &str, lines: &[Line<'_>], typist: Option<&str>) -> Read<Part> {
    let mut deeds = Vec::new();
    for (number, line) in lines {
        deeds.push(deed::of_kind(kind, *number, line, typist)?);
    }
    Ok(Part::Do(deeds))
}

fn conditions(lines: &[Line<'_>]) -> Read<Vec<Condition>> {
    let read =
        |(number, line): &Line<'_>| Condition::parse(line, *number).map_err(|why| (*number, why));
    lines.iter().map(read).collect()
}

/// Takes `within: 30s` out of the lines.
fn within(lines: &mut Vec<Line<'_>>) -> Read<Span> {
    let Some(place) = lines.iter().position(|(_, line)| line.starts_with("within:")) else {
        return Ok(PATIENCE);
    };
    let (number, line) = lines.remove(place);
    let text = line["within:".len()..].trim();
    let span = parse_duration(text).filter(|nanos| *nanos > 0);
    span.map(Span).ok_or_else(|| (number, format!("within is written 30s, not {text:?}")))
}

fn until(number: u32, lines: &[Line<'_>]) -> Read<Part> {
    let mut lines = lines.to_vec();
    let within = within(&mut lines)?;
    if lines.is_empty() {
        return Err((number, "until needs a condition".to_owned()));
    }
    Ok(Part::Until(Until { conditions: conditions(&lines)?, within }))
}

/// The value of a line that begins with `key:`.
fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.strip_prefix(key)?.strip_prefix(':').map(str::trim)
}

fn ask(number: u32, lines: &[Line<'_>]) -> Read<Part> {
    let mut question = String::new();
    let (mut choices, mut expected, mut answer) = (Vec::new(), None, None);
    for &(line, text) in lines {
        if let Some(choice) = text.strip_prefix("- ") {
            let (mark, text) = match (choice.strip_prefix("[x] "), choice.strip_prefix("[ ] ")) {
                (Some(text), _) => (true, text.trim()),
                (_, Some(text)) => (false, text.trim()),
                _ => {
                    let right = "- [x] VALUE: WORDS if it is what the engine answers, else - [ ]";
                    return Err((line, format!("a choice is written {right}")));
                }
            };
            if mark && expected.replace(choices.len()).is_some() {
                return Err((line, "only one choice can be what the engine answers".to_owned()));
            }
            let (value, label) = match text.strip_prefix('\'').and_then(|t| t.split_once("': ")) {
                Some(quoted) => quoted,
                None => text.split_once(": ").unwrap_or((text, text)),
            };
            let label = prose::words(label.trim(), line)?;
            choices.push((value.trim(), label));
        } else if let Some(query) = value(text, "answer") {
            let condition = Condition::parse(query, line).map_err(|why| (line, why))?;
            if condition.negated || condition.right.is_some() {
                return Err((
                    line,
                    "answer asks for a value: it has no not and no comparison".to_owned(),
                ));
            }
            answer = Some(condition.left);
        } else if choices.is_empty() && answer.is_none() {
            question.push_str(if question.is_empty() { "" } else { " " });
            question.push_str(text);
        } else {
            return Err((line, format!("{text:?} is neither a choice (- [ ] …) nor answer: …")));
        }
    }
    let missing = |what: &str| (number, format!("this ask has no {what}"));
    if question.is_empty() {
        return Err(missing("question"));
    }
    if choices.len() < 2 {
        return Err(missing("two choices: - [x] 2 and - [ ] 3"));
    }
    let expected = expected.ok_or_else(|| missing("choice marked - [x]"))?;
    let answer = answer.ok_or_else(|| missing("answer: QUERY"))?;
    let choice = |(value, label)| Choice { value: Value::of_kind(value, answer.kind()), label };
    let choices: Vec<Choice> = choices.into_iter().map(choice).collect();
    let same = |(n, choice): (usize, &Choice)| choices[..n].iter().any(|c| c.value == choice.value);
    if choices.iter().enumerate().any(same) {
        return Err((number, "two choices have the same value".to_owned()));
    }
    Ok(Part::Ask(Ask { question: prose::words(&question, number)?, expected, answer, choices }))
}

fn goal(number: u32, lines: &[Line<'_>]) -> Read<Part> {
    let mut lines = lines.to_vec();
    let within = within(&mut lines)?;
    let mut task = String::new();
    let (mut when, mut hint, mut deeds) = (Vec::new(), None, Vec::new());
    for (line, text) in lines {
        if let Some(condition) = value(text, "when") {
            when.push(Condition::parse(condition, line).map_err(|why| (line, why))?);
        } else if let Some(words) = value(text, "hint") {
            hint = Some(prose::words(words, line)?);
        } else if let Some(text) = value(text, "do") {
            deeds.push(deed::any(line, text)?);
        } else if when.is_empty() && hint.is_none() && deeds.is_empty() {
            task.push_str(if task.is_empty() { "" } else { " " });
            task.push_str(text);
        } else {
            return Err((line, format!("{text:?} is none of when: hint: do: within:")));
        }
    }
    let missing = |what: &str| (number, format!("this goal has no {what}"));
    if task.is_empty() {
        return Err(missing("task to read"));
    }
    if when.is_empty() {
        return Err(missing("when: CONDITION"));
    }
    if deeds.is_empty() {
        return Err(missing("do: run …, which does it for the learner"));
    }
    Ok(Part::Goal(Goal { task: prose::words(&task, number)?, when, hint, deeds, within }))
}
