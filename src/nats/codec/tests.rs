//! What is written is read back; nothing makes a parser panic.

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::nats::protocol::{ClientOp, ConnectOptions, ServerOp};
use crate::nats::{Headers, Message};

fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9_$>*-]{1,6}(\\.[a-zA-Z0-9_$*-]{1,6}){0,3}"
}

fn message() -> impl Strategy<Value = Message> {
    let headers =
        prop::option::of(prop::collection::vec(("[A-Z][a-z-]{1,8}", "[ -~]{0,12}"), 0..4));
    let payload = prop::collection::vec(any::<u8>(), 0..64);
    (name(), prop::option::of(name()), headers, payload).prop_map(
        |(subject, reply, headers, payload)| Message {
            subject: subject.into(),
            reply: reply.map(Into::into),
            headers: headers.map(Headers::new),
            payload: Bytes::from(payload),
        },
    )
}

fn client_op() -> impl Strategy<Value = ClientOp> {
    prop_oneof![
        message().prop_map(ClientOp::Pub),
        (name(), prop::option::of(name()), "[0-9]{1,4}").prop_map(|(subject, queue, sid)| {
            ClientOp::Sub { subject: subject.into(), queue: queue.map(Into::into), sid: sid.into() }
        }),
        ("[0-9]{1,4}", prop::option::of(0..100_000u64))
            .prop_map(|(sid, max)| ClientOp::Unsub { sid: sid.into(), max }),
        Just(ClientOp::Ping),
        Just(ClientOp::Pong),
        any::<bool>().prop_map(|verbose| {
            ClientOp::Connect(Box::new(ConnectOptions { verbose, ..ConnectOptions::default() }))
        }),
    ]
}

fn server_op() -> impl Strategy<Value = ServerOp> {
    prop_oneof![
        (message(), "[0-9]{1,4}")
            .prop_map(|(message, sid)| ServerOp::Msg { sid: sid.into(), message }),
        Just(ServerOp::Ok),
        Just(ServerOp::Ping),
        Just(ServerOp::Pong),
        "[A-Za-z ]{1,20}".prop_map(|text| ServerOp::Err(text.trim().into())),
    ]
}

fn read_all(parser: &mut ClientParser) -> Vec<ClientOp> {
    std::iter::from_fn(|| parser.read().unwrap()).collect()
}

proptest! {
    #[test]
    fn client_ops_are_read_back_however_they_are_cut(
        ops in prop::collection::vec(client_op(), 1..6),
        step in 1..40usize,
    ) {
        let mut bytes = Vec::new();
        ops.iter().for_each(|op| write_client_op(op, &mut bytes));
        let mut parser = ClientParser::new(1 << 20);
        let mut read = Vec::new();
        for chunk in bytes.chunks(step) {
            parser.feed(chunk);
            read.extend(read_all(&mut parser));
        }
        prop_assert_eq!(read, ops);
    }

    #[test]
    fn server_ops_are_read_back_however_they_are_cut(
        ops in prop::collection::vec(server_op(), 1..6),
        step in 1..40usize,
    ) {
        let mut bytes = Vec::new();
        ops.iter().for_each(|op| write_server_op(op, &mut bytes));
        let mut parser = ServerParser::default();
        let mut read = Vec::new();
        for chunk in bytes.chunks(step) {
            parser.feed(chunk);
            while let Some(op) = parser.read().unwrap() {
                read.push(op);
            }
        }
        prop_assert_eq!(read, ops);
    }

    #[test]
    fn any_bytes_are_read_without_panic(chunks in prop::collection::vec(
        prop_oneof![
            prop::collection::vec(any::<u8>(), 0..40),
            "(PUB|HPUB|SUB|UNSUB|MSG|HMSG|CONNECT|PING|INFO)( [a-z0-9.>*]{1,5}){0,5}\r\n"
                .prop_map(String::into_bytes),
        ],
        0..12,
    )) {
        let mut client = ClientParser::new(1 << 20);
        let mut server = ServerParser::default();
        for chunk in &chunks {
            client.feed(chunk);
            server.feed(chunk);
            while let Ok(Some(_)) = client.read() {}
            while let Ok(Some(_)) = server.read() {}
        }
    }
}

#[test]
fn errors_are_the_real_servers() {
    let error = |text: &str| {
        let mut parser = ClientParser::new(10);
        parser.feed(text.as_bytes());
        loop {
            match parser.read() {
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(error) => return Some(error),
            }
        }
    };
    assert_eq!(error("BOGUS op\r\n"), Some(ProtocolError::UnknownOperation));
    assert_eq!(error("PUB a 2\r\nabc\r\n"), Some(ProtocolError::UnknownOperation));
    assert_eq!(error("PUB a 11\r\n"), Some(ProtocolError::MaxPayload));
    assert_eq!(error("PUB a x\r\n"), Some(ProtocolError::BadArguments));
    assert_eq!(error("HPUB a 5 3\r\n"), Some(ProtocolError::BadArguments));
    assert_eq!(
        error(&format!("SUB {} 1\r\n", "a".repeat(5000))),
        Some(ProtocolError::MaxControlLine)
    );
    assert_eq!(error("pub  a\t2\r\nab\r\nping\r\n"), None);
}

#[test]
fn a_bare_connect_is_verbose_and_pedantic() {
    let mut parser = ClientParser::new(10);
    parser.feed(b"CONNECT {}\r\n");
    let Ok(Some(ClientOp::Connect(options))) = parser.read() else { panic!("not read") };
    assert!(options.verbose && options.pedantic && options.echo && !options.headers);
}
