//! How long a single message stays: its `Nats-TTL` header.

use crate::jetstream::store::Ttl;
use crate::kernel::Span;
use crate::nats::api::StreamConfig;
use crate::nats::time::parse_go_duration;
use crate::nats::{Headers, Message};

const SECOND: i64 = 1_000_000_000;

/// Reads the value: a duration as Go writes it or whole seconds, one second at least, or `never`.
/// Parts of a second do not count. None is an invalid value.
pub(super) fn parse(text: &str) -> Option<Ttl> {
    if text.eq_ignore_ascii_case("never") {
        return Some(Ttl::Never);
    }
    let seconds = match parse_go_duration(text) {
        Ok(nanos) => nanos / SECOND,
        Err(_) => text.parse().ok()?,
    };
    let seconds = u64::try_from(seconds).ok().filter(|&seconds| seconds > 0)?;
    Some(Ttl::After(Span(seconds.saturating_mul(SECOND.unsigned_abs()))))
}

/// The message as it is to be stored: where vanished subjects get markers, a message lives at least
/// as long as a marker would, and its header says so.
pub(super) fn raised(message: &Message, ttl: &str, config: &StreamConfig) -> Option<Message> {
    let least = config.delete_marker_ttl().filter(|_| config.max_msgs_per_subject != 1)?;
    match parse(ttl)? {
        Ttl::After(span) if span < least => {
            let seconds = (least.as_nanos() / SECOND.unsigned_abs()).to_string();
            let headers = message.headers.as_ref().map(|all| all.replaced("Nats-TTL", &seconds));
            Some(Message { headers, ..message.clone() })
        }
        _ => None,
    }
}

/// How long a stored message with these headers stays in a stream of this configuration.
pub(super) fn of(headers: Option<&Headers>, config: &StreamConfig) -> Ttl {
    if !config.allow_msg_ttl {
        return Ttl::Unset;
    }
    headers.and_then(|headers| parse(headers.get("Nats-TTL")?)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_the_server_reads_them() {
        let after = |seconds| Some(Ttl::After(Span::secs(seconds)));
        let cases = [
            ("1s", after(1)),
            ("1500ms", after(1)),
            ("2m30s", after(150)),
            ("1h", after(3600)),
            ("5", after(5)),
            ("never", Some(Ttl::Never)),
            ("NEVER", Some(Ttl::Never)),
        ];
        for (text, ttl) in cases {
            assert_eq!(parse(text), ttl, "{text}");
        }
        for text in ["0", "0s", "500ms", "-1", "-1s", "1.5", "abc", "5s ", ""] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_message_lives_as_long_as_a_marker() {
        let config = StreamConfig { subject_delete_marker_ttl: 2 * SECOND, ..Default::default() };
        let headers = Headers::new([("A", "1"), ("Nats-TTL", "1s"), ("B", "2")]);
        let message = Message::new("a", "").with_headers(headers);
        let raised_to = raised(&message, "1s", &config).unwrap().headers.unwrap();
        assert_eq!(&raised_to.block()[..], b"NATS/1.0\r\nA: 1\r\nNats-TTL: 2\r\nB: 2\r\n\r\n");
        assert_eq!(raised(&message, "3s", &config), None);
        let one = StreamConfig { max_msgs_per_subject: 1, ..config };
        assert_eq!(raised(&message, "1s", &one), None);
    }
}
