//! What an edit would change.

use serde_json::{Map, Value};

use crate::nats::json::{ToJson, text, to_value};

use super::Run;

/// Prints what an edit would change; false if that is nothing.
pub(super) fn tell_differences(run: &mut Run<'_>, old: &dyn ToJson, new: &dyn ToJson) -> bool {
    let differences = differences(old, new);
    if differences.is_empty() {
        run.say("No difference in configuration");
        return false;
    }
    run.say("Differences (-old +new):");
    run.say_all(differences);
    true
}

/// The fields in which two configurations differ. The CLI shows them in the syntax of Go's structs;
/// here they have the names of the API.
fn differences(old: &dyn ToJson, new: &dyn ToJson) -> Vec<String> {
    let fields = |config| match to_value(config) {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    let (old, new) = (fields(old), fields(new));
    let names: crate::sorted::Set<&String> = old.keys().chain(new.keys()).collect();
    let mut lines = Vec::new();
    for name in names {
        let (before, after) = (old.get(name), new.get(name));
        if before != after {
            lines.extend(before.map(|value| format!("-  {name}: {}", text(value))));
            lines.extend(after.map(|value| format!("+  {name}: {}", text(value))));
        }
    }
    lines
}
