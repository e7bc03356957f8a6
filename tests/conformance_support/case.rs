//! A case as it stands in its file: a topology and steps.

use serde::Deserialize;
use serde_json::{Value, json};

use super::matching::is_matcher;
use super::values::Pairs;

/// A case.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(super) topology: CaseTopology,
    pub(super) steps: Vec<Step>,
}

/// A step, with its headers in the order of the file.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) value: Value,
    pub(super) headers: Vec<(String, Value)>,
}

impl Case {
    /// Reads a case.
    pub(crate) fn parse(text: &str) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Whole<'a> {
            topology: CaseTopology,
            #[serde(borrow)]
            steps: Vec<&'a serde_json::value::RawValue>,
        }
        #[derive(Deserialize)]
        struct Ordered {
            #[serde(default)]
            headers: Pairs,
        }
        let whole: Whole<'_> = serde_json::from_str(text)?;
        let step = |raw: &serde_json::value::RawValue| {
            let Ordered { headers: Pairs(headers) } = serde_json::from_str(raw.get())?;
            Ok(Step { value: serde_json::from_str(raw.get())?, headers })
        };
        let steps = whole.steps.into_iter().map(step).collect::<Result<_, _>>()?;
        Ok(Self { topology: whole.topology, steps })
    }

    /// This case with one expectation altered, as often as it has expectations with a number or a
    /// text in them, but at most `limit` times, the last ones first.
    pub(crate) fn altered(&self, limit: usize) -> Vec<Self> {
        let alter = |n: usize| {
            let mut case = self.clone();
            let step = &mut case.steps[n].value;
            let expected = match step["op"].as_str() {
                Some("request") => step.get_mut("expect").and_then(|e| e.get_mut("payload")),
                Some("expect") => step.get_mut("messages"),
                _ => None,
            };
            expected.is_some_and(alter_first).then_some(case)
        };
        (0..self.steps.len()).rev().filter_map(alter).take(limit).collect()
    }
}

/// Alters the first number or text in an expectation.
fn alter_first(value: &mut Value) -> bool {
    match value {
        Value::Number(n) => {
            *value = json!(n.as_i64().unwrap_or(0) + 1);
            true
        }
        Value::String(text) if !text.contains("${") => {
            text.push('~');
            true
        }
        Value::Array(items) => items.iter_mut().any(alter_first),
        Value::Object(map) if is_matcher(map) => false,
        Value::Object(map) => map.values_mut().any(alter_first),
        _ => false,
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct CaseTopology {
    pub(super) clusters: Vec<CaseCluster>,
    #[serde(default)]
    pub(super) links: Vec<CaseLink>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct CaseLink {
    pub(super) kind: String,
    pub(super) from: String,
    pub(super) to: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct CaseCluster {
    pub(super) name: String,
    pub(super) servers: usize,
    #[serde(default)]
    pub(super) domain: Option<String>,
}
