//! What people write and read: the customer's answers and eyes, and the shop's own phone.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;

use super::{read, refuse};
use crate::sandbox::answer::Answer;
use crate::sandbox::state::{Body, Document, Instance, Link, Message, Origin, Status};
use crate::sandbox::world::World;
use crate::sandbox::{Sandbox, numbers, wire};

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

pub async fn reply(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Result<Answer, Answer> {
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
struct ShopWrites {
    to: String,
    text: String,
    #[serde(default)]
    instance: Option<String>,
    /// As of an answer.
    #[serde(default)]
    at: Option<DateTime<Utc>>,
}

pub async fn shop_writes(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Result<Answer, Answer> {
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

pub async fn open_chat(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Result<Answer, Answer> {
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
