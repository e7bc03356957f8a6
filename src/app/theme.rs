//! Light and dark: the system's choice, the host page's, or the person's.

use leptos::prelude::*;

const KEY: &str = "windtunnel.theme";

/// A choice of theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the system has it.
    Auto,
    /// Dark.
    Dark,
    /// Light.
    Light,
}

impl Theme {
    /// The choice of this name.
    pub(crate) fn parse(name: &str) -> Self {
        match name {
            "dark" => Self::Dark,
            "light" => Self::Light,
            _ => Self::Auto,
        }
    }

    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Dark => "dark",
            Self::Light => "light",
        }
    }

    /// The one after it, for a button that goes round.
    pub(crate) const fn next(self) -> Self {
        match self {
            Self::Auto => Self::Dark,
            Self::Dark => Self::Light,
            Self::Light => Self::Auto,
        }
    }

    /// The host's wish, else what was chosen last time, else the system's.
    pub(crate) fn initial(wish: Option<&str>) -> Self {
        let stored = || storage()?.get_item(KEY).ok()?;
        wish.map(str::to_owned).or_else(stored).map_or(Self::Auto, |name| Self::parse(&name))
    }

    /// Shows it.
    pub(crate) fn show(self) {
        let Some(root) = document().document_element() else { return };
        let _ = match self {
            Self::Auto => root.remove_attribute("data-theme"),
            Self::Dark | Self::Light => root.set_attribute("data-theme", self.name()),
        };
    }

    /// Remembers it, where that is possible.
    pub(crate) fn remember(self) {
        if let Some(storage) = storage() {
            let _ = storage.set_item(KEY, self.name());
        }
    }
}

/// Storage throws in sandboxed frames; the page works without.
pub(crate) fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok()?
}

/// Whether the system asks for less motion.
pub(crate) fn prefers_reduced_motion() -> bool {
    let query = window().match_media("(prefers-reduced-motion: reduce)");
    query.ok().flatten().is_some_and(|query| query.matches())
}
