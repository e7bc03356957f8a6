//! Icons, 16 by 16, drawn with the current colour.

use leptos::prelude::*;

use crate::view::frame::{ActionKind, AppIcon};

/// An icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Icon {
    /// To the beginning.
    First,
    /// One hop back.
    Back,
    /// Play.
    Play,
    /// Pause.
    Pause,
    /// One hop forward.
    Forward,
    /// To the end of the operation.
    Over,
    /// Until idle.
    Idle,
    /// To the end.
    Last,
    /// Kill.
    Power,
    /// Stop working.
    Stop,
    /// Start again.
    Restart,
    /// Cut.
    Scissors,
    /// Heal.
    Heal,
    /// A black hole.
    Block,
    /// A bolt that strikes.
    Bolt,
    /// A disk.
    Disk,
    /// A clock.
    Clock,
    /// A message that is crossed out.
    Trap,
    /// Publish.
    Send,
    /// A cart.
    Cart,
    /// A chart.
    Chart,
    /// A cog.
    Cog,
    /// A prompt.
    Prompt,
    /// A plug.
    Plug,
    /// Sliders.
    Sliders,
    /// A heartbeat.
    Beat,
    /// A crown.
    Crown,
    /// One more.
    PlusOne,
    /// Close.
    Close,
    /// Copy.
    Copy,
    /// Sun and moon.
    Theme,
    /// A branch.
    Branch,
    /// A book.
    Book,
    /// An arrow out of a box.
    Share,
    /// Skipped.
    Skip,
    /// Upwards.
    Up,
    /// A panel at the left.
    Left,
    /// A panel at the right.
    Right,
    /// A diagram below.
    Below,
}

impl Icon {
    /// Its outline.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::First => "M4 3v10M13 3L7 8l6 5z",
            Self::Back => "M10.5 3l-5 5 5 5",
            Self::Play => "M5 3l8 5-8 5z",
            Self::Pause => "M5.5 3v10M10.5 3v10",
            Self::Forward => "M5.5 3l5 5-5 5",
            Self::Over => "M2 10a6 6 0 0 1 11-2M13 3v5H8M8 13h.01",
            Self::Idle => "M3 4l4 4-4 4M8 4l4 4-4 4",
            Self::Last => "M12 3v10M3 3l6 5-6 5z",
            Self::Power => "M8 2v6M4.5 4.5a5 5 0 1 0 7 0",
            Self::Stop => "M4 4h8v8H4z",
            Self::Restart => "M13 8a5 5 0 1 1-1.5-3.5M13 2v3h-3",
            Self::Scissors => {
                "M4 3l8 8M12 3l-8 8M4.5 14a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3M11.5 14a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3"
            }
            Self::Heal => "M8 3v10M3 8h10",
            Self::Block => "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M4 12l8-8",
            Self::Bolt => "M9 1.5L3.5 9H8l-1 5.5L12.5 7H8z",
            Self::Disk => {
                "M2.5 4.5a5.5 2.2 0 1 0 11 0 5.5 2.2 0 0 0-11 0M2.5 4.5v7a5.5 2.2 0 0 0 11 0v-7M2.5 8a5.5 2.2 0 0 0 11 0"
            }
            Self::Clock => "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M8 5v3.2l2.2 1.6",
            Self::Trap => "M2 4h12v8H2zM5.5 5.5l5 5M10.5 5.5l-5 5",
            Self::Send => "M2 8l12-5-4 11-3-4z",
            Self::Cart => "M1 2h2l2 8h8l2-6H4M6 14h.01M12 14h.01",
            Self::Chart => "M1 15h14M3 12l4-5 3 3 5-7",
            Self::Cog => {
                "M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5M8 1v2M8 13v2M1 8h2M13 8h2M3 3l1.5 1.5M11.5 11.5L13 13M13 3l-1.5 1.5M4.5 11.5L3 13"
            }
            Self::Prompt => "M2 4l4 4-4 4M8 12h6",
            Self::Plug => "M6 1v4M10 1v4M4 5h8v3a4 4 0 0 1-8 0zM8 12v3",
            Self::Sliders => "M2 4h6M12 4h2M2 8h2M8 8h6M2 12h5M11 12h3M10 2.5v3M6 6.5v3M9 10.5v3",
            Self::Beat => "M1 8h3l2-5 3 10 2-5h4",
            Self::Crown => "M3 13h10M3 10.5L2 4l3.5 3L8 3l2.5 4L14 4l-1 6.5z",
            Self::PlusOne => "M1.5 8h5M4 5.5v5M9.5 5L12 3.5V13M9.5 13h5",
            Self::Close => "M4 4l8 8M12 4l-8 8",
            Self::Copy => "M5 5h8v9H5zM3 11V2h8",
            Self::Theme => "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5v11",
            Self::Book => {
                "M8 4c-2-1.5-4-1.5-6-1v9.5c2-.5 4-.5 6 1 2-1.5 4-1.5 6-1V3c-2-.5-4-.5-6 1zM8 4v9.5"
            }
            Self::Share => "M6 4H3v9h9v-3M9 2.5h4.5V7M13 3L7 9",
            Self::Skip => "M2 4l5 4-5 4zM8 4l5 4-5 4z",
            Self::Up => "M3.5 10L8 5.5l4.5 4.5",
            Self::Left => "M2 3h12v10H2zM6.5 3v10",
            Self::Right => "M2 3h12v10H2zM9.5 3v10",
            Self::Below => "M2 3h12v10H2zM2 8.5h12",
            Self::Branch => "M5 3v10M5 9c5 0 6-2 6-5M5 3h.01M11 4h.01M5 13h.01",
        }
    }

    /// The icon of an application.
    pub(crate) const fn of_app(icon: AppIcon) -> Self {
        match icon {
            AppIcon::Publisher => Self::Cart,
            AppIcon::Subscriber => Self::Chart,
            AppIcon::Worker => Self::Cog,
            AppIcon::Console => Self::Prompt,
            AppIcon::Wire => Self::Plug,
            AppIcon::Config => Self::Sliders,
            AppIcon::Service => Self::Beat,
            AppIcon::Elector => Self::Crown,
            AppIcon::Counter => Self::PlusOne,
        }
    }

    /// The icon of an action.
    pub(crate) const fn of_action(kind: ActionKind) -> Self {
        match kind {
            ActionKind::Crash => Self::Power,
            ActionKind::Restart => Self::Restart,
            ActionKind::Pause => Self::Pause,
            ActionKind::Resume => Self::Play,
            ActionKind::Cut => Self::Scissors,
            ActionKind::Block => Self::Block,
            ActionKind::Heal => Self::Heal,
            ActionKind::PowerCut => Self::Bolt,
            ActionKind::Disk => Self::Disk,
            ActionKind::Clock => Self::Clock,
            ActionKind::Trap => Self::Trap,
            ActionKind::Luck => Self::Crown,
            ActionKind::Publish => Self::Send,
            ActionKind::On => Self::Play,
            ActionKind::Off => Self::Stop,
            ActionKind::Remove => Self::Close,
        }
    }

    /// The icon as an element, not seen by screen readers: the button around it has a name.
    pub(crate) fn view(self) -> impl IntoView {
        view! {
            <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                <path d=self.path()></path>
            </svg>
        }
    }
}
