//! The branches of history: every future that was left by acting in the past.

use leptos::prelude::*;

use crate::view::PlayerCommand;
use crate::view::frame::BranchInfo;
use crate::view::text::seconds;

use super::engine::Ctx;
use super::erased::{changing, does, live};
use super::icon::Icon;
use super::popover::Popover;

/// The button with the branch's name, and the list it opens.
#[component]
pub(crate) fn Branches() -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let branches = Memo::new(move |_| ctx.frame.read().transport.branches.clone());
    let chosen = RwSignal::new(0);
    let current = move |branches: &Vec<BranchInfo>| {
        let found = branches.iter().find(|branch| branch.current);
        found.map_or_else(String::new, |branch| branch.name.clone())
    };
    let button = view! {
        {Icon::Branch.view()}
        <span class="branches__name" class:many=move || branches.with(|all| all.len() > 1)>
            {live(move || branches.with(current))}
        </span>
    }
    .into_any();
    let name = Signal::derive(move || {
        branches.with(|all| {
            Some(format!("Branch {} of {} of history: list them", current(all), all.len()))
        })
    });
    view! {
        <Popover class="branches" button=button name=name done=chosen>
            <div class="branches__list" role="group" aria-label="Branches of history" data-testid="branches">
                {live(move || {
                    branches
                        .get()
                        .into_iter()
                        .map(|branch| {
                            let id = branch.id;
                            let left = branch.from.map_or_else(
                                || "from the beginning".to_owned(),
                                |(_, at)| format!("left at {}", seconds(at, false)),
                            );
                            view! {
                                <button
                                    type="button"
                                    class="branches__item"
                                    aria-current=branch.current.then_some("true")
                                    on:click=does(move |_| {
                                        ctx.send(PlayerCommand::SwitchBranch(id));
                                        chosen.update(|count| *count += 1);
                                    })
                                >
                                    <b>{branch.name}</b>
                                    <span>{branch.what}</span>
                                    <small>{format!("{left}, goes to {}", seconds(branch.end, false))}</small>
                                </button>
                            }
                        })
                        .collect_view()
                })}
                <p class="quiet" hidden=changing(move || branches.with(|all| all.len() > 1))>
                    "Step back and do something else: this course of events stays here, the new one is added."
                </p>
            </div>
        </Popover>
    }
    .into_any()
}
