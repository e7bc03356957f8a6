//! The lesson panel as plain data: where the reader is, what there is to read, choose and do.

use crate::console::{Fault, LeaderFault};
use crate::kernel::{Span, Time};
use crate::lesson::model::{Act, Deed, Goal};
use crate::lesson::prose::{Block, Target, Thing, Words};
use crate::lesson::snippet::{self, Code};
use crate::lesson::{Part, Play, Standing, Waiting};
use crate::world::{Input, World};

use super::entity::Entity;
use super::player::describe_input;

/// The lesson panel.
#[derive(Debug, Clone, PartialEq)]
pub struct LessonView {
    /// Its place among the lessons.
    pub order: u32,
    /// How many minutes it takes.
    pub minutes: u32,
    /// Its title.
    pub title: String,
    /// What it shows.
    pub summary: String,
    /// Its beats, in order.
    pub beats: Vec<BeatDot>,
    /// Which of them the reader is in.
    pub beat: usize,
    /// What there is in this beat so far.
    pub items: Vec<LessonItem>,
    /// The calls of this beat as code.
    pub code: Vec<Code>,
    /// What comes next.
    pub next: NextStep,
    /// Whether the learner has left the lesson to try something out.
    pub is_free: bool,
}

/// A beat as a dot of the way through the lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BeatDot {
    /// Its heading.
    pub title: String,
    /// Whether it was entered, so that one can go there.
    pub entered: bool,
    /// Whether it is over.
    pub over: bool,
}

/// What comes next in a lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// The reader goes on to the next beat.
    Next,
    /// The engine has to come to something; that can be run to.
    Engine,
    /// A prediction is to be made.
    Choose,
    /// Something is to be done.
    Do,
    /// The lesson is over.
    End,
    /// It goes on only from an earlier beat.
    Stuck,
}

/// A part of a beat.
#[derive(Debug, Clone, PartialEq)]
pub enum LessonItem {
    /// A paragraph.
    Paragraph(Vec<WordsView>),
    /// A list.
    List(Vec<Vec<WordsView>>),
    /// What the lesson does: console lines and sentences, the latter without a client.
    Does(Vec<Doing>),
    /// A prediction.
    Ask(AskView),
    /// Something to do.
    Goal(GoalView),
    /// Something that is not as the lesson says.
    Failed(String),
}

/// Something that the lesson does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doing {
    /// A line at the console.
    Typed(String),
    /// Something else, in words.
    Said(String),
    /// A fault, in words.
    Fault(String),
}

/// Words with what they stand for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WordsView {
    /// The words.
    pub text: String,
    /// Whether they are strong.
    pub strong: bool,
    /// Whether they are emphasised.
    pub emphasis: bool,
    /// Whether they are to be read literally.
    pub code: bool,
    /// The thing that lights up with them.
    pub entity: Option<Entity>,
    /// The page they lead to.
    pub url: Option<String>,
}

/// A prediction.
#[derive(Debug, Clone, PartialEq)]
pub struct AskView {
    /// Which item of the beat it is.
    pub item: usize,
    /// The question.
    pub question: Vec<WordsView>,
    /// The choices.
    pub choices: Vec<ChoiceView>,
    /// Whether the reader may still choose.
    pub is_open: bool,
    /// Whether the reader declined to predict.
    pub declined: bool,
    /// What came of it, once the engine has answered.
    pub verdict: Option<Verdict>,
}

/// A choice of a prediction.
#[derive(Debug, Clone, PartialEq)]
pub struct ChoiceView {
    /// What is read.
    pub label: Vec<WordsView>,
    /// Whether it was chosen.
    pub chosen: bool,
    /// Whether it is what the engine answered; nothing before it has.
    pub right: Option<bool>,
}

/// What came of a prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It came as predicted.
    Right,
    /// It came otherwise.
    Wrong,
    /// Nothing was predicted.
    Seen,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq)]
pub struct GoalView {
    /// Which item of the beat it is.
    pub item: usize,
    /// What to do.
    pub task: Vec<WordsView>,
    /// What may help.
    pub hint: Option<Vec<WordsView>>,
    /// Whether the engine has seen it.
    pub reached: bool,
    /// Whether it is being done for the learner.
    pub is_being_done: bool,
}

/// The panel of a lesson in this world.
pub fn panel(play: &Play, world: &World, is_free: bool) -> LessonView {
    let lesson = play.lesson();
    let (here, furthest) = (play.beat(), play.furthest());
    let next = next_step(play);
    let dots = lesson.beats.iter().enumerate().map(|(n, beat)| BeatDot {
        title: beat.title.clone(),
        entered: n <= furthest,
        over: n < furthest || (n == furthest && play.waiting() == Some(Waiting::End)),
    });
    let mut view = LessonView {
        order: lesson.order,
        minutes: lesson.minutes,
        title: lesson.title.clone(),
        summary: lesson.summary.clone(),
        beats: dots.collect(),
        beat: here,
        items: Vec::new(),
        code: Vec::new(),
        next,
        is_free,
    };
    let Some(beat) = lesson.beats.get(here) else { return view };
    let scene = Scene { play, world };
    for (n, standing) in play.items() {
        let Some(item) = beat.items.get(n) else { continue };
        scene.add(&mut view, n, &item.part, &standing);
        if let Standing::Failed(why) = standing {
            view.items.push(LessonItem::Failed(why));
        }
    }
    view
}

fn next_step(play: &Play) -> NextStep {
    match play.waiting() {
        // On known ground one goes on to the next beat, or plays what happened once more.
        None if play.beat() < play.furthest() => NextStep::Next,
        None | Some(Waiting::Engine) => NextStep::Engine,
        Some(Waiting::Next) => NextStep::Next,
        Some(Waiting::Choice(_)) => NextStep::Choose,
        Some(Waiting::Goal(_)) if play.is_doing() => NextStep::Engine,
        Some(Waiting::Goal(_)) => NextStep::Do,
        Some(Waiting::End) => NextStep::End,
        Some(Waiting::Stuck) => NextStep::Stuck,
    }
}

struct Scene<'a> {
    play: &'a Play,
    world: &'a World,
}

impl Scene<'_> {
    fn add(&self, view: &mut LessonView, n: usize, part: &Part, standing: &Standing) {
        let item = match part {
            Part::Prose(Block::Paragraph(words)) => LessonItem::Paragraph(self.words(words)),
            Part::Prose(Block::List(points)) => {
                LessonItem::List(points.iter().map(|words| self.words(words)).collect())
            }
            Part::Do(deeds) => LessonItem::Does(deeds.iter().filter_map(doing).collect()),
            Part::Ask(_) => match self.ask(n) {
                Some(ask) => LessonItem::Ask(ask),
                None => return,
            },
            Part::Goal(goal) => LessonItem::Goal(self.goal(n, goal, standing)),
            Part::Code(snippets) => {
                let code = snippets.iter().filter_map(|one| snippet::code(one, self.world));
                view.code.extend(code);
                return;
            }
            Part::Until(_) | Part::Check(_) => return,
        };
        view.items.push(item);
    }

    fn ask(&self, n: usize) -> Option<AskView> {
        let beat = self.play.lesson().beats.get(self.play.beat())?;
        let Part::Ask(ask) = &beat.items.get(n)?.part else { return None };
        let asked = self.play.asked(n);
        let chosen = asked.chosen.flatten();
        let right = asked.answer.as_ref().map(|(_, right)| *right);
        let choices = ask.choices.iter().enumerate().map(|(c, choice)| ChoiceView {
            label: self.words(&choice.label),
            chosen: chosen == Some(c),
            right: right.map(|right| right == Some(c)),
        });
        Some(AskView {
            item: n,
            question: self.words(&ask.question),
            choices: choices.collect(),
            is_open: asked.answer.is_none(),
            declined: asked.chosen == Some(None),
            verdict: right.map(|right| match chosen {
                None => Verdict::Seen,
                Some(_) if chosen == right => Verdict::Right,
                Some(_) => Verdict::Wrong,
            }),
        })
    }

    fn goal(&self, n: usize, goal: &Goal, standing: &Standing) -> GoalView {
        GoalView {
            item: n,
            task: self.words(&goal.task),
            hint: goal.hint.as_ref().map(|hint| self.words(hint)),
            reached: *standing == Standing::Over,
            is_being_done: *standing == Standing::Current && self.play.is_doing(),
        }
    }

    fn words(&self, words: &[Words]) -> Vec<WordsView> {
        words
            .iter()
            .map(|words| WordsView {
                text: words.text.clone(),
                strong: words.strong,
                emphasis: words.emphasis,
                code: words.code,
                entity: match &words.target {
                    Some(Target::Thing(thing, name)) => self.thing(*thing, name),
                    Some(Target::Page(_)) => None,
                    None if words.code => self.named(&words.text),
                    None => None,
                },
                url: match &words.target {
                    Some(Target::Page(url)) => Some(url.clone()),
                    _ => None,
                },
            })
            .collect()
    }

    fn cluster(&self, name: &str) -> Option<usize> {
        self.world.topology().clusters.iter().position(|cluster| cluster.name == name)
    }

    /// The thing that a link names, if it is there now.
    fn thing(&self, thing: Thing, name: &str) -> Option<Entity> {
        let world = self.world;
        let mut parts = name.split('/');
        let first = parts.next()?;
        match thing {
            Thing::Cluster => self.cluster(first).map(Entity::Cluster),
            Thing::Server => world.process(name).map(Entity::Server),
            Thing::App => world.process(name).map(Entity::App),
            Thing::Stream => {
                let view = world.stream(self.cluster(first)?, parts.next()?)?;
                Some(Entity::Stream { cluster: view.cluster, name: view.name.clone() })
            }
            Thing::Message => {
                let view = world.stream(self.cluster(first)?, parts.next()?)?;
                let seq = parts.next()?.parse().ok()?;
                view.best()?.stream.store().get(seq)?;
                Some(Entity::Message { cluster: view.cluster, stream: view.name.clone(), seq })
            }
            Thing::Leader => {
                let view = world.stream(self.cluster(first)?, parts.next()?)?;
                view.leader().map(Entity::Server)
            }
        }
    }

    /// The thing of exactly this name: a stream, an app, a server.
    fn named(&self, name: &str) -> Option<Entity> {
        let world = self.world;
        if let Some(view) = world.streams().into_iter().find(|view| **view.name == *name) {
            return Some(Entity::Stream { cluster: view.cluster, name: view.name.clone() });
        }
        let mut all = world.clients().map(|(process, ..)| (process, true));
        let app = all.find(|(process, _)| world.name(*process) == name);
        if let Some((process, _)) = app {
            return Some(Entity::App(process));
        }
        let mut servers = world.servers();
        let server = servers.find(|(process, ..)| {
            world.name(*process) == name || world.short_name(*process) == name
        });
        server.map(|(process, ..)| Entity::Server(process))
    }
}

/// What a deed is to the reader; nothing for what they need not see.
fn doing(deed: &Deed) -> Option<Doing> {
    Some(match &deed.act {
        Act::Type(line) => Doing::Typed(line.clone()),
        Act::Give(input) | Act::Fault(Fault::Give(input)) => given(input),
        Act::Turn { app, knobs } => {
            let knobs: Vec<String> =
                knobs.iter().map(|(name, value)| format!("{name} {value}")).collect();
            Doing::Said(format!("{app}: {}.", knobs.join(", ")))
        }
        Act::Await(_) => return None,
        Act::Fault(Fault::Leader { hit, stream, .. }) => {
            let what = match hit {
                LeaderFault::Crash => "dies",
                LeaderFault::Wreck => "dies and loses its disk",
                LeaderFault::Stop => "is stopped",
                LeaderFault::Pause => "freezes",
                LeaderFault::PowerCut => "loses its power",
            };
            Doing::Fault(format!("The server that leads {stream} {what}."))
        }
        Act::Fault(Fault::Dark { cluster, .. }) => {
            Doing::Fault(format!("All servers of {cluster} die."))
        }
        Act::Fault(Fault::Link { a, b, .. }) => Doing::Said(format!("The link {a} – {b} changes.")),
    })
}

/// What is given to the world.
fn given(input: &Input) -> Doing {
    let said = sentence(&describe_input(input));
    match input {
        Input::Crash { .. }
        | Input::Pause { .. }
        | Input::Stop { .. }
        | Input::PowerCut { .. }
        | Input::SlowDisk { .. }
        | Input::Clock { .. }
        | Input::LoseAck { .. }
        | Input::Duplicate { .. }
        | Input::Partition { .. }
        | Input::Cut { .. }
        | Input::Block { .. } => Doing::Fault(said),
        _ => Doing::Said(said),
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    // Names keep their case: an app is called checkout, not Checkout.
    let keeps = text.split(' ').next().is_some_and(|word| word != "the" && word != "nothing");
    match first {
        Some(first) if !keeps => format!("{first}{}.", letters.as_str()),
        _ => format!("{text}."),
    }
}

/// How long a lesson may be run ahead at once.
pub(super) const FAR: Span = Span::secs(300);

/// A moment of the lesson's branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Left {
    pub(super) position: u64,
    pub(super) at: Time,
}
