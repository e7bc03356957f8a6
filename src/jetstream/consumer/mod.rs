//! A JetStream consumer as a state machine without a network.
//!
//! # How a host runs it
//!
//! Every server with a replica of the consumer holds a [`Consumer`]. The one that leads calls
//! [`Consumer::lead`] and from then on passes every event on: pull requests, acknowledgements,
//! answers to flow control, changes of interest, messages stored in and removed from the stream,
//! time ([`Consumer::next_deadline`], one timer for everything; [`Consumer::tick`] when it is due).
//! Each call leaves [`Output`]s in [`Cx::out`], to be carried out in order, and after each call the
//! next deadline may be another one.
//!
//! # What is replicated
//!
//! The *record* is: what was delivered, what is acknowledged, what is out. It changes by
//! [`ConsumerCommand`]s only. A consumer that was told `replicated: false` applies its own commands
//! at once, and the host never sees one. One that was told `replicated: true` emits
//! [`Output::Propose`]; the host takes the command through the group's log, and calls
//! [`Consumer::apply`] on every replica, the leader too, when it is committed.
//!
//! Between propose and apply the leader goes on with its own view (it will not deliver the message
//! twice, and what was acknowledged makes room at once), but nobody outside notices: a message that
//! needs an acknowledgement is sent when its delivery is applied ([`Output::Deliver`] comes out of
//! `apply`), as is the answer to a double ack, and the stream is told only then that the message is
//! no longer needed ([`Output::Released`]). A leader that loses its office in between forgets all of
//! it; the new one begins from the record, so that what was not acknowledged there is delivered
//! again when its ack wait ends. Without acknowledgements messages are sent at once.
//!
//! Configuration, pauses and deletion are not the record's: the meta group carries them, and the
//! host calls [`Consumer::reconfigure`] (also for a pause) on every replica.

mod command;
mod cx;
mod output;
mod view;

use std::sync::Arc;

use crate::jetstream::store::{MessageStore, StoredMessage};
use crate::kernel::Time;
use crate::nats::api::{ApiError, ConsumerConfig, ConsumerInfo};
use crate::nats::{Headers, Subject};

pub use command::ConsumerCommand;
pub use cx::Cx;
pub use output::{Happening, Output};
pub use view::{PendingView, WaitingView};

/// A consumer on one server.
#[derive(Debug, Clone)]
pub struct Consumer {
    stream: Arc<str>,
    name: Arc<str>,
    config: Arc<ConsumerConfig>,
    created: Time,
}

/// What a consumer publishes about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerAdvisory {}

impl Consumer {
    /// A new consumer with a normalised configuration.
    pub fn new(
        stream: Arc<str>,
        name: Arc<str>,
        config: Arc<ConsumerConfig>,
        created: Time,
    ) -> Self {
        Self { stream, name, config, created }
    }

    /// Its stream.
    pub fn stream(&self) -> &Arc<str> {
        &self.stream
    }

    /// Its name.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Its configuration.
    pub fn config(&self) -> &Arc<ConsumerConfig> {
        &self.config
    }

    /// When it was created.
    pub fn created(&self) -> Time {
        self.created
    }

    /// Applies what the group committed. On every replica.
    pub fn apply(&mut self, cx: &mut Cx<'_>, command: &ConsumerCommand) {
        let _ = (cx, command);
    }

    /// This server leads from now on. `active`: whether there is interest in the deliver subject of
    /// a push consumer, see [`Consumer::interest_changed`]. The host subscribes to
    /// [`Consumer::subscriptions`] first.
    pub fn lead(&mut self, cx: &mut Cx<'_>, replicated: bool, active: bool) {
        let _ = (cx, replicated, active);
    }

    /// This server leads no more. Nobody is told.
    pub fn unlead(&mut self) {}

    /// The subjects that the leader listens to: pull requests, acknowledgements, answers to flow
    /// control, resets.
    pub fn subscriptions(&self) -> Vec<Subject> {
        Vec::new()
    }

    /// A request for messages came. One without reply subject is to be ignored.
    pub fn pull(
        &mut self,
        cx: &mut Cx<'_>,
        reply: &Subject,
        headers: Option<&Headers>,
        body: &[u8],
    ) {
        let _ = (cx, reply, headers, body);
    }

    /// A message came on an ack subject.
    pub fn ack(&mut self, cx: &mut Cx<'_>, subject: &str, reply: Option<&Subject>, body: &[u8]) {
        let _ = (cx, subject, reply, body);
    }

    /// An answer to flow control came.
    pub fn flow_response(&mut self, cx: &mut Cx<'_>, subject: &str, headers: Option<&Headers>) {
        let _ = (cx, subject, headers);
    }

    /// Whether a push consumer has somebody to send to: a subscription on literally the deliver
    /// subject, in its deliver group if it has one, in no group otherwise.
    pub fn interest_changed(&mut self, cx: &mut Cx<'_>, active: bool) {
        let _ = (cx, active);
    }

    /// A message was stored; it is in `cx.store` already.
    pub fn stored(&mut self, cx: &mut Cx<'_>, message: &StoredMessage) {
        let _ = (cx, message);
    }

    /// A message was removed from the stream, for whatever reason but a purge; it is not in
    /// `cx.store` any more.
    pub fn removed(&mut self, cx: &mut Cx<'_>, sseq: u64, subject: &str) {
        let _ = (cx, sseq, subject);
    }

    /// The stream was purged, in part or whole.
    pub fn purged(&mut self, cx: &mut Cx<'_>) {
        let _ = cx;
    }

    /// A delivery reached nobody after all.
    pub fn not_delivered(&mut self, cx: &mut Cx<'_>, sseq: u64) {
        let _ = (cx, sseq);
    }

    /// When [`Consumer::tick`] has something to do. Only a leader has deadlines.
    pub fn next_deadline(&self) -> Option<Time> {
        None
    }

    /// Time has passed.
    pub fn tick(&mut self, cx: &mut Cx<'_>) {
        let _ = cx;
    }

    /// Takes a new configuration, already checked; also a new `pause_until`. On every replica.
    pub fn reconfigure(&mut self, cx: &mut Cx<'_>, config: Arc<ConsumerConfig>) {
        let _ = cx;
        self.config = config;
    }

    /// Takes the pin from whoever has it.
    ///
    /// # Errors
    /// If there is no such group.
    pub fn unpin(&mut self, cx: &mut Cx<'_>, group: &str) -> Result<(), ApiError> {
        let _ = (cx, group);
        Ok(())
    }

    /// Sets it back to a sequence, or with 0 to the first that is not acknowledged. The answer goes
    /// out with [`Output::WasReset`].
    ///
    /// # Errors
    /// If it must not be set back there.
    pub fn reset(
        &mut self,
        cx: &mut Cx<'_>,
        sseq: u64,
        reply: Option<&Subject>,
    ) -> Result<(), ApiError> {
        let _ = (cx, sseq, reply);
        Ok(())
    }

    /// It is being deleted: tells those who wait. Only on the leader.
    pub fn deleted(&mut self, cx: &mut Cx<'_>) {
        let _ = cx;
    }

    /// Whether it still needs a message, for interest retention. On every replica.
    pub fn needs(&self, sseq: u64, subject: &str) -> bool {
        let _ = (sseq, subject);
        true
    }

    /// What the API tells about it. Drops pull requests that expired or that nobody listens to any
    /// more. The host adds `cluster`.
    pub fn info(&mut self, cx: &mut Cx<'_>) -> ConsumerInfo {
        ConsumerInfo { ts: cx.now.into(), ..ConsumerInfo::default() }
    }

    /// Messages never delivered yet.
    pub fn num_pending(&self, store: &MessageStore) -> u64 {
        let _ = store;
        0
    }

    /// The pull requests that wait, next first. Empty where it is not led.
    pub fn waiting(&self) -> impl Iterator<Item = WaitingView> {
        std::iter::empty()
    }

    /// The messages out for acknowledgement.
    pub fn pending(&self) -> impl Iterator<Item = PendingView> {
        std::iter::empty()
    }

    /// The client that has the pin.
    pub fn pinned(&self) -> Option<&str> {
        None
    }
}
