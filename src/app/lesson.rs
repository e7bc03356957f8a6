//! The lesson panel: where one is, what there is to read, predict and do, and the way on.

use leptos::prelude::*;

use crate::view::lesson::{
    AskView, Doing, GoalView, LessonItem, LessonView, NextStep, Verdict, WordsView,
};
use crate::view::{LessonCommand, PlayerCommand};

use super::engine::Ctx;
use super::erased::{changing, does, live};
use super::lesson_code::CodePanel;
use super::options::is_framed;

/// The lesson panel.
#[component]
pub(crate) fn LessonPanel() -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let lesson = Memo::new(move |_| ctx.frame.read().lesson.clone());
    // Parts that are compared one by one, so that a part that stays keeps its elements and the focus.
    let head = Memo::new(move |_| {
        lesson
            .get()
            .map(|view| (view.order, view.minutes, view.title.clone(), view.summary.clone()))
    });
    let free = Memo::new(move |_| lesson.get().is_some_and(|view| view.is_free));
    view! {
        <section class="sec lesson__head">
            {live(move || {
                head.get()
                    .map(|(order, minutes, title, summary)| {
                        view! {
                            <p class="kick">{format!("Lesson {order} · {minutes} min")}</p>
                            <h2>{title}</h2>
                            <p class="quiet">{summary}</p>
                        }
                    })
            })}
        </section>
        {live(move || {
            free.get()
                .then(|| {
                    view! {
                        <div class="lesson__free" role="status">
                            <p>"You are trying something out. The lesson waits where you left it."</p>
                            {button(ctx, "Return to lesson", "btn pri", LessonCommand::Return)}
                        </div>
                    }
                })
        })}
        <Dots lesson=lesson/>
        <Beat lesson=lesson/>
        <Way lesson=lesson/>
        <CodePanel lesson=lesson/>
    }
    .into_any()
}

type Shown = Memo<Option<std::sync::Arc<LessonView>>>;

fn button(ctx: Ctx, text: &'static str, class: &'static str, command: LessonCommand) -> AnyView {
    view! {
        <button type="button" class=class on:click=does(move |_| ctx.send(PlayerCommand::Lesson(command)))>{text}</button>
    }
    .into_any()
}

/// The way through the lesson: a dot for each beat.
#[component]
fn Dots(lesson: Shown) -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let dots = Memo::new(move |_| lesson.get().map(|view| (view.beats.clone(), view.beat)));
    view! {
        <nav class="lesson__dots" aria-label="Steps of the lesson">
            {live(move || {
                let (beats, here) = dots.get().unwrap_or_default();
                beats
                    .into_iter()
                    .enumerate()
                    .map(|(n, beat)| {
                        let current = n == here;
                        let state = match (beat.over, beat.entered) {
                            (true, _) => "over",
                            (false, true) => "entered",
                            _ => "ahead",
                        };
                        view! {
                            <button
                                type="button"
                                class=format!("dot {state}")
                                class:here=current
                                disabled=!beat.entered
                                aria-current=current.then_some("step")
                                aria-label=format!("Step {}: {}", n + 1, beat.title)
                                title=beat.title
                                on:click=does(move |_| ctx.send(go_to(n)))
                            >
                                {if beat.over { "✓".to_owned() } else { (n + 1).to_string() }}
                            </button>
                        }
                    })
                    .collect_view()
            })}
        </nav>
    }
}

/// What there is in the beat so far.
#[component]
fn Beat(lesson: Shown) -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let heading = Memo::new(move |_| {
        lesson.get().map(|view| {
            let title = view.beats.get(view.beat).map(|beat| beat.title.clone());
            (view.beat, view.beats.len(), title.unwrap_or_default())
        })
    });
    let count = Memo::new(move |_| lesson.get().map_or(0, |view| view.items.len()));
    view! {
        <section class="lesson__beat" aria-label="This step" data-testid="beat">
            <h3>{live(move || heading.get().map(|(_, _, title)| title))}</h3>
            <p class="unseen" role="status" aria-live="polite" data-testid="beat-live">
                {live(move || {
                    heading.get().map(|(n, of, title)| format!("Step {} of {of}: {title}", n + 1))
                })}
            </p>
            {live(move || {
                let beat = heading.get().map(|(n, ..)| n);
                (0..count.get())
                    .map(|n| {
                        let item = Memo::new(move |_| {
                            let view = lesson.get()?;
                            (Some(view.beat) == beat).then(|| view.items.get(n).cloned()).flatten()
                        });
                        view! { {live(move || item.get().map(|item| draw(ctx, item)))} }
                    })
                    .collect_view()
            })}
        </section>
    }
}

fn draw(ctx: Ctx, item: LessonItem) -> AnyView {
    match item {
        LessonItem::Paragraph(words) => view! { <p>{text(ctx, words)}</p> }.into_any(),
        LessonItem::List(points) => view! {
            <ul>{points.into_iter().map(|words| view! { <li>{text(ctx, words)}</li> }).collect_view()}</ul>
        }
        .into_any(),
        LessonItem::Does(doings) => view! {
            <ul class="lesson__does" aria-label="What happens">
                {doings
                    .into_iter()
                    .map(|doing| match doing {
                        Doing::Typed(line) => view! { <li><code>{whole_words(&line)}</code></li> }.into_any(),
                        Doing::Said(text) => view! { <li>{text}</li> }.into_any(),
                        Doing::Fault(text) => view! { <li class="fault">{text}</li> }.into_any(),
                    })
                    .collect_view()}
            </ul>
        }
        .into_any(),
        LessonItem::Ask(asked) => ask(ctx, asked),
        LessonItem::Goal(set) => goal(ctx, set),
        LessonItem::Failed(why) => view! {
            <p class="lesson__failed">
                {format!("This did not come as the lesson expects: {why}. Your own way is fine; step back to see the lesson's.")}
            </p>
        }
        .into_any(),
    }
}

/// A command that is broken between its words only, not behind a dash.
fn whole_words(line: &str) -> AnyView {
    let words = line
        .split_inclusive(' ')
        .map(|word| view! { <span class="whole">{word.to_owned()}</span> });
    words.collect_view().into_any()
}

/// Words; those that stand for a thing light it up.
fn text(ctx: Ctx, words: Vec<WordsView>) -> AnyView {
    words
        .into_iter()
        .map(|words| {
            let WordsView { text, strong, emphasis, code, entity, url } = words;
            let class = match (strong, emphasis, code) {
                (true, ..) => "strong",
                (_, true, _) => "em",
                (.., true) => "code",
                _ => "",
            };
            match (entity, url) {
                (Some(entity), _) => {
                    let (over, focus, chosen) = (entity.clone(), entity.clone(), entity);
                    let hover = move |entity| ctx.send(PlayerCommand::Hover(entity));
                    view! {
                        <button
                            type="button"
                            class=format!("word {class}")
                            on:pointerenter=move |_| hover(Some(over.clone()))
                            on:pointerleave=move |_| hover(None)
                            on:focus=move |_| hover(Some(focus.clone()))
                            on:blur=move |_| hover(None)
                            on:click=does(move |_| ctx.select(Some(chosen.clone())))
                        >
                            {text}
                        </button>
                    }
                    .into_any()
                }
                (None, Some(url)) => {
                    view! { <a href=url target="_blank" rel="noopener" class=class>{text}</a> }
                        .into_any()
                }
                (None, None) => match class {
                    "strong" => view! { <strong>{text}</strong> }.into_any(),
                    "em" => view! { <em>{text}</em> }.into_any(),
                    "code" => view! { <code>{text}</code> }.into_any(),
                    _ => text.into_any(),
                },
            }
        })
        .collect_view()
        .into_any()
}

fn ask(ctx: Ctx, asked: AskView) -> AnyView {
    let AskView { item, question, choices, is_open, declined, verdict } = asked;
    let name = format!("prediction-{item}");
    let labelled = name.clone();
    let verdict = verdict.map(|verdict| match verdict {
        Verdict::Right => "As you predicted.",
        Verdict::Wrong => "It came otherwise.",
        Verdict::Seen => "This is what happened.",
    });
    let waits = is_open && !declined && choices.iter().all(|choice| !choice.chosen);
    let decline = move || ctx.send(PlayerCommand::Lesson(LessonCommand::Choose(item, None)));
    let buttons = choices.into_iter().enumerate().map(|(n, choice)| {
        let mark = match (choice.right, choice.chosen) {
            (Some(true), _) => "✓",
            (Some(false), true) => "✗",
            _ => "",
        };
        let send = move |_| ctx.send(PlayerCommand::Lesson(LessonCommand::Choose(item, Some(n))));
        view! {
            <button
                type="button"
                class="choice"
                class:chosen=choice.chosen
                class:right=choice.right == Some(true)
                class:wrong=choice.right == Some(false) && choice.chosen
                aria-pressed=choice.chosen.to_string()
                aria-disabled=(!is_open).to_string()
                on:click=send
            >
                <span>{text(ctx, plain(choice.label))}</span>
                <b aria-hidden="true">{mark}</b>
                {(choice.right == Some(true))
                    .then(|| view! { <span class="unseen">"This is what happened."</span> })}
            </button>
        }
    });
    view! {
        <div class="lesson__ask" role="group" aria-labelledby=labelled data-testid="ask">
            <p class="kick">"Predict"</p>
            <p id=name>{text(ctx, question)}</p>
            {buttons.collect_view()}
            {waits
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="btn ghost"
                            on:click=does(move |_| decline())
                        >
                            "Just show me"
                        </button>
                    }
                })}
            <p class="lesson__verdict" role="status">{verdict}</p>
        </div>
    }
    .into_any()
}

/// Words inside a button are no buttons themselves.
fn plain(words: Vec<WordsView>) -> Vec<WordsView> {
    words.into_iter().map(|words| WordsView { entity: None, url: None, ..words }).collect()
}

fn goal(ctx: Ctx, set: GoalView) -> AnyView {
    let GoalView { task, hint, reached, is_being_done, .. } = set;
    let shown = RwSignal::new(false);
    let open = !reached && !is_being_done;
    view! {
        <div class="lesson__goal" class:reached=reached role="group" aria-label="Your turn" data-testid="goal">
            <span class="tick" aria-hidden="true">{if reached { "✓" } else { "" }}</span>
            <div>
                <p class="kick">{if reached { "Done" } else { "Your turn" }}</p>
                <p>{text(ctx, task)}</p>
                {open
                    .then(|| {
                        let hint = hint.clone();
                        view! {
                            <div class="lesson__help">
                                {button(ctx, "Do it for me", "btn", LessonCommand::DoIt)}
                                {hint
                                    .clone()
                                    .map(|_| {
                                        view! {
                                            <button
                                                type="button"
                                                class="btn ghost"
                                                aria-expanded=changing(move || shown.get().to_string())
                                                on:click=does(move |_| shown.update(|shown| *shown = !*shown))
                                            >
                                                "Hint"
                                            </button>
                                        }
                                    })}
                            </div>
                            {live(move || {
                                let hint = hint.clone().filter(|_| shown.get());
                                hint.map(|words| view! { <p class="quiet">{text(ctx, words)}</p> })
                            })}
                        }
                    })}
                <p class="unseen" role="status">{reached.then_some("Reached.")}</p>
            </div>
        </div>
    }
    .into_any()
}

/// Back and on.
#[component]
fn Way(lesson: Shown) -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let state = Memo::new(move |_| {
        lesson.get().map(|view| (view.beat, view.next, view.is_free)).unwrap_or((
            0,
            NextStep::End,
            false,
        ))
    });
    let send = move |command| ctx.send(PlayerCommand::Lesson(command));
    let playing = Memo::new(move |_| ctx.frame.read().transport.playing);
    let forward = move |_| match state.get_untracked().1 {
        NextStep::Next => send(LessonCommand::Next),
        NextStep::Engine if playing.get_untracked() => send(LessonCommand::Skip),
        NextStep::Engine => send(LessonCommand::GoOn),
        _ => {}
    };
    let word = move || match state.get().1 {
        NextStep::Next => "Next",
        NextStep::Engine if playing.get() => "Skip ahead",
        NextStep::Engine => "Go on",
        NextStep::Choose => "Predict first",
        NextStep::Do => "Your turn first",
        NextStep::End => "The end",
        NextStep::Stuck => "Step back",
    };
    Effect::new(move |_| {
        let lesson = lesson.get();
        if let Some(view) = lesson.filter(|view| view.next == NextStep::End) {
            super::done::remember(view.order);
        }
    });
    let can_go = move || matches!(state.get().1, NextStep::Next | NextStep::Engine);
    view! {
        <div class="lesson__way">
            <button
                type="button"
                class="btn"
                aria-disabled=changing(move || (state.get().0 == 0).to_string())
                on:click=does(move |_| {
                    if state.get_untracked().0 > 0 {
                        send(LessonCommand::Back);
                    }
                })
            >
                "Back"
            </button>
            <button
                type="button"
                class="btn"
                class:pri=can_go
                aria-disabled=changing(move || (!can_go()).to_string())
                data-testid="lesson-next"
                on:click=forward
            >
                {word}
            </button>
            <span class="spacer"></span>
            {live(move || match state.get() {
                // Whoever acts now leaves the lesson by that.
                (_, NextStep::End, _) if !is_framed() => {
                    view! { <a class="btn pri" href="./">"All lessons"</a> }.into_any()
                }
                (_, _, false) => button(ctx, "Free play", "btn ghost", LessonCommand::Leave),
                _ => ().into_any(),
            })}
        </div>
    }
}

/// The command that goes to a beat.
const fn go_to(beat: usize) -> PlayerCommand {
    PlayerCommand::Lesson(LessonCommand::GoTo(beat))
}
