//! Where an object store keeps what: the stream of a bucket, the subjects of chunks and of metas.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;

/// The stream of a bucket.
pub fn stream(bucket: &str) -> String {
    format!("OBJ_{bucket}")
}

/// The bucket of a stream, if it is the stream of one.
pub fn bucket_of(stream: &str) -> Option<&str> {
    stream.strip_prefix("OBJ_").filter(|bucket| !bucket.is_empty())
}

/// The subjects that the stream of a bucket captures: its chunks, its metas.
pub fn subjects(bucket: &str) -> [String; 2] {
    [format!("$O.{bucket}.C.>"), metas(bucket)]
}

/// The subjects of all metas of a bucket.
pub fn metas(bucket: &str) -> String {
    format!("$O.{bucket}.M.>")
}

/// The subject of all chunks of one upload, which has a name of its own.
pub fn chunks(bucket: &str, nuid: &str) -> String {
    format!("$O.{bucket}.C.{nuid}")
}

/// The subject of the meta of an object. Its name may be anything, so it is written in base64.
pub fn meta(bucket: &str, name: &str) -> String {
    format!("$O.{bucket}.M.{}", URL_SAFE.encode(name))
}

/// What a subject is to an object store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place<'a> {
    /// A chunk of an upload.
    Chunk {
        /// The bucket.
        bucket: &'a str,
        /// The upload.
        nuid: &'a str,
    },
    /// The meta of an object.
    Meta {
        /// The bucket.
        bucket: &'a str,
        /// The object's name.
        name: String,
    },
}

/// What a subject is to an object store, if it is of one.
pub fn place(subject: &str) -> Option<Place<'_>> {
    let (bucket, rest) = subject.strip_prefix("$O.")?.split_once('.')?;
    if let Some(nuid) = rest.strip_prefix("C.") {
        return Some(Place::Chunk { bucket, nuid });
    }
    let name = URL_SAFE.decode(rest.strip_prefix("M.")?).ok()?;
    Some(Place::Meta { bucket, name: String::from_utf8(name).ok()? })
}

/// Whether this can be the name of a bucket.
///
/// # Errors
/// What is wrong with it.
pub fn check_bucket(bucket: &str) -> Result<(), String> {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !bucket.is_empty() && bucket.chars().all(good) {
        return Ok(());
    }
    Err(format!("invalid object-store name: letters, digits, _ and - only, not {bucket:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_the_subjects_of_the_reference() {
        assert_eq!(meta("assets", "hello.txt"), "$O.assets.M.aGVsbG8udHh0");
        assert_eq!(meta("assets", "big.bin"), "$O.assets.M.YmlnLmJpbg==");
        assert_eq!(meta("assets", "logo.png"), "$O.assets.M.bG9nby5wbmc=");
        assert_eq!(subjects("assets"), ["$O.assets.C.>", "$O.assets.M.>"]);
        assert_eq!(stream("assets"), "OBJ_assets");
        assert_eq!(bucket_of("OBJ_assets"), Some("assets"));
        assert_eq!((bucket_of("OBJ_"), bucket_of("KV_a")), (None, None));
    }

    #[test]
    fn subjects_are_read_again() {
        for name in ["a b/ü.txt", ">", "x"] {
            let subject = meta("b", name);
            assert_eq!(place(&subject), Some(Place::Meta { bucket: "b", name: name.to_owned() }));
        }
        let chunk = chunks("b", "N1");
        assert_eq!(place(&chunk), Some(Place::Chunk { bucket: "b", nuid: "N1" }));
        for other in ["$O.b", "$O.b.X.y", "$O.b.M.!", "orders.new", "$KV.b.k"] {
            assert_eq!(place(other), None, "{other}");
        }
    }

    #[test]
    fn a_bucket_has_a_simple_name() {
        assert_eq!(check_bucket("My_store-2"), Ok(()));
        for bad in ["", "a.b", "a b", "ü", "a/b", ">"] {
            assert!(check_bucket(bad).is_err(), "{bad}");
        }
    }
}
