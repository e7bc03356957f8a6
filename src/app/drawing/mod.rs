//! Drawings that stay: what is drawn from data each moment, put into the page by changing only what
//! differs. An element that stands for the same thing stays the same element, so that the focus, a
//! pointer above it and a screen reader stay with it, and a moment in which little changes costs
//! little. Leptos views made from lists set every attribute anew each time, which loses the focus.

mod layer;
mod shape;

use leptos::prelude::*;
use leptos::svg::G;

use layer::Layer;
pub(crate) use shape::{Shape, classes};

/// A group of a drawing that shows these shapes, at every moment.
#[component]
pub(crate) fn Drawing(
    /// What is to be seen; runs again when a signal it reads changes.
    shapes: impl Fn() -> Vec<Shape> + 'static,
    /// Its class.
    #[prop(default = "")]
    class: &'static str,
) -> impl IntoView {
    let group = NodeRef::<G>::new();
    Effect::new(move |layer: Option<Option<Layer>>| {
        let root = group.get();
        let mut layer = layer.flatten().or_else(|| Some(Layer::new(root?.into())))?;
        layer.show(shapes());
        Some(layer)
    });
    view! { <g class=class node_ref=group></g> }.into_any()
}
