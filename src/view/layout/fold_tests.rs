//! Summaries: when clusters become some by themselves; and that nothing overlaps however they are folded.

use super::*;
use crate::view::frame::TextStyle;
use std::sync::Arc;

/// The stages of a page of 1440 by 900, of an embedded one of 820 by 560, and of a phone of 390 by 844.
const SIZES: [(f64, f64); 3] = [(796.0, 452.0), (820.0, 414.0), (390.0, 471.0)];

fn hints((width, height): (f64, f64)) -> LayoutHints {
    LayoutHints { width, height, ..LayoutHints::default() }
}

/// Three regions and a hub, as in the scene of the whole picture.
fn regions() -> Places {
    let mut places = Places::new([3, 3, 3, 1]).with_hub(Some(3));
    let names = ["ORDERS", "TASKS", "KV_config", "OBJ_assets", "ORDERS-EU", "ORDERS-AP"];
    for cluster in 0..3 {
        for name in names {
            places.stream(cluster, &Arc::from(name));
        }
        for app in 0..7 {
            let side = [Side::Left, Side::Right, Side::Middle][app % 3];
            places.app(cluster, &Arc::from(format!("app{app}")), side);
        }
    }
    for name in ["ORDERS-GLOBAL", "HIGH-VALUE-ORDERS"] {
        places.stream(3, &Arc::from(name));
    }
    for app in ["dashboard", "cli-analytics"] {
        places.app(3, &Arc::from(app), Side::Right);
    }
    places
}

/// All ways to fold so many clusters.
fn ways(count: usize) -> impl Iterator<Item = Vec<bool>> {
    (0..1_usize << count).map(move |way| (0..count).map(|n| way >> n & 1 == 1).collect())
}

fn check(layout: &Layout, case: &str) {
    for (n, a) in layout.clusters.iter().enumerate() {
        let around = a.panel.grow(0.5);
        assert!(
            layout.view.contains(&a.panel),
            "{case}: {:?} is out of {:?}",
            a.panel,
            layout.view
        );
        for b in &layout.clusters[n + 1..] {
            assert!(!a.panel.overlaps(&b.panel), "{case}: {:?} over {:?}", a.panel, b.panel);
            let over = a.apps.iter().any(|app| b.panel.overlaps(app))
                || b.apps.iter().any(|app| a.panel.overlaps(app));
            assert!(!over, "{case}: apps of one over another");
        }
        let r = a.radius;
        let hex = |c: &Point| Rect::new(c.x - r, c.y - r - 10.0, 2.0 * r, 2.0 * r + 10.0);
        let servers: Vec<Rect> = a.servers.iter().map(hex).collect();
        let mut solids: Vec<Rect> =
            a.tapes.iter().chain(&servers).chain(&a.fold).copied().collect();
        assert!(
            solids.iter().all(|solid| around.contains(solid)),
            "{case}: {solids:?} in {around:?}"
        );
        solids.extend(&a.apps);
        for (n, one) in solids.iter().enumerate() {
            assert!(layout.view.contains(one), "{case}: {one:?} is out of view");
            for other in &solids[n + 1..] {
                assert!(!one.overlaps(other), "{case}: {one:?} over {other:?}");
            }
        }
    }
}

#[test]
fn three_regions_and_a_hub_are_summaries_with_all_their_streams_at_all_sizes() {
    for size in SIZES {
        let layout = Layout::new(&regions(), hints(size));
        let case = format!("{size:?}");
        check(&layout, &case);
        assert!(layout.clusters.iter().all(|cluster| cluster.folded), "{case}");
        assert!(layout.clusters.iter().all(|cluster| cluster.hidden_tapes == 0), "{case}");
        assert_eq!((layout.view.w, layout.view.h), size, "all of it is in sight");
        let hub = layout.clusters[3].panel;
        assert!(layout.clusters[..3].iter().all(|region| region.panel.y <= hub.y), "{case}");
    }
}

/// A phone's summary is narrow: the longest names stand above their lines there, as there is room.
#[test]
fn names_of_streams_are_whole_where_there_is_room_for_them() {
    for size in SIZES {
        let layout = Layout::new(&regions(), hints(size));
        for (cluster, longest) in layout.clusters.iter().zip([10, 10, 10, 17]) {
            let tape = cluster.tapes[0];
            let room = if cluster.beside > 0.0 { cluster.beside - 6.0 } else { tape.w };
            let wide = TextStyle::Mono.width(&"M".repeat(longest));
            assert!(wide <= room, "{size:?}: {longest} characters in {room} px");
            let above = tape.y - cluster.panel.y - 60.0;
            assert!(cluster.beside > 0.0 || above >= 14.0, "room for a line of text above");
        }
    }
    let hub = &Layout::new(&regions(), hints(SIZES[2])).clusters[3];
    assert!(hub.beside == 0.0 && hub.tapes[0].h >= 14.0, "{hub:?}");
}

#[test]
fn on_a_very_large_stage_all_are_drawn_whole() {
    let layout = Layout::new(&regions(), hints((2_400.0, 1_600.0)));
    assert!(layout.clusters.iter().all(|cluster| !cluster.folded));
    check(&layout, "large");
}

#[test]
fn however_clusters_are_folded_nothing_overlaps() {
    for size in SIZES {
        for way in ways(4) {
            let mut places = regions();
            way.iter().enumerate().for_each(|(n, folded)| places.fold(n, *folded));
            let layout = Layout::new(&places, hints(size));
            let got: Vec<bool> = layout.clusters.iter().map(|cluster| cluster.folded).collect();
            assert_eq!(got, way, "who looks decides");
            check(&layout, &format!("{size:?} {way:?}"));
        }
    }
}

#[test]
fn one_to_eight_clusters_fold() {
    for size in SIZES {
        for count in 2..=8_usize {
            for open in 0..=count {
                for hub in [None, Some(0), Some(count - 1)] {
                    let mut places = Places::new(vec![count % 5 + 1; count]).with_hub(hub);
                    for cluster in 0..count {
                        for stream in 0..3 {
                            places.stream(cluster, &Arc::from(format!("S{stream}")));
                        }
                        places.fold(cluster, cluster != open);
                    }
                    let layout = Layout::new(&places, hints(size));
                    assert_eq!(layout.clusters.len(), count);
                    check(
                        &layout,
                        &format!("{size:?}, {count} clusters, {open} whole, hub {hub:?}"),
                    );
                }
            }
        }
    }
}

#[test]
fn a_single_cluster_does_not_fold() {
    let mut places = Places::new([3]);
    places.fold(0, true);
    let layout = Layout::new(&places, hints((390.0, 240.0)));
    assert!(!layout.clusters[0].folded && layout.clusters[0].fold.is_none());
}

#[test]
fn what_is_whole_has_most_of_the_room() {
    for size in SIZES {
        let mut places = regions();
        places.fold(1, false);
        let layout = Layout::new(&places, hints(size));
        let area = |n: usize| layout.clusters[n].panel.w * layout.clusters[n].panel.h;
        assert!([0, 2, 3].into_iter().all(|n| area(n) < area(1)), "{size:?}");
    }
}
