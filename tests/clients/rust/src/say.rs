//! How sections tell what came of something.

use std::error::Error;
use std::fmt::{Debug, Display};
use std::future::Future;
use std::time::Duration;

use async_nats::jetstream::{consumer, stream};
use futures_util::{Stream, StreamExt};

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

macro_rules! say {
    ($($part:tt)*) => { println!("  {}", format!($($part)*)) };
}
pub(crate) use say;

/// Says what came of something that may fail.
pub(crate) async fn attempt<T: Debug, E: Display>(
    what: &str,
    future: impl Future<Output = Result<T, E>>,
) {
    match future.await {
        Ok(result) => say!("{what} -> {result:?}"),
        Err(error) => say!("{what} -> {error}"),
    }
}

/// The next item within two seconds.
pub(crate) async fn next<S: Stream + Unpin>(stream: &mut S) -> Outcome<S::Item> {
    let next = tokio::time::timeout(Duration::from_secs(2), stream.next()).await;
    Ok(next.map_err(|_| "nothing came")?.ok_or("the end came")?)
}

/// Whether nothing comes for a while.
pub(crate) async fn quiet<S: Stream + Unpin>(stream: &mut S) -> bool {
    tokio::time::timeout(Duration::from_millis(150), stream.next()).await.is_err()
}

/// Bytes as text.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What is in a stream.
pub(crate) fn state(info: &stream::Info) -> String {
    let state = &info.state;
    format!(
        "messages {} bytes {} first {} last {} subjects {} deleted {:?} consumers {}",
        state.messages,
        state.bytes,
        state.first_sequence,
        state.last_sequence,
        state.subjects_count,
        state.deleted_count,
        state.consumer_count
    )
}

/// The numbers of a consumer.
pub(crate) fn numbers(info: &consumer::Info) -> String {
    format!(
        "delivered {}/{} floor {}/{} ack_pending {} redelivered {} waiting {} pending {} bound {}",
        info.delivered.consumer_sequence,
        info.delivered.stream_sequence,
        info.ack_floor.consumer_sequence,
        info.ack_floor.stream_sequence,
        info.num_ack_pending,
        info.num_redelivered,
        info.num_waiting,
        info.num_pending,
        info.push_bound
    )
}

/// Waits for something that the server does in its own time.
pub(crate) async fn until<F: Future<Output = Outcome<bool>>>(
    what: &str,
    mut ready: impl FnMut() -> F,
) -> Outcome {
    for _ in 0..100 {
        if ready().await? {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    say!("never: {what}");
    Ok(())
}
