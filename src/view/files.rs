//! Files and object stores: which store a file would go into and through whom, how far that is, which
//! objects can be had as files, and what a shared session has of files.

use bytes::Bytes;

use crate::client::object::{Act, Content, Done, File, MAX_SIZE, ObjectInfo, Op, name};
use crate::client::{Call, Dialect, OpId, Outcome};
use crate::kernel::ProcId;
use crate::nats::api::StreamConfig;
use crate::world::{Input, Role, World};

use super::entity::Entity;
use super::text::size;

/// What the selected object store has to do with files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePanel {
    /// The store.
    pub bucket: String,
    /// Whether it is closed for good.
    pub sealed: bool,
    /// Which application puts and gets here; none: there is none.
    pub client: Option<(ProcId, String)>,
    /// What is on its way into it, and out of it.
    pub transfers: Vec<Transfer>,
    /// What of it can be got, with its size in bytes, and in words.
    pub objects: Vec<(String, u64, String)>,
}

/// A file on its way into an object store, or out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// The operation.
    pub op: OpId,
    /// What is done with which: "Storing photo.png".
    pub what: String,
    /// How many of its messages are acknowledged, or have come …
    pub done: u64,
    /// … of how many.
    pub all: u64,
}

/// About the store that is selected, if one is.
pub fn panel(world: &World, selection: Option<&Entity>) -> Option<FilePanel> {
    let Entity::Stream { cluster, name } = selection? else { return None };
    let bucket = name::bucket_of(name)?;
    let view = world.stream(*cluster, name)?;
    let store = view.best()?.stream.store();
    let client = client_of(world, *cluster);
    let all = name::metas(bucket);
    let object = |subject: &str| {
        let meta = store.last_of(subject)?;
        let info = ObjectInfo::read(&meta.payload, Dialect::Python).ok()?;
        let whole = !info.deleted && info.link().is_none();
        whole.then(|| (info.name, info.size, size(info.size)))
    };
    let transfers = |process: ProcId| {
        let open = world.client(process)?.ops().filter(|(_, record)| record.outcome.is_none());
        let here = open.filter(|(_, record)| match &*record.call {
            Call::Object(op) => op.bucket == bucket,
            _ => false,
        });
        Some(here.filter_map(|(op, _)| transfer(world, process, op)).collect())
    };
    Some(FilePanel {
        sealed: view.config().is_some_and(|config| config.sealed),
        transfers: client.as_ref().and_then(|c| transfers(c.0)).unwrap_or_default(),
        objects: store.subjects(&all).filter_map(|(subject, _)| object(subject)).collect(),
        bucket: bucket.to_owned(),
        client,
    })
}

/// Who puts and gets: the console's client if it is there, else any other of that cluster.
fn client_of(world: &World, cluster: usize) -> Option<(ProcId, String)> {
    let name = &world.topology().clusters.get(cluster)?.name;
    let clients = &world.topology().clients;
    let here = |role: Option<Role>| {
        let fits = |spec: &&crate::world::ClientSpec| {
            spec.cluster == *name
                && spec.role != Role::Wire
                && role.is_none_or(|role| spec.role == role)
                && world.process(&spec.name).and_then(|process| world.client(process)).is_some()
        };
        clients.iter().find(fits)
    };
    let spec = here(Some(Role::Console)).or_else(|| here(None))?;
    Some((world.process(&spec.name)?, spec.name.clone()))
}

/// How far an operation that puts or gets an object is; none of any other.
pub(super) fn transfer(world: &World, process: ProcId, op: OpId) -> Option<Transfer> {
    let client = world.client(process)?;
    let Call::Object(call) = &*client.op(op)?.call else { return None };
    let mut parts = client.ops().filter(|(_, part)| part.part_of == Some(op));
    let (verb, far) = match call.act {
        Act::Put => ("Storing", parts.find_map(|(_, part)| part.uploaded())),
        Act::Get => ("Getting", parts.find_map(|(_, part)| part.read_so_far())),
        _ => return None,
    };
    let (done, all) = far.unwrap_or((0, 1));
    Some(Transfer { op, what: format!("{verb} {}", call.name), done, all })
}

/// Whether an operation gets an object.
pub(super) fn is_get(world: &World, process: ProcId, op: OpId) -> bool {
    let record = world.client(process).and_then(|client| client.op(op));
    record.is_some_and(|it| matches!(&*it.call, Call::Object(call) if call.act == Act::Get))
}

/// Whether a file can be dropped on a stream: it is an object store, it is not sealed, and there is
/// somebody to put it.
pub(super) fn takes_files(world: &World, cluster: usize, config: &StreamConfig) -> bool {
    name::bucket_of(&config.name).is_some() && !config.sealed && client_of(world, cluster).is_some()
}

/// The input that puts a file: as nats-py does, chunk by chunk.
pub fn put(client: &str, bucket: &str, content: Content, file: &str) -> Input {
    let op = Op::put(bucket, file, content);
    Input::Call { client: client.to_owned(), call: Call::Object(Box::new(op)) }
}

/// The input that gets an object.
pub fn get(client: &str, bucket: &str, object: &str) -> Input {
    let op = Op::object(Act::Get, bucket, object);
    Input::Call { client: client.to_owned(), call: Call::Object(Box::new(op)) }
}

/// An object's name and its chunks; or why there is nothing.
pub type Got = Result<(String, Vec<Bytes>), String>;

/// What an operation got; none while it goes on.
pub fn got(world: &World, process: ProcId, op: OpId) -> Option<Got> {
    let record = world.client(process)?.op(op)?;
    Some(match record.outcome.as_deref()? {
        Outcome::Object(Ok(Done::Got(got))) => Ok((got.info.name.clone(), got.chunks.clone())),
        Outcome::Object(Err(why)) => Err(why.to_string()),
        _ => Err("no answer came".to_owned()),
    })
}

/// How many bytes are copied at a time where a file leaves the page's memory: a few milliseconds' worth.
const PORTION: usize = 2 << 20;

/// The pieces of a file in portions that are small enough to be copied at once. (A piece is a message of
/// a stream, and so has a mebibyte at most.)
pub fn portions(pieces: &[Bytes]) -> Vec<&[Bytes]> {
    let mut portions = Vec::new();
    let (mut from, mut bytes) = (0, 0);
    for (n, piece) in pieces.iter().enumerate() {
        if n > from && bytes + piece.len() > PORTION {
            portions.push(&pieces[from..n]);
            (from, bytes) = (n, 0);
        }
        bytes += piece.len();
    }
    portions.push(&pieces[from..]);
    portions
}

/// Why a file of this name and size cannot be taken, if it cannot.
pub fn too_large(file: &str, bytes: u64) -> Option<String> {
    (bytes > MAX_SIZE).then(|| {
        let (whole, most) = (size(bytes), size(MAX_SIZE));
        format!(
            "{file} has {whole}. Files up to {most} fit: all of it is kept in this page's memory."
        )
    })
}

/// What is to be said of files that are in a shared session by name only.
pub fn missing<'a>(inputs: impl Iterator<Item = &'a Input>) -> Option<String> {
    let files = inputs.filter_map(|input| match input {
        Input::Call { call: Call::Object(op), .. } => op.content.as_ref()?.missing(),
        _ => None,
    });
    let told: Vec<String> = files.map(described).collect();
    if told.is_empty() {
        return None;
    }
    Some(format!(
        "A link cannot hold files. In the place of {} stand made-up bytes, as many; all else happens as it did.",
        told.join(" and ")
    ))
}

fn described(file: &File) -> String {
    let File { name, size: bytes, digest, .. } = file;
    format!("{name} ({}, {digest})", size(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Span;
    use crate::world::scenes;

    #[test]
    fn a_file_goes_into_the_store_that_is_selected_and_comes_out_again() {
        let mut world = World::new(scenes::object_store()).expect("a scene");
        assert!(world.run_idle(Span::secs(60)));
        let store = Entity::Stream { cluster: 0, name: "OBJ_assets".into() };
        let before = panel(&world, Some(&store)).expect("a store");
        assert_eq!(before.bucket, "assets");
        assert!(panel(&world, None).is_none());
        let (process, client) = before.client.expect("a client");
        let content = Content::file("photo.png", vec![9u8; 400_000]);
        world.give(&put(&client, "assets", content, "photo.png")).expect("a good input");
        let mut seen = Vec::new();
        while world.open_ops() > 0 && world.step() {
            let now = panel(&world, Some(&store)).expect("a store");
            seen.extend(now.transfers.first().map(|it| (it.done, it.all)));
        }
        seen.dedup();
        assert!(seen.ends_with(&[(1, 4), (2, 4), (3, 4)]) || seen.contains(&(3, 4)), "{seen:?}");
        let after = panel(&world, Some(&store)).expect("a store");
        assert!(after.transfers.is_empty());
        assert!(after.objects.contains(&("photo.png".to_owned(), 400_000, size(400_000))));
        let op = world.client(process).expect("a client").next_op();
        world.give(&get(&client, "assets", "photo.png")).expect("a good input");
        assert!(got(&world, process, op).is_none());
        let mut seen = Vec::new();
        while world.open_ops() > 0 && world.step() {
            let now = panel(&world, Some(&store)).expect("a store");
            seen.extend(now.transfers.first().map(|it| (it.what.clone(), it.done, it.all)));
        }
        seen.dedup();
        let far = |done, all| ("Getting photo.png".to_owned(), done, all);
        assert_eq!(seen, [far(0, 1), far(1, 4), far(2, 4), far(3, 4)]);
        let (name, chunks) = got(&world, process, op).expect("an outcome").expect("an object");
        assert_eq!((name.as_str(), chunks.concat()), ("photo.png", vec![9u8; 400_000]));
    }

    #[test]
    fn a_file_leaves_in_small_portions_with_every_byte_in_its_place() {
        for (piece, count) in [(128 << 10, 512), (1 << 20, 64), (1, 3), (700_000, 90), (0, 0)] {
            let pieces: Vec<Bytes> = (0..count).map(|n| vec![n as u8; piece].into()).collect();
            let portions = portions(&pieces);
            assert_eq!(portions.concat(), pieces);
            let bytes = |portion: &[Bytes]| portion.iter().map(Bytes::len).sum::<usize>();
            assert!(portions.iter().all(|portion| bytes(portion) <= PORTION), "{piece}");
            assert!(portions.len() <= 1 + 2 * count * piece / PORTION, "{piece}");
        }
    }

    #[test]
    fn what_is_too_large_is_told() {
        assert_eq!(too_large("a", MAX_SIZE), None);
        assert!(too_large("a.iso", MAX_SIZE + 1).is_some_and(|told| told.contains("a.iso has 64")));
    }

    #[test]
    fn a_shared_session_tells_which_files_it_has_not() {
        let here = put("cli", "b", Content::file("a.txt", "hello"), "a.txt");
        assert_eq!(missing([&here].into_iter()), None);
        let text = crate::nats::json::text(&here);
        let there: Input = crate::nats::json::read(text.as_bytes()).expect("readable");
        let told = missing([&there].into_iter()).expect("told");
        assert!(told.contains("a.txt (5 B, SHA-256=LPJNul"), "{told}");
    }
}
