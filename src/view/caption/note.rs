//! Sentences for what servers tell of themselves.

use crate::kernel::{EventKind, ProcId};
use crate::server::{self, Frame, LeafOp, Removal, RouteOp};
use crate::view::cast::{Cast, GroupOf};
use crate::view::class::Class;
use crate::view::frame::Caption;
use crate::view::say::Say;
use crate::view::text::count;
use crate::world::Event;

use super::Step;
use super::bucket;

/// A note of a server, in the light of what else happens in its step.
pub(super) fn server(step: Step<'_>, event: &Event, note: &server::Note) -> Caption {
    use server::Note;
    let (cast, me) = (step.cast, event.place);
    let say = Say::about(event.id);
    match note {
        Note::Proposed { group, index, .. } => {
            let say = say.class(Class::Replicate).who(cast, me);
            let say = say.text(" leads ").group(cast, group, me);
            let say = match arrived(step) {
                Some(Told::Subject(subject)) => say.text(": it puts ").code(&subject),
                Some(Told::Words(words)) => say.text(": it puts ").text(&words),
                None => say.text(": it puts the change"),
            };
            let say = say.text(&format!(" at index {index} of the log"));
            match receivers(step, group).as_slice() {
                [] => say,
                others => say.text(" and sends it to ").all(cast, others),
            }
        }
        Note::Appended { group, index, .. } => {
            let say = say.class(Class::ReplicateAck).who(cast, me);
            say.text(&format!(" puts index {index} of "))
                .group(cast, group, me)
                .text(" into its own log and tells the leader")
        }
        Note::Committed { group, index, .. } => committed(step, say, me, group, *index),
        Note::Campaigned { group, term } => say
            .class(Class::Vote)
            .who(cast, me)
            .text(" has not heard from a leader of ")
            .group(cast, group, me)
            .text(&format!(" for too long: it asks the others for their votes in term {term}")),
        Note::Voted { group, term, candidate } => say
            .class(Class::Vote)
            .who(cast, me)
            .text(" gives ")
            .who(cast, *candidate)
            .text(" its vote for ")
            .group(cast, group, me)
            .text(&format!(
                " in term {term}: it has voted for nobody else, and that log is as long as its own"
            )),
        Note::Elected { group, term } => say
            .class(Class::Vote)
            .who(cast, me)
            .text(" has a majority: it leads ")
            .group(cast, group, me)
            .text(&format!(" in term {term}")),
        Note::LostLeadership { group, why, .. } => say
            .class(Class::Vote)
            .fault()
            .who(cast, me)
            .text(" leads ")
            .group(cast, group, me)
            .text(" no more: ")
            .text(why),
        Note::QuorumLost { group } => say
            .fault()
            .who(cast, me)
            .text(" has not heard from a majority of ")
            .group(cast, group, me)
            .text(" for too long: nothing can be committed"),
        Note::SnapshotInstalled { group, index } => say
            .class(Class::Replicate)
            .who(cast, me)
            .text(" was too far behind: it takes over the whole state of ")
            .group(cast, group, me)
            .text(&format!(" up to index {index}")),
        Note::MembersChanged { group, members } => {
            let say = say.class(Class::Replicate).who(cast, me).text(" counts ");
            let say = say.all(cast, members).text(match members.len() {
                1 => " as the only member of ",
                _ => " as the members of ",
            });
            let majority = members.len() / 2 + 1;
            say.group(cast, group, me)
                .text(&format!(" from now on: a majority is {majority} of {}", members.len()))
        }
        Note::StreamCreated { stream } => {
            stream_name(say.who(cast, me).text(" now has a copy of "), cast, me, stream)
        }
        Note::StreamRestored { stream, messages } => {
            let say = say.who(cast, me).text(" restores its copy of ");
            let what = count(*messages, "message");
            stream_name(say, cast, me, stream).text(&format!(" from the backup: {what}"))
        }
        Note::StreamUpdated { stream } => stream_name(
            say.who(cast, me).text(" takes over the new configuration of "),
            cast,
            me,
            stream,
        ),
        Note::StreamDeleted { stream } => {
            say.who(cast, me).text(" deletes its copy of ").code(stream)
        }
        Note::CopyRemoved { stream } => {
            let say = say.who(cast, me).text(" removes its copy of ");
            stream_name(say, cast, me, stream).text(", which lives on other servers now")
        }
        Note::Stored { stream, seq, subject } => {
            let say = say.class(Class::Publish).who(cast, me).text(" stores ").code(subject);
            let say = stream_name(say.text(&format!(" as sequence {seq} of ")), cast, me, stream);
            bucket::stored(say, cast, me, stream, *seq, subject)
        }
        Note::Duplicate { stream, seq } => {
            let say = say.class(Class::Ack).who(cast, me).text(" recognises the message id: ");
            stream_name(say, cast, me, stream).text(&format!(
                " has the message already, as sequence {seq}. It is not stored again"
            ))
        }
        Note::Staged { stream, batch, number } => {
            let say = say.class(Class::Publish).who(cast, me).text(" keeps message ");
            let say = say.text(&format!("{number} of batch ")).code(batch).text(" for ");
            stream_name(say, cast, me, stream).text(" back until the last one of the batch comes")
        }
        Note::BatchAbandoned { stream, batch, reason } => {
            let say = say.fault().who(cast, me).text(" gives up batch ").code(batch).text(" of ");
            stream_name(say, cast, me, stream).text(match *reason {
                "timeout" => ": no message of it came for 10 seconds. Nothing of it is stored",
                "large" => ": it has too many messages. Nothing of it is stored",
                "unsupported" => {
                    ": a message of it expects what cannot be checked. Nothing of it is stored"
                }
                _ => ": a message of it is missing. Nothing of it is stored",
            })
        }
        Note::Unwanted { stream, seq } => {
            let say = stream_name(say.class(Class::Ack), cast, me, stream);
            say.text(&format!(
                " has no consumer for the message: it uses up sequence {seq}, and is not stored"
            ))
        }
        Note::Consumer { stream, consumer, what } => {
            super::consumer::note(super::consumer::About { cast, me, stream, consumer }, say, what)
        }
        Note::Inflow { stream, origin, kind, what } => {
            let kind = *kind;
            super::inflow::note(super::inflow::About { cast, me, stream, origin, kind }, say, what)
        }
        Note::Rejected { stream, err_code, description } => {
            let say = match bucket::lost(cast, say, event) {
                Ok(say) => say.text(". "),
                Err(say) => say,
            };
            let say = stream_name(say.fault(), cast, me, stream).text(" refuses the message: ");
            say.code(description).text(&format!(" (error {err_code})"))
        }
        Note::Removed { stream, count: n, reason, .. } => {
            let say = say.who(cast, me).text(&format!(" removes {} from ", count(*n, "message")));
            stream_name(say, cast, me, stream).text(match reason {
                Removal::Limit => ": a limit is reached",
                Removal::Age => ": they are too old",
                Removal::Deleted => ": somebody deleted them",
                Removal::Purged => ": somebody purged the stream",
                Removal::Rollup => ": a roll-up replaces them",
                Removal::Consumed => ": no consumer needs them any more",
            })
        }
        Note::NoResponders { subject } => say
            .class(Class::ControlReply)
            .who(cast, me)
            .text(" finds nobody who wants ")
            .code(subject)
            .text(", and says so at once"),
        Note::Withheld { subject, peer, pattern } => say
            .class(Class::Deliver)
            .who(cast, me)
            .text(" does not send ")
            .code(subject)
            .text(" to ")
            .who(cast, *peer)
            .text(": their leaf link is not to carry ")
            .code(pattern),
        Note::LoopFound { peer } => say
            .class(Class::Protocol)
            .fault()
            .who(cast, me)
            .text(" is told by ")
            .who(cast, *peer)
            .text(" what it has said itself: the leaf links go round in a circle, so it closes this one"),
        Note::ApiHandled { subject, err_code } => {
            let name = super::api_name(subject);
            let say = say.class(Class::Control).who(cast, me);
            match err_code {
                None => say.text(" carries out ").code(&name),
                Some(code) => say.text(" refuses ").code(&name).text(&format!(" (error {code})")),
            }
        }
    }
    .done()
}

/// "n1 has a quorum: index 7 is committed, and orders.new is sequence 6 of ORDERS".
fn committed(step: Step<'_>, say: Say, me: ProcId, group: &str, index: u64) -> Say {
    let cast = step.cast;
    let say = say.class(Class::ReplicateAck).who(cast, me);
    let say = say.text(&format!(" has a quorum: index {index} of ")).group(cast, group, me);
    let stored = step.server_note(|note| match note {
        server::Note::Stored { stream, seq, subject } => Some((stream, *seq, subject)),
        _ => None,
    });
    match (stored, cast.group(group, me)) {
        (Some((stream, seq, subject)), GroupOf::Stream { .. }) => {
            let say = say.text(" is committed, and ").code(subject);
            let say = say.text(&format!(" is stored as sequence {seq}"));
            bucket::stored(say, cast, me, stream, seq, subject)
        }
        _ => say.text(" is committed"),
    }
}

pub(super) fn stream_name(
    say: Say,
    cast: Cast<'_>,
    member: ProcId,
    stream: &std::sync::Arc<str>,
) -> Say {
    match cast.world().cluster_of(member) {
        Some(cluster) => say.stream(cluster, stream),
        None => say.code(stream),
    }
}

/// How a message is told.
enum Told {
    Subject(String),
    Words(String),
}

/// The message whose arrival began the step.
fn arrived(step: Step<'_>) -> Option<Told> {
    step.events().find_map(|event| {
        let EventKind::Arrived { sent, .. } = &event.kind else { return None };
        let (_, _, frame) = step.cast.sent(*sent)?;
        match frame {
            Frame::Client(crate::nats::protocol::ClientOp::Pub(message))
            | Frame::Route(RouteOp::Message { message, .. })
            | Frame::Leaf(LeafOp::Message { message, .. }) => {
                Some(match (super::Pull::of(message), super::Answered::of(message)) {
                    (Some(pull), _) => {
                        Told::Words(format!("the request for {}", count(pull.batch, "message")))
                    }
                    (_, Some(answered)) => {
                        let seq = answered.delivery.stream_seq;
                        Told::Words(format!("the answer to sequence {seq}"))
                    }
                    _ => Told::Subject(super::api_name(&message.subject)),
                })
            }
            _ => None,
        }
    })
}

/// To whom a leader sends its new entries in this step.
fn receivers(step: Step<'_>, group: &str) -> Vec<ProcId> {
    let mut receivers: Vec<ProcId> = Vec::new();
    for event in step.events() {
        let EventKind::Sent { to, frame: Frame::Route(RouteOp::Raft(raft)), .. } = &event.kind
        else {
            continue;
        };
        let new = *raft.group == *group && !raft.message.is_heartbeat();
        // Several entries may go to each.
        if new && !receivers.contains(to) {
            receivers.push(*to);
        }
    }
    receivers
}
