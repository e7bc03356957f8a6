//! The keyboard: one table that binds the keys and is shown in the help.

use crate::view::PlayerCommand;

/// What a key does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum KeyAction {
    /// Asks the player for something.
    Command(PlayerCommand),
    /// Shows or hides the help.
    Help,
    /// Puts the cursor into the console.
    Console,
    /// Puts the focus on what can be done to the selected thing.
    Actions,
    /// Opens or closes the list of faults.
    Faults,
    /// Gives up: closes what is open, selects nothing.
    Escape,
}

/// A key and what it does.
#[derive(Debug, Clone)]
pub(crate) struct Binding {
    /// The key as the browser names it.
    pub(crate) key: &'static str,
    /// Whether shift is held.
    pub(crate) shift: bool,
    /// How it is written for people.
    pub(crate) written: &'static str,
    /// What it does, in words.
    pub(crate) does: &'static str,
    /// What it does.
    pub(crate) action: KeyAction,
}

/// All keys.
pub(crate) fn bindings() -> Vec<Binding> {
    use KeyAction::Command;
    let key = |key, shift, written, does, action| Binding { key, shift, written, does, action };
    vec![
        key(" ", false, "Space", "Play or pause", Command(PlayerCommand::Toggle)),
        key("ArrowRight", false, "→", "One hop forward", Command(PlayerCommand::HopForward)),
        key("ArrowLeft", false, "←", "One hop back", Command(PlayerCommand::HopBack)),
        key(
            "ArrowRight",
            true,
            "Shift →",
            "To the end of the operation",
            Command(PlayerCommand::StepOver),
        ),
        key("i", false, "I", "Run until nothing is open", Command(PlayerCommand::RunToIdle)),
        key("Home", false, "Home", "To the beginning", Command(PlayerCommand::First)),
        key("End", false, "End", "To the end", Command(PlayerCommand::Last)),
        key("PageDown", false, "Page down", "One hop forward", Command(PlayerCommand::HopForward)),
        key("PageUp", false, "Page up", "One hop back", Command(PlayerCommand::HopBack)),
        key(".", false, ".", "Play or pause", Command(PlayerCommand::Toggle)),
        key("z", false, "Z", "Undo the last thing done", Command(PlayerCommand::Undo)),
        key(
            "h",
            false,
            "H",
            "Show or hide Raft and heartbeats",
            Command(PlayerCommand::ToggleInner),
        ),
        key("m", false, "M", "What can be done to the selected thing", KeyAction::Actions),
        key("f", false, "F", "Faults: what is broken, and a partition", KeyAction::Faults),
        key("/", false, "/", "Type a command", KeyAction::Console),
        key("?", true, "?", "Show or hide this help", KeyAction::Help),
        key("Escape", false, "Esc", "Close, or select nothing", KeyAction::Escape),
    ]
}

/// What a key press does. Single characters do nothing when they are switched off.
pub(crate) fn action_of(key: &str, shift: bool, characters: bool) -> Option<KeyAction> {
    if !characters && key.chars().count() == 1 && key != " " {
        return None;
    }
    let lower = if key.len() == 1 { key.to_ascii_lowercase() } else { key.to_owned() };
    bindings()
        .into_iter()
        .find(|binding| binding.key == lower && (binding.shift == shift || lower == "?"))
        .map(|binding| binding.action)
}
