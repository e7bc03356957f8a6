//! Messages as the CLI prints them.

use crate::nats::{Headers, Message};

use super::Run;

/// Prints a body: the text and two free lines, as the CLI does; `nil body` if there is none.
pub(super) fn body(run: &mut Run<'_>, text: &str) {
    if text.is_empty() {
        run.say("nil body");
        run.say("");
        return;
    }
    run.say_all(text.trim_end_matches('\n').split('\n').map(str::to_owned));
    run.say("");
    if !text.ends_with('\n') {
        run.say("");
    }
}

/// The lines of a message that a subscription received: headers and body.
pub(super) fn received(run: &mut Run<'_>, message: &Message, headers_only: bool) {
    let headers = header_lines(message.headers.as_ref());
    if !headers.is_empty() {
        run.say_all(headers);
        run.say("");
    }
    if !headers_only {
        let text = message.text();
        run.say_all(text.trim_end_matches('\n').split('\n').map(str::to_owned));
        run.say("");
    }
}

/// The headers, one a line; a status counts as two of them, as in Go's client.
pub(super) fn header_lines(headers: Option<&Headers>) -> Vec<String> {
    let Some(headers) = headers else {
        return Vec::new();
    };
    let mut lines: Vec<String> =
        headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    if let Some((status, description)) = headers.status() {
        lines.push(format!("Status: {status}"));
        if !description.is_empty() {
            lines.push(format!("Description: {description}"));
        }
    }
    lines
}
