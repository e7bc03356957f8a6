//! Where a message goes: to every plain subscription that wants it, and to one member of every
//! queue group.

use crate::sorted::Map;
use std::sync::Arc;

use crate::kernel::{ConnId, Context, ProcId, Span};
use crate::nats::{Message, Subject};

use super::{Account, Host, RouteOp, Server, Target, Timer};

/// How long a message takes from a consumer to a stream of the same server.
const LATER: Span = Span::micros(10);

/// Where a message comes from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Origin<'a> {
    /// A client of this server.
    Client {
        /// Its connection.
        conn: ConnId,
        /// Whether it wants its own messages back.
        echo: bool,
    },
    /// Another server, which has chosen who gets it here.
    Route {
        /// The queue groups of which a member here gets it.
        queues: &'a [Subject],
        /// Whether plain subscriptions get it.
        plain: bool,
    },
    /// This server itself: acknowledgements, answers, what streams send.
    Internal,
    /// A consumer led by this server.
    Consumer,
}

impl Origin<'_> {
    /// The connection of the client, if it is one.
    fn conn(self) -> Option<ConnId> {
        match self {
            Self::Client { conn, .. } => Some(conn),
            Self::Route { .. } | Self::Consumer | Self::Internal => None,
        }
    }
}

/// What another server is to do with a message.
#[derive(Debug, Default)]
struct Forward {
    plain: bool,
    queues: Vec<Subject>,
}

impl Server {
    /// Routes a message of the clients' account. Returns how many wanted it; a stream, an endpoint
    /// of the API and another server's interest count as one each.
    pub(super) fn route_message<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        message: &Message,
        origin: Origin<'_>,
    ) -> usize {
        self.route_to(cx, &message.subject, message, origin)
    }

    /// The same for a message that goes to the subscribers of another subject than its own. They
    /// see its own.
    pub(super) fn route_to<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        to: &Subject,
        message: &Message,
        origin: Origin<'_>,
    ) -> usize {
        let api = self.api_subject(to);
        let mut delivered = 0;
        if let Some(subject) = api {
            // Only the server a client is connected to takes a request in.
            if !matches!(origin, Origin::Route { .. }) {
                self.api_request(cx, message, &subject, origin.conn());
            }
            delivered += 1;
        }
        let subject = self.mapped_subject(to);
        let interested = self.memory.interest.matches(&subject);
        if interested.is_empty() {
            return delivered;
        }
        let mut forwards: Map<ProcId, Forward> = Map::new();
        let from_route = matches!(origin, Origin::Route { .. });
        let plain_wanted = !matches!(origin, Origin::Route { plain: false, .. });
        if plain_wanted {
            for target in &interested.plain {
                match target {
                    Target::Route(_) if from_route => {}
                    Target::Route(peer) => {
                        forwards.entry(*peer).or_default().plain = true;
                    }
                    local => delivered += usize::from(self.hand_over(cx, local, message, origin)),
                }
            }
        }
        for (queue, members) in &interested.queues {
            if let Origin::Route { queues, .. } = origin
                && !queues.contains(queue)
            {
                continue;
            }
            let eligible: Vec<&Target> = members
                .iter()
                .filter(|member| !(from_route && matches!(member, Target::Route(_))))
                .filter(|member| !is_own_echo(member, origin))
                .collect();
            if eligible.is_empty() {
                continue;
            }
            let chosen = eligible[cx.rng().below(eligible.len() as u64) as usize].clone();
            match &chosen {
                Target::Route(peer) => {
                    forwards.entry(*peer).or_default().queues.push(Arc::clone(queue));
                }
                local => delivered += usize::from(self.hand_over(cx, local, message, origin)),
            }
        }
        for (peer, Forward { plain, queues }) in forwards {
            let (account, message) = (Account::Global, message.clone());
            let to = (*to != message.subject).then(|| Arc::clone(to));
            self.send_route(cx, peer, RouteOp::Message { account, message, to, queues, plain });
            delivered += 1;
        }
        delivered
    }

    /// Gives a message to somebody here.
    fn hand_over<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        target: &Target,
        message: &Message,
        origin: Origin<'_>,
    ) -> bool {
        if is_own_echo(target, origin) {
            return false;
        }
        match target {
            Target::Client(conn, sid) => self.deliver(cx, *conn, sid, message),
            Target::Stream(stream) if matches!(origin, Origin::Consumer) => {
                self.hand_over_later(cx, Target::Stream(Arc::clone(stream)), message);
                true
            }
            Target::Inflow(stream, id) => {
                let (stream, id) = (Arc::clone(stream), Arc::clone(id));
                if matches!(origin, Origin::Route { .. }) {
                    self.inflow_message(cx, &stream, &id, message);
                } else {
                    self.hand_over_later(cx, Target::Inflow(stream, id), message);
                }
                true
            }
            Target::Stream(stream) => {
                let stream = Arc::clone(stream);
                self.ingest(cx, &stream, message);
                true
            }
            Target::Direct(stream) => {
                let stream = Arc::clone(stream);
                self.direct_get(cx, &stream, message);
                true
            }
            Target::Consumer(stream, consumer) => {
                let (stream, consumer) = (Arc::clone(stream), Arc::clone(consumer));
                self.consumer_message(cx, &stream, &consumer, message);
                true
            }
            Target::Transfer(key) => {
                let key = Arc::clone(key);
                self.transfer_message(cx, &key, message);
                true
            }
            Target::Route(_) => false,
        }
    }

    /// What a consumer delivers to a stream, the stream takes in a moment later: two streams that
    /// deliver to each other go on for ever, and time has to pass meanwhile. So it is with whatever
    /// comes to a mirror or a source from its own server.
    fn hand_over_later<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        target: Target,
        message: &Message,
    ) {
        self.memory.later.push_back((target, message.clone()));
        cx.set_timer(LATER, Timer::Later.into());
    }

    /// A stream takes in what came for it.
    pub(super) fn take_in_later<H: Host>(&mut self, cx: &mut Context<'_, H>) {
        match self.memory.later.pop_front() {
            Some((Target::Stream(stream), message)) => self.ingest(cx, &stream, &message),
            Some((Target::Inflow(stream, id), message)) => {
                self.inflow_message(cx, &stream, &id, &message);
            }
            _ => {}
        }
    }

    /// A message of this server's own to whoever wants it.
    pub(super) fn publish<H: Host>(&mut self, cx: &mut Context<'_, H>, message: &Message) {
        self.route_message(cx, message, Origin::Internal);
    }

    /// The subject as the domain's own servers see it: `$JS.<domain>.API.` is `$JS.API.`.
    fn mapped_subject(&self, subject: &Subject) -> Subject {
        match &self.config.domain {
            Some(domain) if subject.starts_with("$JS.") => {
                super::clients::domain_free(subject, Some(domain)).into()
            }
            _ => Arc::clone(subject),
        }
    }

    /// The subject of an API request, if it is one that the API answers (or stays silent to).
    fn api_subject(&self, subject: &Subject) -> Option<Subject> {
        if self.config.settings.jetstream.is_none() || !subject.starts_with("$JS.") {
            return None;
        }
        let subject = self.mapped_subject(subject);
        let rest = subject.strip_prefix("$JS.API.")?;
        // These are subscriptions of the streams and consumers themselves.
        let own = rest.starts_with("DIRECT.GET.") || rest.starts_with("CONSUMER.MSG.NEXT.");
        (!own).then_some(subject)
    }
}

fn is_own_echo(target: &Target, origin: Origin<'_>) -> bool {
    matches!((target, origin), (Target::Client(to, _), Origin::Client { conn, echo: false }) if *to == conn)
}
