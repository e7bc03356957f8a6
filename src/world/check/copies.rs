//! The copies of a stream agree: what two servers have stored at the same sequence is the same
//! message. This is Raft's state machine safety, seen where it matters.

use std::sync::Arc;

use bytes::Bytes;

use super::Violation;
use crate::nats::{Headers, Subject};
use crate::world::{Replica, World};

/// Compares the copies of every stream.
///
/// # Errors
/// [`Violation::CopiesDiffer`].
pub fn copies_agree(world: &World) -> Result<(), Violation> {
    for stream in world.streams() {
        for (i, first) in stream.replicas.iter().enumerate() {
            for second in &stream.replicas[i + 1..] {
                let differ = differ(range(first), range(second), |seq| {
                    Some((message(first, seq)?, message(second, seq)?))
                });
                if let Some(seq) = differ {
                    return Err(Violation::CopiesDiffer {
                        stream: Arc::clone(stream.name),
                        first: first.server,
                        second: second.server,
                        seq,
                    });
                }
            }
        }
    }
    Ok(())
}

/// First and last sequence.
type Range = (u64, u64);
/// What makes a message the same.
type Content<'a> = (&'a Subject, Option<&'a Headers>, &'a Bytes);

fn range(replica: &Replica<'_>) -> Range {
    (replica.stream.store().first_seq(), replica.stream.store().last_seq())
}

fn message<'a>(replica: &Replica<'a>, seq: u64) -> Option<Content<'a>> {
    let stored = replica.stream.store().get(seq)?;
    Some((&stored.subject, stored.headers.as_ref(), &stored.payload))
}

/// The first sequence within both ranges that both have, but not the same.
fn differ<M: PartialEq>(a: Range, b: Range, both: impl Fn(u64) -> Option<(M, M)>) -> Option<u64> {
    (a.0.max(b.0)..=a.1.min(b.1)).find(|seq| both(*seq).is_some_and(|(a, b)| a != b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_to_different_messages_at_one_sequence() {
        let left = ["", "a", "b", "c"];
        let compare = |right: [&'static str; 4]| {
            differ((1, 3), (1, 3), |seq| Some((left[seq as usize], right[seq as usize])))
        };
        assert_eq!(compare(left), None);
        assert_eq!(compare(["", "a", "x", "c"]), Some(2));
        assert_eq!(compare(["", "a", "b", "x"]), Some(3));
        // Where one of them has nothing, or not yet, there is nothing to compare.
        assert_eq!(differ((1, 3), (1, 3), |seq| (seq != 2).then_some((seq, seq))), None);
        assert_eq!(differ((3, 9), (1, 2), |seq| Some((seq, seq + 1))), None);
    }
}
