//! The one place that moves the player: commands in, frames out, the animation loop in between.

use std::sync::Arc;

use bytes::Bytes;
use leptos::prelude::*;

use crate::client::object::File;
use crate::client::{Client, OpId};

use crate::console::{Entry, Output, Session};
use crate::kernel::ProcId;
use crate::lesson::link::{Link, SceneRef};
use crate::lesson::{Lesson, Play};
use crate::sorted;
use crate::view::files::{self, FilePanel};
use crate::view::{Entity, Frame, Player, PlayerCommand};
use crate::world::scenes::{self, Scene};
use crate::world::{Input, Topology, TopologyError, World};

use super::opening::{Opening, tell_what_differs};
use super::options::Options;

/// Longer gaps between two pictures are not made up for: the page was hidden.
const LONGEST_GAP_MS: f64 = 100.0;

/// The player and the console.
struct Engine {
    /// Where the session began.
    scene: SceneRef,
    player: Player,
    session: Session,
    last_ms: Option<f64>,
    looping: bool,
}

/// A handle to the engine, for every component.
#[derive(Clone, Copy)]
pub(crate) struct Ctx {
    /// The picture to draw.
    pub(crate) frame: RwSignal<Arc<Frame>>,
    /// Counts changes of what the console shows.
    pub(crate) console: RwSignal<u64>,
    /// Whether motion is left out.
    pub(crate) reduced_motion: RwSignal<bool>,
    /// A command that was begun elsewhere on the page, for the console to go on with.
    pub(crate) prompt: RwSignal<Option<String>>,
    /// Files that were dropped on a store on the stage, for the panel of that store to take.
    pub(crate) dropped: RwSignal<Option<(Entity, web_sys::FileList)>, LocalStorage>,
    engine: StoredValue<Engine, LocalStorage>,
}

impl Ctx {
    /// Builds what the address asks for.
    pub(crate) fn new(options: &Options, reduced_motion: bool) -> Result<Self, TopologyError> {
        let Opening { mut player, scene } = Opening::new(options)?;
        player.command(PlayerCommand::SetReducedMotion(reduced_motion));
        let frame = RwSignal::new(Arc::new(player.frame()));
        let session = Session::new("cli");
        let engine = Engine { scene, player, session, last_ms: None, looping: false };
        Ok(Self {
            frame,
            console: RwSignal::new(0),
            reduced_motion: RwSignal::new(reduced_motion),
            prompt: RwSignal::new(None),
            dropped: RwSignal::new_local(None),
            engine: StoredValue::new_local(engine),
        })
    }

    /// The ready-made scene it began in, if it is one.
    pub(crate) fn scene(self) -> Option<&'static Scene> {
        self.engine.with_value(|engine| match &engine.scene {
            SceneRef::Named(name) => scenes::find(name),
            SceneRef::Own(_) => None,
        })
    }

    /// Begins a lesson: its world takes the place of what is shown.
    pub(crate) fn begin_lesson(self, lesson: Arc<Lesson>) -> Result<(), TopologyError> {
        let scene = SceneRef::Own(Box::new(lesson.beginning()?));
        self.show_lesson(scene, Player::for_lesson(lesson)?);
        Ok(())
    }

    /// Goes on in a lesson where a shared session was, or beside it.
    pub(crate) fn resume_lesson(
        self,
        lesson: Arc<Lesson>,
        link: &Link,
    ) -> Result<(), TopologyError> {
        let scene = SceneRef::Own(Box::new(lesson.beginning()?));
        let marks = link.lesson.as_ref().map_or(0, |place| place.1);
        if scene != link.scene {
            self.engine.update_value(|engine| {
                engine.player.tell(
                    "The lesson in which this link was made begins otherwise now: this is what was shared, \
                     without the lesson."
                        .to_owned(),
                );
            });
            self.publish();
            return Ok(());
        }
        let mut player = Player::resume(lesson, marks, &link.inputs(), link.position)?;
        tell_what_differs(link, &mut player);
        self.show_lesson(scene, player);
        Ok(())
    }

    fn show_lesson(self, scene: SceneRef, mut player: Player) {
        player.command(PlayerCommand::SetReducedMotion(self.reduced_motion.get_untracked()));
        self.engine.update_value(|engine| {
            player.command(PlayerCommand::SetHints(engine.player.hints()));
            let first = player.frame().stage.tapes.first().map(|tape| tape.entity.clone());
            player.command(PlayerCommand::Select(first));
            engine.scene = scene;
            engine.player = player;
            engine.session = Session::new("cli");
        });
        self.publish();
    }

    /// The text of the link that leads to this very moment.
    pub(crate) fn link(self) -> String {
        self.engine.with_value(|engine| {
            let history = engine.player.history();
            let branch = history.branches().get(history.current().0);
            let inputs = branch.map_or(&[][..], |branch| &branch.inputs);
            let link = Link::new(engine.scene.clone(), inputs, engine.player.world());
            link.in_lesson(engine.player.lesson_place()).encode()
        })
    }

    /// Asks the player for something.
    pub(crate) fn send(self, command: PlayerCommand) {
        self.engine.update_value(|engine| {
            engine.echo(&command);
            engine.player.command(command);
            engine.follow_up();
        });
        self.publish();
    }

    /// Gives the world an input.
    pub(crate) fn act(self, input: Input) {
        self.send(PlayerCommand::Act(input));
    }

    /// What is selected, without waiting for changes.
    pub(crate) fn selection(self) -> Option<Entity> {
        self.frame.with_untracked(|frame| frame.selection.clone())
    }

    /// What makes the latency of the selected link a step less, or a step more.
    pub(crate) fn nearer(self, less: bool) -> Option<Input> {
        self.frame.with_untracked(|frame| frame.tuner.as_ref()?.step(less))
    }

    /// Selects something.
    pub(crate) fn select(self, entity: Option<Entity>) {
        self.send(PlayerCommand::Select(entity));
    }

    /// What there is to say about files at the selected thing.
    pub(crate) fn files(self) -> Option<FilePanel> {
        self.engine
            .with_value(|engine| files::panel(engine.player.world(), engine.player.selection()))
    }

    /// The same of a store that need not be selected.
    pub(crate) fn files_of(self, store: &Entity) -> Option<FilePanel> {
        self.engine.with_value(|engine| files::panel(engine.player.world(), Some(store)))
    }

    /// Gives the console a file that its lines can name.
    pub(crate) fn offer(self, file: Arc<File>) {
        self.engine.update_value(|engine| engine.session.offer(file));
    }

    /// Lets a client do something, and gives the number of that operation.
    pub(crate) fn operate(self, client: ProcId, input: Input) -> Option<OpId> {
        let next = self
            .engine
            .with_value(|engine| engine.player.world().client(client).map(Client::next_op));
        self.act(input);
        next
    }

    /// What an operation of a client got, as soon as it is over.
    pub(crate) fn got(self, client: ProcId, op: OpId) -> Option<files::Got> {
        self.engine.with_value(|engine| files::got(engine.player.world(), client, op))
    }

    /// The object that a line of the console, typed at this position, got: its name and its chunks.
    pub(crate) fn got_by(self, position: u64) -> Option<(String, Vec<Bytes>)> {
        self.engine.with_value(|engine| {
            // A line that was wrong may stand at the same position.
            let entries = engine.session.entries().iter();
            let mut here = entries.filter(|entry| entry.position == position);
            let got = here.find_map(|entry| engine.session.got(entry, engine.player.world()))?;
            Some((got.info.name.clone(), got.chunks.clone()))
        })
    }

    /// Takes a line of the console.
    pub(crate) fn enter(self, line: &str) {
        self.engine.update_value(|engine| {
            let inputs = engine.session.enter(line, engine.player.world());
            for input in inputs {
                engine.player.command(PlayerCommand::Act(input));
            }
            engine.follow_up();
            if let Some(topology) = engine.session.take_beginning() {
                engine.leave_for(topology);
            }
        });
        self.publish();
    }

    /// Ends what the console's latest line still does.
    pub(crate) fn interrupt(self) {
        self.engine.update_value(|engine| {
            for input in engine.session.interrupt(engine.player.world()) {
                engine.player.command(PlayerCommand::Act(input));
            }
        });
        self.publish();
    }

    /// What a console line could go on with: where the word begins, and the options.
    pub(crate) fn complete(self, line: &str) -> (usize, Vec<String>, String) {
        self.engine.with_value(|engine| {
            let completion = engine.session.complete(line, engine.player.world());
            let common = completion.common().to_owned();
            (completion.start, completion.options, common)
        })
    }

    /// The console line before or after the one shown.
    pub(crate) fn recall(self, current: &str, older: bool) -> Option<String> {
        let mut line = None;
        self.engine.update_value(|engine| {
            let history = engine.session.history();
            let found = if older { history.up(current) } else { history.down() };
            line = found.map(str::to_owned);
        });
        line
    }

    /// The console's lines with what they print at this moment.
    pub(crate) fn printed(self) -> Vec<(Entry, Output)> {
        self.engine.with_value(|engine| {
            let world = engine.player.world();
            let lesson = engine.player.lesson().map(Play::session);
            let mut printed: Vec<(Entry, Output)> = lesson
                .into_iter()
                .chain([&engine.session])
                .flat_map(|session| session.entries().iter().map(move |entry| (session, entry)))
                .filter(|(_, entry)| entry.is_visible_at(world.position()))
                .map(|(session, entry)| (entry.clone(), session.render(entry, world)))
                .collect();
            // What the lesson types and what the learner types, in the order of typing.
            sorted::sort_by_key(&mut printed, |(entry, _)| entry.position);
            printed
        })
    }

    /// Shows the player's state, and keeps the loop going if it has something to do.
    fn publish(self) {
        let mut start = false;
        self.engine.update_value(|engine| {
            self.frame.set(Arc::new(engine.player.frame()));
            if engine.player.is_active() && !engine.looping {
                engine.looping = true;
                engine.last_ms = None;
                start = true;
            }
        });
        self.console.update(|count| *count += 1);
        if start {
            request_animation_frame(move || self.tick());
        }
    }

    /// One picture of the animation.
    fn tick(self) {
        let now = window().performance().map_or(0.0, |clock| clock.now());
        let mut more = false;
        self.engine.try_update_value(|engine| {
            let gap = engine.last_ms.map_or(16.0, |last| now - last);
            engine.last_ms = Some(now);
            engine.player.tick(gap.clamp(0.0, LONGEST_GAP_MS));
            engine.follow_up();
            more = engine.player.is_active();
            engine.looping = more;
            self.frame.set(Arc::new(engine.player.frame()));
        });
        self.console.update(|count| *count += 1);
        if more {
            request_animation_frame(move || self.tick());
        }
    }
}

impl Engine {
    /// Writes what a click does into the console, as the line that would do the same.
    fn echo(&mut self, command: &PlayerCommand) {
        let input = match command {
            PlayerCommand::Act(input) => Some(input.clone()),
            PlayerCommand::Press(process) => self.player.button(*process),
            _ => None,
        };
        if let Some(input) = input {
            self.session.echo(&input, self.player.world());
        }
    }

    /// Shows another world. It is another page, as another scene is.
    fn leave_for(&mut self, topology: Topology) {
        match World::new(topology.clone()) {
            Ok(world) => {
                let link = Link::new(SceneRef::Own(Box::new(topology)), &[], &world).encode();
                let _ = window().location().set_href(&format!("?s={link}"));
            }
            Err(why) => self.player.tell(why.to_string()),
        }
    }

    /// Commands of the console that go on once an answer is there.
    fn follow_up(&mut self) {
        if !self.player.history().at_head() {
            return;
        }
        for input in self.session.poll(self.player.world()) {
            self.player.command(PlayerCommand::FollowUp(input));
        }
        self.player.expect(self.session.wakes_at(self.player.world()));
    }
}
