//! Streams: configuring, publishing into, reading and listing them.

use std::time::Duration;

use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType};
use futures_util::TryStreamExt;

use crate::Nats;
use crate::say::{Outcome, attempt, say, state, text};

fn config(name: &str, subjects: &[&str]) -> Config {
    Config {
        name: name.to_owned(),
        subjects: subjects.iter().map(|subject| (*subject).to_owned()).collect(),
        ..Config::default()
    }
}

pub(crate) async fn configuration(nats: &Nats) -> Outcome {
    let asked = Config {
        max_messages: 10,
        discard: DiscardPolicy::New,
        description: Some("everything that was ordered".to_owned()),
        metadata: [("team".to_owned(), "shop".to_owned())].into(),
        ..config("ORDERS", &["orders.>"])
    };
    let mut stream = nats.js.create_stream(asked).await?;
    let c = &stream.cached_info().config;
    say!(
        "{} {:?} {:?} {:?} {:?} {} {} {:?} {} {:?} {:?} {:?}",
        c.name,
        c.subjects,
        c.retention,
        c.storage,
        c.discard,
        c.max_messages,
        c.max_bytes,
        c.max_age,
        c.num_replicas,
        c.duplicate_window,
        c.description,
        c.metadata.get("team")
    );
    say!("{}", state(stream.info().await?));
    let mut wider = config("ORDERS", &["orders.>", "returns"]);
    wider.max_messages = 20;
    let info = nats.js.update_stream(wider).await?;
    say!("{:?} {} {:?}", info.config.subjects, info.config.max_messages, info.config.discard);
    attempt("overlap", async {
        nats.js.create_stream(config("OTHER", &["orders.new"])).await.map(|_| ())
    })
    .await;
    attempt("other config", async {
        nats.js.create_stream(config("ORDERS", &["x"])).await.map(|_| ())
    })
    .await;
    let memory = Config { storage: StorageType::Memory, ..config("ORDERS", &["orders.>"]) };
    attempt("storage changed", async { nats.js.update_stream(memory).await.map(|_| ()) }).await;
    let queue = Config { retention: RetentionPolicy::WorkQueue, ..config("ORDERS", &["orders.>"]) };
    attempt("retention changed", async { nats.js.update_stream(queue).await.map(|_| ()) }).await;
    attempt("name", async { nats.js.create_stream(config("a.b", &["x"])).await.map(|_| ()) }).await;
    attempt("subject", async { nats.js.create_stream(config("X", &["a..b"])).await.map(|_| ()) })
        .await;
    let status = nats.js.delete_stream("ORDERS").await?;
    say!("deleted {}", status.success);
    attempt("none", async { nats.js.get_stream("ORDERS").await.map(|_| ()) }).await;
    attempt("delete again", async { nats.js.delete_stream("ORDERS").await.map(|_| ()) }).await;
    Ok(())
}

pub(crate) async fn publishing(nats: &Nats) -> Outcome {
    let limits = Config { max_messages_per_subject: 2, ..config("PUB", &["pub.>"]) };
    let mut stream = nats.js.create_stream(limits).await?;
    for n in 0..3 {
        let ack = nats.js.publish("pub.a", format!("{n}").into()).await?.await?;
        say!("{} {} {} {:?}", ack.stream, ack.sequence, ack.duplicate, ack.domain);
    }
    let once = || PublishMessage::build().payload("once".into()).message_id("id-1");
    for message in [once(), once()] {
        let ack = nats.js.send_publish("pub.b", message).await?.await?;
        say!("{} {}", ack.sequence, ack.duplicate);
    }
    let expecting = [
        ("last sequence", PublishMessage::build().expected_last_sequence(1)),
        ("last subject sequence", PublishMessage::build().expected_last_subject_sequence(1)),
        ("last id", PublishMessage::build().expected_last_message_id("id-0")),
        ("stream", PublishMessage::build().expected_stream("OTHER")),
        ("right id", PublishMessage::build().expected_last_message_id("id-1")),
    ];
    for (what, message) in expecting {
        let ack = nats.js.send_publish("pub.b", message).await?;
        attempt(what, async { ack.await.map(|ack| ack.sequence) }).await;
    }
    let ack = nats.js.publish("nowhere", "".into()).await?;
    attempt("no stream", async { ack.await.map(|ack| ack.sequence) }).await;
    let mut acks = Vec::new();
    for n in 0..500 {
        acks.push(nats.js.publish(format!("pub.many.{n}"), "x".into()).await?);
    }
    let mut sequences = Vec::new();
    for ack in acks {
        sequences.push(ack.await?.sequence);
    }
    say!("in order: {}", sequences.windows(2).all(|two| two[0] + 1 == two[1]));
    say!("{}", state(stream.info().await?));
    say!("purged {}", stream.purge().filter("pub.many.*").await?.purged);
    say!("purged {}", stream.purge().keep(1).await?.purged);
    say!("{}", state(stream.info().await?));
    nats.js.delete_stream("PUB").await?;
    Ok(())
}

pub(crate) async fn reading(nats: &Nats) -> Outcome {
    let direct = Config { allow_direct: true, ..config("READ", &["read.>"]) };
    let stream = nats.js.create_stream(direct).await?;
    for n in 1..=6 {
        let subject = if n % 2 == 0 { "read.even" } else { "read.odd" };
        nats.js.publish(subject, format!("{n}").into()).await?.await?;
    }
    let message = stream.get_raw_message(2).await?;
    say!("{} {} {}", message.subject, message.sequence, text(&message.payload));
    let message = stream.get_last_raw_message_by_subject("read.odd").await?;
    say!("{} {} {}", message.subject, message.sequence, text(&message.payload));
    let message = stream.direct_get(3).await?;
    say!("{} {} {}", message.subject, message.sequence, text(&message.payload));
    let message = stream.direct_get_last_for_subject("read.even").await?;
    say!("{} {} {}", message.subject, message.sequence, text(&message.payload));
    let message = stream.direct_get_next_for_subject("read.even", Some(3)).await?;
    say!("{} {} {}", message.subject, message.sequence, text(&message.payload));
    say!("deleted {}", stream.delete_message(2).await?);
    attempt("deleted", async { stream.get_raw_message(2).await.map(|_| ()) }).await;
    attempt("deleted, direct", async { stream.direct_get(2).await.map(|_| ()) }).await;
    attempt("delete again", stream.delete_message(2)).await;
    attempt("no such subject", async {
        stream.direct_get_last_for_subject("read.other").await.map(|_| ())
    })
    .await;
    nats.js.delete_stream("READ").await?;
    Ok(())
}

pub(crate) async fn listing(nats: &Nats) -> Outcome {
    for n in 0..5 {
        let subject = format!("list.{n}");
        nats.js.create_stream(config(&format!("LIST{n}"), &[&subject])).await?;
    }
    let mut names: Vec<String> = nats.js.stream_names().try_collect().await?;
    names.sort();
    say!("{names:?}");
    let infos: Vec<_> = nats.js.streams().try_collect().await?;
    let mut names: Vec<&str> = infos.iter().map(|info| &*info.config.name).collect();
    names.sort_unstable();
    say!("{names:?}");
    say!("{:?}", nats.js.stream_by_subject("list.3").await?);
    attempt("no such subject", nats.js.stream_by_subject("list.9")).await;
    let mut stream = nats.js.get_or_create_stream(config("LIST0", &["list.0"])).await?;
    nats.js.publish("list.0", "x".into()).await?.await?;
    tokio::time::sleep(Duration::from_millis(5)).await;
    say!("{}", state(stream.info().await?));
    for n in 0..5 {
        nats.js.delete_stream(format!("LIST{n}")).await?;
    }
    Ok(())
}
