//! Points, boxes and labels. Units are CSS pixels of the drawing's view box.

use crate::view::palette::Token;

/// A place.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Downwards.
    pub y: f64,
}

/// An upright box.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

/// Which point of a label its place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// How a label is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextStyle {
    /// A cluster's name: 13 px, bold.
    Title,
    /// An app's name: 12 px, semi-bold.
    Name,
    /// A server's, stream's or sequence's name: 11 px, fixed width, semi-bold.
    Mono,
    /// A remark: 11 px.
    Small,
    /// A remark in fixed width: 11 px.
    SmallMono,
}

/// A piece of text. A label that would run into a more important one is not in the frame at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// The words.
    pub text: String,
    /// Where: the base line, at the point that `anchor` says.
    pub at: Point,
    /// Which point of the text that is.
    pub anchor: Anchor,
    /// How it is written.
    pub style: TextStyle,
    /// Its colour.
    pub tone: Token,
}

/// A label on a rounded plate.
#[derive(Debug, Clone, PartialEq)]
pub struct Pill {
    /// The plate.
    pub rect: Rect,
    /// The words on it.
    pub label: Label,
}

impl Point {
    /// A place.
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// The distance to another place.
    pub fn distance(self, other: Self) -> f64 {
        Self::new(self.x - other.x, self.y - other.y).length()
    }

    /// The distance from the origin.
    pub fn length(self) -> f64 {
        (self.x * self.x + self.y * self.y).sqrt()
    }

    /// The same direction with length 1; to the right if it has none.
    pub fn unit(self) -> Self {
        let length = self.length();
        if length > 0.0 { Self::new(self.x / length, self.y / length) } else { Self::new(1.0, 0.0) }
    }

    /// The place between this (0) and another (1).
    pub fn lerp(self, other: Self, t: f64) -> Self {
        Self::new(self.x + (other.x - self.x) * t, self.y + (other.y - self.y) * t)
    }
}

impl Rect {
    /// A box.
    pub const fn new(x: f64, y: f64, w: f64, h: f64) -> Self {
        Self { x, y, w, h }
    }

    /// Its right edge.
    pub fn right(&self) -> f64 {
        self.x + self.w
    }

    /// Its lower edge.
    pub fn bottom(&self) -> f64 {
        self.y + self.h
    }

    /// Its middle.
    pub fn centre(&self) -> Point {
        Point::new(self.x + self.w / 2.0, self.y + self.h / 2.0)
    }

    /// The box that is larger by so much on every side.
    pub fn grow(&self, by: f64) -> Self {
        Self::new(self.x - by, self.y - by, self.w + 2.0 * by, self.h + 2.0 * by)
    }

    /// Whether two boxes have a part in common; touching is not enough.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.x < other.right()
            && other.x < self.right()
            && self.y < other.bottom()
            && other.y < self.bottom()
    }

    /// Whether another box lies within this one.
    pub fn contains(&self, other: &Self) -> bool {
        self.x <= other.x
            && self.y <= other.y
            && self.right() >= other.right()
            && self.bottom() >= other.bottom()
    }
}

impl TextStyle {
    /// The size of the type in pixels; nothing is below 11.
    pub const fn size(self) -> f64 {
        match self {
            Self::Title => 13.0,
            Self::Name => 12.0,
            Self::Mono | Self::Small | Self::SmallMono => 11.0,
        }
    }

    /// The weight of the type.
    pub const fn weight(self) -> u16 {
        match self {
            Self::Title => 650,
            Self::Name | Self::Mono => 600,
            Self::Small | Self::SmallMono => 450,
        }
    }

    /// Whether it is set in the fixed-width face.
    pub const fn is_mono(self) -> bool {
        matches!(self, Self::Mono | Self::SmallMono)
    }

    /// About how wide a text will be; rather too wide than too narrow.
    pub fn width(self, text: &str) -> f64 {
        let em = if self.is_mono() { 0.61 } else { 0.57 };
        text.chars().count() as f64 * self.size() * em
    }
}

impl Label {
    /// The box the text fills.
    pub fn rect(&self) -> Rect {
        let (w, size) = (self.style.width(&self.text), self.style.size());
        let x = match self.anchor {
            Anchor::Start => self.at.x,
            Anchor::Middle => self.at.x - w / 2.0,
            Anchor::End => self.at.x - w,
        };
        Rect::new(x, self.at.y - size * 0.8, w, size)
    }
}
