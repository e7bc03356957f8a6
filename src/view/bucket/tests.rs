//! Buckets and stores read from the streams of the scenes, and from what is done to them.

use std::sync::Arc;

use super::*;
use crate::client::{Call, Draft};
use crate::view::Entity;
use crate::view::cast::Cast;
use crate::view::frame::{CellKind, Rect, Stage, Tape};
use crate::view::{Player, PlayerCommand};
use crate::world::bucket::{Bucket, Kind, ObjectStore, Place, Revision};
use crate::world::scenes::{config_bucket, object_store};
use crate::world::{Input, Topology, World};

fn player(topology: Topology) -> Player {
    let mut player = Player::new(World::new(topology).unwrap());
    player.command(PlayerCommand::SetReducedMotion(true));
    player
}

/// Publishes and runs until nothing is open.
fn publish(player: &mut Player, subject: &str, headers: &[(&str, &str)], text: &str) {
    let message = Draft {
        subject: subject.to_owned(),
        headers: headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
        text: text.to_owned(),
        ..Draft::default()
    };
    let call = Call::JsPublish { message, count: 1, retries: 0 };
    player.command(PlayerCommand::Act(Input::Call { client: "admin".to_owned(), call }));
    player.command(PlayerCommand::RunToIdle);
    while player.is_active() {
        player.tick(16.0);
    }
}

fn bucket(player: &Player) -> Bucket {
    Bucket::of(player.world().stream(0, "KV_config").unwrap().best().unwrap().stream)
}

fn cell_kinds(stage: &Stage, stream: &str) -> Vec<(String, CellKind)> {
    let named = |tape: &&Tape| tape.name.text == stream;
    let tape = stage.tapes.iter().find(named).unwrap();
    tape.cells.iter().map(|cell| (cell.label.text.clone(), cell.kind)).collect()
}

#[test]
fn a_bucket_is_its_keys_with_the_revisions_that_are_there() {
    let mut player = player(config_bucket());
    let numbers = |player: &Player, key: &str| -> Vec<u64> {
        bucket(player).key(key).unwrap().revisions.iter().map(Revision::number).collect()
    };
    let names: Vec<String> = bucket(&player).keys.into_iter().map(|key| key.name).collect();
    assert_eq!(names, ["db.host", "db.port", "log.level"]);
    assert_eq!(numbers(&player, "db.host"), [1, 3]);
    publish(&mut player, "$KV.config.db.host", &[("KV-Operation", "DEL")], "");
    let host = bucket(&player).key("db.host").cloned().unwrap();
    assert!(!host.is_live() && host.revisions.len() == 3, "the history stays: {host:?}");
    assert_eq!(bucket(&player).live(), 2);
    let purge = [("KV-Operation", "PURGE"), ("Nats-Rollup", "sub")];
    publish(&mut player, "$KV.config.db.host", &purge, "");
    assert_eq!(numbers(&player, "db.host"), [6], "a purge leaves its marker only");
    let kinds = cell_kinds(&player.frame().stage, "KV_config");
    assert!(kinds.contains(&("PURGE".to_owned(), CellKind::Tombstone)), "{kinds:?}");
}

#[test]
fn what_runs_out_is_marked_with_its_reason() {
    let mut player = player(config_bucket());
    publish(&mut player, "$KV.config.lease", &[("Nats-TTL", "8s")], "mine");
    let frame = player.frame();
    let [running] = frame.motion.expiries.as_slice() else { panic!("{:?}", frame.motion.expiries) };
    assert!(running.left > 0.8 && running.label.text == "8 s", "{running:?}");
    let marker = [("Nats-Marker-Reason", "MaxAge"), ("Nats-Rollup", "sub")];
    publish(&mut player, "$KV.config.lease", &marker, "");
    let lease = bucket(&player).key("lease").cloned().unwrap();
    assert_eq!(word(lease.last().unwrap()), Some("TTL"));
}

#[test]
fn an_update_that_lost_is_marked_until_the_key_changes() {
    let mut player = player(config_bucket());
    let expected = "Nats-Expected-Last-Subject-Sequence";
    publish(&mut player, "$KV.config.db.host", &[(expected, "1")], "stale");
    let name: Arc<str> = "KV_config".into();
    let losses = |player: &Player| Loss::all(Cast::new(player.world()), &name, &bucket(player));
    let [(key, loss)] = &losses(&player)[..] else { panic!("{:?}", losses(&player)) };
    assert_eq!((key.as_str(), loss.expected, loss.found), ("db.host", 1, Some(3)));
    assert_eq!(player.world().short_name(loss.by), "admin");
    let stage = player.frame().stage;
    let rows = &stage.tapes[0].card.as_ref().unwrap().rows;
    assert_eq!(rows.iter().filter(|row| row.lost.is_some()).count(), 1);
    let at = rows.iter().find_map(|row| row.lost).unwrap();
    let hidden = stage.tapes[0]
        .cells
        .iter()
        .any(|cell| cell.rect.grow(4.0).contains(&Rect::new(at.x, at.y, 0.0, 0.0)));
    assert!(!hidden, "the cross hides no number");
    assert!(stage.tapes[0].a11y.contains("admin lost"), "{}", stage.tapes[0].a11y);
    publish(&mut player, "$KV.config.db.host", &[(expected, "3")], "fresh");
    assert_eq!(losses(&player), []);
}

#[test]
fn a_key_keeps_its_row_when_others_come() {
    let mut player = player(config_bucket());
    let row_of = |player: &mut Player, key: &str| {
        let stage = player.frame().stage;
        let rows = &stage.tapes[0].card.as_ref().unwrap().rows;
        rows.iter().map(|row| row.words[0].clone()).find(|name| name.text == key).unwrap()
    };
    let before = row_of(&mut player, "db.port");
    publish(&mut player, "$KV.config.a.first.by.name", &[], "x");
    assert_eq!(row_of(&mut player, "db.port"), before);
    for n in 0..30 {
        publish(&mut player, &format!("$KV.config.many.{n:02}"), &[], "x");
    }
    assert_eq!(row_of(&mut player, "db.port"), before);
    let stage = player.frame().stage;
    let card = stage.tapes[0].card.clone().unwrap();
    let more = card.more.unwrap().text;
    assert_eq!(more, format!("+{} more keys", 34 - card.rows.len()));
}

#[test]
fn the_switch_shows_the_plain_stream_and_the_bucket_again() {
    let mut player = player(config_bucket());
    let stream = Entity::Stream { cluster: 0, name: "KV_config".into() };
    let as_bucket = player.frame().stage;
    player.command(PlayerCommand::SwitchView(stream.clone()));
    let as_stream = player.frame().stage;
    assert!(as_bucket.tapes[0].card.is_some() && as_stream.tapes[0].card.is_none());
    assert_eq!(as_stream.tapes[0].cells.len(), 4);
    assert_eq!(as_bucket.servers, as_stream.servers, "nothing else moves");
    player.command(PlayerCommand::SwitchView(stream));
    assert_eq!(player.frame().stage, as_bucket);
}

#[test]
fn a_store_is_its_objects_with_their_chunks_and_what_belongs_to_none() {
    let mut player = player(object_store());
    let store = |player: &Player| {
        ObjectStore::of(player.world().stream(0, "OBJ_assets").unwrap().best().unwrap().stream)
    };
    let seen = store(&player);
    let names: Vec<_> = seen.objects.iter().map(|o| (o.name.as_str(), &o.chunks[..])).collect();
    assert_eq!(names, [("logo.svg", &[1, 2, 3][..]), ("motd.txt", &[5][..])]);
    assert!(seen.objects.iter().all(|object| !object.is_broken()));
    let [orphan] = seen.orphans.as_slice() else { panic!("{seen:?}") };
    assert_eq!((orphan.chunks.as_slice(), orphan.bytes), (&[7, 8][..], 128));
    let kinds = cell_kinds(&player.frame().stage, "OBJ_assets");
    assert!(kinds.contains(&("meta".to_owned(), CellKind::Old)), "{kinds:?}");
    assert_eq!(kinds.iter().filter(|(_, kind)| *kind == CellKind::Orphan).count(), 2);
}

#[test]
fn subjects_are_read_as_what_they_mean() {
    let text = |subject: &str| Place::of(subject).map(|place| place.text());
    assert_eq!(text("$KV.config.db.host").as_deref(), Some("config/db.host"));
    assert_eq!(text("$JS.hub.API.$KV.config.db.host").as_deref(), Some("config/db.host"));
    assert_eq!(text("$O.assets.M.bG9nby5zdmc=").as_deref(), Some("assets/logo.svg"));
    assert_eq!(text("$O.assets.C.E7WDYlFbdhxENn1d447E5J").as_deref(), Some("assets"));
    assert_eq!(text("orders.new"), None);
    assert_eq!(Kind::of_name("KV_config"), Some(Kind::Bucket("config")));
    assert_eq!(Kind::of_name("KV_"), None);
    assert_eq!(Kind::of_name("ORDERS"), None);
}

/// Hops to the end; what was said on the way.
fn told(player: &mut Player) -> String {
    let mut said = Vec::new();
    for _ in 0..60 {
        let before = player.world().position();
        player.command(PlayerCommand::HopForward);
        while player.is_active() {
            player.tick(16.0);
        }
        if player.world().position() == before {
            break;
        }
        said.push(player.frame().caption.text());
    }
    said.join("\n")
}

fn ask(player: &mut Player, subject: &str, headers: &[(&str, &str)], text: &str) {
    let message = Draft {
        subject: subject.to_owned(),
        headers: headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
        text: text.to_owned(),
        ..Draft::default()
    };
    let call = Call::JsPublish { message, count: 1, retries: 0 };
    player.command(PlayerCommand::Act(Input::Call { client: "admin".to_owned(), call }));
}

#[test]
fn captions_say_what_messages_mean_beside_what_they_are() {
    let mut player = player(config_bucket());
    ask(&mut player, "$KV.config.db.host", &[], "db-2");
    let said = told(&mut player);
    for sentence in [
        "$KV.config.db.host is stored as sequence 5: config/db.host has revision 5.",
        "n3 delivers $KV.config.db.host to api: config/db.host, revision 5.",
    ] {
        assert!(said.contains(sentence), "{said}");
    }
    let stale = [("Nats-Expected-Last-Subject-Sequence", "3")];
    ask(&mut player, "$KV.config.db.host", &stale, "late");
    let started = player.frame().caption.text();
    assert_eq!(
        started,
        "admin updates config/db.host, if revision 3 is still its last, and waits for the stream's \
         acknowledgement."
    );
    let said = told(&mut player);
    for sentence in [
        "admin loses: it wanted to update config/db.host after revision 3, but its last revision is 5. \
         KV_config refuses the message: wrong last sequence: 5 (error 10071).",
        "admin is told that the stream refused its message: wrong last sequence: 5.",
    ] {
        assert!(said.contains(sentence), "{said}");
    }
    ask(&mut player, "$KV.config.db.port", &[("KV-Operation", "DEL")], "");
    let said = told(&mut player);
    assert!(said.contains("config/db.port is deleted, and revision 6 says so."), "{said}");
}

#[test]
fn the_inspector_lists_keys_with_their_cells_and_objects_with_their_copies() {
    use crate::view::frame::{Holding, Section};
    let holdings = |player: &mut Player, name: &str| -> Vec<Holding> {
        let entity = Entity::Stream { cluster: 0, name: name.into() };
        player.command(PlayerCommand::Select(Some(entity)));
        let inspection = player.frame().inspection.unwrap();
        match &inspection.tabs[0].sections[0] {
            Section::Holdings { rows, .. } => rows.clone(),
            other => panic!("{other:?}"),
        }
    };
    let mut bucket = player(config_bucket());
    let rows = holdings(&mut bucket, "KV_config");
    let host = &rows[0];
    assert_eq!(host.name, "db.host");
    assert_eq!(host.value.as_deref(), Some("db-1.internal"));
    let cells: Vec<_> = host.cells.iter().map(|cell| (cell.text.as_str(), cell.kind)).collect();
    assert_eq!(cells, [("1", CellKind::Old), ("3", CellKind::Live)]);
    let mut store = player(object_store());
    let rows = holdings(&mut store, "OBJ_assets");
    let names: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["logo.svg", "motd.txt", "no meta message yet"]);
    let servers: Vec<_> = rows[0].copies.iter().map(|(name, has)| (&name[..], has.len())).collect();
    assert_eq!(servers, [("n1", 4), ("n2", 4), ("n3", 4)]);
    assert!(rows[0].copies.iter().all(|(_, has)| has.iter().all(|has| *has)));
}

#[test]
fn a_key_that_will_run_out_is_something_to_come() {
    let mut player = player(config_bucket());
    publish(&mut player, "$KV.config.lease", &[("Nats-TTL", "8s")], "mine");
    let said = told(&mut player);
    assert!(said.contains("config/lease has run out, and revision 6 says so."), "{said}");
}

#[test]
fn an_application_tells_what_it_knows_of_its_bucket() {
    use crate::view::frame::{AppIcon, Section};
    let mut player = player(config_bucket());
    let api = player.world().process("api").unwrap();
    player.command(PlayerCommand::Select(Some(Entity::App(api))));
    publish(&mut player, "$KV.config.db.host", &[], "db-7.internal");
    let frame = player.frame();
    let pill = frame.stage.apps.iter().find(|app| app.process == api).unwrap();
    assert_eq!((pill.icon, pill.leads), (AppIcon::Config, false));
    let inspection = frame.inspection.unwrap();
    let tables = inspection.tabs[0].sections.iter().filter_map(|section| match section {
        Section::Table { rows, .. } => Some(rows),
        _ => None,
    });
    let read: Vec<_> = tables.flatten().map(|row| row.cells.join(" = ")).collect();
    assert_eq!(read, ["db.host = db-7.internal", "db.port = 5432"]);
}

#[test]
fn an_upload_is_told_chunk_by_chunk_and_at_its_end_becomes_an_object() {
    use crate::client::object::{Content, Op};
    let mut player = player(object_store());
    let put = Op::put("assets", "notes.txt", Content::Text("Hello".into()));
    let call = Call::Object(Box::new(put));
    player.command(PlayerCommand::Act(Input::Call { client: "cli".to_owned(), call }));
    let steps = told(&mut player);
    let cast = Cast::new(player.world());
    let events = cast.trace().iter().map(|event| crate::view::caption::event(cast, event).text());
    let said = events.chain([steps]).collect::<Vec<_>>().join("\n");
    for sentence in [
        "cli uploads a chunk of 5 B to store assets: it publishes $O.assets.C.",
        "cli makes assets/notes.txt visible: 1 chunk and a digest: it publishes $O.assets.M.",
        "that is what assets/notes.txt is from now on.",
    ] {
        assert!(said.contains(sentence), "{sentence}\n{said}");
    }
}

#[test]
fn an_upload_that_got_its_name_is_not_said_to_be_gone() {
    use crate::client::object::{Content, Op};
    let mut player = player(object_store());
    let content = Content::Generated { size: 300_000, seed: 1 };
    let call = Call::Object(Op::put("assets", "film.mkv", content).into());
    player.command(PlayerCommand::Act(Input::Call { client: "cli".to_owned(), call }));
    let notes = |player: &mut Player| -> Vec<String> {
        let stage = player.frame().stage;
        let rows = &stage.tapes[0].card.as_ref().unwrap().rows;
        rows.iter().map(|row| row.words.last().unwrap().text.clone()).collect()
    };
    let mut seen = false;
    for _ in 0..400 {
        player.command(PlayerCommand::HopForward);
        while player.is_active() {
            player.tick(16.0);
        }
        let notes = notes(&mut player);
        assert!(!notes.contains(&"gone".to_owned()), "{notes:?}");
        seen |= notes.contains(&"now film.mkv".to_owned());
    }
    assert!(seen);
}
