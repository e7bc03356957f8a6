//! The subjects of the JetStream API as people say them.

use crate::view::class::is_api;

/// An API subject as people say it: `$JS.API.STREAM.INFO.ORDERS` is `STREAM.INFO ORDERS`.
pub fn api_name(subject: &str) -> String {
    let Some((_, rest)) = subject.split_once(".API.").filter(|_| is_api(subject)) else {
        return subject.to_owned();
    };
    let verbs = if VERBS_OF_THREE.iter().any(|verb| rest.starts_with(verb)) { 3 } else { 2 };
    let mut tokens = rest.splitn(verbs + 1, '.');
    let verb: Vec<&str> = tokens.by_ref().take(verbs).collect();
    match tokens.next() {
        Some(name) => format!("{} {}", verb.join("."), name.replacen('.', " ", 1)),
        None => verb.join("."),
    }
}

/// Verbs of the API that are three words long.
const VERBS_OF_THREE: [&str; 10] = [
    "CONSUMER.MSG.NEXT",
    "CONSUMER.DURABLE.CREATE",
    "CONSUMER.LEADER.STEPDOWN",
    "STREAM.MSG.GET",
    "STREAM.MSG.DELETE",
    "STREAM.LEADER.STEPDOWN",
    "STREAM.PEER.REMOVE",
    "STREAM.PEER.EVACUATE",
    "CONSUMER.PEER.REMOVE",
    "CONSUMER.PEER.EVACUATE",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_subject_reads_as_a_verb_and_a_name() {
        assert_eq!(api_name("$JS.API.STREAM.INFO.ORDERS"), "STREAM.INFO ORDERS");
        assert_eq!(api_name("$JS.hub.API.STREAM.NAMES"), "STREAM.NAMES");
        assert_eq!(api_name("$JS.API.CONSUMER.INFO.ORDERS.work"), "CONSUMER.INFO ORDERS work");
        assert_eq!(api_name("$JS.API.CONSUMER.MSG.NEXT.S.c"), "CONSUMER.MSG.NEXT S c");
        assert_eq!(api_name("$JS.API.INFO"), "INFO");
        assert_eq!(api_name("orders.new"), "orders.new");
    }
}
