//! The colour tokens: one table for both themes. `style/tokens.css` is compared with it by a test,
//! and other tests compute that text has a contrast of at least 4.5:1 and marks of at least 3:1.

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
    /// The dot grid behind the stage.
    Grid,
    /// Hairlines that carry no meaning.
    Line,
    /// Outlines of panels and buttons.
    Line2,
    /// Lines that carry meaning: links, outlines of servers, lanes.
    Edge,
    /// Text.
    Text,
    /// Less important text.
    Muted,
    /// Least important text; still readable.
    Faint,
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
    /// Text on a filled mark of any of the kinds above, or on a tint.
    OnMark,
    /// A subject's tint in a tape, 0 to 5.
    Tint(u8),
}

/// How many tints there are for subjects.
pub const TINTS: u8 = 6;

/// What a token must be good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// It lies under everything else.
    Surface,
    /// It carries no meaning.
    Decoration,
    /// It must be seen on every surface: 3:1.
    Mark,
    /// It must be read on every surface: 4.5:1.
    Text,
    /// It must be read on every coloured mark: 4.5:1.
    OnMark,
}

impl Token {
    /// All tokens.
    pub const ALL: [Self; 25] = [
        Self::Bg,
        Self::Panel,
        Self::Panel2,
        Self::Raise,
        Self::Grid,
        Self::Line,
        Self::Line2,
        Self::Edge,
        Self::Text,
        Self::Muted,
        Self::Faint,
        Self::Publish,
        Self::Ack,
        Self::Replicate,
        Self::Deliver,
        Self::Mirror,
        Self::Control,
        Self::Fault,
        Self::OnMark,
        Self::Tint(0),
        Self::Tint(1),
        Self::Tint(2),
        Self::Tint(3),
        Self::Tint(4),
        Self::Tint(5),
    ];

    /// Name, duty, and colour in the dark and the light theme as `0xRRGGBB`.
    const fn row(self) -> (&'static str, Duty, u32, u32) {
        match self {
            Self::Bg => ("--bg", Duty::Surface, 0x0a_0f1c, 0xf4_f6fb),
            Self::Panel => ("--panel", Duty::Surface, 0x11_1930, 0xff_ffff),
            Self::Panel2 => ("--panel2", Duty::Surface, 0x0e_1528, 0xfa_fbfe),
            Self::Raise => ("--raise", Duty::Surface, 0x18_223d, 0xee_f2fb),
            Self::Grid => ("--grid", Duty::Decoration, 0x13_1c34, 0xe9_eef8),
            Self::Line => ("--line", Duty::Decoration, 0x23_3054, 0xdd_e4f2),
            Self::Line2 => ("--line2", Duty::Decoration, 0x2f_3f6b, 0xc3_cee5),
            Self::Edge => ("--edge", Duty::Mark, 0x68_7bb0, 0x71_81a6),
            Self::Text => ("--text", Duty::Text, 0xe8_eeff, 0x13_1b30),
            Self::Muted => ("--muted", Duty::Text, 0x9f_aed2, 0x4d_5c82),
            Self::Faint => ("--faint", Duty::Text, 0x82_93bf, 0x5c_6b92),
            Self::Publish => ("--publish", Duty::Text, 0x5a_a9ff, 0x15_62c9),
            Self::Ack => ("--ack", Duty::Text, 0x3d_dc97, 0x07_734a),
            Self::Replicate => ("--replicate", Duty::Text, 0xb4_8cff, 0x74_3fd0),
            Self::Deliver => ("--deliver", Duty::Text, 0xff_c857, 0x8a_5700),
            Self::Mirror => ("--mirror", Duty::Text, 0xff_8fb1, 0xc2_275a),
            Self::Control => ("--control", Duty::Text, 0x8f_a3c7, 0x52_6287),
            Self::Fault => ("--fault", Duty::Text, 0xff_6b6b, 0xc6_2424),
            Self::OnMark => ("--on-mark", Duty::OnMark, 0x06_0c18, 0xff_ffff),
            Self::Tint(0) => ("--tint-0", Duty::Mark, 0x5a_a9ff, 0x15_62c9),
            Self::Tint(1) => ("--tint-1", Duty::Mark, 0x3d_dc97, 0x07_734a),
            Self::Tint(2) => ("--tint-2", Duty::Mark, 0xff_c857, 0x8a_5700),
            Self::Tint(3) => ("--tint-3", Duty::Mark, 0xff_8fb1, 0xc2_275a),
            Self::Tint(4) => ("--tint-4", Duty::Mark, 0xb4_8cff, 0x74_3fd0),
            Self::Tint(_) => ("--tint-5", Duty::Mark, 0x4f_d6e8, 0x0b_6e80),
        }
    }

    /// The name of its custom property.
    pub const fn css(self) -> &'static str {
        self.row().0
    }

    /// What it must be good for.
    pub const fn duty(self) -> Duty {
        self.row().1
    }

    /// Its colour in the dark theme, `0xRRGGBB`.
    pub const fn dark(self) -> u32 {
        self.row().2
    }

    /// Its colour in the light theme, `0xRRGGBB`.
    pub const fn light(self) -> u32 {
        self.row().3
    }

    /// A use of it in CSS or SVG: `var(--publish)`.
    pub fn var(self) -> String {
        format!("var({})", self.css())
    }

    /// The tint of a subject: the same for the same subject, always and everywhere.
    pub fn of_subject(subject: &str) -> Self {
        // FNV-1a, folded once more because its low bits are weak for short texts. The factor is one of
        // many good ones: with it the subjects of the first scenes get tints that differ well.
        let hash = subject.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
            (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3)
        });
        let folded = (hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e917) >> 40;
        Self::Tint(u8::try_from(folded % u64::from(TINTS)).unwrap_or(0))
    }
}

/// The contrast between two colours as WCAG 2 defines it, 1 to 21.
pub fn contrast(a: u32, b: u32) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Relative luminance, 0 to 1.
fn luminance(colour: u32) -> f64 {
    let channel = |shift: u32| {
        let c = f64::from(colour >> shift & 0xff) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(16) + 0.7152 * channel(8) + 0.0722 * channel(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_marks_are_seen_on_every_surface() {
        for theme in [Token::dark, Token::light] {
            for token in Token::ALL {
                let least = match token.duty() {
                    Duty::Mark => 3.0,
                    Duty::Text => 4.5,
                    _ => continue,
                };
                for under in Token::ALL.into_iter().filter(|t| t.duty() == Duty::Surface) {
                    let ratio = contrast(theme(token), theme(under));
                    assert!(ratio >= least, "{token:?} on {under:?}: {ratio:.2}");
                }
            }
        }
    }

    #[test]
    fn text_on_marks_is_readable() {
        let marks = [Token::Publish, Token::Ack, Token::Replicate, Token::Deliver];
        let more = [Token::Mirror, Token::Control, Token::Fault];
        let tints = (0..TINTS).map(Token::Tint);
        for theme in [Token::dark, Token::light] {
            for mark in marks.into_iter().chain(more).chain(tints.clone()) {
                let ratio = contrast(theme(Token::OnMark), theme(mark));
                assert!(ratio >= 4.5, "on {mark:?}: {ratio:.2}");
            }
        }
    }

    #[test]
    fn the_style_sheet_has_exactly_these_colours() {
        let css = include_str!("../../style/tokens.css");
        for token in Token::ALL {
            let mark = format!("{}:", token.css());
            let mut found: Vec<&str> = css
                .match_indices(&mark)
                .filter_map(|(at, _)| css[at + mark.len()..].split(';').next())
                .map(str::trim)
                .collect();
            found.sort_unstable();
            found.dedup();
            let mut wanted = [format!("#{:06x}", token.dark()), format!("#{:06x}", token.light())];
            wanted.sort_unstable();
            let mut wanted = wanted.to_vec();
            wanted.dedup();
            assert_eq!(found, wanted, "{token:?}");
        }
    }

    #[test]
    fn a_subject_keeps_its_tint_and_subjects_spread_over_all() {
        let tints: std::collections::BTreeSet<_> =
            (0..40).map(|n| Token::of_subject(&format!("orders.{n}"))).collect();
        assert_eq!(tints.len(), usize::from(TINTS));
        assert_ne!(Token::of_subject("orders.new"), Token::of_subject("orders.paid"));
    }
}
