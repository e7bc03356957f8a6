//! A programme as a user of async-nats would write it: streams, consumers of every kind, buckets, errors.
//!
//! `programme URL [SECTION...]` prints what came of everything, without times, names and ids that servers
//! make up, so that what it prints over the bridge must be what it prints over the real nats-server. Every
//! section cleans up behind itself.

mod buckets;
mod consumers;
mod core;
mod say;
mod stores;
mod streams;

use std::time::Duration;

use async_nats::jetstream;
use futures_util::TryStreamExt;
use say::Outcome;

/// What every section works with.
struct Nats {
    client: async_nats::Client,
    js: jetstream::Context,
}

macro_rules! sections {
    ($only:expr, $nats:expr, $($module:ident :: $name:ident),+ $(,)?) => {
        $(
            if $only.is_empty() || $only.iter().any(|name| name == stringify!($name)) {
                println!("section {}", stringify!($name));
                let limit = Duration::from_secs(30);
                match tokio::time::timeout(limit, $module::$name($nats)).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => println!("  ended by {error}"),
                    Err(_) => println!("  ended by the clock"),
                }
                clean($nats).await?;
            }
        )+
    };
}

/// How long a busy real server may take to remove the folder of its last stream. What is created meanwhile
/// can lose its folder with it, and is refused ("error creating store for stream").
const FOLDERS_GONE: Duration = Duration::from_millis(250);

/// Leaves nothing behind for the next section.
async fn clean(nats: &Nats) -> Outcome {
    let names: Vec<String> = nats.js.stream_names().try_collect().await?;
    let any = !names.is_empty();
    for name in names {
        nats.js.delete_stream(name).await?;
    }
    if any {
        tokio::time::sleep(FOLDERS_GONE).await;
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let mut words = std::env::args().skip(1);
    let url = words.next().ok_or("programme URL [SECTION...]")?;
    let only: Vec<String> = words.collect();
    let client = async_nats::connect(url).await?;
    let mut js = jetstream::new(client.clone());
    js.set_timeout(Duration::from_secs(2));
    let nats = &Nats { client, js };
    sections!(
        only,
        nats,
        core::connection,
        core::subjects,
        core::requests,
        core::queue_group,
        streams::configuration,
        streams::publishing,
        streams::reading,
        streams::listing,
        consumers::pull,
        consumers::pull_continuously,
        consumers::push,
        consumers::push_group,
        consumers::ordered_pull,
        consumers::ordered_push,
        consumers::redelivery,
        consumers::work_queue,
        consumers::administration,
        buckets::key_value,
        buckets::key_value_watch,
        buckets::object_store,
        stores::key_value_in_full,
        stores::key_value_time_to_live,
        stores::object_store_in_full,
    );
    Ok(())
}
