//! What is written is read back, however it is cut; nothing makes a parser panic; what is wrong is
//! answered as the real server answers it.

use bytes::Bytes;
use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::nats::protocol::{ClientOp, ConnectOptions, ServerInfo, ServerOp};
use crate::nats::{Headers, Message};

fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9_$>*ü-]{1,6}(\\.[a-zA-Z0-9_$*-]{1,6}){0,3}"
}

fn message() -> impl Strategy<Value = Message> {
    let pairs = prop::collection::vec(("[A-Z][a-z-]{1,8}", "[ -~]{0,12}"), 0..4);
    let payload = prop_oneof![
        8 => prop::collection::vec(any::<u8>(), 0..64),
        1 => prop::collection::vec(Just(b'\n'), 500..520),
    ];
    (name(), prop::option::of(name()), prop::option::of(pairs), payload).prop_map(
        |(subject, reply, pairs, payload)| Message {
            subject: subject.into(),
            reply: reply.map(Into::into),
            headers: pairs.map(Headers::new),
            payload: Bytes::from(payload),
        },
    )
}

fn connect(headers: bool) -> ClientOp {
    ClientOp::Connect(Box::new(ConnectOptions { headers, ..ConnectOptions::client("x <&> y") }))
}

fn client_op() -> impl Strategy<Value = ClientOp> {
    prop_oneof![
        message().prop_map(ClientOp::Pub),
        (name(), prop::option::of(name()), "[0-9a-z]{1,4}").prop_map(|(subject, queue, sid)| {
            ClientOp::Sub { subject: subject.into(), queue: queue.map(Into::into), sid: sid.into() }
        }),
        ("[0-9]{1,4}", prop::option::of(1..1_000_000_000_u64))
            .prop_map(|(sid, max)| ClientOp::Unsub { sid: sid.into(), max }),
        Just(ClientOp::Ping),
        Just(ClientOp::Pong),
        Just(connect(true)),
    ]
}

fn server_op() -> impl Strategy<Value = ServerOp> {
    prop_oneof![
        (message(), "[0-9]{1,4}")
            .prop_map(|(message, sid)| ServerOp::Msg { sid: sid.into(), message }),
        Just(ServerOp::Ok),
        Just(ServerOp::Ping),
        Just(ServerOp::Pong),
        "[ -~]{0,20}".prop_map(|text| ServerOp::Err(text.into())),
        (name(), any::<bool>(), prop::collection::vec("[0-9.:]{1,20}", 0..3)).prop_map(
            |(server_name, jetstream, connect_urls)| {
                let info =
                    ServerInfo { server_name, jetstream, connect_urls, ..ServerInfo::default() };
                ServerOp::Info(Box::new(info))
            }
        ),
    ]
}

/// Pieces of the protocol, right and wrong.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..30),
        "(PUB|HPUB|SUB|UNSUB|MSG|HMSG|CONNECT|PING|INFO|\\+OK|-ERR|pub|Q)( |\t|  )?"
            .prop_map(String::into_bytes),
        "([a-z0-9.>*]{1,3}[ \t]){0,5}[0-9]{0,3}".prop_map(String::into_bytes),
        Just(b"\r\n".to_vec()),
        Just(b"{\"headers\":true}".to_vec()),
    ]
}

/// Feeds `bytes`, cut at `cuts`, and returns what comes out.
fn cut_at(cuts: &[Index], bytes: &[u8], mut take: impl FnMut(&[u8])) {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    cuts.extend([0, bytes.len()]);
    cuts.sort_unstable();
    cuts.windows(2).for_each(|cut| take(&bytes[cut[0]..cut[1]]));
}

type Read<Op> = (Vec<Op>, Option<ProtocolError>);

fn read_client(cuts: &[Index], bytes: &[u8]) -> Read<ClientOp> {
    let mut parser = ClientParser::new(1000);
    let (mut ops, mut error) = (Vec::new(), None);
    cut_at(cuts, bytes, |chunk| {
        parser.feed(chunk);
        loop {
            match parser.read() {
                Ok(Some(op)) => ops.push(op),
                Ok(None) => break,
                Err(e) => error = Some(e),
            }
        }
    });
    (ops, error)
}

fn read_server(cuts: &[Index], bytes: &[u8]) -> Read<ServerOp> {
    let mut parser = ServerParser::default();
    let (mut ops, mut error) = (Vec::new(), None);
    cut_at(cuts, bytes, |chunk| {
        parser.feed(chunk);
        loop {
            match parser.read() {
                Ok(Some(op)) => ops.push(op),
                Ok(None) => break,
                Err(e) => error = Some(e),
            }
        }
    });
    (ops, error)
}

fn cuts() -> impl Strategy<Value = Vec<Index>> {
    prop::collection::vec(any::<Index>(), 0..30)
}

proptest! {
    #[test]
    fn client_ops_are_read_back_however_they_are_cut(
        ops in prop::collection::vec(client_op(), 0..6),
        cuts in cuts(),
    ) {
        let ops: Vec<_> = [connect(true)].into_iter().chain(ops).collect();
        let mut bytes = Vec::new();
        ops.iter().for_each(|op| write_client_op(op, &mut bytes));
        prop_assert_eq!(read_client(&cuts, &bytes), (ops, None));
    }

    #[test]
    fn server_ops_are_read_back_however_they_are_cut(
        ops in prop::collection::vec(server_op(), 1..6),
        cuts in cuts(),
    ) {
        let mut bytes = Vec::new();
        ops.iter().for_each(|op| write_server_op(op, &mut bytes));
        prop_assert_eq!(read_server(&cuts, &bytes), (ops, None));
    }

    #[test]
    fn any_bytes_are_read_the_same_however_they_are_cut(
        pieces in prop::collection::vec(piece(), 0..12),
        cuts in cuts(),
    ) {
        let bytes = pieces.concat();
        prop_assert_eq!(read_client(&cuts, &bytes), read_client(&[], &bytes));
        prop_assert_eq!(read_server(&cuts, &bytes), read_server(&[], &bytes));
    }
}

/// Reads `text` whole; ops and the error.
fn client(text: &str) -> Read<ClientOp> {
    read_client(&[], text.as_bytes())
}

#[test]
fn lines_are_written_as_the_real_ones() {
    let message = Message::new("foo.baz", "body").with_reply("r");
    let with_headers = message.clone().with_headers(Headers::from_block("NATS/1.0\r\nA:b\r\n\r\n"));
    for (op, text) in [
        (ClientOp::Pub(message.clone()), "PUB foo.baz r 4\r\nbody\r\n"),
        (
            ClientOp::Pub(with_headers.clone()),
            "HPUB foo.baz r 17 21\r\nNATS/1.0\r\nA:b\r\n\r\nbody\r\n",
        ),
        (
            ClientOp::Sub { subject: "a.>".into(), queue: Some("q".into()), sid: "9".into() },
            "SUB a.> q 9\r\n",
        ),
        (ClientOp::Unsub { sid: "9".into(), max: Some(10) }, "UNSUB 9 10\r\n"),
        (ClientOp::Unsub { sid: "9".into(), max: None }, "UNSUB 9\r\n"),
        (ClientOp::Ping, "PING\r\n"),
    ] {
        let mut bytes = Vec::new();
        write_client_op(&op, &mut bytes);
        assert_eq!(String::from_utf8(bytes).unwrap(), text);
        assert!(text.starts_with(op.verb()));
    }
    for (op, text) in [
        (ServerOp::Msg { sid: "9".into(), message }, "MSG foo.baz 9 r 4\r\nbody\r\n"),
        (
            ServerOp::Msg { sid: "9".into(), message: with_headers },
            "HMSG foo.baz 9 r 17 21\r\nNATS/1.0\r\nA:b\r\n\r\nbody\r\n",
        ),
        (ServerOp::Ok, "+OK\r\n"),
        (ServerOp::Err("Invalid Subject".into()), "-ERR 'Invalid Subject'\r\n"),
    ] {
        let mut bytes = Vec::new();
        write_server_op(&op, &mut bytes);
        assert_eq!(String::from_utf8(bytes).unwrap(), text);
        assert!(text.starts_with(op.verb()));
    }
    let mut bytes = Vec::new();
    write_server_op(&ServerOp::Info(Box::default()), &mut bytes);
    assert!(bytes.starts_with(b"INFO {\"server_id\":") && bytes.ends_with(b"} \r\n"));
}

#[test]
fn verbs_and_white_space_are_taken_in_any_form() {
    let text =
        "pub  a\t2\r\nab\r\nping\r\nPiNg whatever\nSub x 1 \r\nCONNECT{}\r\n+OK\r\nINFO x\r\n";
    let (ops, error) = client(text);
    let verbs: Vec<_> = ops.iter().map(ClientOp::verb).collect();
    assert_eq!((verbs, error), (vec!["PUB", "PING", "PING", "SUB", "CONNECT"], None));
}

#[test]
fn a_bare_connect_is_verbose_and_pedantic() {
    let (ops, _) = client("CONNECT {}\r\n");
    assert_eq!(ops, [ClientOp::Connect(Box::default())]);
    assert!(ConnectOptions::default().verbose && ConnectOptions::default().pedantic);
}

#[test]
fn an_unsub_maximum_that_is_none_means_at_once() {
    for text in ["UNSUB 1 0\r\n", "UNSUB 1 x\r\n", "UNSUB 1 1234567890\r\n"] {
        assert_eq!(client(text).0, [ClientOp::Unsub { sid: "1".into(), max: None }]);
    }
}

#[test]
fn errors_are_the_real_servers() {
    use ProtocolError as E;
    let bad_arguments = |text: &str| match client(text) {
        (_, Some(E::BadArguments(_))) => true,
        other => panic!("{text}: {other:?}"),
    };
    for text in [
        "BOGUS op\r\n",
        "B",
        "\r\n",
        " PING\r\n",
        "PUB\r\n",
        "PINGPING\r\nX",
        "MSG a 1 2\r\n",
        "PUB a 2\r\nabc\r\n",
        "PUB a 2\r\nabX",
        "PUB a 2\r\nab\rX",
    ] {
        assert_eq!(client(text).1, Some(E::UnknownOperation), "{text}");
    }
    for text in ["PUB a 1001\r\n", "CONNECT {\"headers\":true}\r\nHPUB a 17 1001\r\n"] {
        assert_eq!(client(text).1, Some(E::MaxPayload), "{text}");
    }
    for text in [
        "PUB a\r\n",
        "PUB a x\r\n",
        "PUB a -1\r\n",
        "PUB a 1234567890\r\n",
        "PUB a b c 1\r\n",
        "SUB a\r\n",
        "SUB a b c d\r\n",
        "UNSUB \r\n",
        "UNSUB 1 2 3\r\n",
        "CONNECT\r\n",
        "CONNECT {\r\n",
        "CONNECT {\"verbose\":1}\r\n",
        "HPUB a 12 12\r\nNATS/1.0\r\n\r\n\r\n",
        "CONNECT {\"headers\":true}\r\nHPUB a 5 3\r\n",
        "CONNECT {\"headers\":true}\r\nHPUB a 5\r\n",
        "-ERR 'x'\r\n",
    ] {
        assert!(bad_arguments(text));
    }
    let long = "a".repeat(MAX_CONTROL_LINE - 2);
    assert_eq!(client(&format!("SUB {long} 1\r\n")).1, None);
    assert_eq!(client(&format!("SUB {long} 12\r\n")).1, Some(E::MaxControlLine));
    assert_eq!(client(&format!("SUB {long} 12")).1, Some(E::MaxControlLine));
}

#[test]
fn error_texts_and_ends_are_the_real_servers() {
    use ProtocolError as E;
    for (error, text, closes) in [
        (E::UnknownOperation, Some("Unknown Protocol Operation"), true),
        (E::MaxPayload, Some("Maximum Payload Violation"), true),
        (E::MaxControlLine, Some("maximum control line exceeded"), true),
        (E::BadArguments("whatever"), None, true),
        (E::InvalidSubject, Some("Invalid Subject"), false),
        (
            E::ReplyDenied("$JS.ACK.x".into()),
            Some("Permissions Violation for Publish with Reply of \"$JS.ACK.x\""),
            false,
        ),
        (
            E::QueueDenied { subject: "a".into(), queue: "_sys_".into() },
            Some("Permissions Violation for Subscription to \"a\" using queue \"_sys_\""),
            false,
        ),
        (E::NoRespondersNeedsHeaders, Some("no responders requires headers support"), true),
        (E::StaleConnection, Some("Stale Connection"), true),
    ] {
        assert_eq!((error.wire_text().as_deref(), error.closes()), (text, closes));
    }
}

#[test]
fn nothing_is_read_after_an_error() {
    let (ops, error) = client("PING\r\nX\r\nPING\r\n");
    assert_eq!((ops.len(), error), (1, Some(ProtocolError::UnknownOperation)));
    let mut parser = ClientParser::new(10);
    parser.feed(b"X");
    assert!(parser.read().is_err());
    parser.feed(b"PING\r\n");
    assert_eq!(parser.read(), Ok(None));
}

#[test]
fn what_is_not_utf8_is_replaced() {
    let (ops, _) = read_client(&[], b"SUB a\xff 1\r\n");
    assert_eq!(ops, [ClientOp::Sub { subject: "a\u{fffd}".into(), queue: None, sid: "1".into() }]);
}
