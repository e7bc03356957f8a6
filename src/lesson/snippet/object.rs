//! Calls of object stores as code.

use crate::lesson::model::ObjectCall;
use crate::nats::api::{Storage, StreamConfig};
use crate::nats::time::go_duration;

use super::Code;
use super::text::{Options, seconds, shell, string};

/// How a store is created, from the configuration of its stream.
pub(super) fn create(store: &str, config: &StreamConfig) -> Code {
    let mut options = Options::default();
    if let Some(age) = config.max_age() {
        options.both("ttl", seconds(age), "ttl", &go_duration(age.0));
    }
    if config.max_bytes > 0 {
        let most = config.max_bytes.to_string();
        options.both("max_bytes", most.clone(), "max-bucket-size", &most);
    }
    if config.storage == Storage::Memory {
        options.both("storage", string("memory"), "storage", "memory");
    }
    if config.num_replicas > 1 {
        let replicas = config.num_replicas.to_string();
        options.both("replicas", replicas.clone(), "replicas", &replicas);
    }
    Code {
        python: options.call_with("obj = await js.create_object_store", &string(store)),
        cli: options.command(&format!("nats object add {}", shell(store))),
    }
}

/// A call of an object of a store.
pub(super) fn object(store: &str, name: &str, call: ObjectCall) -> Code {
    let (text, place) = (string(name), format!("{} {}", shell(store), shell(name)));
    let (python, cli) = match call {
        ObjectCall::Put => {
            let python = format!(
                "with open({text}, \"rb\") as file:\n    info = await obj.put({text}, file)\n\
                 print(info.size, info.chunks, info.digest)\n"
            );
            (python, format!("put {place}"))
        }
        ObjectCall::Get => {
            let python = format!(
                "result = await obj.get({text})\nprint(len(result.data), result.info.digest)\n"
            );
            (python, format!("get {place}"))
        }
        ObjectCall::Info => {
            let python = format!(
                "info = await obj.get_info({text})  # there is no obj.info\nprint(info.size, info.chunks, info.digest)\n"
            );
            (python, format!("info {place}"))
        }
        ObjectCall::List => {
            let python = "# It gives a list, so for, not async for; deleted objects are in it otherwise.\n\
                          for info in await obj.list(ignore_deletes=True):\n    \
                          print(info.name, info.size)\n";
            (python.to_owned(), format!("ls {}", shell(store)))
        }
        ObjectCall::Delete => {
            (format!("await obj.delete({text})\n"), format!("del {place} --force"))
        }
    };
    Code {
        python: format!("obj = await js.object_store({})\n{python}", string(store)),
        cli: format!("nats object {cli}\n"),
    }
}
