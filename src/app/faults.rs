//! What is broken now, and the faults that concern more than one thing: a partition, chosen from a list or
//! drawn over the stage.

use leptos::prelude::*;

use crate::view::frame::Broken;
use crate::world::Input;

use super::engine::Ctx;
use super::erased::{changing, does, live};
use super::icon::Icon;
use super::popover::Popover;

/// What the person is about to break.
#[derive(Clone, Copy)]
pub(crate) struct Tools {
    /// Whether a cut is being drawn over the stage.
    pub(crate) cutting: RwSignal<bool>,
    /// Whether what is cut off is not told: a black hole.
    pub(crate) silent: RwSignal<bool>,
    /// Where the menu of the selected thing is open.
    pub(crate) menu: RwSignal<Option<(f64, f64)>>,
}

impl Tools {
    /// Nothing is about to be broken.
    pub(crate) fn new() -> Self {
        let (cutting, silent) = (RwSignal::new(false), RwSignal::new(false));
        Self { cutting, silent, menu: RwSignal::new(None) }
    }
}

/// The button that says how much is broken; it opens to the list and to the partition.
#[component]
pub(crate) fn FaultList() -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let tools = expect_context::<Tools>();
    let broken = Memo::new(move |_| ctx.frame.read().faults.broken.clone());
    let parties = Memo::new(move |_| ctx.frame.read().faults.parties.clone());
    let ticked = RwSignal::new(Vec::<String>::new());
    let done = RwSignal::new(0_u32);
    let button = view! {
        {Icon::Bolt.view()}
        <span>"Faults"</span>
        {live(move || {
            let count = broken.with(Vec::len);
            (count > 0).then(|| view! { <span class="fault-list__count">{format!("{count} broken")}</span> })
        })}
    }
    .into_any();
    let part = move |_| {
        let (one, other): (Vec<String>, Vec<String>) = parties
            .get_untracked()
            .into_iter()
            .partition(|name| ticked.with_untracked(|ticked| ticked.contains(name)));
        if one.is_empty() || other.is_empty() {
            return;
        }
        let silent = tools.silent.get_untracked();
        ctx.act(Input::Partition { sides: vec![one, other], silent });
        ticked.set(Vec::new());
    };
    let idle = move || {
        let count = ticked.with(Vec::len);
        count == 0 || parties.with(|all| count >= all.len())
    };
    view! {
        <Popover class="fault-list" button=button done=done>
            <section class="fault-list__part" data-testid="broken">
                <h2 class="kick">"Broken now"</h2>
                {live(move || list(ctx, broken.get()))}
                <button
                    type="button"
                    class="btn"
                    aria-disabled=changing(move || broken.with(Vec::is_empty).to_string())
                    on:click=does(move |_| {
                        if !broken.with_untracked(Vec::is_empty) {
                            ctx.act(Input::HealAll);
                        }
                    })
                >
                    {Icon::Heal.view()}
                    <span>"Heal everything"</span>
                </button>
                <p class="quiet">"What can be done to one thing: select it and press M, or right-click it."</p>
            </section>
            <section class="fault-list__part" data-testid="partition">
                <h2 class="kick">"Partition"</h2>
                <fieldset class="fault-list__sides">
                    <legend>"Cut off from the others"</legend>
                    {live(move || parties.get().into_iter().map(|name| tick(ticked, name)).collect_view())}
                </fieldset>
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=changing(move || tools.silent.get())
                        on:change=move |event| tools.silent.set(event_target_checked(&event))
                    />
                    "Nobody notices: a black hole, no reset"
                </label>
                <div class="fault-list__row">
                    <button type="button" class="btn danger" aria-disabled=changing(move || idle().to_string()) on:click=does(part)>
                        {Icon::Scissors.view()}
                        <span>"Cut off who is ticked"</span>
                    </button>
                    <button
                        type="button"
                        class="btn danger"
                        on:click=does(move |_| {
                            tools.cutting.set(true);
                            done.update(|n| *n += 1);
                        })
                    >
                        {Icon::Scissors.view()}
                        <span>"Draw a cut"</span>
                    </button>
                </div>
            </section>
        </Popover>
    }
    .into_any()
}

fn list(ctx: Ctx, broken: Vec<Broken>) -> AnyView {
    if broken.is_empty() {
        return view! { <p class="quiet">"Nothing is broken."</p> }.into_any();
    }
    let rows = broken.into_iter().map(|Broken { text, entity, mend }| {
        let label = format!("Mend: {text}");
        view! {
            <li>
                <button type="button" class="entity" on:click=does(move |_| ctx.select(Some(entity.clone())))>{text}</button>
                {mend
                    .map(|input| {
                        view! {
                            <button type="button" class="btn ghost" aria-label=label on:click=does(move |_| ctx.act(input.clone()))>
                                {Icon::Heal.view()}
                                <span>"Mend"</span>
                            </button>
                        }
                    })}
            </li>
        }
    });
    view! { <ul class="fault-list__list">{rows.collect_view()}</ul> }.into_any()
}

/// A box to tick for somebody who is to be cut off.
fn tick(ticked: RwSignal<Vec<String>>, name: String) -> impl IntoView {
    let (own, shown) = (name.clone(), name.clone());
    view! {
        <label class="check">
            <input
                type="checkbox"
                prop:checked=changing(move || ticked.with(|all| all.contains(&own)))
                on:change=move |event| {
                    let on = event_target_checked(&event);
                    ticked.update(|all| {
                        all.retain(|other| *other != name);
                        if on {
                            all.push(name.clone());
                        }
                    });
                }
            />
            {shown}
        </label>
    }
}

/// What lies over the stage while a cut is drawn: what to do, and the way out.
#[component]
pub(crate) fn CutNote() -> impl IntoView {
    let tools = expect_context::<Tools>();
    live(move || {
        tools.cutting.get().then(|| {
            let how = if tools.silent.get() { "into black holes" } else { "so that both ends notice" };
            view! {
                <p class="cut-note" role="status">
                    {Icon::Scissors.view()}
                    <span>{format!("Draw a line across links: it cuts them {how}.")}</span>
                    <button type="button" class="btn ghost" on:click=does(move |_| tools.cutting.set(false))>"Leave it (Esc)"</button>
                </p>
            }
        })
    })
}

/// Opens the list and puts the focus on it, or closes it.
pub(crate) fn toggle() {
    use wasm_bindgen::JsCast;
    let button = document().query_selector(".fault-list summary").ok().flatten();
    if let Some(button) = button.and_then(|b| b.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = button.focus();
        button.click();
    }
}
