//! Which answer a message gets that is wrong in several ways, and what its acceptance changes.

use super::*;

#[test]
fn a_lone_copy_looks_at_sequences_before_ids() {
    let mut lone = Lone::new(|_| {});
    assert_eq!(lone.publish("a", &[("Nats-Msg-Id", "1")], ""), Told::Stored(1));
    let again = &[("Nats-Msg-Id", "1"), ("Nats-Expected-Last-Sequence", "7")];
    assert_eq!(lone.publish("a", again, ""), Told::Refused(10071));
    let again = &[("Nats-Msg-Id", "1"), ("Nats-Expected-Last-Msg-Id", "zz")];
    assert_eq!(lone.publish("a", again, ""), Told::Duplicate(1));
}

#[test]
fn a_time_to_live_is_refused_for_what_is_wrong_first() {
    let mut lone = Lone::new(|_| {});
    assert_eq!(lone.publish("a", &[("Nats-TTL", "1s")], ""), Told::Refused(10166));
    assert_eq!(lone.publish("a", &[("Nats-TTL", "soon")], ""), Told::Refused(10165));
    let both = &[("Nats-TTL", "soon"), ("Nats-Expected-Last-Sequence", "7")];
    assert_eq!(lone.publish("a", both, ""), Told::Refused(10071));
}

#[test]
fn rollups_happen_after_limits() {
    let mut lone = Lone::new(|config| {
        config.max_msgs = 3;
        config.allow_rollup_hdrs = true;
    });
    for subject in ["b", "a", "a"] {
        lone.publish(subject, &[], "");
    }
    // The first message goes for the limit although the roll-up would have made room.
    assert_eq!(lone.publish("a", &[("Nats-Rollup", "sub")], ""), Told::Stored(4));
    assert_eq!(lone.seqs(), [4]);
}

#[test]
fn nobody_interested_uses_up_a_sequence() {
    let mut lone = Lone::new(|config| {
        config.retention = crate::nats::api::Retention::Interest;
        config.discard = crate::nats::api::Discard::New;
        config.max_msgs = 1;
    });
    let wanted = |subject: &str| subject == "wanted";
    let named = message("other", &[("Nats-Msg-Id", "1")], "");
    assert_eq!(lone.take(&named, &wanted), Told::Stored(1));
    assert_eq!(lone.take(&named, &wanted), Told::Duplicate(1));
    assert_eq!(lone.take(&message("wanted", &[], ""), &wanted), Told::Stored(2));
    // Full is only who wants something stored.
    assert_eq!(lone.take(&message("other", &[], ""), &wanted), Told::Stored(3));
    assert_eq!(lone.take(&message("wanted", &[], ""), &wanted), Told::Refused(10077));
    assert_eq!(lone.seqs(), [2]);
    let state = lone.stream.state();
    assert_eq!((state.first_seq, state.last_seq, state.num_deleted), (2, 3, 1));
}

#[test]
fn counters_add_up_and_stay_whole() {
    let mut lone = Lone::new(|config| config.allow_msg_counter = true);
    let add = |lone: &mut Lone, n: &str| lone.publish("hits", &[("Nats-Incr", n)], "");
    assert_eq!(add(&mut lone, "5"), Told::Stored(1));
    assert_eq!(add(&mut lone, "-7"), Told::Stored(2));
    assert_eq!(add(&mut lone, "x"), Told::Refused(10171));
    assert_eq!(lone.publish("hits", &[], ""), Told::Refused(10169));
    let rolled = &[("Nats-Incr", "1"), ("Nats-Rollup", "sub")];
    assert_eq!(lone.publish("hits", rolled, ""), Told::Refused(10171));
    assert_eq!(lone.content()[1].2, "{\"val\":\"-2\"}");
}

#[test]
fn what_is_republished_tells_where_it_comes_from() {
    let mut lone = Lone::new(|config| {
        config.no_ack = false;
        config.subjects = vec!["in.>".to_owned()];
        config.republish = Some(crate::nats::api::Republish {
            src: "in.*".to_owned(),
            dest: "out.{{wildcard(1)}}".to_owned(),
            headers_only: true,
        });
    });
    let mut last = None;
    for text in ["one", "three"] {
        let message = message("in.a", &[("A", "1")], text);
        let arrival = Arrival { now: Time(5), replicated: false, domain: None, wanted: &|_| true };
        let rng = &mut Rng::new(1);
        let Taken::Command(command) = lone.stream.take(&mut lone.leader, &message, arrival, rng)
        else {
            panic!("it is not refused")
        };
        let Applied::Stored(stored) = lone.stream.apply(&command) else { panic!("it is stored") };
        last = stored.republished;
    }
    let last = last.unwrap();
    assert_eq!((&*last.subject, last.payload.len()), ("out.a", 0));
    for (name, value) in
        [("A", "1"), ("Nats-Sequence", "2"), ("Nats-Last-Sequence", "1"), ("Nats-Msg-Size", "5")]
    {
        assert_eq!(last.header(name), Some(value), "{name}");
    }
}

#[test]
fn with_copies_a_full_stream_does_not_see_that_an_older_message_would_go() {
    let limits: [fn(&mut StreamConfig); 2] =
        [|config| config.max_msgs = 2, |config| config.max_bytes = 40];
    for limit in limits {
        let full = |replicated| {
            let mut lone = Lone::new(|config| {
                config.discard = crate::nats::api::Discard::New;
                config.max_msgs_per_subject = 1;
                limit(config);
            });
            lone.publish("a", &[], "one");
            lone.publish("b", &[], "two");
            let arrival = Arrival { now: lone.now, replicated, domain: None, wanted: &|_| true };
            let again = message("a", &[], "new");
            lone.stream.take(&mut lone.leader, &again, arrival, &mut Rng::new(1))
        };
        assert!(matches!(full(false), Taken::Command(_)));
        let Taken::Refused { error, .. } = full(true) else { panic!("taken") };
        assert_eq!(error.err_code, 10077);
    }
}
