//! Who has which place on the stage, and who is folded.

use std::sync::Arc;

use crate::world::bucket::Kind;

/// On which side of its cluster an app stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What publishes.
    Left,
    /// What belongs to neither side.
    Middle,
    /// What receives.
    Right,
}

/// Who has which place, in the order of first appearance.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Places {
    pub(super) clusters: Vec<ClusterPlaces>,
}

/// The places of a cluster.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct ClusterPlaces {
    pub(super) servers: usize,
    pub(super) streams: Vec<Arc<str>>,
    /// The keys or objects of each stream that is shown as rows of them.
    rows: Vec<Vec<String>>,
    pub(super) apps: Vec<(Arc<str>, Side)>,
    /// Whether it is to be a summary, if somebody said so.
    pub(super) folded: Option<bool>,
    /// Whether it is joined with all the others.
    pub(super) hub: bool,
    /// Whether it was drawn as a summary last.
    drawn_folded: bool,
}

/// How many rows a stream takes: a bucket or a store is a card, which is as high as two tapes.
pub(super) fn rows_of(stream: &str) -> usize {
    if Kind::of_name(stream).is_some() { 2 } else { 1 }
}

impl ClusterPlaces {
    /// How many rows all its streams would like to have.
    pub(super) fn rows_wanted(&self) -> usize {
        self.streams.iter().map(|name| rows_of(name)).sum()
    }
}

impl Places {
    /// Places for clusters with so many servers each.
    pub fn new(servers: impl IntoIterator<Item = usize>) -> Self {
        let cluster = |servers| ClusterPlaces { servers, ..ClusterPlaces::default() };
        Self { clusters: servers.into_iter().map(cluster).collect() }
    }

    /// Says which cluster is joined with all the others.
    pub fn with_hub(mut self, hub: Option<usize>) -> Self {
        if let Some(cluster) = hub.and_then(|hub| self.clusters.get_mut(hub)) {
            cluster.hub = true;
        }
        self
    }

    /// Has a cluster drawn as a summary, or whole, whatever room there is.
    pub fn fold(&mut self, cluster: usize, folded: bool) {
        if let Some(cluster) = self.clusters.get_mut(cluster) {
            cluster.folded = Some(folded);
        }
    }

    /// Whether a cluster was drawn as a summary last.
    pub fn is_folded(&self, cluster: usize) -> bool {
        self.clusters.get(cluster).is_some_and(|cluster| cluster.drawn_folded)
    }

    /// Takes note of how clusters are drawn.
    pub fn drawn(&mut self, layout: &super::Layout) {
        for (cluster, drawn) in self.clusters.iter_mut().zip(&layout.clusters) {
            cluster.drawn_folded = drawn.folded;
        }
    }

    /// The place of a stream among the tapes of its cluster.
    pub fn stream(&mut self, cluster: usize, name: &Arc<str>) -> Option<usize> {
        let streams = &mut self.clusters.get_mut(cluster)?.streams;
        Some(streams.iter().position(|known| known == name).unwrap_or_else(|| {
            streams.push(Arc::clone(name));
            streams.len() - 1
        }))
    }

    /// The rows of a card with room for so many: who is there keeps the row it has, who comes takes a free
    /// one or, where there is none, that of somebody who is gone.
    pub fn rows(
        &mut self,
        cluster: usize,
        stream: usize,
        room: usize,
        names: &[&str],
    ) -> &[String] {
        let Some(places) = self.clusters.get_mut(cluster) else { return &[] };
        if places.rows.len() <= stream {
            places.rows.resize(stream + 1, Vec::new());
        }
        let Some(rows) = places.rows.get_mut(stream) else { return &[] };
        for name in names {
            if rows.iter().any(|row| row == name) {
                continue;
            }
            let full = rows.len() >= room;
            let gone = rows.iter().position(|row| full && !names.contains(&row.as_str()));
            match gone.and_then(|gone| rows.get_mut(gone)) {
                Some(row) => *row = (*name).to_owned(),
                None => rows.push((*name).to_owned()),
            }
        }
        rows
    }

    /// The place of an app among those of its cluster.
    pub fn app(&mut self, cluster: usize, name: &Arc<str>, side: Side) -> Option<usize> {
        let apps = &mut self.clusters.get_mut(cluster)?.apps;
        Some(apps.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            apps.push((Arc::clone(name), side));
            apps.len() - 1
        }))
    }
}
