//! What an edit would change.

use serde::Serialize;
use serde_json::Value;

/// The fields in which two configurations differ. The CLI shows them in the syntax of Go's structs;
/// here they have the names of the API.
pub(super) fn differences<T: Serialize>(old: &T, new: &T) -> Vec<String> {
    let fields = |config: &T| match serde_json::to_value(config) {
        Ok(Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let (old, new) = (fields(old), fields(new));
    let names: crate::sorted::Set<&String> = old.keys().chain(new.keys()).collect();
    let mut lines = Vec::new();
    for name in names {
        let (before, after) = (old.get(name), new.get(name));
        if before != after {
            lines.extend(before.map(|value| format!("-  {name}: {value}")));
            lines.extend(after.map(|value| format!("+  {name}: {value}")));
        }
    }
    lines
}
