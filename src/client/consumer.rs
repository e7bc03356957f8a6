//! The consumer an application wants, as far as applications choose: what a library makes of it in
//! `$JS.API.CONSUMER.CREATE` is in here, too.

use serde_json::{Map, Value};

use crate::kernel::Span;
use crate::nats::json::{self, FromJson, ToJson, Writer, as_json, word};

/// Where a consumer begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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

impl ToJson for Deliver {
    fn write(&self, to: &mut Writer) {
        to.string(match self {
            Self::All => "all",
            Self::Last => "last",
            Self::New => "new",
            Self::LastPerSubject => "last_per_subject",
            Self::Sequence(seq) => return seq.write(to),
        });
    }
}

/// A consumer to be made if there is none of its name. What is left out is the server's default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConsumerDraft {
    /// Only messages on these subjects; all if there are none.
    pub filters: Vec<String>,
    /// Where it begins.
    pub deliver: Deliver,
    /// How long a message may stay unacknowledged before it is delivered again (server: 30 s).
    pub ack_wait: Option<Span>,
    /// How long to wait before the second, third … delivery, instead of the ack wait.
    pub backoff: Vec<Span>,
    /// How often a message is delivered at most (server: without end).
    pub max_deliver: Option<u32>,
    /// How many messages may be unacknowledged at once (server: 1000).
    pub max_ack_pending: Option<u32>,
    /// After how long without anybody interested it goes away.
    pub inactive_threshold: Option<Span>,
    /// How often a push consumer says that it is still there when it has nothing to deliver.
    pub idle_heartbeat: Option<Span>,
}

as_json! {
    strict ConsumerDraft;
    filters omitempty, deliver, ack_wait omitempty, backoff omitempty, max_deliver omitempty,
    max_ack_pending omitempty, inactive_threshold omitempty, idle_heartbeat omitempty,
}

impl ConsumerDraft {
    /// The fields of its configuration.
    pub(super) fn config(&self, ack_policy: &str) -> Map<String, Value> {
        let mut config = Map::new();
        let mut set = |name: &str, value: Value| {
            config.insert(name.to_owned(), value);
        };
        set("ack_policy", Value::from(ack_policy));
        set(
            "deliver_policy",
            Value::from(match self.deliver {
                Deliver::All => "all",
                Deliver::Last => "last",
                Deliver::New => "new",
                Deliver::LastPerSubject => "last_per_subject",
                Deliver::Sequence(_) => "by_start_sequence",
            }),
        );
        if let Deliver::Sequence(seq) = self.deliver {
            set("opt_start_seq", Value::from(seq));
        }
        match self.filters.as_slice() {
            [] => {}
            [filter] => set("filter_subject", Value::from(filter.as_str())),
            filters => set("filter_subjects", json::to_value(&filters)),
        }
        let spans = [
            ("ack_wait", self.ack_wait),
            ("inactive_threshold", self.inactive_threshold),
            ("idle_heartbeat", self.idle_heartbeat),
        ];
        for (name, span) in spans {
            if let Some(span) = span {
                set(name, Value::from(span.as_nanos()));
            }
        }
        if !self.backoff.is_empty() {
            set("backoff", json::to_value(&self.backoff));
        }
        for (name, number) in
            [("max_deliver", self.max_deliver), ("max_ack_pending", self.max_ack_pending)]
        {
            if let Some(number) = number {
                set(name, Value::from(number));
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
        config.insert("deliver_subject".to_owned(), Value::from(deliver_subject));
        if let Some(group) = group {
            config.insert("deliver_group".to_owned(), Value::from(group));
        }
        self.named(stream, name, config)
    }

    /// Subject and body that make it a push consumer without a name, which ends with its subscriber.
    pub fn ephemeral(&self, stream: &str, deliver_subject: &str) -> (String, String) {
        let mut config = self.config("explicit");
        config.insert("deliver_subject".to_owned(), Value::from(deliver_subject));
        Self::request(format!("$JS.API.CONSUMER.CREATE.{stream}"), stream, config)
    }

    /// Subject and body that make it an ordered consumer, as ADR-17 and nats-py do: it acknowledges
    /// nothing, lives in the memory of one server, and its client makes a new one after a gap.
    pub fn ordered(&self, stream: &str, deliver_subject: &str) -> (String, String) {
        const DAY: Span = Span::secs(22 * 3600);
        let mut config = self.config("none");
        config.insert("deliver_subject".to_owned(), Value::from(deliver_subject));
        config.insert("max_deliver".to_owned(), Value::from(1));
        config.insert("flow_control".to_owned(), Value::from(true));
        config.insert("idle_heartbeat".to_owned(), Value::from(ORDERED_HEARTBEAT.as_nanos()));
        config.insert("ack_wait".to_owned(), Value::from(DAY.as_nanos()));
        config.insert("num_replicas".to_owned(), Value::from(1));
        config.insert("mem_storage".to_owned(), Value::from(true));
        Self::request(format!("$JS.API.CONSUMER.CREATE.{stream}"), stream, config)
    }

    /// Subject and body that make it an ordered consumer that is pulled from, as nats.js and
    /// async-nats do.
    pub fn ordered_pull(&self, stream: &str, name: &str) -> (String, String) {
        let mut config = self.config("none");
        config.insert("name".to_owned(), Value::from(name));
        config.insert("max_deliver".to_owned(), Value::from(1));
        let threshold = Value::from(ORDERED_THRESHOLD.as_nanos());
        config.insert("inactive_threshold".to_owned(), threshold);
        config.insert("num_replicas".to_owned(), Value::from(1));
        config.insert("mem_storage".to_owned(), Value::from(true));
        Self::request(self.create_subject(stream, name), stream, config)
    }

    fn named(&self, stream: &str, name: &str, mut config: Map<String, Value>) -> (String, String) {
        config.insert("name".to_owned(), Value::from(name));
        config.insert("durable_name".to_owned(), Value::from(name));
        Self::request(self.create_subject(stream, name), stream, config)
    }

    /// A single filter is part of the subject, so that permissions can tell consumers apart.
    pub(super) fn create_subject(&self, stream: &str, name: &str) -> String {
        match self.filters.as_slice() {
            [filter] => format!("$JS.API.CONSUMER.CREATE.{stream}.{name}.{filter}"),
            _ => format!("$JS.API.CONSUMER.CREATE.{stream}.{name}"),
        }
    }

    fn request(subject: String, stream: &str, config: Map<String, Value>) -> (String, String) {
        // To create, not to change: who comes second with other wishes is told so.
        let mut body = Map::new();
        body.insert("stream_name".to_owned(), Value::from(stream));
        body.insert("config".to_owned(), Value::Object(config));
        body.insert("action".to_owned(), Value::from("create"));
        (subject, json::text(&body))
    }
}

/// How long an ordered pull consumer may be left alone (nats.js: 5 min).
const ORDERED_THRESHOLD: Span = Span::secs(300);
/// How often an ordered consumer says that it is still there (ADR-17: 5 s).
pub(super) const ORDERED_HEARTBEAT: Span = Span::secs(5);

#[cfg(test)]
mod tests {
    use serde_json::json;

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
            assert_eq!(json::text(&deliver), text);
        }
    }
}
