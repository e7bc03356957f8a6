//! What each command does: one script per command.

mod account;
mod advisory;
mod balance;
mod bench;
mod cluster;
mod config;
mod consumer;
mod differences;
mod events;
mod graph;
mod kv;
mod message;
mod object;
mod publish;
mod replication;
mod rtt;
mod run;
mod show;
mod stream;
mod stream_backup;
mod stream_change;
mod stream_find;
mod stream_list;
mod stream_read;
mod subscribe;

pub(crate) use run::{Done, OpView, Run, Stop, trouble};

#[cfg(test)]
mod tests;

use super::commands::Verb;
use super::parse::Invocation;

/// Runs the script of a command.
pub(crate) fn run(run: &mut Run<'_>, line: &Invocation) -> Done {
    match line.verb {
        Verb::Publish => publish::publish(run, line),
        Verb::Request => publish::request(run, line),
        Verb::Subscribe => subscribe::subscribe(run, line),
        Verb::Reply => subscribe::reply(run, line),
        Verb::StreamAdd => stream_change::add(run, line),
        Verb::StreamEdit => stream_change::edit(run, line),
        Verb::StreamSeal => stream_change::seal(run, line),
        Verb::StreamRm => stream_change::rm(run, line),
        Verb::StreamPurge => stream_change::purge(run, line),
        Verb::StreamRmm => stream_change::rmm(run, line),
        Verb::StreamLs => stream_list::ls(run, line),
        Verb::StreamReport => stream_list::report(run, line),
        Verb::StreamFind => stream_find::find(run, line),
        Verb::StreamGaps => stream_find::gaps(run, line),
        Verb::StreamBackup => stream_backup::backup(run, line),
        Verb::StreamRestore => stream_backup::restore(run, line),
        Verb::StreamCopy => stream_change::copy(run, line),
        Verb::StreamInfo => stream_read::info(run, line, line.on("state")),
        Verb::StreamState => stream_read::info(run, line, true),
        Verb::StreamSubjects => stream_list::subjects(run, line),
        Verb::StreamView => stream_read::view(run, line),
        Verb::StreamGet => stream_read::get(run, line),
        Verb::KvAdd => kv::add(run, line),
        Verb::KvEdit => kv::edit(run, line),
        Verb::KvPut => kv::put(run, line),
        Verb::KvGet => kv::get(run, line),
        Verb::KvCreate => kv::create(run, line),
        Verb::KvUpdate => kv::update(run, line),
        Verb::KvDel => kv::del(run, line),
        Verb::KvPurge => kv::purge(run, line),
        Verb::KvHistory => kv::history(run, line),
        Verb::KvRevert => kv::revert(run, line),
        Verb::KvInfo => kv::info(run, line),
        Verb::KvWatch => kv::watch(run, line),
        Verb::KvLs => kv::ls(run, line),
        Verb::KvCompact => kv::compact(run, line),
        Verb::StepDown => cluster::step_down(run, line),
        Verb::PeerRemove => cluster::peer_remove(run, line),
        Verb::StreamBalance => balance::streams(run, line),
        Verb::StreamGraph => graph::of_stream(run, line),
        Verb::ConsumerAdd => consumer::add(run, line),
        Verb::ConsumerEdit => consumer::edit(run, line),
        Verb::ConsumerCopy => consumer::copy(run, line),
        Verb::ConsumerLs => consumer::ls(run, line),
        Verb::ConsumerFind => consumer::find(run, line),
        Verb::ConsumerInfo => consumer::info(run, line, false),
        Verb::ConsumerState => consumer::info(run, line, true),
        Verb::ConsumerRm => consumer::rm(run, line),
        Verb::ConsumerNext => consumer::next(run, line),
        Verb::ConsumerSub => consumer::sub(run, line),
        Verb::ConsumerPause => consumer::pause(run, line),
        Verb::ConsumerResume => consumer::resume(run, line),
        Verb::ConsumerUnpin => consumer::unpin(run, line),
        Verb::ConsumerReport => consumer::report(run, line),
        Verb::ConsumerStepDown => consumer::step_down(run, line),
        Verb::ConsumerBalance => balance::consumers(run, line),
        Verb::ConsumerGraph => graph::of_consumer(run, line),
        Verb::ObjectAdd => object::add(run, line),
        Verb::ObjectEdit => object::edit(run, line),
        Verb::ObjectPut => object::put(run, line),
        Verb::ObjectGet => object::get(run, line),
        Verb::ObjectDel => object::del(run, line),
        Verb::ObjectInfo => object::info(run, line),
        Verb::ObjectLs => object::ls(run, line),
        Verb::ObjectSeal => object::seal(run, line),
        Verb::ObjectWatch => object::watch(run, line),
        Verb::ObjectMeta => object::meta(run, line),
        Verb::ObjectRename => object::rename(run, line),
        Verb::ObjectLink => object::link(run, line),
        Verb::BenchPub => bench::publish(run, line),
        Verb::BenchSub => bench::subscribe(run, line),
        Verb::BenchJsPub => bench::js_publish(run, line, bench::Way::Sync),
        Verb::BenchJsAsync => bench::js_publish(run, line, bench::Way::Async),
        Verb::BenchJsBatch => bench::js_publish(run, line, bench::Way::Batch),
        Verb::BenchJsOrdered => bench::ordered(run, line),
        Verb::BenchJsConsume => bench::consume(run, line),
        Verb::BenchJsFetch => bench::fetch(run, line),
        Verb::Events => events::events(run, line),
        Verb::Rtt => rtt::rtt(run, line),
        Verb::AccountInfo => account::info(run, line),
        // These have no script: they are printed when they are typed.
        Verb::ServerLs
        | Verb::ServerInfo
        | Verb::ReportJetStream
        | Verb::ReportConnections
        | Verb::Fault(_)
        | Verb::Link
        | Verb::Topology
        | Verb::Help => Ok(()),
    }
}
