//! Subjects, requests and queue groups, without streams.

use std::collections::BTreeSet;
use std::time::Duration;

use async_nats::HeaderMap;
use futures_util::StreamExt;

use crate::Nats;
use crate::say::{Outcome, attempt, next, quiet, say, text, until};

pub(crate) async fn connection(nats: &Nats) -> Outcome {
    let info = nats.client.server_info();
    say!(
        "version {} headers {} max payload {} port {} jetstream {} lame duck {}",
        info.version,
        info.headers,
        info.max_payload,
        info.port > 0,
        info.jetstream,
        info.lame_duck_mode
    );
    nats.client.flush().await?;
    let account = nats.js.query_account().await?;
    say!("streams {} consumers {}", account.streams, account.consumers);
    let large = vec![0; info.max_payload + 1].into();
    attempt("too large", nats.client.publish("a", large)).await;
    Ok(())
}

pub(crate) async fn subjects(nats: &Nats) -> Outcome {
    let mut some = nats.client.subscribe("sub.*.x").await?;
    let mut all = nats.client.subscribe("sub.>").await?;
    let mut headers = HeaderMap::new();
    headers.append("Repeated", "1");
    headers.append("Repeated", "2");
    headers.insert("Empty", "");
    nats.client.publish_with_headers("sub.a.x", headers, "with headers".into()).await?;
    nats.client.publish_with_reply("sub.a.y", "answer.here", "with reply".into()).await?;
    for subscription in [&mut some, &mut all] {
        let message = next(subscription).await?;
        let mut lines = Vec::new();
        for (name, values) in message.headers.iter().flat_map(HeaderMap::iter) {
            lines.push(format!("{name}: {values:?}"));
        }
        lines.sort();
        say!("{} {} {lines:?}", message.subject, text(&message.payload));
    }
    let message = next(&mut all).await?;
    say!("{} {:?} {} bytes", message.subject, message.reply, message.length);
    say!("nothing more: {}", quiet(&mut some).await && quiet(&mut all).await);
    some.unsubscribe_after(2).await?;
    for n in 0..4 {
        nats.client.publish("sub.b.x", format!("{n}").into()).await?;
    }
    let mut got = Vec::new();
    while let Ok(message) = next(&mut some).await {
        got.push(text(&message.payload));
    }
    say!("until its end: {got:?}");
    all.unsubscribe().await?;
    Ok(())
}

pub(crate) async fn requests(nats: &Nats) -> Outcome {
    let mut service = nats.client.subscribe("service").await?;
    let client = nats.client.clone();
    let serving = tokio::spawn(async move {
        while let Some(request) = service.next().await {
            if let Some(reply) = request.reply {
                let answer = format!("answer to {}", text(&request.payload));
                let _ = client.publish(reply, answer.into()).await;
            }
        }
    });
    nats.client.flush().await?;
    let answer = nats.client.request("service", "question".into()).await?;
    say!("{}", text(&answer.payload));
    serving.abort();
    let _ = serving.await;
    nats.client.flush().await?;
    attempt("nobody", nats.client.request("service", "question".into())).await;
    let mut silent = nats.client.subscribe("silent").await?;
    let request = async_nats::Request::new().timeout(Some(Duration::from_millis(200)));
    attempt("silence", nats.client.send_request("silent", request)).await;
    silent.unsubscribe().await?;
    Ok(())
}

pub(crate) async fn queue_group(nats: &Nats) -> Outcome {
    let mut members = Vec::new();
    for _ in 0..3 {
        members.push(nats.client.queue_subscribe("jobs", "workers".to_owned()).await?);
    }
    for job in 0..60 {
        nats.client.publish("jobs", format!("{job}").into()).await?;
    }
    nats.client.flush().await?;
    let (mut jobs, mut busy) = (Vec::new(), BTreeSet::new());
    until("60 jobs", || {
        for (n, member) in members.iter_mut().enumerate() {
            while let Some(Some(message)) = futures_util::FutureExt::now_or_never(member.next()) {
                jobs.push(text(&message.payload).parse::<u32>().unwrap_or(u32::MAX));
                busy.insert(n);
            }
        }
        let done = jobs.len() >= 60;
        async move { Ok(done) }
    })
    .await?;
    jobs.sort_unstable();
    say!("each job once: {}", jobs == (0..60).collect::<Vec<_>>());
    say!("every member had some: {}", busy.len() == 3);
    Ok(())
}
