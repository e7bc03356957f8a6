//! Share links: a whole session in the fragment of an address.
//!
//! A session is its scene, the inputs given so far and the moment that is looked at; the engine makes
//! the rest again. A link also carries the digest of that moment, so that a page whose engine goes
//! another way notices. Its text is `<version>.<body>`; the body is JSON, deflated, in base64url, so that
//! nothing in it needs escaping.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use serde_json::Value;

use crate::kernel::{LoggedInput, Time};
use crate::nats::json::{self, FromJson, Object, ToJson, Writer, tuple};
use crate::world::{Input, Topology, TopologyError, World, scenes};

/// The latest version of links; this engine reads those before it as well. A link is of the first
/// version that can say what it says: 2 if it leads into a lesson, else 1.
pub const VERSION: u32 = 2;
/// Characters a link may have.
const LONGEST: usize = 65_536;
/// Bytes a link may unfold to.
const UNFOLDED: usize = 1 << 20;
/// How hard to compress, of 10.
const LEVEL: u8 = 9;
/// Steps that opening a link may replay: about a second in a browser.
const FURTHEST: u64 = 200_000;

/// A session as a link carries it.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Where it begins.
    pub scene: SceneRef,
    /// What was done, in order.
    inputs: Vec<Given>,
    /// The position that is looked at.
    pub position: u64,
    /// The digest there, in hexadecimal.
    digest: String,
    /// The place in the lesson in which it was made.
    pub lesson: Option<LessonPlace>,
}

/// A place in a lesson: its file, and how many of the marks of its log lie behind the reader (see
/// [`super::Play::log`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonPlace(pub String, pub usize);

impl ToJson for LessonPlace {
    fn write(&self, to: &mut Writer) {
        to.begin().item(&self.0).item(&self.1).end();
    }
}

impl FromJson for LessonPlace {
    fn from_json(value: &Value) -> json::Result<Self> {
        let [file, marks] = tuple(value)?;
        Ok(Self(FromJson::from_json(file)?, FromJson::from_json(marks)?))
    }
}

impl FromJson for Link {
    fn from_json(value: &Value) -> json::Result<Self> {
        let mut o = Object::of(value)?;
        let link = Self {
            scene: o.take("s"),
            inputs: o.take_or("i", Vec::new()),
            position: o.take("p"),
            digest: o.take("d"),
            lesson: o.take_or("l", None),
        };
        o.finish(true)?;
        Ok(link)
    }
}

impl ToJson for Link {
    fn write(&self, to: &mut Writer) {
        to.open().field("s", &self.scene).some("i", &self.inputs);
        to.field("p", &self.position).field("d", &self.digest).some("l", &self.lesson).close();
    }
}

/// Where a session begins.
#[derive(Debug, Clone, PartialEq)]
pub enum SceneRef {
    /// One of [`scenes`], by name.
    Named(String),
    /// A world of its own.
    Own(Box<Topology>),
}

impl Default for SceneRef {
    fn default() -> Self {
        Self::Named(String::new())
    }
}

impl ToJson for SceneRef {
    fn write(&self, to: &mut Writer) {
        match self {
            Self::Named(name) => name.write(to),
            Self::Own(topology) => topology.write(to),
        }
    }
}

impl FromJson for SceneRef {
    fn from_json(value: &Value) -> json::Result<Self> {
        match value {
            Value::String(name) => Ok(Self::Named(name.clone())),
            own => FromJson::from_json(own).map(Self::Own),
        }
    }
}

/// An input with its place, both counted from the input before: position and nanoseconds.
#[derive(Debug, Clone, PartialEq)]
struct Given(u64, u64, Input);

impl ToJson for Given {
    fn write(&self, to: &mut Writer) {
        let Self(steps, span, input) = self;
        to.begin().item(steps).item(span).item(input).end();
    }
}

impl FromJson for Given {
    fn from_json(value: &Value) -> json::Result<Self> {
        let [steps, span, input] = tuple(value)?;
        let (steps, span) = (FromJson::from_json(steps)?, FromJson::from_json(span)?);
        Ok(Self(steps, span, FromJson::from_json(input)?))
    }
}

/// Why a link cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// It was written by another version.
    #[error(
        "this link was made by another version (it says {found:?}, this page reads versions up to \
         {VERSION}); open it with the page it came from"
    )]
    OtherVersion {
        /// What stands where the version should be.
        found: String,
    },
    /// It is too long.
    #[error("this link is too long: {0} characters, at most {LONGEST} are read")]
    TooLong(usize),
    /// It is cut off or altered.
    #[error("this link is damaged; copy the whole of it, from the beginning to the end")]
    Damaged,
    /// It names a scene that is not there.
    #[error("this link begins in a scene called {0:?}, which this page does not have")]
    UnknownScene(String),
    /// Its own world cannot be.
    #[error("this link's world cannot be: {0}")]
    Topology(#[from] TopologyError),
    /// It leads too far.
    #[error("this link leads {0} steps into its session; at most {FURTHEST} are replayed")]
    TooFar(u64),
}

impl Link {
    /// The link of a session at a moment: `world` is the world at that moment, `inputs` are all that
    /// its branch has. Those behind the moment are left out.
    pub fn new(scene: SceneRef, inputs: &[LoggedInput<Input>], world: &World) -> Self {
        let position = world.position();
        let (mut before, mut then) = (0, 0);
        let given = |logged: &LoggedInput<Input>| {
            let (steps, span) = (logged.position - before, logged.at.0.saturating_sub(then));
            (before, then) = (logged.position, logged.at.0);
            Given(steps, span, logged.input.clone())
        };
        let behind = inputs.iter().take_while(|logged| logged.position < position);
        let inputs = behind.map(given).collect();
        Self { scene, inputs, position, digest: digest_text(world), lesson: None }
    }

    /// The same link, into a lesson.
    #[must_use]
    pub fn in_lesson(mut self, place: Option<LessonPlace>) -> Self {
        self.lesson = place;
        self
    }

    /// The first version that can say what this link says.
    fn version(&self) -> u32 {
        if self.lesson.is_some() { VERSION } else { 1 }
    }

    /// The text of the link, to stand behind `#s=`.
    pub fn encode(&self) -> String {
        let (version, json) = (self.version(), json::text(self));
        format!("{version}.{}", URL_SAFE_NO_PAD.encode(compress_to_vec(json.as_bytes(), LEVEL)))
    }

    /// Reads the text of a link.
    ///
    /// # Errors
    /// Why it cannot be opened.
    pub fn decode(text: &str) -> Result<Self, LinkError> {
        if text.len() > LONGEST {
            return Err(LinkError::TooLong(text.len()));
        }
        let (version, body) = text.split_once('.').ok_or(LinkError::Damaged)?;
        if !(1..=VERSION).any(|known| version == known.to_string()) {
            let found = version.chars().take(20).collect();
            return Err(LinkError::OtherVersion { found });
        }
        let packed = URL_SAFE_NO_PAD.decode(body).map_err(|_| LinkError::Damaged)?;
        let json =
            decompress_to_vec_with_limit(&packed, UNFOLDED).map_err(|_| LinkError::Damaged)?;
        let link: Self = json::read(&json).map_err(|_| LinkError::Damaged)?;
        let last = link.inputs.iter().fold(0, |last: u64, given| last.saturating_add(given.0));
        match link.position.max(last) {
            furthest if furthest > FURTHEST => Err(LinkError::TooFar(furthest)),
            _ => Ok(link),
        }
    }

    /// The world it begins with.
    ///
    /// # Errors
    /// The scene is not there, or its world cannot be.
    pub fn world(&self) -> Result<World, LinkError> {
        let topology = match &self.scene {
            SceneRef::Named(name) => {
                scenes::named(name).ok_or_else(|| LinkError::UnknownScene(name.clone()))?
            }
            SceneRef::Own(topology) => (**topology).clone(),
        };
        Ok(World::new(topology)?)
    }

    /// What was done, in order.
    pub fn inputs(&self) -> Vec<LoggedInput<Input>> {
        let (mut position, mut at) = (0u64, Time::ZERO);
        let logged = |Given(steps, span, input): &Given| {
            position = position.saturating_add(*steps);
            at = Time(at.0.saturating_add(*span));
            LoggedInput { position, at, input: input.clone() }
        };
        self.inputs.iter().map(logged).collect()
    }

    /// Whether a world that was brought to the link's position is the one that was shared.
    pub fn is_reproduced_by(&self, world: &World) -> bool {
        self.position == world.position() && self.digest == digest_text(world)
    }
}

fn digest_text(world: &World) -> String {
    format!("{:016x}", world.digest())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::client::{Call, Draft};
    use crate::kernel::Span;
    use crate::world::History;

    fn session() -> History {
        let mut history = History::new(World::new(scenes::one_order()).unwrap(), 500);
        for n in 0..20 {
            let message = Draft {
                subject: "orders.new".to_owned(),
                text: format!("{{\"id\":{n}}}"),
                ..Draft::default()
            };
            let call = Call::JsPublish { message, count: 1, retries: 2 };
            history.act(Input::Call { client: "checkout".to_owned(), call });
            for _ in 0..40 {
                history.forward();
            }
            let process = "us-east/n2".to_owned();
            history.act(match n % 2 {
                0 => Input::Crash { process, lose_disk: false },
                _ => Input::Restart { process },
            });
            let until = history.cursor().now() + Span::millis(300);
            while history.next_at().is_some_and(|next| next <= until) && history.forward() {}
        }
        history
    }

    fn link_of(history: &History) -> Link {
        let inputs = &history.branches()[history.current().0].inputs;
        Link::new(SceneRef::Named("one-order".to_owned()), inputs, history.cursor())
    }

    fn open(link: &Link) -> World {
        let mut history = History::new(link.world().unwrap(), 500);
        for logged in link.inputs() {
            while history.cursor().position() < logged.position && history.forward() {}
            history.idle_until(logged.at);
            history.act(logged.input);
        }
        while history.cursor().position() < link.position && history.forward() {}
        history.cursor().clone()
    }

    #[test]
    fn a_session_opens_where_it_was_shared() {
        let mut history = session();
        history.seek(history.end_position() - 77);
        let link = link_of(&history);
        let text = link.encode();
        assert!(text.len() <= 1_000, "40 inputs make {} characters", text.len());
        assert!(text.chars().all(|c| c.is_ascii_graphic() && !"\"<>`#".contains(c)), "{text}");
        let read = Link::decode(&text).unwrap();
        assert_eq!(read, link);
        assert!(read.is_reproduced_by(&open(&read)));
    }

    #[test]
    fn a_session_that_goes_another_way_is_noticed() {
        let history = session();
        let mut link = link_of(&history);
        link.inputs.remove(3);
        assert!(!link.is_reproduced_by(&open(&link)));
    }

    #[test]
    fn only_a_link_into_a_lesson_is_of_the_second_version() {
        let link = link_of(&session());
        assert!(link.encode().starts_with("1."));
        let place = LessonPlace("2-work-queue.md".to_owned(), 7);
        let link = link.in_lesson(Some(place.clone()));
        let text = link.encode();
        assert!(text.starts_with("2."), "{text}");
        assert_eq!(Link::decode(&text).unwrap().lesson, Some(place));
    }

    #[test]
    fn what_cannot_be_opened_says_why() {
        let text = link_of(&session()).encode();
        let body = text.split_once('.').unwrap().1;
        let other = Link::decode(&format!("7.{body}")).unwrap_err();
        assert_eq!(other, LinkError::OtherVersion { found: "7".to_owned() });
        assert!(other.to_string().contains("this page reads versions up to 2"), "{other}");
        let cut = &text[..text.len() / 2];
        assert_eq!(Link::decode(cut).unwrap_err(), LinkError::Damaged);
        assert_eq!(Link::decode("nonsense").unwrap_err(), LinkError::Damaged);
        let long = "1.".to_owned() + &"A".repeat(LONGEST);
        assert_eq!(Link::decode(&long).unwrap_err(), LinkError::TooLong(LONGEST + 2));
        let mut link = link_of(&session());
        link.scene = SceneRef::Named("nowhere".to_owned());
        assert!(matches!(link.world(), Err(LinkError::UnknownScene(_))));
        link.position = FURTHEST + 1;
        assert_eq!(Link::decode(&link.encode()).unwrap_err(), LinkError::TooFar(FURTHEST + 1));
        link.scene = SceneRef::Own(Box::new(Topology::single("a b", &["n1"])));
        assert!(matches!(link.world(), Err(LinkError::Topology(_))));
    }

    /// Links of earlier versions of this code: each must open, or say that it is of another version.
    #[test]
    fn every_link_that_was_ever_given_away_still_opens() {
        for text in include_str!("link_corpus.txt").lines().filter(|line| !line.starts_with('#')) {
            let link = Link::decode(text).unwrap();
            assert!(open(&link).position() >= link.position.min(100), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_much(text in ".{0,300}", body in "[A-Za-z0-9_-]{0,300}") {
            let _ = Link::decode(&text);
            let _ = Link::decode(&format!("1.{body}"));
        }
    }
}
