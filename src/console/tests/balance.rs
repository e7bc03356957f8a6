//! Leaders of a whole cluster are spread over its servers.

use super::*;

/// How many streams or consumers each server leads, by a report's table.
fn leads(report: &str) -> Vec<(String, u64)> {
    let (_, table) = report.split_once("RAFT Leader Report").expect(report);
    let rows = table.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split('│').map(str::trim).collect();
        Some(((*cells.get(1)?).to_owned(), cells.get(3)?.parse().ok()?))
    });
    rows.collect()
}

#[test]
fn after_balancing_no_server_leads_more_than_its_share() {
    let mut typist = Typist::new();
    for stream in ["A", "B", "C", "D", "E"] {
        typist.types(&format!("nats stream add {stream} --replicas 3 --defaults"));
        typist.types(&format!("nats stream cluster step-down {stream} --preferred n1"));
        typist.types(&format!("nats consumer add A c{stream} --pull --defaults"));
        typist.types(&format!("nats consumer cluster step-down A c{stream} --preferred n1"));
    }
    for (line, report, moved) in [
        ("nats stream cluster balance", "nats stream report -l", "streams."),
        ("nats consumer cluster balance A", "nats consumer report A -l", "consumers on A"),
    ] {
        let (before, _) = typist.types(report);
        let most = |report: &str| leads(report).into_iter().map(|(_, count)| count).max();
        assert!(most(&before) >= Some(5), "{before}");
        let (text, state) = typist.types(line);
        assert_eq!(state, State::Done, "{text}");
        assert!(text.contains("Rebalancing server 'n1' with offset of "), "{text}");
        assert!(text.ends_with(moved) && !text.contains("Unable"), "{text}");
        typist.world.run_until(typist.world.now() + Span::secs(10));
        let (after, _) = typist.types(report);
        assert!(most(&after) <= Some(3) && leads(&after).len() == 3, "{after}");
        let (text, _) = typist.types(line);
        assert!(text.ends_with(&format!("Balanced 0 {moved}")), "{text}");
    }
}
