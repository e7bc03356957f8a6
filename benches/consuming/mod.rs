//! A consumer by itself, without servers and links around it.

use std::sync::Arc;

use windtunnel::jetstream::consumer::{Admitted, Consumer, Cx, Output, Surroundings, admit};
use windtunnel::jetstream::store::{MessageStore, StoredMessage, Ttl};
use windtunnel::kernel::{Rng, Time};
use windtunnel::nats::Subject;
use windtunnel::nats::api::{ConsumerCreateRequest, Storage, StreamConfig};

/// A pull consumer over a stream full of messages.
#[derive(Clone)]
pub(crate) struct Consuming {
    stream: StreamConfig,
    store: MessageStore,
    consumer: Consumer,
    rng: Rng,
}

/// How many messages a pull request asks for.
const BATCH: u64 = 100;

/// A consumer that has delivered nothing of this many messages.
pub(crate) fn consuming(messages: u64) -> Consuming {
    let stream = StreamConfig { num_replicas: 1, ..StreamConfig::new("S", ["s.>"]) };
    let body = br#"{"stream_name":"S","config":{"durable_name":"C","ack_policy":"explicit"}}"#;
    let request = ConsumerCreateRequest::decode(body).expect("a request");
    let around = Surroundings { stream: &stream, existing: None, others: &[], is_bound: false };
    let admitted = admit(request, around).expect("a consumer that can be");
    let (Admitted::Create(config) | Admitted::Update(config)) = admitted;
    let consumer = Consumer::new("S".into(), "C".into(), Arc::new(config), Time::ZERO);
    let mut store = MessageStore::new(Storage::File, 0);
    let subject: Subject = "s.a".into();
    for seq in 1..=messages {
        store.store(StoredMessage {
            seq,
            at: Time(seq),
            subject: subject.clone(),
            headers: None,
            payload: "two teapots".into(),
            ttl: Ttl::Unset,
        });
    }
    let mut consuming = Consuming { stream, store, consumer, rng: Rng::new(1) };
    consuming.with(Time(0), |consumer, cx| {
        consumer.lead(cx, false, false);
    });
    consuming
}

impl Consuming {
    fn with(&mut self, now: Time, act: impl FnOnce(&mut Consumer, &mut Cx<'_>)) -> Vec<Output> {
        let mut out = Vec::new();
        let (store, stream, rng) = (&self.store, &self.stream, &mut self.rng);
        let interest = &|_: &str| true;
        let cx = &mut Cx { now, store, stream, rng, interest, linked: false, out: &mut out };
        act(&mut self.consumer, cx);
        out
    }

    /// Pulls all messages and acknowledges each.
    pub(crate) fn consume(mut self) -> Self {
        let reply: Subject = "_INBOX.x.1".into();
        let body = format!(r#"{{"batch":{BATCH},"expires":30000000000}}"#);
        let mut now = Time(1_000_000_000);
        loop {
            let outputs =
                self.with(now, |consumer, cx| consumer.pull(cx, &reply, None, body.as_bytes()));
            let mut any = false;
            for output in outputs {
                let Output::Deliver { message, .. } = output else { continue };
                any = true;
                now.0 += 1_000;
                let ack = message.reply.expect("an ack subject");
                self.with(now, |consumer, cx| consumer.ack(cx, &ack, None, b"+ACK"));
            }
            if !any {
                assert_eq!(self.consumer.ack_floor().sseq, self.store.last_seq());
                return self;
            }
        }
    }
}
