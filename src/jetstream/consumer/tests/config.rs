//! Which configurations can be, and what becomes of them.

use super::super::agree;
use super::*;
use crate::jetstream::api::ConsumerCall;
use crate::nats::api::{ConsumerConfig, Retention, to_json_text};

/// What is said about a configuration: its normalised form without metadata, or the error.
fn says(stream: &StreamConfig, json: &str) -> String {
    match config(stream, json) {
        Ok(Admitted::Create(mut config) | Admitted::Update(mut config)) => {
            config.metadata.clear();
            to_json_text(&config)
        }
        Err(ApiError { code, err_code, description }) => format!("{code}/{err_code} {description}"),
    }
}

#[test]
fn defaults_are_filled_in() {
    let explicit = concat!(
        r#"{"durable_name":"c1","name":"c1","deliver_policy":"all","ack_policy":"explicit","#,
        r#""ack_wait":30000000000,"max_deliver":-1,"replay_policy":"instant","max_waiting":512,"#,
        r#""max_ack_pending":1000,"num_replicas":0}"#
    );
    assert_eq!(says(&stream(), r#"{"durable_name":"c1","ack_policy":"explicit"}"#), explicit);
    let mut push = Bench::new(r#"{"deliver_subject":"d.x"}"#);
    let mut config = ConsumerConfig::clone(push.consumer.config());
    assert_eq!(config.metadata.get("_nats.req.level").map(String::as_str), Some("0"));
    config.metadata.clear();
    assert_eq!(
        to_json_text(&config),
        concat!(
            r#"{"deliver_policy":"all","ack_policy":"none","max_deliver":-1,"#,
            r#""replay_policy":"instant","deliver_subject":"d.x","inactive_threshold":5000000000,"#,
            r#""num_replicas":0}"#
        )
    );
    push.lead(false);
    let backoff =
        says(&stream(), r#"{"ack_policy":"all","ack_wait":7,"backoff":[5,6],"max_deliver":2}"#);
    assert!(backoff.contains(r#""ack_wait":5,"max_deliver":2,"backoff":[5,6]"#), "{backoff}");
}

#[test]
fn what_can_not_be_is_refused_in_the_servers_words() {
    let stream = stream();
    for (json, error) in [
        (r#"{"name":"a.b"}"#, r"500/10052 consumer name can not contain '.', '*', '>', '\', '/'"),
        (
            r#"{"durable_name":"a*"}"#,
            r"500/10052 consumer durable name can not contain '.', '*', '>', '\', '/'",
        ),
        (r#"{"num_replicas":3}"#, "400/10126 consumer config replica count exceeds parent stream"),
        (r#"{"num_replicas":-1}"#, "400/10133 replicas count cannot be negative"),
        (r#"{"ack_wait":-1}"#, "400/10183 consumer ack wait needs to be positive"),
        (r#"{"backoff":[1,-1]}"#, "400/10184 consumer backoff needs to be positive"),
        (
            r#"{"backoff":[1,1],"max_deliver":1}"#,
            "400/10116 max deliver is required to be > length of backoff values",
        ),
        (r#"{"deliver_subject":"d.*"}"#, "400/10079 consumer deliver subject has wildcards"),
        (r#"{"deliver_subject":"d."}"#, "400/10112 invalid push consumer deliver subject"),
        (r#"{"deliver_subject":"s.x"}"#, "400/10081 consumer deliver subject forms a cycle"),
        (
            r#"{"deliver_subject":"d","max_waiting":1}"#,
            "400/10080 consumer in push mode can not set max waiting",
        ),
        (
            r#"{"deliver_subject":"d","max_ack_pending":1}"#,
            "400/10082 consumer requires ack policy for max ack pending",
        ),
        (
            r#"{"deliver_subject":"d","idle_heartbeat":1}"#,
            "400/10083 consumer idle heartbeat needs to be >= 100ms",
        ),
        (r#"{"rate_limit_bps":1}"#, "400/10086 consumer in pull mode can not have rate limit set"),
        (
            r#"{"idle_heartbeat":1}"#,
            "400/10088 consumer idle heartbeat requires a push based consumer",
        ),
        (
            r#"{"flow_control":true}"#,
            "400/10089 consumer flow control requires a push based consumer",
        ),
        (r#"{"max_expires":1}"#, "400/10115 consumer max request expires needs to be >= 1ms"),
        (r#"{"direct":true}"#, "400/10090 consumer direct requires a push based consumer"),
        (
            r#"{"filter_subject":"s.a","filter_subjects":["s.b"]}"#,
            "400/10136 consumer cannot have both FilterSubject and FilterSubjects specified",
        ),
        (r#"{"filter_subject":"s..a"}"#, "500/10052 invalid subject"),
        (
            r#"{"filter_subjects":["s.a",""]}"#,
            "400/10139 consumer filter in FilterSubjects cannot be empty",
        ),
        (
            r#"{"filter_subjects":["s.a","s.*"]}"#,
            "400/10138 consumer subject filters cannot overlap",
        ),
        (
            r#"{"opt_start_seq":1}"#,
            "400/10094 consumer delivery policy is deliver all, but optional start \
             sequence is also set",
        ),
        (
            r#"{"deliver_policy":"last_per_subject"}"#,
            "400/10094 consumer delivery policy is deliver last per subject, but optional \
             filter subject is not set",
        ),
        (
            r#"{"deliver_policy":"by_start_time","opt_start_seq":1,
                "opt_start_time":"2026-01-05T09:00:00Z"}"#,
            "400/10094 consumer delivery policy is deliver by start time, but optional start \
             start sequence is also set",
        ),
        (
            r#"{"sample_freq":"abc"}"#,
            "400/10095 failed to parse consumer sampling configuration: strconv.Atoi: parsing \
             \"abc\": invalid syntax",
        ),
        (
            r#"{"deliver_subject":"d","flow_control":true}"#,
            "400/10108 consumer with flow control also needs heartbeats",
        ),
        (
            r#"{"name":"a","durable_name":"b"}"#,
            "400/10132 Consumer Durable and Name have to be equal if both are provided",
        ),
        (
            r#"{"deliver_subject":"d","priority_policy":"overflow"}"#,
            "400/10178 priority groups can not be used with push consumers",
        ),
        (
            r#"{"priority_policy":"overflow"}"#,
            "400/10159 Setting PriorityPolicy requires at least one PriorityGroup to be set",
        ),
        (
            r#"{"priority_groups":["g"]}"#,
            "400/10196 consumer can not have priority groups when policy is none",
        ),
        (
            r#"{"priority_timeout":1}"#,
            "400/10197 PinnedTTL cannot be set when PriorityPolicy is none",
        ),
        (
            r#"{"ack_policy":"flow_control"}"#,
            "400/10218 flow control ack policy requires a push based consumer",
        ),
    ] {
        assert_eq!(says(&stream, json), error, "{json}");
    }
    assert!(says(&stream, r#"{"filter_subjects":["s.*.b","s.a.*"]}"#).starts_with('{'));
}

#[test]
fn the_stream_may_limit_its_consumers() {
    let mut stream = stream();
    stream.consumer_limits.max_ack_pending = 10;
    stream.consumer_limits.inactive_threshold = 30_000_000_000;
    assert!(
        says(&stream, "{}").contains(r#""max_ack_pending":10,"inactive_threshold":30000000000"#)
    );
    assert_eq!(
        says(&stream, r#"{"max_ack_pending":11}"#),
        "400/10121 consumer max ack pending exceeds system limit of 10"
    );
    assert_eq!(
        says(&stream, r#"{"inactive_threshold":30000000001}"#),
        "400/10153 consumer inactive threshold exceeds system limit of 30s"
    );
}

#[test]
fn pedantic_clients_want_to_know() {
    let refused = |json: &str| {
        let body = format!(r#"{{"stream_name":"S","pedantic":true,"config":{json}}}"#);
        let request = ConsumerCreateRequest::decode(body.as_bytes()).unwrap();
        let stream = stream();
        let around = Surroundings { stream: &stream, existing: None, others: &[], is_bound: false };
        admit(request, around).unwrap_err().description.into_owned()
    };
    assert_eq!(refused(r#"{"max_deliver":-2}"#), "pedantic mode: max_deliver must be set to -1");
    assert_eq!(refused(r#"{"max_bytes":-2}"#), "pedantic mode: max_bytes must not be negative");
    assert_eq!(
        refused(r#"{"ack_policy":"explicit","backoff":[1]}"#),
        "pedantic mode: first backoff value has to equal batch AckWait"
    );
}

#[test]
fn subject_and_body_have_to_agree() {
    let create = |name: &'static str| ConsumerCall::Create { name: Some(name), filter: None };
    let ephemeral = ConsumerCall::Create { name: None, filter: None };
    let filtered = ConsumerCall::Create { name: Some("A"), filter: Some("s.x") };
    let durable = ConsumerCall::CreateDurable("A");
    for (call, config, result) in [
        (create("A"), r#"{"name":"B"}"#, Ok("A")),
        (create("A"), r#"{"durable_name":"B"}"#, Err(10017)),
        (create("a/b"), "{}", Err(10127)),
        (ephemeral, r#"{"durable_name":"B"}"#, Err(10020)),
        (ephemeral, r#"{"name":"B"}"#, Ok("B")),
        (ephemeral, r#"{"name":"B/C"}"#, Err(10127)),
        (ephemeral, "{}", Ok("")),
        (durable, "{}", Err(10018)),
        (durable, r#"{"durable_name":"B"}"#, Err(10017)),
        (durable, r#"{"durable_name":"A"}"#, Ok("A")),
        (filtered, r#"{"filter_subject":"s.y"}"#, Err(10131)),
        (filtered, r#"{"filter_subjects":["s.x"]}"#, Err(10137)),
        (filtered, r#"{"filter_subject":"s.x"}"#, Ok("A")),
        (create("A"), r#"{"num_replicas":3}"#, Err(10074)),
    ] {
        let body = format!(r#"{{"stream_name":"S","config":{config}}}"#);
        let mut request = ConsumerCreateRequest::decode(body.as_bytes()).unwrap();
        let found = agree(call, "S", false, &mut request).map_err(|error| error.err_code);
        assert_eq!(found.as_deref().map_err(|code| *code), result, "{call:?} {config}");
    }
    let mut request = ConsumerCreateRequest::default();
    assert_eq!(agree(create("A"), "S", false, &mut request).unwrap_err().err_code, 10056);
}

/// What becomes of a request for a consumer that exists.
fn update(old: &str, new: &str, action: &str) -> Result<Admitted, ApiError> {
    let stream = stream();
    let Admitted::Create(old) = config(&stream, old).unwrap() else { panic!("exists") };
    let body = format!(r#"{{"stream_name":"S","config":{new},"action":"{action}"}}"#);
    let request = ConsumerCreateRequest::decode(body.as_bytes()).unwrap();
    let around =
        Surroundings { stream: &stream, existing: Some(&old), others: &[], is_bound: true };
    admit(request, around)
}

#[test]
fn some_things_can_not_be_updated() {
    let old = r#"{"durable_name":"c","ack_policy":"explicit"}"#;
    for (new, text) in [
        (r#"{"durable_name":"c"}"#, "ack policy can not be updated"),
        (
            r#"{"durable_name":"c","ack_policy":"explicit","deliver_policy":"new"}"#,
            "deliver policy can not be updated",
        ),
        (
            r#"{"durable_name":"c","ack_policy":"explicit","max_waiting":5}"#,
            "max waiting can not be updated",
        ),
        (
            r#"{"durable_name":"c","ack_policy":"explicit","deliver_subject":"d"}"#,
            "can not update pull consumer to push based",
        ),
    ] {
        let error = update(old, new, "").unwrap_err();
        assert_eq!((error.code, error.err_code), (500, 10012));
        assert_eq!(error.description, text);
    }
    let bound = r#"{"durable_name":"c","deliver_subject":"d"}"#;
    let error = update(bound, &bound.replace(r#":"d""#, r#":"e""#), "").unwrap_err();
    assert_eq!(error.err_code, 10013);
    assert!(
        update(old, r#"{"name":"c","ack_policy":"explicit","max_deliver":5}"#, "update").is_ok()
    );
    let error =
        update(old, r#"{"durable_name":"c","ack_policy":"explicit","max_deliver":5}"#, "create");
    assert_eq!(error.unwrap_err().err_code, 10148);
    assert!(update(old, old, "create").is_ok());
}

#[test]
fn a_work_queue_has_one_consumer_for_each_message() {
    let mut stream = stream();
    stream.retention = Retention::WorkQueue;
    let other = |json: &str| match config(&stream, json).unwrap() {
        Admitted::Create(config) | Admitted::Update(config) => config,
    };
    let (filtered, all) = (
        other(r#"{"ack_policy":"explicit","filter_subject":"s.a.*"}"#),
        other(r#"{"ack_policy":"explicit"}"#),
    );
    let code = |json: &str, others: &[&ConsumerConfig]| {
        let body = format!(r#"{{"stream_name":"S","config":{json}}}"#);
        let request = ConsumerCreateRequest::decode(body.as_bytes()).unwrap();
        let around = Surroundings { stream: &stream, existing: None, others, is_bound: false };
        admit(request, around).map_or_else(|error| error.err_code, |_| 0)
    };
    let explicit = |more: &str| format!(r#"{{"ack_policy":"explicit"{more}}}"#);
    assert_eq!(code("{}", &[]), 10084);
    assert_eq!(code(r#"{"ack_policy":"all"}"#, &[]), 10098);
    assert_eq!(code(&explicit(r#","deliver_policy":"new""#), &[]), 10101);
    assert_eq!(code(&explicit(""), &[&filtered]), 10099);
    assert_eq!(code(&explicit(r#","filter_subject":"s.*.b""#), &[&filtered]), 10100);
    assert_eq!(code(&explicit(r#","filter_subject":"s.b.b""#), &[&all]), 10100);
    assert_eq!(code(&explicit(r#","filter_subject":"s.b.b""#), &[&filtered]), 0);
}
