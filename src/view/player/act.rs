//! Acting: inputs, and what the buttons on applications do.

use crate::client::{Call, Draft};
use crate::kernel::{BranchId, ProcId, Span};
use crate::view::add_app::new_app;
use crate::view::caption::describe_call;
use crate::view::entity::Entity;
use crate::view::say::Say;
use crate::view::text::brief;
use crate::world::Input;

use super::{Goal, Mode, Player, TO_IDLE};

/// The number that stands for `{{Count}}` the first time a button is pressed, less one.
const COUNT_FROM: u64 = 100;
/// How often a publish is tried again when nobody is there: nats.go's default.
const RETRIES: u32 = 2;

impl Player {
    /// Gives the world an input, now. In the past that begins a new branch.
    pub(super) fn act(&mut self, input: Input) {
        if let Err(error) = self.world().check(&input) {
            self.notice = Some(error.to_string());
            return;
        }
        self.notice = None;
        self.before_learner_acts();
        self.remember();
        let (before, position) = (self.history.current(), self.world().position());
        self.give(input);
        if self.history.current() != before {
            self.lesson_forked(before, position);
        }
        // What was asked for is to be seen, unless motion is not wanted: then one steps.
        if !self.reduced_motion && self.mode != Mode::Play {
            self.play();
        } else if self.reduced_motion {
            self.rest();
        }
    }

    /// Goes on with something that was begun: what it began in goes on as well.
    pub(super) fn follow_up(&mut self, input: Input) {
        if self.history.at_head() && self.world().check(&input).is_ok() {
            self.give(input);
            if self.mode == Mode::Rest && self.to_idle {
                self.run(Goal::Idle, TO_IDLE);
            } else if self.mode == Mode::Rest && !self.reduced_motion {
                self.play();
            }
        }
    }

    /// Gives the world an input and takes note of it.
    pub(super) fn give(&mut self, input: Input) {
        let (before, position) = (self.history.current(), self.world().position());
        self.history.act(input);
        self.track_of_fork(before, position);
        self.moved();
        if let Some(hop) = self.record() {
            self.pulse(hop);
            self.say_hop(hop);
        }
    }

    /// If history has left its branch at this position, what was to see of it goes along.
    pub(super) fn track_of_fork(&mut self, before: BranchId, position: u64) {
        let after = self.history.current();
        if after != before
            && let Some(track) = self.tracks.get(before.0)
        {
            let fork = track.fork(position);
            self.tracks.truncate(after.0);
            self.tracks.push(fork);
        }
    }

    /// Presses the button of an application.
    pub(super) fn press(&mut self, process: ProcId) {
        if let Some(input) = self.button(process) {
            self.act(input);
        }
    }

    /// Adds an application and selects it.
    pub(super) fn add_app(&mut self, kind: &str) {
        let spec = new_app(self.world(), kind, self.selection.as_ref());
        let Some(spec) = spec else { return };
        let name = spec.name.clone();
        self.act(Input::AddClient(spec));
        if let Some(process) = self.world().process(&name) {
            self.selection = Some(Entity::App(process));
        }
    }

    /// What the button of an application does when it is pressed now.
    pub fn button(&self, process: ProcId) -> Option<Input> {
        let world = self.world();
        let (subject, text) = world.client_spec(process)?.publishes.as_ref()?;
        let number = (COUNT_FROM + world.client(process)?.next_op().0).to_string();
        let message = Draft {
            subject: subject.replace("{{Count}}", &number),
            text: text.replace("{{Count}}", &number),
            ..Draft::default()
        };
        let call = Call::JsPublish { message, count: 1, retries: RETRIES };
        Some(Input::Call { client: world.name(process).to_owned(), call })
    }
}

/// An input in a few words: "checkout publishes orders.new".
pub fn describe_input(input: &Input) -> String {
    match input {
        Input::Call { client, call } => {
            let said = describe_call(Say::default().text(client), call).done().text();
            said.trim_end_matches('.').to_owned()
        }
        Input::AddClient(spec) => format!("{} appears", spec.name),
        Input::RemoveClient { client } => format!("{client} leaves"),
        Input::SetBehaviour { client, behaviour } if behaviour.is_running() => {
            format!("{client} is to be a {}", behaviour.kind())
        }
        Input::SetBehaviour { client, .. } => format!("{client} is switched off"),
        Input::SetKnob { client, knob, value } => match (knob.as_str(), value.as_str()) {
            ("running", "on") => format!("{client} is switched on"),
            ("running", "off") => format!("{client} is switched off"),
            _ => format!("{client} is set to {knob}={value}"),
        },
        Input::Bytes { client, .. } => format!("{client} sends bytes"),
        Input::Read { client, .. } => format!("{client} reads"),
        Input::Crash { process, lose_disk: false } => format!("{process} dies"),
        Input::Crash { process, .. } => format!("{process} dies and loses its disk"),
        Input::PowerCut { process } => format!("the power of {process} fails"),
        Input::SlowDisk { process, latency: Span::ZERO } => {
            format!("the disk of {process} is fast again")
        }
        Input::SlowDisk { process, latency } => {
            format!("the disk of {process} takes {latency} for a write")
        }
        Input::Clock { process, ahead: 0 } => format!("the clock of {process} is right again"),
        Input::Clock { process, ahead } => {
            let way = if *ahead < 0 { "behind" } else { "ahead" };
            format!("the clock of {process} is {} {way}", brief(Span(ahead.unsigned_abs())))
        }
        Input::LoseAck { client } => format!("the next acknowledgement of {client} will get lost"),
        Input::Duplicate { client } => format!("{client} will send its next message twice"),
        Input::Favour { process, stream } => {
            let of = stream.as_ref().map_or_else(String::new, |stream| format!(" of {stream}"));
            format!("{process} will win the next election{of}")
        }
        Input::SplitVote { cluster, stream } => {
            let about = stream.as_deref().unwrap_or("anything");
            format!("the next vote about {about} in {cluster} will be split")
        }
        Input::Partition { sides, .. } => {
            let sides: Vec<String> = sides.iter().map(|side| side.join(", ")).collect();
            format!("nothing passes between {}", sides.join(" and "))
        }
        Input::Stop { process } => format!("{process} is stopped"),
        Input::Restart { process } => format!("{process} starts again"),
        Input::Pause { process } => format!("{process} freezes"),
        Input::Resume { process } => format!("{process} goes on"),
        Input::Cut { a, b } => format!("the link {a} – {b} is cut"),
        Input::Block { from, to } => format!("nothing gets from {from} to {to}"),
        Input::Heal { a, b } => format!("the link {a} – {b} is healed"),
        Input::HealAll => "everything is healed".to_owned(),
        Input::Link { a, b, .. } => format!("the link {a} – {b} changes"),
    }
}
