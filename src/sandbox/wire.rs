//! The JSON of Evolution API 2.3.6, as recorded from a real one. These shapes are the sandbox's own: the adapter has
//! its own reading of the same documents, so that a mistake in one shows against the other.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::state::{Body, Document, Instance, Message, Origin, StatusUpdate};

/// `2026-11-22T15:35:00.770Z`.
pub(super) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The type that Evolution derives from a file name; what the caller says is not used for documents.
pub(super) fn mimetype(file_name: &str) -> Option<&'static str> {
    let extension = file_name.rsplit_once('.')?.1.to_ascii_lowercase();
    Some(match extension.as_str() {
        "pdf" => "application/pdf",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "txt" => "text/plain",
        "csv" => "text/csv",
        "xml" => "application/xml",
        "zip" => "application/zip",
        "ogg" => "audio/ogg",
        "mp3" => "audio/mpeg",
        _ => return None,
    })
}

/// Where the page and the log find a document.
pub(super) fn file_path(message_id: &str, file_name: &str) -> String {
    let mut name = String::new();
    for byte in file_name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => name.push(char::from(byte)),
            _ => name.push_str(&format!("%{byte:02X}")),
        }
    }
    format!("/sandbox/files/{message_id}/{name}")
}

pub(super) fn instance_state(instance: &Instance) -> Value {
    json!({"instance": {"instanceName": instance.name, "state": instance.state()}})
}

/// Answer to `connect` while pairing, and `qrcode` of `create`.
pub(super) fn qr(instance: &Instance, picture: Option<String>) -> Value {
    match instance.pairing() {
        Some(pairing) if pairing.code.is_some() => {
            let mut answer =
                json!({"pairingCode": pairing.pairing_code, "code": pairing.code, "count": pairing.count});
            if let Some(picture) = picture {
                answer["base64"] = picture.into();
            }
            answer
        }
        _ => json!({"count": 0}),
    }
}

pub(super) fn qr_event(instance: &Instance) -> Value {
    let mut event = qr(instance, None);
    event["instance"] = instance.name.clone().into();
    event
}

pub(super) fn created(instance: &Instance, webhook: Option<&Value>, with_qr: bool) -> Value {
    let mut answer = json!({
        "instance": {
            "instanceName": instance.name,
            "instanceId": instance.id,
            "integration": "WHATSAPP-BAILEYS",
            "webhookWaBusiness": null,
            "accessTokenWaBusiness": "",
            "status": instance.state(),
        },
        "hash": instance.token,
        "webhook": {},
        "websocket": {}, "rabbitmq": {}, "nats": {}, "sqs": {},
        "settings": instance.settings,
    });
    if let Some(webhook) = webhook {
        let names = [
            ("webhookUrl", "url"),
            ("webhookHeaders", "headers"),
            ("webhookByEvents", "byEvents"),
            ("webhookBase64", "base64"),
        ];
        for (answered, asked) in names {
            if let Some(value) = webhook.get(asked) {
                answer["webhook"][answered] = value.clone();
            }
        }
    }
    if with_qr {
        answer["qrcode"] = json!({"count": 0});
    }
    answer
}

pub(super) fn listed(instance: &Instance) -> Value {
    let mut setting = instance.settings.clone();
    setting["id"] = instance.setting_id.clone().into();
    setting["createdAt"] = instant(instance.created_at).into();
    setting["updatedAt"] = instant(instance.created_at).into();
    setting["instanceId"] = instance.id.clone().into();
    let lost = instance.disconnection.as_ref();
    json!({
        "id": instance.id,
        "name": instance.name,
        "connectionStatus": instance.state(),
        "ownerJid": instance.owner,
        "profileName": null,
        "profilePicUrl": null,
        "integration": "WHATSAPP-BAILEYS",
        "number": instance.number,
        "businessId": null,
        "token": instance.token,
        "clientName": "evolution",
        "disconnectionReasonCode": lost.map(|lost| lost.reason),
        "disconnectionObject": lost.map(|lost| disconnection_object(lost.reason, lost.at)),
        "disconnectionAt": lost.map(|lost| instant(lost.at)),
        "createdAt": instant(instance.created_at),
        "updatedAt": instant(instance.updated_at),
        "Chatwoot": null, "Proxy": null, "Rabbitmq": null, "Nats": null, "Sqs": null, "Websocket": null,
        "Setting": setting,
        "_count": {"Message": instance.messages.iter().filter(|m| m.stored).count(), "Contact": 0, "Chat": 0},
    })
}

/// JSON within JSON, as Evolution stores it.
fn disconnection_object(reason: u16, at: DateTime<Utc>) -> String {
    let conflict = json!({"tag": "conflict", "attrs": {"type": "device_removed"}});
    json!({
        "error": {
            "data": {"tag": "stream:error", "attrs": {"code": reason.to_string()}, "content": [conflict]},
            "isBoom": true,
            "isServer": false,
            "output": {
                "statusCode": reason,
                "payload": {
                    "statusCode": reason,
                    "error": "Unauthorized",
                    "message": "Stream Errored (conflict)"
                },
                "headers": {},
            },
        },
        "date": instant(at),
    })
    .to_string()
}

fn long(value: i64, unsigned: bool) -> Value {
    json!({"low": value, "high": 0, "unsigned": unsigned})
}

fn context(at: i64) -> Value {
    // Two days earlier, in all records.
    json!({
        "mentionedJid": [],
        "groupMentions": [],
        "ephemeralSettingTimestamp": long(at - 172_800, false),
        "disappearingMode": {"initiator": 0},
    })
}

/// Bytes as Evolution writes them at the moment of sending: an object of numbered bytes.
fn numbered(bytes: &[u8]) -> Value {
    let numbered: Map<String, Value> = bytes
        .iter()
        .enumerate()
        .map(|(index, byte)| (index.to_string(), (*byte).into()))
        .collect();
    numbered.into()
}

/// `message` of a record: bytes come as base64 from the database, as objects at the moment of sending.
fn message_body(message: &Message, from_database: bool) -> Value {
    let Document {
        file_name,
        mimetype,
        caption,
        bytes,
        sha256,
    } = match &message.body {
        Body::Text(text) => return json!({"conversation": text}),
        Body::Document(document) => document,
    };
    let octets = |bytes: &[u8]| {
        if from_database {
            BASE64.encode(bytes).into()
        } else {
            numbered(bytes)
        }
    };
    let key = Sha256::digest(format!("key {}", message.id));
    let encrypted = Sha256::digest(format!("encrypted {}", message.id));
    let path = format!("/v/t62/{}.enc", message.id);
    let mut document = json!({
        "url": format!("https://127.0.0.1{path}"),
        "mimetype": mimetype,
        "fileSha256": octets(sha256),
        "fileLength": long(bytes.len() as i64, true),
        "mediaKey": octets(&key),
        "fileName": file_name,
        "fileEncSha256": octets(&encrypted),
        "directPath": path,
        "mediaKeyTimestamp": long(message.at, false),
        "contextInfo": context(message.at),
    });
    if let Some(caption) = caption {
        document["caption"] = caption.clone().into();
    }
    json!({"documentMessage": document})
}

fn message_type(message: &Message) -> &'static str {
    match message.body {
        Body::Text(_) => "conversation",
        Body::Document(_) => "documentMessage",
    }
}

fn key(message: &Message) -> Value {
    let mut key = json!({"id": message.id, "fromMe": message.from_me, "remoteJid": message.jid});
    if message.origin == Origin::Customer {
        key["participant"] = "".into();
        key["addressingMode"] = if message.jid.ends_with(super::numbers::LID_SUFFIX) {
            "lid"
        } else {
            "pn"
        }
        .into();
        if let Some(alt) = &message.jid_alt {
            key["remoteJidAlt"] = alt.clone().into();
        }
    }
    key
}

fn source(message: &Message) -> &'static str {
    match message.origin {
        Origin::Api => "web",
        Origin::ShopPhone => "android",
        Origin::Customer => "unknown",
    }
}

/// The 201 of a send, and `data` of `send.message`.
pub(super) fn sent(message: &Message, instance_id: &str) -> Value {
    json!({
        "key": key(message),
        "pushName": message.push_name,
        "status": "PENDING",
        "message": message_body(message, false),
        "contextInfo": context(message.at),
        "messageType": message_type(message),
        "messageTimestamp": message.at,
        "instanceId": instance_id,
        "source": source(message),
    })
}

/// `data` of `messages.upsert`.
pub(super) fn upsert_event(message: &Message, instance_id: &str) -> Value {
    json!({
        "key": key(message),
        "pushName": message.push_name,
        "status": if message.from_me { "SERVER_ACK" } else { "DELIVERY_ACK" },
        "message": message_body(message, false),
        "messageType": message_type(message),
        "messageTimestamp": message.at,
        "instanceId": instance_id,
        "source": source(message),
    })
}

/// `data` of `messages.update`.
pub(super) fn update_event(update: &StatusUpdate, instance_id: &str) -> Value {
    json!({
        "keyId": update.key_id,
        "remoteJid": update.jid,
        "fromMe": update.from_me,
        "status": update.status.name(),
        "instanceId": instance_id,
        "messageId": update.message_row,
    })
}

/// A row of `findMessages`.
pub(super) fn found(message: &Message, instance: &Instance) -> Value {
    let updates: Vec<Value> = instance
        .updates
        .iter()
        .filter(|update| update.message_row == message.row)
        .map(|update| json!({"status": update.status.name()}))
        .collect();
    json!({
        "id": message.row,
        "key": key(message),
        "pushName": message.push_name,
        "messageType": message_type(message),
        "message": message_body(message, true),
        "messageTimestamp": message.at,
        "instanceId": instance.id,
        "source": source(message),
        "contextInfo": if message.from_me { context(message.at) } else { Value::Null },
        "MessageUpdate": updates,
    })
}

/// A row of `findStatusMessage`.
pub(super) fn found_status(update: &StatusUpdate, instance_id: &str) -> Value {
    json!({
        "id": update.row,
        "keyId": update.key_id,
        "remoteJid": update.jid,
        "fromMe": update.from_me,
        "participant": null,
        "pollUpdates": null,
        "status": update.status.name(),
        "messageId": update.message_row,
        "instanceId": instance_id,
    })
}

/// A row of `findChats`, for the last message of a chat.
pub(super) fn found_chat(last: &Message, instance: &Instance) -> Value {
    let mut message = found(last, instance);
    if let Some(object) = message.as_object_mut() {
        object.remove("MessageUpdate");
    }
    message["participant"] = Value::Null;
    message["sessionId"] = Value::Null;
    message["status"] = if last.from_me { "PENDING" } else { "DELIVERY_ACK" }.into();
    json!({
        "id": null,
        "remoteJid": last.jid,
        "pushName": if last.from_me { Value::Null } else { last.push_name.clone().into() },
        "profilePicUrl": null,
        "updatedAt": DateTime::from_timestamp(last.at, 0).map(instant),
        "windowStart": null,
        "windowExpires": null,
        "windowActive": false,
        "lastMessage": message,
        "unreadCount": null,
        "isSaved": false,
    })
}
