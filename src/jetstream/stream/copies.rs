//! Messages that come from an origin: a mirror keeps their sequences and moments, a stream with
//! sources gives them its own.

use std::sync::Arc;

use crate::jetstream::inflow::{Incoming, Position, Start, position_of};
use crate::kernel::Rng;
use crate::nats::api::{ApiError, StreamSource};
use crate::nats::{Headers, Message};

use super::arrive::Arrival;
use super::check::Trial;
use super::known::Known;
use super::leader::Leader;
use super::{Applied, Publication, Stream, StreamCommand};

impl Stream {
    /// Takes a message of the mirrored stream in.
    ///
    /// # Errors
    /// Why it cannot be stored.
    pub fn take_copy(
        &self,
        leader: &Leader,
        incoming: &Incoming,
        arrival: Arrival<'_>,
        rng: &mut Rng,
    ) -> Result<StreamCommand, ApiError> {
        let message = self.transformed(&incoming.message, rng).into_owned();
        let trial = self.trial(leader, &message, arrival);
        trial.copied()?;
        let wanted = trial.is_wanted();
        if wanted {
            trial.room(false)?;
        }
        let publication = Publication { message: Arc::new(message), at: incoming.at, wanted };
        Ok(StreamCommand::Copy { publication, seq: incoming.seq })
    }

    /// Takes a message of a source in. None if it was stored before.
    ///
    /// # Errors
    /// Why it cannot be stored.
    pub fn take_sourced(
        &self,
        leader: &Leader,
        incoming: &Incoming,
        arrival: Arrival<'_>,
        rng: &mut Rng,
    ) -> Result<Option<StreamCommand>, ApiError> {
        let message = &*self.transformed(&incoming.message, rng);
        let trial = self.trial(leader, message, arrival);
        trial.copied()?;
        if trial.duplicate_of().is_some() || trial.no_duplicate_in_flight().is_err() {
            return Ok(None);
        }
        let total = trial.total()?;
        let wanted = trial.is_wanted();
        if wanted {
            trial.room(arrival.replicated)?;
        }
        let publication = self.publication(message, &trial.known, arrival.now, wanted, total);
        Ok(Some(StreamCommand::Publish(publication)))
    }

    fn trial<'a>(
        &'a self,
        leader: &'a Leader,
        message: &'a Message,
        arrival: Arrival<'a>,
    ) -> Trial<'a> {
        let Arrival { now, wanted, .. } = arrival;
        let (known, inflight) = (Known::of(message), &leader.inflight);
        Trial { stream: self, message, known, now, inflight, wanted }
    }

    pub(super) fn store_copy(&mut self, publication: &Publication, seq: u64) -> Applied {
        if seq <= self.store.last_seq() {
            return Applied::Passed;
        }
        self.store_under(publication, seq)
    }

    /// Notes from which message of a source one comes, if it comes from one.
    pub(super) fn note_position(&mut self, headers: Option<&Headers>) {
        if self.config.sources.is_empty() {
            return;
        }
        let header = headers.and_then(|headers| headers.get("Nats-Stream-Source"));
        if let Some((id, position)) = header.and_then(position_of) {
            Arc::make_mut(&mut self.positions).insert(id.into(), position);
        }
    }

    /// How far it is with a source, by [`crate::jetstream::inflow::source_id`].
    pub fn position(&self, id: &str) -> Option<&Position> {
        self.positions.get(id)
    }

    /// With which message of its origin a mirror goes on.
    pub fn mirror_start(&self, mirror: &StreamSource) -> Start {
        match self.store.last_seq() {
            0 => configured(mirror).unwrap_or(Start::All),
            last => Start::Seq(last + 1),
        }
    }

    /// With which message of a source of which nothing is known it begins.
    pub fn source_start(&self, source: &StreamSource) -> Start {
        let last = self.store.last_at().filter(|_| self.store.first_seq() > 1);
        match (configured(source), last) {
            (Some(Start::Time(moment)), Some(last)) if moment.at() < last => {
                Start::Time(last.into())
            }
            (Some(start), _) => start,
            // One that has lost messages does not know whether they came from there.
            (None, Some(last)) => Start::Time(last.into()),
            (None, None) => Start::All,
        }
    }
}

fn configured(source: &StreamSource) -> Option<Start> {
    match (source.opt_start_seq, &source.opt_start_time) {
        (0, None) => None,
        (0, Some(moment)) => Some(Start::Time(moment.clone())),
        (seq, _) => Some(Start::Seq(seq)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jetstream::backup::Backup;
    use crate::jetstream::store::{StoredMessage, Ttl};
    use crate::kernel::Time;
    use crate::nats::api::StreamConfig;

    #[test]
    fn a_restored_stream_knows_how_far_it_was_with_its_sources() {
        let message = |seq: u64, header: &str| StoredMessage {
            seq,
            at: Time(seq),
            subject: "a".into(),
            headers: Some(Headers::new([("Nats-Stream-Source", header)])),
            payload: "".into(),
            ttl: Ttl::Unset,
        };
        let messages = vec![message(1, "A 7 > > a"), message(2, "A 9 > > a")];
        let backup = Backup { messages, ..Backup::default() };
        let source = StreamSource { name: "A".to_owned(), ..StreamSource::default() };
        let config = StreamConfig { sources: vec![source], ..StreamConfig::default() };
        let stream = Stream::restored(config.into(), Time::ZERO, &backup);
        assert_eq!(stream.position("A > >").map(|position| position.seq), Some(9));
        assert_eq!(stream.position("B > >"), None);
    }
}
