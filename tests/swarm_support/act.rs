//! What is done to a world of the swarm: load, and faults of all kinds at random.

use windtunnel::kernel::{LinkSpec, ProcId, ProcState, Ratio, Span};
use windtunnel::world::Input;

use super::{Storm, power};

impl Storm {
    pub(super) fn one_of<T: Clone>(&mut self, choices: &[T]) -> T {
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

    /// Does something at random.
    pub(super) fn act(&mut self) {
        let process = self.process();
        let ends = self.ends();
        let input = match (self.rng.below(45), ends) {
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
            (21..=22, _) => return self.cut_power(),
            (23..=24, _) => Input::SlowDisk { process: self.server(), latency: self.latency() },
            (25, _) => return self.set_clock(),
            (26, _) => return self.part(),
            (27, Some((a, b))) => Input::Partition { sides: vec![vec![a], vec![b]], silent: true },
            (28, _) => Input::LoseAck { client: self.client() },
            (29, _) => Input::Duplicate { client: self.client() },
            (30..=31, _) => return self.favour(),
            (32, _) => return self.split(),
            _ => return self.publish(),
        };
        self.give(input);
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

    /// The power of a server fails, or of all of its cluster, if that takes nothing that is promised.
    fn cut_power(&mut self) {
        let (clusters, world) = (&self.plan.topology.clusters, &self.world);
        let all = clusters.iter().map(|cluster| &cluster.name).chain(&self.servers);
        let runs = |id: &ProcId| world.sim().state(*id) != Some(ProcState::Down);
        let may = |name: &&String| {
            let all = world.servers().map(|(id, ..)| id);
            let mut of = all.filter(|id| world.name(*id).starts_with(&format!("{name}/")));
            match world.process(name) {
                Some(id) => runs(&id) && power::may_fail(world, id),
                None => of.all(|id| runs(&id) && power::flushes_always(world, id)),
            }
        };
        let able: Vec<String> = all.filter(may).cloned().collect();
        if !able.is_empty() {
            let process = self.one_of(&able);
            self.give(Input::PowerCut { process });
        }
    }

    /// How long a bad disk takes for a write: mostly not long, now and then longer than others have patience.
    /// A good one takes no time.
    fn latency(&mut self) -> Span {
        let longest = self.one_of(&[0, 5, 50, 50, 500, 6_000]);
        self.rng.span(Span::ZERO, Span::millis(longest))
    }

    /// A clock goes wrong by a little or by much, but not by more than the world rests in the end: a
    /// consumer that starts again counts the ack wait of what is out from the stamps of the messages, as
    /// in nats-server, so that one from the future is delivered again only when that has come.
    fn set_clock(&mut self) {
        let process = self.server();
        let most = self.one_of(&[Span::millis(100), Span::secs(5), Span::secs(120)]);
        let off = self.rng.span(Span(1), most);
        let ahead = match self.rng.below(2) {
            0 => off.0.cast_signed(),
            // No clock can show what was before the beginning.
            _ => -off.0.min(self.world.now().0).cast_signed(),
        };
        self.give(Input::Clock { process, ahead });
    }

    /// Two sides, now and then three, can no more talk to each other: either they notice, or nothing gets
    /// through. Some processes are on no side.
    fn part(&mut self) {
        let (sides, silent) = (2 + self.rng.below(4) / 3, self.rng.below(2) == 0);
        let mut parted = vec![Vec::new(); sides as usize];
        let clients: Vec<String> =
            self.plan.topology.clients.iter().map(|spec| spec.name.clone()).collect();
        for name in self.servers.iter().chain(&clients) {
            if let Some(side) = parted.get_mut(self.rng.below(sides + 1) as usize) {
                side.push(name.clone());
            }
        }
        self.give(Input::Partition { sides: parted, silent });
    }

    fn client(&mut self) -> String {
        let at = self.rng.below(self.plan.topology.clients.len() as u64) as usize;
        self.plan.topology.clients[at].name.clone()
    }

    /// A stream that has a group, and its cluster; or none, for all groups of a cluster.
    fn group(&mut self) -> (usize, Option<String>) {
        let views = self.world.streams();
        let groups = views.iter().filter(|view| view.group.is_some());
        let groups: Vec<(usize, String)> =
            groups.map(|view| (view.cluster, view.name.to_string())).collect();
        if groups.is_empty() || self.rng.below(3) == 0 {
            return (self.rng.below(self.plan.topology.clusters.len() as u64) as usize, None);
        }
        let (cluster, stream) = self.one_of(&groups);
        (cluster, Some(stream))
    }

    /// It is settled who wins the next election. So that there is one, who leads now dies, mostly.
    fn favour(&mut self) {
        let (cluster, stream) = self.group();
        let cluster = &self.plan.topology.clusters[cluster];
        let names: Vec<String> =
            cluster.servers.iter().map(|server| format!("{}/{server}", cluster.name)).collect();
        let process = self.one_of(&names);
        self.give(Input::Favour { process, stream: stream.clone() });
        self.unseat(stream);
    }

    /// The next vote is split, and who leads now dies, mostly.
    fn split(&mut self) {
        let (cluster, stream) = self.group();
        let cluster = self.plan.topology.clusters[cluster].name.clone();
        self.give(Input::SplitVote { cluster, stream: stream.clone() });
        self.unseat(stream);
    }

    fn unseat(&mut self, stream: Option<String>) {
        let views = self.world.streams();
        let of = views.iter().find(|view| stream.as_ref().is_some_and(|name| name == &**view.name));
        let leader = of.and_then(|view| view.leader()).map(|id| self.world.name(id).to_owned());
        if let Some(process) = leader
            && self.rng.below(4) > 0
        {
            self.give(Input::Crash { process, lose_disk: false });
        }
    }
}
