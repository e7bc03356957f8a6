//! Where a stream's messages come from other than its subjects: mirrors, sources, transforms.

use serde::Serialize;
use serde_json::Value;

use super::decode::{Fields, lenient};
use super::{Moment, is_default};
use crate::nats::json::{self, FromJson, from_json};

/// Rewrites the subjects that match `src` to `dest`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct SubjectTransform {
    /// Which subjects; empty stands for all.
    pub src: String,
    /// What becomes of them, with functions in double braces.
    pub dest: String,
}

from_json! {
    lenient SubjectTransform;
    has src, dest;
}

/// A stream in another account or domain.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct External {
    /// The prefix of its API, such as `$JS.hub.API`.
    pub api: String,
    /// The prefix of the subjects on which it delivers.
    pub deliver: String,
}

from_json! {
    lenient External;
    has api, deliver;
}

impl External {
    /// The domain that the API prefix names, if it names one.
    pub fn domain(&self) -> Option<&str> {
        self.api.split('.').nth(1).filter(|domain| !domain.is_empty())
    }
}

/// A consumer made beforehand for a mirror or source to use.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct SourceConsumer {
    /// Its name.
    #[serde(skip_serializing_if = "is_default")]
    pub name: String,
    /// Where it delivers.
    #[serde(skip_serializing_if = "is_default")]
    pub deliver_subject: String,
}

/// A stream from which another takes its messages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct StreamSource {
    /// Its name.
    pub name: String,
    /// Only from this sequence on.
    #[serde(skip_serializing_if = "is_default")]
    pub opt_start_seq: u64,
    /// Only from this moment on.
    #[serde(skip_serializing_if = "is_default")]
    pub opt_start_time: Option<Moment>,
    /// Only these subjects.
    #[serde(skip_serializing_if = "is_default")]
    pub filter_subject: String,
    /// Only these subjects, rewritten on the way.
    #[serde(skip_serializing_if = "is_default")]
    pub subject_transforms: Vec<SubjectTransform>,
    /// Where it is, if not here.
    #[serde(skip_serializing_if = "is_default")]
    pub external: Option<External>,
    /// The consumer to use.
    #[serde(skip_serializing_if = "is_default")]
    pub consumer: Option<SourceConsumer>,
}

impl FromJson for StreamSource {
    fn from_json(value: &Value) -> json::Result<Self> {
        lenient(value, "StreamSource", Self::decode)
    }
}

impl StreamSource {
    /// Reads the fields of a mirror or source.
    pub fn decode(fields: &mut Fields<'_>) -> Self {
        Self {
            name: fields.text("name"),
            opt_start_seq: fields.unsigned("opt_start_seq"),
            opt_start_time: fields.moment("opt_start_time"),
            filter_subject: fields.text("filter_subject"),
            subject_transforms: fields.objects(
                "subject_transforms",
                "server.SubjectTransformConfig",
                SubjectTransform::decode,
            ),
            external: fields.object("external", "server.ExternalStream", |external| External {
                api: external.text("api"),
                deliver: external.text("deliver"),
            }),
            consumer: fields.object("consumer", "server.StreamConsumerSource", |consumer| {
                SourceConsumer {
                    name: consumer.text("name"),
                    deliver_subject: consumer.text("deliver_subject"),
                }
            }),
        }
    }
}

impl SubjectTransform {
    /// Reads the fields of a transform.
    pub fn decode(fields: &mut Fields<'_>) -> Self {
        Self { src: fields.text("src"), dest: fields.text("dest") }
    }
}
