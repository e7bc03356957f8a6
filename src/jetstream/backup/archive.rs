//! The entries of an archive: a head of five numbers, a name, and what it holds.

use super::{BackupError, Result};

/// How an archive begins.
pub(super) const MAGIC: &[u8; 8] = b"NATSARC1";

const MAX_NAME: u64 = 1 << 20;

/// An entry. One that is empty all over ends the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Entry<'a> {
    /// Its name: of a message, the subject.
    pub(super) name: &'a str,
    /// When it was written, in nanoseconds since 1970.
    pub(super) at: i64,
    /// The sequence of a message.
    pub(super) seq: u64,
    /// The header block of a message.
    pub(super) headers: &'a [u8],
    /// What else it holds.
    pub(super) payload: &'a [u8],
}

impl<'a> Entry<'a> {
    /// One that is no message.
    pub(super) fn about(name: &'a str, at: i64, payload: &'a [u8]) -> Self {
        Self { name, at, payload, ..Self::default() }
    }
}

pub(super) fn write_entry(out: &mut Vec<u8>, entry: &Entry<'_>) {
    let Entry { name, at, seq, headers, payload } = entry;
    // Numbers with a sign have it in their lowest bit.
    let signed = (*at << 1 ^ *at >> 63) as u64;
    for number in [name.len() as u64, signed, *seq, headers.len() as u64, payload.len() as u64] {
        write_uvarint(out, number);
    }
    for part in [name.as_bytes(), headers, payload] {
        out.extend_from_slice(part);
    }
}

fn write_uvarint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// A number of any length; none where there is none.
pub(super) fn uvarint(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        let digit = u64::from(byte & 0x7f);
        if digit << shift >> shift != digit {
            return None;
        }
        number |= digit << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// Entries, one after the other.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(archive: &'a [u8]) -> Result<Self> {
        match archive.split_at_checked(MAGIC.len()) {
            Some((magic, rest)) if magic == MAGIC => Ok(Self { rest }),
            // The real server takes it for a backup of an older one, and finds none.
            _ => Err(BackupError("EOF".to_owned())),
        }
    }

    /// The next entry. There must be one: the end is an entry too.
    pub(super) fn next(&mut self) -> Result<Entry<'a>> {
        if self.rest.is_empty() {
            return Err(BackupError("EOF".to_owned()));
        }
        self.entry().ok_or_else(|| BackupError("archive: invalid archive stream".to_owned()))
    }

    fn entry(&mut self) -> Option<Entry<'a>> {
        let name = uvarint(&mut self.rest).filter(|length| *length <= MAX_NAME)?;
        let signed = uvarint(&mut self.rest)?;
        let at = (signed >> 1) as i64 ^ -((signed & 1) as i64);
        let seq = uvarint(&mut self.rest)?;
        let headers = uvarint(&mut self.rest)?;
        let payload = uvarint(&mut self.rest)?;
        let name = std::str::from_utf8(self.take(name)?).ok()?;
        Some(Entry { name, at, seq, headers: self.take(headers)?, payload: self.take(payload)? })
    }

    fn take(&mut self, length: u64) -> Option<&'a [u8]> {
        let (part, rest) = self.rest.split_at_checked(usize::try_from(length).ok()?)?;
        self.rest = rest;
        Some(part)
    }
}
