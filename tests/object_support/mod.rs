//! What the application of a [`Bench`] does with object stores.
#![allow(dead_code, reason = "every test needs another part of it")]

use std::sync::Arc;

use windtunnel::client::object::{Act, Content, Done, Got, ObjectError, ObjectInfo, Op};
use windtunnel::client::{Call, Dialect, OpId, Outcome};
use windtunnel::jetstream::store::StoredMessage;

use crate::app_support::Bench;

impl Bench {
    /// With the bucket `b`, made in this dialect.
    pub(crate) fn with_bucket(dialect: Dialect) -> Self {
        let mut bench = Self::new(1);
        bench.done(Op { dialect, ..Op::new(Act::Add, "b") });
        bench.sent();
        bench
    }

    pub(crate) fn begin(&mut self, op: Op) -> OpId {
        self.give(Call::Object(Box::new(op)))
    }

    pub(crate) fn outcome(&mut self, op: Op) -> Arc<Outcome> {
        self.call(Call::Object(Box::new(op)))
    }

    pub(crate) fn done(&mut self, op: Op) -> Done {
        match &*self.outcome(op) {
            Outcome::Object(Ok(done)) => done.clone(),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn refused(&mut self, op: Op) -> ObjectError {
        match &*self.outcome(op) {
            Outcome::Object(Err(why)) => why.clone(),
            other => panic!("{other:?}"),
        }
    }

    /// Puts a text as nats-py does.
    pub(crate) fn put(&mut self, name: &str, text: &str) -> ObjectInfo {
        match self.done(Op::put("b", name, Content::Text(text.into()))) {
            Done::Stored(info) => *info,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn get(&mut self, name: &str) -> Got {
        match self.done(Op::object(Act::Get, "b", name)) {
            Done::Got(got) => *got,
            other => panic!("{other:?}"),
        }
    }

    /// What the stream of the bucket `b` holds.
    pub(crate) fn stored(&self) -> Vec<Arc<StoredMessage>> {
        let streams = self.world.streams();
        let view = streams.iter().find(|view| **view.name == *"OBJ_b").unwrap();
        let store = view.best().unwrap().stream.store();
        let all = (store.first_seq()..=store.last_seq()).filter_map(|seq| store.get(seq));
        all.map(Arc::clone).collect()
    }

    /// How many chunks are stored, those of nobody included.
    pub(crate) fn chunks(&self) -> usize {
        self.stored().iter().filter(|message| message.subject.starts_with("$O.b.C.")).count()
    }
}
