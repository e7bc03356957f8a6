//! An object store: objects as chunks and a meta message each, one of them cut off half-way.

use crate::client::{Call, Draft};

use super::{Role, Scene, Setup, Topology, api, client};

pub(super) const SCENE: Scene = Scene {
    name: "object-store",
    title: "An object store",
    about: "The store assets is the stream OBJ_assets with three copies: an object is a row of chunks and \
            one meta message that names them. One upload was cut off half-way: its chunks are still there, \
            and belong to nobody.",
    tries: &[
        "Select the card: which server has which chunk?",
        "Press Stream on the card: the same store as the messages it is made of.",
        "Kill a server, write, and start it again. Which chunks did it miss?",
        "Find the chunks without a meta message. Who would ever remove them?",
    ],
    topology: object_store,
};

/// The upload that was cut off.
const CUT_OFF: &str = "Q7xCmP0vTn2RkYw5uLd9Ze";

/// A store with three copies: a drawing, a note, and what an interrupted upload left.
pub fn object_store() -> Topology {
    const CLUSTER: &str = "us-east";
    let mut topology = Topology::single(CLUSTER, &["n1", "n2", "n3"]);
    topology.clients = vec![client("cli", CLUSTER, "n2", Role::Console)];
    topology.setup = vec![api(
        "STREAM.CREATE.OBJ_assets",
        r#"{"name":"OBJ_assets","subjects":["$O.assets.C.>","$O.assets.M.>"],"num_replicas":3,"discard":"new","allow_rollup_hdrs":true,"allow_direct":true,"max_consumers":-1,"max_msgs":-1}"#,
    )];
    // Chunks of 64 bytes, so that a small drawing has three of them.
    let logo = [
        r#"<svg viewBox="0 0 24 24"><path d="M2 6q5-4 10 0t10 0M2 12q5-4 10"#,
        r#" 0t10 0" fill="none" stroke="teal"/><path d="M2 18q5-4 10 0t10 0"#,
        "\" fill=\"none\" stroke=\"tomato\"/></svg>\n",
    ];
    let logo_id = "E7WDYlFbdhxENn1d447E5J";
    let motd_id = "aT4sVb8KcWq1HyJ6oXf3Ng";
    chunks(&mut topology, logo_id, &logo);
    topology.setup.push(publish(
        "M.bG9nby5zdmc=",
        r#"{"name":"logo.svg","description":"Three waves","options":{"max_chunk_size":64},"bucket":"assets","nuid":"E7WDYlFbdhxENn1d447E5J","size":166,"mtime":"0001-01-01T00:00:00Z","chunks":3,"digest":"SHA-256=3e6i4R1NxLXjQxYi-t_QrNyItJ-UXoMuwhVJijAezNs="}"#,
        true,
    ));
    chunks(&mut topology, motd_id, &["Store files as messages.\n"]);
    topology.setup.push(publish(
        "M.bW90ZC50eHQ=",
        r#"{"name":"motd.txt","options":{"max_chunk_size":64},"bucket":"assets","nuid":"aT4sVb8KcWq1HyJ6oXf3Ng","size":25,"mtime":"0001-01-01T00:00:00Z","chunks":1,"digest":"SHA-256=WcQDBLHOtyWA2okD-IGRBAnKRjRmu2NPl6a2JA5NhRw="}"#,
        true,
    ));
    chunks(&mut topology, CUT_OFF, &[&"0".repeat(64), &"1".repeat(64)]);
    topology
}

fn chunks(topology: &mut Topology, id: &str, texts: &[&str]) {
    for text in texts {
        topology.setup.push(publish(&format!("C.{id}"), text, false));
    }
}

/// A message that the person at the console published before anybody looked; `meta`: it replaces what was said of
/// the object before.
fn publish(subject: &str, text: &str, meta: bool) -> Setup {
    let rollup = ("Nats-Rollup".to_owned(), "sub".to_owned());
    let message = Draft {
        subject: format!("$O.assets.{subject}"),
        text: text.to_owned(),
        headers: if meta { vec![rollup] } else { Vec::new() },
        ..Draft::default()
    };
    let call = Call::JsPublish { message, count: 1, retries: 0 };
    Setup { client: "cli".to_owned(), call }
}
