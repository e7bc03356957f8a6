//! The front of the `$JS.API`: a request is taken in by the server its client is connected to,
//! shown to every server of the cluster, and answered by the one whose business it is.
//!
//! All others stay silent, so a request that is nobody's business is never answered.

use std::sync::Arc;

use bytes::Bytes;

use crate::jetstream::api::{Body, Endpoint, check_api_level};
use crate::kernel::{ConnId, Context, ProcId, Span};
use crate::nats::api::ApiError;
use crate::nats::{Message, Subject};

use super::answer::{Answer, refusal};
use super::meta::Requester;
use super::{Host, Note, RouteOp, Server, Timer};

/// After which span a server says that nobody can answer (nats-server waits so that a leader may
/// win).
const REFUSE_AFTER: Span = Span::millis(500);
/// Requests without an answer that are remembered; older ones will hardly get one.
const MAX_REQUESTS: usize = 1_000;

/// A request taken in here.
#[derive(Debug, Clone)]
pub(super) struct Request {
    /// Where its client waits.
    pub(super) reply: Option<Subject>,
    /// What was asked.
    pub(super) subject: Subject,
    /// With which body.
    pub(super) body: Bytes,
    /// The connection of the client, unless a server asked.
    pub(super) by: Option<ConnId>,
}

impl Server {
    /// Takes a request of a client in.
    pub(super) fn api_request<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        message: &Message,
        subject: &Subject,
        by: Option<ConnId>,
    ) {
        self.memory.next_reply += 1;
        let reply: Subject = format!("_R_.{}.{:08}", &self.id[1..9], self.memory.next_reply).into();
        let (asker, body) = (message.reply.clone(), message.payload.clone());
        let request = Request { reply: asker, subject: Arc::clone(subject), body, by };
        self.memory.requests.insert(Arc::clone(&reply), request);
        if self.memory.requests.len() > MAX_REQUESTS {
            self.memory.requests.pop_first();
        }
        let request = Message {
            subject: Arc::clone(subject),
            reply: Some(Arc::clone(&reply)),
            headers: message.headers.clone(),
            payload: message.payload.clone(),
        };
        let peers: Vec<ProcId> = self.memory.routes.keys().copied().collect();
        for peer in peers {
            self.send_route(cx, peer, RouteOp::system(request.clone()));
        }
        let requester = Requester { server: self.config.me, reply: Arc::clone(&reply) };
        self.api_handle(cx, &request, requester);
        let leaderless = self.meta().is_some_and(|meta| meta.leader().is_none());
        if leaderless && self.memory.requests.contains_key(&reply) {
            cx.set_timer(REFUSE_AFTER, Timer::Refuse(reply).into());
        }
    }

    /// A message of the servers' own account came from another server.
    pub(super) fn system_message<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        from: ProcId,
        message: &Message,
    ) {
        if message.subject.starts_with("_R_.") {
            if message.subject.contains(".G.") {
                self.gathered(cx, message);
            } else if message.subject.contains(".C.") {
                self.gathered_consumer(cx, message);
            } else {
                self.api_answered(cx, message, from);
            }
        } else if message.subject.ends_with(".SHUTDOWN") {
            self.goodbye(cx.now(), from);
        } else if let Some(reply) = message.reply.clone() {
            let requester = Requester { server: from, reply };
            if message.subject.starts_with("$JSC.SI.") {
                self.tell_stream_info(cx, message, &requester);
            } else if message.subject.starts_with("$JSC.CI.") {
                self.tell_consumer_info(cx, message, &requester);
            } else {
                self.api_handle(cx, message, requester);
            }
        }
    }

    /// The answer to a request that was taken in here.
    fn api_answered<H: Host>(&mut self, cx: &mut Context<'_, H>, answer: &Message, by: ProcId) {
        // A second answer finds nobody who waits for it.
        let Some(request) = self.memory.requests.remove(&answer.subject) else { return };
        if let Some(reply) = &request.reply {
            let Message { headers, payload, .. } = answer.clone();
            self.publish(
                cx,
                &Message { subject: Arc::clone(reply), reply: None, headers, payload },
            );
        }
        if Endpoint::parse(&request.subject).is_some() {
            self.advise_api(cx, &request, &answer.payload, by);
        } else {
            self.restore_answered(cx, &answer.subject, &request);
        }
    }

    /// Nobody has answered, and there is no leader who could.
    pub(super) fn refuse_late<H: Host>(&mut self, cx: &mut Context<'_, H>, reply: &Subject) {
        let Some(request) = self.memory.requests.get(reply) else { return };
        let Some(endpoint) = Endpoint::parse(&request.subject) else { return };
        if self.meta().is_some_and(|meta| meta.leader().is_some()) {
            return;
        }
        let answer = refusal(endpoint, ApiError::CLUSTER_NOT_AVAILABLE);
        let message = Message::new(Arc::clone(reply), answer.json);
        self.api_answered(cx, &message, self.config.me);
    }

    /// Sends an answer to the server that took the request in.
    pub(super) fn respond<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        endpoint: Endpoint<'_>,
        requester: &Requester,
        answer: Answer,
    ) {
        // What was only read, and successfully, is not counted.
        if answer.err_code.is_some() || !matches!(endpoint, Endpoint::MsgGet(_)) {
            self.memory.api.total += 1;
            self.memory.api.errors += u64::from(answer.err_code.is_some());
        }
        let err_code = answer.err_code;
        let subject = match endpoint.stream() {
            Some(stream) => format!("{} {stream}", endpoint.kind()),
            None => endpoint.kind().to_owned(),
        };
        let note = cx.note(Note::ApiHandled { subject: subject.into(), err_code }.into());
        let before = cx.because(note);
        let message = Message::new(Arc::clone(&requester.reply), answer.json);
        self.respond_with(cx, requester, Message { headers: answer.headers, ..message });
        cx.because(before);
    }

    /// Sends text to the server that waits for it.
    pub(super) fn respond_raw<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        requester: &Requester,
        text: Bytes,
    ) {
        self.respond_with(cx, requester, Message::new(Arc::clone(&requester.reply), text));
    }

    fn respond_with<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        requester: &Requester,
        message: Message,
    ) {
        if requester.server == self.config.me {
            return self.api_answered(cx, &message, self.config.me);
        }
        self.send_route(cx, requester.server, RouteOp::system(message));
    }

    /// A request reaches this server. It answers if that is its business.
    fn api_handle<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        request: &Message,
        requester: Requester,
    ) {
        let Some(endpoint) = Endpoint::parse(&request.subject) else { return };
        let sourcing = self.sourcing_business(endpoint, &request.payload);
        match sourcing.unwrap_or_else(|| self.whose_business(endpoint)) {
            Business::Nobodys => {}
            Business::Refused(error) => {
                self.respond(cx, endpoint, &requester, refusal(endpoint, error));
            }
            Business::Ours => {
                let result = check_api_level(request.headers.as_ref())
                    .and_then(|()| check_body(endpoint, &request.payload))
                    .and_then(|()| self.check_identity(endpoint, request.headers.as_ref()))
                    .and_then(|()| self.carry_out_api(cx, endpoint, &request.payload, &requester));
                match result {
                    Ok(Some(answer)) => self.respond(cx, endpoint, &requester, answer),
                    Ok(None) => {}
                    Err(error) => {
                        self.respond(cx, endpoint, &requester, refusal(endpoint, error));
                    }
                }
            }
        }
    }

    fn whose_business(&self, endpoint: Endpoint<'_>) -> Business {
        if let Endpoint::Consumer { stream, call } = endpoint {
            return self.consumer_business(stream, call);
        }
        let for_meta = matches!(
            endpoint,
            Endpoint::AccountInfo
                | Endpoint::StreamNames
                | Endpoint::StreamList
                | Endpoint::StreamCreate(_)
                | Endpoint::StreamUpdate(_)
                | Endpoint::StreamDelete(_)
                | Endpoint::StreamPeerRemove(_)
                | Endpoint::StreamPeerEvacuate(_)
                | Endpoint::StreamRestore(_)
        );
        if !self.is_clustered() {
            let known = endpoint.stream().is_none_or(|name| self.streams.contains_key(name));
            return match endpoint {
                Endpoint::LeaderStepDown(_)
                | Endpoint::StreamPeerRemove(_)
                | Endpoint::StreamPeerEvacuate(_) => Business::Refused(ApiError::CLUSTER_REQUIRED),
                _ if for_meta || known => Business::Ours,
                // Bodies are checked first; a missing stream is noticed behind that.
                _ => Business::Ours,
            };
        }
        if for_meta {
            return if self.leads_meta() { Business::Ours } else { Business::Nobodys };
        }
        let Some(name) = endpoint.stream() else { return Business::Nobodys };
        if self.assignments.get(name).is_none() {
            return if self.leads_meta() { Business::Ours } else { Business::Nobodys };
        }
        let Some(hosted) = self.streams.get(name) else { return Business::Nobodys };
        if hosted.leading {
            return Business::Ours;
        }
        let leaderless =
            hosted.group.as_ref().is_some_and(|(_, member)| member.raft.leader().is_none());
        match endpoint {
            _ if !leaderless => Business::Nobodys,
            Endpoint::StreamInfo(_) => Business::Ours,
            _ => Business::Refused(ApiError::CLUSTER_NOT_AVAILABLE),
        }
    }
}

/// Whose business a request is.
pub(super) enum Business {
    /// This server's.
    Ours,
    /// Another server's, or nobody's.
    Nobodys,
    /// This server's, which can only refuse.
    Refused(ApiError),
}

fn check_body(endpoint: Endpoint<'_>, body: &[u8]) -> Result<(), ApiError> {
    let trimmed = body.trim_ascii();
    let nothing = trimmed.is_empty() || trimmed == b"{}";
    match endpoint.body() {
        Body::Optional => Ok(()),
        Body::Empty if nothing => Ok(()),
        Body::Empty => Err(ApiError::NOT_EMPTY_REQUEST),
        Body::Required if nothing => Err(ApiError::BAD_REQUEST),
        Body::Required => Ok(()),
    }
}
