//! `/sandbox/...`: the customer's hands, the shop's phone, the fault switches and the ground truth.
//!
//! | call | does |
//! |---|---|
//! | `POST reply {from, text, media?: {file_name, base64}, lid?: "with_alt"\|"without_alt", instance?, name?, at?}` | the customer answers |
//! | `POST shop-writes {to, text, instance?, at?}` | a person of the shop writes from the shop's own phone |
//! | `POST open {number, instance?}` | the customer opens the chat: what lies in it is read |
//! | `POST scan {instance?, code?}`, `POST unlink {instance?, reason?}` | the shop's phone links, and removes the device |
//! | `POST clock {now}` | its clock runs on from that instant |
//! | `GET faults`, `POST faults {rules: [...], remove: [ids], clear}` | what goes wrong; see [`super::faults::FaultRule`] |
//! | `GET delivered` | the ground truth, as in the log |
//! | `GET state` | instances, faults with their counts, requests by path, webhooks |
//! | `GET chats?since=REVISION`, `GET qr.png?instance=`, `GET files/ID/NAME` | what the page shows |
//!
//! No key is asked for: it is the hands and eyes of whoever sits at this machine. A page of another site that
//! the browser happens to show is kept out by its `Origin`.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body as HttpBody, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Request, Response, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::Sandbox;
use super::faults::FaultRule;
use super::numbers;
use super::state::{Body, Document, Instance, Link, Message, Origin, Status};
use super::views;
use super::wire::{self, Answer};
use super::world::World;

pub(super) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/sandbox/state", get(views::state))
        .route("/sandbox/chats", get(views::chats))
        .route("/sandbox/delivered", get(delivered))
        .route("/sandbox/faults", get(faults).post(set_faults))
        .route("/sandbox/reply", post(reply))
        .route("/sandbox/shop-writes", post(shop_writes))
        .route("/sandbox/open", post(open_chat))
        .route("/sandbox/clock", post(clock))
        .route("/sandbox/scan", post(scan))
        .route("/sandbox/unlink", post(unlink))
        .route("/sandbox/qr.png", get(qr_png))
        .route("/sandbox/files/{id}/{name}", get(file))
        .layer(middleware::from_fn(same_origin))
}

/// Refuses what another site's page asks the browser to do here.
async fn same_origin(request: Request<HttpBody>, next: Next) -> Response<HttpBody> {
    if is_foreign(request.headers()) {
        return refuse(StatusCode::FORBIDDEN, "requests of other sites are refused").into_response();
    }
    next.run(request).await
}

fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let own = text(header::HOST).map(|host| format!("http://{host}"));
    text(header::ORIGIN).is_some_and(|origin| own.is_none_or(|own| own != origin))
}

fn refuse(status: StatusCode, message: &str) -> Answer {
    Answer::error(status, message.into())
}

/// Reads a body whose keys are ours: a misspelt one is an error.
fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Answer> {
    let body: &[u8] = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| refuse(StatusCode::BAD_REQUEST, &error.to_string()))
}

async fn delivered(State(sandbox): State<Arc<Sandbox>>) -> Answer {
    Answer::ok(json!(sandbox.world().journal.delivered()))
}

async fn faults(State(sandbox): State<Arc<Sandbox>>) -> Answer {
    Answer::ok(json!(sandbox.world().faults.views()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetFaults {
    /// Removes all rules first.
    #[serde(default)]
    clear: bool,
    /// Removes these rules.
    #[serde(default)]
    remove: Vec<u64>,
    #[serde(default)]
    rules: Vec<FaultRule>,
}

async fn set_faults(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Result<Answer, Answer> {
    let asked: SetFaults = read(&body)?;
    for rule in &asked.rules {
        rule.check()
            .map_err(|error| refuse(StatusCode::BAD_REQUEST, &error.to_string()))?;
    }
    let mut world = sandbox.world();
    if asked.clear {
        world.faults.clear();
    }
    asked.remove.iter().for_each(|id| world.faults.remove(*id));
    asked.rules.into_iter().for_each(|rule| world.faults.add(rule));
    world.touch();
    Ok(Answer::ok(json!(world.faults.views())))
}

/// Under which jid the customer's answer arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LidForm {
    /// Opaque, with the phone beside it.
    WithAlt,
    /// Opaque, and nothing else.
    WithoutAlt,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Media {
    file_name: String,
    base64: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reply {
    from: String,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    media: Option<Media>,
    #[serde(default)]
    lid: Option<LidForm>,
    #[serde(default)]
    instance: Option<String>,
    /// The name that the customer gave WhatsApp.
    #[serde(default)]
    name: Option<String>,
    /// When it was written, where it arrives at another time; now when left out.
    #[serde(default)]
    at: Option<DateTime<Utc>>,
}

async fn reply(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Result<Answer, Answer> {
    let asked: Reply = read(&body)?;
    let body = match (asked.media, asked.text) {
        (Some(media), caption) => {
            let bytes = BASE64
                .decode(media.base64)
                .map_err(|_| refuse(StatusCode::BAD_REQUEST, "media.base64 is not base64"))?;
            Body::Document(Document::new(media.file_name, caption, bytes))
        }
        (None, Some(text)) if !text.is_empty() => Body::Text(text),
        (None, _) => return Err(refuse(StatusCode::BAD_REQUEST, "text or media is missing")),
    };
    let at = asked.at.unwrap_or_else(|| sandbox.now());
    let mut world = sandbox.world();
    let name = instance_for(&world, asked.instance, &asked.from)?;
    let resolved = world.resolve(&name, &asked.from);
    let lid = || numbers::lid(&resolved.person);
    let (jid, jid_alt) = match asked.lid {
        None => (resolved.jid, None),
        Some(LidForm::WithAlt) => (lid(), Some(resolved.jid)),
        Some(LidForm::WithoutAlt) => (lid(), None),
    };
    let tail = &resolved.person[resolved.person.len().saturating_sub(4)..];
    let push_name = asked.name.unwrap_or_else(|| format!("Cliente {tail}"));
    // Whoever answers has read.
    mark_read(&mut world, &name, &resolved.person);
    let message = Message {
        row: world.row_id(),
        id: world.message_id("3A"),
        jid,
        jid_alt,
        person: resolved.person,
        from_me: false,
        push_name,
        body,
        at: at.timestamp(),
        origin: Origin::Customer,
        stored: true,
        delivered: true,
        never_ack: true,
        seen: true,
        status: Status::DeliveryAck,
    };
    arrive(&mut world, &name, message)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Clock {
    now: DateTime<Utc>,
}

async fn clock(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Result<Answer, Answer> {
    let asked: Clock = read(&body)?;
    sandbox.put_clock(asked.now);
    Ok(Answer::ok(json!({"now": sandbox.now()})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShopWrites {
    to: String,
    text: String,
    #[serde(default)]
    instance: Option<String>,
    /// As of an answer.
    #[serde(default)]
    at: Option<DateTime<Utc>>,
}

async fn shop_writes(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Result<Answer, Answer> {
    let asked: ShopWrites = read(&body)?;
    let at = asked.at.unwrap_or_else(|| sandbox.now());
    let mut world = sandbox.world();
    let name = instance_for(&world, asked.instance, &asked.to)?;
    let resolved = world.resolve(&name, &asked.to);
    let message = Message {
        row: world.row_id(),
        id: world.message_id("3A"),
        jid: resolved.jid,
        jid_alt: None,
        person: resolved.person,
        from_me: true,
        push_name: "Loja".to_owned(),
        body: Body::Text(asked.text),
        at: at.timestamp(),
        origin: Origin::ShopPhone,
        stored: true,
        delivered: true,
        never_ack: true,
        seen: false,
        status: Status::DeliveryAck,
    };
    arrive(&mut world, &name, message)
}

/// A message that came from a phone shows up at the gateway.
fn arrive(world: &mut World, name: &str, message: Message) -> Result<Answer, Answer> {
    let instance = world
        .instances
        .get_mut(name)
        .ok_or_else(|| Answer::no_such_instance(name))?;
    let answer = json!({"instance": name, "id": message.id, "jid": message.jid, "jid_alt": message.jid_alt});
    let event = wire::upsert_event(&message, &instance.id);
    instance.messages.push(message);
    world.touch();
    world.emit(name, "messages.upsert", event);
    Ok(Answer::created(answer))
}

/// The instance that a customer's message belongs to: the one named, else the last that wrote to that person, else any
/// that is linked. It must be linked, for else WhatsApp has nobody to give the message to.
fn instance_for(world: &World, named: Option<String>, number: &str) -> Result<String, Answer> {
    let person = numbers::person(number);
    let wrote_last = |instance: &&Instance| {
        instance
            .messages
            .iter()
            .filter(|message| message.person == person)
            .map(|message| message.at)
            .max()
    };
    let linked = world
        .instances
        .values()
        .filter(|instance| instance.link == Link::Open);
    let found = match &named {
        Some(name) => linked.into_iter().find(|instance| instance.name == *name),
        None => linked.max_by_key(|instance| wrote_last(instance)),
    };
    found
        .map(|instance| instance.name.clone())
        .ok_or_else(|| refuse(StatusCode::CONFLICT, "no linked instance"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenChat {
    number: String,
    #[serde(default)]
    instance: Option<String>,
}

async fn open_chat(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Result<Answer, Answer> {
    let asked: OpenChat = read(&body)?;
    let mut world = sandbox.world();
    let person = numbers::person(&asked.number);
    let names: Vec<String> = world
        .instances
        .keys()
        .filter(|name| asked.instance.as_ref().is_none_or(|only| only == *name))
        .cloned()
        .collect();
    let read: usize = names
        .iter()
        .map(|name| mark_read(&mut world, name, &person))
        .sum();
    Ok(Answer::ok(json!({"read": read})))
}

/// The customer opened the chat: what lies in it is read. Tells how many were new.
fn mark_read(world: &mut World, name: &str, person: &str) -> usize {
    let Some(instance) = world.instances.get_mut(name) else {
        return 0;
    };
    let unseen = |message: &&mut Message| message.person == person && message.delivered && !message.seen;
    let mut ids = Vec::new();
    for message in instance.messages.iter_mut().filter(unseen) {
        message.seen = true;
        ids.push(message.id.clone());
    }
    for id in &ids {
        // Read is delivered too, even when the chat was open before the delivery was reported.
        for status in [Status::ServerAck, Status::DeliveryAck, Status::Read] {
            world.acknowledge(name, id, status);
        }
    }
    if !ids.is_empty() {
        world.touch();
    }
    ids.len()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scan {
    #[serde(default)]
    instance: Option<String>,
    /// The text of the QR code that was seen; an old one does not link.
    #[serde(default)]
    code: Option<String>,
}

async fn scan(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Result<Answer, Answer> {
    let asked: Scan = read(&body)?;
    let now = sandbox.now();
    let mut world = sandbox.world();
    let name = world
        .instances
        .values()
        .filter(|instance| asked.instance.as_ref().is_none_or(|only| *only == instance.name))
        .find(|instance| instance.pairing().is_some_and(|pairing| pairing.code.is_some()))
        .map(|instance| instance.name.clone())
        .ok_or_else(|| refuse(StatusCode::CONFLICT, "no QR code to scan"))?;
    let shown = world
        .instances
        .get(&name)
        .and_then(Instance::pairing)
        .and_then(|pairing| pairing.code.clone());
    if asked.code.is_some() && asked.code != shown {
        return Err(refuse(StatusCode::CONFLICT, "this QR code is no longer shown"));
    }
    world.open(&name, now);
    Ok(Answer::ok(json!({"instance": name, "state": "open"})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unlink {
    #[serde(default)]
    instance: Option<String>,
    /// 401 when left out; 403 and 463 are WhatsApp's own.
    #[serde(default)]
    reason: Option<u16>,
}

/// The shop's phone removes the device ("Aparelhos conectados", "Desconectar").
async fn unlink(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Result<Answer, Answer> {
    let asked: Unlink = read(&body)?;
    let now = sandbox.now();
    let mut world = sandbox.world();
    let names: Vec<String> = world
        .instances
        .values()
        .filter(|instance| asked.instance.as_ref().is_none_or(|only| *only == instance.name))
        .filter(|instance| instance.link == Link::Open)
        .map(|instance| instance.name.clone())
        .collect();
    if names.is_empty() {
        return Err(refuse(StatusCode::CONFLICT, "no linked instance"));
    }
    names
        .iter()
        .for_each(|name| world.close(name, asked.reason.unwrap_or(401), now));
    Ok(Answer::ok(json!({"unlinked": names})))
}

/// The page adds the code's count, so that the browser takes each picture anew.
#[derive(Deserialize)]
struct PictureOf {
    instance: String,
}

async fn qr_png(
    State(sandbox): State<Arc<Sandbox>>,
    Query(asked): Query<PictureOf>,
) -> Result<Response<HttpBody>, Answer> {
    let png = sandbox
        .qr_png(&asked.instance)
        .ok_or_else(|| refuse(StatusCode::NOT_FOUND, "no QR code"))?;
    Ok((
        [
            (header::CONTENT_TYPE, "image/png"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        png,
    )
        .into_response())
}

/// A document's bytes. What is no PDF and no picture is for saving, never for the browser to interpret.
async fn file(
    State(sandbox): State<Arc<Sandbox>>,
    Path((id, _name)): Path<(String, String)>,
) -> Result<Response<HttpBody>, Answer> {
    let world = sandbox.world();
    let mut messages = world.instances.values().flat_map(|instance| &instance.messages);
    let found = messages
        .find(|message| message.id == id)
        .map(|message| &message.body);
    let Some(Body::Document(document)) = found else {
        return Err(refuse(StatusCode::NOT_FOUND, "no such document"));
    };
    let shown = match document.bytes.get(..4) {
        Some(b"%PDF") => Some("application/pdf"),
        Some(b"\x89PNG") => Some("image/png"),
        _ => None,
    };
    let disposition = if shown.is_some() { "inline" } else { "attachment" };
    let headers = [
        (header::CONTENT_TYPE, shown.unwrap_or("application/octet-stream")),
        (header::CONTENT_DISPOSITION, disposition),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, document.bytes.to_vec()).into_response())
}
