//! The configuration of a bucket, and the stream that a library makes of it.

use crate::kernel::Span;
use crate::nats::api::Storage;
use crate::nats::json::{self, ToJson, WriteFields, Writer, as_json};
use crate::sorted::Map;

use super::name;
use crate::client::Dialect;
use crate::client::kv::refuse_unknown;

/// The configuration of a bucket. What is left out is as the server or the library has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BucketConfig {
    /// What it is for, in words.
    pub description: String,
    /// How long objects stay; none: for ever.
    pub ttl: Option<Span>,
    /// How many bytes it may hold; none: as many as there is room for.
    pub max_bytes: Option<u64>,
    /// Where it is kept; none: in files.
    pub storage: Option<Storage>,
    /// On how many servers; none: one.
    pub replicas: Option<u32>,
    /// In which cluster.
    pub cluster: String,
    /// On servers with all these tags.
    pub tags: Vec<String>,
    /// Whether it is compressed; not in nats-py.
    pub compression: bool,
    /// What is noted about it; not in nats-py.
    pub metadata: Map<String, String>,
}

as_json! {
    strict BucketConfig;
    description omitempty, ttl omitempty, max_bytes omitempty, storage omitempty,
    replicas omitempty, cluster omitempty, tags omitempty, compression omitempty,
    metadata omitempty,
}

impl BucketConfig {
    /// Whether these are options of the library that is to make the bucket.
    ///
    /// # Errors
    /// Which is none, in Python's words.
    pub(super) fn check(&self, dialect: Dialect) -> Result<(), String> {
        let only_go = [("compression", self.compression), ("metadata", !self.metadata.is_empty())];
        refuse_unknown(dialect, &only_go)
    }

    /// The body of `STREAM.CREATE` with which a library makes a bucket of this name.
    pub fn stream(&self, bucket: &str, dialect: Dialect) -> String {
        let stream = Stream { config: self, bucket };
        match dialect {
            Dialect::Python => json::text(&Python(stream)),
            Dialect::Go => json::go_text(&Go(stream)),
        }
    }
}

struct Stream<'a> {
    config: &'a BucketConfig,
    bucket: &'a str,
}

impl Stream<'_> {
    fn begin(&self, to: &mut Writer) {
        to.field("name", &name::stream(self.bucket)).some("description", &self.config.description);
        to.field("subjects", &name::subjects(self.bucket));
    }

    fn replicas(&self) -> u32 {
        self.config.replicas.unwrap_or(1)
    }

    fn max_age(&self) -> Span {
        self.config.ttl.unwrap_or(Span::ZERO)
    }

    fn placement(&self, to: &mut Writer) {
        let BucketConfig { cluster, tags, .. } = self.config;
        if !cluster.is_empty() || !tags.is_empty() {
            to.field("placement", &Placed { cluster, tags });
        }
    }
}

struct Placed<'a> {
    cluster: &'a String,
    tags: &'a Vec<String>,
}

as_json! {
    written Placed<'_>;
    cluster omitempty, tags omitempty,
}

/// As nats-py writes it, which says much that is not asked for.
struct Python<'a>(Stream<'a>);

impl ToJson for Python<'_> {
    fn write(&self, to: &mut Writer) {
        let stream = &self.0;
        to.open();
        stream.begin(to);
        to.field("max_consumers", &0u32).some("max_bytes", &stream.config.max_bytes);
        to.field("discard", &"new").field("discard_new_per_subject", &false);
        to.field("max_msgs_per_subject", &-1i32).field("max_msg_size", &-1i32);
        to.some("storage", &stream.config.storage).field("num_replicas", &stream.replicas());
        to.field("no_ack", &false).field("duplicate_window", &0u32);
        stream.placement(to);
        to.field("sealed", &false).field("deny_delete", &false).field("deny_purge", &false);
        to.field("allow_rollup_hdrs", &true).field("allow_direct", &true);
        to.field("max_age", &stream.max_age());
        to.close();
    }
}

/// As nats.go writes it.
struct Go<'a>(Stream<'a>);

impl WriteFields for Go<'_> {
    fn write_fields(&self, to: &mut Writer) {
        let Stream { config, .. } = &self.0;
        self.0.begin(to);
        let max_bytes = config.max_bytes.and_then(|bytes| i64::try_from(bytes).ok());
        to.field("retention", &"limits").field("max_consumers", &0u32).field("max_msgs", &0u32);
        to.field("max_bytes", &max_bytes.unwrap_or(-1)).field("discard", &"new");
        to.field("max_age", &self.0.max_age()).field("max_msgs_per_subject", &0u32);
        to.field("storage", &config.storage.unwrap_or_default());
        to.field("num_replicas", &self.0.replicas());
        self.0.placement(to);
        to.field("allow_rollup_hdrs", &true);
        to.field("compression", &if config.compression { "s2" } else { "none" });
        to.field("allow_direct", &true).field("mirror_direct", &false);
        to.some("metadata", &config.metadata);
    }
}

impl ToJson for Go<'_> {
    fn write(&self, to: &mut Writer) {
        to.object(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_made_as_nats_py_makes_it() {
        // Recorded from nats-py 2.16: `js.create_object_store("assets")`.
        assert_eq!(
            BucketConfig::default().stream("assets", Dialect::Python),
            concat!(
                r#"{"name":"OBJ_assets","subjects":["$O.assets.C.>","$O.assets.M.>"],"#,
                r#""max_consumers":0,"discard":"new","discard_new_per_subject":false,"#,
                r#""max_msgs_per_subject":-1,"max_msg_size":-1,"num_replicas":1,"no_ack":false,"#,
                r#""duplicate_window":0,"sealed":false,"deny_delete":false,"deny_purge":false,"#,
                r#""allow_rollup_hdrs":true,"allow_direct":true,"max_age":0}"#
            )
        );
    }

    #[test]
    fn all_options_reach_the_stream() {
        let config = BucketConfig {
            description: "Files".to_owned(),
            ttl: Some(Span::secs(60)),
            max_bytes: Some(1 << 20),
            storage: Some(Storage::Memory),
            replicas: Some(3),
            cluster: "C1".to_owned(),
            tags: vec!["ssd".to_owned()],
            compression: true,
            metadata: Map::from([("team".to_owned(), "web".to_owned())]),
        };
        let read: BucketConfig = json::read(json::text(&config).as_bytes()).expect("readable");
        assert_eq!(read, config);
        for dialect in [Dialect::Python, Dialect::Go] {
            let text = config.stream("F", dialect);
            let stream: crate::nats::api::StreamConfig = json::read(text.as_bytes()).expect("JSON");
            assert_eq!(stream.name, "OBJ_F");
            assert_eq!(stream.max_age, 60_000_000_000);
            assert_eq!((stream.max_bytes, stream.num_replicas), (1 << 20, 3));
            assert_eq!(stream.storage, Storage::Memory);
            assert_eq!(stream.placement.expect("placed").cluster, "C1");
            assert!(stream.allow_rollup_hdrs && stream.allow_direct);
            assert_eq!(!stream.metadata.is_empty(), dialect == Dialect::Go);
        }
    }
}
