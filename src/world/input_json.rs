//! Inputs as JSON, as share links carry them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::nats::json::{self, FromJson, JsonError, Object, ToJson, WriteFields, Writer, one_of};

use super::Input;

impl FromJson for Input {
    fn from_json(value: &Value) -> json::Result<Self> {
        let mut object = Object::of(value)?;
        let o = &mut object;
        let input = match o.tag("input")? {
            "call" => Self::Call { client: o.take("client"), call: o.take("call") },
            "add_client" => {
                let client = o.rest();
                object.finish(true)?;
                return Ok(Self::AddClient(client));
            }
            "remove_client" => Self::RemoveClient { client: o.take("client") },
            "set_behaviour" => {
                Self::SetBehaviour { client: o.take("client"), behaviour: o.take("behaviour") }
            }
            "set_knob" => Self::SetKnob {
                client: o.take("client"),
                knob: o.take("knob"),
                value: o.take("value"),
            },
            "bytes" => {
                let (client, text) = (o.take("client"), o.take::<String>("bytes"));
                let bytes = STANDARD.decode(text).map_err(|why| JsonError(why.to_string()))?;
                Self::Bytes { client, bytes }
            }
            "read" => Self::Read { client: o.take("client"), operations: o.take("operations") },
            "crash" => {
                Self::Crash { process: o.take("process"), lose_disk: o.take_or("lose_disk", false) }
            }
            "power_cut" => Self::PowerCut { process: o.take("process") },
            "stop" => Self::Stop { process: o.take("process") },
            "restart" => Self::Restart { process: o.take("process") },
            "pause" => Self::Pause { process: o.take("process") },
            "resume" => Self::Resume { process: o.take("process") },
            "slow_disk" => {
                Self::SlowDisk { process: o.take("process"), latency: o.take("latency") }
            }
            "clock" => Self::Clock { process: o.take("process"), ahead: o.take("ahead") },
            "lose_ack" => Self::LoseAck { client: o.take("client") },
            "duplicate" => Self::Duplicate { client: o.take("client") },
            "favour" => {
                Self::Favour { process: o.take("process"), stream: o.take_or("stream", None) }
            }
            "split_vote" => {
                Self::SplitVote { cluster: o.take("cluster"), stream: o.take_or("stream", None) }
            }
            "partition" => {
                Self::Partition { sides: o.take("sides"), silent: o.take_or("silent", false) }
            }
            "cut" => Self::Cut { a: o.take("a"), b: o.take("b") },
            "block" => Self::Block { from: o.take("from"), to: o.take("to") },
            "heal" => Self::Heal { a: o.take("a"), b: o.take("b") },
            "heal_all" => Self::HealAll,
            "link" => Self::Link { a: o.take("a"), b: o.take("b"), spec: o.take("spec") },
            other => return Err(one_of("variant", other, INPUTS)),
        };
        object.finish(false)?;
        Ok(input)
    }
}

/// Their names.
const INPUTS: &[&str] = &[
    "call",
    "add_client",
    "remove_client",
    "set_behaviour",
    "set_knob",
    "bytes",
    "read",
    "crash",
    "power_cut",
    "stop",
    "restart",
    "pause",
    "resume",
    "slow_disk",
    "clock",
    "lose_ack",
    "duplicate",
    "favour",
    "split_vote",
    "partition",
    "cut",
    "block",
    "heal",
    "heal_all",
    "link",
];

impl ToJson for Input {
    fn write(&self, to: &mut Writer) {
        to.open();
        match self {
            Self::Call { client, call } => {
                to.field("input", &"call").field("client", client).field("call", call);
            }
            Self::AddClient(client) => {
                to.field("input", &"add_client");
                client.write_fields(to);
            }
            Self::RemoveClient { client } => {
                to.field("input", &"remove_client").field("client", client);
            }
            Self::SetBehaviour { client, behaviour } => {
                to.field("input", &"set_behaviour").field("client", client);
                to.field("behaviour", behaviour);
            }
            Self::SetKnob { client, knob, value } => {
                to.field("input", &"set_knob").field("client", client);
                to.field("knob", knob).field("value", value);
            }
            Self::Bytes { client, bytes } => {
                to.field("input", &"bytes").field("client", client);
                to.field("bytes", &STANDARD.encode(bytes));
            }
            Self::Read { client, operations } => {
                to.field("input", &"read").field("client", client).field("operations", operations);
            }
            Self::Crash { process, lose_disk } => {
                to.field("input", &"crash").field("process", process).field("lose_disk", lose_disk);
            }
            Self::PowerCut { process } => process_input(to, "power_cut", process),
            Self::Stop { process } => process_input(to, "stop", process),
            Self::Restart { process } => process_input(to, "restart", process),
            Self::Pause { process } => process_input(to, "pause", process),
            Self::Resume { process } => process_input(to, "resume", process),
            Self::SlowDisk { process, latency } => {
                to.field("input", &"slow_disk").field("process", process);
                to.field("latency", latency);
            }
            Self::Clock { process, ahead } => {
                to.field("input", &"clock").field("process", process).field("ahead", ahead);
            }
            Self::LoseAck { client } => {
                to.field("input", &"lose_ack").field("client", client);
            }
            Self::Duplicate { client } => {
                to.field("input", &"duplicate").field("client", client);
            }
            Self::Favour { process, stream } => {
                to.field("input", &"favour").field("process", process).field("stream", stream);
            }
            Self::SplitVote { cluster, stream } => {
                to.field("input", &"split_vote").field("cluster", cluster).field("stream", stream);
            }
            Self::Partition { sides, silent } => {
                to.field("input", &"partition").field("sides", sides).field("silent", silent);
            }
            Self::Cut { a, b } => {
                to.field("input", &"cut").field("a", a).field("b", b);
            }
            Self::Block { from, to: end } => {
                to.field("input", &"block").field("from", from).field("to", end);
            }
            Self::Heal { a, b } => {
                to.field("input", &"heal").field("a", a).field("b", b);
            }
            Self::HealAll => {
                to.field("input", &"heal_all");
            }
            Self::Link { a, b, spec } => {
                to.field("input", &"link").field("a", a).field("b", b).field("spec", spec);
            }
        }
        to.close();
    }
}

fn process_input(to: &mut Writer, name: &str, process: &str) {
    to.field("input", &name).field("process", &process);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Call;
    use crate::kernel::Span;

    /// The JSON of share links: what is read is written again, letter by letter.
    #[test]
    fn every_input_is_read_as_it_is_written() {
        let span = Span::millis(1).0;
        let message = r#""message":{"subject":"a","reply":"r","headers":[["H","v"]],"text":"t"}"#;
        let calls = [
            format!(r#"{{"call":"publish",{message},"count":3}}"#),
            format!(r#"{{"call":"js_publish",{message},"count":3,"retries":1}}"#),
            format!(r#"{{"call":"js_publish_all",{message},"count":3,"from":4,"atomic":true}}"#),
            format!(r#"{{"call":"request",{message},"timeout":{span},"replies":2}}"#),
            r#"{"call":"api","subject":"$JS.API.INFO","body":"{}"}"#.to_owned(),
            r#"{"call":"subscribe","subject":"a","queue":"q","max":1}"#.to_owned(),
            r#"{"call":"reply","subject":"a","queue":null,"body":"b","max":null}"#.to_owned(),
            r#"{"call":"next","stream":"S","consumer":"c","batch":2,"expires":5,"no_wait":true,"heartbeat":2,"max_bytes":9,"domain":"hub","more":{"group":"g"},"answer":{"answer":"nak","delay":7}}"#.to_owned(),
            r#"{"call":"consume","stream":"S","consumer":"c","create":{"filters":["a"],"deliver":"last_per_subject","ack_wait":1,"backoff":[1,2],"max_deliver":3,"max_ack_pending":4,"inactive_threshold":5,"idle_heartbeat":6},"queue":"q","answer":{"answer":"term","reason":"r"},"domain":"hub","batch":7,"max":8}"#.to_owned(),
            r#"{"call":"ordered","stream":"S","filters":["a"],"deliver":12,"max":1}"#.to_owned(),
            r#"{"call":"ordered","stream":"S","deliver":"all","pull":true,"domain":"hub"}"#.to_owned(),
            r#"{"call":"answer","op":4,"message":2,"answer":{"answer":"in_progress"},"wait":true}"#.to_owned(),
            r#"{"call":"object","act":"put","bucket":"b","name":"n","content":{"generated":9}}"#.to_owned(),
            r#"{"call":"upload","subject":"a","content":{"text":"t"},"piece":7,"then":{"subject":"b","text":"m"},"at_once":true}"#.to_owned(),
            r#"{"call":"flush"}"#.to_owned(),
            r#"{"call":"cancel","op":4}"#.to_owned(),
        ];
        let calls = calls.map(|call| format!(r#"{{"input":"call","client":"c","call":{call}}}"#));
        let link =
            r#"{"latency":1,"jitter":2,"loss":{"numerator":1,"denominator":3},"bandwidth":4}"#;
        let worker = r#"{"does":"worker","running":false,"stream":"S","consumer":"c","mode":"queue","create":null,"processing":1,"crash":{"numerator":1,"denominator":3},"nak":{"numerator":2,"denominator":3},"nak_delay":2,"term":{"numerator":3,"denominator":4},"in_progress":3,"batch":4,"max_in_hand":5,"restart":null}"#;
        let publisher = r#"{"does":"publisher","running":false,"subject":"s","text":"t","size":1,"every":2,"limit":3,"message_ids":true,"acknowledged":false}"#;
        let sources = [
            r#"{"core":{"subject":"a","queue":"q"}}"#,
            r#"{"ordered":{"stream":"S","filters":["a"],"deliver":"new"}}"#,
            r#"{"ephemeral":{"stream":"S","deliver":3}}"#,
        ];
        let sources = sources.map(|source| {
            let does = format!(r#"{{"does":"subscriber","running":true,"source":{source}}}"#);
            format!(r#"{{"input":"set_behaviour","client":"c","behaviour":{does}}}"#)
        });
        let others = [
            format!(
                r#"{{"input":"add_client","name":"n","cluster":"c","server":"s","role":"worker","publishes":["a","b"],"behaviour":{worker}}}"#
            ),
            format!(r#"{{"input":"set_behaviour","client":"c","behaviour":{publisher}}}"#),
            r#"{"input":"set_knob","client":"c","knob":"k","value":"v"}"#.to_owned(),
            r#"{"input":"bytes","client":"c","bytes":"UElORw0K"}"#.to_owned(),
            r#"{"input":"read","client":"c","operations":5}"#.to_owned(),
            r#"{"input":"remove_client","client":"c"}"#.to_owned(),
            r#"{"input":"crash","process":"p","lose_disk":true}"#.to_owned(),
            r#"{"input":"power_cut","process":"p"}"#.to_owned(),
            r#"{"input":"slow_disk","process":"p","latency":5}"#.to_owned(),
            r#"{"input":"clock","process":"p","ahead":-5}"#.to_owned(),
            r#"{"input":"lose_ack","client":"c"}"#.to_owned(),
            r#"{"input":"duplicate","client":"c"}"#.to_owned(),
            r#"{"input":"favour","process":"p","stream":"S"}"#.to_owned(),
            r#"{"input":"split_vote","cluster":"c","stream":null}"#.to_owned(),
            r#"{"input":"partition","sides":[["x"],["y","z"]],"silent":true}"#.to_owned(),
            r#"{"input":"stop","process":"p"}"#.to_owned(),
            r#"{"input":"restart","process":"p"}"#.to_owned(),
            r#"{"input":"pause","process":"p"}"#.to_owned(),
            r#"{"input":"resume","process":"p"}"#.to_owned(),
            r#"{"input":"cut","a":"x","b":"y"}"#.to_owned(),
            r#"{"input":"block","from":"x","to":"y"}"#.to_owned(),
            r#"{"input":"heal","a":"x","b":"y"}"#.to_owned(),
            r#"{"input":"heal_all"}"#.to_owned(),
            format!(r#"{{"input":"link","a":"x","b":"y","spec":{link}}}"#),
        ];
        for text in calls.iter().chain(&sources).chain(&others) {
            let input: Input = json::read(text.as_bytes()).expect(text);
            assert_eq!(json::text(&input), *text);
        }
    }

    #[test]
    fn what_is_left_out_of_a_call_is_usual() {
        for (text, whole) in [
            (
                r#"{"call":"js_publish","message":{"subject":"a"}}"#,
                r#"{"call":"js_publish","message":{"subject":"a","text":""},"count":1,"retries":2}"#,
            ),
            (
                r#"{"call":"consume","stream":"S","create":{}}"#,
                r#"{"call":"consume","stream":"S","create":{"deliver":"all"},"batch":100}"#,
            ),
            (
                r#"{"call":"answer","op":1}"#,
                r#"{"call":"answer","op":1,"answer":{"answer":"ack"},"wait":false}"#,
            ),
            (
                r#"{"call":"next","stream":"S","consumer":"c","unknown":1}"#,
                r#"{"call":"next","stream":"S","consumer":"c","batch":1,"no_wait":false}"#,
            ),
        ] {
            let call: Call = json::read(text.as_bytes()).expect(text);
            assert_eq!(json::text(&call), whole);
        }
        for wrong in [
            r#"{"call":"cancel"}"#,
            r#"{"call":"wait"}"#,
            r#"{"op":1}"#,
            r#"{"call":"consume","stream":"S","create":{"deliver":"soon"}}"#,
            r#"{"call":"consume","stream":"S","create":{"colour":1}}"#,
        ] {
            assert!(json::read::<Call>(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
