//! The matching rules (`tests/conformance/FORMAT.md`): exact in both directions on every level,
//! except where a matcher says otherwise.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use windtunnel::nats::Message;
use windtunnel::nats::time::{ZERO_TIME, parse_rfc3339};

use super::values::{Env, payload_bytes, scrub, subst, subst_text, time_add};

const MATCHERS: [&str; 14] = [
    "$any",
    "$str",
    "$int",
    "$time",
    "$nuid",
    "$pattern",
    "$unordered",
    "$optional",
    "$capture",
    "$partial",
    "$time_add",
    "$absent",
    "$base64",
    "$not",
];

/// What a comparison finds: differences, and values to keep.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Differences, each with the path of the field.
    pub(crate) diffs: Vec<String>,
    /// Captured values.
    pub(crate) captures: Env,
}

/// Whether an object says how to match instead of what.
pub(crate) fn is_matcher(map: &Map<String, Value>) -> bool {
    map.keys().any(|key| MATCHERS.contains(&key.as_str()))
}

fn show(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() > 200 {
        text.chars().take(200).collect::<String>() + "…"
    } else {
        text
    }
}

/// Compares what is expected with what came.
pub(crate) fn compare(expected: &Value, actual: &Value, path: &str, env: &Env, found: &mut Found) {
    match (expected, actual) {
        (Value::Object(matcher), _) if is_matcher(matcher) => {
            special(matcher, actual, path, env, found);
        }
        (Value::String(_), _) => {
            let expected = subst(expected, env);
            if expected != *actual {
                found.diffs.push(format!(
                    "{path}: expected {} got {}",
                    show(&expected),
                    show(actual)
                ));
            }
        }
        (Value::Object(wanted), Value::Object(got)) => {
            let mut known = Vec::new();
            for (key, value) in wanted {
                let key = subst_text(key, env);
                match got.get(&key) {
                    Some(actual) => compare(value, actual, &format!("{path}.{key}"), env, found),
                    None => {
                        let may_miss =
                            value.get("$optional").is_some() || value.get("$absent").is_some();
                        if !may_miss {
                            found
                                .diffs
                                .push(format!("{path}.{key}: missing, expected {}", show(value)));
                        }
                    }
                }
                known.push(key);
            }
            for (key, value) in got.iter().filter(|(key, _)| !known.contains(key)) {
                found.diffs.push(format!("{path}.{key}: not expected, got {}", show(value)));
            }
        }
        (Value::Array(wanted), Value::Array(got)) if wanted.len() == got.len() => {
            for (n, (expected, actual)) in wanted.iter().zip(got).enumerate() {
                compare(expected, actual, &format!("{path}[{n}]"), env, found);
            }
        }
        _ if expected == actual => {}
        _ => found.diffs.push(format!("{path}: expected {} got {}", show(expected), show(actual))),
    }
}

fn special(matcher: &Map<String, Value>, actual: &Value, path: &str, env: &Env, found: &mut Found) {
    let before = found.diffs.len();
    let text = actual.as_str();
    let mut bad = |why: String| found.diffs.push(format!("{path}: {why}, got {}", show(actual)));
    if matcher.contains_key("$absent") {
        bad("expected no such field".to_owned());
    } else if let Some(inner) = matcher.get("$optional") {
        compare(inner, actual, path, env, found);
    } else if matcher.contains_key("$str") {
        if text.is_none_or(str::is_empty) {
            bad("expected a text".to_owned());
        }
    } else if let Some(bounds) = matcher.get("$int") {
        let within = |n: i64| match bounds.as_array() {
            Some(bounds) => (bounds[0].as_i64()..=bounds[1].as_i64()).contains(&Some(n)),
            None => true,
        };
        if !actual.as_i64().is_some_and(within) {
            bad(format!("expected an integer {bounds}"));
        }
    } else if matcher.contains_key("$time") {
        if !text.is_some_and(|text| parse_rfc3339(text).is_some() && text != ZERO_TIME) {
            bad("expected a time".to_owned());
        }
    } else if let Some(Value::Array(sum)) = matcher.get("$time_add") {
        if text.and_then(parse_rfc3339) != time_add(sum, env) {
            bad("expected another time".to_owned());
        }
    } else if matcher.contains_key("$nuid") {
        let fits = |t: &str| t.len() == 22 && t.bytes().all(|b| b.is_ascii_alphanumeric());
        if !text.is_some_and(fits) {
            bad("expected a nuid".to_owned());
        }
    } else if let Some(pattern) = matcher.get("$pattern") {
        let pattern = subst_text(pattern.as_str().unwrap_or_default(), env);
        if !text.is_some_and(|text| fits_pattern(&pattern, text)) {
            bad(format!("expected a text like {pattern:?}"));
        }
    } else if let Some(Value::Array(wanted)) = matcher.get("$unordered") {
        match actual.as_array() {
            Some(got) if got.len() == wanted.len() => {
                any_order(wanted.len(), path, found, |w, g, found| {
                    compare(&wanted[w], &got[g], &format!("{path}[any {w}]"), env, found);
                });
            }
            _ => bad(format!("expected {} items in any order", wanted.len())),
        }
    } else if let Some(inner) = matcher.get("$not") {
        let mut other = Found::default();
        compare(inner, actual, path, env, &mut other);
        if other.diffs.is_empty() {
            bad(format!("expected anything but {}", show(inner)));
        }
    } else if let Some(inner) = matcher.get("$base64") {
        match text.and_then(|text| STANDARD.decode(text).ok()) {
            Some(bytes) => {
                let text = Value::String(String::from_utf8_lossy(&bytes).into_owned());
                compare(inner, &text, &format!("{path}.base64"), env, found);
            }
            None => bad("expected base64".to_owned()),
        }
    } else if let Some(Value::Object(wanted)) = matcher.get("$partial") {
        match actual.as_object() {
            None => bad("expected an object".to_owned()),
            Some(got) => {
                for (key, value) in wanted {
                    match got.get(key) {
                        Some(actual) => {
                            compare(value, actual, &format!("{path}.{key}"), env, found)
                        }
                        None if value.get("$absent").is_some() => {}
                        None => found.diffs.push(format!("{path}.{key}: missing")),
                    }
                }
            }
        }
    }
    if found.diffs.len() == before
        && let Some(Value::String(name)) = matcher.get("$capture")
    {
        found.captures.insert(name.clone(), actual.clone());
    }
}

/// Whether a text fits into a slot.
type Fits = fn(&str) -> bool;

/// Whether a text is what a pattern with slots such as `{int}` describes.
fn fits_pattern(pattern: &str, text: &str) -> bool {
    let Some(open) = pattern.find('{') else { return pattern == text };
    let (literal, rest) = pattern.split_at(open);
    let slots: [(&str, Fits); 6] = [
        ("{int}", |t| {
            let digits = t.strip_prefix('-').unwrap_or(t);
            !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
        }),
        ("{token}", |t| !t.is_empty() && !t.contains(['.', ' ', '\n', '\t'])),
        ("{nuid}", |t| t.len() == 22 && t.bytes().all(|b| b.is_ascii_alphanumeric())),
        ("{time}", |t| parse_rfc3339(t).is_some()),
        ("{ident}", |t| {
            t.is_empty()
                || t.strip_prefix(' ').is_some_and(|id| {
                    id.len() == 8 && id.bytes().all(|b| b.is_ascii_alphanumeric())
                })
        }),
        ("{any}", |_| true),
    ];
    let Some((slot, fits)) = slots.iter().find(|(slot, _)| rest.starts_with(slot)) else {
        // A brace that opens no slot stands for itself.
        let head = &pattern[..=open];
        return text
            .strip_prefix(head)
            .is_some_and(|text| fits_pattern(&pattern[open + 1..], text));
    };
    let Some(text) = text.strip_prefix(literal) else { return false };
    let rest = &rest[slot.len()..];
    let ends = (0..=text.len()).rev().filter(|&end| text.is_char_boundary(end));
    ends.into_iter().any(|end| fits(&text[..end]) && fits_pattern(rest, &text[end..]))
}

/// Pairs every wanted item with one that came, in any order.
pub(crate) fn any_order(
    n: usize,
    path: &str,
    found: &mut Found,
    fits: impl Fn(usize, usize, &mut Found),
) {
    let table: Vec<Vec<Found>> = (0..n)
        .map(|w| {
            let one = |g| {
                let mut found = Found::default();
                fits(w, g, &mut found);
                found
            };
            (0..n).map(one).collect()
        })
        .collect();
    fn assign(w: usize, table: &[Vec<Found>], pick: &mut Vec<usize>) -> bool {
        if w == table.len() {
            return true;
        }
        for g in 0..table.len() {
            if !pick.contains(&g) && table[w][g].diffs.is_empty() {
                pick.push(g);
                if assign(w + 1, table, pick) {
                    return true;
                }
                pick.pop();
            }
        }
        false
    }
    let mut pick = Vec::new();
    if assign(0, &table, &mut pick) {
        for (w, g) in pick.into_iter().enumerate() {
            found.captures.extend(table[w][g].captures.clone());
        }
        return;
    }
    for row in &table {
        let nearest = row.iter().min_by_key(|found| found.diffs.len());
        if let Some(nearest) = nearest.filter(|nearest| !nearest.diffs.is_empty()) {
            found.diffs.push(format!("{path}: no partner; nearest: {}", nearest.diffs.join("; ")));
        }
    }
    if found.diffs.is_empty() {
        found.diffs.push(format!("{path}: items cannot be paired"));
    }
}

/// Compares a message. `inbox` is the subject to expect where none is named.
pub(crate) fn compare_message(
    expected: &Value,
    message: &Message,
    inbox: Option<&str>,
    path: &str,
    env: &Env,
    found: &mut Found,
) {
    let subject = expected.get("subject").cloned().unwrap_or_else(|| json!(inbox));
    compare(&subject, &json!(&*message.subject), &format!("{path}.subject"), env, found);
    match (expected.get("reply"), &message.reply) {
        (Some(expected), reply) => {
            let actual = json!(reply.as_deref());
            compare(expected, &actual, &format!("{path}.reply"), env, found);
        }
        (None, Some(reply)) => found.diffs.push(format!("{path}.reply: not expected, got {reply}")),
        (None, None) => {}
    }
    let status = message.status();
    let wanted = expected.get("status").and_then(Value::as_u64);
    if wanted != status.map(|(status, _)| u64::from(status)) {
        found.diffs.push(format!("{path}.status: expected {wanted:?} got {status:?}"));
    }
    let description = expected.get("description").cloned().unwrap_or_else(|| json!(""));
    let actual = json!(status.map_or("", |(_, description)| description));
    compare(&description, &actual, &format!("{path}.description"), env, found);
    let headers = expected.get("headers").cloned().unwrap_or_else(|| json!({}));
    compare(&headers, &headers_of(message), &format!("{path}.headers"), env, found);
    compare_payload(expected.get("payload"), message, path, env, found);
}

fn headers_of(message: &Message) -> Value {
    let mut map: Map<String, Value> = Map::new();
    for (name, value) in message.headers.iter().flat_map(|headers| headers.iter()) {
        match map.get_mut(name) {
            None => {
                map.insert(name.to_owned(), json!(value));
            }
            Some(Value::Array(values)) => values.push(json!(value)),
            Some(first) => *first = json!([first.clone(), value]),
        }
    }
    Value::Object(map)
}

fn compare_payload(
    expected: Option<&Value>,
    message: &Message,
    path: &str,
    env: &Env,
    found: &mut Found,
) {
    let text = message.text();
    let Some(payload) = expected.filter(|payload| !payload.is_null()) else {
        if !message.payload.is_empty() {
            found.diffs.push(format!("{path}.payload: expected none, got {text}"));
        }
        return;
    };
    if let Some(json) = payload.get("json") {
        match serde_json::from_slice::<Value>(&message.payload) {
            Ok(got) => compare(&scrub(json), &scrub(&got), &format!("{path}.json"), env, found),
            Err(_) => found.diffs.push(format!("{path}.payload: expected JSON, got {text}")),
        }
    } else if let Some(Value::Object(matcher)) = payload.get("text")
        && is_matcher(matcher)
    {
        special(matcher, &json!(text), &format!("{path}.text"), env, found);
    } else if payload_bytes(Some(payload), env) != message.payload {
        let wanted = show(payload);
        found.diffs.push(format!("{path}.payload: expected {wanted} got {text}"));
    }
}
