//! The endpoints that are about the consumers of a stream, by subject.

use super::Body;

/// What is asked of a stream's consumers. They are named as in the subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsumerCall<'a> {
    /// `CONSUMER.CREATE.<s>[.<c>[.<filter>]]`
    Create {
        /// The consumer, in the form that names it.
        name: Option<&'a str>,
        /// The filter, if the subject has one.
        filter: Option<&'a str>,
    },
    /// `CONSUMER.DURABLE.CREATE.<s>.<c>`
    CreateDurable(&'a str),
    /// `CONSUMER.NAMES.<s>`
    Names,
    /// `CONSUMER.LIST.<s>`
    List,
    /// `CONSUMER.INFO.<s>.<c>`
    Info(&'a str),
    /// `CONSUMER.DELETE.<s>.<c>`
    Delete(&'a str),
    /// `CONSUMER.PAUSE.<s>.<c>`
    Pause(&'a str),
    /// `CONSUMER.UNPIN.<s>.<c>`
    Unpin(&'a str),
    /// `CONSUMER.LEADER.STEPDOWN.<s>.<c>`
    LeaderStepDown(&'a str),
    /// `CONSUMER.PEER.REMOVE.<s>.<c>`
    PeerRemove(&'a str),
    /// `CONSUMER.PEER.EVACUATE.<s>.<c>`
    PeerEvacuate(&'a str),
    /// `CONSUMER.RESET.<s>.<c>`, which the consumer's leader listens to itself.
    Reset(&'a str),
}

impl<'a> ConsumerCall<'a> {
    /// The stream and what is asked, from the tokens behind `$JS.API.CONSUMER.`. `rest` is the text
    /// of those tokens.
    pub(super) fn parse(tokens: &[&'a str], rest: &'a str) -> Option<(&'a str, Self)> {
        Some(match *tokens {
            ["CREATE", stream] => (stream, Self::Create { name: None, filter: None }),
            ["CREATE", stream, name] => (stream, Self::Create { name: Some(name), filter: None }),
            ["CREATE", stream, name, ..] => {
                let filter = rest.splitn(4, '.').nth(3);
                (stream, Self::Create { name: Some(name), filter })
            }
            ["DURABLE", "CREATE", stream, name] => (stream, Self::CreateDurable(name)),
            ["NAMES", stream] => (stream, Self::Names),
            ["LIST", stream] => (stream, Self::List),
            ["INFO", stream, name] => (stream, Self::Info(name)),
            ["DELETE", stream, name] => (stream, Self::Delete(name)),
            ["PAUSE", stream, name] => (stream, Self::Pause(name)),
            ["UNPIN", stream, name] => (stream, Self::Unpin(name)),
            ["LEADER", "STEPDOWN", stream, name] => (stream, Self::LeaderStepDown(name)),
            ["PEER", "REMOVE", stream, name] => (stream, Self::PeerRemove(name)),
            ["PEER", "EVACUATE", stream, name] => (stream, Self::PeerEvacuate(name)),
            _ => return None,
        })
    }

    /// The consumer it is about; none for lists, and where the server is to find a name.
    pub fn consumer(self) -> Option<&'a str> {
        match self {
            Self::Create { name, .. } => name,
            Self::Names | Self::List => None,
            Self::CreateDurable(name)
            | Self::Info(name)
            | Self::Delete(name)
            | Self::Pause(name)
            | Self::Unpin(name)
            | Self::LeaderStepDown(name)
            | Self::PeerRemove(name)
            | Self::PeerEvacuate(name)
            | Self::Reset(name) => Some(name),
        }
    }

    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Create { .. } | Self::CreateDurable(_) => "consumer_create",
            Self::Names => "consumer_names",
            Self::List => "consumer_list",
            Self::Info(_) => "consumer_info",
            Self::Delete(_) => "consumer_delete",
            Self::Pause(_) => "consumer_pause",
            Self::Unpin(_) => "consumer_unpin",
            Self::LeaderStepDown(_) => "consumer_leader_stepdown",
            Self::PeerRemove(_) => "consumer_remove_peer",
            Self::PeerEvacuate(_) => "consumer_evacuate_peer",
            Self::Reset(_) => "consumer_reset",
        }
    }

    pub(super) fn body(self) -> Body {
        match self {
            Self::Info(_) | Self::Delete(_) => Body::Empty,
            Self::PeerRemove(_) | Self::PeerEvacuate(_) => Body::Required,
            _ => Body::Optional,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Endpoint;
    use super::*;

    fn call(rest: &str) -> Option<(String, String)> {
        match Endpoint::parse(&format!("$JS.API.CONSUMER.{rest}"))? {
            Endpoint::Consumer { stream, call } => Some((stream.to_owned(), format!("{call:?}"))),
            _ => None,
        }
    }

    #[test]
    fn subjects_are_told_apart() {
        let create = |name, filter| {
            Some(("S".to_owned(), format!("{:?}", ConsumerCall::Create { name, filter })))
        };
        assert_eq!(call("CREATE.S"), create(None, None));
        assert_eq!(call("CREATE.S.c"), create(Some("c"), None));
        assert_eq!(call("CREATE.S.c.a.*.>"), create(Some("c"), Some("a.*.>")));
        let durable = Some(("S".to_owned(), r#"CreateDurable("c")"#.to_owned()));
        assert_eq!(call("DURABLE.CREATE.S.c"), durable);
        assert_eq!(call("DURABLE.CREATE.S.c.d"), None);
        let evacuate = Some(("S".to_owned(), r#"PeerEvacuate("c")"#.to_owned()));
        assert_eq!(call("PEER.EVACUATE.S.c"), evacuate);
        assert_eq!(call("PEER.REMOVE.S"), None);
        assert_eq!(call("INFO.S"), None);
        // Those are subscriptions of the consumer's leader.
        assert_eq!(call("RESET.S.c"), None);
        assert_eq!(call("MSG.NEXT.S.c"), None);
    }
}
