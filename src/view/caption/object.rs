//! Sentences for what applications do with object stores.

use crate::client::Upload;
use crate::client::object::{Act, Content, Done, ObjectError, Op};
use crate::view::class::Class;
use crate::view::say::Say;
use crate::view::text::{count, size};

/// What a call does, to be said after who does it: " puts logo.png into store assets".
pub(super) fn describe(say: Say, op: &Op) -> Say {
    let store = |say: Say| say.code(&op.bucket);
    let object = |say: Say| store(say.code(&op.name).text(" of object store "));
    match op.act {
        Act::Add => store(say.text(" makes object store ")),
        Act::Remove => store(say.text(" deletes object store ")),
        Act::Status => store(say.text(" looks at object store ")),
        Act::Seal => store(say.text(" seals object store ")).text(": nothing of it changes again"),
        Act::Put => {
            let whole = op.content.as_ref().map_or(0, Content::size);
            store(say.text(" puts ").code(&op.name).text(" into object store "))
                .text(&format!(": {}", size(whole)))
        }
        Act::Get => object(say.text(" gets ")),
        Act::Info => object(say.text(" asks what is known of ")),
        Act::List => store(say.text(" lists object store ")),
        Act::Watch => store(say.text(" watches object store ")),
        Act::Delete => object(say.text(" deletes ")),
        Act::Update if op.new_name() != op.name => {
            object(say.text(" renames ")).text(" to ").code(op.new_name())
        }
        Act::Update => object(say.text(" changes what is said about ")),
        Act::Link => {
            let say = object(say.text(" makes link ")).text(" to ");
            match &op.link {
                Some(link) if link.name.is_empty() => say.text("all of store ").code(&link.bucket),
                Some(link) => say.code(&link.name).text(" in ").code(&link.bucket),
                None => say.text("nothing"),
            }
        }
    }
}

/// What an upload does, to be said after who does it.
pub(super) fn describe_upload(say: Say, upload: &Upload) -> Say {
    let say = say.text(&format!(" publishes {} in chunks on ", size(upload.content.size())));
    say.code(&upload.subject).text(if upload.at_once {
        ", all at once, and the meta after them"
    } else {
        ", each after the acknowledgement of the one before"
    })
}

/// What came of it, to be said after whose it was.
pub(super) fn ended(say: Say, result: &Result<Done, ObjectError>) -> Say {
    match result {
        Ok(Done::Got(got)) if !got.chunks.is_empty() => say
            .class(Class::ControlReply)
            .text(&format!(
                " has {}, and their digest is right: ",
                whole(got.info.size, got.info.chunks)
            ))
            .code(got.info.digest.as_deref().unwrap_or_default()),
        Ok(done) => say.class(Class::ControlReply).text(" has its answer: ").text(&text(done)),
        Err(ObjectError::DigestMismatch { expected, found }) => say
            .fault()
            .text(" has other bytes than were put: the meta says ")
            .code(expected)
            .text(", what came has ")
            .code(found),
        Err(why) => say.fault().text(" is told ").code(&why.to_string()),
    }
}

/// What a call gave, in a few words.
pub fn outcome(result: &Result<Done, ObjectError>) -> String {
    match result {
        Ok(done) => text(done),
        Err(why) => why.to_string(),
    }
}

fn text(done: &Done) -> String {
    match done {
        Done::Bucket(info) => format!("it has {}", count(info.state.messages, "message")),
        Done::Stored(info) => match info.link() {
            Some(_) => "the link is stored".to_owned(),
            None => format!("it is stored: {}", whole(info.size, info.chunks)),
        },
        Done::Info(info, _) if info.deleted => "it is deleted".to_owned(),
        Done::Info(info, _) => whole(info.size, info.chunks),
        Done::Got(got) => whole(got.info.size, got.info.chunks),
        Done::List(metas) => count(metas.len() as u64, "object"),
        Done::Gone => "it is gone".to_owned(),
    }
}

fn whole(bytes: u64, chunks: u64) -> String {
    format!("{} in {}", size(bytes), count(chunks, "chunk"))
}
