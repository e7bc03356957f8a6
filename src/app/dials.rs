//! What of the selected thing can be more or less wrong: for each a row of values, in the inspector as
//! buttons, in the menu of the stage as items of which one is on.
//!
//! The elements stay when another value is in force, so that the focus stays on the one that was pressed.
//! One that cannot be chosen yet can be pressed all the same: then the page says why.

use leptos::prelude::*;

use crate::view::frame::{Choice, Dial};

use super::engine::Ctx;
use super::erased::{changing, does, live};
use super::faults::Tools;
use super::icon::Icon;
use super::menu::choose;

/// The rows; those of a menu close it.
pub(crate) fn dials(ctx: Ctx, menu: Option<Tools>) -> AnyView {
    let in_menu = menu.is_some();
    let now = Memo::new(move |_| ctx.frame.read().faults.dials.clone());
    // What there is to choose from, without what changes by itself.
    let offered = Memo::new(move |_| {
        let mut dials = now.get();
        for choice in dials.iter_mut().flat_map(|dial| &mut dial.choices) {
            (choice.on, choice.refused) = (false, None);
        }
        dials
    });
    let state = move |dial: usize, choice: usize| {
        let choice = |dials: &Vec<Dial>| dials.get(dial)?.choices.get(choice).cloned();
        now.with(choice).map_or((false, None), |choice| (choice.on, choice.refused))
    };
    let row = move |(d, dial): (usize, Dial)| {
        let value = |(c, Choice { text, fault, input, .. }): (usize, Choice)| {
            let label = format!("{} {text}", dial.name);
            let state = Memo::new(move |_| state(d, c));
            let on = move |here: bool| here.then(|| state.with(|(on, _)| on.to_string()));
            let refused = move || state.with(|(_, why)| why.clone());
            view! {
                <button
                    type="button"
                    class="dial__value"
                    class:danger=fault
                    role=in_menu.then_some("menuitemradio")
                    tabindex=in_menu.then_some("-1")
                    aria-label=label
                    aria-checked=changing(move || on(in_menu))
                    aria-pressed=changing(move || on(!in_menu))
                    aria-disabled=changing(move || refused().is_some().to_string())
                    title=changing(refused)
                    on:click=does(move |_| match menu {
                        Some(tools) => choose(ctx, tools, input.clone()),
                        None => ctx.act(input.clone()),
                    })
                >
                    {text}
                </button>
            }
        };
        let values = dial.choices.into_iter().enumerate().map(value).collect_view();
        view! {
            <div class="dial" role="group" aria-label=dial.name>
                <p class="dial__name" aria-hidden="true">{Icon::of_action(dial.kind).view()} {dial.name}</p>
                <div class="dial__values">{values}</div>
            </div>
        }
    };
    live(move || offered.get().into_iter().enumerate().map(row).collect_view()).into_any()
}
