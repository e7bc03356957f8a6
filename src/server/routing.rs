//! Where a message goes: to every plain subscription that wants it, and to one member of every
//! queue group.

use crate::sorted::Map;
use std::sync::Arc;

use crate::kernel::{ConnId, Context, ProcId, Span};
use crate::nats::interest::Interested;
use crate::nats::{Message, Subject};

use super::disk::Write;
use super::leaf::{DOMAIN_QUEUE, Refusal};
use super::{Account, Host, Note, RouteOp, Server, Target, Timer};

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
        /// The cluster from which that server got it over a leaf link, if it did.
        leaf: Option<&'a Arc<str>>,
    },
    /// A server of another cluster, over a leaf link.
    Leaf {
        /// The other cluster.
        cluster: &'a Arc<str>,
        /// Whether that is the hub and this one its leaf.
        from_hub: bool,
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

impl<'a> Origin<'a> {
    /// The connection of the client, if it is one.
    fn conn(self) -> Option<ConnId> {
        match self {
            Self::Client { conn, .. } => Some(conn),
            Self::Route { .. } | Self::Leaf { .. } | Self::Consumer | Self::Internal => None,
        }
    }

    /// The other cluster from which it came over a leaf link, if it did.
    const fn leaf_cluster(self) -> Option<&'a Arc<str>> {
        match self {
            Self::Route { leaf, .. } => leaf,
            Self::Leaf { cluster, .. } => Some(cluster),
            _ => None,
        }
    }

    /// The queue groups of which a member gets it, and whether plain subscriptions do, if somebody else
    /// has chosen them.
    const fn chosen(self) -> Option<(&'a [Subject], bool)> {
        match self {
            Self::Route { queues, plain, .. } | Self::Leaf { queues, plain, .. } => {
                Some((queues, plain))
            }
            _ => None,
        }
    }
}

/// What another server is to do with a message.
#[derive(Debug, Default)]
struct Forward {
    plain: bool,
    queues: Vec<Subject>,
}

/// Which other servers get a message.
#[derive(Debug, Default)]
struct Forwards {
    /// Those of this cluster.
    routes: Map<ProcId, Forward>,
    /// Those of other clusters.
    leafs: Map<ConnId, Forward>,
}

impl Forwards {
    /// What is to be done for a target at another server; none if it is here.
    fn to(&mut self, target: &Target) -> Option<&mut Forward> {
        match target {
            Target::Route(peer) | Target::RouteLeaf(peer, _) => {
                Some(self.routes.entry(*peer).or_default())
            }
            Target::Leaf(conn) => Some(self.leafs.entry(*conn).or_default()),
            _ => None,
        }
    }
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
        let ours = match origin {
            // Of several servers of the domain, this one was asked.
            Origin::Leaf { queues, .. } => queues.iter().any(|queue| **queue == *DOMAIN_QUEUE),
            _ => true,
        };
        let mapped = if ours { self.without_domain(to) } else { None };
        let is_mapped = mapped.is_some();
        let subject = mapped.unwrap_or_else(|| Arc::clone(to));
        let mut delivered = 0;
        if self.is_api(&subject) {
            // Only the server a client is connected to takes a request in.
            if !matches!(origin, Origin::Route { .. }) {
                self.api_request(cx, message, &subject, origin.conn());
            }
            delivered += 1;
        }
        let interested = self.memory.interest.matches(&subject);
        if interested.is_empty() {
            return delivered;
        }
        let renamed;
        let (to, message) = if is_mapped && !subject.starts_with("$JS.") {
            renamed = Message { subject: Arc::clone(&subject), ..message.clone() };
            (&subject, &renamed)
        } else {
            (to, message)
        };
        let closed = self.closed_leafs(cx, &interested, &subject, origin);
        let may_get = |server: &Self, target: &Target| match target {
            Target::Leaf(conn) if closed.contains(conn) => false,
            target => server.may_get(target, origin, is_mapped),
        };
        let chosen = match origin {
            Origin::Leaf { .. } if is_mapped => None,
            _ => origin.chosen(),
        };
        let mut forwards = Forwards::default();
        if chosen.is_none_or(|(_, plain)| plain) {
            for target in &interested.plain {
                if !may_get(self, target) {
                    continue;
                }
                match forwards.to(target) {
                    Some(forward) => forward.plain = true,
                    None => delivered += usize::from(self.hand_over(cx, target, message, origin)),
                }
            }
        }
        for (queue, members) in &interested.queues {
            if chosen.is_some_and(|(queues, _)| !queues.contains(queue)) {
                continue;
            }
            let mut eligible: Vec<&Target> = members
                .iter()
                .filter(|member| may_get(self, member))
                .filter(|member| !is_own_echo(member, origin))
                .collect();
            // Who is at the other end of a leaf link gets it only where nobody is at this one.
            if eligible.iter().any(|member| !member.is_leaf()) {
                eligible.retain(|member| !member.is_leaf());
            }
            if eligible.is_empty() {
                continue;
            }
            let chosen = eligible[cx.rng().below(eligible.len() as u64) as usize];
            match forwards.to(chosen) {
                Some(forward) => forward.queues.push(Arc::clone(queue)),
                None => delivered += usize::from(self.hand_over(cx, chosen, message, origin)),
            }
        }
        delivered + self.forward(cx, to, message, origin, forwards)
    }

    /// Sends a message on to other servers; how many.
    fn forward<H: Host>(
        &self,
        cx: &mut Context<'_, H>,
        to: &Subject,
        message: &Message,
        origin: Origin<'_>,
        Forwards { routes, leafs }: Forwards,
    ) -> usize {
        let count = routes.len() + leafs.len();
        for (peer, Forward { plain, queues }) in routes {
            let (account, origin) = (Account::Global, origin.leaf_cluster().cloned());
            let to = (*to != message.subject).then(|| Arc::clone(to));
            let message = message.clone();
            let op = RouteOp::Message { account, message, to, queues, plain, origin };
            self.send_route(cx, peer, op);
        }
        for (conn, Forward { plain, queues }) in leafs {
            Self::send_leaf(cx, conn, to, message, (plain, queues));
        }
        count
    }

    /// Whether a message that came from there may go to a target.
    fn may_get(&self, target: &Target, origin: Origin<'_>, is_mapped: bool) -> bool {
        match (target, origin) {
            // What came over a route goes over no other.
            (Target::Route(_) | Target::RouteLeaf(..), Origin::Route { .. }) => false,
            // The other servers of a leaf have leaf links of their own; only of a request to the
            // domain there is but one copy.
            (Target::Route(_), Origin::Leaf { from_hub: true, .. }) => is_mapped,
            (Target::RouteLeaf(..), Origin::Leaf { from_hub: true, .. }) => false,
            (Target::RouteLeaf(_, cluster), origin) => origin.leaf_cluster() != Some(cluster),
            (Target::Leaf(conn), origin) => {
                // To its hub a server passes on what its clients and its own leaves send.
                let up =
                    !matches!(origin, Origin::Route { .. } | Origin::Leaf { from_hub: true, .. });
                self.memory.leafs.get(conn).is_some_and(|leaf| {
                    origin.leaf_cluster() != Some(&leaf.cluster) && (up || leaf.remote.is_none())
                })
            }
            _ => true,
        }
    }

    /// The leaf connections that do not carry a subject. Where somebody wants it at the other end and the
    /// link was configured so, the trace is told.
    fn closed_leafs<H: Host>(
        &self,
        cx: &mut Context<'_, H>,
        interested: &Interested<Target>,
        subject: &Subject,
        origin: Origin<'_>,
    ) -> Vec<ConnId> {
        let mut closed = Vec::new();
        for (conn, leaf) in &self.memory.leafs {
            let Some(refusal) = leaf.refuses(subject) else { continue };
            closed.push(*conn);
            let target = Target::Leaf(*conn);
            // Of a queue group it would get something only where none of its members is at this end.
            let wanted = interested.plain.contains(&target)
                || interested.queues.iter().any(|(_, members)| {
                    members.contains(&target) && members.iter().all(Target::is_leaf)
                });
            if let Refusal::Denied(pattern) = refusal
                && wanted
                && self.may_get(&target, origin, false)
            {
                let (subject, pattern) = (Arc::clone(subject), Arc::clone(pattern));
                cx.note(Note::Withheld { subject, peer: leaf.peer, pattern }.into());
            }
        }
        closed
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
                if matches!(origin, Origin::Route { .. } | Origin::Leaf { .. }) {
                    self.take_in(cx, Target::Inflow(stream, id), message);
                } else {
                    self.hand_over_later(cx, Target::Inflow(stream, id), message);
                }
                true
            }
            Target::Stream(stream) => {
                self.take_in(cx, Target::Stream(Arc::clone(stream)), message);
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
            Target::Route(_) | Target::RouteLeaf(..) | Target::Leaf(_) => false,
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
        if let Some((target, message)) = self.memory.later.pop_front() {
            self.take_in(cx, target, &message);
        }
    }

    /// A stream led here takes a message in, as soon as the disk does.
    fn take_in<H: Host>(&mut self, cx: &mut Context<'_, H>, target: Target, message: &Message) {
        let target = if self.has_slow_disk() {
            match self.put_on_disk(cx, Write::Message(target, message.clone())) {
                Some(Write::Message(target, _)) => target,
                _ => return,
            }
        } else {
            target
        };
        match target {
            Target::Stream(stream) => self.ingest(cx, &stream, message),
            Target::Inflow(stream, id) => self.inflow_message(cx, &stream, &id, message),
            _ => {}
        }
    }

    /// A message of this server's own to whoever wants it.
    pub(super) fn publish<H: Host>(&mut self, cx: &mut Context<'_, H>, message: &Message) {
        self.route_message(cx, message, Origin::Internal);
    }

    /// Whether a subject is that of an API request which the API answers (or stays silent to).
    fn is_api(&self, subject: &str) -> bool {
        let Some(rest) = subject.strip_prefix("$JS.API.") else { return false };
        // These are subscriptions of the streams and consumers themselves.
        let own = rest.starts_with("DIRECT.GET.") || rest.starts_with("CONSUMER.MSG.NEXT.");
        self.config.settings.jetstream.is_some() && !own
    }
}

fn is_own_echo(target: &Target, origin: Origin<'_>) -> bool {
    matches!((target, origin), (Target::Client(to, _), Origin::Client { conn, echo: false }) if *to == conn)
}
