//! `nats account info`: the connection and what the account uses of JetStream.

use crate::console::columns::Columns;
use crate::console::format::{comma, ibytes};
use crate::console::parse::Invocation;

use crate::nats::api::AccountLimits;
use crate::nats::json::as_json;

use super::{Done, Run};

/// The part of the API's answer that is shown.
#[derive(Debug, Default)]
struct Account {
    memory: u64,
    storage: u64,
    streams: u64,
    consumers: u64,
    domain: String,
    limits: AccountLimits,
}

as_json! {
    read Account;
    memory, storage, streams, consumers, domain, limits,
}

/// `nats account info`
pub(super) fn info(run: &mut Run<'_>, line: &Invocation) -> Done {
    let told: Result<Account, String> = run.api("INFO", "")?;
    let mut block = Columns::new("Account Information".to_owned());
    let known = |name| line.text(name).unwrap_or_default();
    block.row("User", "");
    block.row("Account", "$G");
    block.row("Expires", "never");
    block.row_if_any("Client ID", known("@client-id"));
    block.row("Headers Supported", true);
    let payload = line.number("@max-payload").and_then(|n| u64::try_from(n).ok());
    let payload = ibytes(payload.unwrap_or(1 << 20));
    block.row("Maximum Payload", &payload);
    block.row_if_any("Connected Cluster", known("@cluster"));
    block.row_if_any("Connected Server ID", known("@server-id"));
    block.row("Connected Server Version", crate::nats::api::SERVER_VERSION);
    block.row_if_any("Connected Server Name", known("@server"));
    block.row("TLS Connection", "no");
    if let Ok(account) = &told {
        usage(&mut block, account, &payload);
    }
    run.say_all(block.lines());
    if let Err(why) = told {
        run.say("");
        run.say("JetStream Account Information:");
        run.say("");
        return Err(run.fail(format!("could not obtain account information: {why}")));
    }
    Ok(())
}

fn usage(block: &mut Columns, account: &Account, payload: &str) {
    let limits = &account.limits;
    block.title("JetStream Account Information");
    block.row_if_any("Domain", &account.domain);
    block.title("Account Usage");
    block.row("Storage", ibytes(account.storage));
    block.row("Memory", ibytes(account.memory));
    block.row("Streams", comma(account.streams.into()));
    block.row("Consumers", comma(account.consumers.into()));
    block.title("Account Limits");
    block.row("Max Message Payload", payload);
    block.title("Configuration Requirements");
    block.row("Stream Requires Max Bytes Set", limits.max_bytes_required);
    block.row("Consumer Maximum Ack Pending", at_most(limits.max_ack_pending, comma_of));
    block.title("Stream Resource Usage Limits");
    let of = |used: String, most: String| format!("{used} of {most}");
    block.row("Memory", of(ibytes(account.memory), at_most(limits.max_memory, bytes_of)));
    block.row("Memory Per Stream", at_most(limits.memory_max_stream_bytes, bytes_of));
    block.row("Storage", of(ibytes(account.storage), at_most(limits.max_storage, bytes_of)));
    block.row("Storage Per Stream", at_most(limits.storage_max_stream_bytes, bytes_of));
    block.row("Streams", of(comma(account.streams.into()), at_most(limits.max_streams, comma_of)));
    block.row(
        "Consumers",
        of(comma(account.consumers.into()), at_most(limits.max_consumers, comma_of)),
    );
}

/// A limit; what is not positive is none.
fn at_most(limit: i64, text: fn(u64) -> String) -> String {
    match u64::try_from(limit) {
        Ok(0) | Err(_) => "Unlimited".to_owned(),
        Ok(limit) => text(limit),
    }
}

fn comma_of(n: u64) -> String {
    comma(n.into())
}

fn bytes_of(n: u64) -> String {
    ibytes(n)
}
