//! The endpoints of the API, by subject.

use super::ConsumerCall;

/// What is asked. Streams are named as in the subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint<'a> {
    /// `INFO`
    AccountInfo,
    /// `STREAM.CREATE.<s>`
    StreamCreate(&'a str),
    /// `STREAM.UPDATE.<s>`
    StreamUpdate(&'a str),
    /// `STREAM.NAMES`
    StreamNames,
    /// `STREAM.LIST`
    StreamList,
    /// `STREAM.INFO.<s>`
    StreamInfo(&'a str),
    /// `STREAM.DELETE.<s>`
    StreamDelete(&'a str),
    /// `STREAM.PURGE.<s>`
    StreamPurge(&'a str),
    /// `STREAM.MSG.GET.<s>`
    MsgGet(&'a str),
    /// `STREAM.MSG.DELETE.<s>`
    MsgDelete(&'a str),
    /// `STREAM.LEADER.STEPDOWN.<s>`
    LeaderStepDown(&'a str),
    /// `STREAM.PEER.REMOVE.<s>`
    StreamPeerRemove(&'a str),
    /// `STREAM.PEER.EVACUATE.<s>`
    StreamPeerEvacuate(&'a str),
    /// `STREAM.SNAPSHOT.<s>`
    StreamSnapshot(&'a str),
    /// `STREAM.RESTORE.<s>`
    StreamRestore(&'a str),
    /// `CONSUMER.…`
    Consumer {
        /// The stream.
        stream: &'a str,
        /// What is asked of its consumers.
        call: ConsumerCall<'a>,
    },
}

/// What an endpoint does with the body of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// It reads one if it looks like JSON, and ignores anything else.
    Optional,
    /// There may be none.
    Empty,
    /// There must be one.
    Required,
}

impl<'a> Endpoint<'a> {
    /// The endpoint of a subject, which begins with `$JS.API.`. None: there is no such endpoint,
    /// and nobody answers.
    pub fn parse(subject: &'a str) -> Option<Self> {
        let rest = subject.strip_prefix("$JS.API.")?;
        if let Some(rest) = rest.strip_prefix("CONSUMER.") {
            let tokens: Vec<&str> = rest.split('.').collect();
            let (stream, call) = ConsumerCall::parse(&tokens, rest)?;
            return Some(Self::Consumer { stream, call });
        }
        let tokens: Vec<&str> = rest.split('.').collect();
        Some(match *tokens.as_slice() {
            ["INFO"] => Self::AccountInfo,
            ["STREAM", "NAMES"] => Self::StreamNames,
            ["STREAM", "LIST"] => Self::StreamList,
            ["STREAM", "CREATE", stream] => Self::StreamCreate(stream),
            ["STREAM", "UPDATE", stream] => Self::StreamUpdate(stream),
            ["STREAM", "INFO", stream] => Self::StreamInfo(stream),
            ["STREAM", "DELETE", stream] => Self::StreamDelete(stream),
            ["STREAM", "PURGE", stream] => Self::StreamPurge(stream),
            ["STREAM", "MSG", "GET", stream] => Self::MsgGet(stream),
            ["STREAM", "MSG", "DELETE", stream] => Self::MsgDelete(stream),
            ["STREAM", "LEADER", "STEPDOWN", stream] => Self::LeaderStepDown(stream),
            ["STREAM", "PEER", "REMOVE", stream] => Self::StreamPeerRemove(stream),
            ["STREAM", "PEER", "EVACUATE", stream] => Self::StreamPeerEvacuate(stream),
            ["STREAM", "SNAPSHOT", stream] => Self::StreamSnapshot(stream),
            ["STREAM", "RESTORE", stream] => Self::StreamRestore(stream),
            _ => return None,
        })
    }

    /// The stream it is about.
    pub fn stream(self) -> Option<&'a str> {
        match self {
            Self::AccountInfo | Self::StreamNames | Self::StreamList => None,
            Self::StreamCreate(stream)
            | Self::StreamUpdate(stream)
            | Self::StreamInfo(stream)
            | Self::StreamDelete(stream)
            | Self::StreamPurge(stream)
            | Self::MsgGet(stream)
            | Self::MsgDelete(stream)
            | Self::LeaderStepDown(stream)
            | Self::StreamPeerRemove(stream)
            | Self::StreamPeerEvacuate(stream)
            | Self::StreamSnapshot(stream)
            | Self::StreamRestore(stream)
            | Self::Consumer { stream, .. } => Some(stream),
        }
    }

    /// What its answers are called: the type without the common prefix and `_response`.
    pub fn kind(self) -> &'static str {
        match self {
            Self::AccountInfo => "account_info",
            Self::StreamCreate(_) => "stream_create",
            Self::StreamUpdate(_) => "stream_update",
            Self::StreamNames => "stream_names",
            Self::StreamList => "stream_list",
            Self::StreamInfo(_) => "stream_info",
            Self::StreamDelete(_) => "stream_delete",
            Self::StreamPurge(_) => "stream_purge",
            Self::MsgGet(_) => "stream_msg_get",
            Self::MsgDelete(_) => "stream_msg_delete",
            Self::LeaderStepDown(_) => "stream_leader_stepdown",
            Self::StreamPeerRemove(_) => "stream_remove_peer",
            Self::StreamPeerEvacuate(_) => "stream_evacuate_peer",
            Self::StreamSnapshot(_) => "stream_snapshot",
            Self::StreamRestore(_) => "stream_restore",
            Self::Consumer { call, .. } => call.kind(),
        }
    }

    /// What it does with a body.
    pub fn body(self) -> Body {
        match self {
            Self::StreamDelete(_) => Body::Empty,
            Self::Consumer { call, .. } => call.body(),
            Self::MsgGet(_)
            | Self::MsgDelete(_)
            | Self::StreamPeerRemove(_)
            | Self::StreamPeerEvacuate(_)
            | Self::StreamSnapshot(_)
            | Self::StreamRestore(_) => Body::Required,
            _ => Body::Optional,
        }
    }
}
