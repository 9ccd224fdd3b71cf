//! Webhooks: what the gateway posts by itself. They only make things faster; polling is the truth, since the gateway
//! keeps its retries in memory.
//!
//! The envelope holds the instance's token (`apikey`), so it is never shown whole and the token is never read.

use serde::Deserialize;
use serde_json::Value;

use super::wire::{self, InstanceRow, Message, Receipt};
use crate::domain::ids::InstanceId;
use crate::ports::gateway::{Ack, ChatMessage, LinkState};

/// What a webhook tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookEvent {
    /// Messages in either direction (`messages.upsert`, `send.message`); those of groups are left out.
    Messages {
        /// Instance that the gateway names.
        instance: InstanceId,
        /// In the order given.
        messages: Vec<ChatMessage>,
    },
    /// Receipts of messages of ours (`messages.update`).
    Receipts {
        /// Instance that the gateway names.
        instance: InstanceId,
        /// In the order given.
        acks: Vec<Ack>,
    },
    /// The link changed (`connection.update`).
    Link {
        /// Instance that the gateway names.
        instance: InstanceId,
        /// State now.
        state: LinkState,
    },
    /// Any other event, such as `qrcode.updated`.
    Other {
        /// Instance that the gateway names.
        instance: InstanceId,
        /// Its name, lower case with dots.
        event: String,
    },
}

/// Why a body is no webhook of Evolution's. Nothing of the body is in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// Not JSON.
    #[error("not JSON (line {line}, column {column})")]
    NotJson {
        /// Line of the first fault.
        line: usize,
        /// Column of the first fault.
        column: usize,
    },
    /// JSON without `event` or `instance`.
    #[error("not a webhook envelope: event or instance is missing")]
    NotAnEnvelope,
    /// The event's data has not the form that its name promises.
    #[error("{event}: data not understood")]
    BadData {
        /// Name of the event.
        event: String,
    },
}

#[derive(Deserialize)]
struct Envelope {
    event: String,
    instance: String,
    #[serde(default)]
    data: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    state: String,
    #[serde(default)]
    status_reason: Option<u16>,
    #[serde(default)]
    wuid: Option<String>,
}

/// Reads the body of one webhook. Whether the sender may post at all is the listener's business (it checks the header
/// that was set with [`super::EvolutionWebhook`]).
///
/// # Errors
/// [`WebhookError`]: answer 400 and keep polling.
pub fn parse(body: &[u8]) -> Result<WebhookEvent, WebhookError> {
    let value: Value = serde_json::from_slice(body).map_err(|e| WebhookError::NotJson {
        line: e.line(),
        column: e.column(),
    })?;
    let envelope: Envelope = serde_json::from_value(value).map_err(|_| WebhookError::NotAnEnvelope)?;
    let instance = InstanceId::new(envelope.instance);
    // `messages.upsert` in the body, `MESSAGES_UPSERT` in the settings, `messages-upsert` in the path of byEvents.
    let event = envelope.event.to_lowercase().replace(['_', '-'], ".");
    let bad = || WebhookError::BadData { event: event.clone() };
    Ok(match event.as_str() {
        "messages.upsert" | "send.message" => {
            let messages: Vec<Message> = many(envelope.data).ok_or_else(bad)?;
            let messages = messages
                .into_iter()
                .filter_map(Message::into_chat_message)
                .collect();
            WebhookEvent::Messages { instance, messages }
        }
        "messages.update" => {
            let receipts: Vec<Receipt> = many(envelope.data).ok_or_else(bad)?;
            let acks = receipts
                .iter()
                .filter_map(|r| wire::ack_of(&r.key_id, std::slice::from_ref(r)))
                .collect();
            WebhookEvent::Receipts { instance, acks }
        }
        "connection.update" => {
            let connection: Connection = serde_json::from_value(envelope.data).map_err(|_| bad())?;
            let row = InstanceRow {
                name: instance.as_str().to_owned(),
                connection_status: Some(connection.state.clone()),
                owner_jid: connection.wuid,
                disconnection_reason_code: connection.status_reason,
                disconnection_object: Value::Null,
            };
            WebhookEvent::Link {
                instance,
                state: row.state_as(&connection.state),
            }
        }
        _ => WebhookEvent::Other { instance, event },
    })
}

/// One thing or a list of them: versions differ.
fn many<T: serde::de::DeserializeOwned>(data: Value) -> Option<Vec<T>> {
    let items = match data {
        Value::Array(items) => items,
        one => vec![one],
    };
    items
        .into_iter()
        .map(|item| serde_json::from_value(item).ok())
        .collect()
}
