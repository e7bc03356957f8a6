//! Files of one's own: dropped on the selected object store, or chosen with a button, and had back.
//!
//! Nothing of them leaves the browser. A file is read and hashed in slices, between which the page goes
//! on; what is then put into the store shares that one piece of memory with all the copies of its chunks.

use std::sync::Arc;

use bytes::Bytes;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

use crate::client::object::{Content, File, Hasher};
use crate::client::{Call, OpId};
use crate::kernel::ProcId;
use crate::view::PlayerCommand;
use crate::view::files::{FilePanel, get, put, too_large};
use crate::world::Input;

use super::engine::Ctx;
use super::erased::{changing, does, live};
use super::saving::save;

/// How many bytes are read and hashed at a time.
const SLICE: u32 = 1 << 20;
/// Up to this size one watches the chunks on their way; what is larger is stored as fast as it goes.
const WATCHED: u64 = 1 << 20;

/// How far the page is with a file: reading it, or handing it to the browser.
#[derive(Clone, PartialEq)]
struct Work {
    what: String,
    done: u64,
    all: u64,
}

/// What the parts of the panel share.
#[derive(Clone, Copy)]
struct Files {
    ctx: Ctx,
    work: RwSignal<Option<Work>>,
    /// Why a file could not be taken, or an object not be had.
    note: RwSignal<Option<String>>,
    /// An object that is being got, to be saved when it is there.
    wanted: RwSignal<Option<(ProcId, OpId)>>,
}

/// Where files go into the selected store, and come out of it; nothing if none is selected.
#[component]
pub(crate) fn Files() -> impl IntoView {
    let ctx = expect_context::<Ctx>();
    let files = Files {
        ctx,
        work: RwSignal::new(None),
        note: RwSignal::new(None),
        wanted: RwSignal::new(None),
    };
    let panel = Memo::new(move |_| {
        ctx.frame.track();
        ctx.files()
    });
    let store = Memo::new(move |_| {
        panel.with(|panel| {
            panel.as_ref().map(|panel| (panel.bucket.clone(), panel.sealed, panel.client.clone()))
        })
    });
    let objects =
        Memo::new(move |_| panel.with(|panel| panel.as_ref().map(|panel| panel.objects.clone())));
    Effect::new(move |_| {
        ctx.frame.track();
        files.save_what_came();
    });
    // What was dropped on the stage, where the store is drawn.
    Effect::new(move |_| {
        let Some((store, list)) = ctx.dropped.get() else { return };
        ctx.dropped.set(None);
        if let Some(FilePanel { bucket, client: Some(client), .. }) = ctx.files_of(&store) {
            ctx.select(Some(store));
            files.take(Some(list), &bucket, &client);
        }
    });
    view! {
        {live(move || {
            store
                .get()
                .map(|(bucket, sealed, client)| {
                    let (Some(client), false) = (client, sealed) else {
                        let why = if sealed { "Sealed: no file goes in any more." } else { "There is no application to put files." };
                        return view! { <p class="drop__note">{why}</p> }.into_any();
                    };
                    target(files, bucket, client)
                })
        })}
        {progress(files, panel)}
        {live(move || {
            let (_, _, client) = store.get()?;
            let objects = objects.get().filter(|objects| !objects.is_empty())?;
            Some(downloads(files, client?, store.get()?.0, objects))
        })}
    }
    .into_any()
}

/// Where files are dropped; also a button.
fn target(files: Files, bucket: String, client: (ProcId, String)) -> AnyView {
    let over = RwSignal::new(false);
    let label = format!("Choose a file for {bucket}");
    let take = {
        let (bucket, client) = (bucket.clone(), client.clone());
        move |list: Option<web_sys::FileList>| files.take(list, &bucket, &client)
    };
    let dropped = take.clone();
    view! {
        <label
            class="drop"
            class:over=changing(move || over.get())
            data-testid="drop"
            on:dragover=move |event: web_sys::DragEvent| {
                event.prevent_default();
                over.set(true);
            }
            on:dragleave=move |_| over.set(false)
            on:drop=move |event: web_sys::DragEvent| {
                event.prevent_default();
                over.set(false);
                dropped(event.data_transfer().and_then(|data| data.files()));
            }
        >
            <input
                type="file"
                class="unseen"
                aria-label=label
                on:change=move |event| {
                    let input: web_sys::HtmlInputElement = event_target(&event);
                    take(input.files());
                    // The same file can be chosen again.
                    input.set_value("");
                }
            />
            <span>{format!("Drop a file on {bucket}, or choose one")}</span>
            <span class="quiet">{format!("{} puts it. It stays in this browser.", client.1)}</span>
        </label>
    }
    .into_any()
}

/// How far files are, and what went wrong. Each bar stays while its number goes up, and so does the button
/// under one's finger.
fn progress(files: Files, panel: Memo<Option<FilePanel>>) -> AnyView {
    let work =
        Memo::new(move |_| files.work.with(|work| work.as_ref().map(|work| work.what.clone())));
    let transfers = Memo::new(move |_| {
        panel.with(|panel| {
            let panel = panel.as_ref()?;
            let client = panel.client.as_ref()?.1.clone();
            let transfers = panel.transfers.iter().map(|it| (it.op, it.what.clone()));
            Some((client, transfers.collect::<Vec<_>>()))
        })
    });
    view! {
        {live(move || {
            work.get()
                .map(|what| {
                    let far = Signal::derive(move || {
                        files.work.with(|work| work.as_ref().map_or((0, 1), |work| (work.done, work.all)))
                    });
                    bar(what, far, does(move |_| files.work.set(None)))
                })
        })}
        {live(move || {
            transfers
                .get()
                .map(|(client, transfers)| {
                    transfers
                        .into_iter()
                        .map(|(op, what)| {
                            let client = client.clone();
                            let far = Signal::derive(move || {
                                panel.with(|panel| {
                                    let mut known = panel.iter().flat_map(|panel| &panel.transfers);
                                    let this = known.find(|it| it.op == op);
                                    this.map_or((1, 1), |it| (it.done, it.all))
                                })
                            });
                            bar(what, far, does(move |_| files.cancel(&client, op)))
                        })
                        .collect_view()
                })
        })}
        {live(move || files.note.get().map(|note| view! { <p class="drop__note" role="alert">{note}</p> }))}
    }
    .into_any()
}

/// How far something is, and a button that ends it.
fn bar(
    what: String,
    far: Signal<(u64, u64)>,
    stop: Box<dyn FnMut(leptos::ev::MouseEvent)>,
) -> AnyView {
    let percent = move || {
        let (done, all) = far.get();
        done * 100 / all.max(1)
    };
    view! {
        <div class="drop__note" data-testid="upload">
            <span>{what.clone()} " " {live(move || format!("{} %", percent()))}</span>
            <progress
                class="drop__bar"
                aria-label=what.clone()
                max="100"
                value=changing(move || percent().to_string())
            ></progress>
            <button type="button" class="btn" aria-label=format!("Cancel: {what}") on:click=stop>
                "Cancel"
            </button>
        </div>
    }
    .into_any()
}

/// The objects that can be had as files.
fn downloads(
    files: Files,
    client: (ProcId, String),
    bucket: String,
    objects: Vec<(String, u64, String)>,
) -> AnyView {
    view! {
        <ul class="drop__note" aria-label="Download" data-testid="downloads">
            {objects
                .into_iter()
                .map(|(name, _, size)| {
                    let (client, bucket) = (client.clone(), bucket.clone());
                    let text = format!("Download {name} ({size})");
                    let fetch = move |_| files.fetch(&client, &bucket, &name);
                    view! {
                        <li>
                            <button type="button" class="btn" on:click=does(fetch)>
                                {text}
                            </button>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
    .into_any()
}

impl Files {
    /// Reads the first of some files and puts it into a store.
    fn take(self, list: Option<web_sys::FileList>, bucket: &str, client: &(ProcId, String)) {
        let Some(list) = list else { return };
        // A folder, or a text that was dragged here, is no file.
        let Some(file) = list.get(0) else { return };
        let name = file.name();
        let size = file.size();
        let more = list.length() > 1;
        self.note.set(more.then(|| format!("One file at a time: only {name} is taken.")));
        if let Some(why) = too_large(&name, size as u64) {
            return self.note.set(Some(why));
        }
        let (bucket, client, all) = (bucket.to_owned(), client.clone(), size as u32);
        self.begin(format!("Reading {name}"), all.into());
        spawn_local(async move {
            match self.read(&file, &name, all).await {
                Some(Ok(file)) => {
                    self.work.set(None);
                    self.store(Arc::new(file), &bucket, client);
                }
                Some(Err(why)) => {
                    self.work.set(None);
                    self.note.set(Some(why));
                }
                None => {}
            }
        });
    }

    /// The page begins to work on a file.
    fn begin(self, what: String, all: u64) {
        self.work.set(Some(Work { what, done: 0, all }));
    }

    /// So much of it is done; whether it is to go on. Whoever gives it up takes it away.
    fn goes_on(self, what: &str, done: u64) -> bool {
        let goes_on = |work: &Work| work.what == what;
        if !self.work.with_untracked(|work| work.as_ref().is_some_and(goes_on)) {
            return false;
        }
        self.work.update(|work| work.iter_mut().for_each(|work| work.done = done));
        true
    }

    /// The whole file; nothing if that was given up.
    async fn read(
        self,
        file: &web_sys::File,
        name: &str,
        all: u32,
    ) -> Option<Result<File, String>> {
        let unreadable = || Some(Err(format!("{name} cannot be read.")));
        let mut bytes = vec![0; all as usize];
        let mut hasher = Hasher::default();
        let mut done = 0;
        while done < all {
            let end = all.min(done + SLICE);
            let Ok(slice) = file.slice_with_i32_and_i32(done as i32, end as i32) else {
                return unreadable();
            };
            let Ok(buffer) = JsFuture::from(slice.array_buffer()).await else {
                return unreadable();
            };
            let part = &mut bytes[done as usize..end as usize];
            let read = js_sys::Uint8Array::new(&buffer);
            if read.length() as usize != part.len() {
                return unreadable();
            }
            read.copy_to(part);
            hasher.update(part);
            done = end;
            if !self.goes_on(&format!("Reading {name}"), done.into()) {
                return None;
            }
        }
        Some(Ok(File::new(name, Bytes::from(bytes), hasher.finish())))
    }

    fn store(self, file: Arc<File>, bucket: &str, (process, client): (ProcId, String)) {
        let (name, size) = (file.name.clone(), file.size);
        self.ctx.offer(Arc::clone(&file));
        let input = put(&client, bucket, Content::File(file), &name);
        let op = self.ctx.operate(process, input);
        if let (Some(op), true) = (op, size > WATCHED) {
            self.ctx.send(PlayerCommand::RunOperation(process, op));
        }
    }

    /// Gives a transfer up: of an upload stays what is stored of it, and belongs to nobody.
    fn cancel(self, client: &str, op: OpId) {
        self.wanted.set(None);
        self.ctx.act(Input::Call { client: client.to_owned(), call: Call::Cancel { op } });
    }

    fn fetch(self, client: &(ProcId, String), bucket: &str, name: &str) {
        self.note.set(None);
        let (process, client) = client;
        if let Some(op) = self.ctx.operate(*process, get(client, bucket, name)) {
            self.wanted.set(Some((*process, op)));
            self.ctx.send(PlayerCommand::RunOperation(*process, op));
        }
    }

    /// Saves what was asked for, once it is there.
    fn save_what_came(self) {
        let Some((client, op)) = self.wanted.get_untracked() else { return };
        let Some(got) = self.ctx.got(client, op) else { return };
        self.wanted.set(None);
        match got {
            Ok((name, chunks)) => {
                let what = format!("Saving {name}");
                self.begin(what.clone(), chunks.iter().map(|chunk| chunk.len() as u64).sum());
                spawn_local(async move {
                    let told = what.clone();
                    save(name, chunks, Box::new(move |done| self.goes_on(&told, done))).await;
                    // Unless something else was begun meanwhile.
                    if self.goes_on(&what, 0) {
                        self.work.set(None);
                    }
                });
            }
            Err(why) => self.note.set(Some(why)),
        }
    }
}
