//! `/message/...`: what a send goes through, from the body's checks to the answer that may never come.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body as HttpBody, Bytes};
use axum::extract::{FromRequest, Multipart, Path, State};
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::answer::Answer;
use super::faults::{Occasion, Scope};
use super::numbers;
use super::state::{Body, Document, Link, Message, Origin, Status};
use super::wire;
use super::{Sandbox, end};

/// `delay` asks for "typing..."; longer than this no caller means.
const LONGEST_TYPING: Duration = Duration::from_secs(20);

pub(super) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/message/sendText/{instance}", post(send_text))
        .route("/message/sendMedia/{instance}", post(send_media))
}

/// Reads a JSON body; no body at all counts as `{}`.
pub(super) fn json_body(body: &Bytes) -> Result<Value, Answer> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    serde_json::from_slice(body).map_err(|error| {
        let message = if error.is_eof() {
            "Unexpected end of JSON input".to_owned()
        } else {
            format!("Unexpected token: {error}")
        };
        // As recorded: the status says 400, the word says 500.
        let body = json!({"status": 400, "error": "Internal Server Error", "response": {"message": message}});
        Answer::raw(StatusCode::BAD_REQUEST, body)
    })
}

/// A message about to be sent.
struct Outgoing {
    number: String,
    body: Body,
    typing: Duration,
}

/// The checks of Evolution's body schemas: all findings at once, in a nested array.
fn check(body: &Value, required: &[&str]) -> Result<(), Answer> {
    let mut findings: Vec<String> = required
        .iter()
        .filter(|name| body.get(**name).is_none())
        .map(|name| format!("instance requires property \"{name}\""))
        .collect();
    for (name, finding) in [
        ("number", "Invalid format"),
        ("text", "Invalid text"),
        ("mediatype", "Invalid mediatype"),
    ] {
        if body.get(name).is_some_and(|value| !value.is_string()) {
            findings.push(finding.to_owned());
        }
    }
    if body.get("delay").is_some_and(|delay| !delay.is_u64()) {
        findings.push("Enter a value in milliseconds".to_owned());
    }
    if findings.is_empty() {
        Ok(())
    } else {
        Err(Answer::bad_request(json!([findings])))
    }
}

fn text_of(body: &Value, name: &str) -> Option<String> {
    body.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn typing_of(body: &Value) -> Duration {
    let milliseconds = body.get("delay").and_then(Value::as_u64).unwrap_or_default();
    Duration::from_millis(milliseconds).min(LONGEST_TYPING)
}

async fn send_text(
    State(sandbox): State<Arc<Sandbox>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer, Answer> {
    sandbox.admit(&headers, Some(&name))?;
    let body = json_body(&body)?;
    check(&body, &["number", "text"])?;
    let outgoing = Outgoing {
        number: text_of(&body, "number").unwrap_or_default(),
        body: Body::Text(text_of(&body, "text").unwrap_or_default()),
        typing: typing_of(&body),
    };
    send(&sandbox, &name, outgoing).await
}

async fn send_media(
    State(sandbox): State<Arc<Sandbox>>,
    Path(name): Path<String>,
    request: Request<HttpBody>,
) -> Result<Answer, Answer> {
    sandbox.admit(request.headers(), Some(&name))?;
    let content_type = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let unreadable = |what: String| Answer::bad_request(json!([what]));
    let (body, file) = if content_type.is_some_and(|value| value.starts_with("multipart/form-data")) {
        let form = Multipart::from_request(request, &())
            .await
            .map_err(|error| unreadable(error.body_text()))?;
        multipart(form)
            .await
            .map_err(|error| unreadable(error.body_text()))?
    } else {
        let bytes = Bytes::from_request(request, &())
            .await
            .map_err(|error| unreadable(error.body_text()))?;
        (json_body(&bytes)?, None)
    };
    check(&body, &["number", "mediatype"])?;
    let outgoing = Outgoing {
        number: text_of(&body, "number").unwrap_or_default(),
        body: Body::Document(document(&body, file)?),
        typing: typing_of(&body),
    };
    send(&sandbox, &name, outgoing).await
}

/// A file as uploaded: its name, its bytes.
type Upload = (String, Vec<u8>);

async fn multipart(
    mut form: Multipart,
) -> Result<(Value, Option<Upload>), axum::extract::multipart::MultipartError> {
    let mut body = json!({});
    let mut file = None;
    while let Some(field) = form.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            let file_name = field.file_name().unwrap_or("file").to_owned();
            file = Some((file_name, field.bytes().await?.to_vec()));
        } else {
            let text = field.text().await?;
            // Everything is text in a form; the delay is a number all the same.
            body[name.as_str()] = match (name.as_str(), text.parse::<u64>()) {
                ("delay", Ok(milliseconds)) => milliseconds.into(),
                _ => text.into(),
            };
        }
    }
    Ok((body, file))
}

fn document(body: &Value, file: Option<Upload>) -> Result<Document, Answer> {
    let caption = text_of(body, "caption").filter(|caption| !caption.is_empty());
    let file_name = text_of(body, "fileName").filter(|name| !name.is_empty());
    if let Some((uploaded, bytes)) = file {
        return Ok(Document::new(file_name.unwrap_or(uploaded), caption, bytes));
    }
    let media = text_of(body, "media").unwrap_or_default();
    if media.starts_with("http://") || media.starts_with("https://") {
        return Err(Answer::bad_request(json!([
            "wa-sandbox fetches nothing: send the media itself, in base64"
        ])));
    }
    // A `data:` URI is not base64, and is refused as such.
    let bytes = BASE64
        .decode(media.as_bytes())
        .ok()
        .filter(|bytes| !bytes.is_empty());
    match (bytes, file_name) {
        (Some(_), None) => Err(Answer::bad_request(json!([
            "For base64 the file name must be informed."
        ]))),
        (Some(bytes), Some(name)) => Ok(Document::new(name, caption, bytes)),
        (None, _) => Err(Answer::bad_request(json!([
            "Owned media must be a url or base64"
        ]))),
    }
}

async fn send(sandbox: &Arc<Sandbox>, name: &str, outgoing: Outgoing) -> Result<Answer, Answer> {
    let kind = outgoing.body.kind();
    let plan = sandbox
        .befall(Occasion {
            scope: Scope::Send,
            instance: name,
            number: Some(&outgoing.number),
            kind: Some(kind),
        })
        .await?;
    if let Some(reason) = plan.unlink {
        let now = sandbox.now();
        sandbox.world().close(name, reason, now);
    }
    ready(sandbox, name, &outgoing)?;
    wait(outgoing.typing).await;

    let (answer, id) = {
        let now = sandbox.now();
        let mut world = sandbox.world();
        let resolved = world.resolve(name, &outgoing.number);
        let message = Message {
            row: world.row_id(),
            id: world.message_id("3EB0"),
            jid: resolved.jid,
            jid_alt: None,
            person: resolved.person,
            from_me: true,
            push_name: "Você".to_owned(),
            body: outgoing.body,
            at: now.timestamp(),
            origin: Origin::Api,
            stored: plan.after != Some(super::faults::Ending::BadRequest),
            delivered: !plan.not_delivered,
            never_ack: plan.never_ack || plan.not_delivered,
            seen: false,
            status: Status::Pending,
        };
        if message.delivered {
            world.record_delivery(name, &message, now).map_err(|error| {
                // Untold is undelivered: the ground truth must never lack what a phone got.
                let message = format!("wa-sandbox cannot write its log: {error}");
                Answer::error(StatusCode::INTERNAL_SERVER_ERROR, message.into())
            })?;
        }
        let instance = world
            .instances
            .get_mut(name)
            .ok_or_else(|| Answer::no_such_instance(name))?;
        let id = message.id.clone();
        let sent = wire::sent(&message, &instance.id);
        instance.messages.push(message);
        world.touch();
        world.emit(name, "send.message", sent.clone());
        (Answer::created(sent), id)
    };
    tokio::spawn(acknowledge(Arc::clone(sandbox), name.to_owned(), id));
    wait(plan.linger).await;
    match plan.after {
        Some(ending) => Err(end(ending).await),
        None => Ok(answer),
    }
}

/// Waits; a timer takes its millisecond even for nothing.
async fn wait(duration: Duration) {
    if !duration.is_zero() {
        tokio::time::sleep(duration).await;
    }
}

/// Whether the instance is linked and the number known. Each way of not being linked has its own error.
fn ready(sandbox: &Sandbox, name: &str, outgoing: &Outgoing) -> Result<(), Answer> {
    let world = sandbox.world();
    let instance = world
        .instances
        .get(name)
        .ok_or_else(|| Answer::no_such_instance(name))?;
    let media = matches!(outgoing.body, Body::Document(_));
    let failed = StatusCode::INTERNAL_SERVER_ERROR;
    match (&instance.link, media) {
        (Link::Open, _) => {}
        (Link::Unused, false) => {
            let message = "Cannot read properties of undefined (reading 'onWhatsApp')";
            return Err(Answer::error(failed, message.into()));
        }
        (Link::Unused, true) => {
            let message = "TypeError: Cannot read properties of undefined (reading 'waUploadToServer')";
            return Err(Answer::error(failed, json!([message])));
        }
        (Link::Pairing(_), false) => return Err(Answer::error(failed, "Connection Closed".into())),
        (Link::Pairing(_), true) => return Err(Answer::error(failed, json!(["Error: Connection Closed"]))),
        (Link::Closed, _) => return Err(Answer::bad_request(json!(["Error: Connection Closed"]))),
    }
    let resolved = world.resolve(name, &outgoing.number);
    if resolved.exists {
        return Ok(());
    }
    let number = numbers::digits(&outgoing.number);
    Err(Answer::bad_request(
        json!([{"jid": resolved.jid, "exists": false, "number": number}]),
    ))
}

/// The server takes the message, then the phone does.
async fn acknowledge(sandbox: Arc<Sandbox>, name: String, id: String) {
    for status in [Status::ServerAck, Status::DeliveryAck] {
        tokio::time::sleep(sandbox.options.timing.acknowledgement).await;
        sandbox.world().acknowledge(&name, &id, status);
    }
}
