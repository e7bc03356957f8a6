//! Consumers as servers host them: where they live and who leads them, what reaches them, what they
//! send.
//!
//! A [`HostedConsumer`] wraps the state machine of `jetstream::consumer`, which has neither network
//! nor clock. It lives beside its stream's copy; the server that leads it listens to pull requests
//! and acknowledgements. With more than one server it has a Raft group of its own.

mod advise;
mod api;
mod api_change;
mod drive;
mod gather;
mod interest;
mod life;
mod note;
mod output;
mod place;
mod retention;
mod settle;
mod sourcing;

use std::sync::Arc;

use crate::jetstream::consumer::Consumer;
use crate::jetstream::cow::CowMap;
use crate::kernel::{EventId, Time, TimerId};
use crate::nats::Subject;
use crate::nats::api::Storage;

use super::Account;
use super::group::Member;
use super::meta::Requester;

pub(super) use gather::ConsumerGather;
pub use note::{ConsumerNote, Delivery, Redelivery};
pub(super) use place::{home_of_consumer, replicas_of};

/// The account of all clients.
const ACCOUNT: &str = Account::Global.name();

/// A consumer that a server has a copy of.
#[derive(Debug, Clone)]
pub struct HostedConsumer {
    /// The consumer.
    pub consumer: Consumer,
    /// Its Raft group and this server's member, if it is replicated.
    pub group: Option<(Arc<str>, Member)>,
    /// Whether this server delivers for it.
    pub leading: bool,
    /// Who waits for the consumer to have its first leader.
    created_for: Option<Requester>,
    timer: Option<(Time, TimerId)>,
    /// Which subjects this server has asked for on the consumer's behalf.
    subscribed: Vec<Subject>,
    /// The deliver subject whose subscribers this server watches.
    watched: Option<Subject>,
    /// What happened last to every message that is out, for the trace.
    told: CowMap<u64, Told>,
}

/// What happened last to a message that is out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Told {
    event: EventId,
    /// Why it would be delivered again now.
    again: Redelivery,
}

impl HostedConsumer {
    fn new(consumer: Consumer, group: Option<(Arc<str>, Member)>) -> Self {
        Self {
            consumer,
            group,
            leading: false,
            created_for: None,
            timer: None,
            subscribed: Vec::new(),
            watched: None,
            told: CowMap::default(),
        }
    }

    /// Whether its record outlives its process.
    pub(super) fn is_on_disk(&self, stream: Storage) -> bool {
        stream == Storage::File && !self.consumer.config().mem_storage
    }

    /// The process died.
    pub(super) fn crash(&mut self, stream: Storage) {
        self.consumer.unlead();
        if !self.is_on_disk(stream) {
            let old = &self.consumer;
            let (stream, name) = (Arc::clone(old.stream()), Arc::clone(old.name()));
            self.consumer = Consumer::new(stream, name, Arc::clone(old.config()), old.created());
        }
        let group = self.group.take().map(|(name, member)| (name, Member::new(member.raft)));
        *self = Self::new(self.consumer.clone(), group);
    }
}

/// Whether a consumer serves a mirror or source from this server's memory, unseen by the API.
fn is_hidden(about: &HostedConsumer) -> bool {
    about.consumer.config().direct
}
