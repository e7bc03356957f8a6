//! The simulation kernel. It knows nothing of NATS.

mod rng;
mod time;

pub use rng::{Ratio, Rng};
pub use time::{Span, Time};
