//! `/instance/...` and `/webhook/...`: creating, pairing, states.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{delete, get, post};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::Answer;
use super::faults::{Occasion, Scope};
use super::sends::json_body;
use super::state::{Instance, Link};
use super::webhook::Webhook;
use super::wire;
use super::{Sandbox, given_key};

/// The gateway gives up after so many QR codes.
const QR_LIMIT: u32 = 30;

pub(super) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/instance/create", post(create))
        .route("/instance/connect/{instance}", get(connect))
        .route("/instance/connectionState/{instance}", get(connection_state))
        .route("/instance/fetchInstances", get(fetch_instances))
        .route("/instance/restart/{instance}", post(restart))
        .route("/instance/logout/{instance}", delete(logout))
        .route("/instance/delete/{instance}", delete(remove))
        .route("/webhook/set/{instance}", post(set_webhook))
        .route("/webhook/find/{instance}", get(find_webhook))
}

fn occasion(instance: &str) -> Occasion<'_> {
    Occasion {
        scope: Scope::Instance,
        instance,
        number: None,
        kind: None,
    }
}

async fn create(
    State(sandbox): State<Arc<Sandbox>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer, Answer> {
    sandbox.admit(&headers, None)?;
    let body = json_body(&body)?;
    let text = |name: &str| {
        body.get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    if text("integration") != Some("WHATSAPP-BAILEYS") {
        return Err(Answer::bad_request(json!(["Invalid integration"])));
    }
    let Some(name) = text("instanceName") else {
        return Err(Answer::bad_request(json!([[
            "instance requires property \"instanceName\""
        ]])));
    };
    sandbox.befall(occasion(name)).await?;
    let now = sandbox.now();
    let wants_qr = body.get("qrcode").and_then(Value::as_bool).unwrap_or_default();
    let number = text("number").map(str::to_owned);
    let pairing = {
        let mut world = sandbox.world();
        if world.instances.contains_key(name) {
            let message = json!([format!("This name \"{name}\" is already in use.")]);
            return Err(Answer::error(StatusCode::FORBIDDEN, message));
        }
        let webhook = body.get("webhook").filter(|webhook| webhook.get("url").is_some());
        let webhook = webhook.map(|webhook| Webhook::from_json(webhook, world.row_id(), wire::instant(now)));
        let instance = Instance {
            name: name.to_owned(),
            id: world.uuid(),
            token: text("token").map_or_else(|| world.uuid().to_uppercase(), str::to_owned),
            setting_id: world.row_id(),
            settings: settings(&body),
            number: number.clone(),
            owner: None,
            link: Link::Unused,
            disconnection: None,
            webhook,
            created_at: now,
            updated_at: now,
            messages: Vec::new(),
            updates: Vec::new(),
        };
        world.deleted.remove(name);
        world.instances.insert(name.to_owned(), instance);
        world.touch();
        if wants_qr {
            world.begin_pairing(name, number, now)
        } else {
            None
        }
    };
    if let Some(serial) = pairing {
        tokio::spawn(show_codes(Arc::clone(&sandbox), name.to_owned(), serial));
    }
    let world = sandbox.world();
    let instance = world
        .instances
        .get(name)
        .ok_or_else(|| Answer::no_such_instance(name))?;
    Ok(Answer::created(wire::created(
        instance,
        body.get("webhook"),
        wants_qr,
    )))
}

fn settings(body: &Value) -> Value {
    let flag = |name: &str| body.get(name).and_then(Value::as_bool).unwrap_or_default();
    json!({
        "rejectCall": flag("rejectCall"),
        "msgCall": body.get("msgCall").and_then(Value::as_str).unwrap_or_default(),
        "groupsIgnore": flag("groupsIgnore"),
        "alwaysOnline": flag("alwaysOnline"),
        "readMessages": flag("readMessages"),
        "readStatus": flag("readStatus"),
        "syncFullHistory": flag("syncFullHistory"),
        "wavoipToken": "",
    })
}

/// Shows one QR code after the other until the pairing is over.
async fn show_codes(sandbox: Arc<Sandbox>, name: String, serial: u64) {
    tokio::time::sleep(sandbox.options.timing.qr_ready).await;
    for _ in 0..QR_LIMIT {
        if sandbox.world().next_qr(&name, serial).is_none() {
            return;
        }
        tokio::time::sleep(sandbox.options.timing.qr_period).await;
    }
    sandbox.world().end_pairing(&name, serial);
}

#[derive(Deserialize)]
struct ConnectQuery {
    number: Option<String>,
}

async fn connect(
    State(sandbox): State<Arc<Sandbox>>,
    Path(name): Path<String>,
    Query(query): Query<ConnectQuery>,
    headers: HeaderMap,
) -> Result<Answer, Answer> {
    sandbox.admit(&headers, Some(&name))?;
    sandbox.befall(occasion(&name)).await?;
    let begun = {
        let now = sandbox.now();
        let mut world = sandbox.world();
        let instance = world
            .instances
            .get(&name)
            .ok_or_else(|| Answer::no_such_instance(&name))?;
        match &instance.link {
            Link::Open => return Ok(Answer::ok(wire::instance_state(instance))),
            // Asking for a code in letters after a QR code was shown starts anew.
            Link::Pairing(pairing) if pairing.pairing_code.is_some() || query.number.is_none() => None,
            _ => world.begin_pairing(&name, query.number, now),
        }
    };
    if let Some(serial) = begun {
        tokio::spawn(show_codes(Arc::clone(&sandbox), name.clone(), serial));
    }
    let picture = sandbox.qr_picture(&name);
    let world = sandbox.world();
    let instance = world
        .instances
        .get(&name)
        .ok_or_else(|| Answer::no_such_instance(&name))?;
    if let Some(pairing) = instance
        .pairing()
        .filter(|pairing| pairing.code.is_some() && sandbox.options.auto_link)
    {
        let serial = pairing.serial;
        tokio::spawn(scan_after(
            Arc::clone(&sandbox),
            name.clone(),
            serial,
            sandbox.options.timing.auto_link,
        ));
    }
    Ok(Answer::ok(wire::qr(instance, picture)))
}

/// The shop's phone scans the code that was just fetched.
async fn scan_after(sandbox: Arc<Sandbox>, name: String, serial: u64, after: Duration) {
    tokio::time::sleep(after).await;
    let now = sandbox.now();
    let mut world = sandbox.world();
    let pairing = world.instances.get(&name).and_then(Instance::pairing);
    if pairing.is_some_and(|pairing| pairing.serial == serial) {
        world.open(&name, now);
    }
}

async fn connection_state(
    State(sandbox): State<Arc<Sandbox>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Answer, Answer> {
    // Evolution remembers a deleted name for a while and answers without a state.
    let deleted = sandbox.world().deleted.contains(&name);
    if deleted && given_key(&headers) == Some(sandbox.options.api_key.expose()) {
        return Ok(Answer::ok(json!({"instance": {"instanceName": name}})));
    }
    sandbox.admit(&headers, Some(&name))?;
    sandbox.befall(occasion(&name)).await?;
    let world = sandbox.world();
    let instance = world
        .instances
        .get(&name)
        .ok_or_else(|| Answer::no_such_instance(&name))?;
    Ok(Answer::ok(wire::instance_state(instance)))
}

#[derive(Deserialize)]
struct FetchQuery {
    #[serde(rename = "instanceName")]
    name: Option<String>,
    #[serde(rename = "instanceId")]
    id: Option<String>,
}

async fn fetch_instances(
    State(sandbox): State<Arc<Sandbox>>,
    Query(query): Query<FetchQuery>,
    headers: HeaderMap,
) -> Result<Answer, Answer> {
    let given = given_key(&headers).ok_or_else(Answer::unauthorized)?.to_owned();
    sandbox
        .befall(occasion(query.name.as_deref().unwrap_or_default()))
        .await?;
    let world = sandbox.world();
    let global = given == sandbox.options.api_key.expose();
    let asked = |instance: &&Instance| {
        query.name.as_deref().is_none_or(|name| name == instance.name)
            && query.id.as_deref().is_none_or(|id| id == instance.id)
            && (global || given == instance.token)
    };
    let found: Vec<Value> = world.instances.values().filter(asked).map(wire::listed).collect();
    match (found.is_empty(), global, &query.name) {
        // A token sees its own instance only; a token of nobody sees nothing.
        (true, false, _) => Err(Answer::unauthorized()),
        (true, true, Some(name)) => Err(Answer::error(
            StatusCode::NOT_FOUND,
            json!([format!("Instance \"{name}\" not found")]),
        )),
        _ => Ok(Answer::ok(found.into())),
    }
}

async fn restart(
    State(sandbox): State<Arc<Sandbox>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Answer, Answer> {
    sandbox.admit(&headers, Some(&name))?;
    sandbox.befall(occasion(&name)).await?;
    let world = sandbox.world();
    let instance = world
        .instances
        .get(&name)
        .ok_or_else(|| Answer::no_such_instance(&name))?;
    Ok(Answer::ok(match instance.link {
        Link::Open | Link::Pairing(_) => wire::instance_state(instance),
        // As recorded: a failure that calls itself 200.
        Link::Unused | Link::Closed => json!({"error": true, "message": "[object Object]"}),
    }))
}

async fn logout(
    State(sandbox): State<Arc<Sandbox>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Answer, Answer> {
    sandbox.admit(&headers, Some(&name))?;
    sandbox.befall(occasion(&name)).await?;
    let now = sandbox.now();
    let mut world = sandbox.world();
    let instance = world
        .instances
        .get(&name)
        .ok_or_else(|| Answer::no_such_instance(&name))?;
    if matches!(instance.link, Link::Unused | Link::Closed) {
        return Err(Answer::bad_request(json!([format!(
            "The \"{name}\" instance is not connected"
        )])));
    }
    world.close(&name, 401, now);
    Ok(Answer::ok(success("Instance logged out")))
}

async fn remove(
    State(sandbox): State<Arc<Sandbox>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Answer, Answer> {
    sandbox.admit(&headers, Some(&name))?;
    sandbox.befall(occasion(&name)).await?;
    let mut world = sandbox.world();
    world.instances.remove(&name);
    world.deleted.insert(name);
    world.touch();
    Ok(Answer::ok(success("Instance deleted")))
}

fn success(message: &str) -> Value {
    json!({"status": "SUCCESS", "error": false, "response": {"message": message}})
}

async fn set_webhook(
    State(sandbox): State<Arc<Sandbox>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer, Answer> {
    sandbox.admit(&headers, Some(&name))?;
    let body = json_body(&body)?;
    let Some(asked) = body.get("webhook").filter(|webhook| webhook.get("url").is_some()) else {
        return Err(Answer::bad_request(json!([[
            "instance requires property \"webhook\""
        ]])));
    };
    let now = wire::instant(sandbox.now());
    let mut world = sandbox.world();
    let mut webhook = Webhook::from_json(asked, world.row_id(), now);
    let instance = world
        .instances
        .get_mut(&name)
        .ok_or_else(|| Answer::no_such_instance(&name))?;
    if let Some(earlier) = &instance.webhook {
        webhook.id = earlier.id.clone();
        webhook.created_at = earlier.created_at.clone();
    }
    let answer = webhook.to_json(&instance.id);
    instance.webhook = Some(webhook);
    Ok(Answer::created(answer))
}

async fn find_webhook(
    State(sandbox): State<Arc<Sandbox>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Answer, Answer> {
    sandbox.admit(&headers, Some(&name))?;
    let world = sandbox.world();
    let instance = world
        .instances
        .get(&name)
        .ok_or_else(|| Answer::no_such_instance(&name))?;
    Ok(Answer::ok(
        instance
            .webhook
            .as_ref()
            .map_or(Value::Null, |webhook| webhook.to_json(&instance.id)),
    ))
}
