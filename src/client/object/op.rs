//! What a client can be asked to do with an object store, as data.

use crate::client::Dialect;
use crate::nats::json::{self, ToJson, as_json, words};

use super::content::{Content, MAX_SIZE};
use super::{BucketConfig, CHUNK_SIZE, Link, ObjectMeta, name};

/// What can be done with object stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Act {
    /// Create a bucket.
    Add,
    /// Remove a bucket and all that is in it.
    Remove,
    /// Ask for a bucket's state.
    #[default]
    Status,
    /// Close a bucket for good.
    Seal,
    /// Put an object.
    Put,
    /// Get an object, and check its digest.
    Get,
    /// Read the meta of an object.
    Info,
    /// Read all metas.
    List,
    /// Read all metas, and go on with those that are written.
    Watch,
    /// Delete an object.
    Delete,
    /// Say something else about an object, or call it otherwise.
    Update,
    /// Make an object that stands for another one, or for a bucket. nats-py has no links: these are
    /// nats.go's messages.
    Link,
}

words! {
    Act: "add" Add, "remove" Remove, "status" Status, "seal" Seal, "put" Put, "get" Get, "info" Info,
    "list" List, "watch" Watch, "delete" Delete, "update" Update, "link" Link,
}

/// Something to be done with an object store. What an act does not ask for is ignored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Op {
    /// What.
    pub act: Act,
    /// The bucket.
    pub bucket: String,
    /// The object.
    pub name: String,
    /// What is said about an object that is put or changed. A name in it that is another one renames;
    /// without one it keeps the one it has.
    pub meta: Option<Box<ObjectMeta>>,
    /// What is put.
    pub content: Option<Content>,
    /// What a link stands for.
    pub link: Option<Link>,
    /// The options of a bucket that is created.
    pub config: Option<Box<BucketConfig>>,
    /// Whether a deleted object is told of as well, or got, without content.
    pub show_deleted: bool,
    /// Whether lists and watches leave deletes out. nats-py leaves them in if nobody says so, the CLI out.
    pub ignore_deletes: bool,
    /// Whether a watch begins with all metas that are stored instead of the last of each object; there
    /// are no others, as each replaces the one before.
    pub history: bool,
    /// Whether a watch begins with what comes from now on.
    pub updates: bool,
    /// Whether the bucket was looked up already by whoever asks.
    pub bound: bool,
    /// Whose messages are sent.
    pub dialect: Dialect,
    /// The JetStream domain of the bucket.
    pub domain: Option<String>,
}

as_json! {
    strict Op;
    act required, bucket required, name omitempty, meta omitempty, content omitempty, link omitempty,
    config omitempty, show_deleted omitempty, ignore_deletes omitempty, history omitempty,
    updates omitempty, bound omitempty, dialect omitempty, domain omitempty,
}

impl Op {
    /// Something to be done with a bucket, as nats-py does it.
    pub fn new(act: Act, bucket: &str) -> Self {
        Self { act, bucket: bucket.to_owned(), ..Self::default() }
    }

    /// Something to be done with an object, as nats-py does it.
    pub fn object(act: Act, bucket: &str, name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::new(act, bucket) }
    }

    /// An object to be put, as nats-py does it.
    pub fn put(bucket: &str, name: &str, content: Content) -> Self {
        Self { content: Some(content), ..Self::object(Act::Put, bucket, name) }
    }

    /// Whether it goes on until somebody ends it.
    pub fn is_lasting(&self) -> bool {
        self.act == Act::Watch
    }

    /// What the object is called when it is done.
    pub fn new_name(&self) -> &str {
        let name = self.meta.as_ref().map(|meta| meta.name.as_str());
        name.filter(|name| !name.is_empty()).unwrap_or(&self.name)
    }

    /// A body as the library writes it: Go escapes what would be markup in HTML.
    pub(super) fn text(&self, value: &dyn ToJson) -> String {
        match self.dialect {
            Dialect::Python => json::text(value),
            Dialect::Go => json::go_text(value),
        }
    }

    /// How large the chunks of what is put are.
    pub(super) fn chunk_size(&self) -> u32 {
        let size = self.meta.as_ref().and_then(|meta| meta.max_chunk_size);
        // To Go's client none is the usual one.
        size.filter(|size| *size > 0 || self.dialect == Dialect::Python).unwrap_or(CHUNK_SIZE)
    }

    /// Whether it makes sense at all.
    ///
    /// # Errors
    /// What about it does not, and what would.
    pub(in crate::client) fn check(&self) -> Result<(), String> {
        name::check_bucket(&self.bucket)?;
        match self.act {
            Act::Add => self.config.iter().try_for_each(|config| config.check(self.dialect)),
            Act::Put | Act::Get | Act::Info | Act::Delete | Act::Update | Act::Link
                if self.name.is_empty() =>
            {
                Err("name is required".to_owned())
            }
            Act::Put if self.chunk_size() == 0 => {
                Err("a chunk has at least one byte, not 0".to_owned())
            }
            Act::Put if self.content.as_ref().is_some_and(|content| content.size() > MAX_SIZE) => {
                let most = MAX_SIZE >> 20;
                Err(format!("an object may have {most} MiB here, not more"))
            }
            Act::Link => match &self.link {
                Some(link) => name::check_bucket(&link.bucket),
                None => Err("a link stands for an object or a bucket; say which".to_owned()),
            },
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_op_is_read_as_it_is_written() {
        for rest in [
            r#""act":"add","bucket":"b","config":{"description":"d","ttl":5,"max_bytes":6,"storage":"memory","replicas":3,"cluster":"c","tags":["t"],"compression":true,"metadata":{"k":"v"}},"dialect":"go""#,
            r#""act":"status","bucket":"b","dialect":"go","domain":"hub""#,
            r#""act":"put","bucket":"b","name":"n","meta":{"description":"d","headers":[["A","b"]],"metadata":{"k":"v"},"max_chunk_size":9},"content":{"generated":7}"#,
            r#""act":"get","bucket":"b","name":"n","show_deleted":true"#,
            r#""act":"watch","bucket":"b","ignore_deletes":true,"history":true,"updates":true,"bound":true"#,
            r#""act":"update","bucket":"b","name":"n","meta":{"name":"m"}"#,
            r#""act":"link","bucket":"b","name":"n","link":{"bucket":"c","name":"m"}"#,
        ] {
            let text = format!("{{{rest}}}");
            let op: Op = json::read(text.as_bytes()).expect(&text);
            assert_eq!(json::text(&op), text);
            assert_eq!(op.check(), Ok(()));
        }
        for wrong in [r#"{"bucket":"b"}"#, r#"{"act":"eat","bucket":"b"}"#] {
            assert!(json::read::<Op>(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let mut no_chunk = Op::put("b", "n", Content::default());
        let meta = ObjectMeta { max_chunk_size: Some(0), ..ObjectMeta::default() };
        no_chunk.meta = Some(meta.into());
        let huge = Content::Generated { size: MAX_SIZE + 1, seed: 0 };
        let config = BucketConfig { compression: true, ..BucketConfig::default() };
        let add = Op { config: Some(config.into()), ..Op::new(Act::Add, "b") };
        for (op, said) in [
            (add, "unexpected keyword argument 'compression'"),
            (Op::new(Act::Status, "a.b"), "object-store name"),
            (Op::put("b", "", Content::default()), "name is required"),
            (no_chunk, "at least one byte"),
            (Op::put("b", "n", huge), "64 MiB"),
            (Op::object(Act::Link, "b", "n"), "say which"),
        ] {
            let why = op.check().expect_err(said);
            assert!(why.contains(said), "{why}");
        }
    }
}
