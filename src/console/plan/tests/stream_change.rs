//! Streams created, changed, emptied, removed.

use super::*;

#[test]
fn a_stream_is_created_with_the_defaults() {
    let (calls, out) = drive(
        "nats s add ORDERS --subjects 'orders.>,audit' --replicas 3 --max-bytes 1M --metadata team=shop",
        &[info()],
    );
    let expected = concat!(
        r#"{"name":"ORDERS","subjects":["orders.\u003e","audit"],"retention":"limits","#,
        r#""max_consumers":-1,"max_msgs":-1,"max_bytes":1048576,"max_age":0,"#,
        r#""max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","#,
        r#""num_replicas":3,"duplicate_window":120000000000,"compression":"none","#,
        r#""allow_direct":true,"mirror_direct":false,"sealed":false,"deny_delete":false,"#,
        r#""deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"#,
        r#""allow_msg_ttl":false,"metadata":{"team":"shop"}}"#
    );
    assert_eq!(api(&calls[0]), ("$JS.API.STREAM.CREATE.ORDERS", expected));
    assert!(out.starts_with("Stream ORDERS was created\n\nInformation for Stream ORDERS"), "{out}");
    assert!(out.ends_with("\nWhat was not given has its default; the real CLI asks for it."));
    let (_, out) = drive(
        "nats s add ORDERS --defaults",
        &[error(10065, "subjects overlap with an existing stream")],
    );
    assert_eq!(
        out,
        "nats: error: could not create Stream: subjects overlap with an existing stream (10065)"
    );
    for (line, expected) in [
        ("nats s add", "invalid input: cannot prompt for user input without a terminal"),
        ("nats s add a.b", "could not create Stream: \"a.b\" is not a valid stream name"),
        ("nats s add A --replicas 0", "replicas should be >= 1"),
        (
            "nats s add A --max-msg-size 4G",
            "max value size 4,294,967,296 is too big maximum is 2,147,483,647",
        ),
        (
            "nats s add A --transform-source a",
            "must specify both --transform-source and --transform-destination",
        ),
    ] {
        let (_, out) = drive(line, &[]);
        assert_eq!(out.lines().next(), Some(format!("nats: error: {expected}").as_str()));
    }
}

#[test]
fn an_edit_shows_what_it_changes() {
    let (calls, out) =
        drive("nats s edit ORDERS --max-msgs 100 --no-allow-direct -f", &[info(), info(), info()]);
    let (subject, body) = api(&calls[1]);
    assert_eq!(subject, "$JS.API.STREAM.UPDATE.ORDERS");
    assert!(body.contains(r#""max_msgs":100"#) && body.contains(r#""subjects":["orders.\u003e"]"#));
    assert!(!body.contains("_nats"));
    let changes = "Differences (-old +new):\n-  allow_direct: true\n+  allow_direct: false\n-  max_msgs: -1\n+  max_msgs: 100\n";
    assert!(
        out.starts_with(&format!("{changes}Stream ORDERS was updated\n\nInformation")),
        "{out}"
    );
    let (_, out) = drive("nats s edit ORDERS --max-msgs 100", &[info()]);
    assert!(out.ends_with("nats: error: could not obtain confirmation: cannot ask for confirmation without a terminal\nAdd -f to do it without being asked."));
    assert_eq!(
        drive("nats s edit ORDERS --replicas 3 -f", &[info()]).1,
        "No difference in configuration"
    );
    assert!(
        drive("nats s edit ORDERS --max-msgs 5 --dry-run", &[info()]).1.ends_with("+  max_msgs: 5")
    );
}

#[test]
fn purge_and_delete_say_what_they_did() {
    let purged = answer(r#"{"success":true,"purged":2}"#);
    let (calls, out) =
        drive("nats s purge ORDERS -f --subject orders.new --keep 1", &[info(), purged, info()]);
    assert_eq!(
        api(&calls[1]),
        ("$JS.API.STREAM.PURGE.ORDERS", r#"{"filter":"orders.new","keep":1}"#)
    );
    assert!(out.starts_with("Purged 2 messages from ORDERS\n\nState for Stream ORDERS created"));
    let done = || answer(r#"{"success":true}"#);
    let (calls, out) = drive("nats s rmm ORDERS 2 -f", &[info(), done()]);
    assert_eq!(api(&calls[1]), ("$JS.API.STREAM.MSG.DELETE.ORDERS", r#"{"seq":2}"#));
    assert_eq!(out, "Message 2 of ORDERS is gone; the real CLI prints nothing.");
    assert!(
        drive("nats s rm ORDERS", &[info()])
            .1
            .starts_with("nats: error: could not obtain confirmation")
    );
    assert_eq!(
        api(&drive("nats s rm ORDERS -f", &[done()]).0[0]).0,
        "$JS.API.STREAM.DELETE.ORDERS"
    );
}

#[test]
fn a_leader_steps_down() {
    let led_by = |leader: &str| {
        answer(&format!(
            r#"{{"config":{CONFIG},"cluster":{{"name":"C","leader":"{leader}","replicas":[{{"name":"a"}},{{"name":"b"}}]}}}}"#
        ))
    };
    let done = answer(r#"{"success":true}"#);
    let (calls, out) = drive(
        "nats s cluster step-down ORDERS --preferred n2",
        &[led_by("n1"), done, led_by(""), led_by("n2")],
    );
    assert_eq!(
        api(&calls[1]),
        ("$JS.API.STREAM.LEADER.STEPDOWN.ORDERS", r#"{"placement":{"preferred":"n2"}}"#)
    );
    let begin = "\
09:00:00 Requesting leader step down of \"n1\" for stream \"ORDERS\" in a 3 peer cluster group
09:00:00 No leader elected
09:00:01 New leader elected \"n2\"

Information for Stream ORDERS";
    assert!(out.starts_with(begin), "{out}");
    let alone = answer(r#"{"config":{"name":"A"},"cluster":{"leader":"n1"}}"#);
    assert_eq!(drive("nats s c sd A", &[alone]).1, "nats: error: stream \"A\" is not clustered");
}

#[test]
fn a_server_is_removed_from_a_streams_replicas() {
    let three = answer(
        r#"{"config":{"name":"S"},"cluster":{"leader":"n1","replicas":[{"name":"n2"},{"name":"n3"}]}}"#,
    );
    let done = answer(r#"{"success":true}"#);
    let (calls, out) = drive("nats s cluster peer-remove S n2", &[three, done]);
    assert_eq!(api(&calls[1]), ("$JS.API.STREAM.PEER.REMOVE.S", r#"{"peer":"n2"}"#));
    let said = "09:00:00 Removing peer \"n2\"\n09:00:00 Requested removal of peer \"n2\"";
    assert_eq!(out, said);
    let alone = || answer(r#"{"config":{"name":"A"},"cluster":{"leader":"n1"}}"#);
    let (calls, out) = drive("nats s c pr A n1", &[alone()]);
    assert!(calls.len() == 1 && out.contains("data loss"), "{out}");
    let refused =
        answer(r#"{"error":{"code":503,"err_code":10075,"description":"peer remap failed"}}"#);
    let (_, out) = drive("nats s c pr A n1 -f", &[alone(), refused]);
    assert!(out.ends_with("nats: error: peer remap failed (10075)"), "{out}");
}
