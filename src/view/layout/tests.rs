//! Nothing overlaps, everything is in its place, and what comes later moves nothing.

use super::*;
use std::sync::Arc;

const SIZES: [(f64, f64); 5] =
    [(792.0, 500.0), (820.0, 360.0), (360.0, 420.0), (320.0, 560.0), (1400.0, 800.0)];

fn hints((width, height): (f64, f64)) -> LayoutHints {
    LayoutHints { width, height, ..LayoutHints::default() }
}

fn places(servers: &[usize], streams: usize, apps: usize) -> Places {
    let mut places = Places::new(servers.iter().copied());
    for cluster in 0..servers.len() {
        for n in 0..streams {
            places.stream(cluster, &Arc::from(format!("S{n}")));
        }
        for n in 0..apps {
            let side = [Side::Left, Side::Right, Side::Middle][n % 3];
            places.app(cluster, &Arc::from(format!("app{n}")), side);
        }
    }
    places
}

fn solids(layout: &Layout) -> Vec<Rect> {
    let mut solids = Vec::new();
    for cluster in &layout.clusters {
        solids.extend(&cluster.apps);
        solids.extend(&cluster.tapes);
        let r = cluster.radius;
        // Below a server of a summary there are no bars.
        let below = if cluster.folded { 10.0 } else { 30.0 };
        let hex = |c: &Point| Rect::new(c.x - r, c.y - r - 10.0, 2.0 * r, 2.0 * r + below);
        solids.extend(cluster.servers.iter().map(hex));
    }
    solids
}

#[test]
fn nothing_overlaps_and_everything_is_in_its_panel_and_in_view() {
    for size in SIZES {
        for clusters in 1..=8 {
            for servers in 1..=5 {
                let layout = Layout::new(&places(&vec![servers; clusters], 3, 3), hints(size));
                let case = format!("{size:?}, {clusters} clusters of {servers}");
                let solids = solids(&layout);
                for (n, a) in solids.iter().enumerate() {
                    assert!(layout.view.contains(a), "{case}: {a:?} is out of view");
                    for b in &solids[n + 1..] {
                        assert!(!a.overlaps(b), "{case}: {a:?} over {b:?}");
                    }
                }
                for (n, a) in layout.clusters.iter().enumerate() {
                    assert!(layout.view.contains(&a.panel), "{case}");
                    let tapes_in = a.tapes.iter().all(|tape| a.panel.contains(tape));
                    assert!(tapes_in && !a.tapes.is_empty(), "{case}: {:?}", a.tapes);
                    for b in &layout.clusters[n + 1..] {
                        assert!(!a.panel.overlaps(&b.panel), "{case}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_card_takes_two_rows_or_is_a_tape_where_there_is_no_room() {
    for size in SIZES {
        for streams in 1..=5 {
            let mut places = Places::new([3]);
            for n in 0..streams {
                let name = if n % 2 == 0 { format!("KV_{n}") } else { format!("S{n}") };
                places.stream(0, &Arc::from(name));
            }
            let layout = Layout::new(&places, hints(size));
            let tapes = &layout.clusters[0].tapes;
            let case = format!("{size:?}, {streams} streams: {tapes:?}");
            for (n, tape) in tapes.iter().enumerate() {
                assert!(layout.clusters[0].panel.contains(tape), "{case}");
                assert!(tapes[n + 1..].iter().all(|other| !tape.overlaps(other)), "{case}");
                assert!(tape.h >= TAPE && (n % 2 == 0 || tape.h == TAPE), "{case}");
            }
            let hidden = layout.clusters[0].hidden_tapes;
            assert_eq!(tapes.len() + hidden, streams, "{case}");
        }
    }
    let alone = {
        let mut places = Places::new([3]);
        places.stream(0, &Arc::from("KV_config"));
        Layout::new(&places, hints(SIZES[0])).clusters[0].tapes[0].h
    };
    assert!(alone > 2.0 * TAPE, "one bucket has room for its rows: {alone}");
}

#[test]
fn one_more_app_or_stream_moves_nothing() {
    for size in SIZES {
        let before = Layout::new(&places(&[3], 1, 1), hints(size));
        let after = Layout::new(&places(&[3], 2, 2), hints(size));
        let (before, after) = (&before.clusters[0], &after.clusters[0]);
        assert_eq!(before.panel, after.panel, "{size:?}");
        assert_eq!(before.servers, after.servers, "{size:?}");
        assert_eq!(before.apps[0], after.apps[0], "{size:?}");
        if after.hidden_tapes == 0 && size.1 > 400.0 {
            assert_eq!(before.tapes[0], after.tapes[0], "{size:?}");
        }
    }
}

#[test]
fn where_there_is_room_adding_apps_moves_nothing_until_two_rows_are_full() {
    let before = Layout::new(&places(&[3], 1, 3), hints((792.0, 460.0)));
    let after = Layout::new(&places(&[3], 1, 8), hints((792.0, 460.0)));
    let (before, after) = (&before.clusters[0], &after.clusters[0]);
    assert_eq!(before.servers, after.servers);
    assert_eq!(before.tapes, after.tapes);
    assert_eq!(before.apps[..], after.apps[..3]);
    // Only the panel's upper edge gives way; while there is one row, nothing is left empty below it.
    assert_eq!(before.panel.bottom(), after.panel.bottom());
    assert_eq!(before.panel.y - before.apps[0].bottom(), 18.0);
    assert_eq!(after.panel.y - after.apps[7].bottom(), 18.0);
}

#[test]
fn a_lab_sized_stage_is_not_larger_than_its_room() {
    for size in [(792.0, 500.0), (820.0, 360.0), (360.0, 420.0)] {
        let view = Layout::new(&places(&[3], 2, 2), hints(size)).view;
        assert_eq!((view.w, view.h), size);
    }
    let two = Layout::new(&places(&[3, 3, 1], 2, 1), hints((792.0, 500.0)));
    assert!(two.view.w <= 792.0 && two.view.h <= 560.0, "{:?}", two.view);
}

#[test]
fn where_names_above_the_tapes_have_no_room_they_stand_beside_them() {
    let roomy = Layout::new(&places(&[1], 3, 3), hints((792.0, 470.0)));
    let tight = Layout::new(&places(&[1], 3, 5), hints((532.0, 421.0)));
    let (roomy, tight) = (&roomy.clusters[0], &tight.clusters[0]);
    assert_eq!((roomy.beside, roomy.hidden_tapes), (0.0, 0));
    assert_eq!(tight.hidden_tapes, 0);
    assert!(tight.beside > 80.0, "{}", tight.beside);
    assert!(tight.tapes[0].x >= tight.panel.x + 18.0 + tight.beside);
}

#[test]
fn three_streams_are_drawn_however_small_the_stage_is() {
    for size in [(390.0, 330.0), (390.0, 240.0), (320.0, 300.0)] {
        let small = Layout::new(&places(&[1], 3, 5), hints(size));
        assert_eq!(small.clusters[0].hidden_tapes, 0, "{size:?}");
        assert!(small.view.h < 440.0, "{size:?}: {}", small.view.h);
    }
}

#[test]
fn a_place_is_kept() {
    let mut places = Places::new([3]);
    let (a, b): (Arc<str>, Arc<str>) = ("Z".into(), "A".into());
    assert_eq!(places.stream(0, &a), Some(0));
    assert_eq!(places.stream(0, &b), Some(1));
    assert_eq!(places.stream(0, &a), Some(0));
    assert_eq!(places.stream(7, &a), None);
}
