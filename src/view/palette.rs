//! The colour tokens: one table for both themes. `style/tokens.css` is compared with it by a test,
//! and another test computes that text has a contrast of at least 4.5:1 and marks of at least 3:1.

/// A colour of the page, by its role. In CSS it is the custom property [`Token::css`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Token {
    /// The page itself.
    Bg,
    /// Panels on the page.
    Panel,
    /// Quieter panels: side bars, the transport.
    Panel2,
    /// What can be taken hold of: servers, apps, buttons.
    Raise,
    /// Hairlines that carry no meaning.
    Line,
    /// Lines that do carry meaning: links, outlines of servers and panels.
    Line2,
    /// Text.
    Text,
    /// Less important text.
    Muted,
    /// Least important text; still readable.
    Faint,
    /// The dot grid behind the stage.
    Grid,
    /// Publishing; also plain streams and the one accent.
    Publish,
    /// Acknowledgements; also key-value buckets.
    Ack,
    /// Replication and votes; also object stores.
    Replicate,
    /// Deliveries; also work queues and crowns.
    Deliver,
    /// Mirrors and sources.
    Mirror,
    /// API requests and replies.
    Control,
    /// Faults.
    Fault,
    /// Text on a filled mark of any of the kinds above.
    OnMark,
    /// A subject's tint in a tape, 0 to 5.
    Tint(u8),
}
