//! Calls: fetching, receiving from consumers, answering.

use super::*;

fn next(batch: u32) -> Call {
    Call::Next {
        stream: "S".to_owned(),
        consumer: "c".to_owned(),
        batch,
        expires: Some(Span::secs(5)),
        no_wait: false,
        heartbeat: None,
        max_bytes: None,
        domain: None,
        more: serde_json::Map::new(),
        answer: Some(Answer::Ack),
    }
}

fn consume(consumer: Option<&str>, create: bool, queue: Option<&str>) -> Call {
    Call::Consume {
        stream: "S".to_owned(),
        consumer: consumer.map(str::to_owned),
        create: create.then(Box::default),
        queue: queue.map(str::to_owned),
        answer: Some(Answer::Ack),
        domain: None,
        batch: 10,
        max: None,
    }
}

fn ordered() -> Call {
    let (stream, deliver) = ("S".to_owned(), Deliver::All);
    let (pull, domain) = (false, None);
    Call::Ordered { stream, filters: Vec::new(), deliver, pull, how: None, domain, max: None }
}

#[test]
fn a_fetch_ends_when_all_have_come() {
    let mut bench = Bench::new();
    let op = bench.call(next(2));
    assert_eq!(
        bench.heard(),
        [
            "SUB _INBOX - 1",
            "PUB $JS.API.CONSUMER.MSG.NEXT.S.c {\"batch\":2,\"expires\":5000000000}"
        ]
    );
    bench.deliver("1", 7, 1, 1);
    bench.deliver("1", 8, 2, 1);
    let Outcome::Fetched { messages, status: None } = bench.outcome(op) else {
        panic!("{:?}", bench.outcome(op));
    };
    assert_eq!(messages.iter().map(Message::text).collect::<Vec<_>>(), ["7", "8"]);
    let heard = bench.heard();
    assert!(heard[0].starts_with("PUB $JS.ACK.S.c.1.7.1."), "{heard:?}");
    assert!(heard[0].ends_with(" +ACK") && heard[1].ends_with(" +ACK"), "{heard:?}");
    assert_eq!(heard[2..], ["UNSUB 1"]);
}

#[test]
fn a_fetch_ends_with_what_the_server_says() {
    let mut bench = Bench::new();
    let op = bench.call(next(2));
    bench.deliver("1", 7, 1, 1);
    bench.status("1", 100, "Idle Heartbeat", &[]);
    assert!(bench.client().op(op).expect("it").outcome.is_none());
    bench.status("1", 408, "Request Timeout", &[("Nats-Pending-Messages", "1")]);
    match bench.outcome(op) {
        Outcome::Fetched { messages, status: Some((408, text)) } => {
            assert_eq!((messages.len(), &*text), (1, "Request Timeout"));
        }
        other => panic!("{other:?}"),
    }
    let op = bench.call(next(1));
    bench.status("2", 503, "", &[]);
    assert_eq!(bench.outcome(op), Outcome::NoResponders);
}

#[test]
fn a_fetch_that_hears_nothing_gives_up() {
    let mut bench = Bench::new();
    let op = bench.call(next(1));
    bench.run(Span::millis(5_900));
    assert!(bench.client().op(op).expect("it").outcome.is_none());
    bench.run(Span::millis(200));
    assert_eq!(bench.outcome(op), Outcome::Fetched { messages: Vec::new(), status: None });
}

#[test]
fn a_received_message_is_answered_later() {
    let mut bench = Bench::new();
    let Call::Next { stream, consumer, batch, expires, no_wait, .. } = next(2) else { return };
    let (heartbeat, max_bytes, more) = (None, None, serde_json::Map::new());
    let fetch = bench.call(Call::Next {
        stream,
        consumer,
        batch,
        expires,
        no_wait,
        heartbeat,
        max_bytes,
        domain: None,
        more,
        answer: None,
    });
    bench.deliver("1", 7, 1, 1);
    bench.deliver("1", 8, 2, 1);
    bench.said();
    let answer = |message, answer, wait| Call::Answer { op: fetch, message, answer, wait };
    bench.call(answer(Some(1), Answer::Nak { delay: Some(Span::secs(1)) }, false));
    let heard = bench.heard();
    assert!(heard[0].starts_with("PUB $JS.ACK.S.c.1.7."), "{heard:?}");
    assert!(heard[0].ends_with("-NAK {\"delay\": 1000000000}"), "{heard:?}");

    let double = bench.call(answer(None, Answer::Ack, true));
    let asked = bench.asked();
    assert!(asked.subject.starts_with("$JS.ACK.S.c.1.8."), "{asked:?}");
    bench.answer(&asked, "");
    assert!(matches!(bench.outcome(double), Outcome::Replies(_)));

    let wrong = bench.call(answer(Some(3), Answer::Ack, false));
    assert!(matches!(bench.outcome(wrong), Outcome::Invalid(why) if why.contains("received 2")));
}

#[test]
fn a_push_consumer_is_looked_up_and_subscribed_to_with_its_group() {
    let mut bench = Bench::new();
    let op = bench.call(consume(Some("c"), false, None));
    let asked = bench.asked();
    assert_eq!(&*asked.subject, "$JS.API.CONSUMER.INFO.S.c");
    bench.answer(&asked, r#"{"config":{"deliver_subject":"d.c","deliver_group":"g"}}"#);
    assert_eq!(bench.heard(), ["SUB d.c g 1"]);
    bench.deliver("1", 1, 1, 1);
    assert!(bench.heard()[0].ends_with(" +ACK"));
    assert_eq!(bench.client().op(op).expect("it").received_total, 1);
    // It goes on until somebody ends it.
    bench.call(Call::Cancel { op });
    assert_eq!(bench.heard(), ["UNSUB 1"]);
    assert_eq!(bench.outcome(op), Outcome::Ended { messages: 1 });
}

#[test]
fn a_push_consumer_that_is_not_there_is_made_or_refused() {
    let missing = r#"{"error":{"code":404,"err_code":10014,"description":"consumer not found"}}"#;
    let mut bench = Bench::new();
    let op = bench.call(consume(Some("c"), false, None));
    let asked = bench.asked();
    bench.answer(&asked, missing);
    assert!(matches!(bench.outcome(op), Outcome::Refused(_)));

    let op = bench.call(consume(Some("c"), true, Some("g")));
    let asked = bench.asked();
    bench.answer(&asked, missing);
    let said = bench.said();
    assert!(words(&said[0]).starts_with("SUB _INBOX g "), "{said:?}");
    let create = published(said[1].clone()).expect("a request");
    assert_eq!(&*create.subject, "$JS.API.CONSUMER.CREATE.S.c");
    let body = create.text().into_owned();
    assert!(body.contains(r#""deliver_group":"g""#) && body.contains(r#""durable_name":"c""#));
    // Somebody else was first: that one is taken.
    bench.answer(
        &create,
        r#"{"error":{"code":400,"err_code":10148,"description":"consumer already exists"}}"#,
    );
    let again = bench.asked();
    assert_eq!(&*again.subject, "$JS.API.CONSUMER.INFO.S.c");
    bench.answer(&again, r#"{"config":{"deliver_subject":"d.c","deliver_group":"g"}}"#);
    assert_eq!(bench.heard(), ["SUB d.c g 2"]);
    assert!(bench.client().op(op).expect("it").outcome.is_none());
}

#[test]
fn flow_control_and_stalls_are_answered() {
    let mut bench = Bench::new();
    bench.call(consume(None, false, None));
    let create = bench.asked();
    assert_eq!(&*create.subject, "$JS.API.CONSUMER.CREATE.S");
    bench.answer(&create, "{}");
    let flow = Headers::status_block::<&str, &str>(100, "FlowControl Request", []);
    bench.say("1", Message::new("d", "").with_headers(flow).with_reply("$JS.FC.S.c.ABCD"));
    assert_eq!(bench.heard(), ["PUB $JS.FC.S.c.ABCD "]);
    bench.status("1", 100, "Idle Heartbeat", &[("Nats-Consumer-Stalled", "$JS.FC.S.c.EFGH")]);
    assert_eq!(bench.heard(), ["PUB $JS.FC.S.c.EFGH "]);
}

#[test]
fn a_pull_consumer_is_asked_again_when_half_has_come() {
    let mut bench = Bench::new();
    bench.call(consume(Some("c"), false, None));
    let asked = bench.asked();
    bench.answer(&asked, r#"{"config":{}}"#);
    let pull = |batch: u32| {
        format!(
            "PUB $JS.API.CONSUMER.MSG.NEXT.S.c \
             {{\"batch\":{batch},\"expires\":30000000000,\"idle_heartbeat\":15000000000}}"
        )
    };
    assert_eq!(bench.heard(), ["SUB _INBOX - 1".to_owned(), pull(10)]);
    for seq in 1..=4 {
        bench.deliver("1", seq, seq, 1);
    }
    assert_eq!(bench.heard().len(), 4, "acknowledgements only");
    bench.deliver("1", 5, 5, 1);
    assert_eq!(bench.heard()[1..], [pull(5)]);
    // Five of the first request and five of the second are still to come.
    bench.status("1", 408, "Request Timeout", &[("Nats-Pending-Messages", "5")]);
    assert_eq!(bench.heard(), [pull(5)]);
    bench.status("1", 409, "Consumer Deleted", &[]);
    assert_eq!(bench.heard(), ["UNSUB 1"]);
}

#[test]
fn an_ordered_consumer_is_made_anew_when_a_message_is_missing() {
    let mut bench = Bench::new();
    let op = bench.call(ordered());
    let said = bench.said();
    let create = said.iter().cloned().find_map(published).expect("a request");
    assert!(create.text().contains(r#""ack_policy":"none""#), "{}", create.text());
    bench.answer(&create, "{}");
    bench.deliver("1", 10, 1, 1);
    bench.deliver("1", 14, 3, 1);
    let said = bench.said();
    assert_eq!(words(&said[0]), "UNSUB 1");
    let again = published(said[2].clone()).expect("a request");
    assert!(again.text().contains(r#""opt_start_seq":11"#), "{}", again.text());
    bench.answer(&again, "{}");
    bench.deliver("2", 12, 1, 1);
    // A heartbeat tells of a message that did not come.
    bench.status("2", 100, "Idle Heartbeat", &[("Nats-Last-Consumer", "1")]);
    assert_eq!(bench.heard(), Vec::<String>::new());
    bench.status("2", 100, "Idle Heartbeat", &[("Nats-Last-Consumer", "2")]);
    let said = bench.said();
    let again = published(said[2].clone()).expect("a request");
    assert!(again.text().contains(r#""opt_start_seq":13"#), "{}", again.text());
    let received = &bench.client().op(op).expect("it").received;
    let texts: Vec<_> = received.iter().map(|(_, message)| message.text()).collect();
    assert_eq!(texts, ["10", "12"], "in order, without the one after the gap");
}

#[test]
fn an_ordered_consumer_is_made_anew_after_two_silent_heartbeats() {
    let mut bench = Bench::new();
    bench.call(ordered());
    let create = bench.asked();
    bench.answer(&create, "{}");
    bench.said();
    bench.run(Span::millis(9_900));
    assert_eq!(bench.heard(), Vec::<String>::new());
    bench.run(Span::millis(200));
    assert_eq!(bench.heard()[0], "UNSUB 1");
    let lost = bench.notes(|note| match note {
        Note::OrderLost { after, .. } => Some(*after),
        _ => None,
    });
    assert_eq!(lost, [0]);
}

#[test]
fn after_a_reconnect_consumers_are_listened_to_again() {
    let mut bench = Bench::new();
    bench.call(consume(Some("c"), false, None));
    let asked = bench.asked();
    bench.answer(&asked, r#"{"config":{"deliver_subject":"d.c"}}"#);
    bench.sim.crash(SERVER, Loss::Memory);
    bench.sim.start(SERVER);
    bench.seen = 0;
    bench.run(Span::secs(1));
    let heard = bench.heard();
    assert!(heard.contains(&"SUB d.c - 2".to_owned()), "{heard:?}");
}

fn ordered_pull() -> Call {
    let (stream, deliver) = ("S".to_owned(), Deliver::All);
    Call::Ordered {
        stream,
        filters: Vec::new(),
        deliver,
        pull: true,
        how: None,
        domain: None,
        max: None,
    }
}

/// The last token of the subject of a request: the consumer's name.
fn named(request: &Message) -> String {
    request.subject.rsplit('.').next().unwrap_or_default().to_owned()
}

#[test]
fn an_ordered_pull_consumer_asks_and_is_made_anew_under_another_name() {
    let mut bench = Bench::new();
    let op = bench.call(ordered_pull());
    let create = bench.asked();
    let first = named(&create);
    assert!(first.ends_with("_1"), "{first}");
    // As nats.js creates it.
    let body = serde_json::from_str::<serde_json::Value>(&create.text()).expect("JSON");
    assert_eq!(
        body["config"],
        serde_json::json!({
            "name": first, "ack_policy": "none", "deliver_policy": "all", "max_deliver": 1,
            "inactive_threshold": 300_000_000_000_u64, "num_replicas": 1, "mem_storage": true,
        })
    );
    bench.answer(&create, "{}");
    let heard = bench.heard();
    assert_eq!(heard[0], "SUB _INBOX - 1");
    let asks = format!("PUB $JS.API.CONSUMER.MSG.NEXT.S.{first} {{\"batch\":100,");
    assert!(heard[1].starts_with(&asks), "{heard:?}");
    bench.deliver("1", 10, 1, 1);
    bench.deliver("1", 14, 3, 1);
    // The one that lost a message goes, another one begins after the last good one.
    let said = bench.said();
    assert_eq!(words(&said[0]), "UNSUB 1");
    let delete = published(said[1].clone()).expect("a request");
    assert_eq!(*delete.subject, *format!("$JS.API.CONSUMER.DELETE.S.{first}"));
    let again = published(said[2].clone()).expect("a request");
    assert_eq!(named(&again), first.replace("_1", "_2"));
    assert!(again.text().contains(r#""opt_start_seq":11"#), "{}", again.text());
    bench.answer(&again, "{}");
    bench.deliver("2", 11, 1, 1);
    // It is gone: so is the next one.
    bench.status("2", 409, "Consumer Deleted", &[]);
    let said = bench.said();
    let again = said.into_iter().filter_map(published).last().expect("a request");
    assert!(named(&again).ends_with("_3") && again.text().contains(r#""opt_start_seq":12"#));
    let received = &bench.client().op(op).expect("it").received;
    let texts: Vec<_> = received.iter().map(|(_, message)| message.text()).collect();
    assert_eq!(texts, ["10", "11"]);
}

#[test]
fn an_ordered_pull_consumer_is_made_anew_after_two_silent_heartbeats() {
    let mut bench = Bench::new();
    bench.call(ordered_pull());
    let create = bench.asked();
    bench.answer(&create, "{}");
    bench.status("1", 408, "Request Timeout", &[("Nats-Pending-Messages", "100")]);
    assert!(bench.heard().iter().filter(|said| said.contains("MSG.NEXT")).count() == 2);
    bench.run(Span::millis(29_900));
    assert_eq!(bench.heard(), Vec::<String>::new());
    bench.run(Span::millis(200));
    let heard = bench.heard();
    assert!(heard[0] == "UNSUB 1" && heard[1].contains("CONSUMER.DELETE"), "{heard:?}");
}

#[test]
fn a_call_in_a_domain_asks_that_domain() {
    let mut bench = Bench::new();
    bench.call(next(2).in_domain(Some("hub")));
    let heard = bench.heard();
    assert!(heard[1].starts_with("PUB $JS.hub.API.CONSUMER.MSG.NEXT.S.c "), "{heard:?}");
    bench.call(consume(Some("c"), false, None).in_domain(Some("hub")));
    assert_eq!(*bench.asked().subject, *"$JS.hub.API.CONSUMER.INFO.S.c");
    bench.call(ordered().in_domain(Some("hub")));
    let create = bench.said().into_iter().filter_map(published).last().expect("a request");
    assert_eq!(*create.subject, *"$JS.hub.API.CONSUMER.CREATE.S");
    let op = bench.call(ordered().in_domain(Some("a.b")));
    assert!(matches!(bench.outcome(op), Outcome::Invalid(why) if why.contains("domain")));
}

fn publish_all(atomic: bool) -> Call {
    let message = Draft { subject: "s.{{Count}}".to_owned(), ..Draft::default() };
    Call::JsPublishAll { message, count: 3, from: 7, atomic }
}

#[test]
fn messages_are_published_at_once_and_end_with_the_last_acknowledgement() {
    let mut bench = Bench::new();
    let op = bench.call(publish_all(false));
    let sent: Vec<Message> = bench.said().into_iter().filter_map(published).collect();
    let subjects: Vec<&str> = sent.iter().map(|message| &*message.subject).collect();
    assert_eq!(subjects, ["s.7", "s.8", "s.9"]);
    for (n, seq) in [(2, 1), (0, 2), (1, 3)] {
        assert!(bench.client().op(op).expect("it").outcome.is_none());
        bench.answer(&sent[n], &format!("{{\"stream\":\"S\",\"seq\":{seq}}}"));
    }
    let Outcome::Acked { acks, .. } = bench.outcome(op) else { panic!("{:?}", bench.outcome(op)) };
    let texts: Vec<_> = acks.iter().map(Message::text).collect();
    assert!(texts[0].contains(":2}") && texts[1].contains(":3}") && texts[2].contains(":1}"));

    // Of what is not acknowledged in time nobody knows.
    let op = bench.call(publish_all(false));
    let sent: Vec<Message> = bench.said().into_iter().filter_map(published).collect();
    bench.answer(&sent[1], "{}");
    bench.run(Span::secs(6));
    match bench.outcome(op) {
        Outcome::TimedOut { replies, .. } => assert_eq!(replies.len(), 1),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_batch_is_committed_with_its_last_message() {
    let mut bench = Bench::new();
    let op = bench.call(publish_all(true));
    let sent: Vec<Message> = bench.said().into_iter().filter_map(published).collect();
    let headers = |n: usize| {
        let header = |name| sent[n].header(name).map(str::to_owned);
        (header("Nats-Batch-Sequence"), header("Nats-Batch-Commit"))
    };
    assert_eq!(headers(0), (Some("1".to_owned()), None));
    assert_eq!(headers(2), (Some("3".to_owned()), Some("1".to_owned())));
    assert_eq!(sent[0].header("Nats-Batch-Id"), sent[2].header("Nats-Batch-Id"));
    assert!(sent[0].reply.is_none() && sent[1].reply.is_none());
    bench.answer(&sent[2], "{\"stream\":\"S\",\"seq\":3,\"batch\":\"x\",\"count\":3}");
    assert!(matches!(bench.outcome(op), Outcome::Acked { acks, .. } if acks.len() == 1));
}

#[test]
fn a_backup_and_a_restore_are_the_same_after_writing_and_reading() {
    let backup = Call::Backup {
        stream: "S".to_owned(),
        directory: "/backups/s".to_owned(),
        consumers: false,
        chunk: Some(4_096),
        window: None,
        domain: Some("hub".to_owned()),
    };
    let mut change = serde_json::Map::new();
    change.insert("num_replicas".to_owned(), serde_json::Value::from(1));
    let restore = Call::Restore { directory: "/backups/s".to_owned(), change, domain: None };
    for call in [backup, restore] {
        let text = crate::nats::json::text(&call);
        assert_eq!(crate::nats::json::read(text.as_bytes()), Ok(call), "{text}");
    }
}
