//! The subjects on which clients acknowledge, and on which a consumer is spoken to at all.

use crate::kernel::Time;
use crate::nats::api::AckPolicy;
use crate::nats::{Subject, hash8};

use super::Consumer;

/// What an ack subject says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AckSubject {
    pub(super) deliveries: u64,
    pub(super) sseq: u64,
    pub(super) dseq: u64,
}

/// The tokens of an ack subject without domain and account, and, at least, with them.
const V1_TOKENS: usize = 9;
const V2_TOKENS: usize = 11;

fn number(token: &str) -> Option<u64> {
    let digits = !token.is_empty() && token.bytes().all(|b| b.is_ascii_digit());
    if digits { token.parse().ok() } else { None }
}

/// Writes a number at the end of a text.
fn push_number(text: &mut String, mut number: u64) {
    let mut digits = [0; 20];
    let mut from = digits.len();
    loop {
        from -= 1;
        digits[from] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    text.extend(digits[from..].iter().map(|digit| char::from(*digit)));
}

/// What the leader of a consumer listens for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// Requests for messages: [`Consumer::pull`].
    Pull,
    /// Acknowledgements: [`Consumer::ack`].
    Ack,
    /// Answers to flow control: [`Consumer::flow_response`].
    Flow,
    /// Requests to set it back: [`Consumer::reset`].
    Reset,
}

impl AckSubject {
    /// Reads an ack subject: 9 tokens without domain and account, 11 or more with them. None if a
    /// number in it is none.
    pub(super) fn parse(subject: &str) -> Option<Self> {
        let mut tokens = [""; V2_TOKENS];
        let mut count = 0;
        for token in subject.split('.') {
            if let Some(place) = tokens.get_mut(count) {
                *place = token;
            }
            count += 1;
        }
        let [first, second, ..] = tokens;
        if first != "$JS" || second != "ACK" {
            return None;
        }
        let [deliveries, sseq, dseq] = match count {
            V1_TOKENS => [tokens[4], tokens[5], tokens[6]],
            V2_TOKENS.. => [tokens[6], tokens[7], tokens[8]],
            _ => return None,
        };
        let read =
            Self { deliveries: number(deliveries)?, sseq: number(sseq)?, dseq: number(dseq)? };
        (read.sseq > 0).then_some(read)
    }
}

impl Consumer {
    /// The subject on which a message is acknowledged.
    pub(super) fn ack_subject(&self, ack: AckSubject, stored: Time, pending: u64) -> Subject {
        let AckSubject { deliveries, sseq, dseq } = ack;
        let mut text = String::with_capacity(self.ack_prefix.len() + 64);
        text.push_str(&self.ack_prefix);
        push_number(&mut text, deliveries);
        for number in [sseq, dseq, stored.unix_ns(), pending] {
            text.push('.');
            push_number(&mut text, number);
        }
        text.into()
    }

    /// The subjects that the leader listens to, in an account and, perhaps, a domain.
    pub fn subscriptions(&self, account: &str, domain: Option<&str>) -> Vec<(Subject, Port)> {
        let (stream, name) = (&self.stream, &self.name);
        let scope = format!("{}.{}", domain.unwrap_or("_"), hash8(account));
        let mut subjects = Vec::new();
        // Nobody speaks to one that serves a mirror or source, but for flow control.
        if !self.config.direct {
            subjects.push((format!("$JS.API.CONSUMER.MSG.NEXT.{stream}.{name}"), Port::Pull));
            subjects.push((format!("$JS.API.CONSUMER.RESET.{stream}.{name}"), Port::Reset));
        }
        if !matches!(self.config.ack_policy, AckPolicy::None | AckPolicy::FlowControl) {
            subjects.push((format!("$JS.ACK.{stream}.{name}.*.*.*.*.*"), Port::Ack));
            subjects.push((format!("$JS.ACK.{scope}.{stream}.{name}.*.*.*.*.>"), Port::Ack));
        }
        if self.config.flow_control {
            subjects.push((format!("$JS.FC.{stream}.{name}.*"), Port::Flow));
            subjects.push((format!("$JS.FC.{scope}.{stream}.{name}.*"), Port::Flow));
        }
        subjects.into_iter().map(|(subject, port)| (subject.into(), port)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_ack_subjects_are_read() {
        let ack = AckSubject { deliveries: 2, sseq: 7, dseq: 9 };
        assert_eq!(AckSubject::parse("$JS.ACK.S.C.2.7.9.1700000000000000000.3"), Some(ack));
        assert_eq!(AckSubject::parse("$JS.ACK._.szMpdrwD.S.C.2.7.9.17.3"), Some(ack));
        for number in [0, 7, 10, u64::MAX] {
            let mut text = "x".to_owned();
            push_number(&mut text, number);
            assert_eq!(text, format!("x{number}"));
        }
        assert_eq!(AckSubject::parse("$JS.ACK.HUB.szMpdrwD.S.C.2.7.9.17.3.more.x"), Some(ack));
        for wrong in [
            "$JS.ACK.S.C.2.7.9.17",
            "$JS.ACK.S.C.x.7.9.17.3",
            "$JS.ACK.S.C.2.-7.9.17.3",
            "$JS.ACK.S.C.2.0.9.17.3",
            "$JS.ACK.a.S.C.2.7.9.17.3",
            "$JS.FC.S.C.2.7.9.17.3",
            "",
        ] {
            assert_eq!(AckSubject::parse(wrong), None, "{wrong}");
        }
    }
}
