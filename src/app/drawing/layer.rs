//! Keeping the elements of a page in step with the shapes they are to show.

use leptos::prelude::document;
use web_sys::{Element, Node};

use super::Shape;

/// An element of the page, and the shape it was last given.
struct Drawn {
    element: Element,
    /// Without its children: they are `children`.
    shape: Shape,
    children: Vec<Self>,
}

/// What an element of the page holds.
pub(crate) struct Layer {
    root: Element,
    drawn: Vec<Drawn>,
}

impl Layer {
    /// An element that is empty, to be filled.
    pub(crate) const fn new(root: Element) -> Self {
        Self { root, drawn: Vec::new() }
    }

    /// Makes the element hold just these shapes.
    pub(crate) fn show(&mut self, shapes: Vec<Shape>) {
        reconcile(&self.root, &mut self.drawn, shapes);
    }
}

/// Gives each shape the element that showed the same thing before, or a new one, in order. What is
/// no longer shown goes first, so that what stays need not be moved: moving takes the focus away.
fn reconcile(parent: &Element, drawn: &mut Vec<Drawn>, shapes: Vec<Shape>) {
    let mut before: Vec<Option<Drawn>> = std::mem::take(drawn).into_iter().map(Some).collect();
    let mut next = 0;
    let found: Vec<(Shape, Option<Drawn>)> = shapes
        .into_iter()
        .map(|shape| {
            let same = |old: &Option<Drawn>| {
                old.as_ref()
                    .is_some_and(|old| old.shape.tag == shape.tag && old.shape.key == shape.key)
            };
            // Nearly always the next one; else it is looked for everywhere.
            let at = match before.get(next) {
                Some(old) if same(old) => Some(next),
                _ => before.iter().position(same),
            };
            let old = at.and_then(|at| {
                next = at + 1;
                before.get_mut(at).and_then(Option::take)
            });
            (shape, old)
        })
        .collect();
    for gone in before.into_iter().flatten() {
        gone.element.remove();
    }
    let mut place = parent.first_child();
    for (shape, old) in found {
        let Some(now) = old.map_or_else(|| create(parent, &shape), Some) else { continue };
        let node: &Node = now.element.as_ref();
        if place.as_ref() == Some(node) {
            place = node.next_sibling();
        } else {
            let _ = parent.insert_before(node, place.as_ref());
        }
        drawn.push(now.give(shape));
    }
}

/// A bare element for a shape, of the same kind of document as its parent. The page's own names are
/// always allowed, so there is one.
fn create(parent: &Element, shape: &Shape) -> Option<Drawn> {
    let space = parent.namespace_uri();
    let element = document().create_element_ns(space.as_deref(), shape.tag).ok()?;
    let mut bare = Shape::new(shape.tag);
    bare.key.clone_from(&shape.key);
    Some(Drawn { element, shape: bare, children: Vec::new() })
}

impl Drawn {
    /// Makes the element show a shape, by changing what differs.
    fn give(mut self, mut shape: Shape) -> Self {
        for (name, value) in &shape.attributes {
            let had = self.shape.attributes.iter().find(|(other, _)| other == name);
            if had.is_none_or(|(_, old)| old != value) {
                let _ = self.element.set_attribute(name, value);
            }
        }
        for (name, _) in &self.shape.attributes {
            if !shape.attributes.iter().any(|(other, _)| other == name) {
                let _ = self.element.remove_attribute(name);
            }
        }
        if self.shape.text != shape.text {
            self.element.set_text_content(Some(&shape.text));
        }
        let children = std::mem::take(&mut shape.children);
        reconcile(&self.element, &mut self.children, children);
        self.shape = shape;
        self
    }
}
