//! A world of the swarm under load and faults, and what is checked of it all along and in the end.

use std::collections::BTreeMap;
use std::fmt::Write;

use windtunnel::client::kv::{Act, Op};
use windtunnel::client::{Call, Draft};
use windtunnel::kernel::{LinkSpec, Ratio, Rng, Span};
use windtunnel::world::check::{
    Acknowledged, AtHome, Leaders, Settled, Tasks, Violation, all_is_handed_on, copies_agree,
    has_converged, logs_match, mirrors_agree, mirrors_are_complete,
    nothing_goes_before_its_mirror_has_it, sources_agree, sources_are_complete,
};
use windtunnel::world::{Input, World};

use super::Plan;

/// Things that are done before all is healed.
const ACTIONS: u32 = 40;
/// How long a healed world gets: what waits for an answer of its origin waits for 30 s, and up to
/// 120 s more if that happened often; a worker that was lost keeps its tasks for the ack wait.
const REST: Span = Span::secs(300);
/// How often it is asked meanwhile.
const GLANCE: Span = Span::secs(10);

pub(crate) struct Storm {
    pub(crate) world: World,
    pub(crate) plan: Plan,
    rng: Rng,
    servers: Vec<String>,
    /// What links were like before they were made worse.
    links: BTreeMap<(String, String), LinkSpec>,
    leaders: Leaders,
    settled: Settled,
    home: AtHome,
    pub(crate) acknowledged: Acknowledged,
    pub(crate) tasks: Tasks,
    published: u32,
    /// What was done, a line each.
    pub(crate) done: String,
}

impl Storm {
    pub(crate) fn new(seed: u64) -> Self {
        let plan = Plan::new(seed);
        let clusters = plan.topology.clusters.iter();
        let servers =
            clusters.flat_map(|c| c.servers.iter().map(|server| format!("{}/{server}", c.name)));
        let storm = Self {
            world: World::new(plan.topology.clone()).unwrap(),
            rng: Rng::new(seed).fork("storm"),
            servers: servers.collect(),
            plan,
            links: BTreeMap::new(),
            leaders: Leaders::default(),
            settled: Settled::default(),
            home: AtHome::default(),
            acknowledged: Acknowledged::default(),
            tasks: Tasks::default(),
            published: 0,
            done: String::new(),
        };
        let made = storm.world.streams().len();
        assert_eq!(made, storm.plan.streams, "not all streams could be made");
        storm
    }

    /// Load and faults; then all is healed and must come to rest; then everybody can go on.
    pub(crate) fn weather(&mut self) -> Result<(), Violation> {
        self.publish();
        self.pass(Span::secs(2))?;
        for _ in 0..ACTIONS {
            self.act();
            // Mostly little time passes, now and then enough for elections and timeouts.
            let longest = self.one_of(&[1, 10, 200, 2_000, 8_000]);
            let span = self.rng.span(Span::ZERO, Span::millis(longest));
            self.pass(span)?;
        }
        self.heal()?;
        self.rest()?;
        self.lose_disks()?;
        let before = self.acknowledged.all().len();
        self.load();
        self.rest()?;
        let more = self.acknowledged.all().len() - before;
        assert_eq!(more, self.plan.publishes.len(), "not all publishes were acknowledged at rest");
        Ok(())
    }

    pub(crate) fn give(&mut self, input: Input) {
        let now = self.world.now().0 as f64 / 1e9;
        let refused = self.world.give(&input).err();
        let _ = write!(self.done, "{now:10.4} {input:?}");
        // A client that is down can be asked for nothing.
        let _ = match refused {
            Some(why) => writeln!(self.done, " ({why})"),
            None => writeln!(self.done),
        };
    }

    fn one_of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.rng.below(choices.len() as u64) as usize].clone()
    }

    fn server(&mut self) -> String {
        let at = self.rng.below(self.servers.len() as u64) as usize;
        self.servers[at].clone()
    }

    /// A server mostly, now and then a client.
    fn process(&mut self) -> String {
        if self.rng.below(5) > 0 {
            return self.server();
        }
        let at = self.rng.below(self.plan.topology.clients.len() as u64) as usize;
        self.plan.topology.clients[at].name.clone()
    }

    /// Two ends that have something to say to each other, if there are.
    fn ends(&mut self) -> Option<(String, String)> {
        let a = self.process();
        let from = self.world.process(&a)?;
        let links = self.world.sim().links();
        let names: Vec<String> = links
            .filter_map(|((left, right), _)| match from {
                _ if left == from => Some(right),
                _ if right == from => Some(left),
                _ => None,
            })
            .map(|other| self.world.name(other).to_owned())
            .collect();
        if names.is_empty() { None } else { Some((a, self.one_of(&names))) }
    }

    /// The server that leads some stream.
    fn leader(&mut self) -> Option<String> {
        let views = self.world.streams();
        let leaders: Vec<_> = views.iter().filter_map(|view| view.leader()).collect();
        let names: Vec<String> =
            leaders.iter().map(|leader| self.world.name(*leader).to_owned()).collect();
        if names.is_empty() { None } else { Some(self.one_of(&names)) }
    }

    fn publish(&mut self) {
        let publishes = self.plan.publishes.clone();
        let (client, subject) = self.one_of(&publishes);
        let count = 1 + self.rng.below(6) as u32;
        self.publish_on(client, subject, count);
    }

    /// Everybody publishes a message.
    pub(crate) fn load(&mut self) {
        for (client, subject) in self.plan.publishes.clone() {
            self.publish_on(client, subject, 1);
        }
    }

    pub(crate) fn publish_on(&mut self, client: String, subject: String, count: u32) {
        self.published += 1;
        let text = format!("{}-{{{{Count}}}}", self.published);
        let message = Draft { subject, text, ..Draft::default() };
        self.give(Input::Call { client, call: Call::JsPublish { message, count, retries: 2 } });
    }

    fn put(&mut self) {
        self.published += 1;
        let buckets = self.plan.buckets.clone();
        let (client, bucket) = self.one_of(&buckets);
        let key = self.one_of(&["colour", "size", "mode"]);
        let op = Op::key(Act::Put, &bucket, key).value(&format!("value-{}", self.published));
        self.give(Input::Call { client, call: Call::Kv(Box::new(op)) });
    }

    /// Does something at random.
    fn act(&mut self) {
        let process = self.process();
        let ends = self.ends();
        let input = match (self.rng.below(31), ends) {
            (0..=1, _) => Input::Crash { process, lose_disk: false },
            (2..=4, _) => Input::Restart { process },
            (5, _) => Input::Stop { process: self.server() },
            (6, _) => Input::Pause { process },
            (7, _) => Input::Resume { process },
            (8, Some((a, b))) => Input::Cut { a, b },
            (9, Some((from, to))) => Input::Block { from, to },
            (10..=11, Some((a, b))) => Input::Heal { a, b },
            (12, _) => Input::HealAll,
            (13..=14, Some((a, b))) => return self.worsen(a, b),
            (15..=16, _) => match self.leader() {
                Some(process) => Input::Crash { process, lose_disk: false },
                None => return self.publish(),
            },
            (17..=19, _) => return self.put(),
            (20, _) => return self.darken(),
            _ => return self.publish(),
        };
        self.give(input);
    }

    /// In every cluster a server dies and loses its disk, one that has no stream to itself, and comes back
    /// with nothing while all others run. Raft survives no more: a forgotten vote may be given twice.
    fn lose_disks(&mut self) -> Result<(), Violation> {
        let mut lost: Vec<Option<usize>> = Vec::new();
        for process in self.servers.clone() {
            let Some(id) = self.world.process(&process) else { continue };
            let (at, Some(server)) = (self.world.cluster_of(id), self.world.server(id)) else {
                continue;
            };
            let alone = server.streams().any(|(_, hosted)| hosted.group.is_none());
            if server.config().members.len() < 3 || lost.contains(&at) || alone {
                continue;
            }
            lost.push(at);
            self.give(Input::Crash { process: process.clone(), lose_disk: true });
            self.publish();
            let longest = self.one_of(&[10, 1_000, 15_000]);
            let span = self.rng.span(Span::ZERO, Span::millis(longest));
            self.pass(span)?;
            self.give(Input::Restart { process });
            self.load();
            self.rest()?;
        }
        Ok(())
    }

    /// A whole cluster goes dark.
    fn darken(&mut self) {
        let server = self.server();
        let prefix = server.split_once('/').map_or("", |(cluster, _)| cluster).to_owned() + "/";
        for process in self.servers.clone().into_iter().filter(|name| name.starts_with(&prefix)) {
            self.give(Input::Crash { process, lose_disk: false });
        }
    }

    /// Makes a link lossy, slow, or narrow and uneven.
    fn worsen(&mut self, a: String, b: String) {
        let ends = (self.world.process(&a), self.world.process(&b));
        let (Some(from), Some(to)) = ends else { return };
        let Some(usual) = self.world.sim().link(from, to).map(|link| link.spec) else { return };
        let spec = match self.rng.below(3) {
            0 => {
                let loss = Ratio::percent(5 + self.rng.below(20) as u32);
                LinkSpec { jitter: Span::millis(3), loss, ..usual }
            }
            1 => {
                let latency = self.rng.span(Span::millis(20), Span::millis(300));
                LinkSpec { latency, ..usual }
            }
            _ => {
                let jitter = self.rng.span(Span::millis(5), Span::millis(200));
                let bandwidth = 20_000 + self.rng.below(500_000);
                LinkSpec { jitter, bandwidth, ..usual }
            }
        };
        let ends = if a < b { (a.clone(), b.clone()) } else { (b.clone(), a.clone()) };
        self.links.entry(ends).or_insert(usual);
        self.give(Input::Link { a, b, spec });
    }

    pub(crate) fn pass(&mut self, span: Span) -> Result<(), Violation> {
        self.world.run_until(self.world.now() + span);
        self.acknowledged.watch(&self.world);
        self.tasks.watch(&self.world);
        self.home.watch(&self.world);
        self.leaders.watch(&self.world)?;
        self.settled.watch(&self.world)?;
        logs_match(&self.world)?;
        copies_agree(&self.world)?;
        mirrors_agree(&self.world)?;
        sources_agree(&self.world)?;
        self.home.nothing_came_from_afar(&self.world)?;
        nothing_goes_before_its_mirror_has_it(&self.world, &self.acknowledged)?;
        self.tasks.none_is_lost(&self.world, &self.acknowledged)
    }

    /// Takes all faults away.
    fn heal(&mut self) -> Result<(), Violation> {
        self.give(Input::HealAll);
        // A server that was about to stop does so first.
        self.pass(Span::millis(500))?;
        self.give(Input::HealAll);
        for ((a, b), spec) in std::mem::take(&mut self.links) {
            self.give(Input::Link { a, b, spec });
        }
        Ok(())
    }

    /// Waits until all is well, for so long as that may take.
    pub(crate) fn rest(&mut self) -> Result<(), Violation> {
        let end = self.world.now() + REST;
        loop {
            self.pass(GLANCE)?;
            let found = self.is_at_rest();
            if found.is_ok() || self.world.now() >= end {
                return found;
            }
        }
    }

    fn is_at_rest(&self) -> Result<(), Violation> {
        has_converged(&self.world)?;
        self.acknowledged.nothing_is_lost(&self.world)?;
        mirrors_are_complete(&self.world)?;
        sources_are_complete(&self.world)?;
        all_is_handed_on(&self.world, &self.acknowledged)?;
        self.tasks.all_are_done(&self.world, &self.acknowledged)
    }
}
