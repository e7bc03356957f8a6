//! What an entry of a configuration file means: as a text, a number, a size, a span, an address. An entry
//! that means something else is wrong, and its error says where it stands and what was wanted.

use windtunnel::kernel::Span;

use super::{ConfError, Entry, Result, Value, sized};

impl Entry {
    /// That nobody knows this key.
    pub(crate) fn unknown(&self) -> ConfError {
        self.wrong(format!("unknown field {:?}", self.key))
    }

    pub(crate) fn wrong(&self, what: impl Into<String>) -> ConfError {
        ConfError { place: Some(self.place.clone()), what: what.into() }
    }

    fn wanted(&self, what: &str) -> ConfError {
        self.wrong(format!("{:?} wants {what}", self.key))
    }

    pub(crate) fn text(&self) -> Result<String> {
        match &self.item.value {
            Value::Text(text) => Ok(text.clone()),
            Value::Int(number) => Ok(number.to_string()),
            _ => Err(self.wanted("a text")),
        }
    }

    pub(crate) fn boolean(&self) -> Result<bool> {
        match self.item.value {
            Value::Bool(on) => Ok(on),
            _ => Err(self.wanted("true or false")),
        }
    }

    /// A number that is not negative, within a limit.
    pub(crate) fn number(&self, max: i64) -> Result<i64> {
        match self.item.value {
            Value::Int(number) if (0..=max).contains(&number) => Ok(number),
            _ => Err(self.wanted(&format!("a number from 0 to {max}"))),
        }
    }

    /// A number of bytes. A text such as "128KB" is one too.
    pub(crate) fn size(&self) -> Result<u64> {
        let number = match &self.item.value {
            Value::Int(number) => Some(*number),
            Value::Text(text) => sized(text),
            _ => None,
        };
        let number = number.and_then(|number| u64::try_from(number).ok());
        number.ok_or_else(|| self.wanted("a size such as 1048576 or 128KB"))
    }

    /// A port, or -1 for any that is free.
    pub(crate) fn port(&self) -> Result<i32> {
        match self.item.value {
            Value::Int(port @ -1..=65_535) => Ok(port as i32),
            _ => Err(self.wanted("a port from 0 to 65535, or -1 for any that is free")),
        }
    }

    /// A span such as "2m30s", or a number of seconds.
    pub(crate) fn span(&self) -> Result<Span> {
        let nanos = match &self.item.value {
            Value::Int(seconds) => {
                u64::try_from(*seconds).ok().map(|n| n.saturating_mul(1_000_000_000))
            }
            Value::Text(text) => windtunnel::nats::time::parse_go_duration(text)
                .ok()
                .and_then(|nanos| u64::try_from(nanos).ok()),
            _ => None,
        };
        nanos.map(Span).ok_or_else(|| self.wanted("a duration such as \"2m\" or \"500ms\""))
    }

    /// One text or a list of them.
    pub(crate) fn texts(&self) -> Result<Vec<String>> {
        let text = |value: &Value| match value {
            Value::Text(text) => Ok(text.clone()),
            _ => Err(self.wanted("texts")),
        };
        match &self.item.value {
            Value::List(items) => items.iter().map(|item| text(&item.value)).collect(),
            one => Ok(vec![text(one)?]),
        }
    }

    /// Host and port: a port alone, or `host:port`.
    pub(crate) fn address(&self) -> Result<(Option<String>, i32)> {
        if let Value::Text(text) = &self.item.value {
            let parts = text.rsplit_once(':').and_then(|(host, port)| {
                let port = port.parse().ok().filter(|port| (-1..=65_535).contains(port))?;
                Some((host.trim_start_matches('[').trim_end_matches(']').to_owned(), port))
            });
            let (host, port) = parts.ok_or_else(|| self.wanted("a port or host:port"))?;
            return Ok((Some(host).filter(|host| !host.is_empty()), port));
        }
        Ok((None, self.port()?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::entry;
    use super::*;

    #[test]
    fn entries_are_read_as_what_is_wanted() {
        assert_eq!(entry("ping_interval: \"2s\"").span().unwrap(), Span::secs(2));
        assert_eq!(entry("ping_interval: 2").span().unwrap(), Span::secs(2));
        assert_eq!(entry("max: \"128KB\"").size().unwrap(), 131_072);
        assert_eq!(entry("http: 8222").address().unwrap(), (None, 8222));
        let address = entry("http: 127.0.0.1:-1").address().unwrap();
        assert_eq!(address, (Some("127.0.0.1".to_owned()), -1));
        assert_eq!(entry("tags: [a, \"b:c\"]").texts().unwrap(), ["a", "b:c"]);
        assert_eq!(entry("tags: a").texts().unwrap(), ["a"]);
    }
}
