//! Where a stream's messages come from other than its subjects: mirrors, sources, transforms.

use serde_json::Value;

use super::Moment;
use super::decode::{Fields, lenient};
use crate::nats::json::{self, FromJson, as_json};

/// Rewrites the subjects that match `src` to `dest`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SubjectTransform {
    /// Which subjects; empty stands for all.
    pub src: String,
    /// What becomes of them, with functions in double braces.
    pub dest: String,
}

as_json! {
    lenient SubjectTransform;
    src, dest,
}

/// A stream in another account or domain.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct External {
    /// The prefix of its API, such as `$JS.hub.API`.
    pub api: String,
    /// The prefix of the subjects on which it delivers.
    pub deliver: String,
}

as_json! {
    lenient External;
    api, deliver,
}

impl External {
    /// The domain that the API prefix names, if it names one.
    pub fn domain(&self) -> Option<&str> {
        self.api.split('.').nth(1).filter(|domain| !domain.is_empty())
    }
}

/// A consumer made beforehand for a mirror or source to use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceConsumer {
    /// Its name.
    pub name: String,
    /// Where it delivers.
    pub deliver_subject: String,
}

as_json! {
    written SourceConsumer;
    name omitempty, deliver_subject omitempty,
}

/// A stream from which another takes its messages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StreamSource {
    /// Its name.
    pub name: String,
    /// Only from this sequence on.
    pub opt_start_seq: u64,
    /// Only from this moment on.
    pub opt_start_time: Option<Moment>,
    /// Only these subjects.
    pub filter_subject: String,
    /// Only these subjects, rewritten on the way.
    pub subject_transforms: Vec<SubjectTransform>,
    /// Where it is, if not here.
    pub external: Option<External>,
    /// The consumer to use.
    pub consumer: Option<SourceConsumer>,
}

as_json! {
    written StreamSource;
    name, opt_start_seq omitempty, opt_start_time omitempty, filter_subject omitempty,
    subject_transforms omitempty, external omitempty, consumer omitempty,
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
