//! The state as JSON for tests (`/sandbox/state`) and for the page (`/sandbox/chats`).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Sandbox;
use super::answer::Answer;
use super::numbers;
use super::state::{Body, Instance, Message, Origin};
use super::wire;

/// The page shows so many messages of a chat; the gateway's finds and the log know all.
const SHOWN: usize = 200;

pub(super) async fn state(State(sandbox): State<Arc<Sandbox>>) -> Answer {
    let world = sandbox.world();
    let instances: Vec<Value> = world.instances.values().map(instance_view).collect();
    Answer::ok(json!({
        "simulator": true,
        "now": wire::instant(sandbox.now()),
        "instances": instances,
        "delivered": world.journal.delivered().len(),
        "faults": world.faults.views(),
        "requests": world.requests,
        "webhooks": world.webhooks.tally(),
    }))
}

fn instance_view(instance: &Instance) -> Value {
    let pairing = instance.pairing();
    json!({
        "name": instance.name,
        "state": instance.state(),
        "owner": instance.owner.as_deref().map(numbers::digits),
        "qr": pairing.map(|pairing| json!({
            "count": pairing.count,
            "code": pairing.code,
            "pairing_code": pairing.pairing_code,
        })),
        "messages": instance.messages.len(),
        "disconnection": instance.disconnection.as_ref().map(|lost| lost.reason),
    })
}

#[derive(Deserialize)]
pub(super) struct Since {
    since: Option<u64>,
}

/// What the page shows; only the revision when nothing changed since.
pub(super) async fn chats(State(sandbox): State<Arc<Sandbox>>, Query(query): Query<Since>) -> Answer {
    let world = sandbox.world();
    if query.since == Some(world.revision) {
        return Answer::ok(json!({"revision": world.revision}));
    }
    let mut chats: BTreeMap<(&str, &str), Vec<&Message>> = BTreeMap::new();
    for (name, instance) in &world.instances {
        for message in &instance.messages {
            chats.entry((name, &message.person)).or_default().push(message);
        }
    }
    let chats: Vec<Value> = chats
        .into_iter()
        .map(|((name, person), list)| chat_view(name, person, &list))
        .collect();
    let instances: Vec<Value> = world.instances.values().map(instance_view).collect();
    Answer::ok(json!({
        "revision": world.revision,
        "instances": instances,
        "chats": chats,
        "faults": world.faults.views(),
        "delivered": world.journal.delivered().len(),
    }))
}

fn chat_view(instance: &str, person: &str, messages: &[&Message]) -> Value {
    let customer = messages
        .iter()
        .rev()
        .find(|message| message.origin == Origin::Customer);
    let shown = &messages[messages.len().saturating_sub(SHOWN)..];
    let unseen =
        |message: &&&Message| message.origin != Origin::Customer && message.delivered && !message.seen;
    json!({
        "instance": instance,
        "number": person,
        "name": customer.map(|message| &message.push_name),
        "last": messages.last().map(|message| message.at),
        "unread": messages.iter().filter(unseen).count(),
        "messages": shown.iter().map(|message| message_view(message)).collect::<Vec<Value>>(),
    })
}

fn message_view(message: &Message) -> Value {
    let document = match &message.body {
        Body::Text(_) => None,
        Body::Document(document) => Some(json!({
            "name": document.file_name,
            "mimetype": document.mimetype,
            "bytes": document.bytes.len(),
            "url": wire::file_path(&message.id, &document.file_name),
        })),
    };
    json!({
        "id": message.id,
        "from": match message.origin {
            Origin::Api => "gateway",
            Origin::ShopPhone => "shop",
            Origin::Customer => "customer",
        },
        "jid": message.jid,
        "text": message.body.text(),
        "document": document,
        "at": message.at,
        "status": message.status.name(),
        "delivered": message.delivered,
    })
}
