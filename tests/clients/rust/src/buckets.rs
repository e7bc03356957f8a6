//! Key-value buckets and object stores.

use std::time::Duration;

use async_nats::jetstream::kv::{self, Entry};
use async_nats::jetstream::object_store::{self, ObjectMetadata};
use futures_util::TryStreamExt;
use tokio::io::AsyncReadExt;

use crate::Nats;
use crate::say::{Outcome, attempt, next, say, text};

fn line(entry: &Entry) -> String {
    let Entry { key, value, revision, delta, operation, .. } = entry;
    format!("{key}={} revision {revision} delta {delta} {operation:?}", text(value))
}

pub(crate) async fn key_value(nats: &Nats) -> Outcome {
    let config = kv::Config { bucket: "CONFIG".to_owned(), history: 3, ..kv::Config::default() };
    let bucket = nats.js.create_key_value(config).await?;
    say!("{} {}", bucket.put("a", "1".into()).await?, bucket.put("a", "2".into()).await?);
    say!("{}", bucket.create("b.c", "x".into()).await?);
    say!("{:?}", bucket.get("a").await?.map(|value| text(&value)));
    say!("{:?}", bucket.entry("a").await?.as_ref().map(line));
    say!("{:?}", bucket.entry_for_revision("a", 1).await?.as_ref().map(line));
    say!("{}", bucket.update("a", "3".into(), 2).await?);
    attempt("stale", bucket.update("a", "4".into(), 2)).await;
    attempt("exists", bucket.create("a", "4".into())).await;
    say!("{:?}", bucket.get("nothing").await?);
    attempt("bad key", bucket.put("a key", "".into())).await;
    let mut keys: Vec<String> = bucket.keys().await?.try_collect().await?;
    keys.sort();
    say!("{keys:?}");
    bucket.delete("a").await?;
    say!("{:?} {:?}", bucket.get("a").await?, bucket.entry("a").await?.as_ref().map(line));
    let history: Vec<Entry> = bucket.history("a").await?.try_collect().await?;
    say!("{:?}", history.iter().map(line).collect::<Vec<_>>());
    say!("{}", bucket.create("a", "again".into()).await?);
    bucket.purge("a").await?;
    let history: Vec<Entry> = bucket.history("a").await?.try_collect().await?;
    say!("{:?}", history.iter().map(line).collect::<Vec<_>>());
    let status = bucket.status().await?;
    say!("{} {} {:?}", status.values(), status.history(), status.max_age());
    nats.js.delete_key_value("CONFIG").await?;
    attempt("gone", async { nats.js.get_key_value("CONFIG").await.map(|_| ()) }).await;
    Ok(())
}

pub(crate) async fn key_value_watch(nats: &Nats) -> Outcome {
    let config = kv::Config { bucket: "WATCH".to_owned(), history: 5, ..kv::Config::default() };
    let bucket = nats.js.create_key_value(config).await?;
    bucket.put("db.host", "one".into()).await?;
    bucket.put("db.port", "1".into()).await?;
    let mut new = bucket.watch("db.*").await?;
    let mut all = bucket.watch_with_history("db.>").await?;
    for _ in 0..2 {
        say!("{}", line(&next(&mut all).await??));
    }
    bucket.put("db.host", "two".into()).await?;
    bucket.put("other", "x".into()).await?;
    bucket.delete("db.port").await?;
    for watch in [&mut new, &mut all] {
        for _ in 0..2 {
            say!("{}", line(&next(watch).await??));
        }
    }
    drop((new, all));
    nats.js.delete_key_value("WATCH").await?;
    let ttl = kv::Config {
        bucket: "SHORT".to_owned(),
        max_age: Duration::from_millis(300),
        ..kv::Config::default()
    };
    let bucket = nats.js.create_key_value(ttl).await?;
    bucket.put("a", "1".into()).await?;
    say!("{}", bucket.get("a").await?.is_some());
    tokio::time::sleep(Duration::from_millis(900)).await;
    say!("{}", bucket.get("a").await?.is_some());
    nats.js.delete_key_value("SHORT").await?;
    Ok(())
}

pub(crate) async fn object_store(nats: &Nats) -> Outcome {
    let config =
        object_store::Config { bucket: "FILES".to_owned(), ..object_store::Config::default() };
    let mut store = nats.js.create_object_store(config).await?;
    let data: Vec<u8> = (0..300_000_u32).map(|n| (n * 7 % 251) as u8).collect();
    let info = store.put("big", &mut data.as_slice()).await?;
    say!("{} {} {} {:?}", info.name, info.size, info.chunks, info.digest);
    let mut read = Vec::new();
    store.get("big").await?.read_to_end(&mut read).await?;
    say!("the same: {}", read == data);
    let meta = ObjectMetadata {
        name: "big".to_owned(),
        description: Some("replaced".to_owned()),
        chunk_size: Some(4),
        ..ObjectMetadata::default()
    };
    let info = store.put(meta, &mut b"small now".as_slice()).await?;
    say!("{} {} {:?}", info.size, info.chunks, info.description);
    store.put("other", &mut b"".as_slice()).await?;
    let mut names = Vec::new();
    let mut list = store.list().await?;
    while let Some(info) = list.try_next().await? {
        names.push((info.name, info.size));
    }
    names.sort();
    say!("{names:?}");
    store.delete("other").await?;
    attempt("deleted", async { store.get("other").await.map(|_| ()) }).await;
    attempt("none", async { store.info("never").await.map(|_| ()) }).await;
    store.seal().await?;
    attempt("sealed", async { store.put("more", &mut b"x".as_slice()).await.map(|_| ()) }).await;
    let stream = nats.js.get_stream("OBJ_FILES").await?;
    let state = &stream.cached_info().state;
    say!("{} messages, last {}", state.messages, state.last_sequence);
    nats.js.delete_object_store("FILES").await?;
    Ok(())
}
