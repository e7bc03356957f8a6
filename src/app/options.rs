//! What the address says: `?scene=NAME`, `?lesson=FILE`, `?embed=1`, `?theme=dark|light|auto`, `?motion=reduce`, and a
//! shared session as `#s=…` (or `?s=…`, where a host drops fragments).

use leptos::prelude::window;

/// The options of this page view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Options {
    /// Whether only stage, caption and transport are shown, for a frame in another page.
    pub(crate) embed: bool,
    /// The theme the host page wants.
    pub(crate) theme: Option<String>,
    /// Whether motion is to be left out whatever the system says.
    pub(crate) reduce_motion: bool,
    /// The scene that is asked for, by name.
    pub(crate) scene: Option<String>,
    /// The lesson that is asked for: the name of its file, with `.md` or without.
    pub(crate) lesson: Option<String>,
    /// The shared session that is asked for, as the text of its link.
    pub(crate) state: Option<String>,
}

impl Options {
    /// Whether the address asks for nothing that the start page is not.
    pub(crate) const fn is_start(&self) -> bool {
        !self.embed && self.scene.is_none() && self.lesson.is_none() && self.state.is_none()
    }

    /// Reads them. What cannot be read counts as absent.
    pub(crate) fn read() -> Self {
        let query = window().location().search().unwrap_or_default();
        let params = web_sys::UrlSearchParams::new_with_str(&query).ok();
        let get = |name: &str| params.as_ref().and_then(|params| params.get(name));
        let fragment = window().location().hash().unwrap_or_default();
        Self {
            embed: get("embed").is_some_and(|value| value != "0"),
            theme: get("theme").filter(|theme| ["dark", "light", "auto"].contains(&theme.as_str())),
            reduce_motion: get("motion").is_some_and(|value| value == "reduce"),
            scene: get("scene"),
            lesson: get("lesson").filter(|name| !name.is_empty()),
            state: fragment.strip_prefix("#s=").map(str::to_owned).or_else(|| get("s")),
        }
    }
}

/// Whether this page is shown in a frame of another one.
pub(crate) fn is_framed() -> bool {
    // A frame of another origin cannot be looked at; then it certainly is one.
    match window().top() {
        Ok(Some(top)) => top != window(),
        _ => true,
    }
}
