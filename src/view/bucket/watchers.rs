//! Who watches a bucket or reads from a store: the consumers that clients make for it, in words.

use crate::kernel::ProcId;
use crate::nats::api::ConsumerConfig;
use crate::view::cast::Cast;
use crate::world::ConsumerView;
use crate::world::bucket::Place;

/// A consumer of a bucket or store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watcher {
    /// The application that listens to it, if one does.
    pub app: Option<ProcId>,
    /// What it does: "watches", or "reads" an object's chunks.
    pub does: &'static str,
    /// Keys or objects it is after: "db.*", ">".
    pub what: String,
}

impl Watcher {
    /// What a consumer is for; none if somebody gave it a name of its own: then that says it.
    pub fn of(cast: Cast<'_>, consumer: &ConsumerView<'_>) -> Option<Self> {
        let config: &ConsumerConfig =
            consumer.config().filter(|config| !config.is_durable() && !config.sourcing)?;
        let mut does = "watches";
        let mut what: Vec<String> = Vec::new();
        for filter in config.filters() {
            what.push(match Place::of(filter) {
                Some(Place::Key { key, .. }) => key.to_owned(),
                Some(Place::Meta { object, .. }) => object,
                Some(Place::Chunk { .. }) => {
                    does = "reads";
                    "chunks".to_owned()
                }
                None => filter.to_owned(),
            });
        }
        let what = if what.is_empty() { ">".to_owned() } else { what.join(", ") };
        Some(Self { app: cast.listener(&config.deliver_subject), does, what })
    }

    /// In a few words: "api watches db.*".
    pub fn text(&self, cast: Cast<'_>) -> String {
        let who = self.app.map(|app| format!("{} ", cast.name(app)));
        format!("{}{} {}", who.unwrap_or_default(), self.does, self.what)
    }
}
