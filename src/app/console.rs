//! The console: a prompt that understands the `nats` command language.

use leptos::html::{Div, Input as InputElement};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::console::{LineKind, State};

use super::engine::Ctx;
use super::erased::{changing, does, live};
use super::icon::Icon;
use super::saving::save;

/// The console panel.
#[component]
pub(crate) fn Console(
    /// The input, so that a key can put the cursor there.
    input: NodeRef<InputElement>,
    /// Whether the output is shown.
    open: RwSignal<bool>,
) -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let line = RwSignal::new(String::new());
    let options = RwSignal::new(Vec::<String>::new());
    let output = NodeRef::<Div>::new();
    let printed = Memo::new(move |_| {
        ctx.console.track();
        ctx.printed()
            .into_iter()
            .map(|(entry, output)| {
                let running = matches!(output.state, State::Running | State::Listening);
                let lines: Vec<(LineKind, String)> =
                    output.lines.into_iter().map(|line| (line.kind, line.text)).collect();
                // What was got can be saved.
                let got = (!running).then(|| ctx.got_by(entry.position)).flatten();
                let got = got.map(|(name, _)| (entry.position, name));
                (entry.client, entry.line, lines, running, got)
            })
            .collect::<Vec<_>>()
    });
    Effect::new(move |_| {
        printed.track();
        if let Some(output) = output.get() {
            request_animation_frame(move || output.set_scroll_top(output.scroll_height()));
        }
    });
    Effect::new(move |_| {
        let Some(text) = ctx.prompt.get() else { return };
        ctx.prompt.set(None);
        line.set(text);
        open.set(true);
        if let Some(input) = input.get() {
            let _ = input.focus();
        }
    });
    let submit = move || {
        let text = line.get_untracked();
        options.set(Vec::new());
        if !text.trim().is_empty() {
            open.set(true);
            line.set(String::new());
            ctx.enter(&text);
        }
    };
    let complete = move || {
        let text = line.get_untracked();
        let (start, found, common) = ctx.complete(&text);
        if !common.is_empty() && start <= text.len() {
            line.set(format!("{}{common}", &text[..start]));
        }
        options.set(if found.len() > 1 { found } else { Vec::new() });
    };
    let on_key = move |event: web_sys::KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            event.prevent_default();
            submit();
        }
        "Tab" if !event.shift_key() && !line.get_untracked().is_empty() => {
            event.prevent_default();
            complete();
        }
        "ArrowUp" | "ArrowDown" => {
            event.prevent_default();
            let older = event.key() == "ArrowUp";
            if let Some(found) = ctx.recall(&line.get_untracked(), older) {
                line.set(found);
            }
        }
        "c" if event.ctrl_key() => ctx.interrupt(),
        "Escape" => {
            options.set(Vec::new());
            open.set(false);
            if let Some(input) = input.get_untracked() {
                let _ = input.blur();
            }
        }
        _ => {}
    };
    view! {
        <section class="console" class:open=changing(move || open.get()) aria-label="Console">
            <div
                class="console__out"
                node_ref=output
                data-testid="console-output"
                role="log"
                tabindex="0"
                aria-label="Console output"
                hidden=changing(move || !open.get())
            >
                <p class="console__line hint" hidden=changing(move || !printed.with(Vec::is_empty))>
                    "The nats command line, as the application cli types it. Try: pub orders.new hello · stream info ORDERS · help"
                </p>
                {live(move || {
                    printed
                        .get()
                        .into_iter()
                        .map(|(client, typed, lines, running, got)| {
                            view! {
                                <div class="console__entry">
                                    <div class="console__typed">
                                        <span class="console__prompt">{format!("{client}>")}</span>
                                        {typed}
                                    </div>
                                    {lines
                                        .into_iter()
                                        .map(|(kind, text)| {
                                            let class = match kind {
                                                LineKind::Plain => "console__line",
                                                LineKind::Error => "console__line error",
                                                LineKind::Hint => "console__line hint",
                                            };
                                            view! { <div class=class>{text}</div> }
                                        })
                                        .collect_view()}
                                    {got.map(|(position, name)| save_button(ctx, position, &name))}
                                    {running.then(|| view! { <div class="console__line hint">"…"</div> })}
                                </div>
                            }
                        })
                        .collect_view()
                })}
            </div>
            <div class="console__options" hidden=changing(move || options.with(Vec::is_empty)) data-testid="console-options">
                {live(move || options.get().into_iter().map(|option| view! { <span>{option}</span> }).collect_view())}
            </div>
            <div class="console__row">
                <label class="console__label" for="console-input">"nats"</label>
                <input
                    id="console-input"
                    class="console__input"
                    type="text"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    placeholder="pub orders.new '{\"id\":101}'   (help lists the commands, Tab completes)"
                    node_ref=input
                    prop:value=changing(move || line.get())
                    on:input=move |event| {
                        options.set(Vec::new());
                        line.set(event_target_value(&event));
                    }
                    on:keydown=on_key
                    on:focus=move |_| open.set(true)
                />
                <button
                    type="button"
                    class="console__toggle"
                    aria-expanded=changing(move || open.get().to_string())
                    aria-label=changing(move || if open.get() { "Hide the console's output" } else { "Show the console's output" })
                    title=changing(move || if open.get() { "Hide the output" } else { "Show the output" })
                    on:click=does(move |_| open.update(|open| *open = !*open))
                >
                    {Icon::Up.view()}
                </button>
                <span class="status" data-testid="status">
                    {live(move || {
                        ctx.frame
                            .with(|frame| {
                                let status = &frame.status;
                                format!("seed {} · {} events · {}", status.seed, status.events, status.digest)
                            })
                    })}
                </span>
            </div>
        </section>
    }
    .into_any()
}

/// Saves the object that a line got.
fn save_button(ctx: Ctx, position: u64, name: &str) -> AnyView {
    let download = move |_| {
        if let Some((name, chunks)) = ctx.got_by(position) {
            spawn_local(save(name, chunks, Box::new(|_| true)));
        }
    };
    view! {
        <button type="button" class="btn" data-testid="console-save" on:click=does(download)>
            {format!("Download {name}")}
        </button>
    }
    .into_any()
}
