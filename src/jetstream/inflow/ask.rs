//! Asking an origin for the consumer that delivers its messages; or that consumer to begin again, if it was
//! made beforehand.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use crate::kernel::{Rng, Time};
use crate::nats::api::{
    AckPolicy, ApiError, ConsumerConfig, DeliverPolicy, Moment, ReplayPolicy, to_json,
};
use crate::nats::json::{self, FromJson, as_json};
use crate::nats::{Headers, Message, Subject};

use super::{ANSWER_WAIT, CHECK, Inflow, Kind, Phase, RESET_WAIT};

/// The header with which an origin says who it is.
pub(super) const IDENTITY: &str = "Nats-Stream-Identity";
const SECOND: i64 = 1_000_000_000;
/// What the real server sets where no acknowledgement is waited for: 22 hours.
const ACK_WAIT: i64 = 22 * 3600 * SECOND;
const RANDOM: usize = 8;
/// The code of the error that the origin is another one than before.
const IDENTITY_DIFFERS: u16 = 10225;

/// With which message of the origin to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// With the first.
    All,
    /// With this sequence.
    Seq(u64),
    /// With the first of this moment or later.
    Time(Moment),
}

/// What an answer of the origin comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// It was not the answer that is waited for.
    Nothing,
    /// There is a consumer, which delivers what comes after this sequence of the origin.
    Following {
        /// Its name.
        consumer: Arc<str>,
        /// The sequence.
        after: u64,
    },
    /// There is none; it will be asked again.
    Refused(ApiError),
}

/// The body of the request.
struct Request {
    stream_name: String,
    config: ConsumerConfig,
    action: String,
}

as_json! {
    written Request;
    stream_name, config, action,
}

impl Inflow {
    /// The request for a consumer. Its reply subject is to be listened to.
    pub fn ask(&mut self, now: Time, start: Start, rng: &mut Rng) -> Message {
        self.asked_at = Some(now);
        self.error = None;
        self.kicked = false;
        // What is there already may come again: from a consumer that acknowledges what was stored.
        self.seq = if let Start::Seq(seq) = start { seq.saturating_sub(1) } else { 0 };
        let external = self.source.external.as_ref().filter(|external| !external.api.is_empty());
        if let Some(made) = &self.source.consumer {
            let deliver: Subject = made.deliver_subject.as_str().into();
            let subject =
                format!("{}.CONSUMER.RESET.{}.{}", self.api(), self.source.name, made.name);
            let reply: Subject = format!("$JSC.R.{}", rng.base62(RANDOM)).into();
            self.phase = Phase::Asking { reply: reply.clone(), deliver, until: now + RESET_WAIT };
            let headers = (self.kind == Kind::Source).then(|| self.headers());
            let (subject, reply) = (subject.into(), Some(reply));
            return Message { subject, reply, headers, payload: Bytes::new() };
        }
        let prefix = external.map_or("", |external| &*external.deliver);
        let prefix = if prefix.is_empty() { "$JS" } else { prefix };
        let letter = if self.kind == Kind::Mirror { 'M' } else { 'S' };
        let deliver: Subject = format!("{prefix}.{letter}.{}", rng.base62(RANDOM)).into();
        let reply: Subject = format!("$JSC.R.{}", rng.base62(RANDOM)).into();
        let config = self.wanted_consumer(start, &deliver);
        let api = self.api();
        let origin = &self.source.name;
        let subject = match config.filter_subject.as_str() {
            "" => format!("{api}.CONSUMER.CREATE.{origin}"),
            filter => format!("{api}.CONSUMER.CREATE.{origin}.{}.{filter}", config.name),
        };
        let headers = self.headers();
        let body = Request { stream_name: origin.clone(), config, action: String::new() };
        let until = now + ANSWER_WAIT;
        self.phase = Phase::Asking { reply: Arc::clone(&reply), deliver, until };
        Message {
            subject: subject.into(),
            reply: Some(reply),
            headers: Some(headers),
            payload: to_json(&body),
        }
    }

    /// The level of the API that the request needs; and of a source, which origin is meant, if that is known.
    fn headers(&self) -> Headers {
        const LEVEL: &str = "Nats-Required-Api-Level";
        match self.kind {
            Kind::Mirror => Headers::new([(LEVEL, "4")]),
            Kind::Source => Headers::new([(LEVEL, "5"), (IDENTITY, &*self.identity)]),
        }
    }

    /// The name of the consumer as it is asked for. The origin adds to it where it keeps the
    /// consumer to itself.
    pub(super) fn consumer_name(&self) -> String {
        self.owner.consumer(self.kind, &self.id)
    }

    fn wanted_consumer(&self, start: Start, deliver: &str) -> ConsumerConfig {
        let (deliver_policy, opt_start_seq, opt_start_time) = match start {
            Start::All => (DeliverPolicy::All, 0, None),
            Start::Seq(seq) => (DeliverPolicy::ByStartSequence, seq, None),
            Start::Time(moment) => (DeliverPolicy::ByStartTime, 0, Some(moment)),
        };
        let mut filters: Vec<String> =
            self.source.subject_transforms.iter().map(|t| t.src.clone()).collect();
        let filter_subject = match filters.len() {
            0 => self.source.filter_subject.clone(),
            1 => filters.remove(0),
            _ => String::new(),
        };
        let about = if self.kind == Kind::Mirror { "mirror" } else { "src" };
        let owner = &self.owner;
        let mut metadata = crate::sorted::Map::new();
        metadata.insert(format!("_nats.{about}.stream"), owner.stream.to_string());
        metadata.insert(format!("_nats.{about}.acc"), owner.account.to_owned());
        if let Some(domain) = &owner.domain {
            metadata.insert(format!("_nats.{about}.domain"), domain.to_string());
        }
        ConsumerConfig {
            name: self.consumer_name(),
            deliver_subject: deliver.to_owned(),
            deliver_policy,
            opt_start_seq,
            opt_start_time,
            ack_policy: AckPolicy::None,
            ack_wait: ACK_WAIT,
            max_deliver: 1,
            replay_policy: ReplayPolicy::Instant,
            filter_subject,
            filter_subjects: filters,
            flow_control: true,
            idle_heartbeat: SECOND,
            inactive_threshold: 10 * SECOND,
            direct: true,
            sourcing: true,
            metadata,
            ..ConsumerConfig::default()
        }
    }

    /// An answer came.
    pub fn answered(&mut self, now: Time, answer: &Message, rng: &mut Rng) -> Answered {
        let deliver = match &self.phase {
            Phase::Asking { reply, deliver, .. } if *reply == answer.subject => Arc::clone(deliver),
            _ => return Answered::Nothing,
        };
        let refused = match self.kind {
            Kind::Mirror => ApiError::MIRROR_CONSUMER_ACKS,
            Kind::Source => ApiError::SOURCE_CONSUMER_ACKS,
        };
        let made = self.source.consumer.is_some();
        let fits = |told: Told| if made && !told.acks { Err(refused) } else { Ok(told) };
        let Told { name, dseq, seq, pending, .. } = match read(&answer.payload).and_then(fits) {
            Ok(told) => told,
            Err(error) => {
                if error.err_code == IDENTITY_DIFFERS {
                    // That is no failure: it is asked again as soon as may be.
                    self.anew = true;
                    self.seq = 0;
                    self.identity = "".into();
                } else {
                    self.fails += 1;
                    self.error = Some(error.clone());
                }
                self.wait(now, rng);
                return Answered::Refused(error);
            }
        };
        if let Some(identity) = answer.header(IDENTITY) {
            self.identity = identity.into();
        }
        self.fails = 0;
        (self.seq, self.dseq, self.behind) = (self.seq.max(seq), dseq, pending);
        self.heard_at = Some(now);
        let consumer: Arc<str> = name.into();
        let check_at = now + CHECK;
        self.phase = Phase::Following { consumer: Arc::clone(&consumer), deliver, check_at };
        Answered::Following { consumer, after: seq }
    }

    /// The request to delete the consumer, if there is one. One that others see is deleted only
    /// `for_good`: what it has not delivered would be lost with it. One that was made beforehand stays.
    pub fn deletion(&self, for_good: bool) -> Option<Message> {
        let Phase::Following { consumer, .. } = &self.phase else { return None };
        if self.source.consumer.is_some() {
            return None;
        }
        let hidden = !self.acknowledges();
        let api = self.api();
        let subject = format!("{api}.CONSUMER.DELETE.{}.{consumer}", self.source.name);
        (hidden || for_good).then(|| Message::new(subject, ""))
    }

    /// Whether the consumer that delivers is one that others see, and that waits to hear what was stored. The
    /// name of another one is longer than what was asked for.
    pub(super) fn acknowledges(&self) -> bool {
        let Phase::Following { consumer, .. } = &self.phase else { return false };
        self.source.consumer.is_some() || **consumer == *self.consumer_name()
    }

    fn api(&self) -> &str {
        let external = self.source.external.as_ref().filter(|external| !external.api.is_empty());
        external.map_or("$JS.API", |external| &external.api)
    }

    /// Says which origin messages were taken from before: it is told with the next request.
    pub fn set_identity(&mut self, identity: &Arc<str>) {
        if !self.anew && self.identity.is_empty() {
            self.identity = Arc::clone(identity);
        }
    }
}

/// What the answer tells of the consumer: its name, what it has delivered, what it has yet to, and whether
/// answers to its flow control are its acknowledgements.
struct Told {
    name: String,
    dseq: u64,
    seq: u64,
    pending: u64,
    acks: bool,
}

fn read(payload: &Bytes) -> Result<Told, ApiError> {
    let value = json::parse(payload).unwrap_or(Value::Null);
    if let Some(error) = value.get("error") {
        return Err(ApiError::from_json(error).unwrap_or(ApiError::BAD_REQUEST));
    }
    let number = |of: Option<&Value>, key: &str| {
        of.and_then(|of| of.get(key)).and_then(Value::as_u64).unwrap_or(0)
    };
    let delivered = value.get("delivered");
    let policy = value.get("config").and_then(|config| config.get("ack_policy"));
    Ok(Told {
        name: value.get("name").and_then(Value::as_str).unwrap_or_default().to_owned(),
        dseq: number(delivered, "consumer_seq"),
        seq: number(delivered, "stream_seq"),
        pending: number(Some(&value), "num_pending"),
        acks: policy.and_then(Value::as_str) == Some("flow_control"),
    })
}
