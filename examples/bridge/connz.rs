//! `/connz`: who is connected, and how much went to and fro.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::{Value, json};
use windtunnel::kernel::{ProcId, Span, Time};
use windtunnel::nats::time::{go_duration, rfc3339};
use windtunnel::server::{ClientConn, Server};

use super::engine::{Engine, Past, Socket};

/// How many connections a page has if nobody says.
const LIMIT: i64 = 1_024;

/// What the address of the page asks for.
#[derive(Debug, Default, PartialEq)]
struct Query {
    offset: usize,
    limit: usize,
    /// Only this connection.
    cid: Option<u64>,
    subs: Subs,
    /// Whether to list connections that are open, and those that are over.
    open: bool,
    closed: bool,
    sort: String,
}

/// How subscriptions are shown.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
enum Subs {
    #[default]
    Count,
    Subjects,
    Detail,
}

/// A connection that is listed.
struct Listed<'a> {
    client: &'a ClientConn,
    socket: Option<Socket>,
    /// Since when it is over, and why it ended.
    over: Option<(Time, &'static str)>,
}

/// The connections of a server as nats-server lists them: those from outside, not those of the engine's own
/// applications, of which there are none here.
///
/// # Errors
/// What about the query makes no sense, in nats-server's words.
pub(crate) fn connz(
    engine: &Engine,
    server: &Server,
    query: &str,
    mut page: Value,
) -> Result<Value, String> {
    let query = parse(query)?;
    let mut all = Vec::new();
    if query.open {
        let sockets: BTreeMap<ProcId, Socket> = engine.sockets().collect();
        all.extend(server.clients().map(|(_, client)| {
            let socket = sockets.get(&client.peer).copied();
            Listed { client, socket, over: None }
        }));
    }
    if query.closed {
        let (name, cluster) = (server.name(), &server.config().cluster);
        let here = |past: &&Past| *past.site.server == **name && *past.site.cluster == **cluster;
        let known: BTreeMap<u64, &Past> =
            engine.past().filter(here).map(|past| (past.cid, past)).collect();
        all.extend(server.past_clients().map(|(at, client)| {
            let past = known.get(&client.id);
            let reason = past.map_or("Client Closed", |past| past.reason);
            Listed { client, socket: past.map(|past| past.socket), over: Some((at, reason)) }
        }));
    }
    sort(&mut all, &query.sort);
    let total = all.len();
    if let Some(cid) = query.cid {
        all.retain(|listed| listed.client.id == cid);
    }
    let now = engine.world().now();
    let page_of = all.iter().skip(query.offset).take(query.limit);
    let shown: Vec<Value> = page_of.map(|listed| connection(listed, now, query.subs)).collect();
    if let Some(page) = page.as_object_mut() {
        page.remove("server_name");
    }
    page["num_connections"] = json!(shown.len());
    page["total"] = json!(total);
    page["offset"] = json!(query.offset);
    page["limit"] = json!(query.limit);
    page["connections"] = json!(shown);
    Ok(page)
}

/// Sorts a page: the largest first, but for numbers, times and reasons.
fn sort(all: &mut [Listed<'_>], by: &str) {
    all.sort_by_key(|listed| listed.client.id);
    match by {
        // The youngest first.
        "uptime" => all.sort_by_key(|listed| Reverse(listed.client.since)),
        "idle" => all.sort_by_key(|listed| listed.client.active),
        "reason" => all.sort_by_key(|listed| listed.over.map(|(_, reason)| reason)),
        "stop" => all.sort_by_key(|listed| Reverse(listed.over.map(|(at, _)| at))),
        _ => all.sort_by_key(|listed| Reverse(rank(listed, by))),
    }
}

/// What a page is sorted by, the largest first.
fn rank(listed: &Listed<'_>, sort: &str) -> u64 {
    let Listed { client, socket, .. } = listed;
    let traffic = &client.traffic;
    match sort {
        "subs" => client.subs.len() as u64,
        "pending" => socket.map_or(0, |socket| socket.pending as u64),
        "msgs_to" => traffic.out_msgs,
        "msgs_from" => traffic.in_msgs,
        "bytes_to" => traffic.out_bytes,
        "bytes_from" => traffic.in_bytes,
        "last" => client.active.0,
        "rtt" => socket.and_then(|socket| socket.rtt).map_or(0, Span::as_nanos),
        _ => 0,
    }
}

fn connection(listed: &Listed<'_>, now: Time, subs: Subs) -> Value {
    let Listed { client, socket, over } = listed;
    let now = over.map_or(now, |(at, _)| at);
    let seconds = |since: Time| {
        let whole = now.since(since).as_nanos() / Span::secs(1).as_nanos();
        go_duration(Span::secs(whole).as_nanos())
    };
    let traffic = &client.traffic;
    let mut shown = json!({
        "cid": client.id,
        "kind": "Client",
        "type": "nats",
        "ip": socket.map_or_else(String::new, |socket| socket.peer.ip().to_string()),
        "port": socket.map_or(0, |socket| socket.peer.port()),
        "start": rfc3339(client.since),
        "last_activity": rfc3339(client.active),
        "uptime": seconds(client.since),
        "idle": seconds(client.active),
        "pending_bytes": socket.map_or(0, |socket| socket.pending),
        "in_msgs": traffic.in_msgs,
        "out_msgs": traffic.out_msgs,
        "in_bytes": traffic.in_bytes,
        "out_bytes": traffic.out_bytes,
        "subscriptions": client.subs.len(),
    });
    if let Some((at, reason)) = over {
        shown["stop"] = json!(rfc3339(*at));
        shown["reason"] = json!(reason);
    }
    if let Some(rtt) = socket.and_then(|socket| socket.rtt) {
        shown["rtt"] = json!(go_duration(rtt.as_nanos()));
    }
    let options = &client.options;
    let said = [("name", &options.name), ("lang", &options.lang), ("version", &options.version)];
    for (key, value) in said {
        if let Some(text) = value {
            shown[key] = json!(text);
        }
    }
    match subs {
        Subs::Count => {}
        _ if client.subs.is_empty() => {}
        Subs::Subjects => {
            let subjects: Vec<&str> = client.subs.values().map(|sub| &*sub.subject).collect();
            shown["subscriptions_list"] = json!(subjects);
        }
        Subs::Detail => shown["subscriptions_list_detail"] = details(client),
    }
    shown
}

fn details(client: &ClientConn) -> Value {
    let list = client.subs.iter().map(|(sid, sub)| {
        let mut one = json!({
            "subject": &*sub.subject,
            "sid": &**sid,
            "msgs": sub.delivered,
            "cid": client.id,
        });
        if let Some(queue) = &sub.queue {
            one["qgroup"] = json!(&**queue);
        }
        if let Some(max) = sub.max {
            one["max"] = json!(max);
        }
        one
    });
    list.collect()
}

fn parse(query: &str) -> Result<Query, String> {
    let mut wanted = Query { open: true, ..Query::default() };
    let mut limit = LIMIT;
    for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        match key {
            "offset" => wanted.offset = usize::try_from(int(key, value)?).unwrap_or(0),
            "limit" => limit = int(key, value)?,
            "cid" => wanted.cid = u64::try_from(int(key, value)?).ok().filter(|cid| *cid > 0),
            "subs" => {
                wanted.subs = match value {
                    "detail" => Subs::Detail,
                    _ if boolean(key, value)? => Subs::Subjects,
                    _ => Subs::Count,
                }
            }
            "state" => {
                (wanted.open, wanted.closed) = match value.to_lowercase().as_str() {
                    "" | "open" => (true, false),
                    "closed" => (false, true),
                    "any" | "all" => (true, true),
                    _ => return Err(format!("Error decoding state for {value}")),
                }
            }
            "sort" => {
                const KNOWN: &str = "cid start subs pending msgs_to msgs_from bytes_to bytes_from \
                                     last idle uptime stop reason rtt";
                if !value.is_empty() && KNOWN.split(' ').all(|known| known != value) {
                    return Err(format!("invalid sorting option: {value}"));
                }
                wanted.sort = value.to_owned();
            }
            _ => {}
        }
    }
    if wanted.cid.is_some() {
        limit = 1;
    }
    let sort = wanted.sort.as_str();
    if matches!(sort, "stop" | "reason") && (wanted.open || !wanted.closed) {
        return Err(format!("sort by {sort} only valid on closed connections"));
    }
    wanted.limit = usize::try_from(limit).ok().filter(|limit| *limit > 0).unwrap_or(LIMIT as usize);
    Ok(wanted)
}

fn int(key: &str, value: &str) -> Result<i64, String> {
    value.parse().map_err(|_| {
        format!("Error decoding int for '{key}': strconv.Atoi: parsing {value:?}: invalid syntax")
    })
}

fn boolean(key: &str, value: &str) -> Result<bool, String> {
    match value {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        _ => Err(format!(
            "Error decoding boolean for '{key}': strconv.ParseBool: parsing {value:?}: invalid \
             syntax"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_says_which_connections_and_how_much_of_them() {
        let plain = Query { limit: 1_024, open: true, ..Query::default() };
        assert_eq!(parse(""), Ok(plain));
        let page = parse("limit=5&offset=10&sort=msgs_to&subs=detail").unwrap();
        assert_eq!((page.limit, page.offset, page.sort.as_str()), (5, 10, "msgs_to"));
        assert_eq!(page.subs, Subs::Detail);
        let one = parse("cid=7&subs=true&limit=9").unwrap();
        assert_eq!((one.cid, one.limit, one.subs), (Some(7), 1, Subs::Subjects));
        let both = |query| parse(query).map(|query| (query.open, query.closed)).unwrap();
        assert_eq!((both("state=closed"), both("state=Any")), ((false, true), (true, true)));
        assert_eq!(parse("limit=-3").unwrap().limit, 1_024);
    }

    #[test]
    fn nonsense_is_refused_in_the_words_of_the_server() {
        assert_eq!(parse("sort=size"), Err("invalid sorting option: size".to_owned()));
        let told = parse("sort=stop").unwrap_err();
        assert_eq!(told, "sort by stop only valid on closed connections");
        assert!(parse("sort=stop&state=closed").is_ok());
        assert_eq!(parse("state=shut"), Err("Error decoding state for shut".to_owned()));
        let told = parse("limit=x").unwrap_err();
        assert!(told.starts_with("Error decoding int for 'limit'"), "{told}");
        let told = parse("subs=maybe").unwrap_err();
        assert!(told.starts_with("Error decoding boolean for 'subs'"), "{told}");
    }
}
