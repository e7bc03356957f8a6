//! The inspector's contents: read-only data about the selected thing, in tabs and sections.
//!
//! It is deliberately general: the page needs one way to draw a table, one to draw a list of facts
//! and one to draw code, whatever is selected.

use crate::client::behaviour::Knob;
use crate::view::class::Class;
use crate::view::entity::Entity;
use crate::view::frame::CellKind;
use crate::view::palette::Token;
use crate::world::Input;

/// All about the selected thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// What it is about.
    pub entity: Entity,
    /// What kind of thing: "stream", "server" …
    pub kind: &'static str,
    /// Its name.
    pub title: String,
    /// Where it is: "in us-east".
    pub place: String,
    /// A few words on plates: "R3", "limits", "file", "lag 1".
    pub badges: Vec<Badge>,
    /// Of a bucket or a store: as which of both it is shown.
    pub shown_as: Option<ShownAs>,
    /// Up to four large numbers.
    pub stats: Vec<Stat>,
    /// The tabs; at least one.
    pub tabs: Vec<Tab>,
    /// What can be done to it, as buttons.
    pub actions: Vec<Action>,
    /// The knobs of what it does by itself, if it is an application that does something.
    pub knobs: Option<KnobPanel>,
}

/// A bucket or store is a stream too, and can be looked at as either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShownAs {
    /// The words for both: "Bucket", "Stream".
    pub words: [&'static str; 2],
    /// Whether it is shown as the plain stream.
    pub plain: bool,
}

/// The knobs of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnobPanel {
    /// The application.
    pub client: String,
    /// What it does: "publisher", "worker", "subscriber".
    pub kind: &'static str,
    /// Its knobs, but for the switch, which is among the actions.
    pub knobs: Vec<KnobRow>,
}

/// A word on a plate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    /// The word.
    pub text: String,
    /// Its colour.
    pub tone: Token,
}

/// A large number with a word under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stat {
    /// The number.
    pub value: String,
    /// The word.
    pub name: &'static str,
    /// What it was one hop before, if it was something else: "was → is".
    pub was: Option<String>,
}

/// A tab.
#[derive(Debug, Clone, PartialEq)]
pub struct Tab {
    /// Its name: "Messages".
    pub name: &'static str,
    /// What is on it, top to bottom.
    pub sections: Vec<Section>,
}

/// A part of a tab.
#[derive(Debug, Clone, PartialEq)]
pub enum Section {
    /// Names and values.
    Facts {
        /// A heading, if it needs one.
        title: Option<String>,
        /// The facts.
        facts: Vec<Fact>,
    },
    /// A table.
    Table {
        /// A heading, if it needs one.
        title: Option<String>,
        /// The names of the columns.
        columns: Vec<&'static str>,
        /// The rows.
        rows: Vec<Row>,
        /// What is left out, in words.
        truncated: Option<String>,
        /// What to say when there are no rows.
        empty: &'static str,
    },
    /// The logs of a Raft group, side by side.
    Log {
        /// The names of its members: a column each.
        members: Vec<String>,
        /// The entries, newest first.
        rows: Vec<LogRow>,
        /// How many older ones there are: [`crate::view::PlayerCommand::MoreRows`] lists more of them.
        more: u64,
        /// Up to this index there is only a snapshot left.
        compacted: u64,
    },
    /// Keys with their revisions, or objects with their chunks.
    Holdings {
        /// Whether they are objects.
        objects: bool,
        /// One after the other.
        rows: Vec<Holding>,
        /// How many there are beyond them: [`crate::view::PlayerCommand::MoreRows`] lists more of them.
        more: usize,
        /// What to say when there are none.
        empty: &'static str,
    },
    /// Messages in a row, each with what it is to a consumer.
    Strip {
        /// The messages, oldest first.
        cells: Vec<StripCell>,
        /// In words: "ack floor 3 · 2 out".
        note: String,
    },
    /// Text to be read literally: protocol bytes, JSON. It can be copied.
    Code {
        /// A heading, if it needs one.
        title: Option<String>,
        /// The text.
        text: String,
        /// Whether it is JSON.
        json: bool,
    },
    /// A chain of reasons, this one first: why did this happen?
    Why(Vec<Reason>),
    /// A remark.
    Note(String),
}

/// A knob and how it is set. To turn it, give [`Input::SetKnob`] to the player.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnobRow {
    /// The knob.
    pub knob: Knob,
    /// How it is set.
    pub value: String,
}

impl KnobRow {
    /// The input that turns it.
    pub fn turn(&self, client: &str, value: &str) -> Input {
        let (client, knob) = (client.to_owned(), self.knob.name.to_owned());
        Input::SetKnob { client, knob, value: value.to_owned() }
    }

    /// Where among its usual values it is set: that value, or the last one that is not beyond it.
    pub fn step(&self) -> usize {
        let steps = self.knob.kind.steps();
        steps.iter().position(|step| *step == self.value).unwrap_or_else(|| {
            let below = steps.iter().take_while(|step| self.knob.kind.is_below(step, &self.value));
            below.count().saturating_sub(1)
        })
    }
}

/// An entry of the logs of a Raft group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// Its index.
    pub index: u64,
    /// The term of the leader that put it there.
    pub term: u64,
    /// What it says.
    pub what: String,
    /// How far each member is with it.
    pub marks: Vec<LogMark>,
    /// Whether it is new or further since one hop before.
    pub changed: bool,
}

/// How far a member is with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogMark {
    /// It is not in its log.
    Absent,
    /// It is in its log.
    Written,
    /// It is committed, as far as the member knows.
    Committed,
    /// The member has applied it.
    Applied,
    /// It is a part of the member's snapshot.
    Compacted,
}

impl LogMark {
    /// It in words.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Absent => "not in the log",
            Self::Written => "in the log",
            Self::Committed => "committed",
            Self::Applied => "applied",
            Self::Compacted => "in the snapshot",
        }
    }
}

/// A key or an object, and the messages it consists of.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Holding {
    /// Its name.
    pub name: String,
    /// What it is if it has no value, or something is wrong with it: "deleted", "2 of 3 chunks".
    pub state: Option<Badge>,
    /// Its value.
    pub value: Option<String>,
    /// How long ago it changed.
    pub age: Option<String>,
    /// Its messages, oldest first.
    pub cells: Vec<HoldingCell>,
    /// How many of its messages are not among them.
    pub left_out: usize,
    /// Which server has which of those messages, where there are several.
    pub copies: Vec<(String, Vec<bool>)>,
    /// More about it.
    pub facts: Vec<Fact>,
    /// How much of its time is left, 0 to 1, and in words, if it goes by itself.
    pub left: Option<(f64, String)>,
    /// Whether it is new or changed since one hop before.
    pub changed: bool,
}

/// A message of a key or an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldingCell {
    /// The message.
    pub entity: Entity,
    /// What is written on it: its sequence, or what it did.
    pub text: String,
    /// How it is drawn.
    pub kind: CellKind,
    /// What it is, in words.
    pub a11y: String,
}

/// A message in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripCell {
    /// The message.
    pub entity: Entity,
    /// Its sequence.
    pub seq: u64,
    /// What it is to the consumer.
    pub state: StripState,
}

/// What a message is to a consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StripState {
    /// Acknowledged, or it needs no acknowledgement any more.
    Done,
    /// Out for acknowledgement.
    Out,
    /// It waits to be delivered again.
    Again,
    /// Not delivered yet.
    Next,
    /// Not for this consumer.
    Other,
}

/// A name and a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
    /// What it was one hop before, if it was something else.
    pub was: Option<String>,
    /// What the value stands for, if one can select that.
    pub entity: Option<Entity>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// A cell for each column.
    pub cells: Vec<String>,
    /// What the row stands for, if one can select that.
    pub entity: Option<Entity>,
    /// The colour of its first cell, if it means something.
    pub tone: Option<Token>,
    /// Whether it is new or changed since one hop before.
    pub changed: bool,
}

/// A link of a chain of reasons.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// The event.
    pub entity: Entity,
    /// When: "4.312 s".
    pub at: String,
    /// What happened, in a sentence.
    pub text: String,
    /// The class of traffic, if it is some.
    pub class: Option<Class>,
}

/// Something that can be done to the selected thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// What the button says: "Kill n1".
    pub label: String,
    /// Whether it breaks something.
    pub fault: bool,
    /// Which of the person's tools it is.
    pub kind: ActionKind,
    /// What to give the player: [`crate::view::PlayerCommand::Act`].
    pub input: Input,
}

/// The kinds of actions, for their icons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionKind {
    /// Kill a process.
    Crash,
    /// Start it again.
    Restart,
    /// Freeze it.
    Pause,
    /// Let it go on.
    Resume,
    /// Cut a link.
    Cut,
    /// Make it a black hole.
    Block,
    /// Make it work again.
    Heal,
    /// Cut the power.
    PowerCut,
    /// Slow a disk.
    Disk,
    /// Set a clock wrong.
    Clock,
    /// Lose or double what comes next.
    Trap,
    /// Settle an election beforehand.
    Luck,
    /// Publish.
    Publish,
    /// Switch an application on.
    On,
    /// Switch an application off.
    Off,
    /// Take an application away.
    Remove,
}
