//! `nats object put`, `get` and `del`.

use crate::client::object::{Act, Done as Came, ObjectError, Op};
use crate::console::format::{duration, ibytes};
use crate::console::parse::Invocation;
use crate::console::plan::{Done, Run};
use crate::kernel::Span;

use super::bucket::tell;
use super::content::{content, meta};
use super::{confirm, done, failed, op, show, tried};

/// `nats object put`
pub(in crate::console::plan) fn put(run: &mut Run<'_>, line: &Invocation) -> Done {
    let (bucket, file) = (line.arg(0).unwrap_or_default(), line.arg(1));
    let Some(name) = line.text("name").or(file) else {
        let stop = run.fail("--name is required when reading from stdin");
        run.hint("For example: nats object put FILES hello.txt --text 'Hello'");
        return Err(stop);
    };
    if line.bytes("chunk-size").is_some_and(|size| u32::try_from(size).is_err()) {
        return Err(run.fail("--chunk-size has to be between 0 and 4 GiB"));
    }
    let content = content(run, line)?;
    match tried(run, Op { show_deleted: true, ..op(Act::Info, bucket, name) })? {
        Ok((Came::Info(info, at), _)) if !info.deleted && !line.on("force") => {
            run.say_all(show::object(&info, at));
            run.say("");
            confirm(run, false, "could not obtain confirmation: ")?;
        }
        Ok(_) | Err(ObjectError::NotFound | ObjectError::BadMeta) => {}
        Err(why) => return Err(failed(run, &why)),
    }
    let put = Op {
        meta: Some(meta(line).into()),
        content: Some(content),
        bound: true,
        ..op(Act::Put, bucket, &clean(name))
    };
    if let (Came::Stored(info), at) = done(run, put)? {
        run.say("");
        run.say_all(show::object(&info, at));
    }
    Ok(())
}

/// A path without detours, as Go's `filepath.Clean` makes it: under such a name the CLI puts an object.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let rooted = path.starts_with('/');
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => _ = parts.pop(),
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (rooted, parts.join("/")) {
        (true, clean) => format!("/{clean}"),
        (false, clean) if clean.is_empty() => ".".to_owned(),
        (false, clean) => clean,
    }
}

/// `nats object get`
pub(in crate::console::plan) fn get(run: &mut Run<'_>, line: &Invocation) -> Done {
    let (bucket, name) = (line.arg(0).unwrap_or_default(), line.arg(1).unwrap_or_default());
    let began = run.at();
    let (Came::Got(got), at) = done(run, op(Act::Get, bucket, name))? else { return Ok(()) };
    let base = got.info.name.rsplit('/').next().unwrap_or_default();
    let file = line.text("output").unwrap_or(base);
    let took = at.since(began);
    let mut text = format!("Wrote: {} to {file} in {}", ibytes(got.info.size), duration(took));
    if took > Span::secs(2) {
        let a_second = u128::from(got.info.size) * 1_000_000_000 / u128::from(took.as_nanos());
        let a_second = u64::try_from(a_second).unwrap_or(u64::MAX);
        text.push_str(&format!(" average {}/s", ibytes(a_second)));
    }
    run.say(text);
    Ok(())
}

/// `nats object del`
pub(in crate::console::plan) fn del(run: &mut Run<'_>, line: &Invocation) -> Done {
    let bucket = line.arg(0).unwrap_or_default();
    let Some(name) = line.arg(1) else {
        done(run, op(Act::Status, bucket, ""))?;
        confirm(run, line.on("force"), "")?;
        done(run, op(Act::Remove, bucket, ""))?;
        run.hint(format!("Bucket {bucket} is gone; the real CLI prints nothing."));
        return Ok(());
    };
    if !line.on("force") {
        done(run, op(Act::Info, bucket, name))?;
        return confirm(run, false, "");
    }
    done(run, op(Act::Delete, bucket, name))?;
    run.say(format!("Removed {bucket} > {name}"));
    tell(run, bucket)
}
