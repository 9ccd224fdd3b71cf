//! A gateway of canned bytes on loopback: it plays what it is told, in order, and keeps what it was asked.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;

/// What becomes of one connection.
#[derive(Clone)]
pub enum Play {
    /// These bytes answer the request, then the connection ends.
    Bytes(Vec<u8>),
    /// The request is read, the connection ends without an answer.
    Hang,
    /// The connection is reset with the request unread.
    Reset,
    /// The request is read and never answered.
    Mute,
    /// These bytes, then one more byte every so often without end.
    Drip(Vec<u8>, Duration),
}

impl Play {
    /// A whole answer.
    pub fn answer(status: &str, headers: &[(&str, &str)], body: &str) -> Play {
        let mut text = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len());
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        Play::Bytes(format!("{text}\r\n{body}").into_bytes())
    }

    /// A whole JSON answer.
    pub fn json(status: &str, body: &str) -> Play {
        Play::answer(
            status,
            &[("Content-Type", "application/json; charset=utf-8")],
            body,
        )
    }
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Seen {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

/// The server; it ends when dropped.
pub struct Server {
    address: std::net::SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Plays `plays`, one a connection; the last one again for every connection after them.
    pub fn start(plays: Vec<Play>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (stop, stopped) = channel();
        let kept = Arc::clone(&seen);
        let thread = std::thread::spawn(move || serve(&listener, &plays, &kept, &stopped));
        Server {
            address,
            seen,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        // Wakes the thread if it waits for a connection.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(listener: &TcpListener, plays: &[Play], kept: &Mutex<Vec<Seen>>, stopped: &Receiver<()>) {
    use std::sync::mpsc::TryRecvError;
    for turn in 0.. {
        let Ok((mut stream, _)) = listener.accept() else {
            return;
        };
        if matches!(stopped.try_recv(), Err(TryRecvError::Disconnected)) {
            return;
        }
        let Some(play) = plays.get(turn).or(plays.last()) else {
            continue;
        };
        if matches!(play, Play::Reset) {
            // One byte proves that the request is there; closing with the rest unread resets the connection.
            let _ = stream.read_exact(&mut [0]);
            kept.lock().unwrap().push(Seen {
                method: String::new(),
                target: String::new(),
                headers: BTreeMap::new(),
                body: Vec::new(),
            });
            continue;
        }
        let Some(request) = read_request(&stream) else {
            continue;
        };
        kept.lock().unwrap().push(request);
        match play {
            Play::Bytes(bytes) => drop(stream.write_all(bytes)),
            Play::Hang | Play::Reset => {}
            // Until the test is over: the sender is dropped with the server.
            Play::Mute => drop(stopped.recv()),
            Play::Drip(bytes, pause) => {
                let mut alive = stream.write_all(bytes).is_ok();
                while alive && stopped.recv_timeout(*pause) == Err(std::sync::mpsc::RecvTimeoutError::Timeout)
                {
                    alive = stream.write_all(b" ").is_ok();
                }
            }
        }
    }
}

fn read_request(stream: &TcpStream) -> Option<Seen> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, target) = (words.next()?, words.next()?);
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers
        .get("content-length")
        .and_then(|n| n.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Seen {
        method,
        target,
        headers,
        body,
    })
}
