//! `nats stream cluster balance` and `nats consumer cluster balance`: leaders spread over the servers.
//!
//! Which of a server's streams are moved, and where to, the real CLI leaves to chance. Here it is the
//! first by name that can move, and the server that is furthest below its share.

use crate::console::parse::Invocation;
use crate::nats::api::response::Success;
use crate::nats::api::{ClusterInfo, Placement};
use crate::nats::json::as_json;
use crate::sorted;
use crate::sorted::Map;

use super::cluster::step_down_body;
use super::{Done, Run, consumer, stream_find};

/// `nats stream cluster balance`
pub(super) fn streams(run: &mut Run<'_>, line: &Invocation) -> Done {
    let found = stream_find::matching(run, line)?;
    if found.is_empty() {
        return Ok(());
    }
    let groups = found.into_iter().map(|info| (info.config.name.clone(), info.cluster)).collect();
    let moved = balance(run, groups, "stream", "STREAM.LEADER.STEPDOWN", "balance streams:")?;
    run.say(format!("Balanced {moved} streams."));
    Ok(())
}

/// `nats consumer cluster balance`
pub(super) fn consumers(run: &mut Run<'_>, line: &Invocation) -> Done {
    let (stream, found) = consumer::matching(run, line)?;
    if found.is_empty() {
        run.say(format!("No consumers on {stream}"));
        return Ok(());
    }
    let groups = found.into_iter().map(|info| (info.name, info.cluster)).collect();
    let endpoint = format!("CONSUMER.LEADER.STEPDOWN.{stream}");
    let doing = format!("balance consumers on {stream} -");
    let moved = balance(run, groups, "consumer", &endpoint, &doing)?;
    run.say(format!("Balanced {moved} consumers on {stream}"));
    Ok(())
}

/// Something that has a leader: its name and who replicates it.
type Entity = (String, Option<ClusterInfo>);

/// A server: what it leads, and how much that is above its share.
#[derive(Default)]
struct Peer<'a> {
    leads: Vec<&'a Entity>,
    offset: i64,
}

/// Asks leaders that lead more than their share to step down for others. Gives how many did.
fn balance(
    run: &mut Run<'_>,
    mut entities: Vec<Entity>,
    what: &str,
    endpoint: &str,
    doing: &str,
) -> Done<u64> {
    understands_preferences(run, doing)?;
    sorted::sort_by(&mut entities, |a, b| a.0 < b.0);
    let mut clusters: Map<&str, Map<&str, Peer<'_>>> = Map::new();
    for entity in &entities {
        // A server that stands alone has no others to spread over.
        let Some(group) = &entity.1 else { continue };
        let peers = clusters.entry(&group.name).or_default();
        if group.leader.is_empty() {
            run.log(run.at(), format!("Found entity without leader {}", entity.0));
        } else {
            peers.entry(&group.leader).or_default().leads.push(entity);
        }
        for replica in &group.replicas {
            peers.entry(&replica.name).or_default();
        }
    }
    for (name, peers) in clusters.iter_mut() {
        let leads: usize = peers.values().map(|peer| peer.leads.len()).sum();
        let share = share(leads, peers.len());
        run.log(run.at(), format!("Found cluster {name} with a balanced distribution of {share}"));
        let count = peers.len();
        run.log(run.at(), format!("Cluster {name} has {count} available peers"));
        for (server, peer) in peers.iter_mut() {
            let leads = peer.leads.len();
            peer.offset = leads as i64 - share as i64;
            let offset = peer.offset;
            run.log(
                run.at(),
                format!(
                    "Nats server '{server}' is the lead of {leads} entities with a offset of {offset}"
                ),
            );
        }
        run.log(run.at(), "");
    }
    let mut moved = 0;
    for (name, peers) in clusters.iter_mut() {
        let servers: Vec<&str> = peers.keys().copied().collect();
        for from in servers {
            moved += relieve(run, peers, from, &|run, entity: &str, to: &str| {
                run.log(run.at(), format!("Moving {entity} to available server in cluster {name}"));
                run.log(
                    run.at(),
                    format!(
                        "Requesting leader '{from}' step down for {what} '{entity}'. New preferred leader is {to}."
                    ),
                );
                let placement = Placement {
                    preferred: to.to_owned(),
                    cluster: (*name).to_owned(),
                    ..Placement::default()
                };
                let done: Result<Success, String> =
                    run.api(&format!("{endpoint}.{entity}"), step_down_body(placement))?;
                let text = match &done {
                    Ok(_) => format!("Successful step down for {what} '{entity}'"),
                    Err(why) => format!("Unable to step down leader for  {entity} - {why}"),
                };
                run.log(run.at(), text);
                Ok(done.is_ok())
            })?;
        }
    }
    Ok(moved)
}

/// Lets one server step down from what it leads above its share, as far as others are below theirs.
/// `ask` asks it to leave something to another one, and tells whether it did.
fn relieve(
    run: &mut Run<'_>,
    peers: &mut Map<&str, Peer<'_>>,
    from: &str,
    ask: &dyn Fn(&mut Run<'_>, &str, &str) -> Done<bool>,
) -> Done<u64> {
    let Some(peer) = peers.get(from).filter(|peer| peer.offset > 0) else { return Ok(0) };
    let (leads, mut above) = (peer.leads.clone(), peer.offset);
    run.log(run.at(), format!("Rebalancing server '{from}' with offset of {above}"));
    let mut moved = 0;
    for (entity, group) in leads {
        if above <= 0 {
            break;
        }
        // Only a server that has a copy can lead.
        let replicas = group.iter().flat_map(|group| &group.replicas).map(|peer| &*peer.name);
        let offset = |name: &str| peers.get(name).map_or(0, |peer| peer.offset);
        let to = replicas.filter(|name| offset(name) < 0).min_by_key(|name| (offset(name), *name));
        let Some(to) = to else { continue };
        if ask(run, entity, to)? {
            above -= 1;
            moved += 1;
            if let Some(peer) = peers.get_mut(to) {
                peer.offset += 1;
            }
        }
    }
    Ok(moved)
}

/// How many groups a server may lead: the even share; if there is none, the CLI adds a half before
/// it rounds up.
fn share(leads: usize, servers: usize) -> usize {
    match servers {
        0 => 0,
        servers if leads.is_multiple_of(servers) => leads / servers,
        servers => (2 * leads + servers).div_ceil(2 * servers),
    }
}

/// That the servers know what a preferred leader is, as the CLI asks first.
fn understands_preferences(run: &mut Run<'_>, doing: &str) -> Done {
    #[derive(Default)]
    struct Api {
        level: u64,
    }
    #[derive(Default)]
    struct Account {
        api: Api,
    }
    as_json! { read Api; level }
    as_json! { read Account; api }
    let told: Result<Account, String> = run.api("INFO", "")?;
    let known = run.check("", told)?;
    if known.api.level < 1 {
        let why = "invalid server version. Balancer requires server version 2.11.0 or higher";
        return Err(run.fail(format!("failed to {doing} {why}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn the_share_is_the_even_one_or_a_little_more() {
        for (leads, servers, expected) in
            [(0, 0, 0), (9, 3, 3), (5, 1, 5), (10, 3, 4), (4, 3, 2), (5, 3, 3), (1, 3, 1)]
        {
            assert_eq!(share(leads, servers), expected, "{leads} over {servers}");
        }
    }
}
