//! `/chat/...`: numbers, finds, presence, read marks. The finds are as literal as Evolution's own, traps included.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use chrono::DateTime;
use serde_json::{Value, json};

use super::Sandbox;
use super::answer::Answer;
use super::faults::{Occasion, Scope};
use super::sends::json_body;
use super::state::{Instance, Link, Message};
use super::wire;

pub(super) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/chat/whatsappNumbers/{instance}", post(whatsapp_numbers))
        .route("/chat/findMessages/{instance}", post(find_messages))
        .route("/chat/findStatusMessage/{instance}", post(find_status_message))
        .route("/chat/findChats/{instance}", post(find_chats))
        .route("/chat/findContacts/{instance}", post(find_contacts))
        .route("/chat/sendPresence/{instance}", post(send_presence))
        .route("/chat/markMessageAsRead/{instance}", post(mark_as_read))
}

fn occasion(scope: Scope, instance: &str) -> Occasion<'_> {
    Occasion {
        scope,
        instance,
        number: None,
        kind: None,
    }
}

async fn whatsapp_numbers(
    State(sandbox): State<Arc<Sandbox>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer, Answer> {
    sandbox.admit(&headers, Some(&name))?;
    let body = json_body(&body)?;
    let numbers = body
        .get("numbers")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    if numbers.is_empty() {
        let message = json!([["numbers does not meet minimum length of 1"]]);
        let body = json!({"status": 400, "error": "Bad Request", "message": message});
        return Err(Answer::raw(StatusCode::BAD_REQUEST, body));
    }
    sandbox.befall(occasion(Scope::Numbers, &name)).await?;
    let world = sandbox.world();
    let instance = world
        .instances
        .get(&name)
        .ok_or_else(|| Answer::no_such_instance(&name))?;
    match instance.link {
        Link::Open => {}
        Link::Unused => return Err(Answer::raw(StatusCode::BAD_REQUEST, json!({}))),
        Link::Pairing(_) | Link::Closed => {
            let payload = json!({
                "statusCode": 428, "error": "Precondition Required", "message": "Connection Closed",
            });
            let output = json!({"statusCode": 428, "payload": payload, "headers": {}});
            let body = json!({"data": null, "isBoom": true, "isServer": false, "output": output});
            return Err(Answer::raw(StatusCode::BAD_REQUEST, body));
        }
    }
    let resolve = |number: &Value| {
        let number = number.as_str().unwrap_or_default();
        let resolved = world.resolve(&name, number);
        json!({"jid": resolved.jid, "exists": resolved.exists, "number": number})
    };
    Ok(Answer::ok(numbers.iter().map(resolve).collect()))
}

/// `page` counts from 1, `offset` is the page's size.
struct Window {
    page: usize,
    size: usize,
}

impl Window {
    fn of(body: &Value) -> Self {
        let number = |name: &str| body.get(name).and_then(Value::as_u64).filter(|n| *n > 0);
        Window {
            page: number("page").unwrap_or(1) as usize,
            size: number("offset").unwrap_or(50) as usize,
        }
    }

    fn skip(&self) -> usize {
        self.size.saturating_mul(self.page - 1)
    }
}

async fn find_messages(
    State(sandbox): State<Arc<Sandbox>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer, Answer> {
    sandbox.admit(&headers, Some(&name))?;
    let body = json_body(&body)?;
    sandbox.befall(occasion(Scope::Find, &name)).await?;
    let world = sandbox.world();
    let instance = world
        .instances
        .get(&name)
        .ok_or_else(|| Answer::no_such_instance(&name))?;
    let filter = MessageFilter::of(body.get("where").unwrap_or(&Value::Null));
    // Newest first; what came in one second, in the reverse order of its coming.
    let mut found: Vec<&Message> = instance
        .messages
        .iter()
        .rev()
        .filter(|message| filter.matches(message))
        .collect();
    found.sort_by_key(|message| std::cmp::Reverse(message.at));
    let window = Window::of(&body);
    let records: Vec<Value> = found
        .iter()
        .skip(window.skip())
        .take(window.size)
        .map(|message| wire::found(message, instance))
        .collect();
    Ok(Answer::ok(json!({"messages": {
        "total": found.len(),
        "pages": found.len().div_ceil(window.size),
        "currentPage": window.page,
        "records": records,
    }})))
}

/// `where` of `findMessages`. `fromMe: false` is no filter at all, and a time needs both its ends.
struct MessageFilter {
    row: Option<String>,
    id: Option<String>,
    jid: Option<String>,
    jid_alt: Option<String>,
    from_me: bool,
    kind: Option<String>,
    between: Option<(i64, i64)>,
}

impl MessageFilter {
    fn of(filter: &Value) -> Self {
        let text = |pointer: &str| filter.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let time = |name: &str| {
            let text = filter.get("messageTimestamp")?.get(name)?.as_str()?;
            Some(DateTime::parse_from_rfc3339(text).ok()?.timestamp())
        };
        MessageFilter {
            row: text("/id"),
            id: text("/key/id"),
            jid: text("/key/remoteJid"),
            jid_alt: text("/key/remoteJidAlt"),
            from_me: filter
                .pointer("/key/fromMe")
                .and_then(Value::as_bool)
                .unwrap_or_default(),
            kind: text("/messageType"),
            between: time("gte").zip(time("lte")),
        }
    }

    fn matches(&self, message: &Message) -> bool {
        let kind = match message.body {
            super::state::Body::Text(_) => "conversation",
            super::state::Body::Document(_) => "documentMessage",
        };
        message.stored
            && self.row.as_ref().is_none_or(|row| *row == message.row)
            && self.id.as_ref().is_none_or(|id| *id == message.id)
            && self.jid.as_ref().is_none_or(|jid| *jid == message.jid)
            && (self.jid_alt.is_none() || self.jid_alt == message.jid_alt)
            && (!self.from_me || message.from_me)
            && self.kind.as_ref().is_none_or(|asked| asked == kind)
            && self
                .between
                .is_none_or(|(from, to)| (from..=to).contains(&message.at))
    }
}

async fn find_status_message(
    State(sandbox): State<Arc<Sandbox>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer, Answer> {
    sandbox.admit(&headers, Some(&name))?;
    let body = json_body(&body)?;
    sandbox.befall(occasion(Scope::Find, &name)).await?;
    let world = sandbox.world();
    let instance = world
        .instances
        .get(&name)
        .ok_or_else(|| Answer::no_such_instance(&name))?;
    // `where.keyId`, which one would expect, is ignored.
    let asked = |name: &str| body.pointer(&format!("/where/{name}")).and_then(Value::as_str);
    let (id, jid, status) = (asked("id"), asked("remoteJid"), asked("status"));
    let window = Window::of(&body);
    let found: Vec<Value> = instance
        .updates
        .iter()
        .filter(|update| id.is_none_or(|id| id == update.key_id))
        .filter(|update| jid.is_none_or(|jid| jid == update.jid))
        .filter(|update| status.is_none_or(|status| status == update.status.name()))
        .skip(window.skip())
        .take(window.size)
        .map(|update| wire::found_status(update, &instance.id))
        .collect();
    Ok(Answer::ok(found.into()))
}

async fn find_chats(
    State(sandbox): State<Arc<Sandbox>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Answer, Answer> {
    sandbox.admit(&headers, Some(&name))?;
    sandbox.befall(occasion(Scope::Find, &name)).await?;
    let world = sandbox.world();
    let instance = world
        .instances
        .get(&name)
        .ok_or_else(|| Answer::no_such_instance(&name))?;
    let mut seen = BTreeSet::new();
    let last_of_chats = instance
        .messages
        .iter()
        .rev()
        .filter(|m| m.stored && seen.insert(m.jid.clone()));
    Ok(Answer::ok(
        last_of_chats
            .map(|message| wire::found_chat(message, instance))
            .collect(),
    ))
}

async fn find_contacts(
    State(sandbox): State<Arc<Sandbox>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Answer, Answer> {
    sandbox.admit(&headers, Some(&name))?;
    Ok(Answer::ok(json!([])))
}

async fn send_presence(
    State(sandbox): State<Arc<Sandbox>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer, Answer> {
    sandbox.admit(&headers, Some(&name))?;
    let body = json_body(&body)?;
    require_open(&sandbox, &name, || {
        Answer::bad_request(json!([
            "TypeError: Cannot read properties of undefined (reading 'onWhatsApp')"
        ]))
    })?;
    let milliseconds = body
        .get("delay")
        .and_then(Value::as_u64)
        .unwrap_or_default()
        .min(20_000);
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    Ok(Answer::created(json!({"presence": body.get("presence")})))
}

async fn mark_as_read(
    State(sandbox): State<Arc<Sandbox>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Answer, Answer> {
    sandbox.admit(&headers, Some(&name))?;
    require_open(&sandbox, &name, || {
        let message = json!([
            "Read messages fail",
            "TypeError: Cannot read properties of undefined (reading 'readMessages')"
        ]);
        Answer::error(StatusCode::INTERNAL_SERVER_ERROR, message)
    })?;
    Ok(Answer::created(
        json!({"message": "Read messages", "read": "success"}),
    ))
}

/// The error of an instance that never connected, or `Connection Closed` for one that is not linked now.
fn require_open(sandbox: &Sandbox, name: &str, never_connected: impl Fn() -> Answer) -> Result<(), Answer> {
    let world = sandbox.world();
    let instance: &Instance = world
        .instances
        .get(name)
        .ok_or_else(|| Answer::no_such_instance(name))?;
    match instance.link {
        Link::Open => Ok(()),
        Link::Unused => Err(never_connected()),
        Link::Pairing(_) | Link::Closed => Err(Answer::bad_request(json!(["Error: Connection Closed"]))),
    }
}
