//! The header block of a message, kept exactly as it came.
//!
//! The server neither validates nor normalises a client's block: it forwards the bytes. So the type
//! is those bytes, and lookups follow the server's own rules (exact case, first occurrence).

use std::fmt;

use bytes::Bytes;

/// The first line of every block, before an optional status.
const VERSION: &[u8] = b"NATS/1.0";

/// A block without anything in it.
const EMPTY: &[u8] = b"NATS/1.0\r\n\r\n";

/// A header block: `NATS/1.0[ <status>[ <description>]]`, lines `Name: Value`, an empty line; every
/// line ends with CRLF. The bytes are verbatim and may be malformed. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Headers(Bytes);

impl Headers {
    /// The block as it stands on the wire, including its closing empty line. Anything is accepted.
    pub fn from_block(block: impl Into<Bytes>) -> Self {
        Self(block.into())
    }

    /// A block with these headers, in this order.
    pub fn new<N: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        Self::write(VERSION.to_vec(), pairs)
    }

    /// A block with a status such as 503, a description that may be empty, and headers.
    pub fn status_block<N: AsRef<str>, V: AsRef<str>>(
        status: u16,
        description: &str,
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let space = if description.is_empty() { "" } else { " " };
        Self::write(format!("NATS/1.0 {status:03}{space}{description}").into(), pairs)
    }

    fn write<N: AsRef<str>, V: AsRef<str>>(
        mut block: Vec<u8>,
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        block.extend_from_slice(b"\r\n");
        for (name, value) in pairs {
            push_line(&mut block, name.as_ref(), value.as_ref());
        }
        block.extend_from_slice(b"\r\n");
        Self(block.into())
    }

    /// The verbatim bytes.
    pub fn block(&self) -> &Bytes {
        &self.0
    }

    /// The length of the block in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the block has no bytes at all, which no sane client sends.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of the header `name` as the server looks it up: exact case, first occurrence, at
    /// the start of a line, leading spaces skipped, trailing ones kept. An empty value counts as
    /// absent, and so does one that is not UTF-8.
    pub fn get(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.get_bytes(name)?).ok()
    }

    /// As [`get`](Self::get), for values that need not be UTF-8.
    pub fn get_bytes(&self, name: &str) -> Option<&[u8]> {
        let name = name.as_bytes();
        self.lines()
            .find_map(|line| line.text.strip_prefix(name)?.strip_prefix(b":"))
            .map(skip_spaces)
            .filter(|value| !value.is_empty())
    }

    /// All headers in order, names and values as the block has them (leading spaces of a value
    /// skipped). Lines without a colon and lines that are not UTF-8 are passed over.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.lines().filter_map(|line| {
            let colon = line.text.iter().position(|&b| b == b':')?;
            let name = std::str::from_utf8(&line.text[..colon]).ok()?;
            let value = std::str::from_utf8(skip_spaces(&line.text[colon + 1..])).ok()?;
            Some((name, value))
        })
    }

    /// The status on the first line, as clients read it: three digits and a description, which may
    /// be empty. `None` for an ordinary message.
    pub fn status(&self) -> Option<(u16, &str)> {
        let first = &self.0[..find_crlf(&self.0).unwrap_or(self.0.len())];
        let rest = std::str::from_utf8(first.strip_prefix(VERSION)?).ok()?.trim();
        let (code, description) = rest.split_at_checked(3)?;
        if !code.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        Some((code.parse().ok()?, description.trim()))
    }

    /// The block with one more header at its end, as the server adds them.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut block = Vec::with_capacity(self.0.len() + name.len() + value.len() + 4);
        block.extend_from_slice(self.0.strip_suffix(b"\r\n").unwrap_or(&self.0));
        if block.is_empty() {
            block.extend_from_slice(b"NATS/1.0\r\n");
        }
        push_line(&mut block, name, value);
        block.extend_from_slice(b"\r\n");
        Self(block.into())
    }

    /// These headers at the end of a block, or in a new one.
    pub fn appended<N: AsRef<str>, V: AsRef<str>>(block: Option<&Self>, pairs: &[(N, V)]) -> Self {
        match block {
            None => Self::new(pairs.iter().map(|(name, value)| (name, value))),
            Some(block) => pairs.iter().fold(block.clone(), |block, (name, value)| {
                block.with(name.as_ref(), value.as_ref())
            }),
        }
    }

    /// The block with another value for the first header of this name, where it stands; without one
    /// it is added at the end.
    #[must_use]
    pub fn replaced(&self, name: &str, value: &str) -> Self {
        let is_it = |line: &Line<'_>| {
            line.text.strip_prefix(name.as_bytes()).is_some_and(|rest| rest.starts_with(b":"))
        };
        let Some(line) = self.lines().find(is_it) else { return self.with(name, value) };
        let mut block = Vec::with_capacity(self.0.len() + value.len());
        block.extend_from_slice(&self.0[..line.start]);
        push_line(&mut block, name, value);
        block.extend_from_slice(&self.0[line.end..]);
        Self(block.into())
    }

    /// The block without the headers whose name satisfies `drop`; the other bytes stay as they
    /// are. `None` when no header remains.
    #[must_use]
    pub fn without(&self, drop: impl Fn(&str) -> bool) -> Option<Self> {
        let mut block = Vec::with_capacity(self.0.len());
        let mut copied = 0;
        let mut removed = false;
        for line in self.lines() {
            let name = line.text.split(|&b| b == b':').next().unwrap_or_default();
            let is_header = name.len() < line.text.len();
            if is_header && std::str::from_utf8(name).is_ok_and(&drop) {
                block.extend_from_slice(&self.0[copied..line.start]);
                copied = line.end;
                removed = true;
            }
        }
        if !removed {
            return Some(self.clone());
        }
        block.extend_from_slice(&self.0[copied..]);
        (block != EMPTY).then(|| Self(block.into()))
    }

    /// The block without status and description on its first line.
    #[must_use]
    pub fn without_status(&self) -> Self {
        match find_crlf(&self.0) {
            Some(end) if end > VERSION.len() && self.0.starts_with(VERSION) => {
                Self([VERSION, &self.0[end..]].concat().into())
            }
            _ => self.clone(),
        }
    }

    /// The block as a stream stores it: without status, and `None` when nothing else was there.
    pub fn for_storage(&self) -> Option<Self> {
        let stored = self.without_status();
        (stored.len() == self.len() || &stored.0[..] != EMPTY).then_some(stored)
    }

    /// The lines after the first one, the empty one at the end among them.
    fn lines(&self) -> Lines<'_> {
        let start = find_crlf(&self.0).map_or(self.0.len(), |end| end + 2);
        Lines { block: &self.0, at: start }
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Headers({:?})", String::from_utf8_lossy(&self.0))
    }
}

struct Line<'a> {
    /// Without its CRLF.
    text: &'a [u8],
    start: usize,
    /// After its CRLF.
    end: usize,
}

struct Lines<'a> {
    block: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let start = self.at;
        let rest = &self.block[start..];
        if rest.is_empty() {
            return None;
        }
        let len = find_crlf(rest).unwrap_or(rest.len());
        self.at = self.block.len().min(start + len + 2);
        Some(Line { text: &rest[..len], start, end: self.at })
    }
}

fn push_line(block: &mut Vec<u8>, name: &str, value: &str) {
    block.extend_from_slice(name.as_bytes());
    block.extend_from_slice(b": ");
    block.extend(value.bytes().map(|b| if matches!(b, b'\r' | b'\n') { b' ' } else { b }));
    block.extend_from_slice(b"\r\n");
}

fn find_crlf(bytes: &[u8]) -> Option<usize> {
    bytes.windows(2).position(|pair| pair == b"\r\n")
}

fn skip_spaces(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.iter().take_while(|&&b| b == b' ').count()..]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn block(text: &'static str) -> Headers {
        Headers::from_block(text.as_bytes())
    }

    #[test]
    fn a_header_is_found_as_the_server_finds_it() {
        let headers =
            block("NATS/1.0\r\nnats-msg-id: x\r\nNats-Msg-Id:   a \r\nNats-Msg-Id: b\r\n\r\n");
        assert_eq!(headers.get("Nats-Msg-Id"), Some("a "));
        assert_eq!(headers.get("Msg-Id"), None);
        assert_eq!(headers.get("Nats-Msg"), None);
        assert_eq!(headers.get("NATS/1.0"), None);
        assert_eq!(block("NATS/1.0\r\nA:\r\n\r\n").get("A"), None);
        assert_eq!(block("NATS/1.0\r\nA:b\r\nC: d:e\r\n\r\n").get("C"), Some("d:e"));
    }

    #[test]
    fn a_malformed_block_is_searched_all_the_same() {
        assert_eq!(block("NATS/1.0\r\nA: b").get("A"), Some("b"));
        assert_eq!(block("NATS/1.0\r\n\r\nA: b\r\n").get("A"), Some("b"));
        assert_eq!(block("").get("A"), None);
        let bytes = Headers::from_block(&b"NATS/1.0\r\nX: \xff\r\nA: b\r\n\r\n"[..]);
        assert_eq!((bytes.get("X"), bytes.get("A")), (None, Some("b")));
        assert_eq!(bytes.get_bytes("X"), Some(&b"\xff"[..]));
    }

    #[test]
    fn a_status_is_read_and_removed() {
        let headers = Headers::status_block(503, "", [("Nats-Subject", "a.b")]);
        assert_eq!(&headers.block()[..], b"NATS/1.0 503\r\nNats-Subject: a.b\r\n\r\n");
        assert_eq!(headers.len(), 32 + "a.b".len());
        assert_eq!(headers.status(), Some((503, "")));
        let stored = headers.for_storage().unwrap();
        assert_eq!(&stored.block()[..], b"NATS/1.0\r\nNats-Subject: a.b\r\n\r\n");
        assert_eq!(stored.status(), None);

        let heartbeat = Headers::status_block(100, "Idle Heartbeat", [("", ""); 0]);
        assert_eq!(&heartbeat.block()[..], b"NATS/1.0 100 Idle Heartbeat\r\n\r\n");
        assert_eq!(heartbeat.status(), Some((100, "Idle Heartbeat")));
        assert_eq!(&heartbeat.without_status().block()[..], EMPTY);
        assert_eq!(heartbeat.for_storage(), None);
        // A block that is empty from the start is kept as it is.
        assert_eq!(block("NATS/1.0\r\n\r\n").for_storage(), Some(block("NATS/1.0\r\n\r\n")));
        for text in ["NATS/1.0\r\n\r\n", "NATS/1.0 5\r\n\r\n", "NATS/1.0 5x3\r\n\r\n", ""] {
            assert_eq!(block(text).status(), None, "{text}");
        }
    }

    #[test]
    fn headers_are_added_and_taken_away() {
        let headers = Headers::new([("A", "1"), ("B", "2")]).with("C", "3");
        assert_eq!(headers.iter().collect::<Vec<_>>(), [("A", "1"), ("B", "2"), ("C", "3")]);
        let less = headers.without(|name| name != "B").unwrap();
        assert_eq!(&less.block()[..], b"NATS/1.0\r\nB: 2\r\n\r\n");
        assert_eq!(less.without(|name| name == "A"), Some(less.clone()));
        assert_eq!(less.without(|_| true), None);
        let replaced = headers.replaced("B", "two").replaced("D", "4");
        assert_eq!(&replaced.block()[..], b"NATS/1.0\r\nA: 1\r\nB: two\r\nC: 3\r\nD: 4\r\n\r\n");
        assert_eq!(Headers::appended(None, &[("A", "1")]), Headers::new([("A", "1")]));
        let status = Headers::status_block(100, "x", [("A", "1")]);
        assert_eq!(&status.without(|_| true).unwrap().block()[..], b"NATS/1.0 100 x\r\n\r\n");
    }

    #[test]
    fn a_value_cannot_break_out_of_its_line() {
        let headers = Headers::new([("A", "1\r\nB: 2")]);
        assert_eq!(headers.iter().collect::<Vec<_>>(), [("A", "1  B: 2")]);
    }

    proptest! {
        #[test]
        fn what_is_built_reads_back(
            status in prop::option::of((100..600_u16, "([A-Z][a-z]{1,5}( [A-Z][a-z]{1,5})?)?")),
            pairs in prop::collection::vec(("[A-Za-z-]{1,6}", "[!-~][ -~]{0,8}|"), 0..5),
        ) {
            let headers = match &status {
                Some((code, description)) => {
                    Headers::status_block(*code, description, pairs.iter().map(|(n, v)| (n, v)))
                }
                None => Headers::new(pairs.iter().map(|(n, v)| (n, v))),
            };
            let expected: Vec<_> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            prop_assert_eq!(headers.iter().collect::<Vec<_>>(), expected);
            prop_assert_eq!(headers.status(), status.as_ref().map(|(c, d)| (*c, d.as_str())));
            for (name, _) in &pairs {
                let first = pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
                prop_assert_eq!(headers.get(name), first.filter(|v| !v.is_empty()));
            }
            let copy = Headers::new([("", ""); 0]);
            let copy = pairs.iter().fold(copy, |copy, (name, value)| copy.with(name, value));
            prop_assert_eq!(headers.without_status(), copy);
        }

        #[test]
        fn any_bytes_are_searched_without_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..40),
            text in "(NATS/1.0)?([ A:1\r\n]|\r\n){0,20}",
        ) {
            for headers in [Headers::from_block(bytes), Headers::from_block(text.into_bytes())] {
                let _ = (headers.get("A"), headers.status(), headers.iter().count());
                let _ = (headers.with("A", "b"), headers.without(|n| n == "A"));
                let _ = (headers.without_status(), headers.for_storage());
            }
        }
    }
}
