//! The sockets: one listener a server, one reading task a client, and the driver that moves the world.
//! Everything runs on one thread; nothing polls, each task sleeps until bytes come or something is due.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::{AbortHandle, spawn_local};
use tokio::time::{sleep_until, timeout};

use super::engine::{Engine, Id, Site};
use super::log::Log;

/// The most that is read from one client before the others get their turn.
const READ: usize = 64 << 10;
/// How long a client gets to close a connection that the server has closed.
const LINGER: Duration = Duration::from_secs(1);

/// What all tasks share.
pub(crate) struct Bridge {
    pub(crate) engine: RefCell<Engine>,
    pub(crate) log: Log,
    /// There is something to do for the driver.
    wake: Notify,
    /// The driver has done it.
    turned: Notify,
    listeners: RefCell<BTreeMap<Site, Listening>>,
    scratch: RefCell<Vec<u8>>,
}

/// A listener that runs, or waits for its server to come back.
struct Listening {
    address: SocketAddr,
    accepting: Option<AbortHandle>,
}

impl Bridge {
    pub(crate) fn new(engine: Engine, log: Log) -> Rc<Self> {
        Rc::new(Self {
            engine: RefCell::new(engine),
            log,
            wake: Notify::new(),
            turned: Notify::new(),
            listeners: RefCell::default(),
            scratch: RefCell::new(vec![0; READ]),
        })
    }

    /// Takes clients of a server in from now on.
    pub(crate) fn listen(self: &Rc<Self>, site: Site, listener: TcpListener) -> io::Result<()> {
        let address = listener.local_addr()?;
        let accepting = spawn_local(Rc::clone(self).accept(site.clone(), listener)).abort_handle();
        let listening = Listening { address, accepting: Some(accepting) };
        self.listeners.borrow_mut().insert(site, listening);
        Ok(())
    }

    /// Takes no clients of a server in any more: its port is closed.
    pub(crate) fn close_port(&self, site: &Site) {
        if let Some(listening) = self.listeners.borrow_mut().get_mut(site)
            && let Some(accepting) = listening.accepting.take()
        {
            accepting.abort();
        }
    }

    /// Opens the port of a server again.
    pub(crate) async fn reopen_port(self: &Rc<Self>, site: &Site) -> io::Result<()> {
        let closed =
            |listening: &Listening| listening.accepting.is_none().then_some(listening.address);
        let address = self.listeners.borrow().get(site).and_then(closed);
        match address {
            Some(address) => self.listen(site.clone(), TcpListener::bind(address).await?),
            None => Ok(()),
        }
    }

    /// The servers that have ports.
    pub(crate) fn sites(&self) -> Vec<Site> {
        self.listeners.borrow().keys().cloned().collect()
    }

    /// Has the driver look at the world.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Waits until the driver has looked at the world once more.
    pub(crate) async fn turned(&self) {
        self.turned.notified().await;
    }

    async fn accept(self: Rc<Self>, site: Site, listener: TcpListener) {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => self.take_in(&site, stream, peer),
                Err(error) => {
                    // As nats-server does: out of files, most likely; some will be free again.
                    self.log.error(format!("Error accepting a client connection: {error}"));
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
        }
    }

    fn take_in(self: &Rc<Self>, site: &Site, stream: TcpStream, peer: SocketAddr) {
        // Small messages are not to wait for more of their kind; where it fails, they do.
        let _ = stream.set_nodelay(true);
        let (reader, writer) = stream.into_split();
        let opened = self.engine.borrow_mut().open(site, peer, writer);
        match opened {
            Ok((id, closed)) => {
                spawn_local(Rc::clone(self).read(id, reader, closed));
                self.wake();
            }
            Err(error) => self.log.error(format!("{peer} - {error}")),
        }
    }

    /// Hands on what a client sends, until it or the server ends the connection.
    async fn read(self: Rc<Self>, id: Id, reader: OwnedReadHalf, closed: Rc<Notify>) {
        let open = tokio::select! {
            () = self.hand_on(id, &reader) => false,
            () = closed.notified() => true,
        };
        if open {
            // Closing with bytes unread would reset the connection, and what was said last be lost.
            let _ = timeout(LINGER, self.discard(&reader)).await;
        }
        self.engine.borrow_mut().hang_up(id);
        self.wake();
    }

    async fn hand_on(&self, id: Id, reader: &OwnedReadHalf) {
        while reader.readable().await.is_ok() {
            match self.read_once(id, reader) {
                Ok(0) => return,
                // What was read is worked off before more is.
                Ok(_) => tokio::task::yield_now().await,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
        }
    }

    fn read_once(&self, id: Id, reader: &OwnedReadHalf) -> io::Result<usize> {
        let mut scratch = self.scratch.borrow_mut();
        let n = reader.try_read(&mut scratch)?;
        if n > 0 {
            self.engine.borrow_mut().bytes(id, &scratch[..n]);
            self.wake();
        }
        Ok(n)
    }

    async fn discard(&self, reader: &OwnedReadHalf) {
        while reader.readable().await.is_ok() {
            match reader.try_read(&mut self.scratch.borrow_mut()) {
                Ok(0) => return,
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return,
                Ok(_) | Err(_) => {}
            }
        }
    }

    /// Moves the world: whenever bytes have come, and whenever something is due.
    pub(crate) async fn drive(self: Rc<Self>) {
        loop {
            let turn = self.engine.borrow_mut().turn();
            for news in turn.news {
                self.log.debug(|| news);
            }
            for (id, writer) in turn.blocked {
                let bridge = Rc::clone(&self);
                spawn_local(async move {
                    // If the socket is broken, the next write says so.
                    let _ = writer.writable().await;
                    bridge.engine.borrow_mut().unblock(id, &writer);
                    bridge.wake();
                });
            }
            self.turned.notify_waiters();
            if turn.more {
                tokio::task::yield_now().await;
                continue;
            }
            let due = async {
                match turn.next {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = self.wake.notified() => {}
                () = due => {}
            }
        }
    }
}
