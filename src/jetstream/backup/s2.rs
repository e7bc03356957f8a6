//! The s2 format, which is snappy's with longer copies: read whole, written without compression.
//!
//! A stream is a chain of chunks, each with a kind, a length and a checksum of what it holds. A
//! compressed chunk holds literals, and copies of what came before: from a distance, or from the
//! distance of the copy before ("repeat", which snappy does not have). What is written here any
//! reader of snappy or s2 understands.

use super::crc::masked;

/// Why bytes are no s2 stream, in the words of the real server's library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum S2Error {
    /// They are not put together as they should be.
    #[error("s2: corrupt input")]
    Corrupt,
    /// What a chunk holds is not what was written.
    #[error("s2: corrupt input, crc mismatch")]
    Checksum,
    /// A kind of chunk that is not known, and may not be skipped.
    #[error("s2: unsupported input")]
    Unsupported,
    /// It would unpack to more than this is made for.
    #[error("insufficient resources")]
    TooLarge,
}

/// How every stream begins.
const BEGIN: &[u8] = b"\xff\x06\x00\x00S2sTwO";
/// How much one chunk holds here; of others it may be up to `LARGEST`.
const CHUNK: usize = 1 << 16;
const LARGEST: usize = 4 << 20;
/// How much is unpacked at most: a few bytes can stand for very many.
const MOST: usize = 256 << 20;

const COMPRESSED: u8 = 0x00;
const PLAIN: u8 = 0x01;
const FIRST_SKIPPABLE: u8 = 0x80;
const IDENTIFIER: u8 = 0xff;

/// Bytes as a stream.
pub fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut out = BEGIN.to_vec();
    for part in bytes.chunks(CHUNK) {
        let length = (part.len() as u32 + 4).to_le_bytes();
        out.push(PLAIN);
        out.extend_from_slice(&length[..3]);
        out.extend_from_slice(&masked(part).to_le_bytes());
        out.extend_from_slice(part);
    }
    out
}

/// The bytes of a stream.
///
/// # Errors
/// What is wrong with it.
pub fn unpack(stream: &[u8]) -> Result<Vec<u8>, S2Error> {
    let mut out = Vec::new();
    let mut rest = stream;
    while let Some((head, after)) = rest.split_at_checked(4) {
        let length = usize::from(head[1]) | usize::from(head[2]) << 8 | usize::from(head[3]) << 16;
        let (chunk, after) = after.split_at_checked(length).ok_or(S2Error::Corrupt)?;
        let is_first = rest.len() == stream.len();
        rest = after;
        match head[0] {
            IDENTIFIER if matches!(chunk, b"S2sTwO" | b"sNaPpY") => continue,
            // Nothing may come before the identifier.
            _ if is_first => return Err(S2Error::Corrupt),
            COMPRESSED | PLAIN => {}
            IDENTIFIER => return Err(S2Error::Corrupt),
            FIRST_SKIPPABLE.. => continue,
            _ => return Err(S2Error::Unsupported),
        }
        let (sum, data) = chunk.split_at_checked(4).ok_or(S2Error::Corrupt)?;
        let before = out.len();
        if head[0] == PLAIN {
            out.extend_from_slice(data);
        } else {
            block(data, &mut out)?;
        }
        if out.len() > MOST {
            return Err(S2Error::TooLarge);
        }
        if masked(&out[before..]).to_le_bytes() != *sum {
            return Err(S2Error::Checksum);
        }
    }
    if rest.is_empty() { Ok(out) } else { Err(S2Error::Corrupt) }
}

/// The block of a compressed chunk.
fn block(block: &[u8], out: &mut Vec<u8>) -> Result<(), S2Error> {
    let mut rest = block;
    let size = usize::try_from(super::archive::uvarint(&mut rest).ok_or(S2Error::Corrupt)?);
    let size = size.ok().filter(|size| *size <= LARGEST).ok_or(S2Error::Corrupt)?;
    let begin = out.len();
    let end = begin + size;
    let mut distance = 0;
    while let Some((tag, after)) = rest.split_first() {
        rest = after;
        let high = usize::from(tag >> 2);
        let length = match tag & 3 {
            0 => {
                let length = match high {
                    60..=63 => number(&mut rest, high - 59)?.saturating_add(1),
                    short => short + 1,
                };
                let (literal, after) = rest.split_at_checked(length).ok_or(S2Error::Corrupt)?;
                out.extend_from_slice(literal);
                rest = after;
                if out.len() > end {
                    return Err(S2Error::Corrupt);
                }
                continue;
            }
            1 => {
                let far = usize::from(tag >> 5) << 8 | number(&mut rest, 1)?;
                match (far, high & 7) {
                    // A repeat.
                    (0, 5) => 8 + number(&mut rest, 1)?,
                    (0, 6) => 4 + (1 << 8) + number(&mut rest, 2)?,
                    (0, 7) => 4 + (1 << 16) + number(&mut rest, 3)?,
                    (0, short) => 4 + short,
                    (far, short) => {
                        distance = far;
                        4 + short
                    }
                }
            }
            2 => {
                distance = number(&mut rest, 2)?;
                1 + high
            }
            _ => {
                distance = number(&mut rest, 4)?;
                1 + high
            }
        };
        let fits = length <= end.saturating_sub(out.len());
        if distance == 0 || distance > out.len() - begin || !fits {
            return Err(S2Error::Corrupt);
        }
        // It may copy what it writes itself.
        for _ in 0..length {
            out.push(out[out.len() - distance]);
        }
    }
    if out.len() == end { Ok(()) } else { Err(S2Error::Corrupt) }
}

/// The number in so many bytes, lowest first.
fn number(rest: &mut &[u8], bytes: usize) -> Result<usize, S2Error> {
    let (digits, after) = rest.split_at_checked(bytes).ok_or(S2Error::Corrupt)?;
    *rest = after;
    Ok(digits.iter().rev().fold(0, |number, digit| number << 8 | usize::from(*digit)))
}
