//! An inflow against an origin whose messages get lost, come twice or come late.

use std::sync::Arc;

use super::*;
use crate::nats::{Headers, Message};

/// What a consumer of the origin delivers, numbered, and what comes of it.
struct Origin {
    /// The sequences that are there.
    seqs: Vec<u64>,
    consumers: u64,
}

impl Origin {
    /// Makes a consumer that begins behind what the stream has; gives its answer and its deliveries.
    fn consumer(&mut self, asked: &Message, after: u64) -> (Message, Vec<Message>) {
        self.consumers += 1;
        let name = format!("c{}", self.consumers);
        let left: Vec<u64> = self.seqs.iter().copied().filter(|seq| *seq > after).collect();
        let answer = format!(
            r#"{{"name":"{name}","delivered":{{"consumer_seq":0,"stream_seq":{after}}},"num_pending":{}}}"#,
            left.len()
        );
        let reply = asked.reply.clone().expect("a request has a reply");
        let deliver = |(dseq, seq): (usize, &u64)| {
            let pending = left.len() - dseq - 1;
            let ack = format!("$JS.ACK.O.{name}.1.{seq}.{}.{}.{pending}", dseq + 1, Time::UNIX_NS);
            Message::new("o", seq.to_string()).with_reply(ack)
        };
        (Message::new(reply, answer), left.iter().enumerate().map(deliver).collect())
    }
}

fn inflow(kind: Kind, rng: &mut Rng) -> Inflow {
    let source = StreamSource { name: "O".to_owned(), ..StreamSource::default() };
    let (stream, account, domain) = (Arc::from("S"), "$G", None);
    let owner = Owner { stream, account, domain, several: false };
    Inflow::new(kind, source, owner, false, Time::ZERO, rng)
}

/// The sequences that are taken of an origin over a bad line; none if it does not end.
fn taken(kind: Kind, seed: u64) -> Option<(Vec<u64>, Vec<u64>)> {
    let mut rng = Rng::new(seed);
    let seqs: Vec<u64> = (1..=30).filter(|_| rng.below(4) > 0).collect();
    let mut origin = Origin { seqs: seqs.clone(), consumers: 0 };
    let mut inflow = inflow(kind, &mut rng);
    let (mut now, mut taken) = (Time::ZERO, Vec::new());
    for _ in 0..500 {
        now = now.max(inflow.deadline());
        if inflow.tick(now, &mut rng) != Tick::Ask {
            continue;
        }
        let after = taken.last().copied().unwrap_or(0);
        let asked = inflow.ask(now, Start::Seq(after + 1), &mut rng);
        let (answer, mut deliveries) = origin.consumer(&asked, after);
        inflow.answered(now, &answer, &mut rng);
        let count = deliveries.len();
        // At most one message goes wrong, so that in the end all come.
        let at = rng.below(deliveries.len().max(1) as u64) as usize;
        if at < count && rng.below(2) == 0 {
            match rng.below(3) {
                0 => drop(deliveries.remove(at)),
                1 => deliveries.insert(at, deliveries[at].clone()),
                _ => deliveries.swap(at, count - 1),
            }
        }
        let mut lost = false;
        for message in &deliveries {
            match inflow.hear(now, message, &mut rng) {
                Heard::Take(incoming) => taken.push(incoming.seq),
                Heard::Lost => {
                    lost = true;
                    break;
                }
                Heard::Nothing | Heard::Flow(_) => {}
            }
        }
        let Phase::Following { deliver, .. } = inflow.phase() else { return None };
        let headers = Headers::status_block(
            100,
            "Idle Heartbeat",
            [("Nats-Last-Consumer", count.to_string())],
        );
        let heartbeat = Message::new(deliver.clone(), "").with_headers(headers);
        if lost || inflow.hear(now, &heartbeat, &mut rng) == Heard::Lost {
            inflow.retry(now, &mut rng);
            continue;
        }
        return Some((seqs, taken));
    }
    None
}

#[test]
fn whatever_the_line_does_every_message_is_taken_once_and_in_order() {
    for seed in 0..500 {
        for kind in [Kind::Mirror, Kind::Source] {
            let (there, taken) = taken(kind, seed).expect("it ends");
            assert_eq!(taken, there, "{kind:?}, seed {seed}");
        }
    }
}

#[test]
fn deliveries_of_an_earlier_consumer_are_not_heard() {
    let mut rng = Rng::new(1);
    let mut inflow = inflow(Kind::Mirror, &mut rng);
    let mut origin = Origin { seqs: vec![1, 2], consumers: 0 };
    let asked = inflow.ask(Time::ZERO, Start::All, &mut rng);
    let (answer, old) = origin.consumer(&asked, 0);
    inflow.answered(Time::ZERO, &answer, &mut rng);
    inflow.retry(Time::ZERO, &mut rng);
    let asked = inflow.ask(Time::ZERO, Start::All, &mut rng);
    let (answer, new) = origin.consumer(&asked, 0);
    assert_eq!(inflow.hear(Time::ZERO, &old[0], &mut rng), Heard::Nothing);
    inflow.answered(Time::ZERO, &answer, &mut rng);
    assert_eq!(inflow.hear(Time::ZERO, &old[0], &mut rng), Heard::Nothing);
    assert!(matches!(inflow.hear(Time::ZERO, &new[0], &mut rng), Heard::Take(_)));
}
