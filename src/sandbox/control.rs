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

mod chat;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body as HttpBody, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Request, Response, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::Sandbox;
use super::answer::Answer;
use super::faults::FaultRule;
use super::state::{Body, Instance, Link};
use super::views;

pub(super) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/sandbox/state", get(views::state))
        .route("/sandbox/chats", get(views::chats))
        .route("/sandbox/delivered", get(delivered))
        .route("/sandbox/faults", get(faults).post(set_faults))
        .route("/sandbox/reply", post(chat::reply))
        .route("/sandbox/shop-writes", post(chat::shop_writes))
        .route("/sandbox/open", post(chat::open_chat))
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
