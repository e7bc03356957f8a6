//! A command as a script that is run again and again.
//!
//! What a command prints must be the same however often it is asked for, also after a step back in
//! history. So nothing of a running command is kept but the ids of its operations: to print it, its
//! script runs from the beginning and gets, operation by operation, what came of each. Where there
//! is no outcome yet the script ends early ([`Stop::Waiting`]); where the next operation has not
//! been asked for yet it says which one is wanted ([`Stop::Ask`]). A script of several steps thereby
//! reads like one that blocks.

use serde_json::Value;

use crate::client::{Call, Dialect, Draft, OpId, Outcome};
use crate::console::format::clock;
use crate::console::line::Line;
use crate::kernel::{Span, Time};
use crate::nats::Message;
use crate::nats::api::ApiError;
use crate::nats::json::{self, FromJson, JsonError};

/// Why a script ended early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// An operation has no outcome yet.
    Waiting,
    /// This operation is wanted next, not before this time.
    Ask(Box<Call>, Time),
    /// The command failed; the error is printed already.
    Failed,
}

/// What a step of a script gives.
pub(crate) type Done<T = ()> = Result<T, Stop>;

/// An operation as a script sees it.
#[derive(Debug, Clone)]
pub(crate) struct OpView<'a> {
    /// Which operation of the client it is.
    pub(crate) id: OpId,
    /// When it began.
    pub(crate) started: Time,
    /// When it ended, if it has.
    pub(crate) ended: Option<Time>,
    /// What came of it, if it has ended.
    pub(crate) outcome: Option<&'a Outcome>,
    /// When the first message came for it.
    pub(crate) first_at: Option<Time>,
    /// The last messages that came for it.
    pub(crate) received: Vec<(Time, &'a Message)>,
    /// How many messages came altogether.
    pub(crate) received_total: u64,
}

/// A script being run.
#[derive(Debug)]
pub(crate) struct Run<'a> {
    ops: &'a [OpView<'a>],
    used: usize,
    /// The virtual time at which the script is.
    at: Time,
    domain: Option<&'a str>,
    timeout: Option<Span>,
    dialect: Dialect,
    goes_on: bool,
    lines: Vec<Line>,
}

impl<'a> Run<'a> {
    /// A script that began at this time and has these operations so far.
    pub(crate) fn new(
        ops: &'a [OpView<'a>],
        began: Time,
        domain: Option<&'a str>,
        timeout: Option<Span>,
    ) -> Self {
        Self {
            ops,
            used: 0,
            at: began,
            domain,
            timeout,
            dialect: Dialect::Go,
            goes_on: false,
            lines: Vec::new(),
        }
    }

    /// The same for a line that is typed for an app (`web> nats kv get …`): it is what the app does, and
    /// apps speak as nats-py.
    pub(crate) fn for_app(self) -> Self {
        Self { dialect: Dialect::Python, ..self }
    }

    /// As which library buckets and stores are spoken to.
    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The virtual time at which the script is: when its last operation ended.
    pub(crate) fn at(&self) -> Time {
        self.at
    }

    /// How many operations the script has used.
    pub(crate) fn used(&self) -> usize {
        self.used
    }

    /// How many operations there are that the script has not used.
    pub(crate) fn ahead(&self) -> usize {
        self.ops.len().saturating_sub(self.used)
    }

    /// Says that from here on nobody waits for the script: it goes on until it is interrupted, though
    /// each of its operations ends by itself.
    pub(crate) fn goes_on(&mut self) {
        self.goes_on = true;
    }

    /// Whether the script is where it goes on until it is interrupted.
    pub(crate) fn is_going_on(&self) -> bool {
        self.goes_on
    }

    /// What was printed.
    pub(crate) fn into_lines(mut self) -> Vec<Line> {
        // The CLI often ends with free lines to set off the prompt; the page has room around it.
        while self.lines.last().is_some_and(|line| line.text.is_empty()) {
            self.lines.pop();
        }
        self.lines
    }

    /// Prints a line.
    pub(crate) fn say(&mut self, text: impl Into<String>) {
        self.lines.push(Line::plain(text));
    }

    /// Prints lines.
    pub(crate) fn say_all(&mut self, lines: impl IntoIterator<Item = String>) {
        self.lines.extend(lines.into_iter().map(Line::plain));
    }

    /// Prints a line as the CLI's log does: with the time before it.
    pub(crate) fn log(&mut self, at: Time, text: impl AsRef<str>) {
        self.say(format!("{} {}", clock(at), text.as_ref()).trim_end());
    }

    /// Prints a remark of this console.
    pub(crate) fn hint(&mut self, text: impl Into<String>) {
        self.lines.push(Line::hint(text));
    }

    /// Prints an error; the script is to end with what this gives.
    pub(crate) fn fail(&mut self, text: impl std::fmt::Display) -> Stop {
        self.lines.push(Line::error(text));
        Stop::Failed
    }

    /// Prints an error that has a cause, if there is one.
    pub(crate) fn check<T>(&mut self, what: &str, result: Result<T, String>) -> Done<T> {
        result.map_err(|why| match what {
            "" => self.fail(why),
            what => self.fail(format!("{what}: {why}")),
        })
    }

    /// Lets time pass before the next operation.
    pub(crate) fn pause(&mut self, span: Span) {
        self.at += span;
    }

    /// The next operation, as far as it is.
    pub(crate) fn op(&mut self, call: Call) -> Done<&'a OpView<'a>> {
        let Some(view) = self.ops.get(self.used) else {
            return Err(Stop::Ask(Box::new(call.in_domain(self.domain)), self.at));
        };
        self.used += 1;
        Ok(view)
    }

    /// The outcome of the next operation.
    pub(crate) fn ask(&mut self, call: Call) -> Done<&'a Outcome> {
        let view = self.op(call)?;
        let outcome = view.outcome.ok_or(Stop::Waiting)?;
        self.pass(view);
        Ok(outcome)
    }

    /// Goes on to the time at which an operation ended.
    pub(crate) fn pass(&mut self, view: &OpView<'_>) {
        self.at = self.at.max(view.ended.unwrap_or(view.started));
    }

    /// Calls the JetStream API. The inner result is what the CLI would call an error.
    pub(crate) fn api<T: FromJson>(
        &mut self,
        endpoint: &str,
        body: impl Into<String>,
    ) -> Done<Result<T, String>> {
        Ok(match self.request(endpoint, body)? {
            Outcome::Replies(replies) => match replies.first() {
                Some(reply) => decode(reply),
                None => Err("no reply".to_owned()),
            },
            other => {
                if let (Outcome::NoResponders, Some(domain)) = (other, self.domain) {
                    self.hint(format!("No JetStream of domain {domain} answers here."));
                }
                Err(trouble(other))
            }
        })
    }

    /// Calls the JetStream API; gives what came of it.
    pub(crate) fn request(&mut self, endpoint: &str, body: impl Into<String>) -> Done<&'a Outcome> {
        let subject = match self.domain {
            Some(domain) => format!("$JS.{domain}.API.{endpoint}"),
            None => format!("$JS.API.{endpoint}"),
        };
        let body = body.into();
        let call = match self.timeout {
            None => Call::Api { subject, body },
            Some(timeout) => Call::Request {
                message: Draft { subject, text: body, ..Draft::default() },
                timeout,
                replies: 1,
            },
        };
        self.ask(call)
    }
}

/// Reads an answer of the API, which may be an error.
pub(super) fn decode<T: FromJson>(reply: &Message) -> Result<T, String> {
    let answer = answer(reply)?;
    T::from_json(&answer).map_err(|why| why.to_string())
}

fn answer(reply: &Message) -> Result<Value, String> {
    let told = |why: JsonError| why.to_string();
    let answer = json::parse(&reply.payload).map_err(told)?;
    let error = answer.get("error").map(Option::<ApiError>::from_json).transpose().map_err(told)?;
    error.flatten().map_or(Ok(answer), |error| Err(error.to_string()))
}

/// What the CLI says of an outcome that is no answer: the errors of Go's client.
pub(crate) fn trouble(outcome: &Outcome) -> String {
    match outcome {
        Outcome::NoResponders => "nats: no responders available for request".to_owned(),
        Outcome::TimedOut { .. } => "context deadline exceeded".to_owned(),
        Outcome::Refused(refusal) => match answer(refusal) {
            Err(why) => why,
            Ok(_) => "nats: unexpected answer".to_owned(),
        },
        Outcome::ConnectionLost => "nats: connection closed".to_owned(),
        Outcome::Invalid(why) => format!("nats: {why}"),
        Outcome::Ended { .. } => "context canceled".to_owned(),
        Outcome::Kv(Err(why)) => why.to_string(),
        Outcome::Object(Err(why)) => why.to_string(),
        Outcome::Sent { .. }
        | Outcome::Kv(Ok(_))
        | Outcome::Object(Ok(_))
        | Outcome::Acked { .. }
        | Outcome::Replies(_)
        | Outcome::Fetched { .. } => "nats: unexpected answer".to_owned(),
    }
}
