//! How the CLI shows a bucket and an object.

use crate::client::object::{Link, ObjectInfo, hex};
use crate::console::columns::Columns;
use crate::console::format::{comma, ibytes};
use crate::console::plan::show::{bucket_cluster, date, own_metadata, storage};
use crate::kernel::{Span, Time};
use crate::nats::api::{Stamp, StreamInfo};
use crate::nats::time::go_duration;

/// The block of a bucket.
pub(super) fn bucket(bucket: &str, info: &StreamInfo) -> Vec<String> {
    let config = &info.config;
    let mut block = Columns::new(format!(
        "Information for Object Store Bucket {bucket} created {}",
        date(info.created)
    ));
    block.title("Configuration");
    block.row("Bucket Name", bucket);
    block.row_if_any("Description", &config.description);
    block.row("Replicas", config.num_replicas);
    let ttl = u64::try_from(config.max_age).ok().filter(|ttl| *ttl > 0).map(Span);
    block.row("TTL", ttl.map_or_else(|| "unlimited".to_owned(), |ttl| go_duration(ttl.as_nanos())));
    block.row("Sealed", config.sealed);
    block.row("Size", ibytes(info.state.bytes));
    let most = u64::try_from(config.max_bytes).ok();
    block.row("Maximum Bucket Size", most.map_or_else(|| "unlimited".to_owned(), ibytes));
    block.row("Storage", storage(config.storage));
    block.row("Backing Store Kind", "JetStream");
    block.row("JetStream Stream", &config.name);
    for (n, (name, value)) in own_metadata(&config.metadata).into_iter().enumerate() {
        block.row(if n == 0 { "Metadata" } else { "" }, format!("{name}: {value}"));
    }
    if let Some(group) = &info.cluster {
        bucket_cluster(&mut block, group);
    }
    block.lines()
}

/// The block of an object, changed at this time.
pub(super) fn object(info: &ObjectInfo, at: Time) -> Vec<String> {
    let mut block = Columns::new(format!("Object information for {} > {}", info.bucket, info.name));
    block.row_if_any("Description", info.description.as_deref().unwrap_or_default());
    block.row("Size", ibytes(info.size));
    block.row("Modification Time", date(Stamp::from(at)));
    block.row("Chunks", comma(info.chunks.into()));
    if let Some(digest) = &info.digest {
        block.row("Digest", format!("SHA-256 {}", hex(digest).unwrap_or_default()));
    }
    if info.deleted {
        block.row("Deleted", true);
    }
    for (n, (name, value)) in info.header_lines().into_iter().enumerate() {
        block.row(if n == 0 { "Headers" } else { "" }, format!("{name}: {value}"));
    }
    block.lines()
}

/// Where a link leads.
pub(super) fn leads(link: &Link) -> String {
    let to = if link.name.is_empty() { "bucket" } else { "object" };
    let what = [link.bucket.as_str(), link.name.as_str()].join(" ");
    format!("It is a link to {to} {}.", what.trim_end())
}
