//! Archives: one of the real server, the way there and back, and bytes that are none.

use proptest::prelude::*;

use super::archive::{Entry, MAGIC, write_entry};
use super::*;
use crate::jetstream::consumer::{Pair, SavedPending, SavedState};
use crate::jetstream::stream::Stream;
use crate::nats::api::{ConsumerConfig, Storage};

/// A backup of nats-server 2.15.1; `tests/backup/README.md` says how it was made.
const REAL: &[u8] = include_bytes!("../../../tests/backup/orders.s2");

/// What this engine makes of it; the programme of nats-py restores it on the real server.
const OURS: &[u8] = include_bytes!("../../../tests/backup/ours.s2");

#[test]
fn a_backup_of_the_real_server_is_read_whole() {
    let backup = Backup::unpack(REAL).unwrap();
    assert_eq!((backup.state.first_seq, backup.state.last_seq, backup.state.messages), (2, 20, 16));
    let seqs: Vec<u64> = backup.messages.iter().map(|message| message.seq).collect();
    let left: Vec<u64> = (2..20).filter(|seq| ![5, 6].contains(seq)).collect();
    assert_eq!(seqs, left);
    let seventh = backup.messages.iter().find(|message| message.seq == 7).unwrap();
    assert_eq!((&*seventh.subject, seventh.header("Nats-TTL")), ("orders.paid", Some("2h")));
    assert_eq!(&seventh.payload[..], "order 7 ".repeat(7).as_bytes());
    let names: Vec<&str> = backup.consumers.iter().map(|c| c.config.name.as_str()).collect();
    assert_eq!(names, ["work", "fresh", "push"]);
    let SavedState { delivered, ack_floor, pending, redelivered } = &backup.consumers[0].state;
    assert_eq!(*delivered, Pair { dseq: 9, sseq: 11 });
    assert_eq!(*ack_floor, Pair { dseq: 2, sseq: 3 });
    assert_eq!(pending.keys().copied().collect::<Vec<_>>(), [4, 8, 9, 10, 11]);
    assert_eq!(redelivered.get(&8), Some(&1));
}

#[test]
fn what_was_read_is_written_as_the_real_server_wrote_it() {
    let backup = Backup::unpack(REAL).unwrap();
    let config = StreamConfig { allow_msg_ttl: true, ..StreamConfig::new("ORDERS", ["orders.>"]) };
    let stream = Stream::restored(config.into(), Time::ZERO, &backup);
    assert_eq!(stream.store().deleted(), [5, 6, 20]);
    let again = Backup::pack(Time::ZERO, &backup.state, &backup.consumers, stream.store());
    // But for the time of the backup itself, which stands before the state and the consumers.
    let ours = s2::unpack(&again).unwrap();
    let theirs = s2::unpack(REAL).unwrap();
    let from = theirs.windows(11).position(|part| part == b"orders.sent").unwrap();
    let same = ours.windows(11).position(|part| part == b"orders.sent").unwrap();
    assert_eq!(ours[same..], theirs[from..]);
    assert_eq!(Backup::unpack(&again).as_ref(), Ok(&backup));
    assert_eq!(again, OURS);
}

#[test]
fn what_is_no_backup_is_refused_in_the_real_servers_words() {
    let archive = |entries: &[Entry<'_>]| {
        let mut out = MAGIC.to_vec();
        entries.iter().for_each(|entry| write_entry(&mut out, entry));
        s2::pack(&out)
    };
    let state = Entry::about(STATE, 1, br#"{"first_seq":1,"last_seq":3}"#);
    let message = |seq| Entry { name: "a", seq, ..Entry::default() };
    let consumer = Entry::about(STATE, 1, br#"{"first_seq":1,"last_seq":3,"consumer_count":1}"#);
    let most = br#"{"first_seq":1,"last_seq":3,"messages":4}"#;
    let cases = [
        (REAL[..1000].to_vec(), "s2: corrupt input"),
        (b"hello hello hello hello".to_vec(), "s2: corrupt input"),
        (Vec::new(), "EOF"),
        (b"\xff\x06\x00\x00S2sTwO".to_vec(), "EOF"),
        (s2::pack(b"NATSARC1"), "EOF"),
        (s2::pack(b"NATSARC1\x05"), "archive: invalid archive stream"),
        (archive(&[state, message(2)]), "EOF"),
        (archive(&[state, message(2), message(2)]), "message sequence 2 out of order"),
        (archive(&[consumer, message(2)]), "expected consumer, got \"a\""),
        (
            archive(&[Entry::about(STATE, 1, most)]),
            "invalid stream state: message count exceeds sequence range",
        ),
    ];
    for (bytes, why) in cases {
        assert_eq!(Backup::unpack(&bytes).unwrap_err().to_string(), why);
    }
    let mut broken = s2::pack(b"NATSARC1");
    *broken.last_mut().unwrap() ^= 1;
    assert_eq!(s2::unpack(&broken), Err(s2::S2Error::Checksum));
}

#[test]
fn a_message_may_be_too_large_for_its_new_stream() {
    let backup = Backup::unpack(REAL).unwrap();
    let config = StreamConfig { max_msg_size: 60, ..StreamConfig::default() };
    let why = |config, most| backup.check(config, most).unwrap_err().to_string();
    assert_eq!(why(&config, 1 << 20), "message sequence 7 exceeds maximum message size");
    assert_eq!(why(&config, 50), "message sequence 7 exceeds maximum payload size");
    assert_eq!(backup.check(&StreamConfig { max_msg_size: -1, ..config }, 1 << 20), Ok(()));
}

/// What the blocks of compressed chunks are made of; not all of it is right.
fn block() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        proptest::collection::vec(any::<u8>(), 1..20).prop_map(|bytes| [
            vec![(bytes.len() as u8 - 1) << 2],
            bytes
        ]
        .concat()),
        (0..8u8, any::<u8>()).prop_map(|(short, far)| vec![short << 2 | 1, far]),
        (5..8u8, any::<[u8; 3]>())
            .prop_map(|(long, more)| [&[long << 2 | 1, 0][..], &more].concat()),
        (any::<u8>(), any::<[u8; 2]>())
            .prop_map(|(tag, far)| [&[tag & 252 | 2][..], &far].concat()),
    ];
    (0..200u8, proptest::collection::vec(part, 0..12)).prop_map(|(size, parts)| {
        let data = [&[size & 127][..], &parts.concat()].concat();
        let length = (data.len() as u32 + 4).to_le_bytes();
        [b"\xff\x06\x00\x00S2sTwO\x00", &length[..3], &[0; 4], &data].concat()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn bytes_are_the_same_after_packing(bytes in proptest::collection::vec(any::<u8>(), 0..150_000)) {
        prop_assert_eq!(s2::unpack(&s2::pack(&bytes)), Ok(bytes));
    }

    #[test]
    fn no_bytes_do_harm(bytes in proptest::collection::vec(any::<u8>(), 0..400), block in block()) {
        let _ = Backup::unpack(&bytes);
        let _ = Backup::unpack(&s2::pack(&[MAGIC, &bytes[..]].concat()));
        let _ = Backup::unpack(&[b"\xff\x06\x00\x00S2sTwO".as_slice(), &bytes].concat());
        let _ = s2::unpack(&block);
    }

    #[test]
    fn a_stream_is_the_same_after_backup_and_restore(
        subjects in proptest::collection::vec("[a-c]{1,2}", 0..30),
        gone in proptest::collection::vec(1..40u64, 0..10),
        first in 1..1_000u64,
        out in proptest::collection::vec((1..40u64, 1..9u64), 0..6),
        memory: bool,
    ) {
        let storage = if memory { Storage::Memory } else { Storage::File };
        let mut store = MessageStore::new(storage, first);
        for (n, subject) in (0..).zip(&subjects) {
            store.store(StoredMessage {
                seq: first + n,
                at: Time(n * 1_000_003),
                subject: subject.as_str().into(),
                headers: (n % 3 == 0).then(|| Headers::new([("N", n.to_string())])),
                payload: vec![n as u8; n as usize * 7].into(),
                ttl: Ttl::Unset,
            });
        }
        for seq in gone {
            store.remove(first + seq);
        }
        let mut saved = SavedConsumer {
            config: ConsumerConfig { name: "c".to_owned(), ..ConsumerConfig::default() },
            ..SavedConsumer::default()
        };
        saved.state.delivered = Pair { dseq: 9, sseq: first + 4 };
        for (seq, dseq) in out {
            saved.state.pending.insert(seq, SavedPending { dseq, unix_ns: dseq as i64 * 1_000 });
            saved.state.redelivered.insert(seq, dseq);
        }
        let bytes = Backup::pack(Time(5), &store.state(), &[saved.clone()], &store);
        let backup = Backup::unpack(&bytes).unwrap();
        let config = StreamConfig { storage, ..StreamConfig::new("S", [">"]) };
        let restored = Stream::restored(config.into(), Time(7), &backup);
        prop_assert_eq!(restored.store().deleted(), store.deleted());
        prop_assert_eq!(restored.store().first_seq(), store.first_seq());
        prop_assert_eq!(restored.store().last_seq(), store.last_seq());
        prop_assert!(restored.store().iter_from(0).eq(store.iter_from(0)));
        prop_assert_eq!(restored.store().bytes(), store.bytes());
        prop_assert_eq!(backup.consumers, [saved]);
    }
}
