//! `nats object info`, `ls` and `watch`.

use crate::client::object::{Act, Done as Came, ObjectError, ObjectInfo, Op, name};
use crate::client::{Call, Delivery, Outcome};
use crate::console::format::{comma, ibytes};
use crate::console::parse::Invocation;
use crate::console::plan::run::trouble;
use crate::console::plan::show::{ago, date};
use crate::console::plan::stream_list::all;
use crate::console::plan::subscribe::{end, shown};
use crate::console::plan::{Done, Run};
use crate::console::table::Table;
use crate::nats::api::Stamp;
use crate::sorted;

use super::bucket::tell;
use super::{done, failed, op, show, tried};

/// `nats object info`
pub(in crate::console::plan) fn info(run: &mut Run<'_>, line: &Invocation) -> Done {
    let bucket = line.arg(0).unwrap_or_default();
    let Some(object) = line.arg(1) else {
        if bucket.is_empty() {
            let stop = run.fail("cannot prompt for user input without a terminal");
            run.hint("All buckets: nats object ls");
            return Err(stop);
        }
        return tell(run, bucket);
    };
    let (Came::Info(info, at), _) = done(run, op(Act::Info, bucket, object))? else {
        return Ok(());
    };
    run.say_all(show::object(&info, at));
    if let Some(link) = info.link() {
        run.hint(format!("{} The real CLI crashes here.", show::leads(link)));
    }
    Ok(())
}

/// `nats object ls`
pub(in crate::console::plan) fn ls(run: &mut Run<'_>, line: &Invocation) -> Done {
    let Some(bucket) = line.arg(0) else { return buckets(run, line) };
    let list = Op { ignore_deletes: true, ..op(Act::List, bucket, "") };
    let found = match tried(run, list)? {
        Ok((Came::List(found), _)) => found,
        Ok(_) | Err(ObjectError::NoObjects) => Vec::new(),
        Err(why) => return Err(failed(run, &why)),
    };
    if found.is_empty() {
        run.say("No entries found");
        return Ok(());
    }
    if line.on("names") {
        run.say_all(found.into_iter().map(|(info, _)| info.name));
        return Ok(());
    }
    let mut table = Table::new("Bucket Contents", &["Name", "Size", "Time"]);
    for (info, at) in found {
        let when = date(Stamp::from(at));
        table.row(vec![info.name.as_str().into(), ibytes(info.size).into(), when.into()]);
    }
    run.say_all(table.lines());
    Ok(())
}

fn buckets(run: &mut Run<'_>, line: &Invocation) -> Done {
    let mut found = all(run, "")?;
    found.retain(|info| name::bucket_of(&info.config.name).is_some());
    if found.is_empty() {
        run.say("No Object Store buckets found");
        return Ok(());
    }
    let bucket = |name: &str| name::bucket_of(name).unwrap_or_default().to_owned();
    if line.on("names") {
        sorted::sort_by(&mut found, |a, b| a.config.name < b.config.name);
        run.say_all(found.iter().map(|info| bucket(&info.config.name)));
        return Ok(());
    }
    sorted::sort_by_key(&mut found, |info| info.state.bytes);
    let headers = ["Bucket", "Description", "Created", "Size", "Last Update"];
    let mut table = Table::new("Object Store Buckets", &headers);
    for info in found {
        table.row(vec![
            bucket(&info.config.name).into(),
            info.config.description.as_str().into(),
            date(info.created).into(),
            ibytes(info.state.bytes).into(),
            ago(info.ts.0.unwrap_or(run.at()), info.state.last_ts).into(),
        ]);
    }
    run.say_all(table.lines());
    Ok(())
}

/// `nats object watch`
pub(in crate::console::plan) fn watch(run: &mut Run<'_>, line: &Invocation) -> Done {
    let bucket = line.arg(0).unwrap_or_default();
    let dialect = run.dialect();
    let watch = Op { history: true, dialect, ..op(Act::Watch, bucket, "") };
    let view = run.op(Call::Object(watch.into()))?;
    for (_, (_, message)) in shown(run, view) {
        let (Ok(info), Some(told)) =
            (ObjectInfo::read(&message.payload, dialect), Delivery::of(message))
        else {
            continue;
        };
        let at = date(Stamp::from(told.stored));
        let ObjectInfo { bucket, name, size, chunks, .. } = &info;
        run.say(if info.deleted {
            format!("[{at}] DEL {bucket} > {name}")
        } else {
            let (size, chunks) = (ibytes(*size), comma((*chunks).into()));
            format!("[{at}] PUT {bucket} > {name}: {size} bytes in {chunks} chunks")
        });
    }
    match view.outcome {
        Some(Outcome::Object(Err(why))) => Err(failed(run, why)),
        Some(Outcome::Ended { .. }) | None => end(run, view),
        Some(other) => Err(run.fail(trouble(other))),
    }
}
