//! Starting and ending: what nats-server does before it says that it is ready, and when it is told to go.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use windtunnel::sorted::Map;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::spawn_local;
use windtunnel::kernel::Rng;
use windtunnel::nats::api::{API_LEVEL, SERVER_VERSION};
use windtunnel::nats::json;
use windtunnel::world::Topology;

use super::clock::unix_ns;
use super::control;
use super::engine::{Engine, Site};
use super::log::Log;
use super::monitor::Monitor;
use super::options::Options;
use super::serve::Bridge;
use super::topology;

type Result<T> = std::result::Result<T, String>;

/// Serves a lone server until it is told to end.
///
/// # Errors
/// Why it cannot begin.
pub(crate) async fn server(options: &Options) -> Result<()> {
    let log = open_log(options)?;
    let seed = seed();
    let name = options.name.clone().unwrap_or_else(|| server_id(seed));
    log.info("Starting nats-server");
    log.info(format!("  Version:  {SERVER_VERSION} (simulated by windtunnel, in memory)"));
    log.info(format!("  Name:     {name}"));
    if let Some(config) = &options.config {
        log.info(format!("Using configuration file: {}", config.display()));
    }
    for notice in &options.notices {
        log.warn(notice);
    }
    let clients = bind(&log, &options.host, options.port).await?;
    let port = clients.local_addr().map_err(|error| error.to_string())?.port();
    let http_host = options.http_host.as_ref().unwrap_or(&options.host);
    let monitor = match options.http_port {
        Some(port) => Some(bind(&log, http_host, port).await?),
        None => None,
    };
    let site = Site { cluster: "bridge".to_owned(), server: name };
    let settings = Map::from([(site.server.clone(), options.settings(port))]);
    let cluster = topology::cluster(&site.cluster, options.domain.clone(), settings);
    let topology =
        Topology { seed, clusters: vec![cluster], ..Topology::single(&site.cluster, &[]) };
    let engine = Engine::new(topology).map_err(|error| error.to_string())?;
    let start = engine.world().now();
    let bridge = Bridge::new(engine, log);
    if options.jetstream {
        announce_jetstream(&bridge.log, options, port);
    }
    let mut ports = vec![("nats", format!("nats://{}", at(&options.host, port)))];
    if let Some(listener) = monitor {
        let http_port = listener.local_addr().map_err(|error| error.to_string())?.port();
        let http_host = http_host.clone();
        bridge.log.info(format!("Starting http monitor on {}", address(&http_host, http_port)));
        ports.push(("monitoring", format!("http://{}", at(&http_host, http_port))));
        let store_dir = store_dir(options).map(|dir| dir.display().to_string()).unwrap_or_default();
        let bridge = Rc::clone(&bridge);
        let site = site.clone();
        Monitor { bridge, site, http_host, http_port, store_dir, start }.serve(listener);
    }
    let listening = address(&options.host, port);
    bridge.listen(site, clients).map_err(|error| error.to_string())?;
    let ports_file = write_files(options, &ports)?;
    bridge.log.info(format!("Listening for client connections on {listening}"));
    bridge.log.info("Server is ready");
    run(&bridge, ports_file.as_deref()).await
}

/// Serves every server of a topology until it is told to end.
///
/// # Errors
/// Why it cannot begin.
pub(crate) async fn topology(file: &Path, options: &Options) -> Result<()> {
    let log = open_log(options)?;
    let (topology, ports) = topology::read(file, seed())?;
    let mut listeners = Vec::new();
    for port in ports {
        let listener = bind(&log, &port.host, i32::from(port.port)).await?;
        log.info(format!(
            "Listening for client connections of {} on {}",
            port.site.server,
            address(&port.host, port.port)
        ));
        listeners.push((port.site, listener));
    }
    let engine = Engine::new(topology).map_err(|error| error.to_string())?;
    let bridge = Bridge::new(engine, log);
    for (site, listener) in listeners {
        bridge.listen(site, listener).map_err(|error| error.to_string())?;
    }
    control::serve(&bridge, file).map_err(|error| error.to_string())?;
    write_files(options, &[])?;
    bridge.log.info("Server is ready");
    println!("READY");
    run(&bridge, None).await
}

/// Runs until a signal says to end.
async fn run(bridge: &Rc<Bridge>, ports_file: Option<&Path>) -> Result<()> {
    let listen = |kind| signal(kind).map_err(|error| error.to_string());
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    let mut hang_up = listen(SignalKind::hangup())?;
    let mut reopen = listen(SignalKind::user_defined1())?;
    spawn_local(Rc::clone(bridge).drive());
    let log = &bridge.log;
    loop {
        tokio::select! {
            _ = interrupt.recv() => {
                log.info("Trapped \"interrupt\" signal");
                break;
            }
            _ = terminate.recv() => {
                log.info("Trapped \"terminated\" signal");
                break;
            }
            _ = hang_up.recv() => log.warn("The bridge cannot reload its configuration"),
            _ = reopen.recv() => log.reopen(),
        }
    }
    log.info("Initiating Shutdown...");
    if let Some(file) = ports_file {
        // Somebody may have removed it already.
        let _ = std::fs::remove_file(file);
    }
    log.info("Server Exiting..");
    Ok(())
}

fn open_log(options: &Options) -> Result<Log> {
    let file = options.log_file.as_deref();
    Log::new(file, options.logtime, options.debug).map_err(|error| {
        format!("log file {} cannot be opened: {error}", file.unwrap_or(Path::new("")).display())
    })
}

async fn bind(log: &Log, host: &str, port: i32) -> Result<TcpListener> {
    let port = u16::try_from(port).unwrap_or(0);
    TcpListener::bind((host, port)).await.map_err(|error| {
        let what = format!("Error listening on port: {}, {error}", address(host, port));
        log.fatal(&what);
        what
    })
}

/// The pid file and the ports file, where they are asked for. Returns the latter.
fn write_files(options: &Options, ports: &[(&str, String)]) -> Result<Option<PathBuf>> {
    let pid = std::process::id();
    let write = |path: &Path, text: String| {
        std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
    };
    if let Some(file) = &options.pid_file {
        write(file, pid.to_string())?;
    }
    let Some(folder) = &options.ports_file_dir else { return Ok(None) };
    // As nats-server names it, so that whoever looks for it finds it.
    let file = folder.join(format!("nats-server_{pid}.ports"));
    let ports: Map<&str, Vec<&String>> =
        ports.iter().map(|(kind, url)| (*kind, vec![url])).collect();
    write(&file, json::text(&ports))?;
    Ok(Some(file))
}

/// `host:port`, with brackets around an IPv6 address.
fn address(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// An address that a client on this machine can use.
fn at(host: &str, port: u16) -> String {
    match host.parse().map(|ip| SocketAddr::new(ip, port)) {
        Ok(any) if any.ip().is_unspecified() && any.is_ipv4() => address("127.0.0.1", port),
        Ok(any) if any.ip().is_unspecified() => address("::1", port),
        _ => address(host, port),
    }
}

fn store_dir(options: &Options) -> Option<PathBuf> {
    options.store_dir.as_ref().map(|dir| dir.join("jetstream"))
}

fn announce_jetstream(log: &Log, options: &Options, port: u16) {
    let settings = options.settings(port);
    let Some(js) = settings.jetstream else { return };
    log.info("Starting JetStream");
    log.info("---------------- JETSTREAM ----------------");
    log.info(format!("  Strict:          {}", js.strict));
    log.info(format!("  Max Memory:      {}", friendly(js.max_memory)));
    log.info(format!("  Max Storage:     {}", friendly(js.max_storage)));
    match store_dir(options) {
        Some(dir) => {
            log.info(format!("  Store Directory: \"{}\"", dir.display()));
            log.info("  (accepted and not used: everything is kept in memory)");
        }
        None => log.info("  Store Directory: none, everything is kept in memory"),
    }
    if let Some(domain) = &options.domain {
        log.info(format!("  Domain:          {domain}"));
    }
    log.info(format!("  API Level:       {API_LEVEL}"));
    log.info("-------------------------------------------");
}

/// A number of bytes as nats-server's log has it.
fn friendly(bytes: u64) -> String {
    let mut unit = 1_u64;
    for name in ["B", "KB", "MB", "GB", "TB"] {
        if bytes < unit << 10 || name == "TB" {
            return match name {
                "B" => format!("{bytes} B"),
                _ => format!("{}.{:02} {name}", bytes / unit, bytes % unit * 100 / unit),
            };
        }
        unit <<= 10;
    }
    String::new()
}

/// Every run differs from the one before: names that servers make up are not to repeat.
fn seed() -> u64 {
    unix_ns() ^ u64::from(std::process::id()) << 32
}

/// 56 letters and digits that begin with N, as a server without a name calls itself.
fn server_id(seed: u64) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut rng = Rng::new(seed).fork("server id");
    let mut id = String::from("N");
    id.extend((0..55).map(|_| char::from(ALPHABET[rng.below(32) as usize])));
    id
}
