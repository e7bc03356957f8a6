//! A lesson as data: what its file says, read and checked.

use std::sync::Arc;

use crate::console::Fault;
use crate::kernel::Span;
use crate::world::{Input, Topology};

use super::condition::{Condition, Query, Value};
use super::prose::{Block, Words};

/// How long an engine event is waited for if a lesson does not say.
pub const PATIENCE: Span = Span::secs(60);

/// A lesson.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    /// The name of its file, for messages.
    pub file: Arc<str>,
    /// What it is called.
    pub title: String,
    /// What it shows, in one sentence.
    pub summary: String,
    /// Its place among the lessons, from 1.
    pub order: u32,
    /// How long it takes.
    pub minutes: u32,
    /// The world it begins in, but for what `setup` does to it.
    pub topology: Topology,
    /// Console lines carried out before anybody looks.
    pub setup: Vec<Deed>,
    /// Its beats, in order; at least one.
    pub beats: Vec<Beat>,
}

/// A step of a lesson that is read, watched or done at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Beat {
    /// Its heading.
    pub title: String,
    /// The line of its heading.
    pub line: u32,
    /// What happens in it, in order.
    pub items: Vec<Item>,
}

/// A part of a beat.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The line where it begins.
    pub line: u32,
    /// What it is.
    pub part: Part,
}

/// What a part of a beat is.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Something to read. It appears once everything before it has happened.
    Prose(Block),
    /// Things that are done, one after the other.
    Do(Vec<Deed>),
    /// Something the engine has to come to before the lesson goes on.
    Until(Until),
    /// What must hold here.
    Check(Vec<Condition>),
    /// A prediction.
    Ask(Ask),
    /// Something the learner does.
    Goal(Goal),
    /// Calls to show as code.
    Code(Vec<Snippet>),
}

/// What is waited for.
#[derive(Debug, Clone, PartialEq)]
pub struct Until {
    /// All of them must hold at the same moment.
    pub conditions: Vec<Condition>,
    /// In so much virtual time.
    pub within: Span,
}

/// A prediction: asked before, answered by the engine after.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// The question.
    pub question: Vec<Words>,
    /// What one can choose, at least two.
    pub choices: Vec<Choice>,
    /// Which of them the author expects the engine to answer.
    pub expected: usize,
    /// What the engine is asked once the rest of the beat has happened.
    pub answer: Query,
}

/// A possible answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// What the engine would answer.
    pub value: Value,
    /// What is read.
    pub label: Vec<Words>,
}

/// Something the learner does; it ticks when the engine sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    /// What to do.
    pub task: Vec<Words>,
    /// When it is done: all of them hold.
    pub when: Vec<Condition>,
    /// What may help.
    pub hint: Option<Vec<Words>>,
    /// What does it for the learner.
    pub deeds: Vec<Deed>,
    /// How long that may take.
    pub within: Span,
}

/// Something that is done to the world.
#[derive(Debug, Clone, PartialEq)]
pub struct Deed {
    /// The line of the file.
    pub line: u32,
    /// What.
    pub act: Act,
}

/// What is done.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// A line is typed at the console.
    Type(String),
    /// This is given to the world as it is.
    Give(Input),
    /// Knobs of an app are turned.
    Turn {
        /// Which app.
        app: String,
        /// The knobs, as names and values.
        knobs: Vec<(String, String)>,
    },
    /// This has to come true before the next thing is done.
    Await(Condition),
    /// What is done to processes or links depends on the world at that moment: whoever leads a stream
    /// dies, or a link changes.
    Fault(Fault),
}

/// What a worker answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkAnswer {
    /// It is done.
    Ack,
    /// Deliver it again.
    Nak,
    /// Never deliver it again.
    Term,
    /// The work goes on; then it is done.
    InProgress,
}

impl WorkAnswer {
    /// All of them, as lessons write them.
    pub const ALL: [(&'static str, Self); 4] = [
        ("ack", Self::Ack),
        ("nak", Self::Nak),
        ("term", Self::Term),
        ("in-progress", Self::InProgress),
    ];
}

/// A call to show as code: what is asked of the world, to show it with its real names and values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Snippet {
    /// How a stream is created, as it is configured now.
    Stream {
        /// The cluster's name.
        cluster: String,
        /// The stream's name.
        name: String,
    },
    /// How a consumer is created, as it is configured now.
    Consumer {
        /// The cluster's name.
        cluster: String,
        /// The stream's name.
        stream: String,
        /// The consumer's name.
        name: String,
    },
    /// How a worker takes a message from a consumer, and how it answers.
    Work {
        /// The stream's name.
        stream: String,
        /// The consumer's name.
        consumer: String,
        /// What it answers.
        answer: WorkAnswer,
    },
    /// How a message was published: the last one on such a subject.
    Publish {
        /// The subject, wildcards allowed.
        subject: String,
    },
    /// How to subscribe as an app does.
    Subscribe {
        /// The subject.
        subject: String,
    },
    /// How to get a message by its sequence.
    Get {
        /// The cluster's name.
        cluster: String,
        /// The stream's name.
        stream: String,
        /// The sequence.
        sequence: u64,
    },
    /// How to ask for a stream's state.
    Info {
        /// The cluster's name.
        cluster: String,
        /// The stream's name.
        stream: String,
    },
    /// How a key-value bucket is created, as it is configured now.
    Bucket {
        /// The cluster's name.
        cluster: String,
        /// The bucket's name.
        bucket: String,
    },
    /// What one does with a key of a bucket, with the value and the revision it has now.
    Key {
        /// The cluster's name.
        cluster: String,
        /// The bucket's name.
        bucket: String,
        /// The key; for `watch` and `keys` also a pattern of keys.
        key: String,
        /// What is done.
        call: KeyCall,
    },
    /// How an object store is created, as it is configured now.
    Store {
        /// The cluster's name.
        cluster: String,
        /// The store's name.
        store: String,
    },
    /// What one does with an object of a store, as it is there now.
    Object {
        /// The cluster's name.
        cluster: String,
        /// The store's name.
        store: String,
        /// The object's name.
        name: String,
        /// What is done.
        call: ObjectCall,
    },
}

/// A call of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyCall {
    /// Put the value it has.
    Put,
    /// Read it.
    Get,
    /// Put its value if nobody has put any.
    Create,
    /// Put its value if nobody has changed it since it was read.
    Update,
    /// Delete it: a marker, the history stays.
    Delete,
    /// Delete it with its history.
    Purge,
    /// Read all that is kept of it.
    History,
    /// Be told of every change.
    Watch,
    /// List the keys.
    Keys,
}

impl KeyCall {
    /// All of them, as lessons write them.
    pub const ALL: [(&'static str, Self); 9] = [
        ("put", Self::Put),
        ("get", Self::Get),
        ("create", Self::Create),
        ("update", Self::Update),
        ("delete", Self::Delete),
        ("purge", Self::Purge),
        ("history", Self::History),
        ("watch", Self::Watch),
        ("keys", Self::Keys),
    ];
}

/// A call of an object store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectCall {
    /// Put a file of that name.
    Put,
    /// Get it, with its digest checked.
    Get,
    /// Read what is said of it, without its data.
    Info,
    /// List all objects.
    List,
    /// Delete it.
    Delete,
}

impl ObjectCall {
    /// All of them, as lessons write them.
    pub const ALL: [(&'static str, Self); 5] = [
        ("put", Self::Put),
        ("get", Self::Get),
        ("info", Self::Info),
        ("list", Self::List),
        ("delete", Self::Delete),
    ];
}
