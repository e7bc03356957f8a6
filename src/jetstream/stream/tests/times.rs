//! What time does: messages that expire, markers in their place, schedules.

use super::*;

const SECOND: i64 = 1_000_000_000;

#[test]
fn a_message_goes_by_its_own_time_or_the_stream_s() {
    let mut lone = Lone::new(|config| {
        config.max_age = 10 * SECOND;
        config.allow_msg_ttl = true;
    });
    lone.publish("a", &[("Nats-TTL", "never")], "");
    lone.publish("b", &[("Nats-TTL", "3s")], "");
    lone.publish("c", &[], "");
    lone.publish("d", &[("Nats-TTL", "1h")], "");
    lone.wait(Span::millis(2_999));
    assert_eq!(lone.seqs(), [1, 2, 3, 4]);
    lone.wait(Span::millis(2));
    assert_eq!(lone.seqs(), [1, 3, 4]);
    lone.wait(Span::secs(7));
    assert_eq!(lone.seqs(), [1]);
    assert_eq!(lone.next_due(), None);
}

#[test]
fn a_vanished_subject_leaves_a_marker_for_a_while() {
    let mut lone = Lone::new(|config| {
        config.max_age = SECOND;
        config.subject_delete_marker_ttl = 5 * SECOND;
    });
    lone.publish("a", &[], "1");
    lone.publish("a", &[], "2");
    lone.publish("b", &[("KV-Operation", "PURGE")], "");
    lone.wait(Span::millis(1_500));
    let [(4, subject, payload)] = &lone.content()[..] else { panic!("{:?}", lone.content()) };
    assert_eq!((&**subject, &**payload), ("a", ""));
    let marker = lone.stream.store().get(4).unwrap().headers.clone().unwrap();
    let block =
        "NATS/1.0\r\nNats-Marker-Reason: MaxAge\r\nNats-TTL: 5s\r\nNats-Rollup: sub\r\n\r\n";
    assert_eq!(marker.block(), block);
    lone.wait(Span::secs(1));
    // The stream's own age takes the marker, and no other comes.
    assert_eq!(lone.seqs(), [0; 0]);
    assert_eq!(lone.stream.state().last_seq, 4);
}

fn scheduling() -> Lone {
    Lone::new(|config| {
        config.no_ack = false;
        config.subjects = vec!["s.*".to_owned(), "to.*".to_owned()];
        config.allow_msg_schedules = true;
    })
}

#[test]
fn a_schedule_sends_once_and_is_purged() {
    let mut lone = scheduling();
    let at = [("Nats-Schedule", "@at 2026-01-05T09:00:05Z"), ("Nats-Schedule-Target", "to.a")];
    let headers = [at[0], at[1], ("X", "y")];
    assert_eq!(lone.publish("s.1", &headers, "text"), Told::Stored(1));
    lone.wait(Span::secs(4));
    assert_eq!(lone.seqs(), [1]);
    lone.wait(Span::secs(2));
    assert_eq!(lone.content(), [(2, "to.a".to_owned(), "text".to_owned())]);
    let sent = lone.stream.store().get(2).unwrap().headers.clone().unwrap();
    let all: Vec<_> = sent.iter().collect();
    assert_eq!(all, [("X", "y"), ("Nats-Scheduler", "s.1"), ("Nats-Schedule-Next", "purge")]);
    assert_eq!(lone.next_due(), None);
}

#[test]
fn a_schedule_goes_on_until_it_is_replaced() {
    let mut lone = scheduling();
    let every = [("Nats-Schedule", "@every 2s"), ("Nats-Schedule-Target", "to.a")];
    lone.publish("s.1", &every, "tick");
    lone.wait(Span::secs(7));
    assert_eq!(lone.seqs(), [1, 2, 3, 4]);
    let next = lone.stream.store().get(4).unwrap();
    assert_eq!(next.header("Nats-Schedule-Next"), Some("2026-01-05T09:00:08Z"));
    lone.publish("s.1", &[], "no schedule any more");
    lone.wait(Span::secs(60));
    assert_eq!(lone.seqs(), [1, 2, 3, 4, 5]);
}

#[test]
fn a_schedule_that_cannot_be_is_refused() {
    let mut lone = scheduling();
    let cases: [(&[(&str, &str)], u16); 9] = [
        (&[("Nats-Schedule", "@sometime")], 10189),
        (&[("Nats-Schedule", "@daily"), ("Nats-Schedule-Time-Zone", "Nowhere")], 10223),
        (&[("Nats-Schedule", "@daily")], 10190),
        (&[("Nats-Schedule", "@daily"), ("Nats-Schedule-Target", "s.1")], 10190),
        (&[("Nats-Schedule", "@daily"), ("Nats-Schedule-Target", "elsewhere")], 10190),
        (&[("Nats-Schedule", "@daily"), ("Nats-Schedule-TTL", "soon")], 10191),
        (&[("Nats-Schedule", "@daily"), ("Nats-Schedule-TTL", "1s")], 10166),
        (&[("Nats-Schedule", "@daily"), ("Nats-Schedule-Rollup", "all")], 10192),
        (&[("Nats-Scheduler", "s.1")], 10212),
    ];
    for (headers, code) in cases {
        assert_eq!(lone.publish("s.1", headers, ""), Told::Refused(code), "{code}");
    }
    let target = ("Nats-Schedule-Target", "to.a");
    let source = ("Nats-Schedule-Source", "to.a");
    let headers = [("Nats-Schedule", "@daily"), target, source];
    assert_eq!(lone.publish("s.1", &headers, ""), Told::Refused(10203));
    let headers = [("Nats-Schedule", "@daily"), target, ("Nats-Rollup", "all")];
    assert_eq!(lone.publish("s.1", &headers, ""), Told::Refused(10192));
    let mut without = Lone::new(|_| {});
    let headers = [("Nats-Schedule", "@sometime")];
    assert_eq!(without.publish("s.1", &headers, ""), Told::Refused(10188));
    assert_eq!(lone.seqs(), [0; 0]);
}
