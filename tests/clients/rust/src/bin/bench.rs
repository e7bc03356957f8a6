//! How quick a server is to a client: `bench URL [KIND]...` prints, for each kind of traffic and each round,
//! its name, how many messages it was, and how many nanoseconds they took.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_nats::Client;
use async_nats::jetstream::consumer::{AckPolicy, PullConsumer, pull, push};
use async_nats::jetstream::object_store::ObjectStore;
use async_nats::jetstream::stream::{Config, RetentionPolicy, Stream};
use async_nats::jetstream::{self, Context, kv, object_store};
use futures_util::StreamExt;
use tokio::io::AsyncReadExt;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// Messages published, consumed and worked off in a round.
const MESSAGES: usize = 30_000;
/// Messages that each go to every subscriber.
const FAN_OUT: usize = 1_000;
const SUBSCRIBERS: usize = 100;
const WORKERS: usize = 10;
/// Keys that are put and got, one after the other.
const KEYS: usize = 2_000;
/// How many watch a bucket, and how many values are put meanwhile.
const WATCHES: usize = 50;
const CHANGES: usize = 100;
/// Chunks of an object; each has 128 KiB.
const CHUNKS: usize = 128;
const CHUNK: usize = 128 * 1024;
/// Publishes that wait for their acknowledgement at a time, and messages that a pull asks for.
const WINDOW: usize = 500;
const PAYLOAD: usize = 128;
const ROUNDS: usize = 3;
/// How long a worker waits for a message until it looks whether there are any left.
const PATIENCE: Duration = Duration::from_millis(100);
/// What takes longer does not end.
const LIMIT: Duration = Duration::from_secs(60);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [url, kinds @ ..] = words.as_slice() else { return Err("bench URL [KIND]...".into()) };
    let client = async_nats::connect(url).await?;
    let js = jetstream::new(client.clone());
    // What another run left behind.
    let _ = js.delete_stream("BENCH").await;
    macro_rules! measure {
        ($name:literal, $messages:expr, $round:expr) => {{
            let wanted = kinds.is_empty() || kinds.iter().any(|kind| kind == $name);
            for _ in 0..if wanted { ROUNDS } else { 0 } {
                let round = tokio::time::timeout(LIMIT, $round);
                let took = round.await.map_err(|_| concat!($name, " does not end"))??;
                println!("{} {} {}", $name, $messages, took.as_nanos());
                for left in ["BENCH", "KV_bench", "OBJ_bench"] {
                    let _ = js.delete_stream(left).await;
                }
            }
        }};
    }
    measure!("publish", MESSAGES, publish(&js));
    measure!("pull", MESSAGES, consume(&js));
    measure!("fan-out", FAN_OUT * SUBSCRIBERS, fan_out(url, &js));
    measure!("work-queue", MESSAGES, work_queue(url, &js));
    measure!("key-value", 2 * KEYS, key_value(&js));
    measure!("watch", WATCHES * CHANGES, watch(&js));
    measure!("object-put", CHUNKS, object_put(&js));
    measure!("object-get", CHUNKS, object_get(&js));
    Ok(())
}

async fn stream(js: &Context, retention: RetentionPolicy) -> Outcome<Stream> {
    let config = Config {
        name: "BENCH".to_owned(),
        subjects: vec!["bench".to_owned()],
        retention,
        ..Config::default()
    };
    Ok(js.create_stream(config).await?)
}

async fn fill(js: &Context, messages: usize) -> Outcome {
    let payload = bytes(PAYLOAD);
    let mut left = messages;
    while left > 0 {
        let now = left.min(WINDOW);
        let mut acks = Vec::with_capacity(now);
        for _ in 0..now {
            acks.push(js.publish("bench", payload.clone().into()).await?);
        }
        for ack in acks {
            ack.await?;
        }
        left -= now;
    }
    Ok(())
}

fn bytes(len: usize) -> Vec<u8> {
    vec![b'x'; len]
}

/// Publishes with acknowledgements, a window at a time.
async fn publish(js: &Context) -> Outcome<Duration> {
    stream(js, RetentionPolicy::Limits).await?;
    let begun = Instant::now();
    fill(js, MESSAGES).await?;
    Ok(begun.elapsed())
}

async fn worker(stream: &Stream) -> Outcome<PullConsumer> {
    let config = pull::Config {
        durable_name: Some("worker".to_owned()),
        max_ack_pending: 10_000,
        ..pull::Config::default()
    };
    Ok(stream.create_consumer(config).await?)
}

/// Pulls and acknowledges every message.
async fn consume(js: &Context) -> Outcome<Duration> {
    let stream = stream(js, RetentionPolicy::Limits).await?;
    fill(js, MESSAGES).await?;
    let consumer = worker(&stream).await?;
    let begun = Instant::now();
    let mut messages = consumer.stream().max_messages_per_batch(WINDOW).messages().await?;
    for n in 1..=MESSAGES {
        let message = messages.next().await.ok_or("no message")??;
        if n == MESSAGES {
            message.double_ack().await?;
        } else {
            message.ack().await?;
        }
    }
    Ok(begun.elapsed())
}

/// A push consumer on whose deliver subject many clients listen.
async fn fan_out(url: &str, js: &Context) -> Outcome<Duration> {
    let stream = stream(js, RetentionPolicy::Limits).await?;
    fill(js, FAN_OUT).await?;
    let mut listeners = Vec::new();
    for _ in 0..SUBSCRIBERS {
        let client: Client = async_nats::connect(url).await?;
        let mut subscription = client.subscribe("to.everybody").await?;
        // An answer says that the server has taken the subscription in; that nobody is there will do.
        let _ = client.request("nobody", "".into()).await;
        listeners.push(tokio::spawn(async move {
            for _ in 0..FAN_OUT {
                subscription.next().await.ok_or("no message")?;
            }
            drop(client);
            Ok::<_, Box<dyn Error + Send + Sync>>(())
        }));
    }
    let begun = Instant::now();
    let config = push::Config {
        durable_name: Some("news".to_owned()),
        deliver_subject: "to.everybody".to_owned(),
        ack_policy: AckPolicy::None,
        ..push::Config::default()
    };
    js.create_consumer_on_stream(config, stream.cached_info().config.name.clone()).await?;
    for listener in listeners {
        listener.await??;
    }
    Ok(begun.elapsed())
}

/// Workers, each with a connection of its own, work a queue off.
async fn work_queue(url: &str, js: &Context) -> Outcome<Duration> {
    let stream = stream(js, RetentionPolicy::WorkQueue).await?;
    fill(js, MESSAGES).await?;
    worker(&stream).await?;
    let mut workers = Vec::new();
    for _ in 0..WORKERS {
        let js = jetstream::new(async_nats::connect(url).await?);
        let consumer: PullConsumer = js.get_consumer_from_stream("worker", "BENCH").await?;
        workers.push(consumer);
    }
    let begun = Instant::now();
    let (left, mut tasks) = (Arc::new(AtomicUsize::new(MESSAGES)), Vec::new());
    for consumer in workers {
        let left = Arc::clone(&left);
        tasks.push(tokio::spawn(async move {
            let mut messages =
                consumer.stream().max_messages_per_batch(WINDOW / WORKERS).messages().await?;
            let mut last = begun;
            while left.load(Ordering::Relaxed) > 0 {
                // The last ones go to whoever asked first; the others look again whether all is done.
                let next = tokio::time::timeout(PATIENCE, messages.next()).await;
                let Ok(message) = next else { continue };
                message.ok_or("no message")??.ack().await?;
                left.fetch_sub(1, Ordering::Relaxed);
                last = Instant::now();
            }
            Ok::<_, Box<dyn Error + Send + Sync>>(last)
        }));
    }
    let mut last = begun;
    for task in tasks {
        last = last.max(task.await??);
    }
    Ok(last - begun)
}

async fn bucket(js: &Context) -> Outcome<kv::Store> {
    let config = kv::Config { bucket: "bench".to_owned(), ..kv::Config::default() };
    Ok(js.create_key_value(config).await?)
}

/// Puts a value and gets it, key after key.
async fn key_value(js: &Context) -> Outcome<Duration> {
    let bucket = bucket(js).await?;
    let value = bytes(PAYLOAD);
    let begun = Instant::now();
    for n in 0..KEYS {
        let key = format!("key.{n}");
        bucket.put(&key, value.clone().into()).await?;
        bucket.get(&key).await?.ok_or("no value")?;
    }
    Ok(begun.elapsed())
}

/// Puts values that many watch, until all have them.
async fn watch(js: &Context) -> Outcome<Duration> {
    let bucket = bucket(js).await?;
    let mut watches = Vec::new();
    for _ in 0..WATCHES {
        watches.push(bucket.watch("key.*").await?);
    }
    let begun = Instant::now();
    // Of one key a bucket keeps the last value only: who watches may miss those before.
    for n in 0..CHANGES {
        bucket.put(format!("key.{n}"), bytes(PAYLOAD).into()).await?;
    }
    for mut watch in watches {
        for _ in 0..CHANGES {
            watch.next().await.ok_or("no value")??;
        }
    }
    Ok(begun.elapsed())
}

async fn store(js: &Context) -> Outcome<ObjectStore> {
    let config =
        object_store::Config { bucket: "bench".to_owned(), ..object_store::Config::default() };
    Ok(js.create_object_store(config).await?)
}

/// Puts an object, chunk after chunk.
async fn object_put(js: &Context) -> Outcome<Duration> {
    let (store, content) = (store(js).await?, bytes(CHUNKS * CHUNK));
    let begun = Instant::now();
    store.put("blob.bin", &mut content.as_slice()).await?;
    Ok(begun.elapsed())
}

/// Gets it, its digest checked.
async fn object_get(js: &Context) -> Outcome<Duration> {
    let (store, content) = (store(js).await?, bytes(CHUNKS * CHUNK));
    store.put("blob.bin", &mut content.as_slice()).await?;
    let begun = Instant::now();
    let mut got = Vec::new();
    store.get("blob.bin").await?.read_to_end(&mut got).await?;
    if got.len() != content.len() {
        return Err("not all of it came".into());
    }
    Ok(begun.elapsed())
}
