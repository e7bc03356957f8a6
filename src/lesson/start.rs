//! The world a lesson begins in.

use crate::console::Session;
use crate::kernel::Span;
use crate::world::{Input, Setup, Topology, TopologyError, World};

use super::model::{Act, Lesson};

/// How long one line of the setup may take.
const LIMIT: Span = Span::secs(20);

impl Lesson {
    /// The topology with the setup in it: all that the beginning of the lesson follows from.
    ///
    /// # Errors
    /// Why the topology cannot be.
    pub fn beginning(&self) -> Result<Topology, TopologyError> {
        if self.setup.is_empty() {
            return Ok(self.topology.clone());
        }
        // The lines are typed once in a world that is thrown away; what they ask of their clients is
        // plain data.
        let mut topology = self.topology.clone();
        let mut world = World::new(self.topology.clone())?;
        let mut session = Session::new("cli");
        for deed in &self.setup {
            let Act::Type(line) = &deed.act else { continue };
            let Ok(submission) = session.submit(line, &world) else { continue };
            let mut inputs = submission.inputs;
            let end = world.now() + LIMIT;
            loop {
                for input in inputs {
                    if let Input::Call { client, call } = &input {
                        topology.setup.push(Setup { client: client.clone(), call: call.clone() });
                    }
                    // What is refused here is refused again later, where it is told.
                    let _ = world.give(&input);
                }
                inputs = session.poll(&world);
                if inputs.is_empty() && !session.is_running(&world) {
                    break;
                }
                if inputs.is_empty()
                    && (world.next_at().is_none_or(|next| next > end) || !world.step())
                {
                    break;
                }
            }
        }
        Ok(topology)
    }
}
