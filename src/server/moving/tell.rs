//! What is told of a move in the info about a stream or consumer.

use serde_json::{Map, Value};

use crate::kernel::{ProcId, Time};
use crate::nats::api::Stamp;
use crate::nats::hash8;

use super::super::Server;
use super::next::Next;
use super::work::Asset;

impl Server {
    /// Where something that moves is to live: `desired` in the `cluster` of its info.
    pub(in crate::server) fn move_info(
        &self,
        now: Time,
        asset: &Asset,
    ) -> Option<Map<String, Value>> {
        let (_, desired, _) = self.moving(asset)?;
        let object = |fields: &[(&str, Value)]| {
            fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
        };
        let text = |text: &str| Value::String(text.to_owned());
        let mut info: Map<String, Value> = object(&[
            ("created", text(&Stamp::from(desired.created).text())),
            ("name", text(&self.config.cluster)),
        ]);
        let peers = desired.peers.iter().map(|peer| {
            let name = self.member_name(*peer);
            Value::Object(object(&[("name", text(name)), ("peer", text(&hash8(name)))]))
        });
        let peers: Vec<Value> = peers.collect();
        if !peers.is_empty() {
            info.insert("replicas".to_owned(), Value::Array(peers));
        }
        if let Some(origin) = desired.origin {
            let origin = object(&[("replicas", Value::from(origin))]);
            info.insert("origin".to_owned(), Value::Object(origin));
        }
        if let Some((description, kind)) = self.move_status(now, asset) {
            let status = object(&[("description", text(&description)), ("type", text(kind))]);
            info.insert("status".to_owned(), Value::Object(status));
        }
        Some(info)
    }

    /// How far a move is, in the real server's words, and of which kind that is.
    fn move_status(&self, now: Time, asset: &Asset) -> Option<(String, &'static str)> {
        let next = self.next_of(now, asset)?;
        let name = |peer| self.member_name(ProcId(peer));
        Some(match next {
            Next::Wait => ("waiting for peer set to settle".to_owned(), "meta"),
            Next::Select => ("selecting peers to scale down to".to_owned(), "meta"),
            Next::Expand => ("expanding assignment with desired peers".to_owned(), "meta"),
            Next::CatchUp => {
                ("waiting for peer to catch up before adding it".to_owned(), "catchup")
            }
            Next::Add(peer) => (format!("adding peer {}", name(peer)), "membership"),
            Next::Remove(peer) => (format!("removing peer {}", name(peer)), "membership"),
            Next::HandOver(_) | Next::Heir => {
                ("waiting for another peer to lead".to_owned(), "membership")
            }
            Next::Finish => ("reporting membership to meta leader".to_owned(), "meta"),
        })
    }
}
