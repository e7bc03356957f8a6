//! Object stores at the console, in a world of three servers.

use std::sync::Arc;

use super::*;
use crate::client::object::{Content, File, digest};

const HEX: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

#[test]
fn a_store_is_used_as_with_the_cli() {
    let mut typist = Typist::new();
    let lines = [
        ("nats object ls", "No Object Store buckets found"),
        (
            "nats object add FILES --replicas 3 --description 'My files'",
            "Information for Object Store Bucket FILES created 2026-01-05",
        ),
        ("nats obj ls FILES", "No entries found"),
        (
            "nats object put FILES hello.txt --text hello --description 'A greeting' -H 'Content-Type: text/plain'",
            "Object information for FILES > hello.txt\n\n        Description: A greeting\n               Size: 5 B\n  Modification Time: 2026-01-05 09:00:",
        ),
        ("nats object info FILES hello.txt", HEX),
        ("nats object info FILES hello.txt", "            Headers: Content-Type: text/plain"),
        ("nats object put FILES blob.bin --size 300000", "             Chunks: 3"),
        ("nats object get FILES blob.bin", "Wrote: 293 KiB to blob.bin in "),
        ("nats object get FILES hello.txt -O other.txt", "Wrote: 5 B to other.txt in "),
        ("nats object ls FILES", "│ blob.bin  │ 293 KiB │ 2026-01-05 09:00:"),
        ("nats object ls FILES -n", "hello.txt\nblob.bin"),
        ("nats object ls", "│ FILES  │ My files    │"),
        ("nats object show FILES", "    JetStream Stream: OBJ_FILES\n\nCluster Information:"),
        ("nats object edit FILES --max-bucket-size 1MB", "Maximum Bucket Size: 1.0 MiB"),
        ("nats object put FILES hello.txt --text new -f", "Size: 3 B"),
        ("nats object rm FILES hello.txt -f", "Removed FILES > hello.txt\nInformation for"),
        ("nats object ls FILES -n", "blob.bin"),
        ("nats object put FILES ../a/./b//c/../d --text x", "for FILES > ../a/b/d\n"),
        ("nats object put FILES c --text abc --chunk-size 1", "Chunks: 3"),
        ("nats object put FILES c --text abc --chunk-size 0 -f", "Chunks: 1"),
        ("nats object seal FILES -f", "FILES has been sealed\nInformation for"),
        ("nats object info FILES", "Sealed: true"),
        ("nats object del FILES -f", "Bucket FILES is gone"),
        ("nats object ls", "No Object Store buckets found"),
    ];
    for (line, heading) in lines {
        let (printed, state) = typist.types(line);
        assert!(matches!(state, State::Done | State::Listening), "{line} ({state:?}): {printed}");
        assert!(printed.contains(heading), "{line}: {printed}");
    }
}

#[test]
fn a_watch_shows_what_is_there_and_what_comes() {
    let mut typist = Typist::new();
    typist.types("nats object add FILES");
    typist.types("nats object put FILES blob.bin --size 300000");
    let (_, state) = typist.types("nats object watch FILES");
    assert_eq!(state, State::Listening);
    let watch = typist.session.entries().len() - 1;
    typist.world.run_until(typist.world.now() + Span::secs(1));
    typist.types("nats object rm FILES blob.bin -f");
    let Typist { world, session } = &mut typist;
    world.run_until(world.now() + Span::secs(1));
    let entry = session.entries().get(watch).expect("a watch");
    let printed: Vec<String> =
        session.render(entry, world).lines.into_iter().map(|line| line.text).collect();
    let ends = ["PUT FILES > blob.bin: 293 KiB bytes in 3 chunks", "DEL FILES > blob.bin"];
    assert_eq!(printed.len(), 2, "{printed:?}");
    for (line, end) in printed.iter().zip(ends) {
        assert!(line.starts_with("[2026-01-05 09:00:") && line.ends_with(end), "{line}");
    }
}

#[test]
fn the_block_of_a_bucket_is_the_clis() {
    let mut typist = Typist::new();
    let (printed, _) = typist.types("nats object add FILES --ttl 1h --storage memory");
    let (_, block) = printed.split_once('\n').expect("more lines");
    let expected = "
Configuration:

          Bucket Name: FILES
             Replicas: 1
                  TTL: 1h0m0s
               Sealed: false
                 Size: 0 B
  Maximum Bucket Size: unlimited
              Storage: Memory
   Backing Store Kind: JetStream
     JetStream Stream: OBJ_FILES

Cluster Information:

                 Name: us-east
               Leader: ";
    assert!(block.starts_with(expected), "{block}");
}

#[test]
fn errors_are_those_of_the_cli() {
    let mut typist = Typist::new();
    typist.types("nats object add FILES --max-bucket-size 200KB");
    typist.types("nats object put FILES hello.txt --text hello");
    for (line, expected) in [
        ("nats object info FILES nothing", "nats: error: nats: object not found"),
        ("nats object get NOPE x", "nats: error: nats: bucket not found"),
        (
            "nats object put FILES --text x",
            "nats: error: --name is required when reading from stdin",
        ),
        ("nats object put FILES x", "nats: error: path \"x\" does not exist"),
        (
            "nats object put FILES hello.txt --text again",
            "nats: error: could not obtain confirmation: cannot ask for confirmation without a terminal",
        ),
        (
            "nats object rm FILES hello.txt",
            "nats: error: cannot ask for confirmation without a terminal",
        ),
        (
            "nats object put FILES big --size 300000",
            "nats: error: nats: API error: code=503 err_code=10077 description=maximum bytes exceeded",
        ),
        ("nats object add FILES --storage memory", "nats: error: nats: bucket name already in use"),
        ("nats object add a.b", "nats: error: nats: invalid object-store name: letters"),
        ("checkout> nats object add B --compress", "unexpected keyword argument 'compression'"),
        ("nats object put FILES x --text y --chunk-size -1", "--chunk-size has to be between"),
        ("nats object put FILES huge --size 65MB", "nats: error: an object may have 64 MiB here"),
    ] {
        let (printed, state) = typist.types(line);
        assert_eq!(state, State::Failed, "{line}: {printed}");
        assert!(printed.contains(expected), "{line}: {printed}");
    }
}

#[test]
fn a_file_that_was_given_to_the_console_can_be_put_and_got() {
    let mut typist = Typist::new();
    typist.types("nats object add FILES");
    let content = Content::file("photo.png", vec![7u8; 200_000]);
    let Content::File(file) = &content else { panic!("no file") };
    typist.session.offer(Arc::clone(file));
    let Typist { world, session } = &typist;
    assert_eq!(session.complete("nats object put FILES ph", world).options, ["photo.png "]);
    typist.types("nats object put FILES photo.png");
    let Typist { world, session } = &typist;
    assert_eq!(session.complete("nats object add --", world).options.len(), 9);
    assert_eq!(session.complete("nats object info F", world).options, ["FILES "]);
    assert_eq!(session.complete("nats object get FILES p", world).options, ["photo.png "]);
    typist.types("nats object get FILES photo.png");
    let Typist { world, session } = &typist;
    let entry = session.entries().last().expect("a line");
    let got = session.got(entry, world).expect("an object");
    assert_eq!(digest(&got.chunks), file.digest);
    // What is kept of it in the world is the very memory that was given.
    let memory = file.bytes.as_ref().expect("bytes").as_ptr_range();
    assert!(got.chunks.iter().all(|chunk| memory.contains(&chunk.as_ptr())));
    assert!(matches!(content, Content::File(ref same) if File::eq(same, file)));
}

#[test]
fn what_gos_client_can_and_its_cli_cannot_is_a_line_of_ours() {
    let mut typist = Typist::new();
    typist.types("nats object add FILES");
    typist.types("nats object add OTHER");
    typist.types("nats object put FILES a.txt --text hello --description 'A greeting'");
    for (line, wanted) in [
        ("nats object rename FILES a.txt b.txt", "Object information for FILES > b.txt"),
        ("nats object info FILES b.txt", "Description: A greeting"),
        ("nats object get FILES b.txt", "Wrote: 5 B to b.txt"),
        ("nats object info FILES a.txt", "nats: object not found"),
        ("nats object meta FILES b.txt --description 'Another' -H 'A: b'", "Headers: A: b"),
        ("nats object info FILES b.txt", "Description: Another"),
        ("nats object link OTHER there FILES b.txt", "It is a link to object FILES b.txt."),
        ("nats object get OTHER there", "Wrote: 5 B to b.txt"),
        ("nats object link OTHER all FILES", "It is a link to bucket FILES."),
        ("nats object get OTHER all", "nats: invalid Get, object is a link to a bucket"),
        ("nats object link OTHER again OTHER there", "not allowed to link to another link"),
        ("nats object put FILES c.txt --text c", "FILES > c.txt"),
        ("nats object rename FILES c.txt b.txt", "an object already exists with that name"),
    ] {
        let (printed, _) = typist.types(line);
        assert!(printed.contains(wanted), "{line}: {printed}");
    }
}
