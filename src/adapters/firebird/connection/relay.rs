//! Time limits that hold, and Ctrl-C.
//!
//! Neither client knows a timeout: a server that hangs, or a firewall that swallows packets, would hold the program
//! for ever. So every TCP connection goes through a relay on loopback inside this process; when a limit runs out, or
//! the program is asked to stop, the relay closes both sockets and the blocked call returns with an error at once.
//!
//! ```text
//! client library <-- 127.0.0.1 --> relay threads <-- TCP --> server
//!                                       ^
//!                          watchdog: shuts both at the limit
//! ```

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

/// Why a relay was cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cut {
    /// The limit ran out during this.
    TimedOut(Duration, &'static str),
    /// [`Interrupt::trip`].
    Interrupted,
}

/// Breaks the blocking calls of all connections opened with it. Clones are one and the same.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<Mutex<InterruptState>>);

#[derive(Debug, Default)]
struct InterruptState {
    tripped: bool,
    relays: Vec<Weak<Shared>>,
}

impl Interrupt {
    /// Cuts all connections; their calls, and all later ones, give `DatabaseError::Interrupted`. An embedded database
    /// finishes the statement that runs.
    pub fn trip(&self) {
        let relays = {
            let mut state = lock(&self.0);
            state.tripped = true;
            std::mem::take(&mut state.relays)
        };
        for relay in relays.iter().filter_map(Weak::upgrade) {
            relay.cut(Cut::Interrupted);
        }
    }

    /// [`Self::trip`] was called.
    pub fn is_tripped(&self) -> bool {
        lock(&self.0).tripped
    }

    /// Registers a relay; cuts it at once when it comes too late.
    fn watch(&self, relay: &Arc<Shared>) {
        let mut state = lock(&self.0);
        if state.tripped {
            relay.cut(Cut::Interrupted);
        } else {
            state.relays.retain(|weak| weak.strong_count() > 0);
            state.relays.push(Arc::downgrade(relay));
        }
    }
}

/// A poisoned lock only means that another thread panicked; these states stay valid.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the relay's limits are real time, whatever the program's clock says"
)]
fn monotonic() -> Instant {
    Instant::now()
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    sockets: Vec<TcpStream>,
    /// End of the running call, its limit and its name.
    deadline: Option<(Instant, Duration, &'static str)>,
    cut: Option<Cut>,
    closed: bool,
    /// Until when the watchdog sleeps (`None`: until woken): it must be woken for anything earlier.
    sleeps_until: Option<Instant>,
}

impl Shared {
    fn cut(&self, why: Cut) {
        let mut state = lock(&self.state);
        if !state.closed {
            state.cut.get_or_insert(why);
            state.shut();
        }
        self.changed.notify_all();
    }

    fn close(&self) {
        lock(&self.state).shut();
        self.changed.notify_all();
    }

    fn watch(&self) {
        let mut state = lock(&self.state);
        while !state.closed {
            let Some((end, limit, during)) = state.deadline else {
                state.sleeps_until = None;
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = end.saturating_duration_since(monotonic());
            if left.is_zero() {
                state.cut = Some(Cut::TimedOut(limit, during));
                state.shut();
            } else {
                state.sleeps_until = Some(end);
                state = self
                    .changed
                    .wait_timeout(state, left)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0;
            }
        }
    }
}

impl State {
    fn shut(&mut self) {
        self.closed = true;
        for socket in &self.sockets {
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}

/// A relay to one server for one connection. Dropping it closes both sides.
#[derive(Debug)]
pub(super) struct Relay {
    shared: Arc<Shared>,
    address: SocketAddr,
}

impl Relay {
    /// Connects to the server and stands ready for exactly one client at [`Self::address`]. The limit covers the name
    /// resolution's answers one by one and is armed until [`Self::disarm`].
    pub(super) fn open(
        host: &str,
        port: u16,
        limit: Duration,
        interrupt: &Interrupt,
    ) -> std::io::Result<Self> {
        let end = monotonic() + limit;
        let server = connect(host, port, end)?;
        server.set_nodelay(true)?;
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                sockets: vec![server.try_clone()?],
                deadline: Some((end, limit, "connect")),
                cut: None,
                closed: false,
                sleeps_until: None,
            }),
            changed: Condvar::new(),
        });
        let watchdog = Arc::clone(&shared);
        spawn("firebird-watchdog", move || watchdog.watch())?;
        let pumps = Arc::clone(&shared);
        spawn("firebird-relay", move || run(&listener, server, &pumps))?;
        interrupt.watch(&shared);
        Ok(Relay { shared, address })
    }

    /// Where the client library is to connect.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Starts the limit of one call.
    pub(super) fn arm(&self, limit: Duration, during: &'static str) {
        let mut state = lock(&self.shared.state);
        let end = monotonic() + limit;
        state.deadline = Some((end, limit, during));
        // Otherwise it wakes before that by itself, and looks again. Statements by the thousand need not wake it.
        if state.sleeps_until.is_none_or(|until| until > end) {
            self.shared.changed.notify_all();
        }
    }

    /// The call has ended.
    pub(super) fn disarm(&self) {
        lock(&self.shared.state).deadline = None;
    }

    /// Why it was cut, if it was.
    pub(super) fn why_cut(&self) -> Option<Cut> {
        lock(&self.shared.state).cut.clone()
    }

    /// Closes both sides, so that a client that waits for an answer gets an error instead.
    pub(super) fn close(&self) {
        self.shared.close();
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.close();
        // Wakes the thread that still waits for its client (the library could not be loaded, say).
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_millis(200));
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map(drop)
}

/// Tries the addresses of a name in turn (`localhost` is two of them), all within one limit.
fn connect(host: &str, port: u16, end: Instant) -> std::io::Result<TcpStream> {
    let mut last = std::io::Error::new(std::io::ErrorKind::NotFound, "the name has no address");
    for address in (host, port).to_socket_addrs()? {
        let left = end.saturating_duration_since(monotonic());
        if left.is_zero() {
            return Err(std::io::ErrorKind::TimedOut.into());
        }
        match TcpStream::connect_timeout(&address, left) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Takes the one client and carries bytes both ways until a side closes.
fn run(listener: &TcpListener, server: TcpStream, shared: &Arc<Shared>) {
    let accepted = (|| {
        let (client, _) = listener.accept()?;
        client.set_nodelay(true)?;
        {
            let mut state = lock(&shared.state);
            state.sockets.push(client.try_clone()?);
            if state.closed {
                state.shut();
            }
        }
        let (from_client, to_server) = (client.try_clone()?, server.try_clone()?);
        let other = Arc::clone(shared);
        spawn("firebird-relay-up", move || pump(from_client, to_server, &other))?;
        Ok::<_, std::io::Error>(client)
    })();
    match accepted {
        Ok(client) => pump(server, client, shared),
        Err(_) => shared.close(),
    }
}

fn pump(mut from: TcpStream, mut to: TcpStream, shared: &Shared) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) if to.write_all(&buffer[..n]).is_ok() => {}
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            _ => break,
        }
    }
    shared.close();
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that takes connections and never answers.
    fn mute_server() -> (TcpListener, u16) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        (listener, port)
    }

    #[test]
    fn a_mute_server_costs_the_limit_and_no_more() {
        let (_listener, port) = mute_server();
        let limit = Duration::from_millis(150);
        let relay = Relay::open("127.0.0.1", port, limit, &Interrupt::default()).unwrap();
        let mut client = TcpStream::connect(relay.address()).unwrap();
        let started = monotonic();
        // Both an orderly end and a reset free the reader.
        let read = client.read(&mut [0; 8]);
        assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
        assert!(started.elapsed() < Duration::from_secs(5));
        assert_eq!(relay.why_cut(), Some(Cut::TimedOut(limit, "connect")));
    }

    #[test]
    fn an_idle_connection_is_not_cut_and_a_later_limit_counts_anew() {
        let (listener, port) = mute_server();
        let relay = Relay::open("127.0.0.1", port, Duration::from_secs(60), &Interrupt::default()).unwrap();
        let mut client = TcpStream::connect(relay.address()).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        relay.disarm();
        client.write_all(b"ping").unwrap();
        let mut four = [0; 4];
        server.read_exact(&mut four).unwrap();
        assert_eq!((&four, relay.why_cut()), (b"ping", None));
        // Shorter than the connect limit, until which the watchdog may still sleep.
        let limit = Duration::from_millis(50);
        let started = monotonic();
        relay.arm(limit, "query");
        assert!(matches!(client.read(&mut four), Ok(0) | Err(_)));
        assert!(started.elapsed() < Duration::from_secs(10));
        assert_eq!(relay.why_cut(), Some(Cut::TimedOut(limit, "query")));
    }

    #[test]
    fn an_interrupt_frees_the_reader_and_later_connections() {
        let (_listener, port) = mute_server();
        let interrupt = Interrupt::default();
        let limit = Duration::from_secs(60);
        let relay = Relay::open("127.0.0.1", port, limit, &interrupt).unwrap();
        let mut client = TcpStream::connect(relay.address()).unwrap();
        let reader = std::thread::spawn(move || client.read(&mut [0; 8]).unwrap_or(0));
        interrupt.clone().trip();
        assert_eq!(reader.join().unwrap(), 0);
        assert_eq!(relay.why_cut(), Some(Cut::Interrupted));
        let late = Relay::open("127.0.0.1", port, limit, &interrupt).unwrap();
        assert_eq!(late.why_cut(), Some(Cut::Interrupted));
    }

    #[test]
    fn nobody_listens() {
        let (listener, port) = mute_server();
        drop(listener);
        let error =
            Relay::open("127.0.0.1", port, Duration::from_secs(5), &Interrupt::default()).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
    }
}
