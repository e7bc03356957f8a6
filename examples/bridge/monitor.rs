//! The monitoring pages, as far as they are simple: what is alive, what it is configured with, who is
//! connected, which streams there are.

use std::io;
use std::rc::Rc;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::spawn_local;
use windtunnel::kernel::Time;
use windtunnel::nats::api::{API_LEVEL, SERVER_VERSION};
use windtunnel::nats::time::{go_duration, rfc3339};
use windtunnel::server::Server;

use super::connz::connz;
use super::engine::{Engine, MAX_PENDING, Site};
use super::serve::Bridge;

/// The longest head of a request that is read.
const MAX_HEAD: usize = 16 << 10;
/// In nanoseconds.
const SECOND: u64 = 1_000_000_000;

/// What is monitored.
pub(crate) struct Monitor {
    pub(crate) bridge: Rc<Bridge>,
    pub(crate) site: Site,
    pub(crate) http_host: String,
    pub(crate) http_port: u16,
    pub(crate) store_dir: String,
    pub(crate) start: Time,
}

impl Monitor {
    /// Answers on this listener from now on.
    pub(crate) fn serve(self, listener: TcpListener) {
        let monitor = Rc::new(self);
        spawn_local(async move {
            loop {
                // What goes wrong with one connection is no matter of the others.
                if let Ok((stream, _)) = listener.accept().await {
                    let monitor = Rc::clone(&monitor);
                    spawn_local(async move { monitor.talk(stream).await });
                }
            }
        });
    }

    async fn talk(&self, mut stream: TcpStream) -> io::Result<()> {
        let mut head = Vec::new();
        loop {
            let end = loop {
                if let Some(at) = head.windows(4).position(|four| four == b"\r\n\r\n") {
                    break at + 4;
                }
                if head.len() > MAX_HEAD || stream.read_buf(&mut head).await? == 0 {
                    return Ok(());
                }
            };
            let request = String::from_utf8_lossy(&head[..end]).into_owned();
            head.drain(..end);
            let path = request.split(' ').nth(1).unwrap_or("/");
            let last = request.to_lowercase().contains("connection: close")
                || request.lines().next().is_some_and(|line| line.ends_with("HTTP/1.0"));
            let (status, kind, body) = self.page(path);
            let connection = if last { "Connection: close\r\n" } else { "" };
            let answer = format!(
                "HTTP/1.1 {status}\r\nAccess-Control-Allow-Origin: *\r\nContent-Type: {kind}\r\n\
                 {connection}Content-Length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await?;
            if last {
                return stream.shutdown().await;
            }
        }
    }

    /// Status, type and body of a page.
    fn page(&self, path: &str) -> (&'static str, &'static str, String) {
        const TEXT: &str = "text/plain; charset=utf-8";
        const JSON: &str = "application/json";
        let engine = self.bridge.engine.borrow();
        let world = engine.world();
        let process = world.process(&self.site.process());
        let Some(server) = process.and_then(|process| world.server(process)) else {
            return ("503 Service Unavailable", TEXT, "the server is not there\n".to_owned());
        };
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let page = match path {
            "/" => {
                let links: String = ["varz", "connz", "jsz", "routez", "healthz"]
                    .iter()
                    .map(|page| format!("<a href=\"/{page}\">{page}</a><br>\n"))
                    .collect();
                return ("200 OK", "text/html; charset=utf-8", links);
            }
            "/healthz" => return ("200 OK", JSON, r#"{"status":"ok"}"#.to_owned()),
            "/varz" => self.varz(&engine, server),
            "/connz" => match connz(&engine, server, query, head(&engine, server)) {
                Ok(page) => page,
                Err(why) => return ("400 Bad Request", TEXT, why),
            },
            "/jsz" => jsz(&engine, server, &self.store_dir),
            "/routez" => {
                let mut page = head(&engine, server);
                page["num_routes"] = json!(server.routes().count());
                page["routes"] = json!([]);
                page
            }
            _ => return ("404 Not Found", TEXT, "404 page not found\n".to_owned()),
        };
        ("200 OK", JSON, serde_json::to_string_pretty(&page).unwrap_or_default())
    }

    fn varz(&self, engine: &Engine, server: &Server) -> Value {
        let mut page = head(engine, server);
        for part in [self.configuration(server), self.counters(engine, server)] {
            if let (Value::Object(page), Value::Object(part)) = (&mut page, part) {
                page.extend(part);
            }
        }
        page
    }

    fn configuration(&self, server: &Server) -> Value {
        let settings = &server.config().settings;
        let jetstream = match &settings.jetstream {
            None => json!({}),
            Some(_) => json!({
                "config": js_config(server, &self.store_dir),
                "limits": {},
                "stats": js_stats(server),
            }),
        };
        json!({
            "version": SERVER_VERSION,
            "proto": 1,
            "go": "go1.26",
            "host": settings.host,
            "port": settings.port,
            "max_connections": 65_536,
            "ping_interval": settings.ping_interval.as_nanos(),
            "ping_max": settings.ping_max,
            "http_host": self.http_host,
            "http_port": self.http_port,
            "http_base_path": "",
            "https_port": 0,
            "auth_timeout": 2,
            "max_control_line": 4_096,
            "max_payload": settings.max_payload,
            "max_pending": MAX_PENDING,
            "cluster": {},
            "gateway": {},
            "leaf": {},
            "mqtt": {},
            "websocket": {},
            "jetstream": jetstream,
            "tls_timeout": 2,
            "write_deadline": 10_000_000_000_u64,
            "tags": settings.tags,
            "system_account": "$SYS",
        })
    }

    fn counters(&self, engine: &Engine, server: &Server) -> Value {
        let subscriptions: usize = server.clients().map(|(_, client)| client.subs.len()).sum();
        let uptime = engine.world().now().since(self.start).as_nanos() / SECOND * SECOND;
        json!({
            "start": rfc3339(self.start),
            "uptime": go_duration(uptime),
            "mem": 0,
            "cores": std::thread::available_parallelism().map_or(1, usize::from),
            "gomaxprocs": 1,
            "cpu": 0,
            "connections": engine.connections(),
            "total_connections": engine.total_connections,
            "routes": server.routes().count(),
            "remotes": 0,
            "leafnodes": 0,
            "in_msgs": server.published(),
            "in_bytes": engine.in_bytes,
            "out_msgs": engine.out_messages,
            "out_bytes": engine.out_bytes,
            "slow_consumers": engine.slow_consumers,
            "subscriptions": subscriptions,
        })
    }
}

fn head(engine: &Engine, server: &Server) -> Value {
    json!({
        "server_id": &**server.id(),
        "server_name": &**server.name(),
        "now": rfc3339(engine.world().now()),
    })
}

fn js_config(server: &Server, store_dir: &str) -> Value {
    match &server.config().settings.jetstream {
        None => json!({"max_memory": 0, "max_storage": 0}),
        Some(js) => {
            let mut config = json!({
                "max_memory": js.max_memory,
                "max_storage": js.max_storage,
                "store_dir": store_dir,
                "strict": js.strict,
            });
            if let Some(domain) = &server.config().domain {
                config["domain"] = json!(&**domain);
            }
            config
        }
    }
}

/// Bytes in memory and in files.
fn js_bytes(server: &Server) -> (u64, u64) {
    use windtunnel::nats::api::Storage;
    server.streams().fold((0, 0), |(memory, storage), (_, hosted)| {
        let bytes = hosted.stream.store().bytes();
        match hosted.stream.config().storage {
            Storage::Memory => (memory + bytes, storage),
            Storage::File => (memory, storage + bytes),
        }
    })
}

fn js_stats(server: &Server) -> Value {
    let (memory, storage) = js_bytes(server);
    json!({
        "memory": memory,
        "storage": storage,
        "reserved_memory": 0,
        "reserved_storage": 0,
        "accounts": 1,
        "ha_assets": 0,
        "api": {"level": API_LEVEL, "total": server.api().total, "errors": server.api().errors},
    })
}

fn jsz(engine: &Engine, server: &Server, store_dir: &str) -> Value {
    let enabled = server.config().settings.jetstream.is_some();
    let mut page = match enabled {
        true => js_stats(server),
        false => json!({"memory": 0, "storage": 0, "accounts": 0, "disabled": true}),
    };
    let messages: u64 = server.streams().map(|(_, hosted)| hosted.stream.state().messages).sum();
    let (memory, storage) = js_bytes(server);
    page["server_id"] = json!(&**server.id());
    page["now"] = json!(rfc3339(engine.world().now()));
    page["config"] = js_config(server, store_dir);
    page["streams"] = json!(server.streams().count());
    page["consumers"] = json!(0);
    page["messages"] = json!(messages);
    page["bytes"] = json!(memory + storage);
    page
}
