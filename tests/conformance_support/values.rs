//! Values of a case: references, payloads, times, and what is left out of comparisons
//! (`tests/conformance/FORMAT.md`).

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::{Map, Value};
use windtunnel::nats::time::{ZERO_TIME, parse_rfc3339};

/// Captured values by name.
pub(crate) type Env = BTreeMap<String, Value>;

/// Headers in the order of the file: what is sent and stored depends on it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pairs(pub(crate) Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Pairs;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("headers")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// Replaces `${name}`. A text that is only a reference keeps the type of the value.
pub(crate) fn subst(value: &Value, env: &Env) -> Value {
    match value {
        Value::String(text) => {
            if let Some(name) = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'))
                && let Some(value) = env.get(name)
            {
                return value.clone();
            }
            Value::String(subst_text(text, env))
        }
        Value::Array(items) => items.iter().map(|item| subst(item, env)).collect(),
        Value::Object(map) => {
            if let Some(Value::Array(sum)) = map.get("$time_add")
                && map.len() == 1
                && let Some(nanos) = time_add(sum, env)
            {
                return Value::String(format_time(nanos));
            }
            map.iter().map(|(k, v)| (subst_text(k, env), subst(v, env))).collect()
        }
        other => other.clone(),
    }
}

/// The same for a text that stays one.
pub(crate) fn subst_text(text: &str, env: &Env) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(end) = rest[start..].find('}') else { break };
        let name = &rest[start + 2..start + end];
        out.push_str(&rest[..start]);
        match env.get(name) {
            Some(Value::String(value)) => out.push_str(value),
            Some(value) => out.push_str(&value.to_string()),
            None => out.push_str(&rest[start..=start + end]),
        }
        rest = &rest[start + end + 1..];
    }
    out + rest
}

/// The instant of `{"$time_add": [time, ms]}`, in nanoseconds since 1970.
pub(crate) fn time_add(sum: &[Value], env: &Env) -> Option<i128> {
    let base = subst(sum.first()?, env);
    let millis = sum.get(1)?.as_f64()?;
    Some(parse_rfc3339(base.as_str()?)? + (millis * 1e6) as i128)
}

fn format_time(nanos: i128) -> String {
    let since = u64::try_from(nanos - i128::from(windtunnel::kernel::Time::UNIX_NS));
    since.map_or_else(
        |_| ZERO_TIME.to_owned(),
        |ns| windtunnel::nats::time::rfc3339(windtunnel::kernel::Time(ns)),
    )
}

/// The bytes a payload stands for.
pub(crate) fn payload_bytes(payload: Option<&Value>, env: &Env) -> Vec<u8> {
    let Some(Value::Object(payload)) = payload else { return Vec::new() };
    if let Some(text) = payload.get("text") {
        match subst(text, env) {
            Value::String(text) => text.into_bytes(),
            other => other.to_string().into_bytes(),
        }
    } else if let Some(json) = payload.get("json") {
        serde_json::to_vec(&subst(json, env)).expect("a value is JSON")
    } else if let Some(Value::String(text)) = payload.get("base64") {
        STANDARD.decode(text).expect("base64 in a case")
    } else {
        let (text, count) = (payload["repeat"].as_str(), payload["count"].as_u64());
        text.expect("repeat").repeat(count.expect("count") as usize).into_bytes()
    }
}

/// Drops what is never compared: `_nats.…` metadata and what is particular to a cluster.
pub(crate) fn scrub(value: &Value) -> Value {
    const CLUSTER: [&str; 4] = ["raft_group", "leader_since", "traffic_account", "system_account"];
    match value {
        Value::Array(items) => items.iter().map(scrub).collect(),
        Value::Object(map) => {
            let mut out = Map::new();
            for (key, inner) in map {
                let mut inner = inner.clone();
                if let Value::Object(fields) = &mut inner {
                    if key == "metadata" && !super::matching::is_matcher(fields) {
                        fields.retain(|name, _| !name.starts_with("_nats."));
                        if fields.is_empty() {
                            continue;
                        }
                    }
                    if key == "cluster" {
                        fields.retain(|name, _| !CLUSTER.contains(&name.as_str()));
                    }
                }
                out.insert(key.clone(), scrub(&inner));
            }
            Value::Object(out)
        }
        other => other.clone(),
    }
}
