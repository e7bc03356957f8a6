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
//!
//! A clone of a consumer is its snapshot; where it is installed, [`Consumer::unlead`] is called
//! first.

mod ack;
mod ack_subject;
mod admit;
mod change;
mod choose;
mod command;
mod cx;
mod flow;
mod gather;
mod leading;
mod output;
mod pending;
mod pull;
mod queue;
mod rate;
mod record;
mod saved;
mod send;
mod start;
mod status;
#[cfg(test)]
mod tests;
mod timers;
mod validate;
mod view;
mod waiting;

use std::sync::Arc;

use crate::kernel::{Span, Time};
use crate::nats::Subject;
use crate::nats::api::{ConsumerConfig, ConsumerInfo, Storage};

use flow::Flow;
use leading::{Leading, Replay, after};
use record::Record;
use timers::with_threshold;

pub use ack_subject::Port;
pub use admit::{Admitted, Surroundings, admit, agree, with_pause, with_server};
pub use command::ConsumerCommand;
pub use cx::Cx;
pub use output::{Happening, Output};
pub use record::Pair;
pub use saved::{SavedConsumer, SavedPending, SavedState};
pub use view::{PendingView, WaitingView};

/// A consumer on one server.
#[derive(Debug, Clone)]
pub struct Consumer {
    stream: Arc<str>,
    name: Arc<str>,
    config: Arc<ConsumerConfig>,
    created: Time,
    record: Record,
    lead: Option<Box<Leading>>,
    /// What follows from the configuration: the subjects it delivers, where to, and how its ack
    /// subjects begin.
    filters: Arc<[Subject]>,
    deliver_to: Subject,
    ack_prefix: Arc<str>,
    /// How long nobody may be interested in it.
    threshold: Option<Span>,
    /// Whether the threshold is there only because every consumer without a durable name has one.
    defaulted: bool,
}

impl Consumer {
    /// A new consumer with a normalised configuration.
    pub fn new(
        stream: Arc<str>,
        name: Arc<str>,
        config: Arc<ConsumerConfig>,
        created: Time,
    ) -> Self {
        let stamped = with_threshold(&config);
        let defaulted = stamped.is_some();
        let config = stamped.map_or(config, Arc::new);
        Self {
            filters: filters_of(&config),
            deliver_to: config.deliver_subject.as_str().into(),
            ack_prefix: format!("$JS.ACK.{stream}.{name}.").into(),
            record: Record::default(),
            lead: None,
            threshold: None,
            defaulted,
            stream,
            name,
            config,
            created,
        }
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

    /// This server leads from now on. `active`: whether there is interest in the deliver subject of
    /// a push consumer, see [`Consumer::interest_changed`]. The host subscribes to
    /// [`Consumer::subscriptions`] first. Gives the info as it is before the first delivery, which
    /// is what who created the consumer is told; the host adds `cluster`.
    pub fn lead(&mut self, cx: &mut Cx<'_>, replicated: bool, active: bool) -> ConsumerInfo {
        self.lead = Some(Box::new(Leading::new(replicated, self.config.max_waiting)));
        if self.record.has_state() {
            self.resume(cx);
        } else {
            self.begin(cx);
        }
        self.recount(cx);
        self.set_threshold(cx);
        self.set_timers(cx, active);
        self.check_pending(cx);
        let info = self.info(cx);
        self.tell_those_who_waited(cx);
        self.kick();
        self.run(cx);
        info
    }

    /// Finds where to begin.
    fn begin(&mut self, cx: &mut Cx<'_>) {
        let start = start::start(&self.config, &self.filters, cx.stream, cx.store);
        let sseq = start.sseq.max(1);
        let Some(lead) = &mut self.lead else { return };
        lead.next_sseq = sseq;
        lead.floor.sseq = sseq - 1;
        lead.skip = start.skip;
        let started = if lead.replicated {
            ConsumerCommand::Skipped { sseq }
        } else {
            self.record.started = cx.stream.storage == Storage::File && !self.config.mem_storage;
            ConsumerCommand::Started { sseq }
        };
        self.commit(cx, started);
    }

    /// Goes on where the record ends.
    fn resume(&mut self, cx: &Cx<'_>) {
        let record = &self.record;
        let Some(lead) = &mut self.lead else { return };
        lead.next_sseq = record.delivered.sseq + 1;
        lead.next_dseq = record.delivered.dseq + 1;
        lead.floor = record.floor;
        lead.pending = record.pending.clone();
        lead.redelivered = record.redelivered.clone();
        let first = cx.store.first_seq();
        while let Some((sseq, _)) = lead.redelivered.first().filter(|(sseq, _)| **sseq < first) {
            let sseq = *sseq;
            lead.redelivered.remove(&sseq);
        }
    }

    fn set_timers(&mut self, cx: &mut Cx<'_>, active: bool) {
        let (now, config, threshold) = (cx.now, &self.config, self.threshold);
        let Some(lead) = &mut self.lead else { return };
        lead.active = active && config.is_push();
        lead.flow = config.flow_control.then(Flow::new);
        lead.rate = change::bucket(config, cx);
        if config.idle_heartbeat > 0 {
            lead.heartbeat_at = Some(after(now, config.idle_heartbeat));
        }
        if !config.is_push() || !lead.active {
            lead.inactive_at = threshold.map(|threshold| now + threshold);
        }
        lead.pause_end = change::pause_end(config, now);
        if change::replays(config) {
            lead.replay = Some(Replay { until: cx.store.last_seq(), last: None });
        }
    }

    /// Requests that waited with the leader before are lost, and are told so.
    fn tell_those_who_waited(&mut self, cx: &mut Cx<'_>) {
        let replies: Vec<Subject> =
            self.record.pulls.iter().map(|(reply, ())| reply.clone()).collect();
        for reply in replies {
            cx.out.push(status::status(&reply, 409, "Leadership Change"));
            self.pull_ended(cx, &reply);
        }
    }

    /// What was alone has a group from now on, or the other way round. Everything proposed must be
    /// applied. Whoever waits goes on waiting.
    pub fn set_replicated(&mut self, replicated: bool) {
        if let Some(lead) = &mut self.lead {
            lead.replicated = replicated;
        }
        if !replicated {
            // Only where another leader could take over is it known who waits.
            self.record.pulls = Default::default();
        }
    }

    /// This server leads no more. Nobody is told.
    pub fn unlead(&mut self) {
        self.lead = None;
    }

    /// Applies what the group committed. On every replica.
    pub fn apply(&mut self, cx: &mut Cx<'_>, command: &ConsumerCommand) {
        self.apply_here(cx, command);
        self.run(cx);
    }

    fn apply_here(&mut self, cx: &mut Cx<'_>, command: &ConsumerCommand) {
        self.record.apply(command, self.config.ack_policy, cx.out);
        let Some(lead) = &mut self.lead else { return };
        match command {
            ConsumerCommand::Delivered { dseq, .. } => lead.release_held(*dseq, cx.out),
            ConsumerCommand::Acked { reply: Some(to), .. } => {
                cx.out.push(Output::Answer { to: to.clone() });
            }
            ConsumerCommand::Reset { sseq, reply } => {
                self.begin_again(cx, *sseq);
                let info = Box::new(self.info(cx));
                cx.out.push(Output::WasReset { sseq: *sseq, reply: reply.clone(), info });
            }
            _ => {}
        }
    }

    /// Changes the record, through the group's log if there is one.
    fn commit(&mut self, cx: &mut Cx<'_>, command: ConsumerCommand) {
        if self.lead.as_ref().is_some_and(|lead| lead.replicated) {
            cx.out.push(Output::Propose(command));
        } else {
            self.apply_here(cx, &command);
        }
    }
}

fn filters_of(config: &ConsumerConfig) -> Arc<[Subject]> {
    config.filters().map(Subject::from).collect()
}
