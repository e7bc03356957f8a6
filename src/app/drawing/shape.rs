//! What is to be seen: elements with attributes, as data.

use std::borrow::Cow;

use crate::view::frame::{Anchor, Label, Point, Rect};

/// An element of a drawing, and what is in it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shape {
    /// The element's name.
    pub(super) tag: &'static str,
    /// What it stands for, if it must stay the same element when others come and go before it.
    pub(super) key: Option<String>,
    /// Attributes, in the order in which they were said.
    pub(super) attributes: Vec<(&'static str, Cow<'static, str>)>,
    /// The text in it, if it has no children.
    pub(super) text: String,
    /// What is in it.
    pub(super) children: Vec<Self>,
}

impl Shape {
    /// An element with nothing said about it.
    pub(crate) const fn new(tag: &'static str) -> Self {
        Self { tag, key: None, attributes: Vec::new(), text: String::new(), children: Vec::new() }
    }

    /// A group of a class.
    pub(crate) fn group(class: &'static str) -> Self {
        Self::new("g").with("class", class)
    }

    /// A path of a class.
    pub(crate) fn path(class: &'static str, d: impl Into<Cow<'static, str>>) -> Self {
        Self::new("path").with("class", class).with("d", d)
    }

    /// A box.
    pub(crate) fn rect(class: &'static str, rect: Rect, corner: f64) -> Self {
        let shape = Self::new("rect").with("class", class).at("x", rect.x).at("y", rect.y);
        shape.at("width", rect.w.max(0.0)).at("height", rect.h.max(0.0)).at("rx", corner)
    }

    /// A circle.
    pub(crate) fn circle(centre: Point, radius: f64) -> Self {
        Self::new("circle").at("cx", centre.x).at("cy", centre.y).at("r", radius)
    }

    /// A line.
    pub(crate) fn line(class: &'static str, a: Point, b: Point) -> Self {
        let shape = Self::new("line").with("class", class);
        shape.at("x1", a.x).at("y1", a.y).at("x2", b.x).at("y2", b.y)
    }

    /// A piece of text. Screen readers are told what a drawing shows by its parts' names.
    pub(crate) fn label(label: &Label) -> Self {
        let anchor = match label.anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        Self::new("text")
            .with("aria-hidden", "true")
            .at("x", label.at.x)
            .at("y", label.at.y)
            .with("text-anchor", anchor)
            .with("class", if label.style.is_mono() { "mono" } else { "sans" })
            .at("font-size", label.style.size())
            .with("font-weight", label.style.weight().to_string())
            .with("fill", label.tone.var())
            .says(label.text.clone())
    }

    /// The same element wherever it stands among its siblings.
    pub(crate) fn keyed(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// With an attribute.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    /// With a number as an attribute, to a tenth of a pixel.
    pub(crate) fn at(self, name: &'static str, value: f64) -> Self {
        let rounded = (value * 10.0).round();
        // Whole numbers are the most of them; a drawing is read by people too.
        if rounded % 10.0 == 0.0 {
            return self.with(name, format!("{}", (rounded / 10.0) as i64));
        }
        self.with(name, format!("{value:.1}"))
    }

    /// With a share between 0 and 1 as an attribute.
    pub(crate) fn share(self, name: &'static str, value: f64) -> Self {
        self.with(name, format!("{value:.2}"))
    }

    /// With a text.
    pub(crate) fn says(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// With something in it.
    pub(crate) fn holds(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    /// With some things in it, or none.
    pub(crate) fn holds_all(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children);
        self
    }
}

/// The classes that hold, in one text.
pub(crate) fn classes(always: &str, some: &[(&str, bool)]) -> String {
    let mut all = always.to_owned();
    for (name, _) in some.iter().filter(|(_, on)| *on) {
        all.push(' ');
        all.push_str(name);
    }
    all
}
