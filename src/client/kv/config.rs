//! The options of a bucket, and the stream that each client makes of them.

use crate::client::Dialect;
use crate::kernel::Span;
use crate::nats::api::{Compression, Storage, StreamConfig};
use crate::nats::json::{ToJson, Writer, as_json};
use crate::sorted::Map;

use super::Act;

/// How many values of a key a bucket keeps at most.
const HISTORY_MAX: u32 = 64;
/// How long a stream remembers message ids if nobody says (nats-server: 2 min).
const DUPLICATES: Span = Span::secs(120);

/// The options of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// How many values of a key are kept, 1 to 64.
    pub history: u32,
    /// How long a value stays; zero is for ever.
    pub ttl: Span,
    /// How long markers of values that grew too old stay; without it there are none.
    pub marker_ttl: Option<Span>,
    /// How large a value may be, its headers included.
    pub max_value_size: Option<u64>,
    /// How large the bucket may be.
    pub max_bytes: Option<u64>,
    /// What it is for, in words.
    pub description: String,
    /// Where it is kept; without it the server decides, for files.
    pub storage: Option<Storage>,
    /// On how many servers.
    pub replicas: u32,
    /// Whether it is compressed (Go's client only).
    pub compression: bool,
    /// The cluster it is to live in (Go's client only: nats-py takes it and does not send it).
    pub cluster: String,
    /// The tags of the servers it is to live on (the same).
    pub tags: Vec<String>,
    /// What is published anew when it is stored …
    pub republish_source: String,
    /// … on which subject; without it nothing.
    pub republish_destination: String,
    /// Whether that is done without values.
    pub republish_headers: bool,
    /// What else is noted about it (Go's client only).
    pub metadata: Map<String, String>,
    /// Whether any replica may answer a get (nats-py's `direct`; Go's client always wants it).
    pub direct: bool,
    /// The bucket of which it is a copy (Go's client only).
    pub mirror: String,
    /// The JetStream domain of that one.
    pub mirror_domain: String,
    /// The buckets from which it gathers (Go's client only).
    pub sources: Vec<String>,
}

impl Default for Bucket {
    fn default() -> Self {
        Self {
            history: 1,
            ttl: Span::ZERO,
            marker_ttl: None,
            max_value_size: None,
            max_bytes: None,
            description: String::new(),
            storage: None,
            replicas: 1,
            compression: false,
            cluster: String::new(),
            tags: Vec::new(),
            republish_source: String::new(),
            republish_destination: String::new(),
            republish_headers: false,
            metadata: Map::new(),
            direct: false,
            mirror: String::new(),
            mirror_domain: String::new(),
            sources: Vec::new(),
        }
    }
}

as_json! {
    strict Bucket;
    history, ttl omitempty, marker_ttl omitempty, max_value_size omitempty, max_bytes omitempty,
    description omitempty, storage omitempty, replicas, compression omitempty, cluster omitempty,
    tags omitempty, republish_source omitempty, republish_destination omitempty,
    republish_headers omitempty, metadata omitempty, direct omitempty, mirror omitempty,
    mirror_domain omitempty, sources omitempty
}

impl Bucket {
    /// Whether the options make sense, and are options of the client that is to make the bucket.
    ///
    /// # Errors
    /// What about them does not, or which is none.
    pub(super) fn check(&self, act: Act, dialect: Dialect) -> Result<(), String> {
        if self.history > HISTORY_MAX {
            return Err(format!("history limited to a max of {HISTORY_MAX}"));
        }
        if !self.mirror.is_empty() && !self.sources.is_empty() {
            return Err("a bucket is a copy of one or gathers from several, not both".to_owned());
        }
        // To change a bucket nats-py has no call but that for streams, which knows all options.
        if act != Act::Add {
            return Ok(());
        }
        refuse_unknown(
            dialect,
            &[
                ("mirror", !self.mirror.is_empty()),
                ("mirror_domain", !self.mirror_domain.is_empty()),
                ("sources", !self.sources.is_empty()),
                ("compression", self.compression),
                ("metadata", !self.metadata.is_empty()),
            ],
        )
    }

    /// The options that a bucket has.
    pub fn of(config: &StreamConfig) -> Self {
        let some = |limit: i64| u64::try_from(limit).ok().filter(|limit| *limit > 0);
        let placement = config.placement.clone().unwrap_or_default();
        let republish = config.republish.clone().unwrap_or_default();
        let bucket = |stream: &str| stream.strip_prefix("KV_").unwrap_or(stream).to_owned();
        let mirror = config.mirror.as_ref();
        let domain = mirror.and_then(|mirror| mirror.external.as_ref()?.domain());
        let own = |name: &&String| !name.starts_with("_nats.");
        Self {
            history: u32::try_from(config.max_msgs_per_subject).unwrap_or(0),
            ttl: config.max_age().unwrap_or(Span::ZERO),
            marker_ttl: config.delete_marker_ttl(),
            max_value_size: some(config.max_msg_size.into()),
            max_bytes: some(config.max_bytes),
            description: config.description.clone(),
            storage: Some(config.storage),
            replicas: u32::try_from(config.num_replicas).unwrap_or(1),
            compression: config.compression != Compression::None,
            cluster: placement.cluster,
            tags: placement.tags,
            republish_source: republish.src,
            republish_destination: republish.dest,
            republish_headers: republish.headers_only,
            metadata: config
                .metadata
                .iter()
                .filter(|(name, _)| own(name))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            direct: config.allow_direct,
            mirror: mirror.map(|mirror| bucket(&mirror.name)).unwrap_or_default(),
            mirror_domain: domain.unwrap_or_default().to_owned(),
            sources: config.sources.iter().map(|source| bucket(&source.name)).collect(),
        }
    }

    /// The body that makes or changes the stream, as a client writes it. What nats-py does not know when
    /// it makes a bucket stays as it is when it changes one.
    pub(super) fn body(&self, bucket: &str, act: Act, dialect: Dialect) -> String {
        let mut to = Writer::default();
        to.open().field("name", &format!("KV_{bucket}"));
        to.some("description", &self.description);
        if self.mirror.is_empty() {
            to.field("subjects", &vec![format!("$KV.{bucket}.>")]);
        }
        let limit = |limit: Option<u64>| limit.map(|limit| i64::try_from(limit).unwrap_or(-1));
        let window = match self.ttl {
            Span::ZERO => DUPLICATES,
            ttl => ttl.min(DUPLICATES),
        };
        match dialect {
            Dialect::Python => {
                to.field("max_consumers", &-1_i64).field("max_msgs", &-1_i64);
                to.some("max_bytes", &limit(self.max_bytes)).field("discard", &"new");
                to.field("discard_new_per_subject", &false).field("max_age", &self.ttl);
                to.field("max_msgs_per_subject", &self.history);
                to.some("max_msg_size", &limit(self.max_value_size));
                to.some("storage", &self.storage).field("num_replicas", &self.replicas);
                to.field("no_ack", &false).field("duplicate_window", &window);
                to.field("sealed", &false).field("deny_delete", &true);
                to.field("deny_purge", &false).field("allow_rollup_hdrs", &true);
                to.some("allow_direct", &self.direct).field("allow_msg_ttl", &true);
                if act == Act::Edit {
                    self.placement(&mut to);
                    self.origins(&mut to, bucket);
                    to.some("compression", &self.compression.then_some("s2"));
                    to.some("metadata", &self.metadata);
                }
            }
            Dialect::Go => {
                to.field("retention", &"limits").field("max_consumers", &-1_i64);
                to.field("max_msgs", &-1_i64);
                to.field("max_bytes", &limit(self.max_bytes).unwrap_or(-1));
                to.field("discard", &"new").field("max_age", &self.ttl);
                to.field("max_msgs_per_subject", &self.history);
                to.field("max_msg_size", &limit(self.max_value_size).unwrap_or(-1));
                to.field("storage", &self.storage.unwrap_or_default());
                to.field("num_replicas", &self.replicas).field("duplicate_window", &window);
                self.placement(&mut to);
                self.origins(&mut to, bucket);
                to.field("deny_delete", &true).field("allow_rollup_hdrs", &true);
                to.field("compression", &if self.compression { "s2" } else { "none" });
                to.field("allow_direct", &true);
                to.some("allow_msg_ttl", &self.marker_ttl.is_some());
                to.some("metadata", &self.metadata);
            }
        }
        to.some("subject_delete_marker_ttl", &self.marker_ttl);
        self.republish(&mut to);
        to.close();
        to.into_text()
    }

    fn placement(&self, to: &mut Writer) {
        if !self.cluster.is_empty() || !self.tags.is_empty() {
            let placement = Fields(&|to| {
                to.some("cluster", &self.cluster).some("tags", &self.tags);
            });
            to.field("placement", &placement);
        }
    }

    fn republish(&self, to: &mut Writer) {
        if !self.republish_destination.is_empty() {
            let republish = Fields(&|to| {
                to.some("src", &self.republish_source);
                to.field("dest", &self.republish_destination);
                to.some("headers_only", &self.republish_headers);
            });
            to.field("republish", &republish);
        }
    }

    /// Where it takes its values from (ADR-57): names of streams, and for what is gathered a transform
    /// to its own subjects.
    fn origins(&self, to: &mut Writer, bucket: &str) {
        if !self.mirror.is_empty() {
            let mirror = Fields(&|to| {
                to.field("name", &stream(&self.mirror));
                if !self.mirror_domain.is_empty() {
                    let api = format!("$JS.{}.API", self.mirror_domain);
                    to.field("external", &Fields(&|to| _ = to.field("api", &api)));
                }
            });
            to.field("mirror", &mirror).field("mirror_direct", &true);
        }
        let sources: Vec<Source<'_>> =
            self.sources.iter().map(|source| Source { source, bucket }).collect();
        to.some("sources", &sources);
    }
}

/// Says in Python's words which of the options that only Go's client knows is given to nats-py, if one is.
/// `only_go`: their names, and whether they are given.
pub(in crate::client) fn refuse_unknown(
    dialect: Dialect,
    only_go: &[(&str, bool)],
) -> Result<(), String> {
    match only_go.iter().find(|(_, given)| *given && dialect == Dialect::Python) {
        Some((name, _)) => Err(format!(
            "unexpected keyword argument '{name}'; Go's client knows it, and so does the console"
        )),
        None => Ok(()),
    }
}

/// The stream of a bucket, which may be named by either.
fn stream(bucket: &str) -> String {
    let name = bucket.strip_prefix("KV_").unwrap_or(bucket);
    format!("KV_{name}")
}

/// What a bucket gathers from another.
struct Source<'a> {
    source: &'a str,
    bucket: &'a str,
}

impl ToJson for Source<'_> {
    fn write(&self, to: &mut Writer) {
        let name = stream(self.source);
        let src = format!("$KV.{}.>", name.trim_start_matches("KV_"));
        let dest = format!("$KV.{}.>", self.bucket);
        to.open().field("name", &name);
        let transform = Fields(&|to| _ = to.field("src", &src).field("dest", &dest));
        to.field("subject_transforms", &vec![transform]);
        to.close();
    }
}

/// An object that a closure writes.
struct Fields<'a>(&'a dyn Fn(&mut Writer));

impl ToJson for Fields<'_> {
    fn write(&self, to: &mut Writer) {
        to.open();
        (self.0)(to);
        to.close();
    }
}
