//! Frames as the protocol lines they are on the wire.
//!
//! The client protocol comes from the one codec of the `nats` floor, byte by byte. Between servers
//! the protocol lines are those of routes (`RMSG`, `RS+`, `RS-`); Raft's messages are binary there,
//! so their fields are written out.

use std::sync::Arc;

use crate::jetstream::raft::{self, Entry};
use crate::kernel::{EventKind, Process};
use crate::nats::codec::{write_client_op, write_server_op};
use crate::nats::{Message, Subject};
use crate::server::{
    Account, DOMAIN_QUEUE, Frame, GroupEntry, LeafOp, META, MetaCommand, MoveStep, RaftFrame,
    RouteOp,
};
use crate::world::{Event, Node};

use super::cast::Cast;
use super::class::Class;
use super::content::{command_text, consumer_command_text};
use super::frame::{Direction, WireLine};
use super::text::escaped;

/// Characters of a line that are shown at most.
const LINE: usize = 4_000;
/// So many bytes of a frame are looked at for lines: a chunk of an object has more, and none.
const LINES_WITHIN: usize = 16 << 10;

/// A frame as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WireText {
    /// The protocol line without its end.
    pub line: String,
    /// Header block and payload, or the fields of a binary payload, a line each.
    pub body: Vec<String>,
    /// Bytes on the wire.
    pub bytes: usize,
}

impl WireText {
    /// The whole text, for copying.
    pub fn all(&self) -> String {
        let mut text = self.line.clone();
        for line in &self.body {
            text.push('\n');
            text.push_str(line);
        }
        text
    }
}

/// The frame that was sent with an event, as a line of the wire view; none for other events.
pub fn line(cast: Cast<'_>, event: &Event, highlighted: bool) -> Option<WireLine> {
    let EventKind::Sent { to, frame, .. } = &event.kind else { return None };
    let text = wire_text(frame);
    let (verb, rest) = text.line.split_once(' ').unwrap_or((&text.line, ""));
    Some(WireLine {
        event: event.id,
        at: event.at,
        from: cast.name(event.place),
        to: cast.name(*to),
        direction: match frame {
            Frame::Client(_) => Direction::ToServer,
            Frame::Server(_) => Direction::ToApp,
            Frame::Route(_) | Frame::Leaf(_) => Direction::Between,
        },
        verb: verb.to_owned(),
        rest: rest.to_owned(),
        body: text.body,
        bytes: text.bytes,
        class: Class::of(cast.trace(), event).unwrap_or(Class::Protocol),
        highlighted,
        now: false,
    })
}

/// A frame as text.
pub fn wire_text(frame: &Frame) -> WireText {
    let mut bytes = Vec::new();
    match frame {
        Frame::Client(op) => write_client_op(op, &mut bytes),
        Frame::Server(op) => write_server_op(op, &mut bytes),
        Frame::Route(RouteOp::Message { account, message, to, queues, origin, .. }) => {
            // What came from leaf nodes names their cluster.
            let (verb, before) = match origin {
                Some(origin) => ("LMSG", format!("{origin} {}", account.name())),
                None => ("RMSG", account.name().to_owned()),
            };
            write_routed([verb, &before], message, to.as_ref(), queues, &mut bytes);
        }
        Frame::Leaf(LeafOp::Message { message, to, queues, .. }) => {
            let queues: Vec<Subject> = leaf_queues(queues.iter()).cloned().collect();
            write_routed(["LMSG", ""], message, to.as_ref(), &queues, &mut bytes);
        }
        Frame::Leaf(op) => {
            bytes.extend_from_slice(leaf_line(op).as_bytes());
            bytes.extend_from_slice(b"\r\n");
        }
        Frame::Route(RouteOp::Raft(raft)) => return raft_text(frame, raft),
        Frame::Route(op) => {
            bytes.extend_from_slice(route_line(op).as_bytes());
            bytes.extend_from_slice(b"\r\n");
        }
    }
    split(&bytes)
}

/// Bytes of the protocol as lines: the first, and what follows it.
fn split(bytes: &[u8]) -> WireText {
    let end = bytes.windows(2).position(|pair| pair == b"\r\n").unwrap_or(bytes.len());
    let (line, rest) = bytes.split_at(end);
    let rest = rest.strip_prefix(b"\r\n").unwrap_or(rest);
    let rest = rest.strip_suffix(b"\r\n").unwrap_or(rest);
    let mut body = Vec::new();
    let mut from = 0;
    for at in 0..rest.len().saturating_sub(1).min(LINES_WITHIN) {
        if rest.get(at..at + 2) == Some(b"\r\n") && at >= from {
            body.push(escaped(&rest[from..at], LINE));
            from = at + 2;
        }
    }
    if from < rest.len() {
        body.push(escaped(&rest[from..], LINE));
    }
    WireText { line: escaped(line, LINE).trim_end().to_owned(), body, bytes: bytes.len() }
}

fn write_routed(
    [verb, before]: [&str; 2],
    message: &Message,
    to: Option<&Subject>,
    queues: &[Subject],
    out: &mut Vec<u8>,
) {
    let verb = if message.headers.is_some() { "HMSG" } else { verb };
    let mut words = vec![verb];
    words.extend(Some(before).filter(|before| !before.is_empty()));
    words.push(to.unwrap_or(&message.subject));
    // What a consumer delivers carries its own subject behind the one its acknowledgement goes to.
    let reply = message.reply.as_ref().map(|reply| match to {
        Some(_) => format!("{reply}@{}", message.subject),
        None => reply.to_string(),
    });
    // With queue groups, `+` announces a reply subject and `|` its absence.
    if !queues.is_empty() {
        words.push(if reply.is_some() { "+" } else { "|" });
    }
    words.extend(reply.as_deref());
    words.extend(queues.iter().map(|queue| &**queue));
    let mut line = words.join(" ");
    if let Some(headers) = &message.headers {
        line.push_str(&format!(" {}", headers.len()));
    }
    line.push_str(&format!(" {}\r\n", message.size()));
    out.extend_from_slice(line.as_bytes());
    if let Some(headers) = &message.headers {
        out.extend_from_slice(headers.block());
    }
    out.extend_from_slice(&message.payload);
    out.extend_from_slice(b"\r\n");
}

fn route_line(op: &RouteOp) -> String {
    match op {
        RouteOp::Info { name } => format!("INFO {{\"server_name\":\"{name}\"}}"),
        RouteOp::Sub { account, subject, queue, weight, origin } => {
            let queue = queue.as_ref().map_or_else(String::new, |q| format!(" {q} {weight}"));
            format!("{} {subject}{queue}", interest_verb("+", *account, origin.as_deref()))
        }
        RouteOp::Unsub { account, subject, queue, origin } => {
            let queue = queue.as_ref().map_or_else(String::new, |queue| format!(" {queue}"));
            format!("{} {subject}{queue}", interest_verb("-", *account, origin.as_deref()))
        }
        RouteOp::Proposal(command) => format!("RMSG $SYS $NRG.P.{META} {}", meta_text(command)),
        RouteOp::Ping => "PING".to_owned(),
        RouteOp::Pong => "PONG".to_owned(),
        RouteOp::Message { .. } | RouteOp::Raft(_) => String::new(),
    }
}

/// How a route begins a line about interest: its own, or that of leaf nodes of another cluster.
fn interest_verb(sign: &str, account: Account, origin: Option<&str>) -> String {
    match origin {
        Some(origin) => format!("LS{sign} {origin} {}", account.name()),
        None => format!("RS{sign} {}", account.name()),
    }
}

/// The queue groups as they are on the wire, where the one that stands for a domain is not.
fn leaf_queues<'a>(queues: impl Iterator<Item = &'a Subject>) -> impl Iterator<Item = &'a Subject> {
    queues.filter(|queue| ***queue != *DOMAIN_QUEUE)
}

fn leaf_line(op: &LeafOp) -> String {
    let verb = op.verb();
    match op {
        LeafOp::Info(info) | LeafOp::Connect(info) => {
            let domain = info
                .domain
                .as_ref()
                .map_or_else(String::new, |domain| format!(",\"domain\":\"{domain}\""));
            let (name, cluster) = (&info.name, &info.cluster);
            format!("{verb} {{\"server_name\":\"{name}\",\"cluster\":\"{cluster}\"{domain}}}")
        }
        LeafOp::Sub { subject, queue, weight } => {
            let queue = leaf_queues(queue.iter()).next();
            let queue = queue.map_or_else(String::new, |queue| format!(" {queue} {weight}"));
            format!("{verb} {subject}{queue}")
        }
        LeafOp::Unsub { subject, queue } => {
            let queue = leaf_queues(queue.iter()).next();
            let queue = queue.map_or_else(String::new, |queue| format!(" {queue}"));
            format!("{verb} {subject}{queue}")
        }
        LeafOp::Err(text) => format!("{verb} '{text}'"),
        LeafOp::Ping | LeafOp::Pong | LeafOp::Message { .. } => verb.to_owned(),
    }
}

/// A message of Raft: the line that carries it, and its fields.
fn raft_text(frame: &Frame, raft: &RaftFrame) -> WireText {
    let group = &raft.group;
    let mut body = vec![format!("term        {}", raft.message.term())];
    let mut field = |name: &str, value: String| body.push(format!("{name:<11} {value}"));
    let subject = match &raft.message {
        raft::Message::Append { commit, prev_term, prev_index, entries, .. } => {
            field("commit", commit.to_string());
            field("previous", format!("index {prev_index} of term {prev_term}"));
            field("entries", entries.len().to_string());
            for entry in entries.iter() {
                field(&format!("  {}", entry.index), entry_text(&entry.data));
            }
            format!("$NRG.AE.{group}")
        }
        raft::Message::AppendResponse { index, success, .. } => {
            field("index", index.to_string());
            field("success", success.to_string());
            format!("$NRG.R.{group}")
        }
        raft::Message::VoteRequest { last_term, last_index, .. } => {
            field("last", format!("index {last_index} of term {last_term}"));
            format!("$NRG.V.{group}")
        }
        raft::Message::VoteResponse { granted, empty, .. } => {
            field("granted", granted.to_string());
            field("empty log", empty.to_string());
            format!("$NRG.R.{group}")
        }
        raft::Message::InstallSnapshot { last_index, last_term, .. } => {
            field("snapshot", format!("up to index {last_index} of term {last_term}"));
            format!("$NRG.CR.{group}")
        }
    };
    let bytes = usize::try_from(Node::wire_len(frame)).unwrap_or(usize::MAX);
    WireText { line: format!("RMSG $SYS {subject}"), body, bytes }
}

/// What a change to the list of streams and consumers does.
fn meta_text(command: &MetaCommand) -> String {
    match command {
        MetaCommand::Create { assignment, .. } => {
            format!("create stream {}", assignment.config.name)
        }
        MetaCommand::Restore { assignment, .. } => {
            format!("restore stream {}", assignment.config.name)
        }
        MetaCommand::Update { config, .. } => format!("update stream {}", config.name),
        MetaCommand::Delete { stream, .. } => format!("delete stream {stream}"),
        MetaCommand::Move { stream, consumer, .. } => {
            format!("{} is to live on other servers", moved_text(stream, consumer.as_ref()))
        }
        MetaCommand::Replace { stream, consumer, .. } => {
            format!("{} begins anew on another server", moved_text(stream, consumer.as_ref()))
        }
        MetaCommand::Step { stream, consumer, step, .. } => {
            let what = moved_text(stream, consumer.as_ref());
            match step {
                MoveStep::Select(_) => format!("{what}: its leader has chosen who stays"),
                MoveStep::Expand => format!("{what}: new servers get a copy"),
                MoveStep::Finish => format!("{what} lives where it is to live"),
            }
        }
        MetaCommand::CreateConsumer { stream, consumer, .. } => {
            format!("create consumer {consumer} of {stream}")
        }
        MetaCommand::UpdateConsumer { stream, consumer, .. } => {
            format!("update consumer {consumer} of {stream}")
        }
        MetaCommand::DeleteConsumer { stream, consumer, .. } => {
            format!("delete consumer {consumer} of {stream}")
        }
    }
}

/// What moves.
fn moved_text(stream: &str, consumer: Option<&Arc<str>>) -> String {
    match consumer {
        Some(consumer) => format!("consumer {consumer} of {stream}"),
        None => format!("stream {stream}"),
    }
}

/// What stands at an index of a log.
pub fn entry_text(entry: &Entry<GroupEntry>) -> String {
    match entry {
        Entry::Normal(GroupEntry::Meta(command)) => meta_text(command),
        Entry::Normal(GroupEntry::Stream(command)) => command_text(command),
        Entry::Normal(GroupEntry::Consumer(command)) => consumer_command_text(command),
        Entry::PeerState(peers) => format!("the group's {} members", peers.len()),
        Entry::LeaderTransfer(peer) => format!("hand the lead over to member {peer}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nats::protocol::ClientOp;

    #[test]
    fn a_publish_is_its_exact_bytes() {
        let frame = Frame::Client(ClientOp::Pub(Message::new("orders.new", "{\"id\":101}")));
        let text = wire_text(&frame);
        assert_eq!(text.line, "PUB orders.new 10");
        assert_eq!(text.body, ["{\"id\":101}"]);
        assert_eq!(text.bytes, "PUB orders.new 10\r\n{\"id\":101}\r\n".len());
    }

    #[test]
    fn a_chunk_of_an_object_is_a_short_line() {
        let chunk: Vec<u8> = (0..131_072_u32).map(|n| ((n * 167) >> 3) as u8).collect();
        let text = wire_text(&Frame::Client(ClientOp::Pub(Message::new("$O.a.C.x", chunk))));
        assert_eq!(text.line, "PUB $O.a.C.x 131072");
        assert!(text.all().len() < 4_000, "{}", text.all());
        assert_eq!(text.bytes, 131_072 + "PUB $O.a.C.x 131072\r\n\r\n".len());
    }

    #[test]
    fn a_routed_message_names_account_and_queue_groups() {
        let mut message = Message::new("tasks.x", "y");
        message.reply = Some("_INBOX.1".into());
        let frame = |queues: Vec<Subject>, message: &Message| {
            let account = Account::Global;
            let message = message.clone();
            let op =
                RouteOp::Message { account, message, to: None, queues, plain: true, origin: None };
            wire_text(&Frame::Route(op)).line
        };
        assert_eq!(frame(vec![], &message), "RMSG $G tasks.x _INBOX.1 1");
        assert_eq!(frame(vec!["q".into()], &message), "RMSG $G tasks.x + _INBOX.1 q 1");
        message.reply = None;
        assert_eq!(frame(vec!["q".into()], &message), "RMSG $G tasks.x | q 1");
    }

    #[test]
    fn what_a_consumer_delivers_goes_to_its_delivery_subject() {
        let (account, queues) = (Account::Global, Vec::new());
        let message = Message::new("tasks.x", "y").with_reply("$JS.ACK.S.c.1.1.1.0.0");
        let to = Some("_INBOX.1".into());
        let op = RouteOp::Message { account, message, to, queues, plain: true, origin: None };
        let line = wire_text(&Frame::Route(op)).line;
        assert_eq!(line, "RMSG $G _INBOX.1 $JS.ACK.S.c.1.1.1.0.0@tasks.x 1");
    }

    #[test]
    fn control_characters_in_a_payload_are_escaped_and_lines_kept_apart() {
        let text = split(b"PUB a 5\r\nx\x00\r\ny\r\n");
        assert_eq!(text.body, ["x\\x00", "y"]);
    }
}
