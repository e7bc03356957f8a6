//! Fast batches: messages that are stored as they come, and acknowledged only now and then. What a
//! message is to its batch stands in its reply subject:
//! `<inbox>.<batch>.<flow>.<ok|fail>.<number>.<operation>.$FI`.

use crate::sorted::Map;
use std::sync::Arc;

use bytes::Bytes;

use crate::kernel::{Span, Time};
use crate::nats::api::{ApiError, FlowReply, PubAck};
use crate::nats::{Message, Subject};

use super::Stream;
use super::arrive::{Arrival, Taken, Tried};
use super::batch::Abandoned;
use super::known::Known;
use super::leader::Leader;

const MARK: &str = ".$FI";
/// Without a message for so long a batch is dropped.
const TIMEOUT: Span = Span::secs(10);
const MAX_ID: usize = 64;
const MAX_BATCHES: usize = 1_000;
/// Messages between acknowledgements: where nothing sensible was asked for, and at first at most.
const DEFAULT_FLOW: u64 = 10;
const FIRST_FLOW: u64 = 500;
const MAX_FLOW: u64 = 65_535;

/// What is told to the publisher of a fast batch, and where.
pub type Told = Vec<(Subject, Bytes)>;

/// The fast batches of a stream.
#[derive(Debug, Clone, Default)]
pub(super) struct FastBatches {
    open: Map<Arc<str>, Open>,
}

#[derive(Debug, Clone)]
struct Open {
    /// So many messages are stored between two acknowledgements.
    flow: u64,
    /// Whether it goes on where messages are missing or refused.
    goes_on: bool,
    /// The number of the last message that came.
    last: u64,
    /// The number of the last message that was stored, and of the last one acknowledged.
    stored: u64,
    acknowledged: u64,
    /// The sequence of the last message that was stored.
    seq: u64,
    /// Messages that are proposed and not stored yet.
    inflight: u64,
    heard: Time,
    /// Where the end is to be acknowledged once everything is stored, and the number of the last
    /// message.
    end: Option<(Subject, u64)>,
}

/// What a reply subject says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Control<'a> {
    id: &'a str,
    flow: u64,
    goes_on: bool,
    number: u64,
    operation: Operation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Start,
    Append,
    /// Store the message and end.
    Commit,
    /// End without this message.
    End,
    Ping,
}

/// Whether a reply subject belongs to a fast batch.
pub fn is_fast(reply: &str) -> bool {
    reply.ends_with(MARK)
}

impl<'a> Control<'a> {
    fn parse(reply: &'a str) -> Option<Self> {
        let mut tokens = reply.strip_suffix(MARK)?.rsplit('.');
        let operation = match tokens.next()? {
            "0" => Operation::Start,
            "1" => Operation::Append,
            "2" => Operation::Commit,
            "3" => Operation::End,
            "4" => Operation::Ping,
            _ => return None,
        };
        let number = tokens.next()?.parse().ok()?;
        let goes_on = match tokens.next()? {
            "ok" => true,
            "fail" => false,
            _ => return None,
        };
        let flow: i64 = tokens.next()?.parse().ok()?;
        let flow = u64::try_from(flow).ok().filter(|&flow| flow > 0).unwrap_or(DEFAULT_FLOW);
        let id = tokens.next()?;
        // An inbox stands before all this.
        tokens.next().filter(|inbox| !inbox.is_empty())?;
        Some(Self { id, flow: flow.min(MAX_FLOW), goes_on, number, operation })
    }
}

fn told(reply: &Subject, what: &FlowReply) -> (Subject, Bytes) {
    (Arc::clone(reply), what.to_json())
}

impl Leader {
    /// A message of a fast batch is stored, and this would be its acknowledgement if it came alone:
    /// what is to be told instead.
    pub fn stored_of_batch(&mut self, reply: &Subject, ack: &PubAck) -> Told {
        let Some(control) = Control::parse(reply) else { return Vec::new() };
        let Some(open) = self.fast.open.get_mut(control.id) else { return Vec::new() };
        open.inflight = open.inflight.saturating_sub(1);
        open.stored = open.stored.max(control.number);
        open.seq = ack.seq;
        let mut all = Vec::new();
        let ends = open.end.as_ref().is_some_and(|(_, last)| open.stored >= *last);
        if !ends && open.stored >= open.acknowledged + open.flow {
            open.acknowledged = open.stored;
            all.push(told(reply, &FlowReply::Ack { seq: open.stored, msgs: open.flow }));
        }
        all.extend(self.finish(control.id, ack));
        all
    }

    /// The acknowledgement of a batch whose end has come and whose messages are all stored.
    fn finish(&mut self, id: &str, ack: &PubAck) -> Option<(Subject, Bytes)> {
        let open = self.fast.open.get(id)?;
        let (reply, count) = open.end.clone().filter(|_| open.inflight == 0)?;
        let ack = PubAck {
            stream: ack.stream.clone(),
            domain: ack.domain.clone(),
            seq: open.seq,
            batch: Some(id.to_owned()),
            count,
            ..PubAck::default()
        };
        self.fast.open.remove(id);
        Some((reply, ack.to_json()))
    }

    pub(super) fn next_dropped(&self) -> Option<Time> {
        self.fast.open.values().map(|open| open.heard + TIMEOUT).min()
    }

    pub(super) fn drop_silent(&mut self, now: Time) -> Vec<Abandoned> {
        let mut late = Vec::new();
        self.fast.open.retain(|id, open| {
            let is_late = open.heard + TIMEOUT <= now;
            if is_late {
                late.push(Abandoned { id: Arc::clone(id), reason: "timeout" });
            }
            !is_late
        });
        late
    }
}

impl Stream {
    /// Takes a message of a fast batch in.
    pub(super) fn take_of_fast_batch(
        &self,
        leader: &mut Leader,
        message: &Message,
        known: Known<'_>,
        arrival: Arrival<'_>,
    ) -> Taken {
        let Some(reply) = &message.reply else { return Taken::refused(ApiError::FAST_PATTERN) };
        if !self.config.allow_batched {
            return Taken::refused(ApiError::FAST_DISABLED);
        }
        let Some(control) = Control::parse(reply) else {
            return Taken::refused(ApiError::FAST_PATTERN);
        };
        let Control { id, number, operation, .. } = control;
        let ack = PubAck::stored(&self.config.name, arrival.domain, 0);
        if id.len() > MAX_ID {
            return Taken::refused(ApiError::FAST_INVALID_ID);
        }
        let mut all = Vec::new();
        // A message that is its whole batch begins and ends it.
        let is_whole = operation == Operation::Commit && number == 1;
        if operation == Operation::Start || (is_whole && !leader.fast.open.contains_key(id)) {
            match Self::start_fast_batch(leader, &control, arrival.now) {
                Ok(_) if is_whole => {}
                Ok(flow) => all.push(told(reply, &FlowReply::Ack { seq: 0, msgs: flow })),
                Err(error) => return Taken::refused(error),
            }
        }
        let Some(open) = leader.fast.open.get_mut(id) else {
            return Taken::refused(match (operation, number) {
                (Operation::End, 1) => ApiError::FAST_PATTERN,
                _ => ApiError::FAST_UNKNOWN_ID,
            });
        };
        open.heard = arrival.now;
        if operation == Operation::Ping {
            all.push(told(reply, &FlowReply::Ack { seq: open.stored, msgs: open.flow }));
            return Taken::Fast { told: all, command: None };
        }
        if open.end.is_some() || number <= open.last {
            return Taken::Fast { told: all, command: None };
        }
        let expected = open.last + 1;
        if number > expected {
            all.push(told(reply, &FlowReply::Gap { last_seq: expected, seq: number }));
            if !open.goes_on {
                open.end = Some((Arc::clone(reply), open.last));
                all.extend(leader.finish(id, &ack));
                return Taken::Fast { told: all, command: None };
            }
        }
        open.last = number;
        if operation == Operation::End {
            open.last = number - 1;
            open.end = Some((Arc::clone(reply), open.last));
            all.extend(leader.finish(id, &ack));
            return Taken::Fast { told: all, command: None };
        }
        let result = self.try_one(leader, message, known, arrival);
        go_on_with(leader, reply, &control, result, all, &ack)
    }

    fn start_fast_batch(
        leader: &mut Leader,
        control: &Control<'_>,
        now: Time,
    ) -> Result<u64, ApiError> {
        let Control { id, flow, goes_on, number, .. } = *control;
        let open = &mut leader.fast.open;
        if number != 1 || open.contains_key(id) {
            return Err(ApiError::FAST_PATTERN);
        }
        if open.len() >= MAX_BATCHES {
            return Err(ApiError::FAST_TOO_MANY_INFLIGHT);
        }
        // Whoever is not alone begins slowly.
        let flow = if open.is_empty() { flow.min(FIRST_FLOW) } else { 1 };
        let batch = Open {
            flow,
            goes_on,
            last: 0,
            stored: 0,
            acknowledged: 0,
            seq: 0,
            inflight: 0,
            heard: now,
            end: None,
        };
        open.insert(id.into(), batch);
        Ok(flow)
    }
}

/// What becomes of a batch with the result of one message's checks.
fn go_on_with(
    leader: &mut Leader,
    reply: &Subject,
    control: &Control<'_>,
    result: Result<Tried, ApiError>,
    mut all: Told,
    ack: &PubAck,
) -> Taken {
    let Control { id, number, operation, .. } = *control;
    let Some(open) = leader.fast.open.get_mut(id) else {
        return Taken::refused(ApiError::FAST_UNKNOWN_ID);
    };
    if operation == Operation::Commit {
        open.end = Some((Arc::clone(reply), number));
    }
    match result {
        Ok(Tried::Store(command)) => {
            open.inflight += 1;
            return Taken::Fast { told: all, command: Some(command) };
        }
        // Stored before: nothing more to do for it.
        Ok(Tried::Duplicate(_)) => open.stored = open.stored.max(number),
        Err(error) => {
            if number == 1 && !open.goes_on {
                leader.fast.open.remove(id);
                if all.is_empty() {
                    return Taken::refused(error);
                }
                let refused = PubAck::refused(&ack.stream, error).to_json();
                all.push((Arc::clone(reply), refused));
                return Taken::Fast { told: all, command: None };
            }
            all.push(told(reply, &FlowReply::Err { seq: number, error }));
            // It ends before this message.
            if !open.goes_on || operation == Operation::Commit {
                open.end = Some((Arc::clone(reply), number - 1));
            }
        }
    }
    all.extend(leader.finish(id, ack));
    Taken::Fast { told: all, command: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_says_what_a_message_is_to_its_batch() {
        let control = Control::parse("_INBOX.a.b.17.fail.3.2.$FI").unwrap();
        let operation = Operation::Commit;
        let expected = Control { id: "b", flow: 17, goes_on: false, number: 3, operation };
        assert_eq!(control, expected);
        assert_eq!(Control::parse("in.b.-1.ok.1.0.$FI").unwrap().flow, DEFAULT_FLOW);
        assert_eq!(Control::parse("in.b.99999.ok.1.0.$FI").unwrap().flow, MAX_FLOW);
        for wrong in
            ["b.1.ok.1.0.$FI", "in.b.1.ok.1.5.$FI", "in.b.1.no.1.0.$FI", "in.b.1.ok.x.0.$FI", "$FI"]
        {
            assert_eq!(Control::parse(wrong), None, "{wrong}");
        }
    }
}
