//! Ready-made scenes: a topology each, with a title and what to try in it.

mod config_bucket;
mod object_store;
mod one_order;
mod three_retentions;
mod two_regions;
mod whole_picture;
mod work_queue;

use super::{ClientSpec, Role, Setup, Topology};
use crate::client::{Behaviour, Call};

pub use config_bucket::config_bucket;
pub use object_store::object_store;
pub use one_order::one_order;
pub use three_retentions::three_retentions;
pub use two_regions::two_regions;
pub use whole_picture::whole_picture;
pub use work_queue::work_queue;

/// A scene.
#[derive(Debug, Clone, Copy)]
pub struct Scene {
    /// Its name in addresses.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What there is to see, in two sentences.
    pub about: &'static str,
    /// What to try, in order.
    pub tries: &'static [&'static str],
    /// The world it begins with.
    pub topology: fn() -> Topology,
}

/// All scenes; the first is shown when none is asked for.
pub const ALL: &[Scene] = &[
    one_order::SCENE,
    work_queue::SCENE,
    three_retentions::SCENE,
    config_bucket::SCENE,
    object_store::SCENE,
    two_regions::SCENE,
    whole_picture::SCENE,
];

/// The scene of this name.
pub fn find(name: &str) -> Option<&'static Scene> {
    ALL.iter().find(|scene| scene.name == name)
}

/// The topology of the scene of this name.
pub fn named(name: &str) -> Option<Topology> {
    find(name).map(|scene| (scene.topology)())
}

/// A client of a scene's cluster.
fn client(name: &str, cluster: &str, server: &str, role: Role) -> ClientSpec {
    ClientSpec { server: Some(server.to_owned()), ..ClientSpec::new(name, cluster, role) }
}

/// An application that does something by itself.
fn app(name: &str, cluster: &str, server: &str, behaviour: Behaviour) -> ClientSpec {
    ClientSpec { behaviour: Some(behaviour), ..client(name, cluster, server, Role::Publisher) }
}

/// A call to the JetStream API that the person at the console made before anybody looked.
fn api(subject: &str, body: &str) -> Setup {
    let call = Call::Api { subject: format!("$JS.API.{subject}"), body: body.to_owned() };
    Setup { client: "cli".to_owned(), call }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scene_is_a_world_with_a_name_of_its_own() {
        for (n, scene) in ALL.iter().enumerate() {
            let topology = (scene.topology)();
            assert_eq!(topology.validate(), Ok(()), "{}", scene.name);
            assert!(topology.clients.iter().any(|client| client.name == "cli"), "{}", scene.name);
            assert!(ALL[..n].iter().all(|other| other.name != scene.name));
            assert!(!scene.tries.is_empty());
            let written = crate::nats::json::text(&topology);
            assert_eq!(Topology::from_json(&written), Ok(topology), "{}", scene.name);
        }
        assert!(find("no-such-scene").is_none());
    }
}
