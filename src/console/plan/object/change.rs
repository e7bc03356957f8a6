//! `nats object meta`, `rename` and `link`: what Go's client can do with an object and its CLI cannot.

use crate::client::Dialect;
use crate::client::object::{Act, Done as Came, Link, ObjectMeta, Op};
use crate::console::parse::Invocation;
use crate::console::plan::{Done, Run};

use super::{content, done, op, show};

/// `nats object meta`
pub(in crate::console::plan) fn meta(run: &mut Run<'_>, line: &Invocation) -> Done {
    update(run, line, content::meta(line))
}

/// `nats object rename`: what was said of it stays.
pub(in crate::console::plan) fn rename(run: &mut Run<'_>, line: &Invocation) -> Done {
    let (bucket, name) = (line.arg(0).unwrap_or_default(), line.arg(1).unwrap_or_default());
    let (Came::Info(info, _), _) = done(run, op(Act::Info, bucket, name))? else { return Ok(()) };
    let said = ObjectMeta {
        name: line.arg(2).unwrap_or_default().to_owned(),
        headers: info.header_lines(),
        description: info.description,
        metadata: info.metadata,
        max_chunk_size: None,
    };
    update(run, line, said)
}

fn update(run: &mut Run<'_>, line: &Invocation, said: ObjectMeta) -> Done {
    let (bucket, name) = (line.arg(0).unwrap_or_default(), line.arg(1).unwrap_or_default());
    stored(run, Op { meta: Some(said.into()), ..op(Act::Update, bucket, name) })
}

/// `nats object link`
pub(in crate::console::plan) fn link(run: &mut Run<'_>, line: &Invocation) -> Done {
    if run.dialect() == Dialect::Python {
        return Err(run.fail("nats-py makes no links; Go's client does, and so does the console"));
    }
    let word = |n| line.arg(n).unwrap_or_default();
    let to = Link { bucket: word(2).to_owned(), name: word(3).to_owned() };
    stored(run, Op { link: Some(to), ..op(Act::Link, word(0), word(1)) })
}

/// Has an object changed, and shows what it is then.
fn stored(run: &mut Run<'_>, op: Op) -> Done {
    if let (Came::Stored(info), at) = done(run, op)? {
        run.say_all(show::object(&info, at));
        if let Some(link) = info.link() {
            run.hint(show::leads(link));
        }
    }
    Ok(())
}
