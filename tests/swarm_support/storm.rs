//! A world of the swarm under load and faults, and what is checked of it all along and in the end.

use std::collections::BTreeMap;
use std::fmt::Write;

use windtunnel::client::kv::{Act, Op};
use windtunnel::client::{Call, Draft};
use windtunnel::kernel::{LinkSpec, Rng, Span};
use windtunnel::world::check::{
    Acknowledged, AtHome, Leaders, Settled, Tasks, Violation, all_is_handed_on, copies_agree,
    has_converged, logs_match, mirrors_agree, mirrors_are_complete,
    nothing_goes_before_its_mirror_has_it, sources_agree, sources_are_complete,
};
use windtunnel::world::{Input, World};

use super::felt::Felt;
use super::{Plan, power};

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
    pub(super) rng: Rng,
    pub(super) servers: Vec<String>,
    /// What links were like before they were made worse.
    pub(super) links: BTreeMap<(String, String), LinkSpec>,
    leaders: Leaders,
    settled: Settled,
    home: AtHome,
    pub(crate) acknowledged: Acknowledged,
    pub(crate) tasks: Tasks,
    published: u32,
    /// Which faults there were.
    pub(crate) felt: Felt,
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
            felt: Felt::default(),
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
        let forgets = match &input {
            Input::PowerCut { process } => {
                self.world.process(process).map_or(0, |id| power::would_forget(&self.world, id))
            }
            _ => 0,
        };
        let refused = self.world.give(&input).err();
        if refused.is_none() {
            self.felt.given(&input);
            if forgets > 0 {
                self.felt.add("power cut that took messages");
            }
        }
        let _ = write!(self.done, "{now:10.4} {input:?}");
        // A client that is down can be asked for nothing.
        let _ = match refused {
            Some(why) => writeln!(self.done, " ({why})"),
            None => writeln!(self.done),
        };
    }

    pub(super) fn publish(&mut self) {
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

    pub(super) fn put(&mut self) {
        self.published += 1;
        let buckets = self.plan.buckets.clone();
        let (client, bucket) = self.one_of(&buckets);
        let key = self.one_of(&["colour", "size", "mode"]);
        let op = Op::key(Act::Put, &bucket, key).value(&format!("value-{}", self.published));
        self.give(Input::Call { client, call: Call::Kv(Box::new(op)) });
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

    pub(crate) fn pass(&mut self, span: Span) -> Result<(), Violation> {
        self.world.run_until(self.world.now() + span);
        self.felt.watch(&self.world);
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
