//! `/connz`: who is connected, and how much went to and fro.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde_json::{Value, json};
use windtunnel::kernel::{ProcId, Span, Time};
use windtunnel::nats::time::{go_duration, rfc3339};
use windtunnel::server::{ClientConn, Server};

use super::engine::Engine;

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
    /// Only connections that are over, of which nothing is remembered here.
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
    let mut clients: Vec<&ClientConn> = server.clients().map(|(_, client)| client).collect();
    if query.closed {
        clients.clear();
    }
    clients.sort_by_key(|client| (Reverse(rank(client, &query.sort)), client.id));
    let total = clients.len();
    if let Some(cid) = query.cid {
        clients.retain(|client| client.id == cid);
    }
    let sockets: BTreeMap<ProcId, (SocketAddr, usize)> = engine.sockets().collect();
    let now = engine.world().now();
    let shown: Vec<Value> = clients
        .into_iter()
        .skip(query.offset)
        .take(query.limit)
        .map(|client| connection(client, sockets.get(&client.peer), now, query.subs))
        .collect();
    page["num_connections"] = json!(shown.len());
    page["total"] = json!(total);
    page["offset"] = json!(query.offset);
    page["limit"] = json!(query.limit);
    page["connections"] = json!(shown);
    Ok(page)
}

/// What a page is sorted by, the largest first.
fn rank(client: &ClientConn, sort: &str) -> u64 {
    let traffic = &client.traffic;
    match sort {
        "subs" => client.subs.len() as u64,
        "msgs_to" => traffic.out_msgs,
        "msgs_from" => traffic.in_msgs,
        "bytes_to" => traffic.out_bytes,
        "bytes_from" => traffic.in_bytes,
        "last" => client.active.0,
        _ => 0,
    }
}

fn connection(
    client: &ClientConn,
    socket: Option<&(SocketAddr, usize)>,
    now: Time,
    subs: Subs,
) -> Value {
    let seconds = |since: Time| {
        let whole = now.since(since).as_nanos() / Span::secs(1).as_nanos();
        go_duration(Span::secs(whole).as_nanos())
    };
    let traffic = &client.traffic;
    let mut shown = json!({
        "cid": client.id,
        "kind": "Client",
        "type": "nats",
        "ip": socket.map_or_else(String::new, |(peer, _)| peer.ip().to_string()),
        "port": socket.map_or(0, |(peer, _)| peer.port()),
        "start": rfc3339(client.since),
        "last_activity": rfc3339(client.active),
        "uptime": seconds(client.since),
        "idle": seconds(client.active),
        "pending_bytes": socket.map_or(0, |(_, pending)| *pending),
        "in_msgs": traffic.in_msgs,
        "out_msgs": traffic.out_msgs,
        "in_bytes": traffic.in_bytes,
        "out_bytes": traffic.out_bytes,
        "subscriptions": client.subs.len(),
    });
    let options = &client.options;
    let said = [("name", &options.name), ("lang", &options.lang), ("version", &options.version)];
    for (key, value) in said {
        if let Some(text) = value {
            shown[key] = json!(text);
        }
    }
    match subs {
        Subs::Count => {}
        Subs::Subjects => {
            let subjects: Vec<&str> = client.subs.values().map(|sub| &*sub.subject).collect();
            shown["subscriptions_list"] = json!(subjects);
        }
        Subs::Detail => {
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
            shown["subscriptions_list_detail"] = list.collect();
        }
    }
    shown
}

fn parse(query: &str) -> Result<Query, String> {
    let mut wanted = Query::default();
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
            "state" => wanted.closed = value == "closed",
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
        let plain = Query { limit: 1_024, ..Query::default() };
        assert_eq!(parse(""), Ok(plain));
        let page = parse("limit=5&offset=10&sort=msgs_to&subs=detail").unwrap();
        assert_eq!((page.limit, page.offset, page.sort.as_str()), (5, 10, "msgs_to"));
        assert_eq!(page.subs, Subs::Detail);
        let one = parse("cid=7&subs=true&limit=9").unwrap();
        assert_eq!((one.cid, one.limit, one.subs), (Some(7), 1, Subs::Subjects));
        assert!(parse("state=closed").unwrap().closed);
        assert_eq!(parse("limit=-3").unwrap().limit, 1_024);
    }

    #[test]
    fn nonsense_is_refused_in_the_words_of_the_server() {
        assert_eq!(parse("sort=size"), Err("invalid sorting option: size".to_owned()));
        let told = parse("limit=x").unwrap_err();
        assert!(told.starts_with("Error decoding int for 'limit'"), "{told}");
        let told = parse("subs=maybe").unwrap_err();
        assert!(told.starts_with("Error decoding boolean for 'subs'"), "{told}");
    }
}
