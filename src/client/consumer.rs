//! The consumer an application wants, as far as applications choose: what a library makes of it in
//! `$JS.API.CONSUMER.CREATE` is in here, too.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::kernel::Span;
use crate::nats::json::{self, FromJson, from_json, word};

/// Where a consumer begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Deliver {
    /// With the first message there is.
    #[default]
    All,
    /// With the last one.
    Last,
    /// With what comes from now on.
    New,
    /// With the last message of every subject.
    LastPerSubject,
    /// With this sequence of the stream.
    #[serde(untagged)]
    Sequence(u64),
}

impl FromJson for Deliver {
    fn from_json(value: &Value) -> json::Result<Self> {
        if let Some(seq) = value.as_u64() {
            return Ok(Self::Sequence(seq));
        }
        let words = [
            ("all", Self::All),
            ("last", Self::Last),
            ("new", Self::New),
            ("last_per_subject", Self::LastPerSubject),
        ];
        word(value, &words)
    }
}

/// A consumer to be made if there is none of its name. What is left out is the server's default.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ConsumerDraft {
    /// Only messages on these subjects; all if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<String>,
    /// Where it begins.
    pub deliver: Deliver,
    /// How long a message may stay unacknowledged before it is delivered again (server: 30 s).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ack_wait: Option<Span>,
    /// How long to wait before the second, third … delivery, instead of the ack wait.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub backoff: Vec<Span>,
    /// How often a message is delivered at most (server: without end).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_deliver: Option<u32>,
    /// How many messages may be unacknowledged at once (server: 1000).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_ack_pending: Option<u32>,
    /// After how long without anybody interested it goes away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inactive_threshold: Option<Span>,
    /// How often a push consumer says that it is still there when it has nothing to deliver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_heartbeat: Option<Span>,
}

from_json! {
    strict ConsumerDraft;
    has filters, deliver, ack_wait, backoff, max_deliver, max_ack_pending, inactive_threshold,
        idle_heartbeat;
}

impl ConsumerDraft {
    /// The fields of its configuration.
    fn config(&self, ack_policy: &str) -> Map<String, Value> {
        let mut config = Map::new();
        let mut set = |name: &str, value: Value| {
            config.insert(name.to_owned(), value);
        };
        set("ack_policy", json!(ack_policy));
        set(
            "deliver_policy",
            json!(match self.deliver {
                Deliver::All => "all",
                Deliver::Last => "last",
                Deliver::New => "new",
                Deliver::LastPerSubject => "last_per_subject",
                Deliver::Sequence(_) => "by_start_sequence",
            }),
        );
        if let Deliver::Sequence(seq) = self.deliver {
            set("opt_start_seq", json!(seq));
        }
        match self.filters.as_slice() {
            [] => {}
            [filter] => set("filter_subject", json!(filter)),
            filters => set("filter_subjects", json!(filters)),
        }
        let spans = [
            ("ack_wait", self.ack_wait),
            ("inactive_threshold", self.inactive_threshold),
            ("idle_heartbeat", self.idle_heartbeat),
        ];
        for (name, span) in spans {
            if let Some(span) = span {
                set(name, json!(span.as_nanos()));
            }
        }
        if !self.backoff.is_empty() {
            set("backoff", json!(self.backoff));
        }
        for (name, number) in
            [("max_deliver", self.max_deliver), ("max_ack_pending", self.max_ack_pending)]
        {
            if let Some(number) = number {
                set(name, json!(number));
            }
        }
        config
    }

    /// Subject and body that make it a durable pull consumer of this name.
    pub fn pull(&self, stream: &str, name: &str) -> (String, String) {
        self.named(stream, name, self.config("explicit"))
    }

    /// Subject and body that make it a durable push consumer of this name.
    pub fn push(
        &self,
        stream: &str,
        name: &str,
        deliver_subject: &str,
        group: Option<&str>,
    ) -> (String, String) {
        let mut config = self.config("explicit");
        config.insert("deliver_subject".to_owned(), json!(deliver_subject));
        if let Some(group) = group {
            config.insert("deliver_group".to_owned(), json!(group));
        }
        self.named(stream, name, config)
    }

    /// Subject and body that make it a push consumer without a name, which ends with its subscriber.
    pub fn ephemeral(&self, stream: &str, deliver_subject: &str) -> (String, String) {
        let mut config = self.config("explicit");
        config.insert("deliver_subject".to_owned(), json!(deliver_subject));
        Self::request(format!("$JS.API.CONSUMER.CREATE.{stream}"), stream, config)
    }

    /// Subject and body that make it an ordered consumer, as ADR-17 and nats-py do: it acknowledges
    /// nothing, lives in the memory of one server, and its client makes a new one after a gap.
    pub fn ordered(&self, stream: &str, deliver_subject: &str) -> (String, String) {
        const DAY: Span = Span::secs(22 * 3600);
        let mut config = self.config("none");
        config.insert("deliver_subject".to_owned(), json!(deliver_subject));
        config.insert("max_deliver".to_owned(), json!(1));
        config.insert("flow_control".to_owned(), json!(true));
        config.insert("idle_heartbeat".to_owned(), json!(ORDERED_HEARTBEAT.as_nanos()));
        config.insert("ack_wait".to_owned(), json!(DAY.as_nanos()));
        config.insert("num_replicas".to_owned(), json!(1));
        config.insert("mem_storage".to_owned(), json!(true));
        Self::request(format!("$JS.API.CONSUMER.CREATE.{stream}"), stream, config)
    }

    fn named(&self, stream: &str, name: &str, mut config: Map<String, Value>) -> (String, String) {
        config.insert("name".to_owned(), json!(name));
        config.insert("durable_name".to_owned(), json!(name));
        // A single filter is part of the subject, so that permissions can tell consumers apart.
        let subject = match self.filters.as_slice() {
            [filter] => format!("$JS.API.CONSUMER.CREATE.{stream}.{name}.{filter}"),
            _ => format!("$JS.API.CONSUMER.CREATE.{stream}.{name}"),
        };
        Self::request(subject, stream, config)
    }

    fn request(subject: String, stream: &str, config: Map<String, Value>) -> (String, String) {
        // To create, not to change: who comes second with other wishes is told so.
        let body = json!({ "stream_name": stream, "config": config, "action": "create" });
        (subject, body.to_string())
    }
}

/// How often an ordered consumer says that it is still there (ADR-17: 5 s).
pub(super) const ORDERED_HEARTBEAT: Span = Span::secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_durable_with_one_filter_carries_it_in_its_subject() {
        let draft = ConsumerDraft {
            filters: vec!["tasks.>".to_owned()],
            ack_wait: Some(Span::secs(5)),
            max_deliver: Some(3),
            ..ConsumerDraft::default()
        };
        let (subject, body) = draft.pull("TASKS", "workers");
        assert_eq!(subject, "$JS.API.CONSUMER.CREATE.TASKS.workers.tasks.>");
        let body = json::parse(body.as_bytes()).expect("JSON");
        assert_eq!(
            body,
            json!({"stream_name": "TASKS", "action": "create", "config": {
                "name": "workers", "durable_name": "workers", "ack_policy": "explicit",
                "deliver_policy": "all", "filter_subject": "tasks.>",
                "ack_wait": 5_000_000_000_u64, "max_deliver": 3
            }})
        );
    }

    #[test]
    fn a_start_is_a_word_or_a_sequence() {
        for (text, deliver) in [
            ("\"all\"", Deliver::All),
            ("\"last_per_subject\"", Deliver::LastPerSubject),
            ("7", Deliver::Sequence(7)),
        ] {
            assert_eq!(json::read::<Deliver>(text.as_bytes()).expect("readable"), deliver);
            assert_eq!(serde_json::to_string(&deliver).expect("writable"), text);
        }
    }
}
