//! The usual values of knobs: what sliders go through.

use super::KnobKind;

pub(super) const CHANCES: KnobKind =
    KnobKind::Chance(&["0%", "1%", "2%", "5%", "10%", "20%", "30%", "40%", "50%", "75%", "100%"]);
pub(super) const TIMES: KnobKind = KnobKind::Duration(&[
    "0s", "10ms", "50ms", "100ms", "200ms", "500ms", "1s", "2s", "5s", "10s", "20s", "30s", "60s",
]);
pub(super) const PERHAPS: KnobKind = KnobKind::Duration(&[
    "none", "100ms", "200ms", "500ms", "1s", "2s", "5s", "10s", "20s", "30s", "60s",
]);
pub(super) const COUNTS: KnobKind =
    KnobKind::Number(&["1", "2", "3", "5", "10", "20", "50", "100", "200", "500", "1000"]);
pub(super) const LIMITS: KnobKind =
    KnobKind::Number(&["none", "1", "2", "3", "5", "10", "20", "50", "100"]);
