//! From a lesson's text to a [`Lesson`]: front matter, beats, prose and fenced blocks.

pub(super) mod app;
mod block;
mod deed;
mod front;
mod snippet;

use crate::lesson::error::{LessonError, Read};
use crate::lesson::model::{Beat, Item, Lesson, Part};
use crate::lesson::prose::{self, Block};

/// A line and its number.
pub(super) type Line<'a> = (u32, &'a str);

impl Lesson {
    /// Reads a lesson. `file` is for messages only.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line and what would be right.
    pub fn parse(file: &str, text: &str) -> Result<Self, LessonError> {
        read(file, text).map_err(|(line, what)| LessonError { file: file.to_owned(), line, what })
    }
}

fn read(file: &str, text: &str) -> Read<Lesson> {
    let lines: Vec<Line<'_>> =
        text.lines().enumerate().map(|(n, line)| (n as u32 + 1, line.trim_end())).collect();
    let Some((&(1, "---"), rest)) = lines.split_first() else {
        return Err((1, "a lesson begins with --- and its title, order, topology …".to_owned()));
    };
    let Some(end) = rest.iter().position(|(_, line)| *line == "---") else {
        return Err((1, "the front matter is not closed with ---".to_owned()));
    };
    let front = front::read(&rest[..end])?;
    let beats = beats(&rest[end + 1..])?;
    Ok(Lesson {
        file: file.into(),
        title: front.title,
        summary: front.summary,
        order: front.order,
        minutes: front.minutes,
        topology: front.topology,
        setup: front.setup,
        beats,
    })
}

fn beats(lines: &[Line<'_>]) -> Read<Vec<Beat>> {
    let mut beats: Vec<Beat> = Vec::new();
    let mut rest = lines;
    while let Some((&(number, line), after)) = rest.split_first() {
        rest = after;
        if line.is_empty() {
            continue;
        }
        if let Some(title) = line.strip_prefix("## ") {
            beats.push(Beat { title: title.trim().to_owned(), line: number, items: Vec::new() });
            continue;
        }
        if line.starts_with('#') {
            return Err((
                number,
                "a beat begins with ## and its heading; there are no others".to_owned(),
            ));
        }
        let Some(beat) = beats.last_mut() else {
            return Err((number, "before the first beat (## HEADING) there is nothing".to_owned()));
        };
        let part = if let Some(info) = line.strip_prefix("```") {
            let Some(end) = rest.iter().position(|(_, line)| *line == "```") else {
                return Err((number, "the block is not closed with ```".to_owned()));
            };
            let part = block::read(info.trim(), number, &rest[..end])?;
            rest = &rest[end + 1..];
            part
        } else {
            let more = rest.iter().position(|(_, line)| ends_prose(line)).unwrap_or(rest.len());
            let lines: Vec<Line<'_>> =
                std::iter::once((number, line)).chain(rest[..more].iter().copied()).collect();
            rest = &rest[more..];
            Part::Prose(block(&lines)?)
        };
        beat.items.push(Item { line: number, part });
    }
    match beats.iter().find(|beat| beat.items.is_empty()) {
        Some(empty) => Err((empty.line, "nothing is in this beat".to_owned())),
        None if beats.is_empty() => Err((
            lines.last().map_or(1, |(n, _)| *n),
            "a lesson needs a beat: ## HEADING".to_owned(),
        )),
        None => Ok(beats),
    }
}

fn ends_prose(line: &str) -> bool {
    line.is_empty() || line.starts_with("```") || line.starts_with('#')
}

/// A paragraph or a list.
fn block(lines: &[Line<'_>]) -> Read<Block> {
    let bullet = |line: &str| line.trim_start().starts_with("- ");
    if !lines.first().is_some_and(|(_, line)| bullet(line)) {
        let (number, text) = joined(lines);
        return Ok(Block::Paragraph(prose::words(&text, number)?));
    }
    let mut items: Vec<(u32, String)> = Vec::new();
    for (number, line) in lines {
        match (line.trim_start().strip_prefix("- "), items.last_mut()) {
            (Some(text), _) => items.push((*number, text.trim().to_owned())),
            (None, Some((_, item))) => {
                item.push(' ');
                item.push_str(line.trim());
            }
            (None, None) => {}
        }
    }
    let items = items.iter().map(|(number, text)| prose::words(text, *number));
    Ok(Block::List(items.collect::<Read<_>>()?))
}

/// Lines as one text, and the number of the first.
fn joined(lines: &[Line<'_>]) -> (u32, String) {
    let text: Vec<&str> = lines.iter().map(|(_, line)| line.trim()).collect();
    (lines.first().map_or(1, |(number, _)| *number), text.join(" "))
}

#[cfg(test)]
mod tests;
