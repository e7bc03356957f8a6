//! An object store: objects as chunks and a meta message each, one of them cut off half-way.

use crate::client::object::{Act, BucketConfig, Content, ObjectMeta, Op};
use crate::client::{Call, Draft};

use super::{Role, Scene, Setup, Topology, client};

pub(super) const SCENE: Scene = Scene {
    name: "object-store",
    title: "An object store",
    about: "The store assets is the stream OBJ_assets with three copies: an object is a row of chunks and \
            one meta message that names them. One upload was cut off half-way: its chunks are still there, \
            and belong to nobody.",
    tries: &[
        "Select the card: which server has which chunk?",
        "Put one more: nats object put assets notes.txt --text Hello. A chunk first, then what names it.",
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
    let config = BucketConfig { replicas: Some(3), ..BucketConfig::default() };
    topology.setup =
        vec![does(Op { config: Some(Box::new(config)), ..Op::new(Act::Add, "assets") })];
    let objects = [
        (
            "logo.svg",
            "Three waves",
            "<svg viewBox=\"0 0 24 24\"><path d=\"M2 6q5-4 10 0t10 0M2 12q5-4 10 0t10 0\" fill=\"none\" \
             stroke=\"teal\"/><path d=\"M2 18q5-4 10 0t10 0\" fill=\"none\" stroke=\"tomato\"/></svg>\n",
        ),
        ("motd.txt", "", "Store files as messages.\n"),
    ];
    for (name, description, text) in objects {
        // Chunks of 64 bytes, so that a small drawing has three of them.
        let meta = ObjectMeta {
            description: Some(description.to_owned()).filter(|text| !text.is_empty()),
            max_chunk_size: Some(64),
            ..ObjectMeta::default()
        };
        let put = Op::put("assets", name, Content::Text(text.into()));
        topology.setup.push(does(Op { meta: Some(Box::new(meta)), ..put }));
    }
    for text in ["0".repeat(64), "1".repeat(64)] {
        let subject = format!("$O.assets.C.{CUT_OFF}");
        let message = Draft { subject, text, ..Draft::default() };
        let call = Call::JsPublish { message, count: 1, retries: 0 };
        topology.setup.push(Setup { client: "cli".to_owned(), call });
    }
    topology
}

/// Something that the person at the console did before anybody looked.
fn does(op: Op) -> Setup {
    Setup { client: "cli".to_owned(), call: Call::Object(Box::new(op)) }
}
