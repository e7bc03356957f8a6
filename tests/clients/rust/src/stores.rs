//! Key-value buckets and object stores in full: what [`crate::buckets`] leaves out.

use std::collections::HashMap;
use std::time::Duration;

use async_nats::jetstream::kv::{self, Entry, Watch};
use async_nats::jetstream::object_store::{self, ObjectInfo, ObjectMetadata, UpdateMetadata};
use async_nats::jetstream::stream::StorageType;
use futures_util::TryStreamExt;

use crate::Nats;
use crate::say::{Outcome, attempt, next, say, state, text};

fn line(entry: &Entry) -> String {
    let Entry { key, value, revision, delta, operation, .. } = entry;
    format!("{key}={} revision {revision} delta {delta} {operation:?}", text(value))
}

async fn lines(watch: &mut Watch, count: usize) -> Outcome<Vec<String>> {
    let mut seen = Vec::new();
    for _ in 0..count {
        seen.push(line(&next(watch).await??));
    }
    Ok(seen)
}

/// What is in the stream of a bucket.
async fn stream(nats: &Nats, name: &str) -> Outcome<String> {
    Ok(state(nats.js.get_stream(name).await?.cached_info()))
}

/// The same without bytes: what is told of an object has a time in it, which is not always as long.
async fn messages(nats: &Nats, name: &str) -> Outcome<String> {
    let stream = nats.js.get_stream(name).await?;
    let state = &stream.cached_info().state;
    Ok(format!("{} messages, last {}", state.messages, state.last_sequence))
}

pub(crate) async fn key_value_in_full(nats: &Nats) -> Outcome {
    let config = kv::Config {
        bucket: "FULL".to_owned(),
        description: "all of it".to_owned(),
        history: 4,
        max_value_size: 100,
        storage: StorageType::Memory,
        ..kv::Config::default()
    };
    let bucket = nats.js.create_key_value(config).await?;
    for n in 0..6 {
        bucket.put("db.host", n.to_string().into()).await?;
    }
    bucket.put("db.port", "5432".into()).await?;
    bucket.put("other", "".into()).await?;
    bucket.delete("other").await?;
    attempt("too large", bucket.put("a", "x".repeat(101).into())).await;
    for revision in [1, 3, 7, 99] {
        let entry = bucket.entry_for_revision("db.host", revision).await?;
        say!("{revision} {:?}", entry.as_ref().map(line));
    }
    attempt("update of nothing", bucket.update("new", "x".into(), 0)).await;
    attempt("update of something", bucket.update("new", "y".into(), 0)).await;
    attempt("stale delete", bucket.delete_expect_revision("new", Some(1))).await;
    attempt("stale purge", bucket.purge_expect_revision("new", Some(1))).await;
    let mut all = bucket.watch_all().await?;
    let mut several = bucket.watch_many(["db.port", "other"]).await?;
    let mut history = bucket.watch_many_with_history(["db.*"]).await?;
    let mut from = bucket.watch_from_revision("db.>", 5).await?;
    bucket.put("db.host", "later".into()).await?;
    bucket.purge("db.port").await?;
    say!("all {:?}", lines(&mut all, 2).await?);
    say!("several {:?}", lines(&mut several, 1).await?);
    say!("history {:?}", lines(&mut history, 4).await?);
    say!("from {:?}", lines(&mut from, 5).await?);
    drop((all, several, history, from));
    let mut keys: Vec<String> = bucket.keys().await?.try_collect().await?;
    keys.sort();
    say!("{keys:?}");
    attempt("delete of this revision", bucket.delete_expect_revision("new", Some(10))).await;
    say!("{:?}", bucket.entry("new").await?.as_ref().map(line));
    let status = bucket.status().await?;
    say!("{} {} {}", status.bucket(), status.values(), status.history());
    say!("{}", stream(nats, "KV_FULL").await?);
    Ok(())
}

pub(crate) async fn key_value_time_to_live(nats: &Nats) -> Outcome {
    let config = kv::Config {
        bucket: "MARK".to_owned(),
        limit_markers: Some(Duration::from_secs(2)),
        ..kv::Config::default()
    };
    let bucket = nats.js.create_key_value(config).await?;
    let mut all = bucket.watch_all().await?;
    say!("{}", bucket.create_with_ttl("a", "1".into(), Duration::from_secs(1)).await?);
    say!("{}", bucket.put("b", "2".into()).await?);
    say!("{:?}", lines(&mut all, 3).await?);
    say!("{:?}", bucket.get("a").await?);
    bucket.purge_with_ttl("b", Duration::from_secs(1)).await?;
    say!("{:?}", lines(&mut all, 1).await?);
    tokio::time::sleep(Duration::from_millis(2_600)).await;
    drop(all);
    let last = nats.js.get_stream("KV_MARK").await?.cached_info().state.last_sequence;
    say!("last {last}");
    Ok(())
}

fn told(info: &ObjectInfo) -> String {
    let mut metadata: Vec<_> = info.metadata.iter().collect();
    metadata.sort();
    let ObjectInfo { name, description, bucket, size, chunks, digest, deleted, options, .. } = info;
    format!(
        "{bucket}/{name} {description:?} {size} bytes in {chunks} {digest:?} deleted {deleted} \
         {metadata:?} {:?}",
        options.as_ref().map(|options| (&options.link, options.max_chunk_size))
    )
}

pub(crate) async fn object_store_in_full(nats: &Nats) -> Outcome {
    let config = object_store::Config {
        bucket: "FULL".to_owned(),
        description: Some("all of it".to_owned()),
        ..object_store::Config::default()
    };
    let store = nats.js.create_object_store(config).await?;
    let mut watch = store.watch().await?;
    let data: Vec<u8> = (0..200_000_u32).map(|n| (n * 11 % 253) as u8).collect();
    let meta = ObjectMetadata {
        name: "file".to_owned(),
        description: Some("in small pieces".to_owned()),
        chunk_size: Some(1_000),
        metadata: HashMap::from([("K".to_owned(), "v".to_owned())]),
        ..ObjectMetadata::default()
    };
    say!("{}", told(&store.put(meta, &mut data.as_slice()).await?));
    say!("{}", messages(nats, "OBJ_FULL").await?);
    store.put("empty", &mut b"".as_slice()).await?;
    let update = |name: &str| UpdateMetadata {
        name: name.to_owned(),
        description: Some("another".to_owned()),
        ..UpdateMetadata::default()
    };
    say!("{}", told(&store.update_metadata("empty", update("renamed")).await?));
    attempt("name taken", async {
        store.update_metadata("renamed", update("file")).await.map(|info| told(&info))
    })
    .await;
    attempt("old name", async { store.info("empty").await.map(|info| told(&info)) }).await;
    let file = store.info("file").await?;
    say!("{}", told(&store.add_link("link", &file).await?));
    say!("{}", told(&store.add_bucket_link("others", "OTHER").await?));
    attempt("link to a link", async {
        let link = store.info("link").await.map_err(|why| why.to_string())?;
        store.add_link("twice", &link).await.map(|info| told(&info)).map_err(|why| why.to_string())
    })
    .await;
    attempt("get of a store", async { store.get("others").await.map(|_| ()) }).await;
    let mut names: Vec<String> = Vec::new();
    let mut list = store.list().await?;
    while let Some(info) = list.try_next().await? {
        names.push(told(&info));
    }
    names.sort();
    say!("{names:#?}");
    store.delete("file").await?;
    attempt("dangling", async { store.get("link").await.map(|_| ()) }).await;
    for _ in 0..6 {
        let info = next(&mut watch).await??;
        say!("seen {} {} {}", info.name, info.size, info.deleted);
    }
    say!("{}", messages(nats, "OBJ_FULL").await?);
    Ok(())
}
