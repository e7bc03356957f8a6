//! The meta of an object: what stands about it in the message on its meta subject, letter by letter
//! as clients write it.
//!
//! nats-py and nats.go write the same fields in another order, and are not equally strict when they
//! read: what nats-py writes on a delete (`"mtime":""`) and headers that are no lists cannot be
//! read by nats.go.

use serde_json::{Map, Value};

use crate::kernel::Time;
use crate::nats::json::{self, ToJson, WriteFields, Writer, as_json};
use crate::nats::time::{ZERO_TIME, parse_rfc3339, rfc3339};
use crate::sorted;

use crate::client::Dialect;

/// How large chunks are if nobody says otherwise (all clients: 128 KiB).
pub const CHUNK_SIZE: u32 = 128 * 1024;

/// What one says about an object when it is put, or changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectMeta {
    /// Its name, if it is another one than that by which it is put or changed.
    pub name: String,
    /// What it is, in words.
    pub description: Option<String>,
    /// Headers, each with all its values.
    pub headers: Vec<(String, String)>,
    /// What else is noted; not in nats-py.
    pub metadata: sorted::Map<String, String>,
    /// How large its chunks are, in bytes; none: [`CHUNK_SIZE`].
    pub max_chunk_size: Option<u32>,
}

as_json! {
    strict ObjectMeta;
    name omitempty, description omitempty, headers omitempty, metadata omitempty,
    max_chunk_size omitempty,
}

impl ObjectMeta {
    /// The headers as a meta has them: to each name a list of its values.
    pub(super) fn header_lists(&self) -> Map<String, Value> {
        let mut lists = Map::new();
        for (name, value) in &self.headers {
            let list = lists.entry(name.clone()).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(values) = list {
                values.push(Value::from(value.as_str()));
            }
        }
        lists
    }
}

/// Another object, or a whole bucket, that an object stands for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Link {
    /// The bucket.
    pub bucket: String,
    /// The object; none: the bucket itself.
    pub name: String,
}

as_json! {
    lenient Link;
    bucket, name omitempty,
}

/// How an object is stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectOptions {
    /// What it stands for.
    pub link: Option<Link>,
    /// How large its chunks are, in bytes.
    pub max_chunk_size: u32,
}

as_json! {
    lenient ObjectOptions;
    link omitempty, max_chunk_size omitempty,
}

/// The meta of an object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectInfo {
    /// Its name.
    pub name: String,
    /// What it is, in words.
    pub description: Option<String>,
    /// Headers: to each name a list of values, unless somebody wrote something else.
    pub headers: Map<String, Value>,
    /// What else is noted.
    pub metadata: sorted::Map<String, String>,
    /// How it is stored.
    pub options: Option<ObjectOptions>,
    /// The bucket.
    pub bucket: String,
    /// The upload: the last token of its chunks' subject.
    pub nuid: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was changed, as it was written: nats-py writes its own time, nats.go none.
    pub mtime: String,
    /// How many chunks there are.
    pub chunks: u64,
    /// Its digest.
    pub digest: Option<String>,
    /// Whether it is deleted.
    pub deleted: bool,
}

// As nats.go has them in order.
as_json! {
    lenient ObjectInfo;
    name, description omitempty, headers omitempty, metadata omitempty, options omitempty,
    bucket, nuid, size, mtime, chunks, digest omitempty, deleted omitempty,
}

impl ObjectInfo {
    /// Reads a meta as a library does.
    ///
    /// # Errors
    /// That it is none, or none that this library can read.
    pub fn read(payload: &[u8], dialect: Dialect) -> Result<Self, BadMeta> {
        let info: Self = json::read(payload).map_err(|_| BadMeta)?;
        let texts = |value: &Value| {
            value.as_array().is_some_and(|values| values.iter().all(Value::is_string))
        };
        let readable = dialect == Dialect::Python
            || (parse_rfc3339(&info.mtime).is_some() && info.headers.values().all(texts));
        if readable { Ok(info) } else { Err(BadMeta) }
    }

    /// It as a library writes it.
    pub fn write(&self, dialect: Dialect) -> String {
        match dialect {
            Dialect::Go => json::go_text(self),
            Dialect::Python => json::text(&Python(self)),
        }
    }

    /// What it stands for, if it is a link.
    pub fn link(&self) -> Option<&Link> {
        self.options.as_ref()?.link.as_ref()
    }

    /// Its headers, one by one.
    pub fn header_lines(&self) -> Vec<(String, String)> {
        let mut lines = Vec::new();
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => json::text(other),
        };
        for (name, value) in &self.headers {
            match value {
                Value::Array(values) => {
                    lines.extend(values.iter().map(|value| (name.clone(), text(value))));
                }
                other => lines.push((name.clone(), text(other))),
            }
        }
        lines
    }
}

/// A payload that is no meta.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadMeta;

/// A meta in the order of nats-py, which always says whether it is deleted.
struct Python<'a>(&'a ObjectInfo);

impl WriteFields for Python<'_> {
    fn write_fields(&self, to: &mut Writer) {
        let ObjectInfo {
            name,
            description,
            headers,
            metadata: _,
            options,
            bucket,
            nuid,
            size,
            mtime,
            chunks,
            digest,
            deleted,
        } = self.0;
        to.field("name", name).field("bucket", bucket).field("nuid", nuid).field("size", size);
        to.field("mtime", mtime).field("chunks", chunks).some("digest", digest);
        to.field("deleted", deleted).some("description", description).some("headers", headers);
        to.some("options", options);
    }
}

impl ToJson for Python<'_> {
    fn write(&self, to: &mut Writer) {
        to.object(self);
    }
}

/// The time that a library writes into a meta: nats.go none, as the message has one.
pub(super) fn written_time(now: Time, dialect: Dialect) -> String {
    match dialect {
        Dialect::Go => ZERO_TIME.to_owned(),
        Dialect::Python => {
            // Python has microseconds, all six digits of them or none.
            let micros = now.nanos() / 1_000 % 1_000_000;
            let whole = rfc3339(Time(now.nanos() / 1_000_000_000 * 1_000_000_000));
            let whole = whole.trim_end_matches('Z');
            match micros {
                0 => format!("{whole}+00:00"),
                micros => format!("{whole}.{micros:06}+00:00"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Span;

    fn logo() -> ObjectInfo {
        let meta = ObjectMeta {
            name: "logo.png".to_owned(),
            description: Some("Company logo".to_owned()),
            headers: vec![("Content-Type".to_owned(), "image/png".to_owned())],
            ..ObjectMeta::default()
        };
        ObjectInfo {
            headers: meta.header_lists(),
            name: meta.name,
            description: meta.description,
            bucket: "assets".to_owned(),
            nuid: "E7WDYlFbdhxENn1d447E5J".to_owned(),
            size: 104,
            mtime: "2026-11-22T18:02:51.493484+00:00".to_owned(),
            chunks: 1,
            digest: Some("SHA-256=JcLmn13fKvotJGO2xU0GiJzVOImt3WfHtwjv2XckgE8=".to_owned()),
            options: Some(ObjectOptions { link: None, max_chunk_size: CHUNK_SIZE }),
            ..ObjectInfo::default()
        }
    }

    /// As recorded from nats-py 2.16.
    const PYTHON: &str = concat!(
        r#"{"name":"logo.png","bucket":"assets","nuid":"E7WDYlFbdhxENn1d447E5J","size":104,"#,
        r#""mtime":"2026-11-22T18:02:51.493484+00:00","chunks":1,"#,
        r#""digest":"SHA-256=JcLmn13fKvotJGO2xU0GiJzVOImt3WfHtwjv2XckgE8=","deleted":false,"#,
        r#""description":"Company logo","headers":{"Content-Type":["image/png"]},"#,
        r#""options":{"max_chunk_size":131072}}"#
    );

    #[test]
    fn a_meta_is_written_letter_by_letter() {
        assert_eq!(logo().write(Dialect::Python), PYTHON);
        let go = ObjectInfo { mtime: ZERO_TIME.to_owned(), ..logo() };
        assert_eq!(
            go.write(Dialect::Go),
            concat!(
                r#"{"name":"logo.png","description":"Company logo","#,
                r#""headers":{"Content-Type":["image/png"]},"options":{"max_chunk_size":131072},"#,
                r#""bucket":"assets","nuid":"E7WDYlFbdhxENn1d447E5J","size":104,"#,
                r#""mtime":"0001-01-01T00:00:00Z","chunks":1,"#,
                r#""digest":"SHA-256=JcLmn13fKvotJGO2xU0GiJzVOImt3WfHtwjv2XckgE8="}"#
            )
        );
        for dialect in [Dialect::Python, Dialect::Go] {
            assert_eq!(ObjectInfo::read(PYTHON.as_bytes(), dialect), Ok(logo()));
        }
    }

    #[test]
    fn go_cannot_read_what_python_writes_carelessly() {
        let deleted = ObjectInfo { mtime: String::new(), deleted: true, ..logo() };
        let mut text_header = logo();
        text_header.headers.insert("Content-Type".to_owned(), Value::from("image/png"));
        assert_eq!(text_header.header_lines(), logo().header_lines());
        for info in [deleted, text_header] {
            let text = info.write(Dialect::Python);
            assert_eq!(ObjectInfo::read(text.as_bytes(), Dialect::Python), Ok(info));
            assert_eq!(ObjectInfo::read(text.as_bytes(), Dialect::Go), Err(BadMeta));
        }
        assert_eq!(ObjectInfo::read(b"not JSON", Dialect::Python), Err(BadMeta));
    }

    #[test]
    fn a_link_says_what_it_stands_for() {
        let text = concat!(
            r#"{"name":"alias","options":{"link":{"bucket":"SL","name":"data"}},"bucket":"SL","#,
            r#""nuid":"N","size":0,"mtime":"0001-01-01T00:00:00Z","chunks":0}"#
        );
        let info = ObjectInfo::read(text.as_bytes(), Dialect::Go).expect("readable");
        let link = Link { bucket: "SL".to_owned(), name: "data".to_owned() };
        assert_eq!(info.link(), Some(&link));
        assert_eq!(info.write(Dialect::Go), text);
    }

    #[test]
    fn python_writes_its_own_time() {
        let at = Time::ZERO + Span(1_500_000_999);
        assert_eq!(written_time(at, Dialect::Go), ZERO_TIME);
        assert!(written_time(at, Dialect::Python).ends_with(":01.500000+00:00"));
        assert!(written_time(Time::ZERO, Dialect::Python).ends_with(":00+00:00"));
    }
}
