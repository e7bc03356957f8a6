//! The picture of a moment, put together from its parts.

use std::sync::Arc;

use crate::kernel::Time;
use crate::view::caption;
use crate::view::cast::Cast;
use crate::view::class::Class;
use crate::view::diagram::{self, Scene};
use crate::view::entity::Entity;
use crate::view::faults;
use crate::view::filter::Sight;
use crate::view::frame::{
    Caption, Diagram, Faults, Frame, Inspection, Motion, Pulse, Stage, Status, WireLine,
};
use crate::view::inspect;
use crate::view::layout::Layout;
use crate::view::lesson::LessonView;
use crate::view::motion;
use crate::view::related::Related;
use crate::view::rings;
use crate::view::stage;
use crate::view::tune::Tuner;
use crate::view::wire;

use super::cache::Key;
use super::{PULSE_MS, Player};

/// Lines of the wire view.
const WIRE_LINES: usize = 40;
/// How old a pulse is drawn where nothing is to move.
const STILL_AGE: f64 = 0.35;

impl Player {
    pub(super) fn show(&mut self) -> Frame {
        let stage = self.stage();
        let motion = self.motion(&stage);
        let (diagram, caption, wire) = (self.diagram(), self.caption(), self.wire());
        let inspection = self.inspection();
        let (lesson, faults) = (self.lesson_panel(), self.faults());
        let world = self.history.cursor();
        Frame {
            motion,
            diagram,
            caption,
            wire,
            inspection,
            lesson,
            tuner: self.tuner(&stage),
            transport: self.transport(),
            classes: self.classes(),
            inner: self.filter.inner(),
            faults,
            selection: self.selection.clone(),
            hover: self.hover.clone(),
            status: Status {
                seed: world.topology().seed,
                events: world.sim().trace().len(),
                digest: format!("{:016x}", world.digest()).chars().take(8).collect(),
                now: world.now(),
            },
            announcement: self.announcement.clone(),
            notice: self.notice.clone(),
            stage,
        }
    }

    fn key(&self) -> Key {
        Key {
            branch: self.history.current(),
            position: self.world().position(),
            now: None,
            end: 0,
            filtered: self.filtered,
            selection: self.selection.clone(),
            hover: self.hover.clone(),
            hints: Some(self.hints),
        }
    }

    fn stage(&mut self) -> Arc<Stage> {
        let key = self.key();
        let (world, hints) = (self.history.cursor(), self.hints);
        let (selection, hover) = (self.selection.as_ref(), self.hover.as_ref());
        let (places, plain) = (&mut self.places, &self.plain);
        self.cache
            .stage
            .get(key, || Arc::new(stage::build(world, places, hints, selection, hover, plain)))
    }

    fn faults(&mut self) -> Arc<Faults> {
        let key = Key { hover: None, hints: None, ..self.key() };
        let (world, selection) = (self.history.cursor(), self.selection.as_ref());
        self.cache.faults.get(key, || Arc::new(faults::build(world, selection)))
    }

    /// Shows a bucket or store as a plain stream, or as what it is again.
    pub(super) fn switch_view(&mut self, stream: Entity) {
        let shown = self.plain.iter().position(|plain| *plain == stream);
        match shown {
            Some(n) => drop(self.plain.remove(n)),
            None => self.plain.push(stream),
        }
        self.filtered += 1;
    }

    /// Folds a cluster into a summary, or unfolds it: whatever it is not now.
    pub(super) fn fold(&mut self, cluster: usize) {
        let layout = Layout::new(&self.places, self.hints);
        let Some(now) = layout.clusters.get(cluster).filter(|now| now.fold.is_some()) else {
            return;
        };
        self.places.fold(cluster, !now.folded);
        self.filtered += 1;
    }

    fn motion(&mut self, stage: &Stage) -> Motion {
        if self.flights.is_none() {
            self.flights = Some(motion::flights(self.history.cursor(), &self.filter));
        }
        let world = self.history.cursor();
        let selected = Related::new(world, &self.selection);
        let pointed = Related::new(world, &self.hover);
        let flights = self.flights.as_deref().unwrap_or_default();
        let still = self.reduced_motion;
        Motion {
            packets: motion::packets(world, stage, flights, &selected, &pointed, still),
            pulses: self.pulses(stage),
            rings: rings::rings(world, stage, &selected),
            expiries: rings::expiries(world.now(), stage, still),
        }
    }

    fn pulses(&self, stage: &Stage) -> Vec<Pulse> {
        let world = self.history.cursor();
        let age = |born: f64| match self.reduced_motion {
            true => STILL_AGE,
            false => ((self.screen_ms - born) / PULSE_MS).clamp(0.0, 1.0),
        };
        let pulses = self.pulses.iter();
        pulses.filter_map(|(event, born)| motion::pulse(world, stage, *event, age(*born))).collect()
    }

    fn diagram(&mut self) -> Arc<Diagram> {
        let key =
            Key { now: Some(self.world().now()), end: self.history.end_position(), ..self.key() };
        let (world, head) = (self.history.cursor(), self.history.head());
        let current = self.history.current().0;
        let (tracks, hints, folds) = (&self.tracks, self.hints, &self.folds);
        let Some(track) = tracks.get(current) else { return Arc::default() };
        let (selection, hover) = (&self.selection, &self.hover);
        self.cache.diagram.get(key, || {
            let selected = Related::new(head, selection);
            let pointed = Related::new(head, hover);
            let (selected, pointed) = (&selected, &pointed);
            let scene = Scene { world, head, track, hints, folds, selected, pointed };
            Arc::new(diagram::build(scene))
        })
    }

    fn lesson_panel(&mut self) -> Option<Arc<LessonView>> {
        let key = Key {
            hover: None,
            selection: None,
            hints: None,
            filtered: self.lesson_version(),
            ..self.key()
        };
        let mut cache = std::mem::take(&mut self.cache.lesson);
        let panel = cache.get(key, || self.lesson_view());
        self.cache.lesson = cache;
        panel
    }

    fn caption(&mut self) -> Caption {
        let key = Key { hover: None, selection: None, hints: None, ..self.key() };
        let hop = self.hop();
        let world = self.history.cursor();
        self.cache.caption.get(key, || {
            let cast = Cast::new(world);
            match hop {
                Some(hop) => caption::hop(cast, &hop),
                None => caption::beginning(cast),
            }
        })
    }

    /// The last frames sent that are shown.
    fn wire(&mut self) -> Arc<Vec<WireLine>> {
        let key = Key { hints: None, ..self.key() };
        let world = self.history.cursor();
        let current = self.history.current().0;
        let this = self.hop().filter(|hop| hop.position == self.world().position());
        let Some(track) = self.tracks.get(current) else { return Arc::default() };
        let (selection, hover) = (&self.selection, &self.hover);
        self.cache.wire.get(key, || {
            let cast = Cast::new(world);
            let selected = Related::new(world, selection);
            let pointed = Related::new(world, hover);
            let here = track.seen(world.sim().trace().len());
            let sent = track.items().iter().take(here).rev();
            let sent = sent.filter(|item| matches!(item.sight, Sight::Leaves(_)));
            let mut lines: Vec<WireLine> = sent
                .take(WIRE_LINES)
                .filter_map(|item| {
                    let event = cast.event(item.event)?;
                    let marked = [&selected, &pointed].iter().any(|r| r.event(cast, event.id));
                    let line = wire::line(cast, event, marked)?;
                    let now = this.is_some_and(|hop| hop.first <= event.id && event.id < hop.end);
                    Some(WireLine { now, ..line })
                })
                .collect();
            lines.reverse();
            Arc::new(lines)
        })
    }

    /// The inspector's contents, with what was otherwise one hop before.
    fn inspection(&mut self) -> Option<Arc<Inspection>> {
        let entity = self.selection.clone()?;
        let number = self.hop_number();
        // Ages go on while time passes; a tenth of a second is fine enough.
        let tenth = Time(self.world().now().0 / 100_000_000);
        let key = Key { now: Some(tenth), hover: None, hints: None, ..self.key() };
        let world = self.history.cursor();
        let cache = &mut self.cache;
        let same = |kept: &Option<(usize, Arc<Inspection>)>, entity: &Entity| {
            kept.as_ref().is_some_and(|(_, kept)| kept.entity == *entity)
        };
        if !same(&cache.last, &entity) {
            cache.last = None;
            cache.before = None;
        }
        if cache.last.as_ref().is_some_and(|(last, _)| *last != number) {
            cache.before = cache.last.take();
        }
        let before = cache.before.clone();
        let (rows, plain) = (self.rows, &self.plain);
        let found = cache.inspection.get(key, || {
            let mut now = inspect::inspect(world, &entity, rows, plain)?;
            if let Some((_, before)) = &before {
                inspect::mark_changes(&mut now, before);
            }
            Some(Arc::new(now))
        });
        if let Some(found) = &found {
            cache.last = Some((number, Arc::clone(found)));
        }
        found
    }

    /// The sliders of the selected link.
    fn tuner(&self, stage: &Stage) -> Option<Arc<Tuner>> {
        let Some(Entity::Link(a, b)) = self.selection else { return None };
        Tuner::of(self.world(), stage, a, b).map(Arc::new)
    }

    /// The classes of traffic there can be here.
    fn classes(&self) -> Vec<(Class, bool)> {
        let mirrors = self.world().streams().iter().any(|stream| {
            stream.config().is_some_and(|c| c.mirror.is_some() || !c.sources.is_empty())
        });
        let all = Class::ALL.into_iter().filter(|class| *class != Class::Mirror || mirrors);
        all.map(|class| (class, self.filter.shows(class))).collect()
    }
}
