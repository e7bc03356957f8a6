//! Room for labels: who came first keeps it, who comes later gets what is left or nothing.
//!
//! Labels are offered in the order of their importance; one that would run over something is left
//! out of the frame (it is still in the inspector).

use super::frame::{Anchor, Label, Pill, Point, Rect, TextStyle};
use super::palette::Token;

/// What is taken so far.
#[derive(Debug, Clone, Default)]
pub struct Room {
    bounds: Rect,
    taken: Vec<Rect>,
}

impl Room {
    /// An empty room.
    pub fn new(bounds: Rect) -> Self {
        Self { bounds, taken: Vec::new() }
    }

    /// Takes a place without asking: something solid stands there.
    pub fn take(&mut self, rect: Rect) {
        self.taken.push(rect);
    }

    /// Takes the place of a label that is there.
    pub fn taken_by(&mut self, label: Option<&Label>) {
        self.taken.extend(label.map(Label::rect));
    }

    /// Whether a place is free.
    pub fn is_free(&self, rect: &Rect) -> bool {
        self.bounds.contains(rect) && !self.taken.iter().any(|taken| taken.overlaps(rect))
    }

    /// Takes a place if it is free.
    pub fn try_take(&mut self, rect: Rect) -> bool {
        let free = self.is_free(&rect);
        if free {
            self.take(rect);
        }
        free
    }

    /// The label, if there is room for it.
    pub fn label(&mut self, label: Label) -> Option<Label> {
        self.try_take(label.rect()).then_some(label)
    }

    /// A plate with a text around a point, at the first of a few places where there is room:
    /// right above, left above, right below, left below, above, below.
    pub fn plate(&mut self, at: Point, text: &str, tone: Token) -> Option<Pill> {
        let (w, h) = (TextStyle::SmallMono.width(text) + 12.0, 18.0);
        [
            (at.x + 9.0, at.y - h - 5.0),
            (at.x - w - 9.0, at.y - h - 5.0),
            (at.x + 9.0, at.y + 5.0),
            (at.x - w - 9.0, at.y + 5.0),
            (at.x - w / 2.0, at.y - h - 12.0),
            (at.x - w / 2.0, at.y + 12.0),
        ]
        .into_iter()
        .map(|(x, y)| Rect::new(x, y, w, h))
        .find(|rect| self.try_take(*rect))
        .map(|rect| pill(rect, text, tone))
    }

    /// A plate with its middle at a point, if there is room.
    pub fn plate_at(&mut self, at: Point, text: &str, tone: Token) -> Option<Pill> {
        let (w, h) = (TextStyle::SmallMono.width(text) + 14.0, 18.0);
        let rect = Rect::new(at.x - w / 2.0, at.y - h / 2.0, w, h);
        self.try_take(rect).then(|| pill(rect, text, tone))
    }
}

/// A plate with its middle at a point, whatever else is there.
pub fn plate(at: Point, text: &str, tone: Token) -> Pill {
    let (w, h) = (TextStyle::SmallMono.width(text) + 14.0, 18.0);
    pill(Rect::new(at.x - w / 2.0, at.y - h / 2.0, w, h), text, tone)
}

fn pill(rect: Rect, text: &str, tone: Token) -> Pill {
    let at = Point::new(rect.centre().x, rect.y + 13.0);
    let style = TextStyle::SmallMono;
    Pill { rect, label: Label { text: text.to_owned(), at, anchor: Anchor::Middle, style, tone } }
}

/// As much of a text as fits into a width, with an ellipsis where something is missing.
pub fn fit(text: &str, style: TextStyle, width: f64) -> String {
    if style.width(text) <= width {
        return text.to_owned();
    }
    let mut kept: String = text.to_owned();
    while !kept.is_empty() {
        kept.pop();
        let shortened = format!("{}…", kept.trim_end());
        if style.width(&shortened) <= width {
            return shortened;
        }
    }
    String::new()
}

/// The same for a name, of which beginning and end say most: the middle is left out.
pub fn fit_name(name: &str, style: TextStyle, width: f64) -> String {
    if style.width(name) <= width {
        return name.to_owned();
    }
    let chars: Vec<char> = name.chars().collect();
    let cut = |kept: usize| -> String {
        let (head, tail) = (kept.div_ceil(2), kept / 2);
        let (head, tail) = (chars.iter().take(head), chars.iter().skip(chars.len() - tail));
        head.chain(&['…']).chain(tail).collect()
    };
    let kept = (1..chars.len()).rev().map(cut);
    kept.into_iter().find(|cut| style.width(cut) <= width).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_label_gives_way() {
        let mut room = Room::new(Rect::new(0.0, 0.0, 200.0, 100.0));
        let at = |x| Label {
            text: "ORDERS".into(),
            at: Point::new(x, 50.0),
            anchor: Anchor::Start,
            style: TextStyle::Mono,
            tone: Token::Text,
        };
        assert!(room.label(at(10.0)).is_some());
        assert!(room.label(at(20.0)).is_none());
        assert!(room.label(at(100.0)).is_some());
        assert!(room.label(at(190.0)).is_none(), "it would leave the view");
    }

    #[test]
    fn a_plate_goes_where_there_is_room() {
        let mut room = Room::new(Rect::new(0.0, 0.0, 100.0, 100.0));
        let first = room.plate(Point::new(90.0, 50.0), "seq 5", Token::Text);
        assert!(first.is_some_and(|pill| pill.rect.right() < 90.0), "left of it");
        let mut tiny = Room::new(Rect::new(0.0, 0.0, 20.0, 20.0));
        assert!(tiny.plate(Point::new(10.0, 10.0), "orders.new", Token::Text).is_none());
    }

    #[test]
    fn a_text_is_cut_to_its_room() {
        assert_eq!(fit("ORDERS", TextStyle::Mono, 100.0), "ORDERS");
        let cut = fit("orders.new.and.more", TextStyle::Mono, 60.0);
        assert!(cut.ends_with('…') && TextStyle::Mono.width(&cut) <= 60.0, "{cut}");
        let cut = fit_name("HIGH-VALUE-ORDERS", TextStyle::Mono, 80.0);
        assert!(cut.starts_with("HIGH-") && cut.ends_with("DERS"), "{cut}");
        assert!(TextStyle::Mono.width(&cut) <= 80.0 && cut.contains('…'), "{cut}");
        assert_eq!(fit_name("ORDERS", TextStyle::Mono, 100.0), "ORDERS");
    }
}
