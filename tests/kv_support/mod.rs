//! What the application of a [`Bench`] does with buckets.

use std::sync::Arc;

use windtunnel::client::kv::{Act, Bucket, Got, KvError, Op};
use windtunnel::client::{Call, Dialect, OpId, Outcome};

use crate::app_support::Bench;

impl Bench {
    /// A bench with the bucket `b` of 5 values a key, made by this client.
    pub(crate) fn with_bucket(dialect: Dialect) -> Self {
        let mut bench = Self::new(1);
        let config = Some(Box::new(Bucket { history: 5, ..Bucket::default() }));
        bench.done(Op { config, dialect, ..Op::new(Act::Add, "b") });
        bench.sent();
        bench
    }

    pub(crate) fn begin(&mut self, op: Op) -> OpId {
        self.give(Call::Kv(Box::new(op)))
    }

    pub(crate) fn outcome(&mut self, op: Op) -> Arc<Outcome> {
        self.call(Call::Kv(Box::new(op)))
    }

    pub(crate) fn done(&mut self, op: Op) -> Got {
        match &*self.outcome(op) {
            Outcome::Kv(Ok(got)) => got.clone(),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn refused(&mut self, op: Op) -> KvError {
        match &*self.outcome(op) {
            Outcome::Kv(Err(why)) => why.clone(),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn put(&mut self, key: &str, value: &str) -> u64 {
        match self.done(Op::key(Act::Put, "b", key).value(value)) {
            Got::Revision(revision) => revision,
            other => panic!("{other:?}"),
        }
    }
}

/// Go's client: the CLI is made of it.
pub(crate) fn go(op: Op) -> Op {
    Op { dialect: Dialect::Go, ..op }
}
