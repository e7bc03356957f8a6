//! Publish, request, subscribe, reply.

use super::*;

#[test]
fn publishes_are_told() {
    let (calls, out) =
        drive("nats pub orders.new hello --count 2", &[Outcome::Sent { messages: 2 }]);
    assert!(matches!(&calls[0], Call::Publish { count: 2, .. }));
    assert_eq!(
        out,
        "09:00:00 Published 5 bytes to \"orders.new\"\n09:00:00 Published 5 bytes to \"orders.new\""
    );
    let ack = |text: &str| Message::new("_INBOX.x", Bytes::from(text.to_owned()));
    let acks = vec![
        ack(r#"{"stream":"ORDERS","seq":1001}"#),
        ack(r#"{"stream":"ORDERS","domain":"hub","seq":1001,"duplicate": true}"#),
        ack(
            r#"{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 3"},"stream":"ORDERS","seq":0}"#,
        ),
    ];
    let (_, out) =
        drive("nats pub o {{Count}} --count 3 -J", &[Outcome::Acked { acks, retries: 0 }]);
    let expected = "\
09:00:00 Published 1 bytes to \"o\"
09:00:00 Stored in Stream: ORDERS Sequence: 1,001
09:00:00 Published 1 bytes to \"o\"
09:00:00 Stored in Stream: ORDERS Sequence: 1,001 Domain: \"hub\" Duplicate: true
09:00:00 Published 1 bytes to \"o\"
nats: error: wrong last sequence: 3 (10071)";
    assert_eq!(out, expected);
    let (_, out) = drive("nats pub o x -J", &[Outcome::NoResponders]);
    assert_eq!(
        out,
        "09:00:00 Published 1 bytes to \"o\"\nnats: error: nats: no responders available for request"
    );
    let (_, out) = drive("nats pub o x --count 1000", &[Outcome::Sent { messages: 1000 }]);
    assert_eq!(out, "Published 1,000 messages");
}

#[test]
fn requests_and_replies_are_told() {
    let reply = Message {
        headers: Some(Headers::new([("A", "b")])),
        ..Message::new("_INBOX.x", Bytes::from_static(b"hi"))
    };
    let (calls, out) = drive(
        "nats req help me --replies 2",
        &[Outcome::TimedOut { after: Span::secs(5), replies: vec![reply] }],
    );
    assert!(matches!(&calls[0], Call::Request { replies: 2, .. }));
    let expected = "\
09:00:00 Sending request on \"help\"
09:00:00 Received with rtt 1ms
09:00:00 A: b
09:00:00
hi


1 of 2 replies within 5s.";
    assert_eq!(out, expected);
    let (_, out) = drive("nats req help me", &[Outcome::NoResponders]);
    assert_eq!(out, "09:00:00 Sending request on \"help\"\n09:00:00 No responders are available");
}

/// What a subscription prints while it goes on.
#[test]
fn subscriptions_print_what_comes() {
    let mut first = Message::new("orders.new", Bytes::from_static(b"one"));
    first.reply = Some("_INBOX.r".into());
    first.headers = Some(Headers::new([("A", "b")]));
    let second = Message::new("orders.old", Bytes::from_static(b"two"));
    let view = OpView {
        id: OpId(1),
        started: Time::ZERO,
        ended: None,
        outcome: None,
        first_at: None,
        received: vec![(Time::ZERO, &first), (Time::ZERO, &second)],
        received_total: 4,
    };
    let out = |text: &str| {
        let Ok(Parsed::Run(line)) = parse(text) else { panic!("{text}") };
        let views = [view.clone()];
        let mut script = Run::new(&views, Time::ZERO, None, None);
        assert!(matches!(run(&mut script, &line), Err(Stop::Waiting)));
        script.into_lines().into_iter().map(|line| line.text).collect::<Vec<_>>().join("\n")
    };
    let expected = "\
09:00:00 Subscribing on orders.>
The first 2 messages are not shown.
[#3] Received on \"orders.new\" with reply \"_INBOX.r\"
A: b

one

[#4] Received on \"orders.old\"
two";
    assert_eq!(out("nats sub 'orders.>'"), expected);
    assert_eq!(out("nats sub 'orders.>' -r"), "The first 2 messages are not shown.\none\ntwo");
    let expected = "\
09:00:00 No body or command supplied, enabling echo mode
09:00:00 Listening on \"help\" in group \"NATS-RPLY-22\"
The first 2 messages are not shown.
09:00:00 [#2] Received on subject \"orders.new\":
09:00:00 A: b

one
09:00:00 [#3] Received on subject \"orders.old\":

two";
    assert_eq!(out("nats reply help"), expected);
}
