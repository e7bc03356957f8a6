//! Message headers: a block of text that travels verbatim, and a way to look into it.
//!
//! The server neither validates nor normalises a client's block. It looks headers up by exact case,
//! first occurrence, at the start of a line, skipping spaces before the value but not after it.

use bytes::Bytes;

const VERSION: &str = "NATS/1.0";

/// A header block: `NATS/1.0[ status[ description]]`, lines of `Name: value`, an empty line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headers(Bytes);

impl Headers {
    /// Takes a block as it came.
    pub fn from_block(block: Bytes) -> Self {
        Self(block)
    }

    /// A block with these headers, in this order.
    pub fn new<N: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        Self::with_status_line(VERSION.to_owned(), pairs)
    }

    /// A block with a status, such as `503`, a description that may be empty, and headers.
    pub fn status_block<N: AsRef<str>, V: AsRef<str>>(
        status: u16,
        description: &str,
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let space = if description.is_empty() { "" } else { " " };
        Self::with_status_line(format!("{VERSION} {status}{space}{description}"), pairs)
    }

    fn with_status_line<N: AsRef<str>, V: AsRef<str>>(
        mut block: String,
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        block.push_str("\r\n");
        for (name, value) in pairs {
            push_line(&mut block, name.as_ref(), value.as_ref());
        }
        block.push_str("\r\n");
        Self(block.into())
    }

    /// The block, byte for byte.
    pub fn block(&self) -> &Bytes {
        &self.0
    }

    /// The length of the block in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the block has no bytes at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The status and description of the first line, if it has a status.
    pub fn status(&self) -> Option<(u16, &str)> {
        let line = self.lines().next()?.strip_prefix(VERSION)?.trim_start();
        let (code, rest) = line.split_at_checked(3)?;
        Some((code.parse().ok()?, rest.trim()))
    }

    /// The value of a header as the server finds it; an empty value counts as absent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.lines()
            .skip(1)
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
            .map(|value| value.trim_start_matches(' '))
            .filter(|value| !value.is_empty())
    }

    /// All headers in order, names and values trimmed as clients do.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.lines().skip(1).filter_map(|line| line.split_once(':')).map(|(n, v)| (n, v.trim()))
    }

    /// The same block with one more header at its end.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let text = String::from_utf8_lossy(&self.0);
        let mut block = text.strip_suffix("\r\n").unwrap_or(&text).to_owned();
        if block.is_empty() {
            block = format!("{VERSION}\r\n");
        }
        push_line(&mut block, name, value);
        block.push_str("\r\n");
        Self(block.into())
    }

    /// The same block without the headers whose names `unwanted` picks; none if none are left.
    pub fn without(&self, unwanted: impl Fn(&str) -> bool) -> Option<Self> {
        let mut kept = 0;
        let mut block = format!("{VERSION}\r\n");
        for line in self.lines().skip(1).filter(|line| !line.is_empty()) {
            let name = line.split_once(':').map_or(line, |(name, _)| name);
            if !unwanted(name) {
                block.push_str(line);
                block.push_str("\r\n");
                kept += 1;
            }
        }
        block.push_str("\r\n");
        (kept > 0).then(|| Self(block.into()))
    }

    /// The block as a stream stores it: without a status on its first line.
    #[must_use]
    pub fn without_status(&self) -> Self {
        let has_status = self.lines().next().is_some_and(|line| line.len() > VERSION.len());
        if !has_status || !self.0.starts_with(VERSION.as_bytes()) {
            return self.clone();
        }
        let text = String::from_utf8_lossy(&self.0);
        let rest = text.find("\r\n").map_or("\r\n\r\n", |end| &text[end..]);
        Self(format!("{VERSION}{rest}").into())
    }

    fn lines(&self) -> impl Iterator<Item = &str> {
        // What is not UTF-8 cannot be a name the server knows; it is passed on all the same.
        let text = match std::str::from_utf8(&self.0) {
            Ok(text) => text,
            Err(e) => std::str::from_utf8(&self.0[..e.valid_up_to()]).unwrap_or_default(),
        };
        text.split("\r\n")
    }
}

fn push_line(block: &mut String, name: &str, value: &str) {
    block.push_str(name);
    block.push_str(": ");
    block.push_str(value);
    block.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(text: &'static str) -> Headers {
        Headers::from_block(Bytes::from_static(text.as_bytes()))
    }

    #[test]
    fn a_header_is_found_as_the_server_finds_it() {
        let headers =
            block("NATS/1.0\r\nnats-msg-id: x\r\nNats-Msg-Id:   a \r\nNats-Msg-Id: b\r\n\r\n");
        assert_eq!(headers.get("Nats-Msg-Id"), Some("a "));
        assert_eq!(headers.get("Msg-Id"), None);
        assert_eq!(block("NATS/1.0\r\nA:\r\n\r\n").get("A"), None);
    }

    #[test]
    fn a_status_is_read_and_removed() {
        let headers = Headers::status_block(503, "", [("Nats-Subject", "a.b")]);
        assert_eq!(&headers.block()[..], b"NATS/1.0 503\r\nNats-Subject: a.b\r\n\r\n");
        assert_eq!(headers.status(), Some((503, "")));
        assert_eq!(&headers.without_status().block()[..], b"NATS/1.0\r\nNats-Subject: a.b\r\n\r\n");
        let none: [(&str, &str); 0] = [];
        let heartbeat = Headers::status_block(100, "Idle Heartbeat", none);
        assert_eq!(heartbeat.status(), Some((100, "Idle Heartbeat")));
    }

    #[test]
    fn headers_are_added_and_taken_away() {
        let headers = Headers::new([("A", "1"), ("B", "2")]).with("C", "3");
        assert_eq!(headers.iter().collect::<Vec<_>>(), [("A", "1"), ("B", "2"), ("C", "3")]);
        let less = headers.without(|name| name != "B").unwrap();
        assert_eq!(less.iter().collect::<Vec<_>>(), [("B", "2")]);
        assert!(less.without(|_| true).is_none());
    }
}
