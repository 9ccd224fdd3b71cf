//! Webhooks: events posted to the address that an instance's owner gave.
//!
//! Only to this machine: a stand-in gateway must not call anyone else. One thread of its own posts them in order, so
//! that a slow receiver holds up neither the server nor the order of events.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Now;
use super::state::Instance;
use super::wire;

/// Attempts per event; the real gateway tries ten times with growing pauses, in memory only.
const ATTEMPTS: u32 = 3;
const PATIENCE: Duration = Duration::from_secs(5);

/// An instance's webhook, as set by `create` or `webhook/set`.
#[derive(Debug, Clone)]
pub(super) struct Webhook {
    pub(super) id: String,
    pub(super) enabled: bool,
    pub(super) url: String,
    pub(super) headers: Map<String, Value>,
    pub(super) events: Vec<String>,
    pub(super) by_events: bool,
    pub(super) base64: bool,
    pub(super) created_at: String,
    pub(super) updated_at: String,
}

impl Webhook {
    /// Reads `{enabled, url, headers, byEvents, base64, events}`.
    pub(super) fn from_json(json: &Value, id: String, now: String) -> Self {
        let flag = |name: &str| json.get(name).and_then(Value::as_bool).unwrap_or_default();
        let events = json
            .get("events")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        Webhook {
            id,
            enabled: json.get("enabled").and_then(Value::as_bool).unwrap_or(true),
            url: json
                .get("url")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            headers: json
                .get("headers")
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default(),
            events: events
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            by_events: flag("byEvents"),
            base64: flag("base64"),
            created_at: now.clone(),
            updated_at: now,
        }
    }

    /// As `webhook/find` shows it.
    pub(super) fn to_json(&self, instance_id: &str) -> Value {
        json!({
            "id": self.id,
            "url": self.url,
            "headers": self.headers,
            "enabled": self.enabled,
            "events": self.events,
            "webhookByEvents": self.by_events,
            "webhookBase64": self.base64,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
            "instanceId": instance_id,
        })
    }

    /// `messages.upsert` is asked for as `MESSAGES_UPSERT`; no list means all.
    fn wants(&self, event: &str) -> bool {
        let name = event.to_ascii_uppercase().replace('.', "_");
        self.enabled && (self.events.is_empty() || self.events.contains(&name))
    }

    fn address_for(&self, event: &str) -> String {
        if self.by_events {
            format!("{}/{}", self.url, event.replace('.', "-"))
        } else {
            self.url.clone()
        }
    }
}

/// What became of the events.
#[derive(Debug, Default)]
pub(super) struct Tally {
    posted: AtomicU64,
    failed: AtomicU64,
    /// The address is not on this machine, or not plain http.
    refused: AtomicU64,
}

/// [`Tally`] at one moment.
#[derive(Debug, Serialize)]
pub(super) struct TallyView {
    posted: u64,
    failed: u64,
    refused: u64,
}

struct Post {
    url: String,
    headers: Vec<(String, String)>,
    body: String,
}

/// The way out for events.
pub(super) struct Outbox {
    posts: mpsc::Sender<Post>,
    tally: Arc<Tally>,
    server_url: String,
    now: Now,
}

impl Outbox {
    /// Starts the thread; it ends when the outbox is dropped.
    pub(super) fn start(server_url: String, now: Now) -> std::io::Result<Self> {
        let (posts, waiting) = mpsc::channel::<Post>();
        let tally = Arc::new(Tally::default());
        let counted = Arc::clone(&tally);
        std::thread::Builder::new()
            .name("sandbox-webhooks".into())
            .spawn(move || {
                for post in waiting {
                    let count = match deliver(&post) {
                        Outcome::Posted => &counted.posted,
                        Outcome::Failed => &counted.failed,
                        Outcome::Refused => &counted.refused,
                    };
                    count.fetch_add(1, Ordering::Relaxed);
                }
            })?;
        Ok(Outbox {
            posts,
            tally,
            server_url,
            now,
        })
    }

    pub(super) fn tally(&self) -> TallyView {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        TallyView {
            posted: read(&self.tally.posted),
            failed: read(&self.tally.failed),
            refused: read(&self.tally.refused),
        }
    }

    /// Queues an event, if the instance's webhook asks for it.
    pub(super) fn send(&self, instance: &Instance, event: &str, data: Value) {
        let Some(webhook) = instance.webhook.as_ref().filter(|webhook| webhook.wants(event)) else {
            return;
        };
        let envelope = json!({
            "event": event,
            "instance": instance.name,
            "data": data,
            "destination": webhook.url,
            "date_time": wire::instant((self.now)()),
            "sender": instance.owner,
            "server_url": self.server_url,
            "apikey": instance.token,
        });
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let headers = webhook
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect();
        let post = Post {
            url: webhook.address_for(event),
            headers,
            body: envelope.to_string(),
        };
        // The receiving thread lives as long as this sender; a send fails only while all is being torn down.
        let _ = self.posts.send(post);
    }
}

enum Outcome {
    Posted,
    Failed,
    Refused,
}

fn deliver(post: &Post) -> Outcome {
    let Some((authority, path)) = split(&post.url) else {
        return Outcome::Refused;
    };
    let Some(address) = loopback(&authority) else {
        return Outcome::Refused;
    };
    for _ in 0..ATTEMPTS {
        if matches!(attempt(address, &authority, &path, post), Ok(true)) {
            return Outcome::Posted;
        }
    }
    Outcome::Failed
}

/// `http://host:port/path` in its two halves; other schemes are refused.
fn split(url: &str) -> Option<(String, String)> {
    let rest = url.strip_prefix("http://")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let authority = if authority
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok())
    {
        authority.to_owned()
    } else {
        format!("{authority}:80")
    };
    Some((
        authority,
        if path.is_empty() {
            "/".to_owned()
        } else {
            path.to_owned()
        },
    ))
}

/// The address, if it is this machine's own and named without asking any name server.
fn loopback(authority: &str) -> Option<SocketAddr> {
    let address = match authority.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}"),
        None => authority.to_owned(),
    };
    address
        .parse::<SocketAddr>()
        .ok()
        .filter(|address| address.ip().is_loopback())
}

fn attempt(address: SocketAddr, host: &str, path: &str, post: &Post) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n",
        post.body.len()
    );
    for (name, value) in &post.headers {
        let clean = |text: &str| text.replace(['\r', '\n'], " ");
        request.push_str(&format!("{}: {}\r\n", clean(name), clean(value)));
    }
    request.push_str("\r\n");
    request.push_str(&post.body);
    stream.write_all(request.as_bytes())?;
    let mut status = [0; 12];
    stream.read_exact(&mut status)?;
    Ok(status.starts_with(b"HTTP/1.") && status[9] == b'2')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_called() {
        let allowed = |url: &str| split(url).is_some_and(|(authority, _)| loopback(&authority).is_some());
        assert!(allowed("http://127.0.0.1:18090/hook"));
        assert!(allowed("http://localhost:18090"));
        assert!(allowed("http://[::1]:18090/hook"));
        assert!(!allowed("http://192.168.0.10:8080/hook"));
        assert!(!allowed("http://example.com/hook"));
        assert!(!allowed("https://127.0.0.1:18090/hook"));
    }

    #[test]
    fn an_event_goes_where_it_is_asked_for() {
        let json = json!({"url": "http://127.0.0.1:1/hook", "byEvents": true, "events": ["MESSAGES_UPSERT"]});
        let webhook = Webhook::from_json(&json, "id".into(), "now".into());
        assert!(webhook.wants("messages.upsert"));
        assert!(!webhook.wants("messages.update"));
        assert_eq!(
            webhook.address_for("messages.upsert"),
            "http://127.0.0.1:1/hook/messages-upsert"
        );
    }
}
