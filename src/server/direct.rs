//! Direct gets: answered by any copy of a stream that allows them.

use std::sync::Arc;

use crate::jetstream::api::check_api_level;
use crate::jetstream::stream::{DirectReply, Stream};
use crate::kernel::Context;
use crate::nats::Message;
use crate::nats::api::DirectGetRequest;

use super::clients::domain_free;
use super::{Host, Server};

impl Server {
    /// Answers a direct get from the copy here.
    pub(super) fn direct_get<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        request: &Message,
    ) {
        let Some(reply) = request.reply.clone() else { return };
        let Some(hosted) = self.streams.get(name) else { return };
        let subject = domain_free(&request.subject, self.config.domain.as_deref());
        for DirectReply { headers, payload } in replies(&hosted.stream, &subject, request) {
            let message = Message { subject: Arc::clone(&reply), reply: None, headers, payload };
            self.publish(cx, &message);
        }
    }
}

fn replies(stream: &Stream, subject: &str, request: &Message) -> Vec<DirectReply> {
    if check_api_level(request.headers.as_ref()).is_err() {
        return vec![DirectReply::api_level()];
    }
    // The name may be that of the origin for which a mirror answers.
    let name = subject.strip_prefix("$JS.API.DIRECT.GET.").unwrap_or_default();
    let last_of = name.split_once('.').map(|(_, last_of)| last_of);
    let asked = match &request.payload[..] {
        [] => Ok(DirectGetRequest::default()),
        body => DirectGetRequest::decode_direct(body),
    };
    match (asked, last_of) {
        (Err(_), _) => vec![DirectReply::malformed()],
        (Ok(asked), Some(last)) => vec![stream.direct_last(last, &asked)],
        (Ok(asked), None) => stream.direct_get(&asked),
    }
}
