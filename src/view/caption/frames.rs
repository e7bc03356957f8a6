//! What a frame says to who gets it, by the protocol it belongs to: a client's, a server's, a route's, a leaf
//! link's, Raft's.

use crate::client::Delivery;
use crate::jetstream::raft;
use crate::kernel::ProcId;
use crate::nats::Message;
use crate::nats::protocol::{ClientOp, ServerOp};
use crate::server::{Account, LeafOp, RaftFrame, RouteOp};
use crate::view::Entity;
use crate::view::cast::Cast;
use crate::view::class::is_api;
use crate::view::say::Say;

use super::api_name::api_name;
use super::bucket;
use super::reply::{Reply, kind_of_reply};
use super::work::{Answered, Pull};

pub(super) fn client_op(cast: Cast<'_>, say: Say, op: &ClientOp, to: ProcId) -> Say {
    match op {
        ClientOp::Pub(message) if is_api(&message.subject) => match Pull::of(message) {
            Some(pull) => pull.asks(cast, say, to),
            None => say.text(" asks ").who(cast, to).text(": ").code(&api_name(&message.subject)),
        },
        ClientOp::Pub(message) if message.subject.starts_with("$JS.ACK.") => {
            match Answered::of(message) {
                Some(answered) => answered.says(cast, say, to),
                None => say.text(" acknowledges to ").who(cast, to),
            }
        }
        ClientOp::Pub(message) => match bucket::publishes_message(say, message) {
            Ok(say) => say.text(": it publishes ").code(&message.subject),
            Err(say) => say.text(" publishes ").code(&message.subject),
        }
        .text(" to ")
        .who(cast, to),
        ClientOp::Connect(_) => say.text(" introduces itself to ").who(cast, to),
        ClientOp::Sub { subject, queue, .. } => {
            let say = say.text(" asks ").who(cast, to).text(" for ").code(subject);
            match queue {
                Some(queue) => say.text(" as a member of ").code(queue),
                None => say,
            }
        }
        ClientOp::Unsub { .. } => say.text(" ends a subscription at ").who(cast, to),
        ClientOp::Ping => pings(cast, say, to),
        ClientOp::Pong => pongs(cast, say, to),
    }
}

pub(super) fn server_op(cast: Cast<'_>, say: Say, op: &ServerOp, to: ProcId) -> Say {
    match op {
        ServerOp::Msg { message, .. } => match kind_of_reply(message) {
            Reply::Stored(ack) => say
                .text(" acknowledges to ")
                .who(cast, to)
                .text(": ")
                .code(&ack.stream)
                .text(&format!(" has it as sequence {}", ack.seq)),
            Reply::Refused => say.text(" tells ").who(cast, to).text(" that it was refused"),
            Reply::NobodyThere => {
                say.text(" tells ").who(cast, to).text(" at once that nobody listens there")
            }
            Reply::Api => say.text(" answers ").who(cast, to),
            Reply::No => {
                let say = say.text(" delivers ").code(&message.subject).text(" to ").who(cast, to);
                match Delivery::of(message) {
                    Some(delivery) => say.text(&delivered(message, &delivery)),
                    None => say,
                }
            }
        },
        ServerOp::Info(_) => say.text(" tells ").who(cast, to).text(" who it is"),
        ServerOp::Ok => say.text(" confirms to ").who(cast, to),
        ServerOp::Err(text) => {
            say.text(" complains to ").who(cast, to).text(": ").code(text).fault()
        }
        ServerOp::Ping => pings(cast, say, to),
        ServerOp::Pong => pongs(cast, say, to),
    }
}

pub(super) fn route_op(cast: Cast<'_>, say: Say, op: &RouteOp, to: ProcId) -> Say {
    match op {
        RouteOp::Message { account: Account::System, message, .. } => {
            if message.subject.contains(".API.") {
                let say = say.text(" passes the request on to ").who(cast, to);
                if leads_meta(cast, to) { say.text(", which leads the meta group") } else { say }
            } else {
                say.text(" sends the answer to ").who(cast, to)
            }
        }
        RouteOp::Message { message, to: meant, .. } => {
            passed_on(cast, say, message, meant.as_deref(), to, " routes ")
        }
        RouteOp::Info { .. } => say.text(" introduces itself to ").who(cast, to),
        RouteOp::Sub { subject, .. } => {
            say.text(" tells ").who(cast, to).text(" that somebody there wants ").code(subject)
        }
        RouteOp::Unsub { subject, .. } => {
            say.text(" tells ").who(cast, to).text(" that nobody there wants ").code(subject)
        }
        RouteOp::Proposal(_) => {
            say.text(" asks ").who(cast, to).text(", which leads the meta group, for a change")
        }
        RouteOp::Raft(_) => say,
        RouteOp::Ping => pings(cast, say, to),
        RouteOp::Pong => pongs(cast, say, to),
    }
}

/// What a server passes on for its clients, to another of its cluster or over a leaf link.
fn passed_on(
    cast: Cast<'_>,
    say: Say,
    message: &Message,
    meant: Option<&str>,
    to: ProcId,
    verb: &str,
) -> Say {
    let say_to = |say: Say, what: &str| say.text(verb).text(what).text(" to ").who(cast, to);
    if let Some(meant) = meant {
        let say = say.text(verb).code(&message.subject).text(" to ").who(cast, to);
        return say.text(match meant {
            _ if meant.starts_with("$JS.M.") => ", for a mirror",
            _ if meant.starts_with("$JS.S.") => ", for a stream that sources it",
            _ => ", where whoever is to get it is connected",
        });
    }
    match kind_of_reply(message) {
        Reply::Stored(_) | Reply::Refused => say_to(say, "the acknowledgement"),
        Reply::Api | Reply::NobodyThere => say_to(say, "the answer"),
        Reply::No => match (Pull::of(message), Answered::of(message)) {
            (Some(pull), _) => pull.passed_on(cast, say, to),
            (_, Some(answered)) => answered.passed_on(cast, say, to),
            _ => routed(cast, say.text(verb), message, to),
        },
    }
}

pub(super) fn leaf_op(cast: Cast<'_>, say: Say, op: &LeafOp, to: ProcId) -> Say {
    match op {
        LeafOp::Message { message, .. } if is_api(&message.subject) => say
            .text(" passes ")
            .code(&api_name(&message.subject))
            .text(" on over the leaf link to ")
            .who(cast, to),
        LeafOp::Message { message, to: meant, .. } => {
            passed_on(cast, say, message, meant.as_deref(), to, " sends over the leaf link ")
        }
        LeafOp::Info(_) => {
            say.text(" tells ").who(cast, to).text(" whose leaf it becomes who it is")
        }
        LeafOp::Connect(_) => say.text(" introduces itself to ").who(cast, to).text(" as its leaf"),
        LeafOp::Sub { subject, .. } => {
            let say = say.text(" tells ").who(cast, to);
            match domain_of(subject) {
                _ if subject.starts_with("$LDS.") => say
                    .text(" its mark: should that come back to it, the leaf links go in a circle"),
                Some(domain) => {
                    say.text(" that it can be asked for the API of domain ").code(domain)
                }
                None => say.text(" that somebody on its side wants ").code(subject),
            }
        }
        LeafOp::Unsub { subject, .. } => {
            let say = say.text(" tells ").who(cast, to);
            say.text(" that nobody on its side wants ").code(subject).text(" any more")
        }
        LeafOp::Err(text) => say.text(" complains to ").who(cast, to).text(": ").code(text).fault(),
        LeafOp::Ping => pings(cast, say, to),
        LeafOp::Pong => pongs(cast, say, to),
    }
}

/// The domain in `$JS.<domain>.API.…`.
fn domain_of(subject: &str) -> Option<&str> {
    let (domain, rest) = subject.strip_prefix("$JS.")?.split_once('.')?;
    rest.starts_with("API.").then_some(domain)
}

/// ": sequence 3, for the second time"
fn delivered(message: &Message, delivery: &Delivery) -> String {
    match delivery.deliveries {
        0 | 1 => bucket::delivered(message, delivery.stream_seq)
            .unwrap_or_else(|| format!(": sequence {}", delivery.stream_seq)),
        n => format!(": sequence {}, delivery number {n}", delivery.stream_seq),
    }
}

/// "… routes orders.new to n1, which leads ORDERS".
fn routed(cast: Cast<'_>, say: Say, message: &Message, to: ProcId) -> Say {
    let say = say.code(&message.subject).text(" to ").who(cast, to);
    match cast.stream_for(to, &message.subject) {
        Some((Entity::Stream { cluster, name }, Some(leader))) if leader == to => {
            say.text(", which leads ").stream(cluster, &name)
        }
        _ => say.text(", where somebody wants it"),
    }
}

pub(super) fn raft_message(cast: Cast<'_>, say: Say, raft: &RaftFrame, to: ProcId) -> Say {
    let group = |say: Say| say.group(cast, &raft.group, to);
    match &raft.message {
        raft::Message::Append { entries, commit, .. } if entries.is_empty() => {
            group(say.text(" tells ").who(cast, to).text(" that it leads "))
                .text(&format!(" and that everything up to {commit} is committed"))
        }
        raft::Message::Append { entries, .. } => {
            let (first, last) = (entries.first().map(|e| e.index), entries.last().map(|e| e.index));
            group(say.text(" sends ").who(cast, to).text(&indexes(first, last)).text(" of "))
        }
        raft::Message::AppendResponse { success: true, index, .. } => {
            group(say.text(" tells ").who(cast, to).text(" that it has "))
                .text(&format!(" up to index {index}"))
        }
        raft::Message::AppendResponse { index, .. } => {
            group(say.text(" asks ").who(cast, to).text(" for all of "))
                .text(&format!(" after index {index}"))
        }
        raft::Message::VoteRequest { term, .. } => {
            group(say.text(" asks ").who(cast, to).text(" for its vote: it wants to lead "))
                .text(&format!(" in term {term}"))
        }
        raft::Message::VoteResponse { granted: true, term, .. } => {
            group(say.text(" gives ").who(cast, to).text(" its vote for "))
                .text(&format!(" in term {term}"))
        }
        raft::Message::VoteResponse { .. } => {
            group(say.text(" refuses ").who(cast, to).text(" its vote for "))
        }
        raft::Message::InstallSnapshot { last_index, .. } => {
            group(say.text(" sends ").who(cast, to).text(" the whole state of "))
                .text(&format!(" up to index {last_index}"))
        }
    }
}

fn indexes(first: Option<u64>, last: Option<u64>) -> String {
    match (first, last) {
        (Some(first), Some(last)) if first < last => format!(" indexes {first} to {last}"),
        (Some(first), _) => format!(" index {first}"),
        _ => " nothing new".to_owned(),
    }
}

fn leads_meta(cast: Cast<'_>, process: ProcId) -> bool {
    cast.world()
        .server(process)
        .and_then(|server| server.meta())
        .is_some_and(|meta| meta.is_leader())
}

fn pings(cast: Cast<'_>, say: Say, to: ProcId) -> Say {
    say.text(" asks ").who(cast, to).text(" whether it is there")
}

fn pongs(cast: Cast<'_>, say: Say, to: ProcId) -> Say {
    say.text(" tells ").who(cast, to).text(" that it is there")
}
