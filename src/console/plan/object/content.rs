//! What `nats object put` puts: the real CLI reads a file, here there is none but those that were given to
//! the page.

use std::sync::Arc;

use crate::client::object::{Content, MAX_SIZE, ObjectMeta};
use crate::console::format::quoted;
use crate::console::parse::Invocation;
use crate::console::plan::{Done, Run};

/// The content that a line names.
pub(super) fn content(run: &mut Run<'_>, line: &Invocation) -> Done<Content> {
    if let Some(text) = line.text("text") {
        return Ok(Content::Text(text.into()));
    }
    if let Some(size) = line.bytes("size") {
        let Ok(size) = u64::try_from(size) else {
            return Err(run.fail("a size is not negative"));
        };
        if size > MAX_SIZE {
            let most = MAX_SIZE >> 20;
            return Err(run.fail(format!("an object may have {most} MiB here, not more")));
        }
        let seed = line.number("seed").unwrap_or(0);
        return Ok(Content::Generated { size, seed: seed.unsigned_abs() });
    }
    if let Some(file) = line.file() {
        return Ok(Content::File(Arc::clone(file)));
    }
    let stop = match line.arg(1) {
        Some(file) => run.fail(format!("path {} does not exist", quoted(file))),
        None => run.fail("there is nothing to put"),
    };
    run.hint("There is no disk here. Give the content with --text, or its size with --size;");
    run.hint("or drop a file on the page and name it here.");
    Err(stop)
}

/// What a line says about the object.
pub(super) fn meta(line: &Invocation) -> ObjectMeta {
    let header = |text: &String| {
        let (name, value) = text.split_once(':').unwrap_or((text, ""));
        (name.trim().to_owned(), value.trim().to_owned())
    };
    ObjectMeta {
        description: line.text("description").map(str::to_owned),
        headers: line.all("header").iter().map(header).collect(),
        max_chunk_size: line.bytes("chunk-size").and_then(|size| u32::try_from(size).ok()),
        ..ObjectMeta::default()
    }
}
