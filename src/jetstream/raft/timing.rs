//! The times and limits of the protocol, as nats-server 2.15 has them.
//!
//! They are a value, not constants, so that tests and lessons can use others.

use crate::kernel::Span;

/// The times and limits of a Raft group. [`Timing::default`] is nats-server's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// A member that hears nothing campaigns after a random span from here …
    pub election_min: Span,
    /// … to here.
    pub election_max: Span,
    /// A member that refused its vote because its own log is newer campaigns itself after a random
    /// span from here …
    pub campaign_min: Span,
    /// … to here.
    pub campaign_max: Span,
    /// The preferred member of a brand-new group campaigns after this.
    pub first_campaign: Span,
    /// The member named in a leadership transfer campaigns after this.
    pub transfer_campaign: Span,
    /// How often a leader looks whether a heartbeat is due. It is, if nothing was appended for as
    /// long.
    pub heartbeat: Span,
    /// A leader that has not heard from a majority for so long steps down. It looks as often, so a
    /// leader that was cut off lives between one and two such spans.
    pub lost_quorum: Span,
    /// How often a candidate without a quorum says so.
    pub lost_quorum_again: Span,
    /// A catch-up that made no progress for so long is started again when its follower asks.
    pub stalled: Span,
    /// Leadership is transferred only to a member heard from within this.
    pub transfer_health: Span,
    /// The most entries one `Append` carries.
    pub append_batch: u64,
}

/// How long a member waits before it campaigns, where that is not left to chance. All of it could happen
/// by chance as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Luck {
    /// It waits as short as possible: it will be the first.
    First,
    /// It waits as long as possible: another one will be the first.
    Last,
    /// It campaigns at the same moment as all others of whom this is said: the vote will be split. The
    /// attempt after that is left to chance again.
    Together,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            election_min: Span::secs(4),
            election_max: Span::secs(9),
            campaign_min: Span::millis(100),
            campaign_max: Span::millis(800),
            first_campaign: Span::millis(50),
            transfer_campaign: Span::millis(10),
            heartbeat: Span::secs(1),
            lost_quorum: Span::secs(10),
            lost_quorum_again: Span::secs(20),
            stalled: Span::secs(2),
            transfer_health: Span::secs(3),
            append_batch: 4_096,
        }
    }
}
