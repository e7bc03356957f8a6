//! What the page opens with: the scene or the shared session that its address names.

use crate::lesson::link::{Link, LinkError, SceneRef};
use crate::view::{Player, files};
use crate::world::{TopologyError, World, scenes};

use super::options::Options;

/// What is told when a link does not lead to the very same world.
const OTHERWISE: &str = "This link was made by an engine that behaves differently: the same \
     inputs were given again, but what followed may differ from what was shared.";

/// A player at its first moment.
pub(crate) struct Opening {
    /// The player. If the address could not be followed, its notice says why.
    pub(crate) player: Player,
    /// The scene it begins in.
    pub(crate) scene: SceneRef,
}

impl Opening {
    /// Follows the address as far as that is possible; else there is the first scene and a notice.
    pub(crate) fn new(options: &Options) -> Result<Self, TopologyError> {
        if let Some(text) = &options.state {
            return match shared(text) {
                Ok(opening) => Ok(opening),
                Err(error) => Self::default_with(format!("Nothing was opened: {error}.")),
            };
        }
        let Some(name) = &options.scene else { return Self::named(scenes::ALL[0].name) };
        if scenes::named(name).is_some() {
            return Self::named(name);
        }
        let known: Vec<&str> = scenes::ALL.iter().map(|scene| scene.name).collect();
        let known = known.join(", ");
        Self::default_with(format!("There is no scene called {name:?}; there are {known}."))
    }

    fn named(name: &str) -> Result<Self, TopologyError> {
        let topology = scenes::named(name).unwrap_or_else(scenes::one_order);
        let player = Player::new(World::new(topology)?);
        Ok(Self { player, scene: SceneRef::Named(name.to_owned()) })
    }

    fn default_with(notice: String) -> Result<Self, TopologyError> {
        let mut opening = Self::named(scenes::ALL[0].name)?;
        opening.player.tell(notice);
        Ok(opening)
    }
}

/// The session of a share link.
fn shared(text: &str) -> Result<Opening, LinkError> {
    let link = Link::decode(text)?;
    let mut player = Player::replay(link.world()?, &link.inputs(), Some(link.position));
    tell_what_differs(&link, &mut player);
    Ok(Opening { player, scene: link.scene })
}

/// Tells what of a shared session is otherwise than where it was shared.
pub(super) fn tell_what_differs(link: &Link, player: &mut Player) {
    let inputs = link.inputs();
    match files::missing(inputs.iter().map(|logged| &logged.input)) {
        Some(told) => player.tell(told),
        None if !link.is_reproduced_by(player.world()) => player.tell(OTHERWISE.to_owned()),
        None => {}
    }
}
