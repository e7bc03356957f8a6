//! Consumers: pull and push, ordered, in groups, and what happens to messages that are not acknowledged.

use std::collections::BTreeSet;
use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, PullConsumer, PushConsumer};
use async_nats::jetstream::consumer::{pull, push};
use async_nats::jetstream::stream::{Config, RetentionPolicy, Stream};
use async_nats::jetstream::{AckKind, Message};
use futures_util::{StreamExt, TryStreamExt};

use crate::Nats;
use crate::say::{Outcome, attempt, next, numbers, quiet, say, state, text, until};

/// A stream with this many messages, on alternating subjects.
async fn filled(nats: &Nats, name: &str, messages: usize) -> Outcome<Stream> {
    let subject = name.to_lowercase();
    let config = Config {
        name: name.to_owned(),
        subjects: vec![format!("{subject}.>")],
        ..Config::default()
    };
    let stream = nats.js.create_stream(config).await?;
    for n in 1..=messages {
        let parity = if n % 2 == 0 { "even" } else { "odd" };
        nats.js.publish(format!("{subject}.{parity}"), format!("m{n}").into()).await?.await?;
    }
    Ok(stream)
}

/// Where in its stream and consumer a message is.
fn place(message: &Message) -> Outcome<String> {
    let info = message.info()?;
    Ok(format!(
        "{} {} stream {} consumer {} delivered {} pending {}",
        message.subject,
        text(&message.payload),
        info.stream_sequence,
        info.consumer_sequence,
        info.delivered,
        info.pending
    ))
}

fn durable(name: &str) -> pull::Config {
    pull::Config { durable_name: Some(name.to_owned()), ..pull::Config::default() }
}

pub(crate) async fn pull(nats: &Nats) -> Outcome {
    let stream = filled(nats, "PULL", 10).await?;
    let mut consumer = stream.create_consumer(durable("worker")).await?;
    let c = &consumer.cached_info().config;
    say!(
        "{:?} {:?} {:?} {:?} {} {} {} {:?}",
        c.durable_name,
        c.deliver_policy,
        c.ack_policy,
        c.ack_wait,
        c.max_deliver,
        c.max_ack_pending,
        c.max_waiting,
        c.replay_policy
    );
    say!("{}", numbers(consumer.cached_info()));
    let batch: Vec<Message> =
        consumer.fetch().max_messages(4).messages().await?.try_collect().await?;
    for message in &batch {
        say!("{}", place(message)?);
    }
    batch[0].ack().await?;
    batch[1].double_ack().await?;
    batch[2].ack_with(AckKind::Nak(None)).await?;
    batch[3].double_ack_with(AckKind::Term).await?;
    say!("{}", numbers(consumer.info().await?));
    let mut batch = consumer.batch().max_messages(3).messages().await?;
    while let Some(message) = batch.next().await {
        let message = message?;
        say!("{}", place(&message)?);
        message.ack_with(AckKind::Progress).await?;
        message.double_ack().await?;
    }
    say!("{}", numbers(consumer.info().await?));
    let rest: Vec<Message> =
        consumer.fetch().max_messages(100).messages().await?.try_collect().await?;
    for message in &rest {
        message.double_ack().await?;
    }
    say!("{} more; {}", rest.len(), numbers(consumer.info().await?));
    let expires = Duration::from_millis(200);
    let mut batch = consumer.batch().max_messages(5).expires(expires).messages().await?;
    say!("nothing: {}", batch.next().await.is_none());
    let even = pull::Config { filter_subject: "pull.even".to_owned(), ..durable("even") };
    let even: PullConsumer = stream.create_consumer(even).await?;
    let mut batch = even.fetch().max_messages(10).max_bytes(250).messages().await?;
    while let Some(message) = batch.next().await {
        match message {
            Ok(message) => say!("{}", place(&message)?),
            Err(error) => say!("{error}"),
        }
    }
    nats.js.delete_stream("PULL").await?;
    Ok(())
}

pub(crate) async fn pull_continuously(nats: &Nats) -> Outcome {
    let stream = filled(nats, "FLOW", 300).await?;
    let consumer = stream.create_consumer(durable("flow")).await?;
    let mut messages = consumer
        .stream()
        .max_messages_per_batch(50)
        .expires(Duration::from_secs(5))
        .heartbeat(Duration::from_secs(1))
        .messages()
        .await?;
    let mut sequences = Vec::new();
    for _ in 0..300 {
        let message = next(&mut messages).await??;
        sequences.push(message.info()?.stream_sequence);
        message.ack().await?;
    }
    say!("in order: {}", sequences == (1..=300).collect::<Vec<_>>());
    nats.js.publish("flow.odd", "one more".into()).await?.await?;
    let message = next(&mut messages).await??;
    say!("{}", place(&message)?);
    message.double_ack().await?;
    say!("deleted {}", stream.delete_consumer("flow").await?.success);
    let gone = next(&mut messages).await?;
    say!("{:?}", gone.map(|_| ()).map_err(|error| error.to_string()));
    nats.js.delete_stream("FLOW").await?;
    Ok(())
}

pub(crate) async fn push(nats: &Nats) -> Outcome {
    let stream = filled(nats, "PUSH", 6).await?;
    let config = push::Config {
        durable_name: Some("pusher".to_owned()),
        deliver_subject: nats.client.new_inbox(),
        idle_heartbeat: Duration::from_millis(500),
        flow_control: true,
        ..push::Config::default()
    };
    let mut consumer: PushConsumer = stream.create_consumer(config).await?;
    let mut messages = consumer.messages().await?;
    for _ in 0..6 {
        let message = next(&mut messages).await??;
        say!("{}", place(&message)?);
        message.double_ack().await?;
    }
    say!("{}", numbers(consumer.info().await?));
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    nats.js.publish("push.odd", "live".into()).await?.await?;
    say!("{}", place(&next(&mut messages).await??)?);
    drop(messages);
    let new = push::Config {
        deliver_subject: nats.client.new_inbox(),
        deliver_policy: DeliverPolicy::LastPerSubject,
        filter_subject: "push.>".to_owned(),
        headers_only: true,
        ack_policy: AckPolicy::None,
        ..push::Config::default()
    };
    let mut messages = stream.create_consumer(new).await?.messages().await?;
    for _ in 0..2 {
        let message = next(&mut messages).await??;
        let size = message.headers.as_ref().and_then(|headers| headers.get("Nats-Msg-Size"));
        say!("{} size {:?} {} bytes", message.subject, size, message.payload.len());
    }
    say!("nothing more: {}", quiet(&mut messages).await);
    nats.js.delete_stream("PUSH").await?;
    Ok(())
}

pub(crate) async fn push_group(nats: &Nats) -> Outcome {
    let stream = filled(nats, "CREW", 60).await?;
    let config = push::Config {
        durable_name: Some("crew".to_owned()),
        deliver_subject: "to.crew".to_owned(),
        deliver_group: Some("crew".to_owned()),
        ..push::Config::default()
    };
    let mut members = Vec::new();
    for _ in 0..3 {
        members.push(nats.client.queue_subscribe("to.crew", "crew".to_owned()).await?);
    }
    let mut consumer: PushConsumer = stream.create_consumer(config).await?;
    let (mut tasks, mut busy) = (Vec::new(), BTreeSet::new());
    until("60 tasks", || {
        let mut replies = Vec::new();
        for (n, member) in members.iter_mut().enumerate() {
            while let Some(Some(message)) = futures_util::FutureExt::now_or_never(member.next()) {
                tasks.push(text(&message.payload));
                busy.insert(n);
                replies.extend(message.reply);
            }
        }
        let done = tasks.len() >= 60;
        async move {
            for reply in replies {
                nats.client.publish(reply, "+ACK".into()).await?;
            }
            Ok(done)
        }
    })
    .await?;
    say!("each task once: {}", tasks.iter().collect::<BTreeSet<_>>().len() == 60);
    say!("every member had some: {}", busy.len() == 3);
    until("no acknowledgement is missing", || {
        let consumer = consumer.clone();
        async move { Ok(consumer.get_info().await?.num_ack_pending == 0) }
    })
    .await?;
    say!("{}", numbers(consumer.info().await?));
    nats.js.delete_stream("CREW").await?;
    Ok(())
}

pub(crate) async fn ordered_pull(nats: &Nats) -> Outcome {
    let stream = filled(nats, "ROWA", 300).await?;
    let consumer = stream.create_consumer(pull::OrderedConfig::default()).await?;
    let mut messages = consumer.messages().await?;
    let mut sequences = Vec::new();
    for _ in 0..300 {
        sequences.push(next(&mut messages).await??.info()?.stream_sequence);
    }
    say!("in order: {}", sequences == (1..=300).collect::<Vec<_>>());
    nats.js.publish("rowa.odd", "one more".into()).await?.await?;
    say!("{}", text(&next(&mut messages).await??.payload));
    nats.js.delete_stream("ROWA").await?;
    Ok(())
}

pub(crate) async fn ordered_push(nats: &Nats) -> Outcome {
    let stream = filled(nats, "ROWB", 300).await?;
    let config = push::OrderedConfig {
        deliver_subject: nats.client.new_inbox(),
        filter_subject: "rowb.even".to_owned(),
        ..push::OrderedConfig::default()
    };
    let mut messages = stream.create_consumer(config).await?.messages().await?;
    let mut sequences = Vec::new();
    for _ in 0..150 {
        sequences.push(next(&mut messages).await??.info()?.stream_sequence);
    }
    say!("in order: {}", sequences == (1..=150).map(|n| n * 2).collect::<Vec<_>>());
    nats.js.publish("rowb.even", "one more".into()).await?.await?;
    say!("{}", text(&next(&mut messages).await??.payload));
    nats.js.delete_stream("ROWB").await?;
    Ok(())
}

pub(crate) async fn redelivery(nats: &Nats) -> Outcome {
    let stream = filled(nats, "AGAIN", 2).await?;
    let config =
        pull::Config { ack_wait: Duration::from_millis(300), max_deliver: 3, ..durable("slow") };
    let mut consumer = stream.create_consumer(config).await?;
    for _ in 0..3 {
        let expires = Duration::from_secs(2);
        let batch: Vec<Message> = consumer
            .batch()
            .max_messages(2)
            .expires(expires)
            .messages()
            .await?
            .try_collect()
            .await?;
        for message in &batch {
            say!("{}", place(message)?);
        }
        tokio::time::sleep(Duration::from_millis(450)).await;
    }
    let expires = Duration::from_millis(500);
    let mut batch = consumer.batch().max_messages(1).expires(expires).messages().await?;
    say!("given up: {}", batch.next().await.is_none());
    say!("{}", numbers(consumer.info().await?));
    let backoff = pull::Config {
        backoff: vec![Duration::from_millis(100), Duration::from_millis(300)],
        max_deliver: 4,
        ..durable("patient")
    };
    let consumer: PullConsumer = stream.create_consumer(backoff).await?;
    let mut messages = consumer.stream().max_messages_per_batch(2).messages().await?;
    let mut delivered = Vec::new();
    for _ in 0..6 {
        delivered.push(next(&mut messages).await??.info()?.delivered);
    }
    say!("{delivered:?}");
    drop(messages);
    nats.js.delete_stream("AGAIN").await?;
    Ok(())
}

pub(crate) async fn work_queue(nats: &Nats) -> Outcome {
    let config = Config {
        name: "TASKS".to_owned(),
        subjects: vec!["tasks.>".to_owned()],
        retention: RetentionPolicy::WorkQueue,
        ..Config::default()
    };
    let mut stream = nats.js.create_stream(config).await?;
    let consumer: PullConsumer = stream.create_consumer(durable("crew")).await?;
    attempt("second consumer", async {
        stream.create_consumer(durable("other")).await.map(|_: PullConsumer| ())
    })
    .await;
    for n in 0..50 {
        nats.js.publish("tasks.do", format!("{n}").into()).await?.await?;
    }
    let mut workers = Vec::new();
    for _ in 0..5 {
        let consumer = consumer.clone();
        workers.push(tokio::spawn(async move {
            let mut done = Vec::new();
            for _ in 0..10 {
                let mut batch = consumer.fetch().max_messages(1).messages().await?;
                if let Some(message) = batch.next().await {
                    let message = message?;
                    done.push(text(&message.payload));
                    message.double_ack().await?;
                }
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(done)
        }));
    }
    let mut done = BTreeSet::new();
    for worker in workers {
        done.extend(worker.await??);
    }
    say!("{} tasks done; {}", done.len(), state(stream.info().await?));
    nats.js.delete_stream("TASKS").await?;
    Ok(())
}

pub(crate) async fn administration(nats: &Nats) -> Outcome {
    let stream = filled(nats, "ADMIN", 4).await?;
    let from = pull::Config {
        deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: 3 },
        description: Some("from the third".to_owned()),
        ..durable("a")
    };
    let consumer: PullConsumer = stream.create_consumer(from.clone()).await?;
    say!("{}", numbers(consumer.cached_info()));
    attempt("changed", async {
        let changed = pull::Config { deliver_policy: DeliverPolicy::All, ..from.clone() };
        stream.create_consumer(changed).await.map(|_: PullConsumer| ())
    })
    .await;
    attempt("strictly new", async {
        stream.create_consumer_strict(from.clone()).await.map(|_: PullConsumer| ())
    })
    .await;
    attempt("update of none", async {
        stream.update_consumer(durable("none")).await.map(|_: PullConsumer| ())
    })
    .await;
    attempt("overlapping filters", async {
        let filters = vec!["admin.odd".to_owned(), "admin.>".to_owned()];
        let config = pull::Config { filter_subjects: filters, ..durable("b") };
        stream.create_consumer(config).await.map(|_: PullConsumer| ())
    })
    .await;
    let all = pull::Config { ack_policy: AckPolicy::All, max_ack_pending: 2, ..durable("c") };
    let mut consumer: PullConsumer = stream.create_consumer(all).await?;
    let expires = Duration::from_millis(300);
    let batch: Vec<Message> =
        consumer.batch().max_messages(4).expires(expires).messages().await?.try_collect().await?;
    say!("{} of 4 at once", batch.len());
    batch[1].double_ack().await?;
    say!("{}", numbers(consumer.info().await?));
    let mut names: Vec<String> = stream.consumer_names().try_collect().await?;
    names.sort();
    say!("{names:?}");
    let infos: Vec<_> = stream.consumers().try_collect().await?;
    say!("{} infos", infos.len());
    say!("deleted {}", stream.delete_consumer("a").await?.success);
    attempt("deleted again", async { stream.delete_consumer("a").await.map(|_| ()) }).await;
    attempt("info", async { stream.consumer_info("a").await.map(|_| ()) }).await;
    nats.js.delete_stream("ADMIN").await?;
    Ok(())
}
