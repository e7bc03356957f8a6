//! Closures of one type. Every closure has a type of its own, and Leptos makes all that it does with one
//! anew for each type: kilobytes of WebAssembly per closure. Boxed, they share it.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

/// A part of the page that is drawn again when a signal it reads changes.
pub(crate) fn live<V: IntoAny>(
    mut view: impl FnMut() -> V + Send + 'static,
) -> Box<dyn FnMut() -> AnyView + Send> {
    Box::new(move || view().into_any())
}

/// The value of an attribute that is set again when a signal it reads changes.
pub(crate) fn changing<T>(
    value: impl FnMut() -> T + Send + 'static,
) -> Box<dyn FnMut() -> T + Send> {
    Box::new(value)
}

/// What a click does.
pub(crate) fn does(act: impl FnMut(MouseEvent) + 'static) -> Box<dyn FnMut(MouseEvent)> {
    Box::new(act)
}
