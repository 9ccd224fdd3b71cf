//! The real `wa-sandbox` on a free port, and a plain HTTP client that shows what came over the wire.
#![allow(dead_code, reason = "shared by test modules that need different parts of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// The gateway's global key in all tests.
pub const API_KEY: &str = "sandbox-test-key";

/// A running `wa-sandbox`; killed when dropped.
pub struct Sandbox {
    child: Child,
    url: String,
    log: PathBuf,
    dir: tempfile::TempDir,
}

/// What a request got: an answer, or a connection closed without one.
#[derive(Debug)]
pub struct Reply {
    /// HTTP status; 0 when the connection was closed without a byte.
    pub status: u16,
    /// As sent, names in lower case.
    pub headers: Vec<(String, String)>,
    /// As sent.
    pub bytes: Vec<u8>,
}

impl Reply {
    /// The body as JSON; panics with the body when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.bytes)))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Closed without an answer.
    pub fn was_dropped(&self) -> bool {
        self.status == 0
    }
}

impl Sandbox {
    /// Without faults, linking only when told.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// With more arguments, such as `--auto-link`.
    pub fn start_with(args: &[&str]) -> Self {
        Self::start_at(args, None)
    }

    /// With a clock that starts at `now` (RFC 3339).
    pub fn start_at(args: &[&str], now: Option<&str>) -> Self {
        let dir = tempfile::tempdir().expect("a folder for the log");
        let log = dir.path().join("delivered.jsonl");
        Self::launch(args, now, dir, log)
    }

    /// With a log that outlives this sandbox.
    pub fn start_logging_to(log: &Path) -> Self {
        let dir = tempfile::tempdir().expect("a folder for the documents");
        Self::launch(&[], None, dir, log.to_owned())
    }

    fn launch(args: &[&str], now: Option<&str>, dir: tempfile::TempDir, log: PathBuf) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wa-sandbox"));
        command
            .args(["--listen", "127.0.0.1:0", "--api-key", API_KEY, "--log"])
            .arg(&log)
            .arg("--media-dir")
            .arg(dir.path().join("media"))
            .args(args)
            .env_remove("WA_NOTIFY_NOW")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        if let Some(now) = now {
            command.env("WA_NOTIFY_NOW", now);
        }
        let mut child = command.spawn().expect("wa-sandbox starts");
        // The address is printed once it listens: nothing to poll for.
        let mut line = String::new();
        let stdout = child.stdout.take().expect("stdout is piped");
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("wa-sandbox prints its address");
        let url = line.trim().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "wa-sandbox printed {url:?}");
        Sandbox { child, url, log, dir }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// The ground-truth log.
    pub fn log_path(&self) -> &Path {
        &self.log
    }

    /// The documents that reached the phones: `CHAT/FILE NAME`.
    pub fn media_dir(&self) -> PathBuf {
        self.dir.path().join("media")
    }

    /// One request with the global key.
    pub fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        let body = body.map(Value::to_string).unwrap_or_default();
        let headers = [("apikey", API_KEY), ("content-type", "application/json")];
        self.raw(method, path, &headers, body.as_bytes())
    }

    pub fn get(&self, path: &str) -> Reply {
        self.request("GET", path, None)
    }

    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.request("POST", path, Some(body))
    }

    /// One request on a connection of its own, read until the other side closes.
    pub fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        exchange(self.address(), method, path, headers, body)
    }

    /// Asks until `found` says yes; panics after 20 seconds with the last answer.
    pub fn wait_for(&self, path: &str, mut found: impl FnMut(&Value) -> bool) -> Value {
        for _ in 0..1_000 {
            let answer = self.get(path).json();
            if found(&answer) {
                return answer;
            }
            pause(Duration::from_millis(20));
        }
        panic!("never came true at {path}: {}", self.get(path).text());
    }

    /// Creates and links an instance; tells its token.
    pub fn link(&self, instance: &str) -> String {
        let asked = json!({"instanceName": instance, "integration": "WHATSAPP-BAILEYS", "qrcode": true});
        let created = self.post("/instance/create", &asked);
        assert_eq!(created.status, 201, "{}", created.text());
        self.wait_for(&format!("/instance/connect/{instance}"), |answer| {
            answer.get("code").is_some()
        });
        self.scan(instance);
        created.json()["hash"]
            .as_str()
            .expect("hash is the token")
            .to_owned()
    }

    /// The shop's phone scans the QR code that is shown now.
    pub fn scan(&self, instance: &str) {
        self.control("/sandbox/scan", &json!({"instance": instance}));
    }

    /// The shop's phone removes the device.
    pub fn unlink(&self, instance: &str) {
        self.control("/sandbox/unlink", &json!({"instance": instance}));
    }

    /// Adds fault rules: one object, or an array of them.
    pub fn faults(&self, rules: Value) {
        let rules = if rules.is_array() { rules } else { json!([rules]) };
        self.control("/sandbox/faults", &json!({"rules": rules}));
    }

    /// Removes all fault rules.
    pub fn clear_faults(&self) {
        self.control("/sandbox/faults", &json!({"clear": true}));
    }

    /// The customer answers.
    pub fn reply(&self, from: &str, text: &str) -> Value {
        self.control("/sandbox/reply", &json!({"from": from, "text": text}))
    }

    /// The customer answers from an opaque jid: `lid` is `with_alt` or `without_alt`.
    pub fn reply_as_lid(&self, from: &str, text: &str, lid: &str) -> Value {
        self.control("/sandbox/reply", &json!({"from": from, "text": text, "lid": lid}))
    }

    /// A person of the shop writes from the shop's own phone.
    pub fn shop_writes(&self, to: &str, text: &str) -> Value {
        self.control("/sandbox/shop-writes", &json!({"to": to, "text": text}))
    }

    /// The customer opens the chat: what lies in it is read.
    pub fn open_chat(&self, number: &str) {
        self.control("/sandbox/open", &json!({"number": number}));
    }

    /// Ctrl-C, as a terminal sends it; waits for the end.
    #[cfg(unix)]
    pub fn interrupt(mut self) -> std::process::ExitStatus {
        let sent = Command::new("kill")
            .args(["-INT", &self.child.id().to_string()])
            .status();
        assert!(sent.is_ok_and(|status| status.success()), "kill -INT");
        self.child.wait().expect("it ends")
    }

    /// The ground truth: what really reached the phones, in order.
    pub fn delivered(&self) -> Vec<Value> {
        self.get("/sandbox/delivered")
            .json()
            .as_array()
            .expect("an array")
            .clone()
    }

    /// The ground truth as the log file has it.
    pub fn log_lines(&self) -> Vec<Value> {
        read_log(self.log_path())
    }

    /// Instances, faults with their counts, requests by path.
    pub fn state(&self) -> Value {
        self.get("/sandbox/state").json()
    }

    /// How often a path was asked for, such as `POST message/sendText`.
    pub fn requests(&self, key: &str) -> u64 {
        self.state()["requests"][key].as_u64().unwrap_or_default()
    }

    /// Any of the `/sandbox/...` calls; panics when refused.
    pub fn control(&self, path: &str, body: &Value) -> Value {
        let reply = self.post(path, body);
        assert!(
            (200..300).contains(&reply.status),
            "{path}: {} {}",
            reply.status,
            reply.text()
        );
        reply.json()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Lines of a ground-truth log; an absent file has none.
pub fn read_log(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect()
}

/// One HTTP/1.1 exchange, read until the other side closes the connection.
pub fn exchange(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let mut stream = TcpStream::connect(address).expect("the sandbox accepts");
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .expect("a timeout");
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    // In one piece: two small writes would wait for each other's acknowledgement.
    let request = [head.as_bytes(), body].concat();
    stream.write_all(&request).expect("the request leaves");
    let mut raw = Vec::new();
    match stream.read_to_end(&mut raw) {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {}
        Err(error) => panic!("{method} {path}: {error}"),
    }
    parse(&raw)
}

fn parse(raw: &[u8]) -> Reply {
    let Some(end) = raw.windows(4).position(|window| window == b"\r\n\r\n") else {
        assert!(raw.is_empty(), "half an answer: {}", String::from_utf8_lossy(raw));
        return Reply {
            status: 0,
            headers: Vec::new(),
            bytes: Vec::new(),
        };
    };
    let head = String::from_utf8_lossy(&raw[..end]);
    let mut lines = head.lines();
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .and_then(|status| status.parse().ok());
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    Reply {
        status: status.expect("a status line"),
        headers,
        bytes: raw[end + 4..].to_vec(),
    }
}

/// Lets a moment pass between two looks at a condition that is awaited.
#[expect(
    clippy::disallowed_methods,
    reason = "between two looks at a condition that is awaited"
)]
pub fn pause(time: Duration) {
    std::thread::sleep(time);
}
