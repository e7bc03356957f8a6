//! Playing a lesson without a page, as a learner who predicts right and lets every goal be done.

use crate::sorted;
use crate::sorted::Set;
use std::sync::Arc;

use crate::kernel::Span;
use crate::world::{History, KEYFRAME_INTERVAL, TopologyError, World};

use super::model::{Goal, Lesson, Part};
use super::play::{Mark, Move, Play, Step, Waiting};
use super::prose;

/// Steps of the engine a lesson may take; far more than any needs.
const BUDGET: u64 = 2_000_000;
/// For how long a learner who does nothing is watched; a goal must not come true by itself.
const IDLE: Span = Span::secs(10);

/// What came of playing a lesson.
#[derive(Debug, Clone)]
pub struct Report {
    /// For each beat that was entered: its heading, and the virtual time it took.
    pub beats: Vec<(String, Span)>,
    /// Every check, answer, goal and wait that was come to, and what was wrong besides, by line.
    pub outcomes: Vec<Outcome>,
    /// How many steps the engine took.
    pub steps: u64,
    /// The digest of all that happened.
    pub digest: u64,
}

/// What came of something a lesson says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outcome {
    /// The line of the file.
    pub line: u32,
    /// Whether it is so.
    pub fine: bool,
    /// What was said, or what is wrong about it.
    pub what: String,
}

impl Report {
    /// Whether everything came as the lesson says.
    pub fn is_fine(&self) -> bool {
        self.outcomes.iter().all(|outcome| outcome.fine)
    }

    /// What did not: line and words.
    pub fn failures(&self) -> impl Iterator<Item = (u32, &str)> {
        let wrong = self.outcomes.iter().filter(|outcome| !outcome.fine);
        wrong.map(|outcome| (outcome.line, outcome.what.as_str()))
    }
}

/// A lesson that was played, with all its pasts.
#[derive(Debug, Clone)]
pub struct Played {
    /// What came of it.
    pub report: Report,
    /// The lesson at its end.
    pub play: Play,
    /// Its history.
    pub history: History,
    /// For each mark of the log the digest of the world then.
    pub digests: Vec<u64>,
}

/// Plays a lesson to its end.
///
/// # Errors
/// Why its world cannot be.
pub fn play(lesson: &Arc<Lesson>) -> Result<Played, TopologyError> {
    play_with(lesson, |_, _| {})
}

/// Plays a lesson to its end and calls `at` whenever something happened in it.
///
/// # Errors
/// Why its world cannot be.
pub fn play_with(
    lesson: &Arc<Lesson>,
    mut at: impl FnMut(&World, &Mark),
) -> Result<Played, TopologyError> {
    let world = World::new(lesson.beginning()?)?;
    let mut play = Play::new(Arc::clone(lesson), &world);
    let mut history = History::new(world, KEYFRAME_INTERVAL);
    let mut digests = Vec::new();
    let mut failures = Vec::new();
    let mut waited = Set::new();
    let begin = history.cursor().position();
    loop {
        let next = play.poll(history.cursor());
        for mark in &play.log()[digests.len()..] {
            at(history.cursor(), mark);
        }
        digests.resize(play.log().len(), history.cursor().digest());
        if history.cursor().position() - begin > BUDGET {
            failures.push((line(&play), "the lesson takes too many steps".to_owned()));
            break;
        }
        match next {
            Move::Give(inputs) => {
                for input in inputs {
                    history.act(input);
                }
            }
            Move::Wait(Waiting::Engine) => {
                if !go_on(&mut history, &play) {
                    failures.push((line(&play), "nothing happens any more".to_owned()));
                    break;
                }
            }
            Move::Wait(Waiting::Choice(item)) => {
                let choice = match part(&play, item) {
                    Some(Part::Ask(ask)) => ask.expected,
                    _ => 0,
                };
                if !play.choose(item, Some(choice)) {
                    failures.push((line(&play), "this cannot be predicted".to_owned()));
                    break;
                }
            }
            Move::Wait(Waiting::Goal(item)) => {
                waited.insert((play.beat(), item));
                if let Some(Part::Goal(goal)) = part(&play, item)
                    && !play.is_doing()
                    && comes_by_itself(&play, history.cursor(), goal)
                {
                    let what = "this goal is reached by doing nothing".to_owned();
                    failures.push((line(&play), what));
                }
                if !play.do_it() && !go_on(&mut history, &play) {
                    failures.push((line(&play), "nothing happens any more".to_owned()));
                    break;
                }
            }
            Move::Wait(Waiting::Next) => {
                play.next(history.cursor());
            }
            Move::Wait(Waiting::End | Waiting::Stuck) => break,
        }
    }
    failures.extend(play.failures().map(|(line, what)| (line, what.to_owned())));
    failures.extend(unexpected(&play));
    failures.extend(won_for_nothing(&play, &waited));
    if play.waiting() != Some(Waiting::End) && failures.is_empty() {
        failures.push((line(&play), "the lesson does not come to its end".to_owned()));
    }
    let mut outcomes: Vec<Outcome> =
        failures.into_iter().map(|(line, what)| Outcome { line, fine: false, what }).collect();
    let wrong: Vec<u32> = outcomes.iter().map(|outcome| outcome.line).collect();
    outcomes.extend(said(&play).into_iter().filter(|said| !wrong.contains(&said.line)));
    sorted::sort(&mut outcomes);
    outcomes.dedup();
    let report = Report {
        beats: times(&play, &history),
        outcomes,
        steps: history.cursor().position() - begin,
        digest: history.cursor().digest(),
    };
    Ok(Played { report, play, history, digests })
}

/// One step forward, or to the time at which the lesson wants to be asked again.
fn go_on(history: &mut History, play: &Play) -> bool {
    let next = history.next_at();
    match play.wakes_at() {
        Some(wake) if next.is_none_or(|next| next > wake) => {
            history.idle_until(wake);
            history.cursor().now() >= wake
        }
        _ => history.forward(),
    }
}

fn part(play: &Play, item: usize) -> Option<&Part> {
    play.lesson().beats.get(play.beat())?.items.get(item).map(|item| &item.part)
}

/// The line of the item that is waited for.
fn line(play: &Play) -> u32 {
    let beat = play.lesson().beats.get(play.beat());
    let item = play.items().last().map_or(0, |(item, _)| *item);
    beat.map_or(1, |beat| beat.items.get(item).map_or(beat.line, |item| item.line))
}

/// Whether a goal is reached although nobody does anything.
fn comes_by_itself(play: &Play, world: &World, goal: &Goal) -> bool {
    let (mut play, mut world) = (play.clone(), world.clone());
    let marks = play.log().len();
    let end = world.now() + IDLE;
    loop {
        if !matches!(play.poll(&world), Move::Wait(Waiting::Goal(_))) || play.log().len() > marks {
            return true;
        }
        if world.next_at().is_none_or(|next| next > end) || !world.step() {
            return goal.when.is_empty();
        }
    }
}

/// Goals that were reached before they were waited for.
fn won_for_nothing(play: &Play, waited: &Set<(usize, usize)>) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    let mut beat = 0;
    for mark in play.log() {
        match mark.step {
            Step::Entered(entered) => beat = entered,
            Step::Passed(item) if !waited.contains(&(beat, item)) => {
                let item = play.lesson().beats.get(beat).and_then(|beat| beat.items.get(item));
                if let Some(item) = item.filter(|item| matches!(item.part, Part::Goal(_))) {
                    found.push((item.line, "this goal is reached before it is set".to_owned()));
                }
            }
            _ => {}
        }
    }
    found
}

/// Predictions that the engine answered otherwise than the author expects.
fn unexpected(play: &Play) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    let mut beat = 0;
    for mark in play.log() {
        match &mark.step {
            Step::Entered(entered) => beat = *entered,
            Step::Answered(item, value) => {
                let item = play.lesson().beats.get(beat).and_then(|beat| beat.items.get(*item));
                let Some((line, Part::Ask(ask))) = item.map(|item| (item.line, &item.part)) else {
                    continue;
                };
                let expected = ask.choices.get(ask.expected).map(|choice| &choice.value);
                if let Some(expected) = expected.filter(|expected| *expected != value) {
                    let query = &ask.answer;
                    let what = format!("{query} is {value}, not {expected} as the lesson says");
                    found.push((line, what));
                }
            }
            _ => {}
        }
    }
    found
}

fn times(play: &Play, history: &History) -> Vec<(String, Span)> {
    let entered: Vec<(usize, crate::kernel::Time)> = play
        .log()
        .iter()
        .filter_map(|mark| match mark.step {
            Step::Entered(beat) => Some((beat, mark.at)),
            _ => None,
        })
        .collect();
    let ends = entered.iter().skip(1).map(|(_, at)| *at).chain([history.cursor().now()]);
    let titled = entered.iter().zip(ends).map(|((beat, at), end)| {
        let title = play.lesson().beats.get(*beat).map_or("", |beat| &beat.title);
        (title.to_owned(), end.since(*at))
    });
    titled.collect()
}

/// What the lesson says, as far as it was come to.
fn said(play: &Play) -> Vec<Outcome> {
    let mut found = Vec::new();
    let mut say = |line, what: String| found.push(Outcome { line, fine: true, what });
    let mut beat = 0;
    for mark in play.log() {
        let item = match mark.step {
            Step::Entered(entered) => {
                beat = entered;
                continue;
            }
            Step::Passed(item) => item,
            _ => continue,
        };
        let item = play.lesson().beats.get(beat).and_then(|beat| beat.items.get(item));
        match item.map(|item| (item.line, &item.part)) {
            Some((_, Part::Check(all))) => {
                all.iter().for_each(|condition| say(condition.line, condition.text.clone()));
            }
            Some((_, Part::Until(until))) => {
                let all = until.conditions.iter();
                all.for_each(|condition| say(condition.line, format!("until {}", condition.text)));
            }
            Some((line, Part::Goal(goal))) => say(line, prose::plain(&goal.task)),
            Some((line, Part::Ask(ask))) => {
                let expected = ask.choices.get(ask.expected).map(|choice| choice.value.to_string());
                say(line, format!("{} is {}", ask.answer, expected.unwrap_or_default()));
            }
            _ => {}
        }
    }
    found
}
