//! What is put into an object: small texts as they are, larger things by a description, so that an
//! input log and a link that holds one stay short.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use crate::nats::json::{self, FromJson, JsonError, Object, ToJson, Writer};

use super::digest::Hasher;

/// How many bytes an object may have here: all of it is held in memory.
pub const MAX_SIZE: u64 = 64 << 20;

/// The content of an object that is to be put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A text.
    Text(Arc<str>),
    /// So many bytes that follow from a number.
    Generated {
        /// How many.
        size: u64,
        /// The number.
        seed: u64,
    },
    /// A file from outside. In JSON it is its name, size and digest only; what is read from JSON is a
    /// file whose bytes are not there.
    File(Arc<File>),
}

/// A file from outside. Two are the same if their digests are.
#[derive(Clone)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its digest, as a meta has it.
    pub digest: String,
    /// Its bytes, if they are at hand: one piece of memory, which everybody shares.
    pub bytes: Option<Bytes>,
}

impl PartialEq for File {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, self.size, &self.digest) == (&other.name, other.size, &other.digest)
    }
}

impl Eq for File {}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "File({:?}, {} bytes, {})", self.name, self.size, self.digest)
    }
}

impl File {
    /// A file whose bytes are at hand, and whose digest is known.
    pub fn new(name: &str, bytes: Bytes, digest: String) -> Self {
        let size = bytes.len() as u64;
        Self { name: name.to_owned(), size, digest, bytes: Some(bytes) }
    }
}

impl Default for Content {
    fn default() -> Self {
        Self::Text("".into())
    }
}

impl Content {
    /// A file out of these bytes.
    pub fn file(name: &str, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let mut hasher = Hasher::default();
        hasher.update(&bytes);
        Self::File(Arc::new(File::new(name, bytes, hasher.finish())))
    }

    /// How many bytes it has.
    pub fn size(&self) -> u64 {
        match self {
            Self::Text(text) => text.len() as u64,
            Self::Generated { size, .. } => *size,
            Self::File(file) => file.size,
        }
    }

    /// The bytes from an offset on, at most so many. A file is not copied, its memory is shared. In
    /// the place of a file that is not at hand come made-up bytes: as many, but others.
    pub fn piece(&self, offset: u64, most: u64) -> Bytes {
        let size = self.size();
        let (from, to) = (offset.min(size), offset.saturating_add(most).min(size));
        let cut = |bytes: &Bytes| {
            let end = bytes.len() as u64;
            bytes.slice(from.min(end) as usize..to.min(end) as usize)
        };
        match self {
            Self::Text(text) => {
                Bytes::copy_from_slice(&text.as_bytes()[from as usize..to as usize])
            }
            Self::Generated { seed, .. } => generated(*seed, from, to),
            Self::File(file) => match &file.bytes {
                Some(bytes) => cut(bytes),
                None => generated(file.size, from, to),
            },
        }
    }

    /// The digest of its bytes. That of a file is known, as long as it is at hand.
    pub fn digest(&self) -> String {
        match self {
            Self::File(file) if file.bytes.is_some() => file.digest.clone(),
            other => {
                let mut hasher = Hasher::default();
                hasher.update(&other.piece(0, u64::MAX));
                hasher.finish()
            }
        }
    }

    /// The file that it is, if its bytes are not at hand.
    pub fn missing(&self) -> Option<&File> {
        match self {
            Self::File(file) if file.bytes.is_none() => Some(file),
            _ => None,
        }
    }
}

/// Bytes `from` to `to` of those that follow from a number: eight at a time from each place's own
/// number (SplitMix64), so that any part can be made without the others.
fn generated(seed: u64, from: u64, to: u64) -> Bytes {
    let mut bytes = Vec::with_capacity((to - from) as usize + 16);
    let first = from / 8;
    for place in first..to.div_ceil(8) {
        let mut z = seed.wrapping_add(place.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bytes.extend_from_slice(&(z ^ (z >> 31)).to_le_bytes());
    }
    let start = (from - first * 8) as usize;
    let bytes = Bytes::from(bytes);
    bytes.slice(start..start + (to - from) as usize)
}

impl ToJson for Content {
    fn write(&self, to: &mut Writer) {
        to.open();
        match self {
            Self::Text(text) => to.field("text", text),
            Self::Generated { size, seed } => to.field("generated", size).some("seed", seed),
            Self::File(file) => {
                let File { name, size, digest, bytes: _ } = &**file;
                to.field("file", name).field("size", size).field("digest", digest)
            }
        };
        to.close();
    }
}

impl FromJson for Content {
    fn from_json(value: &Value) -> json::Result<Self> {
        let mut object = Object::of(value)?;
        let o = &mut object;
        let (text, file) = (o.take_or("text", None), o.take_or("file", None));
        let generated: Option<u64> = o.take_or("generated", None);
        let content = match (text, generated, file) {
            (Some(text), None, None) => Self::Text(text),
            (None, Some(size), None) => Self::Generated { size, seed: o.take_or("seed", 0) },
            (None, None, Some(name)) => Self::File(Arc::new(File {
                name,
                size: o.take("size"),
                digest: o.take("digest"),
                bytes: None,
            })),
            _ => return Err(JsonError("content is one of 'text', 'generated', 'file'".to_owned())),
        };
        object.finish(true)?;
        Ok(content)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::digest::digest;
    use super::*;

    #[test]
    fn a_file_is_described_in_json_and_comes_back_without_its_bytes() {
        let content = Content::file("a.txt", "hello");
        let text = json::text(&content);
        assert_eq!(
            text,
            r#"{"file":"a.txt","size":5,"digest":"SHA-256=LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="}"#
        );
        let read: Content = json::read(text.as_bytes()).expect("readable");
        assert_eq!(read.missing().map(|file| file.name.as_str()), Some("a.txt"));
        assert_eq!((read.size(), read.piece(0, 100).len()), (5, 5));
        assert!(content.missing().is_none());
        assert_eq!(json::text(&read), text);
    }

    #[test]
    fn other_contents_come_back_whole() {
        for text in [r#"{"text":"hi"}"#, r#"{"generated":300000,"seed":7}"#, r#"{"generated":1}"#] {
            let content: Content = json::read(text.as_bytes()).expect(text);
            assert_eq!(json::text(&content), text);
        }
        for wrong in ["{}", r#"{"text":"a","file":"b"}"#, r#"{"text":"a","colour":1}"#, "1"] {
            assert!(json::read::<Content>(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_piece_of_a_file_is_no_copy() {
        let bytes = Bytes::from(vec![7u8; 1000]);
        let content = Content::file("f", bytes.clone());
        assert_eq!(content.piece(100, 50).as_ptr(), bytes[100..].as_ptr());
    }

    proptest! {
        #[test]
        fn pieces_of_any_size_make_the_same_whole(
            size in 0..500u64, seed in any::<u64>(), step in 1..60u64
        ) {
            let file = Content::file("f", Content::Generated { size, seed }.piece(0, size));
            for content in [Content::Generated { size, seed }, file] {
                let pieces: Vec<Bytes> =
                    (0..size.div_ceil(step)).map(|n| content.piece(n * step, step)).collect();
                prop_assert_eq!(pieces.iter().map(Bytes::len).sum::<usize>() as u64, size);
                prop_assert_eq!(digest(&pieces), digest(&[content.piece(0, size)]));
                prop_assert_eq!(content.digest(), digest(&pieces));
                prop_assert!(content.piece(size, step).is_empty());
            }
        }
    }
}
